package aot

import (
	"encoding/gob"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	goruntime "runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// A launch is one call of a function of the output, with what the interpreter
// made of it. The program that the tests build reads it.
type launch struct {
	Function int
	N, Skew  int // elements, and how far behind an aligned address each array begins, in elements
	Before   [][]uint64
	After    [][]uint64
	Scalars  []uint64
	Results  []uint64
	Fault    int
}

// lengths are those of the launches: about a vector, a row, a block and a piece.
var lengths = []int{0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 40, 63, 65, 100, 127, 129, 150, 200, 1023, 1024, 1025, 2050, 8191, 8195, 10000}

// launches runs the interpreter.
func launches(r *rand.Rand, function int, p *kernels.Program, lengths []int) []launch {
	var all []launch
	for i, n := range lengths {
		l := launch{Function: function, N: n, Skew: i % 9, Fault: -1}
		f := p.NewFrame(n)
		memory := make([][]uint64, len(p.Arrays))
		for slot, a := range p.Arrays {
			before := make([]uint64, n)
			memory[slot] = make([]uint64, n+1)
			at := unsafe.Pointer(&memory[slot][0])
			for j := range before {
				before[j] = randkernel.Bits(r, a.Type)
				if a.Type.Size() == 8 {
					memory[slot][j] = before[j]
				} else {
					unsafe.Slice((*uint32)(at), n)[j] = uint32(before[j])
				}
			}
			f.Arrays[slot] = at
			l.Before = append(l.Before, before)
		}
		for slot, t := range p.Scalars {
			f.Scalars[slot] = randkernel.Bits(r, t)
		}
		l.Scalars = f.Scalars
		p.EvalUniforms(f)
		p.Interpret(f, 0, n)
		p.Combine(f)
		for slot, a := range p.Arrays {
			after := make([]uint64, n)
			for j := range after {
				if a.Type.Size() == 8 {
					after[j] = memory[slot][j]
				} else {
					after[j] = uint64(unsafe.Slice((*uint32)(f.Arrays[slot]), n)[j])
				}
			}
			l.After = append(l.After, after)
		}
		for i, x := range f.Results {
			l.Results = append(l.Results, p.TypeOf(p.Reductions[i].Value).Bits(x))
		}
		for _, at := range f.Faults {
			if at != kernels.NoFault && (l.Fault < 0 || int(at) < l.Fault) {
				l.Fault = int(at)
			}
		}
		all = append(all, l)
	}
	return all
}

// bits is how a value of type t becomes its bits in Go, and unbits the reverse.
func bits(t kernels.Type, x string) string {
	switch t {
	case kernels.Float64:
		return "math.Float64bits(" + x + ")"
	case kernels.Float32:
		return "uint64(math.Float32bits(" + x + "))"
	case kernels.Int32:
		return "uint64(uint32(" + x + "))"
	}
	return "uint64(" + x + ")"
}

func unbits(t kernels.Type, x string) string {
	switch t {
	case kernels.Float64:
		return "math.Float64frombits(" + x + ")"
	case kernels.Float32:
		return "math.Float32frombits(uint32(" + x + "))"
	}
	return t.String() + "(" + x + ")"
}

// adapter is Go that calls the function of a subject with memory and bits.
func adapter(s subject, o Options) string {
	var b strings.Builder
	fmt.Fprintf(&b, "func(l *launch, m []unsafe.Pointer) (results []uint64, fault int) {\nfault = -1\n")
	var args, results []string
	for slot, a := range s.p.Arrays {
		args = append(args, fmt.Sprintf("unsafe.Slice((*%s)(m[%d]), l.N)", a.Type, slot))
	}
	for slot, t := range s.p.Scalars {
		args = append(args, unbits(t, fmt.Sprintf("l.Scalars[%d]", slot)))
	}
	for i := range s.p.Reductions {
		results = append(results, fmt.Sprintf("r%d", i))
	}
	all := results
	if len(s.p.Traps) > 0 {
		all = append(results[:len(results):len(results)], "err")
	}
	if len(all) > 0 {
		b.WriteString(strings.Join(all, ", ") + " := ")
	}
	fmt.Fprintf(&b, "%s(%s)\n", o.Func, strings.Join(args, ", "))
	if len(s.p.Traps) > 0 {
		fmt.Fprintf(&b, "if e, ok := err.(*%sError); ok {\nfault = e.Element\n}\n", o.Func)
	}
	for i, r := range results {
		fmt.Fprintf(&b, "results = append(results, %s)\n", bits(s.p.TypeOf(s.p.Reductions[i].Value), r))
	}
	b.WriteString("return results, fault\n},\n")
	return b.String()
}

// driver is the program that runs launches through the functions of the output.
const driver = `package main

import (
	"encoding/gob"
	"fmt"
	"math"
	"os"
	"unsafe"
)

type launch struct {
	Function int
	N, Skew  int
	Before   [][]uint64
	After    [][]uint64
	Scalars  []uint64
	Results  []uint64
	Fault    int
}

var _ = math.Inf

func same(size int, float bool, a, b uint64) bool {
	if !float {
		return a == b
	}
	if size == 8 {
		x, y := math.Float64frombits(a), math.Float64frombits(b)
		return a == b || x != x && y != y
	}
	x, y := math.Float32frombits(uint32(a)), math.Float32frombits(uint32(b))
	return a == b || x != x && y != y
}

func main() {
	f, err := os.Open(os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	var all []launch
	if err := gob.NewDecoder(f).Decode(&all); err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	bad := 0
	runs := 0
	report := func(format string, args ...any) {
		if bad++; bad <= 20 {
			fmt.Printf(format+"\n", args...)
		}
	}
	for tier := 0; tier < 3; tier++ {
		for i := range all {
			l := &all[i]
			if !setTier(l.Function, tier) {
				continue
			}
			runs++
			var m []unsafe.Pointer
			var memory [][]byte
			for slot, sizes := range elements[l.Function] {
				size := max(sizes, -sizes)
				b := make([]byte, 64+(9+l.N+1)*size)
				at := (-int(uintptr(unsafe.Pointer(&b[0])))) & 63
				b = b[at+(l.Skew+slot)%9*size:]
				for j, x := range l.Before[slot] {
					put(b[j*size:], size, x)
				}
				put(b[l.N*size:], size, 0x5a5a5a5a5a5a5a5a)
				memory = append(memory, b)
				m = append(m, unsafe.Pointer(&b[0]))
			}
			var results []uint64
			var fault int
			done := make(chan bool)
			go func() { // whose stack is small
				results, fault = functions[l.Function](l, m)
				close(done)
			}()
			<-done
			for slot, sizes := range elements[l.Function] {
				size := max(sizes, -sizes)
				for j, want := range l.After[slot] {
					if got := get(memory[slot][j*size:], size); !same(size, sizes < 0, got, want) {
						report("function %d, tier %d, n %d, skew %d: array %d element %d: %#x, want %#x", l.Function, tier, l.N, l.Skew, slot, j, got, want)
						break
					}
				}
				if got := memory[slot][l.N*size]; got != 0x5a {
					report("function %d, tier %d, n %d: array %d was written past its end", l.Function, tier, l.N, slot)
				}
			}
			for r, want := range l.Results {
				if !same(resultSizes[l.Function][r], true, results[r], want) {
					report("function %d, tier %d, n %d: result %d: %#x, want %#x", l.Function, tier, l.N, r, results[r], want)
				}
			}
			if fault != l.Fault {
				report("function %d, tier %d, n %d: fault %d, want %d", l.Function, tier, l.N, fault, l.Fault)
			}
		}
	}
	fmt.Println(runs, "runs,", bad, "differ")
	if bad > 0 {
		os.Exit(1)
	}
}

func put(b []byte, size int, x uint64) {
	for i := range size {
		b[i] = byte(x >> (8 * i))
	}
}

func get(b []byte, size int) (x uint64) {
	for i := range size {
		x |= uint64(b[i]) << (8 * i)
	}
	return x
}
`

// module is a folder with a module that can be built without a network.
func module(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds programs")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command:", err)
	}
	dir := t.TempDir()
	sum, err := os.ReadFile("../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := ""
	for line := range strings.Lines(string(mod)) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "golang.org/x/sys "); ok {
			version = rest
		}
	}
	write(t, dir, "go.sum", string(sum))
	write(t, dir, "go.mod", "module output\n\ngo 1.26.0\n\nrequire golang.org/x/sys "+version+"\n")
	return dir
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// goTool runs the go command in a folder.
func goTool(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off"), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// runner is how programs for an architecture are run here: as they are, or by
// an emulator. It skips the test where there is neither.
func runner(t *testing.T, goarch string) []string {
	t.Helper()
	if goruntime.GOARCH == goarch {
		return nil
	}
	const emulator = "qemu-aarch64-static"
	if _, err := exec.LookPath(emulator); err != nil || goarch != "arm64" {
		t.Skipf("no emulator of %s here", goarch)
	}
	return []string{emulator}
}

// check writes the functions of the subjects, builds them for an architecture, and
// runs launches through them in every tier that this machine has.
func check(t *testing.T, goarch string, subjects []subject, tiers []simd.Tier) {
	t.Helper()
	run := runner(t, goarch)
	dir := module(t)
	r := rand.New(rand.NewPCG(5, 8))
	var all []launch
	var functions, elements, results, setters strings.Builder
	for i, s := range subjects {
		o := Options{Func: fmt.Sprintf("Function%d", i), Tiers: tiers, Package: "main"}
		files, err := generate(s, o)
		if err != nil {
			t.Fatalf("%v\n%v", err, s.p)
		}
		for _, f := range files {
			write(t, dir, f.Name, string(f.Data))
		}
		functions.WriteString(adapter(s, o))
		elements.WriteString("{")
		for _, a := range s.p.Arrays {
			size := a.Type.Size()
			if a.Type.IsFloat() {
				size = -size
			}
			fmt.Fprintf(&elements, "%d, ", size)
		}
		elements.WriteString("},\n")
		results.WriteString("{")
		for _, r := range s.p.Reductions {
			fmt.Fprintf(&results, "%d, ", s.p.TypeOf(r.Value).Size())
		}
		results.WriteString("},\n")
		if len(tiers) == 0 {
			setters.WriteString("nil,\n")
		} else {
			fmt.Fprintf(&setters, "&function%dTier,\n", i)
		}
		all = append(all, launches(r, i, s.p, lengths)...)
	}
	write(t, dir, "main.go", driver)
	imports := "import (\n\"math\"\n\"unsafe\"\n)\n\nvar _ = math.Inf\n"
	write(t, dir, "table.go", "package main\n\n"+imports+"\nvar functions = []func(*launch, []unsafe.Pointer) ([]uint64, int){\n"+functions.String()+
		"}\n\n// negative: of floats\nvar elements = [][]int{\n"+elements.String()+"}\n\nvar resultSizes = [][]int{\n"+results.String()+"}\n")
	const byTier = `package main

var tiers = []*int{
%s}

var best []int

func init() {
	for _, t := range tiers {
		if t == nil {
			best = append(best, 0)
		} else {
			best = append(best, *t)
		}
	}
}

// setTier has a function run in a tier, 2 being the best, and reports whether this machine has it.
func setTier(function, tier int) bool {
	want := []int{0, %s}[tier]
	if want > best[function] {
		return false
	}
	if tiers[function] != nil {
		*tiers[function] = want
	}
	return true
}
`
	if len(tiers) == 0 {
		write(t, dir, "tier.go", "package main\n\nfunc setTier(function, tier int) bool { return tier == 0 }\n")
	} else {
		write(t, dir, "tier.go", fmt.Sprintf(byTier, setters.String(), map[string]string{"amd64": "256, 512", "arm64": "128, 1024"}[goarch]))
	}
	data, err := os.Create(filepath.Join(dir, "launches"))
	if err != nil {
		t.Fatal(err)
	}
	if err := gob.NewEncoder(data).Encode(all); err != nil {
		t.Fatal(err)
	}
	if err := data.Close(); err != nil {
		t.Fatal(err)
	}
	env := []string{"GOARCH=" + goarch, "CGO_ENABLED=0"}
	goTool(t, dir, env, "vet", ".")
	goTool(t, dir, env, "build", "-o", "output", ".")
	command := append(run, "./output", "launches")
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.ENOEXEC) {
		t.Skip("this test runs in an emulator, which runs no other program:", err)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// bare is a program without a kernel.
func bare(p *kernels.Program) subject {
	s := subject{name: "bare", p: p}
	for slot, a := range p.Arrays {
		s.params = append(s.params, kernels.Param{Name: fmt.Sprintf("x%d", slot), Kind: kernels.ArrayParam, In: a.Read, Out: a.Written, Slot: slot})
	}
	for slot := range p.Scalars {
		s.params = append(s.params, kernels.Param{Name: fmt.Sprintf("s%d", slot), Kind: kernels.ScalarParam, In: true, Slot: slot})
	}
	for slot := range p.Reductions {
		s.params = append(s.params, kernels.Param{Name: fmt.Sprintf("r%d", slot), Kind: kernels.ResultParam, Out: true, Slot: slot})
	}
	for range len(p.Uniform) + len(p.Body) {
		s.about = append(s.about, "a value")
	}
	return s
}

func subjectOf(k *kernels.Kernel, t kernels.Type) subject {
	return subject{k.Name(), k.Program(t), k.Params(), k.Describe(t), formula(k)}
}

// The portable output gives the interpreter's bits for random programs over all
// operations and types.
func TestPortable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var subjects []subject
	for i := range 40 {
		o := randkernel.SmallProgram
		o.Narrow = i%4 == 3
		p := randkernel.Program(r, o)
		if len(p.Stores)+len(p.Reductions) > 0 {
			subjects = append(subjects, bare(p))
		}
	}
	check(t, goruntime.GOARCH, subjects, nil)
}

var vectorTiers = []simd.Tier{simd.AVX2, simd.AVX512}

// The vector code gives the same, loops, tails and reductions, in every tier that
// this machine has, and go vet is content with it.
func TestVector(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var subjects []subject
	for i := range 24 {
		k := randkernel.New(r, randkernel.Small)
		subjects = append(subjects, subjectOf(k, []kernels.Type{kernels.Float64, kernels.Float32}[i%2]))
	}
	check(t, "amd64", subjects, vectorTiers)
}

// So it does for all operations and types, and for functions.
func TestVectorTyped(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	subjects := large(r)
	for i := range 16 {
		o := randkernel.SmallProgram
		o.Narrow = i%4 == 3
		if p := randkernel.Program(r, o); len(p.Stores)+len(p.Reductions) > 0 {
			subjects = append(subjects, bare(p))
		}
	}
	for i, text := range []string{
		"y = exp(x)*sin(x) + log(x)", "r = sum(tanh(x))", "y = cosh(x)*z", "q = n/m + rem(n, m); y = float(n)*x", "k = shl(k, 3) + bxor(k, 77)",
	} {
		k, err := kernels.Parse("k", text, kernels.Typed(kernels.Int32, present(text, "q", "n", "m")...), kernels.Typed(kernels.Uint64, present(text, "k")...))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		subjects = append(subjects, subjectOf(k, []kernels.Type{kernels.Float64, kernels.Float32}[i%2]))
	}
	check(t, "amd64", subjects, vectorTiers)
}

// present are those of the names that stand in the text.
func present(text string, names ...string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return !regexp.MustCompile(`\b` + name + `\b`).MatchString(text) })
}

// Programs with more values than registers have scratch memory on the stack, and
// one may have guards, traps and tables.
func large(r *rand.Rand) []subject {
	var subjects []subject
	for i := range 6 {
		o := randkernel.ProgramOptions{Arrays: 6, Ops: 300 + 200*i, Reductions: i % 3, Guards: 4, Traps: 2, Narrow: i%4 == 3}
		if p := randkernel.Program(r, o); len(p.Stores)+len(p.Reductions) > 0 {
			subjects = append(subjects, bare(p))
		}
	}
	return subjects
}

// So does that for NEON, which has all operations.
func TestNEON(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var subjects []subject
	for i := range 16 {
		o := randkernel.SmallProgram
		o.Narrow = i%4 == 3
		if p := randkernel.Program(r, o); len(p.Stores)+len(p.Reductions) > 0 {
			subjects = append(subjects, bare(p))
		}
	}
	subjects = append(subjects, large(r)...)
	check(t, "arm64", subjects, []simd.Tier{simd.NEON})
}
