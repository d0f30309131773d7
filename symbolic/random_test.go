package symbolic_test

import (
	"math"
	"math/big"
	"math/rand/v2"

	. "github.com/triad-go/triad/symbolic"
)

// leaves are the leaves that are most likely to go wrong.
func leaves() []Expr {
	huge := new(big.Int).Lsh(big.NewInt(3), 5000)
	odd := new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 6000), big.NewInt(1))
	e := []Expr{
		{}, Int(1), Int(-1), Int(2), Int(-3), Int(math.MaxInt64), Int(math.MinInt64),
		Rat(1, 3), Rat(-1, 3), Rat(22, 7), Rat(math.MaxInt64, 2),
		Exact(new(big.Rat).SetInt(huge)), Exact(new(big.Rat).SetInt(new(big.Int).Neg(huge))),
		Exact(new(big.Rat).SetFrac(huge, odd)), Exact(new(big.Rat).SetFrac(new(big.Int).Neg(odd), huge)),
		Exact(new(big.Rat).SetFrac(big.NewInt(1), odd)), Exact(new(big.Rat).SetInt(odd)),
		Var("x"), Var("y"), Var("Δ_1"), Var("min"), Var("e5"), Var("_"),
	}
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -1, 2, -2.5, 1e21, -1e-7, 0.1, math.MaxFloat64,
		-math.SmallestNonzeroFloat64, math.NaN(), math.Inf(1), math.Inf(-1)} {
		e = append(e, Const(v))
	}
	return e
}

// random is a random term of at most this many levels over the leaves, of
// operations that mix numbers and truth values at will.
func random(r *rand.Rand, leaves []Expr, depth int) Expr {
	if depth == 0 || r.IntN(6) == 0 {
		return leaves[r.IntN(len(leaves))]
	}
	arg := func() Expr { return random(r, leaves, depth-1) }
	switch r.IntN(21) {
	case 0:
		return arg().Add(arg())
	case 1:
		return arg().Sub(arg())
	case 2:
		return arg().Mul(arg())
	case 3:
		return arg().Div(arg())
	case 4:
		return arg().Neg()
	case 5:
		n := []int{0, 1, -1, 2, -3, 5000, math.MaxInt, math.MinInt}
		return arg().Pow(n[r.IntN(len(n))])
	case 6:
		return FMA(arg(), arg(), arg())
	case 7:
		return arg().Sqrt()
	case 8:
		return arg().Abs()
	case 9:
		return Min(arg(), arg())
	case 10:
		return Max(arg(), arg())
	case 11:
		return Lt(arg(), arg())
	case 12:
		return Le(arg(), arg())
	case 13:
		return Gt(arg(), arg())
	case 14:
		return Ge(arg(), arg())
	case 15:
		return Eq(arg(), arg())
	case 16:
		return Ne(arg(), arg())
	case 17:
		return And(arg(), arg())
	case 18:
		return Or(arg(), arg())
	case 19:
		return Not(arg())
	default:
		return Select(arg(), arg(), arg())
	}
}

// same compares two terms by what the accessors tell, without ==.
func same(a, b Expr) bool {
	if a.Op() != b.Op() || a.NumArgs() != b.NumArgs() || a.Name() != b.Name() || a.Exponent() != b.Exponent() {
		return false
	}
	if x, ok := a.Rat(); ok {
		y, _ := b.Rat()
		return x.Cmp(y) == 0
	}
	if x, ok := a.Float64(); ok {
		y, _ := b.Float64()
		return math.Float64bits(x) == math.Float64bits(y)
	}
	for i := range a.NumArgs() {
		if !same(a.Arg(i), b.Arg(i)) {
			return false
		}
	}
	return true
}

// randomMixed is a random term of both forms, with calls, powers and indices.
func randomMixed(r *rand.Rand, leaves []Expr, depth int) Expr {
	if depth == 0 || r.IntN(8) == 0 {
		switch r.IntN(6) {
		case 0:
			return Index("u", r.IntN(3), -r.IntN(2))
		case 1:
			return Pi()
		case 2:
			return Int(r.Int64N(7) - 3)
		}
		return leaves[r.IntN(len(leaves))]
	}
	arg := func() Expr { return randomMixed(r, leaves, depth-1) }
	switch r.IntN(14) {
	case 0, 1:
		return Plus(arg(), arg(), arg())
	case 2, 3:
		return Times(arg(), arg(), arg())
	case 4:
		return Power(arg(), []Expr{Int(2), Int(-1), Int(-3), Rat(1, 2), Rat(-3, 2), Rat(2, 3), Const(0.5), Var("y")}[r.IntN(8)])
	case 5:
		return arg().PowExpr(arg())
	case 6:
		return Sin(arg())
	case 7:
		return Atan2(arg(), arg())
	case 8:
		return Canonical(arg())
	case 9:
		return Canonical(arg())
	case 10:
		return Polygamma(arg(), arg()).Add(Exp(arg()))
	}
	return random(r, append([]Expr{arg(), arg()}, leaves...), 2)
}
