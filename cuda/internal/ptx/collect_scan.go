package ptx

import "github.com/triad-go/triad/kernels"

// A scan goes by three passes: the fold of each block, the chain of these, and the blocks' scans, which what is carried
// into them is folded with.

const (
	scanBlock = 1024 // elements
	scanRow   = 64   // bytes of a row of a sum
)

func (b *collector) scan() {
	s := &b.spec
	before := s.Kind == kernels.ScanBefore
	b.c.InPlace = true
	var totals, final string
	grid, threads := func(blocks int) int { return blocks }, scanThreads
	if v := valueTypeOf(s.Value); s.Reduce == kernels.Sum || v.associates(s.Reduce) {
		totals = b.entry("totals", scanThreads, func(m *maker) { m.scanRows(s.Reduce, false, false) })
		final = b.entry("scan", scanThreads, func(m *maker) { m.scanRows(s.Reduce, true, before) })
	} else {
		l := laneScan{block: scanBlock, reduce: s.Reduce, before: before}
		totals = b.entry("totals", 32, func(m *maker) { m.scanLanes(l) })
		l.final = true
		final = b.entry("scan", 32, func(m *maker) { m.scanLanes(l) })
		grid, threads = func(blocks int) int { return pieces(blocks, 32) }, 32
	}
	chain, chained := "", chainThreads
	if valueTypeOf(s.Value).associates(s.Reduce) {
		chained = treeThreads
		chain = b.entry("chain", treeThreads, func(m *maker) {
			n := m.do(b64, "div.u64", m.add(m.ldarg(wordN), scanBlock-1), scanBlock)
			m.foldsBefore(m.value, s.Reduce, m.ldarg(wordScratch), n, "")
		})
	} else {
		chain = b.entry("chain", chainThreads, func(m *maker) { m.chain(m.linkOf(s.Reduce), scanBlock, false) })
	}
	size := s.Value.Size()
	b.c.scratch = func(a *CollectArgs) []int { return []int{pieces(a.N, scanBlock) * size} }
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		blocks := pieces(a.N, scanBlock)
		if blocks == 0 {
			return dst
		}
		if blocks > 1 { // into one alone nothing is carried
			dst = append(dst, Pass{totals, grid(blocks), threads}, Pass{chain, 1, chained})
		}
		return append(dst, Pass{final, grid(blocks), threads})
	}
}

const scanThreads = 128

// associates reports whether a fold may be taken in any order that keeps the values': but for NaNs, which are to be made the identity
// before, and the order that sums and products of floats have.
func (v valueType) associates(r kernels.Reduction) bool {
	return v.t.IsInt() || r == kernels.Min || r == kernels.Max
}

// scanRows folds the rows of a block in Sklansky's tree and chains them: CTA b has block b, and thread t row t. Not final, it leaves
// the block's fold in the scratch array 0; final, it takes from there what is carried into the block and writes the scan. It is for sums,
// whose order that is, and for what associates.
func (m *maker) scanRows(r kernels.Reduction, final, before bool) {
	v := m.value
	row := scanRow / v.size
	rows := scanBlock / row
	pitch := row + 1 // elements from row to row, so that threads have banks of their own
	block := m.shared(rows * pitch * v.size)
	sums := m.shared(rows * v.size)
	n, in := m.ldarg(wordN), m.ldarg(wordValues)
	tid, cta := m.tid(), m.cta()
	lo := m.mul(cta, scanBlock)
	left := m.sub(n, lo)

	pad := v.identity(r)
	if r == kernels.Sum {
		pad = v.none()
	}
	op := func(a, b string) string {
		to := m.reg(v.class)
		m.fold(v, r, to, a, b)
		return to
	}

	// Side by side from memory, to rows in shared memory. What stands beyond the end changes no fold.
	from := m.at(m.at(in, lo, v.size), tid, v.size)
	// Element e is at e + e/row there.
	place := m.at(block, m.add(tid, m.do(b64, "div.u64", tid, row)), v.size)
	const turns = scanBlock / scanThreads
	apart := (scanThreads + scanThreads/row) * v.size
	var within, values [turns]string
	for k := range turns {
		within[k] = m.is("lt.s64", m.add(tid, k*scanThreads), left)
		values[k] = m.loadIf(within[k], v, "global", from, k*scanThreads*v.size, pad)
	}
	for k := range turns {
		if v.t.IsFloat() && r != kernels.Sum { // NaNs are passed over
			m.fold(v, r, values[k], m.copyOf(v, pad), values[k])
		}
		m.store(v, "shared", place, k*apart, values[k])
	}
	m.barrier()

	mine := m.at(block, tid, pitch*v.size)
	mySum := m.at(sums, tid, v.size)
	hasRow := m.is("lt.s64", tid, rows)
	x := make([]string, row)
	for i := range x {
		x[i] = m.copyOf(v, pad)
	}
	m.when(hasRow, func() {
		for i := range x {
			m.op("ld.shared%s %s, [%s+%d]", v.mem, x[i], mine, i*v.size)
		}
		for half := 1; half < row; half *= 2 {
			for i := half; i < row; i = (i + 1) | half {
				m.fold(v, r, x[i], x[i&^(2*half-1)+half-1], x[i])
			}
		}
		m.store(v, "shared", mySum, 0, x[row-1])
	})
	m.barrier()

	// One thread chains the rows.
	scratch := m.at(m.ldarg(wordScratch), cta, v.size)
	m.when(m.is("eq.s64", tid, 0), func() {
		carry := m.copyOf(v, v.identity(r))
		const group = 16
		for at := 0; at < rows; at += group {
			var s [group]string
			for i := range s {
				s[i] = m.load(v, "shared", sums, (at+i)*v.size)
			}
			for i := range s {
				if final {
					m.store(v, "shared", sums, (at+i)*v.size, carry)
				}
				m.fold(v, r, carry, carry, s[i])
			}
		}
		if !final {
			m.store(v, "global", scratch, 0, carry)
		}
	})
	if !final {
		return
	}
	base := m.carried(scanBlock, scratch, v.identity(r))
	m.barrier()
	m.when(hasRow, func() {
		carry := m.load(v, "shared", mySum, 0)
		for i := range x {
			u := carry
			switch {
			case !before:
				u = op(carry, x[i])
			case i > 0:
				u = op(carry, x[i-1])
			}
			m.store(v, "shared", mine, i*v.size, op(base, u))
		}
	})
	m.barrier()
	to := m.at(m.at(m.ldarg(wordOut), lo, v.size), tid, v.size)
	for k := range turns {
		values[k] = m.load(v, "shared", place, k*apart)
	}
	for k := range turns {
		m.storeIf(within[k], v, "global", to, k*scanThreads*v.size, values[k])
	}
}

const (
	chainThreads = 256
	chainTile    = 2048
	chainGroup   = 16 // values that one thread has under way
)

// link is what a chain folds with.
type link struct {
	identity string
	group    int                 // values that one thread has under way, a divisor of chainTile
	fold     func(acc, x string) // into acc
}

func (m *maker) linkOf(r kernels.Reduction) link {
	return link{m.value.identity(r), chainGroup, func(acc, x string) { m.fold(m.value, r, acc, acc, x) }}
}

// chain turns the folds of blocks in the scratch array 0 into what is carried into each, in one CTA: one thread folds in order,
// while the others read what follows. It returns the fold of all, which the first thread knows. With heads, a block for which the word in the scratch array 1 is not 0 has a beginning in
// it, and hands on its own fold alone.
func (m *maker) chain(l link, block int, heads bool) (carry string) {
	v := m.value
	const turns = chainTile / chainThreads
	n, totals := m.ldarg(wordN), m.ldarg(wordScratch)
	blocks := m.do(b64, "div.u64", m.add(n, block-1), block)
	tile := m.shared(chainTile * v.size)
	tid := m.tid()
	mine := m.at(tile, tid, v.size)
	from := m.at(totals, tid, v.size)
	first := m.is("eq.s64", tid, 0)
	var marks, mark, marksFrom string
	if heads {
		marks = m.shared(chainTile * 4)
		mark = m.at(marks, tid, 4)
		marksFrom = m.at(m.ldarg(wordScratch+1), tid, 4)
	}
	var values, flags [turns]string
	for k := range turns {
		values[k] = m.copyOf(v, l.identity)
		if heads {
			flags[k] = m.copyOf(uint32Value, 0)
		}
	}
	read := func(lo string) {
		for k := range turns {
			i := m.add(m.add(lo, tid), k*chainThreads)
			within := m.is("lt.s64", i, blocks)
			m.op("@%s ld.global%s %s, [%s+%d]", within, v.mem, values[k], from, k*chainThreads*v.size)
			if heads {
				m.op("@%s ld.global.u32 %s, [%s+%d]", within, flags[k], marksFrom, k*chainThreads*4)
			}
		}
	}
	carry = m.copyOf(v, l.identity)
	to := m.imm(from)
	lo := m.imm(0)
	read(lo)
	m.while(func() string { return m.is("lt.s64", lo, blocks) }, func() {
		for k := range turns {
			m.store(v, "shared", mine, k*chainThreads*v.size, values[k])
			if heads {
				m.store(uint32Value, "shared", mark, k*chainThreads*4, flags[k])
			}
		}
		m.barrier()
		m.set(from, "add.s64", from, chainTile*v.size)
		if heads {
			m.set(marksFrom, "add.s64", marksFrom, chainTile*4)
		}
		next := m.add(lo, chainTile)
		read(next)
		m.when(first, func() {
			count := m.do(b64, "min.s64", m.sub(blocks, lo), chainTile)
			m.each(0, count, l.group, func(i string) {
				at := m.at(tile, i, v.size)
				x, fresh := make([]string, l.group), make([]string, l.group)
				for k := range x {
					x[k] = m.load(v, "shared", at, k*v.size)
				}
				if heads {
					at := m.at(marks, i, 4)
					for k := range fresh {
						fresh[k] = m.is("ne.s32", m.load(uint32Value, "shared", at, k*4), 0)
					}
				}
				for k := range x {
					m.store(v, "shared", at, k*v.size, carry)
					l.fold(carry, x[k])
					if heads {
						m.set(carry, "selp"+v.arith, x[k], carry, fresh[k])
					}
				}
			})
		})
		m.barrier()
		for k := range turns {
			i := m.add(m.add(lo, tid), k*chainThreads)
			m.storeIf(m.is("lt.s64", i, blocks), v, "global", to, k*chainThreads*v.size, m.load(v, "shared", mine, k*chainThreads*v.size))
		}
		m.set(to, "add.s64", to, chainTile*v.size)
		m.move(int64Value, lo, next)
	})
	return carry
}

// carried is what a chain has left for a block at an address, or the identity if there is one block alone.
func (m *maker) carried(block int, at, identity string) string {
	return m.loadIf(m.is("gt.s64", m.ldarg(wordN), block), m.value, "global", at, 0, identity)
}

// laneScan is a scan in which blocks are folded from left to right.
type laneScan struct {
	block  int
	reduce kernels.Reduction
	before bool
	heads  bool // begins anew at the bits of the scratch array 2
	final  bool
}

// scanLanes scans 32 blocks in a warp, a block in a lane, by way of tiles of 32 elements of each in shared memory. Not final, it leaves
// the blocks' folds in the scratch array 0 (and in array 1 whether there are heads in them); final, it takes from there
// what is carried into them and writes the scans.
func (m *maker) scanLanes(s laneScan) {
	v := m.value
	const pitch = 33
	tile := m.shared(32 * pitch * v.size)
	n, in := m.ldarg(wordN), m.ldarg(wordValues)
	lane, cta := m.tid(), m.cta()
	first := m.shl(cta, 5) // block
	lo := m.mul(first, s.block)
	mine := m.at(tile, lane, pitch*v.size) // as a block
	place := m.at(tile, lane, v.size)      // in each block
	block := m.add(first, lane)
	has := m.is("lt.s64", m.mul(block, s.block), n)
	carried := v.identity(s.reduce)
	total := m.at(m.ldarg(wordScratch), block, v.size)
	if s.final {
		some := m.both(has, m.is("gt.s64", n, s.block))
		carried = m.loadIf(some, v, "global", total, 0, carried)
	}
	var out, bits, open string
	if s.final {
		out = m.ldarg(wordOut)
	}
	acc := m.copyOf(v, v.identity(s.reduce))
	last := m.copyOf(v, carried) // the scan for the element before
	if s.heads {
		bits = m.at(m.ldarg(wordScratch+2), m.mul(block, s.block/32), 4)
		open = m.do(b32, "mov.u32", 1)
	}
	longest := m.do(b64, "min.s64", m.sub(n, lo), s.block) // of the blocks, the first
	m.each(0, longest, 32, func(at string) {
		i := m.add(m.add(lo, at), lane)
		from := m.at(in, i, v.size)
		var within, values [32]string
		for k := range 32 {
			within[k] = m.is("lt.s64", m.add(i, k*s.block), n)
			values[k] = m.loadIf(within[k], v, "global", from, k*s.block*v.size, v.identity(s.reduce))
		}
		word := ""
		if s.heads {
			word = m.loadIf(m.is("lt.s64", m.do(b64, "mad.lo.s64", block, s.block, at), n), uint32Value, "global", bits, 0, "0")
			m.set(bits, "add.s64", bits, 4)
		}
		for k := range 32 {
			m.store(v, "shared", place, k*pitch*v.size, values[k])
		}
		m.barrier()
		for k := range 32 {
			values[k] = m.load(v, "shared", mine, k*v.size)
		}
		for k := range 32 {
			head := ""
			if s.heads {
				head = m.is("ne.s32", m.do(b32, "and.b32", word, oneBit(k)), 0)
				m.set(acc, "selp"+v.arith, v.identity(s.reduce), acc, head)
				m.set(open, "selp.b32", 0, open, head)
			}
			m.fold(v, s.reduce, acc, acc, values[k])
			if !s.final {
				continue
			}
			u := m.reg(v.class)
			m.fold(v, s.reduce, u, carried, acc)
			if s.heads {
				m.set(u, "selp"+v.arith, u, acc, m.is("ne.s32", open, 0))
			}
			w := u
			if s.before {
				if w = last; s.heads {
					w = m.do(v.class, "selp"+v.arith, v.identity(s.reduce), last, head)
				}
			}
			m.store(v, "shared", mine, k*v.size, w)
			if s.before {
				m.move(v, last, u)
			}
		}
		m.barrier()
		if !s.final {
			return
		}
		to := m.at(out, i, v.size)
		for k := range 32 {
			values[k] = m.load(v, "shared", place, k*pitch*v.size)
		}
		for k := range 32 {
			m.storeIf(within[k], v, "global", to, k*s.block*v.size, values[k])
		}
		m.barrier()
	})
	if s.final {
		return
	}
	m.storeIf(has, v, "global", total, 0, acc)
	if s.heads {
		m.storeIf(has, uint32Value, "global", m.at(m.ldarg(wordScratch+1), block, 4), 0, m.do(b32, "xor.b32", open, 1))
	}
}
