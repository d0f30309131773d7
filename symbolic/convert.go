package symbolic

import "math/big"

// pass works out a term for each term of a DAG, arguments first, each once. It
// keeps no stack of calls: terms may be millions of levels deep.
type pass struct {
	memo map[*node]*node
	// skip reports that a term is mapped to itself, unseen.
	skip func(n *node) bool
	// kids appends the terms that make needs mapped.
	kids func(n *node, to []*node) []*node
	make func(n *node) *node
}

func (p *pass) get(n *node) *node {
	if n == nil || p.skip != nil && p.skip(n) {
		return n
	}
	return p.memo[n]
}

func (p *pass) run(root *node) *node {
	if p.memo == nil {
		p.memo = map[*node]*node{}
	}
	todo := []*node{root}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		if n == nil {
			todo = todo[:len(todo)-1]
			continue
		}
		if _, ok := p.memo[n]; ok || p.skip != nil && p.skip(n) {
			todo = todo[:len(todo)-1]
			continue
		}
		before := len(todo)
		todo = p.kids(n, todo)
		ready := true
		kept := before
		for _, k := range todo[before:] {
			if k == nil || p.skip != nil && p.skip(k) {
				continue
			}
			if _, ok := p.memo[k]; !ok {
				ready = false
				todo[kept] = k
				kept++
			}
		}
		todo = todo[:kept]
		if ready {
			todo = todo[:before-1]
			p.memo[n] = p.make(n)
		}
	}
	return p.get(root)
}

// kids appends the terms of which n is made, as it holds them: for a sum its
// monomials without their coefficients, for a product bases and exponents.
func kids(n *node, to []*node) []*node {
	switch n.op {
	case OpSum, OpProduct, OpCall:
		for i := range n.pairs() {
			p := &n.pairs()[i]
			to = append(to, p.n)
			if n.op == OpProduct && !p.c.number() {
				to = append(to, p.c.x)
			}
		}
		if n.op == OpProduct && n.isScaled() {
			return append(to, n.args[0])
		}
		if n.op == OpCall && n.far == nil {
			return append(to, n.args[:functionAt(n.fn).Arity]...)
		}
		return to
	}
	return append(to, n.args[:ops[n.op].args]...)
}

// rebuild makes a term like n of what its kids became. Canonical terms are made
// by the canonical constructors, others are kept as they were written.
func rebuild(n *node, get func(*node) *node) *node {
	switch n.op {
	case OpNumber, OpFloat, OpVar:
		return n
	case OpSum:
		return rebuildSum(n, get)
	case OpProduct:
		if n.isScaled() {
			if r := get(n.args[0]); r != n.args[0] {
				_, c := n.coefficient()
				return Times(c.expr(), Expr{r}).n
			}
			return n
		}
		same := true
		powers := make([]Expr, len(n.pairs()))
		for i, p := range n.pairs() {
			base, e := get(p.n), p.c
			if !e.number() {
				e = numOf(get(e.x))
			}
			if base != p.n || e != p.c {
				same = false
			}
			powers[i] = Expr{power(base, e)}
		}
		if same {
			return n
		}
		return Times(powers...).n
	case OpPow:
		b := get(n.args[0])
		switch {
		case b == n.args[0]:
			return n
		case n.flag(notCanonical) || b.flag(notCanonical):
			return Expr{b}.pow(int64(n.bits)).n
		}
		return power(b, num{v: int64(n.bits)})
	case OpPower:
		a, b := get(n.args[0]), get(n.args[1])
		switch {
		case a == n.args[0] && b == n.args[1]:
			return n
		case n.flag(notCanonical) || a.flag(notCanonical) || b.flag(notCanonical):
			return Expr{a}.PowExpr(Expr{b}).n
		}
		return power(a, numOf(b))
	case OpSqrt:
		a := get(n.args[0])
		if n.flag(notCanonical) || a.flag(notCanonical) {
			return Expr{a}.Sqrt().n
		}
		return power(a, num{x: half})
	case OpCall:
		f := functionAt(n.fn)
		args := make([]Expr, f.Arity)
		same, canonical := true, !n.flag(notCanonical)
		for i := range args {
			old := Expr{n}.arg(i)
			args[i] = Expr{get(old.n)}
			same = same && args[i] == old
			canonical = canonical && !args[i].n.flag(notCanonical)
		}
		switch {
		case same:
			return n
		case canonical:
			return Apply(f, args...).n
		}
		return Call(f, args...).n
	}
	var args [3]*node
	for i := range ops[n.op].args {
		args[i] = get(n.args[i])
	}
	return operate(n.op, args)
}

// operate is the faithful operation.
func operate(op Op, args [3]*node) *node {
	switch op {
	case OpAdd, OpSub, OpMul, OpDiv:
		return arithmetic(op, Expr{args[0]}, Expr{args[1]}).n
	case OpNeg:
		return Expr{args[0]}.Neg().n
	}
	return term(op, args[0], args[1], args[2]).n
}

func rebuildSum(n *node, get func(*node) *node) *node {
	same := true
	terms := make([]pair, 0, len(n.pairs()))
	for _, p := range n.pairs() {
		t := get(p.n)
		same = same && t == p.n
		terms = appendScaled(terms, p.c, t)
	}
	if same {
		return n
	}
	return makeSum(sortTerms(terms))
}

// appendScaled appends the terms of c*t.
func appendScaled(terms []pair, c num, t *node) []pair {
	if t != nil && t.op == OpSum {
		for _, q := range t.pairs() {
			terms = append(terms, pair{q.n, mulNum(c, q.c)})
		}
		return terms
	}
	rest, d := t.coefficient()
	return append(terms, pair{rest, mulNum(c, d)})
}

// IsCanonical reports whether e is as [Canonical] would make it.
func (e Expr) IsCanonical() bool { return !e.n.flag(notCanonical) }

// Canonical is e in canonical form, throughout: sums and products as [Plus] and
// [Times] make them, quotients as negative powers, differences and negations as
// coefficients, square roots as powers of 1/2, fma as a product and a sum, calls
// as [Apply] makes them. It is equal to e in real arithmetic wherever e is
// defined (class Domain), not in the last bits.
//
// The time is linear in the size of the DAG, but for sums that occur in several
// places, whose terms are copied into each.
func Canonical(e Expr) Expr {
	if e.IsCanonical() {
		return e
	}
	c := canonicalizer{uses: map[*node]int{}}
	c.count(e.n)
	c.pass = pass{
		skip: func(n *node) bool { return !n.flag(notCanonical) },
		kids: c.kids,
		make: c.make,
	}
	return Expr{c.run(e.n)}
}

type canonicalizer struct {
	pass
	uses map[*node]int // by how many terms a term is used
}

func (c *canonicalizer) count(root *node) {
	todo := []*node{root}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		before := len(todo)
		todo = kids(n, todo)
		kept := before
		for _, k := range todo[before:] {
			if k.flag(notCanonical) {
				if c.uses[k]++; c.uses[k] == 1 {
					todo[kept] = k
					kept++
				}
			}
		}
		todo = todo[:kept]
	}
}

// A sum or a product written as a chain of operations is collected at once, as
// far as its parts are used nowhere else: adding them one by one would take time
// quadratic in their number, and floats would be grouped.
func (c *canonicalizer) kids(n *node, to []*node) []*node {
	switch n.op {
	case OpAdd, OpSub, OpNeg, OpMul, OpDiv:
		c.chain(n, func(t *node, _ bool) { to = append(to, t) })
		return to
	}
	return kids(n, to)
}

// chain yields the terms that a chain of sums adds, or subtracts; or the factors
// by which a chain of products multiplies, or divides; from the left.
func (c *canonicalizer) chain(n *node, yield func(t *node, inverse bool)) {
	type link struct {
		n       *node
		inverse bool
		divides bool // it is in a divisor
	}
	product := n.op == OpMul || n.op == OpDiv
	todo := []link{{n: n}}
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		in := t.n != nil && (t.n == n || c.uses[t.n] <= 1)
		switch {
		case in && product && t.n.op == OpNeg:
			yield(Int(-1).n, false)
			todo = append(todo, link{t.n.args[0], t.inverse, t.divides})
		case in && !product && t.n.op == OpNeg:
			todo = append(todo, link{t.n.args[0], !t.inverse, false})
		case in && (product && t.n.op == OpMul || !product && t.n.op == OpAdd):
			todo = append(todo, link{t.n.args[1], t.inverse, t.divides}, link{t.n.args[0], t.inverse, t.divides})
		case in && (product && t.n.op == OpDiv || !product && t.n.op == OpSub):
			todo = append(todo, link{t.n.args[1], !t.inverse, product}, link{t.n.args[0], t.inverse, t.divides})
		default:
			yield(t.n, t.inverse || t.divides && c.get(t.n) == nil) // 1/(1/0) is undefined, not 0
		}
	}
}

func (c *canonicalizer) make(n *node) *node {
	arg := func(i int) *node { return c.get(n.args[i]) }
	switch n.op {
	case OpAdd, OpSub, OpNeg:
		var terms []pair
		c.chain(n, func(t *node, inverse bool) {
			k := num{v: 1}
			if inverse {
				k.v = -1
			}
			terms = appendScaled(terms, k, c.get(t))
		})
		return makeSum(sortTerms(terms))
	case OpMul, OpDiv:
		var factors []Expr
		c.chain(n, func(t *node, inverse bool) {
			t = c.get(t)
			if inverse {
				t = power(t, num{v: -1})
			}
			factors = append(factors, Expr{t})
		})
		return Times(factors...).n
	case OpPow:
		return power(arg(0), num{v: int64(n.bits)})
	case OpPower:
		return power(arg(0), numOf(arg(1)))
	case OpSqrt:
		return power(arg(0), num{x: half})
	case OpFMA:
		return plus(Times(Expr{arg(0)}, Expr{arg(1)}).n, arg(2))
	case OpCall:
		f := functionAt(n.fn)
		args := make([]Expr, f.Arity)
		for i := range args {
			args[i] = Expr{c.get(Expr{n}.arg(i).n)}
		}
		return Apply(f, args...).n
	}
	return rebuild(n, c.get)
}

// Faithful is e with its canonical sums and products written out in the
// operations OpAdd, OpSub, OpMul, OpDiv, OpNeg and OpPow, in their order: terms
// from the left, p*f*g/(q*h) for a product with coefficient p/q and a base h in
// the denominator. This is how a canonical term is printed, evaluated and lowered.
// Canonical(Faithful(e)) is e for every canonical e.
func Faithful(e Expr) Expr {
	if !e.n.flag(compact) {
		return e
	}
	return FaithfulAll(e)[0]
}

// FaithfulAll is [Faithful] of each of the expressions, in one pass over them.
func FaithfulAll(exprs ...Expr) []Expr {
	p := pass{kids: kids, skip: func(n *node) bool { return !n.flag(compact) }}
	p.make = func(n *node) *node {
		switch n.op {
		case OpSum:
			var s Expr
			for i, t := range n.pairs() {
				switch {
				case i == 0:
					s = writeProduct(t.c, t.n, p.get)
				case t.c.negative():
					s = s.Sub(writeProduct(mulNum(num{v: -1}, t.c), t.n, p.get))
				default:
					s = s.Add(writeProduct(t.c, t.n, p.get))
				}
			}
			return s.n
		case OpProduct:
			rest, c := n.coefficient()
			return writeProduct(c, rest, p.get).n
		}
		return likewise(n, p.get)
	}
	all := make([]Expr, len(exprs))
	for i, e := range exprs {
		all[i] = Expr{p.run(e.n)}
	}
	return all
}

// likewise is rebuild for operations that are faithful already.
func likewise(n *node, get func(*node) *node) *node {
	switch n.op {
	case OpPow:
		return Expr{get(n.args[0])}.pow(int64(n.bits)).n
	case OpPower:
		return Expr{get(n.args[0])}.PowExpr(Expr{get(n.args[1])}).n
	case OpSqrt:
		return Expr{get(n.args[0])}.Sqrt().n
	case OpCall:
		f := functionAt(n.fn)
		args := make([]Expr, f.Arity)
		for i := range args {
			args[i] = Expr{get(Expr{n}.arg(i).n)}
		}
		return Call(f, args...).n
	}
	return rebuild(n, get)
}

// writeProduct is c times a monomial, whose parts get gives.
func writeProduct(c num, rest *node, get func(*node) *node) Expr {
	var above, below Expr
	hasAbove, hasBelow := false, false
	times := func(f Expr, at *Expr, has *bool) {
		if *has {
			f = at.Mul(f)
		}
		*at, *has = f, true
	}
	minus := false
	switch {
	case c.isOne() || rest == one && c.isExact():
		// A number is one term in text, whatever it is.
		if rest == one {
			return c.expr()
		}
	case c == num{v: -1}:
		minus = true
	case c.isExact() && !c.isInt():
		r := c.exact()
		p := new(big.Rat).SetInt(r.Num())
		switch {
		case p.Cmp(big.NewRat(-1, 1)) == 0:
			minus = true
		case p.Cmp(big.NewRat(1, 1)) != 0:
			times(Exact(p), &above, &hasAbove)
		}
		if !r.IsInt() {
			times(Exact(new(big.Rat).SetInt(r.Denom())), &below, &hasBelow)
		}
	default:
		times(c.expr(), &above, &hasAbove)
	}
	if rest == one {
		return c.expr()
	}
	var buf [1]pair
	for _, f := range rest.factors(&buf) {
		base := Expr{get(f.n)}
		e := f.c
		under := e.isExact() && e.negative()
		if under {
			e = mulNum(num{v: -1}, e)
		}
		var t Expr
		switch {
		case e.isOne():
			t = base
		case e.isInt():
			t = base.pow(e.v)
		case e.x == half:
			t = base.Sqrt()
		case isHalf(e.x):
			t = base.Sqrt().pow(e.x.far.rat.Num().Int64())
		case e.number():
			t = base.PowExpr(e.expr())
		default:
			t = base.PowExpr(Expr{get(e.x)})
		}
		if under {
			times(t, &below, &hasBelow)
			continue
		}
		if minus {
			t, minus = t.Neg(), false
		}
		times(t, &above, &hasAbove)
	}
	if !hasAbove {
		above = Int(1)
		if minus {
			above = Int(-1)
		}
	}
	if hasBelow {
		return above.Div(below)
	}
	return above
}
