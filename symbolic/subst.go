package symbolic

import "sync"

// Subst is e with each term that is a key of to replaced by the key's value, all
// at once: nothing is looked for in a value, nor in a term that is a key. Keys
// are mostly variables, but can be any terms.
//
// The form is kept: sums, products and what else is canonical are put together
// by [Plus], [Times], [Power] and [Apply], so that like terms are collected;
// faithful operations stay as they were written, but for operations on exact
// numbers, which are done. Of a canonical sum the terms are looked up, with
// their coefficients and without; of a canonical product the factors, and then
// their bases and their exponents if these are no numbers. What is only a part
// of a sum or a product is not found: x + y is not in x + y + z, nor x*y in
// x*y*z. Constants that become numbers are added up in the order of the terms.
//
// A shared subterm is replaced once.
func Subst(e Expr, to map[Expr]Expr) Expr {
	s := newSubstitution(to)
	defer s.free()
	return Expr{s.run(e.n)}
}

// SubstEach is [Subst] of each of the expressions, in one pass over them.
func SubstEach(exprs []Expr, to map[Expr]Expr) []Expr {
	s := newSubstitution(to)
	defer s.free()
	results := make([]Expr, len(exprs))
	for i, e := range exprs {
		results[i] = Expr{s.run(e.n)}
	}
	return results
}

// substitution replaces the terms of a DAG bottom up, on a stack of its own. A
// term is looked up once as a key, and found in memo afterwards. Leaves are not
// remembered.
type substitution struct {
	to       map[Expr]Expr
	few      [4]keyValue // the keys, if there are no more
	small    bool
	heads    uint64 // a bit for each operation that is the head of a key
	compound bool   // some keys are no variables

	memo     memo
	faithful bool // how the term is made that is being made
	lookUp   func(n *node) *node

	final map[*node]*node // of SubstAll

	terms, factors []pair // scratch
}

// substitutions are kept for the next time: putting a value into a small term is
// often all that is done.
var substitutions = sync.Pool{New: func() any { return new(substitution) }}

const maxKept = 1 << 10 // pairs

func (s *substitution) free() {
	terms, factors := s.terms, s.factors
	clear(terms[:cap(terms)])
	clear(factors[:cap(factors)])
	*s = substitution{}
	if cap(terms) <= maxKept && cap(factors) <= maxKept {
		s.terms, s.factors = terms[:0], factors[:0]
	}
	substitutions.Put(s)
}

type keyValue struct{ key, value *node }

func newSubstitution(to map[Expr]Expr) *substitution {
	s := substitutions.Get().(*substitution)
	s.to, s.small = to, len(to) <= len(s.few)
	i := 0
	for k, v := range to {
		if s.small {
			s.few[i] = keyValue{k.n, v.n}
			i++
		}
		s.heads |= 1 << k.Op()
	}
	s.compound = s.heads&^(1<<OpVar) != 0
	return s
}

// key is the value of n if it is a key.
func (s *substitution) key(n *node) (value *node, ok bool) {
	if s.heads>>(Expr{n}).Op()&1 == 0 {
		return nil, false
	}
	if s.small {
		for i := range len(s.to) {
			if s.few[i].key == n {
				return s.few[i].value, true
			}
		}
		return nil, false
	}
	v, ok := s.to[Expr{n}]
	return v.n, ok
}

// value is what is put in for a key.
func (s *substitution) value(n *node) (value *node, ok bool) {
	if value, ok = s.key(n); ok && s.final != nil {
		value = s.final[n]
	}
	return value, ok
}

func isLeaf(n *node) bool { return n == nil || n.op <= OpVar }

// get is what a term becomes that is a leaf or has been worked out.
func (s *substitution) get(n *node, faithful bool) *node {
	if isLeaf(n) {
		if v, ok := s.value(n); ok {
			return v
		}
		return n
	}
	v, _ := s.memo.get(vertexOf(n, faithful))
	return v
}

func (s *substitution) run(root *node) *node {
	if isLeaf(root) {
		return s.get(root, false)
	}
	var buf [16]vertex
	todo := append(buf[:0], vertexOf(root, false))
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		if _, ok := s.memo.get(v); ok {
			todo = todo[:len(todo)-1]
			continue
		}
		if value, ok := s.key(v.n); ok {
			s.memo.put(v, value)
			continue
		}
		before := len(todo)
		if todo = s.pending(v, todo); len(todo) == before {
			s.memo.put(v, s.make(v))
		}
	}
	return s.get(root, false)
}

// pending appends the terms that are to be worked out before v is made.
func (s *substitution) pending(v vertex, todo []vertex) []vertex {
	n := v.n
	switch n.op {
	case OpSum:
		if p := n.far.packed; p != nil && p.poly != nil && !s.compound {
			for _, b := range p.bases {
				todo = s.need(b, false, todo)
			}
			return todo
		}
		for _, t := range n.pairs() {
			todo = s.pendingTerm(t, todo)
		}
		return todo
	case OpProduct:
		rest, c := n.coefficient()
		return s.pendingTerm(pair{rest, c}, todo)
	case OpCall:
		for i := range functionAt(n.fn).Arity {
			todo = s.need(Expr{n}.arg(i).n, v.faithful, todo)
		}
		return todo
	}
	for _, k := range n.args[:ops[n.op].args] {
		todo = s.need(k, v.faithful, todo)
	}
	return todo
}

func (s *substitution) need(n *node, faithful bool, todo []vertex) []vertex {
	if isLeaf(n) {
		if s.final == nil {
			return todo
		}
		if _, ok := s.key(n); !ok {
			return todo
		}
		if _, ok := s.final[n]; ok {
			return todo
		}
		return append(todo, vertex{n, false})
	}
	v := vertexOf(n, faithful)
	if _, ok := s.memo.get(v); ok {
		return todo
	}
	return append(todo, v)
}

func (s *substitution) make(v vertex) *node {
	if v.n.op == OpSum || v.n.op == OpProduct {
		return s.sum(v.n)
	}
	if s.lookUp == nil {
		s.lookUp = func(n *node) *node { return s.get(n, s.faithful) }
	}
	if s.faithful = v.faithful; v.faithful {
		return likewise(v.n, s.lookUp)
	}
	return rebuild(v.n, s.lookUp)
}

// memo is a map of what terms have become, without one while they are few.
type memo struct {
	few [8]struct {
		v     vertex
		value *node
	}
	count int
	many  map[vertex]*node
}

func (m *memo) get(v vertex) (value *node, ok bool) {
	if m.many != nil {
		value, ok = m.many[v]
		return value, ok
	}
	for i := range m.count {
		if m.few[i].v == v {
			return m.few[i].value, true
		}
	}
	return nil, false
}

func (m *memo) put(v vertex, value *node) {
	if m.many == nil {
		if m.count < len(m.few) {
			m.few[m.count].v, m.few[m.count].value = v, value
			m.count++
			return
		}
		m.many = make(map[vertex]*node, 4*len(m.few))
		for _, f := range m.few {
			m.many[f.v] = f.value
		}
	}
	m.many[v] = value
}
