package symbolic

import (
	"math"
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
)

// maxEvalPrec bounds the precision of EvalBig.
const maxEvalPrec = 1 << 24

// EvalBig is the value of e in floating point of prec bits (1 to 1<<24), where
// the variables have these values.
//
// Each operation is rounded once, to nearest even: so that of the built-in
// functions, powers and fma. Exact numbers are rounded once; float64 constants
// and the values of variables are taken as they are. Comparisons, min, max and
// select go by these values; the side that select does not take needs no value,
// nor does the right side of && and || where the left one decides. Canonical
// terms are computed as [Faithful] writes them. Each shared subterm is computed
// once.
//
// There are no infinities and no NaN: the error is an *[EvalError] where a
// variable or a constant is infinite or NaN or missing, for a division by zero,
// a root of a negative number, a function outside its domain or without
// EvalBig, and a result too large for the exponents of big.Float. One that is
// too small for them is 0.
func EvalBig(e Expr, prec uint, at map[Expr]*big.Float) (*big.Float, error) {
	if prec < 1 || prec > maxEvalPrec {
		return nil, &EvalError{Term: e, Msg: "cannot be evaluated to this precision"}
	}
	b := bigOps{prec: prec, yes: big.NewFloat(1), no: new(big.Float)}
	v, err := evaluate(Faithful(e), at, b)
	if err != nil {
		return nil, err
	}
	return b.new().Set(v), nil
}

// bigOps computes to a precision.
type bigOps struct {
	prec    uint
	yes, no *big.Float
}

func (b bigOps) new() *big.Float { return new(big.Float).SetPrec(b.prec) }

func (b bigOps) compare(x, y *big.Float) int { return x.Cmp(y) }

func (b bigOps) truth(v bool) *big.Float {
	if v {
		return b.yes
	}
	return b.no
}

func (b bigOps) variable(x *big.Float) error {
	switch {
	case x == nil:
		return errNone
	case x.IsInf():
		return errInf
	}
	return nil
}

func (b bigOps) number(e Expr) (*big.Float, error) {
	if e.Op() == OpNumber {
		return b.new().SetRat(rat(e.n)), nil
	}
	v, _ := e.Float64()
	switch {
	case v != v:
		return nil, errNaN
	case math.IsInf(v, 0):
		return nil, errInf
	}
	return big.NewFloat(v), nil
}

func (b bigOps) operate(e Expr, args []*big.Float) (*big.Float, error) {
	v, x := b.new(), args[0]
	switch e.Op() {
	case OpAdd:
		return b.inRange(bigmath.Add(b.prec, x, args[1]))
	case OpSub:
		return b.inRange(bigmath.Add(b.prec, x, new(big.Float).Neg(args[1])))
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
	case OpSqrt:
		if x.Sign() < 0 {
			return nil, errRoot
		}
		return b.inRange(bigmath.Sqrt(b.prec, x))
	case OpFMA:
		return b.inRange(bigmath.FMA(b.prec, x, args[1], args[2]))
	case OpPow:
		n := e.Exponent()
		if n < 0 && x.Sign() == 0 {
			return nil, errZero
		}
		return b.inRange(bigmath.Pow(b.prec, x, new(big.Float).SetInt64(n)))
	case OpPower:
		switch y := args[1]; {
		case x.Sign() == 0 && y.Sign() < 0:
			return nil, errZero
		case x.Sign() < 0 && !y.IsInt():
			return nil, errRoot
		default:
			return b.inRange(bigmath.Pow(b.prec, x, y))
		}
	default:
		return nil, because("cannot be evaluated in big.Float")
	}
	return b.inRange(v, true)
}

var errInfinite = because("is infinite, or past the range of exponents")

// inRange is a result, !ok if there is none.
func (b bigOps) inRange(v *big.Float, ok bool) (*big.Float, error) {
	switch {
	case !ok || v == nil:
		return nil, because("has no value at its arguments")
	case v.IsInf():
		return nil, errInfinite
	}
	return v, nil
}

func (b bigOps) call(f *Function, args []*big.Float) (v *big.Float, err error) {
	if f.EvalBig == nil {
		return nil, because("cannot be evaluated in big.Float")
	}
	// The function gets values of its own: it might change them.
	own := make([]*big.Float, len(args))
	for i, x := range args {
		own[i] = new(big.Float).Copy(x)
	}
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, &why{"panicked", panicked(r)}
		}
	}()
	if v, err = b.inRange(f.EvalBig(b.prec, own)); err != nil {
		return nil, err
	}
	return b.new().Set(v), nil
}
