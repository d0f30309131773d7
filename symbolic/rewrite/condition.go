package rewrite

import "math/big"

// condition is the condition in a rule's text, compiled.
type condition[T comparable] func(m *matcher[T]) bool

// quantity is a number that a condition compares; it sets v, or returns false.
type quantity[T comparable] func(m *matcher[T], v *big.Rat) bool

func (c *compiler[T]) condition(p *Pattern) condition[T] {
	if p.Kind != CallKind {
		c.failed(p, "expected a condition, found %v", p)
		return nil
	}
	switch p.Head {
	case "&&":
		a, b := c.condition(p.Args[0]), c.condition(p.Args[1])
		return func(m *matcher[T]) bool { return a(m) && b(m) }
	case "||":
		a, b := c.condition(p.Args[0]), c.condition(p.Args[1])
		return func(m *matcher[T]) bool { return a(m) || b(m) }
	case "!":
		a := c.condition(p.Args[0])
		return func(m *matcher[T]) bool { return !a(m) }
	case "<", "<=", ">", ">=", "==", "!=":
		return c.comparison(p)
	case "+", "-", "*", "/", "^", "neg":
		c.failed(p, "expected a condition, found %v", p)
		return nil
	}
	test, a := c.test(p, p.Head), c.template(p.Args[0])
	if a.kind == SegmentKind {
		return func(m *matcher[T]) bool {
			for _, t := range m.segment(a.slot) {
				if !test.holds(m, t) {
					return false
				}
			}
			return true
		}
	}
	return func(m *matcher[T]) bool { return test.holds(m, m.build(a)) }
}

func (c *compiler[T]) comparison(p *Pattern) condition[T] {
	left, right := c.quantity(p.Args[0]), c.quantity(p.Args[1])
	a, b := c.template(p.Args[0]), c.template(p.Args[1])
	equal, less, greater := false, false, false // what satisfies it
	switch p.Head {
	case "<":
		less = true
	case "<=":
		less, equal = true, true
	case ">":
		greater = true
	case ">=":
		greater, equal = true, true
	case "==":
		equal = true
	case "!=":
		less, greater = true, true
	}
	return func(m *matcher[T]) bool {
		var x, y big.Rat
		if !left(m, &x) || !right(m, &y) {
			switch p.Head {
			case "==":
				return m.terms.Equal(m.build(a), m.build(b))
			case "!=":
				return !m.terms.Equal(m.build(a), m.build(b))
			}
			return false
		}
		switch x.Cmp(&y) {
		case -1:
			return less
		case 1:
			return greater
		}
		return equal
	}
}

// maxBits bounds the numbers that conditions make.
const maxBits = 4096

func (c *compiler[T]) quantity(p *Pattern) quantity[T] {
	none := func(*matcher[T], *big.Rat) bool { return false }
	switch p.Kind {
	case NumberKind:
		return func(m *matcher[T], v *big.Rat) bool {
			v.Set(p.Number)
			return true
		}
	case FloatKind:
		return func(m *matcher[T], v *big.Rat) bool { return v.SetFloat64(p.Float) != nil }
	case SlotKind, DefaultKind:
		i := c.find(p)
		if i < 0 {
			return none // and template reports it
		}
		return func(m *matcher[T], v *big.Rat) bool {
			t := m.bind[i]
			if m.terms.Number(t, v) {
				return true
			}
			if m.floats == nil {
				return false
			}
			f, ok := m.floats.Float(t)
			return ok && v.SetFloat64(f) != nil
		}
	case SegmentKind:
		c.failed(p, "expected a number or a slot of one term, found %v", p)
		return none
	case SymbolKind:
		return none
	}
	var args [2]quantity[T]
	switch p.Head {
	case "neg", "+", "-", "*", "/", "^":
		for i, a := range p.Args {
			args[i] = c.quantity(a)
		}
	default:
		c.failed(p, "expected a number, a slot or + - * / ^, found %v", p)
		return none
	}
	if p.Head == "neg" {
		return func(m *matcher[T], v *big.Rat) bool {
			ok := args[0](m, v)
			v.Neg(v)
			return ok
		}
	}
	return func(m *matcher[T], v *big.Rat) bool {
		var w big.Rat
		if !args[0](m, v) || !args[1](m, &w) {
			return false
		}
		if size(v)+size(&w) > maxBits {
			return false
		}
		switch p.Head {
		case "+":
			v.Add(v, &w)
		case "-":
			v.Sub(v, &w)
		case "*":
			v.Mul(v, &w)
		case "/":
			if w.Sign() == 0 {
				return false
			}
			v.Quo(v, &w)
		default:
			return power(v, &w)
		}
		return true
	}
}

func size(v *big.Rat) int { return v.Num().BitLen() + v.Denom().BitLen() }

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
	if n < 0 || n > maxBits || int(n)*size(v) > maxBits {
		return false
	}
	e := big.NewInt(n)
	num := new(big.Int).Exp(v.Num(), e, nil)
	v.SetFrac(num, new(big.Int).Exp(v.Denom(), e, nil))
	return true
}
