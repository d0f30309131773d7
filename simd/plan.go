package simd

import (
	"slices"

	"github.com/triad-go/triad/kernels"
)

// A plan is the body of a program as the generator emits it: steps in order,
// with loads folded into the instruction that uses them and comparisons folded
// into the select that uses them.
type plan struct {
	p          *kernels.Program
	steps      []step
	uses       [][]int32 // by value: the steps that use it, in order
	firstStore int       // place of the first store among the steps
	stores     []int     // the array slots that are written, in order
}

type stepKind uint8

const (
	compute stepKind = iota // the instruction of value
	store                   // write value to the array of slot index
	reduce                  // fold value into reduction index
)

type step struct {
	kind   stepKind
	value  kernels.Value
	index  int
	instr  kernels.Instr    // compute: with arguments exchanged where that helps
	args   [4]kernels.Value // the values needed in registers
	nargs  int
	fold   kernels.Value // a value taken as memory operand, if folded
	folded bool
	cmp    kernels.Op // select: the comparison folded in, with args[0:2], or 0

	negProduct, negAddend bool // fma: with the sign of x*y or of z flipped
}

// shape says how a plan treats memory.
type shape struct {
	// foldLoads makes a load that is used once a memory operand. Without, as for
	// masked tails, where a stray read could fault, every load is a step.
	foldLoads bool
	// foldCompares lets a comparison that is used once, by a select, go through a
	// mask register.
	foldCompares bool
	// hoist puts every load before all else, so that no store waits for a read,
	// and computes that many results at a time. It goes without foldLoads.
	hoist   bool
	strands int
}

// foldable lists, for an operation, the argument that may be a memory operand.
func foldable(op kernels.Op) (arg int, ok bool) {
	switch op {
	case kernels.OpAdd, kernels.OpSub, kernels.OpMul, kernels.OpDiv, kernels.OpMin, kernels.OpMax,
		kernels.OpLt, kernels.OpLe, kernels.OpEq, kernels.OpNe:
		return 1, true
	case kernels.OpSqrt:
		return 0, true
	}
	return 0, false
}

// newPlan makes the plan.
func newPlan(p *kernels.Program, sh shape) *plan {
	nu := len(p.Uniform)
	pl := &plan{p: p, firstStore: -1}
	body := absorbNegations(p)
	count := make([]int32, nu+len(p.Body))
	for _, in := range body {
		for _, a := range in.Args[:in.Op.NumArgs()] {
			count[a]++
		}
	}
	for _, s := range p.Stores {
		count[s.Value]++
	}
	for _, r := range p.Reductions {
		count[r.Value]++
	}
	// Which negations were absorbed by all that used them?
	gone := make([]bool, len(count))
	for j := len(body) - 1; j >= 0; j-- {
		if v := nu + j; body[j].Op == kernels.OpNeg && count[v] == 0 {
			gone[v] = true
			count[body[j].Args[0]]--
		}
	}
	isLoad := func(v kernels.Value) bool { return !p.IsUniform(v) && p.Instr(v).Op == kernels.OpLoad }

	// Which loads and comparisons vanish into their one user?
	lastLoad := -1 // the place in the body of the last read of an array
	fold := make([]kernels.Value, len(p.Body))
	hasFold := make([]bool, len(p.Body))
	for j := range body {
		in := &body[j]
		if in.Op == kernels.OpLoad && !sh.hoist {
			lastLoad = j
		}
		if !sh.foldLoads || gone[nu+j] {
			continue
		}
		can := func(v kernels.Value) bool { return isLoad(v) && count[v] == 1 }
		take := func(v kernels.Value) { fold[j], hasFold[j], gone[v], lastLoad = v, true, true, j }
		if in.Op == kernels.OpFMA {
			switch {
			case can(in.Args[2]):
				take(in.Args[2])
			case can(in.Args[0]):
				in.Args[0], in.Args[1] = in.Args[1], in.Args[0]
				take(in.Args[1])
			case can(in.Args[1]):
				take(in.Args[1])
			}
			continue
		}
		if i, ok := foldable(in.Op); ok {
			if i == 1 && !can(in.Args[1]) && can(in.Args[0]) && in.Op.Commutes() {
				in.Args[0], in.Args[1] = in.Args[1], in.Args[0]
			}
			if can(in.Args[i]) {
				take(in.Args[i])
			}
		}
	}
	fused := make([]bool, len(p.Body))
	if sh.foldCompares {
		for j, in := range body {
			if in.Op != kernels.OpSelect || p.IsUniform(in.Args[0]) || count[in.Args[0]] != 1 {
				continue
			}
			switch p.Instr(in.Args[0]).Op {
			case kernels.OpLt, kernels.OpLe, kernels.OpEq, kernels.OpNe:
				c := int(in.Args[0]) - nu
				if hasFold[c] {
					// Its load happens at the select.
					hasFold[j], fold[j], lastLoad = true, fold[c], max(lastLoad, j)
				}
				fused[j], gone[in.Args[0]] = true, true
			}
		}
	}

	// Reductions right after their value; stores as soon as no read follows,
	// since an output may be an input.
	pending := map[kernels.Value][]step{}
	var first []step // of values known before the body
	for i, r := range p.Reductions {
		s := step{kind: reduce, value: r.Value, index: i, args: [4]kernels.Value{r.Value}, nargs: 1}
		if sh.foldLoads && r.Op == kernels.Sum && isLoad(r.Value) && count[r.Value] == 1 {
			gone[r.Value] = true
			s.fold, s.folded, s.nargs = r.Value, true, 0
		}
		if p.IsUniform(r.Value) {
			first = append(first, s)
		} else {
			pending[r.Value] = append(pending[r.Value], s)
		}
	}
	var held []step // stores that wait for the last read
	storeOf := map[kernels.Value][]step{}
	for _, st := range p.Stores {
		s := step{kind: store, value: st.Value, index: st.Slot, args: [4]kernels.Value{st.Value}, nargs: 1}
		if p.IsUniform(st.Value) {
			held = append(held, s)
		} else {
			storeOf[st.Value] = append(storeOf[st.Value], s)
		}
	}
	pl.steps = make([]step, 0, len(body)+len(p.Stores)+len(p.Reductions))
	if sh.hoist {
		for j, in := range body {
			if in.Op == kernels.OpLoad {
				pl.steps = append(pl.steps, computeStep(p, body, kernels.Value(nu+j), in, false, false, 0))
			}
		}
	}
	pl.steps = append(pl.steps, first...)
	release := func() {
		if len(held) > 0 && pl.firstStore < 0 {
			pl.firstStore = len(pl.steps)
		}
		pl.steps = append(pl.steps, held...)
		held = held[:0]
	}
	place := func(j int) {
		v := kernels.Value(nu + j)
		if !gone[v] && !(sh.hoist && body[j].Op == kernels.OpLoad) {
			pl.steps = append(pl.steps, computeStep(p, body, v, body[j], fused[j], hasFold[j], fold[j]))
		}
		pl.steps = append(pl.steps, pending[v]...)
		held = append(held, storeOf[v]...)
		if j >= lastLoad {
			release()
		}
	}
	if sh.hoist {
		for j, in := range body {
			if in.Op == kernels.OpLoad {
				place(j)
			}
		}
		for _, j := range orderResults(p, body) {
			place(int(j))
		}
	} else {
		for j := range body {
			place(j)
		}
	}
	release()
	if sh.hoist {
		pl.steps = interleave(p, pl.steps, sh.strands)
		pl.firstStore = slices.IndexFunc(pl.steps, func(s step) bool { return s.kind == store })
	}
	if pl.firstStore < 0 {
		pl.firstStore = len(pl.steps)
	}
	for i := range pl.steps {
		if s := &pl.steps[i]; s.kind == store {
			pl.stores = append(pl.stores, s.index)
		}
	}

	// Where is each value used? One backing array for all.
	total := 0
	n := make([]int32, len(count))
	for i := range pl.steps {
		for _, a := range pl.steps[i].args[:pl.steps[i].nargs] {
			n[a]++
			total++
		}
	}
	backing := make([]int32, total)
	pl.uses = make([][]int32, len(count))
	for v, k := range n {
		pl.uses[v], backing = backing[:0:k], backing[k:]
	}
	for i := range pl.steps {
		for _, a := range pl.steps[i].args[:pl.steps[i].nargs] {
			pl.uses[a] = append(pl.uses[a], int32(i))
		}
	}
	return pl
}

// A planned instruction may flip the signs that only a fused multiply-add can.
type planned struct {
	kernels.Instr
	negProduct, negAddend bool
}

// absorbNegations returns the body with negations taken into the operations
// that use them, where that costs nothing: -x*y + z and the like are
// instructions, x + -y is x - y, and the signs of two factors cancel. Negation
// is exact, so no bit changes. The negations themselves stay in place.
func absorbNegations(p *kernels.Program) []planned {
	// strip returns v without its negations, and whether their number is odd.
	strip := func(v kernels.Value) (kernels.Value, bool) {
		odd := false
		for !p.IsUniform(v) && p.Instr(v).Op == kernels.OpNeg {
			v, odd = p.Instr(v).Args[0], !odd
		}
		return v, odd
	}
	body := make([]planned, len(p.Body))
	for j, in := range p.Body {
		b := planned{Instr: in}
		switch in.Op {
		case kernels.OpFMA:
			x, xodd := strip(in.Args[0])
			y, yodd := strip(in.Args[1])
			z, zodd := strip(in.Args[2])
			b.Args = [3]kernels.Value{x, y, z}
			b.negProduct, b.negAddend = xodd != yodd, zodd
		case kernels.OpMul, kernels.OpDiv:
			x, xodd := strip(in.Args[0])
			y, yodd := strip(in.Args[1])
			if xodd == yodd {
				b.Args[0], b.Args[1] = x, y
			}
		case kernels.OpSub:
			if y, odd := strip(in.Args[1]); odd {
				b.Op, b.Args[1] = kernels.OpAdd, y
			}
		case kernels.OpAdd:
			if y, odd := strip(in.Args[1]); odd {
				b.Op, b.Args[1] = kernels.OpSub, y
			} else if x, odd := strip(in.Args[0]); odd {
				b.Op, b.Args[0], b.Args[1] = kernels.OpSub, in.Args[1], x
			}
		case kernels.OpAbs:
			b.Args[0], _ = strip(in.Args[0])
		}
		body[j] = b
	}
	return body
}

func computeStep(p *kernels.Program, body []planned, v kernels.Value, in planned, fused, hasFold bool, fold kernels.Value) step {
	s := step{kind: compute, value: v, instr: in.Instr, fold: fold, folded: hasFold, negProduct: in.negProduct, negAddend: in.negAddend}
	operands := in.Args[:in.Op.NumArgs()]
	if fused {
		c := body[int(in.Args[0])-len(p.Uniform)]
		s.cmp = c.Op
		operands = []kernels.Value{c.Args[0], c.Args[1], in.Args[1], in.Args[2]}
	}
	for _, a := range operands {
		if hasFold && a == fold {
			continue // used once, so this is it
		}
		s.args[s.nargs] = a
		s.nargs++
	}
	return s
}

// pressure is the number of values of the body that are alive at once at the
// most; a result may take the place of an argument.
func (pl *plan) pressure() int {
	live, most := 0, 0
	ends := make([]int, len(pl.steps)) // values used last by a step
	for i, s := range pl.steps {
		live -= ends[i]
		if s.kind != compute {
			continue
		}
		if u := pl.uses[s.value]; len(u) > 0 {
			live++
			ends[u[len(u)-1]]++
		}
		most = max(most, live)
	}
	return most
}
