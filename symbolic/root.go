package symbolic

import "math/big"

// powerNumber is an exact number to a power that is neither 0 nor 1.
func powerNumber(base *node, e num) *node {
	if base == nil && e.isExact() {
		if e.negative() {
			return pole
		}
		return nil
	}
	if e.isInt() {
		return Expr{base}.pow(e.v).n
	}
	if base == one {
		if !e.number() && e.x.flag(hasPole) {
			return pole
		}
		return one
	}
	if !e.isExact() || rootIsTaken(base, e.x) {
		return powerTerm(base, e)
	}
	if r := rat(e.x); r.IsInt() { // no int64
		switch {
		case base == Int(-1).n:
			return Int(1 - 2*int64(r.Num().Bit(0))).n
		}
		return powerTerm(base, e)
	}
	whole, part := floorRat(rat(e.x))
	outside, inside := takeRoot(rat(base), part)
	if !folds(base, whole) {
		if outside.Cmp(big.NewRat(1, 1)) == 0 {
			return powerTerm(base, e)
		}
		n := new(big.Rat).SetInt(rat(e.x).Num())
		return Times(Expr{power(Exact(outside).n, numOfRat(n))}, Expr{power(Exact(inside).n, e)}).n
	}
	factors := []Expr{{power(base, numOfRat(whole))}, {power(Exact(outside).n, numOfRat(new(big.Rat).SetInt(part.Num())))}}
	if root := Exact(inside); root.n != one {
		factors = append(factors, Expr{powerTerm(root.n, numOfRat(part))})
	}
	return Times(factors...).n
}

// rootIsTaken reports whether an exact number to an exact power is in the form
// in which powerNumber leaves it: the power lies between 0 and 1, and the
// number holds no factor whose root is exact.
func rootIsTaken(base, e *node) bool {
	v := rat(e)
	if base == nil || base == one {
		return false
	}
	if v.IsInt() {
		return base.far != nil || base.bits != ^uint64(0)
	}
	if v.Sign() < 0 || v.Cmp(big.NewRat(1, 1)) > 0 {
		whole, part := floorRat(v)
		if folds(base, whole) {
			return false
		}
		v = part
	}
	outside, _ := takeRoot(rat(base), v)
	return outside.Cmp(big.NewRat(1, 1)) == 0
}

// folds reports whether a number to an integer power is computed.
func folds(base *node, n *big.Rat) bool {
	if !n.Num().IsInt64() {
		return false
	}
	_, ok := foldPow(base, n.Num().Int64())
	return ok
}

// rootPowerStays reports whether the n-th power of the square root of an exact
// number, n odd, is in the form in which powerNumber leaves it: the whole powers
// in it are too long.
func rootPowerStays(base *node, n int64) bool {
	_, computed := foldPow(base, n>>1)
	return !computed && rootIsTaken(base, half)
}

func floorRat(r *big.Rat) (whole, part *big.Rat) {
	q := new(big.Int)
	q.DivMod(r.Num(), r.Denom(), new(big.Int))
	whole = new(big.Rat).SetInt(q)
	return whole, new(big.Rat).Sub(r, whole)
}

// takeRoot is x = outside^q * inside, q the denominator of the exponent, with as
// much outside as small factors and a perfect root can tell. The sign stays
// inside.
func takeRoot(x, exponent *big.Rat) (outside, inside *big.Rat) {
	one := big.NewRat(1, 1)
	if !exponent.Denom().IsInt64() || exponent.Denom().Int64() > maxBits || x.Sign() == 0 {
		return one, x
	}
	q := int(exponent.Denom().Int64())
	on, in := rootInt(new(big.Int).Abs(x.Num()), q)
	od, id := rootInt(new(big.Int).Set(x.Denom()), q)
	if x.Sign() < 0 {
		in.Neg(in)
	}
	return new(big.Rat).SetFrac(on, od), new(big.Rat).SetFrac(in, id)
}

// maxFactor bounds the factors that are tried.
const maxFactor = 100

func rootInt(x *big.Int, q int) (outside, inside *big.Int) {
	outside = big.NewInt(1)
	if x.BitLen() > maxBits {
		return outside, x
	}
	if r := perfectRoot(x, q); r != nil {
		return r, big.NewInt(1)
	}
	e := big.NewInt(int64(q))
	for f := int64(2); f <= maxFactor; f++ {
		factor := big.NewInt(f)
		p := new(big.Int).Exp(factor, e, nil)
		if p.Cmp(x) > 0 {
			break
		}
		for {
			d, m := new(big.Int).QuoRem(x, p, new(big.Int))
			if m.Sign() != 0 {
				break
			}
			x = d
			outside.Mul(outside, factor)
		}
	}
	return outside, x
}

// perfectRoot is the q-th root of x > 0 if that is an integer, by Newton's method.
func perfectRoot(x *big.Int, q int) *big.Int {
	if x.BitLen() <= q { // 1 < x < 2^q has no such root
		if x.BitLen() == 1 {
			return new(big.Int).Set(x)
		}
		return nil
	}
	n, n1 := big.NewInt(int64(q)), big.NewInt(int64(q-1))
	r := new(big.Int).Lsh(big.NewInt(1), uint(x.BitLen()/q+1))
	for {
		t := new(big.Int).Exp(r, n1, nil)
		t.Quo(x, t)
		t.Add(t, new(big.Int).Mul(n1, r))
		t.Quo(t, n)
		if t.Cmp(r) >= 0 {
			break
		}
		r = t
	}
	if new(big.Int).Exp(r, n, nil).Cmp(x) == 0 {
		return r
	}
	return nil
}
