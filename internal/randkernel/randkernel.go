// Package randkernel makes random kernels and awkward numbers for differential
// tests: what one executor computes is compared with the interpreter's bits.
package randkernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
)

// Options bounds a random kernel.
type Options struct {
	Arrays     int // input arrays at the most
	Scalars    int // scalars at the most
	Ops        int // operations at the most
	Outputs    int // output arrays at the most
	Reductions int // reductions at the most
	InPlace    bool
}

// Small is the size that most tests use.
var Small = Options{Arrays: 4, Scalars: 3, Ops: 14, Outputs: 3, Reductions: 2, InPlace: true}

// New returns a random kernel. Every operation can occur; arguments are drawn
// from all earlier terms, so that terms are shared. The kernel is not optimised,
// so that its program has every operation that was drawn.
func New(r *rand.Rand, o Options) *kernels.Kernel {
	for {
		outs := outputs(r, o)
		exprs := make([]symbolic.Expr, len(outs))
		for i, out := range outs {
			exprs[i] = out.Expr
		}
		var scalars []string
		for _, v := range symbolic.Vars(exprs...) {
			if v.Name()[0] == 's' {
				scalars = append(scalars, v.Name())
			}
		}
		k, err := kernels.New("random", outs, kernels.Scalars(scalars...), kernels.Unoptimized())
		if err != nil || !hasArray(k) {
			continue
		}
		return k
	}
}

// hasArray reports whether an array says how many elements there are.
func hasArray(k *kernels.Kernel) bool {
	return slices.ContainsFunc(k.Params(), func(p kernels.Param) bool { return p.Kind == kernels.ArrayParam })
}

func outputs(r *rand.Rand, o Options) []kernels.Output {
	var nums, bools []symbolic.Expr
	for i := range 1 + r.IntN(o.Arrays) {
		nums = append(nums, symbolic.Var(fmt.Sprintf("x%d", i)))
	}
	for i := range r.IntN(o.Scalars + 1) {
		nums = append(nums, symbolic.Var(fmt.Sprintf("s%d", i)))
	}
	if r.IntN(2) == 0 {
		nums = append(nums, symbolic.Const(Number(r)))
	}
	if r.IntN(2) == 0 {
		nums = append(nums, symbolic.Rat(int64(r.IntN(9)-4), int64(1+r.IntN(4))))
	}
	num := func() symbolic.Expr {
		if n := len(nums); r.IntN(2) == 0 {
			return nums[n-1-r.IntN(min(n, 3))] // deep rather than wide
		}
		return nums[r.IntN(len(nums))]
	}
	truth := func() symbolic.Expr {
		if len(bools) == 0 || r.IntN(2) == 0 {
			compare := []func(a, b symbolic.Expr) symbolic.Expr{symbolic.Lt, symbolic.Le, symbolic.Gt, symbolic.Ge, symbolic.Eq, symbolic.Ne}
			bools = append(bools, compare[r.IntN(len(compare))](num(), num()))
		}
		return bools[r.IntN(len(bools))]
	}
	for range r.IntN(o.Ops + 1) {
		var e symbolic.Expr
		switch r.IntN(16) {
		case 0, 1:
			e = num().Add(num())
		case 2:
			e = num().Sub(num())
		case 3, 4:
			e = num().Mul(num())
		case 5:
			e = num().Div(num())
		case 6:
			e = num().Neg()
		case 7:
			e = num().Abs()
		case 8:
			e = num().Sqrt()
		case 9:
			e = symbolic.Min(num(), num())
		case 10:
			e = symbolic.Max(num(), num())
		case 11, 12:
			e = symbolic.FMA(num(), num(), num())
		case 13:
			e = num().Pow(r.IntN(9) - 3)
		case 14:
			switch r.IntN(3) {
			case 0:
				bools = append(bools, symbolic.And(truth(), truth()))
			case 1:
				bools = append(bools, symbolic.Or(truth(), truth()))
			default:
				bools = append(bools, symbolic.Not(truth()))
			}
			continue
		default:
			e = symbolic.Select(truth(), num(), num())
		}
		nums = append(nums, e)
	}
	var outs []kernels.Output
	reductions := r.IntN(o.Reductions + 1)
	stores := r.IntN(o.Outputs + 1)
	if reductions == 0 {
		stores = max(stores, 1)
	}
	for i := range stores {
		name := fmt.Sprintf("y%d", i)
		if o.InPlace && r.IntN(3) == 0 {
			name = fmt.Sprintf("x%d", i)
		}
		outs = append(outs, kernels.Assign(name, num()))
	}
	for i := range reductions {
		make := []func(string, symbolic.Expr) kernels.Output{kernels.SumOf, kernels.MinOf, kernels.MaxOf, kernels.ProdOf}
		outs = append(outs, make[r.IntN(len(make))](fmt.Sprintf("r%d", i), num()))
	}
	return outs
}

// Number draws from ordinary numbers and from those that break code: zeros of
// both signs, infinities, NaN, denormals of both formats, huge and tiny ones.
func Number(r *rand.Rand) float64 {
	special := [...]float64{
		0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1, -1,
		math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 0x1p-1030, math.SmallestNonzeroFloat32, -0x1p-130,
		math.MaxFloat64, -math.MaxFloat64, math.MaxFloat32, -math.MaxFloat32, 0x1p-1022, 0x1p-126, 1 + 0x1p-52, 1 + 0x1p-23,
	}
	switch r.IntN(4) {
	case 0:
		return special[r.IntN(len(special))]
	case 1:
		return math.Float64frombits(r.Uint64()) // any exponent
	}
	return r.NormFloat64() * 4
}
