package mem

import (
	"errors"
	"math"
	goruntime "runtime"
	"sync"
	"testing"
	"unsafe"
)

func TestMap(t *testing.T) {
	before := InUse()
	for _, n := range []int{0, 1, 100, pageSize - 1, pageSize, pageSize + 1, HugePage - 1, HugePage, HugePage + 1, 3*HugePage + 5} {
		m, err := Map(n)
		if err != nil {
			t.Fatalf("Map(%d): %v", n, err)
		}
		b := m.Bytes()
		if b == nil || len(b) != n || cap(b) != n {
			t.Fatalf("Map(%d): length %d, capacity %d", n, len(b), cap(b))
		}
		if n > 0 && uintptr(unsafe.Pointer(&b[0]))%uintptr(pageSize) != 0 {
			t.Errorf("Map(%d) is not aligned to a page", n)
		}
		if want := before + int64(roundUp(n, pageSize)); InUse() != want {
			t.Errorf("Map(%d): %d bytes in use, want %d", n, InUse(), want)
		}
		for i, v := range b {
			if v != 0 {
				t.Fatalf("Map(%d): byte %d is %d", n, i, v)
			}
			b[i] = byte(i)
		}
		for i, v := range b {
			if v != byte(i) {
				t.Fatalf("Map(%d): byte %d does not hold what was written", n, i)
			}
		}
		for range 2 { // a second time does nothing
			if err := m.Close(); err != nil {
				t.Errorf("Close of %d: %v", n, err)
			}
			if m.Bytes() != nil {
				t.Errorf("Bytes after Close of %d", n)
			}
		}
		if _, known := m.HugePages(); known {
			t.Error("huge pages of what is not mapped are known")
		}
		if InUse() != before {
			t.Errorf("%d bytes in use after Close, want %d", InUse(), before)
		}
	}
}

func TestHolders(t *testing.T) {
	before := InUse()
	m, err := Map(100)
	if err != nil {
		t.Fatal(err)
	}
	b := m.Bytes()
	if !m.Acquire() || !m.Acquire() {
		t.Fatal("an open mapping cannot be acquired")
	}
	m.Release()
	for range 2 {
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		if !m.Closed() || m.Acquire() || m.Bytes() != nil {
			t.Fatal("open after Close")
		}
		b[99]++ // still held
	}
	if InUse() == before {
		t.Error("the memory of a holder is counted as gone")
	}
	m.Release()
	if InUse() != before {
		t.Errorf("%d bytes in use after the last Release, want %d", InUse(), before)
	}
	defer func() {
		if recover() == nil {
			t.Error("a Release too many goes unnoticed")
		}
	}()
	if m, err = Map(0); err != nil {
		t.Fatal(err)
	}
	m.Release()
}

// TestHammer has goroutines use memory while others close it: whoever has acquired it may write to it.
func TestHammer(t *testing.T) {
	before := InUse()
	for round := range 50 {
		m, err := Map((round%3)*HugePage + 1000)
		if err != nil {
			t.Fatal(err)
		}
		b := m.Bytes()
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				for m.Acquire() {
					b[g]++
					b[len(b)-1-g]++
					m.Release()
					goruntime.Gosched() // where one thread runs all, Close must get its turn
				}
			})
		}
		for range 2 {
			wg.Go(func() {
				m.HugePages()
				if err := m.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	if InUse() != before {
		t.Errorf("%d bytes in use, want %d", InUse(), before)
	}
}

func TestMapMany(t *testing.T) {
	before := InUse()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 100 {
				n := (g*100+i)%7*HugePage/2 + 1
				m, err := Map(n)
				if err != nil {
					t.Error(err)
					return
				}
				b := m.Bytes()
				b[0], b[n-1] = 1, 1
				if err := m.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if InUse() != before {
		t.Errorf("%d bytes in use, want %d", InUse(), before)
	}
}

func TestMapRefuses(t *testing.T) {
	before := InUse()
	for _, c := range []struct {
		n    int
		want error
	}{{-1, ErrNegative}, {math.MinInt, ErrNegative}, {math.MaxInt, ErrTooLarge}, {math.MaxInt - slack + 1, ErrTooLarge}} {
		if m, err := Map(c.n); m != nil || !errors.Is(err, c.want) {
			t.Errorf("Map(%d): %v, want %v", c.n, err, c.want)
		}
	}

	// No limit known, and yet more than can be: the system's own refusal.
	if math.MaxInt > math.MaxInt32 {
		exabyte := uint64(1) << 60
		if m, err := mapWithin(int(exabyte), 0); m != nil || err == nil {
			t.Error("mapped an exabyte")
		}
	}

	const limit = 10 << 20
	a, err := mapWithin(6<<20, before+limit)
	if err != nil {
		t.Fatal(err)
	}
	_, err = mapWithin(6<<20, before+limit)
	l, ok := errors.AsType[*LimitError](err)
	if !ok || l.Bytes != 6<<20 || l.InUse != before+6<<20 || l.Limit != before+limit {
		t.Errorf("beyond the limit: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if b, err := mapWithin(limit, before+limit); err != nil {
		t.Errorf("up to the limit: %v", err)
	} else if err := b.Close(); err != nil {
		t.Error(err)
	}
	if InUse() != before {
		t.Errorf("%d bytes in use, want %d", InUse(), before)
	}
}
