package egraph

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// Commutative is an option: the two arguments of these heads can stand in either
// order. Nodes keep them sorted, and patterns match both ways, so that no rule
// has to say it.
func Commutative(heads ...string) Option {
	return func(g *Graph) {
		for _, h := range heads {
			g.setSort(h, commutative)
		}
	}
}

// Language is an option: rules that mention a function that the checker does not
// know, or with a wrong number of arguments, are errors. As in package rewrite, it
// is asked about heads that are names, not about operators.
func Language(c rewrite.Checker) Option {
	return func(g *Graph) {
		g.language = func(head string, args int) string {
			if first := rune(head[0]); head == "neg" || first < utf8.RuneSelf && first != '_' && !unicode.IsLetter(first) {
				return ""
			}
			return c.Check(head, args)
		}
	}
}

// Heads is an option: rules that mention a call of another head, or one with
// another number of arguments, are errors.
func Heads(arities map[string]int) Option {
	return func(g *Graph) {
		g.language = func(head string, args int) string {
			n, ok := arities[head]
			switch {
			case !ok:
				return "a head of the language"
			case args != n:
				return fmt.Sprintf("%d argument(s) of %s", n, head)
			}
			return ""
		}
	}
}

// Theory is rules and options, compiled once, from which graphs are made
// cheaply. It never changes, and can be used by any number of goroutines.
type Theory struct {
	proto *Graph
	opts  []Option
	rules []*Rule
}

// NewTheory compiles rules. The error is a *[RuleError].
func NewTheory(rules []*Rule, opts ...Option) (*Theory, error) {
	t := &Theory{proto: New(opts...), opts: opts, rules: append([]*Rule(nil), rules...)}
	for _, r := range rules {
		if _, err := t.proto.program(r); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Rules are the theory's rules.
func (t *Theory) Rules() []*Rule { return append([]*Rule(nil), t.rules...) }

// New makes an empty graph with the theory's options, which knows the theory's
// rules: to run them, or some of them, nothing has to be compiled.
func (t *Theory) New() *Graph {
	p := t.proto
	g := empty()
	g.symbols.under(&p.symbols)
	g.byOp = make([][]uint32, len(p.byOp), len(p.byOp)+32)
	g.newest = make([]uint32, len(p.byOp), len(p.byOp)+32)
	g.scratch = make([]uint32, cap(p.scratch))
	g.programs = p.programs[:len(p.programs):len(p.programs)]
	g.baseOf = p.programOf
	g.searched = make([]uint32, len(p.programs))
	for _, o := range t.opts {
		o(g)
	}
	return g
}
