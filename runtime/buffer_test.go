package runtime

import (
	"context"
	"errors"
	"fmt"
	"math"
	goruntime "runtime"
	"slices"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/triad-go/triad/runtime/internal/mem"
)

// placer is an executor for memory alone.
type placer struct {
	Executor
	target Target
}

func (p *placer) Target() Target { return p.target }

// toucher is a placer whose loops run on its own goroutines, in ranges that cut pages in two.
type toucher struct {
	placer
	workers int
	err     error

	n        int
	plan     Plan
	policies int
}

func (l *toucher) Range(ctx context.Context, n int, body func(lo, hi int), policies ...Policy) error {
	l.n, l.policies = n, len(policies)
	l.plan, _ = Plan{Schedule: ScheduleDynamic}.With(policies...)
	if l.err != nil {
		return l.err
	}
	var wg sync.WaitGroup
	for w := range l.workers {
		wg.Go(func() { body(n*w/l.workers, n*(w+1)/l.workers) })
	}
	wg.Wait()
	return nil
}

func TestBuffer(t *testing.T) {
	t.Run("float64", testBuffer[float64])
	t.Run("float32", testBuffer[float32])
}

func testBuffer[T float64 | float32](t *testing.T) {
	for _, ex := range []Executor{
		&placer{target: Target{Name: "here"}},
		&toucher{placer: placer{target: Target{Name: "here"}}, workers: 3},
	} {
		for _, n := range []int{0, 1, 2, 511, 512, 513, 1023, 1025, 10_000, 600_000} {
			b, err := NewBuffer[T](ex, n)
			if err != nil {
				t.Fatal(err)
			}
			s := b.Slice()
			if s == nil || len(s) != n || cap(s) != n || b.Len() != n {
				t.Fatalf("%d elements: length %d, capacity %d, Len %d", n, len(s), cap(s), b.Len())
			}
			if n > 0 && uintptr(unsafe.Pointer(&s[0]))%4096 != 0 {
				t.Errorf("%d elements are not aligned to a page", n)
			}
			for i, v := range s {
				if v != 0 {
					t.Fatalf("element %d of %d is %v", i, n, v)
				}
				s[i] = T(i)
			}
			if n > 0 && s[n-1] != T(n-1) {
				t.Error("an element does not hold what was written")
			}
			if b.Target().Name != "here" {
				t.Errorf("target %v", b.Target())
			}
			if huge, known := b.HugePages(); huge < 0 || !known && huge != 0 || n == 0 && huge != 0 {
				t.Errorf("%d elements: %d huge bytes, known %v", n, huge, known)
			}
			for range 2 {
				if err := b.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
				if b.Slice() != nil || b.Len() != n || b.acquire() {
					t.Error("open after Close")
				}
				if _, known := b.HugePages(); known {
					t.Error("the huge pages of a closed buffer are known")
				}
			}
			if l, ok := ex.(*toucher); ok && (l.n != n || l.policies == 0 || l.plan.Schedule != ScheduleStatic) {
				t.Errorf("first touch: a loop over %d of %d elements, %v", l.n, n, l.plan.Schedule)
			}
		}
	}
}

// TestBufferTouch checks that every page is touched, and each by the range that its first element is in.
func TestBufferTouch(t *testing.T) {
	const page, pages = 512, 9 // of float64
	n := page*(pages-1) + 17
	b, err := NewBuffer[float64](&placer{}, n)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	s := b.Slice()
	for _, cuts := range [][]int{{0, n}, {0, 1, n}, {0, 512, n}, {0, 700, 800, 900, 1024, 1025, n - 1, n}} {
		touched := map[int]int{}
		for r := range len(cuts) - 1 {
			for i := range s {
				s[i] = 1
			}
			b.touch(&oneRange{lo: cuts[r], hi: cuts[r+1]})
			for i, v := range s {
				if v == 0 {
					touched[i]++
					if i < cuts[r] || i >= cuts[r+1] {
						t.Errorf("ranges %v: range %d writes to element %d", cuts, r, i)
					}
				}
			}
		}
		for p := range pages {
			if touched[p*page] != 1 {
				t.Errorf("ranges %v: page %d is touched %d times", cuts, p, touched[p*page])
			}
		}
	}
}

// oneRange runs one range of a loop only.
type oneRange struct {
	placer
	lo, hi int
}

func (r *oneRange) Range(_ context.Context, _ int, body func(lo, hi int), _ ...Policy) error {
	body(r.lo, r.hi)
	return nil
}

func TestNewBufferRefuses(t *testing.T) {
	before := mem.InUse()
	type alloc struct {
		n     int
		bytes int64
	}
	sizes := []alloc{{-1, 0}, {math.MinInt, 0}, {math.MaxInt, 0}, {math.MaxInt/8 + 1, 0}, {math.MaxInt / 8, int64(math.MaxInt / 8 * 8)}}
	if total := hostTarget().MemoryBytes; total > 0 && total < math.MaxInt-4096 {
		n := int(total)/8 + 1
		sizes = append(sizes, alloc{n, int64(n) * 8})
	}
	for _, c := range sizes {
		b, err := NewBuffer[float64](&placer{}, c.n)
		e, ok := errors.AsType[*AllocError](err)
		if b != nil || !ok || e.Len != c.n || e.Bytes != c.bytes || e.Err == nil || errors.Unwrap(err) != e.Err {
			t.Errorf("NewBuffer(%d): %v", c.n, err)
		}
	}
	if _, err := NewBuffer[float32](nil, 1); err == nil {
		t.Error("a nil executor is taken")
	} else if _, ok := errors.AsType[*ValueError](err); !ok {
		t.Errorf("a nil executor: %v", err)
	}
	for _, want := range []error{ErrClosed, errors.New("the loop fails")} {
		if b, err := NewBuffer[float32](&toucher{err: want}, 1000); b != nil || !errors.Is(err, want) {
			t.Errorf("first touch fails with %v: %v", want, err)
		}
	}
	if mem.InUse() > before {
		t.Errorf("failures leave %d bytes behind", mem.InUse()-before)
	}
}

// TestBufferHeld checks that Close takes the memory from nobody who works on it.
func TestBufferHeld(t *testing.T) {
	b, err := NewBuffer[float64](&placer{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	s := b.Slice()
	if !b.acquire() || !b.acquire() {
		t.Fatal("an open buffer cannot be acquired")
	}
	before := mem.InUse()
	b.Close()
	b.release()
	s[999] = 1 // faults if the memory is gone, though held
	b.release()
	if mem.InUse() >= before {
		t.Error("the memory is there, though released")
	}
}

func TestBufferCloseHammer(t *testing.T) {
	before := mem.InUse()
	for range 50 {
		b, err := NewBuffer[float64](&placer{}, 300_000)
		if err != nil {
			t.Fatal(err)
		}
		s := b.Slice()
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				for b.acquire() {
					s[g]++
					s[len(s)-1-g]++
					b.release()
					goruntime.Gosched() // where one thread runs all, Close must get its turn
				}
			})
		}
		for range 2 {
			wg.Go(func() {
				goruntime.Gosched()
				if err := b.Close(); err != nil {
					t.Error(err)
				}
				if b.Slice() != nil {
					t.Error("a slice of a closed buffer")
				}
			})
		}
		wg.Wait()
	}
	if mem.InUse() > before {
		t.Errorf("%d bytes left behind", mem.InUse()-before)
	}
}

// TestBufferDropped checks that memory comes back from buffers that nobody closed, once collected, and stays where it is
// in those that are reachable.
func TestBufferDropped(t *testing.T) {
	kept, err := NewBuffer[float64](&placer{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	var dropped []*mem.Mapping
	func() {
		for range 20 {
			b, err := NewBuffer[float32](&placer{}, 1000)
			if err != nil {
				t.Fatal(err)
			}
			dropped = append(dropped, b.memory.(*mem.Mapping))
		}
	}()
	open := func() bool { return slices.ContainsFunc(dropped, func(m *mem.Mapping) bool { return !m.Closed() }) }
	for deadline := time.Now().Add(time.Minute); open(); {
		if time.Now().After(deadline) {
			t.Fatal("buffers without Close stay mapped")
		}
		goruntime.GC()
		goruntime.Gosched()
	}
	if s := kept.Slice(); s == nil {
		t.Error("a reachable buffer is closed")
	} else {
		s[0] = 1
	}
}

func TestBufferExecutors(t *testing.T) {
	for _, name := range Executors()[:ownExecutors] {
		ex, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := NewBuffer[float64](ex, 1_000_000)
		if err != nil {
			t.Fatal(name, err)
		}
		if got, want := fmt.Sprint(b.Target()), fmt.Sprint(ex.Target()); got != want {
			t.Errorf("%s: target %s, want %s", name, got, want)
		}
		if slices.Max(b.Slice()) != 0 || slices.Min(b.Slice()) != 0 {
			t.Errorf("%s: elements are not 0", name)
		}
		if err := ex.Close(); err != nil {
			t.Fatal(err)
		}
		b.Slice()[999_999] = 1 // a buffer outlives its executor
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if _, err := NewBuffer[float64](ex, 10); !errors.Is(err, ErrClosed) {
			t.Errorf("%s: NewBuffer on a closed executor: %v", name, err)
		}
	}
}
