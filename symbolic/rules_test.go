package symbolic

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// The rules that come with the package keep what their classes promise, in both
// directions. What Simplify uses loses no value either.
func TestRuleClasses(t *testing.T) {
	for s := range ruleSets {
		for _, r := range RuleSet(s).Rules() {
			for _, r := range []*rewrite.Rule[Expr]{r, r.Reverse()} {
				if r == nil {
					continue
				}
				if err := checkClass(r); err != nil {
					t.Errorf("%v: %v", RuleSet(s), err)
				}
			}
		}
		switch RuleSet(s) {
		case ArithmeticRules, DivisionRules, PowerRules, ExpRules, TrigRules, HyperbolicRules, AbsRules, MinMaxRules, LogicRules, RoundRules:
			for _, r := range RuleSet(s).Rules() {
				if err := checkKeeps(r); err != nil {
					t.Errorf("%v: %v", RuleSet(s), err)
				}
			}
		}
	}
}

// Rules that are wrong, or claim too much, are found.
func TestRuleClassesPlanted(t *testing.T) {
	for _, tt := range []struct {
		class rewrite.Class
		text  string
		want  string // in the error
	}{
		{rewrite.Domain, "sin(?x)^2 + cos(?x)^2 => 2", "differ"},
		{rewrite.Domain, "sqrt(?x^2) => ?x", "differ"},
		{rewrite.Domain, "log(?a*?b) => log(?a) - log(?b)", "differ"},
		{rewrite.Domain, "floor(?x + ?y) => floor(?x) + floor(?y)", "differ"},
		{rewrite.Domain, "min(?x, ?y) => ?x", "differ"},
		{rewrite.Domain, "(?x^?n:even)^?m => ?x^(?n*?m)", "differ"},
		{rewrite.Domain, "!(?a < ?b) => ?a > ?b", "differ"},
		{rewrite.Rounding, "?x/?x => 1", "defined"},
		{rewrite.Rounding, "log(exp(?x)) => ?x", "finite"},
		{rewrite.Rounding, "exp(log(?x)) => ?x", "defined"},
		{rewrite.Rounding, "sqrt(?x)^2 => ?x", "defined"},
		{rewrite.Rounding, "?x*0 => 0", "NaN"},
		{rewrite.Rounding, "?x - ?x => 0", "NaN"},
		{rewrite.Rounding, "!(?a < ?b) => ?a >= ?b", "NaN"},
		{rewrite.Rounding, "cosh(?x)^2 - sinh(?x)^2 => 1", "NaN"},
		{rewrite.Exact, "?x + 0 => ?x", "bits"},
		{rewrite.Exact, "?a*(?b + ?c) => ?a*?b + ?a*?c", "bits"},
		{rewrite.Exact, "?x/?c:exact => ?x*(1/?c) if ?c != 0", "bits"},
		{rewrite.Exact, "-(?a - ?b) => ?b - ?a", "bits"},
		{rewrite.Exact, "min(?a, ?b) => min(?b, ?a)", "bits"},
		{rewrite.Exact, "?a*?b + ?c => fma(?a, ?b, ?c)", "bits"},
		{rewrite.Exact, "abs(sqrt(?x)) => sqrt(?x)", "bits"},
		{rewrite.Exact, "select(?a <= ?b, ?a, ?b) => min(?a, ?b)", "bits"},
		{rewrite.Exact, "sinh(?x) => cosh(?x) if integer(?x) && !integer(?x)", "never"},
	} {
		err := checkClass(rewrite.MustParse(Terms, tt.text, tt.class))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v %s: error %v, want one with %q", tt.class, tt.text, err, tt.want)
		}
	}
	if err := checkKeeps(rewrite.MustParse(Terms, "log(?a*?b) => log(?a) + log(?b)")); err == nil {
		t.Error("a rule that loses values passes")
	}
}

// ruleCase is a term that a rule changes, and what it makes of it.
type ruleCase struct {
	before, after Expr
	vars          []Expr
}

// special are numbers that rules are likely to get wrong. Those that rules ask
// for exact numbers, or take as exponents, are from ruleNumbers.
var special = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.5, 2, -3, 1.0 / 3, math.NaN(), math.Inf(1), math.Inf(-1),
	math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, -0x1p-1022, 0x1p52 + 0.5, -0x1p53, 709.9, -745.2,
}

var ruleNumbers = []*big.Rat{
	big.NewRat(2, 1), big.NewRat(-1, 1), big.NewRat(0, 1), big.NewRat(1, 1), big.NewRat(3, 1), big.NewRat(-2, 1), big.NewRat(-3, 1),
	big.NewRat(4, 1), big.NewRat(1, 2), big.NewRat(-3, 2), big.NewRat(1, 3), big.NewRat(10, 1),
}

// ruleCases are terms of the form of the rule's left side, with variables for
// its slots, but numbers where it asks for them.
func ruleCases(r *rewrite.Rule[Expr]) ([]ruleCase, error) {
	var numbers, truths []string
	var kinds func(p *rewrite.Pattern, truth bool)
	kinds = func(p *rewrite.Pattern, truth bool) {
		if p.Kind != rewrite.CallKind {
			if p.Kind == rewrite.SlotKind && truth {
				truths = append(truths, p.Name)
			} else if p.Predicate != "" || p.Kind == rewrite.DefaultKind {
				numbers = append(numbers, p.Name)
			}
			return
		}
		for i, a := range p.Args {
			if p.Head == "^" && i == 1 && a.Kind == rewrite.SlotKind {
				numbers = append(numbers, a.Name)
			}
			kinds(a, p.Head == "&&" || p.Head == "||" || p.Head == "!" || p.Head == "select" && i == 0)
		}
	}
	kinds(r.Left(), false)

	var cases []ruleCase
	n := len(ruleNumbers)
	for i := range n * n {
		value := map[string]Expr{}
		used := 0
		for _, name := range numbers {
			if _, ok := value[name]; !ok {
				value[name] = Exact(ruleNumbers[[]int{i % n, i / n}[used%2]])
				used++
			}
		}
		if i > 0 && used == 0 || i >= n && used == 1 {
			break
		}
		for _, name := range truths {
			value[name] = Lt(Var(name+"_1"), Var(name+"_2"))
		}
		c := ruleCase{before: filled(r.Left(), value)}
		var err error
		if c.after, err = rewrite.Run(context.Background(), Terms, rewrite.Rewriter[Expr](r), c.before); err != nil {
			return nil, err
		}
		if c.after != c.before {
			c.vars = Vars(c.before, c.after)
			cases = append(cases, c)
		}
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("%s: never applies", r.Name())
	}
	return cases, nil
}

// filled is a pattern's term, with variables for slots that have no value.
func filled(p *rewrite.Pattern, value map[string]Expr) Expr {
	switch p.Kind {
	case rewrite.NumberKind:
		return Exact(p.Number)
	case rewrite.CallKind:
		args := make([]Expr, len(p.Args))
		for i, a := range p.Args {
			args[i] = filled(a, value)
		}
		return Terms.Make(Expr{}, p.Head, args)
	}
	if v, ok := value[p.Name]; ok {
		return v
	}
	return Var(p.Name)
}

// checkClass evaluates both sides of a rule: for Exact in float64, with all
// special values; for the others as real numbers, too.
func checkClass(r *rewrite.Rule[Expr]) error {
	cases, err := ruleCases(r)
	if err != nil {
		return err
	}
	rnd := rand.New(rand.NewPCG(7, 8))
	for _, c := range cases {
		fail := func(msg string, args ...any) error {
			return fmt.Errorf("%v rule %s: %v and %v %s", r.Class(), r.Name(), c.before, c.after, fmt.Sprintf(msg, args...))
		}
		if r.Class() == rewrite.Exact {
			if err := checkExact(c, rnd, fail); err != nil {
				return err
			}
			continue
		}
		if err := checkReal(c, r.Class(), rnd, fail); err != nil {
			return err
		}
		if r.Class() == rewrite.Rounding {
			if err := checkFloat(c, rnd, fail); err != nil {
				return err
			}
		}
	}
	return nil
}

type failer func(msg string, args ...any) error

// checkExact asks for the same bits at all tuples of special values (of three
// variables at the most), and at random bits.
func checkExact(c ruleCase, rnd *rand.Rand, fail failer) error {
	ev, err := NewEvaluator(c.vars, c.before, c.after)
	if err != nil {
		return err
	}
	values := make([]float64, len(c.vars))
	var v [2]float64
	n := 1
	for range min(len(values), 3) {
		n *= len(special)
	}
	for i := range n + 2000 {
		for k, at := 0, i; k < len(values); k++ {
			values[k] = special[at%len(special)]
			if at /= len(special); k >= 3 {
				values[k] = special[rnd.IntN(len(special))]
			}
			if i >= n {
				values[k] = math.Float64frombits(rnd.Uint64())
				if rnd.IntN(2) == 0 {
					values[k] = rnd.NormFloat64()
				}
			}
		}
		if err := ev.Eval(v[:], values); err != nil {
			return err
		}
		if math.Float64bits(v[0]) != math.Float64bits(v[1]) && (v[0] == v[0] || v[1] == v[1]) {
			return fail("have other bits at %v: %v and %v", values, v[0], v[1])
		}
	}
	return nil
}

// checkFloat asks that both sides are finite at the same ordinary values, and
// that they take a NaN among such alike.
func checkFloat(c ruleCase, rnd *rand.Rand, fail failer) error {
	ev, err := NewEvaluator(c.vars, c.before, c.after)
	if err != nil {
		return err
	}
	values := make([]float64, len(c.vars))
	var v [2]float64
	for i := range 500 {
		for k := range values {
			values[k] = rnd.NormFloat64() * math.Pow(10, float64(rnd.IntN(7)-3))
			if i%5 == 0 {
				values[k] = math.Round(values[k])
			}
		}
		nan := i%4 == 0 && len(values) > 0
		if nan {
			values[rnd.IntN(len(values))] = math.NaN()
		}
		if err := ev.Eval(v[:], values); err != nil {
			return err
		}
		if nan && (v[0] == v[0] || v[1] == v[1]) && !(math.Abs(v[0]-v[1]) <= 1e-6*math.Abs(v[0])) {
			return fail("take NaN differently at %v: %v and %v", values, v[0], v[1])
		}
		if finite := func(v float64) bool { return v-v == 0 }; !nan && finite(v[0]) != finite(v[1]) {
			if _, ok := realValue(c.before, c.vars, values); ok {
				return fail("are not finite alike at %v: %v and %v", values, v[0], v[1])
			}
		}
	}
	return nil
}

// checkReal asks that both sides are equal as real numbers where both have a
// value; for Rounding, also that they have one at the same places.
func checkReal(c ruleCase, class rewrite.Class, rnd *rand.Rand, fail failer) error {
	checked := 0
	for i := range 40 {
		values := realPoint(c.vars, i, rnd)
		a, okA := realValue(c.before, c.vars, values)
		b, okB := realValue(c.after, c.vars, values)
		if okA != okB && class == rewrite.Rounding {
			return fail("are not both defined at %v: %v and %v", values, okA, okB)
		}
		if okA && okB {
			checked++
			if !close2(a, b, 250) {
				return fail("differ at %v: %.20g and %.20g", values, a, b)
			}
		}
	}
	if checked == 0 {
		return fail("are nowhere both defined")
	}
	return nil
}

// checkKeeps asks that the rule does not lose the value of a term that has one.
func checkKeeps(r *rewrite.Rule[Expr]) error {
	cases, err := ruleCases(r)
	if err != nil {
		return err
	}
	rnd := rand.New(rand.NewPCG(9, 10))
	for _, c := range cases {
		for i := range 40 {
			values := realPoint(c.vars, i, rnd)
			_, okA := realValue(c.before, c.vars, values)
			if _, okB := realValue(c.after, c.vars, values); okA && !okB {
				return fmt.Errorf("%s: %v has a value at %v, %v has none", r.Name(), c.before, values, c.after)
			}
		}
	}
	return nil
}

// realPoint is the i-th of some points: first those of small numbers.
func realPoint(vars []Expr, i int, rnd *rand.Rand) []float64 {
	values := make([]float64, len(vars))
	small := []float64{0, 1, -1, 0.5, 2, -2}
	for k := range values {
		switch {
		case i < len(small):
			values[k] = small[(i+k)%len(small)]
		case i < 2*len(small):
			values[k] = small[rnd.IntN(len(small))]
		default:
			values[k] = math.Round(rnd.NormFloat64()*0x1p20) / 0x1p18
		}
	}
	return values
}

// realValue is a value to more digits than any cancellation here takes.
func realValue(e Expr, vars []Expr, values []float64) (v *big.Float, ok bool) {
	at := map[Expr]*big.Float{}
	for i, x := range vars {
		at[x] = big.NewFloat(values[i])
	}
	v, err := EvalBig(e, 500, at)
	var eval *EvalError
	if err != nil && !errors.As(err, &eval) {
		panic(err)
	}
	return v, err == nil
}
