package runtime

import (
	"errors"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
)

// What Check refuses is in executortest; here, that its errors say what a
// person needs.
func TestArgErrorText(t *testing.T) {
	k := kernels.Must(kernels.Parse("triad", "a = b + s*c; r = sum(b)", kernels.Scalars("s")))
	m := make([]float64, 100)
	good := func() Args {
		return Args{"a": m[:10], "b": m[20:30], "c": m[40:50], "s": 3.0, "r": new(float64)}
	}
	for _, c := range []struct {
		name  string
		value any
		want  []string
	}{
		{"x", 1.0, []string{"triad", "argument x", "a, b, s, c, r"}},
		{"b", m[:12], []string{"arguments a and b", "10 and 12"}},
		{"c", make([]float32, 10), []string{"arguments a and c", "float64 and float32"}},
		{"b", []int{1}, []string{"argument b", "[]int", "[]float64", "[]float32", "[]uint32", "*Buffer"}},
		{"b", m[3:13], []string{"arguments a and b", "shift of -24 bytes"}},
		{"s", "3", []string{"argument s", "string", "float64, float32 or an integer"}},
		{"r", new(float32), []string{"argument r", "*float32", "*float64"}},
		{"r", new(int), []string{"argument r", "*int", "*float64", "*float32"}},
		{"r", (*float64)(nil), []string{"argument r", "nil *float64"}},
	} {
		args := good()
		args[c.name] = c.value
		_, err := Check(k, args)
		if err == nil {
			t.Errorf("%s of type %T: no error", c.name, c.value)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s of type %T: %q does not say %q", c.name, c.value, err, w)
			}
		}
	}
	args := good()
	delete(args, "c")
	if _, err := Check(k, args); err == nil || !strings.Contains(err.Error(), "argument c: missing") {
		t.Errorf("without c: %v", err)
	}
}

// Types that are made from those of arguments are taken as well.
func TestCheckNamedTypes(t *testing.T) {
	type vector []float64
	type size uint16
	k := kernels.Must(kernels.Parse("k", "y = s*x + t", kernels.Scalars("s", "t")))
	y := vector{0}
	b, err := Check(k, Args{"y": y, "x": vector{2}, "s": size(3), "t": int64(-4)})
	if err != nil {
		t.Fatal(err)
	}
	b.Program.Interpret(b.Frame, 0, 1)
	if y[0] != 2 {
		t.Errorf("y is %v, want 3*2 - 4", y)
	}
	for _, s := range []any{uint64(1<<64 - 1), int64(1<<53 + 1)} {
		var arg *ArgError
		if _, err := Check(k, Args{"y": y, "x": y, "s": s, "t": 0}); !errors.As(err, &arg) || arg.Reason != ArgValue {
			t.Errorf("the %T %[1]v: %v, want an ArgError for the value", s, err)
		}
	}
}

// A result may lie in an input, which is read first, and inputs may overlap as
// they like.
func TestCheckAllows(t *testing.T) {
	k := kernels.Must(kernels.Parse("dot", "r = sum(a*b)"))
	m := []float64{1, 2, 3, 4}
	b, err := Check(k, Args{"a": m[:3], "b": m[1:], "r": &m[1]})
	if err != nil {
		t.Fatal(err)
	}
	b.Program.Interpret(b.Frame, 0, 3)
	b.setResults()
	if m[1] != 1*2+2*3+3*4 {
		t.Errorf("the result is %v", m[1])
	}
}

func TestArgReasons(t *testing.T) {
	for r := ArgUnknown; r <= ArgClosed; r++ {
		if s := r.String(); strings.HasPrefix(s, "ArgReason") {
			t.Errorf("reason %d has no name", r)
		}
	}
	if err := error(&ArgError{Reason: ArgClosed}); !errors.Is(err, ErrClosed) {
		t.Error("a closed buffer is not ErrClosed")
	}
	if err := error(&ArgError{Reason: ArgNil}); errors.Is(err, ErrClosed) {
		t.Error("a nil buffer is ErrClosed")
	}
}
