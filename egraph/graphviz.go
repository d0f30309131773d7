package egraph

import (
	"bytes"
	"fmt"
	"strings"
)

// Dot is the graph in the language of Graphviz's dot: a box for each class and in
// it its nodes, as egg draws them. Each argument is an edge to a class. What is
// written depends on the graph alone.
func (g *Graph) Dot() string {
	var b bytes.Buffer
	b.WriteString("digraph egraph {\n\tcompound=true\n\tclusterrank=local\n\tnode [fontname=\"Helvetica\"]\n")
	first := map[ID]uint32{}
	for c := range g.Classes() {
		fmt.Fprintf(&b, "\tsubgraph cluster_%d {\n\t\tstyle=dotted\n", c)
		for n := range g.Nodes(c) {
			if _, ok := first[c]; !ok {
				first[c] = n.at
			}
			label := n.Head()
			if label == "" {
				label = g.leafToken(n.Op())
			}
			fmt.Fprintf(&b, "\t\tn%d [label=%s]\n", n.at, quote(label))
		}
		b.WriteString("\t}\n")
	}
	for c := range g.Classes() {
		for n := range g.Nodes(c) {
			for i := range n.NumArgs() {
				to := n.Arg(i)
				port := ""
				if n.NumArgs() == 2 && !g.ops[n.Op()].sorted {
					port = [...]string{":sw", ":se"}[i]
				}
				if to == c { // dot draws no edge from a node to the box that it is in
					fmt.Fprintf(&b, "\tn%d%s -> n%d:n\n", n.at, port, n.at)
				} else {
					fmt.Fprintf(&b, "\tn%d%s -> n%d [lhead=cluster_%d]\n", n.at, port, first[to], to)
				}
			}
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// quote is a string as dot writes it.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
