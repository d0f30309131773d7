package kernels_test

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// element evaluates terms in Go's own types for one element, only what is needed:
// a second account of what typed programs mean.
type element struct {
	own   kernels.Type // the kernel's float type
	types map[symbolic.Expr]kernels.Type
	vars  map[string]any
	known map[typedTerm]any
	fault bool // an integer was divided by zero
}

// typedTerm is a term, and its type if it has none of its own.
type typedTerm struct {
	e symbolic.Expr
	t kernels.Type
}

type integer interface {
	int64 | int32 | uint64 | uint32
}

// typeOf is the type of a term, false if it is one of literals alone.
func (m *element) typeOf(e symbolic.Expr) (t kernels.Type, ok bool) {
	t, ok = m.types[e]
	if !ok { // made by the optimiser: of the type of its arguments, if it is no conversion
		switch {
		case e.Op() == symbolic.OpVar:
			panic("a variable without a type: " + e.Name())
		case e.Bool():
			t, ok = kernels.Bool, true
		case e.Op() == symbolic.OpCall:
			name := e.Func().Name
			t, ok = map[string]kernels.Type{"float": 0, "float64": kernels.Float64, "float32": kernels.Float32, "int64": kernels.Int64, "int32": kernels.Int32,
				"uint64": kernels.Uint64, "uint32": kernels.Uint32, "float64bits": kernels.Uint64, "float32bits": kernels.Uint32,
				"float64frombits": kernels.Float64, "float32frombits": kernels.Float32}[name]
		}
		for i := range e.NumArgs() {
			if !ok && !e.Arg(i).Bool() {
				t, ok = m.typeOf(e.Arg(i))
			}
		}
		if ok {
			m.types[e] = t
		}
	}
	if ok && t == 0 {
		t = m.own
	}
	return t, ok
}

// eval is the value of e; of a literal as a t.
func (m *element) eval(e symbolic.Expr, t kernels.Type) any {
	if own, ok := m.typeOf(e); ok {
		t = own
	}
	if v, ok := m.known[typedTerm{e, t}]; ok {
		return v
	}
	var v any
	switch e.Op() {
	case symbolic.OpNumber, symbolic.OpFloat:
		return literalOf(e, t)
	case symbolic.OpVar:
		v = m.vars[e.Name()]
	case symbolic.OpNot:
		v = !m.eval(e.Arg(0), 0).(bool)
	case symbolic.OpAnd:
		v = m.eval(e.Arg(0), 0).(bool) && m.eval(e.Arg(1), 0).(bool)
	case symbolic.OpOr:
		v = m.eval(e.Arg(0), 0).(bool) || m.eval(e.Arg(1), 0).(bool)
	case symbolic.OpSelect:
		if m.eval(e.Arg(0), 0).(bool) {
			v = m.eval(e.Arg(1), t)
		} else {
			v = m.eval(e.Arg(2), t)
		}
	default:
		// All operands are of the type of one that is no literal.
		of := t
		switch {
		case e.Bool():
			of = m.own
		case e.Op() != symbolic.OpCall:
		case e.Func().Name == "float64bits":
			of = kernels.Float64
		case e.Func().Name == "float32bits":
			of = kernels.Float32
		case of.IsInt():
			if r, ok := e.Arg(0).Rat(); ok && !r.IsInt() {
				of = m.own
			}
		}
		for a := range e.Args() {
			if t, ok := m.typeOf(a); ok {
				of = t
			}
		}
		args := make([]any, e.NumArgs())
		for i := range args {
			args[i] = m.eval(e.Arg(i), of)
		}
		switch x := args[0].(type) {
		case float64:
			v = floats(m, e, x, args)
		case float32:
			v = floats(m, e, x, args)
		case int64:
			v = integers(m, e, x, args)
		case int32:
			v = integers(m, e, x, args)
		case uint64:
			v = integers(m, e, x, args)
		case uint32:
			v = integers(m, e, x, args)
		}
	}
	m.known[typedTerm{e, t}] = v
	return v
}

func literalOf(e symbolic.Expr, t kernels.Type) any {
	r, exact := e.Rat()
	f, _ := e.Float64()
	if exact {
		f, _ = r.Float64()
	}
	switch t {
	case kernels.Float64:
		return f
	case kernels.Float32:
		if exact {
			v, _ := r.Float32()
			return v
		}
		return float32(f)
	case kernels.Int64:
		return r.Num().Int64()
	case kernels.Int32:
		return int32(r.Num().Int64())
	case kernels.Uint64:
		return r.Num().Uint64()
	}
	return uint32(r.Num().Uint64())
}

func floats[T float32 | float64](m *element, e symbolic.Expr, x T, args []any) any {
	y, z := x, x
	if len(args) > 1 {
		y = args[1].(T)
	}
	if len(args) > 2 {
		z = args[2].(T)
	}
	_, single := any(x).(float32)
	switch e.Op() {
	case symbolic.OpAdd:
		return x + y
	case symbolic.OpSub:
		return x - y
	case symbolic.OpMul:
		return T(x * y)
	case symbolic.OpDiv:
		return x / y
	case symbolic.OpNeg:
		return -x
	case symbolic.OpAbs:
		return T(math.Abs(float64(x)))
	case symbolic.OpSqrt:
		return T(math.Sqrt(float64(x))) // exact enough to be rounded twice
	case symbolic.OpFMA:
		if !single {
			return T(math.FMA(float64(x), float64(y), float64(z)))
		}
		return fma32(float32(x), float32(y), float32(z))
	case symbolic.OpMin:
		if x < y {
			return x
		}
		return y
	case symbolic.OpMax:
		if x > y {
			return x
		}
		return y
	case symbolic.OpPow:
		p := T(1)
		switch n := e.Exponent(); n {
		case 0:
		case 1:
			p = x
		case 2:
			p = T(x * x)
		case 3:
			p = T(T(x*x) * x)
		case 4:
			p = T(x * x)
			p = T(p * p)
		}
		return p
	case symbolic.OpCall:
		return converted(m, e, float64(x), func() any {
			switch single := e.Func().Name == "float32bits"; {
			case single && x != x:
				return uint32(0x7fc00000)
			case x != x:
				return uint64(0x7ff8000000000000)
			case single:
				return math.Float32bits(float32(x))
			}
			return math.Float64bits(float64(x))
		})
	}
	return compared(e, x, y)
}

// fma32 computes x*y + z exactly, but for special values.
func fma32(x, y, z float32) float32 {
	for _, v := range []float32{x, y, z} {
		if v == 0 || v != v || math.IsInf(float64(v), 0) {
			return float32(float64(x)*float64(y) + float64(z)) // one rounding only
		}
	}
	v := new(big.Float).SetPrec(700).SetFloat64(float64(x) * float64(y)) // exact
	v.Add(v, big.NewFloat(float64(z)))
	if v.Sign() == 0 {
		return 0
	}
	f, _ := v.Float32()
	return f
}

func compared[T float32 | float64 | integer](e symbolic.Expr, x, y T) any {
	switch e.Op() {
	case symbolic.OpLt:
		return x < y
	case symbolic.OpLe:
		return x <= y
	case symbolic.OpGt:
		return x > y
	case symbolic.OpGe:
		return x >= y
	case symbolic.OpEq:
		return x == y
	case symbolic.OpNe:
		return x != y
	}
	panic(e.Op().String())
}

func integers[T integer](m *element, e symbolic.Expr, x T, args []any) any {
	y := x
	if len(args) > 1 {
		y = args[1].(T)
	}
	width := big.NewInt(int64(8 * unsafe.Sizeof(x)))
	wide := func(v T) *big.Int {
		if v > 0 {
			return new(big.Int).SetUint64(uint64(v))
		}
		return big.NewInt(int64(v))
	}
	// wrapped is an integer of any size as a T.
	wrapped := func(v *big.Int) T {
		mod := new(big.Int).Lsh(big.NewInt(1), uint(width.Int64()))
		return T(new(big.Int).Mod(v, mod).Uint64())
	}
	count := func() uint { // y without its sign
		n := new(big.Int).Mod(wide(y), new(big.Int).Lsh(big.NewInt(1), uint(width.Int64())))
		if n.Cmp(big.NewInt(200)) > 0 {
			return 200
		}
		return uint(n.Uint64())
	}
	b := new(big.Int)
	switch e.Op() {
	case symbolic.OpAdd:
		return wrapped(b.Add(wide(x), wide(y)))
	case symbolic.OpSub:
		return wrapped(b.Sub(wide(x), wide(y)))
	case symbolic.OpMul:
		return wrapped(b.Mul(wide(x), wide(y)))
	case symbolic.OpDiv:
		if y == 0 {
			m.fault = true
			return T(0)
		}
		return wrapped(b.Quo(wide(x), wide(y)))
	case symbolic.OpNeg:
		return wrapped(b.Neg(wide(x)))
	case symbolic.OpAbs:
		return wrapped(b.Abs(wide(x)))
	case symbolic.OpMin:
		return min(x, y)
	case symbolic.OpMax:
		return max(x, y)
	case symbolic.OpPow:
		return wrapped(b.Exp(wide(x), big.NewInt(e.Exponent()), nil))
	case symbolic.OpCall:
		switch e.Func().Name {
		case "rem":
			if y == 0 {
				m.fault = true
				return T(0)
			}
			return wrapped(b.Rem(wide(x), wide(y)))
		case "band":
			return x & y
		case "bor":
			return x | y
		case "bxor":
			return x ^ y
		case "bnot":
			return ^x
		case "shl":
			return wrapped(b.Lsh(wide(x), count()))
		case "shr":
			return wrapped(b.Rsh(wide(x), count()))
		case "float64frombits":
			return math.Float64frombits(uint64(x))
		case "float32frombits":
			return math.Float32frombits(uint32(x))
		case "int64":
			return int64(x)
		case "int32":
			return int32(x)
		case "uint64":
			return uint64(x)
		case "uint32":
			return uint32(x)
		}
		f := new(big.Float).SetInt(wide(x))
		double, _ := f.Float64()
		single, _ := f.Float32()
		if e.Func().Name == "float32" || e.Func().Name == "float" && m.own == kernels.Float32 {
			return single
		}
		return double
	}
	return compared(e, x, y)
}

// converted is a conversion of a float.
func converted(m *element, e symbolic.Expr, x float64, bits func() any) any {
	whole := func(least int64, most uint64) uint64 {
		switch {
		case x != x:
			return 0
		case math.IsInf(x, 1):
			return most
		case math.IsInf(x, -1):
			return uint64(least)
		}
		n, _ := big.NewFloat(x).Int(nil)
		switch {
		case n.Cmp(big.NewInt(least)) < 0:
			return uint64(least)
		case n.Cmp(new(big.Int).SetUint64(most)) > 0:
			return most
		case n.Sign() < 0:
			return uint64(n.Int64())
		}
		return n.Uint64()
	}
	switch e.Func().Name {
	case "float":
		if m.own == kernels.Float32 {
			return float32(x)
		}
		return x
	case "float64":
		return x
	case "float32":
		return float32(x)
	case "int64":
		return int64(whole(math.MinInt64, math.MaxInt64))
	case "int32":
		return int32(whole(math.MinInt32, math.MaxInt32))
	case "uint64":
		return whole(0, math.MaxUint64)
	case "uint32":
		return uint32(whole(0, math.MaxUint32))
	}
	return bits()
}

// typedColumn is memory for n elements, random if r is given.
type typedColumn struct {
	t     kernels.Type
	words []uint64
}

func newColumn(r *rand.Rand, t kernels.Type, n int) typedColumn {
	c := typedColumn{t, make([]uint64, n)}
	for i := range n {
		if r == nil {
			continue
		}
		var bits uint64
		switch {
		case t.IsFloat():
			v := randkernel.Number(r)
			if r.IntN(3) == 0 { // near the bounds of integers
				v = math.Ldexp(float64(r.IntN(9)-4), 29+r.IntN(36)) + float64(r.IntN(5)-2)
			}
			bits = t.Bits(v)
		case r.IntN(3) == 0:
			bits = r.Uint64()
		case r.IntN(3) == 0:
			bits = 1<<(8*t.Size()-1) + uint64(r.IntN(3)) - 1
		default:
			bits = uint64(r.Int64N(7) - 3)
		}
		c.set(i, bits)
	}
	return c
}

func (c typedColumn) set(i int, bits uint64) {
	if c.t.Size() == 8 {
		c.words[i] = bits
	} else {
		unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(c.words))), len(c.words))[i] = uint32(bits)
	}
}

func (c typedColumn) at(i int) any {
	p := unsafe.Pointer(unsafe.SliceData(c.words))
	n := len(c.words)
	switch c.t {
	case kernels.Float64:
		return unsafe.Slice((*float64)(p), n)[i]
	case kernels.Float32:
		return unsafe.Slice((*float32)(p), n)[i]
	case kernels.Int64:
		return unsafe.Slice((*int64)(p), n)[i]
	case kernels.Int32:
		return unsafe.Slice((*int32)(p), n)[i]
	case kernels.Uint64:
		return c.words[i]
	}
	return unsafe.Slice((*uint32)(p), n)[i]
}

func sameValue(a, b any) bool {
	switch x := a.(type) {
	case float64:
		y, ok := b.(float64)
		return ok && (math.Float64bits(x) == math.Float64bits(y) || x != x && y != y)
	case float32:
		y, ok := b.(float32)
		return ok && (math.Float32bits(x) == math.Float32bits(y) || x != x && y != y)
	}
	return a == b
}

// checkTyped compares the interpreter with the other account of these outputs, and of
// their faults if they are as they were written.
func checkTyped(t *testing.T, r *rand.Rand, types map[symbolic.Expr]kernels.Type, outputs []kernels.Output, written bool, k *kernels.Kernel, own kernels.Type) {
	t.Helper()
	const n = 24
	p := k.Program(own)
	f := p.NewFrame(n)
	columns := map[string]typedColumn{}
	for _, par := range k.Params() {
		typ := par.Type
		if typ == 0 {
			typ = own
		}
		var c typedColumn
		switch {
		case par.Kind == kernels.ScalarParam:
			c = newColumn(r, typ, 1)
			f.Scalars[par.Slot] = c.words[0]
		case par.Kind == kernels.ResultParam:
			c = newColumn(nil, typ, 1)
		case par.Out:
			c = newColumn(nil, typ, n)
			f.Arrays[par.Slot] = unsafe.Pointer(unsafe.SliceData(c.words))
		default:
			c = newColumn(r, typ, n)
			f.Arrays[par.Slot] = unsafe.Pointer(unsafe.SliceData(c.words))
		}
		columns[par.Name] = c
	}
	p.EvalUniforms(f)
	p.Interpret(f, 0, n)
	first := int64(kernels.NoFault)
	for _, at := range f.Faults {
		first = min(first, at)
	}
	want := int64(kernels.NoFault)
	for i := range n {
		m := &element{own: own, types: maps.Clone(types), vars: map[string]any{}, known: map[typedTerm]any{}}
		for _, par := range k.Params() {
			switch {
			case par.Kind == kernels.ScalarParam:
				m.vars[par.Name] = columns[par.Name].at(0)
			case par.In:
				m.vars[par.Name] = columns[par.Name].at(i)
			}
		}
		for _, o := range outputs {
			v := m.eval(o.Expr, columns[o.Name].t)
			if o.Reduce != kernels.None {
				continue
			}
			got := columns[o.Name].at(i)
			if !sameValue(v, got) {
				t.Fatalf("%s of %s: %s[%d] is %T %[5]v, want %T %[6]v\n%s", k, own, o.Name, i, got, v, p)
			}
		}
		if m.fault && want == kernels.NoFault {
			want = int64(i)
		}
	}
	if first != want && written {
		t.Fatalf("%s of %s: the first fault is at %d, want %d\n%s", k, own, first, want, p)
	}
}

func TestTypedPrograms(t *testing.T) {
	r := rand.New(rand.NewPCG(81, 82))
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	made := 0
	for range rounds {
		tk := randkernel.NewTyped(r, randkernel.AllTypes)
		for _, opt := range []kernels.Option{kernels.Unoptimized(), kernels.Optimize(egraph.Optimizer{Class: rewrite.Exact, Nodes: 100})} {
			k, err := kernels.New("random", tk.Outputs, append(tk.Options, opt)...)
			if err != nil {
				t.Fatalf("%v: %v", tk.Outputs, err)
			}
			made++
			checkTyped(t, r, tk.Types, tk.Outputs, true, k, kernels.Float64)
			checkTyped(t, r, tk.Types, tk.Outputs, true, k, kernels.Float32)
		}
	}
	if made == 0 {
		t.Fatal("no kernels")
	}
}

// What the optimiser makes of the floats is lowered as it says.
func TestTypedOptimisedPrograms(t *testing.T) {
	r := rand.New(rand.NewPCG(85, 86))
	changed := 0
	for range 600 {
		tk := randkernel.NewTyped(r, randkernel.AllTypes)
		k, err := kernels.New("random", tk.Outputs, tk.Options...)
		if err != nil {
			t.Fatalf("%v: %v", tk.Outputs, err)
		}
		if fmt.Sprint(k.Optimized()) != fmt.Sprint(k.Outputs()) {
			changed++
		}
		checkTyped(t, r, tk.Types, k.Optimized(), false, k, kernels.Float64)
		checkTyped(t, r, tk.Types, k.Optimized(), false, k, kernels.Float32)
	}
	if changed < 50 {
		t.Errorf("the optimiser changed %d kernels", changed)
	}
}

// Integers keep every bit whatever is done to floats.
func TestTypedIntegersOptimised(t *testing.T) {
	r := rand.New(rand.NewPCG(83, 84))
	o := randkernel.AllTypes
	o.Types = o.Types[3:]
	for range 300 {
		tk := randkernel.NewTyped(r, o)
		k, err := kernels.New("random", tk.Outputs, tk.Options...)
		if err != nil {
			t.Fatalf("%v: %v", tk.Outputs, err)
		}
		checkTyped(t, r, tk.Types, tk.Outputs, true, k, kernels.Float64)
		if fmt.Sprint(k.Optimized()) != fmt.Sprint(k.Outputs()) {
			t.Errorf("%v became %v", k.Outputs(), k.Optimized())
		}
	}
}
