package rewrite

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestAccept(t *testing.T) {
	grow := MustParse(Trees, "f(?x) => g(?x, ?x)")
	shrink := MustParse(Trees, "h(?x, ?y) => ?x")
	smaller := func(before, after *Tree) bool { return len(after.String()) < len(before.String()) }
	r := Postwalk(Accept(smaller, Rules(grow, shrink)))
	if got := apply(t, r, "k(f(a), h(b, c))"); got != "(k (f a) b)" {
		t.Error(got)
	}
	// What is not accepted does not stop the search for another match.
	last := MustParse(Trees, "f(??a, ?x, ??b) => ?x")
	if got := apply(t, Accept(func(_, after *Tree) bool { return after.Name == "b" }, last), "f(a, b, c)"); got != "b" {
		t.Error(got)
	}
	// All of several must accept, and only within.
	no := func(_, _ *Tree) bool { return false }
	yes := func(_, _ *Tree) bool { return true }
	if got := apply(t, Chain(Accept(no, Accept(yes, shrink)), Accept(yes, grow)), "f(a)"); got != "(g a a)" {
		t.Error(got)
	}
	if got := apply(t, Accept(yes, Accept(no, shrink)), "h(a, b)"); got != "(h a b)" {
		t.Error(got)
	}
	if got := apply(t, ParallelPostwalk(Accept(smaller, Rules(grow, shrink)), 1), "k(f(a), h(b, c), h(c, h(d, e)))"); got != "(k (f a) b c)" {
		t.Error(got)
	}
	// A panic in it is an error.
	bad := Accept(func(_, _ *Tree) bool { panic("bad") }, shrink)
	var p *PanicError
	if _, err := Run(context.Background(), Trees, bad, MustTree("h(a, b)")); !errors.As(err, &p) || p.Value != "bad" {
		t.Error(err)
	}
}

func TestFired(t *testing.T) {
	rule := MustParse(Trees, "a => b", Named("mine"))
	var steps []string
	again := Func[*Tree](func(s *State[*Tree], t *Tree) (*Tree, bool, error) {
		u := &Tree{Name: t.Name + "'"}
		return u, true, s.Fired(rule, t, u)
	})
	trace := Trace(func(s Step[*Tree]) { steps = append(steps, s.Rule.Name()+s.Before.String()+s.After.String()) })
	var e *BudgetError
	_, err := Run(context.Background(), Trees, Fixpoint(again), MustTree("a"), trace, Limits{Firings: 2})
	if !errors.As(err, &e) || e.Rules[0] != "mine" || strings.Join(steps, " ") != "mineaa' minea'a'' minea''a'''" {
		t.Error(err, steps)
	}
}

func TestParseAll(t *testing.T) {
	rules, err := ParseAll(Trees, []Text{{Exact, "?x*1 => ?x"}, {Rounding, "?x + 0 => ?x"}})
	if err != nil || len(rules) != 2 || rules[0].Class() != Exact || rules[1].Class() != Rounding {
		t.Fatal(rules, err)
	}
	if got := apply(t, Postwalk(Limit(Exact, Rules(rules...))), "f(a*1, b + 0)"); got != "(f a (+ b 0))" {
		t.Error(got)
	}
	var e *RuleError
	if _, err := ParseAll(Trees, []Text{{Exact, "?x => ?x"}, {Exact, "?x => ?y"}}); !errors.As(err, &e) {
		t.Error(err)
	}
}

func TestPow2(t *testing.T) {
	r := MustParse(Trees, "f(?x:pow2) => yes")
	for text, want := range map[string]bool{
		"f(1)": true, "f(2)": true, "f(1/8)": true, "f(2^100)": false, "f(3)": false, "f(-2)": false, "f(0)": false, "f(3/2)": false, "f(x)": false,
		"f(1267650600228229401496703205376)": true, "f(2535301200456458802993406410752)": false,
	} {
		if got := apply(t, r, text) == "yes"; got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
