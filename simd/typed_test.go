package simd

import (
	"flag"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

// numbers are all types but Bool.
var numbers = []kernels.Type{kernels.Float64, kernels.Float32, kernels.Int64, kernels.Int32, kernels.Uint64, kernels.Uint32}

// TestOperations runs every operation on every type, in lanes of 4 and of 8
// bytes, with arguments from arrays and from scalars and constants, over many
// pairs of awkward values.
func TestOperations(t *testing.T) {
	seed := uint64(0)
	run := func(op kernels.Op, typ kernels.Type, args ...kernels.Type) {
		for _, wide := range []bool{false, true} {
			// Which arguments are constants?
			for constants := range 1 << len(args) {
				if constants != 0 && (constants == 1<<len(args)-1 || args[0] == kernels.Bool) {
					continue
				}
				seed++
				p := operation(seed, op, typ, args, constants, wide)
				compare2(t, p, 200, seed, func(int) int { return 0 })
			}
		}
	}
	for op := kernels.OpAdd; op <= kernels.OpShr; op++ {
		for _, typ := range numbers {
			switch {
			case op >= kernels.OpSqrt && op <= kernels.OpRoundEven && !typ.IsFloat(),
				op == kernels.OpRem && typ.IsFloat(), op >= kernels.OpAnd && typ.IsFloat():
			case op.Compares():
				run(op, kernels.Bool, typ, typ)
			default:
				run(op, typ, []kernels.Type{typ, typ, typ}[:op.NumArgs()]...)
			}
		}
	}
	for _, typ := range numbers {
		for _, from := range numbers {
			run(kernels.OpConvert, typ, from)
			if typ.Size() == from.Size() && !(from.IsFloat() && typ.IsInt()) { // a NaN's payload is its own
				run(kernels.OpBits, typ, from)
			}
			if from.IsInt() {
				run(kernels.OpTable, typ, from)
			}
		}
	}
	for _, op := range []kernels.Op{kernels.OpAnd, kernels.OpOr, kernels.OpXor, kernels.OpNot} {
		run(op, kernels.Bool, []kernels.Type{kernels.Bool, kernels.Bool}[:op.NumArgs()]...)
	}
	for _, typ := range append(numbers, kernels.Bool) {
		run(kernels.OpSelect, typ, kernels.Bool, typ, typ)
	}
}

// operation is a program of one operation: arguments are read, or are constants
// and scalars where the set has their bit; truth values are comparisons of what
// is read, of two widths.
func operation(seed uint64, op kernels.Op, typ kernels.Type, args []kernels.Type, constants int, wide bool) *kernels.Program {
	r := rand.New(rand.NewPCG(seed, 79))
	p := &kernels.Program{Elem: kernels.Float64}
	in := kernels.Instr{Op: op, Type: typ}
	for k, a := range args {
		if constants>>k&1 != 0 {
			in.Args[k] = kernels.Value(len(p.Uniform))
			c := kernels.Instr{Op: kernels.OpConst, Type: a, Imm: randkernel.Bits(r, a)}
			if (op == kernels.OpShl || op == kernels.OpShr) && k == 1 && r.IntN(4) > 0 {
				c.Imm = uint64(r.IntN(8 * a.Size()))
			}
			if r.IntN(3) == 0 {
				c = kernels.Instr{Op: kernels.OpScalar, Type: a, Imm: uint64(len(p.Scalars))}
				p.Scalars = append(p.Scalars, a)
			}
			p.Uniform = append(p.Uniform, c)
		}
	}
	one := kernels.Value(len(p.Uniform))
	p.Uniform = append(p.Uniform, kernels.Instr{Op: kernels.OpConst, Type: kernels.Int32, Imm: 1}, kernels.Instr{Op: kernels.OpConst, Type: kernels.Int32})
	add := func(in kernels.Instr) kernels.Value {
		p.Body = append(p.Body, in)
		return kernels.Value(len(p.Uniform) + len(p.Body) - 1)
	}
	load := func(a kernels.Type) kernels.Value {
		p.Arrays = append(p.Arrays, kernels.Array{Type: a, Read: true})
		return add(kernels.Instr{Op: kernels.OpLoad, Type: a, Imm: uint64(len(p.Arrays) - 1)})
	}
	value := func(a kernels.Type) kernels.Value {
		if a != kernels.Bool {
			return load(a)
		}
		from := numbers[1+2*r.IntN(3)] // of 4 bytes
		if wide && r.IntN(2) == 0 {
			from = kernels.Int64
		}
		return add(kernels.Instr{Op: kernels.OpLt, Type: kernels.Bool, Args: [3]kernels.Value{load(from), load(from)}})
	}
	for k, a := range args {
		if constants>>k&1 == 0 {
			in.Args[k] = value(a)
		}
	}
	if op == kernels.OpTable {
		table := make([]uint64, 1<<r.IntN(11))
		for i := range table {
			table[i] = randkernel.Bits(r, typ)
		}
		p.Tables = [][]uint64{table}
	}
	if wide { // an array that does nothing but widen the lanes
		load(kernels.Int64)
	}
	out := add(in)
	if typ == kernels.Bool {
		typ = kernels.Int32
		out = add(kernels.Instr{Op: kernels.OpSelect, Type: typ, Args: [3]kernels.Value{out, one, one + 1}})
	}
	p.Stores = []kernels.Store{{Slot: len(p.Arrays), Value: out}}
	p.Arrays = append(p.Arrays, kernels.Array{Type: typ, Written: true})
	return p
}

var typedPrograms = flag.Int("programs", 4000, "how many random programs TestTyped runs")

// TestTyped runs random programs over all operations and types, with guards,
// traps and tables, on every tier and compares the bits with the interpreter's.
func TestTyped(t *testing.T) {
	programs := *typedPrograms
	if testing.Short() {
		programs = min(programs, 300)
	}
	for i := range programs {
		r := rand.New(rand.NewPCG(uint64(i), 77))
		o := randkernel.SmallProgram
		o.Narrow, o.Indices = i%3 == 2, i%3 == 1
		p := randkernel.Program(r, o)
		n := r.IntN(40)
		switch r.IntN(20) {
		case 0:
			n = r.IntN(5000)
		case 1:
			n = r.IntN(300)
		}
		seed := r.Uint64()
		compare2(t, p, n, uint64(i), func(slot int) int { return int(seed>>(4*slot)) & 15 })
	}
}

// TestTypedPressure does so with programs that need far more registers than
// there are.
func TestTypedPressure(t *testing.T) {
	for i := range 30 {
		r := rand.New(rand.NewPCG(uint64(i), 78))
		p := randkernel.Program(r, randkernel.ProgramOptions{Arrays: 40, Ops: 600, Reductions: 20, Guards: 8, Traps: 8, Narrow: i%2 == 1})
		compare2(t, p, 1+r.IntN(1500), uint64(i), func(slot int) int { return slot * i % 16 })
	}
}

// TestFunctionBits: the elementary functions have the interpreter's bits.
func TestFunctionBits(t *testing.T) {
	for name := range promised {
		k, err := kernels.Parse(name, "y = "+name+"(x)", kernels.Unoptimized())
		if err != nil {
			t.Error(err)
			continue
		}
		for i, typ := range types() {
			compare2(t, k.Program(typ), 301, uint64(i), func(int) int { return 0 })
		}
	}
}
