package symbolic

import (
	"fmt"
	"math"
	"math/big"
)

// maxRatBits bounds the numbers that EvalRat computes with.
const maxRatBits = 1 << 18

// EvalRat is the exact value of e where the variables have these values. A
// float64 constant stands for the number that it is.
//
// Roots are taken where they are exact, also those that a power asks for; a
// power of a negative number to an exponent that is no integer has no value. Of
// functions, those calls have a value that [Function].Fold knows. The side that
// select does not take needs no value, nor does the right side of && and ||
// where the left one decides.
//
// The error is an *[EvalError]: a variable that is missing, a constant that is
// infinite or NaN, a division by zero, what is not rational, and operands that
// are longer than 2^18 bits together, numerators and denominators (a power counts
// its base as often as it takes it).
func EvalRat(e Expr, at map[Expr]*big.Rat) (*big.Rat, error) {
	v, err := evaluate(Faithful(e), at, ratOps{})
	if err != nil {
		return nil, err
	}
	return new(big.Rat).Set(v), nil
}

type ratOps struct{}

var ratTruth = [2]*big.Rat{new(big.Rat), big.NewRat(1, 1)} // to be read only

func (ratOps) truth(v bool) *big.Rat {
	if v {
		return ratTruth[1]
	}
	return ratTruth[0]
}

func (ratOps) compare(x, y *big.Rat) int { return x.Cmp(y) }

func (ratOps) variable(x *big.Rat) error {
	if x == nil {
		return errNone
	}
	return nil
}

func (ratOps) number(e Expr) (*big.Rat, error) {
	if e.Op() == OpNumber {
		return rat(e.n), nil
	}
	v, _ := e.Float64()
	switch {
	case v != v:
		return nil, errNaN
	case math.IsInf(v, 0):
		return nil, errInf
	}
	return new(big.Rat).SetFloat64(v), nil
}

var (
	errLong        = because(fmt.Sprintf("needs numbers of more than %d bits", maxRatBits))
	errNotRational = because("is not rational")
)

func (r ratOps) operate(e Expr, args []*big.Rat) (*big.Rat, error) {
	x := args[0]
	switch e.Op() {
	case OpPow:
		return r.pow(x, e.Exponent())
	case OpPower:
		return r.power(x, args[1])
	case OpSqrt:
		return r.root(x, 2)
	}
	long := 0
	for _, a := range args {
		long += bitsOf(a)
	}
	if long > maxRatBits {
		return nil, errLong
	}
	v := new(big.Rat)
	switch e.Op() {
	case OpAdd:
		v.Add(x, args[1])
	case OpSub:
		v.Sub(x, args[1])
	case OpMul:
		v.Mul(x, args[1])
	case OpDiv:
		if args[1].Sign() == 0 {
			return nil, errZero
		}
		v.Quo(x, args[1])
	case OpNeg:
		v.Neg(x)
	case OpAbs:
		v.Abs(x)
	case OpFMA:
		v.Mul(x, args[1])
		v.Add(v, args[2])
	default:
		return nil, because("has no exact value")
	}
	return v, nil
}

func bitsOf(r *big.Rat) int { return r.Num().BitLen() + r.Denom().BitLen() }

func (ratOps) pow(x *big.Rat, n int64) (*big.Rat, error) {
	m := magnitude(n)
	switch {
	case n == 0:
		return ratTruth[1], nil
	case x.Sign() == 0:
		if n < 0 {
			return nil, errZero
		}
		return x, nil
	case x.IsInt() && x.Num().BitLen() == 1: // 1 and -1
		if n&1 == 0 {
			return ratTruth[1], nil
		}
		return x, nil
	case m > maxRatBits || m*uint64(bitsOf(x)) > maxRatBits:
		return nil, errLong
	}
	exp := new(big.Int).SetUint64(m)
	num := new(big.Int).Exp(x.Num(), exp, nil)
	den := new(big.Int).Exp(x.Denom(), exp, nil)
	if n < 0 {
		num, den = den, num
	}
	return new(big.Rat).SetFrac(num, den), nil
}

// power is x^y: the root that y's denominator asks for, to the power of its
// numerator.
func (r ratOps) power(x, y *big.Rat) (*big.Rat, error) {
	one := ratTruth[1]
	switch {
	case y.IsInt() && y.Num().IsInt64():
		return r.pow(x, y.Num().Int64())
	case x.Sign() == 0 && y.Sign() < 0:
		return nil, errZero
	case x.Sign() == 0 || x.Cmp(one) == 0:
		return x, nil
	case x.Sign() < 0 && !y.IsInt():
		return nil, errRoot
	case x.IsInt() && x.Num().BitLen() == 1: // -1
		if y.Num().Bit(0) == 0 {
			return one, nil
		}
		return x, nil
	case y.IsInt():
		return nil, errLong
	case !y.Denom().IsInt64():
		return nil, errNotRational // a root of so high an order is exact of 1 alone
	}
	x, err := r.root(x, y.Denom().Int64())
	if err != nil {
		return nil, err
	}
	if !y.Num().IsInt64() {
		return nil, errLong
	}
	return r.pow(x, y.Num().Int64())
}

// root is the q-th root of x.
func (ratOps) root(x *big.Rat, q int64) (*big.Rat, error) {
	switch {
	case x.Sign() < 0:
		return nil, errRoot
	case x.Sign() == 0:
		return x, nil
	case bitsOf(x) > maxRatBits:
		return nil, errLong
	}
	num, den := exactRoot(x.Num(), q), exactRoot(x.Denom(), q)
	if num == nil || den == nil {
		return nil, errNotRational
	}
	return new(big.Rat).SetFrac(num, den), nil
}

// exactRoot is the q-th root of x > 0 if that is an integer.
func exactRoot(x *big.Int, q int64) *big.Int {
	if int64(x.BitLen()) <= q {
		q = int64(x.BitLen()) // as hopeless, and an int
	}
	if q == 2 {
		r := new(big.Int).Sqrt(x)
		if new(big.Int).Mul(r, r).Cmp(x) != 0 {
			return nil
		}
		return r
	}
	return perfectRoot(x, int(q))
}

func (ratOps) call(f *Function, args []*big.Rat) (v *big.Rat, err error) {
	if f.Fold == nil {
		return nil, errNotRational
	}
	exact := make([]Expr, len(args))
	for i, a := range args {
		exact[i] = Exact(a)
	}
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, &why{"panicked", panicked(r)}
		}
	}()
	value, ok := f.Fold(exact)
	if !ok || !isNumber(value.n) {
		return nil, errNotRational
	}
	return rat(value.n), nil
}
