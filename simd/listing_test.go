package simd

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

// The listing has every byte of the code, in order, as text of both syntaxes,
// and says of each step of the program which instructions it became.
func TestListing(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 1))
	for i := range 200 {
		var p *kernels.Program
		if i%2 == 0 {
			p = randkernel.New(r, randkernel.Small).Program(kernels.Float64)
		} else {
			p = randkernel.Program(r, randkernel.SmallProgram)
		}
		for _, tier := range []Tier{AVX2, AVX512, NEON} {
			want, _, err := machineCode(p, Options{Tier: tier})
			if err != nil {
				t.Fatal(err)
			}
			l, err := List(p, Options{Tier: tier})
			if err != nil {
				t.Fatalf("%v\n%v", err, p)
			}
			var code []byte
			seen := map[int]bool{}
			for i := range l.Lines {
				ln := &l.Lines[i]
				if ln.At != len(code) {
					t.Fatalf("an instruction at %d, want %d", ln.At, len(code))
				}
				code = append(code, ln.Bytes...)
				seen[ln.Value] = true
				if ln.Value < NoValue || ln.Value >= len(p.Uniform)+len(p.Body) {
					t.Fatalf("value %d", ln.Value)
				}
				if ln.Text(Vendor, l.placeIn(Vendor)) == "" {
					t.Fatalf("% x has no text", ln.Bytes)
				}
			}
			returns := 0
			for i := range l.Lines {
				if l.Lines[i].IsReturn() {
					returns++
				}
			}
			if returns == 0 || !bytes.HasPrefix(want, code) || !bytes.Equal(want[l.DataAt:], l.Data) || l.CodeBytes() != len(code) {
				t.Fatalf("the listing is not the code")
			}
			for _, st := range p.Stores {
				if !seen[int(st.Value)] {
					t.Errorf("no instruction stores v%d\n%v", st.Value, p)
				}
			}
			if n := len(l.Loop()); n == 0 || n > len(l.Lines) {
				t.Errorf("a loop of %d instructions", n)
			}
		}
	}
}

func TestListingText(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "y = -(x*x)", kernels.Unoptimized()))
	for _, c := range []struct {
		syntax Syntax
		words  []string
	}{
		{Vendor, []string{"\nL40:\n", "vmulpd", "; v1 mul: x*x\n", "[rip + constants + ", "jle L40\n", "constants: "}},
		{GoAsm, []string{"\nL40:\n", "VMULPD", "; v1 mul: x*x\n", "constants<>+", "JLE L40\n"}},
	} {
		l, err := List(k.Program(kernels.Float64), Options{Tier: AVX2})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := l.Write(&b, c.syntax, k.Describe(kernels.Float64)); err != nil {
			t.Fatal(err)
		}
		for _, w := range c.words {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%v: no %q in\n%s", c.syntax, w, b.String())
			}
		}
	}
	if Vendor.String() != "vendor" || GoAsm.String() != "go" || Syntax(7).String() != "Syntax(7)" {
		t.Error("names of syntaxes")
	}
}

func TestListingErrors(t *testing.T) {
	p := kernels.Must(kernels.Parse("k", "y = x")).Program(kernels.Float64)
	_, err := List(p, Options{Tier: Portable})
	var le *ListError
	if !errors.As(err, &le) || le.Tier != Portable || !strings.Contains(err.Error(), "portable") {
		t.Error(err)
	}
	c, err := Compile(p, Options{Tier: Best()})
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.List()
	if (err == nil) != (c.Tier() != Portable) || err == nil && !bytes.HasPrefix(c.Bytes(), l.Lines[0].Bytes) {
		t.Error(err)
	}
}
