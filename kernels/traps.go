package kernels

import (
	"github.com/triad-go/triad/symbolic"
)

// need says where the value of a term is needed: nowhere, everywhere, or where a
// truth value holds.
type need struct {
	always bool
	where  symbolic.Expr
	ok     bool // anywhere
}

// and is n where c holds too, or does not hold.
func (n need) and(c symbolic.Expr, holds bool) need {
	if !holds {
		c = symbolic.Not(c)
	}
	if !n.always {
		c = symbolic.And(n.where, c)
	}
	return need{where: c, ok: true}
}

// or is where n or m is.
func (n need) or(m need) need {
	switch {
	case !n.ok || m.always:
		return m
	case !m.ok || n.always || n.where == m.where:
		return n
	case opposite(n.where, m.where):
		return need{always: true, ok: true}
	}
	// What both sides of a select need is needed where the select is.
	a, b := n.where, m.where
	if a.Op() == symbolic.OpAnd && b.Op() == symbolic.OpAnd && a.Arg(0) == b.Arg(0) && opposite(a.Arg(1), b.Arg(1)) {
		return need{where: a.Arg(0), ok: true}
	}
	return need{where: symbolic.Or(a, b), ok: true}
}

// opposite reports whether one is written as the negation of the other.
func opposite(a, b symbolic.Expr) bool {
	return a.Op() == symbolic.OpNot && a.Arg(0) == b || b.Op() == symbolic.OpNot && b.Arg(0) == a
}

// traps finds the integer divisions and remainders of the outputs whose divisor may
// be 0, and for each the truth value of its being 0 where the quotient is needed; and the
// gathers, with that of the position being none of the array's.
// That is so where the term is needed that it stands in: but of a select the second
// or the third argument, as its condition says, and of && and || the right side
// where the left one does not decide.
func (ty *typing) traps(outputs []Output) (divisions, springs []symbolic.Expr) {
	// Which terms have such a division in them, at which types?
	below := map[symbolic.Expr]uint16{}
	has := func(e symbolic.Expr, i int, t Type) bool {
		return below[e.Arg(i)]>>ty.argType(e, i, t)&1 == 1
	}
	for _, e := range ty.order {
		for t := range ty.typesOf(e) {
			any := divides(e, t) || isGather(e)
			for i := range e.NumArgs() {
				any = any || has(e, i, t)
			}
			if any {
				below[e] |= 1 << t
			}
		}
	}
	if len(below) == 0 {
		return nil, nil
	}
	needed := map[typedTerm]need{}
	add := func(e symbolic.Expr, t Type, n need) {
		if below[e]>>t&1 == 1 {
			needed[typedTerm{e, t}] = needed[typedTerm{e, t}].or(n)
		}
	}
	for _, o := range outputs {
		t := ty.own[o.Expr]
		if t.isOpen() {
			t = ty.types[o.Name]
		}
		add(o.Expr, t, need{always: true, ok: true})
	}
	seen := map[symbolic.Expr]bool{}
	for k := len(ty.order) - 1; k >= 0; k-- {
		e := ty.order[k]
		for t := range ty.typesOf(e) {
			n := needed[typedTerm{e, t}]
			if !n.ok {
				continue
			}
			for i := range e.NumArgs() {
				m := n
				switch op := e.Op(); {
				case op == symbolic.OpSelect && i > 0:
					m = n.and(e.Arg(0), i == 1)
				case (op == symbolic.OpAnd || op == symbolic.OpOr) && i == 1:
					m = n.and(e.Arg(0), op == symbolic.OpAnd)
				}
				add(e.Arg(i), ty.argType(e, i, t), m)
			}
			spring := func(s symbolic.Expr, kind TrapKind) {
				if !n.always {
					s = symbolic.And(n.where, s)
				}
				if !seen[s] {
					seen[s] = true
					divisions, springs, ty.kinds = append(divisions, e), append(springs, s), append(ty.kinds, kind)
				}
			}
			if isGather(e) {
				spring(symbolic.Not(ty.within(e)), TrapIndex)
			}
			if divides(e, t) && (n.always || !excludes(n.where, e.Arg(1))) {
				spring(symbolic.Eq(e.Arg(1), symbolic.Int(0)), TrapDivide)
			}
		}
	}
	return divisions, springs
}

// divides reports whether e, of type t, is a division of integers by what may be 0.
func divides(e symbolic.Expr, t Type) bool {
	if !t.IsInt() {
		return false
	}
	switch e.Op() {
	case symbolic.OpDiv:
	case symbolic.OpCall:
		if typedFunctions[e.Func()].op != OpRem {
			return false
		}
	default:
		return false
	}
	n := integerOf(e.Arg(1))
	return n == nil || n.Sign() == 0
}

// excludes reports whether a truth value, where it holds, is seen to keep x from
// being 0: x != 0 is, x > 0, and what is && one of these.
func excludes(c, x symbolic.Expr) bool {
	for c.Op() == symbolic.OpAnd {
		if excludes(c.Arg(1), x) {
			return true
		}
		c = c.Arg(0)
	}
	op := c.Op()
	if op == symbolic.OpNot {
		if c = c.Arg(0); c.Op() != symbolic.OpEq {
			return false
		}
		op = symbolic.OpNe
	}
	switch op {
	case symbolic.OpNe, symbolic.OpLt, symbolic.OpGt:
		zero := symbolic.Int(0)
		return c.Arg(0) == x && c.Arg(1) == zero || c.Arg(0) == zero && c.Arg(1) == x
	}
	return false
}
