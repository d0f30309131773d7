package egraph

// blockSize is how many matches are applied at a time.
const blockSize = 64

// block is what applying a block of matches needs.
type block struct {
	columns []uint32 // by register and match: the value; registers are those of a program
	hashes  [blockSize]uint32
	changed [blockSize]bool
	touched uint64
}

// applyBlock applies at most blockSize matches of a plain program, and returns
// how many of them changed the graph. All matches take the first step, then all
// take the second and so on, and what is equal is merged at the end: so the
// places in memory that the matches of one step need do not depend on each other,
// and the processor can ask for many at a time.
func (g *Graph) applyBlock(p *program, rows []uint32) (applied int) {
	b := &g.block
	n := len(rows) / p.width
	if len(b.columns) < p.regs*blockSize {
		b.columns = make([]uint32, 2*p.regs*blockSize)
	}
	clear(b.changed[:n])
	for i := range p.width {
		col := b.columns[i*blockSize:][:n]
		for k := range col {
			col[k] = g.find(rows[k*p.width+i])
		}
	}
	g.cons.reserve(n)
	for i := range p.build {
		s := &p.build[i]
		out := b.columns[(p.width+i)*blockSize:][:n]
		switch len(s.args) {
		case 0:
			g.step0(s, out)
		case 2:
			g.step2(s, out)
		default:
			g.stepN(s, out)
		}
	}
	for _, e := range p.equal {
		x, y := b.columns[int(e.a)*blockSize:][:n], b.columns[int(e.b)*blockSize:][:n]
		for k, c := range x {
			if c != y[k] && g.merge(c, y[k]) {
				b.changed[k] = true
			}
		}
	}
	for _, c := range b.changed[:n] {
		if c {
			applied++
		}
	}
	return applied
}

// step0 takes the step that makes a leaf, for all matches of a block.
func (g *Graph) step0(s *step, out []uint32) {
	n, hash := g.lookup(s.op, nil)
	if n == 0 {
		n = g.insert(s.op, nil, hash, noClass)
		g.block.changed[0] = true
	}
	class := g.words[n+wordClass]
	for k := range out {
		out[k] = class
	}
}

// step2 takes a step that makes a node of two arguments, for all matches of a
// block.
func (g *Graph) step2(s *step, out []uint32) {
	b := &g.block
	n := len(out)
	root := b.columns[:n]
	x, y := b.columns[int(s.args[0])*blockSize:][:n], b.columns[int(s.args[1])*blockSize:][:n]
	sorted := g.ops[s.op].sorted
	t := &g.cons
	touched := uint64(0)
	for k, a := range x {
		c := y[k]
		if sorted && a > c {
			a, c = c, a
		}
		h := hash2(s.op, a, c)
		b.hashes[k] = h
		touched ^= t.entries[t.home(h)]
	}
	b.touched = touched
	var args [2]uint32
	for k, a := range x {
		c := y[k]
		if sorted && a > c {
			a, c = c, a
		}
		args[0], args[1] = a, c
		node := g.seek(s.op, args[:], b.hashes[k])
		if node == 0 {
			class := noClass
			if s.top {
				class = root[k]
			}
			node = g.insert(s.op, args[:], b.hashes[k], class)
			b.changed[k] = true
		}
		out[k] = g.words[node+wordClass]
	}
}

// stepN is step2 for nodes of any number of arguments.
func (g *Graph) stepN(s *step, out []uint32) {
	b := &g.block
	args := g.scratch[:len(s.args)]
	for k := range out {
		for j, r := range s.args {
			args[j] = b.columns[int(r)*blockSize+k]
		}
		if g.ops[s.op].sorted {
			sortArgs(args)
		}
		node, hash := g.lookup(s.op, args)
		if node == 0 {
			class := noClass
			if s.top {
				class = b.columns[k]
			}
			node = g.insert(s.op, args, hash, class)
			b.changed[k] = true
		}
		out[k] = g.words[node+wordClass]
	}
}

// apply makes equal what a match says is, for programs that are not plain. v has
// room for the registers.
func (g *Graph) apply(p *program, row []uint32, m *matches) error {
	if g.why != nil {
		return g.applyExplained(p, row, m)
	}
	v := g.vals[:p.regs]
	for i, x := range row {
		if x&pending == 0 && !(p.rest && i == p.width-1) { // no rest is 0, and no class
			x = g.find(x)
		}
		v[i] = x
	}
	return g.applySlowly(p, v, m)
}

// applySlowly is apply for what is not just a pattern of plain nodes.
func (g *Graph) applySlowly(p *program, v []uint32, m *matches) error {
	if len(p.rule.tests) > 0 || p.rule.build != nil {
		for i := range p.slots {
			g.force(v, 1+i, m)
		}
		match := Match{g, p.rule, p, v}
		for _, t := range p.rule.tests {
			if !t(&match) {
				return nil
			}
		}
		if p.rule.build != nil {
			id, ok := p.rule.build(&match)
			if !ok {
				return nil
			}
			right := uint32(id)
			if p.rest && v[p.width-1] != 0 {
				head, rest := m.bag(v[p.width-1])
				right = g.makeBag(head, append([]uint32{g.find(right)}, rest...), noClass)
			}
			g.merge(v[0], right)
			return nil
		}
	}
	var rest []uint32
	var head int32 = -1
	if p.rest && v[p.width-1] != 0 {
		head, rest = m.bag(v[p.width-1])
	}
	for i := range p.build {
		s := &p.build[i]
		if s.bag >= 0 {
			if s.top && rest != nil && s.bag == head {
				v[p.width+i] = g.bagOf(s, v, m, rest, v[0])
				rest = nil
			} else {
				v[p.width+i] = g.bagOf(s, v, m, nil, noClass)
			}
			continue
		}
		args := g.scratch[:len(s.args)]
		for _, r := range s.args {
			g.force(v, int(r), m)
		}
		for j, r := range s.args {
			args[j] = g.force(v, int(r), m)
		}
		v[p.width+i] = g.add(s.op, args)
	}
	for _, e := range p.equal {
		a, b := g.force(v, int(e.a), m), g.force(v, int(e.b), m)
		if rest != nil {
			b = g.makeBag(head, append([]uint32{g.find(b)}, rest...), a)
		}
		g.merge(a, b)
	}
	return nil
}

// force makes the multiset that a register refers to, if it is one.
func (g *Graph) force(v []uint32, i int, m *matches) uint32 {
	if v[i]&pending != 0 {
		head, elements := m.bag(v[i])
		v[i] = g.makeBag(head, append([]uint32(nil), elements...), noClass)
	}
	return v[i]
}

// bagOf makes the multiset of a step, with rest as further elements.
func (g *Graph) bagOf(s *step, v []uint32, m *matches, rest []uint32, class uint32) uint32 {
	elements := g.elements[:0]
	for _, r := range s.args {
		if v[r]&pending != 0 {
			if head, more := m.bag(v[r]); head == s.bag {
				elements = append(elements, more...)
				continue
			}
		}
		elements = append(elements, g.force(v, int(r), m))
	}
	elements = append(elements, rest...)
	g.elements = elements
	return g.makeBag(s.bag, elements, class)
}
