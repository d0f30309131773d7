package randkernel

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
)

// TypedOptions bounds a random kernel of several types.
type TypedOptions struct {
	Arrays     int            // input arrays of each type at the most
	Scalars    int            // scalars of each type at the most
	Ops        int            // operations at the most
	Outputs    int            // output arrays at the most
	Reductions int            // reductions of floats at the most
	Functions  bool           // of floats: exp, sin, atan2 and so on
	Types      []kernels.Type // 0 is the kernel's own float type
}

// functions are those of floats that kernels compute, by arity.
var functions = sync.OnceValue(func() (of [3][]*symbolic.Function) {
	for arity, names := range [...]string{
		1: "exp exp2 exp10 expm1 log log2 log10 log1p cbrt sin cos tan sinpi cospi asin acos atan sinh cosh tanh asinh acosh atanh " +
			"erf erfc gamma lgamma floor ceil trunc round roundeven sign mantissa exponent",
		2: "atan2 hypot mod remainder copysign ldexp minimum maximum minimumnumber maximumnumber",
	} {
		for name := range strings.FieldsSeq(names) {
			f := symbolic.LookupFunction(name, arity)
			args := []symbolic.Expr{symbolic.Var("x"), symbolic.Var("y")}
			if _, err := kernels.New(name, []kernels.Output{kernels.Assign("z", symbolic.Call(f, args[:arity]...))}, kernels.Unoptimized()); err == nil {
				of[arity] = append(of[arity], f)
			}
		}
	}
	return of
})

// AllTypes is the size that most tests of types use.
var AllTypes = TypedOptions{Arrays: 2, Scalars: 1, Ops: 30, Outputs: 4, Reductions: 1, Types: []kernels.Type{
	0, kernels.Float64, kernels.Float32, kernels.Int64, kernels.Int32, kernels.Uint64, kernels.Uint32,
}}

// TypedKernel is what a random kernel is made of. A literal has no type of its own.
type TypedKernel struct {
	Outputs []kernels.Output
	Options []kernels.Option               // Scalars and Typed
	Types   map[symbolic.Expr]kernels.Type // of each term that is no literal; 0 is the kernel's own float type
}

var integerCalls = []func(a, b symbolic.Expr) symbolic.Expr{
	symbolic.Rem, symbolic.BitAnd, symbolic.BitOr, symbolic.BitXor, symbolic.Shl, symbolic.Shr,
}

// NewTyped returns a random kernel of several types. Every operation and every
// conversion can occur, and terms are shared.
func NewTyped(r *rand.Rand, o TypedOptions) TypedKernel {
	g := typedGenerator{Rand: r, types: map[symbolic.Expr]kernels.Type{}, nums: map[kernels.Type][]symbolic.Expr{}}
	declared := map[string]kernels.Type{}
	var scalars []string
	for _, t := range o.Types {
		name := "k"
		if t != 0 {
			name = t.String()
		}
		for i := range 1 + r.IntN(o.Arrays) {
			declared[fmt.Sprintf("x_%s_%d", name, i)] = t
			g.add(symbolic.Var(fmt.Sprintf("x_%s_%d", name, i)), t)
		}
		for i := range r.IntN(o.Scalars + 1) {
			s := fmt.Sprintf("s_%s_%d", name, i)
			scalars = append(scalars, s)
			declared[s] = t
			g.add(symbolic.Var(s), t)
		}
	}
	for range 1 + r.IntN(o.Ops) {
		if o.Functions && r.IntN(4) == 0 {
			g.function(o.Types)
		} else {
			g.operation(o.Types)
		}
	}
	k := TypedKernel{Types: g.types}
	for i := range 1 + r.IntN(o.Outputs) {
		t := o.Types[r.IntN(len(o.Types))]
		name := fmt.Sprintf("y%d", i)
		declared[name] = t
		k.Outputs = append(k.Outputs, kernels.Assign(name, g.nums[t][len(g.nums[t])-1-r.IntN(min(2, len(g.nums[t])))]))
	}
	for i := range r.IntN(o.Reductions + 1) {
		if t := o.Types[r.IntN(len(o.Types))]; !t.IsInt() {
			make := []func(string, symbolic.Expr) kernels.Output{kernels.SumOf, kernels.MinOf, kernels.MaxOf, kernels.ProdOf}
			k.Outputs = append(k.Outputs, make[r.IntN(len(make))](fmt.Sprintf("r%d", i), g.num(t)))
		}
	}
	used := map[string]bool{}
	exprs := make([]symbolic.Expr, len(k.Outputs))
	for i, out := range k.Outputs {
		exprs[i], used[out.Name] = out.Expr, true
	}
	for _, v := range symbolic.Vars(exprs...) {
		used[v.Name()] = true
	}
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		if t := declared[name]; t != 0 && used[name] {
			k.Options = append(k.Options, kernels.Typed(t, name))
		}
	}
	for _, s := range scalars {
		if used[s] {
			k.Options = append(k.Options, kernels.Scalars(s))
		}
	}
	return k
}

type typedGenerator struct {
	*rand.Rand
	types map[symbolic.Expr]kernels.Type
	nums  map[kernels.Type][]symbolic.Expr
	bools []symbolic.Expr
}

func (g *typedGenerator) add(e symbolic.Expr, t kernels.Type) {
	if _, ok := e.Rat(); ok {
		return // a literal of literals
	}
	if have, ok := g.types[e]; ok && have != t {
		panic(fmt.Sprintf("randkernel: %v of %v and %v", e, have, t))
	}
	g.types[e] = t
	g.nums[t] = append(g.nums[t], e)
}

// num is a term of type t that is no literal.
func (g *typedGenerator) num(t kernels.Type) symbolic.Expr {
	nums := g.nums[t]
	if n := len(nums); g.IntN(2) == 0 {
		return nums[n-1-g.IntN(min(n, 3))] // deep rather than wide
	}
	return nums[g.IntN(len(nums))]
}

// operand is a term of type t, or a literal that fits it.
func (g *typedGenerator) operand(t kernels.Type) symbolic.Expr {
	if g.IntN(6) > 0 {
		return g.num(t)
	}
	switch {
	case t.IsInt():
		n := g.Int64N(10)
		if g.IntN(4) == 0 {
			n = math.MaxInt32 - g.Int64N(3)
		}
		if t.IsSigned() && g.IntN(2) == 0 {
			n = -n - 1
		}
		return symbolic.Int(n)
	case g.IntN(2) == 0:
		return symbolic.Const(Number(g.Rand))
	}
	return symbolic.Rat(g.Int64N(9)-4, 1+g.Int64N(4))
}

func (g *typedGenerator) truth(types []kernels.Type) symbolic.Expr {
	if len(g.bools) > 0 && g.IntN(2) == 0 {
		return g.bools[g.IntN(len(g.bools))]
	}
	t := types[g.IntN(len(types))]
	compare := []func(a, b symbolic.Expr) symbolic.Expr{symbolic.Lt, symbolic.Le, symbolic.Gt, symbolic.Ge, symbolic.Eq, symbolic.Ne}
	e := compare[g.IntN(len(compare))](g.num(t), g.operand(t))
	switch g.IntN(6) {
	case 0:
		e = symbolic.Not(e)
	case 1:
		e = symbolic.And(e, g.truth(types))
	case 2:
		e = symbolic.Or(g.truth(types), e)
	}
	g.bools = append(g.bools, e)
	g.types[e] = kernels.Bool
	return e
}

// operation adds one more term.
func (g *typedGenerator) operation(types []kernels.Type) {
	t := types[g.IntN(len(types))]
	x := g.num(t)
	switch g.IntN(8) {
	case 0:
		e, to := g.conversion(x, t)
		if slices.Contains(types, to) {
			g.add(e, to)
		}
		return
	case 1:
		g.add(symbolic.Select(g.truth(types), x, g.operand(t)), t)
		return
	case 2:
		unary := []func(symbolic.Expr) symbolic.Expr{symbolic.Expr.Neg, symbolic.Expr.Abs, func(e symbolic.Expr) symbolic.Expr { return e.Pow(g.IntN(5)) }}
		if t.IsInt() {
			unary = append(unary, symbolic.BitNot)
		} else {
			unary = append(unary, symbolic.Expr.Sqrt)
		}
		g.add(unary[g.IntN(len(unary))](x), t)
		return
	case 3, 4:
		if t.IsInt() {
			g.add(integerCalls[g.IntN(len(integerCalls))](x, g.operand(t)), t)
		} else {
			g.add(symbolic.FMA(x, g.operand(t), g.operand(t)), t)
		}
		return
	}
	binary := []func(a, b symbolic.Expr) symbolic.Expr{
		symbolic.Expr.Add, symbolic.Expr.Sub, symbolic.Expr.Mul, symbolic.Expr.Div, symbolic.Min, symbolic.Max,
	}
	op := binary[g.IntN(len(binary))]
	if g.IntN(4) == 0 {
		g.add(op(g.operand(t), x), t)
	} else {
		g.add(op(x, g.operand(t)), t)
	}
}

// function adds a call, if a float type comes up.
func (g *typedGenerator) function(types []kernels.Type) {
	t := types[g.IntN(len(types))]
	if t.IsInt() {
		return
	}
	switch g.IntN(8) {
	case 0:
		g.add(g.num(t).PowExpr(g.num(t)), t)
	case 1, 2:
		fs := functions()[2]
		g.add(symbolic.Call(fs[g.IntN(len(fs))], g.num(t), g.operand(t)), t)
	default:
		fs := functions()[1]
		g.add(symbolic.Call(fs[g.IntN(len(fs))], g.num(t)), t)
	}
}

// conversion is x, of type t, in another type.
func (g *typedGenerator) conversion(x symbolic.Expr, t kernels.Type) (symbolic.Expr, kernels.Type) {
	if g.IntN(4) == 0 {
		switch t {
		case kernels.Float64:
			return symbolic.Float64Bits(x), kernels.Uint64
		case kernels.Float32:
			return symbolic.Float32Bits(x), kernels.Uint32
		case kernels.Uint64:
			return symbolic.Float64FromBits(x), kernels.Float64
		case kernels.Uint32:
			return symbolic.Float32FromBits(x), kernels.Float32
		}
	}
	switch g.IntN(7) {
	case 0:
		return symbolic.ToFloat(x), 0
	case 1:
		return symbolic.ToFloat64(x), kernels.Float64
	case 2:
		return symbolic.ToFloat32(x), kernels.Float32
	case 3:
		return symbolic.ToInt64(x), kernels.Int64
	case 4:
		return symbolic.ToInt32(x), kernels.Int32
	case 5:
		return symbolic.ToUint64(x), kernels.Uint64
	}
	return symbolic.ToUint32(x), kernels.Uint32
}
