package rewrite

import "math/big"

// Tree is a plain term: a call of Head if that is not "", the number Number if
// that is not nil, and the symbol Name otherwise. A Tree is not to be changed
// once it is in use. [Trees] is how this package sees them.
type Tree struct {
	Head   string
	Args   []*Tree
	Number *big.Rat
	Name   string
}

// Trees is the [Terms] of plain trees. It has no floats, and makes sums and
// products with the arguments as given.
var Trees Terms[*Tree] = trees{}

// ParseTree reads a tree in ordinary notation. See [ParseTerm].
func ParseTree(text string) (*Tree, error) { return ParseTerm(Trees, text) }

// MustTree is [ParseTree] for texts known to be right: it panics on an error.
func MustTree(text string) *Tree {
	t, err := ParseTree(text)
	if err != nil {
		panic(err)
	}
	return t
}

// String is t as an S-expression. A subterm is written wherever it occurs.
func (t *Tree) String() string {
	var b []byte
	type piece struct {
		t    *Tree // or, if nil,
		text string
	}
	todo := []piece{{t: t}}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch {
		case p.t == nil:
			b = append(b, p.text...)
		case p.t.Head != "":
			b = append(b, '(')
			b = append(b, p.t.Head...)
			todo = append(todo, piece{text: ")"})
			for i := len(p.t.Args) - 1; i >= 0; i-- {
				todo = append(todo, piece{t: p.t.Args[i]}, piece{text: " "})
			}
		case p.t.Number != nil:
			b = append(b, p.t.Number.RatString()...)
		default:
			b = append(b, p.t.Name...)
		}
	}
	return string(b)
}

type trees struct{}

func (trees) Head(t *Tree) string       { return t.Head }
func (trees) NumArgs(t *Tree) int       { return len(t.Args) }
func (trees) Arg(t *Tree, i int) *Tree  { return t.Args[i] }
func (trees) FromSymbol(n string) *Tree { return &Tree{Name: n} }
func (trees) FromNumber(v *big.Rat) *Tree {
	return &Tree{Number: new(big.Rat).Set(v)}
}

func (trees) Make(_ *Tree, head string, args []*Tree) *Tree {
	return &Tree{Head: head, Args: append([]*Tree(nil), args...)}
}

func (trees) Number(t *Tree, v *big.Rat) bool {
	if t.Number == nil {
		return false
	}
	v.Set(t.Number)
	return true
}

// Equal compares two subterms once, however often they occur.
func (trees) Equal(a, b *Tree) bool {
	if a == b {
		return true
	}
	if equal, shallow := a.compare(b); !equal || shallow {
		return equal
	}
	type pair struct{ a, b *Tree }
	var buf [32]pair
	todo := append(buf[:0], pair{a, b})
	var seen map[pair]struct{} // of what is not small
	for n := 0; len(todo) > 0; n++ {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for i, x := range p.a.Args {
			y := p.b.Args[i]
			if x == y {
				continue
			}
			equal, shallow := x.compare(y)
			if !equal {
				return false
			}
			if shallow {
				continue
			}
			q := pair{x, y}
			if n > 100 {
				if seen == nil {
					seen = map[pair]struct{}{}
				}
				if _, ok := seen[q]; ok {
					continue
				}
				seen[q] = struct{}{}
			}
			todo = append(todo, q)
		}
	}
	return true
}

// compare is whether a and b are equal but for what is in their arguments, and
// whether there are none.
func (a *Tree) compare(b *Tree) (equal, shallow bool) {
	if a.Head != b.Head || len(a.Args) != len(b.Args) || a.Name != b.Name {
		return false, true
	}
	if a.Number == nil || b.Number == nil {
		return a.Number == b.Number, len(a.Args) == 0
	}
	x, y := a.Number, b.Number // Rat.Cmp allocates
	return x.Num().Cmp(y.Num()) == 0 && (x.IsInt() && y.IsInt() || x.Denom().Cmp(y.Denom()) == 0), true
}
