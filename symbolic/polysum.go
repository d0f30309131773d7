package symbolic

import (
	"github.com/triad-go/triad/symbolic/internal/poly"
)

// polysum is a large canonical sum as a polynomial in the bases of its terms:
// that is differentiated without making the terms.
type polysum struct {
	poly  *poly.Poly
	bases []*node
}

const (
	minPolysum   = 48 // terms for which it pays
	maxPolyBases = 32 // with more bases there are too many of them in each term
)

// polysumOf is n as a polynomial, or nil if it is small or has exponents that
// are no natural numbers, coefficients that are not exact, or many bases.
func polysumOf(n *node) *polysum {
	if n.op != OpSum {
		return nil
	}
	if n.far.packed != nil && n.far.packed.poly != nil {
		return &polysum{n.far.packed.poly, n.far.packed.bases}
	}
	terms := n.pairs()
	if len(terms) < minPolysum {
		return nil
	}
	index := make(map[*node]int, maxPolyBases)
	s := &polysum{}
	var buf [1]pair
	for _, t := range terms {
		if !t.c.isExact() {
			return nil
		}
		if t.n == one {
			continue
		}
		for _, f := range t.n.factors(&buf) {
			if !f.c.isInt() || f.c.v < 0 || f.c.v > maxPackedDegree {
				return nil
			}
			if _, ok := index[f.n]; !ok {
				if len(index) == maxPolyBases {
					return nil
				}
				index[f.n] = len(index)
				s.bases = append(s.bases, f.n)
			}
		}
	}
	b := poly.NewBuilder(len(s.bases))
	exps := make([]int, len(s.bases))
	for _, t := range terms {
		clear(exps)
		if t.n != one {
			for _, f := range t.n.factors(&buf) {
				exps[index[f.n]] = int(f.c.v)
			}
		}
		var err error
		if t.c.isInt() {
			err = b.Add(exps, t.c.v)
		} else {
			err = b.AddRat(exps, t.c.exact())
		}
		if err != nil {
			return nil
		}
	}
	s.poly = b.Poly()
	return s
}

// derivative is that of the polynomial by the bases with these slopes, or !ok if
// they are not such that it is a polynomial of terms again.
func (s *polysum) derivative(slopes map[int]*node) (sum *node, ok bool) {
	index := make(map[*node]int, len(s.bases)+len(slopes))
	bases := append([]*node(nil), s.bases...)
	to := make([]int, len(bases))
	for i, b := range bases {
		index[b], to[i] = i, i
	}
	var buf [1]pair
	for i, d := range slopes {
		rest, c := d.coefficient()
		if s.bases[i].op == OpSum || !c.isExact() || d == pole {
			return nil, false
		}
		if rest == one {
			continue
		}
		for _, f := range rest.factors(&buf) {
			if f.n.op == OpSum || !isFactor(f.n, f.c) || !f.c.isInt() || f.c.v < 0 || f.c.v > maxPackedDegree {
				return nil, false
			}
		}
	}
	// The bases of the slopes go behind those of the polynomial, in its order.
	for i := range s.bases {
		if d := slopes[i]; d != nil {
			rest, _ := d.coefficient()
			if rest == one {
				continue
			}
			for _, f := range rest.factors(&buf) {
				if _, ok := index[f.n]; !ok {
					index[f.n] = len(bases)
					bases = append(bases, f.n)
				}
			}
		}
	}
	if len(bases) > maxPolyBases {
		return nil, false
	}
	parts := make([]*poly.Poly, 0, len(slopes))
	exps := make([]int, len(bases))
	for i := range s.bases {
		d := slopes[i]
		if d == nil {
			continue
		}
		part := s.poly.Diff(i)
		if len(bases) > len(s.bases) {
			part = part.Rename(len(bases), to)
		}
		rest, c := d.coefficient()
		if rest != one {
			clear(exps)
			for _, f := range rest.factors(&buf) {
				exps[index[f.n]] = int(f.c.v)
			}
			by := poly.NewBuilder(len(bases))
			err := by.AddRat(exps, c.exact())
			if err == nil {
				part, err = part.Mul(by.Poly(), poly.Limit{})
			}
			if err != nil {
				return nil, false
			}
		} else if !c.isOne() {
			part = part.Scale(c.exact())
		}
		parts = append(parts, part)
	}
	return packedSum(poly.Sum(len(bases), parts...), bases), true
}
