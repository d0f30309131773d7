package symbolic_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	. "github.com/triad-go/triad/symbolic"
)

var (
	dotNode = regexp.MustCompile(`^\tn(\d+) \[label="((?:[^"\\]|\\.)*)"(, shape=box)?(, peripheries=2)?\];$`)
	dotEdge = regexp.MustCompile(`^\tn(\d+) -> n(\d+)( \[label="(?:[^"\\]|\\.)*"\])?;$`)
)

// checkDot checks that nodes are defined once, before the edges to them, and
// returns how many there are.
func checkDot(t *testing.T, text string) int {
	t.Helper()
	body, ok := strings.CutPrefix(text, "digraph {\n\tnode [fontname=\"Helvetica\"];\n")
	body, ok2 := strings.CutSuffix(body, "}\n")
	if !ok || !ok2 {
		t.Fatalf("%.500s", text)
	}
	defined := map[string]bool{}
	for line := range strings.Lines(body) {
		line = strings.TrimSuffix(line, "\n")
		if m := dotNode.FindStringSubmatch(line); m != nil && !defined[m[1]] && m[2] != "" {
			defined[m[1]] = true
		} else if m := dotEdge.FindStringSubmatch(line); m == nil || !defined[m[1]] || !defined[m[2]] {
			t.Fatalf("%q in\n%.500s", line, text)
		}
	}
	return len(defined)
}

func TestGraphviz(t *testing.T) {
	r := rand.New(rand.NewPCG(63, 64))
	leaves := shortLeaves()
	for i := range 2000 {
		e, f := randomMixed(r, leaves, 1+i%4), randomMixed(r, leaves, 3)
		text := Graphviz(e, f, e)
		n := checkDot(t, text)
		if s := Faithful(e); s == e && Faithful(f) == f && n != Size(e, f) {
			t.Fatalf("%d nodes, want %d:\n%s", n, Size(e, f), text)
		}
		if Graphviz(e, f) != text {
			t.Fatalf("%v, %v: a root given twice makes a difference", e, f)
		}
	}
	if checkDot(t, Graphviz()) != 0 || checkDot(t, Graphviz(Expr{})) != 1 {
		t.Error("no root, or the number 0")
	}
}

func TestGraphvizDeep(t *testing.T) {
	e := Var("x")
	for range 100_000 {
		e = Var("y").Sub(e).Sqrt()
	}
	if n := checkDot(t, Graphviz(e)); n != 200_002 {
		t.Errorf("%d nodes", n)
	}
}
