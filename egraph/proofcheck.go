package egraph

import (
	"fmt"
	"math/big"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// Check replays the proof without the graph that it is from: whether each term
// becomes the next by what the step says, and rules, which are looked for by
// their names in the ones given, are rules and have been applied rightly.
// Arithmetic is done again, exactly. Steps that apply rules to a multiset as a
// whole, and what was given, are checked by evaluating both sides, as rational
// functions of what is no arithmetic, modulo a prime number of 61 bits at two
// points. What cannot be checked is told by [Proof.Assumptions].
//
// The error is a *[ProofError].
func (p *Proof) Check(rules []*Rule) error {
	c := newChecker(rules)
	return c.proof(p)
}

// checker checks proofs. Equal terms have the same number, however they came.
type checker struct {
	rules   map[string][]*Rule
	lenient bool // rules are taken to be those in the proof
	sorts   map[string]sorting

	numbers map[string]int
	terms   []*rewrite.Pattern // by number
	of      map[*rewrite.Pattern]int
	normal  map[int]int // by number, that of the normal form modulo AC

	graph   *Graph // in which conditions are asked
	classes map[int]uint32

	todo    []*Proof // which the link that is checked rests on
	assumed []string
	told    map[string]bool
}

func newChecker(rules []*Rule) *checker {
	c := &checker{
		rules:   map[string][]*Rule{},
		numbers: map[string]int{},
		of:      map[*rewrite.Pattern]int{},
		normal:  map[int]int{},
		classes: map[int]uint32{},
		told:    map[string]bool{},
		graph:   New(Folding(rewrite.Domain), Ranges(nil)),
	}
	for _, r := range rules {
		c.rules[r.name] = append(c.rules[r.name], r)
	}
	return c
}

// proof checks p and what it rests on, each proof once. None may rest on itself.
func (c *checker) proof(p *Proof) error {
	c.sorts = p.sorts
	const open, done = 1, 2
	state := map[*Proof]int{}
	stack := []*Proof{p}
	for len(stack) > 0 {
		q := stack[len(stack)-1]
		switch state[q] {
		case 0:
			state[q] = open
			if err := c.chain(q); err != nil {
				return err
			}
			for _, r := range c.todo {
				if state[r] == open {
					return &ProofError{Msg: fmt.Sprintf("the proof of %s = %s rests on itself", termText(r.left, 200), termText(r.right, 200))}
				}
				if state[r] == 0 {
					stack = append(stack, r)
				}
			}
		case open:
			state[q] = done
			stack = stack[:len(stack)-1]
		default:
			stack = stack[:len(stack)-1]
		}
	}
	return nil
}

// chain checks the steps of p, and leaves in todo what they rest on.
func (c *checker) chain(p *Proof) error {
	c.todo = c.todo[:0]
	at := c.number(p.left)
	for i := range p.links {
		l := &p.links[i]
		if c.number(l.before) != at {
			return l.fail("does not begin where the step before it ends")
		}
		at = c.number(l.after)
		if msg := c.link(l); msg != "" {
			return l.fail(msg)
		}
	}
	if at != c.number(p.right) {
		return &ProofError{Msg: fmt.Sprintf("the proof of %s = %s does not end there", termText(p.left, 200), termText(p.right, 200))}
	}
	return nil
}

func (l *link) fail(msg string) error {
	return &ProofError{Step: fmt.Sprintf("%s = %s", termText(l.before, 200), termText(l.after, 200)), Rule: l.label(), Msg: msg}
}

// link tells what is wrong with a step; "" if nothing is.
func (c *checker) link(l *link) string {
	switch l.kind {
	case congruenceEdge:
		x, y := l.before, l.after
		if x.Kind != rewrite.CallKind || y.Kind != rewrite.CallKind || x.Head != y.Head || len(x.Args) != len(y.Args) || len(l.args) != len(x.Args) {
			return "the terms are no calls of one head"
		}
		for i, a := range l.args {
			if a == nil {
				if c.number(x.Args[i]) != c.number(y.Args[i]) {
					return fmt.Sprintf("argument %d changes without a proof", i)
				}
				continue
			}
			if c.number(a.left) != c.number(x.Args[i]) || c.number(a.right) != c.number(y.Args[i]) {
				return fmt.Sprintf("argument %d has a proof of something else", i)
			}
			c.todo = append(c.todo, a)
		}
	case ruleEdge:
		return c.rule(l)
	case foldEdge:
		// One side or both have numbers to compute.
		x, y := c.folded(l.before), c.folded(l.after)
		if x != y && x != c.modulo(l.after) && y != c.modulo(l.before) {
			return "the numbers are not those that come out"
		}
	case regroupEdge:
		if c.modulo(l.before) != c.modulo(l.after) {
			return "the multisets are not the same"
		}
	case identityEdge:
		if !c.identical(l.before, l.after) {
			return "the terms are not the same rational function"
		}
	case givenEdge:
		if !c.identical(l.before, l.after) {
			c.assume("%s: %s = %s", l.name, termText(l.before, 200), termText(l.after, 200))
		}
	default:
		return "it is of no known kind"
	}
	return ""
}

func (c *checker) assume(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if !c.told[s] {
		c.told[s] = true
		c.assumed = append(c.assumed, s)
	}
}

// rule tells what is wrong with a step by a rule.
func (c *checker) rule(l *link) string {
	rules := c.rules[l.rule.name]
	if c.lenient {
		rules = []*Rule{l.rule}
	}
	msg := "there is no rule of this name"
	for _, r := range rules {
		if msg = c.applied(r, l); msg == "" {
			for _, q := range l.premises {
				c.todo = append(c.todo, q)
			}
			return ""
		}
	}
	return msg
}

// applied tells what is wrong with a step by the rule r.
func (c *checker) applied(r *Rule, l *link) string {
	s := map[string]*rewrite.Pattern{}
	for _, b := range l.slots {
		s[b.Slot] = b.Term
	}
	from, to := l.before, l.after
	if l.reverse {
		from, to = to, from
	}
	// side reports whether t is an instance of p, with the rest beside it.
	same := func(t, p *rewrite.Pattern, rest bool) bool {
		q := substitute(p, s)
		if q == nil {
			return false
		}
		if rest && len(l.rest) > 0 {
			q = rewrite.Call(r.left[0].pattern.Head, append([]*rewrite.Pattern{q}, l.rest...)...)
			return c.modulo(t) == c.modulo(q)
		}
		return c.number(t) == c.number(q)
	}
	if len(l.rest) > 0 && (r.left[0].pattern.Kind != rewrite.CallKind || c.sorts[r.left[0].pattern.Head] != multiset) {
		return "there is a rest of what is no multiset"
	}
	premises := l.premises
	for i, part := range r.left {
		if part.root == "" {
			if i == 0 && !same(from, part.pattern, true) && r.rooted() {
				return "the left side does not match"
			}
			continue
		}
		if len(premises) == 0 {
			return "a premise is missing"
		}
		q := premises[0]
		premises = premises[1:]
		root := s[part.root]
		if root == nil || c.number(q.left) != c.number(root) || !same(q.right, part.pattern, false) {
			return "a premise is not what the rule asks for"
		}
		if i == 0 && r.rooted() && c.number(from) != c.number(root) {
			return "the left side does not match"
		}
	}
	if len(premises) > 0 {
		return "there are premises that the rule does not ask for"
	}
	if r.build != nil {
		c.assume("the right side of %s is a Go function", r.name)
	} else if !slices.ContainsFunc(r.right, func(e equation) bool {
		return (e.left == nil || same(from, e.left, false)) && same(to, e.right, e.left == nil)
	}) {
		return "the right side is something else"
	}
	return c.conditions(r, s)
}

// rooted reports whether what a rule makes equal to something is the root of
// its first part.
func (r *Rule) rooted() bool {
	return r.build != nil || slices.ContainsFunc(r.right, func(e equation) bool { return e.left == nil })
}

// substitute is p with the terms that its slots stand for, nil if there is not
// one for each.
func substitute(p *rewrite.Pattern, s map[string]*rewrite.Pattern) *rewrite.Pattern {
	switch p.Kind {
	case rewrite.SlotKind, rewrite.DefaultKind, rewrite.SegmentKind:
		return s[p.Name]
	case rewrite.CallKind:
		q := *p
		q.Args = make([]*rewrite.Pattern, len(p.Args))
		for i, a := range p.Args {
			if q.Args[i] = substitute(a, s); q.Args[i] == nil {
				return nil
			}
		}
		return &q
	}
	return p
}

// conditions tells whether a condition is known not to hold.
func (c *checker) conditions(r *Rule, s map[string]*rewrite.Pattern) string {
	if len(r.tests) > 0 {
		c.assume("a condition of %s is a Go function", r.name)
	}
	var names []string
	row := []uint32{0}
	slot := func(name string) int {
		if i := slices.Index(names, name); i >= 0 {
			return 1 + i
		}
		t := s[name]
		if t == nil {
			return -1
		}
		names = append(names, name)
		row = append(row, c.class(t))
		return len(names)
	}
	constants := func() bool {
		return !slices.ContainsFunc(row[1:], func(class uint32) bool { return c.graph.constant[c.graph.find(class)] == 0 })
	}
	if r.when != nil {
		k := conditions{slot: slot}
		holds := k.condition(r.when)
		switch {
		case k.err != "":
			return k.err
		case c.settle() && holds(c.graph, row):
		case constants():
			return fmt.Sprintf("the condition %v does not hold", r.when)
		default:
			c.assume("the condition of %s: %v", r.name, termText(substitute(r.when, s), 200))
		}
	}
	for _, part := range r.left {
		var msg string
		eachSlot(part.pattern, func(p *rewrite.Pattern) {
			if p.Predicate == "" || msg != "" {
				return
			}
			names, row = names[:0], row[:1]
			i := slot(p.Name)
			switch {
			case c.settle() && c.graph.satisfies(p.Predicate, row[i]):
			case constants():
				msg = fmt.Sprintf("%v does not hold", p)
			default:
				c.assume("the condition of %s: (%s %s)", r.name, p.Predicate, termText(s[p.Name], 200))
			}
		})
		if msg != "" {
			return msg
		}
	}
	return ""
}

func eachSlot(p *rewrite.Pattern, f func(*rewrite.Pattern)) {
	if p.Kind == rewrite.SlotKind {
		f(p)
	}
	for _, a := range p.Args {
		eachSlot(a, f)
	}
}

// settle makes the graph in which conditions are asked ready for that.
func (c *checker) settle() bool { return c.graph.rebuild() == nil }

// number is the number of a term: equal terms have the same.
func (c *checker) number(t *rewrite.Pattern) int {
	todo := []*rewrite.Pattern{t}
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		if _, ok := c.of[t]; ok {
			todo = todo[:len(todo)-1]
			continue
		}
		ready := true
		for _, a := range t.Args {
			if _, ok := c.of[a]; !ok {
				todo = append(todo, a)
				ready = false
			}
		}
		if !ready {
			continue
		}
		todo = todo[:len(todo)-1]
		args := make([]int, len(t.Args))
		for i, a := range t.Args {
			args[i] = c.of[a]
		}
		c.of[t] = c.intern(t, args)
	}
	return c.of[t]
}

// intern is the number of a term like t with arguments of these numbers.
func (c *checker) intern(t *rewrite.Pattern, args []int) int {
	var b strings.Builder
	switch t.Kind {
	case rewrite.NumberKind:
		b.WriteString("n" + t.Number.RatString())
	case rewrite.FloatKind:
		b.WriteString("f" + strconv.FormatFloat(t.Float, 'x', -1, 64))
	case rewrite.CallKind:
		b.WriteString("c" + strconv.Quote(t.Head))
		for _, a := range args {
			b.WriteByte(' ')
			b.WriteString(strconv.Itoa(a))
		}
	case rewrite.SymbolKind:
		b.WriteString("s" + t.Name)
	default: // no term, and equal to none
		b.WriteString("?" + strconv.Itoa(len(c.terms)))
	}
	key := b.String()
	n, ok := c.numbers[key]
	if !ok {
		n = len(c.terms)
		c.numbers[key] = n
		q := *t
		q.Args = nil
		for _, a := range args {
			q.Args = append(q.Args, c.terms[a])
		}
		c.terms = append(c.terms, &q)
		c.of[&q] = n
	}
	return n
}

// each computes what a term is of what its arguments are, for t and all that is
// in it, and remembers it in memo, which is by number.
func each[V any](c *checker, t *rewrite.Pattern, memo map[int]V, f func(t *rewrite.Pattern, args []V) V) V {
	root := c.number(t)
	todo := []int{root}
	var args []V
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		if _, ok := memo[n]; ok {
			todo = todo[:len(todo)-1]
			continue
		}
		args = args[:0]
		t := c.terms[n]
		ready := true
		for _, a := range t.Args {
			v, ok := memo[c.of[a]]
			if !ok {
				todo = append(todo, c.of[a])
				ready = false
			}
			args = append(args, v)
		}
		if ready {
			memo[n] = f(t, args)
		}
	}
	return memo[root]
}

// modulo is the number of t's normal form: nested multisets are one, and
// arguments whose order does not matter are in order.
func (c *checker) modulo(t *rewrite.Pattern) int {
	return each(c, t, c.normal, func(t *rewrite.Pattern, args []int) int {
		sort := c.sorts[t.Head]
		if t.Kind != rewrite.CallKind || sort == ordered || sort == commutative && len(args) != 2 {
			return c.intern(t, args)
		}
		var flat []int
		for _, a := range args {
			if q := c.terms[a]; sort == multiset && q.Kind == rewrite.CallKind && q.Head == t.Head {
				for _, b := range q.Args {
					flat = append(flat, c.of[b])
				}
			} else {
				flat = append(flat, a)
			}
		}
		slices.Sort(flat)
		return c.intern(t, flat)
	})
}

// folded is the number of t with its own operation done on exact numbers.
func (c *checker) folded(t *rewrite.Pattern) int {
	if t.Kind != rewrite.CallKind {
		return c.number(t)
	}
	var numbers []*big.Rat
	var others []int
	for _, a := range t.Args {
		if v := rational(a); v != nil {
			numbers = append(numbers, v)
		} else {
			others = append(others, c.modulo(a))
		}
	}
	if len(others) == 0 {
		if v, ok := fold(t.Head, numbers); ok {
			return c.number(rewrite.Number(v))
		}
	}
	id := identityOf(t.Head)
	if c.sorts[t.Head] != multiset || id == nil {
		return c.modulo(t)
	}
	v, ok := fold(t.Head, append(numbers, id))
	if !ok {
		return c.modulo(t)
	}
	if v.Cmp(id) != 0 {
		others = append(others, c.number(rewrite.Number(v)))
	}
	if len(others) == 1 {
		return others[0]
	}
	slices.Sort(others)
	return c.intern(t, others)
}

// rational is the value of a number, nil if t is none that is finite.
func rational(t *rewrite.Pattern) *big.Rat {
	switch t.Kind {
	case rewrite.NumberKind:
		return t.Number
	case rewrite.FloatKind:
		return new(big.Rat).SetFloat64(t.Float)
	}
	return nil
}

// class is the class of a term in the graph in which conditions are asked.
func (c *checker) class(t *rewrite.Pattern) uint32 {
	g := c.graph
	return each(c, t, c.classes, func(t *rewrite.Pattern, args []uint32) uint32 {
		if t.Kind == rewrite.CallKind {
			return g.add(g.Op(t.Head, len(args)), slices.Clone(args))
		}
		return g.add(g.patternLeaf(t), nil)
	})
}

// identical reports whether two terms are the same rational function of what is
// in them and no arithmetic.
func (c *checker) identical(a, b *rewrite.Pattern) bool {
	agreed := 0
	for seed := uint64(1); seed <= 8 && agreed < 2; seed++ {
		memo := map[int]residue{}
		f := func(t *rewrite.Pattern, args []residue) residue { return residueOf(t, args, seed) }
		x, y := each(c, a, memo, f), each(c, b, memo, f)
		if !x.ok || !y.ok { // divided by what is zero at this point
			continue
		}
		if x.v != y.v {
			return false
		}
		agreed++
	}
	return agreed == 2
}

// residue is a number modulo prime; not ok if there is none.
type residue struct {
	v  uint64
	ok bool
}

const prime = 1<<61 - 1

func mulMod(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	_, r := bits.Div64(hi, lo, prime)
	return r
}

func powMod(a, n uint64) uint64 {
	r := uint64(1)
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			r = mulMod(r, a)
		}
		a = mulMod(a, a)
	}
	return r
}

// mix is a step of splitmix64 (Steele, Lea and Flood, Fast Splittable
// Pseudorandom Number Generators, OOPSLA 2014).
func mix(h, v uint64) uint64 {
	h = (h ^ v) + 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

func residueOf(t *rewrite.Pattern, args []residue, seed uint64) residue {
	if v := rational(t); v != nil {
		m := big.NewInt(prime)
		n, d := new(big.Int).Mod(v.Num(), m).Uint64(), new(big.Int).Mod(v.Denom(), m).Uint64()
		return residue{mulMod(n, powMod(d, prime-2)), d != 0}
	}
	for _, a := range args {
		if !a.ok {
			return residue{}
		}
	}
	two := len(args) == 2
	switch {
	case t.Kind != rewrite.CallKind:
	case t.Head == "+" && len(args) > 0:
		r := residue{ok: true}
		for _, a := range args {
			r.v = (r.v + a.v) % prime
		}
		return r
	case t.Head == "*" && len(args) > 0:
		r := residue{1, true}
		for _, a := range args {
			r.v = mulMod(r.v, a.v)
		}
		return r
	case t.Head == "-" && two:
		return residue{(args[0].v + prime - args[1].v) % prime, true}
	case t.Head == "neg" && len(args) == 1:
		return residue{(prime - args[0].v) % prime, true}
	case t.Head == "/" && two:
		return residue{mulMod(args[0].v, powMod(args[1].v, prime-2)), args[1].v != 0}
	case t.Head == "^" && two:
		if n := rational(t.Args[1]); n != nil && n.IsInt() && n.Num().IsInt64() {
			e := n.Num().Int64()
			if e >= 0 {
				return residue{powMod(args[0].v, uint64(e)), true}
			}
			return residue{powMod(powMod(args[0].v, prime-2), uint64(-e)), args[0].v != 0}
		}
	}
	h := seed
	for _, b := range []byte(strconv.Itoa(int(t.Kind)) + t.Head + t.Name) {
		h = mix(h, uint64(b))
	}
	if t.Kind == rewrite.FloatKind { // infinite, or no number
		for _, b := range []byte(strconv.FormatFloat(t.Float, 'g', -1, 64)) {
			h = mix(h, uint64(b))
		}
	}
	for _, a := range args {
		h = mix(h, a.v)
	}
	return residue{h % prime, true}
}
