package egraph

import (
	"math/big"
	"slices"
)

// A graph with multisets says nothing of the order in which a sum is taken, of
// differences, quotients and fused operations. Lowering adds, to the classes
// that are there, the nodes that a processor has: sums and products of two, of
// which one may be fused with the other, differences, quotients, and the steps
// of integer powers. The extraction then chooses among these, with prices that
// are true: a product that a sum takes in costs nothing there, unless something
// else needs it too.
type lowering struct {
	g    *Graph
	todo []uint32 // classes whose multisets and powers are to be lowered
	seen []bool   // by class

	uniform func(class uint32) bool

	sum, product, power int32 // heads
	add, sub, mul, div  Op
	fma, fnma, fms, neg Op
}

// The most that is looked at for one class, and the products of two that one
// fused operation is offered.
const (
	maxForms  = 6
	maxSplits = 6
	chunk     = 16 // terms that are added up one after the other
)

func newLowering(g *Graph) *lowering {
	l := &lowering{g: g, sum: g.headNumber("+"), product: g.headNumber("*"), power: g.headNumber("^")}
	l.add, l.mul = g.Op("add", 2), g.Op("mul", 2)
	l.sub, l.div = g.Op("sub", 2), g.Op("div", 2)
	l.fma, l.fnma, l.fms = g.Op("fma", 3), g.Op("fnma", 3), g.Op("fms", 3)
	l.neg = g.Op("neg", 1)
	return l
}

// lower adds the nodes for what the roots can be made of.
func (l *lowering) lower(roots []uint32) error {
	for _, r := range roots {
		l.visit(r)
	}
	for len(l.todo) > 0 {
		c := l.todo[len(l.todo)-1]
		l.todo = l.todo[:len(l.todo)-1]
		l.class(l.g.find(c))
	}
	return l.g.rebuild()
}

func (l *lowering) visit(c uint32) {
	c = l.g.find(c)
	for int(c) >= len(l.seen) {
		l.seen = append(l.seen, make([]bool, int(c)+64)...)
	}
	if !l.seen[c] {
		l.seen[c] = true
		l.todo = append(l.todo, c)
	}
}

// forms calls f with the nodes of a class that has one of the heads.
func (l *lowering) forms(c uint32, head int32, f func(args []uint32) (more bool)) {
	g := l.g
	first := g.members[g.find(c)]
	if first == 0 {
		return
	}
	for n := first; ; {
		if !g.isDead(n) && g.ops[g.op(n)].head == head && !f(g.args(n)) {
			return
		}
		if n = g.words[n+wordNext]; n == first {
			return
		}
	}
}

// class lowers what a class holds.
func (l *lowering) class(c uint32) {
	g := l.g
	var nodes []uint32
	first := g.members[c]
	if first == 0 {
		return
	}
	for n := first; ; {
		if !g.isDead(n) {
			nodes = append(nodes, n)
		}
		if n = g.words[n+wordNext]; n == first {
			break
		}
	}
	slices.Sort(nodes)
	for _, n := range nodes {
		args := slices.Clone(g.args(n))
		for i, a := range args {
			args[i] = g.find(a)
		}
		switch head := g.ops[g.op(n)].head; {
		case head < 0:
		case head == l.sum:
			l.lowerSum(c, args)
		case head == l.product:
			l.lowerProduct(c, args)
		case head == l.power && g.integer(args[1]) != nil:
			l.lowerPower(c, args[0], g.integer(args[1]))
		default:
			for _, a := range args {
				l.visit(a)
			}
		}
	}
}

// node adds a node to a class.
func (l *lowering) node(c uint32, op Op, args ...uint32) {
	g := l.g
	for _, a := range args {
		l.visit(a)
	}
	g.canon(op, args)
	if n, hash := g.lookup(op, args); n == 0 {
		g.insert(op, args, hash, g.find(c))
	} else {
		g.merge(g.words[n+wordClass], c)
	}
}

// split is a product of two.
type split struct{ a, b uint32 }

// splits are the ways in which a class is the product of two, at most
// maxSplits; without is a number that is to be left out of the product, which
// must be in it, or nil.
func (l *lowering) splits(c uint32, negated bool) []split {
	var all []split
	l.forms(c, l.product, func(args []uint32) bool {
		args = slices.Clone(args)
		if negated {
			i := l.negativeIn(args)
			if i < 0 {
				return true
			}
			args = l.opposite(args, i)
		} else if len(args) == 2 && (l.isMinusOne(args[0]) || l.isMinusOne(args[1])) {
			return true
		}
		if len(args) < 2 || l.denominators(args) == len(args) {
			return true
		}
		all = l.divide(args, all)
		return len(all) < maxSplits
	})
	if len(all) > maxSplits {
		all = all[:maxSplits]
	}
	if !negated {
		l.forms(c, l.power, func(args []uint32) bool {
			if n := l.g.integer(args[1]); n != nil && n.IsInt64() && n.Int64() >= 2 {
				a, b := l.halves(args[0], n.Int64())
				all = append(all, split{a, b})
			}
			return true
		})
	}
	return all
}

// divide appends the ways to make two of a multiset of factors.
func (l *lowering) divide(args []uint32, to []split) []split {
	bag := func(args []uint32) uint32 { return l.g.bag("*", slices.Clone(args)) }
	switch n := len(args); {
	case n == 2:
		return append(to, split{args[0], args[1]})
	case n <= 4:
		// Each way once: the first factor is on the left.
		for set := 1; set < 1<<n-1; set += 2 {
			var a, b []uint32
			for i, x := range args {
				if set>>i&1 == 1 {
					a = append(a, x)
				} else {
					b = append(b, x)
				}
			}
			to = append(to, split{bag(a), bag(b)})
		}
		return to
	}
	if l.uniform != nil {
		var a, b []uint32
		for _, x := range args {
			if l.uniform(x) {
				a = append(a, x)
			} else {
				b = append(b, x)
			}
		}
		if len(a) > 0 && len(b) > 0 {
			to = append(to, split{bag(a), bag(b)})
		}
	}
	n := len(args)
	return append(to,
		split{bag(args[:n/2]), bag(args[n/2:])},
		split{bag(args[:n-1]), args[n-1]},
		split{args[0], bag(args[1:])})
}

// isMinusOne reports whether the class is the number -1.
func (l *lowering) isMinusOne(c uint32) bool {
	k := l.g.constant[l.g.find(c)]
	return k != 0 && Op(k-1) == l.g.minusOne()
}

// negativeIn is the index of a negative number in args, -1 if there is none.
func (l *lowering) negativeIn(args []uint32) int {
	return slices.IndexFunc(args, func(a uint32) bool {
		v := l.g.numberOf(a)
		return v != nil && v.Sign() < 0
	})
}

// opposite is a product with the number at i negated, and left out if it is 1
// then.
func (l *lowering) opposite(args []uint32, i int) []uint32 {
	v := new(big.Rat).Neg(l.g.numberOf(args[i]))
	rest := slices.Delete(slices.Clone(args), i, i+1)
	if v.IsInt() && v.Num().IsInt64() && v.Num().Int64() == 1 {
		return rest
	}
	return append(rest, l.g.addLeaf(l.g.numberOp(v)))
}

// negation is the class of which c is the negative as it is written; false if it
// is not written so.
func (l *lowering) negation(c uint32) (pos uint32, ok bool) {
	if v := l.g.numberOf(c); v != nil && v.Sign() < 0 {
		return l.g.addLeaf(l.g.numberOp(new(big.Rat).Neg(v))), true
	}
	var args []uint32
	l.forms(c, l.product, func(a []uint32) bool {
		if i := l.negativeIn(a); i >= 0 {
			args = l.opposite(a, i)
		}
		return args == nil
	})
	if args == nil {
		return 0, false
	}
	return l.g.bag("*", args), true
}

// negated is the class of -c.
func (g *Graph) negated(c uint32) uint32 {
	if v := g.numberOf(c); v != nil {
		return g.addLeaf(g.numberOp(new(big.Rat).Neg(v)))
	}
	args := []uint32{g.addLeaf(g.minusOne())}
	l := lowering{g: g, product: g.headNumber("*")}
	own := false
	l.forms(c, l.product, func(a []uint32) bool {
		args = append(args, a...)
		own = true
		return false
	})
	if !own {
		args = append(args, c)
	}
	return g.bag("*", args)
}

// lowerSum lowers a sum: the last term is added to the sum of the others, and
// fused with it if it is a product.
func (l *lowering) lowerSum(c uint32, args []uint32) {
	g := l.g
	if len(args) > chunk+chunk/2 {
		// Long chains wait for each result: several short ones go side by side.
		var parts []uint32
		for rest := args; len(rest) > 0; {
			n := min(chunk, len(rest))
			parts = append(parts, g.bag("+", slices.Clone(rest[:n])))
			rest = rest[n:]
		}
		l.pairs(c, parts)
		return
	}
	negative := 0
	fusable := make([]bool, len(args))
	for i, t := range args {
		if _, ok := l.negation(t); ok {
			negative++
		}
		l.forms(t, l.product, func(a []uint32) bool {
			fusable[i] = len(a) > 2 || !l.isMinusOne(a[0]) && !l.isMinusOne(a[1])
			return !fusable[i]
		})
	}
	if negative == len(args) {
		pos := make([]uint32, len(args))
		for i, t := range args {
			pos[i], _ = l.negation(t)
		}
		l.node(c, l.neg, g.bag("+", pos))
	}
	if len(args) == 2 {
		l.pair(c, args[0], args[1])
		l.pair(c, args[1], args[0])
		return
	}
	last := len(args) - 1
	for i := last; i >= 0; i-- {
		if fusable[i] {
			last = i
			break
		}
	}
	rest := slices.Delete(slices.Clone(args), last, last+1)
	l.pair(c, g.bag("+", rest), args[last])
}

// pairs adds up parts as a balanced tree.
func (l *lowering) pairs(c uint32, parts []uint32) {
	for len(parts) > 2 {
		var next []uint32
		for i := 0; i+1 < len(parts); i += 2 {
			p := l.g.add(l.add, []uint32{parts[i], parts[i+1]})
			l.visit(parts[i])
			l.visit(parts[i+1])
			next = append(next, p)
		}
		if len(parts)%2 == 1 {
			next = append(next, parts[len(parts)-1])
		}
		parts = next
	}
	l.node(c, l.add, parts[0], parts[1])
}

// pair adds the ways in which c is s + t, where t may be fused.
func (l *lowering) pair(c, s, t uint32) {
	l.node(c, l.add, s, t)
	for _, p := range l.splits(t, false) {
		l.node(c, l.fma, p.a, p.b, s)
	}
	if pos, ok := l.negation(t); ok {
		l.node(c, l.sub, s, pos)
		for _, p := range l.splits(t, true) {
			l.node(c, l.fnma, p.a, p.b, s)
		}
	}
	if pos, ok := l.negation(s); ok {
		for _, p := range l.splits(t, false) {
			l.node(c, l.fms, p.a, p.b, pos)
		}
	}
}

// denominators counts the factors that are powers with a negative exponent.
func (l *lowering) denominators(args []uint32) int {
	n := 0
	for _, a := range args {
		if _, ok := l.reciprocal(a); ok {
			n++
		}
	}
	return n
}

// reciprocal is the class of which c is the inverse as it is written.
func (l *lowering) reciprocal(c uint32) (den uint32, ok bool) {
	var x uint32
	var n *big.Int
	l.forms(c, l.power, func(args []uint32) bool {
		if e := l.g.integer(args[1]); e != nil && e.Sign() < 0 && l.g.find(args[0]) != l.g.find(c) {
			x, n = args[0], e
		}
		return n == nil
	})
	if n == nil {
		return 0, false
	}
	return l.powerOf(x, new(big.Int).Neg(n)), true
}

// powerOf is the class of x^n.
func (l *lowering) powerOf(x uint32, n *big.Int) uint32 {
	if n.IsInt64() && n.Int64() == 1 {
		return l.g.find(x)
	}
	return l.g.add(l.g.Op("^", 2), []uint32{x, l.g.addLeaf(l.g.numberOp(new(big.Rat).SetInt(n)))})
}

func (l *lowering) lowerProduct(c uint32, args []uint32) {
	g := l.g
	if i := slices.IndexFunc(args, l.isMinusOne); i >= 0 && len(args) > 1 {
		l.node(c, l.neg, g.bag("*", l.opposite(args, i)))
		if len(args) == 2 {
			return
		}
	}
	var num, den []uint32
	for _, a := range args {
		if d, ok := l.reciprocal(a); ok {
			den = append(den, d)
		} else {
			num = append(num, a)
		}
	}
	if len(den) > 0 {
		top := g.addLeaf(g.numberOp(big.NewRat(1, 1)))
		if len(num) > 0 {
			top = g.bag("*", num)
		}
		l.node(c, l.div, top, g.bag("*", den))
	}
	for _, p := range l.divide(args, nil) {
		l.node(c, l.mul, p.a, p.b)
	}
}

// halves are the two factors of x^n, n >= 2, by which it is computed in few
// steps.
func (l *lowering) halves(x uint32, n int64) (a, b uint32) {
	h := n / 2
	if n%2 == 1 {
		h = 1
	}
	return l.powerOf(x, big.NewInt(n-h)), l.powerOf(x, big.NewInt(h))
}

// lowerPower adds the steps of an integer power: Knuth, The Art of Computer
// Programming 2, 4.6.3.
func (l *lowering) lowerPower(c, x uint32, exponent *big.Int) {
	l.visit(x)
	g := l.g
	if !exponent.IsInt64() {
		return
	}
	n := exponent.Int64()
	switch {
	case n == 0 || n == 1:
		return
	case n < 0:
		l.node(c, l.div, g.addLeaf(g.numberOp(big.NewRat(1, 1))), l.powerOf(x, new(big.Int).Neg(exponent)))
		if n < -1 {
			inverse := l.powerOf(x, big.NewInt(-1))
			l.visit(inverse)
			// (1/x)^2, for where 1/x is there.
			a, b := n/2, n-n/2
			l.node(c, l.mul, l.powerOf(x, big.NewInt(a)), l.powerOf(x, big.NewInt(b)))
		}
		return
	}
	a, b := l.halves(x, n)
	l.node(c, l.mul, a, b)
	if n <= 16 {
		for k := int64(1); k <= n/2; k++ {
			l.node(c, l.mul, l.powerOf(x, big.NewInt(n-k)), l.powerOf(x, big.NewInt(k)))
		}
	}
}

// numberOf is the exact number in a class, nil if there is none. It is not to be
// changed.
func (g *Graph) numberOf(class uint32) *big.Rat {
	if k := g.constant[g.find(class)]; k != 0 && g.ops[k-1].kind == numberKind {
		return g.ops[k-1].number
	}
	return nil
}

// integer is the exact integer in a class, nil if there is none.
func (g *Graph) integer(class uint32) *big.Int {
	if v := g.numberOf(class); v != nil && v.IsInt() {
		return v.Num()
	}
	return nil
}

// minusOne is the op of the number -1.
func (g *Graph) minusOne() Op {
	if g.minus == 0 {
		g.minus = 1 + g.numberOp(big.NewRat(-1, 1))
	}
	return g.minus - 1
}
