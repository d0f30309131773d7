package kernels

import (
	"github.com/triad-go/triad/symbolic"
)

// describedBytes is what Describe writes of a term at the most.
const describedBytes = 60

// Describe says what each value of the program for arrays of type t is there for,
// by Value: the text of the term of the optimised form for which its instruction
// was written. The instructions of a function, such as sin(x), have the text of
// its call, and a value that several terms use has that of the first. Long terms
// are cut short. Programs know no names, so that the terms are lowered anew; t
// is as for Program.
func (k *Kernel) Describe(t Type) []string {
	k.Program(t) // panics where there is none
	var uniform, body []symbolic.Expr
	seen := func(e symbolic.Expr, l *lowering) {
		for len(uniform) < len(l.Uniform) {
			uniform = append(uniform, e)
		}
		for len(body) < len(l.Body) {
			body = append(body, e)
		}
	}
	_, order := write(k.with(k.computed), k.params, t, k.types, seen)
	texts := make([]string, len(order))
	terms := append(uniform, body...)
	for v, place := range order {
		if place >= len(terms) {
			texts[v] = "not" // a condition that lowering negates for a guard
			continue
		}
		texts[v] = symbolic.Brief(terms[place], describedBytes)
	}
	return texts
}
