package symbolic

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// identities are rules that say of a sum of monomials in functions of one slot
// that it is another such sum, such as sin(?x)^2 + cos(?x)^2 => 1. They hold for
// each monomial with any factor beside it, and can be used to get rid of any of
// the monomials. In a sum the others are looked up, so that no pairs of terms
// are tried: the time is linear in the length of the sum.
//
// The identities of a function are those that can be told by a monomial with it
// as first factor, and the slot itself as its argument.
type identities struct {
	byFunc  map[*Function][]anchor
	known   map[string]bool
	squares []anchor // of which the rest of the identity is in other functions
}

type identity struct {
	rule  *rewrite.Rule[Expr]
	terms []identityTerm // their sum is 0
	plain bool           // the slot itself is the argument of all functions
}

type identityTerm struct {
	c       num // exact
	factors []identityFactor
}

type identityFactor struct {
	fn  *Function
	arg *rewrite.Pattern // with one slot; nil if it is the slot itself
	exp int64
}

type anchor struct {
	id *identity
	at int // the term
}

// add panics if the rule is not of this kind.
func (ids *identities) add(r *rewrite.Rule[Expr]) {
	id := &identity{rule: r}
	ok := !r.Conditional()
	for i, side := range []*rewrite.Pattern{r.Left(), r.Right()} {
		sum := []*rewrite.Pattern{side}
		if side.Head == "+" {
			sum = side.Args
		}
		for _, p := range sum {
			t, is := identityTermOf(p)
			ok = ok && is
			if i == 1 {
				t.c = mulNum(num{v: -1}, t.c)
			}
			id.terms = append(id.terms, t)
		}
	}
	if !ok {
		panic("symbolic: no identity of a sum: " + r.Name())
	}
	if key := id.key(); ids.known[key] { // 1 - sin^2 = cos^2 and sin^2 + cos^2 = 1 are one
		return
	} else {
		ids.known[key] = true
	}
	id.plain = true
	for i, t := range id.terms {
		plain := true
		for _, f := range t.factors {
			plain = plain && f.arg == nil
		}
		id.plain = id.plain && plain
		if plain && len(t.factors) > 0 {
			fn := t.factors[0].fn
			ids.byFunc[fn] = append(ids.byFunc[fn], anchor{id, i})
		}
	}
	for i, t := range id.terms {
		if id.plain && len(t.factors) == 1 && t.factors[0].exp == 2 {
			ids.squares = append(ids.squares, anchor{id, i})
		}
	}
}

// key is the same for the same identity.
func (id *identity) key() string {
	var texts []string
	c := map[string]num{}
	for _, t := range id.terms {
		s := ""
		for _, f := range t.factors {
			s += fmt.Sprint(f.fn.Name, f.arg, "^", f.exp)
		}
		texts = append(texts, s)
		c[s] = t.c
	}
	slices.Sort(texts)
	first := new(big.Rat).Inv(c[texts[0]].exact())
	for i, s := range texts {
		texts[i] += " " + new(big.Rat).Mul(first, c[s].exact()).String()
	}
	return strings.Join(texts, ",")
}

func identityTermOf(p *rewrite.Pattern) (t identityTerm, ok bool) {
	t.c = num{v: 1}
	factors := []*rewrite.Pattern{p}
	if p.Head == "*" {
		factors = p.Args
	}
	for _, p := range factors {
		f := identityFactor{exp: 1}
		if p.Kind == rewrite.NumberKind {
			t.c = mulNum(t.c, numOfRat(new(big.Rat).Set(p.Number)))
			continue
		}
		if p.Head == "^" {
			e := p.Args[1]
			if e.Kind != rewrite.NumberKind || !e.Number.IsInt() {
				return t, false
			}
			f.exp = e.Number.Num().Int64()
			p = p.Args[0]
		}
		if f.fn = LookupFunction(p.Head, len(p.Args)); f.fn == nil || len(p.Args) != 1 {
			return t, false
		}
		if a := p.Args[0]; a.Kind != rewrite.SlotKind {
			f.arg = a
		}
		t.factors = append(t.factors, f)
	}
	return t, true
}

// Rewrite makes the sum e smaller as long as it can.
func (ids *identities) Rewrite(s *rewrite.State[Expr], e Expr) (Expr, bool, error) {
	if e.Op() != OpSum || !ids.mayApply(e.n) {
		return e, false, nil
	}
	best := newSumWork(ids, e.n)
	if err := best.shrink(s); err != nil {
		return e, false, err
	}
	// What cannot be won step by step is tried with all squares of a function
	// written as the other terms of an identity: sin^4 + 2*sin^2*cos^2 + cos^4.
	if best.hasSquares() {
		for _, a := range ids.squares {
			w := newSumWork(ids, e.n)
			w.measure = best.measure
			if !w.eliminate(a, 4*len(w.coef)+64) {
				continue
			}
			if err := w.shrink(s); err != nil {
				return e, false, err
			}
			if w.extent().less(best.extent()) {
				after := w.sum()
				w.steps = []identityStep{{a.id.rule, e.n, after}}
				best = w
			}
		}
	}
	if len(best.steps) == 0 {
		return e, false, nil
	}
	for _, f := range best.steps {
		if err := s.Fired(f.rule, Expr{f.before}, Expr{f.after}); err != nil {
			return e, false, err
		}
	}
	return Expr{best.sum()}, true, nil
}

func (ids *identities) mayApply(sum *node) bool {
	for _, p := range sum.pairs() {
		var buf [1]pair
		for _, f := range p.n.factors(&buf) {
			if f.n != nil && f.n.op == OpCall && ids.byFunc[functionAt(f.n.fn)] != nil {
				return true
			}
		}
	}
	return false
}

// sumWork is the work on one sum.
type sumWork struct {
	ids     *identities
	coef    map[*node]num // of the terms with exact coefficients; none is 0
	rest    []pair        // the others
	todo    []*node       // monomials to look at, in order
	measure *measure
	steps   []identityStep
}

type identityStep struct {
	rule          *rewrite.Rule[Expr]
	before, after *node
}

func newSumWork(ids *identities, sum *node) *sumWork {
	w := &sumWork{ids: ids, coef: map[*node]num{}, measure: &measure{of: map[*node]extent{}}}
	for _, p := range sum.pairs() {
		if p.c.isExact() {
			w.coef[p.n] = p.c
			w.todo = append(w.todo, p.n)
		} else {
			w.rest = append(w.rest, p)
		}
	}
	return w
}

func (w *sumWork) sum() *node {
	terms := slices.Clone(w.rest)
	for n, c := range w.coef { // put into order here
		terms = append(terms, pair{n, c})
	}
	return makeSum(sortTerms(terms))
}

func (w *sumWork) extent() (all extent) {
	for n, c := range w.coef {
		all = all.plus(w.term(n))
		if !c.isOne() {
			all.height++
		}
	}
	return all
}

// hasSquares reports whether a function that identities are about has a power
// above 1 somewhere.
func (w *sumWork) hasSquares() bool {
	for n := range w.coef {
		var buf [1]pair
		for _, f := range n.factors(&buf) {
			if f.n != nil && f.n.op == OpCall && w.ids.byFunc[functionAt(f.n.fn)] != nil && f.c.isInt() && f.c.v > 1 {
				return true
			}
		}
	}
	return false
}

// term is the extent of a term in a sum, whatever its coefficient.
func (w *sumWork) term(n *node) extent { return w.measure.size(n).plus(extent{ops: 1}) }

// shrink uses identities as long as they make the sum smaller.
func (w *sumWork) shrink(s *rewrite.State[Expr]) error {
	for len(w.todo) > 0 {
		n := w.todo[0]
		w.todo = w.todo[1:]
		if err := s.Context().Err(); err != nil {
			return err
		}
		var buf [1]pair
		for _, f := range n.factors(&buf) {
			if f.n == nil || f.n.op != OpCall {
				continue
			}
			for _, a := range w.ids.byFunc[functionAt(f.n.fn)] {
				w.try(a, n, Expr{f.n}.arg(0))
			}
		}
	}
	return nil
}

// try uses an identity with x for its slot if n, in the sum, is its anchor times
// some rest, and there is something to gain.
func (w *sumWork) try(a anchor, n *node, x Expr) {
	ids, ok := w.instance(a, n, x)
	if !ok {
		return
	}
	now := make([]num, len(ids)) // the coefficients in the sum
	var before extent
	there := 0
	for i, p := range ids {
		if now[i], ok = w.coef[p.n]; ok {
			before = before.plus(w.term(p.n))
			there++
		}
	}
	if there < 2 {
		return
	}
	best, after := -1, before
	for i := range ids {
		if now[i].isZero() {
			continue
		}
		var s extent
		left := 0
		for k := range ids {
			if k != i && !without(ids, now, i, k).isZero() {
				s = s.plus(w.term(ids[k].n))
				left++
			}
		}
		// cos(x)^2 + 2 is not to become cos(2*x)/2 + 5/2.
		if s.less(after) && (a.id.plain || left < there) {
			best, after = i, s
		}
	}
	if best >= 0 {
		w.use(a.id.rule, ids, now, best)
	}
}

// instance is the identity with x for its slot, times what makes its anchor n,
// which is in the sum: its monomials and their coefficients. !ok if there is no
// such factor.
func (w *sumWork) instance(a anchor, n *node, x Expr) (ids []pair, ok bool) {
	if _, ok := w.coef[n]; !ok {
		return nil, false
	}
	rest, ok := divide(n, a.id.terms[a.at].factors, x)
	if !ok {
		return nil, false
	}
	ids = make([]pair, len(a.id.terms))
	for i, t := range a.id.terms {
		factors := append(make([]Expr, 0, 4), rest)
		for _, f := range t.factors {
			arg := x
			if f.arg != nil {
				arg = instance(f.arg, x)
			}
			factors = append(factors, Power(Apply(f.fn, arg), Int(f.exp)))
		}
		p := &ids[i]
		p.n, p.c = Times(factors...).n.coefficient()
		p.c = mulNum(p.c, t.c)
		if !p.c.isExact() || p.c.isZero() || p.n.op == OpSum || p.n.flag(hasPole) {
			return nil, false
		}
		for _, q := range ids[:i] {
			if q.n == p.n {
				return nil, false
			}
		}
	}
	return ids, true
}

// without is the coefficient of the k-th monomial once the identity was used to
// get rid of the i-th.
func without(ids []pair, now []num, i, k int) num {
	t := mulNum(now[i], numOfRat(new(big.Rat).Inv(ids[i].c.exact())))
	return addNum(now[k], mulNum(num{v: -1}, mulNum(t, ids[k].c)))
}

// use gets rid of the i-th monomial.
func (w *sumWork) use(rule *rewrite.Rule[Expr], ids []pair, now []num, i int) {
	var before, after []pair
	for k, p := range ids {
		if !now[k].isZero() {
			before = append(before, pair{p.n, now[k]})
		}
		c := num{}
		if k != i {
			c = without(ids, now, i, k)
		}
		if c.isZero() {
			delete(w.coef, p.n)
			continue
		}
		if c != now[k] {
			w.todo = append(w.todo, p.n)
		}
		w.coef[p.n] = c
		after = append(after, pair{p.n, c})
	}
	w.steps = append(w.steps, identityStep{rule, makeSum(sortTerms(before)), makeSum(sortTerms(after))})
}

// eliminate writes the anchor's square as the other terms of its identity
// wherever it is; !ok if it is nowhere, or the sum would have more terms than
// most.
func (w *sumWork) eliminate(a anchor, most int) (ok bool) {
	t := a.id.terms[a.at].factors[0]
	todo := slices.Clone(w.todo)
	for steps := 0; len(todo) > 0; steps++ {
		n := todo[0]
		todo = todo[1:]
		var buf [1]pair
		for _, f := range n.factors(&buf) {
			if f.n == nil || f.n.op != OpCall || f.n.fn != t.fn.id || !f.c.isInt() || f.c.v < t.exp {
				continue
			}
			ids, is := w.instance(a, n, Expr{f.n}.arg(0))
			if !is {
				continue
			}
			now := make([]num, len(ids))
			for i, p := range ids {
				now[i] = w.coef[p.n]
			}
			w.use(a.id.rule, ids, now, a.at)
			ok = true
			for i, p := range ids {
				if i != a.at {
					todo = append(todo, p.n)
				}
			}
			break
		}
		if len(w.coef) > most || steps > 16*most {
			return false
		}
	}
	w.todo = w.todo[:0]
	for n := range w.coef {
		w.todo = append(w.todo, n)
	}
	slices.SortFunc(w.todo, func(a, b *node) int { return compareTerms(a, b, 0) })
	return ok
}

// divide is a monomial without these factors, if it has them.
func divide(n *node, factors []identityFactor, x Expr) (rest Expr, ok bool) {
	var buf [1]pair
	have := n.factors(&buf)
	quotient := make([]Expr, 0, len(have))
	left := len(factors)
	for _, p := range have {
		for _, f := range factors {
			if p.n == nil || p.n.op != OpCall || p.n.fn != f.fn.id || (Expr{p.n}).arg(0) != x {
				continue
			}
			// The exponent must be of the same sign, and no smaller.
			if !p.c.isInt() || (p.c.v > 0) != (f.exp > 0) || magnitude(p.c.v) < magnitude(f.exp) {
				return Expr{}, false
			}
			p.c.v -= f.exp
			left--
		}
		quotient = append(quotient, Expr{power(p.n, p.c)})
	}
	if left > 0 {
		return Expr{}, false
	}
	return Times(quotient...), true
}

// instance is a pattern with x for its slots.
func instance(p *rewrite.Pattern, x Expr) Expr {
	switch p.Kind {
	case rewrite.SlotKind:
		return x
	case rewrite.NumberKind:
		return Exact(p.Number)
	}
	args := make([]Expr, len(p.Args))
	for i, a := range p.Args {
		args[i] = instance(a, x)
	}
	return CanonicalTerms.Make(Expr{}, p.Head, args)
}
