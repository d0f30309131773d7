package egraph

import (
	"math/big"
	"slices"
)

// Multiset is an option: heads whose arguments stand in any order and may be any
// number, two or more. Nodes keep them sorted, and rules match them modulo
// associativity and commutativity, see [bagMatcher]. That takes the place of
// rules for both, which would make 3^k nodes of a sum of k terms; here it has
// one.
//
// A call of one argument is that argument. Of the heads + and * the exact
// numbers among the arguments are one, and 0 and 1 are left out; a product with
// 0 keeps its other factors. A multiset in another of the same head stays there:
// it is spread where a right side puts what is left over into it.
func Multiset(heads ...string) Option {
	return func(g *Graph) {
		for _, h := range heads {
			g.setSort(h, multiset)
		}
	}
}

// bag is the class of the multiset of args, which it may change.
func (g *Graph) bag(head string, args []uint32) uint32 {
	return g.makeBag(g.headNumber(head), args, noClass)
}

// makeBag is the class of a multiset of args, which it may change. A node that is
// not there yet is put into class, if that is not noClass; the caller merges.
func (g *Graph) makeBag(head int32, args []uint32, class uint32) uint32 {
	name := g.headName(head)
	if id := identityOf(name); id != nil {
		args = g.foldBag(name, id, args)
		if len(args) == 0 {
			return g.addLeaf(g.numberOp(id))
		}
	}
	if len(args) == 1 {
		return g.find(args[0])
	}
	op := g.Op(name, len(args))
	g.canon(op, args)
	n, hash := g.lookup(op, args)
	if n == 0 {
		if class != noClass {
			class = g.find(class)
		}
		n = g.insert(op, args, hash, class)
	}
	return g.classOf(n)
}

// foldBag makes one of the exact numbers among args, none if it is the identity.
// Large numbers stay.
func (g *Graph) foldBag(head string, identity *big.Rat, args []uint32) []uint32 {
	small := func(a uint32) *big.Rat {
		if v := g.numberOf(a); v != nil && numberBits(v) <= maxBagBits {
			return v
		}
		return nil
	}
	numbers, more := 0, false
	for _, a := range args {
		if v := small(a); v != nil {
			numbers++
			more = more || numbers > 1 || v.Cmp(identity) == 0
		}
	}
	if !more {
		return args
	}
	v := new(big.Rat).Set(identity)
	args = slices.DeleteFunc(args, func(a uint32) bool {
		x := small(a)
		switch {
		case x == nil:
			return false
		case head == "*":
			v.Mul(v, x)
		default:
			v.Add(v, x)
		}
		return true
	})
	if v.Cmp(identity) != 0 {
		args = append(args, g.addLeaf(g.numberOp(v)))
	}
	return args
}

// maxBagBits is how large numbers may be to become one with others. Where a class
// contains itself, they would grow for ever.
const maxBagBits = 256
