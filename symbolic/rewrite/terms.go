package rewrite

import "math/big"

// Terms is how this package sees terms of type T: all that rules and walkers
// ask of them. It is what a user implements to have their own terms rewritten.
//
// Terms are immutable. == of two T must mean that they are the same term, and
// should hold as often as can be had cheaply (pointers will do): a walk visits
// terms that are == once. The methods may be called from any number of
// goroutines, and must not recurse over terms that can be deep.
//
// The heads that mean something to this package are "+" and "*", which are
// associative and commutative and may have any number of arguments, nested or
// not, and "^". Rule texts write the other operators with the heads - / neg < <=
// > >= == != && || and !, and functions with their names.
type Terms[T comparable] interface {
	// Head is what t calls: an operator or a function; "" if t is no call, but a
	// leaf.
	Head(t T) string

	// NumArgs is the number of arguments of a call, 0 of a leaf.
	NumArgs(t T) int

	// Arg is the i-th argument.
	Arg(t T, i int) T

	// Make is the call of head with these arguments, in the representation of
	// like, and with what like carries beside its head and arguments (metadata: a
	// type, a place in a source). like is the term that the new one takes the
	// place of, or one inside which it is made. args are not to be kept. The heads
	// "+" and "*" can come with any number of arguments from two.
	Make(like T, head string, args []T) T

	// Equal reports whether a and b are equal: the same head and equal arguments,
	// or equal leaves.
	Equal(a, b T) bool

	// Number reports whether t is an exact number, and sets v to it if so.
	Number(t T, v *big.Rat) bool

	// FromNumber is the exact number v, which is not to be kept.
	FromNumber(v *big.Rat) T

	// FromSymbol is the symbol that a rule's text calls x, or x[1,2].
	FromSymbol(name string) T
}

// Floats is implemented by [Terms] that have float64 constants. Without it,
// rules cannot mention them.
type Floats[T comparable] interface {
	Float(t T) (v float64, ok bool)
	FromFloat(v float64) T
}

// Checker is implemented by [Terms] that know all heads there are. A rule that
// mentions a call for which Check tells what was expected ("a function", "2
// argument(s) of min") is an error. args is -1 if the rule leaves the number
// open.
type Checker interface {
	Check(head string, args int) (expected string)
}

// isAC reports whether a head is associative and commutative.
func isAC(head string) bool { return head == "+" || head == "*" }

// identity is what a default slot stands for where there is nothing to match:
// what changes nothing as an argument of head.
func identity(head string) *big.Rat {
	if head == "+" {
		return new(big.Rat)
	}
	return big.NewRat(1, 1)
}
