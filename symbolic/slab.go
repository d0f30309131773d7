package symbolic

import (
	"sync"
	"unsafe"
	"weak"
)

// A weak pointer costs more than everything else about a new term. So small
// terms, leaves and what is made of leaves alone (and a number times that), are
// allocated slabSize at a time, with one weak pointer to all of them, and live as long as one of them is
// held. That is bounded, since they hold nothing large: other terms, which could
// keep any number of others, are allocated one by one.

const slabSize = 16

// slab is room for small terms of one layout: a node, or a node with its far
// part and so many pairs.
type slab struct {
	base   unsafe.Pointer // of the first, which holds all
	weak   weak.Pointer[node]
	stride uintptr
	next   uintptr // the offset of the next free one
}

type (
	nodeFar struct {
		n node
		f far
	}
	nodeFar2 struct {
		n node
		f far
		p [2]pair
	}
	nodeFar3 struct {
		n node
		f far
		p [3]pair
	}
	nodeFar4 struct {
		n node
		f far
		p [4]pair
	}
)

// Layouts: 0 for a node alone, 1 with its far part, 2 to 4 with as many pairs.
const layouts = 5

var slabs [layouts]sync.Pool // of *slab that have room

func newSlab(layout int) *slab {
	s := &slab{}
	switch layout {
	case 0:
		o := new([slabSize]node)
		s.base, s.stride = unsafe.Pointer(o), unsafe.Sizeof(o[0])
	case 1:
		o := new([slabSize]nodeFar)
		s.base, s.stride = unsafe.Pointer(o), unsafe.Sizeof(o[0])
	case 2:
		o := new([slabSize]nodeFar2)
		s.base, s.stride = unsafe.Pointer(o), unsafe.Sizeof(o[0])
	case 3:
		o := new([slabSize]nodeFar3)
		s.base, s.stride = unsafe.Pointer(o), unsafe.Sizeof(o[0])
	case 4:
		o := new([slabSize]nodeFar4)
		s.base, s.stride = unsafe.Pointer(o), unsafe.Sizeof(o[0])
	}
	s.weak = weak.Make((*node)(s.base))
	return s
}

// allocate makes a node with room for so many pairs, and a far part if it is to
// have one. first is a weak pointer to what the node lies in, at that offset.
func allocate(small, hasFar bool, pairs int) (n *node, first weak.Pointer[node], offset uintptr) {
	layout := 0
	if hasFar {
		layout = max(1, pairs)
	}
	if !small || layout >= layouts || hasFar && pairs == 1 {
		n = allocateOne(layout, hasFar, pairs)
		return n, weak.Make(n), 0
	}
	s, _ := slabs[layout].Get().(*slab)
	if s == nil {
		s = newSlab(layout)
	}
	p := unsafe.Add(s.base, s.next)
	first, offset = s.weak, s.next
	if s.next += s.stride; s.next < slabSize*s.stride {
		slabs[layout].Put(s)
	}
	switch layout {
	case 0:
		n = (*node)(p)
	case 1:
		o := (*nodeFar)(p)
		n, o.n.far = &o.n, &o.f
	case 2:
		o := (*nodeFar2)(p)
		n, o.n.far, o.f.pairs = &o.n, &o.f, o.p[:]
	case 3:
		o := (*nodeFar3)(p)
		n, o.n.far, o.f.pairs = &o.n, &o.f, o.p[:]
	case 4:
		o := (*nodeFar4)(p)
		n, o.n.far, o.f.pairs = &o.n, &o.f, o.p[:]
	}
	return n, first, offset
}

func allocateOne(layout int, hasFar bool, pairs int) *node {
	switch {
	case !hasFar:
		return new(node)
	case layout == 2:
		o := new(nodeFar2)
		o.n.far, o.f.pairs = &o.f, o.p[:]
		return &o.n
	case layout == 3:
		o := new(nodeFar3)
		o.n.far, o.f.pairs = &o.f, o.p[:]
		return &o.n
	case layout == 4:
		o := new(nodeFar4)
		o.n.far, o.f.pairs = &o.f, o.p[:]
		return &o.n
	}
	o := new(nodeFar)
	o.n.far = &o.f
	if pairs > 0 {
		o.f.pairs = make([]pair, pairs)
	}
	return &o.n
}

// isLeaf reports whether a term holds no other.
func (n *node) isLeaf() bool {
	return n == nil || n.op == OpNumber || n.op == OpFloat || n.op == OpVar
}

// ofLeaves reports whether a term is a leaf or made of leaves alone.
func (n *node) ofLeaves() bool {
	if n.isLeaf() {
		return true
	}
	if n.far != nil && n.far.packed != nil {
		return false
	}
	k := key{op: n.op, args: n.args}
	return len(n.pairs()) <= layouts && k.small(n.pairs())
}

// small reports whether the node of k is a leaf or made of leaves alone, or a
// number times such a term.
func (k *key) small(borrowed []pair) bool {
	if k.own != nil || k.packed != nil {
		return false
	}
	if k.op == OpProduct && k.args[0] != nil {
		return k.args[0].ofLeaves() // a monomial with its coefficient
	}
	for _, a := range k.args {
		if !a.isLeaf() {
			return false
		}
	}
	for i := range borrowed {
		if p := &borrowed[i]; !p.n.isLeaf() || !p.c.x.isLeaf() {
			return false
		}
	}
	return true
}
