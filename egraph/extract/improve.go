package extract

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// improver changes a choice, one class at a time, so that its DAG cost falls.
//
// All classes that have a term have a choice, those too that the roots do not
// need, and together the choices have no cycle. The levels witness that: the
// level of a class is above those of the children of its node.
type improver struct {
	*meter
	g      *graph
	t      *trees
	choice []int32 // by class
	level  []int64 // by class
	refs   []int32 // by class: how often the nodes in use have it as a child; roots have one more

	cost   []float64 // scratch for trees
	share  []float64
	chance *rand.Rand
	mark   []int32 // by class: the last search that saw it
	marks  int32
	stack  []int32
	freed  []int32 // children let go in a trial
	taken  []int32 // children asked for in a trial
	moving []int32
}

func newImprover(g *graph, t *trees, m *meter) *improver {
	n := g.classes()
	words := make([]int32, 3*n)
	im := &improver{
		meter: m, g: g, t: t,
		choice: words[:n:n], refs: words[n : 2*n : 2*n], mark: words[2*n:],
		level:  make([]int64, n),
		cost:   make([]float64, g.nodes()),
		chance: rand.New(rand.NewPCG(1, 1)),
	}
	im.adopt()
	return im
}

// adopt takes over the choice of im.t.
func (im *improver) adopt() {
	copy(im.choice, im.t.choice)
	im.relevel(im.t.order)
	clear(im.refs)
	for _, r := range im.g.roots {
		im.take(r)
	}
}

// gap is how far apart the levels of classes are at first.
const gap = 1 << 31

// relevel gives the classes levels in an order in which children come first.
func (im *improver) relevel(order []int32) {
	for i, c := range order {
		im.level[c] = int64(i+1) * gap
	}
}

// take counts one use more of class c, and of what it needs if it was not in use.
func (im *improver) take(c int32) {
	im.stack = append(im.stack[:0], c)
	for len(im.stack) > 0 {
		c := im.stack[len(im.stack)-1]
		im.stack = im.stack[:len(im.stack)-1]
		im.steps++
		if im.refs[c]++; im.refs[c] == 1 {
			im.stack = append(im.stack, im.g.children(im.choice[c])...)
		}
	}
}

// drop counts one use less of class c, and of what it needs if that was the last.
func (im *improver) drop(c int32) {
	im.stack = append(im.stack[:0], c)
	for len(im.stack) > 0 {
		c := im.stack[len(im.stack)-1]
		im.stack = im.stack[:len(im.stack)-1]
		im.steps++
		if im.refs[c]--; im.refs[c] == 0 {
			im.stack = append(im.stack, im.g.children(im.choice[c])...)
		}
	}
}

// improve changes single classes, from the leaves up, and renews what is not in
// use, by turns, until neither helps. In the first turns, changes that gain
// nothing are made too: from there others may.
func (im *improver) improve() {
	for turn := 0; ; turn++ {
		gained := false
		// A trial looks at so many classes at the most that a turn is a part of the budget.
		reach := min(max((im.limit-im.steps)/(4*im.g.nodes()+1), 16), 4096)
		for _, c := range im.t.order {
			if im.refs[c] > 0 && im.first(c)+1 < im.last(c) && im.change(c, reach, turn < 2) {
				gained = true
			}
			if !im.spend(1) {
				return
			}
		}
		if !gained || !im.spend(im.g.size()) {
			return
		}
		im.renew()
	}
}

func (im *improver) first(c int32) int32 { return im.g.first[c] }
func (im *improver) last(c int32) int32  { return im.g.first[c+1] }

// change looks for another node for class c, which is in use. A trial that
// reaches more classes than reach is given up. With ties, a node that costs as
// much as the old one will do.
func (im *improver) change(c int32, reach int, ties bool) bool {
	g := im.g
	old := im.choice[c]

	// What would be free without the old node. If that is left unfinished, the
	// rest counts as in use whatever is chosen, so that the gain is only
	// underestimated.
	im.freed = append(im.freed[:0], g.children(old)...)
	gain := g.cost[old]
	i := 0
	for ; i < len(im.freed) && i < reach; i++ {
		k := im.freed[i]
		if im.refs[k]--; im.refs[k] == 0 {
			m := im.choice[k]
			gain += g.cost[m]
			im.freed = append(im.freed, g.children(m)...)
		}
	}
	im.freed = im.freed[:i]
	im.spend(i)

	best, least := int32(-1), gain-slack(gain)
	if ties {
		least = gain + slack(gain)
	}
	for n := im.first(c); n < im.last(c); n++ {
		if n == old || g.cost[n] >= least {
			continue
		}
		price := g.cost[n]
		im.taken = append(im.taken[:0], g.children(n)...)
		j := 0
		for ; j < len(im.taken) && j < reach && price < least; j++ {
			k := im.taken[j]
			if im.refs[k]++; im.refs[k] == 1 {
				m := im.choice[k]
				price += g.cost[m]
				im.taken = append(im.taken, g.children(m)...)
			}
		}
		complete := j == len(im.taken)
		for _, k := range im.taken[:j] {
			im.refs[k]--
		}
		im.spend(j + 1)
		if complete && price < least && !(im.misplaced(n, c) && im.above(n, c, reach)) {
			best, least = n, price
		}
	}
	for _, k := range im.freed {
		im.refs[k]++
	}
	if best < 0 {
		return false
	}
	for _, k := range g.children(best) {
		im.take(k)
	}
	for _, k := range g.children(old) {
		im.drop(k)
	}
	im.choice[c] = best
	im.lift(c)
	return true
}

// misplaced says whether a node's children are not all at lower levels than class c.
func (im *improver) misplaced(node, c int32) bool {
	for _, k := range im.g.children(node) {
		if im.level[k] >= im.level[c] {
			return true
		}
	}
	return false
}

// above fills moving with the classes below a node that are not at a lower level than
// class c, and says whether c is among them, or may be.
func (im *improver) above(node, c int32, reach int) bool {
	if im.marks == math.MaxInt32 {
		clear(im.mark)
		im.marks = 0
	}
	im.marks++
	im.moving = im.moving[:0]
	see := func(kids []int32) bool {
		for _, k := range kids {
			if k == c {
				return true
			}
			if im.level[k] >= im.level[c] && im.mark[k] != im.marks {
				im.mark[k] = im.marks
				im.moving = append(im.moving, k)
			}
		}
		return len(im.moving) > reach
	}
	if see(im.g.children(node)) {
		return true
	}
	for i := 0; i < len(im.moving); i++ {
		im.steps++
		if see(im.g.children(im.choice[im.moving[i]])) {
			return true
		}
	}
	return false
}

// lift puts right the levels after class c has a new node: what is below that
// and above c comes down between what is below it all and c.
func (im *improver) lift(c int32) {
	if !im.misplaced(im.choice[c], c) {
		return
	}
	im.above(im.choice[c], c, math.MaxInt)
	floor := int64(0)
	for _, k := range im.moving {
		for _, l := range im.g.children(im.choice[k]) {
			if im.mark[l] != im.marks {
				floor = max(floor, im.level[l])
			}
		}
	}
	slices.SortFunc(im.moving, func(a, b int32) int {
		return cmp.Or(cmp.Compare(im.level[a], im.level[b]), cmp.Compare(a, b))
	})
	step := (im.level[c] - floor) / int64(len(im.moving)+1)
	if step > 0 {
		for i, k := range im.moving {
			im.level[k] = floor + int64(i+1)*step
		}
		return
	}
	// No room is left: all levels anew, moving right below c.
	order := make([]int32, 0, len(im.choice))
	for k, n := range im.choice {
		if n >= 0 && im.mark[k] != im.marks {
			order = append(order, int32(k))
		}
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(im.level[a], im.level[b]), cmp.Compare(a, b))
	})
	order = slices.Insert(order, slices.Index(order, c), im.moving...)
	im.relevel(order)
	im.spend(im.g.size())
}

// renew finds least trees for the classes that are not in use, with those in
// use as they are and for nothing.
func (im *improver) renew() {
	for n := range im.cost {
		c := im.g.of[n]
		switch {
		case im.refs[c] == 0:
			im.cost[n] = im.g.cost[n]
		case im.choice[c] == int32(n):
			im.cost[n] = 0
		default:
			im.cost[n] = math.Inf(1)
		}
	}
	im.t.find(im.cost, nil)
	copy(im.choice, im.t.choice)
	im.relevel(im.t.order)
}

// restart chooses anew: least trees in which each use of a class costs a part of
// what the class does, by the number of its uses so far. A class that is not in
// use may come to be: the first time all its parents count, more or less, and
// later chance says, the same whenever the program runs.
func (im *improver) restart() {
	first := im.share == nil
	if first {
		im.share = make([]float64, im.g.classes())
	}
	for c := range im.share {
		switch {
		case im.refs[c] > 0:
			im.share[c] = 1 / float64(im.refs[c])
		case first:
			rivals := max(im.g.useAt[c+1]-im.g.useAt[c]-1, 0)
			im.share[c] = 1 / (1 + math.Sqrt(float64(rivals)))
		default:
			im.share[c] = (1 + im.chance.Float64()) / 2
		}
	}
	im.t.find(im.g.cost, im.share)
	im.adopt()
	im.spend(im.g.size())
}
