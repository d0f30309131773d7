package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/runtime/executortest"
)

func TestMain(m *testing.M) {
	if cold() {
		return
	}
	os.Exit(m.Run())
}

func command(args ...string) (code int, out, errs string) {
	var stdout, stderr bytes.Buffer
	code = run(context.Background(), args, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

var little = []string{"-programs", "40", "-elements", "300", "-bytes", "80000", "-runs", "50", "-processes", "1"}

func TestMeasure(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.json")
	code, out, errs := command(append(little, "-executor", "pool", "-json", path)...)
	if code != 0 || errs != "" {
		t.Fatalf("exit %d, stderr %q\n%s", code, errs, out)
	}
	for _, want := range []string{"## pool on ", "### Bits", "| random programs | simd | 40 | ", "### A launch of buffers", "| dot | 1024 | ",
		"### The first kernel", "| kept by package cuda | ", "### Arrays in the host's memory", "| copy | both ways | "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing from\n%s", want, out)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(text, &r); err != nil || r.Executor != "pool" || len(r.Bits) != 6 || len(r.Launch) != 4 || len(r.Latency) != 3 || len(r.Host) != 4 || r.Date.IsZero() {
		t.Errorf("%v: %s", err, text)
	}
	for _, c := range r.Bits {
		if c.Different != 0 || c.Values == 0 {
			t.Errorf("%+v", c)
		}
	}
}

// off is an executor that is wrong by a little where arrays are long.
type off struct{ runtime.Executor }

func (off) Name() string { return "off" }

func (o off) Bind(k *kernels.Kernel, args runtime.Args, p ...runtime.Policy) (*runtime.Call, error) {
	if k.Name() == "exp" {
		k = kernels.Must(kernels.Parse("exp", "z = exp(x)*1.0000000000000002"))
	}
	return o.Executor.Bind(k, args, p...)
}

func init() {
	runtime.Register("off", func(c runtime.Config) (runtime.Executor, error) {
		ex, err := runtime.Open("simd")
		return off{ex}, err
	})
}

func TestMeasureDifference(t *testing.T) {
	code, out, errs := command(append(little, "-executor", "off", "-only", "bits,launch", "-against", "sequential")...)
	if code != 1 || !strings.Contains(errs, "z = exp(x) of float64, 300 elements") || !strings.Contains(errs, "and they should be 0x") ||
		!strings.Contains(out, "**FAILED** bits: elementary functions, number 0 of seed 1: ") || !strings.Contains(out, "### A launch") {
		t.Errorf("exit %d, stderr %q\n%s", code, errs, out)
	}
}

func TestMeasureUsage(t *testing.T) {
	for args, want := range map[string]string{
		"-executor abacus":             "abacus",
		"-executor pool -only dessert": "accepted are bits, launch",
		"-runs 0":                      "-runs and",
		"more":                         "unexpected argument",
	} {
		if code, _, errs := command(strings.Fields(args)...); code == 0 || !strings.Contains(errs, want) {
			t.Errorf("%s: exit %d, %q", args, code, errs)
		}
	}
}

// What every executor has to do, on this machine's GPU.
func TestConformanceOnDevice(t *testing.T) {
	ex, err := runtime.Open("cuda")
	if err != nil {
		t.Skipf("no GPU here: %v", err)
	}
	defer ex.Close()
	executortest.Run(t, func(tb testing.TB) runtime.Executor {
		ex, err := runtime.Open("cuda")
		if err != nil {
			tb.Fatal(err)
		}
		return ex
	})
}
