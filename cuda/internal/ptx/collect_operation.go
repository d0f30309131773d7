package ptx

import (
	"github.com/triad-go/triad/kernels"
)

// Operations of a user's own keep the order of their values. A block is 64 strips of 64 elements; a thread folds a strip from left to
// right, and the strips' folds are scanned by doubling. The passes are those of a scan.

const (
	stripLen        = 64
	stripBlock      = 64 * stripLen
	stripThreads    = stripBlock / stripLen
	stripPitch      = stripLen + 1 // in shared memory, so that threads have banks of their own
	operationScans  = 3            // the scratch array of the scans that segments are taken from
	operationThread = 256
)

// operation writes the passes of a collective that folds with an operation.
func (b *collector) operation() {
	s := &b.spec
	b.combining = newCombining(s.Op, s.Value)
	for i, t := range b.combining.g.p.Tables {
		b.combining.g.table(&b.text, i, t)
	}
	segments := s.Kind == kernels.Segments || s.Kind == kernels.SegmentScan || s.Kind == kernels.SegmentScanBefore
	b.c.InPlace = s.Kind != kernels.Segments
	var reset, check, tell string
	if segments {
		reset, check, tell = b.boundPasses()
	}
	totals := b.entry("totals", stripThreads, func(m *maker) { m.strips(s, segments, false) })
	chain := b.entry("chain", chainThreads, func(m *maker) {
		l := link{m.operationIdentity(s.Op), 1, func(acc, x string) { m.move(m.value, acc, m.combine(acc, x)) }}
		carry := m.chain(l, stripBlock, segments)
		if s.Kind == kernels.Folded {
			if m.value.size == 4 {
				carry = m.do(f64, "cvt.f64.f32", carry)
			}
			m.storeIf(m.is("eq.s64", m.tid(), 0), floatValue, "global", m.ldarg(wordResult), 0, carry)
		}
	})
	final, ends := "", ""
	if s.Kind != kernels.Folded {
		final = b.entry("scan", stripThreads, func(m *maker) { m.strips(s, segments, true) })
	}
	if s.Kind == kernels.Segments {
		ends = b.entry("ends", operationThread, func(m *maker) { m.segmentEnds(m.operationIdentity(s.Op)) })
	}
	size := s.Value.Size()
	switch {
	case segments:
		b.c.results, b.c.outcome = 3, faultOutcome
	case s.Kind == kernels.Folded:
		b.c.results, b.c.outcome = 1, floatOutcome
	}
	b.c.scratch = func(a *CollectArgs) []int {
		blocks := pieces(a.N, stripBlock)
		arrays := []int{blocks * size}
		if segments {
			arrays = append(arrays, blocks*4, pieces(a.N, 64)*8)
		}
		if s.Kind == kernels.Segments {
			arrays = append(arrays, a.N*size)
		}
		return arrays
	}
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		if segments {
			some := max(1, min(pieces(a.N, boundThreads*64), foldMost))
			dst = append(dst, Pass{reset, some, boundThreads}, Pass{check, max(1, pieces(a.RowsLen, boundThreads)), boundThreads})
		}
		blocks := pieces(a.N, stripBlock)
		folded := s.Kind == kernels.Folded
		if blocks > 1 || blocks > 0 && folded {
			dst = append(dst, Pass{totals, blocks, stripThreads})
		}
		if blocks > 1 || folded {
			dst = append(dst, Pass{chain, 1, chainThreads})
		}
		if blocks > 0 && final != "" {
			dst = append(dst, Pass{final, blocks, stripThreads})
		}
		if ends != "" && a.OutLen > 0 {
			dst = append(dst, Pass{ends, pieces(a.OutLen, operationThread), operationThread})
		}
		if segments {
			dst = append(dst, Pass{tell, 1, 1})
		}
		return dst
	}
}

// operationIdentity is the identity as a value.
func (m *maker) operationIdentity(op *kernels.Operation) string {
	return m.value.literal(m.value.t.Bits(op.Identity()))
}

// strips folds the strips of CTA b's block. Not final, it leaves the block's fold in the scratch array 0, and in array 1 whether a segment
// begins in it; final, it takes from there what is carried into the block and writes the scan.
func (m *maker) strips(s *CollectSpec, segments, final bool) {
	v, op := m.value, s.Op
	before := s.Kind == kernels.ScanBefore || s.Kind == kernels.SegmentScanBefore
	tile := m.shared(stripThreads * stripPitch * v.size)
	folds := m.shared(stripThreads * v.size)
	n, in := m.ldarg(wordN), m.ldarg(wordValues)
	tid, cta := m.tid(), m.cta()
	lo := m.mul(cta, stripBlock)
	count := m.do(b64, "min.s64", m.sub(n, lo), stripBlock)
	from := m.at(m.at(in, lo, v.size), tid, v.size)
	place := m.at(tile, tid, v.size)
	m.each(0, stripLen, 8, func(k string) { // element tid of strip k
		at, to := m.at(from, k, stripThreads*v.size), m.at(place, k, stripPitch*v.size)
		e := m.do(b64, "mad.lo.s64", k, stripThreads, tid)
		var x [8]string
		for j := range x {
			x[j] = m.loadIf(m.is("lt.s64", m.add(e, j*stripThreads), count), v, "global", at, j*stripThreads*v.size, v.literal(0))
		}
		for j := range x {
			m.store(v, "shared", to, j*stripPitch*v.size, x[j])
		}
	})
	m.barrier()

	// The strip's own scan, in its place, and the bits of the elements that a segment begins with.
	mine := m.at(tile, tid, stripPitch*v.size)
	begin := m.mul(tid, stripLen)
	length := m.do(b64, "min.s64", m.sub(count, begin), stripLen) // not above 0 where there is no strip
	has := m.is("gt.s64", length, 0)
	heads := ""
	flag := func(p string) string { return m.do(b32, "selp.b32", 1, 0, p) }
	headAt := func(k string) string {
		return m.is("ne.s64", m.do(b64, "and.b64", m.do(b64, "shr.u64", heads, m.do(b32, "cvt.u32.u64", k)), 1), 0)
	}
	if segments {
		word := m.at(m.ldarg(wordScratch+2), m.shr(m.add(lo, begin), 6), 8)
		heads = m.loadIf(has, int64Value, "global", word, 0, "0")
	}
	acc := m.copyOf(v, v.literal(0))
	m.op("@%s ld.shared%s %s, [%s]", has, v.mem, acc, mine)
	m.each(1, length, 1, func(k string) {
		at := m.at(mine, k, v.size)
		x := m.load(v, "shared", at, 0)
		y := m.combine(acc, x)
		if segments {
			y = m.do(v.class, "selp"+v.arith, x, y, headAt(k))
		}
		m.move(v, acc, y)
		m.store(v, "shared", at, 0, acc)
	})

	// The strips' folds, scanned by doubling. A mark is 1 if a segment begins in what is folded.
	myFold := m.at(folds, tid, v.size)
	m.store(v, "shared", myFold, 0, acc)
	mark, marks, myMark := "", "", ""
	if segments {
		marks = m.shared(stripThreads * 4)
		myMark = m.at(marks, tid, 4)
		mark = m.copyOf(uint32Value, flag(m.is("ne.s64", heads, 0)))
		m.store(uint32Value, "shared", myMark, 0, mark)
	}
	m.barrier()
	strips := m.shr(m.add(count, stripLen-1), 6)
	d := m.imm(1)
	m.while(func() string { return m.is("lt.s64", d, strips) }, func() {
		takes := m.both(m.is("ge.s64", tid, d), m.is("lt.s64", tid, strips))
		m.when(takes, func() {
			left := m.sub(tid, d)
			y := m.combine(m.load(v, "shared", m.at(folds, left, v.size), 0), acc)
			if segments {
				y = m.do(v.class, "selp"+v.arith, acc, y, m.is("ne.s32", mark, 0))
				m.set(mark, "or.b32", mark, m.load(uint32Value, "shared", m.at(marks, left, 4), 0))
			}
			m.move(v, acc, y)
		})
		m.barrier()
		m.when(takes, func() {
			m.store(v, "shared", myFold, 0, acc)
			if segments {
				m.store(uint32Value, "shared", myMark, 0, mark)
			}
		})
		m.barrier()
		m.set(d, "shl.b64", d, 1)
	})
	block := m.at(m.ldarg(wordScratch), cta, v.size)
	if !final {
		last := m.is("eq.s64", tid, m.sub(strips, 1))
		m.storeIf(last, v, "global", block, 0, acc)
		if segments {
			m.storeIf(last, uint32Value, "global", m.at(m.ldarg(wordScratch+1), cta, 4), 0, mark)
		}
		return
	}

	// What is carried into the block, with the strips before, and each element of the scan.
	base := m.carried(stripBlock, block, m.operationIdentity(op))
	m.when(m.is("gt.s64", tid, 0), func() {
		x := m.load(v, "shared", myFold, -v.size)
		y := m.combine(base, x)
		if segments {
			y = m.do(v.class, "selp"+v.arith, x, y, m.is("ne.s32", m.load(uint32Value, "shared", myMark, -4), 0))
		}
		m.move(v, base, y)
	})
	var seen, previous string // whether a segment begins in what was folded of the strip; the scan for the element before
	if segments {
		seen = m.do(b32, "mov.u32", 0)
	}
	if before {
		previous = m.copyOf(v, base)
	}
	m.each(0, length, 1, func(k string) {
		at := m.at(mine, k, v.size)
		x := m.load(v, "shared", at, 0)
		y := m.combine(base, x)
		if segments {
			m.set(seen, "or.b32", seen, flag(headAt(k)))
			y = m.do(v.class, "selp"+v.arith, x, y, m.is("ne.s32", seen, 0))
		}
		if !before {
			m.store(v, "shared", at, 0, y)
			return
		}
		z := previous
		if segments {
			z = m.do(v.class, "selp"+v.arith, m.operationIdentity(op), previous, headAt(k))
		}
		m.store(v, "shared", at, 0, z)
		m.move(v, previous, y)
	})
	m.barrier()
	out := m.ldarg(wordOut)
	if s.Kind == kernels.Segments {
		out = m.ldarg(wordScratch + operationScans)
	}
	to := m.at(m.at(out, lo, v.size), tid, v.size)
	m.each(0, stripLen, 8, func(k string) {
		at, from := m.at(to, k, stripThreads*v.size), m.at(place, k, stripPitch*v.size)
		e := m.do(b64, "mad.lo.s64", k, stripThreads, tid)
		for j := range 8 {
			x := m.load(v, "shared", from, j*stripPitch*v.size)
			m.storeIf(m.is("lt.s64", m.add(e, j*stripThreads), count), v, "global", at, j*stripThreads*v.size, x)
		}
	})
}

// segmentEnds takes the fold of each segment from the scan of its last element.
func (m *maker) segmentEnds(identity string) {
	v, s, n := m.value, m.thread(), m.ldarg(wordN)
	m.op("@%s ret", m.is("ge.s64", s, m.segmentCount()))
	lo, hi := m.bound(s), m.bound(m.add(s, 1))
	some := m.both(m.is("lt.s64", lo, hi), m.both(m.is("ge.s64", lo, 0), m.is("le.s64", hi, n)))
	x := m.loadIf(some, v, "global", m.at(m.ldarg(wordScratch+operationScans), m.sub(hi, 1), v.size), 0, identity)
	m.store(v, "global", m.at(m.ldarg(wordOut), s, v.size), 0, x)
}
