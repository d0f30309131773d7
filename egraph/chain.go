package egraph

import (
	"context"
	"fmt"
	"math/big"

	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// Chain is how a term became another, by one rule after the other.
type Chain struct {
	// Before and After are the terms, with sums and products flat, and with
	// differences, quotients and fused operations written as these.
	Before, After symbolic.Expr
	Steps         []ChainStep
	// Reason says why there are no steps, if there are none and the terms differ.
	Reason string
}

// ChainStep is one step of a chain: the whole term after a rule was applied to a
// part of it. What changes the order of arguments alone is no step.
type ChainStep struct {
	Rule    string        // its name; see [Step]
	Reverse bool          // from right to left
	Class   rewrite.Class // Rounding of steps that are no single rule's
	Term    symbolic.Expr
}

// Explain is [Optimizer.Optimize] and, for each expression, the chain of rules
// from what it was to what it has become. Only expressions that are optimised in
// one graph have a chain: of some hundred operations at the most.
func (o *Optimizer) Explain(ctx context.Context, exprs ...symbolic.Expr) (*Result, []Chain, error) {
	s, err := o.start(ctx, exprs)
	if err != nil {
		return nil, nil, err
	}
	if err := s.optimize(); err != nil {
		return nil, nil, err
	}
	t, err := s.theory()
	if err != nil {
		return nil, nil, err
	}
	chains := make([]Chain, len(exprs))
	for i := range chains {
		if err := s.chain(t, s.exprs[i], s.result.Exprs[i], &chains[i]); err != nil {
			return nil, nil, err
		}
	}
	return s.result, chains, nil
}

// maxChain is the size of terms, written out, up to which they are explained.
const maxChain = 500

// chain explains one expression: its graph is made again, with reasons, and what
// was chosen is looked up in it.
func (s *optimizing) chain(t *theory, from, to symbolic.Expr, c *Chain) error {
	a, aOK := patternOf(from, t.bags)
	b, bOK := patternOf(to, t.bags)
	if !aOK || !bOK {
		c.Before, c.After, c.Reason = from, to, "the expression is too large"
		return nil
	}
	c.Before, c.After = exprOf(a), exprOf(b)
	if a.String() == b.String() {
		return nil
	}
	g := t.rules.explaining()
	start := AddTerm(g, patterns, a)
	end := noClass
	var f *factoring
	if t.distributes && t.bags {
		f = newFactoring(g)
	}
	// What was chosen is added when it could be there, and given some time to meet
	// what it came from: it may be written in another way than in the graph.
	for range 2 {
		if f != nil {
			if err := f.every(2 * DefaultBudget); err != nil {
				return err
			}
		}
		var failed error
		_, err := g.Run(s.ctx, t.rules.Rules(), Nodes(4*DefaultBudget), Iterations(6), Schedule(&Backoff{}), EachIteration(func(g *Graph, _ *Iteration) bool {
			if f != nil {
				failed = f.every(2 * DefaultBudget)
			}
			return failed == nil && (end == noClass || g.Find(start) != g.Find(ID(end)))
		}))
		if err != nil || failed != nil {
			return fmt.Errorf("egraph: explaining: %w", firstError(err, failed))
		}
		if end == noClass {
			end = uint32(AddTerm(g, patterns, b))
			if err := g.Rebuild(); err != nil {
				return err
			}
		}
		if g.Find(start) == g.Find(ID(end)) {
			break
		}
	}
	if g.Find(start) != g.Find(ID(end)) {
		c.Reason = "the chain was not found within its budget"
		return nil
	}
	proof, err := g.Explain(start, ID(end))
	if err != nil {
		c.Reason = err.Error()
		return nil
	}
	classes := map[string]rewrite.Class{}
	for _, r := range t.rules.Rules() {
		classes[r.Name()] = r.Class()
	}
	last := c.Before.String()
	for step := range proof.Steps() {
		term := exprOf(step.After)
		if text := term.String(); step.Rule == "reorder" || text == last {
			continue
		} else {
			last = text
		}
		if len(c.Steps) == maxSteps {
			c.Reason = fmt.Sprintf("the chain goes on after %d steps", maxSteps)
			break
		}
		class, ok := classes[step.Rule]
		if !ok {
			class = rewrite.Rounding
		}
		c.Steps = append(c.Steps, ChainStep{Rule: step.Rule, Reverse: step.Reverse, Class: class, Term: term})
	}
	return nil
}

const maxSteps = 200

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// explaining is a graph of the theory that remembers reasons.
func (t *Theory) explaining() *Graph {
	g := t.New()
	Explained()(g)
	return g
}

// patternOf is a faithful expression as a term of the rules' language; with bags
// as graphs with multisets have it. It is not ok if it is too large, written out.
func patternOf(e symbolic.Expr, bags bool) (p *rewrite.Pattern, ok bool) {
	size := map[symbolic.Expr]int{}
	for t := range symbolic.Postorder(e) {
		n := 1
		for i := range t.NumArgs() {
			n = min(n+size[t.Arg(i)], maxChain+1)
		}
		size[t] = n
	}
	if size[e] > maxChain {
		return nil, false
	}
	of := map[symbolic.Expr]*rewrite.Pattern{}
	for t := range symbolic.Postorder(e) {
		switch t.Op() {
		case symbolic.OpNumber:
			r, _ := t.Rat()
			of[t] = rewrite.Number(r)
		case symbolic.OpFloat:
			v, _ := t.Float64()
			of[t] = rewrite.Float(v)
		case symbolic.OpVar:
			of[t] = rewrite.Symbol(t.Name())
		default:
			q := rewrite.Call(symbolic.Terms.Head(t))
			for i := range t.NumArgs() {
				q.Args = append(q.Args, of[t.Arg(i)])
			}
			if t.Op() == symbolic.OpPow {
				q.Args = append(q.Args, rewrite.Integer(t.Exponent()))
			}
			of[t] = q
		}
	}
	p = turnPattern(of[e])
	if bags {
		p = normalPattern(p.Canonical())
	}
	return p, true
}

// exprOf is a term without slots as an expression.
func exprOf(p *rewrite.Pattern) symbolic.Expr {
	switch p.Kind {
	case rewrite.NumberKind:
		return symbolic.Exact(p.Number)
	case rewrite.FloatKind:
		return symbolic.Const(p.Float)
	case rewrite.SymbolKind:
		return symbolic.Terms.FromSymbol(p.Name)
	}
	args := make([]symbolic.Expr, len(p.Args))
	for i, a := range p.Args {
		args[i] = exprOf(a)
	}
	return symbolic.Terms.Make(symbolic.Expr{}, p.Head, args)
}

// patterns is how terms without slots are seen.
var patterns patternTerms

type patternTerms struct{}

func (patternTerms) Head(p *rewrite.Pattern) string                 { return p.Head }
func (patternTerms) NumArgs(p *rewrite.Pattern) int                 { return len(p.Args) }
func (patternTerms) Arg(p *rewrite.Pattern, i int) *rewrite.Pattern { return p.Args[i] }
func (patternTerms) Equal(a, b *rewrite.Pattern) bool               { return a.String() == b.String() }
func (patternTerms) FromNumber(v *big.Rat) *rewrite.Pattern {
	return rewrite.Number(new(big.Rat).Set(v))
}
func (patternTerms) FromSymbol(name string) *rewrite.Pattern { return rewrite.Symbol(name) }
func (patternTerms) FromFloat(v float64) *rewrite.Pattern    { return rewrite.Float(v) }
func (patternTerms) Float(p *rewrite.Pattern) (float64, bool) {
	return p.Float, p.Kind == rewrite.FloatKind
}
func (patternTerms) Symbol(p *rewrite.Pattern) string { return p.Name }

func (patternTerms) Make(_ *rewrite.Pattern, head string, args []*rewrite.Pattern) *rewrite.Pattern {
	return rewrite.Call(head, args...)
}

func (patternTerms) Number(p *rewrite.Pattern, v *big.Rat) bool {
	if p.Kind != rewrite.NumberKind {
		return false
	}
	v.Set(p.Number)
	return true
}
