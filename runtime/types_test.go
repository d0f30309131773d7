package runtime_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// Arrays have the types that the kernel declares.
func TestTypedArrays(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "m = select(x < t, n, 0); y = x + float(n)", kernels.Scalars("t"), kernels.Typed(kernels.Int32, "m", "n")))
	type indices []int32
	for _, c := range []struct {
		name   string
		value  any
		reason runtime.ArgReason
		want   string
	}{
		{"n", []int32{1, 2}, 0, ""},
		{"n", indices{1, 2}, 0, ""},
		{"n", []uint32{1, 2}, runtime.ArgElement, "argument n: elements are uint32, and the kernel has int32 here"},
		{"n", []int64{1, 2}, runtime.ArgElement, "int64"},
		{"n", []float64{1, 2}, runtime.ArgElement, "elements are float64, and the kernel has int32 here"},
		{"m", []float32{1, 2}, runtime.ArgElement, "elements are float32, and the kernel has int32 here"},
		{"x", []int32{1, 2}, runtime.ArgElement, "kernels.Typed"},
		{"x", []float32{1, 2}, runtime.ArgElement, "arguments y and x: elements are float64 and float32"},
		{"n", []int32{1, 2, 3}, runtime.ArgLength, "lengths are 2 and 3"},
		{"n", []int{1, 2}, runtime.ArgType, "not []int"},
		{"n", []uint8{1, 2}, runtime.ArgType, "not []uint8"},
		{"n", int32(1), runtime.ArgType, "a scalar is declared"},
		{"n", (*runtime.Buffer[int32])(nil), runtime.ArgNil, "a nil *runtime.Buffer[int32]"},
		{"n", new(runtime.Buffer[int32]), runtime.ArgClosed, "closed"},
	} {
		args := runtime.Args{"m": make([]int32, 2), "n": []int32{1, 2}, "x": []float64{1, 2}, "y": make([]float64, 2), "t": 2}
		args[c.name] = c.value
		_, err := runtime.Check(k, args)
		var e *runtime.ArgError
		switch {
		case c.reason == 0:
			if err != nil {
				t.Errorf("%s of type %T: %v", c.name, c.value, err)
			}
		case !errors.As(err, &e) || e.Reason != c.reason || !strings.Contains(err.Error(), c.want):
			t.Errorf("%s of type %T: %v, want %q", c.name, c.value, err, c.want)
		}
	}
	// The own float type is that of the arrays that are not declared.
	b, err := runtime.Check(k, runtime.Args{"m": make([]int32, 2), "n": []int32{1, 2}, "x": []float32{1, 2}, "y": make([]float32, 2), "t": 2})
	if err != nil || b.Program.Elem != kernels.Float32 {
		t.Errorf("arrays of float32: %v", err)
	}
}

// A scalar of integers is exact, or an error.
func TestTypedScalars(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "y = a; z = b; v = c; w = d", kernels.Scalars("a", "b", "c", "d"),
		kernels.Typed(kernels.Int64, "y", "a"), kernels.Typed(kernels.Int32, "z", "b"), kernels.Typed(kernels.Uint64, "v", "c"), kernels.Typed(kernels.Uint32, "w", "d")))
	y, z, v, w := make([]int64, 1), make([]int32, 1), make([]uint64, 1), make([]uint32, 1)
	ex, err := runtime.Open("sequential")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	call, err := ex.Bind(k, runtime.Args{"y": y, "z": z, "v": v, "w": w, "a": -1, "b": int8(-2), "c": 3.0, "d": float32(4)})
	if err != nil {
		t.Fatal(err)
	}
	run := func() {
		t.Helper()
		if err := call.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if run(); y[0] != -1 || z[0] != -2 || v[0] != 3 || w[0] != 4 {
		t.Errorf("%v %v %v %v", y, z, v, w)
	}
	for _, c := range []struct {
		name  string
		value any
		want  string // of the error
	}{
		{"a", int64(math.MinInt64), ""}, {"a", int64(math.MaxInt64), ""}, {"a", -0x1p63, ""}, {"a", 0x1p63, "9223372036854775808 is no int64"},
		{"a", uint64(1 << 63), "9223372036854775808 is no int64"}, {"a", 0.5, "0.5 is no int64"}, {"a", math.NaN(), "NaN is no int64"},
		{"b", math.MinInt32, ""}, {"b", math.MaxInt32, ""}, {"b", int64(math.MinInt32) - 1, "-2147483649 is no int32"}, {"b", uint32(1 << 31), "2147483648 is no int32"},
		{"b", math.Inf(-1), "-Inf is no int32"}, {"b", "1", "a scalar is float64, float32 or an integer, not string"},
		{"c", uint64(math.MaxUint64), ""}, {"c", 0x1p63, ""}, {"c", 0x1p64, "is no uint64"}, {"c", -1, "-1 is no uint64"}, {"c", math.Copysign(0, -1), ""},
		{"d", uint32(math.MaxUint32), ""}, {"d", int64(1) << 32, "4294967296 is no uint32"}, {"d", -1.0, "-1 is no uint32"},
	} {
		err := call.SetScalar(c.name, c.value)
		var e *runtime.ArgError
		if c.want == "" && err != nil || c.want != "" && (!errors.As(err, &e) || e.Name != c.name || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s = %v: %v, want %q", c.name, c.value, err, c.want)
		}
	}
	if run(); y[0] != math.MinInt64 || z[0] != math.MaxInt32 || v[0] != 0 || w[0] != math.MaxUint32 {
		t.Errorf("%v %v %v %v", y, z, v, w)
	}
}

// Memory may be shared element for element only.
func TestTypedOverlap(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "n = int32(x); m = a + 1", kernels.Typed(kernels.Int32, "n", "m", "a")))
	words := make([]float64, 100)
	single := unsafe.Slice((*float32)(unsafe.Pointer(&words[0])), 200)
	whole := unsafe.Slice((*int32)(unsafe.Pointer(&words[0])), 200)
	bind := func(args runtime.Args) error {
		_, err := runtime.Check(k, args)
		return err
	}
	if err := bind(runtime.Args{"n": whole[:10], "x": single[:10], "m": whole[10:20], "a": whole[10:20]}); err != nil {
		t.Errorf("elements of one size in place: %v", err)
	}
	if err := bind(runtime.Args{"n": whole[20:30], "x": words[:10], "m": whole[30:40], "a": whole[40:50]}); err != nil {
		t.Errorf("arrays one after the other: %v", err)
	}
	for name, args := range map[string]runtime.Args{
		"elements of two sizes":     {"n": whole[:10], "x": words[:10], "m": whole[30:40], "a": whole[40:50]},
		"the end of wider elements": {"n": whole[19:29], "x": words[:10], "m": whole[30:40], "a": whole[40:50]},
		"a shift":                   {"n": whole[:10], "x": words[50:60], "m": whole[11:21], "a": whole[10:20]},
	} {
		var e *runtime.ArgError
		if err := bind(args); !errors.As(err, &e) || e.Reason != runtime.ArgOverlap {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTypedBuffers(t *testing.T) {
	ex, err := runtime.Open("sequential")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	k := kernels.Must(kernels.Parse("k", "y = uint64(x) + c", kernels.Scalars("c"), kernels.Typed(kernels.Uint64, "y", "c"), kernels.Typed(kernels.Int32, "x")))
	y, err := runtime.NewBuffer[uint64](ex, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer y.Close()
	x, err := runtime.NewBuffer[int32](ex, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	copy(x.Slice(), []int32{0, -1, 7})
	call, err := ex.Bind(k, runtime.Args{"y": y, "x": x, "c": 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil || !slices.Equal(y.Slice(), []uint64{2, 1, 9}) {
		t.Errorf("%v %v", err, y.Slice())
	}
}
