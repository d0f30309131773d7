package kernels

import (
	"fmt"
	"slices"

	"github.com/triad-go/triad/symbolic"
)

// Neighbour is an array slot of a program that stands for the elements of another at an offset:
// of element i of the index space it has element i + Offset of the array.
type Neighbour struct {
	Slot   int   // of the program, after those of the parameters
	Of     int   // the slot of the parameter
	Offset []int // by axis

	name, of string
}

// Neighbours returns what the kernel reads at an offset.
func (k *Kernel) Neighbours() []Neighbour { return slices.Clone(k.neighbours) }

// Axes is the number of axes of the index space: 1 for a kernel that says nothing of it, which
// takes arrays of any.
func (k *Kernel) Axes() int { return max(k.axes, 1) }

// Edges returns what lies beyond the ends of an array along an axis.
func (k *Kernel) Edges(name string, axis int) (low, high Edge) {
	for _, e := range k.edges {
		if e.name != name || e.axis >= 0 && e.axis != axis {
			continue
		}
		if e.axis < 0 || e.side == Low {
			low = e.edge
		}
		if e.axis < 0 || e.side == High {
			high = e.edge
		}
	}
	return low, high
}

// isAt reports whether a term is a neighbour.
func isAt(e symbolic.Expr) bool { return e.Op() == symbolic.OpCall && e.Func().Name == "at" }

// takeNeighbours puts a variable of its own in the place of each neighbour, and checks
// edges.
func (k *Kernel) takeNeighbours(edges []edgeOption) error {
	k.edges = edges
	var terms []symbolic.Expr
	for _, o := range k.written {
		if terms = append(terms, o.Expr); o.By != (symbolic.Expr{}) {
			terms = append(terms, o.By)
		}
	}
	outputs, taken := map[string]bool{}, map[string]bool{}
	for _, o := range k.written {
		outputs[o.Name] = true
	}
	for _, v := range symbolic.Vars(terms...) {
		taken[v.Name()] = true
	}
	place := map[symbolic.Expr]symbolic.Expr{}
	known := map[string]bool{}
	fail := func(e symbolic.Expr, format string, args ...any) error {
		return &Error{Kernel: k.name, Term: brief(e), Reason: fmt.Sprintf(format, args...)}
	}
	for e := range symbolic.Postorder(terms...) {
		if !isAt(e) {
			continue
		}
		u := e.Arg(0)
		if u.Op() != symbolic.OpVar {
			return fail(e, "neighbours are those of an array's elements")
		}
		if axes := e.NumArgs() - 1; axes > k.axes && len(known) == 0 {
			k.axes = axes
		}
		if e.NumArgs()-1 != k.axes {
			return fail(e, "%d axes, and %d elsewhere in the kernel", e.NumArgs()-1, k.axes)
		}
		n := Neighbour{of: u.Name()}
		zero := true
		for i := range k.axes {
			d := integerOf(e.Arg(1 + i))
			if d == nil || !d.IsInt64() || d.Int64() != int64(int32(d.Int64())) {
				return fail(e, "an offset that is no constant integer, or too large a one")
			}
			n.Offset = append(n.Offset, int(d.Int64()))
			zero = zero && d.Sign() == 0
		}
		known[n.of], k.fixed = true, true
		if outputs[n.of] {
			return fail(e, "neighbours of an output, which the launch writes")
		}
		if zero {
			place[e] = u
			continue
		}
		for i, d := range n.Offset {
			low, high := k.Edges(n.of, i)
			if d < 0 && low.Kind == NoEdge || d > 0 && high.Kind == NoEdge {
				return fail(e, "nothing says what lies beyond the ends of axis %d of %s: the option Edges does", i, n.of)
			}
		}
		base := n.of + "_at"
		for n.name = symbolic.Index(base, n.Offset...).Name(); taken[n.name]; n.name = symbolic.Index(base, n.Offset...).Name() {
			base += "_"
		}
		place[e] = symbolic.Index(base, n.Offset...)
		if !slices.ContainsFunc(k.neighbours, func(m Neighbour) bool { return m.name == n.name }) {
			k.neighbours = append(k.neighbours, n)
		}
	}
	for _, o := range edges {
		switch {
		case !known[o.name]:
			return &Error{Kernel: k.name, Reason: fmt.Sprintf("edges of %s, of which there is no neighbour", o.name)}
		case o.axis >= k.axes || o.axis < -1:
			return &Error{Kernel: k.name, Reason: fmt.Sprintf("an edge of axis %d of %s, which has %d axes", o.axis, o.name, k.axes)}
		case o.edge.Kind > Constant || o.side > High:
			return &Error{Kernel: k.name, Reason: fmt.Sprintf("an unknown edge of %s: %s", o.name, o.edge.Kind)}
		}
	}
	if len(place) == 0 {
		return nil
	}
	swap := func(e symbolic.Expr) symbolic.Expr { return replace(e, place) }
	for i := range k.outputs {
		k.outputs[i].Expr = swap(k.outputs[i].Expr)
	}
	return nil
}

// replace puts what place has in the place of terms.
func replace(e symbolic.Expr, place map[symbolic.Expr]symbolic.Expr) symbolic.Expr {
	made := map[symbolic.Expr]symbolic.Expr{}
	for t := range symbolic.Postorder(e) {
		if by, ok := place[t]; ok {
			made[t] = by
			continue
		}
		made[t] = rebuild(t, func(i int) symbolic.Expr { return made[t.Arg(i)] })
	}
	return made[e]
}
