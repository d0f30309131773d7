package ptx

import "github.com/triad-go/triad/kernels"

// A histogram counts in shared memory as far as its bins find room there, and in device memory else. Integers add
// up to the same whatever the order.

const (
	histogramBins    = 4096 // at the most, in shared memory
	histogramThreads = 256
)

func (b *collector) histogram() {
	clear := b.entry("clear", histogramThreads, func(m *maker) {
		m.clear(m.ldarg(wordScratch), m.ldarg(wordOutLen))
	})
	count := b.entry("count", histogramThreads, func(m *maker) {
		bins := m.shared(histogramBins * 4)
		n, in, most, counts := m.ldarg(wordN), m.ldarg(wordValues), m.ldarg(wordOutLen), m.ldarg(wordScratch)
		load := func(i string) []string { return []string{m.load(int64Value, "global", m.at(in, i, 8), 0)} }
		one := m.imm(1)
		add := func(k, by string) {
			m.op("red.global.add.u64 [%s], %s", m.at(counts, k, 8), by)
		}
		m.or(m.is("le.s64", most, histogramBins), func() {
			tid := m.tid()
			zero := m.do(b32, "mov.u32", 0)
			m.each(tid, most, histogramThreads, func(k string) { m.store(uint32Value, "shared", m.at(bins, k, 4), 0, zero) })
			m.barrier()
			m.strided(n, load, func(_ string, x []string) {
				m.when(m.is("lt.u64", x[0], most), func() { m.op("red.shared.add.u32 [%s], 1", m.at(bins, x[0], 4)) })
			})
			m.barrier()
			m.each(tid, most, histogramThreads, func(k string) {
				c := m.load(uint32Value, "shared", m.at(bins, k, 4), 0)
				m.when(m.is("ne.s32", c, 0), func() { add(k, m.widened(uint32Value, c)) })
			})
		}, func() {
			m.strided(n, load, func(_ string, x []string) {
				m.when(m.is("lt.u64", x[0], most), func() { add(x[0], one) })
			})
		})
	})
	convert := b.entry("counts", histogramThreads, func(m *maker) {
		v := valueTypeOf(b.spec.Out)
		n, counts, out := m.ldarg(wordOutLen), m.ldarg(wordScratch), m.ldarg(wordOut)
		m.each(m.thread(), n, m.all(), func(i string) {
			x := m.load(int64Value, "global", m.at(counts, i, 8), 0)
			switch {
			case v.t.IsFloat():
				x = m.do(v.class, "cvt.rn"+v.arith+".s64", x)
			case v.size == 4:
				x = m.do(b32, "cvt.u32.u64", x)
			}
			m.store(v, "global", m.at(out, i, v.size), 0, x)
		})
	})
	b.c.scratch = func(a *CollectArgs) []int { return []int{a.OutLen * 8} }
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		if a.OutLen == 0 {
			return dst
		}
		some := max(1, min(pieces(a.OutLen, histogramThreads*4), foldMost))
		dst = append(dst, Pass{clear, some, histogramThreads})
		if a.N > 0 {
			dst = append(dst, Pass{count, foldGrid(a.N), histogramThreads})
		}
		return append(dst, Pass{convert, some, histogramThreads})
	}
}

// clear makes words of 8 bytes 0, those of the threads of the grid.
func (m *maker) clear(at, words string) {
	zero := m.imm(0)
	m.each(m.thread(), words, m.all(), func(i string) { m.store(int64Value, "global", m.at(at, i, 8), 0, zero) })
}

// histogramOf reports whether a column can be counted into an array.
func histogramOf(value, out kernels.Type) bool {
	return value == kernels.Int64 && out >= kernels.Float64 && out <= kernels.Uint32
}
