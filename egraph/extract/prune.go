package extract

// prune returns the graph without nodes that no solution needs: those with an
// infinite term below, and those that a node of their class beats, which needs
// no class more and costs no more. choice has the classes with a finite term.
// It returns g itself if there are none.
func (g *graph) prune(choice []int32, m *meter) *graph {
	var (
		dropped = make([]bool, len(g.p.Nodes))
		mark    = make([]int32, g.classes()) // by class: 1 + the node whose child it is
		any     = false
	)
	drop := func(n int32) {
		dropped[g.node[n]] = true
		any = true
	}
	m.spend(g.size())
	for n := range int32(g.nodes()) {
		for _, k := range g.children(n) {
			if choice[k] < 0 {
				drop(n)
				break
			}
		}
	}
	for c := range int32(g.classes()) {
		lo, hi := g.first[c], g.first[c+1]
		if hi-lo < 2 {
			continue
		}
		// What is dropped must be beaten by what stays: the last of equals.
		leaf := int32(-1)
		for n := lo; n < hi; n++ {
			if len(g.children(n)) == 0 && (leaf < 0 || g.cost[n] <= g.cost[leaf]) {
				leaf = n
			}
		}
		for n := lo; n < hi; n++ {
			switch {
			case dropped[g.node[n]] || n == leaf:
				continue
			case leaf >= 0 && g.cost[n] >= g.cost[leaf]:
				drop(n)
				continue
			}
			for _, k := range g.children(n) {
				mark[k] = n + 1
			}
			end := min(hi, lo+maxRivals)
			for i := lo; i < end; i++ {
				if i != n && !dropped[g.node[i]] && g.cost[i] <= g.cost[n] && subset(g.children(i), mark, n+1) {
					drop(n)
					break
				}
			}
			if !m.spend(int(end - lo)) {
				break
			}
		}
	}
	if !any {
		return g
	}
	return g.p.graph(dropped)
}

// maxRivals is how many nodes of a class each of its nodes is compared with.
const maxRivals = 64

// subset says whether all classes have the mark.
func subset(classes, mark []int32, want int32) bool {
	for _, k := range classes {
		if mark[k] != want {
			return false
		}
	}
	return true
}
