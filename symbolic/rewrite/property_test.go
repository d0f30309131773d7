package rewrite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// normal is the text of a tree modulo associativity, commutativity and what
// changes nothing: 0 in sums, 1 in products and as an exponent.
func normal(t *Tree) string {
	switch {
	case t.Head == "":
		return t.String()
	case t.Head == "^" && len(t.Args) == 2 && normal(t.Args[1]) == "1":
		return normal(t.Args[0])
	}
	var args []string
	var add func(a *Tree)
	add = func(a *Tree) {
		if a.Head == t.Head && isAC(t.Head) {
			for _, b := range a.Args {
				add(b)
			}
			return
		}
		s := normal(a)
		if isAC(t.Head) && s == identity(t.Head).RatString() {
			return
		}
		// What normal made a sum of may be one.
		if inner, ok := strings.CutPrefix(s, "("+t.Head+" "); ok && isAC(t.Head) {
			args = append(args, splitList(inner[:len(inner)-1])...)
			return
		}
		args = append(args, s)
	}
	for _, a := range t.Args {
		if isAC(t.Head) {
			add(a)
		} else {
			args = append(args, normal(a))
		}
	}
	if isAC(t.Head) {
		slices.Sort(args)
		switch len(args) {
		case 0:
			return identity(t.Head).RatString()
		case 1:
			return args[0]
		}
	}
	return "(" + t.Head + " " + strings.Join(args, " ") + ")"
}

// splitList splits a list of S-expressions.
func splitList(s string) (list []string) {
	depth, from := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ' ':
			if depth == 0 {
				list = append(list, s[from:i])
				from = i + 1
			}
		}
	}
	return append(list, s[from:])
}

// substitute is p with its slots replaced.
func substitute(p *Pattern, b *Bindings[*Tree]) *Tree {
	switch p.Kind {
	case NumberKind:
		return Trees.FromNumber(p.Number)
	case SymbolKind:
		return Trees.FromSymbol(p.Name)
	case SlotKind, DefaultKind:
		return b.Get(p.Name)
	}
	t := &Tree{Head: p.Head}
	for _, a := range p.Args {
		if a.Kind == SegmentKind {
			t.Args = append(t.Args, b.Segment(a.Name)...)
		} else {
			t.Args = append(t.Args, substitute(a, b))
		}
	}
	return t
}

// checkMatches checks that each match makes the term again.
func checkMatches(t *testing.T, r *Rule[*Tree], tree *Tree) (n int) {
	t.Helper()
	m := &matcher[*Tree]{limit: 1 << 14}
	m.yield = func(b *Bindings[*Tree]) bool {
		got := substitute(r.left, b)
		if rest := b.Rest(); len(rest) > 0 {
			got = &Tree{Head: r.left.Head, Args: append([]*Tree{got}, rest...)}
		}
		if g, w := normal(got), normal(tree); g != w {
			t.Fatalf("%v at %v: the match makes %v", r.left, tree, got)
		}
		n++
		return n < 50
	}
	if !r.fits(tree.Head) {
		return 0
	}
	m.start(r, tree)
	if _, err := r.run(m); err != nil {
		var b *BudgetError
		if !errors.As(err, &b) {
			t.Fatal(err)
		}
	}
	return n
}

// generalise is a pattern that a tree is likely to match.
func generalise(r *rand.Rand, t *Tree, depth int) *Pattern {
	switch {
	case r.IntN(4) == 0 || depth == 0:
		return Slot(string(rune('p' + r.IntN(4))))
	case t.Number != nil:
		return Number(t.Number)
	case t.Head == "":
		return Symbol(t.Name)
	}
	p := Call(t.Head)
	for _, a := range t.Args {
		p.Args = append(p.Args, generalise(r, a, depth-1))
	}
	switch last := len(p.Args) - 1; {
	case isAC(t.Head) || t.Head == "^":
		if isAC(t.Head) && r.IntN(2) == 0 {
			r.Shuffle(last+1, func(i, j int) { p.Args[i], p.Args[j] = p.Args[j], p.Args[i] })
		}
		switch r.IntN(6) {
		case 0:
			p.Args[last] = Default("d" + fmt.Sprint(r.IntN(2)))
		case 1:
			if isAC(t.Head) {
				p.Args[r.IntN(last+1)] = Segment("s" + fmt.Sprint(r.IntN(2)))
			}
		}
	case r.IntN(4) == 0:
		p.Args[r.IntN(last+1)] = Segment("s" + fmt.Sprint(r.IntN(2)))
	}
	return p
}

// Whatever matches, putting the bindings into the pattern makes the term.
func TestMatchesAreTerms(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	n, matched := 20_000, 0
	if testing.Short() {
		n = 2000
	}
	for range n {
		tree := random(rng, 8)
		p := generalise(rng, tree, 4)
		for _, m := range []Matching{AC, Commutative, Ordered} {
			r, err := New(Trees, p, Integer(0), m)
			if err != nil {
				continue // a segment at the root, one name for two kinds
			}
			if checkMatches(t, r, tree) > 0 {
				matched++
			}
			checkMatches(t, r, random(rng, 8))
		}
	}
	if matched < n/2 {
		t.Errorf("only %d of %d patterns match what they were made of", matched, n)
	}
}

// All ways in which a sum can match are found, each once, in order.
func TestMatchesAreComplete(t *testing.T) {
	for _, tt := range []struct {
		rule, term string
		want       int
	}{
		{"?x + ?y => 0", "a + b + c + d", 12},
		{"?x + ?y + ?z => 0", "a + b + c + d", 24},
		{"f(?x + ?y) => 0", "f(a + b + c + d)", 4},
		{"?x + ??y => 0", "a + b + c", 3},
		{"?!x + ?y => 0", "a + b", 4}, // the default absent, y each of the two
		{"?x + ?y => 0 if ?x == a", "a + b + c", 2},
		{"f(??x, ??y) => 0", "f(a, b, c)", 4},
		{"f(??x, ?y, ??z) => 0", "f(a, b, c)", 3},
		{"g(?x)*h(?y) => 0", "g(a)*h(b)*g(c)*h(d)*z", 4},
	} {
		r := MustParse(Trees, tt.rule)
		var first []string
		for range 3 {
			var all []string
			err := r.Matches(MustTree(tt.term), func(b *Bindings[*Tree]) bool {
				all = append(all, fmt.Sprint(substitute(r.Left(), b), b.Rest()))
				return true
			})
			if err != nil || len(all) != tt.want {
				t.Errorf("%s at %s: %q, %v, want %d", tt.rule, tt.term, all, err, tt.want)
			}
			if first != nil && !slices.Equal(first, all) {
				t.Errorf("%q and %q", first, all)
			}
			first = all
		}
	}
}

// A rule applies nowhere at no cost but time.
func TestAllocations(t *testing.T) {
	rules := Chain[*Tree](
		MustParse(Trees, "sin(?x)^2 + cos(?x)^2 => 1"),
		MustParse(Trees, "?x + 0 => ?x"),
		MustParse(Trees, "?!c:number*?x + ?!d:number*?x => (?c + ?d)*?x"),
		MustParse(Trees, "f(??a, 1, ??b, ?c:odd) => 0"),
		MustParse(Trees, "?x*?y => 0 if number(?x) && symbol(?x)"),
	)
	s := &State[*Tree]{terms: Trees, ctx: context.Background(), class: Domain, shared: &shared[*Tree]{limits: Limits{Steps: DefaultSteps}}}
	for _, text := range []string{"sin(a)^2 + cos(b)^2 + c*2 + 3*d + sin(f)", "f(1, 2, 3, 4)", "a*b*c", "z"} {
		tree := MustTree(text)
		if n := testing.AllocsPerRun(100, func() {
			if _, ok, err := rules.Rewrite(s, tree); ok || err != nil {
				t.Fatal(text, err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func FuzzRule(f *testing.F) {
	for _, s := range []string{
		"?x + 0 => ?x", "?a*(?b + ?c) <=> ?a*?b + ?a*?c if ?a != 0", "f(??x, ?y:odd, ??z) => g(??z) if number(?y) && !(?y < 2)", "?!c*?x^?!n => ?x", "??x => 1", "a => 1/0",
		"?x => ?y", "x[1] => 2.5", "f(?x) => ?x if ?x^?x > 1e3", "-(-?x) => ?x", "if => if if if < if",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(Trees, text)
		if err != nil {
			var re *RuleError
			if !errors.As(err, &re) || re.Rule != text || re.Offset < 0 || re.Offset > len(text) || re.Msg == "" {
				t.Fatalf("%#v", err)
			}
			_ = err.Error()
			return
		}
		_ = fmt.Sprint(r.Left(), r.Right(), r.Condition(), r.Name())
		again, err := New(Trees, r.Left(), r.Right())
		if err != nil || again.Left() != r.Left() {
			t.Fatal(err)
		}
	})
}

func FuzzMatch(f *testing.F) {
	for _, s := range [][2]string{
		{"?x + 0 => ?x", "a + 0 + b"}, {"f(??x, ?y:odd, ??z) => g(??z)", "f(1, 2, 3)"}, {"?!c*?x + ?!d*?x => (?c + ?d)*?x", "a + 3*a"}, {"sqrt(?a*?b) => ?a", "sqrt(x*y*z)"},
		{"?x^?!n*?y^?!n => ?n if ?x < ?y || ?n == 2", "a^2*b^2"}, {"?x*?y*?z*??w => f(??w)", "a*b*c*d"}, {"(?x + ?y)*?x => 0", "(a + b + c)*(a + b)"},
		{"?x + ?y*?x => 0", "a + b + c*(a + b)"}, {"??x + ??y:number => 0", "1 + a"}, {"0 => 1", "0"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, rule, term string) {
		if len(rule) > 200 || len(term) > 200 {
			return
		}
		tree, err := ParseTree(term)
		if err != nil {
			return
		}
		for _, m := range []Matching{AC, Commutative, Ordered} {
			r, err := Parse(Trees, rule, m)
			if err != nil {
				return
			}
			checkMatches(t, r, tree)
			for _, w := range []Rewriter[*Tree]{Fixpoint(Postwalk[*Tree](r)), Prewalk[*Tree](r)} {
				u, err := Run(context.Background(), Trees, w, tree, Limits{Firings: 20, Steps: 1000})
				var b *BudgetError
				if err != nil && !errors.As(err, &b) || err != nil && u != tree {
					t.Fatal(err)
				}
			}
		}
	})
}

func BenchmarkPostwalk(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	tree := random(rng, 10_000)
	nothing := Rules(MustParse(Trees, "sin(?x)^2 + cos(?x)^2 => 1"), MustParse(Trees, "?x*zero => zero"), MustParse(Trees, "?x^zero => 1"), MustParse(Trees, "log(exp(?x)) => ?x"))
	n := countTerms(tree, Trees)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Run(context.Background(), Trees, Postwalk(nothing), tree); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/term")
}

func BenchmarkRule(b *testing.B) {
	for _, bb := range []struct{ rule, term string }{
		{"sin(?x)^2 + cos(?x)^2 => 1", "a + sin(b)^2 + c + cos(b)^2"},
		{"sin(?x)^2 + cos(?x)^2 => 1", "a + sin(b)^2 + c + cos(d)^2"},
		{"f(g(?x), ?y) => h(?y)", "f(g(a), b)"},
	} {
		b.Run(bb.rule+" at "+bb.term, func(b *testing.B) {
			r := MustParse(Trees, bb.rule)
			tree := MustTree(bb.term)
			s := &State[*Tree]{terms: Trees, ctx: context.Background(), class: Domain, shared: &shared[*Tree]{limits: Limits{Steps: DefaultSteps, Firings: 1<<31 - 1}}}
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := r.Rewrite(s, tree); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
