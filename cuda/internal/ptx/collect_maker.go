package ptx

import (
	"fmt"
	"strconv"

	"github.com/triad-go/triad/kernels"
)

// valueType is a type of elements as PTX has it.
type valueType struct {
	t     kernels.Type
	class class
	mem   string // of loads and stores
	arith string // of additions and comparisons
	move  string // of its bits
	size  int
}

func valueTypeOf(t kernels.Type) valueType {
	switch t {
	case kernels.Float64:
		return valueType{t, f64, ".f64", ".f64", ".b64", 8}
	case kernels.Float32:
		return valueType{t, f32, ".f32", ".f32", ".b32", 4}
	case kernels.Int64:
		return valueType{t, b64, ".s64", ".s64", ".b64", 8}
	case kernels.Int32:
		return valueType{t, b32, ".s32", ".s32", ".b32", 4}
	case kernels.Uint64:
		return valueType{t, b64, ".u64", ".u64", ".b64", 8}
	}
	return valueType{t, b32, ".u32", ".u32", ".b32", 4}
}

// literal is a constant of these bits.
func (v valueType) literal(bits uint64) string {
	switch v.t {
	case kernels.Float64:
		return fmt.Sprintf("0d%016X", bits)
	case kernels.Float32:
		return fmt.Sprintf("0f%08X", uint32(bits))
	case kernels.Int64:
		return strconv.FormatInt(int64(bits), 10)
	case kernels.Int32:
		return strconv.FormatInt(int64(int32(bits)), 10)
	case kernels.Uint64:
		return fmt.Sprintf("0x%X", bits)
	}
	return fmt.Sprintf("0x%X", uint32(bits))
}

// identity is what a reduction starts from.
func (v valueType) identity(r kernels.Reduction) string { return v.literal(identityBits(v.t, r)) }

// none is what a sum may be added to without changing: -0 of floats.
func (v valueType) none() string {
	switch v.t {
	case kernels.Float64:
		return v.literal(1 << 63)
	case kernels.Float32:
		return v.literal(1 << 31)
	}
	return "0"
}

func identityBits(t kernels.Type, r kernels.Reduction) uint64 {
	switch t {
	case kernels.Float64:
		return floatBits(kernels.Identity[float64](r))
	case kernels.Float32:
		return floatBits(kernels.Identity[float32](r))
	case kernels.Int64:
		return uint64(kernels.Identity[int64](r))
	case kernels.Int32:
		return uint64(uint32(kernels.Identity[int32](r)))
	case kernels.Uint64:
		return kernels.Identity[uint64](r)
	}
	return uint64(kernels.Identity[uint32](r))
}

// floatBits is the bits of a float in the low end.
func floatBits[T kernels.Float](v T) uint64 {
	t := kernels.Float64
	if _, ok := any(v).(float32); ok {
		t = kernels.Float32
	}
	return t.Bits(float64(v))
}

// maker writes the entry of a pass: a writer with loops, branches and values of a type.
type maker struct {
	writer
	value   valueType
	by      kernels.Type
	rows    kernels.Type
	threads int // of a CTA
	shares  int

	combining *combining
}

// do is a new register with the result of an instruction.
func (m *maker) do(c class, op string, args ...any) string {
	r := m.reg(c)
	m.set(r, op, args...)
	return r
}

// set gives a register the result of an instruction.
func (m *maker) set(r, op string, args ...any) {
	text := op + " " + r
	for _, a := range args {
		text += fmt.Sprintf(", %v", a)
	}
	m.op("%s", text)
}

// ints on 64 bits.
func (m *maker) add(a, b any) string { return m.do(b64, "add.s64", a, b) }
func (m *maker) sub(a, b any) string { return m.do(b64, "sub.s64", a, b) }
func (m *maker) mul(a, b any) string { return m.do(b64, "mul.lo.s64", a, b) }
func (m *maker) shl(a any, n int) string {
	return m.do(b64, "shl.b64", a, n)
}
func (m *maker) shr(a any, n int) string { return m.do(b64, "shr.u64", a, n) }
func (m *maker) imm(v any) string        { return m.do(b64, "mov.u64", v) }

// is is whether a comparison, such as "lt.s64", holds.
func (m *maker) is(cmp string, a, b any) string { return m.do(pred, "setp."+cmp, a, b) }

// both is whether two predicates hold.
func (m *maker) both(p, q string) string { return m.do(pred, "and.pred", p, q) }

// tid and cta are the numbers of the thread and of the CTA, on 64 bits.
func (m *maker) tid() string { return m.do(b64, "cvt.u64.u32", m.do(b32, "mov.u32", "%tid.x")) }
func (m *maker) cta() string { return m.do(b64, "cvt.u64.u32", m.do(b32, "mov.u32", "%ctaid.x")) }

// thread is the number of the thread in the grid, and all is how many there are.
func (m *maker) thread() string {
	return m.do(b64, "mad.lo.s64", m.cta(), m.threads, m.tid())
}
func (m *maker) all() string {
	return m.do(b64, "mul.wide.u32", m.do(b32, "mov.u32", "%nctaid.x"), m.threads)
}

// lane is the number of the thread in its warp.
func (m *maker) lane(tid string) string { return m.do(b64, "and.b64", tid, 31) }

// when runs body where a predicate holds.
func (m *maker) when(p string, body func()) {
	end := m.label()
	m.op("@!%s bra %s", p, end)
	body()
	m.place(end)
}

// or runs body where a predicate holds and other where not.
func (m *maker) or(p string, body, other func()) {
	not, end := m.label(), m.label()
	m.op("@!%s bra %s", p, not)
	body()
	m.op("bra %s", end)
	m.place(not)
	other()
	m.place(end)
}

// while runs body as long as cond gives a predicate that holds.
func (m *maker) while(cond func() string, body func()) {
	top, end := m.label(), m.label()
	m.place(top)
	m.op("@!%s bra %s", cond(), end)
	body()
	m.op("bra %s", top)
	m.place(end)
}

// each runs body for i from a register's value in steps up to below n, all on 64 bits.
func (m *maker) each(from, n, step any, body func(i string)) {
	i := m.imm(from)
	m.while(func() string { return m.is("lt.s64", i, n) }, func() {
		body(i)
		m.set(i, "add.s64", i, step)
	})
}

// at is the address of element i, of a size.
func (m *maker) at(base, i any, size int) string {
	if size == 1 {
		return m.add(base, i)
	}
	return m.do(b64, "mad.lo.s64", i, size, base)
}

// load reads a value of a type. Space is "global" or "shared".
func (m *maker) load(v valueType, space, addr string, offset int) string {
	return m.do(v.class, "ld."+space+v.mem, fmt.Sprintf("[%s+%d]", addr, offset))
}

// loadIf reads a value where a predicate holds, and has other where not.
func (m *maker) loadIf(p string, v valueType, space, addr string, offset int, other string) string {
	r := m.do(v.class, "mov"+v.move, other)
	m.op("@%s ld.%s%s %s, [%s+%d]", p, space, v.mem, r, addr, offset)
	return r
}

func (m *maker) store(v valueType, space, addr string, offset int, r string) {
	m.op("st.%s%s [%s+%d], %s", space, v.mem, addr, offset, r)
}

func (m *maker) storeIf(p string, v valueType, space, addr string, offset int, r string) {
	m.op("@%s st.%s%s [%s+%d], %s", p, space, v.mem, addr, offset, r)
}

// shared is the address of shared memory of its own.
func (m *maker) shared(bytes int) string {
	m.shares++
	name := fmt.Sprintf("shared%d", m.shares)
	fmt.Fprintf(&m.text, "\t.shared .align 16 .b8 %s[%d];\n", name, bytes)
	return m.do(b64, "mov.u64", name)
}

func (m *maker) barrier() { m.op("bar.sync 0") }

// move copies to a register that exists.
func (m *maker) move(v valueType, to string, from any) { m.set(to, "mov"+v.move, from) }

// copyOf is a new register of a value.
func (m *maker) copyOf(v valueType, from any) string { return m.do(v.class, "mov"+v.move, from) }

// arithmetic is an operation of a type: "add", "sub" or "mul", floats rounded to nearest.
func (v valueType) arithmetic(op string) string {
	switch {
	case v.t.IsFloat():
		return op + ".rn" + v.arith
	case op == "mul":
		return "mul.lo" + v.arith
	}
	return op + v.arith
}

// fold gives to what kernels.Fold makes of acc and x; to may be either.
func (m *maker) fold(v valueType, r kernels.Reduction, to, acc, x string) {
	switch r {
	case kernels.Sum:
		m.set(to, v.arithmetic("add"), acc, x)
	case kernels.Prod:
		m.set(to, v.arithmetic("mul"), acc, x)
	case kernels.Min:
		m.set(to, "selp"+v.arith, x, acc, m.is("lt"+v.arith, x, acc))
	default:
		m.set(to, "selp"+v.arith, x, acc, m.is("gt"+v.arith, x, acc))
	}
}

// shuffle is the value of another lane: mode is "down", "up", "bfly" or "idx". All lanes of the warp take part.
func (m *maker) shuffle(v valueType, mode, x string, by any) string {
	bound := 31
	if mode == "up" {
		bound = 0
	}
	part := func(r string) string {
		return m.do(b32, "shfl.sync."+mode+".b32", r, by, bound, "0xffffffff")
	}
	if v.size == 4 {
		return m.copyOf(v, part(m.do(b32, "mov.b32", x)))
	}
	lo, hi := m.reg(b32), m.reg(b32)
	m.op("mov.b64 {%s, %s}, %s", lo, hi, x)
	lo, hi = part(lo), part(hi)
	return m.do(v.class, "mov.b64", fmt.Sprintf("{%s, %s}", lo, hi))
}

// halves folds x over the lanes of a warp in halves, from so many lanes down; lane 0 of those has the fold.
func (m *maker) halves(v valueType, r kernels.Reduction, x string, lanes int) {
	for h := lanes / 2; h > 0; h /= 2 {
		m.fold(v, r, x, x, m.shuffle(v, "down", x, h))
	}
}

var (
	int64Value  = valueTypeOf(kernels.Int64)
	uint32Value = valueTypeOf(kernels.Uint32)
	floatValue  = valueTypeOf(kernels.Float64)
)

// oneBit is the word of which only bit k is set.
func oneBit(k int) string { return fmt.Sprintf("0x%X", uint32(1)<<k) }
