package symbolic_test

import (
	"slices"
	"testing"

	. "github.com/triad-go/triad/symbolic"
)

func TestPostorder(t *testing.T) {
	// 2^100 paths lead to x, through 101 terms.
	e := Var("x")
	for range 100 {
		e = e.Mul(e)
	}
	var order []Expr
	at := map[Expr]int{}
	for f := range Postorder(e, Var("x"), e.Neg(), e) {
		if _, twice := at[f]; twice {
			t.Fatalf("a term is visited twice: term %d", at[f])
		}
		for i := range f.NumArgs() {
			if _, ok := at[f.Arg(i)]; !ok {
				t.Fatalf("term %d comes before its argument", len(order))
			}
		}
		at[f] = len(order)
		order = append(order, f)
	}
	if len(order) != 102 || order[0] != Var("x") || order[100] != e || order[101] != e.Neg() {
		t.Fatalf("%d terms", len(order))
	}

	visited := 0
	for range Postorder(e) {
		if visited++; visited == 7 {
			break
		}
	}
	if visited != 7 {
		t.Errorf("stopped after %d terms", visited)
	}
	for range Postorder() {
		t.Error("no roots, and yet a term")
	}
	if got := slices.Collect(Postorder(Int(0), Int(0).Sqrt())); !slices.Equal(got, []Expr{Int(0), Int(0).Sqrt()}) {
		t.Errorf("with the zero Expr: %v", got)
	}
}

func TestVars(t *testing.T) {
	got := Vars(MustParse("select(z < a, 2*b^2, fma(a, c, z))"), MustParse("d + a"))
	want := []Expr{Var("z"), Var("a"), Var("b"), Var("c"), Var("d")}
	if !slices.Equal(got, want) {
		t.Errorf("Vars: %v, want %v", got, want)
	}
	if got := Vars(Int(2)); len(got) != 0 {
		t.Errorf("Vars(2): %v", got)
	}
}
