package symbolic

import "math"

func (n *node) pairs() []pair {
	if n == nil || n.far == nil {
		return nil
	}
	if n.far.packed != nil {
		return n.far.packed.pairs()
	}
	return n.far.pairs
}

func (n *node) flag(f flags) bool { return n != nil && n.flags&f != 0 }

// flagsOf works out the flags of a node whose arguments have theirs.
func (n *node) flagsOf() (f flags) {
	const inherited = notCanonical | hasPole | expandable | compact
	if n.op == OpSum || n.op == OpProduct {
		f |= compact
	}
	for _, a := range n.args {
		if a != nil {
			f |= a.flags & inherited
		}
	}
	if n.far != nil && n.far.packed != nil {
		if n.far.packed.sum != nil {
			// See patchedSum.
			p := n.far.packed
			first := p.sum.pairs()[0]
			if orderTerms(p.added[0], first) < 0 {
				first = p.added[0]
			}
			if first.c.v < 0 {
				f |= hasContent
			}
			return f
		}
		for _, b := range n.far.packed.bases {
			f |= b.flags & inherited
		}
		p := n.far.packed.poly
		c := p.Content() // as content has it, of rationals without a float
		if c.Num().BitLen()+c.Denom().BitLen() <= maxBits && (c.Cmp(rat(one)) != 0 || p.Coef(0).Sign() < 0) {
			f |= hasContent
		}
		return f
	}
	for i := range n.pairs() {
		p := &n.far.pairs[i]
		if p.n != nil {
			f |= p.n.flags & inherited
		}
		if !p.c.isInt() {
			f |= p.c.x.flags & inherited
		}
		if n.op == OpProduct && isExpandable(p.n, p.c) {
			f |= expandable
		}
	}
	switch n.op {
	case OpSum:
		if !n.content().isOne() {
			f |= hasContent
		}
	case OpAdd, OpSub, OpMul, OpDiv, OpNeg, OpFMA:
		f |= notCanonical
		if n.op == OpDiv && n.args[1] == nil {
			f |= hasPole
		}
	case OpPow:
		if n.args[0] == nil && int64(n.bits) < 0 {
			f |= hasPole
		}
		if !isPowForm(n.args[0], int64(n.bits)) {
			f |= notCanonical | written
		}
		if isExpandable(n.args[0], num{v: int64(n.bits)}) {
			f |= expandable
		}
	case OpSqrt:
		if !isPowerForm(n.args[0], half) {
			f |= notCanonical | written
		}
	case OpPower:
		if n.args[0] == nil && isNumber(n.args[1]) && ratSign(n.args[1]) < 0 {
			f |= hasPole
		}
		if isHalf(n.args[1]) || !isPowerForm(n.args[0], n.args[1]) {
			f |= notCanonical | written
		}
		if isExpandable(n.args[0], numOf(n.args[1])) {
			f |= expandable
		}
	case OpCall:
		if functionAt(n.fn).folds(n) {
			f |= notCanonical
		}
	}
	return f
}

// degreeOf orders the terms of sums: the total of a monomial's int64 exponents.
func (n *node) degreeOf() int16 {
	var d int64
	switch n.op {
	case OpNumber, OpFloat:
		return 0
	case OpPow:
		d = clampDegree(int64(n.bits))
	case OpProduct:
		if n.args[0] != nil {
			return n.args[0].degree
		}
		for _, p := range n.far.pairs {
			e := int64(1)
			if p.c.isInt() {
				e = clampDegree(p.c.v)
			}
			d = clampDegree(d + e)
		}
	default:
		d = 1
	}
	return int16(d)
}

func clampDegree(d int64) int64 { return max(math.MinInt16, min(d, math.MaxInt16)) }
