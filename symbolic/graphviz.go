package symbolic

import (
	"fmt"
	"strings"
)

// Graphviz is the DAG of the expressions in the language of Graphviz's dot: a
// node for each subterm however often it is used, the roots with a double
// outline. The edges to the terms of a canonical sum bear their coefficients,
// those to the bases of a canonical product their exponents. The nodes are
// numbered in one order, which depends on the structure alone.
func Graphviz(exprs ...Expr) string {
	var b strings.Builder
	b.WriteString("digraph {\n\tnode [fontname=\"Helvetica\"];\n")
	g := graph{b: &b, ids: map[*node]int{}, roots: map[*node]bool{}}
	for _, e := range exprs {
		g.roots[e.n] = true
	}
	for _, e := range exprs {
		g.add(e.n)
	}
	b.WriteString("}\n")
	return b.String()
}

type graph struct {
	b     *strings.Builder
	ids   map[*node]int
	roots map[*node]bool
}

// arc is an edge to a part of a term.
type arc struct {
	to    *node
	label string
}

// add writes a term after its parts.
func (g *graph) add(root *node) {
	type frame struct {
		n    *node
		arcs []arc
		next int
	}
	stack := []frame{{n: root, arcs: arcs(root)}}
	for len(stack) > 0 {
		f := &stack[len(stack)-1]
		if _, ok := g.ids[f.n]; ok {
			stack = stack[:len(stack)-1]
			continue
		}
		if f.next < len(f.arcs) {
			f.next++
			if to := f.arcs[f.next-1].to; !g.written(to) {
				stack = append(stack, frame{n: to, arcs: arcs(to)})
			}
			continue
		}
		id := len(g.ids)
		g.ids[f.n] = id
		shape := ""
		if len(f.arcs) == 0 {
			shape = ", shape=box"
		}
		if g.roots[f.n] {
			shape += ", peripheries=2"
		}
		fmt.Fprintf(g.b, "\tn%d [label=%s%s];\n", id, quoteDot(nodeLabel(f.n)), shape)
		for _, a := range f.arcs {
			fmt.Fprintf(g.b, "\tn%d -> n%d", id, g.ids[a.to])
			if a.label != "" {
				fmt.Fprintf(g.b, " [label=%s]", quoteDot(a.label))
			}
			g.b.WriteString(";\n")
		}
		stack = stack[:len(stack)-1]
	}
}

func (g *graph) written(n *node) bool {
	_, ok := g.ids[n]
	return ok
}

// arcs are the parts of a term, as it holds them.
func arcs(n *node) []arc {
	var to []arc
	switch (Expr{n}).Op() {
	case OpSum:
		for _, p := range n.pairs() {
			if p.n == one {
				to = append(to, arc{p.c.expr().n, ""})
				continue
			}
			to = append(to, arc{p.n, numLabel(p.c)})
		}
	case OpProduct:
		rest, c := n.coefficient()
		if !c.isOne() {
			to = append(to, arc{c.expr().n, ""})
		}
		if !rest.isPure() {
			return append(to, arc{rest, ""})
		}
		for _, p := range rest.pairs() {
			if p.c.number() {
				to = append(to, arc{p.n, numLabel(p.c)})
			} else {
				to = append(to, arc{powerTerm(p.n, p.c), ""})
			}
		}
	default:
		for a := range (Expr{n}).Args() {
			to = append(to, arc{a.n, ""})
		}
	}
	return to
}

func numLabel(c num) string {
	if c.isOne() {
		return ""
	}
	return string(c.expr().appendLeaf(nil))
}

// nodeLabel names the operation at the head of a term, or a leaf.
func nodeLabel(n *node) string {
	e := Expr{n}
	switch op := e.Op(); op {
	case OpNumber, OpFloat, OpVar:
		return string(e.appendLeaf(nil))
	case OpCall:
		return e.Func().Name
	case OpSum:
		return "+"
	case OpProduct:
		return "*"
	case OpPow:
		return fmt.Sprintf("^%d", e.Exponent())
	default:
		if text := strings.TrimSpace(ops[op].text); text != "" {
			return text
		}
		return ops[op].name
	}
}

// quoteDot is a quoted string of dot.
func quoteDot(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
