package rewrite

import "math/big"

// matcher looks for the ways in which a rule's left side is a term. What is
// still to be matched is a list of goals; where there is a choice, run calls
// itself for each in turn, so that it recurses over the pattern and never over
// the term, and what a choice that failed has done is undone. A matcher is used
// for one match after the other, and allocates nothing once its slices have
// grown.
type matcher[T comparable] struct {
	rule    *Rule[T]
	terms   Terms[T]
	floats  Floats[T]
	t       T
	limit   int // the steps that a match may take
	steps   int // that are left
	over    bool
	done    bool // the match was taken, or was stopped
	result  T
	yield   func(*Bindings[T]) bool // for Matches
	accepts []func(before, after T) bool
	self    Bindings[T]

	goals []goal[T]
	bind  []T    // by slot
	bound []bool // by slot
	spans []span // by slot, of segments, in terms
	held  []T    // what segments stand for
	trail []int  // what was bound, or ^what was used, in this order

	list []T    // the arguments of sums and products
	used []bool // which of them are matched
	rest span   // in list, the arguments of the root if that is a sum or product

	out   []T // arguments of what is being built
	stack []T // for flatten
	rat   big.Rat
}

type span struct{ from, to int }

type goalKind uint8

const (
	goalTerm goalKind = iota // p is t
	goalArgs                 // p's arguments from i are t's from j
	goalBag                  // p's arguments from i are the unused of list[j:n]
)

type goal[T comparable] struct {
	p       *node[T]
	t       T
	kind    goalKind
	i, j, n int
	next    int // what is to be matched after it
}

const none = -1

// mark is a moment to which to go back.
type mark struct{ goals, trail, held, list int }

func (m *matcher[T]) start(r *Rule[T], t T) {
	m.rule, m.terms, m.floats, m.t = r, r.terms, r.floats, t
	m.self.m = m
	m.steps = m.limit
	m.over, m.done = false, false
	m.goals, m.trail, m.held, m.list, m.used = m.goals[:0], m.trail[:0], m.held[:0], m.list[:0], m.used[:0]
	m.out = m.out[:0]
	m.rest = span{}
	for len(m.bind) < len(r.slots) {
		var t T
		m.bind = append(m.bind, t)
		m.bound = append(m.bound, false)
		m.spans = append(m.spans, span{})
	}
	clear(m.bound)
}

func (m *matcher[T]) push(g goal[T]) int {
	m.goals = append(m.goals, g)
	return len(m.goals) - 1
}

func (m *matcher[T]) mark() mark {
	return mark{len(m.goals), len(m.trail), len(m.held), len(m.list)}
}

func (m *matcher[T]) undo(k mark) {
	for _, i := range m.trail[k.trail:] {
		if i >= 0 {
			m.bound[i] = false
		} else {
			m.used[^i] = false
		}
	}
	m.goals, m.trail, m.held = m.goals[:k.goals], m.trail[:k.trail], m.held[:k.held]
	m.list, m.used = m.list[:k.list], m.used[:k.list]
}

// run matches the goals from g on. It returns true if the match was taken or
// stopped, and false after it has undone nothing if there is none.
func (m *matcher[T]) run(g int) bool {
	for g != none {
		if !m.spend(1) {
			return true
		}
		q := m.goals[g]
		var ok bool
		switch q.kind {
		case goalTerm:
			g, ok = m.term(q.p, q.t, q.next)
		case goalArgs:
			g, ok = m.args(&q)
		case goalBag:
			g, ok = m.part(&q)
		}
		if !ok {
			return m.done
		}
	}
	m.done = m.over || m.accept()
	return m.done
}

// spend takes steps from the limit, and reports whether there were that many.
func (m *matcher[T]) spend(n int) bool {
	if m.steps -= n; m.steps < 0 {
		m.over, m.done = true, true
	}
	return !m.over
}

// try takes a choice; if there is no match with it, all is as at the mark.
func (m *matcher[T]) try(g int, k mark) bool {
	if m.run(g) {
		return true
	}
	m.undo(k)
	return false
}

// term, args and part work on a goal, and return what comes next; !ok if there
// is no match, or if all is done.

func (m *matcher[T]) term(p *node[T], t T, next int) (g int, ok bool) {
	switch p.kind {
	case SlotKind, DefaultKind:
		return next, m.take(p, t)
	case CallKind:
	default:
		return next, m.terms.Equal(p.value, t)
	}
	head := m.terms.Head(t)
	if p.bag {
		from := len(m.list)
		switch {
		case head == p.head:
			m.flatten(t)
		case p.missing:
			m.list = append(m.list, t)
		default:
			return 0, false
		}
		for len(m.used) < len(m.list) {
			m.used = append(m.used, false)
		}
		return m.push(goal[T]{kind: goalBag, p: p, t: t, j: from, n: len(m.list), next: next}), true
	}
	if head == p.head && m.count(p, t) {
		k := m.mark()
		if p.pair {
			g := m.push(goal[T]{kind: goalTerm, p: p.args[1], t: m.terms.Arg(t, 1), next: next})
			g = m.push(goal[T]{kind: goalTerm, p: p.args[0], t: m.terms.Arg(t, 0), next: g})
			if m.try(g, k) {
				return 0, false
			}
			g = m.push(goal[T]{kind: goalTerm, p: p.args[1], t: m.terms.Arg(t, 0), next: next})
			g = m.push(goal[T]{kind: goalTerm, p: p.args[0], t: m.terms.Arg(t, 1), next: g})
			if !p.missing {
				return g, true
			}
			if m.try(g, k) {
				return 0, false
			}
		} else {
			g := m.push(goal[T]{kind: goalArgs, p: p, t: t, n: m.terms.NumArgs(t), next: next})
			if !p.missing {
				return g, true
			}
			if m.try(g, k) {
				return 0, false
			}
		}
	}
	if !p.missing || !m.take(p.args[p.absent], p.identity) {
		return 0, false
	}
	return m.push(goal[T]{kind: goalTerm, p: p.args[1-p.absent], t: t, next: next}), true
}

// count reports whether t can have the arguments of p, no bag.
func (m *matcher[T]) count(p *node[T], t T) bool {
	if n := m.terms.NumArgs(t); p.segments == 0 {
		return n == p.required
	} else {
		return n >= p.required
	}
}

// take makes p, a slot, stand for t, if it can.
func (m *matcher[T]) take(p *node[T], t T) bool {
	if m.bound[p.slot] {
		if !m.terms.Equal(m.bind[p.slot], t) {
			return false
		}
	}
	if p.test != nil && !p.test.holds(m, t) {
		return false
	}
	if !m.bound[p.slot] {
		m.bind[p.slot], m.bound[p.slot] = t, true
		m.trail = append(m.trail, p.slot)
	}
	return true
}

func (m *matcher[T]) args(q *goal[T]) (g int, ok bool) {
	p, i, j := q.p, q.i, q.j
	for ; i < len(p.args) && p.args[i].kind != SegmentKind; i++ {
		a := p.args[i]
		t := m.terms.Arg(q.t, j)
		j++
		if a.kind == CallKind {
			next := m.push(goal[T]{kind: goalArgs, p: p, t: q.t, i: i + 1, j: j, n: q.n, next: q.next})
			return m.push(goal[T]{kind: goalTerm, p: a, t: t, next: next}), true
		}
		if _, ok := m.term(a, t, none); !ok {
			return 0, false
		}
	}
	if i == len(p.args) {
		return q.next, j == q.n
	}
	a := p.args[i]
	after, segments := 0, 0 // what must come after the segment
	for _, b := range p.args[i+1:] {
		if b.kind == SegmentKind {
			segments++
		} else {
			after++
		}
	}
	most := q.n - after - j
	if most < 0 {
		return 0, false
	}
	rest := goal[T]{kind: goalArgs, p: p, t: q.t, i: i + 1, n: q.n, next: q.next}
	if m.bound[a.slot] {
		s := m.segment(a.slot)
		if len(s) > most {
			return 0, false
		}
		for k, t := range s {
			if !m.terms.Equal(t, m.terms.Arg(q.t, j+k)) {
				return 0, false
			}
		}
		rest.j = j + len(s)
		return m.push(rest), true
	}
	k := m.mark()
	n := 0
	if segments == 0 {
		n = most
	}
	for ; n <= most; n++ {
		from := len(m.held)
		for l := j; l < j+n; l++ {
			t := m.terms.Arg(q.t, l)
			if a.test != nil && !a.test.holds(m, t) {
				return 0, false // nor can a longer one
			}
			m.held = append(m.held, t)
		}
		m.hold(a.slot, from)
		rest.j = j + n
		if n == most {
			return m.push(rest), true
		}
		if m.try(m.push(rest), k) {
			return 0, false
		}
		if !m.spend(n) {
			return 0, false
		}
	}
	return 0, false
}

// hold makes a segment stand for what is held from there on.
func (m *matcher[T]) hold(slot, from int) {
	m.spans[slot] = span{from, len(m.held)}
	m.bound[slot] = true
	m.trail = append(m.trail, slot)
}

func (m *matcher[T]) segment(slot int) []T {
	s := m.spans[slot]
	return m.held[s.from:s.to:s.to]
}

// maxFlat bounds what nested sums are flattened to, so that one that shares its
// subterms does not become exponentially large. What is nested past it is an
// argument as it stands.
const maxFlat = 4096

// flatten appends the arguments of t, and those of its arguments that have the
// same head, to the list.
func (m *matcher[T]) flatten(t T) {
	head := m.terms.Head(t)
	m.stack = append(m.stack[:0], t)
	n := 0
	for len(m.stack) > 0 {
		t := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		if n == 0 || n+len(m.stack) < maxFlat && m.terms.Head(t) == head {
			for i := m.terms.NumArgs(t) - 1; i >= 0; i-- {
				m.stack = append(m.stack, m.terms.Arg(t, i))
			}
			n++ // a bound on the visits too, of sums of sums of nothing
			continue
		}
		m.list = append(m.list, t)
		n++
	}
}

// left is the number of unused arguments of a bag.
func (m *matcher[T]) left(q *goal[T]) (n int) {
	for _, used := range m.used[q.j:q.n] {
		if !used {
			n++
		}
	}
	return n
}

func (m *matcher[T]) use(i int) {
	m.used[i] = true
	m.trail = append(m.trail, ^i)
}

func (m *matcher[T]) part(q *goal[T]) (g int, ok bool) {
	p := q.p
	for ; q.i < len(p.args); q.i++ {
		a := p.args[q.i]
		switch {
		case a.kind == SegmentKind:
			if !m.partSegment(q, a) {
				return 0, false
			}
			continue
		case a.kind == CallKind, (a.kind == SlotKind || a.kind == DefaultKind) && !m.bound[a.slot]:
		case a.kind == SlotKind || a.kind == DefaultKind:
			if !m.partBound(q, a) {
				return 0, false
			}
			continue
		default:
			i := m.index(q, a.value)
			if i < 0 {
				return 0, false
			}
			m.use(i)
			continue
		}
		if q.i == p.absorb {
			if !m.partAbsorb(q, a) {
				return 0, false
			}
			continue
		}

		next := *q
		next.i++
		k := m.mark()
		for i := q.j; i < q.n; i++ {
			if m.used[i] || a.kind == CallKind && !a.missing && m.terms.Head(m.list[i]) != a.head {
				continue
			}
			if a.kind != CallKind && a.test != nil && !a.test.holds(m, m.list[i]) {
				continue
			}
			if !m.spend(1) {
				return 0, false
			}
			m.use(i)
			g := m.push(next)
			if a.kind == CallKind {
				g = m.push(goal[T]{kind: goalTerm, p: a, t: m.list[i], next: g})
			} else {
				m.bind[a.slot], m.bound[a.slot] = m.list[i], true
				m.trail = append(m.trail, a.slot)
			}
			if m.try(g, k) {
				return 0, false
			}
		}
		if a.kind != DefaultKind || !m.take(a, p.identity) {
			return 0, false
		}
	}
	if p.root {
		m.rest = span{q.j, q.n}
		return q.next, true
	}
	return q.next, m.left(q) == 0
}

// index is that of the first unused argument that is equal to t, -1 if none is.
func (m *matcher[T]) index(q *goal[T], t T) int {
	m.spend(1 + (q.n-q.j)/8)
	for i := q.j; i < q.n; i++ {
		if !m.used[i] && m.terms.Equal(t, m.list[i]) {
			return i
		}
	}
	return -1
}

// partBound looks for what a slot already stands for: for one argument, or if
// it is such a sum or product itself, for all of its arguments.
func (m *matcher[T]) partBound(q *goal[T], a *node[T]) bool {
	t := m.bind[a.slot]
	if a.test != nil && !a.test.holds(m, t) {
		return false
	}
	if i := m.index(q, t); i >= 0 {
		m.use(i)
		return true
	}
	if m.terms.Head(t) == q.p.head {
		from := len(m.list)
		m.flatten(t)
		parts := m.list[from:]
		m.list = m.list[:from] // and flatten is not called before they are looked for
		trail := len(m.trail)
		for _, part := range parts {
			i := m.index(q, part)
			if i < 0 {
				for _, i := range m.trail[trail:] {
					m.used[^i] = false
				}
				m.trail = m.trail[:trail]
				return false
			}
			m.use(i)
		}
		return true
	}
	return a.kind == DefaultKind && m.terms.Equal(t, q.p.identity)
}

// partAbsorb makes a slot stand for all that is left.
func (m *matcher[T]) partAbsorb(q *goal[T], a *node[T]) bool {
	out := len(m.out)
	for i := q.j; i < q.n; i++ {
		if !m.used[i] {
			m.use(i)
			m.out = append(m.out, m.list[i])
		}
	}
	m.spend(q.n - q.j)
	args := m.out[out:]
	m.out = m.out[:out]
	switch len(args) {
	case 0:
		return false
	case 1:
		return m.take(a, args[0])
	case q.n - q.j:
		return m.take(a, q.t)
	}
	return m.take(a, m.terms.Make(q.t, q.p.head, args))
}

// partSegment gives a segment all arguments that are left and satisfy its
// predicate.
func (m *matcher[T]) partSegment(q *goal[T], a *node[T]) bool {
	if m.bound[a.slot] {
		for _, t := range m.segment(a.slot) {
			i := m.index(q, t)
			if i < 0 {
				return false
			}
			m.use(i)
		}
		return true
	}
	from := len(m.held)
	for i := q.j; i < q.n; i++ {
		if t := m.list[i]; !m.used[i] && (a.test == nil || a.test.holds(m, t)) {
			m.use(i)
			m.held = append(m.held, t)
		}
	}
	m.spend(q.n - q.j)
	m.hold(a.slot, from)
	return true
}

// accept asks the conditions, builds the right side, and takes the match if all
// agree.
func (m *matcher[T]) accept() bool {
	r := m.rule
	if r.test != nil && !r.test(m) {
		return false
	}
	for _, holds := range r.guards {
		if !holds(&m.self) {
			return false
		}
	}
	if m.yield != nil {
		return !m.yield(&m.self)
	}
	t, ok := m.result, true
	if r.build != nil {
		t, ok = r.build(&m.self)
	} else {
		t = m.build(r.result)
	}
	if !ok {
		return false
	}
	t = m.withRest(t)
	if t == m.t || m.terms.Equal(t, m.t) {
		return false
	}
	for _, f := range m.accepts {
		if !f(m.t, t) {
			return false
		}
	}
	m.result = t
	return true
}

// withRest puts what a root that is a sum or product has left beside t, where
// the first argument that was matched stood.
func (m *matcher[T]) withRest(t T) T {
	out := len(m.out)
	put := false
	for i := m.rest.from; i < m.rest.to; i++ {
		if !m.used[i] {
			m.out = append(m.out, m.list[i])
		} else if !put {
			m.out = append(m.out, t)
			put = true
		}
	}
	args := m.out[out:]
	m.out = m.out[:out]
	if !put { // the whole left side was made of defaults and segments of nothing
		if len(args) == 0 {
			return t
		}
		args = append(args, t)
	}
	if len(args) == 1 {
		return args[0]
	}
	return m.terms.Make(m.t, m.rule.match.head, args)
}

// build makes the term of a right side.
func (m *matcher[T]) build(p *node[T]) T {
	switch p.kind {
	case SlotKind:
		return m.bind[p.slot]
	case CallKind:
	default:
		return p.value
	}
	out := len(m.out)
	for _, a := range p.args {
		if a.kind == SegmentKind {
			m.out = append(m.out, m.segment(a.slot)...)
		} else {
			t := m.build(a)
			m.out = append(m.out, t)
		}
	}
	args := m.out[out:]
	m.out = m.out[:out]
	if isAC(p.head) && len(args) < 2 {
		if len(args) == 0 {
			return p.identity
		}
		return args[0]
	}
	return m.terms.Make(m.t, p.head, args)
}
