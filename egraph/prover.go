package egraph

import (
	"fmt"
	"slices"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// maxLinks bounds a proof: steps, each counted once, however often a proof
// within it is used.
const maxLinks = 1 << 20

// Explain tells why the terms that two IDs were made for are equal. An ID stands
// for the term that was added when it was returned; one that [Graph.Find]
// returned stands for some term of the class. Terms and bindings in the proof
// are written with the terms that were added and those that rules were applied
// to.
//
// The graph must have been made with the option [Explained] and must not have
// been changed since it was last rebuilt, or run. The error is a *[ProofError]
// if it was not, if the terms are not known to be equal, or if the proof is too
// long.
func (g *Graph) Explain(a, b ID) (*Proof, error) {
	if g.why == nil {
		return nil, &ProofError{Msg: "the graph was made without the option Explained"}
	}
	for _, id := range []ID{a, b} {
		if int(id) >= len(g.up) || g.why.first[id] == 0 {
			return nil, &ProofError{Msg: fmt.Sprintf("the graph has no class %d", id)}
		}
	}
	p := newProver(g)
	t, s := g.why.termOf(uint32(a)), g.why.termOf(uint32(b))
	if g.Find(a) != g.Find(b) {
		return nil, &ProofError{Msg: fmt.Sprintf("not known to be equal: %s and %s", termText(p.pattern(t), 200), termText(p.pattern(s), 200))}
	}
	return p.prove(t, s)
}

// prover makes proofs of the edges of a forest.
type prover struct {
	g        *Graph
	w        *forest
	patterns []*rewrite.Pattern
	proofs   map[[2]uint32]*Proof
	todo     [][2]uint32
	sorts    map[string]sorting
	links    int
	limit    int
	lost     bool // two terms that should be equal are not
}

func newProver(g *Graph) *prover {
	return &prover{g: g, w: g.why, limit: maxLinks, patterns: make([]*rewrite.Pattern, len(g.why.terms)), proofs: map[[2]uint32]*Proof{}, sorts: map[string]sorting{}}
}

// prove is the proof that two terms of one class are equal.
func (p *prover) prove(t, s uint32) (*Proof, error) {
	q := p.proof(t, s)
	return q, p.finish(q)
}

// finish makes what is still to be made, and measures q.
func (p *prover) finish(q *Proof) error {
	for len(p.todo) > 0 {
		if p.links > p.limit {
			return &ProofError{Msg: fmt.Sprintf("more than %d steps", p.limit)}
		}
		pair := p.todo[len(p.todo)-1]
		p.todo = p.todo[:len(p.todo)-1]
		p.fill(p.proofs[pair], pair[0], pair[1])
	}
	if p.lost {
		return &ProofError{Msg: "the graph has been changed since it was rebuilt"}
	}
	q.measure()
	return nil
}

// through is the proof that a and b are equal by way of e, which is no edge of
// the forest: the classes of its ends are different.
func (p *prover) through(a uint32, e edge, b uint32) (*Proof, error) {
	q := &Proof{left: p.pattern(a), right: p.pattern(b), sorts: p.sorts}
	p.fill(q, a, e.from)
	p.link(q, e, false)
	p.fill(q, e.to, b)
	return q, p.finish(q)
}

// proof is a proof that is filled later.
func (p *prover) proof(t, s uint32) *Proof {
	pair := [2]uint32{t, s}
	q := p.proofs[pair]
	if q == nil {
		q = &Proof{left: p.pattern(t), right: p.pattern(s), sorts: p.sorts}
		p.proofs[pair] = q
		if t != s {
			p.todo = append(p.todo, pair)
		}
	}
	return q
}

// fill adds to q the steps on the path from t to s.
func (p *prover) fill(q *Proof, t, s uint32) {
	terms := p.w.terms
	mark := p.nextMark()
	for x := t; x != 0; x = terms[x].up {
		terms[x].mark = mark
	}
	meet := s
	var down []uint32
	for terms[meet].mark != mark {
		down = append(down, meet)
		meet = terms[meet].up
	}
	if meet == 0 {
		p.lost = true
		return
	}
	for x := t; x != meet; x = terms[x].up {
		e := p.w.edges[terms[x].edge]
		p.link(q, e, e.from != x)
	}
	for i := len(down) - 1; i >= 0; i-- {
		e := p.w.edges[terms[down[i]].edge]
		p.link(q, e, e.from == down[i])
	}
}

// nextMark is a mark that no term has. The first vertex, which is no term, keeps
// the last one, so that a way up ends there.
func (p *prover) nextMark() uint32 {
	v := &p.w.terms[0]
	if v.mark++; v.mark == 0 {
		for i := range p.w.terms {
			p.w.terms[i].mark = 0
		}
		v.mark = 1
	}
	return v.mark
}

// link adds to q the step that an edge is, from its end to its beginning if
// reverse says so.
func (p *prover) link(q *Proof, e edge, reverse bool) {
	p.links++
	from, to := e.from, e.to
	if reverse {
		from, to = to, from
	}
	before, after := p.pattern(from), p.pattern(to)
	if e.kind == congruenceEdge {
		p.congruence(q, e, from, to, reverse)
		return
	}
	l := link{kind: e.kind, before: before, after: after, reverse: reverse, name: e.name}
	if e.kind == ruleEdge {
		l.rule = e.p.rule
		d := p.w.data[e.data:]
		n := d[0]
		for i, t := range d[1 : 1+n] {
			l.slots = append(l.slots, Binding{e.p.slots[i], p.pattern(t)})
		}
		d = d[1+n:]
		n = d[0]
		for _, t := range d[1 : 1+n] {
			l.rest = append(l.rest, p.pattern(t))
		}
		d = d[1+n:]
		n = d[0]
		for i := range n {
			l.premises = append(l.premises, p.proof(d[1+2*i], d[2+2*i]))
		}
	}
	q.links = append(q.links, l)
}

// congruence adds the steps in the arguments of two terms, and that which puts
// them in order.
func (p *prover) congruence(q *Proof, e edge, from, to uint32, reverse bool) {
	x, y := p.w.argsOf(p.g, from), p.w.argsOf(p.g, to)
	before, after := p.pattern(from), p.pattern(to)
	place := make([]int, len(x)) // of the argument in y that is equal
	for i := range place {
		place[i] = i
	}
	if e.data != 0 {
		for i, j := range p.w.data[e.data : int(e.data)+len(x)] {
			if reverse {
				place[j] = i
			} else {
				place[i] = int(j)
			}
		}
	}
	mid := *before
	mid.Args = make([]*rewrite.Pattern, len(x))
	args := make([]*Proof, len(x))
	differ, moved := false, false
	for i, a := range x {
		b := y[place[i]]
		mid.Args[i] = p.pattern(b)
		if a != b {
			args[i] = p.proof(a, b)
			differ = true
			p.links++
		}
		moved = moved || mid.Args[i] != after.Args[i]
	}
	then := after
	if moved {
		then = &mid
	}
	if differ {
		q.links = append(q.links, link{kind: congruenceEdge, before: before, after: then, args: args})
	} else {
		then = before
	}
	if moved {
		q.links = append(q.links, link{kind: regroupEdge, name: "reorder", before: then, after: after})
	}
}

// pattern is a term as a pattern.
func (p *prover) pattern(t uint32) *rewrite.Pattern {
	if n := len(p.w.terms); n > len(p.patterns) {
		p.patterns = append(p.patterns, make([]*rewrite.Pattern, n-len(p.patterns))...)
	}
	todo := []uint32{t}
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		if p.patterns[t] != nil {
			todo = todo[:len(todo)-1]
			continue
		}
		args := p.w.argsOf(p.g, t)
		ready := true
		for _, a := range slices.Backward(args) {
			if p.patterns[a] == nil {
				todo = append(todo, a)
				ready = false
			}
		}
		if !ready {
			continue
		}
		todo = todo[:len(todo)-1]
		o := &p.g.ops[p.w.terms[t].op]
		switch o.kind {
		case numberKind:
			p.patterns[t] = rewrite.Number(o.number)
		case floatKind:
			p.patterns[t] = rewrite.Float(o.float)
		case symbolKind:
			p.patterns[t] = rewrite.Symbol(o.name)
		default:
			q := rewrite.Call(o.name)
			for _, a := range args {
				q.Args = append(q.Args, p.patterns[a])
			}
			if o.sorted {
				p.sorts[o.name] = p.g.sortOf(o.name)
			}
			p.patterns[t] = q
		}
	}
	return p.patterns[t]
}
