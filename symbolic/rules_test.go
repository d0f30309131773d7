package symbolic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// The rules that come with the package keep what their classes promise, in both
// directions.
func TestRuleClasses(t *testing.T) {
	for s := range ruleSets {
		t.Run(RuleSet(s).String(), func(t *testing.T) {
			t.Parallel()
			for _, r := range ruleSets[s].rules {
				if err := checkRule(r.class, r.text); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// They keep it as they are read for canonical terms, too: those that are not
// Exact, since canonical terms do not say how they are computed. Some say nothing
// then, and some are about what such terms do not have.
func TestRuleClassesCanonical(t *testing.T) {
	for s := range ruleSets {
		for _, text := range ruleSets[s].rules {
			r := rewrite.MustParse(Terms, text.text, max(text.class, rounding), rewrite.Canonical())
			plain := rewrite.MustParse(Terms, text.text)
			if fmt.Sprint(r.Left(), r.Right()) == fmt.Sprint(plain.Left(), plain.Right()) {
				continue
			}
			for _, r := range []*rewrite.Rule[Expr]{r, r.Reverse()} {
				if r == nil || r.Left().String() == r.Right().String() {
					continue
				}
				if err := checkClass(r); err != nil && !strings.HasSuffix(err.Error(), "never applies") {
					t.Errorf("%v: %v", RuleSet(s), err)
				}
			}
		}
	}
}

// Rounding rules that turn a result with all its digits into one with few, where
// it does not depend on the last bits of the operands, are in AccurateRules alone.
func TestRulesKeepDigits(t *testing.T) {
	losing := 0
	for s := range ruleSets {
		for _, r := range RuleSet(s).Rules() {
			for _, r := range []*rewrite.Rule[Expr]{r, r.Reverse()} {
				if r == nil || r.Class() != rounding {
					continue
				}
				lost, at, err := digitsLost(r)
				switch {
				case err != nil:
					t.Error(err)
				case lost > 3 && RuleSet(s) != AccurateRules:
					t.Errorf("%v: %s loses %.1f digits at %v", RuleSet(s), r.Name(), lost, at)
				case lost > 3:
					losing++
				}
			}
		}
	}
	if losing < 8 {
		t.Errorf("%d rules in %v lose digits, which 8 do", losing, AccurateRules)
	}
}

// What Simplify uses loses no value either.
func TestRulesKeepValues(t *testing.T) {
	for _, s := range []RuleSet{ArithmeticRules, DivisionRules, PowerRules, ExpRules, TrigRules, HyperbolicRules, AbsRules, MinMaxRules, LogicRules, RoundRules} {
		for _, r := range s.Rules() {
			if err := checkKeeps(r); err != nil {
				t.Errorf("%v: %v", s, err)
			}
		}
	}
	if err := checkKeeps(rewrite.MustParse(Terms, "log(?a*?b) => log(?a) + log(?b)")); err == nil {
		t.Error("a rule that loses values passes")
	}
}

// No rule is there twice.
func TestRulesDiffer(t *testing.T) {
	seen := map[string]RuleSet{}
	for s := range ruleSets {
		for _, r := range RuleSet(s).Rules() {
			for _, r := range []*rewrite.Rule[Expr]{r, r.Reverse()} {
				if r == nil {
					continue
				}
				text := fmt.Sprint(r.Left(), r.Right(), r.Condition())
				if first, ok := seen[text]; ok {
					t.Errorf("%s is in %v and in %v", r.Name(), first, RuleSet(s))
				}
				seen[text] = RuleSet(s)
			}
		}
	}
}

// checkKeeps asks that the rule does not lose the value of a term that has one.
func checkKeeps(r *rewrite.Rule[Expr]) error {
	cases, err := ruleCases(r)
	if err != nil {
		return err
	}
	rnd := rand.New(rand.NewPCG(9, 10))
	for _, c := range cases {
		for i := range max(60/len(cases), 12) {
			values := realPoint(c.vars, i, rnd)
			for k := range values {
				values[k] = c.signs[k].of(values[k])
			}
			_, okA, _ := bigValue(c.before, c.vars, values, 320)
			if _, okB, tooBig := bigValue(c.after, c.vars, values, 320); okA && !okB && !tooBig {
				return fmt.Errorf("%s: %v has a value at %v, %v has none", r.Name(), c.before, values, c.after)
			}
		}
	}
	return nil
}

// Rules that are wrong, or claim too much, are found; and what is true of them
// passes.
func TestRuleClassesPlanted(t *testing.T) {
	const never = rewrite.Class(0)
	for _, tt := range plantedRules {
		if err := checkRule(tt.claimed, tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v %s: error %v, want one with %q", tt.claimed, tt.text, err, tt.want)
		}
		for c := rewrite.Exact; c <= rewrite.Domain; c++ {
			if err := checkRule(c, tt.text); (err == nil) != (tt.is != never && c >= tt.is) {
				t.Errorf("%s, of class %v, as %v: %v", tt.text, tt.is, c, err)
			}
		}
	}
}

// The machine that rules are checked on computes what an Evaluator does.
func TestRuleMachine(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	vars := []Expr{Var("x"), Var("y"), Var("z")}
	for range 2000 {
		e := randomFloats(rnd, 2+rnd.IntN(12))
		ev, err := NewEvaluator(vars, e)
		if err != nil {
			t.Fatal(err)
		}
		m := machineFor[float64](vars, e)
		for range 10 {
			values := []float64{special[rnd.IntN(len(special))], randomNumber[float64](rnd), rnd.NormFloat64()}
			var want [1]float64
			if err := ev.Eval(want[:], values); err != nil {
				t.Fatal(err)
			}
			if got, _ := m.run(values); math.Float64bits(got) != math.Float64bits(want[0]) && (got == got || want[0] == want[0]) {
				t.Fatalf("%v at %v: %v, want %v", e, values, got, want[0])
			}
		}
	}
}
