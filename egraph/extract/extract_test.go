package extract

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

// brute returns the least DAG cost of all choices, or +Inf if there is none.
func brute(p *Problem) float64 {
	byClass := make([][]int32, p.Classes)
	for i, n := range p.Nodes {
		byClass[n.Class] = append(byClass[n.Class], int32(i))
	}
	choice := make([]int32, p.Classes)
	for c := range choice {
		choice[c] = -1
	}
	best := math.Inf(1)
	var try func(open []int32)
	try = func(open []int32) {
		for len(open) > 0 && choice[open[0]] >= 0 {
			open = open[1:]
		}
		if len(open) == 0 {
			if cost, err := p.DAGCost(choice); err == nil {
				best = min(best, cost)
			}
			return
		}
		for _, n := range byClass[open[0]] {
			choice[open[0]] = n
			try(append(append([]int32(nil), open[1:]...), p.Nodes[n].Children...))
		}
		choice[open[0]] = -1
	}
	try(p.Roots)
	return best
}

// checkSolution says what is wrong with a solution apart from not being the best.
func checkSolution(t *testing.T, p *Problem, s *Solution) {
	t.Helper()
	cost, err := p.DAGCost(s.Choice)
	if err != nil {
		t.Fatal(err)
	}
	if cost != s.Cost {
		t.Fatalf("the solution says cost %v, it is %v", s.Cost, cost)
	}
	need := make([]bool, p.Classes)
	todo := append([]int32(nil), p.Roots...)
	for len(todo) > 0 {
		c := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !need[c] {
			need[c] = true
			todo = append(todo, p.Nodes[s.Choice[c]].Children...)
		}
	}
	for c, n := range s.Choice {
		if need[c] != (n >= 0) {
			t.Fatalf("class %d is needed: %v; its choice is %d", c, need[c], n)
		}
	}
}

func TestSmall(t *testing.T) {
	ctx := context.Background()
	r := rand.New(rand.NewPCG(1, 2))
	rounds := 400
	if testing.Short() {
		rounds = 50
	}
	better, optimal, all := 0, 0, 0
	for _, s := range shapes {
		for range rounds {
			p := random(r, s)
			tree, err := Tree(p)
			if err != nil {
				t.Fatal(err)
			}
			checkSolution(t, p, tree)
			greedy, err := Greedy(ctx, p, Options{})
			if err != nil {
				t.Fatal(err)
			}
			checkSolution(t, p, greedy)
			exact, err := Exact(ctx, p, Options{})
			if err != nil {
				t.Fatal(err)
			}
			checkSolution(t, p, exact)
			want := brute(p)
			if !exact.Optimal || exact.Cost != want {
				t.Fatalf("%+v: Exact has %v, optimal: %v; the least is %v", p, exact.Cost, exact.Optimal, want)
			}
			if greedy.Cost > tree.Cost {
				t.Fatalf("%+v: Greedy has %v, Tree %v", p, greedy.Cost, tree.Cost)
			}
			all++
			if greedy.Cost < tree.Cost {
				better++
			}
			if greedy.Cost == want {
				optimal++
			}
			again, err := Exact(ctx, p, Options{})
			if err != nil || !reflect.DeepEqual(again, exact) {
				t.Fatalf("%+v: Exact has %+v, and then %+v, %v", p, exact, again, err)
			}
		}
	}
	t.Logf("of %d problems Greedy beats Tree in %d and is optimal in %d", all, better, optimal)
	if better < all/20 || optimal < all*95/100 {
		t.Errorf("of %d problems Greedy beats Tree in %d and is optimal in %d only", all, better, optimal)
	}
}

// leaf and node make nodes of crafted problems.
func leaf(class int32, cost float64) Node { return Node{Op: "leaf", Class: class, Cost: cost} }

func node(class int32, cost float64, children ...int32) Node {
	return Node{Op: "node", Class: class, Cost: cost, Children: children}
}

func TestCrafted(t *testing.T) {
	// A chain of pairs: class c is two of class c-1, or something of its own, whose tree is cheaper.
	doubling := &Problem{Classes: 2000, Nodes: []Node{leaf(0, 1)}, Roots: []int32{1999}}
	for c := int32(1); c < 2000; c++ {
		doubling.Nodes = append(doubling.Nodes, node(c, 1, c-1, c-1))
	}
	for _, tt := range []struct {
		name                string
		p                   *Problem
		tree, greedy, exact float64
	}{
		{"leaf", &Problem{Classes: 1, Nodes: []Node{leaf(0, 2), leaf(0, 1), leaf(0, 3)}, Roots: []int32{0, 0}}, 1, 1, 1},
		{"free cycle", &Problem{Classes: 3, Nodes: []Node{
			node(0, 0, 1), node(1, 0, 0), node(0, 0, 0), node(1, 5, 2), leaf(2, 7), node(2, 0, 0, 1),
		}, Roots: []int32{0}}, 12, 12, 12},
		{"shared", &Problem{Classes: 5, Nodes: []Node{
			// Each root has a tree of 3 of its own, or one of 4 with the shared class 4.
			node(0, 1, 2), node(0, 0, 4), node(1, 1, 3), node(1, 0, 4), leaf(2, 2), leaf(3, 2), leaf(4, 4),
		}, Roots: []int32{0, 1}}, 6, 4, 4},
		{"used twice", &Problem{Classes: 4, Nodes: []Node{
			node(0, 1, 1, 1), node(0, 1, 2, 3), leaf(1, 5), leaf(2, 3), leaf(3, 4),
		}, Roots: []int32{0}}, 8, 6, 6},
		{"overflow", doubling, 2000, 2000, 2000},
		{"no tie in a root", &Problem{Classes: 2, Nodes: []Node{node(0, 0, 1), leaf(0, 0), leaf(1, 0)}, Roots: []int32{1, 0}}, 0, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := context.Background()
			for _, run := range []struct {
				name string
				f    func() (*Solution, error)
				want float64
			}{
				{"Tree", func() (*Solution, error) { return Tree(tt.p) }, tt.tree},
				{"Greedy", func() (*Solution, error) { return Greedy(ctx, tt.p, Options{}) }, tt.greedy},
				{"Exact", func() (*Solution, error) { return Exact(ctx, tt.p, Options{}) }, tt.exact},
			} {
				s, err := run.f()
				if err != nil {
					t.Fatal(run.name, err)
				}
				checkSolution(t, tt.p, s)
				if s.Cost != run.want {
					t.Errorf("%s has cost %v, want %v", run.name, s.Cost, run.want)
				}
				if s.Optimal != (run.name == "Exact") {
					t.Errorf("%s: optimal: %v", run.name, s.Optimal)
				}
			}
		})
	}
}

// bruteTree returns the least tree cost of each class, by rounds over all nodes until nothing falls.
func bruteTree(p *Problem) []float64 {
	cost := make([]float64, p.Classes)
	for c := range cost {
		cost[c] = math.Inf(1)
	}
	for changed := true; changed; {
		changed = false
		for _, n := range p.Nodes {
			x := n.Cost
			for _, k := range n.Children {
				x += cost[k]
			}
			if x < cost[n.Class] {
				cost[n.Class] = x
				changed = true
			}
		}
	}
	return cost
}

func TestTreeIsLeast(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 300 {
		s := shapes[i%len(shapes)]
		s.classes, s.nodes = s.classes*5, s.nodes*5
		p := random(r, s)
		got, err := Tree(p)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := p.TreeCost(got.Choice)
		if err != nil {
			t.Fatal(err)
		}
		want, least := 0.0, bruteTree(p)
		for _, c := range p.Roots {
			want += least[c]
		}
		if tree != want {
			t.Fatalf("%+v: the tree costs %v, the least is %v", p, tree, want)
		}
	}
}

// TestLarger compares the three on problems too large for brute force, with all
// kinds of budgets.
func TestLarger(t *testing.T) {
	ctx := context.Background()
	r := rand.New(rand.NewPCG(5, 6))
	trees, greedies := 0.0, 0.0
	for i := range 40 {
		n := 30 + r.IntN(400)
		p := deep(r, n, 1+r.IntN(4), 5+r.IntN(n), 1+r.IntN(10), float64(i%3)*0.3)
		if i%2 == 0 { // costs whose sums are rounded
			for j := range p.Nodes {
				p.Nodes[j].Cost += r.Float64()
			}
		}
		tree, err := Tree(p)
		if err != nil {
			t.Fatal(err)
		}
		checkSolution(t, p, tree)
		for _, steps := range []int{1, 1000, 10_000, 300_000} {
			o := Options{Steps: steps}
			greedy, err := Greedy(ctx, p, o)
			if err != nil {
				t.Fatal(err)
			}
			checkSolution(t, p, greedy)
			exact, err := Exact(ctx, p, o)
			if err != nil {
				t.Fatal(err)
			}
			checkSolution(t, p, exact)
			if exact.Cost > greedy.Cost || greedy.Cost > tree.Cost {
				t.Errorf("%d classes, %d steps: Tree %v, Greedy %v, Exact %v", n, steps, tree.Cost, greedy.Cost, exact.Cost)
			}
			// What is begun is ended: some looks at the whole, or one trial.
			over := 20*(len(p.Nodes)*3+p.Classes) + 20_000
			if greedy.Steps > steps+over || exact.Steps > steps+over {
				t.Errorf("%d nodes, %d steps: Greedy took %d, Exact %d", len(p.Nodes), steps, greedy.Steps, exact.Steps)
			}
			again, err := Greedy(ctx, p, o)
			if err != nil || !reflect.DeepEqual(again, greedy) {
				t.Errorf("Greedy has another solution the second time, %v", err)
			}
			if steps == 300_000 {
				trees, greedies = trees+tree.Cost, greedies+greedy.Cost
			}
		}
	}
	t.Logf("Greedy costs %.3f of Tree", greedies/trees)
	if greedies > 0.8*trees {
		t.Errorf("Greedy costs %.3f of Tree, and should less on such problems", greedies/trees)
	}
}

// TestLevels makes the improver change choices at random, and checks that there
// is never a cycle, that levels say so, and that uses are counted right.
func TestLevels(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	changes := 0
	for range 60 {
		p := deep(r, 20+r.IntN(60), 4, 15, 3, 0.6)
		for j := range p.Nodes {
			p.Nodes[j].Cost = 1
		}
		g, err := newGraph(p)
		if err != nil {
			t.Fatal(err)
		}
		tr, err := g.leastTrees()
		if err != nil {
			t.Fatal(err)
		}
		m, err := Options{}.meter(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		im := newImprover(g, tr, m)
		for c := range im.level { // no room: levels must be made anew
			im.level[c] /= gap
		}
		for range 300 {
			for n := range g.cost {
				g.cost[n] = float64(r.IntN(5))
			}
			c := int32(r.IntN(g.classes()))
			if im.refs[c] > 0 && im.change(c, 1+r.IntN(50), true) {
				changes++
			}
			for c, n := range im.choice {
				for _, k := range g.children(n) {
					if im.level[k] >= im.level[c] {
						t.Fatalf("class %d at level %d has child %d at %d", c, im.level[c], k, im.level[k])
					}
				}
			}
		}
		got := append([]int32(nil), im.refs...)
		clear(im.refs)
		for _, c := range g.roots {
			im.take(c)
		}
		if !reflect.DeepEqual(got, im.refs) {
			t.Fatalf("uses are counted as %v, and are %v", got, im.refs)
		}
	}
	if changes < 1000 {
		t.Errorf("%d changes only", changes)
	}
}

func TestCheck(t *testing.T) {
	ok := Node{Class: 0, Cost: 1}
	for _, tt := range []struct {
		p           Problem
		node, class int32
		msg         string
	}{
		{Problem{Classes: 1, Nodes: []Node{ok}}, -1, -1, "extract: there are no roots"},
		{Problem{Classes: -1, Nodes: []Node{ok}, Roots: []int32{0}}, -1, -1, "extract: -1 classes, 1 nodes: there may be 0 to 2147483647 of either"},
		{Problem{Classes: 1, Nodes: []Node{ok, {Class: 1}}, Roots: []int32{0}}, 1, -1, "extract: node 1: is in class 1 of 1"},
		{Problem{Classes: 1, Nodes: []Node{ok, {Class: -1}}, Roots: []int32{0}}, 1, -1, "extract: node 1: is in class -1 of 1"},
		{Problem{Classes: 1, Nodes: []Node{leaf(0, -1)}, Roots: []int32{0}, NodeNames: []string{"n"}}, 0, -1, `extract: node 0 "n": its cost is negative: -1`},
		{Problem{Classes: 1, Nodes: []Node{leaf(0, math.NaN())}, Roots: []int32{0}}, 0, -1, "extract: node 0: its cost is not a number"},
		{Problem{Classes: 1, Nodes: []Node{leaf(0, math.Inf(1))}, Roots: []int32{0}}, 0, -1, "extract: node 0: its cost is infinite"},
		{Problem{Classes: 1, Nodes: []Node{leaf(0, math.Inf(-1))}, Roots: []int32{0}}, 0, -1, "extract: node 0: its cost is negative: -Inf"},
		{Problem{Classes: 1, Nodes: []Node{leaf(0, 1e308), leaf(0, 1e308)}, Roots: []int32{0}}, 1, -1, "extract: node 1: the sum of all costs up to its own is infinite"},
		{Problem{Classes: 1, Nodes: []Node{node(0, 1, 2)}, Roots: []int32{0}}, 0, -1, "extract: node 0: its child is class 2 of 1"},
		{Problem{Classes: 2, Nodes: []Node{ok}, Roots: []int32{0}, ClassNames: []string{"a", "b"}}, -1, 1, `extract: class 1 "b": has no node`},
		{Problem{Classes: 1, Nodes: []Node{ok}, Roots: []int32{0, 4}}, -1, 4, "extract: class 4: is a root, and there are 1 classes"},
		{Problem{Classes: 1, Nodes: []Node{ok}, Roots: []int32{0}, ClassNames: []string{}}, -1, -1, "extract: 0 names for 1 classes"},
		{Problem{Classes: 1, Nodes: []Node{ok}, Roots: []int32{0}, NodeNames: []string{"a", "b"}}, -1, -1, "extract: 2 names for 1 nodes"},
	} {
		var e *Error
		if err := tt.p.Check(); !errors.As(err, &e) || e.Node != tt.node || e.Class != tt.class || e.Error() != tt.msg {
			t.Errorf("%+v: %v; want %s", tt.p, err, tt.msg)
		}
		if _, err := Tree(&tt.p); !errors.As(err, &e) {
			t.Errorf("Tree: %v", err)
		}
		if _, err := Greedy(context.Background(), &tt.p, Options{}); !errors.As(err, &e) {
			t.Errorf("Greedy: %v", err)
		}
		if _, err := Exact(context.Background(), &tt.p, Options{}); !errors.As(err, &e) {
			t.Errorf("Exact: %v", err)
		}
		if _, err := tt.p.DAGCost([]int32{0}); !errors.As(err, &e) {
			t.Errorf("DAGCost: %v", err)
		}
		if _, err := tt.p.TreeCost([]int32{0}); !errors.As(err, &e) {
			t.Errorf("TreeCost: %v", err)
		}
	}
}

func TestInfinite(t *testing.T) {
	p := &Problem{Classes: 5, Nodes: []Node{
		leaf(0, 1), node(1, 1, 0, 2), node(1, 1, 1), node(2, 1, 0, 3), node(3, 1, 2), node(4, 0, 4),
	}, Roots: []int32{0, 1}, ClassNames: []string{"a", "b", "c", "d", "e"}}
	for _, tt := range []struct {
		root    int32
		classes []int32
		msg     string
	}{
		{1, []int32{2, 3}, `extract: every term of root 1 is infinite: "c" -> "d" -> "c"`},
		{4, []int32{4}, `extract: every term of root 4 is infinite: "e" -> "e"`},
	} {
		p.Roots[1] = tt.root
		err := p.Check()
		var e *CycleError
		if !errors.As(err, &e) || !e.All || e.Root != tt.root || !reflect.DeepEqual(e.Classes, tt.classes) || e.Error() != tt.msg {
			t.Errorf("Check: %v; want %s", err, tt.msg)
		}
		if _, err := Tree(p); !errors.As(err, &e) {
			t.Errorf("Tree: %v", err)
		}
		if _, err := Greedy(context.Background(), p, Options{}); !errors.As(err, &e) {
			t.Errorf("Greedy: %v", err)
		}
	}
	p.Roots[1] = 0
	if err := p.Check(); err != nil {
		t.Errorf("infinite classes that no root needs: %v", err)
	}
}

func TestCosts(t *testing.T) {
	p := &Problem{Classes: 3, Nodes: []Node{
		node(0, 1, 1, 1), node(1, 10, 2), node(1, 3, 0), leaf(2, 100), node(2, 0, 1),
	}, Roots: []int32{0, 1}}
	choice := []int32{0, 1, 3}
	dag, err := p.DAGCost(choice)
	if err != nil || dag != 111 {
		t.Errorf("DAG cost %v, %v; want 111", dag, err)
	}
	tree, err := p.TreeCost(choice)
	if err != nil || tree != 1+2*110+110 {
		t.Errorf("tree cost %v, %v; want 331", tree, err)
	}
	var c *CycleError
	if _, err := p.DAGCost([]int32{0, 2, 3}); !errors.As(err, &c) || !reflect.DeepEqual(c.Classes, []int32{0, 1}) || c.All ||
		c.Error() != "extract: the choice for root 0 is cyclic: 0 -> 1 -> 0" {
		t.Errorf("a cyclic choice: %v", err)
	}
	if _, err := p.TreeCost([]int32{0, 1, 4}); !errors.As(err, &c) || !reflect.DeepEqual(c.Classes, []int32{1, 2}) {
		t.Errorf("a cyclic choice: %v", err)
	}
	for _, choice := range [][]int32{nil, {0, 1}, {0, 1, -1}, {0, 1, 5}, {1, 1, 3}} {
		var e *Error
		if _, err := p.DAGCost(choice); !errors.As(err, &e) {
			t.Errorf("%v: %v", choice, err)
		}
	}
}

func TestBudget(t *testing.T) {
	p := deep(rand.New(rand.NewPCG(1, 2)), 2000, 3, 20, 5, 0.3)
	var e *Error
	if _, err := Greedy(context.Background(), p, Options{Steps: -1}); !errors.As(err, &e) {
		t.Errorf("Greedy: %v", err)
	}
	if _, err := Exact(context.Background(), p, Options{Steps: -1}); !errors.As(err, &e) {
		t.Errorf("Exact: %v", err)
	}
	reason := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(reason)
	if _, err := Greedy(ctx, p, Options{}); err != reason {
		t.Errorf("Greedy: %v", err)
	}
	if _, err := Exact(ctx, p, Options{}); err != reason {
		t.Errorf("Exact: %v", err)
	}
	// A context that ends in the middle.
	for _, polls := range []int{1, 2, 5, 20} {
		if _, err := Exact(&ending{Context: context.Background(), polls: polls}, p, Options{}); err != context.Canceled {
			t.Errorf("Exact, cancelled at look %d: %v", polls, err)
		}
	}
	if _, err := Greedy(&ending{Context: context.Background(), polls: 2}, p, Options{}); err != context.Canceled {
		t.Errorf("Greedy: %v", err)
	}
}

// ending is a context that is cancelled after so many looks at it.
type ending struct {
	context.Context
	polls int
}

func (c *ending) Err() error {
	if c.polls--; c.polls < 0 {
		return context.Canceled
	}
	return nil
}

// TestAllocations counts what a small problem allocates.
func TestAllocations(t *testing.T) {
	p := deep(rand.New(rand.NewPCG(1, 2)), 50, 2, 20, 2, 0.1)
	got := testing.AllocsPerRun(10, func() {
		if _, err := Greedy(context.Background(), p, Options{}); err != nil {
			t.Fatal(err)
		}
	})
	if got > 250 { // the trials of a choice allocate nothing
		t.Errorf("%v allocations", got)
	}
	t.Logf("%v allocations for %d nodes", got, len(p.Nodes))
}

func TestLong(t *testing.T) {
	// A chain as long as this must not be walked by recursion, nor in quadratic time.
	n := int32(100_000)
	if testing.Short() {
		n = 20_000
	}
	p := &Problem{Classes: int(n), Nodes: []Node{leaf(0, 1)}, Roots: []int32{n - 1}}
	for c := int32(1); c < n; c++ {
		p.Nodes = append(p.Nodes, node(c, 1, c-1), node(c, 1, (c+1)%n, c-1), node(c, 3, c/2))
	}
	tree, err := Tree(p)
	if err != nil {
		t.Fatal(err)
	}
	greedy, err := Greedy(context.Background(), p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkSolution(t, p, greedy)
	if greedy.Cost > tree.Cost {
		t.Errorf("Greedy %v, Tree %v", greedy.Cost, tree.Cost)
	}
	p.Nodes[0] = node(0, 1, n-1)
	var e *CycleError
	if err := p.Check(); !errors.As(err, &e) || len(e.Classes) < 2 {
		t.Errorf("a long cycle: %v", err)
	}
}

func BenchmarkTree(b *testing.B) {
	benchmark(b, func(p *Problem) (*Solution, error) { return Tree(p) })
}
func BenchmarkGreedy(b *testing.B) {
	benchmark(b, func(p *Problem) (*Solution, error) { return Greedy(context.Background(), p, Options{}) })
}
func BenchmarkExact(b *testing.B) {
	benchmark(b, func(p *Problem) (*Solution, error) { return Exact(context.Background(), p, Options{}) })
}

func benchmark(b *testing.B, f func(*Problem) (*Solution, error)) {
	for _, classes := range []int{20, 40, 200, 1000, 20_000, 200_000, 400_000} {
		p := deep(rand.New(rand.NewPCG(1, 2)), classes, 3, 1000, max(classes/100, 1), 0.2)
		b.Run(fmt.Sprintf("nodes=%d", len(p.Nodes)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
