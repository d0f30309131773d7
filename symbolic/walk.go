package symbolic

import (
	"iter"
	"slices"
)

// Postorder yields the terms of which the roots are made, and the roots: every
// term once, however often it occurs, and after its arguments; the arguments of
// a term, and the roots, from the left. The order depends on the roots'
// structure alone. The arguments are those that [Expr.Arg] gives: of a canonical
// sum the terms with their coefficients.
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
	w := varWalk{seen: map[*node]struct{}{}}
	for _, t := range e {
		w.todo = append(w.todo[:0], t.n)
		for len(w.todo) > 0 {
			n := w.todo[len(w.todo)-1]
			w.todo = w.todo[:len(w.todo)-1]
			w.visit(n)
		}
	}
	return w.vars
}

// varWalk looks for variables. It takes sums and products apart without making
// terms of their parts.
type varWalk struct {
	seen map[*node]struct{}
	todo []*node // what is to be visited, the next one last
	vars []Expr
}

func (w *varWalk) visit(n *node) {
	if n == nil || n.op <= OpFloat {
		return
	}
	if _, ok := w.seen[n]; ok {
		return
	}
	w.seen[n] = struct{}{}
	before := len(w.todo)
	switch n.op {
	case OpVar:
		w.vars = append(w.vars, Expr{n})
		return
	case OpSum:
		if p := n.far.packed; p != nil && p.poly != nil {
			w.polynomial(p)
			break
		}
		for _, t := range n.pairs() {
			w.factors(t.n)
		}
	case OpProduct:
		rest, _ := n.coefficient()
		w.factors(rest)
	default:
		w.todo = kids(n, w.todo)
	}
	slices.Reverse(w.todo[before:])
}

// factors takes the parts of a product: those above the fraction bar come first
// in text.
func (w *varWalk) factors(n *node) {
	if n == one {
		return
	}
	for _, under := range [...]bool{false, true} {
		for i := range n.numFactors() {
			f := n.factor(i)
			if under != (f.c.isExact() && f.c.negative()) {
				continue
			}
			if w.todo = append(w.todo, f.n); !f.c.number() {
				w.todo = append(w.todo, f.c.x)
			}
		}
	}
}

// polynomial takes the bases in the order in which they first appear.
func (w *varWalk) polynomial(p *packed) {
	left := len(p.bases)
	found := make([]bool, left)
	for exps := range p.poly.Terms() {
		for i, e := range exps {
			if e != 0 && !found[i] {
				found[i] = true
				w.todo = append(w.todo, p.bases[i])
				if left--; left == 0 {
					return
				}
			}
		}
	}
}

// Size is the number of different terms of which the terms are made, themselves
// among them: what [Postorder] yields.
func Size(e ...Expr) int {
	size := 0
	for range Postorder(e...) {
		size++
	}
	return size
}
