package egraph

import (
	"fmt"
	"testing"
)

// checkInvariants checks what holds of a graph that was rebuilt.
func checkInvariants(t testing.TB, g *Graph) {
	t.Helper()
	type key struct {
		op   Op
		args string
	}
	seen := map[key]uint32{}
	nodes, classes := 0, 0
	large := g.nodes > 10_000 // then what takes long is left out
	inClass := map[uint32]uint32{}
	for c, up := range g.up {
		if uint32(c) != up {
			continue
		}
		classes++
		constant := uint32(0)
		for n := range g.Nodes(ID(c)) {
			inClass[n.at] = up
			if g.ops[n.Op()].kind.isConstant() {
				constant = uint32(n.Op()) + 1
			}
		}
		if (constant == 0) != (g.constant[c] == 0) {
			t.Errorf("class %d: the constant is not known", c)
		}
	}
	for op, list := range g.byOp {
		for _, n := range list {
			if g.isDead(n) {
				continue
			}
			nodes++
			if g.op(n) != Op(op) {
				t.Errorf("node %d is in the list of another op", n)
			}
			if c, ok := inClass[n]; !ok || c != g.words[n+wordClass] {
				t.Errorf("node %d: class %d, in the ring of %d", n, g.words[n+wordClass], c)
			}
			if g.words[n+wordStamp] > g.newest[op] {
				t.Errorf("node %d is newer than its op", n)
			}
			k := key{Op(op), ""}
			for i, a := range g.args(n) {
				if g.up[a] != a {
					t.Errorf("node %d: argument %d is no root", n, a)
				}
				if i > 0 && g.ops[op].sorted && a < g.args(n)[i-1] {
					t.Errorf("node %d: arguments are not sorted", n)
				}
				if large {
					continue
				}
				k.args += fmt.Sprint(a, ",")
				found := false
				for u := g.parents[a].first; u != 0 && !found; u = g.uses[u].next {
					found = g.uses[u].node == n
				}
				if !found {
					t.Errorf("node %d is no parent of its argument %d", n, a)
				}
			}
			if !large {
				if m, ok := seen[k]; ok {
					t.Errorf("nodes %d and %d are equal", m, n)
				}
				seen[k] = n
			}
			if m, _ := g.lookup(Op(op), g.args(n)); m != n {
				t.Errorf("node %d is found as %d", n, m)
			}
		}
	}
	if nodes != g.NumNodes() || nodes != g.cons.n {
		t.Errorf("%d nodes, counted %d, in the table %d", g.NumNodes(), nodes, g.cons.n)
	}
	if classes != g.NumClasses() {
		t.Errorf("%d classes, counted %d", g.NumClasses(), classes)
	}
}
