package egraph

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// Proof is why two terms are equal: a chain of terms of which each becomes the
// next by one step. What is done inside a term is a proof of its own, which may
// be used in several places, so that a Proof is small though the chain, with all
// its steps written out, may be long. Terms are patterns without slots.
//
// A Proof does not change, and does not need the graph that it is from.
type Proof struct {
	left, right *rewrite.Pattern
	links       []link
	length      int                // how many steps there are, written out; at most math.MaxInt
	sorts       map[string]sorting // of heads whose arguments may be in any order
}

// link is a step of a chain, or of congruence.
type link struct {
	kind          edgeKind
	before, after *rewrite.Pattern
	reverse       bool // a rule goes from after to before
	name          string
	rule          *Rule
	slots         []Binding
	rest          []*rewrite.Pattern // what of a multiset is left over
	premises      []*Proof           // of a rule that has several left sides
	args          []*Proof           // of congruence; nil where arguments are the same term
}

// Binding is what a slot stands for.
type Binding struct {
	Slot string
	Term *rewrite.Pattern
}

// Step is one step of a proof.
type Step struct {
	// Before and After are the whole terms.
	Before, After *rewrite.Pattern

	// Rule is the rule's name, or what else is done:
	//
	//	fold      arithmetic of exact numbers
	//	regroup   nested multisets become one, or the reverse
	//	reorder   arguments in another order, which does not matter
	//	given     what was said to be equal from outside
	//
	// Other names are those of rules that were applied to a multiset as a whole,
	// which do many of their steps at once.
	Rule string

	// Reverse says that the rule goes from After to Before.
	Reverse bool

	// Position tells where in the term the step is done: the numbers of arguments
	// on the way from the root, from 0.
	Position []int

	// Substitution is what the rule's slots stand for, in the order in which they
	// are in the rule.
	Substitution []Binding

	// Premises are proofs of what the rule needs to be equal beside, if it has
	// several left sides.
	Premises []*Proof
}

// Left is the term that a proof begins with.
func (p *Proof) Left() *rewrite.Pattern { return p.left }

// Right is the term that a proof ends with.
func (p *Proof) Right() *rewrite.Pattern { return p.right }

// Len is the number of steps, those of premises not counted; math.MaxInt if that
// is too large for an int.
func (p *Proof) Len() int { return p.length }

// Steps yields the steps from left to right. There may be very many, see
// [Proof.Len].
func (p *Proof) Steps() iter.Seq[Step] {
	return func(yield func(Step) bool) {
		// A frame is a proof that is being told, or within it the arguments of a
		// step of congruence.
		type frame struct {
			p    *Proof
			link int
			arg  int
			term *rewrite.Pattern // as it is now
		}
		stack := []frame{{p: p, term: p.left}}
		whole := func(t *rewrite.Pattern) *rewrite.Pattern {
			for i := len(stack) - 2; i >= 0; i-- {
				t = replaced(stack[i].term, stack[i].arg, t)
			}
			return t
		}
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			if f.link == len(f.p.links) {
				done := f.term
				if stack = stack[:len(stack)-1]; len(stack) > 0 {
					f = &stack[len(stack)-1]
					f.term = replaced(f.term, f.arg, done)
					f.arg++
				}
				continue
			}
			l := &f.p.links[f.link]
			if l.kind == congruenceEdge {
				for f.arg < len(l.args) && (l.args[f.arg] == nil || len(l.args[f.arg].links) == 0) {
					f.arg++
				}
				if f.arg == len(l.args) {
					f.arg = 0
					f.link++
				} else {
					stack = append(stack, frame{p: l.args[f.arg], term: l.args[f.arg].left})
				}
				continue
			}
			s := Step{Before: whole(l.before), After: whole(l.after), Rule: l.label(), Reverse: l.reverse, Substitution: slices.Clone(l.slots), Premises: slices.Clone(l.premises)}
			for _, g := range stack[:len(stack)-1] {
				s.Position = append(s.Position, g.arg)
			}
			f.term = l.after
			f.link++
			if !yield(s) {
				return
			}
		}
	}
}

func (l *link) label() string {
	if l.rule != nil {
		return l.rule.name
	}
	return l.name
}

// replaced is t with another argument.
func replaced(t *rewrite.Pattern, i int, arg *rewrite.Pattern) *rewrite.Pattern {
	if t.Args[i] == arg {
		return t
	}
	q := *t
	q.Args = slices.Clone(t.Args)
	q.Args[i] = arg
	return &q
}

// measure sets the lengths of p and of what it is made of.
func (p *Proof) measure() {
	seen := map[*Proof]bool{}
	stack := []*Proof{p}
	for len(stack) > 0 {
		q := stack[len(stack)-1]
		if seen[q] { // what it is made of is done
			stack = stack[:len(stack)-1]
			n := 0
			for i := range q.links {
				l := &q.links[i]
				if l.kind != congruenceEdge {
					n = plus(n, 1)
				}
				for _, a := range l.args {
					if a != nil {
						n = plus(n, a.length)
					}
				}
			}
			q.length = n
			continue
		}
		seen[q] = true
		for i := range q.links {
			l := &q.links[i]
			for _, more := range [2][]*Proof{l.args, l.premises} {
				for _, a := range more {
					if a != nil && !seen[a] {
						stack = append(stack, a)
					}
				}
			}
		}
	}
}

func plus(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

// String is the chain as text, a line for each step. Of a long proof it has the
// first steps only, and of a large term the beginning.
func (p *Proof) String() string {
	const mostSteps, mostText = 100, 400
	var b strings.Builder
	fmt.Fprintln(&b, termText(p.left, mostText))
	n := 0
	for s := range p.Steps() {
		if n++; n > mostSteps {
			fmt.Fprintf(&b, "… %d more steps\n", p.length-mostSteps)
			break
		}
		fmt.Fprintf(&b, "= %s   by %s", termText(s.After, mostText), s.Rule)
		if s.Reverse {
			b.WriteString(", backwards")
		}
		for i, at := range s.Position {
			if i == 0 {
				b.WriteString(", at ")
			} else {
				b.WriteByte('.')
			}
			b.WriteString(strconv.Itoa(at))
		}
		for i, s := range s.Substitution {
			if i == 0 {
				b.WriteString(", with ")
			} else {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "?%s = %s", s.Slot, termText(s.Term, mostText/8))
		}
		b.WriteByte('\n')
		for _, q := range s.Premises {
			if q.length > 0 {
				fmt.Fprintf(&b, "  since %s = %s, of length %d\n", termText(q.left, mostText/8), termText(q.right, mostText/8), q.length)
			}
		}
	}
	return b.String()
}

// termText is a term as an S-expression, of which not much more than limit bytes
// are written.
func termText(t *rewrite.Pattern, limit int) string {
	type piece struct {
		t    *rewrite.Pattern // or, if nil,
		text string
	}
	var b []byte
	todo := []piece{{t: t}}
	for len(todo) > 0 {
		if len(b) > limit {
			b = append(b, " …"...)
			break
		}
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch {
		case p.t == nil:
			b = append(b, p.text...)
		case p.t.Kind != rewrite.CallKind:
			b = append(b, p.t.String()...)
		default:
			b = append(b, '(')
			b = append(b, p.t.Head...)
			todo = append(todo, piece{text: ")"})
			for i := len(p.t.Args) - 1; i >= 0; i-- {
				todo = append(todo, piece{t: p.t.Args[i]}, piece{text: " "})
			}
		}
	}
	return string(b)
}

// Assumptions tells what in the proof [Proof.Check] takes on trust, each once: of
// rules the conditions that are Go functions or rest on what analyses know, and
// right sides that are Go functions; and what was given, unless it is an identity
// of rational functions.
func (p *Proof) Assumptions() []string {
	c := newChecker(nil)
	c.lenient = true
	c.proof(p)
	return c.assumed
}
