package simd

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

// TestRegisters disassembles generated code and looks for what the calling
// convention of simd/internal/exec forbids: the stack, the registers that stay
// Go's, calls, and changes of the control word or the direction flag.
func TestRegisters(t *testing.T) {
	objdump, err := exec.LookPath("objdump")
	if err != nil {
		t.Skip("no objdump:", err)
	}
	forbidden := regexp.MustCompile(`\b([er]?[sb]p[lw]?|r1[45][dwb]?|push|pop|call|ldmxcsr|xrstor|std|cld)\b|\(bad\)`)
	vector := regexp.MustCompile(`\bv[a-z]`)
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(21, 22))
	for i := range 12 {
		size := randkernel.Options{Arrays: 1 + 2*i, Scalars: 3 * i, Ops: 20 * i, Outputs: 1 + i, Reductions: i, InPlace: true}
		p := randkernel.New(r, size).Program(types()[i%2])
		for _, o := range []Options{{Tier: AVX2}, {Tier: AVX512, NonTemporal: true}, {Tier: AVX512, Prefetch: true}} {
			g, err := generate(p, o)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, "code")
			code := g.asm.Bytes()[:g.codeLen]
			if err := os.WriteFile(file, code, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(objdump, "-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--no-show-raw-insn", file).Output()
			if err != nil {
				t.Skip("objdump does not know the machine:", err)
			}
			if !vector.Match(out) {
				t.Fatalf("no vector instruction in\n%s", out)
			}
			if bad := forbidden.Find(out); bad != nil {
				t.Errorf("%+v: %q in the code of\n%v", o, bad, p)
			}
		}
	}
}

func TestRunBounds(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "y = x"))
	for _, o := range variants() {
		c, err := Compile(k.Program(kernels.Float64), o)
		if err != nil {
			t.Fatal(err)
		}
		l := newLaunch(k.Program(kernels.Float64), 10, 1, func(int) int { return 0 })
		r := c.NewRunner(l.f)
		for _, bounds := range [][2]int{{-1, 5}, {0, 11}} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%+v: Run(%d, %d) of 10 elements did not panic", o, bounds[0], bounds[1])
					}
				}()
				r.Run(bounds[0], bounds[1])
			}()
		}
	}
}
