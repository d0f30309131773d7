package rewrite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// counting counts the terms that it is asked about.
func counting(r Rewriter[*Tree], n *int) Rewriter[*Tree] {
	return Func[*Tree](func(s *State[*Tree], t *Tree) (*Tree, bool, error) {
		*n++
		return r.Rewrite(s, t)
	})
}

func run(t *testing.T, r Rewriter[*Tree], tree *Tree, opts ...RunOption) *Tree {
	t.Helper()
	u, err := Run(context.Background(), Trees, r, tree, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func walkers(r Rewriter[*Tree]) map[string]Rewriter[*Tree] {
	return map[string]Rewriter[*Tree]{
		"Postwalk": Postwalk(r), "Prewalk": Prewalk(r), "ParallelPostwalk": ParallelPostwalk(r, 1), "ParallelPrewalk": ParallelPrewalk(r, 1),
	}
}

func TestWalks(t *testing.T) {
	for _, tt := range []struct{ rule, term, post, pre string }{
		{"a => b", "f(a, g(a), c)", "(f b (g b) c)", "(f b (g b) c)"},
		{"f(?x) => ?x", "f(f(f(a)))", "a", "(f a)"},
		{"f(g(?x)) => h(?x)", "f(g(f(g(a))))", "(h (h a))", "(h (h a))"},
		{"f(?x) => g(f1(?x))", "f(f(a))", "(g (f1 (g (f1 a))))", "(g (f1 (g (f1 a))))"},
		{"?x + 0 => ?x", "g(a + 0) + (0 + b)", "(+ (g a) b)", "(+ (g a) b)"},
		{"?x + ?x => 2*?x", "a + b + a + b", "(+ (* 2 a) b b)", "(+ (* 2 a) b b)"},
	} {
		r := MustParse(Trees, tt.rule)
		for name, w := range walkers(r) {
			want := tt.post
			if strings.Contains(name, "Pre") {
				want = tt.pre
			}
			if got := apply(t, w, tt.term); got != want {
				t.Errorf("%s of %s at %s: %s\nwant %s", name, tt.rule, tt.term, got, want)
			}
		}
	}
	same := MustTree("f(a + b*c, g(a))")
	for name, w := range walkers(MustParse(Trees, "z => y")) {
		if u := run(t, w, same); u != same {
			t.Errorf("%s makes another term of %v where nothing applies", name, same)
		}
	}
	// What does not change stays the same term.
	half := MustTree("f(g(a, b), h(c))")
	u := run(t, Postwalk[*Tree](MustParse(Trees, "c => d")), half)
	if u.Args[0] != half.Args[0] || u.String() != "(f (g a b) (h d))" {
		t.Error(u)
	}
}

// A term with sharing is walked in its size, not in the size of its text.
func TestShared(t *testing.T) {
	tree := MustTree("a")
	const levels = 60
	for range levels {
		tree = &Tree{Head: "f", Args: []*Tree{tree, tree}}
	}
	sum := MustTree("a")
	for range levels {
		sum = &Tree{Head: "+", Args: []*Tree{sum, sum}}
	}
	rules := Chain[*Tree](MustParse(Trees, "a => b"), MustParse(Trees, "g(?x) => ?x"), MustParse(Trees, "?x*0 => 0"), MustParse(Trees, "c + ?!x => ?x"))
	for _, shared := range []*Tree{tree, sum} {
		for name, w := range map[string]func(Rewriter[*Tree]) Rewriter[*Tree]{"Postwalk": Postwalk[*Tree], "Prewalk": Prewalk[*Tree]} {
			n := 0
			u := run(t, w(counting(rules, &n)), shared)
			if n != levels+1 {
				t.Errorf("%s visits %d terms, want %d", name, n, levels+1)
			}
			if got := countTerms(u, Trees); got != levels+1 {
				t.Errorf("%s makes %d terms, want %d", name, got, levels+1)
			}
			leaf := u
			for leaf.Head != "" {
				leaf = leaf.Args[0]
			}
			if leaf.Name != "b" {
				t.Error(leaf)
			}
		}
	}
	// Equality of two such terms, and matching of repeated slots.
	other := MustTree("a")
	for range levels {
		other = &Tree{Head: "f", Args: []*Tree{other, other}}
	}
	two := &Tree{Head: "h", Args: []*Tree{tree, other}}
	if u := run(t, MustParse(Trees, "h(?x, ?x) => ?x"), two); u != tree {
		t.Error("equal terms with sharing are not equal")
	}
}

func TestDeep(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 100_000
	}
	chain := func(head string, more ...*Tree) *Tree {
		t := MustTree("a")
		for range n {
			t = &Tree{Head: head, Args: append([]*Tree{t}, more...)}
		}
		return t
	}
	depth := func(t *Tree) (n int) {
		for ; t.Head != ""; t = t.Args[0] {
			n++
		}
		return n
	}
	f := chain("f")
	rules := Chain[*Tree](MustParse(Trees, "a => b"), MustParse(Trees, "f(?x) => g(?x)"))
	for name, w := range walkers(rules) {
		f, n := f, n
		for strings.HasPrefix(name, "Parallel") && n > 100_000 {
			f = f.Args[0]
			n--
		}
		if u := run(t, w, f); depth(u) != n || u.Head != "g" {
			t.Errorf("%s: %d levels of %s", name, depth(u), u.Head)
		}
	}
	if !Trees.Equal(f, chain("f")) {
		t.Error("two deep terms are not equal")
	}
	// A sum that is nested n deep is looked at once, and by its first 4096
	// arguments.
	n /= 5
	sum := chain("+", MustTree("c"))
	ac := Chain[*Tree](MustParse(Trees, "z + ?x => ?x"), MustParse(Trees, "c + c => d"))
	if u := run(t, Postwalk(ac), sum); u.Head != "+" || u == sum {
		t.Error("nothing was done in a deep sum")
	}
	exact := MustParse(Trees, "?x + c => ?x", Exact)
	if u := run(t, Postwalk[*Tree](exact), sum); u.String() != "a" {
		t.Errorf("%.50v", u)
	}
	n *= 5
	text := strings.Repeat("f(", n) + "a" + strings.Repeat(")", n)
	if u := MustTree(text); len(u.String()) != len(text)+n {
		t.Error(len(u.String()))
	}
}

func TestChains(t *testing.T) {
	ab, bc, ca, fg := MustParse(Trees, "a => b"), MustParse(Trees, "b => c"), MustParse(Trees, "c => d"), MustParse(Trees, "f(?x) => ?x")
	for _, tt := range []struct {
		r          Rewriter[*Tree]
		term, want string
	}{
		{Chain[*Tree](ab, bc, ca), "a", "d"},
		{Chain[*Tree](ca, bc, ab), "a", "b"},
		{RestartedChain[*Tree](ca, bc, ab), "a", "d"},
		{Rules(fg, ab), "f(a)", "b"},
		{Rules(ab, fg), "f(a)", "a"},
		{Chain(Postwalk[*Tree](ab), fg, bc), "f(a)", "c"},
		{Chain[*Tree](), "f(a)", "(f a)"},
		{Fixpoint[*Tree](fg), "f(f(f(a)))", "a"},
		{Fixpoint(Chain[*Tree](ca, bc, ab)), "a", "d"},
		{If(func(t *Tree) bool { return t.Name == "a" }, Rewriter[*Tree](Rules(ab, bc))), "a", "c"},
		{If(func(t *Tree) bool { return t.Name == "a" }, Rewriter[*Tree](Rules(ab, bc))), "b", "b"},
		{Postwalk(IfElse(func(t *Tree) bool { return t.Name == "a" }, Rewriter[*Tree](ab), Rewriter[*Tree](bc))), "h(a, b)", "(h b c)"},
		{PassThrough[*Tree](ab), "z", "z"},
		{PassThrough[*Tree](ab), "a", "b"},
		{Fixpoint(PassThrough[*Tree](ab)), "a", "b"},
		{RestartedChain(PassThrough[*Tree](ab)), "a", "b"},
	} {
		if got := apply(t, tt.r, tt.term); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.term, got, tt.want)
		}
	}
	// Only rules that can match a head are tried: n is the terms' predicates.
	n := 0
	count := Predicate("count", func(*Tree) bool { n++; return true })
	var rules []*Rule[*Tree]
	for i := range 100 {
		rules = append(rules, MustParse(Trees, fmt.Sprintf("f%d(?x:count) => ?x", i), count))
	}
	if apply(t, Rules(rules...), "f42(a)"); n != 1 {
		t.Errorf("%d rules were tried", n)
	}
}

func TestClasses(t *testing.T) {
	r := Rules(MustParse(Trees, "a => b", Exact), MustParse(Trees, "b => c", Rounding), MustParse(Trees, "c => d"))
	for class, want := range map[Class]string{Exact: "b", Rounding: "c", Domain: "d"} {
		for _, w := range []Rewriter[*Tree]{Limit(class, r), Limit(class, Limit(Domain, r)), ParallelPostwalk(Limit(class, r), 1), Limit(class, ParallelPrewalk(r, 1))} {
			if got := apply(t, w, "a"); got != want {
				t.Errorf("%v: %s, want %s", class, got, want)
			}
		}
	}
	if fmt.Sprint(Exact, Rounding, Domain, Class(9)) != "exact rounding domain Class(9)" {
		t.Error(Exact, Rounding, Domain, Class(9))
	}
}

func TestBudget(t *testing.T) {
	swap := Rules(MustParse(Trees, "f(?x, ?y) => f(?y, ?x)", Named("swap")))
	grow := MustParse(Trees, "f(?x) => f(f(?x))", Named("grow"))
	self := MustParse(Trees, "a => f(a)", Named("self"))
	blow := MustParse(Trees, "?a + ?b + ?c + ?d + ?e + ?f + ?g => z if ?a == b", Named("blow"))
	wide := MustTree("a")
	for i := range 30 {
		wide = Trees.Make(nil, "+", []*Tree{wide, MustTree(fmt.Sprint("x", i))})
	}
	forever := Func[*Tree](func(_ *State[*Tree], t *Tree) (*Tree, bool, error) {
		return &Tree{Head: "g", Args: []*Tree{t}}, true, nil
	})
	for _, tt := range []struct {
		r     Rewriter[*Tree]
		tree  *Tree
		what  string
		limit int
		rule  string
	}{
		{Fixpoint(swap), MustTree("f(a, b)"), "firings", 100, "swap"},
		{RestartedChain[*Tree](swap), MustTree("f(a, b)"), "firings", 100, "swap"},
		{Fixpoint(Postwalk(swap)), MustTree("g(f(a, f(c, d)))"), "firings", 100, "swap"},
		{Prewalk[*Tree](grow), MustTree("f(a)"), "firings", 100, "grow"},
		{ParallelPrewalk[*Tree](grow, 1), MustTree("f(a)"), "firings", 100, "grow"},
		{Fixpoint(Postwalk[*Tree](grow)), MustTree("f(a)"), "firings", 100, "grow"},
		{Prewalk[*Tree](self), MustTree("h(a)"), "loop", 0, "self"},
		{blow, wide, "steps of matching", 1000, "blow"},
		{Postwalk[*Tree](blow), wide, "steps of matching", 1000, "blow"},
		{Fixpoint[*Tree](forever), MustTree("a"), "rounds", 100, ""},
		{Prewalk[*Tree](forever), MustTree("b"), "loop", 0, ""},
	} {
		u, err := Run(context.Background(), Trees, tt.r, tt.tree, Limits{Firings: 100, Steps: 1000})
		var b *BudgetError
		if !errors.As(err, &b) || b.What != tt.what || b.Limit != tt.limit || u != tt.tree {
			t.Errorf("%s: %v, want %d %s", tt.rule, err, tt.limit, tt.what)
			continue
		}
		if tt.rule != "" && !slices.Contains(b.Rules, tt.rule) || err.Error() == "" || len(b.Rules) > 8 {
			t.Errorf("%s: %v", tt.rule, err)
		}
	}
	// The defaults end too.
	for text, r := range map[string]Rewriter[*Tree]{"f(a, b)": Fixpoint(swap), "f(a)": Prewalk[*Tree](grow)} {
		var b *BudgetError
		if _, err := Run(context.Background(), Trees, r, MustTree(text)); !errors.As(err, &b) {
			t.Error(err)
		}
	}
	if err := blow.Matches(wide, func(*Bindings[*Tree]) bool { return true }); err == nil {
		t.Error("no error")
	}
}

func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	r := Func[*Tree](func(_ *State[*Tree], t *Tree) (*Tree, bool, error) {
		if n++; n == 1000 {
			cancel()
		}
		return &Tree{Head: "g", Args: []*Tree{t}}, true, nil
	})
	tree := MustTree("a")
	if u, err := Run(ctx, Trees, Fixpoint[*Tree](r), tree); !errors.Is(err, context.Canceled) || u != tree || n > 2000 {
		t.Errorf("%v after %d", err, n)
	}
	if _, err := Run(ctx, Trees, Postwalk[*Tree](r), tree); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := Run(context.Background(), Trees, Postwalk[*Tree](Func[*Tree](func(s *State[*Tree], t *Tree) (*Tree, bool, error) {
		return t, false, errors.New(fmt.Sprint(s.Terms() == Trees, s.Context() == context.Background()))
	})), tree); err == nil || err.Error() != "true true" {
		t.Error(err)
	}
}

func TestTrace(t *testing.T) {
	r := Rules(MustParse(Trees, "?x + 0 => ?x", Named("zero")), MustParse(Trees, "?x*1 => ?x", Named("one")))
	for _, w := range []Rewriter[*Tree]{Postwalk(r), ParallelPostwalk(r, 1)} {
		var lines []string
		trace := Trace(func(s Step[*Tree]) {
			lines = append(lines, fmt.Sprintf("%d %v: %v -> %v", s.N, s.Rule, s.Before, s.After))
		})
		run(t, w, MustTree("f(a*1 + 0, b + 0)"), trace)
		want := []string{"0 one: (* a 1) -> a", "1 zero: (+ a 0) -> a", "2 zero: (+ b 0) -> b"}
		if !slices.Equal(lines, want) {
			t.Errorf("%q", lines)
		}
	}
}

// random is a random tree, and sharing terms that were made before.
func random(r *rand.Rand, n int) *Tree {
	made := []*Tree{MustTree("a"), MustTree("b"), MustTree("c"), MustTree("0"), MustTree("1"), MustTree("2")}
	for range n {
		pick := func() *Tree {
			if r.IntN(3) == 0 {
				return made[r.IntN(len(made))]
			}
			return made[len(made)-1-r.IntN(min(len(made), 6))]
		}
		t := &Tree{Args: []*Tree{pick()}}
		switch h := r.IntN(6); h {
		case 0, 1, 2:
			t.Head = []string{"+", "*", "^"}[h]
			t.Args = append(t.Args, pick())
			for h < 2 && r.IntN(3) == 0 {
				t.Args = append(t.Args, pick())
			}
		default:
			t.Head = []string{"f", "g", "h"}[h-3]
		}
		made = append(made, t)
	}
	return made[len(made)-1]
}

func algebra(opts ...Option) Rewriter[*Tree] {
	var rs []*Rule[*Tree]
	for _, text := range []string{
		"?x + 0 => ?x", "?x*0 => 0", "?x*1 => ?x", "?x^1 => ?x", "?x^0 => 1", "?!c:number*?x + ?!c:number*?x => (2*?c)*?x", "?x^?!m*?x^?!n => ?x^(?m + ?n)",
		"f(?x)*f(?y) => f(?x + ?y)", "g(g(?x)) => ?x", "h(?x + ??y) => h(?x) + h(0 + ??y)", "f(0) => 1", "g(??a, b) => c",
	} {
		rs = append(rs, MustParse(Trees, text, opts...))
	}
	return Rules(rs...)
}

// The same term, the same order of rules and the same errors in every run, by
// whichever number of goroutines.
func TestDeterministic(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	rules := algebra()
	for range 20 {
		tree := random(rng, 60)
		var want []string
		for i := range 5 {
			var got []string
			u, err := Run(context.Background(), Trees, Fixpoint(Postwalk(rules)), tree, Trace(func(s Step[*Tree]) {
				got = append(got, s.Rule.Name())
			}), Limits{Firings: 1000, Steps: 1 << 14})
			got = append(got, fmt.Sprintf("%.1000v %v", short(u), err))
			if i == 0 {
				want = got
			} else if !slices.Equal(got, want) {
				t.Fatalf("%v\n%v", got, want)
			}
		}
	}
}

// short is the text of a tree if that is not too long.
func short(t *Tree) string {
	if treeSize(t) > 2000 {
		return "large"
	}
	return t.String()
}

func treeSize(t *Tree) float64 {
	size := map[*Tree]float64{}
	visits, edges, _ := discover(&State[*Tree]{terms: Trees, ctx: context.Background()}, t)
	for _, v := range visits {
		n := 1.0
		for _, e := range edges[v.first : v.first+v.args] {
			n += size[visits[e].t]
		}
		size[v.t] = n
	}
	return size[t]
}

func TestParallel(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	rules := algebra()
	n := 8
	if testing.Short() {
		n = 2
	}
	for range n {
		tree := random(rng, 300)
		for _, cutoff := range []int{0, 1, 10, 1000} {
			lim := Limits{Steps: 1 << 14, Firings: 2000}
			a, err1 := Run(context.Background(), Trees, Postwalk(rules), tree, lim)
			b, err2 := Run(context.Background(), Trees, ParallelPostwalk(rules, cutoff), tree, lim)
			if (err1 == nil) != (err2 == nil) || !Trees.Equal(a, b) {
				t.Fatalf("postwalk, cutoff %d: %v, %v", cutoff, err1, err2)
			}
			a, err1 = Run(context.Background(), Trees, Prewalk(rules), tree, lim)
			b, err2 = Run(context.Background(), Trees, ParallelPrewalk(rules, cutoff), tree, lim)
			if (err1 == nil) != (err2 == nil) || !Trees.Equal(a, b) {
				t.Fatalf("prewalk, cutoff %d: %v, %v", cutoff, err1, err2)
			}
		}
	}
}

// Rules are shared by goroutines.
func TestConcurrent(t *testing.T) {
	rules := ParallelPostwalk(algebra(), 4)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			rng := rand.New(rand.NewPCG(5, 5))
			for range 10 {
				tree := random(rng, 100)
				u, err := Run(context.Background(), Trees, rules, tree, Limits{Steps: 1 << 14})
				v, err2 := Run(context.Background(), Trees, rules, tree, Limits{Steps: 1 << 14})
				if (err == nil) != (err2 == nil) || !Trees.Equal(u, v) {
					t.Errorf("%d: %v, %v", i, err, err2)
				}
			}
		})
	}
	wait.Wait()
	runtime.KeepAlive(rules)
}
