package simd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

// TestCopies: the plan for several vectors has all steps of each, every value
// before its uses, and of no vector a read after a write.
func TestCopies(t *testing.T) {
	for i := range 300 {
		r := rand.New(rand.NewPCG(uint64(i), 81))
		p := randkernel.Program(r, randkernel.SmallProgram)
		one := newPlan(p, shape{wide: i%2 == 0, foldLoads: i%3 > 0})
		const lanes = 8
		n := 2 + i%3
		many := one.copies(n, lanes, 1+r.IntN(30))
		guards := 0
		for _, s := range one.steps {
			if s.kind == enter {
				guards++
			}
		}
		if want := n*len(one.steps) - 2*(n-1)*guards; len(many.steps) != want {
			t.Fatalf("%d steps of %d vectors, want %d", len(many.steps), n, want)
		}
		made, wrote := map[kernels.Value]bool{}, map[int32]bool{}
		var names, want []string
		for _, s := range many.steps {
			for _, v := range s.args[:s.nargs] {
				if !p.IsUniform(v) && !made[v] {
					t.Fatalf("value %d is used before it is made\n%v", v, p)
				}
			}
			if s.makes() {
				made[s.value] = true
			}
			if s.kind == store {
				wrote[s.ahead] = true
			}
			if (s.folded || s.kind == compute && s.instr.Op == kernels.OpLoad) && wrote[s.ahead] {
				t.Fatalf("element %d is read after a write\n%v", s.ahead, p)
			}
			if s.kind != enter && s.kind != leave {
				names = append(names, fmt.Sprint(s.kind, s.named, s.index, s.ahead))
			}
		}
		for c := range n {
			for _, s := range one.steps {
				if s.kind != enter && s.kind != leave {
					want = append(want, fmt.Sprint(s.kind, s.named, s.index, c*lanes))
				}
			}
		}
		slices.Sort(names)
		slices.Sort(want)
		if !slices.Equal(names, want) {
			t.Fatal("steps were lost or made up")
		}
	}
}

// polynomial is a chain: each step needs the one before.
func polynomial(degree int) *kernels.Program {
	a := newAssembler(kernels.Float64, 2, 1, 1, 0, 0.5)
	v := a.load(1)
	sum := v
	for range degree {
		sum = a.op(kernels.OpFMA, sum, v, 0)
	}
	a.store(0, sum)
	return a.Program
}

// TestInFlight: a chain is computed for several vectors at once, and no step of it
// follows the one that it needs; what is no chain, or long, is not.
func TestInFlight(t *testing.T) {
	for _, tier := range []Tier{AVX2, AVX512} {
		for _, c := range []struct {
			degree int
			chain  bool
		}{{3, false}, {20, true}, {50, true}, {5000, false}} {
			g, err := generate(polynomial(c.degree), Options{Tier: tier})
			if err != nil {
				t.Fatal(err)
			}
			if (g.several > 1) != c.chain {
				t.Errorf("%v: %d vectors at once of a polynomial of degree %d", tier, g.several, c.degree)
			}
			waits := 0
			for i, s := range g.many.steps[1:] {
				if slices.Contains(s.args[:s.nargs], g.many.steps[i].value) {
					waits++
				}
			}
			if c.chain && waits > 4 {
				t.Errorf("%v: %d steps wait for the one before", tier, waits)
			}
		}
	}
}

// TestInFlightReads: constants that find a register are read once for all vectors, so that the rounds of random
// numbers take as many as there may be; look-ups are not; and a sum takes as many as an array.
func TestInFlightReads(t *testing.T) {
	for text, want := range map[string][2]int{ // with AVX2 and AVX-512
		"y = uniform(s, j)": {2, 4}, "r = sum(uniform(s, j))": {2, 4}, "r = sum(erf(x)); t = max(erf(x))": {2, 4},
		"r = sum(normal(s, j, 0) + normal(s, j, 1))": {2, 4}, "y = log(x)": {2, 2}, "r = sum(log(x))": {2, 2},
		"y = erf(x)": {2, 4}, "r = sum(erf(x))": {2, 4}, "r = sum(x*x)": {1, 1},
	} {
		for i, tier := range []Tier{AVX2, AVX512} {
			g, err := generate(drawing(text, kernels.Int64).Program(kernels.Float64), Options{Tier: tier})
			if err != nil {
				t.Fatal(err)
			}
			if g.several != want[i] {
				t.Errorf("%s: %d vectors at once with %v, want %d", text, g.several, tier, want[i])
			}
		}
	}
}

// TestFuse counts the instructions of operations bit by bit with AVX-512.
func TestFuse(t *testing.T) {
	const zero, mask, x, y, z = 0, 1, 2, 3, 4
	type A = *assembler
	for _, c := range []struct {
		name string
		make func(a A) kernels.Value
		ops  int
	}{
		{"x&y ^ z", func(a A) kernels.Value { return a.op(kernels.OpXor, a.op(kernels.OpAnd, x, y), z) }, 1},
		{"z | x^y", func(a A) kernels.Value { return a.op(kernels.OpOr, z, a.op(kernels.OpXor, x, y)) }, 1},
		{"x&m | y", func(a A) kernels.Value { return a.op(kernels.OpOr, a.op(kernels.OpAnd, x, mask), y) }, 1},
		{"x&m | x", func(a A) kernels.Value { return a.op(kernels.OpOr, a.op(kernels.OpAnd, x, mask), x) }, 1},
		{"^(x&x)", func(a A) kernels.Value { return a.op(kernels.OpNot, a.op(kernels.OpAnd, x, x)) }, 1},
		{"^x & y", func(a A) kernels.Value { return a.op(kernels.OpAnd, a.op(kernels.OpNot, x), y) }, 1},
		{"(x&y ^ z) | (x|z)", func(a A) kernels.Value {
			return a.op(kernels.OpOr, a.op(kernels.OpXor, a.op(kernels.OpAnd, x, y), z), a.op(kernels.OpOr, x, z))
		}, 2},
		{"v = x&y; v ^ (v + z)", func(a A) kernels.Value {
			v := a.op(kernels.OpAnd, x, y)
			return a.op(kernels.OpXor, v, a.op(kernels.OpAdd, v, z))
		}, 3},
		{"x&y == 0 ? x : z", func(a A) kernels.Value {
			return a.op(kernels.OpSelect, a.op(kernels.OpEq, a.op(kernels.OpAnd, x, y), zero), x, z)
		}, 2},
		{"0 != x&m ? x : z", func(a A) kernels.Value {
			return a.op(kernels.OpSelect, a.op(kernels.OpNe, zero, a.op(kernels.OpAnd, x, mask)), x, z)
		}, 2},
		{"!(x <= y) ? x : z", func(a A) kernels.Value {
			return a.op(kernels.OpSelect, a.not(a.op(kernels.OpLe, x, y)), x, z)
		}, 2},
	} {
		for _, typ := range []kernels.Type{kernels.Int64, kernels.Uint32} {
			a := newAssembler(typ, 5, 2, 2, 0)
			a.Elem = kernels.Float64
			for _, word := range []uint64{0, 0xf0f0f00f} {
				a.Uniform = append(a.Uniform, kernels.Instr{Op: kernels.OpConst, Type: typ, Imm: word})
			}
			for s := range 3 {
				a.add(kernels.Instr{Op: kernels.OpLoad, Type: typ, Imm: uint64(2 + s)})
			}
			a.Elem = typ
			a.store(0, c.make(a))
			a.store(1, x)
			a.Elem = kernels.Float64
			ops := 0
			for _, s := range newPlan(a.Program, shape{wide: true}).steps {
				if s.kind == compute && s.instr.Op != kernels.OpLoad {
					ops++
				}
			}
			if ops != c.ops {
				t.Errorf("%s: %d instructions, want %d", c.name, ops, c.ops)
			}
			for seed := range uint64(3) {
				compareOn(t, a.Program, func() *launch { return newLaunch(a.Program, 100, seed, func(int) int { return 0 }) })
			}
		}
	}
}

// not is the negation of a truth value.
func (a *assembler) not(v kernels.Value) kernels.Value {
	return a.add(kernels.Instr{Op: kernels.OpNot, Type: kernels.Bool, Args: [3]kernels.Value{v}})
}
