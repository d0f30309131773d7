package egraph

import (
	"fmt"
	"math"
	"math/big"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// A condition of a rule is asked of what its slots are bound to. It may not
// change the graph.
type condition func(g *Graph, row []uint32) bool

// NumberOf is the exact number in a class, nil if there is none. It is not to be
// changed.
func (g *Graph) NumberOf(id ID) *big.Rat {
	if k := g.constant[g.find(uint32(id))]; k != 0 {
		return g.ops[k-1].number
	}
	return nil
}

// known is the number or float in a class, as rules may take it; nil if there is
// none. In graphs for both float64 and float32 (see both) it is none if float32
// rounds it: what is less may be equal there, and what is positive 0.
func (g *Graph) known(class uint32) *opInfo {
	k := g.constant[g.find(class)]
	if k == 0 {
		return nil
	}
	o := &g.ops[k-1]
	if g.both {
		v := o.number
		if o.kind == floatKind {
			if v = new(big.Rat).SetFloat64(o.float); v == nil || o.float == 0 && math.Signbit(o.float) {
				return nil
			}
		}
		if !isFloat32(v) {
			return nil
		}
	}
	return o
}

// value sets v to the number in a class, a value of a row, if there is one that
// is finite.
func (g *Graph) value(class uint32, v *big.Rat) bool {
	if class&pending != 0 {
		return false
	}
	o := g.known(class)
	if o == nil {
		return false
	}
	if o.kind == floatKind {
		return v.SetFloat64(o.float) != nil
	}
	v.Set(o.number)
	return true
}

// isPredicate reports whether there is a predicate of this name.
func isPredicate(name string) bool {
	switch name {
	case "number", "exact", "float", "integer", "even", "odd", "positive", "negative", "nonzero", "pow2", "symbol", "leaf", "call":
		return true
	}
	return false
}

// satisfies asks a predicate of a class, or of a value of a row that is a
// multiset to be made.
func (g *Graph) satisfies(predicate string, class uint32) bool {
	if class&pending != 0 {
		return predicate == "call"
	}
	class = g.find(class)
	k := g.known(class)
	exact := k != nil && k.kind == numberKind
	switch predicate {
	case "number":
		return k != nil
	case "exact":
		return exact
	case "float":
		return k != nil && !exact
	case "integer":
		return exact && k.number.IsInt()
	case "even":
		return exact && k.number.IsInt() && k.number.Num().Bit(0) == 0
	case "odd":
		return exact && k.number.IsInt() && k.number.Num().Bit(0) == 1
	case "pow2":
		return exact && isPow2(k.number)
	case "positive", "negative", "nonzero":
		positive, negative, nonzero := g.signs(class)
		return predicate == "positive" && positive || predicate == "negative" && negative || predicate == "nonzero" && nonzero
	case "symbol", "leaf", "call":
		m := g.members[class]
		for n := m; n != 0; {
			kind := g.ops[g.op(n)].kind
			if predicate == "symbol" && kind == symbolKind || predicate == "leaf" && kind != callKind || predicate == "call" && kind == callKind {
				return true
			}
			if n = g.words[n+wordNext]; n == m {
				break
			}
		}
	}
	return false
}

// isPow2 reports whether v is 2^n and |n| <= 100, so that it and its inverse are
// normal numbers of every floating-point type.
func isPow2(v *big.Rat) bool {
	n, d := v.Num(), v.Denom()
	return n.Sign() > 0 && n.TrailingZeroBits() == uint(n.BitLen()-1) && d.TrailingZeroBits() == uint(d.BitLen()-1) && n.BitLen() <= 101 && d.BitLen() <= 101
}

// signs is what is known of the sign of a class's value.
func (g *Graph) signs(class uint32) (positive, negative, nonzero bool) {
	if k := g.known(class); k != nil {
		s := 0
		switch {
		case k.kind == numberKind:
			s = k.number.Sign()
		case k.float > 0:
			s = 1
		case k.float < 0:
			s = -1
		}
		return s > 0, s < 0, s != 0
	}
	return g.factSigns(class)
}

// conditions compiles what is in a rule's text after "if". slot is where a row
// has the value of a slot of that name, -1 if there is none.
type conditions struct {
	slot func(name string) int
	err  string // what was expected, "" if all is well
}

func (c *conditions) fail(format string, args ...any) {
	if c.err == "" {
		c.err = fmt.Sprintf(format, args...)
	}
}

func (c *conditions) condition(p *rewrite.Pattern) condition {
	if p.Kind != rewrite.CallKind {
		c.fail("expected a condition, found %v", p)
		return nil
	}
	two := len(p.Args) == 2
	switch {
	case p.Head == "&&" && two:
		a, b := c.condition(p.Args[0]), c.condition(p.Args[1])
		return func(g *Graph, row []uint32) bool { return a(g, row) && b(g, row) }
	case p.Head == "||" && two:
		a, b := c.condition(p.Args[0]), c.condition(p.Args[1])
		return func(g *Graph, row []uint32) bool { return a(g, row) || b(g, row) }
	case p.Head == "!" && len(p.Args) == 1:
		return c.not(p.Args[0])
	case two:
		switch p.Head {
		case "<", "<=", ">", ">=", "==", "!=":
			return c.comparison(p.Head, p.Args[0], p.Args[1])
		}
	case isPredicate(p.Head) && len(p.Args) == 1:
		a := p.Args[0]
		if a.Kind != rewrite.SlotKind && a.Kind != rewrite.DefaultKind && a.Kind != rewrite.NumberKind {
			c.fail("expected a slot, found %v", a)
			return nil
		}
		if a.Kind == rewrite.NumberKind { // what a default slot that is absent has become
			h := New()
			holds := h.satisfies(p.Head, uint32(h.Number(a.Number)))
			return func(*Graph, []uint32) bool { return holds }
		}
		i := c.find(a)
		return func(g *Graph, row []uint32) bool { return g.satisfies(p.Head, row[i]) }
	}
	c.fail("expected a condition, found %v", p)
	return nil
}

func (c *conditions) find(p *rewrite.Pattern) int {
	i := c.slot(p.Name)
	if i < 0 {
		c.fail("expected a slot that the left side binds, found %v", p)
	}
	return i
}

// not is the contrary of a condition. Of what is not known neither a condition
// nor its contrary holds, but for predicates that ask what a constant is.
func (c *conditions) not(p *rewrite.Pattern) condition {
	if p.Kind == rewrite.CallKind && len(p.Args) == 2 {
		switch p.Head {
		case "&&":
			a, b := c.not(p.Args[0]), c.not(p.Args[1])
			return func(g *Graph, row []uint32) bool { return a(g, row) || b(g, row) }
		case "||":
			a, b := c.not(p.Args[0]), c.not(p.Args[1])
			return func(g *Graph, row []uint32) bool { return a(g, row) && b(g, row) }
		case "<", "<=", ">", ">=", "==", "!=":
			contrary := map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
			return c.comparison(contrary[p.Head], p.Args[0], p.Args[1])
		}
	}
	if p.Kind == rewrite.CallKind && p.Head == "!" && len(p.Args) == 1 {
		return c.condition(p.Args[0])
	}
	a := c.condition(p)
	if p.Kind == rewrite.CallKind && len(p.Args) == 1 && p.Args[0].Kind != rewrite.NumberKind && c.err == "" {
		i := c.find(p.Args[0])
		switch p.Head {
		case "integer", "even", "odd", "pow2":
			return func(g *Graph, row []uint32) bool { return g.satisfies("exact", row[i]) && !a(g, row) }
		case "exact", "float", "positive", "negative", "nonzero":
			return func(g *Graph, row []uint32) bool { return g.satisfies("number", row[i]) && !a(g, row) }
		}
	}
	return func(g *Graph, row []uint32) bool { return !a(g, row) }
}

// comparison compares numbers. What is no number compares with one if analyses
// know its sign or range, and == and != ask whether the classes are one or known to differ.
func (c *conditions) comparison(op string, p, q *rewrite.Pattern) condition {
	x, y := c.quantity(p), c.quantity(q)
	if c.err != "" {
		return nil
	}
	sign := func(n int) bool {
		switch op {
		case "<":
			return n < 0
		case "<=":
			return n <= 0
		case ">":
			return n > 0
		case ">=":
			return n >= 0
		case "==":
			return n == 0
		}
		return n != 0
	}
	i, j := c.bare(p), c.bare(q)
	zero := q.Kind == rewrite.NumberKind && q.Number.Sign() == 0
	return func(g *Graph, row []uint32) bool {
		var v, w big.Rat
		if x(g, row, &v) && y(g, row, &w) {
			return sign(v.Cmp(&w))
		}
		switch {
		case i >= 0 && zero && row[i]&pending == 0:
			positive, negative, nonzero := g.signs(row[i])
			return positive && sign(1) || negative && sign(-1) || nonzero && op == "!=" || g.factCompares(op, row[i], q.Number)
		case i >= 0 && q.Kind == rewrite.NumberKind && row[i]&pending == 0:
			return g.factCompares(op, row[i], q.Number)
		case i >= 0 && j >= 0 && row[i]&pending == 0 && row[j]&pending == 0:
			return op == "==" && g.find(row[i]) == g.find(row[j])
		}
		return false
	}
}

// bare is where a row has the value of a slot, -1 if p is none.
func (c *conditions) bare(p *rewrite.Pattern) int {
	if p.Kind == rewrite.SlotKind || p.Kind == rewrite.DefaultKind {
		return c.find(p)
	}
	return -1
}

// quantity sets v to a number, or returns false.
type quantity func(g *Graph, row []uint32, v *big.Rat) bool

// maxBits bounds the numbers that conditions make.
const maxBits = 4096

func (c *conditions) quantity(p *rewrite.Pattern) quantity {
	switch p.Kind {
	case rewrite.NumberKind:
		return func(_ *Graph, _ []uint32, v *big.Rat) bool {
			v.Set(p.Number)
			return true
		}
	case rewrite.FloatKind:
		return func(_ *Graph, _ []uint32, v *big.Rat) bool { return v.SetFloat64(p.Float) != nil }
	case rewrite.SlotKind, rewrite.DefaultKind:
		i := c.find(p)
		return func(g *Graph, row []uint32, v *big.Rat) bool { return g.value(row[i], v) }
	case rewrite.CallKind:
		if p.Head == "neg" && len(p.Args) == 1 {
			a := c.quantity(p.Args[0])
			return func(g *Graph, row []uint32, v *big.Rat) bool {
				ok := a(g, row, v)
				v.Neg(v)
				return ok
			}
		}
		if f := arithmetic(p.Head); f != nil && len(p.Args) == 2 {
			a, b := c.quantity(p.Args[0]), c.quantity(p.Args[1])
			return func(g *Graph, row []uint32, v *big.Rat) bool {
				var w big.Rat
				return a(g, row, v) && b(g, row, &w) && numberBits(v)+numberBits(&w) <= maxBits && f(v, &w)
			}
		}
	}
	c.fail("expected a number, a slot or + - * / ^, found %v", p)
	return nil
}

func numberBits(v *big.Rat) int { return v.Num().BitLen() + v.Denom().BitLen() }

// arithmetic is the operation of a head on numbers, which sets v, or returns
// false if there is no result or none of bounded size; nil if it is none.
func arithmetic(head string) func(v, w *big.Rat) bool {
	switch head {
	case "+":
		return func(v, w *big.Rat) bool { v.Add(v, w); return true }
	case "-":
		return func(v, w *big.Rat) bool { v.Sub(v, w); return true }
	case "*":
		return func(v, w *big.Rat) bool { v.Mul(v, w); return true }
	case "/":
		return func(v, w *big.Rat) bool {
			if w.Sign() == 0 {
				return false
			}
			v.Quo(v, w)
			return true
		}
	case "^":
		return power
	}
	return nil
}

// power sets v to v^w, if that is an exact number of bounded size.
func power(v, w *big.Rat) bool {
	if !w.IsInt() || !w.Num().IsInt64() {
		return false
	}
	n := w.Num().Int64()
	if n < 0 {
		if v.Sign() == 0 {
			return false
		}
		v.Inv(v)
		n = -n
	}
	if n < 0 || n > maxBits || int(n)*numberBits(v) > maxBits {
		return false
	}
	e := big.NewInt(n)
	num := new(big.Int).Exp(v.Num(), e, nil)
	v.SetFrac(num, new(big.Int).Exp(v.Denom(), e, nil))
	return true
}
