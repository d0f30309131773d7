package symbolic

import (
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"unsafe"
	"weak"
)

// The table of all terms, by hash. It holds them weakly: a term lives as long
// as an Expr or another term refers to it.
//
// Looking up takes no lock. A slot is written once, its term before its hash,
// and never again; the slots of terms that died stay until their shard is swept,
// which makes a new array of slots and leaves the old one to readers that are
// still in it. Adding takes the lock of one shard.
var table [1 << shardBits]shard

const (
	shardBits = 8
	minSlots  = 64 // of a shard that is in use
)

type shard struct {
	slots atomic.Pointer[[]slot] // a power of two of them, nil before the first term
	mu    sync.Mutex             // held while a term is added
	used  int                    // slots that are not empty
	swept uint32                 // the value of collections at the last sweep
	_     [cacheLine - (unsafe.Sizeof(uintptr(0))*2+12)%cacheLine]byte
}

const cacheLine = 64

// slot is a term: where a weak pointer points to, or at an offset from there
// (see slab.go), which in units of 4 bytes is in the top bits of the hash. The
// shard says what was there.
type slot struct {
	hash atomic.Uint64 // 0: empty
	term weak.Pointer[node]
}

const (
	offsetBits = 12
	hashMask   = 1<<(64-offsetBits) - 1
)

func (s *slot) set(hash uint64, first weak.Pointer[node], offset uintptr) {
	s.term = first
	s.hash.Store(hash&hashMask | uint64(offset/4)<<(64-offsetBits))
}

// node is the term, nil if it died. hash is what the slot holds.
func (s *slot) node(hash uint64) *node {
	n := s.term.Value()
	if n == nil {
		return nil
	}
	return (*node)(unsafe.Add(unsafe.Pointer(n), uintptr(hash>>(64-offsetBits))*4))
}

// intern returns the node that k describes, the one that exists or a new one.
func intern(k *key) *node { return internPairs(k, nil) }

// internPairs is intern for a node with these pairs, which are copied.
func internPairs(k *key, borrowed []pair) *node {
	hash := k.hash(borrowed)
	s := &table[hash>>(64-shardBits)]
	if slots := s.slots.Load(); slots != nil {
		if n, _ := find(*slots, hash, k, borrowed); n != nil {
			return n
		}
	}
	return s.add(hash, k, borrowed)
}

// find returns the node that k describes, or else the empty slot at which the
// search for it ended.
func find(slots []slot, hash uint64, k *key, borrowed []pair) (n *node, free int) {
	for i := int(hash); ; i++ {
		i &= len(slots) - 1
		switch h := slots[i].hash.Load(); {
		case h == 0:
			return nil, i
		case (h^hash)&hashMask == 0:
			if n := slots[i].node(h); n != nil && k.matches(n, borrowed) {
				return n, i
			}
		}
	}
}

func (s *shard) add(hash uint64, k *key, borrowed []pair) *node {
	// Made before the lock is taken, to hold it shortly. If another goroutine
	// added the same term meanwhile, this one is garbage.
	n, first, offset := k.node(hash, borrowed)

	s.mu.Lock()
	defer s.mu.Unlock()
	if slots := s.slots.Load(); slots == nil || s.used >= len(*slots)/4*3 {
		s.sweep()
	}
	slots := *s.slots.Load()
	old, free := find(slots, hash, k, borrowed)
	if old != nil {
		return old
	}
	slots[free].set(hash, first, offset)
	s.used++
	return n
}

// sweep drops the slots of dead terms and makes the array fit the living: they
// fill at most half of it, so at least a quarter of it is added before the next
// sweep for want of room. The caller holds the lock.
func (s *shard) sweep() {
	var old []slot
	if p := s.slots.Load(); p != nil {
		old = *p
	}
	// Terms die in garbage collections only. What is alive is asked once: a term
	// may die meanwhile.
	var dead []bool
	if n := collections.Load(); n != s.swept {
		s.swept = n
		s.used = 0
		dead = make([]bool, len(old))
		for i := range old {
			if old[i].term.Value() == nil {
				dead[i] = true
			} else {
				s.used++
			}
		}
	}
	size := minSlots
	for size < 2*s.used {
		size *= 2
	}
	slots := make([]slot, size)
	for i := range old {
		hash := old[i].hash.Load()
		if hash == 0 || dead != nil && dead[i] {
			continue
		}
		j := int(hash) & (size - 1)
		for slots[j].hash.Load() != 0 {
			j = (j + 1) & (size - 1)
		}
		slots[j].term = old[i].term
		slots[j].hash.Store(hash)
	}
	s.slots.Store(&slots)
	if size > minSlots {
		watch()
	}
}

// A program that made many terms and dropped them may never add one again. So
// as long as a shard is large, an object that nobody holds has a cleanup: it
// runs after the next garbage collection and sweeps the shards that died.
var watching atomic.Bool

// collections counts the garbage collections that were noticed.
var collections atomic.Uint32

// sentinel has a pointer so that it is an allocation of its own.
type sentinel struct{ _ *sentinel }

func watch() {
	if watching.CompareAndSwap(false, true) {
		goruntime.AddCleanup(new(sentinel), func(struct{}) { collected() }, struct{}{})
	}
}

func collected() {
	watching.Store(false)
	collections.Add(1)
	for i := range table {
		s := &table[i]
		s.mu.Lock()
		if p := s.slots.Load(); p != nil && len(*p) > minSlots {
			if mostlyDead(*p) {
				s.sweep()
			}
			watch()
		}
		s.mu.Unlock()
	}
}

// mostlyDead looks at a few slots, which are as good as random ones: the hash
// has put the terms there. An array with hardly any terms counts as dead too.
func mostlyDead(slots []slot) bool {
	live := 0
	for i := range minSlots {
		if slots[i].hash.Load() != 0 && slots[i].term.Value() != nil {
			live++
		}
	}
	return live < minSlots/8
}
