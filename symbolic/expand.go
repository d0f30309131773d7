package symbolic

import "context"

// Expand multiplies e out: products of sums and positive integer powers of sums
// become sums of products, in e and in the arguments of all that is in e. e is
// taken in canonical form, see [Canonical], and the result is canonical. It is e
// itself if e is canonical and nothing in it is to be multiplied out.
//
// Exact numbers stay exact. A coefficient with floats in it is worked out as if
// they were exact, and rounded. Expand(sin((x + 1)^2)) is sin(x^2 + 2*x + 1), and
//
//	(x + y)^-2, sqrt((x + y)^2)         stay, and so do all quotients: only what is inside is expanded
//	(x + y)^z, (x + y)^(z + 2), (x*y)^z  stay likewise
//	x^y*(x^y + x)                       is x^(2*y) + x^(y + 1)
//
// A term with an exact division by 0 in it is left as it is, also if that shows
// only on the way.
//
// The error is a *[LimitError]: the result, or a polynomial on the way to it,
// would break the default [Limits]; (x + 1)^1000000 is refused at once.
func Expand(e Expr) (Expr, error) { return Limits{}.Expand(context.Background(), e) }

// Expand is the function [Expand] with other limits. The error is a
// *[LimitError], or the cause for which the context is done.
func (l Limits) Expand(ctx context.Context, e Expr) (Expr, error) {
	e = Canonical(e)
	if !e.n.flag(expandable) || e.n.flag(hasPole) {
		return e, nil
	}
	x := expander{work: newWork(ctx, l)}
	n := e.n
	// Once more if the square of the root of a sum has come up, or the like.
	for passes := 0; n.flag(expandable); passes++ {
		err := again(passes, n)
		if err == nil {
			n, err = x.expand(n)
		}
		switch {
		case err != nil:
			return Expr{}, err
		case n.flag(hasPole):
			return e, nil
		}
	}
	return Expr{n}, nil
}

// isExpandable reports whether base^e can be multiplied out.
func isExpandable(base *node, e num) bool {
	if base == nil || base.op != OpSum {
		return false
	}
	return e.isInt() && e.v > 0 || !e.isInt() && e.isInteger() && !e.negative()
}

type expander struct {
	*work
	value map[*node]*node // of what is expandable, expanded
}

func (x *expander) open(n *node) bool                 { return n.flag(expandable) }
func (x *expander) multiplies(base *node, e num) bool { return isExpandable(base, e) }

func (x *expander) get(n *node) *node {
	if n.flag(expandable) {
		return x.value[n]
	}
	return n
}

func (x *expander) expand(root *node) (*node, error) {
	x.value = map[*node]*node{}
	for _, g := range regionsOf(x, root) {
		n, err := x.region(g)
		if err == nil {
			err = x.spend(64)
		}
		switch {
		case err != nil:
			return nil, errorIn(g.head(), err)
		case n.flag(hasPole):
			return pole, nil
		}
		x.value[g.head()] = n
	}
	return x.value[root], nil
}

// region expands the polynomial that is the head of a region.
func (x *expander) region(g region) (*node, error) {
	head := g.head()
	if !isAlgebraic(head) {
		return rebuild(head, x.get), nil
	}
	if n, ok := x.distribute(g); ok {
		return n, nil
	}
	r := x.newRing()
	e := evaluation{expander: x, ring: r, region: g, inner: map[*node]laurent{}}
	e.apart = head.op == OpSum && len(head.pairs()) > manyTerms
	for _, n := range g {
		e.addGenerators(n)
	}
	if !e.apart && head.op == OpSum && len(r.gens) > maxGenerators {
		e.apart = true
		*r = *x.newRing()
		for _, n := range g {
			e.addGenerators(n)
		}
	}
	r.start()
	for _, n := range g {
		v, err := e.evaluate(n)
		if err != nil {
			return nil, err
		}
		e.inner[n] = v
	}
	n, err := r.node(e.inner[head])
	if err != nil || !e.apart {
		return n, err
	}
	terms := appendScaled(nil, num{v: 1}, n)
	for _, t := range head.pairs() {
		if !e.inside(t.n) {
			terms = appendScaled(terms, t.c, x.get(t.n))
		}
	}
	return makeSum(sortTerms(terms)), nil
}

const (
	maxGenerators = 64      // of a sum that is made a polynomial as a whole
	manyTerms     = 1 << 12 // of a sum that are left alone, if they can
	fewTerms      = 16      // of a sum times a monomial that is no polynomial
)

// distribute multiplies a monomial by a short sum.
func (x *expander) distribute(g region) (*node, bool) {
	n := g.head()
	if len(g) != 1 || !n.isPure() {
		return nil, false
	}
	var sum *node
	factors := make([]Expr, 1, len(n.pairs()))
	for _, f := range n.pairs() {
		switch {
		case f.n.flag(expandable) || !f.c.number() && f.c.x.flag(expandable):
			return nil, false
		case !isExpandable(f.n, f.c):
			factors = append(factors, Expr{powerTerm(f.n, f.c)})
		case sum != nil || !f.c.isOne():
			return nil, false
		default:
			sum = f.n
		}
	}
	if sum == nil || packedPoly(sum) != nil || len(sum.pairs()) > fewTerms {
		return nil, false
	}
	terms := make([]pair, 0, len(sum.pairs()))
	for _, t := range sum.pairs() {
		factors[0] = Expr{t.n}
		terms = appendScaled(terms, t.c, Times(factors...).n)
	}
	return makeSum(sortTerms(terms)), true
}

// evaluation works out the terms of a region in a ring.
type evaluation struct {
	*expander
	*ring
	region region
	inner  map[*node]laurent
	apart  bool // the terms of the head that are not in the region are left out
}

// inside reports whether a term is in the region, and not only its value.
func (e *evaluation) inside(n *node) bool {
	_, known := e.value[n]
	return n.flag(expandable) && !known
}

func (e *evaluation) addGenerators(n *node) {
	if n.op == OpSum {
		for _, t := range n.pairs() {
			switch {
			case e.inside(t.n):
				if t.c.float() {
					e.add(coefGenerator(t.c))
				}
			case e.apart && n == e.region.head():
			case t.n.flag(expandable):
				if t.c.float() {
					e.add(coefGenerator(t.c))
				}
				e.addTerm(e.get(t.n))
			default:
				e.addPair(t)
			}
		}
		return
	}
	rest, c := n.coefficient()
	if c.float() {
		e.add(coefGenerator(c))
	}
	if rest != n {
		if !e.inside(rest) {
			e.addTerm(e.get(rest))
		}
		return
	}
	var buf [1]pair
	for _, f := range n.factors(&buf) {
		switch t, simple := e.factor(f); {
		case isExpandable(f.n, f.c):
			if !e.inside(f.n) {
				e.addTerm(e.get(f.n))
			}
		case simple:
			g, _ := generatorOf(f)
			e.add(g)
		default:
			e.addTerm(t)
		}
	}
}

// factor is a factor that is not multiplied out, with its base and its exponent
// expanded. It is simple if they are the same as they were.
func (e *evaluation) factor(f pair) (term *node, simple bool) {
	flagged := !f.c.number() && f.c.x.flag(expandable)
	if isExpandable(f.n, f.c) || !flagged && !f.n.flag(expandable) {
		return nil, true
	}
	exponent := f.c
	if flagged {
		exponent = numOf(e.get(f.c.x))
	}
	return power(e.get(f.n), exponent), false
}

func (e *evaluation) evaluate(n *node) (laurent, error) {
	if n.op == OpSum {
		return e.evaluateSum(n)
	}
	if rest, c := n.coefficient(); rest != n {
		v, err := e.valueOf(rest)
		return e.scaled(c, v), err
	}
	return e.evaluateProduct(n)
}

// valueOf is the value of what is part of a term of the region.
func (e *evaluation) valueOf(n *node) (laurent, error) {
	if e.inside(n) {
		return e.inner[n], nil
	}
	return e.of(e.get(n))
}

func (e *evaluation) evaluateSum(n *node) (laurent, error) {
	var leaves []pair
	var parts []laurent
	for _, t := range n.pairs() {
		switch {
		case e.apart && n == e.region.head() && !e.inside(t.n):
		case t.n.flag(expandable):
			v, err := e.valueOf(t.n)
			if err != nil {
				return laurent{}, err
			}
			parts = append(parts, e.scaled(t.c, v))
		default:
			leaves = append(leaves, t)
		}
	}
	if len(leaves) > 0 || len(parts) == 0 {
		v, err := e.terms(leaves)
		if err != nil {
			return laurent{}, err
		}
		parts = append(parts, v)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return e.sum(parts)
}

func (e *evaluation) evaluateProduct(n *node) (laurent, error) {
	by := make([]int64, len(e.gens))
	product := laurent{}
	times := func(v laurent, err error) error {
		if err == nil && product.p != nil {
			v, err = e.mul(product, v)
		}
		product = v
		return err
	}
	var buf [1]pair
	for _, f := range n.factors(&buf) {
		var err error
		switch t, simple := e.factor(f); {
		case isExpandable(f.n, f.c):
			var v laurent
			if v, err = e.valueOf(f.n); err == nil {
				err = times(e.pow(v, f.c))
			}
		case simple:
			g, k := generatorOf(f)
			by[e.index[g]] += k
		default:
			err = times(e.of(t))
		}
		if err != nil {
			return laurent{}, err
		}
	}
	if product.p == nil {
		product = e.constant(1)
	}
	shift, err := e.shifts(product.by, by, 1)
	return laurent{product.p, shift}, err
}
