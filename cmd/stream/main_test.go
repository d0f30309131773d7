package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/stream"
)

func init() {
	runtime.Register("broken", func(runtime.Config) (runtime.Executor, error) {
		ex, err := runtime.Open("simd")
		return broken{ex}, err
	})
}

// broken is an executor that adds where it is to copy.
type broken struct{ runtime.Executor }

func (broken) Name() string { return "broken" }

func (b broken) Bind(k *kernels.Kernel, args runtime.Args, policies ...runtime.Policy) (*runtime.Call, error) {
	if k.Name() == "copy" {
		k = kernels.Must(kernels.Parse("copy", "c = a + 0.5"))
	}
	return b.Executor.Bind(k, args, policies...)
}

const own = "sequential,simd,pool"

// command runs the command as a shell would.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(context.Background(), args, &out, &err)
	return code, out.String(), err.String()
}

func TestRunTable(t *testing.T) {
	code, out, errs := command(t, "-arraysize", "3000", "-numtimes", "3", "-executor", own)
	if code != exitOK || errs != "" {
		t.Fatalf("exit %d, stderr %q", code, errs)
	}
	for _, want := range []string{"sequential on cpu", "simd on cpu", "pool on cpu", "Limit", "schoenauer", "of limit", "cache"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing from\n%s", want, out)
		}
	}
}

func TestRunCSV(t *testing.T) {
	for _, args := range [][]string{
		{"-executor", own, "-order", "Isolated"},
		{"-executor", own, "-float", "-simd", "portable", "-workers", "2", "-nt", "on"},
	} {
		code, out, errs := command(t, append([]string{"-csv", "-arraysize", "2000", "-numtimes", "3"}, args...)...)
		if code != exitOK {
			t.Fatalf("%v: exit %d, stderr %q", args, code, errs)
		}
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if want := 1 + 3*len(stream.Names()); len(rows) != want {
			t.Errorf("%v: %d rows, want %d", args, len(rows), want)
		}
		if !strings.Contains(errs, "stream: Note: the arrays fit the last-level cache") {
			t.Logf("%v: no note about the cache (its size may be unknown here): %q", args, errs)
		}
	}
}

func TestRunFiles(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	code, out, errs := command(t, "-json", "-s", "1000", "-n", "2", "-executor", "simd", "-only", "classic",
		"-plot", path("out.svg"), "-profile", path("out.pb.gz"))
	if code != exitOK {
		t.Fatalf("exit %d, stderr %q", code, errs)
	}
	var r stream.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || len(r.Executors) != 1 || len(r.Executors[0].Results) != 5 {
		t.Errorf("json: %v, %+v", err, r)
	}
	if names := entries(t, dir); len(names) != 2 {
		t.Errorf("files %v", names)
	}
	if svg, err := os.ReadFile(path("out.svg")); err != nil || !bytes.Contains(svg, []byte("<svg")) {
		t.Errorf("svg: %v, %.100s", err, svg)
	}

	gotool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command here to run pprof with")
	}
	cmd := exec.Command(gotool, "tool", "pprof", "-sample_index=bytes", "-top", path("out.pb.gz"))
	cmd.Env = append(os.Environ(), "PPROF_TMPDIR="+dir)
	top, err := cmd.CombinedOutput()
	if err != nil {
		t.Skipf("pprof does not run here: %v\n%s", err, top)
	}
	for _, want := range []string{"Type: bytes", "triad", "simd", "stream"} {
		if !bytes.Contains(top, []byte(want)) {
			t.Errorf("pprof does not say %q:\n%s", want, top)
		}
	}
}

func TestRunUnwritable(t *testing.T) {
	dir := t.TempDir()
	for _, flag := range []string{"-plot", "-profile"} {
		// No output although the run is a full one: nothing was measured.
		good, bad := filepath.Join(dir, "good.svg"), filepath.Join(dir, "none", "out.svg")
		code, out, errs := command(t, "-plot", good, flag, bad)
		if code != exitFailure || out != "" || !strings.Contains(errs, bad) {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", flag, code, out, errs)
		}
		if names := entries(t, dir); len(names) != 0 {
			t.Errorf("%s: left behind %v", flag, names)
		}
	}
}

func TestRunValidationFails(t *testing.T) {
	dir := t.TempDir()
	code, out, errs := command(t, "-s", "1000", "-n", "2", "-executor", "broken", "-only", "copy", "-plot", filepath.Join(dir, "out.png"))
	if code != exitFailure || !strings.Contains(out, "broken on cpu") || !strings.Contains(errs, "validation failed: broken: c[0] is") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out, errs)
	}
	if names := entries(t, dir); len(names) != 0 {
		t.Errorf("left behind %v", names)
	}
}

func TestRunBadUsage(t *testing.T) {
	code, out, errs := command(t, "-order", "random")
	if code != exitUsage || out != "" || !strings.Contains(errs, "-order") || !strings.Contains(errs, "Classic, Isolated") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out, errs)
	}
}

func TestRunInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	code := run(ctx, []string{"-s", "1000", "-n", "2", "-profile", filepath.Join(dir, "p")}, &out, &errs)
	if code != exitFailure || out.Len() > 0 || errs.String() != "stream: interrupted; nothing was written\n" {
		t.Errorf("exit %d, stdout %q, stderr %q", code, &out, &errs)
	}
	if names := entries(t, dir); len(names) != 0 {
		t.Errorf("left behind %v", names)
	}
}

func TestRunTooLarge(t *testing.T) {
	code, out, errs := command(t, "-s", "999999999999999999", "-n", "2")
	if code != exitFailure || out != "" || !strings.Contains(errs, "999999999999999999 elements") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out, errs)
	}
}

func TestRunLists(t *testing.T) {
	if code, out, errs := command(t, "-print-names"); code != exitOK || errs != "" ||
		out != "Available benchmarks: Copy,Mul,Add,Triad,Dot,Nstream,Fill,Sum,Update,Daxpy,Schoenauer\n" {
		t.Errorf("-print-names: exit %d, %q, %q", code, out, errs)
	}
	if code, out, errs := command(t, "-list"); code != exitOK || errs != "" ||
		!strings.HasPrefix(out, "0: cpu: ") || !strings.Contains(out, "\nExecutors: sequential, simd, pool") {
		t.Errorf("-list: exit %d, %q, %q", code, out, errs)
	}
	if code, out, errs := command(t, "-h"); code != exitOK || errs != "" || !strings.Contains(out, "-arraysize SIZE") {
		t.Errorf("-h: exit %d, %q, %q", code, out, errs)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestRunOutputFails(t *testing.T) {
	var errs bytes.Buffer
	for _, flag := range []string{"-print-names", "-help"} {
		errs.Reset()
		if code := run(context.Background(), []string{flag}, full{}, &errs); code != exitFailure || !strings.Contains(errs.String(), "no space left") {
			t.Errorf("%s: exit %d, stderr %q", flag, code, &errs)
		}
	}
}

func TestProgress(t *testing.T) {
	if newProgress(new(bytes.Buffer)).callback() != nil {
		t.Error("progress without a terminal")
	}
	var b bytes.Buffer
	p := &progress{w: &b}
	p.clear()
	if b.Len() > 0 {
		t.Errorf("clears a line that is not there: %q", &b)
	}
	f := p.callback()
	at := stream.Progress{Executor: "pool", Kernel: "triad", Round: 2, Rounds: 100}
	f(at)
	f(at) // too soon to be shown
	p.clear()
	if want := "\rpool: triad 3/100\x1b[K\r\x1b[K"; !strings.HasPrefix(b.String(), want[:20]) || !strings.HasSuffix(b.String(), "\r\x1b[K") {
		t.Errorf("printed %q", &b)
	}
}
