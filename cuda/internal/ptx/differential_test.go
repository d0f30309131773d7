package ptx_test

import (
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/cuda/internal/ptx"
	"github.com/triad-go/triad/cuda/internal/ptxsim"
	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

var programs = flag.Int("programs", 300, "random programs to compare with the interpreter")

// arena is memory for launches, with words around each array that must stay as they are.
type arena struct {
	regions ptxsim.Regions
	arrays  [][]uint64
}

const guardWords = 4

// words is room for n bytes at the given offset from 16 bytes' alignment.
func (a *arena) room(bytes, offset int) unsafe.Pointer {
	w := make([]uint64, (bytes+15)/8+2*guardWords+4)
	for i := range w {
		w[i] = 0xA5A5A5A5A5A5A5A5
	}
	a.arrays = append(a.arrays, w)
	p := unsafe.Pointer(unsafe.SliceData(w[guardWords:]))
	if r := int(uintptr(p) % 16); r != 0 {
		p = unsafe.Add(p, 16-r)
	}
	p = unsafe.Add(p, offset)
	a.regions.Add(p, bytes)
	return p
}

// launch runs an entry of a module.
func launch(t *testing.T, mod *ptxsim.Module, m *ptx.Module, entry string, l *ptx.Launch, grid, block [3]uint32, mem *arena) {
	t.Helper()
	words := make([]uint64, m.Words)
	m.Arguments(words, l)
	params := words
	if m.Indirect {
		p := mem.room(8*len(words), 0)
		copy(unsafe.Slice((*uint64)(p), len(words)), words)
		params = []uint64{uint64(uintptr(p))}
	}
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(params))), 8*len(params))
	if err := mod.Launch(entry, grid, block, 0, bytes, &mem.regions); err != nil {
		t.Fatalf("%v\n%s", err, m.Text)
	}
}

// same reports whether two values of a type are the same: their bits, or both NaN.
func same(t kernels.Type, a, b uint64) bool {
	if a == b {
		return true
	}
	switch t {
	case kernels.Float64:
		return math.IsNaN(math.Float64frombits(a)) && math.IsNaN(math.Float64frombits(b))
	case kernels.Float32:
		x, y := math.Float32frombits(uint32(a)), math.Float32frombits(uint32(b))
		return x != x && y != y
	}
	return false
}

func element(p unsafe.Pointer, t kernels.Type, i int) uint64 {
	if t.Size() == 8 {
		return *(*uint64)(unsafe.Add(p, 8*i))
	}
	return uint64(*(*uint32)(unsafe.Add(p, 4*i)))
}

func setElement(p unsafe.Pointer, t kernels.Type, i int, v uint64) {
	if t.Size() == 8 {
		*(*uint64)(unsafe.Add(p, 8*i)) = v
	} else {
		*(*uint32)(unsafe.Add(p, 4*i)) = uint32(v)
	}
}

// check runs a program over n elements on the interpreters of programs and of PTX.
func check(t *testing.T, r *rand.Rand, p *kernels.Program, n int, misaligned bool) {
	t.Helper()
	m := ptx.Generate(p, ptx.Options{Name: "random program", SM: 70 + 10*r.IntN(3), Stream: r.IntN(2) == 0})
	mod, err := ptxsim.Parse(m.Text)
	if err != nil {
		t.Fatalf("%v\n%s", err, m.Text)
	}
	for _, entry := range []string{m.Scalar, m.Vector} {
		if entry == "" || entry == m.Vector && misaligned {
			continue
		}
		mem := &arena{}
		f := p.NewFrame(n)
		l := ptx.Launch{N: n, Index: int64(r.IntN(3)) * 1000, Arrays: make([]uint64, len(p.Arrays)), Uniforms: f.Uniforms}
		f.Index = []int64{l.Index}
		for i, s := range p.Scalars {
			f.Scalars[i] = randkernel.Bits(r, s)
		}
		p.EvalUniforms(f)
		want := make([]unsafe.Pointer, len(p.Arrays))
		own := &arena{}
		for slot, a := range p.Arrays {
			length, offset := n, 0
			if a.Gathered {
				length = randkernel.GatherLen
			}
			if misaligned {
				offset = r.IntN(3) * a.Type.Size()
			}
			d := mem.room(length*a.Type.Size(), offset)
			want[slot] = own.room(length*a.Type.Size(), 0)
			for i := range length {
				v := randkernel.Bits(r, a.Type)
				setElement(d, a.Type, i, v)
				setElement(want[slot], a.Type, i, v)
			}
			f.Arrays[slot], l.Arrays[slot] = want[slot], uint64(uintptr(d))
		}
		faults := mem.room(8*max(1, len(p.Traps)), 0)
		for i := range p.Traps {
			setElement(faults, kernels.Int64, i, kernels.NoFault)
		}
		l.Faults = uint64(uintptr(faults))
		blocks := p.Blocks(n)
		l.PartialStride = blocks
		partials := mem.room(8*max(1, blocks*len(p.Reductions)), 0)
		l.Partials = uint64(uintptr(partials))

		p.Interpret(f, 0, n)
		block := uint32(32 * (1 + r.IntN(8)))
		grid := uint32(1 + r.IntN(4))
		launch(t, mod, m, entry, &l, [3]uint32{grid, 1, 1}, [3]uint32{block, 1, 1}, mem)
		for slot, a := range p.Arrays {
			length := n
			if a.Gathered {
				length = randkernel.GatherLen
			}
			for i := range length {
				got := element(*(*unsafe.Pointer)(unsafe.Pointer(&l.Arrays[slot])), a.Type, i)
				if w := element(want[slot], a.Type, i); !same(a.Type, got, w) {
					t.Fatalf("%s: n = %d, grid %d of %d: element %d of array %d is %#x, want %#x\n%s\n%s", entry, n, grid, block, i, slot, got, w, p, m.Text)
				}
			}
		}
		for i := range p.Traps {
			at := f.Faults[i]
			if at != kernels.NoFault {
				at += l.Index
			}
			if got := int64(element(faults, kernels.Int64, i)); got != at {
				t.Fatalf("%s: n = %d: fault %d at %d, want %d\n%s\n%s", entry, n, i, got, at, p, m.Text)
			}
		}
		for i, red := range p.Reductions {
			for b := range blocks {
				got := element(partials, kernels.Uint64, i*blocks+b)
				if w := f.Partials[i][b]; !same(p.TypeOf(red.Value), got, w) {
					t.Fatalf("%s: n = %d: block %d of reduction %d is %#x, want %#x\n%s\n%s", entry, n, b, i, got, w, p, m.Text)
				}
			}
		}
		for _, a := range mem.arrays {
			if a[0] != 0xA5A5A5A5A5A5A5A5 || a[len(a)-1] != 0xA5A5A5A5A5A5A5A5 {
				t.Fatalf("%s: n = %d: memory beside an array was written", entry, n)
			}
		}
	}
}

// TestPrograms: random programs over every operation and type.
func TestPrograms(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	lengths := []int{0, 1, 2, 3, 4, 5, 7, 31, 32, 33, 63, 64, 65, 127, 200, 300, 1023, 1024, 1025, 2048, 2500, 5000}
	for i := range *programs {
		o := randkernel.SmallProgram
		o.Narrow, o.Indices = i%5 == 0, i%3 == 0
		if i%2 == 0 {
			o.Reductions = 0
		}
		n := lengths[r.IntN(len(lengths))]
		if i%4 != 0 {
			n = r.IntN(300)
		}
		if p := randkernel.Program(r, o); p.Axes <= 1 { // others are for grids
			check(t, r, p, n, i%7 == 0)
		}
	}
}

// TestKernels: what expressions are lowered to, functions among them, and every short length.
func TestKernels(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 301 {
		k := randkernel.New(r, randkernel.Small)
		check(t, r, k.Program(kernels.Float64), n, n%5 == 0)
		check(t, r, k.Program(kernels.Float32), n, n%5 == 0)
	}
	for _, f := range []string{"exp(x)", "log(x)", "sin(x)", "cos(x)", "tan(x)", "x^y", "tanh(x)", "erf(x)", "cbrt(x)", "atan2(x, y)", "gamma(x)", "uniform(7, index(), 0)", "normal(7, index(), 0)"} {
		k := kernels.Must(kernels.Parse("f", "z = "+f+" + 0*x*y"))
		check(t, r, k.Program(kernels.Float64), 100, false)
		check(t, r, k.Program(kernels.Float32), 100, false)
	}
}

// TestFolds: the tree over partials is kernels' own.
func TestFolds(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, op := range []string{"sum", "min", "max", "prod"} {
		for _, e := range []kernels.Type{kernels.Float64, kernels.Float32} {
			k := kernels.Must(kernels.Parse("fold", "r = "+op+"(x)"))
			p := k.Program(e)
			m := ptx.Generate(p, ptx.Options{Name: "fold", SM: 70})
			mod, err := ptxsim.Parse(m.Text)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{1, 2, 3, 4, 5, 31, 100, 1000, 2047, 2048, 2049, 4097, 9001} {
				mem := &arena{}
				parts := make([]uint64, n)
				for i := range parts {
					parts[i] = e.Bits(math.Ldexp(r.Float64()-0.4, r.IntN(30)-15))
					if r.IntN(50) == 0 {
						parts[i] = randkernel.Bits(r, e)
					}
				}
				in := mem.room(8*n, 0)
				copy(unsafe.Slice((*uint64)(in), n), parts)
				count := n
				for first := true; count > 1 || first; first = false {
					up := (count + ptx.FoldPartials - 1) / ptx.FoldPartials
					out := mem.room(8*up, 0)
					args := []uint64{uint64(uintptr(in)), uint64(count), uint64(uintptr(out))}
					if err := mod.Launch(m.Folds[0], [3]uint32{uint32(up), 1, 1}, [3]uint32{ptx.FoldThreads, 1, 1}, 0,
						unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(args))), 24), &mem.regions); err != nil {
						t.Fatalf("%v\n%s", err, m.Text)
					}
					in, count = out, up
				}
				f := &kernels.Frame{N: 1, Partials: [][]uint64{slices.Clone(parts)}, Results: make([]float64, 1)}
				p.Combine(f)
				if got := element(in, kernels.Uint64, 0); !same(kernels.Float64, math.Float64bits(e.Float(got)), math.Float64bits(f.Results[0])) {
					t.Fatalf("%s of %d partials of %v is %v, want %v", op, n, e, e.Float(got), f.Results[0])
				}
			}
		}
	}
}

// TestText: the same program gives the same text, in which nothing is left to the assembler.
func TestText(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 50 {
		p := randkernel.Program(r, randkernel.SmallProgram)
		o := ptx.Options{Name: "α kernel-1", SM: 90}
		a, b := ptx.Generate(p, o).Text, ptx.Generate(p, o).Text
		if a != b {
			t.Fatal("two texts of one program")
		}
		for _, word := range []string{".ftz", ".approx", ".sat", "add.f", "mul.f", "mad.f"} {
			if strings.Contains(a, word) {
				t.Fatalf("%q in\n%s", word, a)
			}
		}
	}
}
