package aot

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

func TestErrors(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "y = x + 1"))
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Func: "1st"}, `"1st" is no name in Go`},
		{Options{Func: "func"}, `"func" is no name in Go`},
		{Options{Func: "_"}, `"_" is no name in Go`},
		{Options{Package: "a-b"}, `"a-b" is no name in Go`},
		{Options{Type: kernels.Int32}, "no program for elements of type int32"},
		{Options{Tiers: []simd.Tier{simd.AVX512, 77}}, "no assembly for tier Tier(77)"},
		{Options{File: "k.s"}, `the file name "k.s" does not end in .go`},
		{Options{File: "k_test.go"}, `the file name "k_test.go"`},
		{Options{File: "k_amd64.go"}, "keeps the file from other systems than amd64"},
		{Options{Func: "kernel_windows"}, "keeps the file from other systems than windows"},
		{Options{Func: "len"}, `the function's name "len" means something else`},
		{Options{Func: "math"}, `the function's name "math" means something else`},
		{Options{By: "a\nb"}, "more than one line"},
	} {
		files, err := Generate(k, c.o)
		var e *Error
		if !errors.As(err, &e) || e.Kernel != "k" || !strings.Contains(err.Error(), c.want) || files != nil {
			t.Errorf("%+v: %v, want %s", c.o, err, c.want)
		}
	}
	var none *Error
	if _, err := Generate(kernels.Must(kernels.Parse("k", "r = sum(s)", kernels.Scalars("s"))), Options{Package: "p"}); !errors.As(err, &none) || !strings.Contains(err.Error(), "no array") {
		t.Errorf("without arrays: %v", err)
	}
	cause := errors.New("cause")
	if err := error(&Error{"k", "reason", cause}); !errors.Is(err, cause) || err.Error() != "aot: k: reason: cause" {
		t.Error(err)
	}
}

// Names that mean something to Go, or to the output, get another; those of two
// parameters stay two.
func TestNames(t *testing.T) {
	dir := module(t)
	for i, text := range []string{
		"func = range + type*len", "i = n + lo*hi", "math = u + float64*uniforms", "v1 = v2 + v33*v", "fault = ok + unsafe*n_",
		"y = u[1] + u[1,2] + u_1", "k = K", "r = sum(r1*f0); z = acc0 + partials0", "string = min + max", "n_ = n; n = n_", "Portable = kPortable",
		"r = max(kMax64*bits); t = sum(kSum64)", "cpu = fmt + j*e", "y = init + main*_", "f0 = sum(x*acc0); f0_ = min(x)", "ü = 速度*x",
	} {
		k, err := kernels.Parse("k", text, kernels.Unoptimized())
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		files, err := Generate(k, Options{Func: "K", Package: "names", Tiers: []simd.Tier{simd.AVX2}})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		folder := fmt.Sprint("names", i)
		if err := os.Mkdir(filepath.Join(dir, folder), 0o777); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			write(t, filepath.Join(dir, folder), f.Name, string(f.Data))
		}
	}
	goTool(t, dir, []string{"GOOS=linux", "GOARCH=amd64"}, "vet", "./...")
}

// The same kernel gives the same bytes.
func TestDeterministic(t *testing.T) {
	text := "y = select(x > 0, sqrt(x), s*x) + min(x, s); r = max(x*s)"
	var first []File
	for range 3 {
		k := kernels.Must(kernels.Parse("k", text, kernels.Scalars("s")))
		files, err := Generate(k, Options{Tiers: []simd.Tier{simd.AVX512, simd.AVX2}})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = files
		}
		for i := range files {
			if string(files[i].Data) != string(first[i].Data) || files[i].Name != first[i].Name {
				t.Errorf("%s differs", files[i].Name)
			}
		}
	}
}

// Assembly functions have so many arguments and no more; the loop in Go has any
// number.
func TestManyArrays(t *testing.T) {
	p := &kernels.Program{Elem: kernels.Float64, Uniform: []kernels.Instr{{Op: kernels.OpConst, Type: kernels.Float64}}}
	for slot := range mostArrays + 1 {
		p.Arrays = append(p.Arrays, kernels.Array{Type: kernels.Float64, Written: true})
		p.Stores = append(p.Stores, kernels.Store{Slot: slot})
	}
	o := Options{Func: "Clear"}
	if files, err := generate(bare(p), o); err != nil || len(files) != 1 {
		t.Errorf("%d files, %v", len(files), err)
	}
	o.Tiers = []simd.Tier{simd.AVX512}
	var e *Error
	if _, err := generate(bare(p), o); !errors.As(err, &e) || !strings.Contains(err.Error(), "1001 arrays") {
		t.Error(err)
	}
}
