package arm64

import "fmt"

// Reg is a general-purpose register. Number 31 is ZR or SP, as the instruction says.
type Reg uint8

// The general-purpose registers. All are 64 bits wide; the methods of [Asm] whose names end in W use the low half.
const (
	X0 Reg = iota
	X1
	X2
	X3
	X4
	X5
	X6
	X7
	X8
	X9
	X10
	X11
	X12
	X13
	X14
	X15
	X16
	X17
	X18
	X19
	X20
	X21
	X22
	X23
	X24
	X25
	X26
	X27
	X28
	X29
	X30
	ZR
)

func (r Reg) String() string {
	if r == ZR {
		return "xzr"
	}
	return fmt.Sprintf("x%d", uint8(r))
}

// Vec is the number of a vector register, 0 to 31.
type Vec uint8

// Lanes is how an instruction divides its vector registers.
type Lanes uint8

// The divisions: a number of lanes of a width. Those of 64 bits use, and clear, the upper half of no register but
// their result's.
const (
	B8  Lanes = iota // 8 lanes of 8 bits
	B16              // 16 of 8 bits
	S2               // 2 of 32 bits
	S4               // 4 of 32 bits
	D2               // 2 of 64 bits
)

func (l Lanes) String() string { return [...]string{"8b", "16b", "2s", "4s", "2d"}[l] }

func (l Lanes) full() uint32 { // the bit Q: all 128 bits
	if l == B16 || l == S4 || l == D2 {
		return 1
	}
	return 0
}

func (l Lanes) size() uint32 { return [...]uint32{0, 0, 2, 2, 3}[l] } // log2 of the bytes of a lane

// Size is the size of an operand in memory, and of a lane.
type Size uint8

// The sizes of operands in memory.
const (
	S Size = 2 // 4 bytes
	D Size = 3 // 8
	Q Size = 4 // 16
)

// Bytes is the size in bytes.
func (s Size) Bytes() int { return 1 << s }

func (s Size) String() string { return [...]string{S: "s", D: "d", Q: "q"}[s] }

// Cond is a condition of a branch or a select.
type Cond uint8

// The conditions, after a comparison of integers.
const (
	EQ Cond = 0
	NE Cond = 1
	HS Cond = 2 // unsigned >=
	LO Cond = 3 // unsigned <
	HI Cond = 8 // unsigned >
	LS Cond = 9 // unsigned <=
	GE Cond = 10
	LT Cond = 11
	GT Cond = 12
	LE Cond = 13
)

// Not is the opposite condition.
func (c Cond) Not() Cond { return c ^ 1 }

func (c Cond) String() string {
	return [...]string{EQ: "eq", NE: "ne", HS: "hs", LO: "lo", HI: "hi", LS: "ls", GE: "ge", LT: "lt", GT: "gt", LE: "le"}[c]
}

// Label is a place in the code; see [Asm.NewLabel].
type Label int
