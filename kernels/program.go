package kernels

import (
	"encoding/binary"
	"fmt"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"weak"
)

// Op is the operation of one instruction. On floats each is one IEEE 754
// operation with rounding to nearest even, or exact; on integers it is that of Go.
// [Evaluate] is their definition.
type Op uint8

const (
	OpConst  Op = iota + 1 // the bits in Imm
	OpScalar               // the scalar of slot Imm
	OpLoad                 // element i of the array of slot Imm

	// On floats and integers, which wrap.
	OpAdd // x + y
	OpSub // x - y
	OpMul // x * y
	OpDiv // x / y; of integers truncated, and 0 where y is 0
	OpNeg // x with its sign flipped; 0 - x of integers
	OpAbs // x with its sign cleared; of signed integers x < 0 ? -x : x
	OpMin // x < y ? x : y
	OpMax // x > y ? x : y

	OpRem // of integers: x - (x/y)*y, and 0 where y is 0

	// On floats.
	OpSqrt      // square root of x, correctly rounded
	OpFMA       // x*y + z, rounded once
	OpFloor     // the greatest integer not above x
	OpCeil      // the least integer not below x
	OpTrunc     // x without its fraction
	OpRoundEven // the nearest integer, of two the even one

	// From floats or integers to Bool.
	OpLt // x < y, false where either is NaN
	OpLe // x <= y, false where either is NaN
	OpEq // x == y, false where either is NaN
	OpNe // x != y, true where either is NaN

	// On Bool, and on integers bit by bit.
	OpAnd // x and y
	OpOr  // x or y
	OpXor // one of x and y
	OpNot // not x

	// On integers. The count y is read as unsigned; one of the width or more
	// leaves zeros, or copies of the sign for Shr of a signed x.
	OpShl
	OpShr

	OpSelect // x ? y : z, for y and z of any type

	// From one type to another. OpConvert: float to integer truncates and
	// saturates, NaN gives 0; integer to float, and float64 to float32, round to
	// nearest even; integer to integer extends by the sign of the argument's type, or
	// keeps the low bits. OpBits: the same bits in another type of that size.
	OpConvert
	OpBits

	OpTable // the entry of table Imm at x, an integer, modulo the table's length

	OpIndex  // the place of element i along axis Imm of the index space, an Int64: see Frame.Index
	OpGather // y ? element x, an Int64, of the array of slot Imm : 0; nothing is read where y does not hold
)

var opInfo = [...]struct {
	name  string
	args  int
	flops int // on floats
}{
	OpConst:     {"const", 0, 0},
	OpScalar:    {"scalar", 0, 0},
	OpLoad:      {"load", 0, 0},
	OpAdd:       {"add", 2, 1},
	OpSub:       {"sub", 2, 1},
	OpMul:       {"mul", 2, 1},
	OpDiv:       {"div", 2, 1},
	OpNeg:       {"neg", 1, 0},
	OpAbs:       {"abs", 1, 0},
	OpMin:       {"min", 2, 1},
	OpMax:       {"max", 2, 1},
	OpRem:       {"rem", 2, 0},
	OpSqrt:      {"sqrt", 1, 1},
	OpFMA:       {"fma", 3, 2},
	OpFloor:     {"floor", 1, 1},
	OpCeil:      {"ceil", 1, 1},
	OpTrunc:     {"trunc", 1, 1},
	OpRoundEven: {"roundeven", 1, 1},
	OpLt:        {"lt", 2, 0},
	OpLe:        {"le", 2, 0},
	OpEq:        {"eq", 2, 0},
	OpNe:        {"ne", 2, 0},
	OpAnd:       {"and", 2, 0},
	OpOr:        {"or", 2, 0},
	OpXor:       {"xor", 2, 0},
	OpNot:       {"not", 1, 0},
	OpShl:       {"shl", 2, 0},
	OpShr:       {"shr", 2, 0},
	OpSelect:    {"select", 3, 0},
	OpConvert:   {"convert", 1, 0},
	OpBits:      {"bits", 1, 0},
	OpTable:     {"table", 1, 0},
	OpIndex:     {"index", 0, 0},
	OpGather:    {"gather", 2, 0},
}

func (o Op) String() string {
	if int(o) < len(opInfo) && opInfo[o].name != "" {
		return opInfo[o].name
	}
	return fmt.Sprintf("Op(%d)", uint8(o))
}

// NumArgs is the number of values that the operation takes.
func (o Op) NumArgs() int { return opInfo[o].args }

// Compares reports whether the operation compares numbers.
func (o Op) Compares() bool { return o >= OpLt && o <= OpNe }

// Commutes reports whether the first two arguments may change places without
// changing a bit of the result (NaN payloads excepted).
func (o Op) Commutes() bool {
	switch o {
	case OpAdd, OpMul, OpFMA, OpEq, OpNe, OpAnd, OpOr, OpXor:
		return true
	}
	return false
}

// Value names the result of an instruction: values 0 … len(Uniform)-1 are those
// of Program.Uniform in order, the next ones those of Program.Body.
type Value uint32

// Instr is one instruction. Its first Op.NumArgs() arguments name earlier
// values; they are of one type, but for the truth value of a select.
type Instr struct {
	Op   Op
	Type Type // of the result
	Args [3]Value
	Imm  uint64 // Const: the value's bits; Scalar and Load: the slot; Table: its number
}

// Array says of what type the elements of the array of a slot are, and what a
// program does with it: neither, if only what no output needs reads it, as the x
// of x^0.
type Array struct {
	Type          Type
	Read, Written bool
	Gathered      bool // by OpGather, at places that may be beyond the n elements
}

// Store writes a value of the body to an element of the array of a slot.
type Store struct {
	Slot  int
	Value Value
}

// Reduce folds a value of the body over all elements.
type Reduce struct {
	Op    Reduction
	Value Value
}

// Guard says that Body[Lo:Hi] matters to those elements alone for which Cond
// holds: what is used of it elsewhere is the second argument of a select on Cond.
// Where none of the elements at hand has Cond, a backend may skip the range.
type Guard struct {
	Cond   Value // of the body, before Lo
	Lo, Hi int
}

// Trap makes a launch fail if Cond, a Bool, is true for any element of it. What
// the launch writes is written all the same.
type Trap struct {
	Cond Value
	Kind TrapKind
}

// TrapKind says why a launch fails.
type TrapKind uint8

const (
	TrapDivide TrapKind = iota + 1 // an integer divided by zero
	TrapIndex                      // a gather from a place that the array has not
)

func (k TrapKind) String() string {
	switch k {
	case TrapDivide:
		return "integer division by zero"
	case TrapIndex:
		return "index out of range"
	}
	return fmt.Sprintf("TrapKind(%d)", uint8(k))
}

// Program is the lowered form of a kernel for one float type: straight-line
// code over one index, in single assignment, with each shared subterm once and
// nothing that no output needs. A program is read-only and knows no names; two
// kernels that compute the same share one Program, so that pointer equality is
// equality of content.
//
// One launch evaluates Uniform once; then for each index i, all loads of
// element i come before all stores of element i, so that an output may be
// exactly an input.
type Program struct {
	Axes       int        // of the index space that OpIndex tells of; 0 is 1
	Elem       Type       // of the arrays and scalars whose type the kernel does not say: Float64 or Float32
	Arrays     []Array    // by array slot
	Scalars    []Type     // by scalar slot
	Tables     [][]uint64 // entries by their bits; a power of two of them, 1024 at most
	Uniform    []Instr    // constants, scalars, and what depends on them alone
	Body       []Instr    // once an element
	Stores     []Store    // in the order of the kernel's outputs
	Reductions []Reduce   // in the order of the kernel's outputs; of floats
	Guards     []Guard    // apart from each other, in order
	Traps      []Trap

	memo sync.Map     // key -> func() any
	lane atomic.Int32 // what LaneSize found, or 0
}

// Memo returns what make returned when first called for key. Backends keep
// compiled code here: it is made once, shared by all kernels of the program,
// and garbage when the program is. Keys should be of a type that the backend
// does not export.
func (p *Program) Memo(key any, make func() any) any {
	once, ok := p.memo.Load(key)
	if !ok {
		once, _ = p.memo.LoadOrStore(key, sync.OnceValue(make))
	}
	return once.(func() any)()
}

// Instr returns the instruction that makes v.
func (p *Program) Instr(v Value) Instr {
	if int(v) < len(p.Uniform) {
		return p.Uniform[v]
	}
	return p.Body[int(v)-len(p.Uniform)]
}

// TypeOf returns the type of v.
func (p *Program) TypeOf(v Value) Type { return p.Instr(v).Type }

// LaneSize is the number of bytes of a lane: 8 where a value of the body, or one
// that it uses, has 8 bytes, and 4 otherwise.
func (p *Program) LaneSize() int {
	if p.lane.Load() == 0 {
		p.lane.Store(p.laneSize())
	}
	return int(p.lane.Load())
}

func (p *Program) laneSize() int32 {
	wide := func(v Value) bool { return p.TypeOf(v).Size() == 8 }
	for _, a := range p.Arrays {
		if a.Type.Size() == 8 {
			return 8
		}
	}
	for _, in := range p.Body {
		if in.Type.Size() == 8 || slices.ContainsFunc(in.Args[:in.Op.NumArgs()], wide) {
			return 8
		}
	}
	for _, s := range p.Stores {
		if wide(s.Value) {
			return 8
		}
	}
	for _, r := range p.Reductions {
		if wide(r.Value) {
			return 8
		}
	}
	return 4
}

// IsUniform reports whether v has the same value for every element.
func (p *Program) IsUniform(v Value) bool { return int(v) < len(p.Uniform) }

// String lists the program, an instruction a line.
func (p *Program) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "program %s arrays=%d scalars=%d\n", p.Elem, len(p.Arrays), len(p.Scalars))
	line := func(v Value, in Instr) {
		fmt.Fprintf(&b, "  v%d = %s", v, in.Op)
		if in.Type != p.Elem && in.Type != Bool {
			fmt.Fprintf(&b, ".%s", in.Type)
		}
		switch in.Op {
		case OpConst:
			b.WriteByte(' ')
			b.WriteString(in.Type.format(in.Imm))
		case OpScalar, OpLoad, OpTable, OpIndex, OpGather:
			fmt.Fprintf(&b, " #%d", in.Imm)
		}
		for _, a := range in.Args[:in.Op.NumArgs()] {
			fmt.Fprintf(&b, " v%d", a)
		}
		b.WriteByte('\n')
	}
	for i, in := range p.Uniform {
		line(Value(i), in)
	}
	b.WriteString("each element\n")
	guards := p.Guards
	for i, in := range p.Body {
		if len(guards) > 0 && i == guards[0].Lo {
			fmt.Fprintf(&b, "  where v%d, up to v%d\n", guards[0].Cond, len(p.Uniform)+guards[0].Hi)
			guards = guards[1:]
		}
		line(Value(len(p.Uniform)+i), in)
	}
	for _, s := range p.Stores {
		fmt.Fprintf(&b, "  store #%d v%d\n", s.Slot, s.Value)
	}
	for i, r := range p.Reductions {
		fmt.Fprintf(&b, "  %s !%d v%d\n", r.Op, i, r.Value)
	}
	for _, t := range p.Traps {
		fmt.Fprintf(&b, "  trap v%d: %s\n", t.Cond, t.Kind)
	}
	return b.String()
}

// Cost is what one element of a program costs, derived from its instructions.
type Cost struct {
	Loads, Stores int // arrays read and written
	Flops         int // floats' add, sub, mul, div, sqrt, min, max and roundings: 1 each; fma: 2; all else 0
	ReadBytes     int
	WriteBytes    int
}

// Bytes is what STREAM counts for an element: each array read once and each
// array written once, without the line that a plain store also reads.
func (c Cost) Bytes() int { return c.ReadBytes + c.WriteBytes }

// Cost returns what one element costs, without what guards let a backend skip.
func (p *Program) Cost() Cost {
	c := Cost{Stores: len(p.Stores)}
	guards := p.Guards
	for i, in := range p.Body {
		if len(guards) > 0 && i >= guards[0].Lo {
			if i < guards[0].Hi {
				continue
			}
			guards = guards[1:]
		}
		if in.Op == OpLoad || in.Op == OpGather {
			c.Loads++
			c.ReadBytes += in.Type.Size()
		}
		if in.Type.IsFloat() {
			c.Flops += opInfo[in.Op].flops
		}
	}
	c.Flops += len(p.Reductions)
	for _, s := range p.Stores {
		c.WriteBytes += p.Arrays[s.Slot].Type.Size()
	}
	return c
}

// programs holds every live program by content, so that equal programs are one.
var programs = struct {
	sync.Mutex
	m map[string]weak.Pointer[Program]
}{m: map[string]weak.Pointer[Program]{}}

func (p *Program) key() string {
	b := make([]byte, 0, 16+24*(len(p.Uniform)+len(p.Body)))
	num := func(n int) { b = binary.AppendUvarint(b, uint64(n)) }
	num(p.Axes)
	num(int(p.Elem))
	num(len(p.Scalars))
	for _, t := range p.Scalars {
		num(int(t))
	}
	num(len(p.Tables))
	for _, t := range p.Tables {
		num(len(t))
		for _, entry := range t {
			b = binary.LittleEndian.AppendUint64(b, entry)
		}
	}
	num(len(p.Arrays))
	for _, a := range p.Arrays {
		k := byte(a.Type) << 2
		if a.Read {
			k |= 1
		}
		if a.Written {
			k |= 2
		}
		b = append(b, k)
	}
	for _, list := range [][]Instr{p.Uniform, p.Body} {
		num(len(list))
		for _, in := range list {
			b = append(b, byte(in.Op), byte(in.Type))
			switch in.Op {
			case OpConst, OpScalar, OpLoad, OpTable, OpIndex, OpGather:
				b = binary.AppendUvarint(b, in.Imm)
			}
			for _, a := range in.Args[:in.Op.NumArgs()] {
				num(int(a))
			}
		}
	}
	num(len(p.Stores))
	for _, s := range p.Stores {
		num(s.Slot)
		num(int(s.Value))
	}
	num(len(p.Reductions))
	for _, r := range p.Reductions {
		num(int(r.Op))
		num(int(r.Value))
	}
	num(len(p.Guards))
	for _, g := range p.Guards {
		num(int(g.Cond))
		num(g.Lo)
		num(g.Hi)
	}
	for _, t := range p.Traps {
		num(int(t.Cond))
		num(int(t.Kind))
	}
	return string(b)
}

// intern returns the one live program that equals p.
func intern(p *Program) *Program {
	key := p.key()
	programs.Lock()
	defer programs.Unlock()
	if q := programs.m[key].Value(); q != nil {
		return q
	}
	w := weak.Make(p)
	programs.m[key] = w
	goruntime.AddCleanup(p, func(key string) {
		programs.Lock()
		defer programs.Unlock()
		// A newer program may have taken the place already.
		if programs.m[key] == w {
			delete(programs.m, key)
		}
	}, key)
	return p
}
