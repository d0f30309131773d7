package kernels_test

import (
	"math"
	"testing"

	. "github.com/triad-go/triad/kernels"
)

func TestConvert(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		from Type
		x    uint64
		to   Type
		want uint64
	}{
		{Float64, math.Float64bits(-2.9), Int64, 1<<64 - 2},
		{Float64, math.Float64bits(-2.9), Int32, 1<<32 - 2},
		{Float64, math.Float64bits(-0.9), Uint64, 0},
		{Float64, math.Float64bits(-1), Uint32, 0},
		{Float64, math.Float64bits(nan), Int64, 0},
		{Float64, math.Float64bits(nan), Uint32, 0},
		{Float64, math.Float64bits(inf), Int64, math.MaxInt64},
		{Float64, math.Float64bits(-inf), Int64, 1 << 63},
		{Float64, math.Float64bits(0x1p63), Int64, math.MaxInt64},
		{Float64, math.Float64bits(-0x1p63), Int64, 1 << 63},
		{Float64, math.Float64bits(0x1p63), Uint64, 1 << 63},
		{Float64, math.Float64bits(0x1p64), Uint64, math.MaxUint64},
		{Float64, math.Float64bits(0x1.fffffffffffffp63), Uint64, 0xfffffffffffff800},
		{Float64, math.Float64bits(2147483647.9), Int32, math.MaxInt32},
		{Float64, math.Float64bits(2147483648), Int32, math.MaxInt32},
		{Float64, math.Float64bits(-2147483649), Int32, 1 << 31},
		{Float64, math.Float64bits(4294967295.9), Uint32, math.MaxUint32},
		{Float64, math.Float64bits(4294967296), Uint32, math.MaxUint32},
		{Float64, math.Float64bits(1e300), Float32, uint64(math.Float32bits(float32(inf)))},
		{Float64, math.Float64bits(1 + 0x1p-24), Float32, uint64(math.Float32bits(1))},
		{Float32, uint64(math.Float32bits(-3.5)), Int64, 1<<64 - 3},
		{Float32, uint64(math.Float32bits(0x1p31)), Int32, math.MaxInt32},
		{Int64, 1<<64 - 5, Float64, math.Float64bits(-5)},
		{Int64, 1<<53 + 1, Float64, math.Float64bits(1 << 53)},
		{Uint64, 1<<64 - 1, Float64, math.Float64bits(0x1p64)},
		{Uint64, 1<<40 + 1<<16 + 1, Float32, uint64(math.Float32bits(0x1p40 + 0x1p17))}, // once to float64 and then to float32 would be a tie
		{Int32, 1<<32 - 1, Float64, math.Float64bits(-1)},
		{Uint32, 1<<32 - 1, Float64, math.Float64bits(1<<32 - 1)},
		{Int32, 1<<32 - 1, Int64, 1<<64 - 1},
		{Int32, 1<<32 - 1, Uint64, 1<<64 - 1},
		{Uint32, 1<<32 - 1, Int64, 1<<32 - 1},
		{Int64, 1<<64 - 1, Int32, 1<<32 - 1},
		{Int64, 1<<33 + 7, Uint32, 7},
	} {
		if got := Evaluate(OpConvert, c.to, c.from, c.x, 0, 0); got != c.want {
			t.Errorf("%v %#x to %v: %#x, want %#x", c.from, c.x, c.to, got, c.want)
		}
	}
}

func TestIntegers(t *testing.T) {
	const min64, min32 = 1 << 63, 1 << 31
	minus := func(x uint64) uint64 { return -x }
	for _, c := range []struct {
		op         Op
		t          Type
		x, y, want uint64
	}{
		{OpAdd, Int64, math.MaxInt64, 1, min64},
		{OpAdd, Uint32, math.MaxUint32, 2, 1},
		{OpMul, Int32, min32, 2, 0},
		{OpDiv, Int64, minus(7), 2, minus(3)},
		{OpRem, Int64, minus(7), 2, minus(1)},
		{OpDiv, Int64, min64, minus(1), min64},
		{OpRem, Int64, min64, minus(1), 0},
		{OpDiv, Int32, min32, math.MaxUint32, min32},
		{OpDiv, Uint64, 5, 0, 0},
		{OpRem, Int32, 5, 0, 0},
		{OpDiv, Uint64, minus(1), 2, math.MaxInt64},
		{OpNeg, Int64, min64, 0, min64},
		{OpAbs, Int32, min32, 0, min32},
		{OpAbs, Uint64, minus(1), 0, minus(1)},
		{OpMin, Int64, minus(1), 1, minus(1)},
		{OpMin, Uint64, minus(1), 1, 1},
		{OpShl, Int64, 1, 63, min64},
		{OpShl, Int64, 1, 64, 0},
		{OpShl, Uint32, 1, 32, 0},
		{OpShr, Int64, min64, 63, minus(1)},
		{OpShr, Int64, min64, minus(1), minus(1)},
		{OpShr, Uint64, min64, 64, 0},
		{OpShr, Int32, min32, 31, math.MaxUint32},
		{OpShr, Int32, min32, math.MaxUint32, math.MaxUint32},
		{OpNot, Uint32, 0, 0, math.MaxUint32},
		{OpXor, Bool, 1, 1, 0},
		{OpNot, Bool, 1, 0, 0},
	} {
		if got := Evaluate(c.op, c.t, c.t, c.x, c.y, 0); got != c.want {
			t.Errorf("%v of %v: %#x, %#x gives %#x, want %#x", c.op, c.t, c.x, c.y, got, c.want)
		}
	}
	if Evaluate(OpLt, Bool, Int64, minus(1), 0, 0) != 1 || Evaluate(OpLt, Bool, Uint64, minus(1), 0, 0) != 0 {
		t.Error("comparisons do not heed the sign")
	}
	if Evaluate(OpSelect, Int32, Int32, 1, 5, 6) != 5 || Evaluate(OpSelect, Bool, Bool, 0, 1, 0) != 0 {
		t.Error("select")
	}
}

func TestTypeBits(t *testing.T) {
	for _, c := range []struct {
		t    Type
		x    float64
		bits uint64
	}{
		{Float32, 0.1, uint64(math.Float32bits(0.1))}, {Int32, -1, math.MaxUint32}, {Uint64, 3, 3}, {Bool, 2, 1}, {Bool, 0, 0},
	} {
		if got := c.t.Bits(c.x); got != c.bits {
			t.Errorf("%v %v: %#x, want %#x", c.t, c.x, got, c.bits)
		}
	}
	if x := Int32.Float(math.MaxUint32); x != -1 {
		t.Errorf("int32 -1 is %v", x)
	}
}
