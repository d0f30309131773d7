package extract

import (
	"slices"
)

// Solution is a choice of nodes that makes all roots, without a cycle.
type Solution struct {
	Choice  []int32 // by class: the index of its node in Problem.Nodes, or -1 if no root needs it
	Cost    float64 // the DAG cost: of the nodes chosen, each once, over all roots
	Optimal bool    // it is proved that none has a lower DAG cost; see [Exact]
	Steps   int     // the work that it took; see [Options]
}

// DAGCost returns what a choice costs if each class is made once: the sum, in
// the order of the classes, of the costs of the nodes that the roots need. Of
// each class needed, choice has the index of a node, as [Solution] has it; other
// elements are not looked at. The error is that of [Problem.Check], an *[Error]
// for an incomplete choice, or a *[CycleError] for a cyclic one.
func (p *Problem) DAGCost(choice []int32) (float64, error) {
	if err := p.check(); err != nil {
		return 0, err
	}
	order, err := p.needed(choice)
	if err != nil {
		return 0, err
	}
	return p.sum(choice, order), nil
}

// sum adds up the costs of the classes, in their order: a set has one sum,
// however it was found.
func (p *Problem) sum(choice, classes []int32) float64 {
	need := make([]bool, p.Classes)
	for _, c := range classes {
		need[c] = true
	}
	sum := 0.0
	for c, ok := range need {
		if ok {
			sum += p.Nodes[choice[c]].Cost
		}
	}
	return sum
}

// TreeCost returns what a choice costs if each root is a tree: what occurs twice
// is counted twice. It may be +Inf. Errors are those of [Problem.DAGCost].
func (p *Problem) TreeCost(choice []int32) (float64, error) {
	if err := p.check(); err != nil {
		return 0, err
	}
	order, err := p.needed(choice)
	if err != nil {
		return 0, err
	}
	tree := make([]float64, p.Classes)
	for _, c := range order {
		n := &p.Nodes[choice[c]]
		tree[c] = n.Cost
		for _, k := range n.Children {
			tree[c] += tree[k]
		}
	}
	sum := 0.0
	for _, r := range p.Roots {
		sum += tree[r]
	}
	return sum, nil
}

// needed returns the classes that the roots need, children first.
func (p *Problem) needed(choice []int32) ([]int32, error) {
	if len(choice) != p.Classes {
		return nil, problemError("a choice for %d classes of %d", len(choice), p.Classes)
	}
	type frame struct{ class, kid int32 }
	const open, done = 1, 2
	var (
		state = make([]uint8, p.Classes)
		order []int32
		stack []frame
	)
	for _, r := range p.Roots {
		next := r
		for {
			if next >= 0 {
				switch state[next] {
				case open:
					var cycle []int32
					for i := len(stack) - 1; ; i-- {
						cycle = append(cycle, stack[i].class)
						if stack[i].class == next {
							break
						}
					}
					slices.Reverse(cycle)
					return nil, p.cycleError(r, cycle, false)
				case 0:
					n := choice[next]
					if n < 0 || int(n) >= len(p.Nodes) {
						return nil, p.classError(next, "is needed, and has no node chosen")
					}
					if p.Nodes[n].Class != next {
						return nil, p.classError(next, "node %d was chosen, which is in class %s", n, p.className(p.Nodes[n].Class))
					}
					state[next] = open
					stack = append(stack, frame{next, 0})
				}
				next = -1
			}
			if len(stack) == 0 {
				break
			}
			f := &stack[len(stack)-1]
			kids := p.Nodes[choice[f.class]].Children
			if int(f.kid) < len(kids) {
				next = kids[f.kid]
				f.kid++
				continue
			}
			state[f.class] = done
			order = append(order, f.class)
			stack = stack[:len(stack)-1]
		}
	}
	return order, nil
}

// solution returns a choice of the problem as a solution, without what the roots
// do not need.
func (p *Problem) solution(choice []int32) (*Solution, error) {
	order, err := p.needed(choice)
	if err != nil {
		return nil, err
	}
	s := &Solution{Choice: make([]int32, p.Classes), Cost: p.sum(choice, order)}
	for c := range s.Choice {
		s.Choice[c] = -1
	}
	for _, c := range order {
		s.Choice[c] = choice[c]
	}
	return s, nil
}

// slack is what costs of the size of x may differ by and yet count as the same.
// The conversion keeps the product from being fused with a sum, which not all
// machines would do.
func slack(x float64) float64 { return float64(x * 1e-12) }
