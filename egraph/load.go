package egraph

import (
	"math/big"
	"slices"

	"github.com/triad-go/triad/symbolic"
)

// headOf names the heads of faithful operations, as rules have them.
var headOf = map[symbolic.Op]string{
	symbolic.OpAdd: "+", symbolic.OpSub: "-", symbolic.OpMul: "*", symbolic.OpDiv: "/", symbolic.OpNeg: "neg",
	symbolic.OpFMA: "fma", symbolic.OpSqrt: "sqrt", symbolic.OpAbs: "abs", symbolic.OpMin: "min", symbolic.OpMax: "max",
	symbolic.OpLt: "<", symbolic.OpLe: "<=", symbolic.OpGt: ">", symbolic.OpGe: ">=", symbolic.OpEq: "==", symbolic.OpNe: "!=",
	symbolic.OpAnd: "&&", symbolic.OpOr: "||", symbolic.OpNot: "!", symbolic.OpSelect: "select",
	symbolic.OpPow: "^", symbolic.OpPower: "^",
}

// turned has the heads that mean the same with their arguments exchanged. Graphs
// of expressions have only the one of each pair.
var turned = map[string]string{">": "<", ">=": "<="}

// loader brings faithful expressions into a graph. In a graph with multisets a
// sum is one node with all its terms, of which the negative ones are products
// with -1, and a product one with all its factors, of which a denominator is a
// power with a negative exponent.
type loader struct {
	g      *Graph
	bags   bool
	of     map[symbolic.Expr]uint32
	uses   map[symbolic.Expr]int
	spread map[symbolic.Expr]bool // its last use could take it into its own multiset
	leafs  map[Op]symbolic.Expr   // the variables by their ops
	calls  map[Op]bool            // of functions
	given  []symbolic.Expr        // what was loaded

	// doubtful is set where a float64 has taken the place of an exact number that
	// would be rounded to float32 otherwise.
	doubtful bool
}

func newLoader(g *Graph, bags bool) *loader {
	return &loader{
		g: g, bags: bags,
		of:     map[symbolic.Expr]uint32{},
		uses:   map[symbolic.Expr]int{},
		spread: map[symbolic.Expr]bool{},
		leafs:  map[Op]symbolic.Expr{},
		calls:  map[Op]bool{},
	}
}

// load adds the expressions and returns their classes.
func (l *loader) load(exprs []symbolic.Expr) []uint32 {
	l.given = exprs
	for e := range symbolic.Postorder(exprs...) {
		for i := range e.NumArgs() {
			a := e.Arg(i)
			l.uses[a]++
			l.spread[a] = l.bags && spreads(e.Op(), i, a.Op())
		}
	}
	for _, e := range exprs {
		l.uses[e]++
		l.spread[e] = false
	}
	for e := range symbolic.Postorder(exprs...) {
		if !l.spreads(e) {
			l.of[e] = l.term(e)
		}
	}
	roots := make([]uint32, len(exprs))
	for i, e := range exprs {
		roots[i] = l.of[e]
	}
	return roots
}

func isSum(op symbolic.Op) bool {
	return op == symbolic.OpAdd || op == symbolic.OpSub || op == symbolic.OpNeg || op == symbolic.OpFMA
}

func isProduct(op symbolic.Op) bool {
	return op == symbolic.OpMul || op == symbolic.OpDiv || op == symbolic.OpNeg
}

// spreads reports whether an operation takes its i-th argument into its own
// multiset, if it is the only one to use it.
func spreads(op symbolic.Op, i int, arg symbolic.Op) bool {
	switch op {
	case symbolic.OpAdd, symbolic.OpSub:
		return isSum(arg)
	case symbolic.OpFMA:
		return i == 2 && isSum(arg)
	case symbolic.OpMul, symbolic.OpDiv:
		return isProduct(arg)
	}
	return false
}

// spreads reports whether e is a part of the one multiset that it is used in,
// and needs no class.
func (l *loader) spreads(e symbolic.Expr) bool { return l.uses[e] == 1 && l.spread[e] }

func (l *loader) term(e symbolic.Expr) uint32 {
	g := l.g
	switch op := e.Op(); op {
	case symbolic.OpNumber:
		r, _ := e.Rat()
		return g.addLeaf(g.numberOp(r))
	case symbolic.OpFloat:
		v, _ := e.Float64()
		return g.addLeaf(g.floatOp(v))
	case symbolic.OpVar:
		leaf := g.symbolOp(e.Name())
		l.leafs[leaf] = e
		return g.addLeaf(leaf)
	case symbolic.OpCall:
		op := g.Op(e.Func().Name, e.NumArgs())
		l.calls[op] = true
		return g.add(op, l.args(e))
	case symbolic.OpPow:
		if l.bags && e.Exponent() == 0 {
			return l.number(1)
		}
		return l.power(l.of[e.Arg(0)], e.Exponent())
	case symbolic.OpGt, symbolic.OpGe: // the same operation as < and <=
		args := l.args(e)
		slices.Reverse(args)
		return g.add(g.Op(turned[headOf[op]], 2), args)
	default:
		if l.bags {
			switch {
			case isSum(op) && op != symbolic.OpNeg:
				return g.bag("+", l.terms(e, nil, false))
			case isProduct(op):
				return l.product(e)
			}
		}
		return g.add(g.Op(headOf[op], e.NumArgs()), l.args(e))
	}
}

func (l *loader) args(e symbolic.Expr) []uint32 {
	args := make([]uint32, e.NumArgs())
	for i := range args {
		args[i] = l.of[e.Arg(i)]
	}
	return args
}

func (l *loader) number(v int64) uint32 { return l.g.addLeaf(l.g.numberOp(big.NewRat(v, 1))) }

// power is x^n. In a multiset graph a power of a power is one.
func (l *loader) power(x uint32, n int64) uint32 {
	if l.bags && n == 1 {
		return x
	}
	return l.g.add(l.g.Op("^", 2), []uint32{x, l.number(n)})
}

// terms appends the terms of the sum that e is. A part of it that nothing else
// uses is spread, unless it is a product.
func (l *loader) terms(e symbolic.Expr, to []uint32, negative bool) []uint32 {
	type part struct {
		e        symbolic.Expr
		negative bool
		root     bool
	}
	todo := []part{{e, negative, true}}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !p.root && !l.spreads(p.e) {
			to = append(to, l.signed(l.of[p.e], p.negative))
			continue
		}
		switch p.e.Op() {
		case symbolic.OpAdd:
			todo = append(todo, part{p.e.Arg(1), p.negative, false}, part{p.e.Arg(0), p.negative, false})
		case symbolic.OpSub:
			todo = append(todo, part{p.e.Arg(1), !p.negative, false}, part{p.e.Arg(0), p.negative, false})
		case symbolic.OpNeg:
			to = append(to, l.signed(l.of[p.e.Arg(0)], !p.negative))
		case symbolic.OpFMA:
			to = append(to, l.signed(l.g.bag("*", []uint32{l.of[p.e.Arg(0)], l.of[p.e.Arg(1)]}), p.negative))
			todo = append(todo, part{p.e.Arg(2), p.negative, false})
		}
	}
	return to
}

// signed is c or -c; of a product its number takes the sign.
func (l *loader) signed(c uint32, negative bool) uint32 {
	if !negative {
		return c
	}
	return l.g.negated(c)
}

// product is the multiset of the factors of e, a part of which that nothing else
// uses is spread.
func (l *loader) product(e symbolic.Expr) uint32 {
	type part struct {
		e      symbolic.Expr
		invert bool
		root   bool
	}
	var args []uint32
	todo := []part{{e, false, true}}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !p.root && !l.spreads(p.e) {
			args = append(args, l.inverted(p.e, p.invert))
			continue
		}
		switch p.e.Op() {
		case symbolic.OpMul:
			todo = append(todo, part{p.e.Arg(1), p.invert, false}, part{p.e.Arg(0), p.invert, false})
		case symbolic.OpDiv:
			todo = append(todo, part{p.e.Arg(1), !p.invert, false}, part{p.e.Arg(0), p.invert, false})
		case symbolic.OpNeg:
			args = append(args, l.number(-1), l.inverted(p.e.Arg(0), p.invert))
		}
	}
	return l.g.bag("*", args)
}

// inverted is e or 1/e.
func (l *loader) inverted(e symbolic.Expr, invert bool) uint32 {
	if !invert {
		return l.of[e]
	}
	if r, ok := e.Rat(); ok && r.Sign() != 0 {
		return l.g.addLeaf(l.g.numberOp(new(big.Rat).Inv(r)))
	}
	if e.Op() == symbolic.OpPow && e.Exponent() > 0 {
		return l.power(l.of[e.Arg(0)], -e.Exponent())
	}
	return l.power(l.of[e], -1)
}
