package ptx

import (
	"fmt"

	"github.com/triad-go/triad/kernels"
)

// Launches over a grid, or with neighbours. Threads go along rows, and the grid's other axes over rows and planes. The
// place of the row that a source is of is found once a row; that along the row once an element.

// grid is what the elements of a launch over a grid share.
type grid struct {
	g       *generator
	env     *environment
	shape   [3]string
	strides [][3]string // by argument, in bytes
	extents [][3]string

	z, y     string                // of the row at hand
	rows     []gridRow             // by source: of the row at hand
	resolved map[resolution]string // registers of what is resolved for the row, and for the element
	valid    map[resolution]string
}

// gridRow is the row that a source reads.
type gridRow struct {
	base  string // the address of its first element
	valid string // a predicate: it is no constant beyond an edge; "" if it always is
	value string // the constant otherwise
}

// resolution is a coordinate that is resolved once for all sources that need it. The edge is that which the
// offset reaches over; its value, which may be NaN and so unequal to itself, has no part in it.
type resolution struct {
	of, axis, offset int
	edge             kernels.EdgeKind
}

// key is what is resolved for a source along an axis.
func (s Source) key(axis int) resolution {
	return resolution{s.Of, axis, s.Offset[axis], s.edge(axis).Kind}
}

// edge is the one that a source reaches over along an axis.
func (s Source) edge(axis int) kernels.Edge {
	if s.Offset[axis] > 0 {
		return s.Edges[axis][1]
	}
	return s.Edges[axis][0]
}

// newGrid reads shapes and strides.
func (g *generator) newGrid(env *environment) *grid {
	d := &grid{g: g, env: env}
	w := env.w
	at := g.plan.shape
	for axis := range d.shape {
		d.shape[axis] = env.word(at + axis)
	}
	at += 4
	sizes := make([]int, g.plan.arrays)
	for slot, s := range g.o.Sources {
		if s.Of >= 0 {
			sizes[s.Of] = g.p.Arrays[slot].Type.Size()
		}
	}
	for i := range g.plan.arrays {
		var strides, extents [3]string
		for axis := range 3 {
			strides[axis], extents[axis] = env.word(at+axis), env.word(at+3+axis)
			w.op("mul.lo.s64 %s, %s, %d", strides[axis], strides[axis], sizes[i])
		}
		d.strides, d.extents = append(d.strides, strides), append(d.extents, extents)
		at += 6
	}
	return d
}

// resolve is the coordinate along an axis of the element of an argument at an offset from c, and a predicate for whether there is
// one: "" if there always is.
func (d *grid) resolve(s Source, axis int, c string) (at, valid string) {
	offset := s.Offset[axis]
	if offset == 0 {
		return c, ""
	}
	w := d.env.w
	key := s.key(axis)
	if r, ok := d.resolved[key]; ok {
		return r, d.valid[key]
	}
	n := d.extents[s.Of][axis]
	e := s.edge(axis)
	beyond, v := w.reg(pred), w.reg(b64)
	w.op("add.s64 %s, %s, %d", v, c, offset)
	if offset < 0 {
		w.op("setp.lt.s64 %s, %s, 0", beyond, v)
	} else {
		w.op("setp.ge.s64 %s, %s, %s", beyond, v, n)
	}
	other := w.reg(b64)
	switch {
	case e.Kind == kernels.Periodic && offset < 0:
		w.op("add.s64 %s, %s, %s", other, v, n)
	case e.Kind == kernels.Periodic:
		w.op("sub.s64 %s, %s, %s", other, v, n)
	case e.Kind == kernels.Clamp && offset > 0:
		w.op("sub.s64 %s, %s, 1", other, n)
	case e.Kind == kernels.Mirror && offset < 0:
		w.op("not.b64 %s, %s", other, v) // -1 - v
	case e.Kind == kernels.Reflect && offset < 0:
		w.op("sub.s64 %s, 0, %s", other, v)
	case e.Kind == kernels.Mirror || e.Kind == kernels.Reflect:
		w.op("add.s64 %s, %s, %s", other, n, n)
		w.op("sub.s64 %s, %s, %s", other, other, v)
		w.op("sub.s64 %s, %s, %d", other, other, map[kernels.EdgeKind]int{kernels.Mirror: 1, kernels.Reflect: 2}[e.Kind])
	default: // Clamp at the low end; of a constant the address must only be one that is not used
		w.op("mov.u64 %s, 0", other)
	}
	w.op("selp.b64 %s, %s, %s, %s", v, other, v, beyond)
	if e.Kind == kernels.Constant || e.Kind == kernels.NoEdge {
		valid = w.reg(pred)
		w.op("not.pred %s, %s", valid, beyond)
	}
	d.resolved[key], d.valid[key] = v, valid
	return v, valid
}

// row begins a row.
func (d *grid) row(z, y string) {
	w := d.env.w
	d.z, d.y = z, y
	d.rows = make([]gridRow, len(d.g.o.Sources))
	d.resolved, d.valid = map[resolution]string{}, map[resolution]string{}
	for slot, s := range d.g.o.Sources {
		a := d.g.p.Arrays[slot]
		if a.Gathered || !a.Read && !a.Written {
			continue
		}
		row := &d.rows[slot]
		atZ, okZ := d.resolve(s, 0, z)
		atY, okY := d.resolve(s, 1, y)
		row.base = w.reg(b64)
		w.op("mad.lo.s64 %s, %s, %s, %s", row.base, atZ, d.strides[s.Of][0], d.env.bases[s.Of])
		w.op("mad.lo.s64 %s, %s, %s, %s", row.base, atY, d.strides[s.Of][1], row.base)
		// As the processors' executors do: what lies beyond an edge along the first axis is that edge's.
		switch {
		case okZ != "" && okY != "":
			edge, low := w.reg(classOf(a.Type)), d.constant(a.Type, s, 0)
			w.op("selp%s %s, %s, %s, %s", untyped(a.Type), edge, d.constant(a.Type, s, 1), low, okZ)
			row.value, row.valid = edge, w.reg(pred)
			w.op("and.pred %s, %s, %s", row.valid, okZ, okY)
		case okZ != "":
			row.value, row.valid = d.constant(a.Type, s, 0), okZ
		case okY != "":
			row.value, row.valid = d.constant(a.Type, s, 1), okY
		}
	}
}

// constant is a register with what lies beyond the edge of an axis that a source reaches over.
func (d *grid) constant(t kernels.Type, s Source, axis int) string {
	return d.env.w.constant(t, t.Bits(s.edge(axis).Value))
}

// gridAccess is element x of the row at hand.
type gridAccess struct {
	*grid
	x        string
	resolved map[resolution]string // of the element: copies of the grid's, to which what is along the row is added
	valid    map[resolution]string
	offsets  map[place]string // in bytes, of rows whose elements follow each other
}

// place is an element of a row, by the register of its number, and the size of elements.
type place struct {
	x    string
	size int
}

// at is element x of the row. What the sources need of x is computed here, since loads may stand where not every thread comes by.
func (d *grid) at(x string) *gridAccess {
	a := &gridAccess{grid: d, x: x, resolved: map[resolution]string{}, valid: map[resolution]string{}, offsets: map[place]string{}}
	rows, oks := d.resolved, d.valid
	d.resolved, d.valid = a.resolved, a.valid
	for slot, s := range d.g.o.Sources {
		if arr := d.g.p.Arrays[slot]; !arr.Gathered && (arr.Read || arr.Written) {
			at, _ := d.resolve(s, 2, x)
			if key := (place{at, arr.Type.Size()}); s.Dense && a.offsets[key] == "" {
				a.offsets[key] = d.env.w.reg(b64)
				d.env.w.op("mul.lo.s64 %s, %s, %d", a.offsets[key], at, key.size)
			}
		}
	}
	d.resolved, d.valid = rows, oks
	return a
}

// element is the address of the element of a slot, and the predicate for whether there is one, with the
// constant that it is otherwise.
func (a *gridAccess) element(slot int) (address, valid, value string) {
	w, s := a.env.w, a.g.o.Sources[slot]
	row := a.rows[slot]
	x, ok := a.x, ""
	if s.Offset[2] != 0 {
		key := s.key(2)
		x, ok = a.resolved[key], a.valid[key]
	}
	address = w.reg(b64)
	if s.Dense {
		w.op("add.s64 %s, %s, %s", address, row.base, a.offsets[place{x, a.g.p.Arrays[slot].Type.Size()}])
	} else {
		w.op("mad.lo.s64 %s, %s, %s, %s", address, x, a.strides[s.Of][2], row.base)
	}
	valid, value = row.valid, row.value
	if ok != "" {
		t := a.g.p.Arrays[slot].Type
		end := a.constant(t, s, 2)
		if valid == "" {
			return address, ok, end
		}
		both, edge := w.reg(pred), w.reg(classOf(t))
		w.op("and.pred %s, %s, %s", both, valid, ok)
		w.op("selp%s %s, %s, %s, %s", untyped(t), edge, end, value, valid)
		return address, both, edge
	}
	return address, valid, value
}

func (a *gridAccess) load(slot int) string {
	w, t := a.env.w, a.g.p.Arrays[slot].Type
	address, valid, value := a.element(slot)
	r := w.reg(classOf(t))
	guard := ""
	if valid != "" {
		w.op("mov%s %s, %s", untyped(t), r, value)
		guard = "@" + valid + " "
	}
	w.op("%sld.global%s%s %s, [%s]", guard, a.g.readOnly(slot), suffix(t), r, address)
	return r
}

func (a *gridAccess) store(slot int, value string) {
	address, _, _ := a.element(slot)
	a.env.w.op("st.global%s%s [%s], %s", a.g.storeHint(), suffix(a.g.p.Arrays[slot].Type), address, value)
}

// index is the place along an axis of as many as the program has, which are the last of three.
func (a *gridAccess) index(axis int) string {
	switch 3 - max(a.g.p.Axes, 1) + axis {
	case 0:
		return a.z
	case 1:
		return a.y
	}
	return a.x
}

// number counts elements along rows, then rows, then planes.
func (a *gridAccess) number() string {
	w := a.env.w
	n := w.reg(b64)
	w.op("mad.lo.s64 %s, %s, %s, %s", n, a.z, a.shape[1], a.y)
	w.op("mad.lo.s64 %s, %s, %s, %s", n, n, a.shape[2], a.x)
	return n
}

func (a *gridAccess) base(slot int) string { return a.env.bases[a.g.o.Sources[slot].Of] }

// alongRow is how many elements of a row a thread takes at once: their loads are under way together, and what is found once a row
// counts less.
func (g *generator) alongRow() int {
	loads := 0
	for _, in := range g.p.Body {
		if in.Op == kernels.OpLoad {
			loads++
		}
	}
	switch n := len(g.p.Body); {
	case n > 48 || loads > 12 || len(g.p.Guards) > 0:
		return 1
	case n > 24 || loads > 6:
		return 2
	}
	return 4
}

// gridwise is the entry for a grid: x goes along rows, k elements at once, y over rows, z over planes, each with the stride of
// the launch's grid. A block takes some rows that follow each other: what the one before has read, as neighbours, is near.
func (g *generator) gridwise(name string, k int) string {
	w := &writer{}
	env := g.environment(w)
	d := g.newGrid(env)
	t := w.tiling(k)
	cta := func(axis string) (at, step string) {
		i, n := w.reg(b32), w.reg(b32)
		w.op("mov.u32 %s, %%ctaid.%s", i, axis)
		w.op("mov.u32 %s, %%nctaid.%s", n, axis)
		at, step = w.reg(b64), w.reg(b64)
		w.op("cvt.u64.u32 %s, %s", at, i)
		w.op("cvt.u64.u32 %s, %s", step, n)
		return at, step
	}
	firstY, stepY := cta("y")
	firstZ, stepZ := cta("z")
	w.loop(firstZ, stepZ, d.shape[0], func(z string) {
		d.someRows(firstY, stepY, func(y string) {
			d.row(z, y)
			w.tiled(t, d.shape[2], func(x string, k int) {
				var all []*body
				for j := range k {
					if j > 0 {
						next := w.reg(b64)
						w.op("add.s64 %s, %s, %s", next, x, t.stride)
						x = next
					}
					all = append(all, g.newBody(env, d.at(x)))
				}
				for _, b := range all {
					if len(g.p.Body) <= earlyLoads {
						b.loads()
					}
				}
				for _, b := range all {
					b.compute()
				}
				for _, b := range all {
					b.stores()
				}
			})
		})
	})
	w.op("ret")
	registers := fmt.Sprintf(" .maxntid %d, 1, 1", MaxThreads)
	switch { // as in occupancy
	case g.o.SM >= 75:
		if k > 1 {
			registers += " .minnctapersm 4"
		}
	case len(g.p.Body) <= 64: // strides and rows take registers of threads, too
		registers += " .minnctapersm 2"
	}
	return w.entry(name, g.words(), registers)
}

// someRows writes body for the rows of a plane that a block takes: runs of Launch.Rows.
func (d *grid) someRows(first, step string, body func(y string)) {
	w := d.env.w
	some := d.env.word(d.g.plan.shape + 3)
	from, far := w.reg(b64), w.reg(b64)
	w.op("mul.lo.s64 %s, %s, %s", from, first, some)
	w.op("mul.lo.s64 %s, %s, %s", far, step, some)
	w.loop(from, far, d.shape[1], func(run string) {
		end := w.reg(b64)
		w.op("add.s64 %s, %s, %s", end, run, some)
		w.op("min.s64 %s, %s, %s", end, end, d.shape[1])
		w.loop(run, "1", end, body)
	})
}
