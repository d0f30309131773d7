package aot

import (
	"debug/elf"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
	"github.com/triad-go/triad/simd/internal/amd64"
)

// canonical is an instruction's text without places, and without the difference
// between moves that need an aligned constant and others.
func canonical(text string) string {
	op, rest, _ := strings.Cut(text, " ")
	if u, ok := unaligned[strings.ToUpper(op)]; ok && strings.Contains(rest, "rip") {
		op = strings.ToLower(u)
	}
	return op + " " + rest
}

func nowhere(int) string { return "" }

// returns stands for a return among the texts of instructions.
const returns = "ret"

// What Go's assembler makes of the text is, instruction for instruction, what
// package simd runs.
func TestAssembledIsTheSame(t *testing.T) {
	dir := module(t)
	r := rand.New(rand.NewPCG(6, 7))
	var calls strings.Builder
	want := map[string][]string{}
	for i := range 24 {
		s := subjectOf(randkernel.New(r, randkernel.Small), []kernels.Type{kernels.Float64, kernels.Float32}[i%2])
		if i%2 == 1 {
			s = bare(randkernel.Program(r, randkernel.SmallProgram))
		}
		o := Options{Func: fmt.Sprintf("Function%d", i), Package: "main", Tiers: vectorTiers}
		files, err := generate(s, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			write(t, dir, f.Name, string(f.Data))
		}
		fmt.Fprintf(&calls, "keep(Function%d)\n", i)
		for _, tier := range vectorTiers {
			l, err := simd.List(s.p, simd.Options{Tier: tier})
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for j := range l.Lines {
				switch ln := &l.Lines[j]; {
				case ln.IsReturn():
					texts = append(texts, returns)
				case !ln.IsNop():
					texts = append(texts, canonical(ln.Text(simd.Vendor, nowhere)))
				}
			}
			want[fmt.Sprintf("main.function%d%s", i, tierName(tier))] = texts
		}
	}
	write(t, dir, "main.go", "package main\n\nvar kept []any\n\nfunc keep(f any) { kept = append(kept, f) }\n\nfunc main() {\n"+calls.String()+"}\n")
	goTool(t, dir, []string{"GOOS=linux", "GOARCH=amd64"}, "build", "-o", "out", ".")
	f, err := elf.Open(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	text := f.Section(".text")
	code, err := text.Data()
	if err != nil {
		t.Fatal(err)
	}
	found, instructions := 0, 0
	for _, s := range symbols {
		texts, ok := want[strings.TrimSuffix(s.Name, ".abi0")]
		if !ok || s.Size < 32 || !strings.HasSuffix(s.Name, ".abi0") {
			continue
		}
		found++
		b := code[s.Value-text.Addr : s.Value-text.Addr+s.Size]
		got := decodeFrom(b, texts[0], texts[1])
		at := 0 // in got
		for i, w := range texts {
			if w == returns { // instead of it stands what leaves the frame; code may follow
				for i+1 < len(texts) && at < len(got) && got[at] != texts[i+1] {
					at++
				}
				continue
			}
			if at >= len(got) || got[at] != w {
				g := "the end"
				if at < len(got) {
					g = got[at]
				}
				t.Errorf("%s: instruction %d is %s, want %s", s.Name, i, g, w)
				break
			}
			at++
		}
		instructions += len(texts)
	}
	if found != len(want) {
		t.Errorf("%d of %d functions were found", found, len(want))
	}
	t.Logf("%d functions, %d instructions", found, instructions)
}

// decodeFrom reads the instructions from where the first two are these: before
// them is what makes the frame.
func decodeFrom(b []byte, first, second string) []string {
	read := func(at int) (string, int) {
		in, err := amd64.Decode(b, at)
		if err != nil {
			return "", 0
		}
		return canonical(in.Intel(nowhere)), in.Len
	}
	for at := range b {
		if one, n := read(at); one == first {
			if two, _ := read(at + n); two == second {
				var got []string
				for at < len(b) {
					text, n := read(at)
					if n == 0 {
						break
					}
					if !strings.HasPrefix(text, "nop") {
						got = append(got, text)
					}
					at += n
				}
				return got
			}
		}
	}
	return nil
}

// The output builds for other systems and without assembly, and go vet is
// content with it there too.
func TestElsewhere(t *testing.T) {
	dir := module(t)
	k := kernels.Must(kernels.Parse("norm", "d = sqrt(x*x + y*y); r = sum(x*y)"))
	files, err := Generate(k, Options{Package: "norm", Func: "Norm", Tiers: vectorTiers})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		write(t, dir, f.Name, string(f.Data))
	}
	for _, env := range [][]string{
		{"GOOS=linux", "GOARCH=arm64"}, {"GOOS=windows", "GOARCH=amd64"}, {"GOOS=darwin", "GOARCH=arm64"}, {"GOOS=linux", "GOARCH=386"},
		{"GOFLAGS=-mod=mod -tags=purego"},
	} {
		goTool(t, dir, append(env, "CGO_ENABLED=0"), "vet", ".")
	}
	if _, err := os.Stat(filepath.Join(dir, "norm_amd64.s")); err != nil {
		t.Error(err)
	}
}
