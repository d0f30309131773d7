package egraph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/symbolic"
)

// Estimate is what expressions cost one element, as a cost model sees it: each
// shared term once, what is the same for all elements not at all.
type Estimate struct {
	Ops    int            // operations; a fused one is one, and x^n as many as it takes multiplications
	Loads  int            // variables that are arrays
	Cycles float64        // by the model, loads and constants included
	ByOp   map[string]int // how many of each, by the model's names
}

// String lists the operations, as "12 operations (5 fma, 4 add, 3 mul), 8.5 cycles".
func (e Estimate) String() string {
	names := make([]string, 0, len(e.ByOp))
	for n := range e.ByOp {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int {
		if e.ByOp[a] != e.ByOp[b] {
			return e.ByOp[b] - e.ByOp[a]
		}
		return strings.Compare(a, b)
	})
	if len(names) == 0 {
		return fmt.Sprintf("no operations, %.4g cycles", e.Cycles)
	}
	for i, n := range names {
		names[i] = fmt.Sprintf("%d %s", e.ByOp[n], n)
	}
	ops := "operations"
	if e.Ops == 1 {
		ops = "operation"
	}
	return fmt.Sprintf("%d %s (%s), %.4g cycles", e.Ops, ops, strings.Join(names, ", "), e.Cycles)
}

// EstimateOf is what faithful expressions cost one element if the scalars are
// the same for all. Operations that the model does not know cost nothing.
func EstimateOf(m cost.Model, scalars []symbolic.Expr, exprs ...symbolic.Expr) Estimate {
	est := Estimate{ByOp: map[string]int{}}
	uniform := map[symbolic.Expr]bool{}
	for _, s := range scalars {
		uniform[s] = true
	}
	// A negation that fused operations alone use is a part of them.
	absorbed := map[symbolic.Expr]bool{}
	for e := range symbolic.Postorder(exprs...) {
		for i := range e.NumArgs() {
			if a := e.Arg(i); a.Op() == symbolic.OpNeg {
				was, seen := absorbed[a]
				absorbed[a] = e.Op() == symbolic.OpFMA && (!seen || was)
			}
		}
	}
	for _, e := range exprs {
		absorbed[e] = false
	}
	// A sine and a cosine of one argument are one operation.
	trig := map[symbolic.Expr]int{}
	for e := range symbolic.Postorder(exprs...) {
		if e.Op() == symbolic.OpCall && e.NumArgs() == 1 && (e.Func().Name == "sin" || e.Func().Name == "cos") {
			trig[e.Arg(0)]++
		}
	}
	count := func(name string, n int) {
		if n == 0 {
			return
		}
		est.Ops += n
		est.ByOp[name] += n
		if c, ok := m.Cycles(name); ok {
			est.Cycles += float64(n) * c
		}
	}
	leaf := func(name string) {
		if c, ok := m.Cycles(name); ok {
			est.Cycles += c
		}
	}
	for e := range symbolic.Postorder(exprs...) {
		switch e.Op() {
		case symbolic.OpNumber, symbolic.OpFloat:
			uniform[e] = true
			leaf("const")
			continue
		case symbolic.OpVar:
			if !uniform[e] {
				est.Loads++
				leaf("load")
			}
			continue
		}
		all := true
		for i := range e.NumArgs() {
			all = all && uniform[e.Arg(i)]
		}
		if all {
			uniform[e] = true
			continue
		}
		switch op := e.Op(); op {
		case symbolic.OpPow:
			n := e.Exponent()
			count("mul", powerSteps(n))
			if n < 0 {
				count("div", 1)
			}
		case symbolic.OpNeg:
			if !absorbed[e] {
				count("neg", 1)
			}
		case symbolic.OpCall:
			switch name := e.Func().Name; {
			case e.NumArgs() != 1 || name != "sin" && name != "cos" || trig[e.Arg(0)] < 2:
				count(name, 1)
			case name == "sin":
				count("sincos", 1)
			}
		case symbolic.OpPower:
			count("pow", 1)
		default:
			name := headOf[op]
			if n, ok := priceOf[name]; ok {
				name = n
			}
			count(name, 1)
		}
	}
	return est
}
