package simd

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/triad-go/triad/internal/ieee"
	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

// assembler makes programs an instruction at a time, so that what a test counts
// does not depend on how expressions are lowered.
type assembler struct {
	*kernels.Program
	truths, numbers []kernels.Value
}

// newAssembler begins a program with constants and scalars. Slots of arrays are
// outputs below outputs, and inputs from firstInput on.
func newAssembler(typ kernels.Type, arrays, firstInput, outputs, scalars int, constants ...float64) *assembler {
	a := &assembler{Program: &kernels.Program{Elem: typ, Arrays: make([]kernels.Array, arrays), Scalars: slices.Repeat([]kernels.Type{typ}, scalars)}}
	for s := range a.Arrays {
		a.Arrays[s] = kernels.Array{Type: typ, Read: s >= firstInput, Written: s < outputs}
	}
	for s := range scalars {
		a.Uniform = append(a.Uniform, kernels.Instr{Op: kernels.OpScalar, Type: typ, Imm: uint64(s)})
	}
	for _, c := range constants {
		bits := ieee.Bits(c)
		if typ == kernels.Float32 {
			bits = ieee.Bits(float32(c))
		}
		a.Uniform = append(a.Uniform, kernels.Instr{Op: kernels.OpConst, Type: typ, Imm: bits})
	}
	for v := range a.Uniform {
		a.numbers = append(a.numbers, kernels.Value(v))
	}
	return a
}

func (a *assembler) add(in kernels.Instr) kernels.Value {
	v := kernels.Value(len(a.Uniform) + len(a.Body))
	a.Body = append(a.Body, in)
	if in.Type == kernels.Bool {
		a.truths = append(a.truths, v)
	} else {
		a.numbers = append(a.numbers, v)
	}
	return v
}

func (a *assembler) load(slot int) kernels.Value {
	return a.add(kernels.Instr{Op: kernels.OpLoad, Type: a.Elem, Imm: uint64(slot)})
}

func (a *assembler) op(op kernels.Op, args ...kernels.Value) kernels.Value {
	in := kernels.Instr{Op: op, Type: a.Elem}
	switch op {
	case kernels.OpLt, kernels.OpLe, kernels.OpEq, kernels.OpNe:
		in.Type = kernels.Bool
	case kernels.OpAnd, kernels.OpOr, kernels.OpNot:
		if a.Elem.IsFloat() {
			in.Type = kernels.Bool
		}
	}
	copy(in.Args[:], args)
	return a.add(in)
}

func (a *assembler) store(slot int, v kernels.Value) {
	a.Stores = append(a.Stores, kernels.Store{Slot: slot, Value: v})
}

// randomProgram has that many arrays, a third of them outputs and some of those
// inputs, too, and that many operations, with every kind among them.
func randomProgram(r *rand.Rand, typ kernels.Type, arrays, ops, reductions int) *kernels.Program {
	outputs := arrays / 3
	a := newAssembler(typ, arrays, outputs*2/3, outputs, 20, 0.5, -3, randkernel.Number(r))
	minus3 := kernels.Value(21)
	inputs := arrays - outputs*2/3
	number := func() kernels.Value {
		if n := len(a.numbers); r.IntN(3) > 0 {
			return a.numbers[n-1-r.IntN(min(n, 6))]
		}
		return a.numbers[r.IntN(len(a.numbers))]
	}
	truth := func() kernels.Value {
		if len(a.truths) == 0 || r.IntN(2) == 0 {
			return a.op(kernels.OpLt+kernels.Op(r.IntN(4)), number(), number())
		}
		return a.truths[len(a.truths)-1-r.IntN(min(len(a.truths), 40))]
	}
	loaded := 0
	arithmetic := []kernels.Op{kernels.OpAdd, kernels.OpSub, kernels.OpMul, kernels.OpFMA, kernels.OpFMA, kernels.OpFMA,
		kernels.OpDiv, kernels.OpNeg, kernels.OpNeg, kernels.OpAbs, kernels.OpSqrt, kernels.OpMin, kernels.OpMax}
	for i := range ops {
		if loaded < inputs && i*inputs >= loaded*ops { // spread over the program
			a.load(outputs*2/3 + loaded)
			loaded++
		}
		switch r.IntN(12) {
		case 0:
			a.op(kernels.OpSelect, truth(), number(), number())
		case 1:
			a.op([]kernels.Op{kernels.OpAnd, kernels.OpOr}[r.IntN(2)], truth(), truth())
		case 2:
			a.op(kernels.OpNot, truth())
		case 3, 4, 5: // or soon all would be NaN
			v := a.op(kernels.OpMax, number(), minus3)
			a.op(kernels.OpMin, v, number())
		default:
			a.op(arithmetic[r.IntN(len(arithmetic))], number(), number(), number())
		}
	}
	body := func() kernels.Value {
		for {
			if v := a.numbers[r.IntN(len(a.numbers))]; r.IntN(20) == 0 || !a.IsUniform(v) {
				return v
			}
		}
	}
	for s := range outputs {
		a.store(s, body())
	}
	for i := range reductions {
		a.Reductions = append(a.Reductions, kernels.Reduce{Op: []kernels.Reduction{kernels.Sum, kernels.Min, kernels.Max}[i%3], Value: body()})
	}
	return a.Program
}

// TestLarge: programs of 20,000 operations on 500 arrays, for every length of a
// rest, have the interpreter's bits on every tier.
func TestLarge(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 52))
	for _, typ := range types() {
		p := randomProgram(r, typ, 500, 20000, 0)
		for n := range 21 {
			compareOn(t, p, func() *launch { return newLaunch(p, n, uint64(n), func(slot int) int { return slot & 15 }) })
		}
		compareOn(t, p, func() *launch { return newLaunch(p, 300, 5, func(slot int) int { return 3 }) })
	}
}

// TestManyArrays: small programs of more arrays than there are registers for,
// with reductions and with outputs that are inputs.
func TestManyArrays(t *testing.T) {
	r := rand.New(rand.NewPCG(53, 54))
	programs := 150
	if testing.Short() {
		programs = 30
	}
	for i := range programs {
		p := randomProgram(r, types()[i%2], stagedArrays-2+r.IntN(40), 1+r.IntN(600), i%3*r.IntN(4))
		n, seed := r.IntN(60), r.Uint64()
		if len(p.Reductions) > 0 {
			n = r.IntN(2500)
		}
		compareOn(t, p, func() *launch {
			l := newLaunch(p, n, seed, func(slot int) int { return int(seed>>(slot%16*4)) & 15 })
			if i%2 == 0 {
				l.alias(seed)
			}
			return l
		})
	}
	// Arrays that change places, and a reduction of what is no array's: nothing
	// may be stored before all is read.
	const k = 2 * stagedArrays
	a := newAssembler(kernels.Float64, k, 0, k, 0, 2)
	for s := range k {
		a.store((s+1)%k, a.load(s))
	}
	a.Reductions = []kernels.Reduce{{Op: kernels.Sum, Value: 0}}
	for _, n := range []int{0, 1, 7, 100} {
		compareOn(t, a.Program, func() *launch { return newLaunch(a.Program, n, 1, func(int) int { return 0 }) })
	}
}

// TestInterleave: the order of a long program's steps has every value before its
// uses and every load before every store, loses nothing, and is always the same.
func TestInterleave(t *testing.T) {
	r := rand.New(rand.NewPCG(55, 56))
	for i := range 20 {
		p := randomProgram(r, kernels.Float64, 90, 50*i, 0)
		plain := newPlan(p, shape{hoist: true, strands: 1})
		pl := newPlan(p, shape{hoist: true, strands: 1 + r.IntN(12)})
		made := map[kernels.Value]bool{}
		stored := false
		for j, s := range pl.steps {
			for _, v := range s.args[:s.nargs] {
				if !p.IsUniform(v) && !made[v] {
					t.Fatalf("step %d uses value %d, which is made later or never", j, v)
				}
			}
			if s.kind == store {
				stored = true
				continue
			}
			if made[s.value] {
				t.Fatalf("value %d is made twice", s.value)
			}
			made[s.value] = true
			if s.instr.Op == kernels.OpLoad && stored {
				t.Fatalf("step %d reads an array after a store", j)
			}
		}
		key := func(s step) string { return fmt.Sprint(s) }
		a, b := make([]string, 0), make([]string, 0)
		for _, s := range plain.steps {
			a = append(a, key(s))
		}
		for _, s := range pl.steps {
			b = append(b, key(s))
		}
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Fatal("steps were lost or made up")
		}
		for _, tier := range []Tier{AVX2, AVX512} {
			first, err := generate(p, Options{Tier: tier})
			if err != nil {
				t.Fatal(err)
			}
			again, _ := generate(p, Options{Tier: tier})
			if !bytes.Equal(first.asm.Bytes(), again.asm.Bytes()) {
				t.Fatalf("%v: the code differs from time to time", tier)
			}
		}
	}
}

// TestChainsOverlap: results that are long chains are computed several at a
// time: no step of the middle needs the result of the one right before it.
func TestChainsOverlap(t *testing.T) {
	pl := newPlan(chains(kernels.Float64, 40, 100), shape{hoist: true, strands: 8})
	waits := 0
	for i, s := range pl.steps[1:] {
		if s.kind == compute && slices.Contains(s.args[:s.nargs], pl.steps[i].value) {
			waits++
		}
	}
	if waits > len(pl.steps)/20 {
		t.Errorf("%d of %d steps wait for the one before", waits, len(pl.steps))
	}
}

// chains is a program whose results are sums of products of all inputs and
// scalars: a reaction network's right-hand sides are of this kind.
func chains(typ kernels.Type, results, inputs int) *kernels.Program {
	a := newAssembler(typ, results+inputs, results, results, 10)
	x := make([]kernels.Value, inputs)
	for i := range x {
		x[i] = a.load(results + i)
	}
	for j := range results {
		sum := a.op(kernels.OpMul, kernels.Value(j%10), x[j%inputs])
		for i := 1; i < inputs; i++ {
			sum = a.op(kernels.OpFMA, kernels.Value((i*i+j)%10), x[(i*31+j)%inputs], sum)
		}
		a.store(j, sum)
	}
	return a.Program
}

// TestOperands: of a long program that needs many values again and again,
// hardly any is read by an instruction of its own, and each is spilled once at
// the most.
func TestOperands(t *testing.T) {
	const results, inputs = 60, 100
	for _, typ := range types() {
		p := chains(typ, results, inputs)
		compareOn(t, p, func() *launch { return newLaunch(p, 21, 1, func(int) int { return 0 }) })
		for _, tier := range []Tier{AVX2, AVX512} {
			g, err := generate(p, Options{Tier: tier})
			if err != nil {
				t.Fatal(err)
			}
			const variants = 3 // a vector, a rest, a single element
			fmas := variants * results * (inputs - 1)
			if g.alloc.folds < fmas*8/10 {
				t.Errorf("%v %v: %d operands in memory for %d fused multiply-adds", tier, typ, g.alloc.folds, fmas)
			}
			if g.alloc.reloads > fmas*3/10 {
				t.Errorf("%v %v: %d values read again for %d fused multiply-adds", tier, typ, g.alloc.reloads, fmas)
			}
			if most := variants * (inputs + results + len(p.Uniform)); g.alloc.spills > most {
				t.Errorf("%v %v: %d values spilled, want at the most %d", tier, typ, g.alloc.spills, most)
			}
		}
	}
}

// TestOrder: results that share values are computed one after the other, however
// far apart they stand, so that few shared values are alive at once.
func TestOrder(t *testing.T) {
	const pairs, shared, inputs = 30, 20, 10
	a := newAssembler(kernels.Float64, 2*pairs+inputs, 2*pairs, 2*pairs, 0)
	for i := range inputs {
		a.load(2*pairs + i)
	}
	var products [pairs][shared]kernels.Value
	for i := range pairs {
		for j := range shared {
			v := a.op(kernels.OpMul, kernels.Value((i+j)%inputs), kernels.Value(j%inputs))
			products[i][j] = a.op(kernels.OpDiv, v, kernels.Value(i%inputs))
		}
	}
	for k := range 2 * pairs {
		sum := products[k%pairs][0]
		for j := 1; j < shared; j++ {
			sum = a.op([]kernels.Op{kernels.OpAdd, kernels.OpSub}[k/pairs], sum, products[k%pairs][j])
		}
		a.store(k, sum)
	}
	compareOn(t, a.Program, func() *launch { return newLaunch(a.Program, 21, 1, func(int) int { return 0 }) })
	// In the order given, all products would be alive after the first half.
	if n := newPlan(a.Program, shape{hoist: true, strands: 1}).pressure(false); n > inputs+2*shared {
		t.Errorf("%d values alive at once, want at the most %d", n, inputs+2*shared)
	}
	// Of a tree, the part that takes more registers comes first.
	a = newAssembler(kernels.Float64, 1+inputs, 1, 1, 0)
	sum := a.load(1)
	for i := 1; i < 100; i++ {
		sum = a.op(kernels.OpAdd, a.op(kernels.OpMul, kernels.Value(i%min(i, inputs)), sum), sum)
		if i < inputs {
			a.load(1 + i)
		}
	}
	a.store(0, sum)
	compareOn(t, a.Program, func() *launch { return newLaunch(a.Program, 21, 1, func(int) int { return 0 }) })
}

// TestNegations: negations vanish into what uses them, with the interpreter's
// bits for every sign of zero.
func TestNegations(t *testing.T) {
	const x, y, z = 1, 2, 3 // values: 0 is the constant
	type A = *assembler
	neg := func(a A, v kernels.Value) kernels.Value { return a.op(kernels.OpNeg, v) }
	fma := func(a A, v, w, u kernels.Value) kernels.Value { return a.op(kernels.OpFMA, v, w, u) }
	for _, c := range []struct {
		name string
		make func(a A) kernels.Value
		ops  int // instructions that compute, loads not counted
	}{
		{"-x*y + z", func(a A) kernels.Value { return fma(a, neg(a, x), y, z) }, 1},
		{"x*-y + z", func(a A) kernels.Value { return fma(a, x, neg(a, y), z) }, 1},
		{"-x*-y + z", func(a A) kernels.Value { return fma(a, neg(a, x), neg(a, y), z) }, 1},
		{"x*y - z", func(a A) kernels.Value { return fma(a, x, y, neg(a, z)) }, 1},
		{"-x*y - z", func(a A) kernels.Value { return fma(a, neg(a, x), y, neg(a, z)) }, 1},
		{"--x*y - z", func(a A) kernels.Value { return fma(a, neg(a, neg(a, x)), y, neg(a, z)) }, 1},
		{"-x*x + z", func(a A) kernels.Value { return fma(a, neg(a, x), x, z) }, 1},
		{"-x*x - x", func(a A) kernels.Value { v := neg(a, x); return fma(a, v, x, v) }, 1},
		{"-x*0 - z", func(a A) kernels.Value { return fma(a, neg(a, x), 0, neg(a, z)) }, 1},
		{"x + -y", func(a A) kernels.Value { return a.op(kernels.OpAdd, x, neg(a, y)) }, 1},
		{"-x + y", func(a A) kernels.Value { return a.op(kernels.OpAdd, neg(a, x), y) }, 1},
		{"-x + -y", func(a A) kernels.Value { return a.op(kernels.OpAdd, neg(a, x), neg(a, y)) }, 2},
		{"x - -y", func(a A) kernels.Value { return a.op(kernels.OpSub, x, neg(a, y)) }, 1},
		{"-x - y", func(a A) kernels.Value { return a.op(kernels.OpSub, neg(a, x), y) }, 2},
		{"-x - -y", func(a A) kernels.Value { return a.op(kernels.OpSub, neg(a, x), neg(a, y)) }, 2},
		{"-x * -y", func(a A) kernels.Value { return a.op(kernels.OpMul, neg(a, x), neg(a, y)) }, 1},
		{"-x * y", func(a A) kernels.Value { return a.op(kernels.OpMul, neg(a, x), y) }, 2},
		{"-x / -y", func(a A) kernels.Value { return a.op(kernels.OpDiv, neg(a, x), neg(a, y)) }, 1},
		{"|-x|", func(a A) kernels.Value { return a.op(kernels.OpAbs, neg(a, x)) }, 1},
		{"-(-x)", func(a A) kernels.Value { return neg(a, neg(a, x)) }, 2},
		{"min(-x, y)", func(a A) kernels.Value { return a.op(kernels.OpMin, neg(a, x), y) }, 2},
		{"(-x*y + z) * -x", func(a A) kernels.Value { v := neg(a, x); return a.op(kernels.OpMul, fma(a, v, y, z), v) }, 3},
	} {
		for _, typ := range types() {
			a := newAssembler(typ, 5, 2, 2, 0, 0)
			for s := range 3 {
				a.load(2 + s)
			}
			a.store(0, c.make(a))
			a.store(1, x) // so that x is not read as an operand alone
			p := a.Program
			for _, sh := range []shape{{wide: true, foldLoads: true}, {}, {hoist: true, strands: 4}} {
				ops := 0
				for _, s := range newPlan(p, sh).steps {
					if s.kind == compute && s.instr.Op != kernels.OpLoad {
						ops++
					}
				}
				if ops != c.ops {
					t.Errorf("%s, %+v: %d instructions, want %d", c.name, sh, ops, c.ops)
				}
			}
			for seed := range uint64(4) {
				compareOn(t, p, func() *launch { return newLaunch(p, 100, seed, func(int) int { return 0 }) })
			}
		}
	}
}
