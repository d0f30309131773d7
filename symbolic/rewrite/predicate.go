package rewrite

import "math/big"

// The predicates that all rules know. Floats are numbers too, where there are
// any; none is even, odd or an integer.
var predicates = map[string]func(k leaf) bool{
	"number":   func(k leaf) bool { return k.exact || k.float },
	"exact":    func(k leaf) bool { return k.exact },
	"float":    func(k leaf) bool { return k.float },
	"integer":  func(k leaf) bool { return k.exact && k.rat.IsInt() },
	"even":     func(k leaf) bool { return k.exact && k.rat.IsInt() && k.rat.Num().Bit(0) == 0 },
	"odd":      func(k leaf) bool { return k.exact && k.rat.IsInt() && k.rat.Num().Bit(0) == 1 },
	"positive": func(k leaf) bool { return k.exact && k.rat.Sign() > 0 || k.float && k.v > 0 },
	"negative": func(k leaf) bool { return k.exact && k.rat.Sign() < 0 || k.float && k.v < 0 },
	"nonzero":  func(k leaf) bool { return k.exact && k.rat.Sign() != 0 || k.float && k.v != 0 },
	"pow2":     func(k leaf) bool { return k.exact && isPow2(k.rat) },
	"symbol":   func(k leaf) bool { return !k.call && !k.exact && !k.float },
	"leaf":     func(k leaf) bool { return !k.call },
	"call":     func(k leaf) bool { return k.call },
}

// isPow2 reports whether v is 2^n and |n| <= 100, so that it and its inverse are
// normal numbers of every floating-point type.
func isPow2(v *big.Rat) bool {
	n, d := v.Num(), v.Denom()
	return n.Sign() > 0 && n.TrailingZeroBits() == uint(n.BitLen()-1) && d.TrailingZeroBits() == uint(d.BitLen()-1) && n.BitLen() <= 101 && d.BitLen() <= 101
}

// leaf is what a term is, as far as it is asked without looking into calls.
type leaf struct {
	call, exact, float bool
	rat                *big.Rat
	v                  float64
}

// leaf may use the matcher's scratch number.
func (m *matcher[T]) leaf(t T) (k leaf) {
	switch {
	case m.terms.Head(t) != "":
		k.call = true
	case m.terms.Number(t, &m.rat):
		k.exact, k.rat = true, &m.rat
	case m.floats != nil:
		k.v, k.float = m.floats.Float(t)
	}
	return k
}

// test is a predicate on terms.
type test[T comparable] struct {
	name    string
	builtin func(leaf) bool
	user    func(T) bool
}

func (p *test[T]) holds(m *matcher[T], t T) bool {
	if p.user != nil {
		return p.user(t)
	}
	return p.builtin(m.leaf(t))
}
