package egraph

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// bruteValue is what a slot or the rest is: a class, or a multiset that need not
// have a node.
type bruteValue struct {
	class    ID
	head     string // "" of a class
	elements []ID   // sorted
}

// brute finds the matches of a left side with multisets by trying all
// permutations of all multisets.
type brute struct {
	g     *Graph
	r     *Rule
	slots []string
	bind  map[string]bruteValue
	found map[string]bruteMatch // by row
}

type bruteMatch struct {
	root ID
	bind map[string]bruteValue
	rest bruteValue
}

// class is a multiset's class, if it has a node.
func (b *brute) resolved(v bruteValue) bruteValue {
	if v.head == "" {
		return bruteValue{class: b.g.Find(v.class)}
	}
	elements := slices.Clone(v.elements)
	for i, e := range elements {
		elements[i] = b.g.Find(e)
	}
	slices.Sort(elements)
	for c := range b.g.Classes() {
		for n := range b.g.Nodes(c) {
			if n.Head() == v.head && slices.Equal(nodeArgs(n), elements) {
				return bruteValue{class: c}
			}
		}
	}
	return bruteValue{head: v.head, elements: elements}
}

func nodeArgs(n Node) []ID {
	var args []ID
	for i := range n.NumArgs() {
		args = append(args, n.Arg(i))
	}
	return args
}

func (b *brute) with(name string, v bruteValue, next func()) {
	if old, ok := b.bind[name]; ok {
		if fmt.Sprint(b.resolved(old)) == fmt.Sprint(b.resolved(v)) {
			next()
		}
		return
	}
	b.bind[name] = v
	next()
	delete(b.bind, name)
}

func (b *brute) term(p *rewrite.Pattern, class ID, next func()) {
	switch p.Kind {
	case rewrite.SlotKind:
		if p.Predicate == "" || b.g.satisfies(p.Predicate, uint32(class)) {
			b.with(p.Name, bruteValue{class: class}, next)
		}
		return
	case rewrite.CallKind:
		if b.g.sortOf(p.Head) == multiset {
			b.bag(p, class, false, func(bruteValue) { next() })
			return
		}
	}
	for n := range b.g.Nodes(class) {
		switch {
		case p.Kind != rewrite.CallKind:
			if n.String() == p.String() {
				next()
			}
		case n.Head() == p.Head && n.NumArgs() == len(p.Args):
			b.args(p.Args, nodeArgs(n), next)
			if b.g.sortOf(p.Head) == commutative && n.NumArgs() == 2 {
				b.args(p.Args, []ID{n.Arg(1), n.Arg(0)}, next)
			}
		}
	}
}

func (b *brute) args(p []*rewrite.Pattern, classes []ID, next func()) {
	if len(p) == 0 {
		next()
		return
	}
	b.term(p[0], classes[0], func() { b.args(p[1:], classes[1:], next) })
}

// bag tries all permutations of all multisets of a class. If open, some of the
// elements may be left over; otherwise the last plain slot gets all that the
// others do not.
func (b *brute) bag(p *rewrite.Pattern, class ID, open bool, next func(rest bruteValue)) {
	var args []*rewrite.Pattern
	var flatten func(p *rewrite.Pattern)
	flatten = func(q *rewrite.Pattern) {
		if q.Kind == rewrite.CallKind && q.Head == p.Head {
			for _, a := range q.Args {
				flatten(a)
			}
			return
		}
		args = append(args, q)
	}
	flatten(p)
	last := -1
	for i, a := range args {
		if a.Kind == rewrite.SlotKind && a.Predicate == "" && !open {
			last = i
		}
	}
	var all *rewrite.Pattern
	if last >= 0 {
		all = args[last]
		args = slices.Delete(args, last, last+1)
	}
	for n := range b.g.Nodes(class) {
		if n.Head() != p.Head {
			continue
		}
		permutations(nodeArgs(n), func(elements []ID) {
			if len(elements) < len(args) {
				return
			}
			left := slices.Clone(elements[len(args):])
			slices.Sort(left)
			rest := bruteValue{head: p.Head, elements: left}
			if len(left) == 1 {
				rest = bruteValue{class: left[0]}
			}
			b.args(args, elements, func() {
				switch {
				case open:
					next(bruteValue{head: p.Head, elements: left})
				case all != nil && len(left) > 0:
					b.with(all.Name, rest, func() { next(bruteValue{}) })
				case all == nil && len(left) == 0:
					next(bruteValue{})
				}
			})
		})
	}
}

func permutations(s []ID, f func([]ID)) {
	var in func(k int)
	s = slices.Clone(s)
	in = func(k int) {
		if k == len(s) {
			f(s)
			return
		}
		for i := k; i < len(s); i++ {
			s[k], s[i] = s[i], s[k]
			in(k + 1)
			s[k], s[i] = s[i], s[k]
		}
	}
	in(0)
}

func (b *brute) part(i int, root ID, rest bruteValue) {
	if i == len(b.r.left) {
		m := bruteMatch{root, maps.Clone(b.bind), rest}
		b.found[b.row(m)] = m
		return
	}
	p := b.r.left[i]
	// What is left over stays only if the root is what the rule replaces.
	open := i == 0 && p.root == "" && !slices.ContainsFunc(b.r.right, func(e equation) bool { return e.left != nil })
	for c := range b.g.Classes() {
		first := root
		if i == 0 {
			first = c
		}
		next := func() {
			if p.pattern.Kind == rewrite.CallKind && b.g.sortOf(p.pattern.Head) == multiset {
				b.bag(p.pattern, c, open, func(left bruteValue) {
					if i > 0 {
						left = rest
					}
					b.part(i+1, first, left)
				})
				return
			}
			b.term(p.pattern, c, func() { b.part(i+1, first, rest) })
		}
		if p.root != "" {
			b.with(p.root, bruteValue{class: c}, next)
		} else {
			next()
		}
	}
}

// row is a match as a text, in which multisets that have a class are that.
func (b *brute) row(m bruteMatch) string {
	var s strings.Builder
	fmt.Fprint(&s, b.g.Find(m.root))
	for _, name := range b.slots {
		fmt.Fprint(&s, " ", name, b.resolved(m.bind[name]))
	}
	if len(m.rest.elements) > 0 {
		var rest []ID
		for _, e := range m.rest.elements {
			rest = append(rest, b.g.Find(e))
		}
		slices.Sort(rest)
		fmt.Fprint(&s, " rest ", rest)
	}
	return s.String()
}

func (b *brute) search() {
	b.found = map[string]bruteMatch{}
	b.part(0, 0, bruteValue{})
}

// textRows are the rows of matches as brute has them.
func (b *brute) textRows(p *program, m *matches) map[string]bool {
	found := map[string]bool{}
	value := func(x uint32) bruteValue {
		if x&pending == 0 {
			return bruteValue{class: ID(x)}
		}
		head, classes := m.bag(x)
		v := bruteValue{head: b.g.headName(head)}
		for _, c := range classes {
			v.elements = append(v.elements, ID(c))
		}
		return v
	}
	for at := 0; at < len(m.rows); at += m.width {
		row := m.rows[at : at+m.width]
		match := bruteMatch{root: ID(row[0]), bind: map[string]bruteValue{}}
		for i, name := range p.slots {
			match.bind[name] = value(row[1+i])
		}
		if p.rest && row[p.width-1] != 0 {
			match.rest = value(row[p.width-1])
		}
		found[b.row(match)] = true
	}
	return found
}

// bagTerm is a random term with sums and products of several arguments, or a
// pattern.
func (r generator) bagTerm(depth int, slots bool) string {
	if depth == 0 || r.IntN(5) == 0 {
		if slots && r.IntN(4) > 0 {
			return r.pick("?a", "?b", "?c", "?a", "?b", "?n:number", "?s:symbol")
		}
		return r.pick("x", "y", "z", "2", "3", "0.5")
	}
	arg := func() string { return " " + r.bagTerm(depth-1, slots) }
	switch r.IntN(7) {
	case 0:
		return "(g" + arg() + ")"
	case 1:
		return "(h" + arg() + arg() + ")"
	case 2:
		return "(c" + arg() + arg() + ")"
	}
	s := r.pick("(+", "(*") + arg() + arg()
	for r.IntN(3) == 0 {
		s += arg()
	}
	return s + ")"
}

func (r generator) bagGraph(t testing.TB) *Graph {
	g := New(Multiset("+", "*"), Commutative("c"))
	var roots []ID
	for range 2 + r.IntN(8) {
		id, err := g.AddSExpr(r.bagTerm(1+r.IntN(3), false))
		if err != nil {
			t.Fatal(err)
		}
		roots = append(roots, id)
	}
	r.merge(g, roots)
	return g
}

// like is a pattern that is likely to match a class.
func (r generator) like(g *Graph, c ID, depth int) string {
	slot := r.pick("?a", "?b", "?c", "?d", "?e")
	nodes := slices.Collect(g.Nodes(c))
	if depth == 0 || r.IntN(3) == 0 {
		if r.IntN(8) == 0 {
			slot += r.pick(":number", ":symbol", ":call")
		}
		return slot
	}
	n := nodes[r.IntN(len(nodes))]
	if n.Head() == "" {
		if r.IntN(2) == 0 {
			return slot
		}
		return n.String()
	}
	s := "(" + n.Head()
	args := nodeArgs(n)
	if g.sortOf(n.Head()) == multiset {
		r.Shuffle(len(args), func(i, j int) { args[i], args[j] = args[j], args[i] })
		args = args[:1+r.IntN(len(args))]
		if len(args) == 1 || r.IntN(3) == 0 {
			s += " " + slot
		}
	}
	for _, a := range args {
		s += " " + r.like(g, a, depth-1)
	}
	return s + ")"
}

func (r generator) bagRule(g *Graph) *Rule {
	classes := slices.Collect(g.Classes())
	for {
		var text string
		if r.IntN(4) > 0 {
			text = r.like(g, classes[r.IntN(len(classes))], 1+r.IntN(3))
		} else {
			text = r.bagTerm(1+r.IntN(3), true)
		}
		if r.IntN(5) == 0 {
			text += fmt.Sprintf(", %s = %s", r.pick("?r", "?s", "?a"), r.like(g, classes[r.IntN(len(classes))], 2))
			if r.IntN(2) == 0 {
				text = "?r = " + text
			}
		}
		right := r.pick("1", "?a", "?b", "(g ?a)", "(+ ?a ?b)", "(* ?b (g ?a))", "?a = ?b")
		if rules, err := ParseRule(text + " => " + right); err == nil && g.hasBags(rules[0]) {
			return rules[0]
		}
	}
}

// small reports whether all multisets are such that permuting them takes no
// time.
func small(g *Graph) bool {
	for c := range g.Classes() {
		for n := range g.Nodes(c) {
			if n.NumArgs() > 5 {
				return false
			}
		}
	}
	return g.NumNodes() < 40
}

// The matches of patterns with multisets are those that permuting all multisets
// finds; and what is new is found where only that is looked for.
func TestBagMatchesAreAll(t *testing.T) {
	n := 4000
	if testing.Short() {
		n = 600
	}
	matched, fresh := 0, 0
	for seed := range n {
		r := generator{rand.New(rand.NewPCG(31, uint64(seed)))}
		g := r.bagGraph(t)
		rule := r.bagRule(g)
		p, err := g.compile(rule)
		if err != nil {
			t.Fatal(err)
		}
		p.find.(*bagMatcher).idle = false
		var m matches
		search := func(b *brute, since uint32) map[string]bool {
			m = matches{width: p.width, most: NoLimit, bags: []uint32{0}}
			g.indexed = false
			g.patience, g.cut = 1<<30, false
			p.find.search(g, since, &m, never)
			if g.cut {
				t.Fatalf("seed %d: %v: out of steps", seed, rule)
			}
			return b.textRows(p, &m)
		}
		if !small(g) {
			continue
		}
		b := brute{g: g, r: rule, slots: p.slots, bind: map[string]bruteValue{}}
		b.search()
		before := b.found
		if got := search(&b, 0); !sameRows(got, before) {
			t.Fatalf("seed %d: %v in\n%s\nfound %v\nwant %v", seed, rule, g.Dot(), got, slices.Sorted(maps.Keys(before)))
		}
		matched += len(before)

		since := g.now
		g.now++
		var all []ID
		for c := range g.Classes() {
			all = append(all, c)
		}
		if id, err := g.AddSExpr(r.bagTerm(3, false)); err == nil {
			all = append(all, id)
		}
		r.merge(g, all)
		if !small(g) {
			continue
		}
		b.search()
		want := b.found
		if got := search(&b, 0); !sameRows(got, want) {
			t.Fatalf("seed %d: %v in\n%s\nfound %v\nwant %v", seed, rule, g.Dot(), got, slices.Sorted(maps.Keys(want)))
		}
		old := map[string]bool{}
		for _, m := range before {
			old[b.row(m)] = true
		}
		got := search(&b, since)
		for row := range got {
			if _, ok := want[row]; !ok {
				t.Fatalf("seed %d: %v: found %v, which does not match", seed, rule, row)
			}
		}
		for row := range want {
			if !got[row] && !old[row] && !rule.eager {
				t.Fatalf("seed %d: %v: %v is new and was not found in\n%s", seed, rule, row, g.Dot())
			}
			if got[row] && !old[row] {
				fresh++
			}
		}
		checkInvariants(t, g)
	}
	if matched < n || fresh < n/10 {
		t.Errorf("only %d matches, %d of them new, in %d graphs", matched, fresh, n)
	}
}

func sameRows(got map[string]bool, want map[string]bruteMatch) bool {
	for row := range got {
		if _, ok := want[row]; !ok {
			return false
		}
	}
	return len(got) == len(want)
}

// What a part of a multiset is equal to is not said of the whole: where the rule
// names the root, or something else becomes equal, nothing is left over.
func TestNamedRootIsWhole(t *testing.T) {
	for _, c := range []struct {
		rule, term, equal string
		want              bool
	}{
		{"(+ ?a ?b) => (f ?a ?b)", "(+ x y z)", "(+ (f x y) z)", true},
		{"?r = (+ ?a ?b) => (f ?r ?a)", "(+ x y z)", "(+ (f (+ x y z) x) z)", false},
		{"?r = (+ x ?b) => (f ?r ?b)", "(+ x y z)", "(f (+ x y z) (+ y z))", true},
		{"(+ x ?b), ?y = (g y) => ?y = (k ?b)", "(h (+ x y z) (g y))", "(h (+ x y z) (k (+ y z)))", true},
		{"(+ x ?b), ?y = (g y) => ?y = (k ?b)", "(h (+ x y z) (g y))", "(h (+ x y z) (+ z (k y)))", false},
		{"(f (* ?a ?b)), ?b = (* ?c ?d) => ?c = ?d", "(h (f (* x y z)) (* y z))", "(h (f (* x z z)) (* z z))", true},
		{"(+ ?a (+ ?b ?c)) => (f ?a ?b ?c)", "(+ x y z)", "(f x y z)", true},
	} {
		g := New(Multiset("+", "*"))
		id, err := g.AddSExpr(c.term)
		if err != nil {
			t.Fatal(err)
		}
		equal, err := g.AddSExpr(c.equal)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.Run(context.Background(), MustRules(c.rule), Iterations(3)); err != nil {
			t.Fatal(err)
		}
		if got := g.Find(id) == g.Find(equal); got != c.want {
			t.Errorf("%s: %s = %s is %v", c.rule, c.term, c.equal, got)
		}
	}
}

// Multisets of many elements are matched too.
func TestLargeMultiset(t *testing.T) {
	var s strings.Builder
	s.WriteString("(+")
	for i := range 500 {
		fmt.Fprintf(&s, " x%d", i)
	}
	s.WriteString(" (f y) (g y))")
	g := New(Multiset("+"))
	id, err := g.AddSExpr(s.String())
	if err != nil {
		t.Fatal(err)
	}
	report, err := g.Run(context.Background(), MustRules("(+ (f ?x) (g ?x)) => 0"))
	if err != nil || report.Reason != Saturated {
		t.Fatal(report.Reason, err)
	}
	want, err := g.AddSExpr(strings.Replace(s.String(), " (f y) (g y)", "", 1))
	if err != nil || g.Find(want) != g.Find(id) {
		t.Error("not found", err)
	}
}

// A run that had too few steps is taken up by the next one.
func TestStepsRunOut(t *testing.T) {
	rules := MustRules("(+ ?a ?b ?c ?d) => 0 if ?a == 7 && ?b == 11 && ?c == 13 && ?d == 17")
	g := New(Multiset("+"))
	u, v, w, z := g.Symbol("u"), g.Symbol("v"), g.Symbol("w"), g.Symbol("z") // which come first in the sum
	var terms []ID
	for _, number := range []string{"7", "11", "13", "17"} {
		// What is known to be a number only later is not added up.
		n, err := g.AddSExpr(number)
		if err != nil {
			t.Fatal(err)
		}
		s, err := g.AddSExpr("(f x" + number + ")")
		if err != nil {
			t.Fatal(err)
		}
		terms = append(terms, n, s)
	}
	sum := g.Add("+", u, v, w, z, terms[1], terms[3], terms[5], terms[7])
	for i := 0; i < len(terms); i += 2 {
		g.Union(terms[i], terms[i+1])
	}
	want := g.Add("+", u, v, w, z)
	for i, c := range []struct {
		steps  int
		reason StopReason
		equal  bool
	}{{300, StepLimit, false}, {100_000, Saturated, true}} {
		report, err := g.Run(context.Background(), rules, Steps(c.steps))
		if err != nil {
			t.Fatal(err)
		}
		if report.Reason != c.reason || (g.Find(sum) == g.Find(want)) != c.equal {
			t.Errorf("run %d: %v, equal %v", i, report.Reason, g.Find(sum) == g.Find(want))
		}
	}
}
