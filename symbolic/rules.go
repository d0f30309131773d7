package symbolic

import (
	"fmt"
	"sync"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// RuleSet is a set of the rules that come with the package. Each rule has its
// floating-point class, which the tests hold it to.
//
// The classes are those of the operations as they are written, and of a common
// way to take them. Exact is the same bits in float64 and float32. Rounding is of
// finite operands: both sides are the same real number, at the same points; they
// are both numbers, or neither, wherever no result on the way is beyond the
// normal numbers of the format, and at all ordinary operands (a few powers of ten
// around 1) whatever is on the way; and NaN has the same effect on both. So a rule
// that forgets an operand, which may be infinite or NaN, is Domain, however well
// it holds for real numbers (x/x = 1 even where x is known not to be 0); so is one
// that takes a result to where one side overflows long before the other. What a
// rule does with numbers that are close to the largest or the smallest, or with
// infinities, is not the concern of Rounding.
//
// A condition such as ?x > 0 or nonzero(?x) asks, of a term, what the term is
// known to be: a number, or in an e-graph what its analyses have found. A rule is
// Rounding under such a condition that without it is Domain: sqrt(x)^2 = x.
//
// Rules with names of functions are not Exact even where a good implementation
// makes them so, such as sin(-x) = -sin(x); but comparisons, sign, floor, ceil,
// trunc and round are what they are everywhere.
//
// Outside of [AccurateRules] no Rounding rule costs a result more than three
// digits, unless the result depends as much on the last digits of the operands.
type RuleSet uint8

const (
	ArithmeticRules RuleSet = iota // ones, zeros, signs, common factors
	DivisionRules                  // quotients and reciprocals
	FMARules                       // fma
	PowerRules                     // integer powers and roots
	ExpRules                       // exponentials and logarithms
	TrigRules                      // trigonometric functions
	HyperbolicRules                // hyperbolic functions
	AbsRules                       // abs and sign
	MinMaxRules                    // min and max
	LogicRules                     // comparisons, truth values and select
	RoundRules                     // floor, ceil, trunc and round
	AccurateRules                  // functions that lose fewer digits than what they stand for, and what they stand for
	MergeRules                     // fewer operations, for some range: log(a) + log(b) = log(a*b)
)

var ruleSets = [...]struct {
	name  string
	rules []ruleText
}{
	ArithmeticRules: {"arithmetic", arithmeticRules},
	DivisionRules:   {"division", divisionRules},
	FMARules:        {"fma", fmaRules},
	PowerRules:      {"power", powerRules},
	ExpRules:        {"exp", expRules},
	TrigRules:       {"trig", trigRules},
	HyperbolicRules: {"hyperbolic", hyperbolicRules},
	AbsRules:        {"abs", absRules},
	MinMaxRules:     {"minmax", minMaxRules},
	LogicRules:      {"logic", logicRules},
	RoundRules:      {"round", roundRules},
	AccurateRules:   {"accurate", accurateRules},
	MergeRules:      {"merge", mergeRules},
}

// RuleSets returns all sets.
func RuleSets() []RuleSet {
	all := make([]RuleSet, len(ruleSets))
	for i := range all {
		all[i] = RuleSet(i)
	}
	return all
}

func (s RuleSet) String() string {
	if int(s) < len(ruleSets) {
		return ruleSets[s].name
	}
	return fmt.Sprintf("RuleSet(%d)", uint8(s))
}

// Texts returns the rules as texts, for [rewrite.ParseAll] and terms of any
// type.
func (s RuleSet) Texts() []rewrite.Text {
	texts := make([]rewrite.Text, len(ruleSets[s].rules))
	for i, r := range ruleSets[s].rules {
		texts[i] = rewrite.Text{Class: r.class, Text: r.text}
	}
	return texts
}

// Rules returns the rules for faithful terms, see [Terms]. They are made once,
// when first asked for.
func (s RuleSet) Rules() []*rewrite.Rule[Expr] { return clone(faithfulRules[s]()) }

// CanonicalRules returns the rules for canonical terms, see [CanonicalTerms].
// Sums and products are matched modulo associativity and commutativity,
// whatever the class: canonical terms do not say how they are computed.
func (s RuleSet) CanonicalRules() []*rewrite.Rule[Expr] { return clone(canonicalRules[s]()) }

func clone(rules []*rewrite.Rule[Expr]) []*rewrite.Rule[Expr] {
	return append([]*rewrite.Rule[Expr](nil), rules...)
}

var faithfulRules, canonicalRules [len(ruleSets)]func() []*rewrite.Rule[Expr]

func init() {
	for s := range ruleSets {
		compile := func(t rewrite.Terms[Expr], opts ...rewrite.Option) func() []*rewrite.Rule[Expr] {
			return sync.OnceValue(func() []*rewrite.Rule[Expr] {
				rules, err := rewrite.ParseAll(t, RuleSet(s).Texts(), opts...)
				if err != nil {
					panic(err)
				}
				return rules
			})
		}
		faithfulRules[s] = compile(Terms)
		canonicalRules[s] = compile(CanonicalTerms, rewrite.Canonical(), rewrite.AC)
	}
}
