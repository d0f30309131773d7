package symbolic

import "fmt"

// TaylorError says why a term has no Taylor polynomial.
type TaylorError struct {
	Term Expr // the subterm without a power series, in canonical form
	X    Expr
	At   Expr
	Msg  string
	Err  error // the reason, if that is another error: a *[DiffError]
}

func (e *TaylorError) Error() string {
	at := "another term"
	if e.At.NumArgs() == 0 {
		at = e.At.String()
	}
	what := "a subterm"
	switch {
	case e.Term.NumArgs() == 0:
		what = e.Term.String()
	case e.Term.Op() == OpCall:
		what = "a call of " + e.Term.Func().Name
	}
	return fmt.Sprintf("symbolic: Taylor polynomial in %v at %s: %s %s", e.X, at, what, e.Msg)
}

func (e *TaylorError) Unwrap() error { return e.Err }

// maxOrder bounds the order of a series: each has a coefficient for every power.
const maxOrder = 1 << 20

// Taylor is the Taylor polynomial of e in the variable x around the point at, up
// to and with the power order of x - at. It is a canonical sum of powers of x - at;
// the coefficients are expanded as far as sums are multiplied on the way. at
// must not depend on x. It panics if order is negative.
//
// It is worked out by arithmetic of power series, of e in canonical form, not by
// differentiating order times. Singularities that cancel are removed: sin(x)/x at 0 is 1 -
// x^2/6 …. At the point itself, min, max, abs and select follow the branch that
// is taken there: a comparison of numbers is decided, another is kept in the
// coefficients.
//
// The error is a *[TaylorError]: e has a pole or another singularity there (as
// far as numbers tell: what 1/(y - z) has at 0, or tan(x) at pi()/2, is not
// known), or a function has no derivative.
func Taylor(e, x, at Expr, order int) (Expr, error) {
	if order < 0 {
		panic(fmt.Sprintf("symbolic: Taylor: order %d", order))
	}
	fail := func(t Expr, err error) (Expr, error) {
		f := &TaylorError{Term: t, X: x, At: at, Msg: err.Error()}
		if d, ok := err.(*DiffError); ok {
			f.Err = d
		}
		return Expr{}, f
	}
	if order > maxOrder {
		return fail(Canonical(e), fmt.Errorf("an order above %d", maxOrder))
	}
	if err := checkDiff([]Expr{e}, []Expr{x}); err != nil {
		return fail(err.(*DiffError).Term, err)
	}
	e, at = Canonical(e), Canonical(at)
	for _, v := range Vars(at) {
		if v == x {
			return fail(at, fmt.Errorf("depends on the variable"))
		}
	}
	var last Expr
	var err error
	for _, more := range [...]int{0, 4, 16, 64} {
		t := newExpansion(order + 1 + more)
		t.env[x.n] = &series{c: []*node{at.n, one}, exact: true}
		var s *series
		if s, last, err = t.series(e.n); err == nil {
			if s = s.normal(); s.end() <= order {
				last, err = e, errPrecision
			}
		}
		switch {
		case err == errPrecision:
			continue
		case err != nil:
			return fail(last, err)
		case len(s.c) > 0 && s.v < 0:
			return fail(e, errPole)
		}
		var sum Accumulator
		step := Plus(x, Times(Int(-1), at))
		for k := range order + 1 {
			c := s.at(k)
			if c.flag(hasPole) {
				return fail(e, errPole)
			}
			sum.Add(Times(Expr{c}, Power(step, Int(int64(k)))))
		}
		return sum.Sum(), nil
	}
	return fail(last, err)
}

// expansion works out the series of the terms of a DAG.
type expansion struct {
	algebra
	env    map[*node]*series // of variables
	memo   map[*node]*series
	truth  map[*node]bool // of comparisons of numbers
	cosine map[*node]*series
	inner  []*expansion // in the arguments of functions, one coefficient less
	args   []*series    // of which functions this one is an inner expansion
}

func newExpansion(n int) *expansion {
	return &expansion{
		algebra: algebra{n: n},
		env:     map[*node]*series{},
		memo:    map[*node]*series{},
		truth:   map[*node]bool{},
		cosine:  map[*node]*series{},
	}
}

func (t *expansion) get(n *node) *series {
	if n == nil || n.op == OpNumber || n.op == OpFloat {
		return constantSeries(n)
	}
	return t.memo[n]
}

// series is the series of root, or the term that has none. It needs no stack of
// calls but for derivatives in derivatives, of which there are fewer each time.
func (t *expansion) series(root *node) (s *series, at Expr, err error) {
	var buf []*node
	todo := []*node{root}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		if t.get(n) != nil {
			todo = todo[:len(todo)-1]
			continue
		}
		buf = kids(n, buf[:0])
		before := len(todo)
		for _, k := range buf {
			if t.get(k) == nil {
				todo = append(todo, k)
			}
		}
		if len(todo) > before {
			continue
		}
		todo = todo[:before-1]
		s, err := t.term(n, buf)
		if err != nil {
			return nil, Expr{n}, err
		}
		t.memo[n] = t.cut(s)
	}
	return t.get(root), Expr{}, nil
}

// term is the series of n from those of its kids.
func (t *expansion) term(n *node, kids []*node) (*series, error) {
	if n.op == OpVar {
		if s, ok := t.env[n]; ok {
			return s, nil
		}
		return constantSeries(n), nil
	}
	constant := true
	for _, k := range kids {
		constant = constant && t.get(k).isConstant()
	}
	if constant && n.op != OpSelect && !(Expr{n}).Bool() {
		return constantSeries(rebuild(n, func(k *node) *node { return t.get(k).at(0) })), nil
	}
	switch n.op {
	case OpSum:
		return t.sumOf(n), nil
	case OpProduct:
		return t.productOf(n)
	case OpPow:
		return t.pow(t.get(n.args[0]), num{v: int64(n.bits)})
	case OpSqrt:
		return t.pow(t.get(n.args[0]), num{x: half})
	case OpPower:
		return t.power(t.get(n.args[0]), t.get(n.args[1]))
	case OpCall:
		return t.call(n)
	}
	return t.branch(n)
}

func (t *expansion) sumOf(n *node) *series {
	s := constantSeries(nil)
	for _, p := range n.pairs() {
		s = t.add(s, p.c, t.get(p.n))
	}
	return s
}

func (t *expansion) productOf(n *node) (*series, error) {
	if n.isScaled() {
		_, c := n.coefficient()
		return t.add(constantSeries(nil), c, t.get(n.args[0])), nil
	}
	p := constantSeries(one)
	for _, f := range n.pairs() {
		e := constantSeries(f.c.expr().n)
		if !f.c.number() {
			e = t.get(f.c.x)
		}
		s, err := t.power(t.get(f.n), e)
		if err != nil {
			return nil, err
		}
		p = t.mul(p, s)
	}
	return p, nil
}

func (t *expansion) power(a, b *series) (*series, error) {
	if b.isConstant() {
		if e := numOf(b.at(0)); !e.isOne() {
			return t.pow(a, e)
		}
		return a, nil
	}
	log, err := t.log(a)
	if err != nil {
		return nil, err
	}
	return t.exp(t.mul(b, log))
}

// branch is min, max, abs, select, and conditions, of which only the value at
// the point counts.
func (t *expansion) branch(n *node) (*series, error) {
	var args [3]*node // at the point
	for i := range ops[n.op].args {
		s := t.get(n.args[i])
		if n.op == OpSelect && i > 0 {
			break // a branch that is not taken may have a pole
		}
		var err error
		if args[i], err = s.constant(); err != nil {
			return nil, errSingularOr(err)
		}
	}
	a, b := t.get(n.args[0]), t.get(n.args[1])
	cond := args[0]
	switch n.op {
	case OpAbs:
		switch f := args[0]; {
		case f == nil:
			return nil, errSingular
		case isNumber(f):
			return t.add(constantSeries(nil), num{v: int64(ratSign(f))}, a), nil
		default:
			s := t.scale(Apply(signFunc, Expr{f}).n, a)
			s.c[0] = Expr{f}.Abs().n
			return s, nil
		}
	case OpMin:
		cond = t.compare(OpLt, args)
	case OpMax:
		cond = t.compare(OpGt, args)
	case OpSelect:
		a, b = b, t.get(n.args[2])
	default:
		return constantSeries(t.compare(n.op, args)), nil
	}
	if v, ok := t.truth[cond]; ok {
		if v {
			return a, nil
		}
		return b, nil
	}
	r := &series{v: min(a.v, b.v), exact: a.exact && b.exact}
	for k := r.v; k < min(a.end(), b.end(), max(a.v+len(a.c), b.v+len(b.c))); k++ {
		x, y := a.at(k), b.at(k)
		switch {
		case x == y:
		case k == 0 && n.op != OpSelect:
			x = term(n.op, x, y, nil).n
		default:
			x = term(OpSelect, cond, x, y).n
		}
		r.c = append(r.c, x)
	}
	return r, nil
}

// compare is a condition at the point, whose truth is noted if numbers tell it.
func (t *expansion) compare(op Op, args [3]*node) *node {
	n := term(op, args[0], args[1], args[2]).n
	p, okP := t.truth[args[0]]
	q, okQ := t.truth[args[1]]
	switch op {
	case OpAnd:
		if okP && okQ || okP && !p || okQ && !q {
			t.truth[n] = p && q
		}
		return n
	case OpOr:
		if okP && okQ || okP && p || okQ && q {
			t.truth[n] = p || q
		}
		return n
	case OpNot:
		if okP {
			t.truth[n] = !p
		}
		return n
	}
	if !isNumber(args[0]) || !isNumber(args[1]) {
		return n
	}
	c := rat(args[0]).Cmp(rat(args[1]))
	switch op {
	case OpLt:
		t.truth[n] = c < 0
	case OpLe:
		t.truth[n] = c <= 0
	case OpGt:
		t.truth[n] = c > 0
	case OpGe:
		t.truth[n] = c >= 0
	case OpEq:
		t.truth[n] = c == 0
	case OpNe:
		t.truth[n] = c != 0
	}
	return n
}

// call is the series of a function: by a recurrence for some, and for all others
// the integral of the derivative, whose series needs one coefficient less.
func (t *expansion) call(n *node) (*series, error) {
	f := functionAt(n.fn)
	args := make([]*series, f.Arity)
	values := make([]Expr, f.Arity)
	for i := range args {
		args[i] = t.get(Expr{n}.arg(i).n)
	}
	switch f {
	case expFunc:
		return t.exp(args[0])
	case logFunc:
		return t.log(args[0])
	case sinFunc, cosFunc:
		return t.pair(f, args[0], Expr{n}.arg(0).n, sinFunc, cosFunc, -1)
	case sinhFunc, coshFunc:
		return t.pair(f, args[0], Expr{n}.arg(0).n, sinhFunc, coshFunc, 1)
	}
	outer := make([]Expr, f.Arity) // constants, and placeholders for what is none
	for i, s := range args {
		c, err := s.constant()
		if err != nil {
			return nil, errSingularOr(err)
		}
		values[i], outer[i] = Expr{c}, Expr{c}
		if !s.isConstant() {
			outer[i] = placeholder(i)
		}
	}
	r := constantSeries(Apply(f, values...).n)
	if t.n == 1 {
		r.exact = false
		return r, nil
	}
	inner := t.inside(args)
	for i, s := range args {
		if s.isConstant() {
			continue
		}
		var d Expr
		ok := f.Derivative != nil
		if ok {
			d, ok = f.Derivative(outer, i)
		}
		if !ok {
			return nil, &DiffError{Term: Expr{n}, Func: f, Msg: fmt.Sprintf("has no derivative by argument %d", i+1)}
		}
		ds, _, err := inner.series(Canonical(d).n)
		if err != nil {
			return nil, err
		}
		if len(ds.c) > 0 && ds.at(0).flag(hasPole) {
			return nil, errSingular
		}
		part, err := t.integral(nil, inner.mul(ds, inner.slopeOf(s)))
		if err != nil {
			return nil, err
		}
		r = t.add(r, num{v: 1}, part)
	}
	return r, nil
}

// pair is one of two functions that are each other's derivatives, and keeps the
// other.
func (t *expansion) pair(f *Function, s *series, arg *node, sin, cos *Function, sign int) (*series, error) {
	other := sin
	if f == sin {
		other = cos
	}
	if r, ok := t.cosine[Call(f, Expr{arg}).n]; ok {
		return r, nil
	}
	x, y, err := t.sincos(s, sin, cos, sign)
	if err != nil {
		return nil, err
	}
	if f == cos {
		x, y = y, x
	}
	t.cosine[Call(other, Expr{arg}).n] = y
	return x, nil
}

// inside is the expansion in placeholders for the arguments, one coefficient
// shorter. It is the same for all functions of these arguments, so that functions
// whose derivatives are made of each other are expanded once each.
func (t *expansion) inside(args []*series) *expansion {
next:
	for _, in := range t.inner {
		if len(in.args) != len(args) {
			continue
		}
		for i, s := range in.args {
			if s != args[i] {
				continue next
			}
		}
		return in
	}
	in := newExpansion(t.n - 1)
	in.args = args
	for i, s := range args {
		in.env[placeholder(i).n] = s
	}
	t.inner = append(t.inner, in)
	return in
}
