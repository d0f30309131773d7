package simd

import (
	"slices"

	"github.com/triad-go/triad/kernels"
)

// A plan is the body of a program as the generator emits it: steps in order,
// with loads folded into the instruction that uses them.
type plan struct {
	p          *kernels.Program
	steps      []step
	uses       []int32 // the steps that use values, by value and in order
	first      []int32 // by value: where its uses begin; and where all end
	firstStore int     // place of the first store among the steps
	stores     []int   // the array slots that are written, in order
	made       []int32 // by value: the step that makes it
	vectors    int     // that it is for
	truths     []int8  // by value: bytes of a lane of a truth value in a vector; 0: as wide as can be
}

type stepKind uint8

const (
	compute stepKind = iota // the instruction of value
	store                   // write value to the array of slot index
	reduce                  // fold value into reduction index
	adopt                   // value is what its argument is, until a merge
	merge                   // where the first argument holds, value becomes the second; the third is value
	trap                    // note the first element for which value, the condition of trap index, holds
	enter                   // skip the steps up to the next leave where no element has an argument
	leave
)

type step struct {
	kind   stepKind
	from   kernels.Type // of what the operation computes on
	nargs  int8
	folded bool             // a value is taken as memory operand: fold
	args   [4]kernels.Value // the values needed in registers
	value  kernels.Value
	fold   kernels.Value
	named  kernels.Value // the value by the name that the program has for it
	index  int32
	ahead  int32         // elements from the plan's first vector to the one that it is for
	instr  kernels.Instr // compute: with arguments exchanged where that helps; of a shift by a constant, Imm is the count

	negProduct, negAddend bool // fma: with the sign of x*y or of z flipped
	not                   bool // a comparison: its negation
	byConst               bool // a shift
	ternary, test, narrow bool // see planned
	table                 uint8

	released bool // while it is generated: the arguments' registers are free
}

// shape says how a plan treats memory.
type shape struct {
	wide bool // for AVX-512, whose instructions on integers are more
	// foldLoads makes a load that is used once a memory operand. Without, as for
	// masked tails, where a stray read could fault, every load is a step.
	foldLoads bool
	// hoist puts every load before all else, so that no store waits for a read,
	// and computes that many results at a time. It goes without foldLoads, and all
	// is computed whatever guards say.
	hoist   bool
	strands int
}

// memoryArgs are the arguments of an operation, first and last, that may be a
// memory operand, where the exchange of arguments that commute is counted in. It
// depends on the type that the operation computes on.
func memoryArgs(op kernels.Op, from kernels.Type, wide bool) (first, last int, ok bool) {
	first = 1
	if op.Commutes() {
		first = 0
	}
	switch {
	case op == kernels.OpFMA:
		return 0, 2, true
	case op == kernels.OpSelect:
		return 1, 1, from != kernels.Bool
	case from.IsFloat():
		switch op {
		case kernels.OpSqrt, kernels.OpFloor, kernels.OpCeil, kernels.OpTrunc, kernels.OpRoundEven:
			return 0, 0, true
		case kernels.OpAdd, kernels.OpSub, kernels.OpMul, kernels.OpDiv, kernels.OpMin, kernels.OpMax,
			kernels.OpLt, kernels.OpLe, kernels.OpEq, kernels.OpNe:
			return first, 1, true
		}
	case from.IsInt():
		switch op {
		case kernels.OpAdd, kernels.OpSub, kernels.OpAnd, kernels.OpOr, kernels.OpXor, kernels.OpShl:
			return first, 1, true
		case kernels.OpMul, kernels.OpMin, kernels.OpMax, kernels.OpShr:
			return first, 1, wide || from.Size() == 4
		case kernels.OpLt, kernels.OpLe, kernels.OpEq, kernels.OpNe:
			return first, 1, wide
		}
	}
	return 0, 0, false
}

// newPlan makes the plan.
func newPlan(p *kernels.Program, sh shape) *plan {
	nu := len(p.Uniform)
	pl := &plan{p: p, vectors: 1}
	body := prepare(p)
	if sh.wide {
		fuse(p, body)
	}
	// What is only another name of a value?
	root := make([]kernels.Value, nu+len(p.Body))
	for v := range root {
		root[v] = kernels.Value(v)
		if v >= nu && body[v-nu].alias {
			root[v] = root[body[v-nu].Args[0]]
		}
	}
	count := make([]int32, nu+len(p.Body))
	for j := range body {
		in := &body[j]
		for i, a := range in.operands() {
			in.Args[i] = root[a]
			count[root[a]]++
		}
	}
	for _, s := range p.Stores {
		count[root[s.Value]]++
	}
	for _, r := range p.Reductions {
		count[root[r.Value]]++
	}
	for _, t := range p.Traps {
		count[t.Cond]++
	}
	var guards []kernels.Guard
	for _, g := range p.Guards {
		if !sh.hoist && g.Lo < g.Hi {
			guards = append(guards, g)
		}
	}
	for _, g := range guards {
		count[g.Cond]++
	}
	// What was absorbed by all that used it?
	gone := make([]bool, len(count))
	for j := len(body) - 1; j >= 0; j-- {
		if v := nu + j; count[v] == 0 {
			gone[v] = true
			for _, a := range body[j].operands() {
				count[a]--
			}
		}
	}
	isLoad := func(v kernels.Value) bool { return !p.IsUniform(v) && p.Instr(v).Op == kernels.OpLoad }

	// Which loads vanish into their one user?
	lastLoad := -1 // the place in the body of the last read of an array
	fold := make([]kernels.Value, len(p.Body))
	hasFold := make([]bool, len(p.Body))
	for j := range body {
		in := &body[j]
		if gone[nu+j] {
			continue
		}
		if in.Op == kernels.OpLoad && !sh.hoist {
			lastLoad = j
		}
		if !sh.foldLoads {
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
		first, last, ok := memoryArgs(in.Op, in.from, sh.wide || in.narrow)
		if !ok || in.byConst || in.ternary {
			continue
		}
		for i := last; i >= first; i-- {
			if can(in.Args[i]) {
				take(in.Args[i])
				if i < last { // they commute
					in.Args[0], in.Args[1] = in.Args[1], in.Args[0]
				}
				break
			}
		}
	}

	// Reductions right after their value; stores as soon as no read follows,
	// since an output may be an input.
	pending := map[kernels.Value][]step{}
	var first []step // of values known before the body
	for i, r := range p.Reductions {
		v := root[r.Value]
		s := step{kind: reduce, value: v, named: r.Value, index: int32(i), args: [4]kernels.Value{v}, nargs: 1}
		if sh.foldLoads && r.Op == kernels.Sum && isLoad(v) && count[v] == 1 {
			gone[v] = true
			s.fold, s.folded, s.nargs = v, true, 0
		}
		if p.IsUniform(v) {
			first = append(first, s)
		} else {
			pending[v] = append(pending[v], s)
		}
	}
	for i, t := range p.Traps {
		s := step{kind: trap, value: t.Cond, named: t.Cond, index: int32(i), args: [4]kernels.Value{t.Cond}, nargs: 1}
		if p.IsUniform(t.Cond) {
			first = append(first, s)
		} else {
			pending[t.Cond] = append(pending[t.Cond], s)
		}
	}
	var held []step // stores that wait for the last read
	storeOf := map[kernels.Value][]step{}
	for _, st := range p.Stores {
		v := root[st.Value]
		s := step{kind: store, value: v, named: st.Value, index: int32(st.Slot), args: [4]kernels.Value{v}, nargs: 1}
		if p.IsUniform(v) {
			held = append(held, s)
		} else {
			storeOf[v] = append(storeOf[v], s)
		}
	}
	var results []kernels.Value
	for _, s := range p.Stores {
		results = append(results, root[s.Value])
	}
	for _, r := range p.Reductions {
		results = append(results, root[r.Value])
	}
	for _, t := range p.Traps {
		results = append(results, t.Cond)
	}
	pl.steps = make([]step, 0, len(body)+len(p.Stores)+len(p.Reductions))
	if sh.hoist {
		for j, in := range body {
			if in.Op == kernels.OpLoad && !gone[nu+j] {
				pl.steps = append(pl.steps, computeStep(kernels.Value(nu+j), in, false, 0))
			}
		}
	}
	pl.steps = append(pl.steps, first...)
	merged, rests := mergeable(body, nu, guards, hasFold, gone)
	inside := false
	release := func() {
		if inside { // what a guard may skip
			return
		}
		pl.steps = append(pl.steps, held...)
		held = held[:0]
	}
	place := func(j int) {
		v := kernels.Value(nu + j)
		if !gone[v] && !merged[j] && !(sh.hoist && body[j].Op == kernels.OpLoad) {
			pl.steps = append(pl.steps, computeStep(v, body[j], hasFold[j], fold[j]))
		}
		pl.steps = append(pl.steps, pending[v]...)
		held = append(held, storeOf[v]...)
		if j >= lastLoad {
			release()
		}
	}
	end := func(g kernels.Guard) {
		for _, m := range rests[0] {
			v := kernels.Value(nu + m)
			pl.steps = append(pl.steps, step{kind: merge, value: v, named: v, from: body[m].Type,
				args: [4]kernels.Value{g.Cond, body[m].Args[1], v}, nargs: 3})
		}
		pl.steps = append(pl.steps, step{kind: leave, value: g.Cond, named: g.Cond})
		inside = false
	}
	if sh.hoist {
		for j, in := range body {
			if in.Op == kernels.OpLoad {
				place(j)
			}
		}
		for _, j := range orderResults(p, body, results) {
			place(int(j))
		}
	} else {
		for j := range body {
			if len(guards) > 0 && inside && j == guards[0].Hi {
				end(guards[0])
				guards, rests = guards[1:], rests[1:]
			}
			if len(guards) > 0 && !inside && j == guards[0].Lo && j < guards[0].Hi {
				c := guards[0].Cond
				for _, m := range rests[0] {
					v := kernels.Value(nu + m)
					in := &body[m]
					pl.steps = append(pl.steps, step{kind: adopt, value: v, named: v, from: in.Type, args: [4]kernels.Value{in.Args[2]}, nargs: 1})
				}
				pl.steps = append(pl.steps, step{kind: enter, value: c, named: c, args: [4]kernels.Value{c}, nargs: 1})
				inside = true
			}
			place(j)
		}
		if inside {
			end(guards[0])
		}
	}
	release()
	if sh.hoist {
		pl.steps = interleave(p, pl.steps, sh.strands)
	}
	pl.findStores()
	pl.measureTruths(body)

	pl.index(len(count))
	return pl
}

// mergeable finds the selects that can be part of what a guard may skip: their last
// argument is there before it, so that in the common case it is the result, and
// nothing need be chosen. It returns which they are, by place, and those of each guard.
func mergeable(body []planned, nu int, guards []kernels.Guard, hasFold, gone []bool) (merged []bool, by [][]int) {
	merged, by = make([]bool, len(body)), make([][]int, len(guards))
	before := func(v kernels.Value, place int) bool { return int(v) < nu+place }
	first := map[kernels.Value]int{} // by condition: the guard
	for i := len(guards) - 1; i >= 0; i-- {
		first[guards[i].Cond] = i
	}
	next := 0
	for j := range body {
		in := &body[j]
		for next < len(guards) && j >= guards[next].Hi {
			next++
		}
		if in.Op != kernels.OpSelect || in.Type == kernels.Bool || hasFold[j] || gone[nu+j] ||
			next < len(guards) && j >= guards[next].Lo {
			continue
		}
		i, ok := first[in.Args[0]]
		if ok && j >= guards[i].Hi && before(in.Args[1], guards[i].Hi) && before(in.Args[2], guards[i].Lo) {
			merged[j] = true
			by[i] = append(by[i], j)
		}
	}
	return merged, by
}

// makes reports whether the step makes its value.
func (s *step) makes() bool { return s.kind == compute || s.kind == adopt }

// findStores finds the stores.
func (pl *plan) findStores() {
	pl.firstStore = len(pl.steps)
	for i := range pl.steps {
		if s := &pl.steps[i]; s.kind == store {
			pl.firstStore = min(pl.firstStore, i)
			pl.stores = append(pl.stores, int(s.index))
		}
	}
}

// index finds where each of n values is used and made.
func (pl *plan) index(n int) {
	pl.made = make([]int32, n)
	pl.first = make([]int32, n+1)
	for i := range pl.steps {
		s := &pl.steps[i]
		if s.makes() {
			pl.made[s.value] = int32(i)
		}
		for _, a := range s.args[:s.nargs] {
			pl.first[a+1]++
		}
	}
	for v := range n {
		pl.first[v+1] += pl.first[v]
	}
	pl.uses = make([]int32, pl.first[n])
	place := slices.Clone(pl.first)
	for i := range pl.steps {
		s := &pl.steps[i]
		for _, a := range s.args[:s.nargs] {
			pl.uses[place[a]] = int32(i)
			place[a]++
		}
	}
}

// usesOf returns the steps that use v, in order.
func (pl *plan) usesOf(v kernels.Value) []int32 { return pl.uses[pl.first[v]:pl.first[v+1]] }

// A planned instruction may do more than an instruction of the program.
type planned struct {
	kernels.Instr
	from                  kernels.Type // of what it computes on: of a select, of what is chosen
	negProduct, negAddend bool
	not                   bool
	alias                 bool  // it is another name for its argument
	byConst               bool  // a shift by the constant Imm
	ternary               bool  // on three integers bit by bit: by table
	table                 uint8 // the bit for each three, the first argument's being the highest of its number
	test                  bool  // a comparison with 0: of both arguments' bits in common
	narrow                bool  // a product of the low halves
}

// operands are the values that it takes.
func (b *planned) operands() []kernels.Value {
	switch {
	case b.byConst:
		return b.Args[:1]
	case b.ternary:
		return b.Args[:3]
	}
	return b.Args[:b.Op.NumArgs()]
}

// prepare returns the body with what costs nothing taken into the operations that
// use it. Negations of floats are: -x*y + z and the like are instructions, x + -y
// is x - y, and the signs of two factors cancel. Negation is exact, so no bit
// changes. Comparisons can be negated, constant counts of shifts are part of the
// instruction, and bits that are read as another type are where they are. What is
// absorbed stays in place.
func prepare(p *kernels.Program) []planned {
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
		b := planned{Instr: in, from: in.Type}
		switch {
		case in.Op == kernels.OpSelect, in.Op.NumArgs() == 0:
		default:
			b.from = p.TypeOf(in.Args[0])
		}
		switch {
		case in.Op == kernels.OpBits,
			in.Op == kernels.OpConvert && (in.Type == b.from || in.Type.IsInt() && b.from.IsInt() && in.Type.Size() == b.from.Size()),
			in.Op == kernels.OpAbs && in.Type.IsInt() && !in.Type.IsSigned():
			b.alias = true
		case in.Op == kernels.OpNot && in.Type == kernels.Bool && !p.IsUniform(in.Args[0]):
			c := &body[int(in.Args[0])-len(p.Uniform)]
			if c.Op.Compares() {
				b = *c
				b.not = !c.not
			}
		case (in.Op == kernels.OpShl || in.Op == kernels.OpShr) && p.IsUniform(in.Args[1]) && p.Instr(in.Args[1]).Op == kernels.OpConst:
			b.byConst, b.Imm = true, p.Instr(in.Args[1]).Imm
		case in.Type.IsFloat():
			b.absorb(strip)
		default:
			if x, y, ok := narrowProduct(p, in); ok {
				b.Args[0], b.Args[1], b.narrow = x, y, true
			}
		}
		body[j] = b
	}
	return body
}

// fuse finds what AVX-512 has instructions for: two operations bit by bit are
// one, where nothing else uses the first, and so is a test whether numbers have bits in
// common.
func fuse(p *kernels.Program, body []planned) {
	nu := len(p.Uniform)
	count := make([]int32, nu+len(body))
	for j := range body {
		for _, a := range body[j].operands() {
			count[a]++
		}
	}
	for _, s := range p.Stores {
		count[s.Value]++
	}
	// inner is the operation that makes v, looked for through other names, if nothing
	// else uses it.
	inner := func(v kernels.Value) *planned {
		for int(v) >= nu && count[v] == 1 {
			b := &body[int(v)-nu]
			if b.alias {
				v = b.Args[0]
				continue
			}
			if !b.ternary && !b.byConst && b.from.IsInt() && bitwise(b.Op) {
				return b
			}
			break
		}
		return nil
	}
	for j := range body {
		b := &body[j]
		switch {
		case b.alias || b.byConst || !b.from.IsInt():
		case b.Op == kernels.OpEq || b.Op == kernels.OpNe:
			for i := range 2 {
				zero := b.Args[1-i]
				if !p.IsUniform(zero) || p.Instr(zero).Op != kernels.OpConst || p.Instr(zero).Imm != 0 {
					continue
				}
				if and := inner(b.Args[i]); and != nil && and.Op == kernels.OpAnd {
					b.test = true
					b.Args = and.Args
					break
				}
			}
		case bitwise(b.Op):
			for i := range b.Op.NumArgs() {
				in := inner(b.Args[i])
				if in == nil || in.Op == kernels.OpNot && b.Op == kernels.OpNot {
					continue
				}
				b.join(nu, in, i)
				break
			}
		}
	}
}

func bitwise(op kernels.Op) bool { return op >= kernels.OpAnd && op <= kernels.OpNot }

// join makes one operation of b and of the one that makes its argument i.
func (b *planned) join(nu int, in *planned, i int) {
	var args []kernels.Value
	place := func(v kernels.Value) int {
		if at := slices.Index(args, v); at >= 0 {
			return at
		}
		args = append(args, v)
		return len(args) - 1
	}
	all := slices.Clone(in.Args[:in.Op.NumArgs()])
	if b.Op != kernels.OpNot {
		all = append(all, b.Args[1-i])
	}
	// What is uniform goes last, where it may be in memory.
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(v, w kernels.Value) int { return b2i(int(v) < nu) - b2i(int(w) < nu) })
	for _, v := range sorted {
		place(v)
	}
	var at [2]int
	for k, v := range in.Args[:in.Op.NumArgs()] {
		at[k] = place(v)
	}
	other := -1
	if b.Op != kernels.OpNot {
		other = place(b.Args[1-i])
	}
	for len(args) < 3 { // before the last, of which there may be memory
		args = slices.Insert(args, 0, args[0])
		at[0], at[1], other = at[0]+1, at[1]+1, other+b2i(other >= 0)
	}
	b.ternary, b.table = true, 0
	for n := range 8 {
		bit := func(at int) uint64 { return uint64(n >> (2 - at) & 1) }
		var y uint64
		x := kernels.Evaluate(in.Op, kernels.Bool, kernels.Bool, bit(at[0]), bit(at[1]), 0)
		if other >= 0 {
			y = bit(other)
		}
		if kernels.Evaluate(b.Op, kernels.Bool, kernels.Bool, x, y, 0) != 0 {
			b.table |= 1 << n
		}
	}
	copy(b.Args[:], args)
}

// absorb takes negations into an operation on floats.
func (b *planned) absorb(strip func(kernels.Value) (kernels.Value, bool)) {
	in := b.Instr
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
}

func computeStep(v kernels.Value, in planned, hasFold bool, fold kernels.Value) step {
	s := step{kind: compute, value: v, named: v, instr: in.Instr, from: in.from, fold: fold, folded: hasFold,
		negProduct: in.negProduct, negAddend: in.negAddend, not: in.not, byConst: in.byConst, ternary: in.ternary, table: in.table, test: in.test, narrow: in.narrow}
	for _, a := range in.operands() {
		if hasFold && a == fold {
			continue // used once, so this is it
		}
		s.args[s.nargs] = a
		s.nargs++
	}
	return s
}

// measureTruths finds how wide truth values are where they lie in vectors.
func (pl *plan) measureTruths(body []planned) {
	nu := len(pl.p.Uniform)
	pl.truths = make([]int8, nu+len(body))
	for j := range body {
		in := &body[j]
		if in.Type != kernels.Bool {
			continue
		}
		if in.Op.Compares() {
			pl.truths[nu+j] = int8(in.from.Size())
			continue
		}
		size := int8(-1)
		for _, a := range in.operands() {
			if t := pl.truths[a]; size < 0 {
				size = t
			} else if size != t {
				size = 0
			}
		}
		pl.truths[nu+j] = max(size, 0)
	}
}

// truth is the number of bytes of a truth value on a lane of that many.
func (pl *plan) truth(v kernels.Value, lane int) int {
	if t := pl.truths[v]; t != 0 {
		return int(t)
	}
	return lane
}

// divides reports whether there is a division that takes room in memory.
func (pl *plan) divides() bool {
	return slices.ContainsFunc(pl.steps, func(s step) bool {
		return s.kind == compute && (s.instr.Op == kernels.OpDiv || s.instr.Op == kernels.OpRem) && s.from.IsInt()
	})
}

// pressure is the number of values of the body that are alive at once at the
// most; a result may take the place of an argument. Those in mask registers do
// not count.
func (pl *plan) pressure(masks bool) int {
	live, most := 0, 0
	ends := make([]int, len(pl.steps)) // values used last by a step
	for i, s := range pl.steps {
		live -= ends[i]
		if !s.makes() || masks && s.instr.Type == kernels.Bool {
			continue
		}
		if u := pl.usesOf(s.value); len(u) > 0 {
			live++
			ends[u[len(u)-1]]++
		}
		most = max(most, live)
	}
	return most
}
