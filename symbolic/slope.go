package symbolic

import (
	"slices"
	"strconv"
)

// slopes works out derivatives of the terms of a DAG in one direction after the
// other.
type slopes struct {
	*dependence
	slope []slope
	epoch int32   // of the direction; what was written in another is void
	list  []int32 // the vertices that depend on the direction, kids first
	terms []int32 // of each sum, the last edge to it; next gives the one before
	next  []int32

	partials  map[int32]*node // of a call by an argument, by edge
	templates map[template]Expr
	logs      map[*node]*node

	multiplier
	pairs     []pair // scratch
	positions []int32
}

// slope is the derivative of a vertex. In canonical form it may be left as a
// product that is still to be multiplied out: a chain of a million functions
// would be as many products of ever more factors.
type slope struct {
	epoch int32
	next  int32 // the slope is n, times the slope of this vertex if that is not none
	n     *node
}

// inSum, in place of slope.next, marks a product that is differentiated where its
// terms are needed: in the sum that is the only place where it occurs.
const inSum = -2

// seed is a variable and its slope in a direction.
type seed struct{ x, slope Expr }

func newSlopes(roots []Expr) *slopes {
	g := newDependence(roots)
	return &slopes{
		dependence: g,
		slope:      make([]slope, len(g.vertices)),
		terms:      make([]int32, len(g.vertices)),
		next:       make([]int32, len(g.parent)),
		partials:   map[int32]*node{},
		templates:  map[template]Expr{},
		logs:       map[*node]*node{},
	}
}

// direction works out the slopes of all terms in the first roots that depend on
// the variables.
func (s *slopes) direction(roots int, seeds ...seed) error {
	s.epoch++
	s.list = s.list[:0]
	for _, v := range s.poles {
		s.start(v, pole)
	}
	for _, d := range seeds {
		if v, ok := s.places[vertex{n: d.x.n}]; ok && d.slope.n != nil {
			s.start(v, d.slope.n)
		}
	}
	starts := len(s.list)
	for i := 0; i < len(s.list); i++ {
		v := s.list[i]
		for e := s.upAt[v]; e < s.upAt[v+1]; e++ {
			p := s.parent[e]
			if int(s.first[p]) >= roots {
				continue
			}
			if s.slope[p].epoch != s.epoch {
				s.slope[p] = slope{epoch: s.epoch, next: none}
				s.terms[p] = none
				s.list = append(s.list, p)
			}
			s.next[e] = s.terms[p]
			s.terms[p] = e
		}
	}
	rest := s.list[starts:]
	if len(rest) > len(s.order)/16 {
		rest = rest[:0]
		for _, v := range s.order {
			if s.slope[v].epoch == s.epoch && s.slope[v].n == nil {
				rest = append(rest, v)
			}
		}
	} else {
		slices.SortFunc(rest, func(v, w int32) int { return int(s.rank[v] - s.rank[w]) })
	}
	for _, v := range rest {
		d, err := s.differentiate(v)
		if err != nil {
			return err
		}
		d.epoch = s.epoch
		s.slope[v] = d
	}
	return nil
}

func (s *slopes) start(v int32, n *node) {
	if s.slope[v].epoch != s.epoch {
		s.slope[v] = slope{epoch: s.epoch, next: none, n: n}
		s.list = append(s.list, v)
	}
}

// root is the slope of the i-th root.
func (s *slopes) root(i int) Expr { return Expr{s.value(s.roots[i])} }

// value is the slope of a vertex, multiplied out.
func (s *slopes) value(v int32) *node {
	if v == none || s.slope[v].epoch != s.epoch {
		return nil
	}
	d := &s.slope[v]
	switch d.next {
	case none:
		return d.n
	case inSum:
		d.n = s.sum(s.productRule(s.pairs[:0], num{v: 1}, v))
		d.next = none
		return d.n
	}
	var buf [8]Expr
	factors := buf[:0]
	for d.next >= 0 {
		factors = append(factors, Expr{d.n})
		if s.slope[d.next].next < 0 {
			factors = append(factors, Expr{s.value(d.next)})
			break
		}
		d = &s.slope[d.next]
	}
	n := Times(factors...).n
	s.slope[v] = slope{epoch: s.epoch, next: none, n: n}
	return n
}

// isZero reports whether a slope is 0, without multiplying it out: a product
// of what is not 0 never is.
func (s *slopes) isZero(v int32) bool {
	return v == none || s.slope[v].epoch != s.epoch || s.slope[v].next == none && s.slope[v].n == nil
}

// times is the slope n * (slope of kid), to be multiplied out when it is needed,
// or now if that is in several places.
func (s *slopes) times(v int32, n *node, kid int32) slope {
	d := slope{epoch: s.epoch, next: kid, n: n}
	switch {
	case s.isZero(kid) || n == nil:
		return slope{next: none}
	case n == one && s.slope[kid].next == none:
		return slope{next: none, n: s.slope[kid].n}
	case s.upAt[v+1]-s.upAt[v] <= 1:
		return d
	}
	s.slope[v] = d
	return slope{next: none, n: s.value(v)}
}

// sum is the sum of terms in any order, which it may change.
func (s *slopes) sum(terms []pair) *node {
	if cap(terms) > cap(s.pairs) {
		s.pairs = terms[:0]
	}
	return makeSum(collect(terms))
}

// differentiate is the slope of v from those of its kids.
func (s *slopes) differentiate(v int32) (slope, error) {
	t := s.vertices[v]
	if (Expr{t.n}).Bool() {
		return slope{}, &DiffError{Term: Expr{t.n}, Msg: "is a truth value"}
	}
	if t.n.op == OpCall {
		return s.call(v)
	}
	if t.faithful {
		return slope{next: none, n: s.faithful(v).n}, nil
	}
	kids := s.kidsOf(v)
	switch t.n.op {
	case OpSum:
		return s.sumRule(v), nil
	case OpProduct:
		if t.n.isScaled() {
			_, c := t.n.coefficient()
			return s.times(v, c.expr().n, kids[0]), nil
		}
		if up := s.upAt[v]; s.upAt[v+1]-up == 1 && s.vertices[s.parent[up]].n.op == OpSum {
			return slope{next: inSum}, nil
		}
		return slope{next: none, n: s.sum(s.productRule(s.pairs[:0], num{v: 1}, v))}, nil
	case OpPow:
		e := num{v: int64(t.n.bits)}
		return s.times(v, Times(e.expr(), Expr{power(t.n.args[0], addExponents(e, num{v: -1}))}).n, kids[0]), nil
	case OpSqrt:
		return s.times(v, Times(Expr{half}, Power(Expr{t.n}, Int(-1))).n, kids[0]), nil
	case OpPower:
		a, b := t.n.args[0], numOf(t.n.args[1])
		if s.isZero(kids[1]) {
			return s.times(v, Times(b.expr(), Expr{power(a, addExponents(b, num{v: -1}))}).n, kids[0]), nil
		}
		log := Apply(logFunc, Expr{a})
		if s.isZero(kids[0]) {
			return s.times(v, Times(log, Expr{t.n}).n, kids[1]), nil
		}
		return slope{next: none, n: Plus(
			Times(log, Expr{t.n}, Expr{s.value(kids[1])}),
			Times(b.expr(), Expr{power(a, addExponents(b, num{v: -1}))}, Expr{s.value(kids[0])}),
		).n}, nil
	case OpAbs:
		return s.times(v, Apply(signFunc, Expr{t.n.args[0]}).n, kids[0]), nil
	}
	return slope{next: none, n: s.branches(v).n}, nil
}

func (s *slopes) sumRule(v int32) slope {
	n, kids := s.vertices[v].n, s.kidsOf(v)
	positions := s.positions[:0]
	for e := s.terms[v]; e != none; e = s.next[e] {
		positions = append(positions, s.position[e])
	}
	s.positions = positions
	if p := s.polysums[v]; p != nil {
		return slope{next: none, n: s.polyRule(n, kids, positions, p)}
	}
	if len(positions) == 1 {
		if k := kids[positions[0]]; s.slope[k].next != inSum {
			return s.times(v, n.pairs()[positions[0]].c.expr().n, k)
		}
	}
	slices.Sort(positions)
	for _, i := range positions { // multiplied out before the scratch is in use
		if s.slope[kids[i]].next != inSum {
			s.value(kids[i])
		}
	}
	terms := s.pairs[:0]
	for _, i := range positions {
		if k, c := kids[i], n.pairs()[i].c; s.slope[k].next == inSum {
			terms = s.productRule(terms, c, k)
		} else {
			terms = appendScaled(terms, c, s.slope[k].n)
		}
	}
	return slope{next: none, n: s.sum(terms)}
}

// polyRule is the derivative of a sum whose kids are the bases of its terms.
func (s *slopes) polyRule(n *node, kids, positions []int32, p *polysum) *node {
	slopes := make(map[int]*node, len(positions))
	for _, i := range positions {
		if d := s.value(kids[i]); d != nil {
			slopes[int(i)] = d
		}
	}
	if d, ok := p.derivative(slopes); ok {
		return d
	}
	byBase := make(map[*node]*node, len(slopes))
	for i, d := range slopes {
		byBase[p.bases[i]] = d
	}
	terms := s.pairs[:0]
	for _, t := range n.pairs() {
		if t.n == one {
			continue
		}
		var buf [1]pair
		factors := t.n.factors(&buf)
		for i, f := range factors {
			if d := byBase[f.n]; d != nil {
				terms = s.reduce(terms, t.c, factors, i, d)
			}
		}
	}
	return s.sum(terms)
}

// reduce appends the terms of c times the product, with the derivative of its
// i-th factor in place of that; d is that of the base.
func (s *slopes) reduce(terms []pair, c num, factors []pair, i int, d *node) []pair {
	e := factors[i].c
	reduced := append(s.product[:0], factors...)
	if e.isOne() {
		reduced = slices.Delete(reduced, i, i+1)
	} else {
		reduced[i].c = s.addExponents(e, num{v: -1})
	}
	return s.multiply(terms, c, reduced, d, e.expr().n)
}

// productRule appends the terms of c times the derivative of the product v.
func (s *slopes) productRule(terms []pair, c num, v int32) []pair {
	n, kids := s.vertices[v].n, s.kidsOf(v)
	for i := range kids {
		if !s.isZero(kids[i]) && s.slope[kids[i]].next != none {
			s.value(kids[i])
		}
	}
	factors := n.pairs()
	for i, f := range factors {
		if k := kids[2*i]; !s.isZero(k) {
			terms = s.reduce(terms, c, factors, i, s.slope[k].n)
		}
		if k := kids[2*i+1]; !s.isZero(k) {
			same := append(s.product[:0], factors...)
			terms = s.multiply(terms, c, same, s.slope[k].n, s.log(f.n))
		}
	}
	return terms
}

func (s *slopes) log(n *node) *node {
	log, ok := s.logs[n]
	if !ok {
		log = Apply(logFunc, Expr{n}).n
		s.logs[n] = log
	}
	return log
}

// branches is the derivative of min, max and select: that of the branch taken.
func (s *slopes) branches(v int32) Expr {
	n, kids := s.vertices[v].n, s.kidsOf(v)
	a, b := Expr{n.args[0]}, Expr{n.args[1]}
	da, db := Expr{s.value(kids[0])}, Expr{s.value(kids[1])}
	var cond Expr
	switch n.op {
	case OpMin:
		cond = Lt(a, b)
	case OpMax:
		cond = Gt(a, b)
	case OpSelect:
		cond = a
	default:
		panic("symbolic: no derivative of " + n.op.String())
	}
	if da == db {
		return da
	}
	return Select(cond, da, db)
}

// faithful is the derivative in operations that are kept as written; 0 and 1 of
// the derivatives are left out.
func (s *slopes) faithful(v int32) Expr {
	n, kids := s.vertices[v].n, s.kidsOf(v)
	a, b := Expr{n.args[0]}, Expr{n.args[1]}
	var d [3]Expr
	for i, k := range kids {
		d[i] = Expr{s.value(k)}
	}
	switch n.op {
	case OpAdd:
		return trimAdd(d[0], d[1])
	case OpSub:
		return trimAdd(d[0], trimNeg(d[1]))
	case OpNeg:
		return trimNeg(d[0])
	case OpMul:
		return trimAdd(trimMul(d[0], b), trimMul(a, d[1]))
	case OpDiv:
		return trimDiv(trimAdd(d[0], trimNeg(trimMul(Expr{n}, d[1]))), b)
	case OpFMA:
		return trimFMA(d[0], b, trimFMA(a, d[1], d[2]))
	case OpSqrt:
		return trimDiv(d[0], Int(2).Mul(Expr{n}))
	case OpAbs:
		return trimMul(Call(signFunc, a), d[0])
	case OpPow:
		e := int64(n.bits)
		return trimMul(trimMul(Int(e), a.PowExpr(Int(e).Sub(Int(1)))), d[0])
	case OpPower:
		if d[1] == (Expr{}) {
			return trimMul(trimMul(b, a.PowExpr(b.Sub(Int(1)))), d[0])
		}
		log := trimMul(Call(logFunc, a), d[1])
		return trimMul(Expr{n}, trimAdd(trimDiv(trimMul(b, d[0]), a), log))
	}
	return s.branches(v)
}

func trimAdd(a, b Expr) Expr {
	switch {
	case a == Expr{}:
		return b
	case b == Expr{}:
		return a
	case b.Op() == OpNeg:
		return a.Sub(b.Arg(0))
	case isNumber(b.n) && ratSign(b.n) < 0:
		return a.Sub(b.Neg())
	}
	return a.Add(b)
}

// trimNeg takes the negation of a negation back, which is exact.
func trimNeg(a Expr) Expr {
	if a.Op() == OpNeg {
		return a.Arg(0)
	}
	return a.Neg()
}

func trimMul(a, b Expr) Expr {
	switch one := (Expr{one}); {
	case a == Expr{} || b == Expr{}:
		return Expr{}
	case a == one:
		return b
	case b == one:
		return a
	}
	return a.Mul(b)
}

func trimDiv(a, b Expr) Expr {
	if a == (Expr{}) {
		return a
	}
	return a.Div(b)
}

func trimFMA(a, b, c Expr) Expr {
	one := Expr{one}
	if (c == Expr{}) || a == (Expr{}) || b == (Expr{}) || a == one || b == one {
		return trimAdd(trimMul(a, b), c)
	}
	return FMA(a, b, c)
}

// call is the chain rule.
func (s *slopes) call(v int32) (slope, error) {
	t, kids := s.vertices[v], s.kidsOf(v)
	f := functionAt(t.n.fn)
	depends := 0
	for _, k := range kids {
		if !s.isZero(k) {
			depends++
		}
	}
	sum := Expr{}
	for i, k := range kids {
		if s.isZero(k) {
			continue
		}
		p, ok := s.partial(v, i)
		switch {
		case !ok:
			return slope{}, &DiffError{Term: Expr{t.n}, Func: f, Msg: "has no derivative by argument " + strconv.Itoa(i+1)}
		case t.faithful:
			sum = trimAdd(sum, trimMul(p, Expr{s.value(k)}))
		case depends == 1:
			return s.times(v, p.n, k), nil
		default:
			sum = Plus(sum, Times(p, Expr{s.value(k)}))
		}
	}
	return slope{next: none, n: sum.n}, nil
}

// partial is the derivative of the call v by its i-th argument.
func (s *slopes) partial(v int32, i int) (Expr, bool) {
	edge := s.kidAt[v] + int32(i)
	if n, ok := s.partials[edge]; ok {
		return Expr{n}, true
	}
	t := s.vertices[v]
	f := functionAt(t.n.fn)
	if f.Derivative == nil {
		return Expr{}, false
	}
	args := make([]Expr, f.Arity)
	for j := range args {
		args[j] = Expr{t.n}.arg(j)
	}
	var d Expr
	var ok bool
	if t.faithful {
		d, ok = s.fromTemplate(f, args, i)
	} else {
		d, ok = f.Derivative(args, i)
		d = Canonical(d)
	}
	if ok {
		s.partials[edge] = d.n
	}
	return d, ok
}

// template is a call of which compound arguments are placeholders, and the
// argument by which it is differentiated.
type template struct {
	call Expr
	i    int
}

// fromTemplate writes a derivative, which functions give in canonical form, in
// faithful operations, without looking into the arguments.
func (s *slopes) fromTemplate(f *Function, args []Expr, i int) (Expr, bool) {
	get := map[*node]*node{}
	outer := make([]Expr, len(args))
	for j, a := range args {
		if outer[j] = a; !isNumber(a.n) && a.Op() != OpFloat {
			outer[j] = placeholder(j)
			get[outer[j].n] = a.n
		}
	}
	key := template{Call(f, outer...), i}
	d, ok := s.templates[key]
	if !ok {
		if d, ok = f.Derivative(outer, i); !ok {
			return Expr{}, false
		}
		d = Faithful(d)
		s.templates[key] = d
	}
	p := pass{memo: get, kids: kids}
	p.make = func(n *node) *node { return likewise(n, p.get) }
	return Expr{p.run(d.n)}, true
}

// placeholder is a variable that no text has.
func placeholder(i int) Expr { return variable("#" + strconv.Itoa(i)) }
