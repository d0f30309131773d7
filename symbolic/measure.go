package symbolic

import (
	"math"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// extent is how large Simplify finds a term: the operations and leaves, as if
// shared subterms were written out; and among terms of as many, how high the
// powers are, and how many calls and coefficients there are. Both saturate.
type extent struct{ ops, height int64 }

func (a extent) less(b extent) bool { return a.ops < b.ops || a.ops == b.ops && a.height < b.height }

func (a extent) plus(b extent) extent {
	return extent{saturate(a.ops, b.ops), saturate(a.height, b.height)}
}

// saturate is a + b.
func saturate(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// measure knows the sizes of the terms it has been asked for. It is not safe
// for concurrent use.
type measure struct {
	of   map[*node]extent
	todo []*node
}

func (m *measure) size(n *node) extent {
	if s, ok := m.known(n); ok {
		return s
	}
	m.todo = append(m.todo[:0], n)
	for len(m.todo) > 0 {
		n := m.todo[len(m.todo)-1]
		if _, ok := m.known(n); ok {
			m.todo = m.todo[:len(m.todo)-1]
			continue
		}
		before := len(m.todo)
		m.todo = kids(n, m.todo)
		kept := before
		for _, k := range m.todo[before:] {
			if _, ok := m.known(k); !ok {
				m.todo[kept] = k
				kept++
			}
		}
		m.todo = m.todo[:kept]
		if kept == before {
			m.of[n] = m.sum(n)
			m.todo = m.todo[:before-1]
		}
	}
	return m.of[n]
}

func (m *measure) known(n *node) (extent, bool) {
	if n == nil || n.op <= OpVar {
		return extent{ops: 1}, true
	}
	s, ok := m.of[n]
	return s, ok
}

// sum is the size of a term whose kids have theirs.
func (m *measure) sum(n *node) extent {
	get := func(n *node) extent {
		s, _ := m.known(n)
		return s
	}
	switch n.op {
	case OpSum:
		s := extent{ops: 1}
		for i, p := range n.pairs() {
			s = s.plus(get(p.n))
			if i == 0 && p.c.negative() || !p.c.isOne() && p.n != one {
				s.height++
			}
		}
		return s
	case OpProduct:
		if n.isScaled() {
			return get(n.args[0]).plus(extent{height: 1})
		}
		s := extent{ops: 1}
		for _, p := range n.pairs() {
			s = s.plus(get(p.n))
			if !p.c.isOne() {
				s = s.plus(m.exponent(p.c))
			}
		}
		return s
	case OpPow, OpPower, OpSqrt:
		base, e := baseOf(n)
		if base == n { // as it was written
			base = n.args[0]
			switch n.op {
			case OpPow:
				e = num{v: int64(n.bits)}
			case OpPower:
				e = numOf(n.args[1])
			default:
				e = num{x: half}
			}
		}
		return get(base).plus(m.exponent(e))
	case OpEq, OpNe:
		if n.args[0] == nil && n.args[1] == nil { // the truth values
			return extent{ops: 1}
		}
	}
	s := extent{1, 1}
	for _, a := range kids(n, nil) {
		s = s.plus(get(a))
		if a.isScaled() { // abs(2*x) is larger than 2*abs(x)
			s.height++
		}
	}
	return s
}

func (m *measure) exponent(e num) extent {
	switch {
	case e.isInt():
		return extent{1, int64(min(magnitude(e.v), math.MaxInt64))}
	case e.isExact() && e.exact().Num().IsInt64() && e.exact().Denom().IsInt64(): // sqrt(x^2)^3 is larger than abs(x)^3
		return extent{1, saturate(int64(min(magnitude(e.exact().Num().Int64()), math.MaxInt64)), e.exact().Denom().Int64())}
	case e.number():
		return extent{1, math.MaxInt32}
	}
	s, _ := m.known(e.x)
	return s.plus(extent{ops: 1})
}

// smaller reports whether a rule makes a term smaller. Where sharing makes both
// larger than can be counted, what they have in common is taken as an atom.
func (m *measure) smaller(before, after Expr) bool {
	b, a := m.size(before.n), m.size(after.n)
	if b.ops < huge || a.ops < huge {
		return a.less(b)
	}
	left, common := map[*node]bool{}, map[*node]bool{}
	m.collect(before.n, 0, left)
	m.collect(after.n, 0, common)
	rest := &measure{of: map[*node]extent{}}
	for n := range common {
		if left[n] {
			rest.of[n] = extent{ops: atom}
		}
	}
	return rest.above(after.n, m, 0).less(rest.above(before.n, m, 0))
}

const (
	huge  = 1 << 48
	atom  = 1 << 40 // the operations of what is huge
	depth = 6       // to which rules reach
)

// collect adds what is huge in a term to a set, down to what rules reach.
func (m *measure) collect(n *node, level int, to map[*node]bool) {
	if s := m.size(n); s.ops < huge || level == depth || to[n] {
		return
	}
	to[n] = true
	for _, k := range kids(n, nil) {
		m.collect(k, level+1, to)
	}
}

// above is the extent with what m.of has taken as atoms.
func (m *measure) above(n *node, all *measure, level int) extent {
	if s, ok := m.known(n); ok {
		return s
	}
	s := all.size(n)
	switch {
	case s.ops < huge:
	case level == depth:
		s = extent{ops: atom}
	default:
		for _, k := range kids(n, nil) {
			m.above(k, all, level+1)
		}
		s = m.sum(n)
	}
	m.of[n] = s
	return s
}

// shrink is a rewriter again and again, as long as it makes the whole term
// smaller. What makes a part smaller can make the whole larger, where a number
// comes to be multiplied with a sum.
func (m *measure) shrink(r rewrite.Rewriter[Expr]) rewrite.Rewriter[Expr] {
	return rewrite.Func[Expr](func(s *rewrite.State[Expr], e Expr) (Expr, bool, error) {
		did := false
		for {
			u, ok, err := r.Rewrite(s, e)
			if err != nil {
				return e, false, err
			}
			if !ok || !m.whole(u).less(m.whole(e)) {
				return e, did, nil
			}
			e, did = u, true
		}
	})
}

// whole is the extent of a term, or the number of different terms in it where it
// is huge.
func (m *measure) whole(e Expr) extent {
	s := m.size(e.n)
	if s.ops < huge {
		return s
	}
	s = extent{ops: huge}
	seen := map[*node]bool{}
	todo := []*node{e.n}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !seen[n] {
			seen[n] = true
			s.ops++
			todo = kids(n, todo)
		}
	}
	return s
}
