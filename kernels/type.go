package kernels

import (
	"fmt"
	"math"
	"strconv"
)

// Type is the type of a value on a lane, and of the elements of an array.
type Type uint8

const (
	Float64 Type = iota + 1 // IEEE 754 binary64
	Float32                 // IEEE 754 binary32
	Int64
	Int32
	Uint64
	Uint32
	Bool // the result of a comparison; never an array's element type
)

// Float is the Go types of float elements.
type Float interface{ float32 | float64 }

var typeNames = [...]string{Float64: "float64", Float32: "float32", Int64: "int64", Int32: "int32", Uint64: "uint64", Uint32: "uint32", Bool: "bool"}

// Size is the number of bytes of one element, and 0 for Bool, which is never
// stored.
func (t Type) Size() int {
	switch t {
	case Float64, Int64, Uint64:
		return 8
	case Float32, Int32, Uint32:
		return 4
	}
	return 0
}

// IsFloat reports whether t is Float64 or Float32.
func (t Type) IsFloat() bool { return t == Float64 || t == Float32 }

// IsInt reports whether t is one of the four integer types.
func (t Type) IsInt() bool { return t >= Int64 && t <= Uint32 }

// IsSigned reports whether t is Int64 or Int32.
func (t Type) IsSigned() bool { return t == Int64 || t == Int32 }

func (t Type) String() string {
	if int(t) < len(typeNames) && t != 0 {
		return typeNames[t]
	}
	return fmt.Sprintf("Type(%d)", uint8(t))
}

// Bits is x as a t, in the low end of a uint64: converted as OpConvert does.
// Of Bool it is 1 for all but 0.
func (t Type) Bits(x float64) uint64 {
	if t == Bool {
		if x != 0 {
			return 1
		}
		return 0
	}
	return convert(t, Float64, math.Float64bits(x))
}

// Float is the t of these bits as a float64, to nearest even.
func (t Type) Float(bits uint64) float64 {
	if t == Bool {
		return float64(bits & 1)
	}
	return math.Float64frombits(convert(Float64, t, bits))
}

// format is the value of these bits as text.
func (t Type) format(bits uint64) string {
	switch t {
	case Float64:
		return strconv.FormatFloat(math.Float64frombits(bits), 'g', -1, 64)
	case Float32:
		return strconv.FormatFloat(float64(math.Float32frombits(uint32(bits))), 'g', -1, 32)
	case Int64:
		return strconv.FormatInt(int64(bits), 10)
	case Int32:
		return strconv.FormatInt(int64(int32(bits)), 10)
	case Bool:
		return strconv.FormatBool(bits != 0)
	}
	return strconv.FormatUint(bits, 10)
}
