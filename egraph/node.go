package egraph

import (
	"iter"
	"math/big"
)

// Node is a node of a graph: a call of a head with classes as arguments, or a
// leaf. It is valid until the graph is changed.
type Node struct {
	g  *Graph
	at uint32
}

// Op is the node's op.
func (n Node) Op() Op { return n.g.op(n.at) }

// Class is the class that the node belongs to.
func (n Node) Class() ID { return ID(n.g.classOf(n.at)) }

// Head is what the node calls, "" of a leaf.
func (n Node) Head() string {
	if o := n.info(); o.kind == callKind {
		return o.name
	}
	return ""
}

// NumArgs is the number of arguments of a call, 0 of a leaf.
func (n Node) NumArgs() int { return int(n.info().arity) }

// Arg is the class of the i-th argument.
func (n Node) Arg(i int) ID { return n.g.Find(ID(n.g.args(n.at)[i])) }

// Number is the value of a leaf that is an exact number, nil of other nodes. It
// is not to be changed.
func (n Node) Number() *big.Rat { return n.info().number }

// Float reports whether the node is a float, and its value.
func (n Node) Float() (float64, bool) { return n.info().float, n.info().kind == floatKind }

// Symbol is the name of a leaf that is a symbol, "" of other nodes.
func (n Node) Symbol() string {
	if o := n.info(); o.kind == symbolKind {
		return o.name
	}
	return ""
}

// String is the node with its arguments' classes: (+ #3 #7).
func (n Node) String() string {
	if n.Head() == "" {
		return n.g.leafToken(n.Op())
	}
	b := append([]byte("("), n.Head()...)
	for i := range n.NumArgs() {
		b = append(b, ' ')
		b = append(b, className(n.Arg(i))...)
	}
	return string(append(b, ')'))
}

func (n Node) info() *opInfo { return &n.g.ops[n.Op()] }

// Classes yields all classes, the older ones first. The graph is not to be
// changed meanwhile.
func (g *Graph) Classes() iter.Seq[ID] {
	return func(yield func(ID) bool) {
		for c, up := range g.up {
			if uint32(c) == up && g.members[c] != 0 && !yield(ID(c)) {
				return
			}
		}
	}
}

// Nodes yields the nodes of a class, in an order that depends on nothing but how
// the graph came about. The graph is not to be changed meanwhile.
func (g *Graph) Nodes(class ID) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		first := g.members[g.find(uint32(class))]
		for n := first; n != 0; {
			if !g.isDead(n) && !yield(Node{g, n}) {
				return
			}
			if n = g.words[n+wordNext]; n == first {
				return
			}
		}
	}
}
