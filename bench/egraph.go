package bench

import (
	"context"
	"fmt"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/internal/mathsuite"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// egraph times the engine for equality saturation by itself: how fast graphs
// grow, and how long small proofs take.
func (s *session) egraph(ctx context.Context) ([]Section, error) {
	growth, err := s.growth(ctx)
	if err != nil {
		return nil, err
	}
	proofs, err := s.proofs(ctx)
	if err != nil {
		return nil, err
	}
	return []Section{growth, proofs}, nil
}

// growth times graphs that grow until an iteration, or until nothing is new.
// What they come to is published, or has a formula.
func (s *session) growth(ctx context.Context) (Section, error) {
	iterations := s.iterations
	if iterations == 0 {
		iterations = len(mathsuite.GrowthNodes)
	}
	var cases []algebraCase
	work := map[string]preparation{}
	add := func(label string, want result, prepare preparation) {
		cases = append(cases, algebraCase{name: label, label: label, want: want})
		work[label] = prepare
	}
	rules, err := egraph.ParseRules(mathsuite.Growth...)
	if err != nil {
		return Section{}, err
	}
	for n := iterations - 1; n <= iterations; n++ {
		add(fmt.Sprintf("mathematics, %d iterations", n), result{terms: mathsuite.GrowthNodes[n-1]},
			saturation(ctx, rules, mathsuite.GrowthTerms, egraph.Iterations(n)))
	}
	regroup, err := egraph.ParseRules(mathsuite.Regroup...)
	if err != nil {
		return Section{}, err
	}
	for k := iterations - 1; k <= iterations; k++ {
		classes, nodes := mathsuite.Regrouped(k)
		add(fmt.Sprintf("a sum of %d, all ways to group it", k), result{terms: nodes, value: float64(classes)},
			saturation(ctx, regroup, []string{sum(k)}, egraph.Iterations(100)))
	}

	side := &goSide{cases: work}
	columns := []column{{Side{Name: triadName}, side}}
	if err := verifyCases(ctx, columns, cases); err != nil {
		return Section{}, err
	}
	jobs := jobsOf(cases)
	times, err := takeTurns(ctx, columns, jobs, s.Rounds, s.round("egraph"))
	if err != nil {
		return Section{}, err
	}
	sec := Section{
		Name: "egraph", Title: fmt.Sprintf("graphs that grow, one core, median of %d rounds", s.Rounds),
		Sides: []Side{
			{Name: "e-nodes", What: "of the graph in the end"},
			{Name: "ms", What: "reading the terms, applying the rules and rebuilding; the rules are compiled by it too, garbage is collected before"},
			{Name: "million e-nodes/s", What: "the nodes in the end by that time"},
			{Name: "MB", What: "that a run allocates, memory given back on the way included"},
		},
		Notes: []string{
			fmt.Sprintf("Mathematics: the %d rules and %d terms of egglog's math-microbenchmark, with associativity, commutativity, distribution and calculus. In each iteration all matches of all rules are applied. The counts of nodes are those that egg and egglog publish.",
				len(mathsuite.Growth), len(mathsuite.GrowthTerms)),
			"A sum of k different terms, under associativity and commutativity alone, saturates at 2^k - 1 classes and 3^k - 2^(k+1) + 1 + k nodes. (As a multiset it is a single node; no rule is needed then.)",
			"All counts are checked before anything is timed.",
			"To compare: egg, on this kind of machine and one core, takes 0.22 s for 10 iterations and 2.4 s and 345 MB for 11 (0.63 and 0.44 million nodes a second); egglog is published at 0.43 s for 11.",
			spendingNote,
		},
	}
	for i, c := range cases {
		var ms, rate []float64
		for _, ns := range times[0][i] {
			ms = append(ms, ns/1e6)
			rate = append(rate, float64(c.want.terms)/ns*1e3)
		}
		row := Row{Label: c.label}
		for _, values := range [][]float64{{float64(c.want.terms)}, ms, rate, {side.bytes[c.name] / 1e6}} {
			stats := summarize(values)
			row.Cells = append(row.Cells, &stats)
		}
		sec.Rows = append(sec.Rows, row)
	}
	return sec, nil
}

// saturation is the case of running rules on terms. Its value is the number of
// classes, if nothing new is found any more.
func saturation(ctx context.Context, rules []*egraph.Rule, terms []string, limit egraph.RunOption) preparation {
	return func() (func() error, func() (result, error)) {
		var g *egraph.Graph
		var report *egraph.Report
		return func() (err error) {
				g = egraph.New()
				for _, t := range terms {
					if _, err := g.AddSExpr(t); err != nil {
						return err
					}
				}
				report, err = g.Run(ctx, rules, limit, egraph.Nodes(10_000_000))
				if err == nil && report.Reason == egraph.Cancelled {
					err = context.Cause(ctx)
				}
				return err
			}, func() (result, error) {
				came := result{terms: g.NumNodes()}
				if report.Reason == egraph.Saturated {
					came.value = float64(g.NumClasses())
				}
				return came, nil
			}
	}
}

// sum is the text of a sum of the numbers from 1 to k, added up one by one.
func sum(k int) string {
	text := "1"
	for i := 2; i <= k; i++ {
		text = fmt.Sprintf("(+ %s %d)", text, i)
	}
	return text
}

// proving is one proof of the suite, repeated.
type proving struct {
	mathsuite.Proof
	theory *egraph.Theory
	report *egraph.Report
}

// proofs times small graphs: rules run until two terms are found equal.
func (s *session) proofs(ctx context.Context) (Section, error) {
	theory, err := laws()
	if err != nil {
		return Section{}, err
	}
	var all []*proving
	for _, p := range mathsuite.Proofs {
		x := &proving{Proof: p, theory: theory}
		if err := x.prove(ctx); err != nil {
			return Section{}, err
		}
		all = append(all, x)
	}
	took := make([][]float64, len(all))
	for r := range s.Rounds {
		s.round("egraph proofs")(r)
		for i, x := range all {
			times := max(s.work/100_000, 1)
			ns, err := timeOnce(func() error {
				for range times {
					if err := x.prove(ctx); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return Section{}, err
			}
			took[i] = append(took[i], ns/float64(times)/1e3)
		}
	}
	sec := Section{
		Name: "egraph proofs", Title: fmt.Sprintf("small graphs, one core, median of %d rounds", s.Rounds),
		Sides: []Side{
			{Name: "iterations", What: "until the two terms are equal"},
			{Name: "e-nodes", What: "of the graph then"},
			{Name: "µs", What: "making a graph of the theory, reading both terms and running the rules; the rules were compiled before"},
		},
		Notes: []string{
			fmt.Sprintf("The tests of egg's mathematics (tests/math.rs), %d rules with computing of numbers, the backoff scheduler.", len(theory.Rules())),
			"To compare: egg takes 12 to 800 µs for its small ones, on this kind of machine.",
		},
	}
	for i, x := range all {
		iterations := x.report.Iterations
		row := Row{Label: x.From + " = " + x.To}
		for _, values := range [][]float64{{float64(len(iterations))}, {float64(iterations[len(iterations)-1].Nodes)}, took[i]} {
			stats := summarize(values)
			row.Cells = append(row.Cells, &stats)
		}
		sec.Rows = append(sec.Rows, row)
	}
	return sec, nil
}

// prove fails if the terms are not found equal.
func (p *proving) prove(ctx context.Context) error {
	g := p.theory.New()
	from, err := g.AddSExpr(p.From)
	if err != nil {
		return err
	}
	to, err := g.AddSExpr(p.To)
	if err != nil {
		return err
	}
	p.report, err = g.Run(ctx, p.theory.Rules(), egraph.Iterations(35), egraph.Nodes(60_000), egraph.Schedule(&egraph.Backoff{}),
		egraph.EachIteration(func(g *egraph.Graph, _ *egraph.Iteration) bool { return g.Find(from) != g.Find(to) }))
	switch {
	case err != nil:
		return err
	case p.report.Reason == egraph.Cancelled:
		return context.Cause(ctx)
	case g.Find(from) != g.Find(to):
		return &ResultError{Case: p.Name, Side: triadName, What: "that the terms are equal", Want: 1}
	}
	return nil
}

// laws are the rules of the suite's proofs.
func laws() (*egraph.Theory, error) {
	var rules []*egraph.Rule
	for _, law := range mathsuite.Laws {
		var opts []egraph.RuleOption
		if a, b := law.Differ[0], law.Differ[1]; a != "" {
			opts = append(opts, egraph.When(func(m *egraph.Match) bool { return m.Get(a) != m.Get(b) }))
		}
		made, err := egraph.ParseRule(law.Text, opts...)
		if err != nil {
			return nil, err
		}
		rules = append(rules, made...)
	}
	return egraph.NewTheory(rules, egraph.Folding(rewrite.Domain))
}
