package ptx_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/triad-go/triad/cuda/internal/ptx"
	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

// entry is the text of one entry of a module.
func entry(t *testing.T, m *ptx.Module, name string) string {
	t.Helper()
	_, text, ok := strings.Cut(m.Text, ".entry "+name+"(")
	if !ok {
		t.Fatalf("no entry %q in\n%s", name, m.Text)
	}
	text, _, _ = strings.Cut(text, "\n}\n")
	return text
}

// TestTriadText: a thread of triad's vector entry has eight loads of 16 bytes under way before its first store, and an
// array that is written is not read as one that is not.
func TestTriadText(t *testing.T) {
	k, ok := kernels.Lookup("triad")
	if !ok {
		t.Fatal("no kernel triad")
	}
	for _, e := range []kernels.Type{kernels.Float64, kernels.Float32} {
		m := ptx.Generate(k.Program(e), ptx.Options{Name: "triad", SM: 90})
		width := 16 / e.Size()
		if m.VectorElements != 4*width {
			t.Errorf("%v: %d elements a thread, want %d", e, m.VectorElements, 4*width)
		}
		text := entry(t, m, m.Vector)
		load, store := fmt.Sprintf("ld.global.nc.v%d", width), fmt.Sprintf("st.global.v%d", width)
		// The tile of four vectors, then the vectors that are left one by one.
		if loads, stores := strings.Count(text, load), strings.Count(text, store); loads != 8+2 || stores != 4+1 {
			t.Errorf("%v: %d loads and %d stores, want 10 and 5, in\n%s", e, loads, stores, m.Text)
		}
		before, _, _ := strings.Cut(text, store)
		if loads := strings.Count(before, load); loads != 8 {
			t.Errorf("%v: %d loads before the first store, want 8, in\n%s", e, loads, m.Text)
		}
		// So of single elements, of arrays that are not aligned.
		single, _, _ := strings.Cut(entry(t, m, m.Scalar), "st.global")
		if loads := strings.Count(single, "ld.global.nc.f"); loads != 8 || m.ScalarElements != 4 || !m.Brief {
			t.Errorf("%v: %d loads of elements before the first store, %d elements a thread, brief: %v; want 8, 4, true, in\n%s", e, loads, m.ScalarElements, m.Brief, m.Text)
		}
		if aliased := ptx.Generate(k.Program(e), ptx.Options{Name: "triad", SM: 90, Aliased: true}); strings.Contains(aliased.Text, ".nc") {
			t.Errorf("%v: arrays that may be written are read as ones that are not:\n%s", e, aliased.Text)
		}
		stream := ptx.Generate(k.Program(e), ptx.Options{Name: "triad", SM: 90, Stream: true})
		if !strings.Contains(stream.Text, "ld.global.cs.nc") || !strings.Contains(stream.Text, "st.global.cs") {
			t.Errorf("%v: no hints for streams:\n%s", e, stream.Text)
		}
	}
}

// TestManyArguments: a block of arguments that outgrows an entry's parameters is read from memory.
func TestManyArguments(t *testing.T) {
	const n = 600
	p := &kernels.Program{Elem: kernels.Float64, Arrays: []kernels.Array{{Type: kernels.Float64, Read: true, Written: true}}}
	for i := range n {
		p.Scalars = append(p.Scalars, kernels.Float64)
		p.Uniform = append(p.Uniform, kernels.Instr{Op: kernels.OpScalar, Type: kernels.Float64, Imm: uint64(i)})
	}
	p.Body = []kernels.Instr{{Op: kernels.OpLoad, Type: kernels.Float64}}
	for i := range n {
		p.Body = append(p.Body, kernels.Instr{Op: kernels.OpAdd, Type: kernels.Float64, Args: [3]kernels.Value{kernels.Value(n + i), kernels.Value(i)}})
	}
	p.Stores = []kernels.Store{{Slot: 0, Value: 2 * n}}
	m := ptx.Generate(p, ptx.Options{Name: "many", SM: 80})
	if !m.Indirect {
		t.Fatalf("%d words of arguments in the parameters of an entry", m.Words)
	}
	check(t, rand.New(rand.NewPCG(15, 16)), p, 70, false)
}

// TestTyped: what expressions of several types are lowered to.
func TestTyped(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	made := 0
	for range max(*programs/3, 1) {
		typed := randkernel.NewTyped(r, randkernel.AllTypes)
		k, err := kernels.New("typed", typed.Outputs, typed.Options...)
		if err != nil {
			continue
		}
		made++
		check(t, r, k.Program(kernels.Float64), r.IntN(200), made%3 == 0)
	}
	if made == 0 {
		t.Error("no kernel")
	}
}

// TestDotText: dot divides by nothing, which a device does in a subroutine of a hundred instructions, and has registers for the loads
// of several rows.
func TestDotText(t *testing.T) {
	k, ok := kernels.Lookup("dot")
	if !ok {
		t.Fatal("no kernel dot")
	}
	for _, e := range []kernels.Type{kernels.Float64, kernels.Float32} {
		m := ptx.Generate(k.Program(e), ptx.Options{Name: "dot", SM: 90})
		if strings.Contains(m.Text, "div.") {
			t.Errorf("%v: a division in\n%s", e, m.Text)
		}
		if !strings.Contains(entry(t, m, m.Scalar), ".minnctapersm 4") {
			t.Errorf("%v: the assembler may give up loads under way for more threads:\n%s", e, m.Text)
		}
	}
}

// TestGridText: on a grid, too, a thread has the loads of several elements under way, and rows whose elements follow each other
// take no multiplication by a stride for each.
func TestGridText(t *testing.T) {
	k := kernels.Must(kernels.Parse("add", "z = x + y"))
	for _, dense := range []bool{false, true} {
		o := ptx.Options{Name: "add", SM: 90}
		for slot := range 3 {
			o.Sources = append(o.Sources, ptx.Source{Of: slot, Dense: dense})
		}
		m := ptx.Generate(k.Program(kernels.Float64), o)
		before, _, _ := strings.Cut(entry(t, m, m.Scalar), "st.global")
		if loads := strings.Count(before, "ld.global.nc.f64"); loads != 8 || m.ScalarElements != 4 {
			t.Errorf("%d loads before the first store, %d elements a thread; want 8 and 4, in\n%s", loads, m.ScalarElements, m.Text)
		}
		_, loop, _ := strings.Cut(before, "4 at once")
		if products := strings.Count(loop, "mad.lo.s64"); dense != (products == 0) {
			t.Errorf("dense: %v, and %d multiplications by strides in\n%s", dense, products, m.Text)
		}
	}
}
