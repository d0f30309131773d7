package symbolic

import (
	"math/big"
	"math/bits"
	"strings"
	"weak"
)

// node is a term in memory, one for each structure (see table.go). The number 0
// has none: it is the nil pointer, so that the zero Expr is of use.
type node struct {
	hash   uint64
	op     Op
	flags  flags
	degree int16  // of a monomial, saturating; 0 for numbers, 1 for other terms
	fn     uint32 // of a call: its function's place in the table of functions
	// An int64 number, exponent or coefficient; a float64's bits; of a variable
	// its nameKey; of a sum or a pure product the sum of its pairs' hashes.
	bits uint64
	args [3]*node
	far  *far
}

// far is what few nodes need.
type far struct {
	name  string
	rat   *big.Rat // a number that is no int64; never changed
	pairs []pair   // of a sum, a product, or a call with more than three arguments

	packed *packed // of a sum, instead of the pairs
}

// pair is a term of a sum with its coefficient, or a base in a product with its
// exponent. The pairs of a term are in order (compare.go) and never changed.
type pair struct {
	n *node
	c num
}

// num is the int64 v, or the term x where it is none: in a sum a coefficient
// that is another exact number or a float, in a product any exponent.
type num struct {
	v int64
	x *node
}

// flags follow from the structure, and are kept since they are asked often.
type flags uint8

const (
	notCanonical flags = 1 << iota // Canonical would change it
	hasPole                        // an exact division by 0 is somewhere in it
	hasContent                     // a sum whose coefficients have a common factor
	expandable                     // a sum to a positive integer power is in a canonical part of it
	compact                        // a canonical sum or product is somewhere in it
	written                        // a power that is none in canonical form
)

// key is what tells a node from others: it is looked up before there is a node,
// so that finding an existing term allocates nothing.
type key struct {
	op   Op
	fn   uint32
	bits uint64
	args [3]*node
	name string
	rat  *big.Rat

	own    []pair  // the node's to keep, if one is made
	packed *packed // instead of pairs
}

// node makes the node of k. It copies what k only borrows: a name is often part
// of a long text, and a big.Rat may be changed by its owner.
func (k *key) node(hash uint64, borrowed []pair) (n *node, first weak.Pointer[node], offset uintptr) {
	hasFar := k.name != "" || k.rat != nil || k.own != nil || k.packed != nil || borrowed != nil
	n, first, offset = allocate(k.small(borrowed), hasFar, len(borrowed))
	n.hash, n.op, n.bits, n.args, n.fn = hash, k.op, k.bits, k.args, k.fn
	switch {
	case k.name != "":
		n.far.name = strings.Clone(k.name)
		n.bits = nameKey(k.name)
	case k.rat != nil:
		n.far.rat = new(big.Rat).Set(k.rat)
	case k.packed != nil:
		n.far.packed = k.packed
	case k.own != nil:
		n.far.pairs = k.own
	default:
		if n.far != nil {
			copy(n.far.pairs, borrowed)
		}
	}
	n.flags = n.flagsOf()
	n.degree = n.degreeOf()
	return n, first, offset
}

func (k *key) matches(n *node, borrowed []pair) bool {
	if k.name != "" {
		return n.op == k.op && n.far.name == k.name
	}
	if n.op != k.op || n.bits != k.bits || n.args != k.args || n.fn != k.fn {
		return false
	}
	switch {
	case k.rat != nil:
		return n.far != nil && n.far.rat != nil && sameRat(n.far.rat, k.rat)
	case borrowed != nil:
		return n.far != nil && n.far.samePairs(borrowed, nil)
	case k.own != nil || k.packed != nil:
		return n.far != nil && n.far.samePairs(k.own, k.packed)
	}
	return n.far == nil
}

func sameRat(x, y *big.Rat) bool {
	return x.Num().Cmp(y.Num()) == 0 && (x.IsInt() && y.IsInt() || x.Denom().Cmp(y.Denom()) == 0)
}

// The hash of a term depends on its structure alone, so that it is the same in
// every run and on every machine. It is wyhash's step: multiply to 128 bits and
// fold. zeroHash stands for the nil node; the constants are digits of pi.
const (
	zeroHash = 0x243f6a8885a308d3
	mixOp    = 0x13198a2e03707344
	mixBits  = 0xa4093822299f31d1
	mixArg0  = 0x082efa98ec4e6c89
	mixArg1  = 0x452821e638d01377
	mixArg2  = 0xbe5466cf34e90c6d
	mixFar   = 0xc0ac29b7c97c50dd
)

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func (n *node) hashOf() uint64 {
	if n == nil {
		return zeroHash
	}
	return n.hash
}

// hash is never 0 in the bits that a slot of the table keeps: that marks an
// empty one.
func (k *key) hash(borrowed []pair) uint64 {
	h := mix(mixOp+uint64(k.op), mixBits^k.bits)
	h = mix(h^k.args[0].hashOf(), mixArg0)
	h = mix(h^k.args[1].hashOf(), mixArg1)
	h = mix(h^k.args[2].hashOf(), mixArg2)
	if k.fn != 0 {
		h = mix(h^functionAt(k.fn).hash, mixFar)
	}
	if k.op == OpCall {
		for i := range borrowed {
			h = mix(h^borrowed[i].n.hashOf(), mixArg0)
		}
	}
	for i := range len(k.name) {
		h = (h ^ uint64(k.name[i])) * mixFar
	}
	if k.rat != nil {
		h = hashInt(h, k.rat.Num())
		if !k.rat.IsInt() {
			h = hashInt(h, k.rat.Denom())
		}
	}
	h = mix(h^zeroHash, mixFar)
	if h&hashMask == 0 {
		h |= 1
	}
	return h
}

// hashInt takes 64 bits at a time, whatever the size of a Word.
func hashInt(h uint64, x *big.Int) uint64 {
	words := x.Bits()
	h = mix(h^uint64(int64(x.Sign())), mixFar)
	for i := 0; i < len(words); i++ {
		w := uint64(words[i])
		if bits.UintSize == 32 && i+1 < len(words) {
			i++
			w |= uint64(words[i]) << 32
		}
		h = mix(h^w, mixFar)
	}
	return h
}

// hash of a pair; a sum or a product is hashed by the sum over its pairs, so
// that what is added to it changes the hash by that much.
func (p pair) hash() uint64 { return mix(p.n.hashOf()^mixArg0, p.c.hash()^mixArg2) }

func hashPairs(pairs []pair) (h uint64) {
	for i := range pairs {
		h += pairs[i].hash()
	}
	return h
}
