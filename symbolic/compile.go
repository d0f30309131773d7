package symbolic

import (
	"math"
	"math/big"
)

// compiler writes the instructions of an Evaluator. It computes canonical sums
// and products as Faithful writes them, without making those terms.
type compiler struct {
	*Evaluator
	places map[*node]int32
	known  map[instr]int32 // value numbering: each computation once
	todo   []*node
	err    *EvalError
}

// compile is the place of the value of root.
func (c *compiler) compile(root *node) int32 {
	c.todo = append(c.todo[:0], root)
	for len(c.todo) > 0 && c.err == nil {
		n := c.todo[len(c.todo)-1]
		before := len(c.todo)
		if _, ok := c.places[n]; !ok && !isLeaf(n) {
			if c.pending(n); len(c.todo) > before {
				continue
			}
			c.places[n] = c.term(n)
		}
		c.todo = c.todo[:before-1]
	}
	return c.place(root)
}

// pending appends the terms that are to be computed before n.
func (c *compiler) pending(n *node) {
	need := func(k *node) {
		if isLeaf(k) {
			return
		}
		if _, ok := c.places[k]; !ok {
			c.todo = append(c.todo, k)
		}
	}
	factors := func(n *node) {
		if n == one {
			return
		}
		for i := range n.numFactors() {
			f := n.factor(i)
			if need(f.n); !f.c.number() {
				need(f.c.x)
			}
		}
	}
	switch n.op {
	case OpSum:
		if p := n.far.packed; p != nil && p.poly != nil {
			for _, b := range p.bases {
				need(b)
			}
			return
		}
		for _, t := range n.pairs() {
			factors(t.n)
		}
	case OpProduct:
		rest, _ := n.coefficient()
		factors(rest)
	case OpCall:
		for i := range functionAt(n.fn).Arity {
			need(Expr{n}.arg(i).n)
		}
	default:
		for _, k := range n.args[:ops[n.op].args] {
			need(k)
		}
	}
}

// place is where the value of a term is that is a leaf or has been computed.
func (c *compiler) place(n *node) int32 {
	if n == nil || n.op <= OpFloat {
		return c.number(numOf(n))
	}
	p, ok := c.places[n]
	if !ok && c.err == nil {
		c.err = &EvalError{Term: Expr{n}, Msg: "has no value"}
	}
	return p
}

func (c *compiler) number(v num) int32 {
	f := v.floatValue()
	switch {
	case v.isInt():
		f = float64(v.v)
	case !v.float():
		f, _ = v.exact().Float64()
	}
	return c.emit(instr{op: OpFloat, n: int64(math.Float64bits(f))})
}

func (c *compiler) emit(in instr) int32 {
	p, ok := c.known[in]
	if !ok {
		p = c.append(in)
		c.known[in] = p
	}
	return p
}

func (c *compiler) append(in instr) int32 {
	c.instrs = append(c.instrs, in)
	return int32(c.vars + len(c.instrs) - 1)
}

func (c *compiler) binary(op Op, a, b int32) int32 {
	return c.emit(instr{op: op, args: [3]int32{a, b}})
}

// term computes a term whose parts have been computed.
func (c *compiler) term(n *node) int32 {
	switch n.op {
	case OpSum:
		return c.sum(n)
	case OpProduct:
		rest, k := n.coefficient()
		return c.monomial(k, rest)
	case OpCall:
		return c.callOf(n)
	}
	in := instr{op: n.op}
	if n.op == OpPow {
		in.n = int64(n.bits)
	}
	for i, k := range n.args[:ops[n.op].args] {
		in.args[i] = c.place(k)
	}
	return c.emit(in)
}

func (c *compiler) callOf(n *node) int32 {
	f := functionAt(n.fn)
	if f.Eval == nil {
		c.err = &EvalError{Term: Expr{n}, Msg: "cannot be evaluated"}
		return 0
	}
	in := instr{op: OpCall, n: int64(len(c.calls))}
	c.arity = max(c.arity, f.Arity)
	c.calls = append(c.calls, Expr{n})
	if f.Arity > len(in.args) {
		in.args[0] = int32(len(c.extra))
	}
	for i := range f.Arity {
		p := c.place(Expr{n}.arg(i).n)
		if f.Arity <= len(in.args) {
			in.args[i] = p
		} else {
			c.extra = append(c.extra, p)
		}
	}
	return c.append(in)
}

func (c *compiler) sum(n *node) int32 {
	s, first := int32(0), true
	add := func(k num, product func(k num) int32) {
		switch {
		case first:
			s, first = product(k), false
		case k.negative():
			s = c.binary(OpSub, s, product(mulNum(num{v: -1}, k)))
		default:
			s = c.binary(OpAdd, s, product(k))
		}
	}
	if p := n.far.packed; p != nil && p.poly != nil {
		var factors []pair
		for exps, k := range p.poly.Terms() {
			factors = factors[:0]
			for i, e := range exps {
				if e != 0 {
					factors = append(factors, pair{p.bases[i], num{v: int64(e)}})
				}
			}
			add(coefNum(k), func(k num) int32 { return c.product(k, len(factors), func(i int) pair { return factors[i] }) })
		}
		return s
	}
	for _, t := range n.pairs() {
		add(t.c, func(k num) int32 { return c.monomial(k, t.n) })
	}
	return s
}

func (c *compiler) monomial(k num, n *node) int32 {
	if n == one {
		return c.number(k)
	}
	return c.product(k, n.numFactors(), n.factor)
}

// product is k times count factors, as writeProduct writes them.
func (c *compiler) product(k num, count int, factor func(i int) pair) int32 {
	if count == 0 {
		return c.number(k)
	}
	const none = -1
	above, below := int32(none), int32(none)
	times := func(f int32, at *int32) {
		if *at != none {
			f = c.binary(OpMul, *at, f)
		}
		*at = f
	}
	minus := k == num{v: -1}
	switch {
	case minus || k.isOne():
	case k.isExact() && !k.isInt():
		r := k.exact()
		unit := r.Num().BitLen() == 1
		if minus = unit && r.Sign() < 0; !unit {
			times(c.number(numOfRat(new(big.Rat).SetInt(r.Num()))), &above)
		}
		if !r.IsInt() {
			times(c.number(numOfRat(new(big.Rat).SetInt(r.Denom()))), &below)
		}
	default:
		times(c.number(k), &above)
	}
	for i := range count {
		f := factor(i)
		t, e := c.place(f.n), f.c
		under := e.isExact() && e.negative()
		if under {
			e = mulNum(num{v: -1}, e)
		}
		switch {
		case e.isOne():
		case e.isInt():
			t = c.emit(instr{op: OpPow, n: e.v, args: [3]int32{t}})
		case e.x == half:
			t = c.emit(instr{op: OpSqrt, args: [3]int32{t}})
		case isHalf(e.x):
			t = c.emit(instr{op: OpSqrt, args: [3]int32{t}})
			t = c.emit(instr{op: OpPow, n: e.x.far.rat.Num().Int64(), args: [3]int32{t}})
		case e.number():
			t = c.binary(OpPower, t, c.number(e))
		default:
			t = c.binary(OpPower, t, c.place(e.x))
		}
		switch {
		case under:
			times(t, &below)
			continue
		case minus:
			t, minus = c.emit(instr{op: OpNeg, args: [3]int32{t}}), false
		}
		times(t, &above)
	}
	if above == none {
		v := int64(1)
		if minus {
			v = -1
		}
		above = c.number(num{v: v})
	}
	if below != none {
		return c.binary(OpDiv, above, below)
	}
	return above
}
