package simd

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

// What the code for NEON computes is compared with the interpreter wherever it
// runs, by the tests over Tiers; here is what can be seen from any machine.

// neonPrograms are random programs of all sizes.
func neonPrograms(count int) (ps []*kernels.Program) {
	for i := range count {
		r := rand.New(rand.NewPCG(uint64(i), 80))
		o := randkernel.SmallProgram
		if i%4 == 0 {
			o = randkernel.ProgramOptions{Arrays: 30, Ops: 300, Reductions: 10, Guards: 4, Traps: 4}
		}
		o.Narrow, o.Indices = i%3 == 0, i%3 == 1
		ps = append(ps, randkernel.Program(r, o))
	}
	return ps
}

// TestNEONEncodes: every program has code, the same each time.
func TestNEONEncodes(t *testing.T) {
	for _, p := range neonPrograms(200) {
		code, _, err := generateNEON(p)
		if err != nil {
			t.Fatalf("%v\n%v", err, p)
		}
		if again, _, _ := generateNEON(p); !bytes.Equal(code, again) {
			t.Fatalf("code differs from one time to the next:\n%v", p)
		}
	}
}

// TestNEONRegisters disassembles code and looks for what the calling convention
// of simd/internal/exec forbids: the stack, the registers that stay Go's, calls
// and system registers.
func TestNEONRegisters(t *testing.T) {
	objdump, err := exec.LookPath("aarch64-linux-gnu-objdump")
	if err != nil {
		t.Skip("no objdump for aarch64:", err)
	}
	forbidden := regexp.MustCompile(`\b(w?sp|[xw](18|28|29|30)|bl|blr|br|msr|mrs|svc)\b|undefined|\.inst`)
	vector := regexp.MustCompile(`\b[qdv][0-9]+\b`)
	dir := t.TempDir()
	for _, p := range neonPrograms(40) {
		if len(p.Tables) > 0 {
			continue // which are no instructions
		}
		code, _, err := generateNEON(p)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "code")
		if err := os.WriteFile(file, code, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(objdump, "-D", "-b", "binary", "-m", "aarch64", "--no-show-raw-insn", file).Output()
		if err != nil {
			t.Fatal(err)
		}
		if !vector.Match(out) {
			t.Fatalf("no vector instruction in\n%s", out)
		}
		if bad := forbidden.Find(out); bad != nil {
			t.Errorf("%q in the code of\n%v", bad, p)
		}
	}
}

// TestNEONInstructions counts the instructions of short programs, so that a
// change that makes code longer is seen.
func TestNEONInstructions(t *testing.T) {
	count := func(p *kernels.Program, copies int, single bool) int {
		n := newNeon(p)
		n.inRow = n.acc != nil && !single
		before := n.asm.Len()
		for c := range copies {
			n.emit(c, single)
		}
		if n.err != nil {
			t.Fatal(n.err)
		}
		return (n.asm.Len() - before) / 4
	}
	for _, c := range []struct {
		kernel string
		typ    kernels.Type
		want   int // for each vector
	}{
		{"triad", kernels.Float64, 4}, // two loads, fmla, a store
		{"triad", kernels.Float32, 4},
		{"dot", kernels.Float64, 4}, // two loads, fmul, fadd
		{"sum", kernels.Float32, 2},
		{"copy", kernels.Float64, 2},
	} {
		k, ok := kernels.Lookup(c.kernel)
		if !ok {
			t.Fatalf("no kernel %s", c.kernel)
		}
		if got := count(k.Program(c.typ), 2, false); got != 2*c.want {
			t.Errorf("two vectors of %s of %v take %d instructions, want %d", c.kernel, c.typ, got, 2*c.want)
		}
	}
	// Where x, y and z are used up, nothing is copied.
	for text, want := range map[string]int{
		"y = fma(x, a, b)":            3 + 1 + 1,
		"y = fma(-x, a, b)":           3 + 1 + 1,
		"y = select(x < a, b, c)":     4 + 2 + 1,
		"y = select(x < a, x, a)":     2 + 2 + 1,
		"y = sqrt(x) + sqrt(a)":       2 + 3 + 1,
		"y = abs(x - a)":              2 + 2 + 1,
		"y = min(x, a)":               2 + 2 + 1,
		"y = x/a; z = x*a; w = x + a": 2 + 3 + 3,
	} {
		k, err := kernels.Parse("k", text, kernels.Unoptimized())
		if err != nil {
			t.Fatal(err)
		}
		if got := count(k.Program(kernels.Float64), 1, false); got != want {
			t.Errorf("%s takes %d instructions, want %d", text, got, want)
		}
	}
}

// TestNEONSpills: of a long program each value is spilled once at the most, in
// each form of the code.
func TestNEONSpills(t *testing.T) {
	p := chains(kernels.Float64, 60, 100)
	n := newNeon(p)
	n.emit(0, false)
	if n.err != nil {
		t.Fatal(n.err)
	}
	if most := len(p.Body); n.spills > most {
		t.Errorf("%d values spilled, want at the most %d", n.spills, most)
	}
	if words := n.asm.Len() / 4; words > 3*len(p.Body) {
		t.Errorf("%d instructions for %d operations", words, len(p.Body))
	}
}

// TestNEONRefuses: a program that breaks the rules of package kernels gives an
// error, and no code.
func TestNEONRefuses(t *testing.T) {
	p := &kernels.Program{Elem: kernels.Float64, Arrays: []kernels.Array{{Type: kernels.Float64, Read: true, Written: true}},
		Body:   []kernels.Instr{{Op: kernels.OpLoad, Type: kernels.Float64}, {Op: kernels.OpShl, Type: kernels.Float64}},
		Stores: []kernels.Store{{Slot: 0, Value: 1}}}
	if code, _, err := generateNEON(p); err == nil || code != nil {
		t.Errorf("%d bytes, error %v", len(code), err)
	}
}

// TestFarWords: arrays, scalars and spilled values by the thousand lie further
// away than the offset in an instruction of arm64 reaches.
func TestFarWords(t *testing.T) {
	const count = 4500
	for _, typ := range types() {
		a := newAssembler(typ, 1+count, 1, 1, count)
		var products []kernels.Value
		for i := range count {
			products = append(products, a.op(kernels.OpMul, kernels.Value(i), a.load(1+i)))
		}
		sum := products[0]
		for _, v := range products[1:] {
			sum = a.op(kernels.OpMin, sum, v)
		}
		a.store(0, sum)
		a.Reductions = []kernels.Reduce{{Op: kernels.Max, Value: sum}}
		compareOn(t, a.Program, func() *launch { return newLaunch(a.Program, 7, 1, func(int) int { return 0 }) })
	}
}
