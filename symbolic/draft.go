package symbolic

// draft is an operand that is being read. A canonical sum or product is under
// construction as long as operands come to it: only the whole is put into order
// and made a term. A draft that went into another is not used any more.
type draft struct {
	kind    draftKind
	inverse bool   // a sum is minus its pairs, a product its number over its pairs
	minus   bool   // of a sum: it is to be negated, but not as a factor, where the minus goes to the number
	zero    bool   // of a product: a power of 0 is among the factors
	e       Expr   // a finished term
	c       num    // the number of a product
	pairs   []pair // the factors of a product, or the terms of a sum; this draft's own
}

type draftKind uint8

const (
	finished draftKind = iota
	product
	sum
)

func (d draft) finish() Expr {
	switch d.kind {
	case product:
		c, t := d.split()
		rest, k := t.coefficient()
		return Expr{scale(mulNum(c, k), rest)}
	case sum:
		if d.inverse != d.minus {
			for i := range d.pairs {
				d.pairs[i].c = mulNum(num{v: -1}, d.pairs[i].c)
			}
		}
		return Expr{makeSum(sortTerms(d.pairs))}
	}
	return d.e
}

// split is the number of a product and the canonical term without it, which may
// have a number of its own.
func (d draft) split() (c num, rest *node) {
	if d.inverse {
		invertFactors(d.pairs)
	}
	return d.c, makeProduct(num{v: 1}, sortFactors(d.pairs))
}

func invertFactors(pairs []pair) {
	for i := range pairs {
		p := &pairs[i]
		if p.c.number() {
			p.c = mulNum(num{v: -1}, p.c)
		} else {
			p.c = numOf(Times(Int(-1), p.c.expr()).n)
		}
	}
}

// plus is d + sign*y. The fewer terms go to the more, so that nesting costs no
// more than a row.
func (d draft) plus(y draft, sign int64) draft {
	if d.kind != sum {
		d = draft{kind: sum, pairs: make([]pair, 0, 4)}.addTerm(d, 1)
	}
	d.inverse, d.minus = d.inverse != d.minus, false
	if y.kind != sum {
		return d.addTerm(y, sign)
	}
	y.inverse, y.minus = y.inverse != (y.minus != (sign < 0)), false
	if len(d.pairs) < len(y.pairs) {
		d, y = y, d
	}
	sign = 1
	if d.inverse != y.inverse {
		sign = -1
	}
	for _, t := range y.pairs {
		d.pairs = append(d.pairs, pair{t.n, mulNum(num{v: sign}, t.c)})
	}
	return d
}

// addTerm is plus for what is no sum under construction.
func (d draft) addTerm(y draft, sign int64) draft {
	if d.inverse {
		sign = -sign
	}
	c, t := num{v: 1}, y.e.n
	if y.kind == product {
		c, t = y.split()
	}
	d.pairs = appendScaled(d.pairs, mulNum(num{v: sign}, c), t)
	return d
}

// times is d * y^e, e being 1 or -1. A product goes in factor by factor, the fewer
// to the more: its number is not to be distributed over a sum.
func (d draft) times(y draft, e int64) draft {
	if d.kind != product {
		minus := d.minus
		d.minus = false
		d = draft{kind: product, c: num{v: 1}, pairs: make([]pair, 0, 4)}.timesTerm(d.finish().n)
		if minus {
			d.c = mulNum(num{v: -1}, d.c)
		}
	}
	if y.minus {
		d.c, y.minus = mulNum(num{v: -1}, d.c), false
	}
	// 1/(0^-1) is undefined, and 0^1 is not.
	if y.kind != product || e < 0 && y.zero {
		return d.timesTerm(power(y.finish().n, num{v: e}))
	}
	if e < 0 {
		rest, c := power(y.c.expr().n, num{v: -1}).coefficient()
		y.c, y.inverse = c, !y.inverse
		if rest != one { // a division by 0, or a number too long to be inverted
			d = d.timesTerm(rest)
		}
	}
	if len(d.pairs) < len(y.pairs) {
		d, y = y, d
	}
	if d.inverse != y.inverse {
		invertFactors(y.pairs)
	}
	d.c = mulNum(d.c, y.c)
	d.pairs = append(d.pairs, y.pairs...)
	d.zero = d.zero || y.zero
	return d
}

// timesTerm is times for a finished term.
func (d draft) timesTerm(f *node) draft {
	rest, c := f.coefficient()
	if rest.op == OpSum && rest.flag(hasContent) {
		c, rest = rest.primitive()
	}
	d.c = mulNum(d.c, c)
	if rest != one {
		n := len(d.pairs)
		d.pairs = appendFactors(d.pairs, rest)
		for _, p := range d.pairs[n:] {
			d.zero = d.zero || p.n == nil
		}
		if d.inverse {
			invertFactors(d.pairs[n:])
		}
	}
	return d
}

// negated is -d.
func (d draft) negated() draft {
	if d.kind == sum {
		d.minus = !d.minus
		return d
	}
	return draft{kind: product, c: num{v: -1}}.times(d, 1)
}

// number is d as an exact number, if it is one.
func (d draft) number() (n *node, ok bool) {
	if d.kind == finished {
		return d.e.n, isNumber(d.e.n)
	}
	if d.kind == product && len(d.pairs) == 0 && d.c.isExact() {
		return d.c.expr().n, true
	}
	return nil, false
}
