package bench

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// A nary is a term as a system has it that has neither canonical forms nor
// hash-consing: a number, a symbol, or an operation and a flat list of arguments.
// Two that are equal are two trees. Nothing is collected when one is built; that
// is the business of rules.
type nary struct {
	kind  naryKind
	value int64    // of a number
	rat   *big.Rat // of a number that is no int64
	name  string   // of a symbol
	args  []*nary  // of an operation
}

type naryKind uint8

const (
	naryNumber naryKind = iota
	narySymbol
	naryPlus
	naryTimes
	naryPower // of two arguments
)

func naryInt(v int64) *nary { return &nary{kind: naryNumber, value: v} }

func naryRat(v *big.Rat) *nary {
	if v.IsInt() && v.Num().IsInt64() {
		return naryInt(v.Num().Int64())
	}
	return &nary{kind: naryNumber, rat: v}
}

// number is the value of one.
func (t *nary) number() *big.Rat {
	if t.rat != nil {
		return t.rat
	}
	return new(big.Rat).SetInt64(t.value)
}

func (t *nary) compareNumber(u *nary) int {
	if t.rat == nil && u.rat == nil {
		return cmp.Compare(t.value, u.value)
	}
	return t.number().Cmp(u.number())
}

// terms is the number of terms of a sum; any other term is one.
func (t *nary) terms() int {
	switch {
	case t.kind == naryPlus:
		return len(t.args)
	case t.isInt(0):
		return 0
	}
	return 1
}

func (t *nary) isInt(v int64) bool {
	return t.kind == naryNumber && t.rat == nil && t.value == v
}

// equal compares two trees.
func (t *nary) equal(u *nary) bool {
	if t == u {
		return true
	}
	if t.kind != u.kind {
		return false
	}
	switch t.kind {
	case naryNumber:
		return t.compareNumber(u) == 0
	case narySymbol:
		return t.name == u.name
	}
	return equalArgs(t.args, u.args)
}

func equalArgs(a, b []*nary) bool { return slices.EqualFunc(a, b, (*nary).equal) }

// compare puts numbers first, then symbols by name, then operations.
func (t *nary) compare(u *nary) int {
	if t == u {
		return 0
	}
	if c := cmp.Compare(t.kind, u.kind); c != 0 {
		return c
	}
	switch t.kind {
	case naryNumber:
		return t.compareNumber(u)
	case narySymbol:
		return strings.Compare(t.name, u.name)
	}
	return slices.CompareFunc(t.args, u.args, (*nary).compare)
}

// naryAlgebra builds such terms: sums of sums and products of products are
// flattened, as by the constructors of such systems.
type naryAlgebra struct{}

func (naryAlgebra) Number(decimal string) *nary {
	v, ok := new(big.Rat).SetString(decimal)
	if !ok {
		panic("bench: not a decimal: " + decimal) // the reader of networks lets none through
	}
	return naryRat(v)
}

func (naryAlgebra) Int(v int64) *nary            { return naryInt(v) }
func (naryAlgebra) Var(name string) *nary        { return &nary{kind: narySymbol, name: name} }
func (naryAlgebra) Plus(terms ...*nary) *nary    { return flatten(naryPlus, terms) }
func (naryAlgebra) Times(factors ...*nary) *nary { return flatten(naryTimes, factors) }
func (naryAlgebra) Simplify(t *nary) *nary       { return simplifyNary(t) }

func flatten(kind naryKind, args []*nary) *nary {
	n := 0
	for _, a := range args {
		if a.kind == kind {
			n += len(a.args)
		} else {
			n++
		}
	}
	flat := make([]*nary, 0, n)
	for _, a := range args {
		if a.kind == kind {
			flat = append(flat, a.args...)
		} else {
			flat = append(flat, a)
		}
	}
	return &nary{kind: kind, args: flat}
}

// A naryRule returns what becomes of a term, or nil if it does not match.
type naryRule func(t *nary) *nary

// The rules are those of SymbolicUtils.jl that flatten, sort, and collect the like
// terms of sums and products (src/simplify_rules.jl: CANONICALIZE_PLUS,
// PLUS_DISTRIBUTE, CANONICALIZE_TIMES, MUL_DISTRIBUTE), with two differences, both
// in their favour: they are written in Go, so that a pattern costs no interpreter,
// and rules for numbers at the end of a product, where none is after sorting, are
// left out. What those call @acrule tries all ordered pairs of arguments, here
// anyPair; @ordered_acrule tries them in one order, here orderedPair.
var (
	plusRules = []naryRule{
		flattenArgs,
		sortArgs,
		orderedPair(addNumbers),
		anyPair(likeOne),
		anyPair(likeSingle),
		anyPair(likeSingleTo),
		anyPair(likeBoth),
		dropArgs(0),
		single,
	}
	timesRules = []naryRule{
		flattenArgs,
		sortArgs,
		orderedPair(multiplyNumbers),
		timesZero,
		anyPair(raise),
		anyPair(square),
		orderedPair(addExponents),
		dropArgs(1),
		single,
	}
)

// simplifyNary walks over a term from the leaves up and applies rules to each
// operation until none matches, and all that until nothing changes.
func simplifyNary(t *nary) *nary {
	for {
		next := postwalk(t)
		if next == t {
			return t
		}
		t = next
	}
}

func postwalk(t *nary) *nary {
	args, changed := t.args, false
	for i, a := range t.args {
		b := postwalk(a)
		if b == a {
			continue
		}
		if !changed {
			args, changed = slices.Clone(t.args), true
		}
		args[i] = b
	}
	if changed {
		t = &nary{kind: t.kind, args: args}
	}
	return applyRules(t)
}

// applyRules begins with the first rule again after each that matches.
func applyRules(t *nary) *nary {
again:
	var rules []naryRule
	switch t.kind {
	case naryPlus:
		rules = plusRules
	case naryTimes:
		rules = timesRules
	}
	for _, rule := range rules {
		if next := rule(t); next != nil {
			t = next
			goto again
		}
	}
	return t
}

func flattenArgs(t *nary) *nary {
	if !slices.ContainsFunc(t.args, func(a *nary) bool { return a.kind == t.kind }) {
		return nil
	}
	return flatten(t.kind, t.args)
}

func sortArgs(t *nary) *nary {
	if slices.IsSortedFunc(t.args, (*nary).compare) {
		return nil
	}
	args := slices.Clone(t.args)
	slices.SortStableFunc(args, (*nary).compare)
	return &nary{kind: t.kind, args: args}
}

// anyPair makes a rule for two arguments, in whichever places, a rule for all.
func anyPair(f func(a, b *nary) *nary) naryRule {
	return func(t *nary) *nary {
		for i, a := range t.args {
			for j, b := range t.args {
				if i == j {
					continue
				}
				if c := f(a, b); c != nil {
					return replacePair(t, i, j, c)
				}
			}
		}
		return nil
	}
}

// orderedPair is anyPair for rules that do not care which of two comes first.
func orderedPair(f func(a, b *nary) *nary) naryRule {
	return func(t *nary) *nary {
		for i, a := range t.args {
			for j := i + 1; j < len(t.args); j++ {
				if c := f(a, t.args[j]); c != nil {
					return replacePair(t, i, j, c)
				}
			}
		}
		return nil
	}
}

func replacePair(t *nary, i, j int, c *nary) *nary {
	args := make([]*nary, 1, len(t.args)-1)
	args[0] = c
	for k, a := range t.args {
		if k != i && k != j {
			args = append(args, a)
		}
	}
	return &nary{kind: t.kind, args: args}
}

func addNumbers(a, b *nary) *nary {
	if a.kind != naryNumber || b.kind != naryNumber {
		return nil
	}
	if a.isSmall() && b.isSmall() {
		return naryInt(a.value + b.value)
	}
	return naryRat(new(big.Rat).Add(a.number(), b.number()))
}

func multiplyNumbers(a, b *nary) *nary {
	if a.kind != naryNumber || b.kind != naryNumber {
		return nil
	}
	if a.isSmall() && b.isSmall() {
		return naryInt(a.value * b.value)
	}
	return naryRat(new(big.Rat).Mul(a.number(), b.number()))
}

// isSmall tells that two such numbers can be added and multiplied as int64.
func (t *nary) isSmall() bool { return t.rat == nil && t.value == int64(int32(t.value)) }

// withCoefficient tells whether a term is a product that begins with a number.
func withCoefficient(t *nary) bool {
	return t.kind == naryTimes && len(t.args) > 1 && t.args[0].kind == naryNumber
}

// times is v plus one times a list of factors.
func times(v *nary, plus *nary, rest []*nary) *nary {
	return &nary{kind: naryTimes, args: append([]*nary{addNumbers(v, plus)}, rest...)}
}

// likeOne: x*y + b*x*y = (1+b)*x*y.
func likeOne(a, b *nary) *nary {
	if a.kind != naryTimes || !withCoefficient(b) || !equalArgs(a.args, b.args[1:]) {
		return nil
	}
	return times(b.args[0], naryInt(1), a.args)
}

// likeSingle: x + b*x = (1+b)*x, where x is no product.
func likeSingle(a, b *nary) *nary {
	if !withCoefficient(b) || len(b.args) != 2 || !b.args[1].equal(a) {
		return nil
	}
	return times(b.args[0], naryInt(1), b.args[1:])
}

// likeSingleTo: x + x = 2*x.
func likeSingleTo(a, b *nary) *nary {
	if a.kind == naryNumber || !a.equal(b) {
		return nil
	}
	return &nary{kind: naryTimes, args: []*nary{naryInt(2), a}}
}

// likeBoth: a*x*y + b*x*y = (a+b)*x*y.
func likeBoth(a, b *nary) *nary {
	if !withCoefficient(a) || !withCoefficient(b) || !equalArgs(a.args[1:], b.args[1:]) {
		return nil
	}
	return times(a.args[0], b.args[0], a.args[1:])
}

// timesZero: 0*x = 0.
func timesZero(t *nary) *nary {
	for _, a := range t.args {
		if a.isInt(0) {
			return a
		}
	}
	return nil
}

func isPower(t *nary) bool { return t.kind == naryPower && t.args[1].kind == naryNumber }

func power(base, m, n *nary) *nary {
	return &nary{kind: naryPower, args: []*nary{base, addNumbers(m, n)}}
}

// raise: x^n * x = x^(n+1).
func raise(a, b *nary) *nary {
	if !isPower(a) || !a.args[0].equal(b) {
		return nil
	}
	return power(b, a.args[1], naryInt(1))
}

// square: x * x = x^2.
func square(a, b *nary) *nary {
	if a.kind == naryNumber || !a.equal(b) {
		return nil
	}
	return power(a, naryInt(1), naryInt(1))
}

// addExponents: x^m * x^n = x^(m+n).
func addExponents(a, b *nary) *nary {
	if !isPower(a) || !isPower(b) || !a.args[0].equal(b.args[0]) {
		return nil
	}
	return power(a.args[0], a.args[1], b.args[1])
}

// dropArgs leaves out what changes nothing.
func dropArgs(neutral int64) naryRule {
	return func(t *nary) *nary {
		if len(t.args) < 2 {
			return nil
		}
		for i, a := range t.args {
			if a.isInt(neutral) {
				return &nary{kind: t.kind, args: slices.Delete(slices.Clone(t.args), i, i+1)}
			}
		}
		return nil
	}
}

// single: the sum or product of one term is the term.
func single(t *nary) *nary {
	if len(t.args) != 1 {
		return nil
	}
	return t.args[0]
}
