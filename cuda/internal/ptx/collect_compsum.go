package ptx

import "github.com/triad-go/triad/kernels"

// A compensated sum goes by chunks, each of which a CTA sums in levels of eight, and a tree of these.

const (
	cascadeChunk   = 16384
	cascadeWays    = 8
	cascadeLeast   = 64 // elements of the last level
	cascadeThreads = 64
)

func (b *collector) compensated() {
	size := b.spec.Value.Size()
	chunks := b.entry("chunks", cascadeThreads, (*maker).cascade)
	join := b.entry("join", treeThreads, func(m *maker) {
		v := m.value
		left := m.tree(v, m.cascadeChunks(), 2, func(x, y []string) []string {
			s, lost := m.twoSum(x[0], y[0])
			e := m.do(v.class, v.arithmetic("add"), m.do(v.class, v.arithmetic("add"), x[1], y[1]), lost)
			return []string{s, e}
		})
		sum, e := m.load(v, "global", left[0], 0), m.load(v, "global", left[1], 0)
		// Without its error, if that is not finite.
		finite := m.is("eq"+v.arith, m.do(v.class, v.arithmetic("sub"), e, e), v.literal(0))
		sum = m.do(v.class, "selp"+v.arith, m.do(v.class, v.arithmetic("add"), sum, e), sum, finite)
		if v.size == 4 {
			sum = m.do(f64, "cvt.f64.f32", sum)
		}
		m.storeIf(m.is("eq.s64", m.tid(), 0), floatValue, "global", m.ldarg(wordResult), 0, sum)
	})
	count := func(a *CollectArgs) int { return max(1, pieces(a.N, cascadeChunk)) }
	b.c.results, b.c.outcome = 1, floatOutcome
	b.c.scratch = func(a *CollectArgs) []int { return treeScratch(count(a), 2, size) }
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		return append(dst, Pass{chunks, count(a), cascadeThreads}, Pass{join, 1, treeThreads})
	}
}

// cascadeChunks is the number of chunks: one of no elements.
func (m *maker) cascadeChunks() string {
	n := m.do(b64, "div.u64", m.add(m.ldarg(wordN), cascadeChunk-1), cascadeChunk)
	return m.do(b64, "max.s64", n, 1)
}

// twoSum is the rounded sum of a and b, and what rounding took from it: exactly, by Knuth.
func (m *maker) twoSum(a, b string) (sum, lost string) {
	v := m.value
	op := func(op, x, y string) string { return m.do(v.class, v.arithmetic(op), x, y) }
	sum = op("add", a, b)
	p := op("sub", sum, a)
	return sum, op("add", op("sub", a, op("sub", sum, p)), op("sub", b, p))
}

// cascade leaves the sum of CTA c's chunk and the sum of the errors in scratch arrays.
func (m *maker) cascade() {
	v := m.value
	levels := [2]string{m.shared(cascadeChunk / cascadeWays * v.size), m.shared(cascadeChunk / cascadeWays / cascadeWays * v.size)}
	lanes := m.shared(cascadeThreads * v.size)
	tid, cta := m.tid(), m.cta()
	lane := m.lane(tid)
	lo := m.mul(cta, cascadeChunk)
	first := m.is("eq.s64", tid, 0)
	length := m.do(b64, "min.s64", m.sub(m.ldarg(wordN), lo), cascadeChunk)
	x, space := m.at(m.ldarg(wordValues), lo, v.size), "global"

	// The sum so far, of which only the first thread knows.
	sum, lost := m.copyOf(v, v.literal(0)), m.copyOf(v, v.literal(0))
	take := func(space, x, from, to string) {
		m.when(first, func() {
			m.each(from, to, 1, func(i string) {
				s, e := m.twoSum(sum, m.load(v, space, m.at(x, i, v.size), 0))
				m.move(v, sum, s)
				m.set(lost, v.arithmetic("add"), lost, e)
			})
		})
	}
	// A level of 2048 elements is two blocks of a reduction, each of which a warp has, or one of float32 with 64 lanes.
	width := kernels.RowBytes / v.size
	block := width * kernels.BlockRows
	begin, most := m.imm(tid), m.imm(block)
	if width == 32 {
		warp := m.shr(tid, 5)
		begin = m.do(b64, "mad.lo.s64", warp, block, lane)
		most = m.mul(m.add(warp, 1), block)
	}
	level := func(space, x, y string) {
		n := m.shr(length, 3)
		errors := m.copyOf(v, v.literal(0))
		m.each(begin, m.do(b64, "min.s64", n, most), width, func(i string) {
			var parts [cascadeWays]string
			at := m.at(x, i, v.size)
			for j := range parts {
				parts[j] = m.load(v, space, at, 0)
				if j < len(parts)-1 {
					at = m.at(at, n, v.size)
				}
			}
			e := m.copyOf(v, v.literal(0))
			for h := cascadeWays / 2; h > 0; h /= 2 {
				for j := range h {
					var l string
					parts[j], l = m.twoSum(parts[2*j], parts[2*j+1])
					m.set(e, v.arithmetic("add"), e, l)
				}
			}
			m.store(v, "shared", m.at(y, i, v.size), 0, parts[0])
			m.set(errors, v.arithmetic("add"), errors, e)
		})
		mine := m.at(lanes, tid, v.size)
		if width == 32 {
			m.halves(v, kernels.Sum, errors, 32)
			m.store(v, "shared", mine, 0, errors)
			m.barrier()
			m.when(first, func() {
				e := m.do(v.class, v.arithmetic("add"), m.load(v, "shared", lanes, 0), m.load(v, "shared", lanes, 32*v.size))
				m.set(lost, v.arithmetic("add"), lost, e)
			})
		} else {
			m.store(v, "shared", mine, 0, errors)
			m.barrier()
			m.when(m.is("lt.s64", tid, 32), func() {
				m.set(errors, v.arithmetic("add"), errors, m.load(v, "shared", mine, 32*v.size))
				m.halves(v, kernels.Sum, errors, 32)
				m.op("@%s %s %s, %s, %s", first, v.arithmetic("add"), lost, lost, errors)
			})
		}
		take(space, x, m.shl(n, 3), length)
		m.set(length, "mov.u64", n)
		m.barrier() // before what was read is written to again
	}
	done := m.label()
	for k := range 3 { // 16384, 2048, 256
		short := m.is("lt.s64", length, cascadeLeast)
		next := m.label()
		m.op("@!%s bra %s", short, next)
		take(space, x, m.imm(0), length)
		m.op("bra %s", done)
		m.place(next)
		level(space, x, levels[k%2])
		x, space = levels[k%2], "shared"
	}
	take(space, x, m.imm(0), length)
	m.place(done)
	m.when(first, func() {
		m.store(v, "global", m.at(m.ldarg(wordScratch), cta, v.size), 0, sum)
		m.store(v, "global", m.at(m.ldarg(wordScratch+1), cta, v.size), 0, lost)
	})
}
