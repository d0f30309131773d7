package kernels

import (
	"fmt"
	"math"
)

// EdgeKind says what an array's elements beyond one of its ends are.
type EdgeKind uint8

const (
	NoEdge   EdgeKind = iota // there are none: neighbours may not reach beyond
	Periodic                 // those at the other end: element -1 is the last
	Clamp                    // the last one there is: -1 and -2 are element 0
	Mirror                   // the same again backwards, the end first: -1 is element 0, -2 element 1
	Reflect                  // the same again backwards without the end: -1 is element 1, -2 element 2
	Constant                 // a number
)

func (k EdgeKind) String() string {
	switch k {
	case NoEdge:
		return "no edge"
	case Periodic:
		return "periodic"
	case Clamp:
		return "clamp"
	case Mirror:
		return "mirror"
	case Reflect:
		return "reflect"
	case Constant:
		return "constant"
	}
	return fmt.Sprintf("EdgeKind(%d)", uint8(k))
}

// Side is one end of an axis.
type Side uint8

const (
	Low  Side = iota // below element 0
	High             // beyond the last element
)

// Edge is what lies beyond one end of an axis.
type Edge struct {
	Kind  EdgeKind
	Value float64 // of Constant: rounded to the array's type, as conversions do
}

// ConstantEdge is an edge of a number.
func ConstantEdge(v float64) Edge { return Edge{Constant, v} }

// Edges says what lies beyond all ends of these arrays, which expressions name in at.
//
//	kernels.Parse("heat", "v = u + k*(at(u,-1,0) + at(u,1,0) + at(u,0,-1) + at(u,0,1) - 4*u)",
//		kernels.Scalars("k"), kernels.Edges(kernels.Edge{Kind: kernels.Periodic}, "u"))
func Edges(e Edge, names ...string) Option {
	return func(o *options) {
		for _, name := range names {
			o.edges = append(o.edges, edgeOption{name: name, axis: -1, edge: e})
		}
	}
}

// EdgeAt says what lies beyond one end of one axis, and wins over what Edges says before it.
func EdgeAt(name string, axis int, side Side, e Edge) Option {
	return func(o *options) { o.edges = append(o.edges, edgeOption{name, axis, side, e}) }
}

type edgeOption struct {
	name string
	axis int // -1 for all axes and sides
	side Side
	edge Edge
}

// Resolve finds which element of an axis of n elements element i is, where edges lie beyond
// both ends; ok is false where it is the constant of one. How far i may be beyond
// the ends is what Reach says.
func Resolve(i, n int, low, high Edge) (at int, ok bool) {
	if 0 <= i && i < n {
		return i, true
	}
	e, above := low, i >= n
	if above { // as from the other end
		e, i = high, n-1-i
	}
	switch e.Kind {
	case Periodic:
		i += n
	case Clamp:
		i = 0
	case Mirror:
		i = -1 - i
	case Reflect:
		i = -i
	default:
		return 0, false
	}
	if above {
		i = n - 1 - i
	}
	return i, true
}

// Reach is how many elements beyond an end of an axis of n elements the edge tells of.
func (e Edge) Reach(n int) int {
	switch e.Kind {
	case NoEdge:
		return 0
	case Periodic, Mirror:
		return n
	case Reflect:
		return n - 1
	}
	return math.MaxInt
}
