package ptx

import (
	"fmt"
	"math/bits"

	"github.com/triad-go/triad/kernels"
)

// Launches of programs that reduce: a warp takes a block, and each of its threads one lane of the block's rows, or
// two, of which the second is 32 lanes on. So the accumulators are the interpreter's, and the tree over them is one of shuffles.

// blocks is the entry of a program with reductions.
func (g *generator) blocks(name string) string {
	w := &writer{}
	env := g.environment(w)
	p := g.p
	n := env.word(argN)
	thread, threads := w.thread()
	warp, warps, lane := w.reg(b64), w.reg(b64), w.reg(b64)
	w.op("shr.u64 %s, %s, 5", warp, thread)
	w.op("shr.u64 %s, %s, 5", warps, threads)
	w.op("and.b64 %s, %s, 31", lane, thread)
	count := w.reg(b64) // of blocks, of a row
	w.op("add.s64 %s, %s, %d", count, n, p.BlockLen()-1)
	w.op("shr.u64 %s, %s, %d", count, count, bits.TrailingZeros(uint(p.BlockLen()))) // a power of two
	all := count
	var grid *grid
	if g.o.Sources != nil {
		grid = g.newGrid(env)
		all = w.reg(b64)
		w.op("mul.lo.s64 %s, %s, %s", all, count, grid.shape[0])
		w.op("mul.lo.s64 %s, %s, %s", all, all, grid.shape[1])
	}
	partials := env.address(argPartials)
	w.loop(warp, warps, all, func(block string) {
		inRow := block
		if grid != nil {
			row := w.reg(b64)
			w.op("div.u64 %s, %s, %s", row, block, count)
			inRow = w.reg(b64)
			w.op("mul.lo.s64 %s, %s, %s", inRow, row, count)
			w.op("sub.s64 %s, %s, %s", inRow, block, inRow)
			z, y := w.reg(b64), w.reg(b64)
			w.op("div.u64 %s, %s, %s", z, row, grid.shape[1])
			w.op("mul.lo.s64 %s, %s, %s", y, z, grid.shape[1])
			w.op("sub.s64 %s, %s, %s", y, row, y)
			grid.row(z, y)
		}
		first, left := w.reg(b64), w.reg(b64)
		w.op("mul.lo.s64 %s, %s, %d", first, inRow, p.BlockLen())
		w.op("sub.s64 %s, %s, %s", left, n, first)
		w.op("add.s64 %s, %s, %s", first, first, lane)
		accs := g.accumulators(w)

		partial, end := w.label(), w.label()
		short := w.reg(pred)
		w.op("setp.lt.s64 %s, %s, %d", short, left, p.BlockLen())
		w.op("@%s bra %s", short, partial)
		g.rows(env, grid, first, accs)
		w.op("bra %s", end)
		w.place(partial)
		g.lastRows(env, grid, first, n, accs)
		w.place(end)
		g.foldLanes(w, accs)

		other, at := w.reg(pred), w.reg(b64)
		w.op("setp.ne.s64 %s, %s, 0", other, lane)
		skip := w.label()
		w.op("@%s bra %s", other, skip)
		w.op("mad.lo.s64 %s, %s, 8, %s", at, block, partials)
		for r, red := range p.Reductions {
			if r > 0 {
				next := w.reg(b64)
				w.op("mad.lo.s64 %s, %s, 8, %s", next, env.word(argStride), at)
				at = next
			}
			w.storeWord(at, p.TypeOf(red.Value), accs[r][0])
		}
		w.place(skip)
	})
	w.op("ret")
	registers := fmt.Sprintf(" .maxntid %d, 1, 1", MaxThreads)
	if grid == nil && len(p.Body) <= vectorMost {
		registers = g.occupancy()
	}
	return w.entry(name, g.words(), registers)
}

// storeWord writes a value into the low end of a word.
func (w *writer) storeWord(at string, t kernels.Type, value string) {
	if t.Size() == 8 {
		w.op("st.global%s [%s], %s", suffix(t), at, value)
		return
	}
	zero := w.reg(b32)
	w.op("mov.u32 %s, 0", zero)
	low := w.reg(b32)
	w.op("mov.b32 %s, %s", low, value)
	w.op("st.global.v2.u32 [%s], {%s, %s}", at, low, zero)
}

// accumulators are the lanes of a thread, by reduction.
func (g *generator) accumulators(w *writer) [][]string {
	accs := make([][]string, len(g.p.Reductions))
	for r, red := range g.p.Reductions {
		t := g.p.TypeOf(red.Value)
		for range g.p.Lanes() / 32 {
			accs[r] = append(accs[r], w.constant(t, startBits(red.Op, t)))
		}
	}
	return accs
}

// together is how many rows are computed side by side, whose loads are under way together.
func (g *generator) together() int {
	switch n := len(g.p.Body); {
	case n > vectorMost:
		return 1
	case n > 24 || len(g.p.Guards) > 0:
		return 2
	case n > 8 || g.p.Lanes() > 32:
		return 4
	}
	return 8
}

// access is element x of the row at hand.
func (g *generator) access(env *environment, grid *grid, x string) access {
	if grid != nil {
		return grid.at(x)
	}
	return g.plainAt(env, x)
}

// rows folds the rows of a whole block, of which first is the thread's first element.
func (g *generator) rows(env *environment, grid *grid, first string, accs [][]string) {
	w := env.w
	k := g.together()
	x, row, again, more := w.reg(b64), w.reg(b32), w.label(), w.reg(pred)
	w.op("mov.u64 %s, %s", x, first)
	w.op("mov.u32 %s, 0", row)
	w.place(again)
	var bodies []*body
	var lanes []int
	for r := range k {
		for half := range g.p.Lanes() / 32 {
			at := x
			if d := r*g.p.Lanes() + 32*half; d > 0 {
				at = w.reg(b64)
				w.op("add.s64 %s, %s, %d", at, x, d)
			}
			bodies = append(bodies, g.newBody(env, g.access(env, grid, at)))
			lanes = append(lanes, half)
		}
	}
	if len(g.p.Body) <= earlyLoads {
		for _, b := range bodies {
			b.loads()
		}
	}
	for _, b := range bodies {
		b.compute()
	}
	for i, b := range bodies {
		b.stores()
		g.foldInto(w, accs, lanes[i], b)
	}
	w.op("add.s64 %s, %s, %d", x, x, k*g.p.Lanes())
	w.op("add.u32 %s, %s, %d", row, row, k)
	w.op("setp.lt.u32 %s, %s, %d", more, row, kernels.BlockRows)
	w.op("@%s bra %s", more, again)
}

// lastRows folds what there is of the last block.
func (g *generator) lastRows(env *environment, grid *grid, first, n string, accs [][]string) {
	w := env.w
	for half := range g.p.Lanes() / 32 {
		from := first
		if half > 0 {
			from = w.reg(b64)
			w.op("add.s64 %s, %s, %d", from, first, 32*half)
		}
		w.loop(from, fmt.Sprint(g.p.Lanes()), n, func(x string) {
			b := g.newBody(env, g.access(env, grid, x))
			if len(g.p.Body) <= earlyLoads {
				b.loads()
			}
			b.compute()
			b.stores()
			g.foldInto(w, accs, half, b)
		})
	}
}

func (g *generator) foldInto(w *writer, accs [][]string, lane int, b *body) {
	for r, red := range g.p.Reductions {
		w.fold(red.Op, g.p.TypeOf(red.Value), accs[r][lane], b.vals[red.Value])
	}
}

// foldLanes is kernels.FoldLanes: what is left is in the warp's first thread.
func (g *generator) foldLanes(w *writer, accs [][]string) {
	w.op("bar.warp.sync 0xffffffff")
	for r, red := range g.p.Reductions {
		t := g.p.TypeOf(red.Value)
		if len(accs[r]) == 2 {
			w.fold(red.Op, t, accs[r][0], accs[r][1])
		}
		for h := 16; h > 0; h /= 2 {
			w.fold(red.Op, t, accs[r][0], w.shuffleDown(t, accs[r][0], h))
		}
	}
}

// shuffleDown is the value of the thread that is d threads on in the warp.
func (w *writer) shuffleDown(t kernels.Type, r string, d int) string {
	if t.Size() == 4 {
		x, y := w.reg(b32), w.reg(classOf(t))
		w.op("mov.b32 %s, %s", x, r)
		w.op("shfl.sync.down.b32 %s, %s, %d, 31, 0xffffffff", x, x, d)
		w.op("mov.b32 %s, %s", y, x)
		return y
	}
	lo, hi, y := w.reg(b32), w.reg(b32), w.reg(classOf(t))
	w.op("mov.b64 {%s, %s}, %s", lo, hi, r)
	w.op("shfl.sync.down.b32 %s, %s, %d, 31, 0xffffffff", lo, lo, d)
	w.op("shfl.sync.down.b32 %s, %s, %d, 31, 0xffffffff", hi, hi, d)
	w.op("mov.b64 %s, {%s, %s}", y, lo, hi)
	return y
}

// FoldPartials is how many partials a block of a fold entry folds into one, and FoldThreads how many threads
// it has. Its arguments are the words: address of the partials, their number, address of what comes out.
const (
	FoldPartials = 2048
	FoldThreads  = FoldPartials / 2
)

// foldEntry folds partials in pairs of neighbours, level by level, an odd one out rising: kernels' tree over blocks,
// of which 2048 blocks in a row are a subtree.
func foldEntry(name string, op kernels.Reduction, t kernels.Type) string {
	w := &writer{}
	in, count, out := w.ldarg(0), w.ldarg(1), w.ldarg(2)
	w.op("cvta.to.global.u64 %s, %s", in, in)
	w.op("cvta.to.global.u64 %s, %s", out, out)
	cta, tid := w.reg(b32), w.reg(b32)
	w.op("mov.u32 %s, %%ctaid.x", cta)
	w.op("mov.u32 %s, %%tid.x", tid)
	part, first, left := w.reg(b64), w.reg(b64), w.reg(b64)
	w.op("cvt.u64.u32 %s, %s", part, cta)
	w.op("mul.lo.s64 %s, %s, %d", first, part, FoldPartials)
	w.op("sub.s64 %s, %s, %s", left, count, first)
	w.op("min.s64 %s, %s, %d", left, left, FoldPartials)
	n := w.reg(b32) // of the values at this level
	w.op("cvt.u32.u64 %s, %s", n, left)
	w.op("mad.lo.s64 %s, %s, 8, %s", in, first, in)

	shared, mine := w.reg(b32), w.reg(b32)
	w.op("mov.u32 %s, room", shared)
	w.op("mad.lo.u32 %s, %s, 8, %s", mine, tid, shared)

	// A thread takes a pair, or the odd one out, or nothing.
	value, other := w.reg(classOf(t)), w.reg(classOf(t))
	w.op("mov%s %s, %s", untyped(t), value, zero(t))
	w.op("mov%s %s, %s", untyped(t), other, zero(t))
	pair, has, both, one, up := w.reg(b32), w.reg(pred), w.reg(pred), w.reg(b32), w.reg(b32)
	take := func(read func(dst string, d int)) {
		w.op("shl.b32 %s, %s, 1", pair, tid)
		w.op("setp.lt.u32 %s, %s, %s", has, pair, n)
		w.op("add.u32 %s, %s, 1", one, pair)
		w.op("setp.lt.u32 %s, %s, %s", both, one, n)
		read(value, 0)
		read(other, 1)
		folded := w.reg(classOf(t))
		w.op("mov%s %s, %s", untyped(t), folded, value)
		w.fold(op, t, folded, other)
		w.op("selp%s %s, %s, %s, %s", untyped(t), value, folded, value, both)
		w.op("add.u32 %s, %s, 1", up, n)
		w.op("shr.u32 %s, %s, 1", n, up)
	}
	guards := []string{has, both}
	at := w.reg(b64)
	w.op("mul.wide.u32 %s, %s, 16", at, tid)
	w.op("add.s64 %s, %s, %s", at, at, in)
	take(func(dst string, d int) { w.op("@%s ld.global%s %s, [%s+%d]", guards[d], suffix(t), dst, at, 8*d) })
	again, end, last := w.label(), w.label(), w.reg(pred)
	twice := w.reg(b32)
	w.op("mad.lo.u32 %s, %s, 16, %s", twice, tid, shared)
	w.place(again)
	w.op("setp.le.u32 %s, %s, 1", last, n)
	w.op("@%s bra %s", last, end)
	w.op("st.shared%s [%s], %s", suffix(t), mine, value)
	w.op("bar.sync 0")
	take(func(dst string, d int) { w.op("@%s ld.shared%s %s, [%s+%d]", guards[d], suffix(t), dst, twice, 8*d) })
	w.op("bar.sync 0")
	w.op("bra %s", again)
	w.place(end)
	not := w.reg(pred)
	skip := w.label()
	w.op("setp.ne.u32 %s, %s, 0", not, tid)
	w.op("@%s bra %s", not, skip)
	w.op("mad.lo.s64 %s, %s, 8, %s", out, part, out)
	w.storeWord(out, t, value)
	w.place(skip)
	w.op("ret")
	text := w.entry(name, 3, fmt.Sprintf(" .maxntid %d, 1, 1", FoldThreads))
	return withShared(text, fmt.Sprintf(".shared .align 8 .b8 room[%d];", 8*FoldThreads))
}
