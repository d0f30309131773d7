package ptx

import "github.com/triad-go/triad/kernels"

// A compaction goes by three passes: how many values each run keeps, where they go, and the values.

const (
	keepRun     = 512 // elements, of a warp
	keepThreads = 128
)

func (b *collector) keep() {
	counts := b.entry("counts", keepThreads, func(m *maker) { m.keepRuns(false) })
	places := b.entry("places", treeThreads, func(m *maker) {
		n := m.do(b64, "div.u64", m.add(m.ldarg(wordN), keepRun-1), keepRun)
		m.foldsBefore(int64Value, kernels.Sum, m.ldarg(wordScratch), n, m.ldarg(wordResult))
	})
	values := b.entry("keep", keepThreads, func(m *maker) { m.keepRuns(true) })
	b.c.results, b.c.outcome = 1, integerOutcome
	b.c.scratch = func(a *CollectArgs) []int { return []int{pieces(a.N, keepRun) * 8} }
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		grid := pieces(pieces(a.N, keepRun), keepThreads/32)
		if grid > 0 {
			dst = append(dst, Pass{counts, grid, keepThreads})
		}
		dst = append(dst, Pass{places, 1, treeThreads})
		if grid > 0 {
			dst = append(dst, Pass{values, grid, keepThreads})
		}
		return dst
	}
}

// keepRuns counts what a run keeps, or writes it from its place on; a warp has a run.
func (m *maker) keepRuns(write bool) {
	v, test := m.value, valueTypeOf(m.by)
	const rows = keepRun / 32
	n, by := m.ldarg(wordN), m.ldarg(wordBy)
	tid := m.tid()
	lane := m.lane(tid)
	run := m.do(b64, "mad.lo.s64", m.cta(), keepThreads/32, m.shr(tid, 5))
	lo := m.mul(run, keepRun)
	m.op("@%s ret", m.is("ge.s64", lo, n)) // a whole warp
	left := m.sub(n, lo)
	from := m.at(m.at(by, lo, test.size), lane, test.size)
	var kept [rows]string
	for k := range kept {
		within := m.is("lt.s64", m.add(lane, k*32), left)
		kept[k] = m.loadIf(within, test, "global", from, k*32*test.size, test.literal(0))
	}
	for k := range kept {
		kept[k] = m.is("gt"+test.arith, kept[k], test.literal(0))
	}
	ballot := func(k int) string { return m.do(b32, "vote.sync.ballot.b32", kept[k], "0xffffffff") }
	place := m.at(m.ldarg(wordScratch), run, 8)
	if !write {
		sum := m.do(b32, "mov.u32", 0)
		for k := range kept {
			m.set(sum, "add.s32", sum, m.do(b32, "popc.b32", ballot(k)))
		}
		m.storeIf(m.is("eq.s64", lane, 0), int64Value, "global", place, 0, m.widened(uint32Value, sum))
		return
	}
	to := m.load(int64Value, "global", place, 0)
	out, room := m.ldarg(wordOut), m.ldarg(wordOutLen)
	in := m.at(m.at(m.ldarg(wordValues), lo, v.size), lane, v.size)
	below := m.do(b32, "sub.s32", m.do(b32, "shl.b32", 1, m.do(b32, "cvt.u32.u64", lane)), 1)
	var x [rows]string
	for k := range x {
		x[k] = m.loadIf(kept[k], v, "global", in, k*32*v.size, v.literal(0))
	}
	for k := range x {
		all := ballot(k)
		before := m.do(b32, "popc.b32", m.do(b32, "and.b32", all, below))
		at := m.add(to, m.widened(uint32Value, before))
		m.storeIf(m.both(kept[k], m.is("lt.s64", at, room)), v, "global", m.at(out, at, v.size), 0, x[k])
		m.set(to, "add.s64", to, m.widened(uint32Value, m.do(b32, "popc.b32", all)))
	}
}
