package symbolic

import "iter"

// Postorder yields the terms of which the roots are made, and the roots: every
// term once, however often it occurs, and after its arguments; the arguments of
// a term, and the roots, from the left. The order depends on the roots'
// structure alone.
func Postorder(roots ...Expr) iter.Seq[Expr] {
	type frame struct {
		e    Expr
		next int // the argument to descend into
	}
	return func(yield func(Expr) bool) {
		seen := make(map[Expr]struct{})
		var stack []frame // not recursion: terms may be millions of levels deep
		for _, root := range roots {
			stack = append(stack[:0], frame{e: root})
			for len(stack) > 0 {
				f := &stack[len(stack)-1]
				if f.next == 0 {
					if _, ok := seen[f.e]; ok {
						stack = stack[:len(stack)-1]
						continue
					}
				}
				if f.next < f.e.NumArgs() {
					f.next++
					stack = append(stack, frame{e: f.e.Arg(f.next - 1)})
					continue
				}
				e := f.e
				stack = stack[:len(stack)-1]
				seen[e] = struct{}{}
				if !yield(e) {
					return
				}
			}
		}
	}
}

// Vars returns the variables that occur in the terms, each once, in the order
// in which they first appear in the text of the terms.
func Vars(e ...Expr) []Expr {
	var vars []Expr
	for t := range Postorder(e...) {
		if t.Op() == OpVar {
			vars = append(vars, t)
		}
	}
	return vars
}
