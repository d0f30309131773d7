package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

// TestRows: rows in one call are rows one by one, on every tier, with and without stores past the
// caches, wherever they lie, and the runner is what it was before.
func TestRows(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for i := range 60 {
		o := randkernel.Options{Arrays: 1 + r.IntN(9), Scalars: r.IntN(3), Ops: 1 + r.IntN(20), Outputs: 1 + r.IntN(3)}
		p := randkernel.New(r, o).Program(types()[i%2])
		for _, tier := range Tiers() {
			for _, stream := range []bool{false, true} {
				testRows(t, fmt.Sprintf("program %d, %v, %v", i, tier, stream), r, p, Options{Tier: tier, NonTemporal: stream, Rows: true})
			}
		}
	}
}

func testRows(t *testing.T, name string, r *rand.Rand, p *kernels.Program, o Options) {
	code, err := Compile(p, o)
	if err != nil {
		t.Fatal(err)
	}
	rows, n := 1+r.IntN(5), 1+r.IntN(300)
	const room = 1024
	strides := make([]int, len(p.Arrays))
	begin := make([]int, len(p.Arrays))
	even := r.IntN(2) == 0
	memory := func() [][]uint64 {
		m := make([][]uint64, len(p.Arrays))
		for slot := range m {
			m[slot] = make([]uint64, 8*room)
			for j := range m[slot] {
				m[slot][j] = uint64(slot*j) * 0x9e3779b97f4a7c15 >> 2
			}
		}
		return m
	}
	for slot, a := range p.Arrays {
		switch size := a.Type.Size(); {
		case even:
			strides[slot] = room * 4
		default:
			strides[slot], begin[slot] = (n+r.IntN(9))*size, r.IntN(9)*size
		}
	}
	want, got := memory(), memory()
	bind := func(m [][]uint64) *kernels.Frame {
		f := p.NewFrame(n)
		for j := range f.Scalars {
			f.Scalars[j] = 0x3ff8000000000000
		}
		p.EvalUniforms(f)
		for slot := range m {
			f.Arrays[slot] = unsafe.Add(unsafe.Pointer(unsafe.SliceData(m[slot])), begin[slot])
		}
		return f
	}
	f := bind(want)
	for row := range rows {
		if row > 0 {
			for slot := range f.Arrays {
				f.Arrays[slot] = unsafe.Add(f.Arrays[slot], strides[slot])
			}
		}
		p.NewInterpreter(f).Run(0, n)
	}
	g := bind(got)
	runner := code.NewRunner(g)
	before := append([]unsafe.Pointer(nil), g.Arrays...)
	cut := r.IntN(n + 1)
	runner.RunRows(0, cut, rows, strides)
	runner.RunRows(cut, n, rows, strides)
	runner.Publish()
	for slot := range got {
		if g.Arrays[slot] != before[slot] {
			t.Fatalf("%s: the frame's pointers have moved", name)
		}
		if !p.Arrays[slot].Written {
			continue
		}
		for j := range got[slot] {
			if got[slot][j] != want[slot][j] && !bothNaN(p.Arrays[slot].Type, got[slot][j], want[slot][j]) {
				t.Fatalf("%s: %d rows of %d, array %d: word %d is %#x, want %#x", name, rows, n, slot, j, got[slot][j], want[slot][j])
			}
		}
	}
	runner.Run(0, n) // as before: the first row alone
}

// bothNaN reports whether two words differ in the payloads of NaNs alone.
func bothNaN(t kernels.Type, a, b uint64) bool {
	if t == kernels.Float64 {
		x, y := math.Float64frombits(a), math.Float64frombits(b)
		return x != x && y != y
	}
	for range 2 {
		x, y := math.Float32frombits(uint32(a)), math.Float32frombits(uint32(b))
		if uint32(a) != uint32(b) && (x == x || y == y) {
			return false
		}
		a, b = a>>32, b>>32
	}
	return true
}
