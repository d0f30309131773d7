package simd

import (
	"cmp"
	"math"
	"slices"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

// The words of the memory that the code's first argument points to: what all
// calls share, and room for what the code keeps while it runs.
const (
	frameUniforms = iota // address of the uniform values, 8 bytes each
	frameScratch         // address of spill memory, aligned to a vector
	frameHi              // one past the last element, in bytes
	frameBlock           // start of the current reduction block, in bytes
	frameRows            // end of its whole rows, in bytes
	framePart            // bytes of its last, partial row
	framePass            // bytes into a row where the current pass begins
	frameLeft            // bytes of the partial row that are left
	frameArrays          // the arrays' addresses, then those of the partials
)

// The general registers. RSP, RBP and R14 stay the caller's, and X15 is zero at
// the end: see package exec.
const (
	argFrame   = x.RAX // at entry: the frame, and
	argLo      = x.RBX // the first element and
	argHi      = x.RCX // one past the last, in bytes
	regFrame   = x.RDI
	regUniform = x.RSI
	regScratch = x.RDX
	regAt      = x.RAX // the current element, in bytes
	regEnd     = argHi // where the current loop ends, in bytes
	regTemp    = x.R8
)

// regArrays hold the addresses of the arrays used most; other addresses are
// loaded into regTemp when wanted.
var regArrays = [...]x.Reg{x.R9, x.R10, x.R11, x.R12, x.R13, x.RBX}

// The mask registers of AVX-512.
const (
	maskTail = x.K1 // the elements that are left
	maskTemp = x.K2
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
	asm  x.Asm
	p    *kernels.Program
	opts Options
	w    x.Width
	vl   int32 // bytes of a vector
	wide bool  // AVX-512
	f32  bool

	body, tail *plan
	staged     bool                    // all loads come first; no array's address is in a register
	resident   map[kernels.Value]x.Vec // uniforms that stay in registers
	pool       []x.Vec                 // registers for the body's values
	acc        [][]x.Vec               // by reduction, by vector of a row: accumulators in registers; nil if in scratch
	group      int                     // vectors of a row that are computed in one pass
	mask       x.Vec                   // AVX2: the elements that are left

	accSlots int // vectors of scratch that hold lanes, before what is spilled
	spill    int // bytes of scratch used for spilling
	scratch  int // bytes
	codeLen  int // bytes before the constants

	alloc allocator

	signMask, absMask, ones, posInf, negInf, tailTable x.Label
	used                                               map[x.Label]bool
}

func generate(p *kernels.Program, o Options) (*gen, error) {
	g := &gen{p: p, opts: o, w: x.Y, wide: o.Tier == AVX512, f32: p.Elem == kernels.Float32, used: map[x.Label]bool{}}
	if g.wide {
		g.w = x.Z
	}
	g.vl = int32(g.w.Bytes())
	for _, l := range []*x.Label{&g.signMask, &g.absMask, &g.ones, &g.posInf, &g.negInf, &g.tailTable} {
		*l = g.asm.NewLabel()
	}
	g.staged = len(p.Arrays) > stagedArrays
	if g.staged {
		n := 6 // strands, as far as registers go: found by measurement
		if g.wide {
			n = 8
		}
		g.body = newPlan(p, shape{foldCompares: g.wide, hoist: true, strands: n})
		g.tail = g.body
	} else {
		g.body = newPlan(p, shape{foldLoads: true, foldCompares: g.wide})
		g.tail = newPlan(p, shape{foldCompares: g.wide})
	}
	g.assignRegisters()
	g.enter()
	if len(p.Reductions) > 0 {
		g.genBlocks()
	} else {
		g.genElements()
	}
	if o.NonTemporal {
		g.asm.Sfence()
	}
	g.asm.V(x.VXORPS, x.X, 15, 15, x.R(15), x.Mods{})
	g.asm.Vzeroupper()
	g.asm.Ret()
	g.codeLen = g.asm.Len()
	g.constants()
	if err := g.asm.Link(); err != nil {
		return nil, err
	}
	g.scratch = g.accSlots*int(g.vl) + g.spill
	return g, nil
}

// minPool is the number of registers that any step needs: a select with its
// comparison folded in takes four values and makes one.
const minPool = 6

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
		g.mask = take()
	}
	need := g.body.pressure() + 2

	if nr := len(g.p.Reductions); nr > 0 {
		row := kernels.RowBytes / int(g.vl)
		g.group = row
		room := len(free) - min(max(need, minPool), 8)
		for g.group > 1 && (nr*g.group > room || g.group*len(g.body.steps) > 96) {
			g.group /= 2
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

	// What the body leaves goes to the uniforms that it uses most.
	var uniforms []kernels.Value
	for v := range g.p.Uniform {
		if len(g.body.uses[v]) > 0 {
			uniforms = append(uniforms, kernels.Value(v))
		}
	}
	slices.SortStableFunc(uniforms, func(a, b kernels.Value) int {
		return cmp.Compare(len(g.body.uses[b]), len(g.body.uses[a]))
	})
	keep := max(0, min(len(uniforms), len(free)-max(need, minPool)))
	g.resident = make(map[kernels.Value]x.Vec, keep)
	for _, v := range uniforms[:keep] {
		g.resident[v] = take()
	}
	g.pool = free
	g.alloc.init(g)
}

func (g *gen) frame(word int) x.Mem { return x.At(regFrame, int32(8*word)) }

// enter loads what stays in registers throughout.
func (g *gen) enter() {
	a := &g.asm
	a.MovRR(regFrame, argFrame)
	a.MovRR(regAt, argLo)
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
	g.asm.V(g.pick(x.VBROADCASTSD, x.VBROADCASTSS), g.w, dst, 0, x.M(g.uniform(v)), x.Mods{})
}

// pick chooses by element type.
func (g *gen) pick(f64, f32 x.Op) x.Op {
	if g.f32 {
		return f32
	}
	return f64
}

// element is the memory of the vector copyNo vectors past the current element.
// It may use regTemp.
func (g *gen) element(slot int, disp int32) x.Mem {
	base := regTemp
	if g.inRegister(slot) {
		base = regArrays[slot]
	} else {
		g.asm.MovRM(regTemp, g.frame(frameArrays+slot))
	}
	return x.AtIndex(base, regAt, 1, disp)
}

// inRegister reports whether the address of an array is in a register.
func (g *gen) inRegister(slot int) bool { return slot < len(regArrays) && !g.staged }

// unroll is the number of vectors that the main loop handles at once: short
// bodies would spend their time on the loop itself.
func (g *gen) unroll() int {
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
	u := int32(g.unroll())
	main, rest, restLoop, tail, done := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
	a.SubRI(regEnd, u*g.vl)
	a.CmpRR(regAt, regEnd)
	a.Jcc(x.G, rest)
	a.Align(32)
	a.Bind(main)
	for c := range u {
		g.emit(g.body, c*g.vl, -1, whole)
	}
	a.AddRI(regAt, u*g.vl)
	a.CmpRR(regAt, regEnd)
	a.Jcc(x.LE, main)
	a.Bind(rest)
	if u > 1 {
		a.AddRI(regEnd, (u-1)*g.vl)
		a.CmpRR(regAt, regEnd)
		a.Jcc(x.G, tail)
		a.Bind(restLoop)
		g.emit(g.body, 0, -1, whole)
		a.AddRI(regAt, g.vl)
		a.CmpRR(regAt, regEnd)
		a.Jcc(x.LE, restLoop)
	}
	a.Bind(tail)
	a.AddRI(regEnd, g.vl)
	a.SubRR(regEnd, regAt)
	a.Jcc(x.E, done)
	if g.staged {
		several := a.NewLabel()
		a.CmpRI(regEnd, int32(g.p.Elem.Size()))
		a.Jcc(x.NE, several)
		g.setWindows(int32(g.p.Elem.Size()))
		g.emit(g.tail, 0, -1, single)
		a.Jmp(done)
		a.Bind(several)
	}
	g.setMask(regEnd)
	g.emit(g.tail, 0, -1, masked)
	a.Bind(done)
}

// setMask makes the mask of the elements in the given number of bytes, which is
// at least one element and may be more than a vector. It may change the
// register and regTemp.
func (g *gen) setMask(bytes x.Reg) {
	a := &g.asm
	if g.wide {
		if g.f32 {
			a.ShrRI(bytes, 2)
		} else {
			a.ShrRI(bytes, 3)
		}
		// There are always fewer than the 64 elements of a row, so that a count
		// is never too large for Bzhi; the bits past a vector do nothing.
		a.MovRI(regTemp, -1)
		a.Bzhi(regTemp, regTemp, bytes)
		a.KMovWR(maskTail, regTemp)
		return
	}
	// The table is a vector of ones followed by one of zeros; a mask of k
	// elements starts k elements before the zeros.
	full := a.NewLabel()
	a.CmpRI(bytes, g.vl)
	a.Jcc(x.LE, full)
	a.MovRI(bytes, int64(g.vl))
	a.Bind(full)
	a.Lea(regTemp, x.AtLabel(g.tailTable, g.vl))
	a.SubRR(regTemp, bytes)
	g.used[g.tailTable] = true
	a.V(g.pick(x.VMOVUPD, x.VMOVUPS), g.w, g.mask, 0, x.M(x.At(regTemp, 0)), x.Mods{})
}

// constants lays down the constants that were used, a vector each.
func (g *gen) constants() {
	words := func(f64, f32 uint64) []uint64 {
		u := f64
		if g.f32 {
			u = f32 | f32<<32
		}
		return slices.Repeat([]uint64{u}, int(g.vl)/8)
	}
	inf := func(sign int) []uint64 {
		return words(math.Float64bits(math.Inf(sign)), uint64(math.Float32bits(float32(math.Inf(sign)))))
	}
	for _, c := range []struct {
		label x.Label
		words []uint64
	}{
		{g.signMask, words(1<<63, 1<<31)},
		{g.absMask, words(1<<63-1, 1<<31-1)},
		{g.ones, words(math.MaxUint64, math.MaxUint32)},
		{g.posInf, inf(1)},
		{g.negInf, inf(-1)},
		{g.tailTable, append(words(math.MaxUint64, math.MaxUint32), words(0, 0)...)},
	} {
		if g.used[c.label] {
			g.asm.Align(64)
		}
		g.asm.Bind(c.label)
		if g.used[c.label] {
			g.asm.Data64(c.words...)
		}
	}
}

// constant is the memory of a constant vector.
func (g *gen) constant(l x.Label) x.Operand {
	g.used[l] = true
	return x.M(x.AtLabel(l, 0))
}
