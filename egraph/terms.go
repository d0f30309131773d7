package egraph

import (
	"fmt"
	"math/big"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// Symbols is implemented by [rewrite.Terms] that can name their symbols. The
// names are those that FromSymbol takes. Without it, a leaf that is no number is
// a symbol whose name is what fmt.Sprint makes of it.
type Symbols[T comparable] interface {
	Symbol(t T) string
}

// AddTerm adds a term of any type, seen through its [rewrite.Terms], and returns
// its class. A subterm that occurs several times is looked at once; nothing
// recurses. Sums and products of more than two arguments are taken two by two
// from the left, unless they are multisets in the graph.
func AddTerm[T comparable](g *Graph, terms rewrite.Terms[T], t T) ID {
	floats, _ := terms.(rewrite.Floats[T])
	names, _ := terms.(Symbols[T])
	leaf := func(t T) uint32 {
		var v big.Rat
		if terms.Number(t, &v) {
			return g.addLeaf(g.numberOp(&v))
		}
		if floats != nil {
			if f, ok := floats.Float(t); ok {
				return g.addLeaf(g.floatOp(f))
			}
		}
		if names != nil {
			return g.addLeaf(g.symbolOp(names.Symbol(t)))
		}
		return g.addLeaf(g.symbolOp(fmt.Sprint(t)))
	}
	done := map[T]uint32{}
	var args []uint32
	todo := []T{t}
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		if _, ok := done[t]; ok {
			todo = todo[:len(todo)-1]
			continue
		}
		head := terms.Head(t)
		n := 0
		if head != "" {
			n = terms.NumArgs(t)
		}
		args = args[:0]
		waiting := len(todo)
		for i := range n {
			a := terms.Arg(t, i)
			if c, ok := done[a]; ok {
				args = append(args, c)
			} else {
				todo = append(todo, a)
			}
		}
		if len(todo) > waiting {
			continue
		}
		switch {
		case head == "":
			done[t] = leaf(t)
		case n > 2 && (head == "+" || head == "*") && g.sortOf(head) != multiset:
			c := args[0]
			for _, a := range args[1:] {
				c = g.addCall(head, []uint32{c, a})
			}
			done[t] = c
		default:
			done[t] = g.addCall(head, args)
		}
		todo = todo[:len(todo)-1]
	}
	return ID(done[t])
}

// Choice tells which node of a class stands for it, false if none does.
type Choice func(class ID) (Node, bool)

// Term is the term of a class, of the nodes that choice takes, made through
// terms. What is shared in the graph is made once. The error, an
// *[ExtractError], is that choice takes no node of a class that is needed, or
// that the nodes go round in a circle.
func Term[T comparable](g *Graph, terms rewrite.Terms[T], class ID, choice Choice) (T, error) {
	floats, _ := terms.(rewrite.Floats[T])
	const open, ready = 1, 2
	state := map[ID]int{}
	made := map[ID]T{}
	var none, like T
	class = g.Find(class)
	todo := []ID{class}
	for len(todo) > 0 {
		c := todo[len(todo)-1]
		if state[c] == ready {
			todo = todo[:len(todo)-1]
			continue
		}
		n, ok := choice(c)
		if !ok {
			return none, &ExtractError{Class: c, Msg: "no node is chosen"}
		}
		switch head := n.Head(); {
		case head != "":
			waiting := len(todo)
			for i := range n.NumArgs() {
				if a := n.Arg(i); state[a] != ready {
					if state[a] == open || a == c {
						return none, &ExtractError{Class: a, Msg: "the chosen nodes need each other"}
					}
					todo = append(todo, a)
				}
			}
			if len(todo) > waiting {
				state[c] = open
				continue
			}
			args := make([]T, n.NumArgs())
			for i := range args {
				args[i] = made[n.Arg(i)]
			}
			if len(args) > 0 {
				like = args[0]
			}
			made[c] = terms.Make(like, head, args)
		case n.Number() != nil:
			made[c] = terms.FromNumber(n.Number())
		default:
			if v, ok := n.Float(); !ok {
				made[c] = terms.FromSymbol(n.Symbol())
			} else if floats != nil {
				made[c] = floats.FromFloat(v)
			} else {
				return none, &ExtractError{Class: c, Msg: "these terms have no floats"}
			}
		}
		state[c] = ready
		todo = todo[:len(todo)-1]
	}
	return made[class], nil
}

// ExtractError says why a class has no term.
type ExtractError struct {
	Class ID
	Msg   string
}

func (e *ExtractError) Error() string {
	return fmt.Sprintf("egraph: class %s: %s", className(e.Class), e.Msg)
}

func className(c ID) string { return fmt.Sprintf("#%d", c) }

// Smallest chooses in each class the node of the smallest term: the fewest calls
// and leaves, each counted as often as it occurs. Between equals it is the one
// that comes first among [Graph.Nodes]. It is computed at once, for the graph as
// it is.
func (g *Graph) Smallest() Choice {
	size := make([]float64, len(g.up)) // 0 if there is no term yet
	best := make([]uint32, len(g.up))
	var queue []uint32 // classes that became smaller
	queued := make([]bool, len(g.up))
	try := func(n uint32) {
		if g.isDead(n) {
			return
		}
		s := 1.0
		for _, a := range g.args(n) {
			if a = g.find(a); size[a] == 0 {
				return
			}
			s += size[g.find(a)]
		}
		c := g.classOf(n)
		if size[c] == 0 || s < size[c] {
			size[c], best[c] = s, n
			if !queued[c] {
				queued[c] = true
				queue = append(queue, c)
			}
		}
	}
	for op, nodes := range g.byOp {
		if g.ops[op].arity == 0 {
			for _, n := range nodes {
				try(n)
			}
		}
	}
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		queued[c] = false
		for u := g.parents[c].first; u != 0; u = g.uses[u].next {
			try(g.uses[u].node)
		}
	}
	// The first of the nodes of that size, so that it does not depend on the way.
	for c := range best {
		if best[c] == 0 || size[c] > 1<<50 { // where sizes are rounded, a circle could look as good
			continue
		}
	nodes:
		for n := range g.Nodes(ID(c)) {
			s := 1.0
			for _, a := range g.args(n.at) {
				if a = g.find(a); size[a] == 0 {
					continue nodes
				}
				s += size[g.find(a)]
			}
			if s == size[c] {
				best[c] = n.at
				break
			}
		}
	}
	return func(class ID) (Node, bool) {
		c := g.find(uint32(class))
		if int(c) >= len(best) || best[c] == 0 {
			return Node{}, false
		}
		return Node{g, best[c]}, true
	}
}

// SExpr is the term of a class as an S-expression, of the nodes that choice
// takes. A subterm is written wherever it occurs. The error is that of [Term].
func (g *Graph) SExpr(class ID, choice Choice) (string, error) {
	t, err := Term(g, texts, class, choice)
	if err != nil {
		return "", err
	}
	return t.String(), nil
}

// texts is the terms of trees, in which a float is a symbol with the text of the
// number.
var texts rewrite.Terms[*rewrite.Tree] = textTerms{rewrite.Trees}

type textTerms struct {
	rewrite.Terms[*rewrite.Tree]
}

func (textTerms) Float(*rewrite.Tree) (float64, bool) { return 0, false }
func (textTerms) FromFloat(v float64) *rewrite.Tree {
	return &rewrite.Tree{Name: floatToken(v)}
}
