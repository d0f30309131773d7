package ptx

import (
	"fmt"

	"github.com/triad-go/triad/kernels"
)

// Launches over arrays whose elements follow each other: grid-stride loops, so that any grid
// computes everything. Numbers of elements have 64 bits.

// plainAccess is element i of arrays whose elements follow each other.
type plainAccess struct {
	g       *generator
	env     *environment
	offsets [9]string // by size of element: of element i, in bytes
	place   string    // i + the place of element 0
}

// plainAt is the element of that number.
func (g *generator) plainAt(env *environment, i string) *plainAccess {
	a := &plainAccess{g: g, env: env}
	w := env.w
	for _, array := range g.p.Arrays {
		if size := array.Type.Size(); (array.Read || array.Written) && !array.Gathered && a.offsets[size] == "" {
			a.offsets[size] = w.reg(b64)
			w.op("mul.lo.s64 %s, %s, %d", a.offsets[size], i, size)
		}
	}
	if g.numbered() {
		a.place = w.reg(b64)
		w.op("add.s64 %s, %s, %s", a.place, i, env.word(argIndex))
	}
	return a
}

// numbered reports whether elements must know their numbers.
func (g *generator) numbered() bool {
	for _, in := range g.p.Body {
		if in.Op == kernels.OpIndex {
			return true
		}
	}
	return len(g.p.Traps) > 0
}

func (a *plainAccess) address(slot int) string {
	r := a.env.w.reg(b64)
	a.env.w.op("add.s64 %s, %s, %s", r, a.env.bases[slot], a.offsets[a.g.p.Arrays[slot].Type.Size()])
	return r
}

func (a *plainAccess) load(slot int) string {
	t := a.g.p.Arrays[slot].Type
	r := a.env.w.reg(classOf(t))
	a.env.w.op("ld.global%s%s %s, [%s]", a.g.loadHint(slot), suffix(t), r, a.address(slot))
	return r
}

func (a *plainAccess) store(slot int, value string) {
	a.env.w.op("st.global%s%s [%s], %s", a.g.storeHint(), suffix(a.g.p.Arrays[slot].Type), a.address(slot), value)
}

func (a *plainAccess) index(int) string     { return a.place } // of the only axis
func (a *plainAccess) number() string       { return a.place }
func (a *plainAccess) base(slot int) string { return a.env.bases[slot] }

// loadHint and storeHint are the cache operations: what outgrows the cache is not read again soon.
func (g *generator) loadHint(slot int) string {
	if g.o.Stream {
		return ".cs" + g.readOnly(slot)
	}
	return g.readOnly(slot)
}

func (g *generator) storeHint() string {
	if g.o.Stream {
		return ".cs"
	}
	return ""
}

// thread is the number of the thread in the grid, and the number of threads.
func (w *writer) thread() (thread, threads string) {
	cta, block, tid, grid := w.reg(b32), w.reg(b32), w.reg(b32), w.reg(b32)
	w.op("mov.u32 %s, %%ctaid.x", cta)
	w.op("mov.u32 %s, %%ntid.x", block)
	w.op("mov.u32 %s, %%tid.x", tid)
	w.op("mov.u32 %s, %%nctaid.x", grid)
	thread, threads = w.reg(b64), w.reg(b64)
	w.op("cvt.u64.u32 %s, %s", thread, tid)
	w.op("mad.wide.u32 %s, %s, %s, %s", thread, cta, block, thread)
	w.op("mul.wide.u32 %s, %s, %s", threads, grid, block)
	return thread, threads
}

// loop writes body for i = from, from+step … while less than n; i is a register of its own.
func (w *writer) loop(from, step, n string, body func(i string)) {
	i, done, again, end := w.reg(b64), w.reg(pred), w.label(), w.label()
	w.op("mov.u64 %s, %s", i, from)
	w.op("setp.ge.s64 %s, %s, %s", done, i, n)
	w.op("@%s bra %s", done, end)
	w.place(again)
	body(i)
	w.op("add.s64 %s, %s, %s", i, i, step)
	w.op("setp.lt.s64 %s, %s, %s", done, i, n)
	w.op("@%s bra %s", done, again)
	w.place(end)
}

// scalar is the entry whose threads take one element at a time, for what takes no vectors.
func (g *generator) scalar(name string) string {
	w := &writer{}
	env := g.environment(w)
	n := env.word(argN)
	thread, threads := w.thread()
	w.loop(thread, threads, n, func(i string) { g.element(env, g.plainAt(env, i)) })
	w.op("ret")
	return w.entry(name, g.words(), "")
}

// words is the number of words that the entries' parameters have.
func (g *generator) words() int {
	if g.m.Indirect {
		return 1
	}
	return g.plan.words
}

// element is the code of one element.
func (g *generator) element(env *environment, at access) {
	b := g.newBody(env, at)
	if len(g.p.Body) <= earlyLoads {
		b.loads()
	}
	b.compute()
	b.stores()
}

const (
	// earlyLoads is the length of program up to which all loads come first: with more, values would
	// wait in registers that there are not.
	earlyLoads = 300

	// vectorMost is the length of program up to which threads take vectors: with more the loads are not what counts.
	vectorMost = 200
)

// width is how many elements a vector has: 16 bytes of the widest there are.
func (g *generator) width() int { return 16 / g.p.LaneSize() }

// accesses is how many elements of arrays the code of an element loads and stores, and how much else it does.
func (g *generator) accesses() (loads, stores, computed int) {
	for _, in := range g.p.Body {
		switch in.Op {
		case kernels.OpLoad:
			loads++
		default:
			computed++
		}
	}
	return loads, len(g.p.Stores), computed
}

// brief reports whether threads wait for memory rather than compute.
func (g *generator) brief() bool {
	loads, stores, computed := g.accesses()
	return loads+stores > 0 && computed <= 40 && len(g.p.Body) <= vectorMost && len(g.p.Guards) == 0
}

// vectorRegisters is how many registers the vectors that a thread has at once may take, four each, of the 64 that there are.
const vectorRegisters = 48

// vectors is how many vectors a thread of the vector entry takes at once, or elements a thread of the scalar one, whose loads are
// under way together; 0 is for no vector entry.
func (g *generator) vectors() int {
	loads, stores, computed := g.accesses()
	k := 4
	switch {
	case loads+stores == 0 || len(g.p.Body) > vectorMost:
		return 0
	case !g.brief():
		return 1
	case computed > 16 || loads+stores > 8:
		k = 2
	}
	for k > 1 && 4*k*max(loads, stores) > vectorRegisters {
		k /= 2
	}
	return k
}

// occupancy says how many blocks are to be on a multiprocessor at once, and so how many registers threads have. Four leave 64:
// room for the loads of all vectors or rows at once, which the assembler would give up for more threads. Long programs, and those of
// many arrays, need more.
func (g *generator) occupancy() string {
	blocks := 4
	if loads, _, _ := g.accesses(); len(g.p.Body) > 64 || 4*loads > vectorRegisters {
		blocks = 2
	}
	return fmt.Sprintf(" .maxntid %d, 1, 1 .minnctapersm %d", MaxThreads, blocks)
}

// vectorAccess is the elements of one vector of each array.
type vectorAccess struct {
	*plainAccess
	lane   int
	loaded map[int][]string // by slot: the registers of the lanes
	stored map[int][]string
}

func (v *vectorAccess) load(slot int) string { return v.loaded[slot][v.lane] }

func (v *vectorAccess) store(slot int, value string) { v.stored[slot] = append(v.stored[slot], value) }

// lanes are the elements of the vector of that width, of which element 0 has number i.
func (g *generator) lanes(env *environment, i string, width int) []*vectorAccess {
	w := env.w
	first := g.plainAt(env, i)
	loaded, stored := map[int][]string{}, map[int][]string{}
	var all []*vectorAccess
	for lane := range width {
		at := *first
		if lane > 0 && at.place != "" {
			at.place = w.reg(b64)
			w.op("add.s64 %s, %s, %d", at.place, first.place, lane)
		}
		all = append(all, &vectorAccess{&at, lane, loaded, stored})
	}
	for _, in := range g.p.Body {
		if slot := int(in.Imm); in.Op == kernels.OpLoad && loaded[slot] == nil {
			t := g.p.Arrays[slot].Type
			for range all {
				loaded[slot] = append(loaded[slot], w.reg(classOf(t)))
			}
			w.op("ld.global%s%s%s %s, [%s]", g.loadHint(slot), times(width), suffix(t), braces(loaded[slot]), first.address(slot))
		}
	}
	return all
}

// finish stores the vectors.
func (g *generator) finish(lanes []*vectorAccess) {
	first := lanes[0]
	for _, s := range g.p.Stores {
		values := first.stored[s.Slot]
		first.env.w.op("st.global%s%s%s [%s], %s", g.storeHint(), times(len(values)), suffix(g.p.Arrays[s.Slot].Type), first.address(s.Slot), braces(values))
	}
}

// times says of a load or store how many elements it is of.
func times(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(".v%d", n)
}

func braces(regs []string) string {
	if len(regs) == 1 {
		return regs[0]
	}
	s := "{"
	for i, r := range regs {
		if i > 0 {
			s += ", "
		}
		s += r
	}
	return s + "}"
}

// tiling is how the threads of a grid take several units at once, as many threads of a block apart as it has.
type tiling struct {
	k                    int
	cta                  string // its number, on 32 bits
	thread               string // in its block
	stride, first, tiles string // from unit to unit, the first one, and from turn to turn
}

func (w *writer) tiling(k int) tiling {
	cta, block, tid, grid := w.reg(b32), w.reg(b32), w.reg(b32), w.reg(b32)
	w.op("mov.u32 %s, %%ctaid.x", cta)
	w.op("mov.u32 %s, %%ntid.x", block)
	w.op("mov.u32 %s, %%tid.x", tid)
	w.op("mov.u32 %s, %%nctaid.x", grid)
	stride, tile, tiles, first, thread := w.reg(b64), w.reg(b64), w.reg(b64), w.reg(b64), w.reg(b64)
	w.op("cvt.u64.u32 %s, %s", stride, block)
	w.op("mul.lo.s64 %s, %s, %d", tile, stride, k)
	w.op("cvt.u64.u32 %s, %s", tiles, grid)
	w.op("mul.lo.s64 %s, %s, %s", tiles, tiles, tile)
	w.op("cvt.u64.u32 %s, %s", first, cta)
	w.op("cvt.u64.u32 %s, %s", thread, tid)
	w.op("mad.lo.s64 %s, %s, %s, %s", first, first, tile, thread)
	return tiling{k, cta, thread, stride, first, tiles}
}

// tiled writes what takes all units up to count, several of them from v on.
func (w *writer) tiled(t tiling, count string, several func(v string, k int)) {
	if t.k == 1 {
		w.loop(t.first, t.tiles, count, func(v string) { several(v, 1) })
		return
	}
	w.note("%d at once", t.k)
	last, v := w.reg(b64), w.reg(b64) // the last of the k is there where the first is below last
	w.op("mul.lo.s64 %s, %s, %d", last, t.stride, t.k-1)
	w.op("sub.s64 %s, %s, %s", last, count, last)
	w.op("mov.u64 %s, %s", v, t.first)
	done, again, end := w.reg(pred), w.label(), w.label()
	w.op("setp.ge.s64 %s, %s, %s", done, v, last)
	w.op("@%s bra %s", done, end)
	w.place(again)
	several(v, t.k)
	w.op("add.s64 %s, %s, %s", v, v, t.tiles)
	w.op("setp.lt.s64 %s, %s, %s", done, v, last)
	w.op("@%s bra %s", done, again)
	w.place(end)
	w.note("what is left of the last tile")
	w.loop(v, t.stride, count, func(v string) { several(v, 1) })
}

// vector is the entry whose threads take k vectors of a width at once, as many threads of a block apart as it has: so
// each access of a warp is of whole lines. What is left over of vectors and of elements is taken one by one.
func (g *generator) vector(name string, k, width int) string {
	w := &writer{}
	env := g.environment(w)
	n := env.word(argN)
	shift := map[int]int{1: 0, 2: 1, 4: 2}[width]
	count := w.reg(b64) // of vectors
	w.op("shr.u64 %s, %s, %d", count, n, shift)
	t := w.tiling(k)
	at := func(v string) string { // the number of the first element of a vector
		i := w.reg(b64)
		w.op("shl.b64 %s, %s, %d", i, v, shift)
		return i
	}
	several := func(v string, k int) {
		var all [][]*vectorAccess
		for j := range k {
			if j > 0 {
				next := w.reg(b64)
				w.op("add.s64 %s, %s, %s", next, v, t.stride)
				v = next
			}
			all = append(all, g.lanes(env, at(v), width))
		}
		for _, lanes := range all {
			for _, lane := range lanes {
				b := g.newBody(env, lane)
				b.loads()
				b.compute()
				b.stores()
			}
		}
		for _, lanes := range all {
			g.finish(lanes)
		}
	}
	w.tiled(t, count, several)
	if width > 1 {
		w.note("the elements that are left of the last vector")
		whole, number := w.reg(b64), w.reg(b64)
		w.op("shl.b64 %s, %s, %d", whole, count, shift)
		w.op("cvt.u64.u32 %s, %s", number, t.cta)
		w.op("mad.lo.s64 %s, %s, %s, %s", number, number, t.stride, t.thread)
		w.op("add.s64 %s, %s, %s", number, number, whole)
		left, end := w.reg(pred), w.label()
		w.op("setp.ge.s64 %s, %s, %s", left, number, n)
		w.op("@%s bra %s", left, end)
		g.element(env, g.plainAt(env, number))
		w.place(end)
	}
	w.op("ret")
	return w.entry(name, g.words(), g.occupancy())
}

// MaxThreads is how many threads a block has at the most.
const MaxThreads = 256
