package bench

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
)

func TestConfigRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		c    Config
	}{
		{"only", Config{Only: []string{"stream", "nothing"}}},
		{"kernels", Config{Kernels: []string{"triad", "quad"}}},
		{"cases", Config{Cases: []string{"expand8", "expand9"}}},
		{"rounds", Config{Rounds: -1}},
		{"rounds", Config{Rounds: mostRounds + 1}},
		{"arraysize", Config{ArraySize: -1024}},
		{"arraysize", Config{ArraySize: 1000}},
		{"elem", Config{Elem: kernels.Bool}},
		{"cc", Config{CC: "no-such-compiler", Only: []string{"compile"}}},
	} {
		_, err := Run(context.Background(), test.c)
		var bad *ValueError
		if !errors.As(err, &bad) || bad.Name != test.name {
			t.Errorf("%+v: error %v, not a *ValueError about %s", test.c, err, test.name)
		}
	}
}

func TestMainExitCodes(t *testing.T) {
	for _, test := range []struct {
		args string
		code int
		says string // on stderr
	}{
		{"-h", 0, "-arraysize"},
		{"-rounds many", 2, "many"},
		{"-rounds 0", 2, "rounds"},
		{"-only dot", 2, "only"},
		{"-kernels quad", 2, "quad"},
		{"-arraysize 1000", 2, "multiple of 1024"},
		{"-cc no-such-compiler -only compile", 2, "no-such-compiler"},
		{"-json -markdown", 2, "-json"},
		{"stream", 2, "argument"},
		{"-only compile -rounds 1", 0, "compile:"},
	} {
		var stdout, stderr bytes.Buffer
		if code := Main(context.Background(), strings.Fields(test.args), &stdout, &stderr); code != test.code {
			t.Errorf("%s: exit code %d, not %d", test.args, code, test.code)
		}
		if !strings.Contains(stderr.String(), test.says) {
			t.Errorf("%s: stderr does not speak of %q:\n%s", test.args, test.says, &stderr)
		}
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestMainReportsFailure(t *testing.T) {
	for _, format := range []string{"-json", "-markdown", "-json=false"} {
		if code := Main(context.Background(), []string{"-only", "compile", "-rounds", "1", format}, failingWriter{}, io.Discard); code != 1 {
			t.Errorf("%s, stdout that cannot be written: exit code %d, not 1", format, code)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if code := Main(ctx, []string{"-only", "compile"}, io.Discard, io.Discard); code != 1 {
		t.Errorf("canceled: exit code %d, not 1", code)
	}
}

func TestMemoryError(t *testing.T) {
	const size = min(1<<50, math.MaxInt/sizeUnit*sizeUnit) // an int has 32 bits in places
	_, err := Run(context.Background(), Config{Only: []string{"gc"}, ArraySize: size})
	var short *MemoryError
	if !errors.As(err, &short) {
		t.Skipf("no *MemoryError but %v: the system does not tell its memory", err)
	}
}
