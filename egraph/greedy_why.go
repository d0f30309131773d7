package egraph

import "math/big"

// Factoring is written once for graphs that explain and for those that do not.
// What it makes of classes, it holds in values that are classes in the ones, and
// terms in the others: there the two sides of a step have to be terms in which
// every class is stood for by the same term, so that they are the same rational
// function and the step can be verified.

// leaf is the value of a class that is not taken apart.
func (f *factoring) leaf(class uint32) uint32 {
	w := f.g.why
	if w == nil {
		return class
	}
	t, ok := f.stands[class]
	if !ok {
		t = w.repOf(f.g, class)
		f.stands[class] = t
	}
	return t
}

func (f *factoring) leaves(classes []uint32) []uint32 {
	to := make([]uint32, len(classes), len(classes)+1)
	for i, c := range classes {
		to[i] = f.leaf(c)
	}
	return to
}

// terms are the values of classes that are taken apart as products.
func (f *factoring) terms(classes []uint32) []uint32 {
	to := make([]uint32, len(classes), len(classes)+1)
	for i, c := range classes {
		if to[i] = c; f.g.why != nil {
			f.factors(c)
			to[i] = f.written[c]
		}
	}
	return to
}

// write is the term that is a product of factors, which is in the graph.
func (f *factoring) write(p []factor) uint32 {
	args := make([]uint32, len(p))
	for i, y := range p {
		args[i] = f.power(y)
	}
	if len(args) == 1 {
		return args[0]
	}
	return f.call("*", args)
}

// power is the value of a factor.
func (f *factoring) power(y factor) uint32 {
	w := f.g.why
	switch {
	case y.exp == 1:
		return f.leaf(y.base)
	case w == nil:
		return f.forms.powerOf(y.base, big.NewInt(y.exp))
	}
	return f.call("^", []uint32{f.leaf(y.base), w.leaf(f.g, f.g.numberOp(new(big.Rat).SetInt64(y.exp)))})
}

// call is the term of a call of terms, in a graph that explains.
func (f *factoring) call(head string, args []uint32) uint32 {
	return f.g.why.call(f.g, f.g.Op(head, len(args)), args)
}

// bag is the multiset of values, which it may change.
func (f *factoring) bag(head string, args []uint32) uint32 {
	w := f.g.why
	switch {
	case w == nil:
		return f.g.bag(head, args)
	case len(args) == 0:
		return w.leaf(f.g, f.g.numberOp(identityOf(head)))
	}
	return w.multiset(f.g, head, args)
}

// class is the class of a value.
func (f *factoring) class(x uint32) uint32 {
	if w := f.g.why; w != nil {
		return w.classOf(f.g, x)
	}
	return f.g.find(x)
}

// equal merges the class of a sum with a value.
func (f *factoring) equal(s sum, right uint32, name string) {
	f.merge(s, func() uint32 { return f.bag("+", f.terms(s.terms)) }, right, name)
}

// merge merges the class of a sum or product with a value. left is it as a term,
// and is asked for only in a graph that explains.
func (f *factoring) merge(s sum, left func() uint32, right uint32, name string) {
	w := f.g.why
	if w == nil {
		f.g.merge(s.class, right)
		return
	}
	t := left()
	if w.classOf(f.g, t) != w.classOf(f.g, right) {
		w.unite(f.g, t, right, givenEdge, name)
	}
}
