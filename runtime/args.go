package runtime

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

// Check fits arguments to a kernel's parameters. Executors call it first in
// Bind and launch what it returns.
//
// All arrays have one element type, which the launch computes in, and one
// length n; n may be 0: then nothing is written, a sum is 0, a minimum +Inf and
// a maximum -Inf. Types made from those that Args names do as well. Scalars are
// rounded to the element type, to nearest even; an integer that no float64
// equals is refused. Results go to a *float64, or to a
// *float32 where the elements are float32; a float32 result is exact in either.
//
// An output may be the same memory as an input, element for element (in place).
// It may not overlap an array in any other way, and no other output at all.
// Results are written last; one may lie in an input.
//
// Errors are of type *ArgError, and *ValueError for a kernel that is nil or zero. A
// closed buffer gives an *ArgError that is ErrClosed.
func Check(k *kernels.Kernel, args Args) (*Binding, error) {
	if k == nil || len(k.Outputs()) == 0 {
		return nil, &ValueError{Name: "Kernel", Value: k, Want: "a kernel that New or Parse made"}
	}
	c := &checker{kernel: k, params: k.Params(), args: args}
	if err := c.matchNames(); err != nil {
		return nil, err
	}
	defer c.release()
	if err := c.takeArrays(); err != nil {
		return nil, err
	}
	b := &Binding{Kernel: k, Program: k.Program(c.elem)}
	b.Frame = b.Program.NewFrame(c.n)
	c.fillArrays(b)
	if err := c.fillScalars(b); err != nil {
		return nil, err
	}
	if err := c.fillResults(b); err != nil {
		return nil, err
	}
	if err := c.checkOverlap(b); err != nil {
		return nil, err
	}
	b.Program.EvalUniforms(b.Frame)
	return b, nil
}

// checker is the state of one Check.
type checker struct {
	kernel *kernels.Kernel
	params []kernels.Param
	args   Args

	arrays []array // by slot
	elem   kernels.Type
	n      int
	held   []lease
}

// array is an argument for an array parameter.
type array struct {
	name   string
	elem   kernels.Type
	data   unsafe.Pointer
	n      int
	buffer anyBuffer // nil for a slice
	out    bool
}

func (c *checker) fail(reason ArgReason, name, other, format string, args ...any) error {
	return &ArgError{Kernel: c.kernel.Name(), Name: name, Other: other, Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// matchNames checks that arguments and parameters have the same names.
func (c *checker) matchNames() error {
	names := make([]string, len(c.params))
	for i, p := range c.params {
		names[i] = p.Name
	}
	for _, name := range slices.Sorted(maps.Keys(c.args)) {
		if !slices.Contains(names, name) {
			return c.fail(ArgUnknown, name, "", "the kernel has no such parameter; it has %s", strings.Join(names, ", "))
		}
	}
	for _, p := range c.params {
		if _, ok := c.args[p.Name]; !ok {
			return c.fail(ArgMissing, p.Name, "", "missing; the kernel needs a value for this %s", p.Kind)
		}
	}
	return nil
}

// takeArrays finds the memory of all arrays and checks that they have one
// element type and one length. Buffers stay acquired until release.
func (c *checker) takeArrays() error {
	for _, p := range c.params {
		if p.Kind != kernels.ArrayParam {
			continue
		}
		a, err := c.takeArray(p)
		if err != nil {
			return err
		}
		c.arrays = append(c.arrays, a)
		switch first := c.arrays[0]; {
		case a.elem != first.elem:
			return c.fail(ArgElement, first.name, a.name, "elements are %v and %v", first.elem, a.elem)
		case a.n != first.n:
			return c.fail(ArgLength, first.name, a.name, "lengths are %d and %d", first.n, a.n)
		}
		c.elem, c.n = a.elem, a.n
	}
	return nil
}

func (c *checker) takeArray(p kernels.Param) (array, error) {
	a := array{name: p.Name, out: p.Out}
	switch v := plain(c.args[p.Name]).(type) {
	case []float64:
		a.elem, a.data, a.n = kernels.Float64, unsafe.Pointer(unsafe.SliceData(v)), len(v)
	case []float32:
		a.elem, a.data, a.n = kernels.Float32, unsafe.Pointer(unsafe.SliceData(v)), len(v)
	case *Buffer[float64]:
		if v == nil {
			return a, c.fail(ArgNil, p.Name, "", "a nil *Buffer[float64]")
		}
		if err := c.hold(p.Name, v); err != nil {
			return a, err
		}
		s := v.Slice()
		a.elem, a.data, a.n, a.buffer = kernels.Float64, unsafe.Pointer(unsafe.SliceData(s)), len(s), v
	case *Buffer[float32]:
		if v == nil {
			return a, c.fail(ArgNil, p.Name, "", "a nil *Buffer[float32]")
		}
		if err := c.hold(p.Name, v); err != nil {
			return a, err
		}
		s := v.Slice()
		a.elem, a.data, a.n, a.buffer = kernels.Float32, unsafe.Pointer(unsafe.SliceData(s)), len(s), v
	default:
		hint := ""
		switch v.(type) {
		case float64, float32, int64, uint64:
			hint = "; a scalar is declared with kernels.Scalars"
		}
		return a, c.fail(ArgType, p.Name, "", "an array is []float64, []float32, *Buffer[float64] or *Buffer[float32], not %T%s", c.args[p.Name], hint)
	}
	if a.buffer == nil && a.n > 0 {
		if b := ownerOf(a.data); b != nil { // a slice of a Buffer
			if err := c.hold(p.Name, b); err != nil {
				return a, err
			}
			a.buffer = b
		}
	}
	return a, nil
}

// plain takes a named type to the type that it is made from, and integers to
// int64 or uint64.
func plain(v any) any {
	switch v.(type) {
	case []float64, []float32, float64, float32:
		return v
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Slice:
		for _, t := range []reflect.Type{reflect.TypeFor[[]float64](), reflect.TypeFor[[]float32]()} {
			if r.Type().Elem() == t.Elem() {
				return r.Convert(t).Interface()
			}
		}
	case reflect.Float64:
		return r.Float()
	case reflect.Float32:
		return float32(r.Float())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return r.Uint()
	}
	return v
}

func (c *checker) hold(name string, b anyBuffer) error {
	if !b.acquire() {
		return c.fail(ArgClosed, name, "", "the buffer is closed")
	}
	c.held = append(c.held, lease{name, b})
	return nil
}

func (c *checker) release() {
	for _, l := range c.held {
		l.buffer.release()
	}
	c.held = nil
}

func (c *checker) fillArrays(b *Binding) {
	for slot, a := range c.arrays {
		b.Frame.Arrays[slot] = a.data
		if a.buffer != nil && !slices.ContainsFunc(b.buffers, func(l lease) bool { return l.buffer == a.buffer }) {
			b.buffers = append(b.buffers, lease{a.name, a.buffer})
		}
	}
}

func (c *checker) fillScalars(b *Binding) error {
	for _, p := range c.params {
		if p.Kind != kernels.ScalarParam {
			continue
		}
		f, exact := 0.0, true
		switch v := plain(c.args[p.Name]).(type) {
		case float64:
			f = v
		case float32:
			f = float64(v)
		case int64:
			// 2^63 is a float64 but no int64, and what converting it gives is
			// the machine's choice; likewise 2^64 below.
			f = float64(v)
			exact = f < 1<<63 && int64(f) == v
		case uint64:
			f = float64(v)
			exact = f < 1<<64 && uint64(f) == v
		default:
			return c.fail(ArgType, p.Name, "", "a scalar is float64, float32 or an integer, not %T", c.args[p.Name])
		}
		if !exact {
			return c.fail(ArgValue, p.Name, "", "no float64 equals the %T %[1]d", c.args[p.Name])
		}
		b.Frame.Scalars[p.Slot] = b.Program.Scalars[p.Slot].Bits(f)
	}
	return nil
}

func (c *checker) fillResults(b *Binding) error {
	b.results = make([]result, len(b.Frame.Results))
	for _, p := range c.params {
		if p.Kind != kernels.ResultParam {
			continue
		}
		r := &b.results[p.Slot]
		switch v := c.args[p.Name].(type) {
		case *float64:
			r.f64 = v
		case *float32:
			if c.elem != kernels.Float32 {
				return c.fail(ArgType, p.Name, "", "the result of a kernel of float64 goes to a *float64, not %T", v)
			}
			r.f32 = v
		default:
			return c.fail(ArgType, p.Name, "", "a result goes to a *float64 or, of a kernel of float32, a *float32, not %T", v)
		}
		if r.addr() == nil {
			return c.fail(ArgNil, p.Name, "", "a nil %T", c.args[p.Name])
		}
	}
	return nil
}

// checkOverlap keeps outputs apart from everything but exact inputs.
func (c *checker) checkOverlap(b *Binding) error {
	size := uintptr(c.n * c.elem.Size())
	for i, out := range c.arrays {
		for j, a := range c.arrays {
			p, q := uintptr(out.data), uintptr(a.data)
			switch {
			case !out.out || i == j || j < i && a.out || p >= q+size || q >= p+size || size == 0:
				// apart, or compared already
			case a.out:
				return c.fail(ArgOverlap, out.name, a.name, "two outputs share memory")
			case p != q:
				return c.fail(ArgOverlap, out.name, a.name, "the output overlaps the input with a shift of %d bytes; only the same memory, element for element, may be both", int64(p)-int64(q))
			}
		}
	}
	for i, r := range b.results {
		p := uintptr(r.addr())
		for j, s := range b.results[:i] {
			if r.addr() == s.addr() {
				return c.fail(ArgOverlap, c.resultName(j), c.resultName(i), "two outputs share memory")
			}
		}
		for _, a := range c.arrays {
			if q := uintptr(a.data); a.out && p >= q && p < q+size {
				return c.fail(ArgOverlap, a.name, c.resultName(i), "two outputs share memory")
			}
		}
	}
	return nil
}

func (c *checker) resultName(slot int) string {
	for _, p := range c.params {
		if p.Kind == kernels.ResultParam && p.Slot == slot {
			return p.Name
		}
	}
	return ""
}
