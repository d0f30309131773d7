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
// An array that the kernel declares with [kernels.Typed] has elements of that type;
// all others are float64 or are float32, and what else has the kernel's own float
// type is of that type too (float64 if there are none). All arrays have one
// length n, which is also what a [Shape] as the argument "index" says, without which no
// kernel can be launched that has no such array. n may be 0: then nothing is written, a
// sum is 0, a minimum +Inf and a maximum -Inf. Types made from those that Args names do as well. Scalars of
// floats are rounded to their type, to nearest even; an integer that no float64
// equals is refused. A scalar of integers takes an integer of its range, or a float that is one. Results go to a *float64, or to a
// *float32 where they are float32; a float32 result is exact in either. Those of integers go to a pointer to their
// type: *int64, *int32, *uint64 or *uint32, and an int64 to an *int too where that has 64 bits.
//
// An output may be the same memory as an input, element for element (in place).
// It may not overlap an array in any other way, and no other output at all.
// Results are written last; one may lie in an input. The index of argmin and argmax and a
// count go to an *int, any and all to a *bool.
//
// Errors are of type *ArgError, and *ValueError for a kernel that is nil or zero. A
// closed buffer gives an *ArgError that is ErrClosed.
//
// A Buffer must lie in the host's memory: [CheckOn] is for executors that reach others.
func Check(k *kernels.Kernel, args Args) (*Binding, error) {
	return CheckOn(func(Memory) string { return "the buffer lies on a device, which this executor does not reach" }, k, args)
}

// CheckOn is [Check] for an executor that may reach memory besides the host's: reach is asked for each
// Buffer on a device, and says in words why not, or nothing if it does.
func CheckOn(reach func(Memory) (whyNot string), k *kernels.Kernel, args Args) (*Binding, error) {
	if k == nil || len(k.Outputs()) == 0 {
		return nil, &ValueError{Name: "Kernel", Value: k, Want: "a kernel that New or Parse made"}
	}
	c := &checker{kernel: k, params: k.Params(), args: args, reach: reach}
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
	reach  func(Memory) string

	arrays []array      // by slot
	elem   kernels.Type // the kernel's own float type; 0 while no array tells it
	n      int
	held   []lease

	space     space
	told      string // the first array that told of the space
	hasOutput bool
}

// array is an argument for an array parameter.
type array struct {
	name   string
	elem   kernels.Type
	data   unsafe.Pointer
	n      int
	buffer anyBuffer // nil for a slice
	memory Memory    // where the buffer lies, if an executor gave it
	out    bool
	own    bool // has a length of its own

	axes           int
	shape, strides [3]int // by axis
	grid           bool   // its shape was said
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
		if !slices.Contains(names, name) && name != spaceName {
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

// takeArrays finds the memory of all arrays and checks that they have the types
// that the kernel wants and one length. Buffers stay acquired until release.
func (c *checker) takeArrays() error {
	own := "" // the first array of the kernel's own float type
	for _, p := range c.params {
		if p.Kind != kernels.ArrayParam {
			continue
		}
		a, err := c.takeArray(p)
		if err != nil {
			return err
		}
		if a.own = p.OwnLength; a.own && a.grid && c.collective(p) != kernels.Along && (a.axes != 1 || a.strides[0] != 1) {
			return c.fail(ArgShape, p.Name, "", "an array with a length of its own has one axis, and elements that follow each other")
		}
		c.arrays = append(c.arrays, a)
		switch {
		case p.Type != 0 && a.elem != p.Type:
			return c.fail(ArgElement, p.Name, "", "elements are %v, and the kernel has %v here", a.elem, p.Type)
		case p.Type == 0 && !a.elem.IsFloat():
			return c.fail(ArgElement, p.Name, "", "elements are %v, and the kernel has its float type here; kernels.Typed declares others", a.elem)
		case p.Type == 0 && own != "" && a.elem != c.elem:
			return c.fail(ArgElement, own, p.Name, "elements are %v and %v", c.elem, a.elem)
		}
		if c.isGathered(p.Slot) && a.grid {
			step := 1
			for axis := a.axes - 1; axis >= 0; axis-- {
				if a.shape[axis] > 1 && a.strides[axis] != step {
					return c.fail(ArgShape, p.Name, "", "a gather needs elements that follow each other")
				}
				step *= a.shape[axis]
			}
			a.n = step
			c.arrays[len(c.arrays)-1].n = step
		}
		if a.out && !a.own {
			if detail := a.folds(); detail != "" {
				return c.fail(ArgOverlap, p.Name, "", "%s", detail)
			}
		}
		if p.Type == 0 && own == "" {
			own, c.elem = p.Name, a.elem
		}
	}
	if err := c.shapeOf(); err != nil {
		return err
	}
	if c.elem == 0 {
		c.elem = kernels.Float64
	}
	return nil
}

func (c *checker) takeArray(p kernels.Param) (a array, err error) {
	switch v := plain(c.args[p.Name]).(type) {
	case []float64:
		a = arrayOf(v)
	case []float32:
		a = arrayOf(v)
	case []int64:
		a = arrayOf(v)
	case []int32:
		a = arrayOf(v)
	case []uint64:
		a = arrayOf(v)
	case []uint32:
		a = arrayOf(v)
	case *Buffer[float64]:
		a, err = takeBuffer(c, p.Name, v)
	case *Buffer[float32]:
		a, err = takeBuffer(c, p.Name, v)
	case *Buffer[int64]:
		a, err = takeBuffer(c, p.Name, v)
	case *Buffer[int32]:
		a, err = takeBuffer(c, p.Name, v)
	case *Buffer[uint64]:
		a, err = takeBuffer(c, p.Name, v)
	case *Buffer[uint32]:
		a, err = takeBuffer(c, p.Name, v)
	case griddy:
		if a, err = c.takeGrid(p, v); err != nil {
			return a, err
		}
	default:
		if g, ok := raw(v); ok {
			if a, err = c.takeGrid(p, g); err != nil {
				return a, err
			}
			break
		}
		hint := ""
		switch v.(type) {
		case float64, float32, int64, uint64:
			hint = "; a scalar is declared with kernels.Scalars"
		}
		return a, c.fail(ArgType, p.Name, "", "an array is []float64, []float32, []int64, []int32, []uint64, []uint32 or a *Buffer of such elements, not %T%s", c.args[p.Name], hint)
	}
	if err != nil {
		return a, err
	}
	a.name, a.out = p.Name, p.Out
	if a.buffer == nil && a.n > 0 {
		if b := ownerOf(a.data); b != nil { // a slice of a Buffer
			if err := c.hold(p.Name, b); err != nil {
				return a, err
			}
			a.buffer, a.memory = b, b.outside()
		}
	}
	return a, nil
}

// arrayOf is a slice as an array.
func arrayOf[T Element](s []T) array {
	return array{elem: elementType[T](), data: unsafe.Pointer(unsafe.SliceData(s)), n: len(s), axes: 1, shape: [3]int{len(s)}, strides: [3]int{1}}
}

// takeGrid is a grid as an array.
func (c *checker) takeGrid(p kernels.Param, g griddy) (array, error) {
	a, reason, detail, err := g.grid(c, p.Name)
	if err != nil {
		return a, err
	}
	if reason != 0 {
		return a, c.fail(reason, p.Name, "", "%s", detail)
	}
	a.grid = true
	return a, nil
}

// takeBuffer is a buffer as an array, and holds it.
func takeBuffer[T Element](c *checker, name string, b *Buffer[T]) (array, error) {
	if b == nil {
		return array{}, c.fail(ArgNil, name, "", "a nil %T", b)
	}
	if err := c.hold(name, b); err != nil {
		return array{}, err
	}
	m := b.outside()
	if m == nil || m.Host() {
		a := arrayOf(b.Slice())
		a.buffer, a.memory = b, m
		return a, nil
	}
	if whyNot := c.reach(m); whyNot != "" {
		return array{}, c.fail(ArgTarget, name, "", "%s", whyNot)
	}
	n := b.Len()
	return array{elem: elementType[T](), data: m.Address(), n: n, buffer: b, memory: m, axes: 1, shape: [3]int{n}, strides: [3]int{1}}, nil
}

var elementSlices = []reflect.Type{
	reflect.TypeFor[[]float64](), reflect.TypeFor[[]float32](), reflect.TypeFor[[]int64](), reflect.TypeFor[[]int32](),
	reflect.TypeFor[[]uint64](), reflect.TypeFor[[]uint32](),
}

// plain takes a named type to the type that it is made from, slices of elements of
// a named type to those of what that is made from, and integers to int64 or uint64.
func plain(v any) any {
	switch v.(type) {
	case []float64, []float32, float64, float32:
		return v
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Slice:
		for _, t := range elementSlices {
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

// hasNeighbours reports whether elements of an array are read at an offset.
func (c *checker) hasNeighbours(slot int) bool {
	return slices.ContainsFunc(c.kernel.Neighbours(), func(n kernels.Neighbour) bool { return n.Of == slot })
}

// isGathered reports whether elements of an array are read by gather.
func (c *checker) isGathered(slot int) bool {
	return slices.ContainsFunc(c.kernel.Gathers(), func(g kernels.Gather) bool { return g.Of == slot })
}

func (c *checker) fillArrays(b *Binding) {
	b.arrays, b.space, b.plain = c.arrays, c.space, c.isPlain(b.Program)
	for _, g := range c.kernel.Gathers() {
		a := c.arrays[g.Of]
		b.Frame.Arrays[g.Array], b.Frame.Scalars[g.Length] = a.data, uint64(a.n)
	}
	for _, n := range c.kernel.Neighbours() {
		b.Frame.Arrays[n.Slot] = c.arrays[n.Of].data
	}
	for slot, a := range c.arrays {
		b.Frame.Arrays[slot] = a.data
		if a.buffer != nil && !slices.ContainsFunc(b.buffers, func(l lease) bool { return l.buffer == a.buffer }) {
			b.buffers = append(b.buffers, lease{a.name, a.buffer})
		}
	}
}

func (c *checker) fillScalars(b *Binding) error {
	for _, p := range c.params {
		if p.Kind == kernels.ScalarParam {
			if err := b.putScalar(p, c.args[p.Name]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *checker) fillResults(b *Binding) error {
	b.results = make([]result, c.kernel.Results())
	for _, p := range c.params {
		if p.Kind != kernels.ResultParam {
			continue
		}
		r := &b.results[p.Slot]
		switch r.collect = c.collective(p); r.collect {
		case kernels.ArgMin, kernels.ArgMax, kernels.Count:
			if err := takeResult(c, p.Name, "an index or a count", &r.index); err != nil {
				return err
			}
			continue
		case kernels.Any, kernels.All:
			if err := takeResult(c, p.Name, "a truth value", &r.truth); err != nil {
				return err
			}
			continue
		}
		if t := b.resultType(p); t.IsInt() {
			if err := c.takeInteger(p, t, r); err != nil {
				return err
			}
			continue
		}
		switch v := c.args[p.Name].(type) {
		case *float64:
			r.f64 = v
		case *float32:
			if t := b.resultType(p); t != kernels.Float32 {
				return c.fail(ArgType, p.Name, "", "a result of %v goes to a *float64, not %T", t, v)
			}
			r.f32 = v
		default:
			return c.fail(ArgType, p.Name, "", "a result goes to a *float64 or, if it is float32, a *float32, not %T", v)
		}
		if r.addr() == nil {
			return c.fail(ArgNil, p.Name, "", "a nil %T", c.args[p.Name])
		}
	}
	return nil
}

// takeResult is where a result that is no float goes.
func takeResult[T any](c *checker, name, what string, to **T) error {
	v, ok := c.args[name].(*T)
	switch {
	case !ok:
		return c.fail(ArgType, name, "", "%s goes to a %T, not %T", what, v, c.args[name])
	case v == nil:
		return c.fail(ArgNil, name, "", "a nil %T", v)
	}
	*to = v
	return nil
}

// collective says what kind of output a parameter is.
func (c *checker) collective(p kernels.Param) kernels.Collective {
	for _, o := range c.kernel.Outputs() {
		if o.Name == p.Name {
			return o.Collect
		}
	}
	return kernels.Elementwise
}

// checkOverlap keeps outputs apart from everything but exact inputs.
func (c *checker) checkOverlap(b *Binding) error {
	for i, out := range c.arrays {
		for j, a := range c.arrays {
			p, q := uintptr(out.data), uintptr(a.data)
			switch {
			case !out.out || i == j || j < i && a.out || p >= q+a.elements() || q >= p+out.elements():
				// apart, or compared already
			case a.out:
				return c.fail(ArgOverlap, out.name, a.name, "two outputs share memory")
			case out.elem.Size() != a.elem.Size():
				return c.fail(ArgOverlap, out.name, a.name, "the output of %v overlaps the input of %v; only the same memory, element for element, may be both", out.elem, a.elem)
			case out.own || a.own || out.axes != a.axes || out.shape != a.shape || out.strides != a.strides || c.hasNeighbours(j) || c.isGathered(j):
				return c.fail(ArgOverlap, out.name, a.name, "the output and the input share memory, and not element for element")
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
			if q := uintptr(a.data); a.out && p >= q && p < q+a.elements() {
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
