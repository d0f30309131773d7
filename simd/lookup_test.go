package simd

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

// lookups is a program that looks up an index in several tables of n entries, whose
// bits lie in mask, and stores what it finds. made tells how the index comes about;
// also, it may be stored, too.
func lookups(r *rand.Rand, typ, itype kernels.Type, tables, n int, mask uint64, made string, also bool) *kernels.Program {
	p := &kernels.Program{Elem: typ}
	konst := func(t kernels.Type, bits uint64) kernels.Value {
		p.Uniform = append(p.Uniform, kernels.Instr{Op: kernels.OpConst, Type: t, Imm: bits})
		return kernels.Value(len(p.Uniform) - 1)
	}
	count, zero := konst(itype, 7), konst(itype, 0)
	add := func(in kernels.Instr) kernels.Value {
		p.Body = append(p.Body, in)
		return kernels.Value(len(p.Uniform) + len(p.Body) - 1)
	}
	load := func() kernels.Value {
		p.Arrays = append(p.Arrays, kernels.Array{Type: itype, Read: true})
		return add(kernels.Instr{Op: kernels.OpLoad, Type: itype, Imm: uint64(len(p.Arrays) - 1)})
	}
	x := load()
	index := x
	switch made {
	case "shifted":
		index = add(kernels.Instr{Op: kernels.OpShr, Type: itype, Args: [3]kernels.Value{x, count}})
	case "chosen": // as part of what a guard may skip, where the choice does not read memory itself
		less := add(kernels.Instr{Op: kernels.OpLt, Type: kernels.Bool, Args: [3]kernels.Value{x, zero}})
		y := load()
		p.Guards = []kernels.Guard{{Cond: less, Lo: len(p.Body) - 1, Hi: len(p.Body)}}
		index = add(kernels.Instr{Op: kernels.OpSelect, Type: itype, Args: [3]kernels.Value{less, y, x}})
	case "uniform":
		index = count
	}
	store := func(v kernels.Value, t kernels.Type) {
		p.Arrays = append(p.Arrays, kernels.Array{Type: t, Written: true})
		p.Stores = append(p.Stores, kernels.Store{Slot: len(p.Arrays) - 1, Value: v})
	}
	for k := range tables {
		table := make([]uint64, n)
		for i := range table {
			table[i] = randkernel.Bits(r, typ) & mask
		}
		p.Tables = append(p.Tables, table)
		store(add(kernels.Instr{Op: kernels.OpTable, Type: typ, Args: [3]kernels.Value{index}, Imm: uint64(k)}), typ)
	}
	if also {
		store(index, itype)
	}
	return p
}

const (
	allBits   = ^uint64(0)
	upperBits = uint64(1<<64 - 1<<32)
)

// TestLookups compares look-ups in tables of all lengths with the interpreter's.
func TestLookups(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 4))
	for _, typ := range numbers {
		for _, itype := range []kernels.Type{kernels.Int64, kernels.Uint64, kernels.Int32, kernels.Uint32} {
			for n := 1; n <= 1024; n *= 2 {
				for _, made := range []string{"loaded", "shifted", "chosen", "uniform"} {
					for _, mask := range []uint64{allBits, upperBits} {
						if mask != allBits && typ.Size() == 4 {
							continue
						}
						p := lookups(r, typ, itype, 1+r.IntN(3), n, mask, made, r.IntN(2) == 0)
						compare2(t, p, 1+r.IntN(70), r.Uint64(), func(int) int { return 0 })
					}
				}
			}
		}
	}
}

// TestPermutedTables counts, with AVX2, the permutations, gathers and spread indices of
// the loop over several vectors, by vector.
func TestPermutedTables(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 5))
	for _, c := range []struct {
		tables, n                  int
		mask                       uint64
		also                       bool
		permutes, gathers, spreads int
	}{
		{1, 4, allBits, false, 2, 0, 1},
		{1, 8, allBits, false, 2, 0, 1},
		{3, 16, allBits, false, 12, 0, 1}, // the index is spread once
		{3, 16, upperBits, false, 6, 0, 1},
		{3, 16, allBits, true, 12, 0, 3}, // since it is an output, too, for each
		{2, 32, upperBits, false, 8, 0, 1},
		{2, 32, allBits, false, 0, 2, 0},
		{1, 64, upperBits, false, 0, 1, 0},
	} {
		p := lookups(r, kernels.Float64, kernels.Uint64, c.tables, c.n, c.mask, "shifted", c.also)
		l, err := List(p, Options{Tier: AVX2})
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		vectors := 0
		for _, ln := range l.Loop() {
			name, _, _ := strings.Cut(ln.Text(Vendor, l.placeIn(Vendor)), " ")
			count[name]++
			if name == "vpsrlq" {
				vectors++
			}
		}
		got := [...]int{count["vpermps"], count["vgatherqpd"], count["vmovsldup"]}
		want := [...]int{vectors * c.permutes, vectors * c.gathers, vectors * c.spreads}
		if vectors == 0 || got != want {
			t.Errorf("%d tables of %d entries (%x), index stored: %v: %v permutations, gathers and spreads for %d vectors, want %v", c.tables, c.n, c.mask, c.also, got, vectors, want)
		}
	}
}

// BenchmarkLookups looks up in tables of various lengths, in cache.
func BenchmarkLookups(b *testing.B) {
	for _, tier := range Tiers() {
		if tier == Portable {
			continue
		}
		for _, n := range []int{8, 16, 32, 64} {
			for _, mask := range []uint64{allBits, upperBits} {
				for _, tables := range []int{1, 3} {
					b.Run(fmt.Sprintf("%v/%dx%d/%t", tier, tables, n, mask == allBits), func(b *testing.B) {
						p := lookups(rand.New(rand.NewPCG(1, 2)), kernels.Float64, kernels.Uint64, tables, n, mask, "shifted", false)
						l := newLaunch(p, 1000, 1, func(int) int { return 0 })
						c, err := Compile(p, Options{Tier: tier})
						if err != nil {
							b.Fatal(err)
						}
						run := c.NewRunner(l.f)
						for b.Loop() {
							run.Run(0, 1000)
						}
						b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/element")
					})
				}
			}
		}
	}
}
