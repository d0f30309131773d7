package simd

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

// The words of the memory that the code's first argument points to: what all
// calls share, and room for what the code keeps while it runs. Where it keeps the
// place of an element, that is in units: see gen.unit.
const (
	frameUniforms = iota // address of the uniform values, 8 bytes each
	frameScratch         // address of spill memory, aligned to a vector
	frameHi              // one past the last element
	frameBlock           // start of the current reduction block
	frameRows            // end of its whole rows
	framePart            // its last, partial row
	framePass            // into a row where the current pass begins
	frameLeft            // of the partial row
	frameSave            // general registers that an operation needs for itself
	frameSave2
	frameSave3
	framePlace // of the first element of a vector in the index space
	frameIndex // by axis: of element 0
	frameIndex1
	frameIndex2
	frameArrays // the arrays' addresses, those of the partials, and the least element for each trap
)

// The general registers. RSP, RBP and R14 stay the caller's, and X15 is zero at
// the end: see package exec.
const (
	argFrame   = x.RAX // at entry: the frame, and
	argLo      = x.RBX // the first element and
	argHi      = x.RCX // one past the last
	regFrame   = x.RDI
	regUniform = x.RSI
	regScratch = x.RDX
	regAt      = x.RAX // the current element, in units
	regEnd     = argHi // where the current loop ends, in units
	regTemp    = x.R8
)

// regArrays hold the addresses of the arrays used most; other addresses are
// loaded into regTemp when wanted.
var regArrays = [...]x.Reg{x.R9, x.R10, x.R11, x.R12, x.R13, x.RBX}

// The mask registers of AVX-512; the others hold truth values.
const (
	maskTail  = x.K1 // the elements that are left
	maskTemp  = x.K2
	firstMask = x.K3
)

// stagedArrays is the number of arrays past which a program reads all that it
// needs of them first, and keeps in scratch what finds no register. Otherwise
// each use of an array whose address is in no register would load that address,
// and no result could be written before the last input is read. Arrays that lie
// a multiple of a page apart would also push each other out of the caches
// between uses.
const stagedArrays = 24

// gen generates the code of one program. The function computes elements
// [lo, hi) in four parts: a loop over several vectors at once, a loop over one
// vector, the rest under a mask, and the way out. With reductions the loops run
// over blocks and their rows instead; see genBlocks.
type gen struct {
	asm   x.Asm
	p     *kernels.Program
	opts  Options
	w     x.Width
	vl    int32 // bytes of a vector
	wide  bool  // AVX-512
	lane  int   // bytes of a lane; values of 4 bytes in lanes of 8 take vectors of half the length
	lanes int   // of a vector

	// Places in arrays are counted in units, the bytes of an element of the array with
	// the smallest elements, so that one register serves arrays of both sizes.
	unit int

	body, tail *plan
	many       *plan                   // the body for several vectors at once
	several    int                     // how many
	staged     bool                    // all loads come first; no array's address is in a register
	plain      bool                    // a single element can be computed with scalar instructions
	resident   map[kernels.Value]x.Vec // uniforms that stay in registers
	pool       []x.Vec                 // registers for the body's values
	acc        [][]x.Vec               // by reduction, by vector of a row: accumulators in registers; nil if in scratch
	group      int                     // vectors of a row that are computed in one pass
	mask       [2]x.Vec                // AVX2: the elements that are left, as lanes of 4 and of 8 bytes
	halves     bool                    // AVX2: the mask of lanes of 4 bytes is wanted beside that of 8
	divides    bool                    // room is wanted for the operands of divisions
	spread     []bool                  // AVX2, by value: see findSpread

	accSlots int // vectors of scratch that hold lanes, or a division's operands, before what is spilled
	spill    int // bytes of scratch used for spilling
	scratch  int // bytes
	codeLen  int // bytes before the constants

	alloc  allocator
	asides []aside
	notes  *[]note // see note; nil as a rule

	consts constants
}

func generate(p *kernels.Program, o Options) (*gen, error) { return generateNoted(p, o, nil) }

// generateNoted also notes, if notes is not nil, which code is for which value.
func generateNoted(p *kernels.Program, o Options, notes *[]note) (*gen, error) {
	g := &gen{notes: notes, p: p, opts: o, w: x.Y, wide: o.Tier == AVX512, lane: p.LaneSize()}
	if g.wide {
		g.w = x.Z
	}
	g.vl = int32(g.w.Bytes())
	g.lanes = g.w.Bytes() / g.lane
	g.unit = g.lane
	for _, a := range p.Arrays {
		g.unit = min(g.unit, a.Type.Size())
		g.halves = g.halves || a.Type.Size() < g.lane
	}
	for _, r := range p.Reductions {
		g.halves = g.halves || p.TypeOf(r.Value).Size() < g.lane
	}
	g.halves = g.halves || len(p.Traps) > 0 && g.lane == 8
	g.consts.init(g)
	g.staged = len(p.Arrays) > stagedArrays
	if g.staged {
		n := 6 // strands, as far as registers go: found by measurement
		if g.wide {
			n = 8
		}
		g.body = newPlan(p, shape{wide: g.wide, hoist: true, strands: n})
		g.tail = g.body
	} else {
		g.body = newPlan(p, shape{wide: g.wide, foldLoads: true})
		g.tail = newPlan(p, shape{wide: g.wide})
	}
	g.plain = g.isPlain()
	g.findSpread()
	g.several = 1
	if !g.staged {
		g.several = g.inFlight()
	}
	g.many = g.body
	if len(p.Reductions) == 0 {
		g.reorderBody()
	}
	g.divides = g.body.divides()
	g.assignRegisters()
	g.enter()
	row := g.asm.NewLabel()
	g.asm.Bind(row)
	if len(p.Reductions) > 0 {
		g.genBlocks()
	} else {
		g.genElements()
	}
	if o.Rows {
		g.nextRow(row)
	}
	g.asm.V(x.VXORPS, x.X, 15, 15, x.R(15), x.Mods{})
	g.asm.Vzeroupper()
	g.asm.Ret()
	g.layAsides()
	g.codeLen = g.asm.Len()
	g.consts.lay()
	if err := g.asm.Link(); err != nil {
		return nil, err
	}
	g.scratch = g.accSlots*int(g.vl) + g.spill
	return g, nil
}

// reorderBody makes the plan of the main loop from that of one vector.
func (g *gen) reorderBody() {
	if n := len(g.body.steps); g.staged || n <= 8 || n > mostReordered {
		return
	}
	room := 12
	if g.wide {
		room = 24
	}
	g.many = g.body.copies(g.several, g.lanes, room)
}

// minPool is the number of registers that any step needs: three values, the
// result, and what a sequence of instructions needs for itself.
const minPool = 9

// assignRegisters divides the vector registers among accumulators, uniforms and
// the values of the body.
func (g *gen) assignRegisters() {
	n := 16
	if g.wide {
		n = 32
	}
	var free []x.Vec
	for v := n - 1; v >= 0; v-- {
		free = append(free, x.Vec(v))
	}
	take := func() x.Vec {
		v := free[0]
		free = free[1:]
		return v
	}
	if !g.wide {
		g.mask[g.lane/8] = take()
		if g.halves {
			g.mask[0] = take()
		}
	}
	need := g.many.pressure(g.wide) + 2
	if nr := len(g.p.Reductions); nr > 0 {
		row := kernels.RowBytes / int(g.vl)
		g.group = row
		room := len(free) - min(max(need, minPool), 9)
		for g.group > 1 && (nr*g.group > room || g.group > g.several && g.group*len(g.body.steps) > 96) {
			g.group /= 2
		}
		if g.several = min(g.several, g.group); g.several > 1 {
			g.reorderBody()
			need = g.many.pressure(g.wide) + 2
		}
		g.acc = make([][]x.Vec, nr)
		if nr*g.group <= room {
			for r := range g.acc {
				for range g.group {
					g.acc[r] = append(g.acc[r], take())
				}
			}
		}
		if g.group < row || g.acc[0] == nil {
			g.accSlots = nr * row
		}
	}
	if g.divides {
		g.accSlots += 2
	}

	// What the body leaves goes to the uniforms that it uses most.
	uniforms := g.mostUsed()
	keep := max(0, min(len(uniforms), len(free)-max(need, minPool)))
	g.resident = make(map[kernels.Value]x.Vec, keep)
	for _, v := range uniforms[:keep] {
		g.resident[v] = take()
	}
	g.pool = free
	g.alloc.init(g)
}

// mostUsed are the uniforms that are worth a register, those that the body uses most first.
func (g *gen) mostUsed() (uniforms []kernels.Value) {
	for v := range g.p.Uniform {
		if len(g.body.usesOf(kernels.Value(v))) > 0 && !g.isMask(kernels.Value(v)) {
			uniforms = append(uniforms, kernels.Value(v))
		}
	}
	slices.SortStableFunc(uniforms, func(a, b kernels.Value) int {
		return cmp.Compare(len(g.body.usesOf(b)), len(g.body.usesOf(a)))
	})
	return uniforms
}

func (g *gen) frame(word int) x.Mem { return x.At(regFrame, int32(8*word)) }

// enter loads what stays in registers throughout.
func (g *gen) enter() {
	a := &g.asm
	a.MovRR(regFrame, argFrame)
	a.MovRR(regAt, argLo)
	a.ShlRI(regAt, g.unitShift())
	a.ShlRI(argHi, g.unitShift())
	if g.opts.Rows {
		a.MovMR(g.frame(frameRow(g.p, rowLo)), regAt)
		a.MovMR(g.frame(frameRow(g.p, rowHi)), argHi)
	}
	a.MovRM(regUniform, g.frame(frameUniforms))
	a.MovRM(regScratch, g.frame(frameScratch))
	if g.staged {
		g.setWindows(g.vl)
	} else {
		for i := range min(len(g.p.Arrays), len(regArrays)) {
			a.MovRM(regArrays[i], g.frame(frameArrays+i))
		}
	}
	for v := range g.p.Uniform {
		if r, ok := g.resident[kernels.Value(v)]; ok {
			g.broadcast(r, kernels.Value(v))
		}
	}
}

// windowSlots is how many spill slots a displacement of one byte tells apart in
// an instruction with EVEX, which counts it in operands.
const windowSlots = 256

// setWindows makes the registers that hold no array's address point into scratch
// memory, each into the middle of windowSlots slots of the given size. Code that
// is this long must come through the processor's front end, and slots are in
// most of its instructions.
func (g *gen) setWindows(slotBytes int32) {
	if !g.wide {
		return
	}
	for i, r := range regArrays {
		g.asm.Lea(r, x.At(regScratch, int32(g.accSlots)*g.vl+int32(2*i+1)*windowSlots/2*slotBytes))
	}
}

func (g *gen) uniform(v kernels.Value) x.Mem { return x.At(regUniform, int32(8*v)) }

func (g *gen) broadcast(dst x.Vec, v kernels.Value) {
	size := g.size(v)
	g.asm.V(pick(size, x.VBROADCASTSD, x.VBROADCASTSS), g.width(size), dst, 0, x.M(g.uniform(v)), x.Mods{})
}

// pick chooses by the size of an element.
func pick(size int, of8, of4 x.Op) x.Op {
	if size == 4 {
		return of4
	}
	return of8
}

// size is the number of bytes of a value on a lane. Truth values in vectors, as
// AVX2 has them, are masks as wide as what was compared.
func (g *gen) size(v kernels.Value) int {
	if t := g.instr(v).Type; t != kernels.Bool {
		return t.Size()
	}
	return g.body.truth(g.base(v), g.lane)
}

// width is that of a vector of values of that many bytes.
func (g *gen) width(size int) x.Width {
	if size < g.lane {
		return g.w - 1
	}
	return g.w
}

// base is the value of the program of which v is a copy: see interleave.
func (g *gen) base(v kernels.Value) kernels.Value {
	nu, nb := len(g.p.Uniform), len(g.p.Body)
	if int(v) < nu+nb {
		return v
	}
	return kernels.Value(nu + (int(v)-nu)%nb)
}

// instr is the program's instruction for v.
func (g *gen) instr(v kernels.Value) kernels.Instr { return g.p.Instr(g.base(v)) }

// isMask reports whether a value is held in a mask register.
func (g *gen) isMask(v kernels.Value) bool { return g.wide && g.instr(v).Type == kernels.Bool }

// unitShift is the logarithm of the unit.
func (g *gen) unitShift() uint8 { return uint8(bits.TrailingZeros(uint(g.unit))) }

// units is that many elements in units.
func (g *gen) units(elements int) int32 { return int32(elements * g.unit) }

// isPlain reports whether all values are floats of one type, or truth values, and
// all operations on them are instructions that have a scalar form.
func (g *gen) isPlain() bool {
	if len(g.p.Traps) > 0 {
		return false
	}
	for _, in := range g.p.Body {
		if in.Type != g.p.Elem && in.Type != kernels.Bool || in.Op == kernels.OpConvert || in.Op == kernels.OpTable || in.Op == kernels.OpBits || in.Op == kernels.OpIndex || in.Op == kernels.OpGather {
			return false
		}
		for _, a := range in.Args[:in.Op.NumArgs()] {
			if t := g.p.TypeOf(a); t != g.p.Elem && t != kernels.Bool {
				return false
			}
		}
	}
	return true
}

// element is the memory of the element that many past the current one. It may use
// regTemp.
func (g *gen) element(slot, at int) x.Mem {
	size := g.p.Arrays[slot].Type.Size()
	base := regTemp
	if g.inRegister(slot) {
		base = regArrays[slot]
	} else {
		g.asm.MovRM(regTemp, g.frame(frameArrays+slot))
	}
	return x.AtIndex(base, regAt, uint8(size/g.unit), int32(at*size))
}

// inRegister reports whether the address of an array is in a register.
func (g *gen) inRegister(slot int) bool { return slot < len(regArrays) && !g.staged }

// unroll is the number of vectors that the main loop handles at once: short
// bodies would spend their time on the loop itself.
func (g *gen) unroll() int {
	if g.several > 1 {
		return g.several
	}
	switch n := len(g.body.steps); {
	case n <= 8:
		return 4
	case n <= 24:
		return 2
	}
	return 1
}

// genElements generates the loops of a program without reductions.
func (g *gen) genElements() {
	a := &g.asm
	u := g.unroll()
	vector := g.units(g.lanes)
	main, rest, restLoop, tail, done := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
	a.SubRI(regEnd, int32(u)*vector)
	a.CmpRR(regAt, regEnd)
	a.Jcc(x.G, rest)
	a.Align(32)
	a.Bind(main)
	for c := 0; c < u; c += g.several {
		g.emit(g.many, c*g.lanes, -1, whole)
	}
	a.AddRI(regAt, int32(u)*vector)
	a.CmpRR(regAt, regEnd)
	a.Jcc(x.LE, main)
	a.Bind(rest)
	if u > 1 {
		a.AddRI(regEnd, int32(u-1)*vector)
		a.CmpRR(regAt, regEnd)
		a.Jcc(x.G, tail)
		a.Bind(restLoop)
		g.emit(g.body, 0, -1, whole)
		a.AddRI(regAt, vector)
		a.CmpRR(regAt, regEnd)
		a.Jcc(x.LE, restLoop)
	}
	a.Bind(tail)
	a.AddRI(regEnd, vector)
	a.SubRR(regEnd, regAt)
	a.Jcc(x.E, done)
	if g.staged && g.plain {
		several := a.NewLabel()
		a.CmpRI(regEnd, int32(g.unit))
		a.Jcc(x.NE, several)
		g.setWindows(int32(g.lane))
		g.emit(g.tail, 0, -1, single)
		a.Jmp(done)
		a.Bind(several)
	}
	g.setMask(regEnd)
	g.emit(g.tail, 0, -1, masked)
	a.Bind(done)
}

// setMask makes the mask of that many elements, in units, which is at least one
// and may be more than a vector. It may change the register and regTemp.
func (g *gen) setMask(count x.Reg) {
	a := &g.asm
	a.ShrRI(count, g.unitShift())
	if g.wide {
		// There are always fewer than the 64 elements of a row, so that a count
		// is never too large for Bzhi; the bits past a vector do nothing.
		a.MovRI(regTemp, -1)
		a.Bzhi(regTemp, regTemp, count)
		a.KMovWR(maskTail, regTemp)
		return
	}
	full := a.NewLabel()
	a.CmpRI(count, int32(g.lanes))
	a.Jcc(x.LE, full)
	a.MovRI(count, int64(g.lanes))
	a.Bind(full)
	// A table is a vector of ones followed by one of zeros; a mask of k elements
	// starts k elements before the zeros.
	shift := uint8(2) // from elements to bytes, and from 4 of them to 8
	for i, size := range []int{4, 8} {
		if size != g.lane && !(size == 4 && g.halves) {
			shift++
			continue
		}
		w := g.width(size)
		a.ShlRI(count, shift)
		shift = 1
		a.Lea(regTemp, x.AtLabel(g.consts.tail(size), int32(w.Bytes())))
		a.SubRR(regTemp, count)
		a.V(pick(size, x.VMOVUPD, x.VMOVUPS), w, g.mask[i], 0, x.M(x.At(regTemp, 0)), x.Mods{})
	}
}

// splat sets a register to the same number on every lane of that many bytes.
func (g *gen) splat(dst x.Vec, word uint64, size int) {
	if g.wide {
		m := x.AtLabel(g.consts.at(entries([]uint64{word}, size)), 0)
		g.asm.V(pick(size, x.VBROADCASTSD, x.VBROADCASTSS), g.width(size), dst, 0, x.M(m), x.Mods{})
		return
	}
	g.move(size, dst, g.word(word, size))
}
