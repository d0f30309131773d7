package egraph

import "math/big"

// matches are what a search of one rule has found: rows of width words, one
// after the other. A row is
//
//	root class, value of slot 0, value of slot 1, …, rest
//
// where the root is the class of the first part of the left side, and rest is
// there only if the program has one (program.rest): what a multiset at the root
// leaves over, 0 if nothing. Values are classes, or, with the bit pending set,
// multisets that are to be made when the match is applied: the rest of the word
// is where in bags they begin.
type matches struct {
	width int
	rows  []uint32
	// bags holds multisets to be made: head (a number of a head, see opInfo), how
	// many elements, the elements, which are classes. It begins with a word that
	// is not used, so that no reference is 0.
	bags []uint32

	from int // where the rows of the rule that is being searched for begin
	most int // more of them than this are of no use
}

// add adds a row, the first words of regs.
func (m *matches) add(regs []uint32) {
	n := len(m.rows)
	if n+m.width > cap(m.rows) {
		m.rows = room(m.rows, max(m.width, 64))
	}
	m.rows = m.rows[:n+m.width]
	copy(m.rows[n:], regs[:m.width])
}

// full reports whether more matches are of no use.
func (m *matches) full() bool { return (len(m.rows)-m.from)/m.width > m.most }

// filter keeps the rows of the rule that is being searched for that satisfy a
// condition.
func (m *matches) filter(g *Graph, c condition) {
	to := m.from
	for at := m.from; at < len(m.rows); at += m.width {
		if row := m.rows[at : at+m.width]; c(g, row) {
			to += copy(m.rows[to:], row)
		}
	}
	m.rows = m.rows[:to]
}

// pending marks a value that is a multiset to be made.
const pending = 1 << 31

// bag is the multiset that a value with the bit pending refers to.
func (m *matches) bag(value uint32) (head int32, elements []uint32) {
	i := value &^ pending
	n := m.bags[i+1]
	return int32(m.bags[i]), m.bags[i+2 : i+2+n : i+2+n]
}

// searcher finds the matches of one rule's left side in a graph that does not
// change meanwhile.
type searcher interface {
	// search appends the matches in which at least one node has a stamp above
	// since. It stops when stop says so, which it asks every thousand steps or so.
	// Conditions are not its concern, but predicates on slots are, see
	// [Graph.satisfies].
	search(g *Graph, since uint32, out *matches, stop func() bool)
}

// Match is what a rule's left side was found to be. It is valid until the
// function that it was given to returns.
type Match struct {
	g    *Graph
	rule *Rule
	p    *program
	row  []uint32
}

// Graph is the graph in which the match was found.
func (m *Match) Graph() *Graph { return m.g }

// Rule is the rule.
func (m *Match) Rule() *Rule { return m.rule }

// Root is the class of the first part of the left side; where that matched some
// arguments of a multiset, the class of the whole.
func (m *Match) Root() ID { return m.g.Find(ID(m.row[0])) }

// Get is the class that the slot ?name stands for. It panics if the rule has
// none of this name.
func (m *Match) Get(name string) ID {
	for i, s := range m.p.slots {
		if s == name {
			return m.g.Find(ID(m.row[1+i]))
		}
	}
	panic("egraph: Get: the rule has no slot ?" + name)
}

// Number is the exact number in the class that the slot ?name stands for, nil if
// there is none. It is not to be changed.
func (m *Match) Number(name string) *big.Rat { return m.g.NumberOf(m.Get(name)) }
