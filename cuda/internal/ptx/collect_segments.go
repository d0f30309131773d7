package ptx

import "github.com/triad-go/triad/kernels"

const boundThreads = 256

// bound is bound i of the segments, on 64 bits.
func (m *maker) bound(i string) string {
	v := valueTypeOf(m.rows)
	x := m.load(v, "global", m.at(m.ldarg(wordRows), i, v.size), 0)
	if v.size == 4 {
		x = m.do(b64, "cvt.s64"+v.arith, x)
	}
	return x
}

// segmentCount is the number of segments that have both an element of the output and bounds.
func (m *maker) segmentCount() string {
	return m.do(b64, "min.s64", m.ldarg(wordOutLen), m.sub(m.ldarg(wordRowsLen), 1))
}

// checkBounds finds the least bound that is wrong: the first is to be 0, none below the one before it or above the
// number of elements, and the last that. Of each bound it calls also.
func (m *maker) checkBounds(also func(bound string)) {
	i, n, many := m.thread(), m.ldarg(wordN), m.ldarg(wordRowsLen)
	m.op("@%s ret", m.is("ge.s64", i, many))
	at := m.bound(i)
	before := m.imm(0)
	first := m.is("eq.s64", i, 0)
	m.or(first, func() { m.set(before, "mov.u64", at) }, func() { m.set(before, "mov.u64", m.bound(m.sub(i, 1))) })
	wrong := m.both(first, m.is("ne.s64", at, 0))
	or := func(p string) { wrong = m.do(pred, "or.pred", wrong, p) }
	or(m.is("lt.s64", at, before))
	or(m.is("gt.s64", at, n))
	or(m.both(m.is("eq.s64", i, m.sub(many, 1)), m.is("ne.s64", at, n)))
	m.fault(wrong, i)
	if also != nil {
		also(at)
	}
}

// fault notes that something is wrong at a place, where a predicate holds.
func (m *maker) fault(p, at string) {
	m.when(p, func() { m.op("red.global.min.s64 [%s], %s", m.ldarg(wordResult), at) })
}

// resetFault is what one thread does before: nothing is wrong.
func (m *maker) resetFault() {
	at := m.ldarg(wordResult)
	none, zero := m.imm(noFault), m.imm(0)
	m.storeIf(m.is("eq.s64", m.thread(), 0), int64Value, "global", at, 0, none)
	for k := 1; k < 3; k++ {
		m.storeIf(m.is("eq.s64", m.thread(), 0), int64Value, "global", at, k*8, zero)
	}
}

// tellFault is what one thread does after: it looks up what is wrong.
func (m *maker) tellFault(value func(i string) string) {
	to := m.ldarg(wordResult)
	at := m.load(int64Value, "global", to, 0)
	m.op("@%s ret", m.is("eq.s64", at, noFault))
	m.store(int64Value, "global", to, 8, value(at))
	m.op("@%s ret", m.is("eq.s64", at, 0))
	m.store(int64Value, "global", to, 16, value(m.sub(at, 1)))
}

// segments folds a segment in eight lanes.
func (b *collector) segments() {
	const threads = 256
	const per = threads / segmentLanes
	reset := b.entry("reset", 32, (*maker).resetFault)
	check := b.entry("check", boundThreads, func(m *maker) { m.checkBounds(nil) })
	fold := b.entry("fold", threads, func(m *maker) {
		v := m.value
		n, segments, in := m.ldarg(wordN), m.segmentCount(), m.ldarg(wordValues)
		tid := m.tid()
		s := m.do(b64, "mad.lo.s64", m.cta(), per, m.shr(tid, 3))
		has := m.is("lt.s64", s, segments)
		lo, hi := m.imm(0), m.imm(0)
		m.when(has, func() {
			within := func(to, i string) { // bounds that are wrong lead nowhere
				m.set(to, "max.s64", m.bound(i), 0)
				m.set(to, "min.s64", to, n)
			}
			within(lo, s)
			within(hi, m.add(s, 1))
		})
		acc := m.foldRow(b.spec.Reduce, in, lo, hi, tid)
		lane := m.do(b64, "and.b64", tid, segmentLanes-1)
		m.storeIf(m.both(has, m.is("eq.s64", lane, 0)), v, "global", m.at(m.ldarg(wordOut), s, v.size), 0, acc)
	})
	tell := b.entry("fault", 1, func(m *maker) { m.tellFault(m.bound) })
	b.c.results, b.c.outcome = 3, faultOutcome
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		dst = append(dst, Pass{reset, 1, 32}, Pass{check, max(1, pieces(a.RowsLen, boundThreads)), boundThreads})
		if a.OutLen > 0 {
			dst = append(dst, Pass{fold, pieces(a.OutLen, per), threads})
		}
		return append(dst, Pass{tell, 1, 1})
	}
}

const segmentLanes = 8

// foldRow is the fold of elements lo … hi-1 of in, by eight threads: element e of them goes to lane e mod 8, and the lanes are
// folded in halves. The first of the eight has it. All threads of the warp take part.
func (m *maker) foldRow(r kernels.Reduction, in, lo, hi, tid string) string {
	v := m.value
	const ways = 8
	const far = ways * segmentLanes
	acc := m.copyOf(v, v.identity(r))
	i := m.add(lo, m.do(b64, "and.b64", tid, segmentLanes-1))
	at := m.at(in, i, v.size)
	m.while(func() string { return m.is("lt.s64", m.add(i, far-segmentLanes), hi) }, func() {
		var x [ways]string
		for k := range x {
			x[k] = m.load(v, "global", at, k*segmentLanes*v.size)
		}
		for k := range x {
			m.fold(v, r, acc, acc, x[k])
		}
		m.set(at, "add.s64", at, far*v.size)
		m.set(i, "add.s64", i, far)
	})
	m.while(func() string { return m.is("lt.s64", i, hi) }, func() {
		m.fold(v, r, acc, acc, m.load(v, "global", at, 0))
		m.set(at, "add.s64", at, segmentLanes*v.size)
		m.set(i, "add.s64", i, segmentLanes)
	})
	m.halves(v, r, acc, segmentLanes)
	return acc
}
