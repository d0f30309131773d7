package ptx

import (
	"math/bits"

	"github.com/triad-go/triad/kernels"
)

const scatterThreads = 256

// position is where element i goes, and whether the output has that.
func (m *maker) position(i string) (at, ok string) {
	at = m.load(int64Value, "global", m.at(m.ldarg(wordBy), i, 8), 0)
	return at, m.is("lt.u64", at, m.ldarg(wordOutLen))
}

// scatterFaults are the passes around those of a scatter.
func (b *collector) scatterFaults() (tell string) {
	b.c.results, b.c.outcome = 3, faultOutcome
	return b.entry("fault", 1, func(m *maker) {
		m.tellFault(func(i string) string { return m.load(int64Value, "global", m.at(m.ldarg(wordBy), i, 8), 0) })
	})
}

// scatter writes the last of the values for an element: each element of the output knows the greatest place of those first.
func (b *collector) scatter() {
	reset := b.entry("reset", scatterThreads, func(m *maker) {
		m.resetFault()
		none, to := m.imm(-1), m.ldarg(wordScratch)
		m.each(m.thread(), m.ldarg(wordOutLen), m.all(), func(i string) { m.store(int64Value, "global", m.at(to, i, 8), 0, none) })
	})
	claim := b.entry("claim", scatterThreads, func(m *maker) {
		i := m.thread()
		m.op("@%s ret", m.is("ge.s64", i, m.ldarg(wordN)))
		at, ok := m.position(i)
		m.or(ok, func() { m.op("red.global.max.s64 [%s], %s", m.at(m.ldarg(wordScratch), at, 8), i) },
			func() { m.op("red.global.min.s64 [%s], %s", m.ldarg(wordResult), i) })
	})
	write := b.entry("write", scatterThreads, func(m *maker) {
		v, i := m.value, m.thread()
		m.op("@%s ret", m.is("ge.s64", i, m.ldarg(wordN)))
		at, ok := m.position(i)
		m.when(ok, func() {
			last := m.load(int64Value, "global", m.at(m.ldarg(wordScratch), at, 8), 0)
			m.when(m.is("eq.s64", last, i), func() {
				m.store(v, "global", m.at(m.ldarg(wordOut), at, v.size), 0, m.load(v, "global", m.at(m.ldarg(wordValues), i, v.size), 0))
			})
		})
	})
	tell := b.scatterFaults()
	b.c.scratch = func(a *CollectArgs) []int { return []int{a.OutLen * 8} }
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		dst = append(dst, Pass{reset, max(1, min(pieces(a.OutLen, scatterThreads*4), foldMost)), scatterThreads})
		if grid := pieces(a.N, scatterThreads); grid > 0 {
			dst = append(dst, Pass{claim, grid, scatterThreads}, Pass{write, grid, scatterThreads})
		}
		return append(dst, Pass{tell, 1, 1})
	}
}

// scatterAddIntegers adds in any order.
func (b *collector) scatterAddIntegers() {
	reset := b.entry("reset", 32, (*maker).resetFault)
	add := b.entry("add", scatterThreads, func(m *maker) {
		v, i := m.value, m.thread()
		m.op("@%s ret", m.is("ge.s64", i, m.ldarg(wordN)))
		at, ok := m.position(i)
		m.or(ok, func() {
			x := m.load(v, "global", m.at(m.ldarg(wordValues), i, v.size), 0)
			m.op("red.global.add.u%d [%s], %s", 8*v.size, m.at(m.ldarg(wordOut), at, v.size), x)
		}, func() { m.op("red.global.min.s64 [%s], %s", m.ldarg(wordResult), i) })
	})
	tell := b.scatterFaults()
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		dst = append(dst, Pass{reset, 1, 32})
		if grid := pieces(a.N, scatterThreads); grid > 0 {
			dst = append(dst, Pass{add, grid, scatterThreads})
		}
		return append(dst, Pass{tell, 1, 1})
	}
}

// Floats are added in order: positions are sorted, in digits of eight bits from the lowest up, each pass of which keeps the order
// of what is equal; then a thread adds the values for an element. A pair is a word of the position, in the upper half, and the place
// of the value. Of positions that the output has not, the pair has the output's length.
const (
	sortDigits  = 256
	sortThreads = 256 // as many as digits
	sortWarps   = sortThreads / 32
	sortRows    = 64                     // of 32 elements, of a warp
	sortChunk   = sortThreads * sortRows // elements of a CTA
)

func (b *collector) scatterAdd() {
	b.c.Most = 1<<32 - 1
	reset := b.entry("reset", 32, (*maker).resetFault)
	var count, move [4]string
	for d := range count {
		count[d] = b.entry("count"+string(rune('0'+d)), sortThreads, func(m *maker) { m.sortPass(d, false) })
		move[d] = b.entry("move"+string(rune('0'+d)), sortThreads, func(m *maker) { m.sortPass(d, true) })
	}
	places := b.entry("places", treeThreads, func(m *maker) {
		chunks := m.do(b64, "div.u64", m.add(m.ldarg(wordN), sortChunk-1), sortChunk)
		counts := m.ldarg(wordScratch)
		entries := m.mul(chunks, sortDigits)
		m.foldsBefore(int64Value, kernels.Sum, counts, entries, "")
	})
	var add [2]string
	for k := range add {
		add[k] = b.entry("add"+string(rune('0'+k)), scatterThreads, func(m *maker) { m.addSorted(wordScratch + 1 + k) })
	}
	tell := b.scatterFaults()
	digits := func(a *CollectArgs) int { return max(1, (bits.Len(uint(a.OutLen))+7)/8) }
	b.c.scratch = func(a *CollectArgs) []int {
		second := 0
		if digits(a) > 1 {
			second = a.N * 8
		}
		return []int{pieces(a.N, sortChunk) * sortDigits * 8, a.N * 8, second}
	}
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		dst = append(dst, Pass{reset, 1, 32})
		if a.N > 0 {
			chunks, last := pieces(a.N, sortChunk), digits(a)-1
			for d := range last + 1 {
				dst = append(dst, Pass{count[d], chunks, sortThreads}, Pass{places, 1, treeThreads}, Pass{move[d], chunks, sortThreads})
			}
			dst = append(dst, Pass{add[last%2], pieces(a.N, scatterThreads), scatterThreads})
		}
		return append(dst, Pass{tell, 1, 1})
	}
}

// sortPass counts the digits d of a chunk, or moves its pairs to where they go. The counts are in the scratch array 0, by digit and then by
// chunk. Pairs come from the positions at first, and then go from one of the scratch arrays 1 and 2 to the other.
func (m *maker) sortPass(d int, move bool) {
	n := m.ldarg(wordN)
	tid, cta := m.tid(), m.cta()
	lane, warp := m.lane(tid), m.shr(tid, 5)
	counts := m.shared(sortWarps * sortDigits * 4)
	mine := m.at(counts, m.shl(warp, 8), 4) // of the warp
	zero := m.do(b32, "mov.u32", 0)
	for w := range sortWarps {
		m.store(uint32Value, "shared", m.at(counts, tid, 4), w*sortDigits*4, zero)
	}
	m.barrier()
	lo := m.add(m.mul(cta, sortChunk), m.mul(warp, sortRows*32))
	hi := m.do(b64, "min.s64", n, m.add(lo, sortRows*32))
	begin := m.add(lo, lane)

	// pair is that of element i, if there is one.
	pair := func(i, has string) string {
		x := m.imm(-1)
		m.when(has, func() {
			if d > 0 {
				m.op("ld.global.u64 %s, [%s]", x, m.at(m.ldarg(wordScratch+1+(d-1)%2), i, 8))
				return
			}
			at, ok := m.position(i)
			m.set(x, "selp.s64", at, m.ldarg(wordOutLen), ok)
			m.set(x, "shl.b64", x, 32)
			m.set(x, "or.b64", x, i)
			if !move {
				m.op("@!%s red.global.min.s64 [%s], %s", ok, m.ldarg(wordResult), i)
			}
		})
		return x
	}
	digit := func(x string) string { return m.do(b64, "and.b64", m.shr(x, 32+8*d), 255) }
	m.each(begin, hi, 32, func(i string) {
		m.op("red.shared.add.u32 [%s], 1", m.at(mine, digit(pair(i, m.is("lt.s64", i, hi))), 4))
	})
	m.barrier()
	// Thread t has digit t: how many there are, or where those of each warp begin.
	chunks := m.do(b64, "div.u64", m.add(n, sortChunk-1), sortChunk)
	place := m.at(m.ldarg(wordScratch), m.do(b64, "mad.lo.s64", tid, chunks, cta), 8)
	column := m.at(counts, tid, 4)
	if !move {
		sum := m.do(b32, "mov.u32", 0)
		for w := range sortWarps {
			m.set(sum, "add.s32", sum, m.load(uint32Value, "shared", column, w*sortDigits*4))
		}
		m.store(int64Value, "global", place, 0, m.widened(uint32Value, sum))
		return
	}
	to := m.do(b32, "cvt.u32.u64", m.load(int64Value, "global", place, 0))
	for w := range sortWarps {
		c := m.load(uint32Value, "shared", column, w*sortDigits*4)
		m.store(uint32Value, "shared", column, w*sortDigits*4, to)
		m.set(to, "add.s32", to, c)
	}
	m.barrier()
	below := m.do(b32, "sub.s32", m.do(b32, "shl.b32", 1, m.do(b32, "cvt.u32.u64", lane)), 1)
	out := m.ldarg(wordScratch + 1 + d%2)
	m.each(lo, hi, 32, func(row string) { // all lanes go on together
		i := m.add(row, lane)
		has := m.is("lt.s64", i, hi)
		x := pair(i, has)
		key := digit(x)
		same := m.do(b32, "vote.sync.ballot.b32", has, "0xffffffff") // the lanes with the same digit
		narrow := m.do(b32, "cvt.u32.u64", key)
		for bit := range 8 {
			p := m.is("ne.s32", m.do(b32, "and.b32", narrow, 1<<bit), 0)
			all := m.do(b32, "vote.sync.ballot.b32", p, "0xffffffff")
			m.set(same, "and.b32", same, m.do(b32, "selp.b32", all, m.do(b32, "not.b32", all), p))
		}
		m.when(has, func() {
			at := m.at(mine, key, 4)
			before := m.do(b32, "popc.b32", m.do(b32, "and.b32", same, below))
			base := m.load(uint32Value, "shared", at, 0)
			m.store(int64Value, "global", m.at(out, m.widened(uint32Value, m.do(b32, "add.s32", base, before)), 8), 0, x)
		})
		// The first of them counts them all, once all have read.
		m.op("bar.warp.sync 0xffffffff")
		first := m.both(has, m.is("eq.s32", m.do(b32, "and.b32", same, below), 0))
		m.when(first, func() {
			at := m.at(mine, key, 4)
			m.store(uint32Value, "shared", at, 0, m.do(b32, "add.s32", m.load(uint32Value, "shared", at, 0), m.do(b32, "popc.b32", same)))
		})
		m.op("bar.warp.sync 0xffffffff")
	})
}

// addSorted adds the values of sorted pairs: the thread of the first pair for an element, all of that element's.
func (m *maker) addSorted(pairs int) {
	v, i, n := m.value, m.thread(), m.ldarg(wordN)
	m.op("@%s ret", m.is("ge.s64", i, n))
	from, in := m.at(m.ldarg(pairs), i, 8), m.ldarg(wordValues)
	key := m.shr(m.load(int64Value, "global", from, 0), 32)
	m.op("@%s ret", m.is("ge.u64", key, m.ldarg(wordOutLen)))
	before := m.loadIf(m.is("gt.s64", i, 0), int64Value, "global", from, -8, "-1")
	m.op("@%s ret", m.is("eq.s64", m.shr(before, 32), key))
	to := m.at(m.ldarg(wordOut), key, v.size)
	acc := m.load(v, "global", to, 0)
	const ways = 8
	more := m.is("eq.s64", key, key)
	m.while(func() string { return more }, func() {
		var x [ways]string
		for k := range x {
			pair := m.loadIf(m.is("lt.s64", m.add(i, k), n), int64Value, "global", from, k*8, "-1")
			p := m.is("eq.s64", m.shr(pair, 32), key)
			if k == ways-1 {
				m.set(more, "setp.eq.s64", m.shr(pair, 32), key)
			}
			x[k] = m.loadIf(p, v, "global", m.at(in, m.do(b64, "and.b64", pair, "0xFFFFFFFF"), v.size), 0, v.none())
		}
		for k := range x {
			m.set(acc, v.arithmetic("add"), acc, x[k])
		}
		m.set(i, "add.s64", i, ways)
		m.set(from, "add.s64", from, ways*8)
	})
	m.store(v, "global", to, 0, acc)
}

// scatterOf chooses how values are added.
func (b *collector) scatterOf() {
	switch {
	case b.spec.Kind == kernels.Scatter:
		b.scatter()
	case b.spec.Value.IsInt():
		b.scatterAddIntegers()
	default:
		b.scatterAdd()
	}
}
