package randkernel

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/triad-go/triad/kernels"
)

// ProgramOptions bounds a random program.
type ProgramOptions struct {
	Arrays     int  // arrays at the most
	Ops        int  // operations at the most
	Reductions int  // at the most
	Guards     int  // at the most
	Traps      int  // at the most
	Narrow     bool // no value of 8 bytes
	Indices    bool // places in an index space, and gathers from arrays of GatherLen elements
}

// SmallProgram is the size that most tests use.
var SmallProgram = ProgramOptions{Arrays: 6, Ops: 30, Reductions: 2, Guards: 2, Traps: 2}

// Program returns a random program over every operation and every type, made an
// instruction at a time: unlike that of [New] it need not be what some
// expression is lowered to. Bits are taken of no NaN that was computed, since
// its payload is the machine's choice.
func Program(r *rand.Rand, o ProgramOptions) *kernels.Program {
	b := &builder{r: r, o: o, p: &kernels.Program{Elem: kernels.Float64}, types: wideTypes}
	if o.Narrow {
		b.types, b.p.Elem = narrowTypes, kernels.Float32
	}
	b.declare(o)
	ops := r.IntN(o.Ops + 1)
	guards := r.IntN(o.Guards + 1)
	for i := range ops {
		b.loadSome(i, ops)
		if guards > 0 && r.IntN(ops) < 2*o.Guards {
			b.guard(1 + r.IntN(8))
			guards--
		}
		b.operation()
	}
	b.loadSome(1, 1)
	b.finish(o)
	return b.p
}

var (
	wideTypes   = []kernels.Type{kernels.Float64, kernels.Float32, kernels.Int64, kernels.Int32, kernels.Uint64, kernels.Uint32}
	narrowTypes = []kernels.Type{kernels.Float32, kernels.Int32, kernels.Uint32}
)

type builder struct {
	r      *rand.Rand
	o      ProgramOptions
	p      *kernels.Program
	types  []kernels.Type
	values [kernels.Bool + 1][]kernels.Value // that may be used here, by type
	inputs []int                             // array slots that are still to be read
	nu     int

	gathered     []int         // array slots
	most, length kernels.Value // numbers for gathers
}

func (b *builder) declare(o ProgramOptions) {
	r, p := b.r, b.p
	for range 1 + r.IntN(o.Arrays) {
		t := b.types[r.IntN(len(b.types))]
		a := kernels.Array{Type: t, Read: r.IntN(3) > 0}
		a.Written = !a.Read || r.IntN(3) == 0
		if a.Read {
			b.inputs = append(b.inputs, len(p.Arrays))
		}
		p.Arrays = append(p.Arrays, a)
	}
	uniform := func(in kernels.Instr) {
		b.values[in.Type] = append(b.values[in.Type], kernels.Value(len(p.Uniform)))
		p.Uniform = append(p.Uniform, in)
	}
	for _, t := range b.types {
		for range 1 + r.IntN(2) {
			uniform(kernels.Instr{Op: kernels.OpConst, Type: t, Imm: Bits(r, t)})
		}
		if r.IntN(2) == 0 {
			uniform(kernels.Instr{Op: kernels.OpScalar, Type: t, Imm: uint64(len(p.Scalars))})
			p.Scalars = append(p.Scalars, t)
		}
	}
	for range r.IntN(3) {
		t := b.types[r.IntN(len(b.types))]
		in := kernels.Instr{Op: kernels.OpLt, Type: kernels.Bool}
		if r.IntN(2) == 0 {
			in = kernels.Instr{Op: kernels.OpAdd, Type: t}
		}
		in.Args = [3]kernels.Value{b.pick(t), b.pick(t)}
		uniform(in)
	}
	for i := range r.IntN(3) {
		table := make([]uint64, 1<<r.IntN(7))
		t := b.tableType(i)
		for j := range table {
			table[j] = Bits(r, t)
		}
		p.Tables = append(p.Tables, table)
	}
	if o.Indices && !o.Narrow {
		p.Axes = 1 + r.IntN(3)
		for range 2 {
			b.gathered = append(b.gathered, len(p.Arrays))
			p.Arrays = append(p.Arrays, kernels.Array{Type: b.types[r.IntN(len(b.types))], Gathered: true})
		}
		b.most, b.length = kernels.Value(len(p.Uniform)), kernels.Value(len(p.Uniform)+1)
		uniform(kernels.Instr{Op: kernels.OpConst, Type: kernels.Int64, Imm: 2*GatherLen - 1})
		uniform(kernels.Instr{Op: kernels.OpConst, Type: kernels.Uint64, Imm: GatherLen})
	}
	b.nu = len(p.Uniform)
}

func (b *builder) add(in kernels.Instr) kernels.Value {
	v := kernels.Value(b.nu + len(b.p.Body))
	b.p.Body = append(b.p.Body, in)
	b.values[in.Type] = append(b.values[in.Type], v)
	return v
}

func (b *builder) op(op kernels.Op, t kernels.Type, args ...kernels.Value) kernels.Value {
	in := kernels.Instr{Op: op, Type: t}
	copy(in.Args[:], args)
	return b.add(in)
}

// pick is a value of a type, more often a recent one.
func (b *builder) pick(t kernels.Type) kernels.Value {
	if t == kernels.Bool && len(b.values[t]) == 0 {
		return b.compare()
	}
	vs := b.values[t]
	if b.r.IntN(2) == 0 {
		return vs[len(vs)-1-b.r.IntN(min(len(vs), 3))]
	}
	return vs[b.r.IntN(len(vs))]
}

func (b *builder) compare() kernels.Value {
	t := b.types[b.r.IntN(len(b.types))]
	return b.op(kernels.OpLt+kernels.Op(b.r.IntN(4)), kernels.Bool, b.pick(t), b.pick(t))
}

// loadSome reads arrays, spread over the program.
func (b *builder) loadSome(i, ops int) {
	for len(b.inputs) > 0 && (i == 0 && b.r.IntN(2) == 0 || b.r.IntN(ops-i+1) == 0) {
		slot := b.inputs[0]
		b.inputs = b.inputs[1:]
		b.add(kernels.Instr{Op: kernels.OpLoad, Type: b.p.Arrays[slot].Type, Imm: uint64(slot)})
	}
}

var (
	anyOps   = []kernels.Op{kernels.OpAdd, kernels.OpSub, kernels.OpMul, kernels.OpDiv, kernels.OpNeg, kernels.OpAbs, kernels.OpMin, kernels.OpMax}
	floatOps = append([]kernels.Op{kernels.OpSqrt, kernels.OpFMA, kernels.OpFMA, kernels.OpFMA, kernels.OpFloor, kernels.OpCeil,
		kernels.OpTrunc, kernels.OpRoundEven}, anyOps...)
	intOps  = append([]kernels.Op{kernels.OpRem, kernels.OpAnd, kernels.OpOr, kernels.OpXor, kernels.OpNot, kernels.OpShl, kernels.OpShr, kernels.OpShr}, anyOps...)
	boolOps = []kernels.Op{kernels.OpAnd, kernels.OpOr, kernels.OpXor, kernels.OpNot}
)

// operation adds one operation of any kind.
func (b *builder) operation() {
	r := b.r
	t := b.types[r.IntN(len(b.types))]
	switch k := r.IntN(12); {
	case k == 0:
		b.compare()
	case k == 1:
		op := boolOps[r.IntN(len(boolOps))]
		b.op(op, kernels.Bool, b.args(op, kernels.Bool)...)
	case k == 2:
		if r.IntN(4) == 0 {
			t = kernels.Bool
		}
		b.op(kernels.OpSelect, t, b.pick(kernels.Bool), b.pick(t), b.pick(t))
	case k == 3 || k == 4:
		b.op(kernels.OpConvert, t, b.pick(b.types[r.IntN(len(b.types))]))
	case k == 5:
		from := b.types[r.IntN(len(b.types))]
		if from.Size() == t.Size() {
			b.op(kernels.OpBits, t, b.withoutNaN(b.pick(from), from))
		}
	case k == 6 && len(b.p.Tables) > 0:
		table := r.IntN(len(b.p.Tables))
		t = b.tableType(table)
		if index := b.types[r.IntN(len(b.types))]; index.IsInt() {
			b.add(kernels.Instr{Op: kernels.OpTable, Type: t, Imm: uint64(table), Args: [3]kernels.Value{b.pick(index)}})
		}
	case k == 7 && b.o.Indices && !b.o.Narrow:
		b.add(kernels.Instr{Op: kernels.OpIndex, Type: kernels.Int64, Imm: uint64(r.IntN(b.p.Axes))})
	case k == 8 && b.o.Indices && !b.o.Narrow:
		b.gather()
	case t.IsFloat():
		op := floatOps[r.IntN(len(floatOps))]
		b.op(op, t, b.args(op, t)...)
	default:
		op := intOps[r.IntN(len(intOps))]
		args := b.args(op, t)
		if (op == kernels.OpShl || op == kernels.OpShr) && r.IntN(2) == 0 {
			args[1] = b.op(kernels.OpAnd, t, args[1], b.pick(t))
		}
		b.op(op, t, args...)
	}
}

// Gathers are from arrays of GatherLen elements, whatever the others have.
const GatherLen = 8

// gather reads an array at a place that is one of its elements, or not by a little.
func (b *builder) gather() {
	at := b.op(kernels.OpAnd, kernels.Int64, b.pick(kernels.Int64), b.most)
	within := b.op(kernels.OpLt, kernels.Bool, b.op(kernels.OpConvert, kernels.Uint64, at), b.length)
	slot := b.gathered[b.r.IntN(len(b.gathered))]
	b.add(kernels.Instr{Op: kernels.OpGather, Type: b.p.Arrays[slot].Type, Imm: uint64(slot), Args: [3]kernels.Value{at, within}})
}

// tableType is a type of the entries of a table, which are all of one size.
func (b *builder) tableType(table int) kernels.Type {
	if table == 1 || len(b.types) == len(narrowTypes) {
		return narrowTypes[b.r.IntN(len(narrowTypes))]
	}
	return wideTypes[2*b.r.IntN(3)] // of 8 bytes
}

func (b *builder) args(op kernels.Op, t kernels.Type) []kernels.Value {
	args := make([]kernels.Value, op.NumArgs())
	for i := range args {
		args[i] = b.pick(t)
	}
	return args
}

// withoutNaN is v with a constant in the place of NaN.
func (b *builder) withoutNaN(v kernels.Value, t kernels.Type) kernels.Value {
	if !t.IsFloat() {
		return v
	}
	for _, c := range b.values[t] {
		if in := b.p.Instr(c); in.Op == kernels.OpConst && t.Float(in.Imm) == t.Float(in.Imm) {
			return b.op(kernels.OpSelect, t, b.op(kernels.OpEq, kernels.Bool, v, v), v, c)
		}
	}
	return b.op(kernels.OpSelect, t, b.op(kernels.OpEq, kernels.Bool, v, v), v, b.op(kernels.OpConvert, t, b.values[b.intType()][0]))
}

func (b *builder) intType() kernels.Type { return b.types[len(b.types)-1] }

// guard adds a range of operations that matter where a truth value holds, and
// selects that use what was made there.
func (b *builder) guard(ops int) {
	cond := b.compare()
	if b.r.IntN(2) == 0 { // seldom true
		t := b.intType()
		cond = b.op(kernels.OpEq, kernels.Bool, b.pick(t), b.pick(t))
	}
	var outside [kernels.Bool + 1]int
	for t, vs := range b.values {
		outside[t] = len(vs)
	}
	lo := len(b.p.Body)
	if b.r.IntN(6) == 0 {
		b.loadSome(1, 1)
	}
	for range ops {
		b.operation()
	}
	hi := len(b.p.Body)
	b.p.Guards = append(b.p.Guards, kernels.Guard{Cond: cond, Lo: lo, Hi: hi})
	var inside [kernels.Bool + 1][]kernels.Value
	for t, n := range outside {
		if t > 0 {
			inside[t] = append(inside[t], b.values[t][n:]...)
			b.values[t] = b.values[t][:n:n]
		}
	}
	for t, vs := range inside {
		for _, v := range vs {
			if b.r.IntN(2) == 0 && len(b.values[t]) > 0 {
				b.op(kernels.OpSelect, kernels.Type(t), cond, v, b.pick(kernels.Type(t)))
			}
		}
	}
}

// finish adds what the program gives.
func (b *builder) finish(o ProgramOptions) {
	r, p := b.r, b.p
	for slot, a := range p.Arrays {
		if a.Written {
			p.Stores = append(p.Stores, kernels.Store{Slot: slot, Value: b.pick(a.Type)})
		}
	}
	for range r.IntN(o.Reductions + 1) {
		t := b.types[0]
		if r.IntN(3) == 0 {
			t = kernels.Float32
		}
		p.Reductions = append(p.Reductions, kernels.Reduce{Op: kernels.Sum + kernels.Reduction(r.IntN(4)), Value: b.pick(t)})
	}
	for range r.IntN(o.Traps + 1) {
		if n := len(b.values[kernels.Bool]); n > 0 {
			p.Traps = append(p.Traps, kernels.Trap{Cond: b.values[kernels.Bool][r.IntN(n)], Kind: kernels.TrapDivide})
		}
	}
}

// Bits draws the bits of a value of type t: of floats as [Number] does, of
// integers from small ones, those at the ends, powers of two and their neighbours,
// and any. It panics for kernels.Bool, which has no arrays.
func Bits(r *rand.Rand, t kernels.Type) uint64 {
	switch t {
	case kernels.Float64:
		return math.Float64bits(Number(r))
	case kernels.Float32:
		return uint64(math.Float32bits(float32(Number(r))))
	case kernels.Bool:
		panic(fmt.Sprintf("randkernel: no bits of %v", t))
	}
	width := 8 * t.Size()
	var x uint64
	switch r.IntN(5) {
	case 0:
		x = uint64(r.IntN(9) - 4)
	case 1:
		x = uint64(1)<<r.IntN(width) + uint64(r.IntN(3)) - 1
	case 2:
		x = ^(uint64(1)<<r.IntN(width) + uint64(r.IntN(3)) - 1)
	case 3:
		x = uint64(r.IntN(2 * width))
	default:
		x = r.Uint64()
	}
	return x << (64 - width) >> (64 - width)
}
