package ptx

import (
	"fmt"
	"math"

	"github.com/triad-go/triad/kernels"
)

// access is how the code of one element reaches what is not computed.
type access interface {
	load(slot int) string  // a register with the element of an array slot
	index(axis int) string // a register with its place along an axis, s64
	number() string        // a register with its number, for faults, s64
	base(slot int) string  // a register with the address of an array that is gathered from
	store(slot int, value string)
}

// body is the code of one element, or of one of several that are computed side by side.
type body struct {
	*generator
	w    *writer
	env  *environment
	at   access
	vals []string // by value: its register
	next int      // of the instructions of the program's body
}

// environment is what all elements of an entry share.
type environment struct {
	w        *writer
	block    string // a register with the address of the block of arguments, if it is in the device's memory
	uniforms []string
	tables   []string
	bases    []string // by array of the block: its address
	faults   string
}

// word reads a word of the arguments.
func (env *environment) word(i int) string {
	if env.block == "" {
		return env.w.ldarg(i)
	}
	r := env.w.reg(b64)
	env.w.op("ld.global.nc.u64 %s, [%s+%d]", r, env.block, 8*i)
	return r
}

// address reads a word that is an address of the device's memory.
func (env *environment) address(i int) string {
	r := env.word(i)
	env.w.op("cvta.to.global.u64 %s, %s", r, r)
	return r
}

// environment begins an entry.
func (g *generator) environment(w *writer) *environment {
	env := &environment{w: w}
	if g.m.Indirect {
		env.block = w.ldarg(0)
		w.op("cvta.to.global.u64 %s, %s", env.block, env.block)
	}
	used := g.used()
	env.uniforms = make([]string, len(g.p.Uniform))
	for v, in := range g.p.Uniform {
		if !used[v] {
			continue
		}
		if word := g.plan.uniforms[v]; word > 0 {
			env.uniforms[v] = env.uniform(word, in.Type)
			continue
		}
		env.uniforms[v] = w.constant(in.Type, in.Imm)
	}
	for i := range g.plan.arrays {
		env.bases = append(env.bases, env.address(argArrays+i))
	}
	if len(g.p.Traps) > 0 {
		env.faults = env.address(argFaults)
	}
	for i := range g.p.Tables {
		r := w.reg(b64)
		w.op("mov.u64 %s, table%d", r, i)
		w.op("cvta.global.u64 %s, %s", r, r)
		w.op("cvta.to.global.u64 %s, %s", r, r)
		env.tables = append(env.tables, r)
	}
	return env
}

// uniform reads a uniform value, of which the bits are in the low end of its word.
func (env *environment) uniform(word int, t kernels.Type) string {
	w := env.w
	if t == kernels.Bool {
		r, p := env.word(word), w.reg(pred)
		w.op("setp.ne.u64 %s, %s, 0", p, r)
		return p
	}
	r := w.reg(classOf(t))
	if env.block == "" {
		w.op("ld.param%s %s, [args+%d]", suffix(t), r, 8*word)
	} else {
		w.op("ld.global.nc%s %s, [%s+%d]", suffix(t), r, env.block, 8*word)
	}
	return r
}

// constant is a register with a constant.
func (w *writer) constant(t kernels.Type, bits uint64) string {
	r := w.reg(classOf(t))
	switch t {
	case kernels.Float64:
		w.op("mov.f64 %s, 0d%016X", r, bits)
	case kernels.Float32:
		w.op("mov.f32 %s, 0f%08X", r, uint32(bits))
	case kernels.Bool:
		one := w.reg(b32)
		w.op("mov.u32 %s, %d", one, bits&1)
		w.op("setp.ne.u32 %s, %s, 0", r, one)
	case kernels.Int64, kernels.Uint64:
		w.op("mov.b64 %s, 0x%X", r, bits)
	default:
		w.op("mov.b32 %s, 0x%X", r, uint32(bits))
	}
	return r
}

// classOf is the registers that values of a type are in.
func classOf(t kernels.Type) class {
	switch t {
	case kernels.Float64:
		return f64
	case kernels.Float32:
		return f32
	case kernels.Bool:
		return pred
	}
	if t.Size() == 8 {
		return b64
	}
	return b32
}

// suffix is a type as instructions name it.
func suffix(t kernels.Type) string {
	switch t {
	case kernels.Float64:
		return ".f64"
	case kernels.Float32:
		return ".f32"
	case kernels.Int64:
		return ".s64"
	case kernels.Int32:
		return ".s32"
	case kernels.Uint64:
		return ".u64"
	case kernels.Uint32:
		return ".u32"
	}
	return ".pred"
}

// plainType is the type without a meaning of the same size.
func plainType(t kernels.Type) string {
	switch t.Size() {
	case 8:
		return ".b64"
	case 4:
		return ".b32"
	}
	return ".pred"
}

// newBody begins the code of one element.
func (g *generator) newBody(env *environment, at access) *body {
	b := &body{generator: g, w: env.w, env: env, at: at, vals: make([]string, len(g.from))}
	copy(b.vals, env.uniforms)
	return b
}

// loads reads all elements that the program loads, before anything is computed.
func (b *body) loads() {
	for i, in := range b.p.Body {
		if in.Op == kernels.OpLoad {
			b.vals[len(b.p.Uniform)+i] = b.at.load(int(in.Imm))
		}
	}
}

// compute computes what is not loaded yet.
func (b *body) compute() {
	nu := len(b.p.Uniform)
	guards := b.p.Guards
	open, end := "", 0
	for i, in := range b.p.Body {
		if open != "" && i == end {
			b.w.place(open)
			open = ""
		}
		if len(guards) > 0 && i == guards[0].Lo {
			open, end = b.w.label(), guards[0].Hi
			b.w.op("@!%s bra %s", b.vals[guards[0].Cond], open)
			guards = guards[1:]
			if end == i {
				b.w.place(open)
				open = ""
			}
		}
		v := nu + i
		if b.vals[v] != "" {
			continue
		}
		if v < len(b.o.Labels) && b.o.Labels[v] != "" && (i == 0 || b.o.Labels[v] != b.o.Labels[v-1]) {
			b.w.note("%s", clean(b.o.Labels[v]))
		}
		b.vals[v] = b.instruction(v, in)
	}
	if open != "" {
		b.w.place(open)
	}
	for i, t := range b.p.Traps {
		n := b.at.number()
		b.w.op("@%s red.global.min.s64 [%s+%d], %s", b.vals[t.Cond], b.env.faults, 8*i, n)
	}
}

// stores writes what the program stores.
func (b *body) stores() {
	for _, s := range b.p.Stores {
		b.at.store(s.Slot, b.vals[s.Value])
	}
}

// instruction computes one value.
func (b *body) instruction(v int, in kernels.Instr) string {
	w := b.w
	var a [3]string
	for i, arg := range in.Args[:in.Op.NumArgs()] {
		a[i] = b.vals[arg]
	}
	switch in.Op {
	case kernels.OpConst:
		return w.constant(in.Type, in.Imm)
	case kernels.OpLoad:
		return b.at.load(int(in.Imm))
	case kernels.OpIndex:
		return b.at.index(int(in.Imm))
	case kernels.OpGather:
		size := in.Type.Size()
		address, d := w.reg(b64), w.reg(classOf(in.Type))
		w.op("mad.lo.s64 %s, %s, %d, %s", address, a[0], size, b.at.base(int(in.Imm)))
		w.op("mov%s %s, %s", untyped(in.Type), d, zero(in.Type))
		w.op("@%s ld.global%s%s %s, [%s]", a[1], b.readOnly(int(in.Imm)), suffix(in.Type), d, address)
		return d
	case kernels.OpTable:
		at, d := w.reg(b64), w.reg(classOf(in.Type))
		if b.from[v].Size() == 8 {
			w.op("and.b64 %s, %s, %d", at, a[0], len(b.p.Tables[in.Imm])-1)
		} else {
			low := w.reg(b32)
			w.op("and.b32 %s, %s, %d", low, a[0], len(b.p.Tables[in.Imm])-1)
			w.op("cvt.u64.u32 %s, %s", at, low)
		}
		address := w.reg(b64)
		w.op("mad.lo.s64 %s, %s, %d, %s", address, at, in.Type.Size(), b.env.tables[in.Imm])
		w.op("ld.global.nc%s %s, [%s]", suffix(in.Type), d, address)
		return d
	}
	return w.operation(in.Op, in.Type, b.from[v], a)
}

// zero is 0 of a type as mov takes it without one.
func zero(t kernels.Type) string {
	switch t {
	case kernels.Float64:
		return "0d0000000000000000"
	case kernels.Float32:
		return "0f00000000"
	}
	return "0"
}

// readOnly is how loads say that nobody writes to an array while the kernel runs.
func (g *generator) readOnly(slot int) string {
	if g.o.Aliased || g.p.Arrays[slot].Written {
		return ""
	}
	return ".nc"
}

// operation computes an operation of kernels.Evaluate: of type t, on arguments of type from.
func (w *writer) operation(op kernels.Op, t, from kernels.Type, a [3]string) string {
	d := w.reg(classOf(t))
	switch op {
	case kernels.OpSelect:
		if t == kernels.Bool {
			yes, no := w.reg(pred), w.reg(pred)
			w.op("and.pred %s, %s, %s", yes, a[0], a[1])
			w.op("not.pred %s, %s", no, a[0])
			w.op("and.pred %s, %s, %s", no, no, a[2])
			w.op("or.pred %s, %s, %s", d, yes, no)
			return d
		}
		w.op("selp%s %s, %s, %s, %s", untyped(t), d, a[1], a[2], a[0])
		return d
	case kernels.OpConvert:
		w.convert(d, t, from, a[0])
		return d
	case kernels.OpBits:
		w.op("mov%s %s, %s", plainType(t), d, a[0])
		return d
	}
	switch {
	case t == kernels.Bool && from == kernels.Bool:
		w.logic(op, d, ".pred", a)
	case t == kernels.Bool:
		w.compare(op, d, from, a)
	case t.IsFloat():
		w.float(op, d, t, a)
	default:
		w.integer(op, d, t, a)
	}
	return d
}

// untyped is a type for selp, which has .b types for integers.
func untyped(t kernels.Type) string {
	if t.IsFloat() {
		return suffix(t)
	}
	return plainType(t)
}

func (w *writer) logic(op kernels.Op, d, kind string, a [3]string) {
	switch op {
	case kernels.OpAnd:
		w.op("and%s %s, %s, %s", kind, d, a[0], a[1])
	case kernels.OpOr:
		w.op("or%s %s, %s, %s", kind, d, a[0], a[1])
	case kernels.OpXor:
		w.op("xor%s %s, %s, %s", kind, d, a[0], a[1])
	case kernels.OpNot:
		w.op("not%s %s, %s", kind, d, a[0])
	default:
		panic(fmt.Sprintf("ptx: no code for %v of %s", op, kind))
	}
}

func (w *writer) compare(op kernels.Op, d string, from kernels.Type, a [3]string) {
	name := map[kernels.Op]string{kernels.OpLt: "lt", kernels.OpLe: "le", kernels.OpEq: "eq", kernels.OpNe: "ne"}[op]
	if op == kernels.OpNe && from.IsFloat() {
		name = "neu" // true where either is NaN
	}
	w.op("setp.%s%s %s, %s, %s", name, suffix(from), d, a[0], a[1])
}

func (w *writer) float(op kernels.Op, d string, t kernels.Type, a [3]string) {
	s := suffix(t)
	switch op {
	case kernels.OpAdd:
		w.op("add.rn%s %s, %s, %s", s, d, a[0], a[1])
	case kernels.OpSub:
		w.op("sub.rn%s %s, %s, %s", s, d, a[0], a[1])
	case kernels.OpMul:
		w.op("mul.rn%s %s, %s, %s", s, d, a[0], a[1])
	case kernels.OpDiv:
		w.op("div.rn%s %s, %s, %s", s, d, a[0], a[1])
	case kernels.OpFMA:
		w.op("fma.rn%s %s, %s, %s, %s", s, d, a[0], a[1], a[2])
	case kernels.OpSqrt:
		w.op("sqrt.rn%s %s, %s", s, d, a[0])
	case kernels.OpNeg:
		w.op("neg%s %s, %s", s, d, a[0])
	case kernels.OpAbs:
		w.op("abs%s %s, %s", s, d, a[0])
	case kernels.OpMin, kernels.OpMax: // of PTX's own, -0 is less than 0, and a NaN is passed over
		p, less := w.reg(pred), "lt"
		if op == kernels.OpMax {
			less = "gt"
		}
		w.op("setp.%s%s %s, %s, %s", less, s, p, a[0], a[1])
		w.op("selp%s %s, %s, %s, %s", s, d, a[0], a[1], p)
	case kernels.OpFloor:
		w.op("cvt.rmi%s%s %s, %s", s, s, d, a[0])
	case kernels.OpCeil:
		w.op("cvt.rpi%s%s %s, %s", s, s, d, a[0])
	case kernels.OpTrunc:
		w.op("cvt.rzi%s%s %s, %s", s, s, d, a[0])
	case kernels.OpRoundEven:
		w.op("cvt.rni%s%s %s, %s", s, s, d, a[0])
	default:
		panic(fmt.Sprintf("ptx: no code for %v of floats", op))
	}
}

func (w *writer) integer(op kernels.Op, d string, t kernels.Type, a [3]string) {
	s, b := suffix(t), plainType(t)
	switch op {
	case kernels.OpAdd:
		w.op("add%s %s, %s, %s", s, d, a[0], a[1])
	case kernels.OpSub:
		w.op("sub%s %s, %s, %s", s, d, a[0], a[1])
	case kernels.OpMul:
		w.op("mul.lo%s %s, %s, %s", s, d, a[0], a[1])
	case kernels.OpDiv, kernels.OpRem:
		w.divide(op, d, t, a)
	case kernels.OpNeg: // 0 - x also of unsigned integers
		w.op("sub%s %s, 0, %s", s, d, a[0])
	case kernels.OpAbs:
		if !t.IsSigned() {
			w.op("mov%s %s, %s", b, d, a[0])
			return
		}
		n := w.reg(classOf(t))
		w.op("sub%s %s, 0, %s", s, n, a[0])
		w.op("max%s %s, %s, %s", s, d, a[0], n) // of the least integer both are itself
	case kernels.OpMin:
		w.op("min%s %s, %s, %s", s, d, a[0], a[1])
	case kernels.OpMax:
		w.op("max%s %s, %s, %s", s, d, a[0], a[1])
	case kernels.OpShl, kernels.OpShr:
		count := a[1]
		if t.Size() == 8 { // PTX takes counts of 32 bits, and those that are too large as the width
			wide := w.reg(b64)
			count = w.reg(b32)
			w.op("min.u64 %s, %s, 64", wide, a[1])
			w.op("cvt.u32.u64 %s, %s", count, wide)
		}
		if op == kernels.OpShl {
			w.op("shl%s %s, %s, %s", b, d, a[0], count)
		} else {
			w.op("shr%s %s, %s, %s", s, d, a[0], count)
		}
	default:
		w.logic(op, d, b, a)
	}
}

// divide is division and remainder, which PTX leaves open by 0, and of the least integer by -1.
func (w *writer) divide(op kernels.Op, d string, t kernels.Type, a [3]string) {
	s, b, c := suffix(t), plainType(t), classOf(t)
	none, y := w.reg(pred), w.reg(c)
	w.op("setp.eq%s %s, %s, 0", s, none, a[1])
	w.op("selp%s %s, 1, %s, %s", b, y, a[1], none)
	q := w.reg(c)
	if t.IsSigned() {
		minus, n := w.reg(pred), w.reg(c)
		w.op("setp.eq%s %s, %s, -1", s, minus, y)
		w.op("selp%s %s, 1, %s, %s", b, y, y, minus)
		w.op("div%s %s, %s, %s", s, q, a[0], y)
		w.op("sub%s %s, 0, %s", s, n, q)
		w.op("selp%s %s, %s, %s, %s", b, q, n, q, minus)
	} else {
		w.op("div%s %s, %s, %s", s, q, a[0], y)
	}
	if op == kernels.OpRem {
		m := w.reg(c)
		w.op("mul.lo%s %s, %s, %s", s, m, q, a[1])
		w.op("sub%s %s, %s, %s", s, q, a[0], m)
	}
	w.op("selp%s %s, 0, %s, %s", b, d, q, none)
}

// convert is kernels.OpConvert.
func (w *writer) convert(d string, t, from kernels.Type, x string) {
	switch {
	case t == from:
		w.op("mov%s %s, %s", plainType(t), d, x)
	case t.IsFloat() && from.IsFloat():
		if t == kernels.Float32 {
			w.op("cvt.rn.f32.f64 %s, %s", d, x)
		} else {
			w.op("cvt.f64.f32 %s, %s", d, x)
		}
	case t.IsFloat():
		w.op("cvt.rn%s%s %s, %s", suffix(t), suffix(from), d, x)
	case from.IsFloat(): // PTX saturates, but gives no 0 for a NaN of every type
		nan, v := w.reg(pred), w.reg(classOf(t))
		w.op("setp.nan%s %s, %s, %s", suffix(from), nan, x, x)
		w.op("cvt.rzi%s%s %s, %s", suffix(t), suffix(from), v, x)
		w.op("selp%s %s, 0, %s, %s", plainType(t), d, v, nan)
	case t.Size() == from.Size():
		w.op("mov%s %s, %s", plainType(t), d, x)
	case t.Size() > from.Size():
		w.op("cvt%s%s %s, %s", wide(from), suffix(from), d, x)
	default:
		w.op("cvt.u32.u64 %s, %s", d, x)
	}
}

// wide is the integer type of 8 bytes that extends one of 4 by its sign.
func wide(t kernels.Type) string {
	if t.IsSigned() {
		return ".s64"
	}
	return ".u64"
}

// fold takes one more value into an accumulator: kernels.Fold.
func (w *writer) fold(op kernels.Reduction, t kernels.Type, acc, x string) {
	s := suffix(t)
	switch op {
	case kernels.Sum:
		w.op("add%s%s %s, %s, %s", rounding(t), s, acc, acc, x)
	case kernels.Prod:
		name := "mul.rn"
		if !t.IsFloat() {
			name = "mul.lo"
		}
		w.op("%s%s %s, %s, %s", name, s, acc, acc, x)
	default:
		p, less := w.reg(pred), "lt"
		if op == kernels.Max {
			less = "gt"
		}
		w.op("setp.%s%s %s, %s, %s", less, s, p, x, acc)
		w.op("selp%s %s, %s, %s, %s", untyped(t), acc, x, acc, p)
	}
}

func rounding(t kernels.Type) string {
	if t.IsFloat() {
		return ".rn"
	}
	return ""
}

// startBits is the bits of the value that a reduction starts from.
func startBits(op kernels.Reduction, t kernels.Type) uint64 {
	switch t {
	case kernels.Float64:
		return math.Float64bits(kernels.Identity[float64](op))
	case kernels.Float32:
		return uint64(math.Float32bits(kernels.Identity[float32](op)))
	case kernels.Int64:
		return uint64(kernels.Identity[int64](op))
	case kernels.Int32:
		return uint64(uint32(kernels.Identity[int32](op)))
	case kernels.Uint64:
		return kernels.Identity[uint64](op)
	}
	return uint64(kernels.Identity[uint32](op))
}
