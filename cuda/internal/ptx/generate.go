package ptx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/triad-go/triad/kernels"
)

// Options say for what a program's code is to be.
type Options struct {
	Name    string   // of the kernel: part of the names of entries, as far as PTX allows
	Labels  []string // by value of the program: the expression that it is there for; may be nil
	SM      int      // the device's compute capability, 90 for 9.0: at least 70
	Version string   // of the PTX; "" is the lowest that serves SM
	Aliased bool     // an output may be the same memory as an input
	Stream  bool     // the arrays are larger than the device's cache

	// Sources say, by array slot of the program, what its elements are in a launch over a
	// grid or with neighbours. It is nil for launches over arrays whose elements follow each other.
	Sources []Source
}

// Source is what an array slot of a program stands for on a grid: the element of an argument at an offset.
type Source struct {
	Of     int                // the argument, as in Launch.Arrays
	Offset [3]int             // by axis of the space, of which the last is along rows
	Edges  [3][2]kernels.Edge // what lies beyond each end, as kernels.Resolve has it
	Dense  bool               // the elements of its rows follow each other: the last of the argument's Launch.Strides is 1
}

// Module is the code of a program.
type Module struct {
	Text string

	// Vector is the entry whose threads take 16 bytes at once: every array must be aligned to 16 bytes. It is "" where there is none.
	Vector         string
	VectorElements int // that one of its threads takes in one pass

	Scalar         string // the entry for any alignment
	ScalarElements int    // that one of its threads takes in one pass

	// Brief says that threads wait for memory and compute next to nothing: a grid that has as many as there is work for is best,
	// each of which is done after one pass.
	Brief bool

	Folds []string // by reduction: the entry that folds partials

	Words    int  // of the block of arguments
	Indirect bool // the entries' one word is the address of the block in the device's memory: it has outgrown an entry's parameters
	Warp     bool // the unit of work is a warp, for a block of the program: sizes of blocks are multiples of 32

	plan plan
}

// indirectBytes is what an entry's parameters may have.
const indirectBytes = 4096

// Launch is what one launch works on. Addresses are the device's.
type Launch struct {
	N             int    // elements; of a row on a grid
	Index         int64  // the place of element 0 along the last axis
	Faults        uint64 // by trap an int64, to which the least element's number goes that has its condition
	Partials      uint64 // of reduction r, block b at Partials + 8*(r*PartialStride+b); on a grid blocks are numbered by row
	PartialStride int
	Arrays        []uint64 // by array slot of the program; on a grid by argument
	Uniforms      []uint64 // kernels.Frame.Uniforms
	Shape         [3]int   // of a grid, those axes that there are not being 1
	Rows          int      // of a grid without reductions: how many rows that follow each other a block takes, one if 0
	Strides       [][3]int // of a grid, by argument: elements from one to the next, 0 where all are the same
	Extents       [][3]int // of a grid, by argument
}

// The words of the block of arguments that every entry has.
const (
	argN = iota
	argIndex
	argFaults
	argPartials
	argStride
	argArrays
)

// plan is where things are in the block of arguments.
type plan struct {
	arrays   int   // how many
	uniforms []int // by uniform value: its word, or 0 if it has none
	shape    int   // 3 words, that of rows, then for each argument 3 of strides and 3 of extents; 0 if this is no grid
	words    int
}

// Arguments fills a block of m.Words words for a launch. It allocates nothing.
func (m *Module) Arguments(block []uint64, l *Launch) {
	block[argN], block[argIndex] = uint64(l.N), uint64(l.Index)
	block[argFaults], block[argPartials], block[argStride] = l.Faults, l.Partials, uint64(l.PartialStride)
	copy(block[argArrays:], l.Arrays[:m.plan.arrays])
	for v, word := range m.plan.uniforms {
		if word > 0 {
			block[word] = l.Uniforms[v]
		}
	}
	if at := m.plan.shape; at > 0 {
		for axis, n := range l.Shape {
			block[at+axis] = uint64(n)
		}
		block[at+3] = uint64(max(1, l.Rows))
		at += 4
		for i := range m.plan.arrays {
			for axis := range 3 {
				block[at+axis], block[at+3+axis] = uint64(l.Strides[i][axis]), uint64(l.Extents[i][axis])
			}
			at += 6
		}
	}
}

// version is the lowest version of the PTX ISA that knows a target.
func version(sm int) string {
	switch {
	case sm < 75:
		return "6.0"
	case sm < 80:
		return "6.3"
	}
	return "7.0"
}

// target is the newest target that code is written for: what is newer runs it too.
func target(sm int) int {
	switch {
	case sm < 75:
		return 70
	case sm < 80:
		return 75
	}
	return 80
}

// Generate writes the code of a program. The same input gives the same text.
func Generate(p *kernels.Program, o Options) *Module {
	g := &generator{p: p, o: o}
	g.from = make([]kernels.Type, len(p.Uniform)+len(p.Body))
	for v := range g.from {
		in := p.Instr(kernels.Value(v))
		g.from[v] = in.Type
		if in.Op.NumArgs() > 0 && in.Op != kernels.OpSelect {
			g.from[v] = p.TypeOf(in.Args[0])
		}
	}
	g.arrange()
	m := &Module{Words: g.plan.words, Indirect: 8*g.plan.words > indirectBytes, Warp: len(p.Reductions) > 0, plan: g.plan}
	g.m = m
	if o.Version == "" {
		o.Version = version(o.SM)
	}
	var b strings.Builder
	b.WriteString(header(o.Version, target(o.SM)))
	fmt.Fprintf(&b, "// kernel %s\n", clean(o.Name))
	for i, t := range p.Tables {
		g.table(&b, i, t)
	}
	base := "triad_" + identifier(o.Name)
	m.Scalar, m.ScalarElements = base+"_scalar", 1
	switch {
	case len(p.Reductions) > 0:
		m.Brief = o.Sources == nil // rows may be short, and then what threads begin with is not
		b.WriteString(g.blocks(m.Scalar))
	case o.Sources != nil:
		m.ScalarElements = g.alongRow()
		b.WriteString(g.gridwise(m.Scalar, m.ScalarElements))
	default:
		k := g.vectors()
		m.Brief = g.brief()
		if k > 1 {
			m.ScalarElements = k
			b.WriteString(g.vector(m.Scalar, k, 1))
		} else {
			b.WriteString(g.scalar(m.Scalar))
		}
		if k > 0 {
			m.Vector, m.VectorElements = base+"_vector", k*g.width()
			b.WriteString(g.vector(m.Vector, k, g.width()))
		}
	}
	seen := []string{}
	for _, r := range p.Reductions {
		t := p.TypeOf(r.Value)
		name := fmt.Sprintf("triad_fold_%s_%s", r.Op, t)
		m.Folds = append(m.Folds, name)
		if !slices.Contains(seen, name) {
			seen = append(seen, name)
			b.WriteString(foldEntry(name, r.Op, t))
		}
	}
	m.Text = b.String()
	return m
}

// generator writes the entries of one program.
type generator struct {
	p    *kernels.Program
	o    Options
	m    *Module
	plan plan
	from []kernels.Type // by value: the type of its arguments, as kernels.Evaluate asks for
}

// arrange lays out the block of arguments.
func (g *generator) arrange() {
	g.plan.arrays = len(g.p.Arrays)
	if g.o.Sources != nil {
		g.plan.arrays = 0
		for _, s := range g.o.Sources {
			g.plan.arrays = max(g.plan.arrays, s.Of+1)
		}
	}
	words := argArrays + g.plan.arrays
	g.plan.uniforms = make([]int, len(g.p.Uniform))
	used := g.used()
	for v, in := range g.p.Uniform {
		if in.Op != kernels.OpConst && used[v] {
			g.plan.uniforms[v] = words
			words++
		}
	}
	if g.o.Sources != nil {
		g.plan.shape = words
		words += 4 + 6*g.plan.arrays
	}
	g.plan.words = words
}

// used tells, by value, what the code of an element needs.
func (g *generator) used() []bool {
	used := make([]bool, len(g.from))
	for _, in := range g.p.Body {
		for _, a := range in.Args[:in.Op.NumArgs()] {
			used[a] = true
		}
	}
	for _, s := range g.p.Stores {
		used[s.Value] = true
	}
	for _, r := range g.p.Reductions {
		used[r.Value] = true
	}
	for _, t := range g.p.Traps {
		used[t.Cond] = true
	}
	for _, gd := range g.p.Guards {
		used[gd.Cond] = true
	}
	return used
}

// table declares the table of that number.
func (g *generator) table(b *strings.Builder, i int, entries []uint64) {
	kind := ".b32"
	if g.tableSize(i) == 8 {
		kind = ".b64"
	}
	fmt.Fprintf(b, ".global .align 16 %s table%d[%d] = {", kind, i, len(entries))
	for j, e := range entries {
		if j > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "%d", e)
	}
	b.WriteString("};\n")
}

// tableSize is the size of the entries of a table, which the instructions that read it tell.
func (g *generator) tableSize(i int) int {
	for _, list := range [][]kernels.Instr{g.p.Body, g.p.Uniform} {
		for _, in := range list {
			if in.Op == kernels.OpTable && int(in.Imm) == i {
				return in.Type.Size()
			}
		}
	}
	return 8
}

// identifier is a name as part of one of PTX's.
func identifier(name string) string {
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
			return r
		}
		return '_'
	}, name)
	return id[:min(len(id), 100)]
}

// clean is text for a comment.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, s)
}
