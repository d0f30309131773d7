package ptx_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/triad-go/triad/cuda/internal/ptx"
	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

// assembler finds NVIDIA's assembler, which the toolkit has and a driver alone has not.
func assembler(t *testing.T) string {
	t.Helper()
	names := []string{os.Getenv("TRIAD_PTXAS"), "ptxas", "/usr/local/cuda/bin/ptxas"}
	if home := os.Getenv("CUDA_HOME"); home != "" {
		names = append(names, filepath.Join(home, "bin", "ptxas"))
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	t.Skip("no ptxas: TRIAD_PTXAS may name it")
	return ""
}

var (
	spilled   = regexp.MustCompile(`[1-9][0-9]* bytes spill`)
	registers = regexp.MustCompile(`Compiling entry function '([^']*)'|Used ([0-9]+) registers`)
)

// assemble assembles a module for a device, and returns what the assembler says of registers.
func assemble(t *testing.T, ptxas string, m *ptx.Module, sm int) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "module.ptx")
	if err := os.WriteFile(file, []byte(m.Text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(ptxas, "-v", fmt.Sprintf("-arch=sm_%d", sm), "-o", file+".cubin", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, m.Text)
	}
	return string(out)
}

// sms are the devices that modules are assembled for.
var sms = []int{70, 80, 90}

// fits assembles a module and fails where values outgrow the registers.
func fits(t *testing.T, ptxas string, m *ptx.Module, sm int) {
	t.Helper()
	out := assemble(t, ptxas, m, sm)
	if spilled.MatchString(out) {
		t.Errorf("sm_%d: values outgrow the registers:\n%s", sm, out)
	}
	if testing.Verbose() {
		line := ""
		for _, part := range registers.FindAllStringSubmatch(out, -1) {
			line += " " + part[1] + part[2]
		}
		t.Logf("sm_%d:%s", sm, line)
	}
}

// functions are the elementary functions, as expressions of x and y.
var functions = strings.Fields(`sin(x) cos(x) tan(x) asin(x) acos(x) atan(x) sinh(x) cosh(x) tanh(x) asinh(x) acosh(x)
	atanh(x) exp(x) exp2(x) expm1(x) log(x) log2(x) log10(x) log1p(x) cbrt(x) erf(x) erfc(x) gamma(x) lgamma(x)
	atan2(x,y) hypot(x,y) mod(x,y) copysign(x,y) x^y floor(x) ceil(x) trunc(x) round(x) sign(x)`)

// TestAssembleSuite: the kernels that are measured have their values in registers.
func TestAssembleSuite(t *testing.T) {
	ptxas := assembler(t)
	for i, k := range kernels.Suite() {
		for j, e := range []kernels.Type{kernels.Float64, kernels.Float32} {
			sm := sms[(i+j)%len(sms)]
			for _, stream := range []bool{false, true} {
				m := ptx.Generate(k.Program(e), ptx.Options{Name: k.Name(), Labels: k.Describe(e), SM: sm, Stream: stream})
				fits(t, ptxas, m, sm)
			}
		}
	}
}

// TestAssembleMany: so have kernels of many arrays, with results that are kept until all elements are computed, or reduced.
func TestAssembleMany(t *testing.T) {
	ptxas := assembler(t)
	for i, n := range []int{4, 7, 14, 30, 50} {
		var names []string
		for j := range n {
			names = append(names, fmt.Sprintf("x%d", j))
		}
		sum, product := strings.Join(names, "+"), strings.Join(names, "*")
		for j, text := range []string{"z = " + sum, "y = " + sum + "; z = " + product, "s = sum(" + sum + ")"} {
			k := kernels.Must(kernels.Parse("many", text))
			for l, e := range []kernels.Type{kernels.Float64, kernels.Float32} {
				sm := sms[(i+j+l)%len(sms)]
				t.Run(fmt.Sprintf("%d/%d/%v", n, j, e), func(t *testing.T) {
					fits(t, ptxas, ptx.Generate(k.Program(e), ptx.Options{Name: "many", SM: sm, Aliased: j == 1, Stream: true}), sm)
				})
			}
		}
	}
}

// TestAssembleFunctions: so have the elementary functions.
func TestAssembleFunctions(t *testing.T) {
	ptxas := assembler(t)
	list := functions
	if testing.Short() {
		list = list[:4]
	}
	for i, f := range list {
		k, err := kernels.Parse("f", "z = "+f)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		for j, e := range []kernels.Type{kernels.Float64, kernels.Float32} {
			sm := sms[(i+j)%len(sms)]
			t.Run(f+"/"+e.String(), func(t *testing.T) {
				fits(t, ptxas, ptx.Generate(k.Program(e), ptx.Options{Name: f, Labels: k.Describe(e), SM: sm}), sm)
			})
		}
	}
}

// TestAssemblePrograms: random programs, of all types and operations, are PTX.
func TestAssemblePrograms(t *testing.T) {
	ptxas := assembler(t)
	r := rand.New(rand.NewPCG(9, 10))
	for i := range max(*programs/10, 1) {
		sm := sms[i%len(sms)]
		o := randkernel.SmallProgram
		o.Narrow, o.Indices = i%5 == 0, i%3 == 0
		p := randkernel.Program(r, o)
		opts := ptx.Options{Name: "random", SM: sm, Aliased: i%4 == 0, Stream: i%2 == 0}
		if p.Axes > 1 {
			opts.Sources, _ = sources(r, p)
		}
		assemble(t, ptxas, ptx.Generate(p, opts), sm)

		typed := randkernel.NewTyped(r, randkernel.AllTypes)
		k, err := kernels.New("typed", typed.Outputs, typed.Options...)
		if err != nil {
			continue
		}
		opts.Sources = nil
		assemble(t, ptxas, ptx.Generate(k.Program(kernels.Float64), opts), sm)
	}
}

// TestAssembleGrids: launches over grids, too.
func TestAssembleGrids(t *testing.T) {
	ptxas := assembler(t)
	r := rand.New(rand.NewPCG(11, 12))
	for i := range max(*programs/20, 1) {
		sm := sms[i%len(sms)]
		o := randkernel.SmallProgram
		o.Narrow, o.Indices = i%5 == 0, i%3 == 0
		p := randkernel.Program(r, o)
		s, _ := sources(r, p)
		assemble(t, ptxas, ptx.Generate(p, ptx.Options{Name: "grid", SM: sm, Aliased: i%4 == 0, Sources: s}), sm)
	}
}

// TestAssembleStencils: stencils have their values in registers, whatever lies beyond edges.
func TestAssembleStencils(t *testing.T) {
	ptxas := assembler(t)
	five := "at(u, -1, 0) + at(u, 1, 0) + at(u, 0, -1) + at(u, 0, 1) - 4*u"
	nine := five + " + at(u, -1, -1) + at(u, 1, 1) + at(u, 1, -1) + at(u, -1, 1)"
	seven := "at(u, -1, 0, 0) + at(u, 1, 0, 0) + at(u, 0, -1, 0) + at(u, 0, 1, 0) + at(u, 0, 0, -1) + at(u, 0, 0, 1) - 6*u"
	far := seven + " + at(u, 0, -2, 0) + at(u, 0, 2, 0) + at(u, 0, 0, -2) + at(u, 0, 0, 2) + at(u, -2, 0, 0) + at(u, 2, 0, 0)"
	for i, text := range []string{five, nine, seven, far} {
		for kind := kernels.Periodic; kind <= kernels.Constant; kind++ {
			k := kernels.Must(kernels.Parse("stencil", "v = u + s*("+text+")", kernels.Scalars("s"), kernels.Edges(kernels.Edge{Kind: kind}, "u")))
			for j, e := range []kernels.Type{kernels.Float64, kernels.Float32} {
				p := k.Program(e)
				o := ptx.Options{Name: "stencil", SM: sms[(i+j)%len(sms)], Stream: true}
				for slot := range p.Arrays {
					o.Sources = append(o.Sources, ptx.Source{Of: slot, Dense: true})
				}
				for _, n := range k.Neighbours() {
					s := &o.Sources[n.Slot]
					s.Of = n.Of
					copy(s.Offset[3-len(n.Offset):], n.Offset)
					for axis := range s.Edges {
						s.Edges[axis] = [2]kernels.Edge{{Kind: kind}, {Kind: kind}}
					}
				}
				t.Run(fmt.Sprintf("%d/%v/%v", i, kind, e), func(t *testing.T) {
					fits(t, ptxas, ptx.Generate(p, o), o.SM)
				})
			}
		}
	}
}
