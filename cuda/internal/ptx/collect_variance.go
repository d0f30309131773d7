package ptx

import "github.com/triad-go/triad/kernels"

// A variance goes by the moments of blocks, whose number, mean and squared distances from it are joined in a tree.

const (
	momentsBlock   = 2048 // elements
	momentsThreads = 128  // a warp has a block
)

func (b *collector) variance() {
	blocks := b.entry("moments", momentsThreads, (*maker).moments)
	join := b.entry("join", treeThreads, func(m *maker) {
		n := m.ldarg(wordN)
		op := func(op, x, y string) string { return m.do(f64, op+".rn.f64", x, y) }
		left := m.tree(floatValue, m.do(b64, "div.u64", m.add(n, momentsBlock-1), momentsBlock), 3, func(x, y []string) []string {
			sum := op("add", x[0], y[0])
			d := op("sub", y[1], x[1])
			share := op("div", y[0], sum)
			mean := op("add", x[1], op("mul", d, share))
			squares := op("add", op("add", x[2], y[2]), op("mul", op("mul", d, d), op("mul", x[0], share)))
			return []string{sum, mean, squares}
		})
		some := m.is("gt.s64", n, 0)
		number := m.loadIf(some, floatValue, "global", left[0], 0, floatValue.literal(0))
		squares := m.loadIf(some, floatValue, "global", left[2], 0, floatValue.literal(0))
		m.storeIf(m.is("eq.s64", m.tid(), 0), floatValue, "global", m.ldarg(wordResult), 0, op("div", squares, number))
	})
	b.c.results, b.c.outcome = 1, floatOutcome
	b.c.scratch = func(a *CollectArgs) []int { return treeScratch(pieces(a.N, momentsBlock), 3, 8) }
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		if n := pieces(a.N, momentsBlock); n > 0 {
			dst = append(dst, Pass{blocks, pieces(n, momentsThreads/32), momentsThreads})
		}
		return append(dst, Pass{join, 1, treeThreads})
	}
}

// moments leaves the moments of blocks in scratch arrays. A block is one of a reduction of float32, or two of float64.
func (m *maker) moments() {
	v := m.value
	const rows = kernels.BlockRows
	ways := 8 / v.size // lanes of a thread
	width := 32 * ways
	n, in := m.ldarg(wordN), m.ldarg(wordValues)
	tid := m.tid()
	lane := m.lane(tid)
	block := m.do(b64, "mad.lo.s64", m.cta(), momentsThreads/32, m.shr(tid, 5))
	lo := m.mul(block, momentsBlock)
	m.op("@%s ret", m.is("ge.s64", lo, n)) // a whole warp
	count := m.do(b64, "min.s64", m.sub(n, lo), momentsBlock)
	from := m.at(m.at(in, lo, v.size), lane, v.size)

	// sums folds what term makes of each element, which -0 stands for beyond the end, as reductions of a program do: each part in
	// lanes, these in halves, and the parts in turn, for which part is called.
	sums := func(term func(x, within string) string, part func(r string)) {
		for at := 0; at < momentsBlock; at += rows * width {
			var x, within [2 * rows]string
			for k := range rows * ways {
				within[k] = m.is("lt.s64", m.add(lane, at+k*32), count)
				x[k] = m.loadIf(within[k], v, "global", from, (at+k*32)*v.size, v.none())
			}
			var acc [2]string
			for j := range ways {
				acc[j] = m.copyOf(v, v.identity(kernels.Sum))
			}
			for k := range rows * ways {
				m.set(acc[k%ways], v.arithmetic("add"), acc[k%ways], term(x[k], within[k]))
			}
			if ways == 2 {
				m.set(acc[0], v.arithmetic("add"), acc[0], acc[1])
			}
			m.halves(v, kernels.Sum, acc[0], 32)
			part(acc[0])
		}
	}
	wide := func(r string) string {
		if v.size == 8 {
			return r
		}
		return m.do(f64, "cvt.f64.f32", r)
	}
	sum := m.copyOf(v, v.identity(kernels.Sum))
	sums(func(x, _ string) string { return x }, func(r string) { m.set(sum, v.arithmetic("add"), sum, r) })
	number := m.do(f64, "cvt.rn.f64.s64", count)
	mean := m.do(f64, "div.rn.f64", wide(sum), number)
	if v.size == 4 {
		mean = m.do(f32, "cvt.rn.f32.f64", mean)
	}
	mean = m.shuffle(v, "idx", mean, 0) // lane 0 has the sum
	squares := m.copyOf(floatValue, floatValue.literal(0))
	sums(func(x, within string) string {
		d := m.do(v.class, v.arithmetic("sub"), x, mean)
		return m.do(v.class, "selp"+v.arith, m.do(v.class, v.arithmetic("mul"), d, d), v.none(), within)
	}, func(r string) { m.set(squares, "add.rn.f64", squares, wide(r)) })
	m.when(m.is("eq.s64", lane, 0), func() {
		for k, r := range []string{number, wide(mean), squares} {
			m.store(floatValue, "global", m.at(m.ldarg(wordScratch+k), block, 8), 0, r)
		}
	})
}
