package bigmath

import "math/big"

// Sqrt is the square root.
func Sqrt(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case x.Sign() == 0 || x.IsInf() && !x.Signbit():
		return number(prec).Set(x), true
	case x.Signbit():
		return nil, false
	}
	return root(prec, x, 2), true
}

// Cbrt is the cube root.
func Cbrt(prec uint, x *big.Float) (*big.Float, bool) {
	if x.Sign() == 0 || x.IsInf() {
		return number(prec).Set(x), true
	}
	return withSign(root(prec, number(0).Abs(x), 3), x), true
}

// root is the n-th root of a positive number, n being 2 or 3, from the root of
// an integer, whose remainder tells how to round.
func root(prec uint, x *big.Float, n int) *big.Float {
	m, e := parts(x)
	shiftBy := n*int(prec+3) - m.BitLen()
	shiftBy = max(shiftBy, 0)
	for (e-shiftBy)%n != 0 {
		shiftBy++
	}
	m.Lsh(m, uint(shiftBy))
	r := new(big.Int)
	if n == 2 {
		r.Sqrt(m)
	} else {
		r = cubeRoot(m)
	}
	power := new(big.Int).Mul(r, r)
	if n == 3 {
		power.Mul(power, r)
	}
	exact := power.Cmp(m) == 0
	// A last bit that is not 0 stands for the rest.
	if r.Lsh(r, 1); !exact {
		r.SetBit(r, 0, 1)
	}
	return shift(number(uint(r.BitLen())).SetInt(r), (e-shiftBy)/n-1).SetPrec(prec)
}

// parts is x = m * 2^e for a finite positive x, m odd.
func parts(x *big.Float) (m *big.Int, e int) {
	f := new(big.Float)
	e = x.MantExp(f)
	n := int(x.MinPrec())
	m, _ = shift(f, n).Int(nil)
	return m, e - n
}

// cubeRoot is the integer part of the cube root of m > 0, by Newton's method.
func cubeRoot(m *big.Int) *big.Int {
	r := new(big.Int).Lsh(big.NewInt(1), uint(m.BitLen()+2)/3) // not below the root
	for {
		// (2*r + m/r^2) / 3
		t := new(big.Int).Mul(r, r)
		t.Quo(m, t)
		t.Add(t, new(big.Int).Lsh(r, 1))
		t.Quo(t, big.NewInt(3))
		if t.Cmp(r) >= 0 {
			return r
		}
		r = t
	}
}

// Hypot is sqrt(x^2 + y^2).
func Hypot(prec uint, x, y *big.Float) (*big.Float, bool) {
	a, b := number(0).Abs(x), number(0).Abs(y)
	if a.Cmp(b) < 0 {
		a, b = b, a
	}
	switch {
	case a.IsInf() || b.Sign() == 0:
		return number(prec).Set(a), true
	case int64(exponent(a))-int64(exponent(b)) > int64(max(a.MinPrec(), prec))/2+4:
		return beside(prec, a, true), true
	}
	// The exponents are brought near 0, lest the squares overflow.
	e := exponent(a)
	shift(a, -e)
	shift(b, -e)
	w := 2*(max(a.MinPrec(), b.MinPrec())+uint(-exponent(b))) + 8
	a.SetPrec(w).Mul(a, a)
	b.SetPrec(w).Mul(b, b)
	return shift(root(prec, a.Add(a, b), 2), e), true
}

// Add is x + y; ok is false for the difference of infinities.
func Add(prec uint, x, y *big.Float) (*big.Float, bool) {
	switch {
	case x.IsInf() && y.IsInf() && x.Signbit() != y.Signbit():
		return nil, false
	case x.Sign() == 0 || y.Sign() == 0 || x.IsInf() || y.IsInf():
		return number(prec).Add(x, y), true
	}
	// big.Float would write all the digits between two exponents far apart.
	if exponent(x) < exponent(y) {
		x, y = y, x
	}
	if int64(exponent(x))-int64(exponent(y)) > int64(max(x.MinPrec(), prec))+8 {
		return beside(prec, x, x.Signbit() == y.Signbit()), true
	}
	return number(prec).Add(x, y), true
}

// FMA is x*y + z, rounded once; ok is false where that is no number.
func FMA(prec uint, x, y, z *big.Float) (*big.Float, bool) {
	if x.IsInf() && y.Sign() == 0 || x.Sign() == 0 && y.IsInf() {
		return nil, false
	}
	return Add(prec, number(max(x.MinPrec()+y.MinPrec(), 1)).Mul(x, y), z)
}
