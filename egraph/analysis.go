package egraph

// Analysis computes facts of type D about classes: one for each class, which
// holds of all its terms. See Willsey et al., egg: Fast and Extensible Equality
// Saturation, POPL 2021.
//
// The methods are called while a graph is rebuilt. What they return must depend
// on their arguments and the facts alone.
type Analysis[D any] interface {
	// Make is what is known of a node, given the facts of its arguments.
	Make(f *Facts[D], n Node) D

	// Join is what is known of a class of which both a and b hold: at least as much
	// as each of them says. An error ends the rebuilding, and with it a run.
	Join(a, b D) (D, error)

	// Equal reports whether two facts are the same.
	Equal(a, b D) bool

	// Modify is told that the fact of a class is new or another one. It may add to
	// the graph and merge classes (see [Graph.Union]). An error ends the
	// rebuilding, and with it a run.
	Modify(f *Facts[D], id ID, d D) error
}

// maxRefinements is how many times a fact may become another one by what is
// known of a node, merges not counted. So even facts that could become ever more
// precise, as those of x = x/2 + 1 in intervals, come to rest; each of them is as
// true as the next.
const maxRefinements = 16

// Facts are what an analysis knows of the classes of a graph. They are up to
// date when the graph has been rebuilt.
type Facts[D any] struct {
	g *Graph
	a Analysis[D]

	facts   []fact[D] // by class
	fresh   []uint32  // nodes that are new
	stale   []uint32  // classes whose parents may know more
	changed []uint32  // classes of which Modify is to be told
	other   []uint32  // classes whose facts were others before
	err     error
}

type fact[D any] struct {
	d       D
	known   bool
	refined uint8
}

// Attach has an analysis follow a graph from now on. The facts of the terms that
// are there already are known after the next rebuilding.
func Attach[D any](g *Graph, a Analysis[D]) *Facts[D] {
	f := &Facts[D]{g: g, a: a}
	for n := 1; n < len(g.words); n += wordArgs + len(g.args(uint32(n))) {
		f.made(uint32(n))
	}
	g.hooks = append(g.hooks, f)
	if r, ok := any(f).(*Facts[Range]); ok && g.ranges == nil {
		g.ranges = r
	}
	g.changes++
	return f
}

// Graph is the graph that the facts are about.
func (f *Facts[D]) Graph() *Graph { return f.g }

// Of is the fact of a class. It is the zero D if there is none yet.
func (f *Facts[D]) Of(id ID) D {
	if c := int(f.g.find(uint32(id))); c < len(f.facts) {
		return f.facts[c].d
	}
	var d D
	return d
}

func (f *Facts[D]) at(class uint32) *fact[D] {
	for int(class) >= len(f.facts) {
		f.facts = append(f.facts, fact[D]{})
	}
	return &f.facts[class]
}

func (f *Facts[D]) made(n uint32) { f.fresh = append(f.fresh, n) }

func (f *Facts[D]) merged(winner, loser uint32) {
	f.at(max(winner, loser))
	w, l := &f.facts[winner], &f.facts[loser]
	if !l.known {
		return
	}
	if !w.known {
		w.d, w.known = l.d, true
		f.news(winner, false)
		return
	}
	d, err := f.a.Join(w.d, l.d)
	if err != nil {
		f.fail(err)
		return
	}
	if !f.a.Equal(d, w.d) || !f.a.Equal(d, l.d) {
		w.d = d
		f.news(winner, true)
	}
}

func (f *Facts[D]) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// news notes that the fact of a class is new, or another one.
func (f *Facts[D]) news(class uint32, other bool) {
	if other {
		f.other = append(f.other, class)
	}
	f.stale = append(f.stale, class)
	f.changed = append(f.changed, class)
}

// learn notes what is known of a node.
func (f *Facts[D]) learn(n uint32) {
	if f.g.isDead(n) {
		return
	}
	class := f.g.classOf(n)
	made := f.a.Make(f, Node{f.g, n})
	t := f.at(class)
	if !t.known {
		t.d, t.known = made, true
		f.news(class, false)
		return
	}
	d, err := f.a.Join(t.d, made)
	switch {
	case err != nil:
		f.fail(err)
	case t.refined < maxRefinements && !f.a.Equal(d, t.d):
		t.d = d
		t.refined++
		f.news(class, true)
	}
}

func (f *Facts[D]) rebuilt() error {
	for len(f.fresh)+len(f.stale)+len(f.changed) > 0 && f.err == nil {
		for i := 0; i < len(f.fresh); i++ {
			f.learn(f.fresh[i])
		}
		f.fresh = f.fresh[:0]
		for i := 0; i < len(f.stale); i++ {
			class := f.g.find(f.stale[i])
			for u := f.g.parents[class].first; u != 0; u = f.g.uses[u].next {
				f.learn(f.g.uses[u].node)
			}
		}
		f.stale = f.stale[:0]
		for _, class := range f.other {
			f.g.touch(class)
		}
		f.other = f.other[:0]
		// What Modify does may make more of them.
		changed := f.changed
		f.changed = nil
		for i, class := range changed {
			if class = f.g.find(class); i > 0 && class == f.g.find(changed[i-1]) {
				continue
			}
			if err := f.a.Modify(f, ID(class), f.facts[class].d); err != nil {
				return err
			}
		}
	}
	return f.err
}
