package symbolic

// region is a polynomial or a rational function in a term that is worked out:
// terms that are sums and products of each other, arguments first. Other terms to
// work on are generators of it, or are parts of several regions, which makes them
// regions of their own: so each term is in one region and is worked out once.
type region []*node

func (g region) head() *node { return g[len(g)-1] }

// isAlgebraic reports whether n is a sum, a product or a power.
func isAlgebraic(n *node) bool {
	switch n.op {
	case OpSum, OpProduct, OpPow, OpPower, OpSqrt:
		return true
	}
	return false
}

// task says what is worked out of a term.
type task interface {
	// open reports whether something is to be done in a term.
	open(n *node) bool
	// multiplies reports whether base^e is worked out, and not a generator.
	multiplies(base *node, e num) bool
}

// link is an open part of a term. It may be in the same region if it is inner.
type link struct {
	n     *node
	inner bool
}

// maxParts bounds the products in one sum that are worked out together: if there
// are more of them they are likely to have little in common.
const maxParts = 32

func links(t task, n *node, to []link) []link {
	add := func(k *node, inner bool) {
		if t.open(k) {
			to = append(to, link{k, inner && isAlgebraic(k)})
		}
	}
	switch {
	case n.op == OpSum:
		from := len(to)
		for _, p := range n.pairs() {
			add(p.n, true)
		}
		if len(to)-from > maxParts {
			for i := range to[from:] {
				to[from+i].inner = false
			}
		}
	case n.isScaled():
		add(n.args[0], true)
	case isAlgebraic(n):
		var buf [1]pair
		for _, f := range n.factors(&buf) {
			add(f.n, t.multiplies(f.n, f.c))
			if !f.c.number() {
				add(f.c.x, false)
			}
		}
	default:
		for _, k := range kids(n, nil) {
			add(k, false)
		}
	}
	return to
}

// regionsOf divides what is open in root, each region after those of which it
// needs the value.
func regionsOf(t task, root *node) []region {
	order, at := []*node(nil), map[*node]int{} // arguments first
	var parts [][]link
	todo := []*node{root}
	var buf []link
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		if _, ok := at[n]; ok {
			todo = todo[:len(todo)-1]
			continue
		}
		buf = links(t, n, buf[:0])
		ready := true
		for _, l := range buf {
			if _, ok := at[l.n]; !ok {
				todo = append(todo, l.n)
				ready = false
			}
		}
		if ready {
			todo = todo[:len(todo)-1]
			at[n] = len(order)
			order = append(order, n)
			parts = append(parts, append([]link(nil), buf...))
		}
	}
	// The place of the head of each term's region, from the root down.
	head := make([]int, len(order))
	for i := range head {
		head[i] = none
	}
	head[len(head)-1] = len(head) - 1
	for i := len(order) - 1; i >= 0; i-- {
		for _, l := range parts[i] {
			k := at[l.n]
			switch {
			case !l.inner || head[k] != none && head[k] != head[i]:
				head[k] = k
			default:
				head[k] = head[i]
			}
		}
	}
	members := make([]region, len(order))
	for i, n := range order {
		members[head[i]] = append(members[head[i]], n)
	}
	regions := members[:0]
	for _, g := range members {
		if g != nil {
			regions = append(regions, g)
		}
	}
	return regions
}
