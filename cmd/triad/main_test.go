package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/triad-go/triad/egraph/cost"
)

// triad runs the command as a shell would.
func triad(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(context.Background(), args, &out, &err)
	return code, out.String(), err.String()
}

// says fails the test unless the text has all words in it.
func says(t *testing.T, what, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%s does not say %q:\n%s", what, word, text)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"-h"}, {"-help"}, {"--help"}} {
		code, out, errs := triad(t, args...)
		if code != exitOK || errs != "" {
			t.Errorf("%v: exit %d, stderr %q", args, code, errs)
		}
		says(t, args[0], out, "Usage: triad command", "explain", "calibrate")
	}
	for _, args := range [][]string{{"help", "explain"}, {"explain", "-h"}, {"explain", "--help"}} {
		code, out, errs := triad(t, args...)
		if code != exitOK || errs != "" || strings.Contains(out, "\x00") {
			t.Errorf("%v: exit %d, stderr %q", args, code, errs)
		}
		says(t, "help", out, "Usage: triad explain [options] 'a = b + s*c'", "-scalars NAMES", "-class CLASS", "-nodes NUM", "-type TYPE",
			"-range NAME=LO:HI", "-model MODEL", "avx512", "-costs FILE", "-samples NUM", "-seed NUM")
	}
	_, out, _ := triad(t, "help", "calibrate")
	says(t, "help", out, "Usage: triad calibrate [options]\n", "-o FILE", "-type TYPE", "-simd TIER", "-repetitions NUM")
}

func TestExplain(t *testing.T) {
	code, out, errs := triad(t, "explain", "-scalars", "s", "-samples", "100", "a = b + s*c")
	if code != exitOK || errs != "" {
		t.Fatalf("exit %d, stderr %q", code, errs)
	}
	says(t, "explain", out, "class rounding, costs of avx512-float64", "before: 2 operations", "a = b + s*c", "a = fma(s, c, b)",
		"error of the float64 program", "100 of 100 samples")

	code, out, errs = triad(t, "explain", "-class", "Domain", "-type", "float32", "-model", "avx2", "-nodes", "500", "-seed", "7",
		"-range", "x=1:2", "--range", "z = -1e3 : 5", "-samples=30", "y = x*z/z; r = sum(x)")
	if code != exitOK || errs != "" {
		t.Fatalf("exit %d, stderr %q", code, errs)
	}
	says(t, "explain", out, "class domain, costs of avx2-float32", "  y = x\n", "error of the float32 program", "rules, y:", "[domain]")

	code, out, _ = triad(t, "explain", "-class", "off", "y = x*2")
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	says(t, "explain", out, "as written", "before and after")
	if code, out, _ = triad(t, "explain", "-class", "off", "-class", "exact", "y = x*2"); code != exitOK || !strings.Contains(out, "class exact") {
		t.Errorf("exit %d, %s", code, out)
	}
}

func TestCalibrate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "costs.json")
	code, out, errs := triad(t, "calibrate", "-repetitions", "1", "-simd", "portable", "-type", "float32", "-o", file)
	if code != exitOK || out != "" || errs != "" {
		t.Fatalf("exit %d, stdout %q, stderr %q", code, out, errs)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := cost.Read(f)
	if err != nil || table.Elem() != cost.Float32 {
		t.Fatalf("%v, %v", table, err)
	}
	code, out, errs = triad(t, "explain", "-costs", file, "-samples", "10", "y = x/z")
	if code != exitOK {
		t.Fatalf("exit %d, stderr %q", code, errs)
	}
	says(t, "explain", out, "costs of "+table.Name())

	code, out, _ = triad(t, "calibrate", "-repetitions", "1")
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	says(t, "calibrate", out, "float64", "fma", "cycles")
}

func TestMisuse(t *testing.T) {
	for _, c := range []struct {
		args  []string
		words string // all of them in the error
	}{
		{nil, "nothing to do"},
		{[]string{"bogus"}, `"bogus" help explain calibrate`},
		{[]string{"help", "bogus"}, "bogus"},
		{[]string{"help", "explain", "more"}, "more"},
		{[]string{"explain"}, "no kernel"},
		{[]string{"explain", "a", "=", "b"}, `unexpected argument "=" quotes`},
		{[]string{"explain", "a = b", "-scalars", "s"}, "options come before"},
		{[]string{"explain", "-bogus", "a = b"}, "bogus triad help explain"},
		{[]string{"explain", "-class", "quick", "a = b"}, "-class quick exact, rounding, domain, off"},
		{[]string{"explain", "-nodes", "0", "a = b"}, "-nodes from 1"},
		{[]string{"explain", "-nodes", "many", "a = b"}, "-nodes whole numbers"},
		{[]string{"explain", "-type", "int", "a = b"}, "-type float64, float32"},
		{[]string{"explain", "-model", "mmx", "a = b"}, "-model mmx avx2, avx512, portable"},
		{[]string{"explain", "-model", "avx2", "-costs", "x", "a = b"}, "-model -costs exclude"},
		{[]string{"explain", "-costs=", "a = b"}, "-costs file names"},
		{[]string{"explain", "-range", "b", "a = b"}, "-range x=-1:2.5"},
		{[]string{"explain", "-range", "b=1", "a = b"}, "-range x=-1:2.5"},
		{[]string{"explain", "-range", "b=1:two", "a = b"}, "-range x=-1:2.5"},
		{[]string{"explain", "-range", "b=2:1", "a = b"}, "b cannot lie between 2 and 1"},
		{[]string{"explain", "-range", "q=1:2", "a = b"}, "q no input"},
		{[]string{"explain", "-samples", "0", "a = b"}, "-samples from 1"},
		{[]string{"explain", "-samples", "1000001", "a = b"}, "-samples to 1000000"},
		{[]string{"explain", "-seed", "-1", "a = b"}, "-seed from 0"},
		{[]string{"explain", "-scalars", "q", "a = b"}, "unknown variable q"},
		{[]string{"explain", "a = b + * c"}, "offset 8"},
		{[]string{"explain", "a = digamma(b)"}, "no instructions digamma"},
		{[]string{"calibrate", "more"}, "unexpected argument more"},
		{[]string{"calibrate", "-repetitions", "0"}, "-repetitions from 1"},
		{[]string{"calibrate", "-simd", "mmx"}, "-simd portable on this machine"},
		{[]string{"calibrate", "-o", ""}, "-o file names"},
	} {
		code, out, errs := triad(t, c.args...)
		if code != exitUsage || out != "" || !strings.HasPrefix(errs, "triad: ") {
			t.Errorf("%q: exit %d, stdout %q, stderr %q", c.args, code, out, errs)
		}
		says(t, strings.Join(c.args, " "), errs, strings.Fields(c.words)...)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestFailures(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none", "costs.json")
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte(`{"name": "x"}`), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		word string
	}{
		{[]string{"explain", "-costs", none, "a = b"}, none},
		{[]string{"explain", "-costs", bad, "a = b"}, bad + ": cost: "},
		{[]string{"calibrate", "-repetitions", "1", "-o", none}, none},
	} {
		code, out, errs := triad(t, c.args...)
		if code != exitFailure || out != "" || !strings.Contains(errs, c.word) {
			t.Errorf("%q: exit %d, stdout %q, stderr %q", c.args, code, out, errs)
		}
	}
	var errs bytes.Buffer
	if code := run(context.Background(), []string{"help"}, full{}, &errs); code != exitFailure || !strings.Contains(errs.String(), "no space left") {
		t.Errorf("exit %d, stderr %q", code, &errs)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, args := range [][]string{{"explain", "a = b/c"}, {"calibrate"}} {
		var out, errs bytes.Buffer
		if code := run(ctx, args, &out, &errs); code != exitFailure || out.Len() > 0 || errs.String() != "triad: interrupted; nothing was written\n" {
			t.Errorf("%v: exit %d, stdout %q, stderr %q", args, code, &out, &errs)
		}
	}
}

// FuzzArguments: no command line makes the command panic or end as nothing that
// it says it ends as.
func FuzzArguments(f *testing.F) {
	for _, s := range []string{"explain\na = b", "help", "explain\n-range\nx=0:1\ny = x*x", "explain\n-scalars\ns,t\n-class\noff\na = s*t*b", "-\n\n=", "explain\n-model\n\na=b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 {
			return
		}
		args := strings.Split(text, "\n")
		for _, a := range args {
			// Nothing is to be written or read, and nothing is to take long.
			if strings.Contains(a, "-o") || strings.Contains(a, "costs") || strings.Contains(a, "calibrate") || strings.Contains(a, "samples") || strings.Contains(a, "nodes") {
				return
			}
		}
		var errs bytes.Buffer
		code := run(context.Background(), args, io.Discard, &errs)
		if code != exitOK && code != exitUsage && code != exitFailure || (code == exitOK) != (errs.Len() == 0) {
			t.Fatalf("%q: exit %d, stderr %q", args, code, &errs)
		}
	})
}
