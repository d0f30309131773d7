package ptx

import "github.com/triad-go/triad/kernels"

// Folds whose order does not matter go by two passes: each CTA folds what its threads come across, and one CTA folds those.

const (
	foldThreads = 256
	foldPiece   = foldThreads * 16 // elements for a CTA, as long as there are not too many
	foldMost    = 1024             // CTAs
)

func foldGrid(n int) int { return max(1, min(pieces(n, foldPiece), foldMost)) }

// part is a register of what a thread has, and the type of it.
type part struct {
	v valueType
	r string
}

// together joins what the threads of the CTA have, in no order that matters: thread 0 has all of it. Join takes what another
// thread has into the parts.
func (m *maker) together(parts []part, join func(other []string)) {
	tid := m.tid()
	lane := m.lane(tid)
	other := make([]string, len(parts))
	shuffles := func(lanes int) {
		for h := lanes / 2; h > 0; h /= 2 {
			for i, p := range parts {
				other[i] = m.shuffle(p.v, "down", p.r, h)
			}
			join(other)
		}
	}
	shuffles(32)
	warps := m.threads / 32
	rooms := make([]string, len(parts))
	for i, p := range parts {
		rooms[i] = m.shared(warps * p.v.size)
	}
	m.when(m.is("eq.s64", lane, 0), func() {
		warp := m.shr(tid, 5)
		for i, p := range parts {
			m.store(p.v, "shared", m.at(rooms[i], warp, p.v.size), 0, p.r)
		}
	})
	m.barrier()
	// The first warp takes those of all warps, of which there is a power of two.
	m.when(m.is("lt.s64", tid, 32), func() {
		which := m.do(b64, "and.b64", lane, warps-1)
		for i, p := range parts {
			m.op("ld.shared%s %s, [%s]", p.v.mem, p.r, m.at(rooms[i], which, p.v.size))
		}
		shuffles(warps)
	})
}

// strided runs body for the threads' elements of n, in rising order: those of a thread are as far apart as there are
// threads. Load is called before, for several elements at a time, and what it returns goes to body.
func (m *maker) strided(n string, load func(i string) []string, body func(i string, x []string)) {
	const ways = 4
	i, all := m.thread(), m.all()
	far := m.mul(all, ways)
	m.while(func() string { return m.is("lt.s64", m.do(b64, "mad.lo.s64", all, ways-1, i), n) }, func() {
		var at [ways]string
		var x [ways][]string
		for k := range at {
			at[k] = i
			if k > 0 {
				at[k] = m.add(at[k-1], all)
			}
			x[k] = load(at[k])
		}
		for k := range at {
			body(at[k], x[k])
		}
		m.set(i, "add.s64", i, far)
	})
	m.while(func() string { return m.is("lt.s64", i, n) }, func() {
		body(i, load(i))
		m.set(i, "add.s64", i, all)
	})
}

// widened is the bits of a value in the low end of a word.
func (m *maker) widened(v valueType, r string) string {
	if v.size == 8 {
		return m.do(b64, "mov.b64", r)
	}
	return m.do(b64, "cvt.u64.u32", m.do(b32, "mov.b32", r))
}

// integral is a reduction of integers, which wrap around.
func (b *collector) integral() {
	r := b.spec.Reduce
	fold := func(m *maker, n, in string) part {
		v := m.value
		acc := m.copyOf(v, v.identity(r))
		m.strided(n, func(i string) []string { return []string{m.load(v, "global", m.at(in, i, v.size), 0)} },
			func(_ string, x []string) { m.fold(v, r, acc, acc, x[0]) })
		m.together([]part{{v, acc}}, func(other []string) { m.fold(v, r, acc, acc, other[0]) })
		return part{v, acc}
	}
	parts := b.entry("parts", foldThreads, func(m *maker) {
		p := fold(m, m.ldarg(wordN), m.ldarg(wordValues))
		m.storeIf(m.is("eq.s64", m.tid(), 0), p.v, "global", m.at(m.ldarg(wordScratch), m.cta(), p.v.size), 0, p.r)
	})
	last := b.entry("fold", foldThreads, func(m *maker) {
		p := fold(m, m.foldParts(), m.ldarg(wordScratch))
		m.storeIf(m.is("eq.s64", m.tid(), 0), int64Value, "global", m.ldarg(wordResult), 0, m.widened(p.v, p.r))
	})
	size := b.spec.Value.Size()
	b.c.results, b.c.outcome = 1, integerOutcome
	b.c.scratch = func(a *CollectArgs) []int { return []int{foldGrid(a.N) * size} }
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		return append(dst, Pass{parts, foldGrid(a.N), foldThreads}, Pass{last, 1, foldThreads})
	}
}

// foldParts is foldGrid of the number of elements.
func (m *maker) foldParts() string {
	n := m.do(b64, "div.u64", m.add(m.ldarg(wordN), foldPiece-1), foldPiece)
	return m.do(b64, "max.s64", m.do(b64, "min.s64", n, foldMost), 1)
}

// extreme finds the least place of the least value, or of the greatest.
func (b *collector) extreme() {
	r, cmp := kernels.Min, "lt"
	if b.spec.Kind == kernels.ArgMax {
		r, cmp = kernels.Max, "gt"
	}
	// Nothing found is the identity at the greatest of places, before which each other one comes.
	find := func(m *maker, n string, load func(i string) []string) (best, at string) {
		v := m.value
		best, at = m.copyOf(v, v.identity(r)), m.imm(noFault)
		take := func(x []string) {
			better := m.is(cmp+v.arith, x[0], best)
			same := m.both(m.is("eq"+v.arith, x[0], best), m.is("lt.s64", x[1], at))
			better = m.do(pred, "or.pred", better, same)
			m.set(best, "selp"+v.arith, x[0], best, better)
			m.set(at, "selp.s64", x[1], at, better)
		}
		m.strided(n, load, func(_ string, x []string) { take(x) })
		m.together([]part{{v, best}, {int64Value, at}}, take)
		return best, at
	}
	parts := b.entry("parts", foldThreads, func(m *maker) {
		v, in := m.value, m.ldarg(wordValues)
		best, at := find(m, m.ldarg(wordN), func(i string) []string {
			return []string{m.load(v, "global", m.at(in, i, v.size), 0), i}
		})
		m.when(m.is("eq.s64", m.tid(), 0), func() {
			cta := m.cta()
			m.store(v, "global", m.at(m.ldarg(wordScratch), cta, v.size), 0, best)
			m.store(int64Value, "global", m.at(m.ldarg(wordScratch+1), cta, 8), 0, at)
		})
	})
	last := b.entry("place", foldThreads, func(m *maker) {
		v, values, places := m.value, m.ldarg(wordScratch), m.ldarg(wordScratch+1)
		_, at := find(m, m.foldParts(), func(i string) []string {
			return []string{m.load(v, "global", m.at(values, i, v.size), 0), m.load(int64Value, "global", m.at(places, i, 8), 0)}
		})
		m.when(m.is("eq.s64", m.tid(), 0), func() {
			m.set(at, "selp.s64", -1, at, m.is("eq.s64", at, noFault))
			m.store(int64Value, "global", m.ldarg(wordResult), 0, at)
		})
	})
	size := b.spec.Value.Size()
	b.c.results, b.c.outcome = 1, integerOutcome
	b.c.scratch = func(a *CollectArgs) []int { return []int{foldGrid(a.N) * size, foldGrid(a.N) * 8} }
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		return append(dst, Pass{parts, foldGrid(a.N), foldThreads}, Pass{last, 1, foldThreads})
	}
}
