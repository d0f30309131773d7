package symbolic

import (
	"fmt"
	"math/big"
	goruntime "runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"
)

// Hashes are the same in every run and on every machine, so that an order that
// is taken from them is too.
func TestHashIsStable(t *testing.T) {
	for text, want := range map[string]uint64{
		"0":                              zeroHash,
		"1":                              0x3ea8d2f91c35e501,
		"-1":                             0xd0f9174ba0de2d98,
		"1/3":                            0xc8f0c02cfa120808,
		"123456789012345678901234567890": 0xfcdc047e327a655f,
		"2.5":                            0xd0fb32c8e8355aa8,
		"x":                              0x783a48129e3c2d01,
		"变量":                             0xb854bff15bdd1662,
		"fma(x, y, 0)":                   0x34b641895a06513c,
		"select(x < y, x^-3, sqrt(y))":   0xf637c042a6d0a4a0,
	} {
		if got := MustParse(text).n.hashOf(); got != want {
			t.Errorf("%q: %#x,", text, got)
		}
	}
}

// Different terms of one hash are kept apart.
func TestCollision(t *testing.T) {
	x, y := Var("x").n, Var("y").n
	keys := []key{
		{op: OpVar, name: "x"}, {op: OpVar, name: "y"},
		{op: OpNumber, bits: 1}, {op: OpFloat, bits: 1},
		{op: OpNumber, rat: big.NewRat(1, 3)}, {op: OpNumber, rat: big.NewRat(2, 3)}, {op: OpNumber, rat: big.NewRat(1, 4)},
		{op: OpNumber, rat: new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 70))},
		{op: OpAdd, args: [3]*node{x, y}}, {op: OpAdd, args: [3]*node{y, x}}, {op: OpSub, args: [3]*node{x, y}},
		{op: OpAdd, args: [3]*node{x}}, {op: OpNumber},
		{op: OpPow, bits: 2, args: [3]*node{x}}, {op: OpPow, bits: 3, args: [3]*node{x}},
	}
	var s shard
	nodes := map[*node]int{}
	for i := range keys {
		nodes[s.add(7, &keys[i], nil)] = i
	}
	if len(nodes) != len(keys) {
		t.Fatalf("%d keys, %d nodes", len(keys), len(nodes))
	}
	for i := range keys {
		if n, _ := find(*s.slots.Load(), 7, &keys[i], nil); n == nil || nodes[n] != i {
			t.Errorf("key %d is found as %v", i, n)
		}
	}
}

// Terms live as long as they are held, through any number of sweeps.
func TestSweep(t *testing.T) {
	var s shard
	var kept []*node
	deep := Var("x").Neg().n // what holds it is no small term, which lives with others
	for i := range 100_000 {
		k := key{op: OpPow, bits: uint64(i), args: [3]*node{deep}}
		n := s.add(k.hash(nil), &k, nil)
		if i%100 == 0 {
			kept = append(kept, n)
		}
		if i%20_000 == 0 {
			goruntime.GC()
		}
	}
	goruntime.GC()
	collections.Add(1) // noticed later by itself
	s.mu.Lock()
	s.sweep()
	s.mu.Unlock()
	// The last node made may still be in a register.
	if s.used < len(kept) || s.used > len(kept)+1 || len(*s.slots.Load()) > 4*len(kept) {
		t.Errorf("%d terms are held, %d found, in %d slots", len(kept), s.used, len(*s.slots.Load()))
	}
	for i, n := range kept {
		k := key{op: OpPow, bits: uint64(i * 100), args: [3]*node{deep}}
		if found, _ := find(*s.slots.Load(), k.hash(nil), &k, nil); found != n {
			t.Fatalf("term %d is lost", i*100)
		}
	}
}

func slotsInUse() (n int) {
	for i := range table {
		if p := table[i].slots.Load(); p != nil {
			n += len(*p)
		}
	}
	return n
}

func heap() uint64 {
	goruntime.GC()
	goruntime.GC() // what the sweep after the first has let go
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Terms that nobody holds are collected, and the table's memory with them,
// though nothing is built after.
func TestCollected(t *testing.T) {
	n, most := 10_000_000, 1_000_000 // in all, and held at once
	if testing.Short() {
		n, most = 200_000, 200_000
	}
	before := heap()
	var wg sync.WaitGroup
	for g := range 2 {
		wg.Go(func() {
			for from := 0; from < n; from += most {
				x := variable(fmt.Sprintf("x%d_%d", g, from))
				e := x
				for range most / 2 {
					e = e.Add(x)
				}
				goruntime.KeepAlive(e)
			}
		})
	}
	wg.Wait()
	if got := slotsInUse(); got < most/8 {
		t.Fatalf("%d slots for what were %d terms", got, n)
	}
	// Cleanups run some time after a collection.
	deadline := time.Now().Add(30 * time.Second)
	for {
		after, slots := heap(), slotsInUse()
		// The slots that stay take some hundred kilobytes, the terms took 100 bytes each.
		if slots <= len(table)*2*minSlots && after < before+1<<20 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d slots and %d bytes are left of %d terms", slots, int64(after)-int64(before), n)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// A table that shrank is watched again when it grows again.
func TestCollectedAgain(t *testing.T) {
	for range 3 {
		e := Var("again")
		for range 100_000 {
			e = e.Neg()
		}
		deadline := time.Now().Add(30 * time.Second)
		goruntime.KeepAlive(e)
		e = Expr{}
		for slotsInUse() > len(table)*2*minSlots {
			if time.Now().After(deadline) {
				t.Fatalf("%d slots are left", slotsInUse())
			}
			goruntime.GC()
			time.Sleep(time.Millisecond)
		}
	}
}

// A name does not keep the text from which it was parsed.
func TestNameIsCopied(t *testing.T) {
	text := strings.Repeat(" ", 1000) + "name_of_TestNameIsCopied"
	name := MustParse(text).Name()
	from := uintptr(unsafe.Pointer(unsafe.StringData(text)))
	if at := uintptr(unsafe.Pointer(unsafe.StringData(name))); at >= from && at < from+uintptr(len(text)) {
		t.Error("the name lies in the text")
	}
}

func TestSize(t *testing.T) {
	if s := unsafe.Sizeof(shard{}); s != cacheLine {
		t.Errorf("a shard has %d bytes", s)
	}
	if s := unsafe.Sizeof(node{}); s > 64 {
		t.Errorf("a node has %d bytes", s)
	}
}
