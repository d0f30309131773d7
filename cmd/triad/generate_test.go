package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGenerate(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "axpy.go")
	code, stdout, errs := triad(t, "generate", "-o", out, "-pkg", "vec", "-func", "Axpy", "-scalars", "a", "y = a*x + y")
	if code != exitOK || errs != "" {
		t.Fatalf("exit %d, stderr %q", code, errs)
	}
	for name, words := range map[string][]string{
		"axpy.go":       {"DO NOT EDIT", "package vec", "func Axpy(y, x []float64, a float64) {", "y = a*x + y"},
		"axpy_amd64.go": {"//go:build amd64 && !purego", "func axpyAVX512(y, x *float64, uniforms *uint64, n int)", "axpyAVX2"},
		"axpy_other.go": {"//go:build (!amd64 && !arm64) || purego"},
		"axpy_arm64.go": {"axpyNEON"},
		"axpy_arm64.s":  {"TEXT ·axpyNEON(SB)", "WORD $0x", "// fmla v"},
		"axpy_amd64.s":  {"TEXT ·axpyAVX512(SB)", "TEXT ·axpyAVX2(SB)", "VFMADD"},
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		says(t, name, string(data), words...)
		says(t, "stdout", stdout, name)
	}

	dir = t.TempDir()
	t.Chdir(dir)
	t.Setenv("GOPACKAGE", "hash")
	code, stdout, errs = triad(t, "generate", "-tier", "portable", "-types", "h=uint64,x=uint64", "-func", "Mix", "-class=off", "h = bxor(x, shr(x, 33))*3")
	if code != exitOK || errs != "" || stdout != "mix.go\n" {
		t.Fatalf("exit %d, stdout %q, stderr %q", code, stdout, errs)
	}
	data, err := os.ReadFile("mix.go")
	if err != nil {
		t.Fatal(err)
	}
	says(t, "mix.go", string(data), "package hash", "func Mix(h, x []uint64) {")
	if names, _ := filepath.Glob("*"); len(names) != 1 {
		t.Errorf("files: %q", names)
	}
}

func TestGenerateErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("GOPACKAGE", "")
	for _, c := range []struct {
		want string
		args []string
	}{
		{"no package", []string{"y = x"}},
		{"no kernel", []string{"-pkg", "p"}},
		{`unexpected argument "s"`, []string{"-pkg", "p", "y = x*s", "s"}},
		{`"1" is no name in Go`, []string{"-pkg", "1", "y = x"}},
		{`"a b" is no name in Go`, []string{"-pkg", "p", "-func", "a b", "y = x"}},
		{"does not end in .go", []string{"-pkg", "p", "-o", "f.s", "y = x"}},
		{"accepted are avx2, avx512, both, neon, all, portable", []string{"-tier", "sse", "y = x"}},
		{"accepted are lists as h=uint64,x=int32", []string{"-types", "x=int16", "y = x"}},
		{"accepted are lists as h=uint64,x=int32", []string{"-types", "x", "y = x"}},
		{"y", []string{"-pkg", "p", "y = (x"}},
	} {
		code, out, errs := triad(t, append([]string{"generate"}, c.args...)...)
		if code != exitUsage || out != "" || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%q: exit %d, stdout %q, stderr %q, want %q", c.args, code, out, errs, c.want)
		}
	}
	code, _, errs := triad(t, "generate", "-pkg", "p", "-o", filepath.Join("not", "there", "f.go"), "y = x")
	if code != exitFailure || !strings.Contains(errs, "f.go") {
		t.Errorf("exit %d, stderr %q", code, errs)
	}
	if names, _ := filepath.Glob("*"); len(names) != 0 {
		t.Errorf("files: %q", names)
	}
}

func TestDisassemble(t *testing.T) {
	for _, c := range []struct {
		args, words []string
	}{
		{[]string{"-tier", "avx512", "-scalars", "s", "a = b + s*c"},
			[]string{"avx512, float64: ", "a = fma(s, c, b)", "vfmadd213pd zmm", "; v3 fma: fma(s, c, b)", "the main loop has", "%  fma(s, c, b)", "the loop itself"}},
		{[]string{"-tier", "avx2", "-type", "float32", "-syntax", "go", "-scalars", "s", "a = b + s*c"},
			[]string{"avx2, float32: ", "VFMADD213PS (", ", Y", "JLE L"}},
		{[]string{"-tier", "neon", "-syntax", "arm", "-type", "float32", "a = b*b"}, []string{"neon, float32: ", "fmul v", ".4s, v"}},
		{[]string{"-tier", "neon", "-syntax", "go", "a = b*b"}, []string{"WORD $0x", "// fmul v"}},
		{[]string{"-tier", "avx2", "-syntax=intel", "r = sum(x*y)"}, []string{"r = sum(x*y)", "vaddpd ymm", ": x*y"}},
	} {
		code, out, errs := triad(t, append([]string{"disassemble"}, c.args...)...)
		if code != exitOK || errs != "" {
			t.Fatalf("%q: exit %d, stderr %q", c.args, code, errs)
		}
		says(t, "disassemble", out, c.words...)
	}
	if code, out, _ := triad(t, "disassemble", "a = b"); code != exitOK || !strings.Contains(out, "ret") {
		t.Errorf("exit %d: %s", code, out)
	}
	for _, args := range [][]string{{}, {"a = b", "c"}, {"-tier", "portable", "a = b"}, {"-syntax", "att", "a = b"}, {"a = "}} {
		if code, out, errs := triad(t, append([]string{"disassemble"}, args...)...); code != exitUsage || out != "" || errs == "" {
			t.Errorf("%q: exit %d, stdout %q, stderr %q", args, code, out, errs)
		}
	}
}
