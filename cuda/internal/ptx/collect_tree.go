package ptx

// tree joins n values, each of several words in arrays of their own, in pairs of neighbours, level by level, an odd one rising
// unchanged, in one CTA. The arrays are those from the scratch array 0 on, and as many of half their length after them. It
// returns what is left, of which all threads have the addresses; where n is 0 nothing is written there.
func (m *maker) tree(v valueType, n string, words int, join func(a, b []string) []string) (addrs []string) {
	tid := m.tid()
	from, to := make([]string, words), make([]string, words)
	for k := range words {
		from[k], to[k] = m.ldarg(wordScratch+k), m.ldarg(wordScratch+words+k)
	}
	count := m.imm(n)
	m.while(func() string { return m.is("gt.s64", count, 1) }, func() {
		half := m.shr(count, 1)
		read := func(i string, offset int) []string {
			x := make([]string, words)
			for k := range x {
				x[k] = m.load(v, "global", m.at(from[k], i, v.size), offset)
			}
			return x
		}
		m.each(tid, half, m.threads, func(i string) {
			two := m.shl(i, 1)
			a, b := read(two, 0), read(two, v.size)
			for k, r := range join(a, b) {
				m.store(v, "global", m.at(to[k], i, v.size), 0, r)
			}
		})
		odd := m.is("ne.s64", m.do(b64, "and.b64", count, 1), 0)
		m.when(m.both(odd, m.is("eq.s64", tid, 0)), func() {
			for k, r := range read(m.sub(count, 1), 0) {
				m.store(v, "global", m.at(to[k], half, v.size), 0, r)
			}
		})
		m.barrier()
		for k := range from {
			other := m.imm(from[k])
			m.set(from[k], "mov.u64", to[k])
			m.set(to[k], "mov.u64", other)
		}
		m.set(count, "add.s64", count, 1)
		m.set(count, "shr.u64", count, 1)
	})
	return from
}

// treeScratch is the arrays that tree wants for n values of so many words.
func treeScratch(n, words, size int) []int {
	var s []int
	for range words {
		s = append(s, n*size)
	}
	for range words {
		s = append(s, (n+1)/2*size)
	}
	return s
}

const treeThreads = 1024
