package ptx

// along folds along an axis: the last in eight lanes, as a segment, and others from the identity in rising order, a thread for each
// element of the output.
func (b *collector) along() {
	const threads = 256
	r := b.spec.Reduce
	per := threads
	if b.spec.Last {
		per = threads / segmentLanes
	}
	fold := b.entry("fold", threads, func(m *maker) {
		v := m.value
		inner, length := m.ldarg(wordShape+1), m.ldarg(wordShape+2)
		count := m.mul(m.ldarg(wordShape), inner)
		in, out, step := m.ldarg(wordValues), m.ldarg(wordOut), m.ldarg(wordPitches+2)
		tid := m.tid()
		which := m.thread()
		if b.spec.Last {
			which = m.do(b64, "mad.lo.s64", m.cta(), per, m.shr(tid, 3))
		}
		has := m.is("lt.s64", which, count)
		m.set(which, "selp.s64", which, 0, has)
		j := m.do(b64, "div.u64", which, inner)
		k := m.sub(which, m.mul(j, inner))
		place := func(words int) string {
			return m.do(b64, "mad.lo.s64", j, m.ldarg(words), m.mul(k, m.ldarg(words+1)))
		}
		lo, to := place(wordPitches), m.at(out, place(wordStrides), v.size)
		if b.spec.Last {
			hi := m.do(b64, "selp.s64", m.add(lo, length), lo, has)
			acc := m.foldRow(r, in, lo, hi, tid)
			lane := m.do(b64, "and.b64", tid, segmentLanes-1)
			m.storeIf(m.both(has, m.is("eq.s64", lane, 0)), v, "global", to, 0, acc)
			return
		}
		m.op("@!%s ret", has)
		const ways = 8
		acc := m.copyOf(v, v.identity(r))
		at := m.at(in, lo, v.size)
		bytes := m.mul(step, v.size)
		i := m.imm(0)
		m.while(func() string { return m.is("le.s64", m.add(i, ways), length) }, func() {
			var x [ways]string
			for k := range x {
				x[k] = m.load(v, "global", at, 0)
				m.set(at, "add.s64", at, bytes)
			}
			for k := range x {
				m.fold(v, r, acc, acc, x[k])
			}
			m.set(i, "add.s64", i, ways)
		})
		m.each(i, length, 1, func(string) {
			m.fold(v, r, acc, acc, m.load(v, "global", at, 0))
			m.set(at, "add.s64", at, bytes)
		})
		m.store(v, "global", to, 0, acc)
	})
	b.c.passes = func(dst []Pass, a *CollectArgs) []Pass {
		count := 1
		for axis, n := range a.Shape {
			if axis != a.Axis {
				count *= n
			}
		}
		if count == 0 {
			return dst
		}
		return append(dst, Pass{fold, pieces(count, per), threads})
	}
}

// alongArguments writes the words of a space: those of the axes that stay, and then of the one that goes.
func alongArguments(block []uint64, a *CollectArgs) {
	pitches := [3]int{a.Shape[1] * a.Shape[2], a.Shape[2], 1}
	at := 0
	for axis := range 3 {
		if k := at; axis != a.Axis {
			block[wordShape+k], block[wordStrides+k], block[wordPitches+k] = uint64(a.Shape[axis]), uint64(a.Strides[axis]), uint64(pitches[axis])
			at++
		}
	}
	block[wordShape+2], block[wordPitches+2] = uint64(a.Shape[a.Axis]), uint64(pitches[a.Axis])
}
