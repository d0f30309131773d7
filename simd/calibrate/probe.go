package calibrate

import (
	"fmt"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
	"github.com/triad-go/triad/symbolic"
)

// A kernel has this many lines, each a chain of one operation. Short chains and
// many of them, so that a processor that looks some hundred operations ahead
// finds enough that wait for nothing; the code goes through one line after
// another, so that few registers are needed.
const (
	lines     = 8
	shortLine = 2
	longLine  = 6
)

var (
	s, t   = symbolic.Var("s"), symbolic.Var("t")
	inputs = []symbolic.Expr{symbolic.Var("a"), symbolic.Var("b"), symbolic.Var("c"), symbolic.Var("d")}
	always = symbolic.Lt(inputs[0], inputs[1]) // a truth value that all lines share
)

// probe is how an operation is measured: step puts one more of it on a line.
type probe struct {
	op    string
	instr kernels.Op // what the step must become, one instruction of it
	step  func(x symbolic.Expr) symbolic.Expr
	truth bool    // the line is of truth values
	s     float64 // the value of s; 0 is 1.25
	base  float64 // what the elements are near; 0 is 1.5
}

// nearOne multiplies and divides without going anywhere, and without being as
// simple as a power of two.
const nearOne = 1 + 1.0/(1<<12) + 1.0/(1<<20)

var probes = []probe{
	{op: "add", instr: kernels.OpAdd, step: func(x symbolic.Expr) symbolic.Expr { return x.Add(s) }},
	{op: "sub", instr: kernels.OpSub, step: func(x symbolic.Expr) symbolic.Expr { return x.Sub(s) }},
	{op: "mul", instr: kernels.OpMul, s: nearOne, step: func(x symbolic.Expr) symbolic.Expr { return x.Mul(s) }},
	{op: "div", instr: kernels.OpDiv, s: nearOne, step: func(x symbolic.Expr) symbolic.Expr { return x.Div(s) }},
	{op: "fma", instr: kernels.OpFMA, s: nearOne, step: func(x symbolic.Expr) symbolic.Expr { return symbolic.FMA(x, s, t) }},
	{op: "neg", instr: kernels.OpNeg, step: func(x symbolic.Expr) symbolic.Expr { return x.Neg() }},
	{op: "abs", instr: kernels.OpAbs, step: func(x symbolic.Expr) symbolic.Expr { return x.Abs() }},
	// From so far, eight roots do not arrive at 1.
	{op: "sqrt", instr: kernels.OpSqrt, base: 1e30, step: func(x symbolic.Expr) symbolic.Expr { return x.Sqrt() }},
	{op: "min", instr: kernels.OpMin, step: func(x symbolic.Expr) symbolic.Expr { return symbolic.Min(x, s) }},
	{op: "max", instr: kernels.OpMax, step: func(x symbolic.Expr) symbolic.Expr { return symbolic.Max(x, s) }},
	{op: "and", instr: kernels.OpAnd, truth: true, step: func(x symbolic.Expr) symbolic.Expr { return symbolic.And(x, always) }},
	{op: "or", instr: kernels.OpOr, truth: true, step: func(x symbolic.Expr) symbolic.Expr { return symbolic.Or(x, always) }},
	{op: "not", instr: kernels.OpNot, truth: true, step: func(x symbolic.Expr) symbolic.Expr { return symbolic.Not(x) }},
	{op: "select", instr: kernels.OpSelect, step: func(x symbolic.Expr) symbolic.Expr { return symbolic.Select(always, x, s) }},
	// The comparison with the select that uses it.
	{op: "lt", instr: kernels.OpLt, step: func(x symbolic.Expr) symbolic.Expr { return symbolic.Select(symbolic.Lt(x, s), x, t) }},
	{op: "le", instr: kernels.OpLe, step: func(x symbolic.Expr) symbolic.Expr { return symbolic.Select(symbolic.Le(x, s), x, t) }},
	{op: "eq", instr: kernels.OpEq, step: func(x symbolic.Expr) symbolic.Expr { return symbolic.Select(symbolic.Eq(x, s), t, x) }},
	{op: "ne", instr: kernels.OpNe, step: func(x symbolic.Expr) symbolic.Expr { return symbolic.Select(symbolic.Ne(x, s), x, t) }},
}

// The long kernel of the loads has these more than the short one.
const (
	loadsOfLoads = 4
	fmasOfLoads  = 2
)

// prepare compiles all that is to be measured. The tier is the one that runs,
// which is Portable where machine code was asked for and memory for it refused.
func prepare(elem kernels.Type, tier simd.Tier) ([]*measurement, simd.Tier, error) {
	suite, _ := kernels.Lookup("copy")
	c, err := simd.Compile(suite.Program(elem), simd.Options{Tier: tier})
	if err != nil {
		return nil, 0, err
	}
	tier = c.Tier()
	var ms []*measurement
	add := func(op string, short, long *kernels.Kernel, more int, f fill) error {
		m, err := newMeasurement(op, short, long, more, elem, tier, f)
		if err == nil {
			ms = append(ms, m)
		}
		return err
	}
	for _, p := range probes {
		short, err := p.kernel(shortLine)
		if err != nil {
			return nil, 0, err
		}
		long, err := p.kernel(longLine)
		if err != nil {
			return nil, 0, err
		}
		more := lines * (longLine - shortLine)
		if have := count(long, elem, p.instr) - count(short, elem, p.instr); have != more {
			return nil, 0, &Error{Op: p.op, Reason: fmt.Sprintf("the kernels differ in %d operations, and should in %d", have, more)}
		}
		if err := add(p.op, short, long, more, p.fill()); err != nil {
			return nil, 0, err
		}
	}
	for _, m := range []struct {
		op          string
		short, long []kernels.Output
		more        int
	}{
		{"load", loads(false), loads(true), loadsOfLoads},
		{"store", stores(1), stores(5), 4},
	} {
		short, err := build(m.op, m.short)
		if err != nil {
			return nil, 0, err
		}
		long, err := build(m.op, m.long)
		if err != nil {
			return nil, 0, err
		}
		if err := add(m.op, short, long, m.more, probe{}.fill()); err != nil {
			return nil, 0, err
		}
	}
	return ms, tier, nil
}

// kernel is the kernel with so many steps on each line.
func (p probe) kernel(steps int) (*kernels.Kernel, error) {
	ends := make([]symbolic.Expr, lines)
	for i := range ends {
		x := inputs[i%len(inputs)]
		if i >= len(inputs) {
			x = x.Add(t) // another line of that array
		}
		y := x
		if p.truth {
			y = symbolic.Lt(x, s)
		}
		for range steps {
			y = p.step(y)
		}
		if p.truth {
			y = symbolic.Select(y, x, t)
		}
		ends[i] = y
	}
	for len(ends) > 1 {
		for i := range len(ends) / 2 {
			ends[i] = symbolic.Max(ends[2*i], ends[2*i+1])
		}
		ends = ends[:len(ends)/2]
	}
	return build(p.op, []kernels.Output{kernels.Assign("out", ends[0])})
}

func (p probe) fill() fill {
	at, by := p.base, p.s
	if at == 0 {
		at = 1.5
	}
	if by == 0 {
		by = 1.25
	}
	return fill{
		// Not in step, so that comparisons go both ways.
		element: func(i int) float64 { return at * (0.5 + float64(i*i%97)/97) },
		scalars: map[string]float64{"s": by, "t": 1.75},
	}
}

// loads folds one array, or five with two multiply-adds, without a store.
func loads(all bool) []kernels.Output {
	e := inputs[0]
	if all {
		e = symbolic.FMA(inputs[0], inputs[1], symbolic.FMA(inputs[2], inputs[3], symbolic.Var("e")))
	}
	return []kernels.Output{kernels.SumOf("sum", e)}
}

// stores copies an array to so many.
func stores(n int) []kernels.Output {
	var outs []kernels.Output
	for i := range n {
		outs = append(outs, kernels.Assign(fmt.Sprintf("out%d", i), inputs[0]))
	}
	return outs
}

// build makes every kernel that is measured. Nothing may simplify it on the way;
// prepare counts what has become of it.
func build(op string, outs []kernels.Output) (*kernels.Kernel, error) {
	var exprs []symbolic.Expr
	for _, o := range outs {
		exprs = append(exprs, o.Expr)
	}
	var scalars []string
	for _, v := range symbolic.Vars(exprs...) {
		if v == s || v == t {
			scalars = append(scalars, v.Name())
		}
	}
	k, err := kernels.New("calibrate "+op, outs, kernels.Scalars(scalars...), kernels.Unoptimized())
	if err != nil {
		return nil, &Error{Op: op, Reason: "no kernel", Err: err}
	}
	return k, nil
}

// count is how many instructions of an operation a kernel does for each element.
func count(k *kernels.Kernel, elem kernels.Type, op kernels.Op) int {
	n := 0
	for _, in := range k.Program(elem).Body {
		if in.Op == op {
			n++
		}
	}
	return n
}
