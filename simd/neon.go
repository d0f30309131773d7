package simd

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"github.com/triad-go/triad/kernels"
	arm "github.com/triad-go/triad/simd/internal/arm64"
)

// The general registers of code for NEON. X18 and X28 to X30 stay the caller's:
// see package exec.
const (
	neonFrame   = arm.X0 // at entry: the frame, …
	neonAt      = arm.X1 // … the first element, then the current one, …
	neonHi      = arm.X2 // … and one past the last
	neonScratch = arm.X3
	neonAt8     = arm.X4  // the place of the current vector in arrays of 8 bytes an element …
	neonAt4     = arm.X5  // … and of 4, in bytes
	neonEnd     = arm.X6  // where the current loop ends
	neonBlock   = arm.X7  // start of the current reduction block …
	neonStop    = arm.X26 // … and its end
	neonTemp    = arm.X16
	neonTemp2   = arm.X17
	neonTemp3   = arm.X27
)

// neonArrays hold the addresses of the arrays used most; other addresses are
// loaded into neonTemp when wanted.
var neonArrays = [...]arm.Reg{arm.X8, arm.X9, arm.X10, arm.X11, arm.X12, arm.X13, arm.X14, arm.X15,
	arm.X19, arm.X20, arm.X21, arm.X22, arm.X23, arm.X24, arm.X25}

// Vector registers for use within one operation; the others are neonPool.
const (
	neonV1   arm.Vec = 30
	neonV2   arm.Vec = 31
	neonPool uint32  = 1<<30 - 1
)

// neonVL is the number of bytes of a vector, and of its slot in scratch.
const neonVL = 16

// neon generates the code of one program for NEON. The function computes
// elements [lo, hi) in a loop over several vectors at once, a loop over one, and
// a loop over single elements; where it reduces, over the blocks and their
// vectors.
//
// A vector has as many lanes as lanes of kernels.Program.LaneSize fit in. With
// lanes of 8 bytes, values of 4 lie in the low half of a register, and what the
// upper half holds does not matter. A truth value is a mask of ones or zeros, as
// wide as what was compared. A single element is computed as a vector of
// which only the first lane is read and written.
//
// Scratch memory holds the uniforms, copied to all lanes, that have no register
// of their own; the lanes of reductions; and what is spilled.
type neon struct {
	asm   arm.Asm
	p     *kernels.Program
	plan  *neonPlan
	lanes int // of a vector

	resident []int8 // by uniform value: the register that it stays in, or none
	pool     uint32
	acc      []arm.Vec   // by vector of a row: the lanes of the one reduction, while rows are whole; or nil
	laneSlot int         // slot of scratch where the lanes of reductions begin
	fixed    int         // slots of scratch before what is spilled
	spilled  int         // slots used for spilling
	far      bool        // branches may be too far for those with conditions
	sizes    [2]bool     // whether arrays, or lanes of reductions, have 4, 8 bytes an element
	tables   []arm.Label // by table; -1: not used
	entry    []int       // by table: bytes of an entry

	neonState
	single bool // the vector at hand is one element
	inRow  bool // the vector at hand is of a whole row whose lanes are in registers
	copyNo int  // vectors from the current element to the vector at hand
	now    int32

	notes   *[]note // nil as a rule
	codeLen int     // bytes before the tables

	err error
}

// generateNEON returns the machine code of p for arm64 with NEON, constants
// included, and how many bytes of scratch memory it needs.
func generateNEON(p *kernels.Program) (code []byte, scratch int, err error) {
	n, err := neonNoted(p, nil)
	if err != nil {
		return nil, 0, err
	}
	return n.asm.Bytes(), n.scratch(), nil
}

// neonNoted generates the code of p, and notes, unless notes is nil, what it is
// for.
func neonNoted(p *kernels.Program, notes *[]note) (*neon, error) {
	n := newNeon(p)
	n.notes = notes
	n.enter()
	if len(p.Reductions) > 0 {
		n.blocks()
	} else {
		n.elements()
	}
	n.asm.Ret()
	n.codeLen = n.asm.Len()
	n.layTables()
	if n.err != nil {
		return nil, n.err
	}
	return n, n.asm.Link()
}

// scratch is the number of bytes of scratch memory that the code needs.
func (n *neon) scratch() int { return (n.fixed + n.spilled) * neonVL }

// note notes that the code to come is for v, or for nothing with NoValue.
func (n *neon) note(v int) {
	if n.notes != nil {
		*n.notes = append(*n.notes, note{n.asm.Len(), v})
	}
}

// newNeon plans the code of p and divides the registers.
func newNeon(p *kernels.Program) *neon {
	n := &neon{p: p, plan: newNeonPlan(p), lanes: neonVL / p.LaneSize()}
	n.far = len(n.plan.steps) > 5000
	for _, a := range p.Arrays {
		n.sizes[a.Type.Size()/8] = true
	}
	for r := range p.Reductions {
		n.sizes[n.reducedSize(r)/8] = true
	}
	n.tables, n.entry = make([]arm.Label, len(p.Tables)), make([]int, len(p.Tables))
	for i := range n.tables {
		n.tables[i] = -1
	}
	n.assign()
	return n
}

// arrangement is how a vector of values of type t, or a mask of that many bytes
// a lane, lies in a register.
func (n *neon) arrangement(size int) arm.Lanes {
	switch {
	case size == 8:
		return arm.D2
	case n.lanes == 4:
		return arm.S4
	}
	return arm.S2
}

// operandSize is what of a register goes to memory: the vector of values of that
// many bytes, or the first lane.
func (n *neon) operandSize(size int) arm.Size {
	bytes := size * n.lanes
	if n.single {
		bytes = size
	}
	switch bytes {
	case 4:
		return arm.S
	case 8:
		return arm.D
	}
	return arm.Q
}

// assign divides the vector registers among the values of the body and the
// uniforms that it uses most, and scratch memory.
func (n *neon) assign() {
	pl := n.plan
	nu := len(n.p.Uniform)
	n.init(nu + len(n.p.Body))
	n.resident = make([]int8, nu)
	n.pool = neonPool
	var uniforms []kernels.Value
	for v := range nu {
		n.resident[v] = none
		if pl.weight[v] > 0 {
			uniforms = append(uniforms, kernels.Value(v))
		}
	}
	slices.SortStableFunc(uniforms, func(a, b kernels.Value) int { return cmp.Compare(pl.weight[b], pl.weight[a]) })
	room := 30 - max(pl.pressure()+2, neonMinPool)
	take := func() arm.Vec {
		r := arm.Vec(bits.Len32(n.pool) - 1)
		n.pool &^= 1 << r
		room--
		return r
	}
	if row := n.p.Lanes() / n.lanes; len(n.p.Reductions) == 1 && row <= room && len(pl.steps) <= 12 {
		for range row {
			n.acc = append(n.acc, take())
		}
	}
	for _, v := range uniforms {
		if room > 0 {
			n.resident[v] = int8(take())
		} else {
			n.slot[v] = int32(n.fixed)
			n.fixed++
		}
	}
	n.laneSlot = n.fixed
	n.fixed += len(n.p.Reductions) * kernels.RowBytes / neonVL
}

// enter loads what stays in registers throughout, and copies the other uniforms
// to all lanes.
func (n *neon) enter() {
	n.word(neonScratch, frameScratch)
	n.word(neonTemp2, frameUniforms)
	for v, in := range n.p.Uniform {
		r := neonV1
		if n.resident[v] != none {
			r = arm.Vec(n.resident[v])
		} else if n.slot[v] == none {
			continue
		}
		if 8*v <= maxWord {
			n.asm.Load(arm.D, r, neonTemp2, 8*v)
		} else {
			n.asm.MovImm(neonTemp, int64(8*v))
			n.asm.LoadIndex(arm.D, r, neonTemp2, neonTemp)
		}
		if in.Type.Size() == 4 {
			n.asm.Dup(arm.S4, r, r, 0)
		} else {
			n.asm.Dup(arm.D2, r, r, 0) // of truth values too: all ones or zeros
		}
		if r == neonV1 {
			n.storeSlot(n.slot[v], r)
		}
	}
	for i := range min(len(n.p.Arrays), len(neonArrays)) {
		n.word(neonArrays[i], frameArrays+i)
	}
	n.asm.Lsl(neonAt8, neonAt, 3)
	n.asm.Lsl(neonAt4, neonAt, 2)
}

// advance moves the places in arrays on by a vector or an element.
func (n *neon) advance(elements int) {
	if n.sizes[1] {
		n.asm.AddImm(neonAt8, neonAt8, 8*elements)
	}
	if n.sizes[0] {
		n.asm.AddImm(neonAt4, neonAt4, 4*elements)
	}
}

// maxWord is the largest offset of a word that an instruction can hold.
const maxWord = 8 * (1<<12 - 1)

// word loads a word of the frame. It may use neonTemp.
func (n *neon) word(d arm.Reg, word int) {
	if 8*word <= maxWord {
		n.asm.LoadReg(d, neonFrame, 8*word)
		return
	}
	n.asm.MovImm(neonTemp, int64(8*word))
	n.asm.LoadRegIndex(d, neonFrame, neonTemp)
}

// loadSlot and storeSlot read and write a slot of scratch. They may use neonTemp.
func (n *neon) loadSlot(d arm.Vec, slot int32) {
	if slot < 1<<12 {
		n.asm.Load(arm.Q, d, neonScratch, int(slot)*neonVL)
		return
	}
	n.asm.MovImm(neonTemp, int64(slot)*neonVL)
	n.asm.LoadIndex(arm.Q, d, neonScratch, neonTemp)
}

func (n *neon) storeSlot(slot int32, s arm.Vec) {
	if slot < 1<<12 {
		n.asm.Store(arm.Q, s, neonScratch, int(slot)*neonVL)
		return
	}
	n.asm.MovImm(neonTemp, int64(slot)*neonVL)
	n.asm.StoreIndex(arm.Q, s, neonScratch, neonTemp)
}

// branch jumps to l if c, however far.
func (n *neon) branch(c arm.Cond, l arm.Label) {
	if !n.far {
		n.asm.Bcond(c, l)
		return
	}
	over := n.asm.NewLabel()
	n.asm.Bcond(c.Not(), over)
	n.asm.B(l)
	n.asm.Bind(over)
}

// branchZero jumps to l if r is 0, however far.
func (n *neon) branchZero(r arm.Reg, l arm.Label) {
	if !n.far {
		n.asm.Cbz(r, l)
		return
	}
	over := n.asm.NewLabel()
	n.asm.Cbnz(r, over)
	n.asm.B(l)
	n.asm.Bind(over)
}

// unroll is the number of vectors that the main loop handles at once: short
// bodies would spend their time on the loop itself.
func (n *neon) unroll() int {
	switch k := len(n.plan.steps); {
	case k <= 8:
		return 4
	case k <= 24:
		return 2
	}
	return 1
}

// elements generates the loops of a program without reductions.
func (n *neon) elements() {
	if u := n.unroll(); u > 1 {
		n.asm.Mov(neonEnd, neonHi)
		n.vectors(u)
	}
	n.asm.Mov(neonEnd, neonHi)
	n.vectors(1)
	n.singles(neonHi)
}

// vectors generates a loop over u vectors at once, as long as they end before
// neonEnd, which it changes.
func (n *neon) vectors(u int) {
	a := &n.asm
	loop, out := a.NewLabel(), a.NewLabel()
	a.AddImm(neonEnd, neonEnd, -u*n.lanes)
	a.Cmp(neonAt, neonEnd)
	n.branch(arm.GT, out)
	a.Align(16)
	a.Bind(loop)
	for c := range u {
		n.emit(c, false)
		n.advance(n.lanes)
	}
	a.AddImm(neonAt, neonAt, u*n.lanes)
	a.Cmp(neonAt, neonEnd)
	n.branch(arm.LE, loop)
	a.Bind(out)
}

// singles generates a loop over single elements up to end.
func (n *neon) singles(end arm.Reg) {
	a := &n.asm
	loop, out := a.NewLabel(), a.NewLabel()
	a.Cmp(neonAt, end)
	n.branch(arm.GE, out)
	a.Bind(loop)
	n.emit(0, true)
	n.advance(1)
	a.AddImm(neonAt, neonAt, 1)
	a.Cmp(neonAt, end)
	n.branch(arm.LT, loop)
	a.Bind(out)
}

// emit generates the steps for the vector that is the given number of vectors
// past the current element, or for the element there.
func (n *neon) emit(copyNo int, single bool) {
	n.reset()
	n.single, n.copyNo = single, copyNo
	for i := range n.plan.steps {
		s := &n.plan.steps[i]
		n.now, n.pinned = int32(i), 0
		switch {
		case s.kind == neonCompute:
			n.note(int(s.value))
		case s.nargs > 0: // what is stored, or decides
			n.note(int(s.args[0]))
		}
		switch s.kind {
		case neonStore:
			n.store(s.index, n.fetch(s.args[0]))
			n.used(s)
		case neonReduce:
			n.reduce(s.index, n.fetch(s.args[0]))
			n.used(s)
		case neonTrap:
			n.trap(s)
			n.used(s)
		case neonGuard:
			n.guard(s)
		case neonGuardEnd:
			n.guardEnd()
		case neonCompute:
			n.compute(s)
			if n.next[s.value] == never {
				n.forget(s.value) // which nothing needs
			}
		}
		if n.err != nil {
			return
		}
	}
	n.note(NoValue)
}

// address returns the address of an array and the register to add to it for the
// current vector. It may use neonTemp.
func (n *neon) address(slot int) (base, index arm.Reg) {
	index = neonAt8
	if n.p.Arrays[slot].Type.Size() == 4 {
		index = neonAt4
	}
	if slot < len(neonArrays) {
		return neonArrays[slot], index
	}
	n.word(neonTemp, frameArrays+slot)
	return neonTemp, index
}

func (n *neon) load(d arm.Vec, slot int) {
	base, index := n.address(slot)
	n.asm.LoadIndex(n.operandSize(n.p.Arrays[slot].Type.Size()), d, base, index)
}

func (n *neon) store(slot int, s arm.Vec) {
	base, index := n.address(slot)
	n.asm.StoreIndex(n.operandSize(n.p.Arrays[slot].Type.Size()), s, base, index)
}

// any sets neonTemp to 0 if no lane of a mask of the given width is set.
func (n *neon) any(mask arm.Vec, width int) {
	switch {
	case n.single:
		n.asm.Umov(laneSize(width), neonTemp, mask, 0)
	case n.arrangement(width) == arm.S2:
		n.asm.Fmov(neonTemp, mask)
	default:
		n.asm.V(arm.UMAXP, arm.S4, neonV2, mask, mask)
		n.asm.Fmov(neonTemp, neonV2)
	}
}

// trap notes in the frame the least element that has the condition.
func (n *neon) trap(s *neonStep) {
	a := &n.asm
	mask, width := n.fetch(s.args[0]), n.width(s.args[0])
	none := a.NewLabel()
	n.any(mask, width)
	a.Cbz(neonTemp, none)
	// Elements come in rising order within a call, but not over the calls.
	a.AddImm(neonTemp, neonAt, n.copyNo*n.lanes)
	if !n.single {
		first := a.NewLabel()
		for lane := range n.lanes - 1 {
			a.Umov(laneSize(width), neonTemp2, mask, lane)
			a.Cbnz(neonTemp2, first)
			a.AddImm(neonTemp, neonTemp, 1)
		}
		a.Bind(first)
	}
	at := 8 * (frameArrays + len(n.p.Arrays) + len(n.p.Reductions) + s.index)
	a.MovImm(neonTemp2, int64(at))
	a.Add(neonTemp2, neonFrame, neonTemp2)
	a.LoadReg(neonTemp3, neonTemp2, 0)
	a.Cmp(neonTemp3, neonTemp)
	a.Bcond(arm.LE, none)
	a.StoreReg(neonTemp, neonTemp2, 0)
	a.Bind(none)
}

// width is the number of bytes of a lane of the mask v.
func (n *neon) width(v kernels.Value) int {
	if w := int(n.plan.width[v]); w != 0 {
		return w
	}
	return n.p.LaneSize()
}

func laneSize(bytes int) arm.Size {
	if bytes == 8 {
		return arm.D
	}
	return arm.S
}

// layTables writes the tables that were used behind the code.
func (n *neon) layTables() {
	for i, l := range n.tables {
		if l < 0 {
			continue
		}
		n.asm.Align(16)
		n.asm.Bind(l)
		for _, e := range n.p.Tables[i] {
			if n.entry[i] == 8 {
				n.asm.Data64(e)
			} else {
				n.asm.Data32(uint32(e))
			}
		}
	}
}

func (n *neon) fail(format string, args ...any) {
	if n.err == nil {
		n.err = fmt.Errorf(format, args...)
	}
}
