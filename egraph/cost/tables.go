package cost

import (
	"fmt"
	"strings"
	"sync"
)

// fixed is a table that is shipped, as it stands in the list below: for each
// operation the price in float64 and in float32.
type fixed struct {
	name   string
	bytes  int // of a vector; 0 is one element
	lanes  int // if bytes does not say
	source string
	prices []price
}

type price struct {
	op       string
	f64, f32 float64
}

var avx2 = fixed{
	name: "avx2", bytes: 32,
	source: "Reciprocal throughputs of 256-bit instructions, between those of Intel's cores since Skylake and AMD's since Zen 2 " +
		"where they differ: LLVM's scheduling model of Skylake-SP and GCC's of Zen 4 and 5; AMD's Zen 5 measured by package " +
		"simd/calibrate; for comparison uops.info (Abel and Reineke, ASPLOS 2019) and Agner Fog, Instruction tables. Functions are estimates.",
	prices: []price{
		{"add", 0.5, 0.5}, // two pipes on all of them
		{"mul", 0.5, 0.5},
		{"fma", 0.5, 0.5},
		{"div", 6, 3.5},   // Skylake 8 and 5, Zen 4 5 and 3, Zen 5 4 and 2.5
		{"sqrt", 9.5, 5},  // Skylake 12 and 6, Zen 5 7.5 and 4.5
		{"neg", 0.5, 0.5}, // with a constant in memory: the load's price
		{"abs", 0.5, 0.5},
		{"min", 0.5, 0.5},
		{"lt", 0.5, 0.5},
		{"and", 0.35, 0.35}, // three pipes, or four
		{"not", 0.5, 0.5},
		{"select", 0.6, 0.6}, // VBLENDV: two or three operations for three pipes of Intel's, one for two of AMD's
		{"load", 0.5, 0.5},
		{"store", 1, 1},
		{"const", 0.1, 0.1}, // 16 registers: more constants than a few are read again and again
	},
}

var avx512 = fixed{
	name: "avx512", bytes: 64,
	source: "Reciprocal throughputs of 512-bit instructions on cores with two 512-bit pipes, the geometric mean of Intel's " +
		"(Skylake-SP and later) and AMD's Zen 5 where they differ: LLVM's scheduling model of Skylake-SP; Zen 5 measured by package " +
		"simd/calibrate; for comparison uops.info (Abel and Reineke, ASPLOS 2019) and Agner Fog, Instruction tables. Functions are estimates.",
	prices: []price{
		{"add", 0.5, 0.5},
		{"mul", 0.5, 0.5},
		{"fma", 0.5, 0.5},
		{"div", 8, 5},     // Intel 16 and 10, Zen 5 4 and 2.5
		{"sqrt", 13.5, 7}, // Intel 24 and 12, Zen 5 7.5 and 4.5
		{"neg", 0.5, 0.5},
		{"abs", 0.5, 0.5},
		{"min", 0.5, 0.5},
		// A comparison is mostly one with the select that uses it, through a mask
		// register: 1 and 0.5 on Intel's, on one pipe of two, 1.25 together on Zen 5.
		{"lt", 0.75, 0.75},
		{"select", 0.5, 0.5},
		{"and", 0.4, 0.4}, // two pipes on Intel's, four on Zen 5
		{"not", 0.5, 0.5},
		{"load", 0.5, 0.5},
		{"store", 1, 1},
		{"const", 0.05, 0.05}, // 32 registers
	},
}

var portable = fixed{
	name: "portable", lanes: 1,
	source: "Cycles of one element in the blocked interpreter, measured by package simd/calibrate on AMD's Zen 5 with Go 1.26. " +
		"Go computes a fused multiply-add with one instruction, but behind a test and a call, and that of float32 in software. " +
		"Functions are estimates.",
	prices: []price{
		{"add", 1.35, 1.35},
		{"mul", 1.2, 1.2},
		{"fma", 7.3, 10.7},
		{"div", 4, 2.5},
		{"neg", 1.4, 1.4},
		{"abs", 1.85, 2.05},
		{"sqrt", 7.5, 4.5},
		{"min", 1.7, 1.7},
		{"max", 2.3, 2.3},
		{"lt", 1.4, 1.6},
		{"le", 1.6, 1.6},
		{"eq", 2.1, 2.1},
		{"ne", 2.9, 2.6},
		{"and", 1.8, 1.8},
		{"not", 1.5, 1.5},
		{"select", 1.5, 1.5},
		{"load", 0.4, 0.3}, // a copy
		{"store", 0.3, 0.2},
		{"const", 0.05, 0.05}, // filled in once a call
	},
}

var gpu = fixed{
	name: "gpu", lanes: 32,
	source: "Cycles of one multiprocessor for a warp on an NVIDIA H100 (compute capability 9.0): CUDA C++ Programming Guide, " +
		"throughput of native arithmetic instructions (128 float32 and 64 float64 adds, multiplications and fused multiply-adds, " +
		"64 comparisons, 16 special functions a cycle); division and root, correctly rounded, are counted as the sequences that " +
		"they are compiled to. Functions are estimates.",
	prices: []price{
		{"add", 0.5, 0.25},
		{"mul", 0.5, 0.25},
		{"fma", 0.5, 0.25},
		{"div", 8, 6},     // reciprocal's seed 2, Newton's steps 9 or 6 fma, tests of the range
		{"sqrt", 8, 4.5},  // likewise from the seed of the inverse root
		{"neg", 0.1, 0.1}, // a modifier of the instruction that uses it
		{"abs", 0.1, 0.1},
		{"min", 1.5, 1}, // a comparison and a select, for what min(a,b) is where one is NaN
		{"lt", 0.5, 0.5},
		{"and", 0.5, 0.5},  // on predicates
		{"select", 1, 0.5}, // two halves of 32 bits
		{"load", 2, 1},     // 128 bytes a cycle from the first-level cache
		{"store", 4, 2},    // 64 bytes a cycle to the second-level cache
		{"const", 0.05, 0.05},
	},
}

var scalar = fixed{
	name: "scalar", lanes: 1,
	source: "Latencies, for short chains in which each operation waits for the one before: of scalar SSE and AVX instructions on Intel's " +
		"cores since Skylake and AMD's since Zen 2: LLVM's scheduling model of Skylake-SP and GCC's of Zen 4 and 5; for comparison " +
		"uops.info (Abel and Reineke, ASPLOS 2019) and Agner Fog, Instruction tables. " +
		"Functions are estimates.",
	prices: []price{
		{"add", 4, 4}, // Intel 4 (3 since Alder Lake), AMD 3
		{"mul", 4, 4}, // Intel 4, AMD 3
		{"fma", 4, 4}, // 4 on all of them
		{"div", 14, 11},
		{"sqrt", 19, 13},
		{"neg", 1, 1},
		{"abs", 1, 1},
		{"min", 3, 3}, // Intel 4, AMD 1 to 2
		{"lt", 3, 3},
		{"and", 1, 1},
		{"select", 2, 2},
		{"load", 6, 6},
		{"store", 1, 1}, // nothing waits for it
		{"const", 0.05, 0.05},
	},
}

// shipped holds the fixed tables by name and in order; they are made when first
// asked for.
var shipped = sync.OnceValue(func() (s struct {
	names  []string
	byName map[string]*Table
}) {
	s.byName = map[string]*Table{}
	for _, f := range []fixed{avx2, avx512, portable, gpu, scalar} {
		for _, e := range []Elem{Float64, Float32} {
			t := f.table(e)
			s.names = append(s.names, t.Name())
			s.byName[t.Name()] = t
		}
	}
	return s
})

func (f fixed) table(e Elem) *Table {
	lanes := f.lanes
	if f.bytes > 0 {
		lanes = f.bytes / e.Size()
	}
	cycles := map[string]float64{}
	for _, p := range f.prices {
		cycles[p.op] = p.f64
		if e == Float32 {
			cycles[p.op] = p.f32
		}
	}
	Derive(e, cycles)
	t, err := NewTable(Spec{f.name + "-" + e.String(), f.source, e, lanes, cycles})
	if err != nil {
		panic(err) // a mistake above
	}
	return t
}

// Names returns the names of the fixed tables: avx2, avx512, portable, gpu and
// scalar, each with -float64 and -float32.
func Names() []string { return append([]string(nil), shipped().names...) }

// Lookup returns the fixed table of a name. The error is of type *Error, and lists
// the names that there are.
func Lookup(name string) (*Table, error) {
	if t := shipped().byName[name]; t != nil {
		return t, nil
	}
	return nil, &Error{Table: name, Reason: "unknown; there are " + strings.Join(Names(), " ")}
}

func mustLookup(name string, e Elem) *Table {
	t, err := Lookup(name + "-" + e.String())
	if err != nil {
		panic(fmt.Sprintf("cost: no table of elements of type %s", e))
	}
	return t
}

// AVX2 is the fixed table of reciprocal throughputs for vectors of 256 bits. It
// panics, as the other constructors do, if e is neither Float64 nor Float32,
// which is a programmer error.
func AVX2(e Elem) *Table { return mustLookup("avx2", e) }

// AVX512 is the fixed table of reciprocal throughputs for vectors of 512 bits.
// It is what an optimiser uses that is given no other.
func AVX512(e Elem) *Table { return mustLookup("avx512", e) }

// Portable is the fixed table of the blocked interpreter of package simd, per
// element. A fused multiply-add costs more there than a multiplication and an
// addition.
func Portable(e Elem) *Table { return mustLookup("portable", e) }

// GPU is the fixed table of an NVIDIA data-centre GPU, in cycles of one
// multiprocessor for the 32 elements of a warp.
func GPU(e Elem) *Table { return mustLookup("gpu", e) }

// Scalar is the fixed table of latencies on one element, for short chains.
func Scalar(e Elem) *Table { return mustLookup("scalar", e) }
