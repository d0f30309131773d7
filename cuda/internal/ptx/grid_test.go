package ptx_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/cuda/internal/ptx"
	"github.com/triad-go/triad/cuda/internal/ptxsim"
	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

// sources are random sources for the slots of a program. Slots that are only read may be
// another's neighbours; arguments are then fewer than slots. It returns for every slot whether
// its argument is its own.
func sources(r *rand.Rand, p *kernels.Program) (list []ptx.Source, own []bool) {
	list, own = make([]ptx.Source, len(p.Arrays)), make([]bool, len(p.Arrays))
	kinds := []kernels.EdgeKind{kernels.Periodic, kernels.Clamp, kernels.Mirror, kernels.Reflect, kernels.Constant}
	edges := map[int][3][2]kernels.Edge{} // by argument
	corners := r.IntN(4) == 0
	if corners { // several edges at once, of which each is another number
		kinds = kinds[len(kinds)-1:]
	}
	for slot, a := range p.Arrays {
		s := ptx.Source{Of: slot}
		own[slot] = true
		if a.Gathered || a.Written {
			list[slot] = s
			continue
		}
		for of := range slot { // neighbours of one that there is
			if b := p.Arrays[of]; b.Type == a.Type && own[of] && !b.Written && !b.Gathered && r.IntN(2) == 0 {
				s.Of, own[slot] = of, false
				break
			}
		}
		e, ok := edges[s.Of]
		if !ok {
			for axis := range e {
				for side := range 2 {
					e[axis][side] = kernels.Edge{Kind: kinds[r.IntN(len(kinds))]}
					if e[axis][side].Kind == kernels.Constant {
						if e[axis][side].Value = randkernel.Number(r); r.IntN(6) == 0 {
							e[axis][side].Value = math.NaN()
						} else if corners {
							e[axis][side].Value = float64(10*axis + side)
						}
					}
				}
			}
			edges[s.Of] = e
		}
		s.Edges = e
		for axis := range s.Offset {
			if s.Offset[axis] = max(-2, min(2, r.IntN(9)-4)); !corners && r.IntN(2) == 0 {
				s.Offset[axis] = 0
			}
		}
		list[slot] = s
	}
	return list, own
}

// gridCase is a launch over a grid: what each argument's elements are.
type gridCase struct {
	p       *kernels.Program
	sources []ptx.Source
	shape   [3]int
	strides [][3]int
	extents [][3]int
	size    []int            // by argument, in elements
	data    [][]uint64       // by argument, as the launch finds it
	device  []unsafe.Pointer // by argument
}

// reads is what a slot's element is at a place, by kernels.Resolve.
func (c *gridCase) reads(slot int, place [3]int) uint64 {
	s := c.sources[slot]
	at := 0
	for axis, x := range place {
		x += s.Offset[axis]
		if s.Offset[axis] != 0 {
			n := c.extents[s.Of][axis]
			e := s.Edges[axis]
			i, ok := kernels.Resolve(x, n, e[0], e[1])
			if !ok {
				side := 0
				if x >= n {
					side = 1
				}
				return c.p.Arrays[slot].Type.Bits(e[side].Value)
			}
			x = i
		}
		at += x * c.strides[s.Of][axis]
	}
	return c.data[s.Of][at]
}

// TestGrids: launches over grids of any shape, with neighbours beyond all kinds of edges, broadcast arguments and
// outputs whose elements are apart, against the interpreter row by row.
func TestGrids(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	shapes := [][3]int{{1, 1, 7}, {1, 5, 6}, {3, 4, 5}, {4, 3, 33}, {1, 3, 1030}, {2, 2, 70}, {3, 3, 3}, {2, 1, 2100}, {0, 2, 3}, {2, 3, 0}}
	for i := range *programs {
		o := randkernel.SmallProgram
		o.Narrow, o.Indices = i%5 == 0, i%3 == 0
		if i%2 == 0 {
			o.Reductions = 0
		}
		p := randkernel.Program(r, o)
		shape := shapes[r.IntN(len(shapes))]
		if r.IntN(2) == 0 {
			shape = [3]int{1 + r.IntN(4), 1 + r.IntN(5), 1 + r.IntN(60)}
		}
		if p.Axes == 1 && o.Indices { // places are those of all axes that there are
			shape[0], shape[1] = 1, 1
		} else if p.Axes == 2 {
			shape[0] = 1
		}
		checkGrid(t, r, p, shape)
	}
}

func checkGrid(t *testing.T, r *rand.Rand, p *kernels.Program, shape [3]int) {
	t.Helper()
	c := &gridCase{p: p, shape: shape}
	var own []bool
	c.sources, own = sources(r, p)
	for slot := range c.sources { // no further than edges tell of
		s := &c.sources[slot]
		for axis, d := range s.Offset {
			n := shape[axis]
			if n == 0 || -d > s.Edges[axis][0].Reach(n) || d > s.Edges[axis][1].Reach(n) {
				s.Offset[axis] = 0
			}
		}
	}
	neighbours := make([][3]bool, len(p.Arrays))
	for _, s := range c.sources {
		for axis, d := range s.Offset {
			neighbours[s.Of][axis] = neighbours[s.Of][axis] || d != 0
		}
	}
	for slot, a := range p.Arrays {
		strides, extents := [3]int{}, shape
		length := 1
		for axis := 2; axis >= 0; axis-- {
			if !a.Written && !a.Gathered && !neighbours[slot][axis] && r.IntN(4) == 0 {
				extents[axis] = 1 // broadcast
				continue
			}
			strides[axis] = length * (1 + r.IntN(2))
			length = strides[axis]*max(extents[axis]-1, 0) + length
		}
		if a.Gathered {
			length = randkernel.GatherLen
		}
		if !own[slot] {
			length = 0
		}
		c.strides, c.extents, c.size = append(c.strides, strides), append(c.extents, extents), append(c.size, length)
	}
	for slot := range c.sources {
		s := &c.sources[slot]
		s.Dense = c.strides[s.Of][2] == 1 && r.IntN(4) > 0
	}
	mem := &arena{}
	for slot, a := range p.Arrays {
		c.device = append(c.device, mem.room(c.size[slot]*a.Type.Size(), r.IntN(3)*a.Type.Size()))
		data := make([]uint64, c.size[slot])
		for i := range data {
			data[i] = randkernel.Bits(r, a.Type)
			setElement(c.device[slot], a.Type, i, data[i])
		}
		c.data = append(c.data, data)
	}

	f := p.NewFrame(shape[2])
	for i, s := range p.Scalars {
		f.Scalars[i] = randkernel.Bits(r, s)
	}
	p.EvalUniforms(f)
	n := shape[2]
	rows, blocks := shape[0]*shape[1], p.Blocks(n)
	l := &ptx.Launch{N: n, Arrays: make([]uint64, len(c.device)), Uniforms: f.Uniforms, Shape: shape, Rows: r.IntN(4), Strides: c.strides, Extents: c.extents}
	for i, d := range c.device {
		l.Arrays[i] = uint64(uintptr(d))
	}
	faults := mem.room(8*max(1, len(p.Traps)), 0)
	for i := range p.Traps {
		setElement(faults, kernels.Int64, i, kernels.NoFault)
	}
	l.Faults = uint64(uintptr(faults))
	l.PartialStride = rows*blocks + 3
	partials := mem.room(8*max(1, l.PartialStride*len(p.Reductions)), 0)
	l.Partials = uint64(uintptr(partials))
	m := ptx.Generate(p, ptx.Options{Name: "grid", SM: 80, Sources: c.sources, Stream: r.IntN(2) == 0, Aliased: r.IntN(2) == 0})
	mod, err := ptxsim.Parse(m.Text)
	if err != nil {
		t.Fatalf("%v\n%s", err, m.Text)
	}
	grid, block := [3]uint32{uint32(1 + r.IntN(3)), uint32(1 + r.IntN(3)), uint32(1 + r.IntN(2))}, [3]uint32{uint32(32 * (1 + r.IntN(3))), 1, 1}
	if m.Warp { // warps are counted along x
		grid[1], grid[2] = 1, 1
	}
	launch(t, mod, m, m.Scalar, l, grid, block, mem)

	wantFaults := make([]int64, len(p.Traps))
	for i := range wantFaults {
		wantFaults[i] = kernels.NoFault
	}
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf(format, args...)
		t.Fatalf("shape %v, sources %+v, strides %v, extents %v\n%s\n%s", shape, c.sources, c.strides, c.extents, p, m.Text)
	}
	written := make([]map[int]uint64, len(p.Arrays))
	for slot := range written {
		written[slot] = map[int]uint64{}
	}
	for row := range rows {
		z, y := row/shape[1], row%shape[1]
		g := p.NewFrame(n)
		g.Uniforms = f.Uniforms
		at := []int64{int64(z), int64(y), 0}
		g.Index = at[3-max(p.Axes, 1):]
		own := &arena{}
		for slot, a := range p.Arrays {
			if a.Gathered {
				g.Arrays[slot] = own.room(randkernel.GatherLen*a.Type.Size(), 0)
				for i, v := range c.data[c.sources[slot].Of] {
					setElement(g.Arrays[slot], a.Type, i, v)
				}
				continue
			}
			g.Arrays[slot] = own.room(n*a.Type.Size(), 0)
			if !a.Read {
				continue
			}
			for x := range n {
				setElement(g.Arrays[slot], a.Type, x, c.reads(slot, [3]int{z, y, x}))
			}
		}
		p.Interpret(g, 0, n)
		for slot, a := range p.Arrays {
			if !a.Written {
				continue
			}
			for x := range n {
				s := c.strides[slot]
				written[slot][z*s[0]+y*s[1]+x*s[2]] = element(g.Arrays[slot], a.Type, x)
			}
		}
		for i, x := range g.Faults {
			if x != kernels.NoFault {
				wantFaults[i] = min(wantFaults[i], int64(row*n)+x)
			}
		}
		for i, red := range p.Reductions {
			for b := range blocks {
				got := element(partials, kernels.Uint64, i*l.PartialStride+row*blocks+b)
				if w := g.Partials[i][b]; !same(p.TypeOf(red.Value), got, w) {
					fail("row %d: block %d of reduction %d is %#x, want %#x", row, b, i, got, w)
				}
			}
		}
	}
	for slot, a := range p.Arrays {
		for i, before := range c.data[slot] {
			w, ok := written[slot][i]
			if !ok {
				w = before
			}
			if got := element(c.device[slot], a.Type, i); !same(a.Type, got, w) {
				fail("element %d of array %d is %#x, want %#x", i, slot, got, w)
			}
		}
	}
	for i, w := range wantFaults {
		if got := int64(element(faults, kernels.Int64, i)); got != w {
			fail("fault %d at %d, want %d", i, got, w)
		}
	}
}

// TestGridFaults: the element that has a trap's condition is named by its number in the space.
func TestGridFaults(t *testing.T) {
	p := &kernels.Program{
		Axes: 3, Elem: kernels.Float64,
		Arrays:  []kernels.Array{{Type: kernels.Int64, Read: true}},
		Uniform: []kernels.Instr{{Op: kernels.OpConst, Type: kernels.Int64, Imm: 77}},
		Body: []kernels.Instr{
			{Op: kernels.OpLoad, Type: kernels.Int64},
			{Op: kernels.OpEq, Type: kernels.Bool, Args: [3]kernels.Value{1, 0}},
		},
		Traps: []kernels.Trap{{Cond: 2, Kind: kernels.TrapIndex}},
	}
	shape := [3]int{3, 4, 5}
	m := ptx.Generate(p, ptx.Options{Name: "fault", SM: 80, Sources: make([]ptx.Source, 1)})
	mod, err := ptxsim.Parse(m.Text)
	if err != nil {
		t.Fatalf("%v\n%s", err, m.Text)
	}
	for at := range 60 {
		mem := &arena{}
		x, fault := mem.room(8*60, 0), mem.room(8, 0)
		for i := range 60 {
			setElement(x, kernels.Int64, i, 0)
		}
		setElement(x, kernels.Int64, at, 77)
		setElement(x, kernels.Int64, 59, 77)
		setElement(fault, kernels.Int64, 0, kernels.NoFault)
		launch(t, mod, m, m.Scalar, &ptx.Launch{
			N: 5, Faults: uint64(uintptr(fault)), Arrays: []uint64{uint64(uintptr(x))}, Uniforms: []uint64{77},
			Shape: shape, Strides: [][3]int{{20, 5, 1}}, Extents: [][3]int{shape},
		}, [3]uint32{1, 2, 2}, [3]uint32{32, 1, 1}, mem)
		if got := element(fault, kernels.Int64, 0); got != uint64(at) {
			t.Fatalf("a fault at %d, want %d\n%s", got, at, m.Text)
		}
	}
}
