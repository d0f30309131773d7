package egraph

import (
	"cmp"
	"slices"
)

// factoring applies the distributive law to whole sums: it takes a factor out of
// all terms that have it, powers of it included, in one step, where a rule about
// two terms would go through all subsets of them. The factored form is added to
// the sum's class, so that the extraction has both.
//
// Of large expressions it takes out the factor that saves most, and goes on with
// what is in the parentheses and with the other terms. What is in the parentheses
// often is the same for many sums, as the partners of a molecule are for all its
// forms; so a factor counts for more if its parentheses are found elsewhere too.
// Of small ones it tries every factor.
type factoring struct {
	g     *Graph
	forms lowering
	minus uint32         // the class of -1
	found map[uint64]int // how often parentheses occur, by a hash that their order does not change
	done  map[uint32]bool
	at    uint32     // where every goes on
	of    [][]factor // by class: what it is the product of, nil if not asked for yet

	all   []candidate // those of the sum at hand
	place []int32     // by factor (see place): 1 + its place in all

	// In a graph that explains: by class, the term as whose factors it is seen, and
	// the term that stands for it as a factor.
	written map[uint32]uint32
	stands  map[uint32]uint32
}

// factor is a part of a product: a class to a power, which is not 0.
type factor struct {
	base uint32
	exp  int64
}

func newFactoring(g *Graph) *factoring {
	f := &factoring{
		g: g, forms: lowering{g: g, sum: g.headNumber("+"), product: g.headNumber("*"), power: g.headNumber("^")},
		at:    1,
		found: map[uint64]int{}, done: map[uint32]bool{},
	}
	f.forget()
	return f
}

// forget has everything looked up anew, since classes may have changed.
func (f *factoring) forget() {
	f.of = nil
	f.minus = f.g.find(f.g.addLeaf(f.g.minusOne()))
	if f.g.why != nil {
		f.written, f.stands = map[uint32]uint32{}, map[uint32]uint32{}
	}
}

// sum is a node of a sum.
type sum struct {
	class uint32
	terms []uint32
}

// from appends the sums whose nodes begin at word n or later.
func (f *factoring) from(n uint32, to []sum) []sum {
	g := f.g
	for ; int(n) < len(g.words); n += wordArgs + uint32(g.ops[g.words[n]&^dead].arity) {
		if !g.isDead(n) && g.ops[g.op(n)].head == f.forms.sum && !g.settled(g.classOf(n)) {
			to = append(to, sum{g.classOf(n), slices.Clone(g.args(n))})
		}
	}
	return to
}

// best factors every sum that there is by the factors that save most.
func (f *factoring) best() {
	f.forget()
	sums := f.from(1, nil)
	for _, s := range sums {
		f.candidates(s.terms)
		for _, c := range f.all {
			f.found[c.inside]++
		}
	}
	for _, s := range sums {
		f.reduce(s)
	}
}

// every factors every sum by each of its common factors, multiplies every product
// of a sum out, and goes on with what comes of it, until the graph has so many
// nodes. It begins where it ended the last time.
func (f *factoring) every(nodes int) error {
	g := f.g
	for int(f.at) < len(g.words) && g.nodes < nodes {
		sums := f.from(f.at, nil)
		products := f.products(f.at)
		f.at = uint32(len(g.words))
		f.forget()
		for _, s := range sums {
			f.candidates(s.terms)
			common := slices.Clone(f.all)
			slices.SortStableFunc(common, func(a, b candidate) int { return cmp.Compare(b.terms, a.terms) })
			for _, c := range common {
				if c.terms < 2 || g.nodes >= nodes {
					break
				}
				if t, rest, ok := f.takeOut(c, s.terms, nil); ok {
					f.equal(s, f.bag("+", append(f.terms(rest), t)), "factoring")
				}
			}
		}
		for _, s := range sums {
			f.spread("+", f.forms.sum, s, nodes)
		}
		for _, p := range products {
			f.spread("*", f.forms.product, p, nodes)
		}
		for _, s := range sums {
			if g.nodes >= nodes {
				break
			}
			f.overOneDenominator(s)
		}
		for _, p := range products {
			if g.nodes >= nodes {
				break
			}
			f.multiplyOut(p)
		}
		if err := g.rebuild(); err != nil {
			return err
		}
	}
	return nil
}

// spread puts the terms of an argument that is a sum into the sum that it stands
// in, and likewise with products: what is shared was loaded as a sum of its own.
func (f *factoring) spread(head string, number int32, s sum, nodes int) {
	g := f.g
	for i, a := range s.terms {
		if g.nodes >= nodes {
			return
		}
		if a == s.class || i > 0 && a == s.terms[i-1] {
			continue
		}
		var inner []uint32
		f.forms.forms(a, number, func(args []uint32) bool {
			if n := len(s.terms) + len(args) - 1; n <= maxExpansion && !slices.Contains(args, a) && !slices.Contains(args, s.class) {
				inner = slices.Clone(args)
			}
			return inner == nil
		})
		if inner == nil {
			continue
		}
		rest := f.leaves(slices.Delete(slices.Clone(s.terms), i, i+1))
		inner = f.leaves(inner)
		f.merge(s, func() uint32 {
			return f.call(head, append(slices.Clone(rest), f.call(head, slices.Clone(inner))))
		}, f.bag(head, append(slices.Clone(rest), inner...)), "flatten")
	}
}

// products are those of the nodes from word n on.
func (f *factoring) products(n uint32) []sum {
	var to []sum
	g := f.g
	for ; int(n) < len(g.words); n += wordArgs + uint32(g.ops[g.words[n]&^dead].arity) {
		if !g.isDead(n) && g.ops[g.op(n)].head == f.forms.product && !g.settled(g.classOf(n)) {
			to = append(to, sum{g.classOf(n), slices.Clone(g.args(n))})
		}
	}
	return to
}

// maxExpansion is how many terms a sum may have to be multiplied out.
const maxExpansion = 16

// multiplyOut adds, for each factor of a product that is a sum, the sum of the
// products to the product's class. A difference stays: (a - b)*c is as good as its
// factors, a*c - b*c may cancel.
func (f *factoring) multiplyOut(p sum) {
	for i, a := range p.terms {
		if i > 0 && a == p.terms[i-1] {
			continue
		}
		rest := slices.Delete(slices.Clone(p.terms), i, i+1)
		var all []uint32
		f.forms.forms(a, f.forms.sum, func(terms []uint32) bool {
			if len(terms) <= maxExpansion && !slices.ContainsFunc(terms, f.isDifference) {
				all = slices.Clone(terms)
			}
			return all == nil
		})
		if all == nil {
			continue
		}
		cancels := false
		terms := make([]uint32, len(all))
		for j, t := range all {
			y := f.timesAll(f.factors(t), rest)
			cancels = cancels || f.cancels(y)
			terms[j] = f.product(y)
		}
		if !cancels { // that has been brought over one denominator
			f.merge(p, func() uint32 {
				return f.call("*", append(f.terms(rest), f.call("+", f.terms(all))))
			}, f.bag("+", terms), "distribution")
		}
	}
}

// isDifference reports whether a term is written with a negative number.
func (f *factoring) isDifference(term uint32) bool {
	return slices.ContainsFunc(f.factors(term), func(y factor) bool {
		v := f.g.numberOf(y.base)
		return v != nil && v.Sign() < 0
	})
}

// cancels reports whether a product has a factor and its inverse.
func (f *factoring) cancels(p []factor) bool {
	for i, y := range p {
		for _, z := range p[:i] {
			if y.base == z.base && (y.exp > 0) != (z.exp > 0) {
				return true
			}
		}
	}
	return false
}

// overOneDenominator adds, to the class of a sum in which there are quotients,
// one quotient for all of them.
func (f *factoring) overOneDenominator(s sum) {
	var den []factor // with positive exponents
	for _, t := range s.terms {
		factors := f.factors(t)
		if f.cancels(factors) {
			return
		}
		for _, y := range factors {
			if y.exp >= 0 {
				continue
			}
			i := slices.IndexFunc(den, func(d factor) bool { return d.base == y.base })
			if i < 0 {
				den = append(den, factor{y.base, -y.exp})
			} else {
				den[i].exp = max(den[i].exp, -y.exp)
			}
		}
	}
	if den == nil || len(den) > 4 {
		return
	}
	terms := make([]uint32, len(s.terms))
	for i, t := range s.terms {
		p := slices.Clone(f.factors(t))
		for _, d := range den {
			k := slices.IndexFunc(p, func(y factor) bool { return y.base == d.base && y.exp < 0 })
			switch {
			case k < 0:
				p = f.join(p, d)
			case p[k].exp+d.exp == 0:
				p = slices.Delete(p, k, k+1)
			default:
				p[k].exp += d.exp
			}
		}
		terms[i] = f.product(p)
	}
	for i := range den {
		den[i].exp = -den[i].exp
	}
	f.equal(s, f.product(den, f.bag("+", terms)), "common denominator")
}

// timesAll is a product with more classes in it.
func (f *factoring) timesAll(p []factor, more []uint32) []factor {
	p = slices.Clone(p)
	for _, a := range more {
		for _, y := range f.factors(a) {
			p = f.join(p, y)
		}
	}
	return p
}

// reduce adds the factored form of a sum to its class.
func (f *factoring) reduce(s sum) {
	if f.done[s.class] {
		return
	}
	f.done[s.class] = true
	var out []uint32
	rest := s.terms
	for {
		x, ok := f.most(rest)
		if !ok {
			break
		}
		t, others, ok := f.takeOut(x, rest, f.reduce)
		if !ok {
			break
		}
		out, rest = append(out, t), others
	}
	if out != nil {
		f.equal(s, f.bag("+", append(f.terms(rest), out...)), "factoring")
	}
}

// takeOut makes one term of those that have the factor, and returns it (see bag)
// and the classes of the others. then is told of the sum in the parentheses. If that is 0 it is not ok:
// x - x has an error that 0*x does not have.
func (f *factoring) takeOut(x candidate, terms []uint32, then func(sum)) (t uint32, others []uint32, ok bool) {
	g := f.g
	var inside [][]factor
	negative := true
	for _, t := range terms {
		factors := f.factors(t)
		i := slices.IndexFunc(factors, func(y factor) bool { return y.base == x.base && (y.exp > 0) == (x.exp > 0) })
		if i < 0 {
			others = append(others, t)
			continue
		}
		factors = slices.Clone(factors)
		if factors[i].exp -= x.exp; factors[i].exp == 0 {
			factors = slices.Delete(factors, i, i+1)
		}
		inside = append(inside, factors)
		negative = negative && f.isNegative(factors)
	}
	terms = make([]uint32, len(inside))
	for i, p := range inside {
		if negative {
			k := slices.IndexFunc(p, func(y factor) bool { return y.base == f.minus })
			p = slices.Delete(p, k, k+1)
		}
		terms[i] = f.product(p)
	}
	c := f.bag("+", slices.Clone(terms))
	if v := g.numberOf(f.class(c)); v != nil && v.Sign() == 0 {
		return 0, nil, false
	}
	if then != nil && len(terms) > 1 {
		for i, t := range terms {
			terms[i] = f.class(t)
		}
		then(sum{f.class(c), terms})
	}
	product := []factor{x.factor}
	if negative {
		product = append(product, factor{f.minus, 1})
	}
	return f.product(product, c), others, true
}

func (f *factoring) isNegative(p []factor) bool {
	return slices.ContainsFunc(p, func(y factor) bool { return y.base == f.minus })
}

// product is the product (see bag) of factors and of what else is given.
func (f *factoring) product(p []factor, more ...uint32) uint32 {
	args := make([]uint32, len(p), len(p)+len(more))
	for i, y := range p {
		args[i] = f.power(y)
	}
	return f.bag("*", append(args, more...))
}

// factors are what a term is the product of: of anything but a product or a
// power itself.
func (f *factoring) factors(term uint32) []factor {
	for int(term) >= len(f.of) {
		f.of = append(f.of, make([][]factor, int(term)+256)...)
	}
	if f.of[term] != nil {
		return f.of[term]
	}
	var p, all []factor
	add := func(a uint32) {
		y := f.factor(a)
		p = f.join(p, y)
		if f.g.why != nil {
			all = append(all, y)
		}
	}
	f.forms.forms(term, f.forms.product, func(args []uint32) bool {
		for _, a := range args {
			add(a)
		}
		return false
	})
	if p == nil {
		add(term)
	}
	f.of[term] = p
	if f.g.why != nil {
		f.written[term] = f.write(all)
	}
	return p
}

// factor is what a class is as a factor.
func (f *factoring) factor(a uint32) factor {
	y := factor{f.g.find(a), 1}
	if f.g.numberOf(a) != nil {
		return y // not (-1)^2
	}
	f.forms.forms(a, f.forms.power, func(args []uint32) bool {
		n := f.g.integer(args[1])
		if n == nil || !n.IsInt64() || n.Sign() == 0 || n.BitLen() > 32 || f.g.numberOf(args[0]) != nil {
			return true // a power of a number will be a number
		}
		y = factor{f.g.find(args[0]), n.Int64()}
		return false
	})
	return y
}

// join is a product with one more factor. Powers of one base are one, if their
// exponents have one sign.
func (f *factoring) join(p []factor, y factor) []factor {
	if f.g.numberOf(y.base) != nil {
		return append(p, y) // the product will be one number
	}
	for i := range p {
		if p[i].base == y.base && (p[i].exp > 0) == (y.exp > 0) {
			p[i].exp += y.exp
			return p
		}
	}
	return append(p, y)
}

func mix64(x uint64) uint64 {
	x = (x + 1) * 0x9e3779b97f4a7c15
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	return x ^ x>>32
}

func (y factor) hash() uint64 { return mix64(uint64(y.base) ^ uint64(y.exp)<<32) }

// candidate is a factor that terms of a sum have, to the power that all of them
// have at least.
type candidate struct {
	factor
	terms  int
	inside uint64 // hash of what is left of these terms
}

// candidates finds the factors of a sum's terms, but for -1.
func (f *factoring) candidates(terms []uint32) {
	if n := 2 * len(f.g.up); n > len(f.place) {
		f.place = append(f.place, make([]int32, n+256)...)
	}
	f.all = f.all[:0]
	for _, t := range terms {
		factors := f.factors(t)
		whole := uint64(0)
		for _, y := range factors {
			if y.base != f.minus {
				whole += y.hash()
			}
		}
		for _, y := range factors {
			if y.base == f.minus {
				continue
			}
			at := &f.place[y.place()]
			if *at == 0 {
				f.all = append(f.all, candidate{factor: y})
				*at = int32(len(f.all))
			}
			c := &f.all[*at-1]
			c.terms++
			c.inside += mix64(whole - y.hash())
			if y.exp > 0 {
				c.exp = min(c.exp, y.exp)
			} else {
				c.exp = max(c.exp, y.exp)
			}
		}
	}
	for _, c := range f.all {
		f.place[c.place()] = 0
	}
}

// place numbers factors by their base and the sign of the exponent.
func (y factor) place() uint32 {
	if y.exp < 0 {
		return 2*y.base + 1
	}
	return 2 * y.base
}

// most is the factor that saves most: a multiplication for all terms but one,
// and for each of these an addition where the parentheses are needed elsewhere.
func (f *factoring) most(terms []uint32) (x candidate, ok bool) {
	if len(terms) < 2 {
		return x, false
	}
	f.candidates(terms)
	best := 0.0
	for _, c := range f.all {
		saves := float64(c.terms - 1)
		if n := f.found[c.inside]; n > 1 {
			saves += saves * (1 - 1/float64(n))
		}
		if saves > best {
			x, best = c, saves
		}
	}
	return x, best > 0
}
