// Package examples has programs that show the library at work; each folder is
// one. They are run by the tests.
package examples

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestOutput runs every example: its output is the same on every machine, on
// whatever executor.
func TestOutput(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command:", err)
	}
	for name, want := range map[string]string{
		"triad":      "6 7 1005\n",
		"lorenz":     "",
		"montecarlo": "pi    3.14225 ± 0.00160, exactly 3.14159\nprice 9.5838 ± 0.0160, exactly 9.5775\n",
	} {
		t.Run(name, func(t *testing.T) {
			var outputs []string
			for _, tier := range []string{"", "portable"} {
				cmd := exec.Command("go", "run", "./"+name)
				cmd.Env = append(os.Environ(), "TRIAD_SIMD="+tier)
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				outputs = append(outputs, string(out))
			}
			if outputs[0] != outputs[1] {
				t.Errorf("the tiers differ:\n%s%s", outputs[0], outputs[1])
			}
			if want != "" && outputs[0] != want {
				t.Errorf("printed %q, want %q", outputs[0], want)
			}
		})
	}
}

// TestREADME: the first example of the README is the one that is compiled and
// run here.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("triad/main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(source), "package main\n")
	if !strings.Contains(string(readme), "```go\npackage main\n"+code+"```") {
		t.Error("the README's first example is not examples/triad/main.go")
	}
}
