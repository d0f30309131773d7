package egraph

import "math/big"

// multiset is the term of a multiset with these elements. If numbers among them
// can be added up, it has no node of its own: that which is made has the sum.
func (w *forest) multiset(g *Graph, head string, elements []uint32) uint32 {
	if len(elements) == 1 {
		return elements[0]
	}
	op := g.Op(head, len(elements))
	if t := w.seek(g, op, elements); t != 0 {
		return t
	}
	plain, folded, ok := w.folded(g, head, elements)
	if !ok {
		return w.call(g, op, elements)
	}
	leaves := w.ghost(g, op, plain, folded, foldEdge, "fold")
	if t := w.seek(g, op, elements); t != 0 {
		return t
	}
	return w.ghost(g, op, elements, leaves, congruenceEdge, "")
}

// folded does the arithmetic of the numbers among the elements of a multiset. It
// returns the elements with numbers as leaves, and the term of the result; false
// if there is nothing to do.
func (w *forest) folded(g *Graph, head string, elements []uint32) (plain []uint32, t uint32, ok bool) {
	id := identityOf(head)
	if id == nil {
		return nil, 0, false
	}
	var numbers []*big.Rat
	var others []uint32
	for _, e := range elements {
		k := g.constant[w.classOf(g, e)]
		if k == 0 || g.ops[k-1].kind != numberKind {
			plain = append(plain, e)
			others = append(others, e)
			continue
		}
		plain = append(plain, w.leaf(g, Op(k-1)))
		numbers = append(numbers, g.ops[k-1].number)
	}
	if len(numbers) == 0 {
		return nil, 0, false
	}
	v, ok := fold(head, append(numbers, id))
	if !ok || len(numbers) == 1 && v.Cmp(id) != 0 {
		return nil, 0, false
	}
	if v.Cmp(id) != 0 || len(others) == 0 {
		others = append(others, w.leaf(g, g.numberOp(v)))
	}
	return plain, w.multiset(g, head, others), true
}

// written is the term of a multiset that need not be in the graph: it is to be
// an argument of a term in which its elements are dissolved.
func (w *forest) written(g *Graph, head string, elements []uint32) uint32 {
	op := g.Op(head, len(elements))
	if t, _ := w.lookup(g, op, elements); t != 0 {
		return t
	}
	return w.add(g, op, elements, noClass)
}
