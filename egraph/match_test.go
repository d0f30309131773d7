package egraph

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// naive finds the matches of a rule's left side by trying all nodes: for each the
// root and the slots, as texts.
func naive(g *Graph, r *Rule, slots []string) map[string]bool {
	found := map[string]bool{}
	bind := map[string]ID{}
	var term func(p *rewrite.Pattern, class ID, next func())
	var args func(p *rewrite.Pattern, classes []ID, i int, next func())
	with := func(name string, class ID, next func()) {
		if c, ok := bind[name]; ok {
			if c == class {
				next()
			}
			return
		}
		bind[name] = class
		next()
		delete(bind, name)
	}
	term = func(p *rewrite.Pattern, class ID, next func()) {
		if p.Kind == rewrite.SlotKind {
			if p.Predicate == "" || g.satisfies(p.Predicate, uint32(class)) {
				with(p.Name, class, next)
			}
			return
		}
		for n := range g.Nodes(class) {
			if p.Kind != rewrite.CallKind {
				if n.String() == p.String() {
					next()
				}
				continue
			}
			if n.Head() != p.Head || n.NumArgs() != len(p.Args) {
				continue
			}
			var classes []ID
			for i := range n.NumArgs() {
				classes = append(classes, n.Arg(i))
			}
			args(p, classes, 0, next)
			if g.sortOf(p.Head) == commutative && len(classes) == 2 && classes[0] != classes[1] {
				slices.Reverse(classes)
				args(p, classes, 0, next)
			}
		}
	}
	args = func(p *rewrite.Pattern, classes []ID, i int, next func()) {
		if i == len(classes) {
			next()
			return
		}
		term(p.Args[i], classes[i], func() { args(p, classes, i+1, next) })
	}
	var parts func(i int, root ID)
	parts = func(i int, root ID) {
		if i == len(r.left) {
			row := []ID{root}
			for _, s := range slots {
				row = append(row, bind[s])
			}
			found[fmt.Sprint(row)] = true
			return
		}
		for c := range g.Classes() {
			first := root
			if i == 0 {
				first = c
			}
			next := func() { term(r.left[i].pattern, c, func() { parts(i+1, first) }) }
			if name := r.left[i].root; name != "" {
				with(name, c, next)
			} else {
				next()
			}
		}
	}
	parts(0, 0)
	return found
}

func rows(m *matches) map[string]bool {
	found := map[string]bool{}
	for at := 0; at < len(m.rows); at += m.width {
		found[fmt.Sprint(m.rows[at:at+m.width])] = true
	}
	return found
}

type generator struct{ *rand.Rand }

func (r generator) pick(of ...string) string { return of[r.IntN(len(of))] }

// term is a random term of few heads and leaves, or a pattern.
func (r generator) term(depth int, slots bool) string {
	if depth == 0 || r.IntN(4) == 0 {
		if slots && r.IntN(3) > 0 {
			return r.pick("?a", "?b", "?c", "?a:number", "?b:symbol")
		}
		return r.pick("x", "y", "z", "1", "2", "0.5")
	}
	switch r.IntN(5) {
	case 0:
		return fmt.Sprintf("(g %s)", r.term(depth-1, slots))
	case 1:
		return fmt.Sprintf("(h %s %s %s)", r.term(depth-1, slots), r.term(depth-1, slots), r.term(depth-1, slots))
	}
	return fmt.Sprintf("(%s %s %s)", r.pick("+", "*"), r.term(depth-1, slots), r.term(depth-1, slots))
}

// graph is a random graph, of terms some of which are equal.
func (r generator) graph(t testing.TB, opts ...Option) *Graph {
	g := New(opts...)
	var roots []ID
	for range 4 + r.IntN(12) {
		id, err := g.AddSExpr(r.term(1+r.IntN(4), false))
		if err != nil {
			t.Fatal(err)
		}
		roots = append(roots, id)
	}
	r.merge(g, roots)
	return g
}

// merge makes some classes equal that are no different numbers.
func (r generator) merge(g *Graph, of []ID) {
	for range r.IntN(6) {
		a, b := of[r.IntN(len(of))], of[r.IntN(len(of))]
		if g.constant[g.find(uint32(a))] == 0 {
			g.merge(uint32(a), uint32(b))
		}
	}
	g.err = nil // what is equal by congruence may be two numbers
	g.rebuild()
	g.err = nil
}

// rule is a random rule, of up to two terms on the left.
func (r generator) rule() *Rule {
	for {
		text := r.term(1+r.IntN(3), true)
		if r.IntN(4) == 0 {
			text = fmt.Sprintf("?r = %s, %s = %s", r.term(2, true), r.pick("?r", "?s", "?a"), r.term(2, true))
		}
		right := r.pick("1", "?a", "?b", "(g ?a)", "(+ ?a ?b)", "(* ?b (g ?a))", "(h ?a x ?b)")
		if rules, err := ParseRule(text + " => " + right); err == nil {
			return rules[0]
		}
	}
}

func never() bool { return false }

// A search for all matches finds those that trying everything finds, and a
// search for what is new those that were not there before.
func TestMatchesAreAll(t *testing.T) {
	n := 3000
	if testing.Short() {
		n = 500
	}
	matched := 0
	for seed := range n {
		r := generator{rand.New(rand.NewPCG(1, uint64(seed)))}
		var opts []Option
		if seed%2 == 1 {
			opts = []Option{Commutative("+")}
		}
		g := r.graph(t, opts...)
		rule := r.rule()
		p, err := g.compile(rule)
		if err != nil {
			t.Fatal(err)
		}
		var m matches
		search := func(since uint32) map[string]bool {
			m.width, m.rows, m.from, m.most = p.width, nil, 0, NoLimit
			g.indexed = false
			p.find.search(g, since, &m, never)
			return rows(&m)
		}
		before := naive(g, rule, p.slots)
		if got := search(0); !equalSets(got, before) {
			t.Fatalf("seed %d: %v in\n%s\nfound %v\nwant %v", seed, rule, g.Dot(), got, before)
		}
		matched += len(before)
		// What is new.
		since := g.now
		g.now++
		var all []ID
		for c := range g.Classes() {
			all = append(all, c)
		}
		if id, err := g.AddSExpr(r.term(3, false)); err == nil {
			all = append(all, id)
		}
		r.merge(g, all)
		canonical := map[string]bool{} // the old matches as they are called now
		for row := range before {
			var classes []ID
			for _, f := range strings.Fields(strings.Trim(row, "[]")) {
				var c uint32
				fmt.Sscan(f, &c)
				classes = append(classes, g.Find(ID(c)))
			}
			canonical[fmt.Sprint(classes)] = true
		}
		got, want := search(since), naive(g, rule, p.slots)
		for row := range got {
			if !want[row] {
				t.Fatalf("seed %d: %v: found %v, which does not match", seed, rule, row)
			}
		}
		for row := range want {
			if !got[row] && !canonical[row] {
				t.Fatalf("seed %d: %v: %v is new and was not found in\n%s", seed, rule, row, g.Dot())
			}
		}
		checkInvariants(t, g)
	}
	if matched < n {
		t.Errorf("only %d matches in %d graphs", matched, n)
	}
}

func equalSets(a, b map[string]bool) bool {
	for k := range a {
		if !b[k] {
			return false
		}
	}
	return len(a) == len(b)
}

// Looking for what is new alone gives the same graph as looking for everything.
func TestSemiNaiveIsEager(t *testing.T) {
	for seed := range 150 {
		run := func(opts ...RuleOption) *Graph {
			r := generator{rand.New(rand.NewPCG(2, uint64(seed)))}
			g := r.graph(t, Commutative("*"))
			var rules []*Rule
			for range 5 {
				rule := *r.rule()
				for _, o := range opts {
					o(&rule)
				}
				rules = append(rules, &rule)
			}
			if _, err := g.Run(context.Background(), rules, Iterations(4), Nodes(3000)); err != nil {
				return nil // a contradiction
			}
			checkInvariants(t, g)
			return g
		}
		a, b := run(), run(Eager())
		if a == nil || b == nil {
			continue
		}
		if a.NumNodes() != b.NumNodes() || a.NumClasses() != b.NumClasses() {
			t.Errorf("seed %d: %d nodes in %d classes, eagerly %d in %d", seed, a.NumNodes(), a.NumClasses(), b.NumNodes(), b.NumClasses())
		}
		if c := run(); c.Dot() != a.Dot() {
			t.Errorf("seed %d: two runs differ", seed)
		}
	}
}
