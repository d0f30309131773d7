package ptx

import (
	"math"
)

// An exact sum is one of integers: numbers of fixed point, of which each thread has one in shared memory. Word k is worth
// 2^(32k - 1074); words are signed and may overlap.

const (
	exactThreads = 64
	exactWords   = 67 // 2046 + 53 bits, and 63 for the number of values, fit 32*66 + 63
	exactMost    = 1024
	exactPiece   = exactThreads * 64
	exactTeams   = 8 // of threads that join what CTAs have left, a thread for each word and the classes
	exactJoin    = (exactTeams*(exactWords+1) + 31) &^ 31

	exactInf    = 1 << 0
	exactNegInf = 1 << 1
	exactNaN    = 1 << 2
)

func (b *collector) exact() {
	grid := func(n int) int { return max(1, min(pieces(n, exactPiece), exactMost)) }
	parts := b.entry("parts", exactThreads, (*maker).exactParts)
	last := b.entry("join", exactJoin, (*maker).exactJoined)
	t := b.spec.Value
	b.c.results = exactWords + 1
	b.c.outcome = func(words []uint64) Outcome {
		o := Outcome{FaultAt: -1}
		switch class := words[exactWords]; {
		case class&exactNaN != 0 || class == exactInf|exactNegInf:
			o.Float = math.NaN()
		case class != 0:
			o.Float = math.Inf(1 - int(class&exactNegInf))
		default:
			o.Float = exactFloat(words[:exactWords], t)
		}
		return o
	}
	b.c.scratch = func(a *CollectArgs) []int { return []int{grid(a.N) * (exactWords + 1) * 8} }
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		return append(dst, Pass{parts, grid(a.N), exactThreads}, Pass{last, 1, exactJoin})
	}
}

// exactJoined leaves the sums of the CTAs' words, and the classes of all, for the host.
func (m *maker) exactJoined() {
	const words = exactWords + 1
	n := m.do(b64, "div.u64", m.add(m.ldarg(wordN), exactPiece-1), exactPiece)
	n = m.do(b64, "max.s64", m.do(b64, "min.s64", n, exactMost), 1)
	room := m.shared(exactTeams * words * 8)
	tid := m.tid()
	team := m.do(b64, "div.u64", tid, words)
	word := m.sub(tid, m.mul(team, words))
	isClass := m.is("eq.s64", word, exactWords)
	sum := m.imm(0)
	take := func(x string) {
		m.set(sum, "selp.s64", m.do(b64, "or.b64", sum, x), m.add(sum, x), isClass)
	}
	m.when(m.is("lt.s64", team, exactTeams), func() {
		from := m.ldarg(wordScratch)
		m.each(team, n, exactTeams*8, func(cta string) {
			var x [8]string
			for k := range x {
				i := m.add(cta, k*exactTeams)
				x[k] = m.loadIf(m.is("lt.s64", i, n), int64Value, "global", m.at(from, m.do(b64, "mad.lo.s64", i, words, word), 8), 0, "0")
			}
			for k := range x {
				take(x[k])
			}
		})
		m.store(int64Value, "shared", m.at(room, tid, 8), 0, sum)
	})
	m.barrier()
	m.when(m.is("eq.s64", team, 0), func() {
		for k := 1; k < exactTeams; k++ {
			take(m.load(int64Value, "shared", m.at(room, tid, 8), k*words*8))
		}
		m.store(int64Value, "global", m.at(m.ldarg(wordResult), tid, 8), 0, sum)
	})
}

// exactParts leaves the sum of the elements that a CTA comes across, and their classes, in the scratch array.
func (m *maker) exactParts() {
	v := m.value
	sums := m.shared(exactWords * exactThreads * 8)
	n, in := m.ldarg(wordN), m.ldarg(wordValues)
	tid := m.tid()
	const pitch = exactThreads * 8
	mine := m.at(sums, tid, 8)
	zero := m.imm(0)
	for k := range exactWords {
		m.store(int64Value, "shared", mine, k*pitch, zero)
	}
	class := m.do(b32, "mov.u32", 0)
	m.strided(n, func(i string) []string { return []string{m.load(v, "global", m.at(in, i, v.size), 0)} }, func(_ string, x []string) {
		wide := x[0]
		if v.size == 4 {
			wide = m.do(f64, "cvt.f64.f32", wide)
		}
		bits := m.do(b64, "mov.b64", wide)
		exponent := m.do(b64, "and.b64", m.shr(bits, 52), 0x7ff)
		mantissa := m.do(b64, "and.b64", bits, uint64(1<<52-1))
		sign := m.do(b64, "shr.s64", bits, 63) // -1 or 0
		normal := m.is("ne.s64", exponent, 0)
		odd := m.is("eq.s64", exponent, 0x7ff)
		m.when(odd, func() {
			inf := m.do(b32, "selp.b32", exactNegInf, exactInf, m.is("ne.s64", sign, 0))
			m.set(class, "or.b32", class, m.do(b32, "selp.b32", exactNaN, inf, m.is("ne.s64", mantissa, 0)))
			m.set(mantissa, "mov.u64", 0)
			m.set(normal, "setp.ne.s64", exponent, exponent)
			m.set(exponent, "mov.u64", 0)
		})
		m.op("@%s or.b64 %s, %s, %d", normal, mantissa, mantissa, uint64(1)<<52)
		m.op("@%s sub.s64 %s, %s, 1", normal, exponent, exponent)
		word := m.at(mine, m.shr(exponent, 5), pitch)
		shift := m.do(b32, "and.b32", m.do(b32, "cvt.u32.u64", exponent), 31)
		low := m.do(b64, "and.b64", m.do(b64, "shl.b64", mantissa, shift), "0xFFFFFFFF")
		middle := m.do(b64, "and.b64", m.do(b64, "shr.u64", mantissa, m.do(b32, "sub.s32", 32, shift)), "0xFFFFFFFF")
		high := m.do(b64, "shr.u64", mantissa, m.do(b32, "sub.s32", 64, shift))
		for k, w := range []string{low, middle, high} {
			w = m.sub(m.do(b64, "xor.b64", w, sign), sign)
			m.store(int64Value, "shared", word, k*pitch, m.add(m.load(int64Value, "shared", word, k*pitch), w))
		}
	})
	m.together([]part{{uint32Value, class}}, func(other []string) { m.set(class, "or.b32", class, other[0]) })
	m.barrier()
	// The threads' sums of a word, over those of the first thread: then that carries.
	m.each(tid, exactWords, exactThreads, func(k string) {
		row := m.at(sums, k, pitch)
		sum := m.imm(0)
		at := m.imm(row)
		m.each(0, exactThreads, 8, func(string) {
			for j := range 8 {
				m.set(sum, "add.s64", sum, m.load(int64Value, "shared", at, j*8))
			}
			m.set(at, "add.s64", at, 64)
		})
		m.store(int64Value, "shared", row, 0, sum)
	})
	m.barrier()
	m.when(m.is("eq.s64", tid, 0), func() {
		to := m.at(m.ldarg(wordScratch), m.mul(m.cta(), exactWords+1), 8)
		carried := m.imm(0)
		for k := range exactWords {
			x := m.add(m.load(int64Value, "shared", sums, k*pitch), carried)
			if k < exactWords-1 { // the last has room for all
				m.set(carried, "shr.s64", x, 32)
				x = m.do(b64, "and.b64", x, "0xFFFFFFFF")
			}
			m.store(int64Value, "global", to, k*8, x)
		}
		m.store(int64Value, "global", to, exactWords*8, m.widened(uint32Value, class))
	})
}
