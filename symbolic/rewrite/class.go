package rewrite

import "fmt"

// Class says what a rule may change in floating point. The classes are ordered:
// what is Exact is also Rounding, and what is Rounding is also Domain. Of the
// options of a rule, its class is one; a rule without claims the least, Domain.
type Class uint8

const (
	// Exact: the same bits for all inputs, NaN, infinities and -0 included:
	// x*2 = x + x, -(-x) = x. Exact rules are matched modulo commutativity alone
	// (see [Commutative]), since to reassociate is to round otherwise.
	Exact Class = 1 + iota

	// Rounding: equal in real arithmetic on the same domain; the last bits may
	// differ: reassociation, distribution, x/c = x*(1/c).
	Rounding

	// Domain: equal in real arithmetic where both are defined, but where a result
	// overflows or is defined may differ: x/x = 1, log(exp(x)) = x.
	Domain
)

func (c Class) String() string {
	switch c {
	case Exact:
		return "exact"
	case Rounding:
		return "rounding"
	case Domain:
		return "domain"
	}
	return fmt.Sprintf("Class(%d)", uint8(c))
}
