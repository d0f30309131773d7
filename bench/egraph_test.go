package bench

import (
	"context"
	"errors"
	"testing"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/internal/mathsuite"
)

// A graph with another number of nodes or classes than it should have is found
// before anything is timed.
func TestGrowthIsChecked(t *testing.T) {
	rules, err := egraph.ParseRules(mathsuite.Regroup...)
	if err != nil {
		t.Fatal(err)
	}
	classes, nodes := mathsuite.Regrouped(4)
	want := result{terms: nodes, value: float64(classes)}
	verify := func(limit egraph.RunOption, want result) error {
		c := algebraCase{name: "sum", want: want}
		side := &goSide{cases: map[string]preparation{"sum": saturation(t.Context(), rules, []string{sum(4)}, limit)}}
		return verifyCases(t.Context(), []column{{Side{Name: "side"}, side}}, []algebraCase{c})
	}
	if err := verify(egraph.Iterations(100), want); err != nil {
		t.Error(err)
	}
	for what, err := range map[string]error{
		"a node less":   verify(egraph.Iterations(100), result{nodes - 1, want.value}),
		"a class more":  verify(egraph.Iterations(100), result{nodes, want.value + 1}),
		"not saturated": verify(egraph.Iterations(1), want),
	} {
		var wrong *ResultError
		if !errors.As(err, &wrong) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestProofsAreChecked(t *testing.T) {
	theory, err := laws()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		from, to string
		fails    bool
	}{
		{"(d x (* y x))", "y", false},
		{"(d x x)", "x", true},
		{"(/ y y)", "1", false},
		{"(/ 0 0)", "1", true},
		{"(d y x)", "0", false},
	} {
		p := &proving{Proof: mathsuite.Proof{From: test.from, To: test.to}, theory: theory}
		err := p.prove(t.Context())
		var wrong *ResultError
		if errors.As(err, &wrong) != test.fails || !test.fails && err != nil {
			t.Errorf("%s = %s: %v", test.from, test.to, err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	cancel(why)
	p := &proving{Proof: mathsuite.Proofs[2], theory: theory}
	if err := p.prove(ctx); !errors.Is(err, why) {
		t.Errorf("cancelled: %v", err)
	}
}
