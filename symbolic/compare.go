package symbolic

import "strings"

// Compare orders terms: -1 if a comes before b, +1 if after it, 0 if a == b.
// The order is total and depends on the structure of the two alone. It is the
// one in which factors are written: numbers, variables by name (x2 before x10),
// calls, then compound terms.
//
// Two compound terms that first differ more than 64 levels down may come in the
// order of their hashes, which is the same everywhere too.
func Compare(a, b Expr) int { return compare(a.n, b.n, 0) }

// maxCompare bounds the levels into which two terms are compared.
const maxCompare = 64

// ranks is the order of the kinds of terms.
var ranks = [...]uint8{
	OpNumber: 0, OpFloat: 1, OpVar: 2, OpCall: 3, OpPow: 4, OpPower: 5, OpProduct: 6, OpSum: 7,
	OpSqrt: 8, OpAbs: 9, OpAdd: 10, OpSub: 11, OpMul: 12, OpDiv: 13, OpNeg: 14, OpFMA: 15, OpMin: 16, OpMax: 17,
	OpLt: 18, OpLe: 19, OpGt: 20, OpGe: 21, OpEq: 22, OpNe: 23, OpAnd: 24, OpOr: 25, OpNot: 26, OpSelect: 27,
}

// compare descends at the first difference only, so it needs no stack: equal
// subterms are the same node. depth is how far down they are.
func compare(a, b *node, depth int) int {
	for ; ; depth++ {
		if a == b {
			return 0
		}
		if depth > maxCompare && a.hashOf() != b.hashOf() {
			return sign(a.hashOf() < b.hashOf())
		}
		opA, opB := (Expr{a}).Op(), (Expr{b}).Op()
		if opA != opB {
			return sign(ranks[opA] < ranks[opB])
		}
		switch opA {
		case OpNumber:
			return compareNumbers(a, b)
		case OpFloat:
			return sign(floatKey(a.bits) < floatKey(b.bits))
		case OpVar:
			return compareVars(a, b)
		case OpCall:
			if a.fn != b.fn {
				f, g := functionAt(a.fn), functionAt(b.fn)
				if f.Name != g.Name {
					return strings.Compare(f.Name, g.Name)
				}
				return sign(f.Arity < g.Arity)
			}
		}
		i := 0
		for i < 2 && a.args[i] == b.args[i] {
			i++
		}
		if a.args[i] != b.args[i] {
			// A missing argument is nil, as the number 0 is. That is no matter:
			// terms of one operation have as many arguments, but for a scaled
			// product and a pure one, and 0 is never scaled.
			a, b = a.args[i], b.args[i]
			continue
		}
		if a.bits != b.bits && a.pairs() == nil && b.pairs() == nil { // higher powers first
			return sign(int64(a.bits) > int64(b.bits))
		}
		x, y, differ := firstDifference(a.pairs(), b.pairs())
		switch {
		case !differ:
			return sign(len(a.pairs()) > len(b.pairs()))
		case x.n != y.n && opA == OpSum:
			return compareTerms(x.n, y.n, depth+1)
		case x.n != y.n:
			a, b = x.n, y.n
		case x.c.isInt() && y.c.isInt():
			return sign(x.c.v > y.c.v)
		default:
			a, b = y.c.expr().n, x.c.expr().n // larger numbers first
		}
	}
}

func firstDifference(a, b []pair) (x, y pair, differ bool) {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i], b[i], true
		}
	}
	return pair{}, pair{}, false
}

func sign(less bool) int {
	if less {
		return -1
	}
	return 1
}

// floatKey orders floats as their values, and then -0 before 0 and NaN last.
func floatKey(bits uint64) uint64 {
	if bits>>63 != 0 {
		return ^bits
	}
	return bits | 1<<63
}

func compareNumbers(a, b *node) int {
	x, okX := small(a)
	y, okY := small(b)
	if okX && okY {
		return sign(x < y)
	}
	return rat(a).Cmp(rat(b))
}

// compareNames compares runs of digits as numbers.
func compareNames(a, b string) int {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		if isDigit(a[i]) && isDigit(b[j]) {
			m, n := digits(a, i), digits(b, j)
			x, y := strings.TrimLeft(a[i:m], "0"), strings.TrimLeft(b[j:n], "0")
			if len(x) != len(y) {
				return sign(len(x) < len(y))
			}
			if x != y {
				return sign(x < y)
			}
			i, j = m, n
			continue
		}
		if a[i] != b[j] {
			return sign(a[i] < b[j])
		}
		i++
		j++
	}
	switch {
	case i < len(a):
		return 1
	case j < len(b):
		return -1
	}
	return strings.Compare(a, b) // x01 and x1
}

// nameKey is a prefix of a name such that the keys of two names, if they differ,
// are in the order of the names: a run of digits starts with its length.
func nameKey(name string) (key uint64) {
	n := 0
	put := func(c byte) {
		key = key<<8 | uint64(c)
		n++
	}
	for i := 0; i < len(name) && n < 8; {
		if !isDigit(name[i]) {
			put(name[i])
			i++
			continue
		}
		end := digits(name, i)
		run := strings.TrimLeft(name[i:end], "0")
		if len(run) >= 9 || n+1+len(run) > 8 {
			// The length alone, and no more: the order is in the digits.
			put('0' + byte(min(len(run), 9)))
			break
		}
		put('0' + byte(len(run)))
		for j := range len(run) {
			put(run[j])
		}
		i = end
	}
	return key << (8 * (8 - n))
}

func (n *node) isVar() bool { return n != nil && n.op == OpVar }

func compareVars(a, b *node) int {
	if a.bits != b.bits {
		return sign(a.bits < b.bits)
	}
	return compareNames(a.far.name, b.far.name)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func digits(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

// compareTerms is the order of the terms of a sum, coefficients aside: the
// higher degree first, then by the first factor that differs; constants last.
func compareTerms(a, b *node, depth int) int {
	if a == b {
		return 0
	}
	if a.degreeIn() != b.degreeIn() {
		return sign(a.degreeIn() > b.degreeIn())
	}
	if a == one || b == one {
		return sign(b == one)
	}
	if a.isPure() && b.isPure() {
		p, q := a.far.pairs, b.far.pairs
		for i := range min(len(p), len(q)) {
			if x, y := &p[i], &q[i]; *x != *y {
				switch {
				case x.n != y.n && x.n.isVar() && y.n.isVar():
					return compareVars(x.n, y.n)
				case x.n == y.n && x.c.isInt() && y.c.isInt():
					return sign(x.c.v > y.c.v)
				}
				break // the general case
			}
		}
	}
	lenA, lenB := a.numFactors(), b.numFactors()
	for i := range min(lenA, lenB) {
		p, q := a.factor(i), b.factor(i)
		if p.n != q.n {
			if p.n.isVar() && q.n.isVar() {
				return compareVars(p.n, q.n)
			}
			return compare(p.n, q.n, depth)
		}
		if c, d := p.c, q.c; c != d {
			switch {
			case c.isInt() && d.isInt():
				return sign(c.v > d.v)
			case c.number() && d.number():
				return compare(d.expr().n, c.expr().n, depth)
			}
			return compare(c.expr().n, d.expr().n, depth)
		}
	}
	if lenA != lenB {
		return sign(lenA > lenB)
	}
	return compare(a, b, depth) // a faithful power among canonical ones
}

func (n *node) degreeIn() int16 {
	if n == nil || n == one {
		return -1 << 15
	}
	return n.degree
}

// factors are the factors of a term of a sum: the pairs of a product, or buf
// with the one factor of another term.
func (n *node) factors(buf *[1]pair) []pair {
	if n.isPure() {
		return n.pairs()
	}
	buf[0].n, buf[0].c = baseOf(n)
	return buf[:]
}

func (n *node) numFactors() int {
	if n.isPure() {
		return len(n.pairs())
	}
	return 1
}

// factor is factors(…)[i], without a buffer.
func (n *node) factor(i int) pair {
	if n.isPure() {
		return n.pairs()[i]
	}
	base, e := baseOf(n)
	return pair{base, e}
}

// baseOf is n as a power. Half-integer powers are powers of square roots. What
// was written as no canonical power is, is a base for itself.
func baseOf(n *node) (base *node, exponent num) {
	if n == nil || n.flags&written != 0 {
		return n, num{v: 1}
	}
	switch n.op {
	case OpPow:
		if r := n.args[0]; r != nil && r.op == OpSqrt && n.bits&1 == 1 && r.flags&written == 0 {
			return r.args[0], numOf(Rat(int64(n.bits), 2).n)
		}
		return n.args[0], num{v: int64(n.bits)}
	case OpPower:
		return n.args[0], numOf(n.args[1])
	case OpSqrt:
		return n.args[0], num{x: half}
	}
	return n, num{v: 1}
}

// isHalf reports whether n is an odd number of halves that powerTerm writes as
// a power of a square root.
func isHalf(n *node) bool {
	if n == half {
		return true
	}
	if n == nil || n.op != OpNumber || n.far == nil {
		return false
	}
	r := n.far.rat
	return !r.IsInt() && r.Denom().IsInt64() && r.Denom().Int64() == 2 && r.Num().IsInt64()
}
