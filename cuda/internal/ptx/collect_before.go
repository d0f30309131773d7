package ptx

import "github.com/triad-go/triad/kernels"

// foldsBefore turns n values into the folds of those before each, in one CTA of treeThreads, and writes the fold of all to an
// address, if there is one. It is for what associates, and no NaNs.
func (m *maker) foldsBefore(v valueType, r kernels.Reduction, values, n, total string) {
	const each = 8 // of a thread
	const warps = treeThreads / 32
	tid := m.tid()
	lane, warp := m.lane(tid), m.shr(tid, 5)
	folds := m.shared(warps * v.size)
	mine := m.at(folds, warp, v.size)
	// upward folds x with those of the lanes before.
	upward := func(x string) {
		for d := 1; d < 32; d *= 2 {
			y := m.shuffle(v, "up", x, d)
			m.when(m.is("ge.s64", lane, d), func() { m.fold(v, r, x, y, x) })
		}
	}
	base := m.copyOf(v, v.identity(r))
	m.each(0, n, treeThreads*each, func(lo string) {
		i := m.do(b64, "mad.lo.s64", tid, each, lo)
		at := m.at(values, i, v.size)
		var x, within [each]string
		for k := range x {
			within[k] = m.is("lt.s64", m.add(i, k), n)
			x[k] = m.loadIf(within[k], v, "global", at, k*v.size, v.identity(r))
		}
		fold := m.copyOf(v, x[0])
		for _, y := range x[1:] {
			m.fold(v, r, fold, fold, y)
		}
		upward(fold)
		m.storeIf(m.is("eq.s64", lane, 31), v, "shared", mine, 0, fold)
		m.barrier()
		m.when(m.is("eq.s64", warp, 0), func() {
			y := m.load(v, "shared", m.at(folds, lane, v.size), 0)
			upward(y)
			m.store(v, "shared", m.at(folds, lane, v.size), 0, y)
		})
		m.barrier()
		// What is before this thread's values: tiles, warps and lanes.
		to := m.copyOf(v, base)
		m.when(m.is("gt.s64", warp, 0), func() { m.fold(v, r, to, to, m.load(v, "shared", mine, -v.size)) })
		before := m.shuffle(v, "up", fold, 1)
		m.when(m.is("gt.s64", lane, 0), func() { m.fold(v, r, to, to, before) })
		for k := range x {
			m.storeIf(within[k], v, "global", at, k*v.size, to)
			m.fold(v, r, to, to, x[k])
		}
		m.fold(v, r, base, base, m.load(v, "shared", folds, (warps-1)*v.size))
		m.barrier()
	})
	if total != "" {
		m.storeIf(m.is("eq.s64", tid, 0), v, "global", total, 0, base)
	}
}
