//go:build linux && (amd64 || arm64) && !cu

package driver

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// headers gives the folder of NVIDIA's files that cucheck.sh has fetched.
func headers(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip(err)
	}
	dir := filepath.Join(cache, "triad", "cuda12")
	if _, err := os.Stat(filepath.Join(dir, "usr/include/cuda.h")); err != nil {
		t.Skip("no cuda.h: cucheck.sh fetches it")
	}
	return dir
}

// TestHeader compares the functions used with the prototypes in cuda.h: that a name is not that of an older
// version, and the number of arguments.
func TestHeader(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(headers(t), "usr/include/cuda.h"))
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(string(text), "")
	// After this are the functions by names that are defined away before.
	end := strings.LastIndex(all, "#if defined(__CUDA_API_VERSION_INTERNAL)")
	if end < 0 {
		t.Fatal("cuda.h is not as it was")
	}
	for name, n := range prototypes {
		in, is := all[:end], name
		if name == "cuGraphInstantiate_v2" { // that of the drivers before CUDA 11.4
			in = all[end:]
		}
		// The name in the library is defined to be that of another function, or is the function's.
		const perThread = `(?:__CUDA_API_PT[DS][SZ]\()?`
		if as := regexp.MustCompile(`#\s*define\s+(\w+)\s+` + perThread + name + `\b`).FindStringSubmatch(in); as != nil {
			is = as[1]
		} else if to := regexp.MustCompile(`#\s*define\s+` + name + `\s+` + perThread + `(\w+)`).FindStringSubmatch(in); to != nil {
			t.Errorf("%s is the old name of %s", name, to[1])
			continue
		}
		found := regexp.MustCompile(`CUresult\s+CUDAAPI\s+`+is+`\s*\(([^;]*)\);`).FindAllStringSubmatch(in, -1)
		if len(found) == 0 {
			t.Errorf("%s: no prototype", name)
		}
		for _, f := range found {
			args := strings.Count(f[1], ",") + 1
			if strings.TrimSpace(f[1]) == "void" {
				args = 0
			}
			if args != n {
				t.Errorf("%s has %d arguments, the stub %d: %s", name, args, n, f[1])
			}
		}
	}
}

// TestSticky compares the results that are the last of a process with what cuda.h says of each.
func TestSticky(t *testing.T) {
	last := map[Result]string{ // what CUDA 12.8 and newer have besides, and what the words of cuda.h do not say
		214: "ECC_UNCORRECTABLE", 220: "NVLINK_UNCORRECTABLE", 226: "CONTAINED", 721: "TENSOR_MEMORY_LEAK",
		AssertFailed: "ASSERT", Unknown: "UNKNOWN",
	}
	text, err := os.ReadFile(filepath.Join(headers(t), "usr/include/cuda.h"))
	if err != nil {
		t.Fatal(err)
	}
	star := regexp.MustCompile(`\s+\*?\s*`)
	n := 0
	for _, f := range regexp.MustCompile(`(?s)/\*\*((?:[^*]|\*[^/])*)\*/\s*CUDA_ERROR_(\w+)\s*=\s*(\d+)`).FindAllStringSubmatch(string(text), -1) {
		r, err := strconv.Atoi(f[3])
		if err != nil {
			t.Fatal(err)
		}
		want := last[Result(r)] != "" || strings.Contains(star.ReplaceAllString(f[1], " "), "process must be terminated and relaunched")
		if n++; Result(r).Sticky() != want {
			t.Errorf("CUDA_ERROR_%s (%d): %v, want %v", f[2], r, !want, want)
		}
	}
	if n < 50 {
		t.Errorf("%d results in cuda.h", n)
	}
	for r, name := range last {
		if !r.Sticky() {
			t.Errorf("CUDA_ERROR_%s (%d) is not the last", name, r)
		}
	}
}

// TestTagCu runs the tests of the binding of gorgonia.org/cu, with the stub as the driver.
func TestTagCu(t *testing.T) {
	if os.Getenv("TRIAD_CUCHECK") == "" {
		t.Skip("takes a while to build: cucheck.sh runs it")
	}
	dir := headers(t)
	link, err := filepath.Glob(filepath.Join(dir, "usr/lib/*/stubs/libcuda.so"))
	if err != nil || len(link) != 1 {
		t.Skip("no libcuda.so to link with: cucheck.sh fetches it")
	}
	stub := buildStub(t, stubSource())
	lib := t.TempDir()
	if err := os.Symlink(stub, filepath.Join(lib, soname)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(runtime.GOROOT(), "bin/go"), "test", "-count=1", "-tags", "cu", "-v", "-run", "^(TestMethods|TestAllocations)$", ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "CGO_CFLAGS=-I"+filepath.Join(dir, "usr/include"),
		"CGO_LDFLAGS=-L"+filepath.Dir(link[0]), "LD_LIBRARY_PATH="+lib)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"--- PASS: TestMethods", "--- PASS: TestAllocations"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
