package runtime

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/triad-go/triad/kernels"
)

// Grid is an array of up to three axes in a slice: element (i, j, k) is
// Data[i*Strides[0] + j*Strides[1] + k*Strides[2]]. It is an argument for an array of a
// kernel, as a slice is, which is a Grid of one axis. Rows, the elements along the last
// axis, are best contiguous.
//
// An input of extent 1 along an axis is the same for all elements along it, as is one
// whose stride there is 0, and one that lacks the first axes along these: rows, columns
// and planes are broadcast.
//
// A *mat.Dense, a *mat.VecDense and other types of gonum that have RawMatrix or RawVector are
// arguments too, without a copy: a matrix is a Grid of two axes, a vector of one.
type Grid[T Element] struct {
	Data    []T
	Shape   []int // by axis: the number of elements
	Strides []int // by axis: elements from one to the next; nil for rows that follow each other

	// Buffer stands in the place of Data where it is not nil: a grid that may lie on a device.
	Buffer *Buffer[T]
}

// GridOf is the grid of a Buffer of which the rows follow each other.
func GridOf[T Element](b *Buffer[T], shape ...int) Grid[T] { return Grid[T]{Buffer: b, Shape: shape} }

// NewGrid is the grid of a slice of which the rows follow each other.
func NewGrid[T Element](data []T, shape ...int) Grid[T] { return Grid[T]{Data: data, Shape: shape} }

// At is where an element is in Data. It panics if there is none, as slices do.
func (g Grid[T]) At(index ...int) int {
	at := 0
	strides := g.strides()
	for axis, i := range index {
		if uint(i) >= uint(g.Shape[axis]) {
			panic(fmt.Sprintf("runtime: index %v of a grid of shape %v", index, g.Shape))
		}
		at += i * strides[axis]
	}
	return at
}

func (g Grid[T]) strides() []int {
	if g.Strides != nil {
		return g.Strides
	}
	s, step := make([]int, len(g.Shape)), 1
	for axis := len(s) - 1; axis >= 0; axis-- {
		s[axis] = step
		step *= g.Shape[axis]
	}
	return s
}

// grid is a Grid as an array, with its faults in words.
func (g Grid[T]) grid(c *checker, name string) (a array, reason ArgReason, detail string, err error) {
	a = arrayOf(g.Data)
	if g.Buffer != nil {
		if len(g.Data) > 0 {
			return a, ArgShape, "a grid of a buffer that has data besides", nil
		}
		if a, err = takeBuffer(c, name, g.Buffer); err != nil {
			return a, 0, "", err
		}
	}
	reason, detail = g.shaped(&a)
	return a, reason, detail, nil
}

// shaped gives an array the grid's shape.
func (g Grid[T]) shaped(a *array) (reason ArgReason, detail string) {
	if len(g.Shape) < 1 || len(g.Shape) > 3 {
		return ArgShape, fmt.Sprintf("%d axes; there are 1 to 3", len(g.Shape))
	}
	if g.Strides != nil && len(g.Strides) != len(g.Shape) {
		return ArgShape, fmt.Sprintf("%d strides for %d axes", len(g.Strides), len(g.Shape))
	}
	for _, n := range g.Shape {
		if n < 0 {
			return ArgShape, fmt.Sprintf("a negative extent in the shape %v", g.Shape)
		}
	}
	empty := slices.Contains(g.Shape, 0)
	most := 0 // of the elements' places
	product := 1
	for axis, n := range g.Shape {
		if product > math.MaxInt/max(n, 1) {
			return ArgShape, fmt.Sprintf("too many elements in the shape %v", g.Shape)
		}
		product *= max(n, 1)
		a.shape[axis], a.strides[axis] = n, g.strides()[axis]
		if s := a.strides[axis]; s < 0 {
			return ArgShape, fmt.Sprintf("a negative stride in %v", g.Strides)
		} else if n > 1 && !empty {
			if s > (math.MaxInt/8-most)/n {
				return ArgShape, fmt.Sprintf("strides %v reach beyond the data", g.Strides)
			}
			most += (n - 1) * s
		}
	}
	if !empty && most >= a.n {
		return ArgShape, fmt.Sprintf("the shape %v with strides %v needs %d elements, and there are %d", g.Shape, a.strides[:len(g.Shape)], most+1, a.n)
	}
	a.axes = len(g.Shape)
	return 0, ""
}

// griddy is a Grid of any type.
type griddy interface {
	grid(c *checker, name string) (a array, reason ArgReason, detail string, err error)
}

// folds reports, in words, whether two elements of an output are the same memory.
func (a array) folds() string {
	axes := []int{}
	for axis := range a.axes {
		if a.shape[axis] == 0 {
			return ""
		}
		if a.shape[axis] > 1 {
			axes = append(axes, axis)
		}
	}
	slices.SortFunc(axes, func(x, y int) int { return a.strides[x] - a.strides[y] })
	reach := 0 // of the axes with smaller strides
	for _, axis := range axes {
		if a.strides[axis] <= reach {
			return fmt.Sprintf("strides %v let elements of the shape %v overlap", a.strides[:a.axes], a.shape[:a.axes])
		}
		reach += (a.shape[axis] - 1) * a.strides[axis]
	}
	return ""
}

// raw is what gonum's RawMatrix and RawVector give, as a Grid. These types are looked at by their
// fields, so that programs without gonum need it not.
func raw(v any) (griddy, bool) {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Pointer || r.IsNil() {
		return nil, false
	}
	if m := r.MethodByName("RawMatrix"); m.IsValid() && m.Type().NumIn() == 0 && m.Type().NumOut() == 1 {
		s := m.Call(nil)[0]
		rows, cols, stride, data, ok := fields(s, "Rows", "Cols", "Stride")
		if ok {
			return Grid[float64]{Data: data, Shape: []int{rows, cols}, Strides: []int{stride, 1}}, true
		}
	}
	if m := r.MethodByName("RawVector"); m.IsValid() && m.Type().NumIn() == 0 && m.Type().NumOut() == 1 {
		s := m.Call(nil)[0]
		n, inc, _, data, ok := fields(s, "N", "Inc", "Inc")
		if ok {
			return Grid[float64]{Data: data, Shape: []int{n}, Strides: []int{inc}}, true
		}
	}
	return nil, false
}

// fields reads three integers and Data of a struct.
func fields(s reflect.Value, names ...string) (a, b, c int, data []float64, ok bool) {
	if s.Kind() != reflect.Struct {
		return
	}
	var n [3]int
	for i, name := range names {
		f := s.FieldByName(name)
		if !f.IsValid() || f.Kind() != reflect.Int {
			return
		}
		n[i] = int(f.Int())
	}
	d := s.FieldByName("Data")
	if !d.IsValid() || d.Type() != reflect.TypeFor[[]float64]() {
		return
	}
	return n[0], n[1], n[2], d.Interface().([]float64), true
}

// shapeOf is the index space of the arrays that are not broadcast: that of the outputs, or of what
// the inputs come to.
func (c *checker) shapeOf() error {
	asked, told, err := c.toldSpace()
	if err != nil {
		return err
	}
	c.space.axes = c.kernel.Axes()
	most := "" // the array with most axes, if it has more than the kernel
	for i := range c.arrays {
		if a := &c.arrays[i]; !a.own && a.axes > c.space.axes {
			c.space.axes, most = a.axes, a.name
		}
	}
	if told && (asked.axes < c.space.axes || asked.axes > c.space.axes && c.kernel.Axes() > 1) {
		return c.fail(ArgShape, spaceName, most, "%d axes where there are %d", asked.axes, c.space.axes)
	}
	c.space.axes = max(c.space.axes, asked.axes)
	for axis := range c.space.axes {
		c.space.shape[axis] = -1
	}
	// A Shape says it, or else the outputs, and where there are none, the inputs.
	tell := func(a *array, axis int) error {
		mine := axis - (c.space.axes - a.axes)
		if mine < 0 {
			return nil
		}
		n := a.shape[mine]
		switch have := c.space.shape[axis]; {
		case have < 0 || have == 1 && !c.hasOutput && a.grid && !a.out:
			c.space.shape[axis] = n
		case n != have && (a.out || n != 1 || c.space.axes == 1 && !a.grid):
			return c.fail(ArgLength, c.told, a.name, "%s", c.differ(a, axis, have, n))
		}
		if c.told == "" {
			c.told = a.name
		}
		return nil
	}
	if told {
		for axis := range c.space.axes {
			tell(&asked, axis) // the first to tell cannot differ
		}
		c.hasOutput = true
	}
	for _, out := range []bool{true, false} {
		for i := range c.arrays {
			a := &c.arrays[i]
			if a.own || a.out != out {
				continue
			}
			if out && a.axes != c.space.axes {
				return c.fail(ArgShape, a.name, c.told, "an output of %d axes where there are %d", a.axes, c.space.axes)
			}
			for axis := range c.space.axes {
				if err := tell(a, axis); err != nil {
					return err
				}
			}
		}
		c.hasOutput = c.told != ""
	}
	if c.told == "" {
		return c.untold()
	}
	c.n = 1
	for axis := range c.space.axes {
		c.n *= c.space.shape[axis]
	}
	return nil
}

func (c *checker) differ(a *array, axis, have, n int) string {
	if c.space.axes == 1 {
		return fmt.Sprintf("lengths are %d and %d", have, n)
	}
	return fmt.Sprintf("extents along axis %d are %d and %d", axis, have, n)
}

// space is an index space.
type space struct {
	axes  int
	shape [3]int
}

// place is an array as the index space sees it: strides by its axes, 0 where the array is
// broadcast.
func (s space) place(a array) (strides [3]int) {
	for axis := range s.axes {
		mine := axis - (s.axes - a.axes)
		if mine >= 0 && a.shape[mine] != 1 {
			strides[axis] = a.strides[mine]
		}
	}
	return strides
}

// isPlain reports whether a launch is over arrays of n elements that follow each other: then
// rows do not matter.
func (c *checker) isPlain(p *kernels.Program) bool {
	isIndex := func(in kernels.Instr) bool { return in.Op == kernels.OpIndex }
	if len(c.kernel.Neighbours()) > 0 || c.space.axes > 1 && slices.ContainsFunc(p.Body, isIndex) {
		return false
	}
	for _, a := range c.arrays {
		if a.own {
			continue
		}
		step := 1
		strides := c.space.place(a)
		for axis := c.space.axes - 1; axis >= 0; axis-- {
			if c.space.shape[axis] != 1 && strides[axis] != step {
				return false
			}
			step *= c.space.shape[axis]
		}
	}
	return true
}

// elements is the number of bytes from the first element of an array to past the last.
func (a array) elements() uintptr {
	most := 0
	for axis := range a.axes {
		if a.shape[axis] == 0 {
			return 0
		}
		most += (a.shape[axis] - 1) * a.strides[axis]
	}
	return uintptr(most+1) * uintptr(a.elem.Size())
}
