package simd

import (
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

// One call of generated code is to be short, since Go cannot preempt it. A program
// of which a few vectors would take longer is cut into pieces, each a function of
// its own: a piece runs over a strip of elements before the next one begins, and
// what later pieces need of it waits in memory. (Shorter programs are not cut: see
// docs/RATIONALE.md.)
var (
	cutFrom = 1 << 17 // instructions of a program that is cut
	cutTo   = 1 << 16 // instructions of a piece, about
)

// cutStrip is how many elements a strip has.
const cutStrip = 64

// piece is a part of a program: a program of some of the whole one's arrays, and
// of temporary arrays, which hold a strip.
type piece struct {
	prog   *kernels.Program
	arrays []int // by slot: the whole program's slot, or -1-t for the temporary array t
}

// cut returns the pieces of a program, in the order in which they run, and how many
// temporary arrays they need; nil of one that stays whole. Each piece reads the
// arrays that it needs, and the last stores all results, so that an output may be
// an input. Truth values do not wait in memory, but are computed again. Guards are
// dropped. Programs that reduce stay whole.
func cut(p *kernels.Program) (pieces []piece, temps int) {
	if len(p.Body) < cutFrom || len(p.Reductions) > 0 {
		return nil, 0
	}
	c := &cutter{p: p, nu: len(p.Uniform)}
	plain := make([]planned, len(p.Body))
	for j, in := range p.Body {
		plain[j].Instr = in
	}
	var results []kernels.Value
	for _, s := range p.Stores {
		results = append(results, s.Value)
	}
	for _, t := range p.Traps {
		results = append(results, t.Cond)
	}
	c.order = orderResults(p, plain, results)
	c.count = max(1, (len(c.order)+cutTo-1)/cutTo)
	c.settle()
	c.wait()
	lo := 0
	for k := range c.count {
		hi := (k + 1) * len(c.order) / c.count
		pieces = append(pieces, c.piece(k, c.order[lo:hi]))
		lo = hi
	}
	return pieces, c.temps
}

// cutter cuts a program. By place in the body:
type cutter struct {
	p     *kernels.Program
	nu    int
	order []int32 // the places in the order of computing
	count int     // of pieces

	home  []int32 // the piece that computes a value, or reads it first; -1 if none needs it
	until []int32 // the last piece that uses it
	temp  []int32 // the temporary array where it waits, or -1

	waits [][]int32 // by piece: the places of its values that wait
	temps int

	number []kernels.Value // by place: the value's number in the piece at hand
	in     []int32         // by place: the piece that number is of, from 1
}

// settle finds where values are made and used.
func (c *cutter) settle() {
	n := len(c.p.Body)
	c.home, c.until, c.temp = make([]int32, n), make([]int32, n), make([]int32, n)
	for j := range c.home {
		c.home[j], c.temp[j] = -1, -1
	}
	k := 0
	for i, j := range c.order {
		for i >= (k+1)*len(c.order)/c.count {
			k++
		}
		c.home[j], c.until[j] = int32(k), int32(k)
		in := &c.p.Body[j]
		for _, a := range in.Args[:in.Op.NumArgs()] {
			c.use(a, int32(k))
		}
	}
	last := int32(c.count - 1)
	for _, s := range c.p.Stores {
		c.use(s.Value, last)
	}
	for _, t := range c.p.Traps {
		c.use(t.Cond, last)
	}
}

func (c *cutter) use(v kernels.Value, k int32) {
	if c.p.IsUniform(v) {
		return
	}
	j := int(v) - c.nu
	switch in := &c.p.Body[j]; {
	case c.home[j] < 0: // a load
		c.home[j], c.until[j] = k, k
	case in.Type == kernels.Bool && c.home[j] < k:
		for _, a := range in.Args[:in.Op.NumArgs()] {
			c.use(a, k)
		}
	default:
		c.until[j] = max(c.until[j], k)
	}
}

// wait gives what must wait a temporary array, which is free again for pieces
// after the last that reads it.
func (c *cutter) wait() {
	c.waits = make([][]int32, c.count)
	ends := make([][]int32, c.count)
	for j, k := range c.home {
		in := &c.p.Body[j]
		if k >= 0 && c.until[j] > k && in.Op != kernels.OpLoad && in.Type != kernels.Bool {
			c.waits[k] = append(c.waits[k], int32(j))
		}
	}
	var free []int32
	for k, places := range c.waits {
		if k > 0 {
			free = append(free, ends[k-1]...)
		}
		for _, j := range places {
			if len(free) == 0 {
				free = append(free, int32(c.temps))
				c.temps++
			}
			t := free[len(free)-1]
			free = free[:len(free)-1]
			c.temp[j] = t
			ends[c.until[j]] = append(ends[c.until[j]], t)
		}
	}
	c.number, c.in = make([]kernels.Value, len(c.p.Body)), make([]int32, len(c.p.Body))
}

// piece makes the k-th piece, which computes the values of these places.
func (c *cutter) piece(k int, places []int32) piece {
	p := c.p
	q := &kernels.Program{Axes: p.Axes, Elem: p.Elem, Scalars: p.Scalars, Tables: p.Tables, Uniform: p.Uniform}
	pc := piece{prog: q}
	slots := map[int]int{}
	slot := func(array int, t kernels.Type) *kernels.Array {
		s, ok := slots[array]
		if !ok {
			s = len(pc.arrays)
			slots[array] = s
			pc.arrays = append(pc.arrays, array)
			q.Arrays = append(q.Arrays, kernels.Array{Type: t})
		}
		return &q.Arrays[s]
	}
	// First what is read: arrays, and what waits. again are the truth values to
	// compute once more.
	var again []int32
	var need func(v kernels.Value)
	need = func(v kernels.Value) {
		if p.IsUniform(v) {
			return
		}
		j := int(v) - c.nu
		in := p.Body[j]
		if c.in[j] == int32(k+1) || in.Op != kernels.OpLoad && c.home[j] == int32(k) {
			return
		}
		c.in[j] = int32(k + 1)
		if in.Type == kernels.Bool {
			for _, a := range in.Args[:in.Op.NumArgs()] {
				need(a)
			}
			again = append(again, int32(j))
			return
		}
		array := -1 - int(c.temp[j])
		if in.Op == kernels.OpLoad {
			array = int(in.Imm)
		}
		slot(array, in.Type).Read = true
		c.number[j] = kernels.Value(c.nu + len(q.Body))
		q.Body = append(q.Body, kernels.Instr{Op: kernels.OpLoad, Type: in.Type, Imm: uint64(slots[array])})
	}
	for _, j := range places {
		in := &p.Body[j]
		for _, a := range in.Args[:in.Op.NumArgs()] {
			need(a)
		}
	}
	last := k == c.count-1
	if last {
		for _, s := range p.Stores {
			need(s.Value)
		}
		for _, t := range p.Traps {
			need(t.Cond)
		}
	}
	// Then what is computed.
	for _, list := range [][]int32{again, places} {
		for _, j := range list {
			c.number[j], c.in[j] = kernels.Value(c.nu+len(q.Body)), int32(k+1)
			in := p.Body[j]
			for i, a := range in.Args[:in.Op.NumArgs()] {
				in.Args[i] = c.value(a)
			}
			if in.Op == kernels.OpGather {
				slot(int(in.Imm), in.Type).Gathered = true
				in.Imm = uint64(slots[int(in.Imm)])
			}
			q.Body = append(q.Body, in)
		}
	}
	for _, j := range c.waits[k] {
		array := -1 - int(c.temp[j])
		slot(array, p.Body[j].Type).Written = true
		q.Stores = append(q.Stores, kernels.Store{Slot: slots[array], Value: c.number[j]})
	}
	if last {
		for _, s := range p.Stores {
			slot(s.Slot, p.Arrays[s.Slot].Type).Written = true
			q.Stores = append(q.Stores, kernels.Store{Slot: slots[s.Slot], Value: c.value(s.Value)})
		}
		for _, t := range p.Traps {
			q.Traps = append(q.Traps, kernels.Trap{Cond: c.value(t.Cond), Kind: t.Kind})
		}
	}
	return pc
}

// value is a value's number in the piece at hand.
func (c *cutter) value(v kernels.Value) kernels.Value {
	if c.p.IsUniform(v) {
		return v
	}
	return c.number[int(v)-c.nu]
}

// cutCode is the code of a program that was cut.
type cutCode struct {
	pieces []piece
	codes  []*Code
	temps  int
}

// compilePieces makes a function of each piece. Nothing streams then.
func (c *Code) compilePieces(pieces []piece, temps int) error {
	c.opts = Options{Tier: c.opts.Tier}
	c.cut = &cutCode{pieces: pieces, temps: temps}
	for _, pc := range pieces {
		part := &Code{prog: pc.prog, opts: c.opts, tier: c.tier, align: -1}
		if err := part.compileWhole(); err != nil {
			return err
		}
		if part.fallback != nil {
			c.tier, c.fallback, c.cut = Portable, part.fallback, nil
			return nil
		}
		c.cut.codes = append(c.cut.codes, part)
		c.scratch, c.bytes = max(c.scratch, part.scratch), c.bytes+part.bytes
	}
	return nil
}

func (x *cutCode) bytes() []byte {
	var b []byte
	for _, part := range x.codes {
		b = append(b, part.Bytes()...)
	}
	return b
}

// runner returns what runs the pieces over elements lo … hi-1 of a frame, of
// which words are the Runner's, with those of the traps apart. What is reloaded in
// them is seen.
func (x *cutCode) runner(words, faults []uint64) func(frame unsafe.Pointer, lo, hi int) {
	temp := make([]uint64, x.temps*cutStrip)
	own := make([][]uint64, len(x.pieces))
	for k, pc := range x.pieces {
		own[k] = make([]uint64, frameArrays+len(pc.arrays)+len(pc.prog.Traps))
	}
	return func(_ unsafe.Pointer, lo, hi int) {
		base := address(unsafe.Pointer(unsafe.SliceData(temp)))
		for at := lo; at < hi; at += cutStrip {
			for k, pc := range x.pieces {
				w := own[k]
				w[frameUniforms], w[frameScratch] = words[frameUniforms], words[frameScratch]
				copy(w[frameIndex:frameArrays], words[frameIndex:frameArrays])
				for s, a := range pc.arrays {
					if a >= 0 {
						w[frameArrays+s] = words[frameArrays+a]
						continue
					}
					// The code adds the element's place.
					size := uint64(pc.prog.Arrays[s].Type.Size())
					w[frameArrays+s] = base + uint64(-1-a)*cutStrip*8 - uint64(at)*size
				}
				mine := w[len(w)-len(pc.prog.Traps):]
				copy(mine, faults)
				x.codes[k].mem.Func()(unsafe.Pointer(unsafe.SliceData(w)), at, min(at+cutStrip, hi))
				copy(faults, mine)
			}
		}
	}
}
