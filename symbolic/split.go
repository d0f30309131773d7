package symbolic

import (
	"encoding/binary"

	"github.com/triad-go/triad/symbolic/internal/poly"
)

// splitter sorts the terms of an expanded sum by their exponents in some
// generators.
type splitter struct {
	vars  []*node
	other *PolynomialError // the first factor where one occurs in another way

	free   occurrence
	groups []*group
	places map[string]int
}

// group is the terms with certain exponents, divided by their powers.
type group struct {
	exps  []int64
	pairs []pair

	// Or, of a packed sum:
	builder *poly.Builder
	bases   []*node
}

// sum is the coefficient of the powers.
func (g *group) sum() *node {
	if g.builder != nil {
		return packedSum(g.builder.Poly(), g.bases)
	}
	return makeSum(sortTerms(g.pairs))
}

// split returns the groups in the order of their first terms.
func (s *splitter) split(n *node) []*group {
	s.places = map[string]int{}
	s.free.of = s.vars
	if p := packedPoly(n); p != nil {
		s.packed(p)
		return s.groups
	}
	if n == nil {
		return nil
	}
	exps := make([]int64, len(s.vars))
	var buf, single [1]pair
	for _, t := range n.addends(&buf) {
		clear(exps)
		factors := []Expr{}
		if t.n != one {
			for _, f := range t.n.factors(&single) {
				if i := s.place(f.n); i >= 0 && f.c.isInt() {
					exps[i] = f.c.v
					continue
				}
				s.check(f)
				factors = append(factors, Expr{powerTerm(f.n, f.c)})
			}
		}
		g := s.group(exps)
		g.pairs = append(g.pairs, pair{Times(factors...).n, t.c})
	}
	return s.groups
}

// packed is split for a sum in packed form: its terms are not made.
func (s *splitter) packed(p *packed) {
	places := make([]int, len(p.bases))
	all := true // no generators but the variables
	for i, b := range p.bases {
		if places[i] = s.place(b); places[i] < 0 {
			all = false
			s.check(pair{b, num{v: 1}})
		}
	}
	exps, rest := make([]int64, len(s.vars)), make([]int, len(p.bases))
	for powers, c := range p.poly.Terms() {
		clear(exps)
		clear(rest)
		for i, k := range powers {
			if at := places[i]; at >= 0 {
				exps[at] = int64(k)
			} else {
				rest[i] = k
			}
		}
		g := s.group(exps)
		if all {
			g.pairs = append(g.pairs, pair{one, coefNum(c)})
			continue
		}
		if g.builder == nil {
			g.builder, g.bases = poly.NewBuilder(len(p.bases)), p.bases
		}
		var err error
		if v, ok := c.Int64(); ok {
			err = g.builder.Add(rest, v)
		} else {
			err = g.builder.AddRat(rest, c.Rat())
		}
		if err != nil {
			panic(err) // the degrees are not higher than those of the polynomial
		}
	}
}

func (s *splitter) group(exps []int64) *group {
	var buf [64]byte
	b := buf[:0]
	for _, e := range exps {
		b = binary.AppendVarint(b, e)
	}
	i, ok := s.places[string(b)]
	if !ok {
		i = len(s.groups)
		s.places[string(b)] = i
		s.groups = append(s.groups, &group{exps: append([]int64(nil), exps...)})
	}
	return s.groups[i]
}

func (s *splitter) place(base *node) int {
	for i, v := range s.vars {
		if v == base {
			return i
		}
	}
	return -1
}

// check looks for the generators in a factor that is none of their powers.
func (s *splitter) check(f pair) {
	if s.other != nil {
		return
	}
	v := s.free.in(f.n)
	if v == nil && !f.c.number() {
		v = s.free.in(f.c.x)
	}
	if v != nil {
		s.other = notPolynomial(Expr{v}, Expr{powerTerm(f.n, f.c)})
	}
}

// occurrence tells which of some terms occurs in others.
type occurrence struct {
	of   []*node
	seen map[*node]*node
}

// in is one of the terms that occurs in n, nil if none does.
func (o *occurrence) in(n *node) *node {
	if o.seen == nil {
		o.seen = map[*node]*node{}
		for _, v := range o.of {
			o.seen[v] = v
		}
	}
	todo := []*node{n}
	var buf []*node
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		if _, ok := o.seen[n]; ok || n == nil {
			todo = todo[:len(todo)-1]
			continue
		}
		if p := packedPoly(n); p != nil {
			buf = append(buf[:0], p.bases...)
		} else {
			buf = kids(n, buf[:0])
		}
		ready := true
		var found *node
		for _, k := range buf {
			v, ok := o.seen[k]
			switch {
			case k == nil:
			case !ok:
				todo = append(todo, k)
				ready = false
			case found == nil:
				found = v
			}
		}
		if ready {
			todo = todo[:len(todo)-1]
			o.seen[n] = found
		}
	}
	return o.seen[n]
}

// packedDiff is the derivative by x of a sum in packed form, in packed form too;
// !ok if n is no such sum, or x is in a base of it that is not x itself.
func packedDiff(n, x *node) (d *node, ok bool) {
	p := packedPoly(n)
	if p == nil {
		return nil, false
	}
	at := -1
	o := occurrence{of: []*node{x}}
	for i, b := range p.bases {
		switch {
		case b == x:
			at = i
		case o.in(b) != nil:
			return nil, false
		}
	}
	if at < 0 {
		return nil, true
	}
	return packedSum(p.poly.Diff(at), p.bases), true
}
