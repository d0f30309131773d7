package kernels

import (
	"encoding/binary"
	"fmt"
	"math"
	goruntime "runtime"
	"strings"
	"sync"
	"weak"
)

// Type is the type of a value on a lane, and of the elements of an array.
type Type uint8

const (
	Float64 Type = iota + 1 // IEEE 754 binary64
	Float32                 // IEEE 754 binary32
	Bool                    // the result of a comparison; never an array's element type
)

// Float is the Go types of elements.
type Float interface{ float32 | float64 }

// Size is the number of bytes of one element, and 0 for Bool, which is never
// stored.
func (t Type) Size() int {
	switch t {
	case Float64:
		return 8
	case Float32:
		return 4
	}
	return 0
}

func (t Type) String() string {
	switch t {
	case Float64:
		return "float64"
	case Float32:
		return "float32"
	case Bool:
		return "bool"
	}
	return fmt.Sprintf("Type(%d)", uint8(t))
}

// Op is the operation of one instruction. Each is one IEEE 754 operation with
// rounding to nearest even, or exact.
type Op uint8

const (
	OpConst  Op = iota + 1 // the bits in Imm
	OpScalar               // the scalar of slot Imm, rounded to the element type
	OpLoad                 // element i of the array of slot Imm
	OpAdd                  // x + y
	OpSub                  // x - y
	OpMul                  // x * y
	OpDiv                  // x / y
	OpNeg                  // x with its sign flipped
	OpAbs                  // x with its sign cleared
	OpSqrt                 // square root of x, correctly rounded
	OpMin                  // x < y ? x : y
	OpMax                  // x > y ? x : y
	OpFMA                  // x*y + z, rounded once
	OpLt                   // x < y, false where either is NaN
	OpLe                   // x <= y, false where either is NaN
	OpEq                   // x == y, false where either is NaN
	OpNe                   // x != y, true where either is NaN
	OpAnd                  // x and y
	OpOr                   // x or y
	OpNot                  // not x
	OpSelect               // x ? y : z
)

var opInfo = [...]struct {
	name  string
	args  int
	flops int
	bool  bool // the result is a truth value
}{
	OpConst:  {"const", 0, 0, false},
	OpScalar: {"scalar", 0, 0, false},
	OpLoad:   {"load", 0, 0, false},
	OpAdd:    {"add", 2, 1, false},
	OpSub:    {"sub", 2, 1, false},
	OpMul:    {"mul", 2, 1, false},
	OpDiv:    {"div", 2, 1, false},
	OpNeg:    {"neg", 1, 0, false},
	OpAbs:    {"abs", 1, 0, false},
	OpSqrt:   {"sqrt", 1, 1, false},
	OpMin:    {"min", 2, 1, false},
	OpMax:    {"max", 2, 1, false},
	OpFMA:    {"fma", 3, 2, false},
	OpLt:     {"lt", 2, 0, true},
	OpLe:     {"le", 2, 0, true},
	OpEq:     {"eq", 2, 0, true},
	OpNe:     {"ne", 2, 0, true},
	OpAnd:    {"and", 2, 0, true},
	OpOr:     {"or", 2, 0, true},
	OpNot:    {"not", 1, 0, true},
	OpSelect: {"select", 3, 0, false},
}

func (o Op) String() string {
	if int(o) < len(opInfo) && opInfo[o].name != "" {
		return opInfo[o].name
	}
	return fmt.Sprintf("Op(%d)", uint8(o))
}

// NumArgs is the number of values that the operation takes.
func (o Op) NumArgs() int { return opInfo[o].args }

// IsBool reports whether the operation's result is a truth value. Its
// arguments are truth values for And, Or and Not, and numbers for comparisons.
func (o Op) IsBool() bool { return opInfo[o].bool }

// Commutes reports whether the first two arguments may change places without
// changing a bit of the result (NaN payloads excepted).
func (o Op) Commutes() bool {
	switch o {
	case OpAdd, OpMul, OpFMA, OpEq, OpNe, OpAnd, OpOr:
		return true
	}
	return false
}

// Value names the result of an instruction: values 0 … len(Uniform)-1 are those
// of Program.Uniform in order, the next ones those of Program.Body.
type Value uint32

// Instr is one instruction. Its first Op.NumArgs() arguments name earlier
// values.
type Instr struct {
	Op   Op
	Args [3]Value
	Imm  uint64 // Const: the value's bits; Scalar and Load: the slot
}

// Array says what a program does with the array of a slot: neither, if only
// what no output needs reads it, as the x of x^0.
type Array struct{ Read, Written bool }

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

// Program is the lowered form of a kernel for one element type: straight-line
// code over one index, in single assignment, with each shared subterm once and
// nothing that no output needs. A program is read-only and knows no names; two
// kernels that compute the same share one Program, so that pointer equality is
// equality of content.
//
// One launch evaluates Uniform once; then for each index i, all loads of
// element i come before all stores of element i, so that an output may be
// exactly an input.
type Program struct {
	Elem       Type
	Arrays     []Array  // by array slot
	Scalars    int      // number of scalar slots
	Uniform    []Instr  // constants, scalars, and what depends on them alone
	Body       []Instr  // once an element
	Stores     []Store  // in the order of the kernel's outputs
	Reductions []Reduce // in the order of the kernel's outputs

	memo sync.Map // key -> func() any
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

// IsUniform reports whether v has the same value for every element.
func (p *Program) IsUniform(v Value) bool { return int(v) < len(p.Uniform) }

// String lists the program, an instruction a line.
func (p *Program) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "program %s arrays=%d scalars=%d\n", p.Elem, len(p.Arrays), p.Scalars)
	line := func(v Value, in Instr) {
		fmt.Fprintf(&b, "  v%d = %s", v, in.Op)
		switch in.Op {
		case OpConst:
			if p.Elem == Float32 {
				fmt.Fprintf(&b, " %v", math.Float32frombits(uint32(in.Imm)))
			} else {
				fmt.Fprintf(&b, " %v", math.Float64frombits(in.Imm))
			}
		case OpScalar, OpLoad:
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
	for i, in := range p.Body {
		line(Value(len(p.Uniform)+i), in)
	}
	for _, s := range p.Stores {
		fmt.Fprintf(&b, "  store #%d v%d\n", s.Slot, s.Value)
	}
	for i, r := range p.Reductions {
		fmt.Fprintf(&b, "  %s !%d v%d\n", r.Op, i, r.Value)
	}
	return b.String()
}

// Cost is what one element of a program costs, derived from its instructions.
type Cost struct {
	Loads, Stores int // arrays read and written
	Flops         int // add, sub, mul, div, sqrt, min, max: 1 each; fma: 2; comparisons, select, neg, abs: 0
	ReadBytes     int
	WriteBytes    int
}

// Bytes is what STREAM counts for an element: each array read once and each
// array written once, without the line that a plain store also reads.
func (c Cost) Bytes() int { return c.ReadBytes + c.WriteBytes }

// Cost returns what one element costs.
func (p *Program) Cost() Cost {
	c := Cost{Stores: len(p.Stores)}
	for _, in := range p.Body {
		if in.Op == OpLoad {
			c.Loads++
		}
		c.Flops += opInfo[in.Op].flops
	}
	c.Flops += len(p.Reductions)
	c.ReadBytes = c.Loads * p.Elem.Size()
	c.WriteBytes = c.Stores * p.Elem.Size()
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
	num(int(p.Elem))
	num(p.Scalars)
	num(len(p.Arrays))
	for _, a := range p.Arrays {
		k := byte(0)
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
			b = append(b, byte(in.Op))
			switch in.Op {
			case OpConst, OpScalar, OpLoad:
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
	for _, r := range p.Reductions {
		num(int(r.Op))
		num(int(r.Value))
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
