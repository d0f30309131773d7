package egraph

import "fmt"

// Type is whether a term is a number or a truth value.
type Type uint8

const (
	AnyType    Type = iota // not known, such as that of a symbol
	NumberType             // a number
	TruthType              // a truth value
)

func (t Type) String() string {
	switch t {
	case AnyType:
		return "any"
	case NumberType:
		return "number"
	case TruthType:
		return "truth value"
	}
	return fmt.Sprintf("Type(%d)", uint8(t))
}

// TypeError says that a number and a truth value were found to be equal.
type TypeError struct{}

func (*TypeError) Error() string { return "egraph: a number and a truth value are equal" }

// Types is the analysis of types, for [Attach]: comparisons and what && || and !
// make are truth values; leaves with values and the other operations of rule
// texts are numbers; calls of select are what their sides are. A class that is
// both is a *[TypeError].
type Types struct{}

// Make is the type of a node.
func (Types) Make(f *Facts[Type], n Node) Type {
	o := n.info()
	switch o.kind {
	case numberKind, floatKind:
		return NumberType
	case symbolKind:
		return AnyType
	}
	switch o.name {
	case "<", "<=", ">", ">=", "==", "!=", "&&", "||", "!":
		return TruthType
	case "+", "-", "*", "/", "neg", "^", "fma", "sqrt", "abs", "min", "max":
		return NumberType
	case "select":
		if o.arity == 3 {
			return max(f.Of(n.Arg(1)), f.Of(n.Arg(2)))
		}
	}
	return AnyType
}

// Join is what is known of both.
func (Types) Join(a, b Type) (Type, error) {
	if a != b && a != AnyType && b != AnyType {
		return a, &TypeError{}
	}
	return max(a, b), nil
}

// Equal reports whether a and b are the same.
func (Types) Equal(a, b Type) bool { return a == b }

// Modify does nothing.
func (Types) Modify(*Facts[Type], ID, Type) error { return nil }
