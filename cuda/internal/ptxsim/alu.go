package ptxsim

import (
	"math"
	"math/bits"
)

// evaluator is what an instruction computes of up to three operands. Values of fewer than 64 bits have zeros above.
type evaluator = func(a, b, c uint64) uint64

func d64(x uint64) float64 { return math.Float64frombits(x) }
func b64(x float64) uint64 { return math.Float64bits(x) }
func d32(x uint64) float32 { return math.Float32frombits(uint32(x)) }
func b32(x float32) uint64 { return uint64(math.Float32bits(x)) }

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// canonical is a float32's bits: every NaN that arithmetic of 32 bits makes is the same one.
func canonical(x float32) uint64 {
	if x != x {
		return 0x7FFFFFFF
	}
	return b32(x)
}

// floatArithmetic rounds once: conversions forbid Go to fuse.
func floatArithmetic(name string, wide bool) evaluator {
	if wide {
		switch name {
		case "add":
			return func(a, b, _ uint64) uint64 { return b64(float64(d64(a) + d64(b))) }
		case "sub":
			return func(a, b, _ uint64) uint64 { return b64(float64(d64(a) - d64(b))) }
		case "mul":
			return func(a, b, _ uint64) uint64 { return b64(float64(d64(a) * d64(b))) }
		}
		return func(a, b, _ uint64) uint64 { return b64(float64(d64(a) / d64(b))) }
	}
	switch name {
	case "add":
		return func(a, b, _ uint64) uint64 { return canonical(float32(d32(a) + d32(b))) }
	case "sub":
		return func(a, b, _ uint64) uint64 { return canonical(float32(d32(a) - d32(b))) }
	case "mul":
		return func(a, b, _ uint64) uint64 { return canonical(float32(d32(a) * d32(b))) }
	}
	return func(a, b, _ uint64) uint64 { return canonical(float32(d32(a) / d32(b))) }
}

// fma32 rounds the sum to odd in float64, which leaves one rounding to float32: 53 bits are more than 2*24+2.
func fma32(a, b, c uint64) uint64 {
	product, z := float64(d32(a))*float64(d32(b)), float64(d32(c)) // the product is exact
	sum := product + z
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		return canonical(float32(sum))
	}
	other := sum - product
	lost := (product - (sum - other)) + (z - other) // sum+lost is product+z
	if lost != 0 && b64(sum)&1 == 0 {
		if (lost > 0) == (sum > 0) {
			return canonical(float32(d64(b64(sum) + 1)))
		}
		return canonical(float32(d64(b64(sum) - 1)))
	}
	return canonical(float32(sum))
}

// product is mul of that part of what comes out: lo, hi or wide.
func product(part string, t ptype) evaluator {
	signed, wide := t.kind == 's', t.bits == 64
	switch {
	case part == "lo" && wide:
		return func(a, b, _ uint64) uint64 { return a * b }
	case part == "lo":
		return func(a, b, _ uint64) uint64 { return uint64(uint32(a * b)) }
	case part == "hi" && wide:
		return func(a, b, _ uint64) uint64 {
			hi, _ := bits.Mul64(a, b)
			if signed {
				hi -= uint64(int64(a)>>63)&b + uint64(int64(b)>>63)&a
			}
			return hi
		}
	case part == "hi" && signed:
		return func(a, b, _ uint64) uint64 { return uint64(uint32(int64(int32(a)) * int64(int32(b)) >> 32)) }
	case part == "hi":
		return func(a, b, _ uint64) uint64 { return a * b >> 32 }
	case wide:
		return nil
	case signed:
		return func(a, b, _ uint64) uint64 { return uint64(int64(int32(a)) * int64(int32(b))) }
	}
	return func(a, b, _ uint64) uint64 { return a * b }
}

// unspecified is what comes of what PTX leaves open, so that tests notice who relies on it.
const unspecified = 0xDEADBEEFDEADBEEF

func divide(t ptype, remainder bool) evaluator {
	cut := func(v uint64) uint64 {
		if t.bits == 32 {
			return uint64(uint32(v))
		}
		return v
	}
	return func(a, b, _ uint64) uint64 {
		if b == 0 {
			return cut(unspecified)
		}
		if t.kind == 'u' {
			if remainder {
				return a % b
			}
			return a / b
		}
		x, y := extend(a, t), extend(b, t)
		if y == -1 && (x == math.MinInt64 || t.bits == 32 && x == math.MinInt32) {
			return cut(unspecified)
		}
		if remainder {
			return cut(uint64(x % y))
		}
		return cut(uint64(x / y))
	}
}

// extend is a value of a type with its sign, if it has one.
func extend(v uint64, t ptype) int64 {
	if t.bits == 32 {
		if t.kind == 's' {
			return int64(int32(v))
		}
		return int64(uint32(v))
	}
	return int64(v)
}

func signs(name string, t ptype) evaluator {
	top := uint64(1) << (t.bits - 1)
	switch {
	case t.kind == 'f' && name == "neg":
		return func(a, _, _ uint64) uint64 { return a ^ top }
	case t.kind == 'f':
		return func(a, _, _ uint64) uint64 { return a &^ top }
	}
	mask := top | (top - 1)
	return func(a, _, _ uint64) uint64 {
		if name == "neg" || extend(a, t) < 0 {
			return -a & mask
		}
		return a
	}
}

// floatExtreme passes over one NaN, and takes -0 for less than 0.
func floatExtreme(most, wide bool) evaluator {
	return func(a, b, _ uint64) uint64 {
		x, y := d64(a), d64(b)
		if !wide {
			x, y = float64(d32(a)), float64(d32(b))
		}
		switch {
		case x != x && y != y && !wide:
			return canonical(float32(x))
		case x != x:
			return b
		case y != y:
			return a
		case most && (x > y || x == y && !math.Signbit(x)), !most && (x < y || x == y && math.Signbit(x)):
			return a
		}
		return b
	}
}

func extreme(most bool, t ptype) evaluator {
	less := func(a, b uint64) bool { return a < b }
	if t.kind == 's' {
		less = func(a, b uint64) bool { return extend(a, t) < extend(b, t) }
	}
	return func(a, b, _ uint64) uint64 {
		if less(a, b) != most {
			return a
		}
		return b
	}
}

// shift clamps counts to the width.
func shift(left bool, t ptype) evaluator {
	return func(a, b, _ uint64) uint64 {
		n := min(uint(uint32(b)), uint(t.bits))
		var v uint64
		switch {
		case left:
			v = a << n
		case t.kind == 's':
			v = uint64(extend(a, t) >> n)
		default:
			v = a >> n
		}
		if t.bits == 32 {
			v = uint64(uint32(v))
		}
		return v
	}
}

// comparison is that of a name: of floats those that end in u hold where either is NaN.
func comparison(name string, t ptype) evaluator {
	if t.kind == 'f' {
		wide := t.bits == 64
		var holds func(x, y float64) bool
		switch name {
		case "eq":
			holds = func(x, y float64) bool { return x == y }
		case "ne":
			holds = func(x, y float64) bool { return x < y || x > y }
		case "lt":
			holds = func(x, y float64) bool { return x < y }
		case "le":
			holds = func(x, y float64) bool { return x <= y }
		case "gt":
			holds = func(x, y float64) bool { return x > y }
		case "ge":
			holds = func(x, y float64) bool { return x >= y }
		case "equ":
			holds = func(x, y float64) bool { return !(x < y || x > y) }
		case "neu":
			holds = func(x, y float64) bool { return x != y }
		case "ltu":
			holds = func(x, y float64) bool { return !(x >= y) }
		case "leu":
			holds = func(x, y float64) bool { return !(x > y) }
		case "gtu":
			holds = func(x, y float64) bool { return !(x <= y) }
		case "geu":
			holds = func(x, y float64) bool { return !(x < y) }
		case "num":
			holds = func(x, y float64) bool { return x == x && y == y }
		case "nan":
			holds = func(x, y float64) bool { return x != x || y != y }
		default:
			return nil
		}
		if wide {
			return func(a, b, _ uint64) uint64 { return truth(holds(d64(a), d64(b))) }
		}
		return func(a, b, _ uint64) uint64 { return truth(holds(float64(d32(a)), float64(d32(b)))) }
	}
	if t.kind == 'p' {
		return nil
	}
	signed := t.kind == 's'
	switch name {
	case "eq":
		return func(a, b, _ uint64) uint64 { return truth(a == b) }
	case "ne":
		return func(a, b, _ uint64) uint64 { return truth(a != b) }
	case "lo", "ls", "hi", "hs":
		if t.kind != 'u' {
			return nil
		}
	}
	var holds func(x, y int64) bool
	var above func(x, y uint64) bool
	switch name {
	case "lt", "lo":
		holds, above = func(x, y int64) bool { return x < y }, func(x, y uint64) bool { return x < y }
	case "le", "ls":
		holds, above = func(x, y int64) bool { return x <= y }, func(x, y uint64) bool { return x <= y }
	case "gt", "hi":
		holds, above = func(x, y int64) bool { return x > y }, func(x, y uint64) bool { return x > y }
	case "ge", "hs":
		holds, above = func(x, y int64) bool { return x >= y }, func(x, y uint64) bool { return x >= y }
	default:
		return nil
	}
	if signed {
		return func(a, b, _ uint64) uint64 { return truth(holds(extend(a, t), extend(b, t))) }
	}
	if t.kind == 'b' {
		return nil
	}
	return func(a, b, _ uint64) uint64 { return truth(above(a, b)) }
}

// conversion is cvt.
func conversion(mode string, to, from ptype) evaluator {
	float := func(a uint64) float64 {
		if from.bits == 32 {
			return float64(d32(a))
		}
		return d64(a)
	}
	put := func(x float64) uint64 {
		if to.bits == 32 {
			return canonical(float32(x))
		}
		return b64(x)
	}
	if to.bits < 32 || from.bits < 32 || to.kind == 'b' || from.kind == 'b' {
		return nil
	}
	round := map[string]func(float64) float64{"rni": math.RoundToEven, "rzi": math.Trunc, "rmi": math.Floor, "rpi": math.Ceil}[mode]
	switch {
	case to.kind == 'f' && from.kind == 'f' && to.bits == from.bits:
		if round == nil {
			return nil
		}
		return func(a, _, _ uint64) uint64 { return put(round(float(a))) }
	case to.kind == 'f' && from.kind == 'f':
		if to.bits == 32 && mode != "rn" || to.bits == 64 && mode != "" {
			return nil
		}
		return func(a, _, _ uint64) uint64 { return put(float(a)) }
	case to.kind == 'f':
		if mode != "rn" {
			return nil
		}
		switch {
		case to.bits == 64 && from.kind == 's':
			return func(a, _, _ uint64) uint64 { return b64(float64(extend(a, from))) }
		case to.bits == 64:
			return func(a, _, _ uint64) uint64 { return b64(float64(a)) }
		case from.kind == 's':
			return func(a, _, _ uint64) uint64 { return b32(float32(extend(a, from))) }
		}
		return func(a, _, _ uint64) uint64 { return b32(float32(a)) }
	case from.kind == 'f':
		if round == nil {
			return nil
		}
		return func(a, _, _ uint64) uint64 {
			x := float(a)
			if x != x { // 0 where the types are narrow, else what looks like the least or the middle
				if from.bits == 32 && to.bits == 32 {
					return 0
				}
				return 1 << (to.bits - 1)
			}
			return clamp(round(x), to)
		}
	}
	if mode != "" {
		return nil
	}
	return func(a, _, _ uint64) uint64 {
		v := a
		if from.bits == 32 {
			v = uint64(extend(a, from))
		}
		if to.bits == 32 {
			v = uint64(uint32(v))
		}
		return v
	}
}

// clamp is an integral number in a type, or the nearest that there is.
func clamp(x float64, t ptype) uint64 {
	least, most := 0.0, math.Ldexp(1, t.bits)
	if t.kind == 's' {
		most /= 2
		least = -most
	}
	switch {
	case x < least:
		x = least
	case x >= most:
		if t.kind == 's' {
			return 1<<(t.bits-1) - 1
		}
		return math.MaxUint64 >> (64 - t.bits)
	}
	if x >= 1<<63 {
		return uint64(x-1<<63) + 1<<63
	}
	v := uint64(int64(x))
	if t.bits == 32 {
		v = uint64(uint32(v))
	}
	return v
}

// atomicOperation is what memory becomes, of what is there and the operands; nil where PTX has none.
func atomicOperation(op string, t ptype, space byte) evaluator {
	switch op {
	case "add":
		switch {
		case t == ptype{32, 'f'} && space == 'g': // which flushes, as no other instruction does unasked
			add := floatArithmetic("add", false)
			return func(a, b, _ uint64) uint64 { return flush(add(flush(a), flush(b), 0)) }
		case t.kind == 'f':
			return floatArithmetic("add", t.bits == 64)
		case t.kind == 'u' || t == ptype{32, 's'}:
			return func(a, b, _ uint64) uint64 { return a + b }
		}
		return nil
	case "min", "max":
		if t.kind != 'u' && t.kind != 's' {
			return nil
		}
		return extreme(op == "max", t)
	}
	if t.kind != 'b' {
		return nil
	}
	switch op {
	case "and", "or", "xor":
		return logical(op)
	case "exch":
		return func(_, b, _ uint64) uint64 { return b }
	case "cas":
		return func(a, b, c uint64) uint64 {
			if a == b {
				return c
			}
			return a
		}
	}
	return nil
}

// flush is a float32, or zero with its sign for one below the normal numbers.
func flush(x uint64) uint64 {
	if x&0x7F800000 == 0 {
		return x & 0x80000000
	}
	return x
}

func logical(op string) evaluator {
	switch op {
	case "and":
		return func(a, b, _ uint64) uint64 { return a & b }
	case "or":
		return func(a, b, _ uint64) uint64 { return a | b }
	}
	return func(a, b, _ uint64) uint64 { return a ^ b }
}
