package egraph

import (
	"cmp"
	"context"
	"sync"

	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// Optimizer finds the cheapest equal form of expressions. The zero value is
// ready: class Rounding, the shipped rules, DefaultBudget, the fixed costs of
// AVX-512 in float64, which are the same on every machine, so that results are.
// An Optimizer is safe for concurrent use as long as nobody changes it.
type Optimizer struct {
	// Class is how far rewriting may go; 0 is [rewrite.Rounding].
	Class rewrite.Class
	// Nodes bounds the graph that rules are applied to; 0 is DefaultBudget, or
	// more for expressions that are large themselves.
	Nodes int
	// Rules are what rules there are; nil is [DefaultRules]. Those above Class are
	// passed over.
	Rules []*rewrite.Rule[symbolic.Expr]
	// Costs says what operations cost; nil is the fixed table for AVX-512. What it
	// does not know does not come into the result if it was not there before.
	Costs cost.Model
	// Scalars are variables that are the same for all elements: what depends on
	// them alone is computed once, and costs next to nothing.
	Scalars []symbolic.Expr
}

// DefaultBudget is how many nodes an Optimizer's graph may have if it does not
// say.
const DefaultBudget = 400

var defaultCosts = sync.OnceValue(func() cost.Model { return cost.AVX512(cost.Float64) })

// Result is what an Optimizer has found.
type Result struct {
	Exprs         []symbolic.Expr // the faithful expressions, in the order of those given
	Before, After Estimate
	Nodes         int     // of the graph when rules were done
	Classes       int     // likewise
	Run           *Report // how the rules went; nil if the expressions were too large for them
}

// Optimize returns expressions equal to those given in the sense of the class,
// which cost no more by the cost model, each shared term counted once over all of
// them. Faithful expressions mean what they compute, canonical ones are taken as
// [symbolic.Faithful] writes them.
//
// The same expressions give the same result on every machine and in every run.
// Errors are a *[LimitError] of a budget below 0, a *[RuleError] of a rule that a
// graph cannot have or of an unknown class, a *[ContradictionError] if the rules are wrong, and that of the context.
func (o *Optimizer) Optimize(ctx context.Context, exprs ...symbolic.Expr) (*Result, error) {
	s, err := o.start(ctx, exprs)
	if err != nil {
		return nil, err
	}
	return s.result, s.optimize()
}

// optimizing is one use of an Optimizer.
type optimizing struct {
	*Optimizer
	ctx    context.Context
	model  cost.Model
	exprs  []symbolic.Expr
	result *Result
}

func (o *Optimizer) start(ctx context.Context, exprs []symbolic.Expr) (*optimizing, error) {
	if o.Nodes < 0 {
		return nil, &LimitError{What: "nodes", Limit: int64(o.Nodes)}
	}
	if o.Class > rewrite.Domain {
		return nil, &RuleError{Rule: o.Class.String(), Offset: -1, Msg: "expected a class of rules"}
	}
	s := &optimizing{Optimizer: o, ctx: ctx, model: o.Costs, exprs: symbolic.FaithfulAll(exprs...)}
	if s.model == nil {
		s.model = defaultCosts()
	}
	before := EstimateOf(s.model, o.Scalars, s.exprs...)
	s.result = &Result{Exprs: s.exprs, Before: before, After: before}
	return s, nil
}

func (s *optimizing) class() rewrite.Class {
	if s.Class == 0 {
		return rewrite.Rounding
	}
	return s.Class
}

// large is how many operations expressions may have to be optimised in one
// graph: more are factored first, and then piece by piece.
const large = 200

func (s *optimizing) optimize() error {
	if len(s.exprs) == 0 {
		return nil
	}
	t, err := s.theory()
	if err != nil {
		return err
	}
	if s.result.Before.Ops <= large {
		found, err := s.saturate(t, s.exprs, s.Scalars, s.Nodes, exactSteps, s.result)
		if err == nil {
			s.keep(found)
		}
		return err
	}
	if t.distributes {
		if err := s.factor(); err != nil {
			return err
		}
	}
	return s.piecewise(t)
}

// saturate applies rules in one graph and takes the cheapest forms in it.
func (s *optimizing) saturate(t *theory, exprs, scalars []symbolic.Expr, budget, steps int, told *Result) ([]symbolic.Expr, error) {
	g := t.rules.New()
	l := newLoader(g, t.bags)
	roots := l.load(exprs)
	if err := g.rebuild(); err != nil {
		return nil, err
	}
	if budget == 0 {
		budget = max(DefaultBudget, 4*g.NumNodes())
	}
	opts := []RunOption{Nodes(budget), Iterations(maxIterations), Schedule(&Backoff{})}
	var failed error
	if t.distributes && t.bags {
		f := newFactoring(g)
		if err := f.every(budget / 2); err != nil {
			return nil, err
		}
		opts = append(opts, EachIteration(func(*Graph, *Iteration) bool {
			failed = f.every(budget)
			return failed == nil
		}))
	}
	report, err := g.Run(s.ctx, t.rulesFor(g), opts...)
	if err = cmp.Or(err, failed); err != nil {
		return nil, err
	}
	if report.Reason == Cancelled {
		return nil, context.Cause(s.ctx)
	}
	if told != nil {
		told.Nodes, told.Classes, told.Run = g.NumNodes(), g.NumClasses(), report
	}
	return s.choose(g, l, roots, scalars, t.bags, steps)
}

// maxIterations bounds the iterations, where a budget of nodes is so large that
// it does not.
const maxIterations = 20

// exactSteps bounds the proof that nothing cheaper is in the graph.
const exactSteps = 50_000

// factor takes common factors out of all sums.
func (s *optimizing) factor() error {
	g := New(Multiset("+", "*"), Commutative(commutes...))
	l := newLoader(g, true)
	roots := l.load(s.exprs)
	if err := g.rebuild(); err != nil {
		return err
	}
	newFactoring(g).best()
	if err := g.rebuild(); err != nil {
		return err
	}
	s.result.Nodes, s.result.Classes = g.NumNodes(), g.NumClasses()
	found, err := s.choose(g, l, roots, s.Scalars, true, 0)
	if err == nil {
		s.keep(found)
	}
	return err
}

// choose lowers the multisets of a graph and takes the cheapest terms.
func (s *optimizing) choose(g *Graph, l *loader, roots []uint32, scalars []symbolic.Expr, bags bool, steps int) ([]symbolic.Expr, error) {
	p := &prices{g: g, model: s.model, bags: bags, given: l.calls, scalar: map[Op]bool{}}
	for _, v := range scalars {
		p.scalar[g.symbolOp(v.Name())] = true
	}
	if bags {
		p.spread()
		low := newLowering(g)
		low.uniform = func(c uint32) bool { return int(c) < len(p.uniform) && p.uniform[c] }
		if err := low.lower(roots); err != nil {
			return nil, err
		}
	}
	if err := g.pair(); err != nil {
		return nil, err
	}
	return p.choose(s.ctx, l, roots, steps)
}

// keep takes expressions that are cheaper.
func (s *optimizing) keep(found []symbolic.Expr) {
	if after := EstimateOf(s.model, s.Scalars, found...); after.Cycles < s.result.After.Cycles {
		s.result.Exprs, s.result.After = found, after
	}
}

// commutes are the heads of two arguments in either order. In a graph without
// multisets sums and products are among them, since IEEE 754's commute.
var commutes = []string{"add", "mul", "==", "!=", "&&", "||"}

// theory is rules made ready for a class.
type theory struct {
	rules       *Theory
	bags        bool // sums and products are multisets: to reassociate is to round otherwise
	distributes bool // the distributive law is among the rules

	all    []*Rule
	always uint64
	bits   map[string]uint64 // of heads; those beyond the 63rd share one
	needs  []uint64          // by rule, the heads of its left side
	gives  []uint64          // and those of its right side
}

// rulesFor are the rules that can ever match in a graph: those of which all heads
// are there, or come of other such rules.
func (t *theory) rulesFor(g *Graph) []*Rule {
	have := t.always
	for op, nodes := range g.byOp {
		if o := &g.ops[op]; len(nodes) > 0 && o.kind == callKind {
			have |= t.bits[o.name]
		}
	}
	for before := uint64(0); before != have; {
		before = have
		for i, needs := range t.needs {
			if needs&^have == 0 {
				have |= t.gives[i]
			}
		}
	}
	rules := make([]*Rule, 0, len(t.all))
	for i, needs := range t.needs {
		if needs&^have == 0 {
			rules = append(rules, t.all[i])
		}
	}
	return rules
}

// heads are the bits of heads.
func (t *theory) heads(names ...string) uint64 {
	m := uint64(0)
	for _, n := range names {
		if t.bits[n] == 0 {
			t.bits[n] = 1 << min(len(t.bits), 63)
		}
		m |= t.bits[n]
	}
	return m
}

// headsOf are the bits of the heads in a pattern.
func (t *theory) headsOf(p *rewrite.Pattern) uint64 {
	if p.Kind != rewrite.CallKind {
		return 0
	}
	m := t.heads(p.Head)
	for _, a := range p.Args {
		m |= t.headsOf(a)
	}
	return m
}

func (s *optimizing) theory() (*theory, error) {
	if s.Rules == nil {
		return defaultTheories[s.class()]()
	}
	return newTheory(s.Rules, s.class())
}

var defaultTheories = map[rewrite.Class]func() (*theory, error){}

func init() {
	for c := rewrite.Exact; c <= rewrite.Domain; c++ {
		defaultTheories[c] = sync.OnceValues(func() (*theory, error) { return newTheory(DefaultRules(), c) })
	}
}

// DefaultRules are the rules that an Optimizer has if none are given: those of
// package symbolic that can make something cheaper.
func DefaultRules() []*rewrite.Rule[symbolic.Expr] {
	var rules []*rewrite.Rule[symbolic.Expr]
	for _, set := range symbolic.RuleSets() {
		if set != symbolic.AccurateRules {
			rules = append(rules, set.Rules()...)
		}
	}
	return rules
}

func newTheory(rules []*rewrite.Rule[symbolic.Expr], class rewrite.Class) (*theory, error) {
	t := &theory{bags: class > rewrite.Exact}
	law := rewrite.MustParse(symbolic.Terms, "?a*?b + ?a*?c => ?a*(?b + ?c)")
	for _, r := range rules {
		if r.Class() <= class && !r.Conditional() && r.Right() != nil && r.Left().String() == law.Left().String() && r.Right().String() == law.Right().String() {
			t.distributes = true
		}
	}
	var all []*Rule
	seen := map[string]bool{}
	for _, r := range rules {
		if r.Class() > class {
			continue
		}
		converted, err := FromRule(r)
		if err != nil {
			return nil, err
		}
		for _, c := range converted {
			if c = c.turn(); c == nil {
				continue
			}
			if t.bags {
				if c = c.normal(t.distributes); c == nil {
					continue
				}
			}
			if text := c.text(); !seen[text] {
				seen[text] = true
				all = append(all, c)
			}
		}
	}
	opts := []Option{Commutative(append([]string{"+", "*"}, commutes...)...), Folding(class)}
	if t.bags {
		opts = []Option{Multiset("+", "*"), Commutative(commutes...), Folding(class), Ranges(nil)}
	}
	opts = append(opts, func(g *Graph) { g.prune, g.both = true, !t.bags })
	var err error
	t.rules, err = NewTheory(all, opts...)
	t.all, t.bits = all, map[string]uint64{}
	t.always = t.heads("+", "*", "^") // which factoring makes
	for _, r := range all {
		needs, gives := uint64(0), uint64(0)
		for _, p := range r.left {
			needs |= t.headsOf(p.pattern)
		}
		for _, e := range r.right {
			gives |= t.headsOf(e.right)
		}
		t.needs, t.gives = append(t.needs, needs), append(t.gives, gives)
	}
	return t, err
}
