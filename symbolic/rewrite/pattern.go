package rewrite

import (
	"fmt"
	"math/big"
	"strconv"
)

// Kind is what a [Pattern] is.
type Kind uint8

const (
	NumberKind  Kind = iota // an exact number: Number
	FloatKind               // a float64 constant: Float
	SymbolKind              // a symbol: Name
	CallKind                // a call: Head, Args
	SlotKind                // ?Name: any one term
	SegmentKind             // ??Name: any number of arguments
	DefaultKind             // ?!Name: a term, or what changes nothing where there is none
)

// Pattern is a side of a rule: a term in which slots stand for terms. It is the
// same for all types of terms. Patterns are not to be changed once they are in
// use.
type Pattern struct {
	Kind      Kind
	Head      string     // of a call
	Args      []*Pattern // of a call
	Name      string     // of a symbol or slot
	Predicate string     // of a slot, what its term must satisfy; "" if any will do
	Number    *big.Rat
	Float     float64

	at int // 1 more than a slot's offset in the text; 0 if there is none
}

// Integer is the exact number n.
func Integer(n int64) *Pattern { return Number(new(big.Rat).SetInt64(n)) }

// Number is the exact number v.
func Number(v *big.Rat) *Pattern { return &Pattern{Kind: NumberKind, Number: v} }

// Float is the float64 constant v.
func Float(v float64) *Pattern { return &Pattern{Kind: FloatKind, Float: v} }

// Symbol is the symbol of this name, which matches itself alone.
func Symbol(name string) *Pattern { return &Pattern{Kind: SymbolKind, Name: name} }

// Call is a call of head: an operator or a function (see [Terms]).
func Call(head string, args ...*Pattern) *Pattern {
	return &Pattern{Kind: CallKind, Head: head, Args: args}
}

// Slot matches any one term, the same wherever the name occurs.
func Slot(name string) *Pattern { return &Pattern{Kind: SlotKind, Name: name} }

// Segment matches any number of arguments of a call, which may be none.
func Segment(name string) *Pattern { return &Pattern{Kind: SegmentKind, Name: name} }

// Default is a slot in a sum, in a product or as an exponent. Where there is
// nothing to match it stands for 0, 1 and 1.
func Default(name string) *Pattern { return &Pattern{Kind: DefaultKind, Name: name} }

// Where is a copy of the slot p that matches only what satisfies the predicate
// of this name; of a segment, each argument must.
func (p *Pattern) Where(predicate string) *Pattern {
	q := *p
	q.Predicate = predicate
	return &q
}

func (p *Pattern) isSlot() bool {
	return p.Kind == SlotKind || p.Kind == SegmentKind || p.Kind == DefaultKind
}

// String is p as an S-expression, with slots as in rule texts.
func (p *Pattern) String() string { return string(p.append(nil, 0)) }

func (p *Pattern) append(b []byte, depth int) []byte {
	switch p.Kind {
	case NumberKind:
		return append(b, p.Number.RatString()...)
	case FloatKind:
		return strconv.AppendFloat(b, p.Float, 'g', -1, 64)
	case SymbolKind:
		return append(b, p.Name...)
	case CallKind:
		if depth > maxDepth {
			return append(b, "…"...)
		}
		b = append(b, '(')
		b = append(b, p.Head...)
		for _, a := range p.Args {
			b = append(b, ' ')
			b = a.append(b, depth+1)
		}
		return append(b, ')')
	}
	b = append(b, [...]string{SlotKind: "?", SegmentKind: "??", DefaultKind: "?!"}[p.Kind]...)
	b = append(b, p.Name...)
	if p.Predicate != "" {
		b = append(b, ':')
		b = append(b, p.Predicate...)
	}
	return b
}

// Rules are small, so that matching may recurse over them.
const (
	maxDepth    = 1000
	maxPatterns = 10_000
)

// check tells what is wrong with a side of a rule, and at which part; nil if
// nothing is. right is the side that is built.
func (p *Pattern) check(right bool) (at *Pattern, msg string) {
	n := 0
	return p.checkIn(&Pattern{}, 0, right, 0, &n)
}

func (p *Pattern) checkIn(parent *Pattern, i int, right bool, depth int, n *int) (at *Pattern, msg string) {
	if *n++; depth > maxDepth || *n > maxPatterns {
		return p, fmt.Sprintf("expected at most %d levels and %d terms", maxDepth, maxPatterns)
	}
	switch p.Kind {
	case CallKind:
		if p.Head == "" {
			return p, "expected a head of a call"
		}
		for i, a := range p.Args {
			if a == nil {
				return p, "expected a pattern, found nil"
			}
			if at, msg := a.checkIn(p, i, right, depth+1, n); msg != "" {
				return at, msg
			}
		}
	case NumberKind:
		if p.Number == nil {
			return p, "expected a number, found nil"
		}
	case SegmentKind:
		switch parent.Head {
		case "", "-", "/", "^", "neg", "!", "<", "<=", ">", ">=", "==", "!=", "&&", "||":
			return p, fmt.Sprintf("expected the segment %v as an argument of a sum, product or function", p)
		}
	case DefaultKind:
		if !right && !isAC(parent.Head) && !(parent.Head == "^" && i == 1) {
			return p, fmt.Sprintf("expected the default slot %v in a sum, in a product or as an exponent", p)
		}
	case SlotKind, FloatKind, SymbolKind:
	default:
		return p, fmt.Sprintf("expected a kind of pattern, found %d", p.Kind)
	}
	if (p.isSlot() || p.Kind == SymbolKind) && p.Name == "" {
		return p, "expected a name"
	}
	return nil, ""
}

// slots yields the slots of p from the left.
func (p *Pattern) slots(yield func(*Pattern) bool) bool {
	if p.isSlot() && !yield(p) {
		return false
	}
	for _, a := range p.Args {
		if !a.slots(yield) {
			return false
		}
	}
	return true
}
