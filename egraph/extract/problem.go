package extract

import (
	"fmt"
	"math"
)

// Problem is what to choose from. The functions of the package only read it.
type Problem struct {
	Nodes   []Node
	Classes int     // classes are numbered from 0; each has a node
	Roots   []int32 // the classes that are wanted; one may be named more than once

	// Names for errors and JSON: of each class and of each node, or nil.
	ClassNames []string
	NodeNames  []string
}

// Node is one way to make a class.
type Node struct {
	Op       string  // what it is called; of no importance to the choice
	Class    int32   // the class that it is in
	Children []int32 // the classes that it needs, in order; one may occur more than once
	Cost     float64 // its own, without its children; of any unit, finite, not negative
}

// Check reports what is wrong with the problem: an *[Error], or a *[CycleError]
// if a root has infinite terms alone. There is no need to call it before the
// other functions: they check what they are given.
func (p *Problem) Check() error {
	g, err := newGraph(p)
	if err != nil {
		return err
	}
	_, err = g.leastTrees()
	return err
}

// check is Check but for infinite terms.
func (p *Problem) check() error {
	if p.Classes < 0 || p.Classes > math.MaxInt32 || len(p.Nodes) > math.MaxInt32 {
		return problemError("%d classes, %d nodes: there may be 0 to %d of either", p.Classes, len(p.Nodes), math.MaxInt32)
	}
	if p.ClassNames != nil && len(p.ClassNames) != p.Classes {
		return problemError("%d names for %d classes", len(p.ClassNames), p.Classes)
	}
	if p.NodeNames != nil && len(p.NodeNames) != len(p.Nodes) {
		return problemError("%d names for %d nodes", len(p.NodeNames), len(p.Nodes))
	}
	if len(p.Roots) == 0 {
		return problemError("there are no roots")
	}
	has := make([]bool, p.Classes)
	sum, edges := 0.0, 0
	for i := range p.Nodes {
		n := &p.Nodes[i]
		switch {
		case n.Class < 0 || int(n.Class) >= p.Classes:
			return p.nodeError(i, "is in class %d of %d", n.Class, p.Classes)
		case math.IsNaN(n.Cost):
			return p.nodeError(i, "its cost is not a number")
		case n.Cost < 0:
			return p.nodeError(i, "its cost is negative: %v", n.Cost)
		}
		// If no sum of costs overflows, no comparison of two goes wrong.
		if sum += n.Cost; math.IsInf(sum, 1) {
			if math.IsInf(n.Cost, 1) {
				return p.nodeError(i, "its cost is infinite")
			}
			return p.nodeError(i, "the sum of all costs up to its own is infinite")
		}
		for _, k := range n.Children {
			if k < 0 || int(k) >= p.Classes {
				return p.nodeError(i, "its child is class %d of %d", k, p.Classes)
			}
		}
		edges += len(n.Children)
		has[n.Class] = true
	}
	if edges > math.MaxInt32 {
		return problemError("more than %d children", math.MaxInt32)
	}
	for c, ok := range has {
		if !ok {
			return p.classError(int32(c), "has no node")
		}
	}
	for _, c := range p.Roots {
		if c < 0 || int(c) >= p.Classes {
			return p.classError(c, "is a root, and there are %d classes", p.Classes)
		}
	}
	return nil
}

// className is how errors call a class.
func (p *Problem) className(c int32) string {
	if c >= 0 && int(c) < len(p.ClassNames) {
		return fmt.Sprintf("%q", p.ClassNames[c])
	}
	return fmt.Sprint(c)
}
