package rewrite

import "math/big"

// Canonical is an option for rules about canonical terms, which have no
// differences, negations and quotients: those in the rule's sides are read as
// the sums, products and powers that stand for them there. So ?a/?b - ?c is
// ?a*?b^-1 + -1*?c.
func Canonical() Option { return optionFunc(func(o *options) { o.canonical = true }) }

// Canonical is p without the heads - / and neg. See the option of this name.
func (p *Pattern) Canonical() *Pattern {
	if p.Kind != CallKind {
		return p
	}
	q := *p
	q.Args = make([]*Pattern, len(p.Args))
	for i, a := range p.Args {
		q.Args[i] = a.Canonical()
	}
	a := q.Args
	switch {
	case q.Head == "neg" && len(a) == 1:
		return a[0].negated()
	case q.Head == "-" && len(a) == 2:
		return Call("+", a[0], a[1].negated())
	case q.Head == "/" && len(a) == 2:
		if one := a[0]; one.Kind == NumberKind && one.Number.Cmp(big.NewRat(1, 1)) == 0 {
			return a[1].inverse()
		}
		return Call("*", a[0], a[1].inverse())
	}
	return &q
}

// single reports whether all arguments of p are one term each, always.
func (p *Pattern) single() bool {
	for _, a := range p.Args {
		if a.Kind == SegmentKind || a.Kind == DefaultKind {
			return false
		}
	}
	return true
}

// negated is -p: of a sum that of its terms, of a product with a number in it
// that of the number.
func (p *Pattern) negated() *Pattern {
	switch {
	case p.Kind == NumberKind:
		return Number(new(big.Rat).Neg(p.Number))
	case p.Kind == CallKind && p.Head == "+" && p.single():
		q := Call("+")
		for _, a := range p.Args {
			q.Args = append(q.Args, a.negated())
		}
		return q
	case p.Kind == CallKind && p.Head == "*":
		q := Call("*", p.Args...)
		for i, a := range p.Args {
			if a.Kind == NumberKind {
				q.Args = append([]*Pattern(nil), p.Args...)
				q.Args[i] = a.negated()
				return q
			}
		}
	}
	return Call("*", Integer(-1), p)
}

// inverse is p^-1: of a product that of its factors, of a power that with the
// exponent negated if that is a number.
func (p *Pattern) inverse() *Pattern {
	switch {
	case p.Kind == NumberKind && p.Number.Sign() != 0:
		return Number(new(big.Rat).Inv(p.Number))
	case p.Kind == CallKind && p.Head == "*" && p.single():
		q := Call("*")
		for _, a := range p.Args {
			q.Args = append(q.Args, a.inverse())
		}
		return q
	case p.Kind == CallKind && p.Head == "^" && len(p.Args) == 2 && p.single():
		return Call("^", p.Args[0], p.Args[1].negated())
	}
	return Call("^", p, Integer(-1))
}
