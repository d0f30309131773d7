package simd

import (
	"math"

	"github.com/triad-go/triad/kernels"
)

// neonPlan is the body of a program as code for NEON computes it: steps in
// order.
type neonPlan struct {
	steps      []neonStep
	first      []int32 // by value: the first step that uses it, or never
	last       []int32 // by value: the last one, or -1
	weight     []int32 // by value: how many uses it has, those that a guard may skip counting little
	width      []uint8 // by truth value: bytes of a lane of its mask; 0: of any
	firstStore int32   // place of the first store among the steps
}

type neonKind uint8

const (
	neonCompute neonKind = iota // the instruction of value
	neonStore                   // write args[0] to the array of slot index
	neonReduce                  // fold args[0] into reduction index
	neonTrap                    // trap index has the condition args[0]
	neonGuard                   // skip to the guard's end if args[0] holds in no lane
	neonGuardEnd
)

type neonStep struct {
	kind  neonKind
	value kernels.Value
	index int
	nargs int
	args  [3]kernels.Value
	next  [3]int32 // by argument: the next step that uses it, or never
	minus bool     // fma: of the negated product
}

// never is a step past the last one.
const never = math.MaxInt32

func newNeonPlan(p *kernels.Program) *neonPlan {
	nu := len(p.Uniform)
	total := nu + len(p.Body)
	pl := &neonPlan{first: make([]int32, total), last: make([]int32, total), weight: make([]int32, total),
		width: make([]uint8, total), firstStore: never, steps: make([]neonStep, 0, len(p.Body)+len(p.Stores))}
	pl.findWidths(p)

	lastLoad := -1
	for j, in := range p.Body {
		if in.Op == kernels.OpLoad {
			lastLoad = j
		}
	}
	// Reductions and traps come right after their value; stores as soon as no
	// read follows, since an output may be an input, and not where a guard may
	// skip them.
	after := map[kernels.Value][]neonStep{}
	var held []neonStep
	one := func(kind neonKind, v kernels.Value, index int) neonStep {
		return neonStep{kind: kind, value: v, index: index, args: [3]kernels.Value{v}, nargs: 1}
	}
	put := func(s neonStep, v kernels.Value) {
		switch {
		case !p.IsUniform(v):
			after[v] = append(after[v], s)
		case s.kind == neonStore:
			held = append(held, s)
		default:
			pl.steps = append(pl.steps, s)
		}
	}
	for i, r := range p.Reductions {
		put(one(neonReduce, r.Value, i), r.Value)
	}
	for i, t := range p.Traps {
		put(one(neonTrap, t.Cond, i), t.Cond)
	}
	for _, s := range p.Stores {
		put(one(neonStore, s.Value, s.Slot), s.Value)
	}

	minus := absorbNeonNegations(p)
	guards, inside := p.Guards, false
	for j := 0; ; j++ {
		if inside && j == guards[0].Hi {
			pl.steps = append(pl.steps, neonStep{kind: neonGuardEnd})
			guards, inside = guards[1:], false
		}
		if j > lastLoad && !inside {
			if len(held) > 0 && pl.firstStore == never {
				pl.firstStore = int32(len(pl.steps))
			}
			pl.steps = append(pl.steps, held...)
			held = held[:0]
		}
		if j == len(p.Body) {
			break
		}
		if len(guards) > 0 && j == guards[0].Lo && guards[0].Hi > j {
			pl.steps = append(pl.steps, one(neonGuard, guards[0].Cond, 0))
			inside = true
		}
		v, in := kernels.Value(nu+j), &p.Body[j]
		if m := minus[j]; !m.gone {
			s := neonStep{kind: neonCompute, value: v, nargs: in.Op.NumArgs(), args: in.Args, minus: m.minus}
			if in.Op == kernels.OpFMA {
				s.args[0], s.args[1] = m.x, m.y
			}
			pl.steps = append(pl.steps, s)
		}
		for _, s := range after[v] {
			if s.kind == neonStore {
				held = append(held, s)
			} else {
				pl.steps = append(pl.steps, s)
			}
		}
	}
	pl.findUses(total)
	return pl
}

// findUses notes when each value is used, from the last step to the first.
func (pl *neonPlan) findUses(total int) {
	next := pl.first
	for v := range next {
		next[v], pl.last[v] = never, -1
	}
	weight := int32(4)
	for i := len(pl.steps) - 1; i >= 0; i-- {
		s := &pl.steps[i]
		switch s.kind {
		case neonGuard:
			weight = 4
		case neonGuardEnd:
			weight = 1
		}
		for k, v := range s.args[:s.nargs] {
			s.next[k] = next[v]
		}
		for _, v := range s.args[:s.nargs] {
			next[v] = int32(i)
			pl.weight[v] += weight
			pl.last[v] = max(pl.last[v], int32(i))
		}
	}
}

// findWidths decides how wide the masks of truth values are: as what was
// compared, and as the widest argument of operations on truth values.
func (pl *neonPlan) findWidths(p *kernels.Program) {
	nu := len(p.Uniform)
	for j, in := range p.Body {
		if in.Type != kernels.Bool {
			continue
		}
		w := &pl.width[nu+j]
		args := in.Args[:in.Op.NumArgs()]
		if in.Op.Compares() {
			*w = uint8(p.TypeOf(args[0]).Size())
			continue
		}
		for _, a := range args {
			*w = max(*w, pl.width[a])
		}
	}
}

// A signedProduct is the two factors of a fused multiply-add without their
// negations.
type signedProduct struct {
	x, y  kernels.Value
	minus bool
	gone  bool // a negation that all its users took in
}

// absorbNeonNegations takes negations into the multiply-adds that use them as a
// factor. Negation is exact, so no bit changes.
func absorbNeonNegations(p *kernels.Program) []signedProduct {
	nu := len(p.Uniform)
	out := make([]signedProduct, len(p.Body))
	kept := make([]bool, len(p.Body)) // negations that someone needs
	keep := func(v kernels.Value) {
		if !p.IsUniform(v) {
			kept[int(v)-nu] = true
		}
	}
	strip := func(v kernels.Value) (kernels.Value, bool) {
		if !p.IsUniform(v) && p.Instr(v).Op == kernels.OpNeg {
			return p.Instr(v).Args[0], true
		}
		return v, false
	}
	for _, s := range p.Stores {
		keep(s.Value)
	}
	for _, r := range p.Reductions {
		keep(r.Value)
	}
	for j := len(p.Body) - 1; j >= 0; j-- {
		in := &p.Body[j]
		if in.Op == kernels.OpNeg && !kept[j] {
			out[j].gone = true
			continue
		}
		args := in.Args[:in.Op.NumArgs()]
		if in.Op == kernels.OpFMA {
			x, xodd := strip(args[0])
			y, yodd := strip(args[1])
			out[j] = signedProduct{x: x, y: y, minus: xodd != yodd}
			keep(x)
			keep(y)
			args = args[2:]
		}
		for _, v := range args {
			keep(v)
		}
	}
	return out
}

// pressure is the number of values of the body that are alive at once at the
// most; a result may take the place of an argument.
func (pl *neonPlan) pressure() int {
	live, most := 0, 0
	ends := make([]int, len(pl.steps))
	for i := range pl.steps {
		s := &pl.steps[i]
		live -= ends[i]
		if s.kind != neonCompute {
			continue
		}
		if l := pl.last[s.value]; l >= 0 {
			live++
			ends[l]++
		}
		most = max(most, live)
	}
	return most
}
