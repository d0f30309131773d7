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
	"symbol":   func(k leaf) bool { return !k.call && !k.exact && !k.float },
	"leaf":     func(k leaf) bool { return !k.call },
	"call":     func(k leaf) bool { return k.call },
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
