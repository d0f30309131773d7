package syntax

import "math/big"

// Builder makes terms of type T of what is read.
//
// What it will not take it refuses by telling what was expected in that place
// ("an integer exponent", "2 argument(s) of min"), and the reader makes an
// [Error] of it that also says where, and what was found; "" is no refusal.
type Builder[T any] interface {
	// Number is the exact integer n, or big where that is not nil.
	Number(n int64, big *big.Int) T

	// Float is the literal of a float64 constant. What stands in text as -2.0 is
	// one literal, if no power follows.
	Float(v float64) (t T, expected string)

	// Variable is the variable of this name, which [IsName] holds for. index is
	// nil if none was written; the builder may keep it.
	Variable(name string, index []int) (t T, expected string)

	// Unary is [Neg] or [Not] of a.
	Unary(op Operator, a T) T

	// Binary is an operator between two operands, [Pow] excepted.
	Binary(op Operator, a, b T) T

	// Power is base^exponent. A refusal is one of the exponent.
	Power(base, exponent T) (t T, expected string)

	// Function refuses names that cannot be called. It is asked where the name
	// stands, before the arguments are read.
	Function(name string) (expected string)

	// Call is a function applied. A refusal is one of the number of arguments.
	// args are not to be kept.
	Call(name string, args []T) (t T, expected string)
}

// SlotBuilder is a builder of patterns, in which slots can stand for terms.
// Other builders' texts have none.
type SlotBuilder[T any] interface {
	Builder[T]

	// Slot is ?name, ??name or ?!name, each also with :predicate after it, at
	// this offset of the text. predicate is "" if none was written.
	Slot(at int, kind SlotKind, name, predicate string) (t T, expected string)

	// Predicate refuses names that are none of a predicate.
	Predicate(name string) (expected string)
}

// SlotKind is what a slot stands for.
type SlotKind uint8

const (
	One     SlotKind = iota // ?x: one term
	Segment                 // ??x: any number of arguments
	Default                 // ?!x: one term, or what changes nothing if there is none
)
