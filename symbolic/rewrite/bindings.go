package rewrite

import "fmt"

// Bindings is what the slots of a rule's left side stand for in a match. It is
// valid until the function that it was given to returns.
type Bindings[T comparable] struct{ m *matcher[T] }

// Term is the term that was matched: all of it, also where the rule's sum or
// product matched a part of the arguments.
func (b *Bindings[T]) Term() T { return b.m.t }

// Get is what the slot ?name or ?!name stands for. It panics if the rule has
// none.
func (b *Bindings[T]) Get(name string) T {
	for i, s := range b.m.rule.slots {
		if s.name == name && !s.segment {
			return b.m.bind[i]
		}
	}
	panic(fmt.Sprintf("rewrite: Get: the rule has no slot ?%s", name))
}

// Segment is what the segment ??name stands for, not to be kept or changed. It
// panics if the rule has none.
func (b *Bindings[T]) Segment(name string) []T {
	for i, s := range b.m.rule.slots {
		if s.name == name && s.segment {
			return b.m.segment(i)
		}
	}
	panic(fmt.Sprintf("rewrite: Segment: the rule has no segment ??%s", name))
}

// Rest is what the match leaves over if the whole left side is a sum or product
// that is matched modulo associativity and commutativity.
func (b *Bindings[T]) Rest() []T {
	var rest []T
	for i := b.m.rest.from; i < b.m.rest.to; i++ {
		if !b.m.used[i] {
			rest = append(rest, b.m.list[i])
		}
	}
	return rest
}

// Make is the call of head with these arguments, like the term that was matched
// (see [Terms]).
func (b *Bindings[T]) Make(head string, args ...T) T { return b.m.terms.Make(b.m.t, head, args) }
