package simd

import "github.com/triad-go/triad/kernels"

// A product of 64 bits of two numbers that are below 2^32 is one instruction, which reads
// the low halves of its operands alone.

// lowHalf returns what has v in its low half, for a v, of 8 bytes, that is known to be below 2^32: v
// itself, or the number of which v is the low half.
func lowHalf(p *kernels.Program, v kernels.Value) (half kernels.Value, ok bool) {
	const most = 1<<32 - 1
	constant := func(v kernels.Value) (n uint64, ok bool) {
		in := p.Instr(v)
		return in.Imm, in.Op == kernels.OpConst
	}
	switch in := p.Instr(v); in.Op {
	case kernels.OpConst:
		return v, in.Imm <= most
	case kernels.OpConvert:
		return v, p.TypeOf(in.Args[0]) == kernels.Uint32
	case kernels.OpShr:
		n, ok := constant(in.Args[1])
		return v, ok && n >= 32 && !in.Type.IsSigned()
	case kernels.OpAnd:
		for i := range 2 {
			if n, ok := constant(in.Args[i]); ok && n == most && !p.IsUniform(v) {
				return in.Args[1-i], true
			} else if ok && n <= most {
				return v, true
			}
		}
	}
	return v, false
}

// narrowProduct returns the operands of a product of 64 bits of numbers below 2^32; what is
// in their upper halves is of no account.
func narrowProduct(p *kernels.Program, in kernels.Instr) (x, y kernels.Value, ok bool) {
	if in.Op != kernels.OpMul || !in.Type.IsInt() || in.Type.Size() != 8 {
		return 0, 0, false
	}
	x, ok = lowHalf(p, in.Args[0])
	if ok {
		y, ok = lowHalf(p, in.Args[1])
	}
	return x, y, ok
}
