package runtime

import (
	"math"
	"slices"

	"github.com/triad-go/triad/kernels"
)

// Shape is the extents of an index space, one to three of them, by axis. As the argument
// "index", named for the function index(), it tells the space of a launch:
//
//	pi, err := kernels.Parse("pi", `hits = count(uniform(seed, index(), 0)^2 + uniform(seed, index(), 1)^2 < 1)`,
//		kernels.Scalars("seed"), kernels.Typed(kernels.Int64, "seed"))
//	call, err := ex.Bind(pi, runtime.Args{"index": runtime.Shape{1e9}, "seed": 1, "hits": &hits})
//
// A kernel without arrays of the space needs it: one that reads none, or that gathers all it
// reads and keeps, scatters or counts all it writes. Beside arrays it may stand as well. It is
// then what an output of that shape would be: outputs have it, and inputs have it or are broadcast to it.
// Results are those of the same kernel with such an array.
//
// index() counts along the last axis; in a space of several axes, index(0), index(1) and so on
// tell elements apart. A kernel that names more axes than one, or has neighbours along them, has a shape of
// so many. There may be 2^40 elements (2^30 where int has 32 bits), rows counted as multiples of 1024;
// of each such multiple a reduction keeps eight bytes.
//
// The name means the space only where the kernel has no parameter called index. One that has can
// be launched only over arrays that tell the space.
type Shape []int

// spaceName is the argument that tells the space.
const spaceName = "index"

const (
	spaceBlock  = kernels.RowBytes / 8 * kernels.BlockRows // elements of a reduction's block
	spaceBlocks = min(1<<40, math.MaxInt/2+1) / spaceBlock
)

// toldSpace is the Shape among the arguments as the array of which it tells; ok is false if there is none.
func (c *checker) toldSpace() (a array, ok bool, err error) {
	v, ok := c.args[spaceName]
	if !ok || c.hasParam(spaceName) {
		return a, false, nil
	}
	s, ok := v.(Shape)
	if !ok {
		return a, false, c.fail(ArgType, spaceName, "", "the index space is told by a runtime.Shape, not %T, and the kernel has no parameter of that name", v)
	}
	if len(s) < 1 || len(s) > 3 {
		return a, false, c.fail(ArgShape, spaceName, "", "%d axes; there are 1 to 3", len(s))
	}
	a = array{name: spaceName, axes: len(s), out: true, grid: true}
	blocks := 1
	for axis := range s {
		n := s[axis]
		if n < 0 {
			return a, false, c.fail(ArgShape, spaceName, "", "a negative extent in the shape %v", s)
		}
		a.shape[axis] = n
		if axis == len(s)-1 {
			n = (n-1)/spaceBlock + 1
		}
		if n > 0 && blocks > spaceBlocks/n {
			return a, false, c.fail(ArgShape, spaceName, "", "too many elements in the shape %v", s)
		}
		blocks *= max(n, 1)
	}
	return a, true, nil
}

func (c *checker) hasParam(name string) bool {
	return slices.ContainsFunc(c.params, func(p kernels.Param) bool { return p.Name == name })
}

// untold is the error for a launch of which nothing tells the space.
func (c *checker) untold() error {
	if c.hasParam(spaceName) {
		return c.fail(ArgMissing, spaceName, "", "no array tells how many elements there are, and the kernel's own parameter of this name takes the place of the runtime.Shape that would; rename it")
	}
	extents := [...]string{"n", "n", "rows, n", "planes, rows, n"}[c.space.axes]
	return c.fail(ArgMissing, spaceName, "", "missing; no array tells how many elements there are, so give it as runtime.Shape{%s}", extents)
}
