package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func Example() {
	main()
	// Output:
	// 0.9500 +1.960975
	// 1.0000 +0.000000
	// 1.1225 -1.000000
	// 1.5000 -0.320337
	// 2.0000 -0.061523
	// 3.0000 -0.005479
}

// The portable loop gives the same bits as the vector code.
func TestPortable(t *testing.T) {
	r := make([]float64, 1000)
	for i := range r {
		r[i] = 0.5 + float64(i)/300
	}
	got, want := make([]float64, len(r)), make([]float64, len(r))
	LennardJones(got, r, 1.5, 0.9)
	lennardJonesPortable(want, r, 1.5, 0.9)
	for i := range r {
		if got[i] != want[i] {
			t.Fatalf("element %d is %v, want %v", i, got[i], want[i])
		}
	}
}

// The files in this folder are what the command writes.
func TestUpToDate(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command:", err)
	}
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(source), "//go:generate go run github.com/triad-go/triad/cmd/triad ")
	line, _, _ = strings.Cut(line, "\n")
	options, kernel, _ := strings.Cut(strings.TrimSuffix(line, `"`), ` "`)
	dir := t.TempDir()
	args := append([]string{"run", "github.com/triad-go/triad/cmd/triad"}, strings.Fields(options)...)
	for i, a := range args {
		if strings.HasSuffix(a, ".go") {
			args[i] = filepath.Join(dir, a)
		}
	}
	cmd := exec.Command("go", append(args, kernel)...)
	cmd.Env = append(os.Environ(), "GOPACKAGE=main")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	made, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(made) == 0 {
		t.Fatal(made, err)
	}
	for _, path := range made {
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Base(path))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is out of date: run go generate here (%v)", filepath.Base(path), err)
		}
	}
}
