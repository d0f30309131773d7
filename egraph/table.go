package egraph

import "math/bits"

// table finds nodes by hash: linear probing, in each entry the hash and the
// node, so that most entries are told apart without a look at the node.
type table struct {
	entries []uint64
	mask    uint32
	shift   uint8
	n       int
}

func (t *table) init(size int) {
	t.entries = make([]uint64, size)
	t.mask = uint32(size - 1)
	t.shift = 32
	for s := size; s > 1; s >>= 1 {
		t.shift--
	}
}

func (t *table) home(hash uint32) uint32 { return hash >> t.shift }

// reserve makes room for n nodes more, so that adding them moves nothing.
func (t *table) reserve(n int) {
	for t.n+n > len(t.entries)/8*5 {
		t.grow()
	}
}

// insert adds a node, which is not there.
func (t *table) insert(hash, node uint32) {
	if t.n++; t.n > len(t.entries)/8*5 {
		t.grow()
	}
	t.put(uint64(hash)<<32 | uint64(node))
}

func (t *table) put(e uint64) {
	i := t.home(uint32(e >> 32))
	for t.entries[i] != 0 {
		i = (i + 1) & t.mask
	}
	t.entries[i] = e
}

func (t *table) grow() {
	old := t.entries
	t.init(2 * len(old))
	for _, e := range old {
		if e != 0 {
			t.put(e)
		}
	}
}

// remove takes out a node, and moves those that follow to where they would be
// without it (Knuth, The Art of Computer Programming 3, 6.4, algorithm R).
func (t *table) remove(hash, node uint32) {
	e := uint64(hash)<<32 | uint64(node)
	i := t.home(hash)
	for t.entries[i] != e {
		if t.entries[i] == 0 {
			return
		}
		i = (i + 1) & t.mask
	}
	t.n--
	for j := (i + 1) & t.mask; t.entries[j] != 0; j = (j + 1) & t.mask {
		if k := t.home(uint32(t.entries[j] >> 32)); (j-k)&t.mask >= (j-i)&t.mask {
			t.entries[i] = t.entries[j]
			i = j
		}
	}
	t.entries[i] = 0
}

// hashOf hashes a node by multiplying its parts into each other, as wyhash does.
func hashOf(op Op, args []uint32) uint32 {
	switch len(args) {
	case 1:
		return hash2(op, args[0], 0)
	case 2:
		return hash2(op, args[0], args[1])
	}
	h := uint64(op)
	for _, a := range args {
		hi, lo := bits.Mul64(h^uint64(a)^0xa0761d6478bd642f, 0xe7037ed1a0b428db)
		h = hi ^ lo
	}
	return hash2(op, uint32(h), uint32(h>>32))
}

func hash2(op Op, a, b uint32) uint32 {
	hi, lo := bits.Mul64(uint64(a)|uint64(b)<<32^0xa0761d6478bd642f, (uint64(op)*2+1)*0xe7037ed1a0b428db)
	return uint32((hi ^ lo) >> 32)
}
