package ptx

import "github.com/triad-go/triad/kernels"

// A scan of segments goes by the passes of a scan, with a bit for each element that a segment begins with.

const segmentBlock = 4096 // elements

func (b *collector) segmentScan() {
	s := &b.spec
	b.c.InPlace = true
	reset, check, tell := b.boundPasses()
	l := laneScan{block: segmentBlock, reduce: s.Reduce, before: s.Kind == kernels.SegmentScanBefore, heads: true}
	totals := b.entry("totals", 32, func(m *maker) { m.scanLanes(l) })
	chain := b.entry("chain", chainThreads, func(m *maker) { m.chain(m.linkOf(s.Reduce), segmentBlock, true) })
	l.final = true
	final := b.entry("scan", 32, func(m *maker) { m.scanLanes(l) })
	size := s.Value.Size()
	b.c.results, b.c.outcome = 3, faultOutcome
	b.c.scratch = func(a *CollectArgs) []int {
		blocks := pieces(a.N, segmentBlock)
		return []int{blocks * size, blocks * 4, pieces(a.N, 64) * 8}
	}
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		some := max(1, min(pieces(a.N, boundThreads*64), foldMost))
		dst = append(dst, Pass{reset, some, boundThreads}, Pass{check, max(1, pieces(a.RowsLen, boundThreads)), boundThreads})
		if blocks := pieces(a.N, segmentBlock); blocks > 0 {
			grid := pieces(blocks, 32)
			if blocks > 1 {
				dst = append(dst, Pass{totals, grid, 32}, Pass{chain, 1, chainThreads})
			}
			dst = append(dst, Pass{final, grid, 32})
		}
		return append(dst, Pass{tell, 1, 1})
	}
}

// boundPasses are what checks the bounds and marks them, and what tells of those that are wrong after all else.
func (b *collector) boundPasses() (reset, check, tell string) {
	reset = b.entry("reset", boundThreads, func(m *maker) {
		m.resetFault()
		m.clear(m.ldarg(wordScratch+2), m.do(b64, "div.u64", m.add(m.ldarg(wordN), 63), 64))
	})
	return reset, b.entry("check", boundThreads, (*maker).markBounds), b.entry("fault", 1, func(m *maker) { m.tellFault(m.bound) })
}

// markBounds checks the bounds and sets the bits of elements that they are, in the scratch array 2.
func (m *maker) markBounds() {
	n := m.ldarg(wordN)
	m.checkBounds(func(at string) {
		m.when(m.is("lt.u64", at, n), func() {
			mark := m.do(b32, "shl.b32", 1, m.do(b32, "and.b32", m.do(b32, "cvt.u32.u64", at), 31))
			m.op("red.global.or.b32 [%s], %s", m.at(m.ldarg(wordScratch+2), m.shr(at, 5), 4), mark)
		})
	})
}
