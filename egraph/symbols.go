package egraph

import (
	"math"
	"math/big"
	"slices"
	"strconv"
)

// Op is a head with a number of arguments, or a leaf: a number, a float or a
// symbol. A Graph numbers those that it has seen.
type Op uint32

// kind is what an op is.
type kind uint8

const (
	callKind kind = iota
	numberKind
	floatKind
	symbolKind
)

func (k kind) isConstant() bool { return k == numberKind || k == floatKind }

type opInfo struct {
	name   string // of a call or symbol
	head   int32  // of a call: its head's number, by which ops of one head and several arities are found
	arity  int32
	kind   kind
	sorted bool     // the order of arguments does not matter: they are kept sorted
	bag    bool     // a multiset: sorted, and of any number of arguments
	inner  bool     // patterns look for it in a class
	number *big.Rat // not to be changed
	float  float64
}

// symbols are the ops of a graph. Those of a graph that was made by a [Theory]
// begin with those of the theory, which many graphs share: what is added goes to
// copies and to maps of the graph's own.
type symbols struct {
	base   *symbols // nil if there are none
	shared bool     // ops and ofHead are those of base
	ops    []opInfo
	calls  map[callKey]Op
	leaves map[string]Op // numbers as "n…", floats as "f…", symbols as "s…"
	heads  map[string]int32
	ofHead [][]Op             // by head, the ops
	names  []string           // by head
	sorts  map[string]sorting // by head
	inner  []Op               // those that patterns look for in a class

	// language tells what was expected instead of a call; nil if any can come.
	language func(head string, args int) (expected string)
}

type callKey struct {
	head  string
	arity int
}

// sorting is how a head takes its arguments.
type sorting uint8

const (
	ordered     sorting = iota
	commutative         // two arguments in either order
	multiset            // any number of arguments in any order
)

// under makes s symbols that begin with those of base, which do not change any
// more.
func (s *symbols) under(base *symbols) {
	*s = symbols{base: base, shared: true, ops: slices.Clip(base.ops), ofHead: slices.Clip(base.ofHead), names: slices.Clip(base.names), inner: slices.Clip(base.inner), language: base.language}
}

// own makes copies of what is shared.
func (s *symbols) own() {
	if !s.shared {
		return
	}
	s.shared = false
	s.ops = append(make([]opInfo, 0, len(s.ops)+32), s.ops...)
	s.ofHead = slices.Clone(s.ofHead)
	for i := range s.ofHead {
		s.ofHead[i] = slices.Clip(s.ofHead[i])
	}
}

func (s *symbols) sortOf(head string) sorting {
	if s.base != nil {
		return s.base.sortOf(head)
	}
	return s.sorts[head]
}

func (s *symbols) setSort(head string, to sorting) {
	if s.sorts == nil {
		s.sorts = map[string]sorting{}
	}
	s.sorts[head] = to
}

func (s *symbols) call(key callKey) (Op, bool) {
	if s.base != nil {
		if op, ok := s.base.calls[key]; ok {
			return op, true
		}
	}
	op, ok := s.calls[key]
	return op, ok
}

// headNumber is the number of a head.
func (s *symbols) headNumber(head string) int32 {
	if s.base != nil {
		if h, ok := s.base.heads[head]; ok {
			return h
		}
	}
	h, ok := s.heads[head]
	if !ok {
		s.own()
		h = int32(len(s.ofHead))
		if s.heads == nil {
			s.heads = map[string]int32{}
		}
		s.heads[head] = h
		s.ofHead = append(s.ofHead, nil)
		s.names = append(s.names, head)
	}
	return h
}

// headName is the head of this number.
func (s *symbols) headName(head int32) string { return s.names[head] }

// Op is the op of a head with so many arguments.
func (g *Graph) Op(head string, args int) Op {
	key := callKey{head, args}
	op, ok := g.call(key)
	if ok {
		return op
	}
	h := g.headNumber(head)
	s := g.sortOf(head)
	op = g.newOp(opInfo{name: head, head: h, arity: int32(args), sorted: s == multiset || s == commutative && args == 2, bag: s == multiset})
	g.ofHead[h] = append(g.ofHead[h], op)
	if g.calls == nil {
		g.calls = map[callKey]Op{}
	}
	g.calls[key] = op
	return op
}

func (g *Graph) newOp(info opInfo) Op {
	g.own()
	op := Op(len(g.ops))
	g.ops = append(g.ops, info)
	g.byOp = append(g.byOp, nil)
	g.newest = append(g.newest, 0)
	if n := int(info.arity); n > cap(g.scratch) {
		g.scratch = make([]uint32, n)
	}
	return op
}

// lookInside says that patterns look for nodes of op in a class.
func (g *Graph) lookInside(op Op) {
	if g.ops[op].inner {
		return
	}
	g.own()
	g.ops[op].inner = true
	g.inner = append(g.inner, op)
}

func (s *symbols) leaf(key string) (Op, bool) {
	if s.base != nil {
		if op, ok := s.base.leaves[key]; ok {
			return op, true
		}
	}
	op, ok := s.leaves[key]
	return op, ok
}

func (g *Graph) leafOp(key string, make func() opInfo) Op {
	op, ok := g.symbols.leaf(key)
	if !ok {
		info := make()
		info.head = -1
		op = g.newOp(info)
		if g.leaves == nil {
			g.leaves = map[string]Op{}
		}
		g.leaves[key] = op
	}
	return op
}

func (g *Graph) symbolOp(name string) Op {
	return g.leafOp("s"+name, func() opInfo { return opInfo{kind: symbolKind, name: name} })
}

func (g *Graph) numberOp(v *big.Rat) Op {
	var buf [32]byte
	key := buf[:1]
	key[0] = 'n'
	if v.IsInt() && v.Num().IsInt64() {
		key = strconv.AppendInt(key, v.Num().Int64(), 10)
	} else {
		key = append(key, v.RatString()...)
	}
	if op, ok := g.symbols.leaf(string(key)); ok {
		return op
	}
	return g.leafOp(string(key), func() opInfo { return opInfo{kind: numberKind, number: new(big.Rat).Set(v)} })
}

// floatOp is that of a float. All NaNs are one.
func (g *Graph) floatOp(v float64) Op {
	if v != v {
		v = math.NaN()
	}
	return g.leafOp("f"+strconv.FormatUint(math.Float64bits(v), 16), func() opInfo { return opInfo{kind: floatKind, float: v} })
}

// sameValue reports whether two different constants are one number: an exact
// one and a float.
func (g *Graph) sameValue(x, y Op) bool {
	a, b := &g.ops[x], &g.ops[y]
	if a.kind == b.kind {
		return false
	}
	if a.kind == floatKind {
		a, b = b, a
	}
	if math.IsInf(b.float, 0) || math.IsNaN(b.float) {
		return false
	}
	return new(big.Rat).SetFloat64(b.float).Cmp(a.number) == 0
}

// leafText is the text of a leaf.
func (g *Graph) leafText(op Op) string {
	switch o := &g.ops[op]; o.kind {
	case numberKind:
		return o.number.RatString()
	case floatKind:
		return strconv.FormatFloat(o.float, 'g', -1, 64)
	default:
		return o.name
	}
}
