package simd

import (
	"math"
	"slices"

	"github.com/triad-go/triad/kernels"
)

// copies is the plan for that many vectors of elements one after the other, their
// steps in an order in which few wait for one right before: see reorder. What a
// guard may skip stays together. Copy c of a value of the body is that value and c
// times the body's length more. Room is how many values may be alive at once.
func (pl *plan) copies(n, lanes, room int) *plan {
	p := pl.p
	nu, nb := len(p.Uniform), len(p.Body)
	many := &plan{p: p, vectors: n, truths: pl.truths, steps: make([]step, 0, n*len(pl.steps))}
	add := func(s step, c int) {
		rename := func(v *kernels.Value) {
			if int(*v) >= nu {
				*v += kernels.Value(c * nb)
			}
		}
		rename(&s.value)
		rename(&s.fold)
		for i := range s.args {
			rename(&s.args[i])
		}
		for i := range s.instr.Args {
			rename(&s.instr.Args[i])
		}
		s.ahead = int32(c * lanes)
		many.steps = append(many.steps, s)
	}
	o := newReorder(many, nu, nu+n*nb, room)
	steps := delayGuards(pl.steps, nu+nb)
	for i := 0; i < len(steps); {
		first := steps[i]
		if first.kind != enter {
			for c := range n {
				add(first, c)
			}
			i++
			continue
		}
		// One test for all vectors, and all is done if it is for one.
		add(first, 0)
		test := &many.steps[len(many.steps)-1]
		for c := 1; c < n; c++ {
			test.args[c] = first.args[0] + kernels.Value(c*nb)
		}
		test.nargs = int8(n)
		end := i + 1
		for steps[end].kind != leave {
			end++
		}
		for c := range n {
			for _, s := range steps[i+1 : end] {
				add(s, c)
			}
		}
		add(steps[end], 0)
		i = end + 1
	}
	for _, s := range many.steps {
		o.expect(s)
	}
	for i := 0; i < len(many.steps); {
		if many.steps[i].isBorder() {
			o.note(&many.steps[i])
			i++
			continue
		}
		end := i
		for end < len(many.steps) && !many.steps[end].isBorder() {
			end++
		}
		o.part(many.steps[i:end])
		i = end
	}
	many.findStores()
	many.index(nu + n*nb)
	return many
}

// delayGuards puts steps that need nothing of a guard's range before it, so that the
// steps between guards, which are ordered among themselves, are many. Ranges may
// read memory, and so no write passes one.
func delayGuards(steps []step, values int) []step {
	const noRange = -1
	by := make([]int32, values) // the range that makes a value
	for v := range by {
		by[v] = noRange
	}
	out := make([]step, 0, len(steps))
	var waiting [][]step // ranges, with what is adopted for them
	begun := int32(0)    // ranges so far
	flush := func(upTo int32) {
		for first := begun - int32(len(waiting)); first <= upTo && len(waiting) > 0; first++ {
			out = append(out, waiting[0]...)
			waiting = waiting[1:]
		}
	}
	for i := 0; i < len(steps); {
		end := i
		for end < len(steps) && steps[end].kind == adopt {
			end++
		}
		guarded := end < len(steps) && steps[end].kind == enter
		if guarded {
			for steps[end].kind != leave {
				end++
			}
		} else {
			end = i
		}
		end++
		needs := int32(noRange)
		for _, s := range steps[i:end] {
			for _, v := range s.args[:s.nargs] {
				if by[v] != begun { // of this range itself
					needs = max(needs, by[v])
				}
			}
			if guarded && (s.makes() || s.kind == merge) {
				by[s.value] = begun
			}
			if s.kind == store {
				needs = begun
			}
		}
		flush(needs)
		if guarded {
			waiting = append(waiting, steps[i:end])
			begun++
		} else {
			out = append(out, steps[i])
		}
		i = end
	}
	flush(begun)
	return out
}

// isBorder reports whether a guard's range begins or ends with the step.
func (s *step) isBorder() bool { return s.kind == enter || s.kind == leave }

// reorder puts steps into an order in which the processor finds work at all times:
// of those whose arguments are there, the one from which the longest chain of
// steps goes on. Where as many values are alive as there is room for, it is the one
// that leaves the fewest.
type reorder struct {
	nu    int
	room  int
	live  int
	left  []int32 // by value: uses to come
	done  []int32 // by value: when it is there
	maker []int32 // by value: the step of the part that makes it, and 1; 0: none
}

func newReorder(pl *plan, nu, n, room int) *reorder {
	return &reorder{nu: nu, room: room, left: make([]int32, n), done: make([]int32, n), maker: make([]int32, n)}
}

// expect counts the uses of a step.
func (o *reorder) expect(s step) {
	for _, v := range s.args[:s.nargs] {
		o.left[v]++
	}
}

// grows is by how many values more are alive after a step.
func (o *reorder) grows(s *step) int {
	by := 0
	if s.makes() && o.left[s.value] > 0 {
		by++
	}
	for i, v := range s.args[:s.nargs] {
		if int(v) >= o.nu && o.left[v] == 1 || i > 0 && v == s.args[0] && o.left[v] == 2 {
			by--
		}
	}
	return by
}

// note takes a step as done.
func (o *reorder) note(s *step) {
	o.live += o.grows(s)
	for _, v := range s.args[:s.nargs] {
		o.left[v]--
	}
}

// part reorders steps in place. Reads of a vector's elements stay before writes.
func (o *reorder) part(steps []step) {
	n := len(steps)
	users := make([][]int32, n)
	waits := make([]int32, n)   // arguments that are not there yet
	chain := make([]int32, n)   // from the step's begin to the end of what needs it
	unread := map[int32]int32{} // by vector: reads to come
	isRead := func(s *step) bool { return s.folded || s.kind == compute && s.instr.Op == kernels.OpLoad }
	for i := range steps {
		if s := &steps[i]; s.makes() {
			o.maker[s.value] = int32(i + 1)
		}
	}
	for i := range steps {
		s := &steps[i]
		for _, v := range s.args[:s.nargs] {
			if m := o.maker[v]; m != 0 {
				users[m-1] = append(users[m-1], int32(i))
				waits[i]++
			}
		}
		if isRead(s) {
			unread[s.ahead]++
		}
	}
	for i := n - 1; i >= 0; i-- {
		most := int32(0)
		for _, u := range users[i] {
			most = max(most, chain[u])
		}
		chain[i] = most + delay(&steps[i])
	}
	var ready []int32 // in their order
	for i := range steps {
		if waits[i] == 0 {
			ready = append(ready, int32(i))
		}
	}
	out := make([]step, 0, n)
	for now := int32(0); len(ready) > 0; now++ {
		best, at, soonest := -1, 0, int32(math.MaxInt32)
		tight := o.live >= o.room
		var key, bestKey int32
		for k, i := range ready {
			s := &steps[i]
			if s.kind == store && unread[s.ahead] > 0 {
				continue
			}
			t := now
			for _, v := range s.args[:s.nargs] {
				t = max(t, o.done[v])
			}
			key = chain[i]
			if tight {
				t = int32(o.grows(s) + 8)
			}
			if best < 0 || t < soonest || t == soonest && key > bestKey {
				best, at, soonest, bestKey = int(i), k, t, key
			}
		}
		s := &steps[best]
		ready = append(ready[:at], ready[at+1:]...)
		out = append(out, *s)
		o.note(s)
		if isRead(s) {
			unread[s.ahead]--
		}
		start := now
		for _, v := range s.args[:s.nargs] {
			start = max(start, o.done[v])
		}
		if s.makes() {
			o.done[s.value] = start + delay(s)
		}
		if !tight {
			now = max(now, start)
		}
		for _, u := range users[best] {
			if waits[u]--; waits[u] == 0 {
				ready = append(ready, u)
			}
		}
	}
	for i := range steps { // values of other parts
		if s := &steps[i]; s.makes() {
			o.maker[s.value], o.done[s.value] = 0, 0
		}
	}
	copy(steps, out)
}

// delay is how long the result of a step takes, in units of the time in which one
// instruction starts: see latency.
func delay(s *step) int32 {
	if s.kind != compute {
		return 0
	}
	if s.from.IsInt() && s.instr.Op != kernels.OpMul && !s.instr.Op.Compares() && s.instr.Op != kernels.OpDiv && s.instr.Op != kernels.OpRem {
		return 2
	}
	return latency(s.instr.Op)
}

// mostReordered is the number of steps past which the order of a plan is left as it
// is: longer ones are full of work that does not wait, and code for several vectors
// would outgrow the first-level cache.
const mostReordered = 800

// inFlight is the number of vectors to compute at once, by this model. The steps of a vector
// that no guard skips take as long as their longest chain of latencies, while the
// processor could start two of its multiplications and three of all its
// instructions a cycle; what it reads of constants and tables takes longer, and is
// read for each vector but for the constants that find a register. So many vectors are
// wanted as fill that time, two at the least, since a processor looks ahead but not
// far enough; and four at the most, or two with the registers of AVX2. The numbers are
// by measurement.
func (g *gen) inFlight() int {
	n := len(g.body.steps)
	if n <= 8 || n > mostReordered {
		return 1
	}
	registers, most, lookup := 16, 2, int32(2) // a look-up has two halves
	if g.wide {
		registers, most, lookup = 32, 4, 5 // and logarithms want no more than two vectors
	}
	var longest, all, products, tables int32
	var constants [][]kernels.Value // by step
	nu := kernels.Value(len(g.body.p.Uniform))
	ready := map[kernels.Value]int32{} // in half cycles
	guarded := false
	for i := range g.body.steps {
		s := &g.body.steps[i]
		switch s.kind {
		case enter, leave:
			guarded = s.kind == enter
		case compute:
			if guarded {
				continue
			}
			start := int32(0)
			for _, v := range s.args[:s.nargs] {
				start = max(start, ready[v])
			}
			ready[s.value] = start + delay(s)
			longest = max(longest, ready[s.value])
			all++
			if s.instr.Op == kernels.OpTable {
				tables++
			}
			var own []kernels.Value
			for _, v := range s.args[:s.nargs] {
				if v < nu {
					own = append(own, v)
				}
			}
			constants = append(constants, own)
			if s.from.IsFloat() && (s.instr.Op == kernels.OpMul || s.instr.Op == kernels.OpFMA) {
				products++
			}
		}
	}
	if all == 0 {
		return 1
	}
	uniforms, pressure := g.mostUsed(), g.body.pressure(g.wide)
	// reads are those of each of that many vectors; assignRegisters keeps constants as here.
	reads := func(vectors int) int32 {
		kept := uniforms[:min(len(uniforms), max(0, registers-vectors*pressure-2))]
		reads := lookup * tables
		for _, own := range constants {
			if slices.ContainsFunc(own, func(v kernels.Value) bool { return !slices.Contains(kept, v) }) {
				reads++ // one of two is an operand of the instruction
			}
		}
		return reads
	}
	want := 1
	for want < most && int32(want)*max(products, all*2/3, reads(want)*12/5) < longest {
		want *= 2
	}
	for want > 1 && want*n > mostReordered {
		want /= 2
	}
	return want
}
