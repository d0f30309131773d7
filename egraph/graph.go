package egraph

import (
	"math/big"
	"slices"
)

// ID names a class of equal terms. Classes are merged, so that two IDs can come
// to mean one class: compare them after [Graph.Find].
type ID uint32

// Graph is an e-graph: classes of equal terms, each a set of nodes, whose
// arguments are classes. The zero Graph is not ready for use; see [New].
//
// A Graph is not safe for concurrent use.
type Graph struct {
	symbols

	// All nodes, one record after the other; a node is named by where its record
	// begins, which is never 0.
	//
	//	op, class, next node of the class (a ring), stamp, arguments …
	//
	// The class of a record may be out of date (find), its arguments are those of
	// the last rebuilding. Dead nodes, which became equal to others, have the bit
	// dead in op.
	words []uint32
	cons  table      // of all nodes that are not dead, by op and arguments
	nodes int        // that are not dead
	byOp  [][]uint32 // nodes in the order in which they were made, some of them dead

	// By class. What is said of a class holds of those that are roots.
	up       []uint32 // union-find; a root is its own
	members  []uint32 // a node of the class, 0 if there are none
	parents  []parents
	constant []uint32 // 1 + op of the constant that is in the class, 0 if there is none
	classes  int

	uses  []use     // lists of parents
	dirty []segment // parents of classes that were merged into others, to be made canonical

	now        uint32        // the stamp of what changes
	hooks      []hook        // analyses
	ranges     *Facts[Range] // one of them; nil if not asked for
	why        *forest       // what explains merges; nil if not asked for
	err        error         // the first contradiction
	fresh      freshness     // see there
	patience   int           // steps that matching multisets may still take in the run
	cut        bool          // a search has taken more than its share
	unfinished []int32       // the programs of such searches, for the next run
	prune      bool          // see settled
	both       bool          // what holds is to hold in float64 and in float32, to the bit
	bagSearch  bagSearch

	minus Op // 1 + that of the number -1, 0 if nobody has asked

	changes uint64   // counts what is made, merged and touched
	newest  []uint32 // by op, the newest stamp of its nodes

	// Rules.
	programs  []*program
	programOf map[*Rule]int32
	baseOf    map[*Rule]int32 // of the theory
	searched  []uint32        // by program, the stamp up to which it has been searched for
	index     index
	indexed   bool                                 // the index is that of the graph as it is
	makeBulks func(g *Graph, rules []*Rule) []bulk // nil if there are no multisets

	// Scratch, kept from one iteration to the next.
	searching searching
	found     matches
	scratch   []uint32 // as long as the longest node's arguments
	elements  []uint32 // of a multiset that is being made
	segments  []stretch
	selected  []int32
	vals      []uint32
	block     block
}

const (
	wordOp = iota
	wordClass
	wordNext
	wordStamp
	wordArgs // the first argument
)

const dead = 1 << 31 // in wordOp

// use is an entry of a list of parents: a node that has the class as argument.
type use struct{ node, next uint32 }

// parents is the list of a class's parents: links to entries of uses, 0 if it is
// empty.
type parents struct {
	first, last uint32
	size        uint32 // the parents, and the nodes of the class, dead ones too
}

// segment is a part of a list of parents.
type segment struct{ first, last uint32 }

// hook is what an analysis asks to be told.
type hook interface {
	made(node uint32)            // a node is new; its class may have others already
	merged(winner, loser uint32) // the two are about to be one class
	rebuilt() error              // called when the graph is congruent; may add and merge
}

// Option is an option of [New].
type Option func(*Graph)

// New makes an empty graph.
func New(opts ...Option) *Graph {
	g := empty()
	for _, o := range opts {
		o(g)
	}
	return g
}

func empty() *Graph {
	g := &Graph{
		words: make([]uint32, 1, 256),
		uses:  make([]use, 1, 64),
		now:   1,
	}
	g.cons.init(64)
	return g
}

// NumNodes is the number of nodes. Before [Graph.Rebuild] some may be there twice.
func (g *Graph) NumNodes() int { return g.nodes }

// NumClasses is the number of classes.
func (g *Graph) NumClasses() int { return g.classes }

// Find is the ID that stands for id's class, the same for all IDs of the class
// until it is merged again.
func (g *Graph) Find(id ID) ID { return ID(g.find(uint32(id))) }

func (g *Graph) find(id uint32) uint32 {
	up := g.up
	for up[id] != id {
		up[id] = up[up[id]] // path halving
		id = up[id]
	}
	return id
}

// args are the arguments of a node.
func (g *Graph) args(node uint32) []uint32 {
	n := uint32(g.ops[g.words[node]&^dead].arity)
	return g.words[node+wordArgs : node+wordArgs+n : node+wordArgs+n]
}

func (g *Graph) op(node uint32) Op          { return Op(g.words[node] &^ dead) }
func (g *Graph) isDead(node uint32) bool    { return g.words[node]&dead != 0 }
func (g *Graph) classOf(node uint32) uint32 { return g.find(g.words[node+wordClass]) }

// newClass makes a class without nodes.
func (g *Graph) newClass() uint32 {
	c := uint32(len(g.up))
	g.up = append(g.up, c)
	g.members = append(g.members, 0)
	g.parents = append(g.parents, parents{})
	g.constant = append(g.constant, 0)
	g.classes++
	return c
}

const noClass = ^uint32(0)

// insert makes a node of canonical arguments, which is not there yet, in the
// class given, or in a new one if that is noClass. hash is that of op and args.
func (g *Graph) insert(op Op, args []uint32, hash uint32, class uint32) uint32 {
	if class == noClass {
		class = g.newClass()
		if g.ops[op].kind.isConstant() {
			g.constant[class] = uint32(op) + 1
		}
	}
	n := uint32(len(g.words))
	g.words = append(g.words, uint32(op), class, n, g.now)
	g.words = append(g.words, args...)
	g.link(class, n)
	g.cons.insert(hash, n)
	g.nodes++
	g.byOp[op] = append(g.byOp[op], n)
	g.newest[op] = g.now
	g.changes++
	for i, a := range args {
		if i == 0 || a != args[i-1] && !slices.Contains(args[:i-1], a) {
			g.addUse(a, n)
		}
	}
	if g.why != nil {
		g.why.made(g, n, class)
	}
	for _, h := range g.hooks {
		h.made(n)
	}
	return n
}

// reserve makes room for nodes that may be made soon, so that adding them moves
// nothing. It is called with more than will come, and takes memory that is not
// touched before it is needed.
func (g *Graph) reserve(nodes, args int) {
	g.words = room(g.words, nodes*wordArgs+args)
	g.uses = room(g.uses, args)
	g.up = room(g.up, nodes)
	g.members = room(g.members, nodes)
	g.parents = room(g.parents, nodes)
	g.constant = room(g.constant, nodes)
}

// room is s with room for n elements more. It does not clear what it adds, as
// append does, which would touch all of it.
func room[E any](s []E, n int) []E {
	if cap(s)-len(s) >= n {
		return s
	}
	t := make([]E, len(s), max(len(s)+n, 2*len(s)))
	copy(t, s)
	return t
}

// link puts node into the ring of class.
func (g *Graph) link(class, node uint32) {
	if m := g.members[class]; m != 0 {
		g.words[node+wordNext] = g.words[m+wordNext]
		g.words[m+wordNext] = node
	} else {
		g.members[class] = node
	}
	g.parents[class].size++
}

func (g *Graph) addUse(class, node uint32) {
	u := uint32(len(g.uses))
	p := &g.parents[class]
	g.uses = append(g.uses, use{node: node, next: p.first})
	if p.first = u; p.last == 0 {
		p.last = u
	}
	p.size++
}

// canon makes args canonical in place: roots, and sorted if op says so.
func (g *Graph) canon(op Op, args []uint32) {
	for i, a := range args {
		args[i] = g.find(a)
	}
	if g.ops[op].sorted {
		sortArgs(args)
	}
}

func sortArgs(a []uint32) {
	switch len(a) {
	case 2:
		if a[0] > a[1] {
			a[0], a[1] = a[1], a[0]
		}
	default:
		slices.Sort(a)
	}
}

// lookup finds the node of op and canonical arguments; 0 if there is none.
func (g *Graph) lookup(op Op, args []uint32) (node, hash uint32) {
	hash = hashOf(op, args)
	return g.seek(op, args, hash), hash
}

// seek is lookup for what has this hash.
func (g *Graph) seek(op Op, args []uint32, hash uint32) (node uint32) {
	t := &g.cons
	for i := t.home(hash); ; i = (i + 1) & t.mask {
		e := t.entries[i]
		if e == 0 {
			return 0
		}
		if uint32(e>>32) != hash {
			continue
		}
		n := uint32(e)
		w := g.words[n : int(n)+wordArgs+len(args)]
		if w[wordOp] != uint32(op) {
			continue
		}
		if len(args) == 2 {
			if w[wordArgs] == args[0] && w[wordArgs+1] == args[1] {
				return n
			}
		} else if slices.Equal(w[wordArgs:], args) {
			return n
		}
	}
}

// node finds or makes the node of op and args, which it makes canonical in
// place.
func (g *Graph) node(op Op, args []uint32) uint32 {
	g.canon(op, args)
	n, hash := g.lookup(op, args)
	if n == 0 {
		n = g.insert(op, args, hash, noClass)
	}
	return n
}

// add is the class of op and args.
func (g *Graph) add(op Op, args []uint32) uint32 { return g.classOf(g.node(op, args)) }

// merge makes one class of two and reports whether they were two. Parents are
// not canonical again before rebuild.
func (g *Graph) merge(a, b uint32) bool {
	x, y := a, b
	a, b = g.find(a), g.find(b)
	if a == b || !g.agree(a, b) {
		if g.why != nil {
			g.why.refused(g, x, y)
		}
		return false
	}
	// The one with less to do for it goes; between equals the younger.
	if x, y := g.parents[a].size, g.parents[b].size; x < y || x == y && a > b {
		a, b = b, a
	}
	if g.why != nil {
		g.why.merged(g, x, y, a, b)
	}
	for _, h := range g.hooks {
		h.merged(a, b)
	}
	g.up[b] = a
	g.classes--
	g.changes++
	// What refers to the loser has to be found under the winner's name, and the
	// loser's nodes are new to those that refer to the winner.
	winner, loser := &g.parents[a], &g.parents[b]
	if loser.first != 0 {
		g.dirty = append(g.dirty, segment{loser.first, loser.last})
		g.uses[loser.last].next = winner.first
		if winner.first = loser.first; winner.last == 0 {
			winner.last = loser.last
		}
	}
	winner.size += loser.size
	leaf := false
	if m := g.members[b]; m != 0 {
		for n := m; ; {
			g.words[n+wordStamp] = g.now
			g.words[n+wordClass] = a
			op := g.words[n] &^ dead
			g.newest[op] = g.now
			leaf = leaf || g.ops[op].kind != callKind
			if n = g.words[n+wordNext]; n == m {
				break
			}
		}
		if o := g.members[a]; o != 0 {
			g.words[m+wordNext], g.words[o+wordNext] = g.words[o+wordNext], g.words[m+wordNext]
		} else {
			g.members[a] = m
		}
	}
	if g.constant[a] == 0 {
		g.constant[a] = g.constant[b]
	}
	if leaf { // predicates on slots may hold now of what held them off before
		g.touchParents(a)
	}
	return true
}

// agree reports whether two classes can be one: they do not hold two numbers.
func (g *Graph) agree(a, b uint32) bool {
	x, y := g.constant[a], g.constant[b]
	if x == 0 || y == 0 || x == y || g.sameValue(Op(x-1), Op(y-1)) {
		return true
	}
	if g.err == nil {
		g.err = &ContradictionError{A: g.leafText(Op(x - 1)), B: g.leafText(Op(y - 1)), a: a, b: b}
	}
	return false
}

// rebuild makes the graph congruent again: no two nodes of one op have the same
// arguments. See Willsey et al., egg: Fast and Extensible Equality Saturation,
// POPL 2021.
func (g *Graph) rebuild() error {
	for {
		g.congruence()
		changes := g.changes
		for _, h := range g.hooks {
			if err := h.rebuilt(); err != nil {
				return err
			}
		}
		if len(g.dirty) == 0 && g.changes == changes {
			return g.err
		}
	}
}

// congruence makes the parents of merged classes canonical. It takes them in
// blocks, and looks first at all that refresh will need, so that the processor
// can ask for many places in memory at a time.
func (g *Graph) congruence() {
	var nodes [blockSize]uint32
	for len(g.dirty) > 0 {
		n := 0
		for n < blockSize && len(g.dirty) > 0 {
			s := &g.dirty[len(g.dirty)-1]
			u := s.first
			nodes[n] = g.uses[u].node
			n++
			if u == s.last {
				g.dirty = g.dirty[:len(g.dirty)-1]
			} else {
				s.first = g.uses[u].next
			}
		}
		if n >= blockSize/4 {
			g.touchCons(nodes[:n])
		}
		for _, node := range nodes[:n] {
			g.refresh(node)
		}
	}
}

// touchCons looks at the entries of the table that refreshing nodes needs. It
// changes nothing.
func (g *Graph) touchCons(nodes []uint32) {
	t := &g.cons
	sum := uint64(0)
	for _, n := range nodes {
		op := g.words[n]
		if op&dead != 0 || g.ops[op].arity != 2 {
			continue
		}
		a, b := g.words[n+wordArgs], g.words[n+wordArgs+1]
		x, y := g.find(a), g.find(b)
		if x == a && y == b {
			continue
		}
		if g.ops[op].sorted && x > y {
			x, y = y, x
		}
		sum += t.entries[t.home(hash2(Op(op), a, b))] + t.entries[t.home(hash2(Op(op), x, y))]
	}
	g.block.touched = sum
}

// refresh makes a node canonical, which dies if another is equal to it.
func (g *Graph) refresh(n uint32) {
	if g.isDead(n) {
		return
	}
	op, args := g.op(n), g.args(n)
	stale := false
	for _, a := range args {
		stale = stale || g.up[a] != a
	}
	if !stale {
		return
	}
	g.cons.remove(hashOf(op, args), n)
	g.canon(op, args)
	m, hash := g.lookup(op, args)
	if m == 0 {
		g.cons.insert(hash, n)
		g.words[n+wordStamp] = g.now
		g.newest[op] = g.now
		return
	}
	g.words[n] |= dead
	g.nodes--
	if g.why != nil {
		g.why.congruent(g, n, m)
		return
	}
	g.merge(g.words[n+wordClass], g.words[m+wordClass])
}

// touch marks what a rule could match anew because more is known of a class: its
// nodes and its parents.
func (g *Graph) touch(class uint32) {
	class = g.find(class)
	g.changes++
	if m := g.members[class]; m != 0 {
		for n := m; ; {
			g.words[n+wordStamp] = g.now
			g.newest[g.words[n]&^dead] = g.now
			if n = g.words[n+wordNext]; n == m {
				break
			}
		}
	}
	g.touchParents(class)
}

func (g *Graph) touchParents(class uint32) {
	for u := g.parents[class].first; u != 0; u = g.uses[u].next {
		n := g.uses[u].node
		g.words[n+wordStamp] = g.now
		g.newest[g.words[n]&^dead] = g.now
	}
}

// Number is the class of an exact number.
func (g *Graph) Number(v *big.Rat) ID { return ID(g.addLeaf(g.numberOp(v))) }

// Float is the class of a float64 constant.
func (g *Graph) Float(v float64) ID { return ID(g.addLeaf(g.floatOp(v))) }

// Symbol is the class of a symbol.
func (g *Graph) Symbol(name string) ID { return ID(g.addLeaf(g.symbolOp(name))) }

func (g *Graph) addLeaf(op Op) uint32 {
	if g.why != nil {
		return g.why.id(g, g.why.leaf(g, op))
	}
	return g.add(op, nil)
}

// settled reports whether nothing more is asked of a class: in graphs of which
// the cheapest terms are wanted one with a number in it has its cheapest term,
// and what else is equal to 1, as 1^2, is without end.
func (g *Graph) settled(class uint32) bool { return g.prune && g.constant[class] != 0 }
