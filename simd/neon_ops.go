package simd

import (
	"math/bits"

	"github.com/triad-go/triad/kernels"
	arm "github.com/triad-go/triad/simd/internal/arm64"
)

// neonFloats are the operations on floats that are one instruction.
var neonFloats = [kernels.OpGather + 1]arm.Op{
	kernels.OpAdd: arm.FADD, kernels.OpSub: arm.FSUB, kernels.OpMul: arm.FMUL, kernels.OpDiv: arm.FDIV,
	kernels.OpNeg: arm.FNEG, kernels.OpAbs: arm.FABS, kernels.OpSqrt: arm.FSQRT, kernels.OpFloor: arm.FRINTM,
	kernels.OpCeil: arm.FRINTP, kernels.OpTrunc: arm.FRINTZ, kernels.OpRoundEven: arm.FRINTN,
}

// neonInts are the operations on integers of any width that are one
// instruction.
var neonInts = [kernels.OpGather + 1]arm.Op{kernels.OpAdd: arm.ADD, kernels.OpSub: arm.SUB, kernels.OpNeg: arm.NEG}

var neonLogic = [kernels.OpGather + 1]arm.Op{kernels.OpAnd: arm.AND, kernels.OpOr: arm.ORR, kernels.OpXor: arm.EOR, kernels.OpNot: arm.NOT}

// compute generates one operation and its arguments.
//
// An operation of one instruction may write to the register of an argument that
// is used up; one of several must not, and takes its result's register while
// the arguments still have theirs.
func (n *neon) compute(s *neonStep) {
	in := n.p.Instr(s.value)
	t := in.Type
	from := t // the type of what is computed on
	if s.nargs > 0 && in.Op != kernels.OpSelect {
		from = n.p.TypeOf(in.Args[0])
	}
	switch {
	case in.Op == kernels.OpLoad:
		n.load(n.take(s.value), int(in.Imm))
	case in.Op == kernels.OpConst:
		n.constant(n.take(s.value), t, in.Imm)
	case in.Op == kernels.OpTable:
		n.table(s, &in)
	case in.Op == kernels.OpIndex:
		n.place(s, int(in.Imm))
	case in.Op == kernels.OpGather:
		n.gather(s, &in)
	case in.Op == kernels.OpSelect:
		n.choose(s, t)
	case in.Op == kernels.OpConvert:
		n.convert(s, t, from)
	case in.Op == kernels.OpBits:
		n.copyOf(s)
	case in.Op == kernels.OpFMA:
		n.fma(s, t)
	case in.Op.Compares():
		n.compare(s, in.Op, from)
	case t == kernels.Bool:
		n.truth(s, in.Op)
	case neonLogic[in.Op] != 0 && t.IsInt():
		n.simple(s, neonLogic[in.Op], arm.B16)
	case (in.Op == kernels.OpMin || in.Op == kernels.OpMax) && t.IsFloat():
		n.lesser(s, in.Op, arm.FCMGT, n.arrangement(t.Size()))
	case t.IsFloat() && neonFloats[in.Op] != 0:
		n.simple(s, neonFloats[in.Op], n.arrangement(t.Size()))
	case t.IsInt() && neonInts[in.Op] != 0:
		n.simple(s, neonInts[in.Op], n.arrangement(t.Size()))
	case t.IsInt():
		n.integer(s, in.Op, t)
	default:
		n.fail("simd: no code for %v of %v", in.Op, t)
	}
}

// args brings the arguments of a step into registers.
func (n *neon) args(s *neonStep) (in [3]arm.Vec) {
	for k, v := range s.args[:s.nargs] {
		in[k] = n.fetch(v)
	}
	return in
}

// apart brings the arguments of a step into registers, and returns one for its
// result that is none of them.
func (n *neon) apart(s *neonStep) (d arm.Vec, in [3]arm.Vec) {
	in = n.args(s)
	d = n.take(s.value)
	n.used(s)
	return d, in
}

// simple generates an operation that is one instruction.
func (n *neon) simple(s *neonStep, op arm.Op, l arm.Lanes) {
	in := n.args(s)
	n.used(s)
	n.asm.V(op, l, n.take(s.value), in[0], in[1])
}

// copyOf generates a value that is its argument: no instruction at all, if that
// is used up.
func (n *neon) copyOf(s *neonStep) {
	in := n.args(s)
	n.used(s)
	if d := n.takeLike(s.value, in[0]); d != in[0] {
		n.asm.MovV(d, in[0])
	}
}

// constant sets all lanes to the same bits.
func (n *neon) constant(d arm.Vec, t kernels.Type, imm uint64) {
	if t == kernels.Bool {
		imm = -imm // ones
	}
	if imm == 0 {
		n.asm.Zero(d)
		return
	}
	n.asm.MovImm(neonTemp, int64(imm))
	if t.Size() == 4 {
		n.asm.DupR(arm.S4, d, neonTemp)
	} else {
		n.asm.DupR(arm.D2, d, neonTemp)
	}
}

// fma generates x*y + z, or z - x*y. The instruction overwrites the addend: its
// register if it is used up, else a copy.
func (n *neon) fma(s *neonStep, t kernels.Type) {
	op := arm.FMLA
	if s.minus {
		op = arm.FMLS
	}
	in := n.args(s)
	if n.dies(s, 2) {
		n.used(s)
		n.asm.V(op, n.arrangement(t.Size()), n.hold(in[2], s.value), in[0], in[1])
		return
	}
	d := n.take(s.value)
	n.used(s)
	n.asm.MovV(d, in[2])
	n.asm.V(op, n.arrangement(t.Size()), d, in[0], in[1])
}

// stays reports whether v is a uniform with a register of its own.
func (n *neon) stays(v kernels.Value) bool { return n.p.IsUniform(v) && n.resident[v] != none }

// lesser generates x < y ? x : y, or the same with >, by the comparison given.
func (n *neon) lesser(s *neonStep, op kernels.Op, greater arm.Op, l arm.Lanes) {
	d, in := n.apart(s)
	if op == kernels.OpMin {
		n.asm.V(greater, l, d, in[1], in[0])
	} else {
		n.asm.V(greater, l, d, in[0], in[1])
	}
	n.asm.V(arm.BSL, arm.B16, d, in[0], in[1])
}

// compare generates a comparison of values of one type to a mask.
func (n *neon) compare(s *neonStep, op kernels.Op, t kernels.Type) {
	gt, ge, eq := arm.CMGT, arm.CMGE, arm.CMEQ
	switch {
	case t.IsFloat():
		gt, ge, eq = arm.FCMGT, arm.FCMGE, arm.FCMEQ
	case !t.IsSigned():
		gt, ge = arm.CMHI, arm.CMHS
	}
	l := n.arrangement(t.Size())
	in := n.args(s)
	n.used(s)
	d := n.take(s.value)
	switch op {
	case kernels.OpLt:
		n.asm.V(gt, l, d, in[1], in[0])
	case kernels.OpLe:
		n.asm.V(ge, l, d, in[1], in[0])
	case kernels.OpEq:
		n.asm.V(eq, l, d, in[0], in[1])
	case kernels.OpNe:
		n.asm.V(eq, l, d, in[0], in[1])
		n.asm.V(arm.NOT, arm.B16, d, d, 0)
	}
}

// mask returns a register with the mask v, which is in r, for lanes of the given
// number of bytes: r, or t with the mask made wider or narrower.
func (n *neon) mask(v kernels.Value, r arm.Vec, bytes int, t arm.Vec) arm.Vec {
	switch w := int(n.plan.width[v]); {
	case w == 4 && bytes == 8:
		n.asm.Sxtl(t, r)
		return t
	case w == 8 && bytes == 4:
		n.asm.V(arm.XTN, arm.D2, t, r, 0)
		return t
	}
	return r
}

// truth generates an operation on truth values.
func (n *neon) truth(s *neonStep, op kernels.Op) {
	if neonLogic[op] == 0 {
		n.fail("simd: no code for %v of truth values", op)
		return
	}
	w := int(n.plan.width[s.value])
	in := n.args(s)
	if w != 0 {
		for k, t := range []arm.Vec{neonV1, neonV2}[:s.nargs] {
			in[k] = n.mask(s.args[k], in[k], w, t)
		}
	}
	n.used(s)
	n.asm.V(neonLogic[op], arm.B16, n.take(s.value), in[0], in[1])
}

// choose generates c ? y : z. Of the instructions that do, one overwrites the
// mask, one y and one z: it takes what is used up, or else a copy of the mask.
func (n *neon) choose(s *neonStep, t kernels.Type) {
	bytes := t.Size()
	if t == kernels.Bool {
		bytes = n.width(s.value)
	}
	in := n.args(s)
	y, z := in[1], in[2]
	if t == kernels.Bool { // the masks may differ in width
		y, z = n.mask(s.args[1], y, bytes, neonV1), n.mask(s.args[2], z, bytes, neonV2)
	}
	fits := int(n.plan.width[s.args[0]]) == 0 || n.width(s.args[0]) == bytes
	hold := func(k int) arm.Vec {
		n.used(s)
		return n.hold(in[k], s.value)
	}
	switch {
	case fits && n.dies(s, 0):
		n.asm.V(arm.BSL, arm.B16, hold(0), y, z)
	case fits && n.dies(s, 1) && y == in[1]:
		n.asm.V(arm.BIF, arm.B16, hold(1), z, in[0])
	case fits && n.dies(s, 2) && z == in[2]:
		n.asm.V(arm.BIT, arm.B16, hold(2), y, in[0])
	default:
		d := n.take(s.value)
		n.used(s)
		if c := n.mask(s.args[0], in[0], bytes, d); c != d {
			n.asm.MovV(d, c)
		}
		n.asm.V(arm.BSL, arm.B16, d, y, z)
	}
}

// dies reports whether the k-th argument of a step is used up by it, so that its
// register may become the result's: it stands there once.
func (n *neon) dies(s *neonStep, k int) bool {
	for j, v := range s.args[:s.nargs] {
		if j != k && v == s.args[k] {
			return false
		}
	}
	return s.next[k] == never && !n.stays(s.args[k])
}

// integer generates what takes more than an instruction, or exists for some
// widths or signs only.
func (n *neon) integer(s *neonStep, op kernels.Op, t kernels.Type) {
	l := n.arrangement(t.Size())
	switch op {
	case kernels.OpMul:
		if t.Size() == 4 {
			n.simple(s, arm.MUL, l)
		} else {
			n.multiply64(s)
		}
	case kernels.OpDiv, kernels.OpRem:
		n.divide(s, op, t)
	case kernels.OpAbs:
		if t.IsSigned() {
			n.simple(s, arm.ABS, l)
		} else {
			n.copyOf(s)
		}
	case kernels.OpMin, kernels.OpMax:
		greater := arm.CMHI
		if t.IsSigned() {
			greater = arm.CMGT
		}
		if t.Size() == 8 {
			n.lesser(s, op, greater, l)
			return
		}
		ops := map[kernels.Op][2]arm.Op{kernels.OpMin: {arm.UMIN, arm.SMIN}, kernels.OpMax: {arm.UMAX, arm.SMAX}}[op]
		n.simple(s, ops[b2i(t.IsSigned())], l)
	case kernels.OpShl, kernels.OpShr:
		n.shift(s, op, t)
	default:
		n.fail("simd: no code for %v of %v", op, t)
	}
}

// multiply64 generates the low 64 bits of a product, from products of 32 bits:
// x.lo*y.lo + (x.lo*y.hi + x.hi*y.lo)<<32, or the first alone.
func (n *neon) multiply64(s *neonStep) {
	d, in := n.apart(s)
	a := &n.asm
	if _, _, ok := narrowProduct(n.p, n.p.Instr(s.value)); ok {
		a.Zero(d)
	} else {
		a.V(arm.REV64, arm.S4, d, in[1], 0)
		a.V(arm.MUL, arm.S4, d, d, in[0])
		a.V(arm.UADDLP, arm.S4, d, d, 0)
		a.Shl(arm.D2, d, d, 32)
	}
	a.V(arm.XTN, arm.D2, neonV1, in[0], 0)
	a.V(arm.XTN, arm.D2, neonV2, in[1], 0)
	a.V(arm.UMLAL, arm.D2, d, neonV1, neonV2)
}

// scalars is the number of lanes that operations go through one by one.
func (n *neon) scalars() int {
	if n.single {
		return 1
	}
	return n.lanes
}

// divide generates a division, or its remainder, lane by lane: the scalar
// instructions give 0 for x/0 and wrap as is wanted.
func (n *neon) divide(s *neonStep, op kernels.Op, t kernels.Type) {
	d, in := n.apart(s)
	a := &n.asm
	size := laneSize(t.Size())
	for lane := range n.scalars() {
		a.Umov(size, neonTemp, in[0], lane)
		a.Umov(size, neonTemp2, in[1], lane)
		div := a.Udiv // of 32 bits without sign, too: there are zeros above
		switch t {
		case kernels.Int64:
			div = a.Sdiv
		case kernels.Int32:
			div = a.SdivW
		}
		if op == kernels.OpDiv {
			div(neonTemp, neonTemp, neonTemp2)
		} else {
			div(neonTemp3, neonTemp, neonTemp2)
			a.Msub(neonTemp, neonTemp3, neonTemp2, neonTemp)
			a.CmpImm(neonTemp2, 0)
			a.Csel(neonTemp, arm.ZR, neonTemp, arm.EQ)
		}
		n.setLane(size, d, lane, neonTemp)
	}
}

// setLane writes a general register to a lane; lanes are set from the first on.
func (n *neon) setLane(s arm.Size, d arm.Vec, lane int, x arm.Reg) {
	if lane == 0 {
		n.asm.FmovR(d, x)
	} else {
		n.asm.InsR(s, d, lane, x)
	}
}

// shift generates a shift by a count that is read as unsigned and may be the
// width or more.
func (n *neon) shift(s *neonStep, op kernels.Op, t kernels.Type) {
	a := &n.asm
	l := n.arrangement(t.Size())
	width := uint64(8 * t.Size())
	signed := op == kernels.OpShr && t.IsSigned()
	if c := s.args[1]; n.p.Instr(c).Op == kernels.OpConst {
		count := uint(min(n.p.Instr(c).Imm, width))
		in := n.fetch(s.args[0])
		n.used(s)
		switch d := n.takeLike(s.value, in); {
		case count == 0:
			if d != in {
				a.MovV(d, in)
			}
		case signed:
			a.Sshr(l, d, in, count)
		case op == kernels.OpShr:
			a.Ushr(l, d, in, count)
		case count == uint(width):
			a.Zero(d)
		default:
			a.Shl(l, d, in, count)
		}
		return
	}
	// USHL and SSHL look at the low byte of a count alone, and shift to the right
	// where it is negative. The mask of counts below the width settles the rest.
	d, in := n.apart(s)
	a.Ushr(l, neonV1, in[1], uint(bits.TrailingZeros64(width)))
	a.V(arm.CMEQ0, l, neonV1, neonV1, 0)
	count, by := in[1], arm.USHL
	if op == kernels.OpShr {
		a.V(arm.NEG, l, neonV2, in[1], 0)
		count = neonV2
	}
	if signed {
		by = arm.SSHL
	}
	a.V(by, l, d, in[0], count)
	if signed {
		a.Sshr(l, neonV2, in[0], uint(width))
		a.V(arm.BIF, arm.B16, d, neonV2, neonV1)
	} else {
		a.V(arm.AND, arm.B16, d, d, neonV1)
	}
}

// convert generates the conversion of a number from one type to another. What
// truncates to integers saturates, and gives 0 for NaN, as is wanted.
func (n *neon) convert(s *neonStep, t, from kernels.Type) {
	a := &n.asm
	wide, narrow := t.Size() > from.Size(), t.Size() < from.Size()
	l := n.arrangement(t.Size())
	if from.IsInt() && t == kernels.Float32 && narrow {
		n.floatScalars(s, from)
		return
	}
	if from.IsInt() && t.IsInt() && !wide && !narrow || from == t {
		n.copyOf(s)
		return
	}
	in := n.args(s)
	n.used(s)
	x, d := in[0], n.take(s.value)
	pick := func(signed bool, yes, no arm.Op) arm.Op {
		if signed {
			return yes
		}
		return no
	}
	widen := func() {
		switch {
		case from == kernels.Float32:
			a.V(arm.FCVTL, arm.D2, d, x, 0)
		case from.IsSigned():
			a.Sxtl(d, x)
		default:
			a.Uxtl(d, x)
		}
		x = d
	}
	if wide {
		widen()
	}
	switch {
	case from.IsFloat() && t.IsFloat():
		if narrow {
			a.V(arm.FCVTN, arm.D2, d, x, 0)
		}
	case from.IsFloat() && narrow: // by way of 64 bits, saturated twice
		a.V(pick(t.IsSigned(), arm.FCVTZS, arm.FCVTZU), arm.D2, d, x, 0)
		a.V(pick(t.IsSigned(), arm.SQXTN, arm.UQXTN), arm.D2, d, d, 0)
	case from.IsFloat():
		a.V(pick(t.IsSigned(), arm.FCVTZS, arm.FCVTZU), l, d, x, 0)
	case t.IsFloat():
		a.V(pick(from.IsSigned(), arm.SCVTF, arm.UCVTF), l, d, x, 0)
	case narrow:
		a.V(arm.XTN, arm.D2, d, x, 0)
	}
}

// floatScalars generates float32s of 64-bit integers, lane by lane: by way of
// float64 they would be rounded twice.
func (n *neon) floatScalars(s *neonStep, from kernels.Type) {
	d, in := n.apart(s)
	to := n.asm.UcvtfR
	if from.IsSigned() {
		to = n.asm.ScvtfR
	}
	for lane := range n.scalars() {
		n.asm.Umov(arm.D, neonTemp, in[0], lane)
		if lane == 0 {
			to(arm.S, d, neonTemp)
		} else {
			to(arm.S, neonV1, neonTemp)
			n.asm.Ins(arm.S, d, lane, neonV1)
		}
	}
}

// table generates a look-up, lane by lane.
func (n *neon) table(s *neonStep, in *kernels.Instr) {
	number := int(in.Imm)
	entry := in.Type.Size()
	if n.tables[number] < 0 {
		n.tables[number], n.entry[number] = n.asm.NewLabel(), entry
	} else if n.entry[number] != entry {
		n.fail("simd: table %d has entries of %d bytes and of %d", number, n.entry[number], entry)
		return
	}
	d, args := n.apart(s)
	a := &n.asm
	size := laneSize(entry)
	length := len(n.p.Tables[number])
	index := laneSize(n.p.TypeOf(s.args[0]).Size())
	a.Address(neonTemp2, n.tables[number])
	for lane := range n.scalars() {
		x := neonTemp
		if length > 1 {
			a.Umov(index, x, args[0], lane)
			a.AndLow(x, x, uint(bits.TrailingZeros(uint(length))))
			a.AddShift(x, neonTemp2, x, uint(size))
		} else {
			x = neonTemp2
		}
		if lane == 0 {
			a.Load(size, d, x, 0)
		} else {
			a.LoadLane(size, d, lane, x)
		}
	}
}
