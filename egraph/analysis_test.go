package egraph

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// randomExpr is a random term of the operations that analyses know.
func randomExpr(r *rand.Rand, leaves []symbolic.Expr, depth int) symbolic.Expr {
	if depth == 0 || r.IntN(7) == 0 {
		return leaves[r.IntN(len(leaves))]
	}
	a := func() symbolic.Expr { return randomExpr(r, leaves, depth-1) }
	switch r.IntN(16) {
	case 0, 1:
		return a().Add(a())
	case 2:
		return a().Sub(a())
	case 3, 4:
		return a().Mul(a())
	case 5:
		return a().Div(a())
	case 6:
		return a().Neg()
	case 7:
		return a().Pow([]int{2, 3, -1, -2, 0, 1, 4, 7}[r.IntN(8)])
	case 8:
		return a().Sqrt()
	case 9:
		return a().Abs()
	case 10:
		return symbolic.Min(a(), a())
	case 11:
		return symbolic.Max(a(), a())
	case 12:
		return symbolic.FMA(a(), a(), a())
	case 13:
		return symbolic.Select(symbolic.Lt(a(), a()), a(), a())
	case 14:
		x := a()
		return x.Mul(x)
	}
	names := []string{"exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "cbrt", "sinh", "asinh", "tanh", "atan", "erf", "erfc", "cosh", "acosh", "sin", "cos", "asin", "acos", "floor", "ceil", "trunc", "round", "sign", "tan", "gamma", "hypot", "atan2", "mod", "copysign"}
	name := names[r.IntN(len(names))]
	if f := symbolic.LookupFunction(name, 1); f != nil {
		return symbolic.Call(f, a())
	}
	return symbolic.Call(symbolic.LookupFunction(name, 2), a(), a())
}

// within reports whether v, which is exact but for the last of its 200 bits, is
// in the range.
func within(v *big.Float, r Range) bool {
	r = r.known()
	slack := new(big.Float).Mul(v, big.NewFloat(0x1p-150))
	slack.Abs(slack)
	lo, hi := new(big.Float).Add(v, slack), new(big.Float).Sub(v, slack)
	return lo.Cmp(big.NewFloat(r.Lo)) >= 0 && hi.Cmp(big.NewFloat(r.Hi)) <= 0 && !(r.NonZero && v.Sign() == 0)
}

var rangesTested = map[string]Range{
	"x": {Lo: -3, Hi: 2},
	"y": {Lo: 0.25, Hi: 8},
	"z": {Lo: 0, Hi: 1},
}

// points are values of x, y, z and the unbounded w.
func points(r *rand.Rand) map[symbolic.Expr]*big.Float {
	at := map[symbolic.Expr]*big.Float{}
	for _, name := range []string{"x", "y", "z", "w"} {
		k, ok := rangesTested[name]
		v := k.Lo + (k.Hi-k.Lo)*r.Float64()
		switch {
		case !ok:
			v = math.Ldexp(r.Float64()-0.5, r.IntN(40)-20)
		case r.IntN(5) == 0:
			v = k.Lo
		case r.IntN(5) == 0:
			v = k.Hi
		}
		at[symbolic.Var(name)] = big.NewFloat(v)
	}
	return at
}

func testLeaves() []symbolic.Expr {
	return []symbolic.Expr{symbolic.Var("x"), symbolic.Var("y"), symbolic.Var("z"), symbolic.Var("w"), symbolic.Int(0), symbolic.Int(1), symbolic.Int(-2), symbolic.Rat(1, 3), symbolic.Const(0.1)}
}

// The value of every subterm is in its class's range, at points at which it is
// defined.
func TestRangesHold(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	checked, bounded := 0, 0
	for range 700 {
		e := randomExpr(r, testLeaves(), 4)
		g := New(Ranges(rangesTested))
		id := map[symbolic.Expr]ID{}
		for s := range symbolic.Postorder(e) {
			id[s] = AddTerm(g, symbolic.Terms, s)
		}
		if err := g.Rebuild(); err != nil {
			t.Fatal(err)
		}
		for range 4 {
			at := points(r)
			for s := range symbolic.Postorder(e) {
				v, err := symbolic.EvalBig(s, 200, at)
				if err != nil {
					continue
				}
				k := g.ranges.Of(id[s])
				if !within(v, k) {
					t.Fatalf("%v is %v, not in %v, at %v", s, v, k, at)
				}
				if checked++; !math.IsInf(k.Lo, 0) || !math.IsInf(k.Hi, 0) {
					bounded++
				}
			}
		}
	}
	t.Logf("%d values, %d in ranges with a bound", checked, bounded)
	if bounded < checked/2 {
		t.Error("few ranges say anything")
	}
}

// So it is when rules have been applied whose conditions rest on the ranges.
func TestRangesHoldAfterRules(t *testing.T) {
	var rules []*Rule
	for _, set := range []symbolic.RuleSet{symbolic.ArithmeticRules, symbolic.DivisionRules, symbolic.PowerRules, symbolic.AbsRules, symbolic.MinMaxRules, symbolic.LogicRules} {
		for _, s := range set.Rules() {
			if s.Class() > rewrite.Rounding {
				continue
			}
			if more, err := FromRule(s); err == nil {
				rules = append(rules, more...)
			}
		}
	}
	rules = append(rules, MustRules(
		"(abs ?x) => ?x if ?x >= 0",
		"(abs ?x) => (neg ?x) if ?x <= 0",
		"(sqrt (* ?x ?x)) => ?x if ?x >= 0",
		"(/ ?x ?x) => 1 if ?x != 0",
		"(max ?x 0) => ?x if ?x > 0",
	)...)
	theory, err := NewTheory(rules, Ranges(rangesTested), Folding(rewrite.Rounding), Commutative("+", "*"))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 8))
	merged := 0
	for range 150 {
		e := randomExpr(r, testLeaves(), 3)
		g := theory.New()
		id := map[symbolic.Expr]ID{}
		for s := range symbolic.Postorder(e) {
			id[s] = AddTerm(g, symbolic.Terms, s)
		}
		if _, err := g.Run(context.Background(), theory.Rules(), Iterations(4), Nodes(500)); err != nil {
			t.Fatalf("%v: %v", e, err)
		}
		for range 4 {
			at := points(r)
			if _, err := symbolic.EvalBig(e, 200, at); err != nil {
				continue
			}
			first := map[ID]symbolic.Expr{}
			for s := range symbolic.Postorder(e) {
				v, err := symbolic.EvalBig(s, 200, at)
				if err != nil {
					continue
				}
				if k := g.ranges.Of(id[s]); !within(v, k) {
					t.Fatalf("in %v: %v is %v, not in %v, at %v", e, s, v, k, at)
				}
				c := g.Find(id[s])
				if o, ok := first[c]; ok {
					w, _ := symbolic.EvalBig(o, 200, at)
					d := new(big.Float).Sub(v, w)
					if d.Abs(d).Cmp(big.NewFloat(1e-30)) > 0 && v.Cmp(w) != 0 {
						t.Fatalf("in %v: %v = %v, %v = %v, at %v", e, s, v, o, w, at)
					}
					merged++
				}
				first[c] = s
			}
		}
	}
	t.Logf("%d equal values", merged)
	if merged == 0 {
		t.Error("nothing became equal")
	}
}

func TestFoldingExactly(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	numbers := []symbolic.Expr{symbolic.Int(0), symbolic.Int(1), symbolic.Int(2), symbolic.Int(-3), symbolic.Rat(1, 3), symbolic.Rat(-5, 4), symbolic.Const(0.5), symbolic.Int(9), symbolic.Const(0.1)}
	folded := [4]int{}
	for range 3000 {
		e := randomExpr(r, numbers, 3)
		want, err := symbolic.EvalRat(e, nil)
		for _, class := range []rewrite.Class{rewrite.Exact, rewrite.Rounding} {
			g := New(Folding(class))
			id := AddTerm(g, symbolic.Terms, e)
			if err := g.Rebuild(); err != nil {
				t.Fatal(err)
			}
			var v big.Rat
			if !g.value(uint32(id), &v) {
				continue
			}
			folded[class]++
			if err != nil {
				t.Fatalf("%v: %v, but folded to %v", e, err, &v)
			}
			if v.Cmp(want) != 0 {
				t.Fatalf("%v is %v, but folded to %v", e, want, &v)
			}
			if class != rewrite.Exact || e.Op() == symbolic.OpNumber || e.Op() == symbolic.OpFloat {
				continue
			}
			// Whatever the path, the float64 value has the same bits.
			got, err := symbolic.Eval(e, nil)
			f, _ := v.Float64()
			if err != nil || math.Float64bits(got) != math.Float64bits(f) {
				t.Fatalf("%v computes %v (%v), but folded to %v", e, got, err, f)
			}
		}
	}
	if folded[rewrite.Exact] < 300 || folded[rewrite.Rounding] < 1000 {
		t.Errorf("only %v folded", folded)
	}
}

// Constants that come by merging fold too, and wrong equations are found.
func TestFoldingAfterUnion(t *testing.T) {
	g := New(Folding(rewrite.Rounding))
	e, _ := g.AddSExpr("(+ (* x 2) (sqrt (+ x x)))")
	x, _ := g.AddSExpr("x")
	two, _ := g.AddSExpr("2")
	if _, err := g.Union(x, two); err != nil {
		t.Fatal(err)
	}
	if err := g.Rebuild(); err != nil {
		t.Fatal(err)
	}
	if v := g.NumberOf(e); v == nil || v.RatString() != "6" {
		t.Errorf("%v, want 6", v)
	}
	five, _ := g.AddSExpr("5")
	if _, err := g.Union(e, five); err == nil {
		t.Error("6 = 5 is no error")
	}
}

// counted is an analysis that counts what it is asked.
type counted struct {
	Intervals
	made int
}

func (c *counted) Make(f *Facts[Range], n Node) Range {
	c.made++
	return c.Intervals.Make(f, n)
}

// Ranges that could be narrowed for ever come to rest soon.
func TestRangesComeToRest(t *testing.T) {
	for _, text := range []string{"(+ (/ x 2) 1)", "(+ (* x 999999999/1000000000) 1/500000000)"} {
		g := New()
		a := &counted{Intervals: Intervals{Leaves: map[string]Range{"x": {Lo: -1000, Hi: 1000}}}}
		Attach[Range](g, a)
		x, _ := g.AddSExpr("x")
		e, _ := g.AddSExpr(text)
		if _, err := g.Union(x, e); err != nil {
			t.Fatal(err)
		}
		if err := g.Rebuild(); err != nil {
			t.Fatal(err)
		}
		k := g.ranges.Of(x)
		if !(k.Lo <= 2 && 2 <= k.Hi) || k.Hi-k.Lo >= 2000 {
			t.Errorf("%s: %v", text, k)
		}
		if a.made > 200 {
			t.Errorf("%s: %d ranges were made", text, a.made)
		}
	}
}

// A condition is asked again when more is known of what its slots stand for.
func TestRangesWakeRules(t *testing.T) {
	g := New(Ranges(nil))
	a, _ := g.AddSExpr("(abs x)")
	x, _ := g.AddSExpr("x")
	rules := MustRules("(abs ?x) => ?x if ?x >= 0")
	if _, err := g.Run(context.Background(), rules); err != nil {
		t.Fatal(err)
	}
	if g.Find(a) == g.Find(x) {
		t.Fatal("x need not be positive")
	}
	square, _ := g.AddSExpr("(* y y)")
	if _, err := g.Union(x, square); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Run(context.Background(), rules); err != nil {
		t.Fatal(err)
	}
	if g.Find(a) != g.Find(x) {
		t.Error("the rule was not asked again")
	}
}

func TestRangeText(t *testing.T) {
	for _, c := range []struct {
		text               string
		positive, negative bool
		want               string
	}{
		{"(+ 1 (* a a))", true, false, "[1, +Inf]"},
		{"(exp a)", false, false, "[0, +Inf] without 0"},
		{"(neg (cosh a))", false, true, "[-Inf, -1]"},
		{"(/ 1 (+ 2 (sin a)))", true, false, ""},
		{"(* p p p)", false, false, ""},
	} {
		g := New(Ranges(map[string]Range{"p": {Lo: 0, Hi: 1}}))
		id, err := g.AddSExpr(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Rebuild(); err != nil {
			t.Fatal(err)
		}
		k := g.ranges.Of(id)
		if c.want != "" && k.String() != c.want || k.Positive() != c.positive || k.Negative() != c.negative {
			t.Errorf("%s: %v, positive %v, negative %v", c.text, k, k.Positive(), k.Negative())
		}
	}
}

func TestTypes(t *testing.T) {
	g := New()
	e, _ := g.AddSExpr("(select (&& c (< x y)) (+ x 1) y)")
	truth, _ := g.AddSExpr("(< x y)")
	f := Attach[Type](g, Types{}) // of what is there too
	c, _ := g.AddSExpr("c")
	if err := g.Rebuild(); err != nil {
		t.Fatal(err)
	}
	if f.Of(e) != NumberType || f.Of(truth) != TruthType || f.Of(c) != AnyType {
		t.Errorf("%v %v %v", f.Of(e), f.Of(truth), f.Of(c))
	}
	if _, err := g.Union(e, truth); err != nil {
		t.Fatal(err)
	}
	var wrong *TypeError
	if err := g.Rebuild(); !errors.As(err, &wrong) {
		t.Errorf("%v", err)
	}
}

// depths is an analysis by a user: how deep the flattest term of a class is.
type depths struct{}

func (depths) Make(f *Facts[int], n Node) int {
	d := 0
	for i := range n.NumArgs() {
		d = max(d, f.Of(n.Arg(i)))
	}
	return d + 1
}

func (depths) Join(a, b int) (int, error)        { return min(a, b), nil }
func (depths) Equal(a, b int) bool               { return a == b }
func (depths) Modify(*Facts[int], ID, int) error { return nil }

func ExampleAttach() {
	g := New()
	depth := Attach[int](g, depths{})
	e, _ := g.AddSExpr("(+ (* x (f x)) (* x (- y y)))")
	g.Rebuild()
	fmt.Println(depth.Of(e))
	g.Run(context.Background(), MustRules("(- ?a ?a) => 0", "(* ?a 0) => 0", "(f ?x) => ?x", "(+ ?a 0) => ?a"))
	fmt.Println(depth.Of(e))
	// Output:
	// 4
	// 2
}

// doubles says that (double x) is x + x: an analysis that changes the graph.
type doubles struct{}

func (doubles) Make(*Facts[bool], Node) bool { return true }
func (doubles) Join(a, b bool) (bool, error) { return a || b, nil }
func (doubles) Equal(a, b bool) bool         { return a == b }
func (doubles) Modify(f *Facts[bool], id ID, _ bool) error {
	for n := range f.Graph().Nodes(id) {
		if n.Head() == "double" {
			a := n.Arg(0)
			_, err := f.Graph().Union(id, f.Graph().Add("+", a, a))
			return err
		}
	}
	return nil
}

func TestAnalysisModifies(t *testing.T) {
	g := New()
	depth := Attach[int](g, depths{}) // sees what comes from an analysis after it
	Attach[bool](g, doubles{})
	a, _ := g.AddSExpr("(double (double x))")
	b, _ := g.AddSExpr("(+ (+ x x) (+ x x))")
	if err := g.Rebuild(); err != nil {
		t.Fatal(err)
	}
	if g.Find(a) != g.Find(b) {
		t.Error("what the analysis says is not in the graph")
	}
	for c := range g.Classes() {
		if depth.Of(c) == 0 {
			t.Errorf("nothing is known of class %d", c)
		}
	}
}

// The range of a function of one argument holds its values at the ends and
// inside, also of narrow intervals at places where digits are lost easily.
func TestFunctionRanges(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, name := range []string{"exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "cbrt", "sinh", "asinh", "tanh", "atan", "erf", "erfc", "cosh", "acosh", "sin", "cos", "asin", "acos", "floor", "ceil", "trunc", "round", "sign", "sqrt", "abs", "neg"} {
		checked := 0
		for range 300 {
			centre := []float64{0, 1, -1, 0.5, 30, -30, 700, -740, 1e-300}[r.IntN(9)]
			lo := centre + math.Ldexp(r.Float64()-0.5, -r.IntN(60))
			if r.IntN(8) == 0 {
				lo = centre
			}
			hi := lo + math.Ldexp(r.Float64(), -r.IntN(60))
			k := rangeOfUnary(name, Range{Lo: lo, Hi: hi, NonZero: lo > 0 || hi < 0})
			for _, v := range []float64{lo, hi, lo + (hi-lo)*r.Float64()} {
				x := symbolic.Var("x")
				var e symbolic.Expr
				switch name {
				case "sqrt":
					e = x.Sqrt()
				case "abs":
					e = x.Abs()
				case "neg":
					e = x.Neg()
				default:
					e = symbolic.Call(symbolic.LookupFunction(name, 1), x)
				}
				w, err := symbolic.EvalBig(e, 200, map[symbolic.Expr]*big.Float{x: big.NewFloat(v)})
				if err != nil {
					continue
				}
				if checked++; !within(w, k) {
					t.Fatalf("%s(%v) is %v, not in %v for [%v, %v]", name, v, w, k, lo, hi)
				}
			}
		}
		if checked < 90 {
			t.Errorf("%s: only %d values", name, checked)
		}
	}
}

func ExampleRanges() {
	g := New(Ranges(map[string]Range{"r": {Lo: 0.5, Hi: 10}}))
	a, _ := g.AddSExpr("(abs (+ r (* x x)))")
	b, _ := g.AddSExpr("(+ r (* x x))")
	g.Run(context.Background(), MustRules("(abs ?x) => ?x if ?x >= 0"))
	fmt.Println(g.Find(a) == g.Find(b))
	// Output: true
}
