package egraph

import (
	"errors"
	"testing"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// A rule that asks Go functions about terms is an error: its counterpart would
// hold where the rule does not.
func TestFromRuleNotPortable(t *testing.T) {
	no := func(*rewrite.Tree) bool { return false }
	even := rewrite.Predicate("even", no)
	guard := rewrite.When(func(*rewrite.Bindings[*rewrite.Tree]) bool { return false })
	for name, tt := range map[string]struct {
		text string
		opts []rewrite.Option
	}{
		"predicate on a slot":                   {"f(?x:even) => g(?x)", []rewrite.Option{even}},
		"predicate in the condition":            {"f(?x) => g(?x) if even(?x)", []rewrite.Option{even}},
		"predicate of the other direction only": {"f(?x:even) <=> g(?x)", []rewrite.Option{even}},
		"guard":                                 {"f(?x) => g(?x)", []rewrite.Option{guard}},
		"guard beside a condition":              {"f(?x) => g(?x) if ?x > 0", []rewrite.Option{guard}},
	} {
		r, err := rewrite.Parse(rewrite.Trees, tt.text, tt.opts...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var e *RuleError
		if rules, err := FromRule(r); !errors.As(err, &e) || e.Rule != tt.text {
			t.Errorf("%s: %v, %v", name, rules, err)
		}
	}
	// What is not asked for does no harm.
	if _, err := FromRule(rewrite.MustParse(rewrite.Trees, "f(?x) => g(?x) if ?x > 0", even)); err != nil {
		t.Error(err)
	}
}
