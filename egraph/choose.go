package egraph

import (
	"context"
	"slices"

	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/egraph/extract"
	"github.com/triad-go/triad/symbolic"
)

// priceOf names the operations of heads for a cost model, where it is not the
// head itself.
var priceOf = map[string]string{
	"+": "add", "-": "sub", "*": "mul", "/": "div",
	"<": "lt", "<=": "le", ">": "lt", ">=": "le", "==": "eq", "!=": "ne",
	"&&": "and", "||": "or", "!": "not",
}

// hoisted is what an operation costs, as a part of its price, that is the same
// for all elements: it is done once for a launch. It is not 0, so that of two
// forms the one with less to do is taken there too.
const hoisted = 1.0 / 1024

// unknown is the price of what the model does not know and the expressions have.
const unknown = 50

// tie makes a fused operation the dearer of two that cost the same: a - b is
// exact where a is near b, and (a - b)*c better than a*c fused with b*c.
const tie = 1.0 / 1024

// prices says what the nodes of a graph cost.
type prices struct {
	g     *Graph
	model cost.Model
	bags  bool // sums, products and powers cost nothing to look at and are no operations

	given   map[Op]bool // calls that were loaded, which can be chosen in any case
	scalar  map[Op]bool // symbols that are the same for all elements
	uniform []bool      // by class
	byOp    []float64   // by op, -1 if it cannot be chosen, -2 if not asked yet
}

// spread finds the classes that are the same for all elements: constants,
// scalars, and what a term of these alone is equal to.
func (p *prices) spread() {
	g := p.g
	p.uniform = make([]bool, len(g.up))
	for again := true; again; {
		again = false
		for n := 1; n < len(g.words); n += wordArgs + int(g.ops[g.words[n]&^dead].arity) {
			if g.isDead(uint32(n)) {
				continue
			}
			c := g.find(g.words[n+wordClass])
			if p.uniform[c] {
				continue
			}
			o := &g.ops[g.words[n]]
			all := o.kind != symbolKind || p.scalar[Op(g.words[n])]
			for _, a := range g.args(uint32(n)) {
				all = all && p.uniform[g.find(a)]
			}
			if all {
				p.uniform[c], again = true, true
			}
		}
	}
}

// price is what a node costs; it cannot be chosen if ok is false.
func (p *prices) price(node uint32) (cycles float64, ok bool) {
	g := p.g
	op := g.op(node)
	for int(op) >= len(p.byOp) {
		p.byOp = append(p.byOp, -2)
	}
	c := p.byOp[op]
	if c == -2 {
		c = -1
		if v, ok := p.operation(&g.ops[op]); ok {
			c = v
		} else if p.given[op] {
			c = unknown
		}
		p.byOp[op] = c
	}
	if c < 0 {
		return 0, false
	}
	if o := &g.ops[op]; o.kind == callKind && o.name == "^" {
		n := g.integer(g.args(node)[1])
		if n == nil || !n.IsInt64() {
			if c, ok = p.model.Cycles("pow"); !ok {
				return 0, false
			}
		} else if p.bags { // powers of integers are products there
			return 0, false
		} else if c, ok = powerPrice(p.model, n.Int64()); !ok {
			return 0, false
		}
	}
	if p.uniform[g.classOf(node)] {
		for _, a := range g.args(node) {
			if !p.uniform[g.find(a)] {
				return c, true // as x - x, which is a number and is computed from what is none
			}
		}
		c *= hoisted
	}
	return c, true
}

func (p *prices) operation(o *opInfo) (float64, bool) {
	switch o.kind {
	case numberKind, floatKind:
		return p.model.Cycles("const")
	case symbolKind:
		return p.model.Cycles("load")
	}
	if o.bag {
		return 0, false
	}
	if o.name == "^" {
		return 0, true // see price
	}
	if o.name == sineOf || o.name == cosineOf {
		return 0, true
	}
	name := o.name
	if n, ok := priceOf[name]; ok {
		name = n
	}
	c, ok := p.model.Cycles(name)
	if name == "fma" || name == "fnma" || name == "fms" {
		c += c * tie
	}
	return c, ok
}

// powerPrice is what x^n costs as binary powering.
func powerPrice(m cost.Model, n int64) (float64, bool) {
	mul, ok := m.Cycles("mul")
	if !ok {
		return 0, false
	}
	c := float64(powerSteps(n)) * mul
	if n < 0 {
		div, ok := m.Cycles("div")
		return c + div, ok
	}
	return c, true
}

// powerSteps are the multiplications of x^n by binary powering.
func powerSteps(n int64) int {
	m := uint64(n)
	if n < 0 {
		m = -m
	}
	steps := 0
	for ; m > 1; m >>= 1 {
		steps++
		if m&1 == 1 {
			steps++
		}
	}
	return steps
}

// problem is what there is to choose from for the roots, and the node of the
// graph that each node of it is.
func (p *prices) problem(roots []uint32) (*extract.Problem, []uint32, []int32) {
	g := p.g
	p.spread()
	number := make([]int32, len(g.up)) // 1 + a class's number in the problem
	var order []uint32
	visit := func(c uint32) int32 {
		c = g.find(c)
		if number[c] == 0 {
			order = append(order, c)
			number[c] = int32(len(order))
		}
		return number[c] - 1
	}
	prob := &extract.Problem{}
	for _, r := range roots {
		prob.Roots = append(prob.Roots, visit(r))
	}
	var nodes []uint32
	var kids []int32
	for i := 0; i < len(order); i++ {
		before := len(prob.Nodes)
		first := g.members[order[i]] // a class that is asked for has nodes
		for n := first; ; {
			if !g.isDead(n) {
				if c, ok := p.price(n); ok {
					from := len(kids)
					args := g.args(n)
					if p.skips(n) {
						args = args[:1] // the exponent is a part of the operation
					}
					for _, a := range args {
						kids = append(kids, visit(a))
					}
					prob.Nodes = append(prob.Nodes, extract.Node{Class: int32(i), Children: kids[from:len(kids):len(kids)], Cost: c})
					nodes = append(nodes, n)
				}
			}
			if n = g.words[n+wordNext]; n == first {
				break
			}
		}
		if len(prob.Nodes) == before { // nothing that can be computed: never to be chosen
			prob.Nodes = append(prob.Nodes, extract.Node{Class: int32(i), Children: []int32{int32(i)}})
			nodes = append(nodes, 0)
		}
	}
	prob.Classes = len(order)
	return prob, nodes, number
}

// skips reports whether a node is a power with an integer exponent.
func (p *prices) skips(n uint32) bool {
	g := p.g
	o := &g.ops[g.op(n)]
	return o.kind == callKind && o.name == "^" && g.integer(g.args(n)[1]) != nil
}

// choose finds the cheapest terms for the roots, as expressions. steps bounds the
// exact search, see [extract.Options].
func (p *prices) choose(ctx context.Context, l *loader, roots []uint32, steps int) ([]symbolic.Expr, error) {
	prob, nodes, number := p.problem(roots)
	pick := extract.Greedy
	if steps > 0 && len(prob.Nodes) <= exactNodes {
		pick = extract.Exact // which begins with the other
	}
	s, err := pick(ctx, prob, extract.Options{Steps: steps})
	if err != nil {
		return nil, err
	}
	found := l.expressions(s, nodes, number, roots)
	if l.doubtful {
		return l.given, nil
	}
	return found, nil
}

// exactNodes is how large the problems are that are worth trying to solve
// exactly.
const exactNodes = 2000

// expressions builds what a solution has chosen.
func (l *loader) expressions(s *extract.Solution, nodes []uint32, number []int32, roots []uint32) []symbolic.Expr {
	g := l.g
	built := make([]symbolic.Expr, len(s.Choice))
	done := make([]bool, len(s.Choice))
	at := func(c uint32) int32 { return number[g.find(c)] - 1 }
	var todo []int32
	for _, r := range roots {
		todo = append(todo, at(r))
	}
	var args []symbolic.Expr
	for len(todo) > 0 {
		c := todo[len(todo)-1]
		if done[c] {
			todo = todo[:len(todo)-1]
			continue
		}
		n := nodes[s.Choice[c]]
		ready := true
		power := g.ops[g.op(n)].kind == callKind && g.ops[g.op(n)].name == "^"
		args = args[:0]
		for i, a := range g.args(n) {
			if power && i == 1 && g.integer(a) != nil {
				break
			}
			k := at(a)
			if !done[k] {
				ready = false
				todo = append(todo, k)
			} else {
				args = append(args, built[k])
			}
		}
		if !ready {
			continue
		}
		todo = todo[:len(todo)-1]
		built[c], done[c] = l.expression(n, args), true
	}
	exprs := make([]symbolic.Expr, len(roots))
	for i, r := range roots {
		exprs[i] = built[at(r)]
	}
	return exprs
}

// expression is a node as a faithful term.
func (l *loader) expression(n uint32, a []symbolic.Expr) symbolic.Expr {
	g := l.g
	op := g.op(n)
	o := &g.ops[op]
	switch o.kind {
	case numberKind:
		return symbolic.Exact(o.number)
	case floatKind:
		return symbolic.Const(o.float)
	case symbolKind:
		if e, ok := l.leafs[op]; ok {
			return e
		}
		return symbolic.Terms.FromSymbol(o.name)
	}
	switch o.name {
	case "sincos":
		return a[0] // of which sineOf and cosineOf make their terms
	case sineOf:
		return symbolic.Sin(a[0])
	case cosineOf:
		return symbolic.Cos(a[0])
	}
	if !l.bags {
		l.unfolded(o.name, a)
	}
	switch o.name {
	case "add":
		return a[0].Add(a[1])
	case "sub":
		return a[0].Sub(a[1])
	case "mul":
		return a[0].Mul(a[1])
	case "div":
		return a[0].Div(a[1])
	case "fnma":
		return symbolic.FMA(a[0].Neg(), a[1], a[2])
	case "fms":
		return symbolic.FMA(a[0], a[1], a[2].Neg())
	case "^":
		if len(a) == 1 {
			return a[0].PowExpr(symbolic.Exact(g.numberOf(g.args(n)[1])))
		}
	}
	return symbolic.Terms.Make(symbolic.Expr{}, o.name, a)
}

// unfolded makes the first of several exact numbers a float, if they are what an
// operation is done with: that rounds, and may give -0, where terms of exact
// numbers would be computed exactly.
func (l *loader) unfolded(head string, a []symbolic.Expr) {
	switch head {
	case "+", "-", "*", "/", "neg", "^":
	default:
		return
	}
	for _, e := range a {
		if _, ok := e.Rat(); !ok {
			return
		}
	}
	r, _ := a[0].Rat()
	v, _ := r.Float64()
	single, _ := r.Float32()
	l.doubtful = l.doubtful || float32(v) != single
	a[0] = symbolic.Const(v)
}

// sineOf and cosineOf take their part of a sincos. No rule has heads of these
// names.
const (
	sineOf   = "sine of"
	cosineOf = "cosine of"
)

// pair lets the sine and the cosine of one argument be computed together.
func (g *Graph) pair() error {
	sin, sinOK := g.call(callKey{"sin", 1})
	cos, cosOK := g.call(callKey{"cos", 1})
	if !sinOK || !cosOK {
		return nil
	}
	for _, n := range slices.Clone(g.byOp[sin]) {
		if g.isDead(n) {
			continue
		}
		arg := []uint32{g.find(g.args(n)[0])}
		m, _ := g.lookup(cos, arg)
		if m == 0 {
			continue
		}
		both := []uint32{g.add(g.Op("sincos", 1), arg)}
		for _, part := range []struct {
			head string
			node uint32
		}{{sineOf, n}, {cosineOf, m}} {
			op := g.Op(part.head, 1)
			if k, hash := g.lookup(op, both); k == 0 {
				g.insert(op, both, hash, g.classOf(part.node))
			}
		}
	}
	return g.rebuild()
}
