package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"testing"
)

// What build.sh builds, run.sh runs: here on the pool, with an nvcc that makes a program which prints figures. A
// step that fails keeps none of the others from the report.
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the programs anew")
	}
	if goruntime.GOOS != "linux" {
		t.Skip("the scripts are for Linux")
	}
	for _, tool := range []string{"bash", "go", "timeout"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	dir := t.TempDir()
	built, out, nvcc := filepath.Join(dir, "built"), filepath.Join(dir, "out"), filepath.Join(dir, "nvcc")
	cmd := exec.Command("../build.sh", built)
	cmd.Env = append(os.Environ(), "PACKAGES=./cuda/internal/cache")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build.sh: %v\n%s", err, text)
	}
	for _, name := range []string{"stream", "measure", "stream.cu", "run.sh", "tests/cuda_internal_cache.test"} {
		if info, err := os.Stat(filepath.Join(built, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	const compiler = `#!/bin/sh
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\necho "{ \\"results\\": ["\necho "    {\\"kernel\\": \\"copy\\", \\"type\\": \\"float64\\", \\"best_bytes_per_sec\\": 2.5e+12, \\"median_bytes_per_sec\\": 1e+12, \\"best_host_bytes_per_sec\\": 2.5e+12, \\"median_host_bytes_per_sec\\": 2e+12, \\"variant\\": \\"wide\\"}"\nprintf "  ]\\n}\\n"\n' >"$2"
chmod +x "$2"
`
	if err := os.WriteFile(nvcc, []byte(compiler), 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(env ...string) (text string, err error) {
		cmd := exec.Command(filepath.Join(built, "run.sh"), built, out)
		cmd.Env = append(append(os.Environ(), "EXECUTOR=pool", "N=2000", "PROGRAMS=4", "ELEMENTS=100", "BYTES=8000", "RUNS=10", "NVCC="+nvcc), env...)
		output, err := cmd.CombinedOutput()
		return string(output), err
	}
	text, err := run()
	if err != nil {
		t.Fatalf("run.sh: %v\n%s", err, text)
	}
	for _, want := range []string{"# pool on ", "| test-cuda_internal_cache | ok |", "| bits | ok |", "| cuda-c | ok |", "| float64 | copy | ",
		" | 2500.0 | 2000.0 | ", "| float32 | schoenauer | ", "### Bits", "### A launch"} {
		if !strings.Contains(text, want) {
			t.Errorf("run.sh: %q is missing from\n%s", want, text)
		}
	}
	var report struct {
		Executor, Device, Date string
		Steps                  []struct{ Name, Status string }
		Stream                 []struct {
			Kernel string
			Best   float64 `json:"best_bytes_per_sec"`
		}
		Bits, Costs *report
		C           *struct{ Results []any } `json:"cuda_c"`
	}
	read := func() {
		t.Helper()
		file, err := os.ReadFile(filepath.Join(out, "report.json"))
		if err == nil {
			err = json.Unmarshal(file, &report)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
	}
	read()
	if report.Executor != "pool" || report.Date == "" || len(report.Stream) != 22 || report.Stream[0].Kernel != "copy" || report.Stream[0].Best <= 0 ||
		report.Bits == nil || len(report.Bits.Bits) != 6 || report.Costs == nil || report.C == nil || len(report.C.Results) != 1 {
		t.Errorf("%+v", report)
	}

	if text, err = run("EXECUTOR=abacus", "NVCC=/bin/false"); err == nil || !strings.Contains(text, "| bits | FAILED: ") || !strings.Contains(text, "| nvcc | FAILED: ") ||
		!strings.Contains(text, "| test-cuda_internal_cache | ok |") {
		t.Errorf("an executor that is none: %v\n%s", err, text)
	}
	report.Bits, report.C = nil, nil
	if read(); report.Bits != nil || report.C != nil || len(report.Steps) < 5 {
		t.Errorf("%+v", report)
	}
}
