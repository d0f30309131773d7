package symbolic

import (
	"fmt"
	"slices"
	"strings"
)

// CycleError says that replacing would not end.
type CycleError struct {
	Cycle []Expr // each key's value holds the next key, the last one's the first
}

func (e *CycleError) Error() string {
	names := make([]string, 0, len(e.Cycle)+1)
	for _, k := range e.Cycle {
		if names = append(names, Brief(k, 40)); len(names) == 20 {
			names = append(names, "…")
			break
		}
	}
	return fmt.Sprintf("symbolic: substitution: a cycle: %s -> %s", strings.Join(names, " -> "), names[0])
}

// SubstAll is e with the keys of to replaced, and those in what was put in too,
// until there are none: a system of definitions put into e. As for [Subst], a
// key can be any term. One that comes about when its parts are replaced is
// replaced as well; but not one that comes about as a term or factor of a
// canonical sum or product, when like terms are collected in that.
//
// The error is a *[CycleError] if e needs a definition that needs itself. A term
// that is defined as itself is left alone, as is what is in it.
func SubstAll(e Expr, to map[Expr]Expr) (Expr, error) {
	r := resolver{substitution: newSubstitution(to)}
	defer r.free()
	r.final = map[*node]*node{}
	n, err := r.resolve(e.n)
	return Expr{n}, err
}

// resolver works out the final value of each key that is needed, once: while it
// does so the key is open, and is not needed again unless there is a cycle.
type resolver struct {
	*substitution
	todo []vertex
	open []opened
	at   map[*node]int // of the open ones
}

type opened struct {
	key   *node
	depth int // of todo when it was opened
}

func (r *resolver) resolve(root *node) (*node, error) {
	r.at = map[*node]int{}
	r.todo = r.need(root, false, nil)
	for len(r.todo) > 0 {
		v := r.todo[len(r.todo)-1]
		if value, ok := r.key(v.n); ok {
			if err := r.define(v, value); err != nil {
				return nil, err
			}
			continue
		}
		if _, ok := r.memo.get(v); ok {
			r.pop()
			continue
		}
		before := len(r.todo)
		if r.todo = r.pending(v, r.todo); len(r.todo) > before {
			slices.Reverse(r.todo[before:])
			continue
		}
		made := r.make(v)
		if made != v.n && r.isKey(made) {
			if r.todo = r.need(made, v.faithful, r.todo); len(r.todo) > before {
				continue
			}
			made = r.get(made, v.faithful)
		}
		r.memo.put(v, made)
		r.pop()
	}
	return r.get(root, false), nil
}

func (r *resolver) pop() { r.todo = r.todo[:len(r.todo)-1] }

// define works on a key, which is the last in todo.
func (r *resolver) define(v vertex, value *node) error {
	final, ok := r.final[v.n]
	if value == v.n {
		final, ok = value, true
	}
	at, isOpen := r.at[v.n]
	if !ok && !isOpen {
		r.at[v.n] = len(r.open)
		r.open = append(r.open, opened{v.n, len(r.todo)})
		before := len(r.todo)
		if r.todo = r.need(value, false, r.todo); len(r.todo) > before {
			return nil
		}
		at, isOpen = len(r.open)-1, true
	}
	if isOpen {
		if r.open[at].depth != len(r.todo) {
			cycle := make([]Expr, 0, len(r.open)-at)
			for _, o := range r.open[at:] {
				cycle = append(cycle, Expr{o.key})
			}
			return &CycleError{cycle}
		}
		final = r.get(value, false)
		r.open = r.open[:at]
		delete(r.at, v.n)
	}
	r.final[v.n] = final
	if !isLeaf(v.n) {
		r.memo.put(v, final)
	}
	r.pop()
	return nil
}
