package ptxsim

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// evaluate runs an instruction for many operands, 64 threads a block. Its operands are written A, B and C, its result D, each with 32, 64
// or P for the register's size: "add.s32 D32, A32, B32".
func evaluate(t *testing.T, instruction string, operands [][3]uint64) []uint64 {
	t.Helper()
	names := strings.NewReplacer("A32", "%r1", "B32", "%r2", "C32", "%r3", "D32", "%r4", "A64", "%rd1", "B64", "%rd2", "C64", "%rd3", "D64", "%rd4",
		"AP", "%p1", "BP", "%p2", "CP", "%p3", "DP", "%p4")
	text := `
.version 6.0
.target sm_70
.address_size 64
.visible .entry test(
	.param .align 8 .b8 args[24]
)
{
	.reg .pred %p<5>;
	.reg .b32 %r<9>;
	.reg .b64 %rd<12>;
	ld.param.u64 %rd5, [args+0];
	ld.param.u64 %rd6, [args+8];
	ld.param.u64 %rd7, [args+16];
	mov.u32 %r5, %ctaid.x;
	mov.u32 %r6, %ntid.x;
	mov.u32 %r7, %tid.x;
	mad.lo.u32 %r5, %r5, %r6, %r7;
	cvt.u64.u32 %rd8, %r5;
	setp.ge.u64 %p1, %rd8, %rd7;
	@%p1 ret;
	mad.lo.u64 %rd5, %rd8, 24, %rd5;
	mad.lo.u64 %rd6, %rd8, 8, %rd6;
	ld.global.b64 %rd1, [%rd5];
	ld.global.b64 %rd2, [%rd5+8];
	ld.global.b64 %rd3, [%rd5+16];
	ld.global.b32 %r1, [%rd5];
	ld.global.b32 %r2, [%rd5+8];
	ld.global.b32 %r3, [%rd5+16];
	setp.ne.u64 %p1, %rd1, 0;
	setp.ne.u64 %p2, %rd2, 0;
	setp.ne.u64 %p3, %rd3, 0;
	mov.b64 %rd4, 0;
	mov.b32 %r4, 0;
	setp.ne.u64 %p4, %rd4, 0;
	` + names.Replace(instruction) + `;
`
	switch {
	case strings.Contains(instruction, "D32"):
		text += "\tcvt.u64.u32 %rd4, %r4;\n"
	case strings.Contains(instruction, "DP"):
		text += "\tselp.b64 %rd4, 1, 0, %p4;\n"
	}
	text += "\tst.global.b64 [%rd6], %rd4;\n\tret;\n}\n"
	m, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", instruction, err)
	}
	out := make([]uint64, len(operands))
	if err := launchOn(m, [3]uint32{uint32(len(operands)+63) / 64, 1, 1}, [3]uint32{64, 1, 1}, Options{}, operands, out); err != nil {
		t.Fatalf("%s: %v", instruction, err)
	}
	return out
}

// launchOn launches a module's only entry with the addresses of two slices and the length of the second.
func launchOn[T, R any](m *Module, grid, block [3]uint32, o Options, in []T, out []R) error {
	var mem Regions
	params := make([]byte, 24)
	add := func(at int, p unsafe.Pointer, bytes int) {
		binary.LittleEndian.PutUint64(params[at:], uint64(uintptr(p)))
		if bytes > 0 {
			if err := mem.Add(p, bytes); err != nil {
				panic(err)
			}
		}
	}
	add(0, unsafe.Pointer(unsafe.SliceData(in)), len(in)*int(unsafe.Sizeof(*new(T))))
	add(8, unsafe.Pointer(unsafe.SliceData(out)), len(out)*int(unsafe.Sizeof(*new(R))))
	binary.LittleEndian.PutUint64(params[16:], uint64(len(out)))
	return m.LaunchWith(o, m.Entries()[0], grid, block, 0, params, &mem)
}

// Numbers in whose neighbourhood things go wrong.
var (
	awkwardInts = []uint64{0, 1, 2, 3, 5, 31, 32, 33, 63, 64, 65, 100, 1<<31 - 1, 1 << 31, 1<<31 + 1, 1<<32 - 2, 1<<32 - 1, 1 << 32, 1<<32 + 1, 1<<53 - 1, 1<<53 + 1,
		1<<63 - 1, 1 << 63, 1<<63 + 1, 1<<64 - 2, 1<<64 - 1, 0x123456789ABCDEF0, 0xFEDCBA9876543210}
	awkwardFloats = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, 3, 1.0 / 3, math.Pi, 1e10, -1e10, 1e300, -1e300, 1e-300, 5e-324, -5e-324, 1e-310,
		math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 0x1p-1022, 1 - 0x1p-53, 1 + 0x1p-52, math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32,
		0x1p-126, 0x1.fffffp-127, 3e38, 4e38, 0x1p31, 0x1p31 - 1, -0x1p31, -0x1p31 - 1, 0x1p32, 0x1p63, -0x1p63, 0x1p64, 0x1p24 + 1, 0x1p53, 2147483647.5, 4294967295.5,
		math.Inf(1), math.Inf(-1), math.NaN()}
)

// pairs are all pairs of some values, and triples at random.
func triples(values []uint64, third int) (list [][3]uint64) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, a := range values {
		for _, b := range values {
			list = append(list, [3]uint64{a, b, values[r.IntN(len(values))]})
			for range third {
				list = append(list, [3]uint64{a, b, values[r.IntN(len(values))]})
			}
		}
	}
	return list
}

func floatBits(wide bool) (list []uint64) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, x := range awkwardFloats {
		if wide {
			list = append(list, math.Float64bits(x))
		} else {
			list = append(list, uint64(math.Float32bits(float32(x))))
		}
	}
	for range 12 {
		x := (r.Float64() - 0.5) * math.Ldexp(1, r.IntN(60)-30)
		if wide {
			list = append(list, math.Float64bits(x))
		} else {
			list = append(list, uint64(math.Float32bits(float32(x))))
		}
	}
	return list
}

// exactly is a result in 4000 bits, rounded once.
func exactly(op string, a, b, c float64) *big.Float {
	f := func(x float64) *big.Float { return new(big.Float).SetPrec(4500).SetFloat64(x) }
	z := new(big.Float).SetPrec(4500)
	switch op {
	case "add":
		return z.Add(f(a), f(b))
	case "sub":
		return z.Sub(f(a), f(b))
	case "mul":
		return z.Mul(f(a), f(b))
	case "div":
		return z.SetPrec(300).Quo(f(a), f(b))
	case "fma":
		return z.Add(z.Mul(f(a), f(b)), f(c))
	}
	return z.SetPrec(300).Sqrt(f(a))
}

// byGo is the same in Go's arithmetic: for what is no number, or zero.
func byGo(op string, a, b, c float64) float64 {
	switch op {
	case "add":
		return a + b
	case "sub":
		return a - b
	case "mul":
		return a * b
	case "div":
		return a / b
	case "fma":
		return math.FMA(a, b, c)
	}
	return math.Sqrt(a)
}

func TestFloatArithmetic(t *testing.T) {
	finite := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
	for _, wide := range []bool{true, false} {
		for _, op := range []string{"add", "sub", "mul", "div", "fma", "sqrt"} {
			size := 32
			if wide {
				size = 64
			}
			instruction := fmt.Sprintf("%s.rn.f%d D%[2]d, A%[2]d, B%[2]d, C%[2]d", op, size)
			if op == "sqrt" {
				instruction, _, _ = strings.Cut(instruction, ", B")
			} else if op != "fma" {
				instruction, _, _ = strings.Cut(instruction, ", C")
			}
			third := 0
			if op == "fma" {
				third = 3
			}
			list := triples(floatBits(wide), third)
			for i, got := range evaluate(t, instruction, list) {
				var x [3]float64
				for j := range x {
					x[j] = math.Float64frombits(list[i][j])
					if !wide {
						x[j] = float64(math.Float32frombits(uint32(list[i][j])))
					}
				}
				want := byGo(op, x[0], x[1], x[2])
				zero := want == 0 && (op != "mul" && op != "div" && op != "fma" || x[0] == 0 || math.IsInf(x[1], 0))
				special := !finite(x[0]) || !finite(x[1]) && op != "sqrt" || op == "fma" && !finite(x[2]) || math.IsNaN(want) || op == "div" && x[1] == 0 || zero
				wantBits := math.Float64bits(want)
				if !wide {
					wantBits = uint64(math.Float32bits(float32(want)))
				}
				if !special {
					z := exactly(op, x[0], x[1], x[2])
					if wide {
						v, _ := z.Float64()
						wantBits = math.Float64bits(v)
					} else {
						v, _ := z.Float32()
						wantBits = uint64(math.Float32bits(v))
					}
					if z.Sign() == 0 { // of which the exact sum does not know the sign
						wantBits = math.Float64bits(want)
						if !wide {
							wantBits = uint64(math.Float32bits(float32(want)))
						}
					}
				}
				switch {
				case math.IsNaN(want) && wide:
					if !math.IsNaN(math.Float64frombits(got)) {
						t.Errorf("%s of %v is %v", instruction, x, math.Float64frombits(got))
					}
				case math.IsNaN(want):
					if got != 0x7FFFFFFF {
						t.Errorf("%s of %v is %#x", instruction, x, got)
					}
				case got != wantBits:
					t.Errorf("%s of %v (%#x) is %#x, want %#x", instruction, x, list[i], got, wantBits)
				}
			}
		}
	}
}

// signed is a value of a type as a number.
func signed(v uint64, size int, isSigned bool) *big.Int {
	if size == 32 {
		v = uint64(uint32(v))
	}
	z := new(big.Int).SetUint64(v)
	if isSigned && v>>(size-1) != 0 {
		z.Sub(z, new(big.Int).Lsh(big.NewInt(1), uint(size)))
	}
	return z
}

// modulo is the lowest bits of a number.
func modulo(z *big.Int, size int) uint64 {
	return new(big.Int).And(z, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(size)), big.NewInt(1))).Uint64()
}

func TestIntegerArithmetic(t *testing.T) {
	list := triples(awkwardInts, 0)
	for _, size := range []int{32, 64} {
		for _, kind := range []string{"u", "s"} {
			isSigned := kind == "s"
			check := func(op string, count int, result int, f func(a, b, c *big.Int) *big.Int) {
				t.Helper()
				typ := fmt.Sprintf("%s%d", kind, size)
				if strings.Contains(" and or xor not ", " "+op+" ") {
					typ = fmt.Sprintf("b%d", size)
				}
				instruction := fmt.Sprintf("%s.%s D%d", op, typ, result)
				for i, name := range []string{"A", "B", "C"}[:count] {
					operand := size
					if i == 2 {
						operand = result
					}
					instruction += fmt.Sprintf(", %s%d", name, operand)
				}
				for i, got := range evaluate(t, instruction, list) {
					a, b, c := signed(list[i][0], size, isSigned), signed(list[i][1], size, isSigned), signed(list[i][2], result, isSigned)
					z := f(a, b, c)
					if z == nil { // which PTX does not say
						continue
					}
					if want := modulo(z, result); got != want {
						t.Fatalf("%s of %v, %v and %v is %#x, want %#x", instruction, a, b, c, got, want)
					}
				}
			}
			product := func(a, b *big.Int) *big.Int { return new(big.Int).Mul(a, b) }
			check("add", 2, size, func(a, b, _ *big.Int) *big.Int { return new(big.Int).Add(a, b) })
			check("sub", 2, size, func(a, b, _ *big.Int) *big.Int { return new(big.Int).Sub(a, b) })
			check("mul.lo", 2, size, func(a, b, _ *big.Int) *big.Int { return product(a, b) })
			check("mul.hi", 2, size, func(a, b, _ *big.Int) *big.Int { return new(big.Int).Rsh(product(a, b), uint(size)) })
			check("mad.lo", 3, size, func(a, b, c *big.Int) *big.Int { return new(big.Int).Add(product(a, b), c) })
			check("mad.hi", 3, size, func(a, b, c *big.Int) *big.Int {
				return new(big.Int).Add(new(big.Int).Rsh(product(a, b), uint(size)), c)
			})
			if size == 32 {
				check("mul.wide", 2, 64, func(a, b, _ *big.Int) *big.Int { return product(a, b) })
				check("mad.wide", 3, 64, func(a, b, c *big.Int) *big.Int { return new(big.Int).Add(product(a, b), c) })
			}
			least := new(big.Int).Neg(new(big.Int).Lsh(big.NewInt(1), uint(size-1)))
			open := func(a, b *big.Int) bool {
				return b.Sign() == 0 || isSigned && b.Cmp(big.NewInt(-1)) == 0 && a.Cmp(least) == 0
			}
			check("div", 2, size, func(a, b, _ *big.Int) *big.Int {
				if open(a, b) {
					return nil
				}
				return new(big.Int).Quo(a, b)
			})
			check("rem", 2, size, func(a, b, _ *big.Int) *big.Int {
				if open(a, b) {
					return nil
				}
				return new(big.Int).Rem(a, b)
			})
			pick := func(sign int) func(a, b, _ *big.Int) *big.Int {
				return func(a, b, _ *big.Int) *big.Int {
					if a.Cmp(b) == sign {
						return a
					}
					return b
				}
			}
			check("min", 2, size, pick(-1))
			check("max", 2, size, pick(1))
			check("and", 2, size, func(a, b, _ *big.Int) *big.Int { return new(big.Int).And(a, b) })
			check("or", 2, size, func(a, b, _ *big.Int) *big.Int { return new(big.Int).Or(a, b) })
			check("xor", 2, size, func(a, b, _ *big.Int) *big.Int { return new(big.Int).Xor(a, b) })
			check("not", 1, size, func(a, _, _ *big.Int) *big.Int { return new(big.Int).Not(a) })
			if isSigned {
				check("neg", 1, size, func(a, _, _ *big.Int) *big.Int { return new(big.Int).Neg(a) })
				check("abs", 1, size, func(a, _, _ *big.Int) *big.Int { return new(big.Int).Abs(a) })
			}

			// Counts are of 32 bits, and clamped.
			for _, op := range []string{"shl.b", "shr." + kind} {
				instruction := fmt.Sprintf("%s%d D%[2]d, A%[2]d, B32", op, size)
				for i, got := range evaluate(t, instruction, list) {
					a, n := signed(list[i][0], size, isSigned), uint(min(uint64(uint32(list[i][1])), uint64(size)))
					want := modulo(new(big.Int).Rsh(a, n), size)
					if op == "shl.b" {
						want = modulo(new(big.Int).Lsh(a, n), size)
					}
					if got != want {
						t.Fatalf("%s of %v by %d is %#x, want %#x", instruction, a, uint32(list[i][1]), got, want)
					}
				}
			}
			for name, holds := range map[string]func(order int) bool{
				"eq": func(o int) bool { return o == 0 }, "ne": func(o int) bool { return o != 0 }, "lt": func(o int) bool { return o < 0 },
				"le": func(o int) bool { return o <= 0 }, "gt": func(o int) bool { return o > 0 }, "ge": func(o int) bool { return o >= 0 },
				"lo": func(o int) bool { return o < 0 }, "ls": func(o int) bool { return o <= 0 }, "hi": func(o int) bool { return o > 0 }, "hs": func(o int) bool { return o >= 0 },
			} {
				if isSigned && (name[0] == 'h' || name == "lo" || name == "ls") {
					continue
				}
				instruction := fmt.Sprintf("setp.%s.%s%d DP, A%[3]d, B%[3]d", name, kind, size)
				for i, got := range evaluate(t, instruction, list) {
					a, b := signed(list[i][0], size, isSigned), signed(list[i][1], size, isSigned)
					if want := truth(holds(a.Cmp(b))); got != want {
						t.Fatalf("%s of %v and %v is %d", instruction, a, b, got)
					}
				}
			}
		}
	}
}

func TestFloatComparisons(t *testing.T) {
	// What holds for less, equal, greater, and for a NaN.
	cases := map[string][4]uint64{"eq": {0, 1, 0, 0}, "ne": {1, 0, 1, 0}, "lt": {1, 0, 0, 0}, "le": {1, 1, 0, 0}, "gt": {0, 0, 1, 0}, "ge": {0, 1, 1, 0},
		"equ": {0, 1, 0, 1}, "neu": {1, 0, 1, 1}, "ltu": {1, 0, 0, 1}, "leu": {1, 1, 0, 1}, "gtu": {0, 0, 1, 1}, "geu": {0, 1, 1, 1}, "num": {1, 1, 1, 0}, "nan": {0, 0, 0, 1}}
	for name, want := range cases {
		for _, size := range []int{32, 64} {
			list := triples(floatBits(size == 64), 0)
			for i, got := range evaluate(t, fmt.Sprintf("setp.%s.f%d DP, A%[2]d, B%[2]d", name, size), list) {
				a, b := math.Float64frombits(list[i][0]), math.Float64frombits(list[i][1])
				if size == 32 {
					a, b = float64(math.Float32frombits(uint32(list[i][0]))), float64(math.Float32frombits(uint32(list[i][1])))
				}
				which := 3
				switch {
				case a < b:
					which = 0
				case a == b:
					which = 1
				case a > b:
					which = 2
				}
				if got != want[which] {
					t.Fatalf("%s.f%d of %v and %v is %d", name, size, a, b, got)
				}
			}
		}
	}
}

// The extreme of two numbers is a number if one is, and -0 is less than 0.
func TestFloatExtremes(t *testing.T) {
	for _, name := range []string{"min", "max"} {
		for _, size := range []int{32, 64} {
			list := triples(floatBits(size == 64), 0)
			for i, got := range evaluate(t, fmt.Sprintf("%s.f%d D%[2]d, A%[2]d, B%[2]d", name, size), list) {
				a, b, nan := math.Float64frombits(list[i][0]), math.Float64frombits(list[i][1]), math.IsNaN(math.Float64frombits(got))
				if size == 32 {
					a, b, nan = float64(math.Float32frombits(uint32(list[i][0]))), float64(math.Float32frombits(uint32(list[i][1]))), got == 0x7FFFFFFF
				}
				want := list[i][0]
				switch {
				case a != a && b != b:
					if !nan {
						t.Fatalf("%s.f%d of two NaNs is %#x", name, size, got)
					}
					continue
				case a != a:
					want = list[i][1]
				case b != b:
				case name == "min" && math.Min(a, b) == b && (a != b || math.Signbit(b)), name == "max" && math.Max(a, b) == b && (a != b || !math.Signbit(b)):
					want = list[i][1]
				}
				if got != want {
					t.Fatalf("%s.f%d of %v and %v is %#x, want %#x", name, size, a, b, got, want)
				}
			}
		}
	}
}

func TestConversions(t *testing.T) {
	rounded := map[string]func(float64) float64{"rni": math.RoundToEven, "rzi": math.Trunc, "rmi": math.Floor, "rpi": math.Ceil}
	for _, from := range []int{32, 64} {
		list := triples(floatBits(from == 64), 0)
		list = list[:0:0]
		for _, v := range floatBits(from == 64) {
			list = append(list, [3]uint64{v})
		}
		value := func(i int) float64 {
			if from == 64 {
				return math.Float64frombits(list[i][0])
			}
			return float64(math.Float32frombits(uint32(list[i][0])))
		}
		for mode, round := range rounded {
			for _, to := range []string{"s32", "u32", "s64", "u64"} {
				size := 32
				if strings.HasSuffix(to, "64") {
					size = 64
				}
				least, most := signed(1<<(size-1), size, true), new(big.Int).SetUint64(1<<(size-1)-1)
				if to[0] == 'u' {
					least, most = big.NewInt(0), new(big.Int).SetUint64(math.MaxUint64>>(64-size))
				}
				for i, got := range evaluate(t, fmt.Sprintf("cvt.%s.%s.f%d D%d, A%[3]d", mode, to, from, size), list) {
					x := value(i)
					var want uint64
					switch {
					case math.IsNaN(x): // PTX ISA, cvt: zero if neither side has 64 bits, and otherwise the top bit alone
						if from == 64 || size == 64 {
							want = 1 << (size - 1)
						}
					case math.IsInf(x, 1):
						want = modulo(most, size)
					case math.IsInf(x, -1):
						want = modulo(least, size)
					default:
						z, _ := big.NewFloat(round(x)).Int(nil)
						if z.Cmp(least) < 0 {
							z = least
						} else if z.Cmp(most) > 0 {
							z = most
						}
						want = modulo(z, size)
					}
					if got != want {
						t.Errorf("cvt.%s.%s.f%d of %v is %#x, want %#x", mode, to, from, x, got, want)
					}
				}
			}
			for i, got := range evaluate(t, fmt.Sprintf("cvt.%s.f%d.f%[2]d D%[2]d, A%[2]d", mode, from), list) {
				want := math.Float64bits(round(value(i)))
				if from == 32 {
					want = uint64(math.Float32bits(float32(round(value(i)))))
				}
				if x := value(i); got != want && x == x {
					t.Errorf("cvt.%s.f%d of %v is %#x, want %#x", mode, from, x, got, want)
				}
			}
		}
		if from == 64 {
			for i, got := range evaluate(t, "cvt.rn.f32.f64 D32, A64", list) {
				v := value(i)
				want := uint64(0x7FFFFFFF)
				if v == v && !math.IsInf(v, 0) {
					f, _ := new(big.Float).SetFloat64(v).Float32()
					want = uint64(math.Float32bits(f))
				} else if v == v {
					want = uint64(math.Float32bits(float32(v)))
				}
				if got != want {
					t.Errorf("cvt.rn.f32.f64 of %v is %#x, want %#x", v, got, want)
				}
			}
		} else {
			for i, got := range evaluate(t, "cvt.f64.f32 D64, A32", list) {
				if v := value(i); v == v && got != math.Float64bits(v) || v != v && !math.IsNaN(math.Float64frombits(got)) {
					t.Errorf("cvt.f64.f32 of %v is %#x", v, got)
				}
			}
		}
	}
	var list [][3]uint64
	r := rand.New(rand.NewPCG(5, 6))
	for _, v := range awkwardInts {
		list = append(list, [3]uint64{v})
	}
	for k := 26; k < 64; k++ { // what is no tie of 24 bits, and would be one if it were rounded to 53 first
		for _, d := range []uint64{1, math.MaxUint64} {
			x := uint64(1)<<k + 1<<(k-24) + d
			list = append(list, [3]uint64{x}, [3]uint64{-x})
		}
	}
	for range 2000 { // ties and near ties of all lengths
		list = append(list, [3]uint64{(r.Uint64()>>r.IntN(64))&^(1<<r.IntN(63)-1) + uint64(r.IntN(3)) - 1})
	}
	for _, from := range []string{"s32", "u32", "s64", "u64"} {
		size := 64
		if strings.HasSuffix(from, "32") {
			size = 32
		}
		for _, to := range []int{32, 64} {
			for i, got := range evaluate(t, fmt.Sprintf("cvt.rn.f%d.%s D%[1]d, A%[3]d", to, from, size), list) {
				z := new(big.Float).SetInt(signed(list[i][0], size, from[0] == 's'))
				wide, _ := z.Float64()
				narrow, _ := z.Float32()
				want := math.Float64bits(wide)
				if to == 32 {
					want = uint64(math.Float32bits(narrow))
				}
				if got != want {
					t.Fatalf("cvt.rn.f%d.%s of %v is %#x, want %#x", to, from, z, got, want)
				}
			}
			for _, kind := range []string{"s", "u"} {
				for i, got := range evaluate(t, fmt.Sprintf("cvt.%s%d.%s D%[2]d, A%[4]d", kind, to, from, size), list) {
					if want := modulo(signed(list[i][0], size, from[0] == 's'), to); got != want {
						t.Fatalf("cvt.%s%d.%s of %#x is %#x, want %#x", kind, to, from, list[i][0], got, want)
					}
				}
			}
		}
	}
}

func TestBits(t *testing.T) {
	var list [][3]uint64
	for _, v := range slices.Concat(awkwardInts, floatBits(true)) {
		list = append(list, [3]uint64{v, ^v, v & 1})
	}
	for instruction, want := range map[string]func(a, b, c uint64) uint64{
		"popc.b32 D32, A32":               func(a, _, _ uint64) uint64 { return uint64(bits.OnesCount32(uint32(a))) },
		"popc.b64 D32, A64":               func(a, _, _ uint64) uint64 { return uint64(bits.OnesCount64(a)) },
		"clz.b32 D32, A32":                func(a, _, _ uint64) uint64 { return uint64(bits.LeadingZeros32(uint32(a))) },
		"clz.b64 D32, A64":                func(a, _, _ uint64) uint64 { return uint64(bits.LeadingZeros64(a)) },
		"neg.f64 D64, A64":                func(a, _, _ uint64) uint64 { return a ^ 1<<63 },
		"abs.f64 D64, A64":                func(a, _, _ uint64) uint64 { return a &^ (1 << 63) },
		"neg.f32 D32, A32":                func(a, _, _ uint64) uint64 { return uint64(uint32(a) ^ 1<<31) },
		"abs.f32 D32, A32":                func(a, _, _ uint64) uint64 { return uint64(uint32(a) &^ (1 << 31)) },
		"mov.b64 D64, A64":                func(a, _, _ uint64) uint64 { return a },
		"mov.b32 D32, 0xFFFFFFFF":         func(_, _, _ uint64) uint64 { return math.MaxUint32 },
		"mov.s32 D32, -2":                 func(_, _, _ uint64) uint64 { return math.MaxUint32 - 1 },
		"mov.f64 D64, 0d3FF0000000000001": func(_, _, _ uint64) uint64 { return 0x3FF0000000000001 },
		"mov.f32 D32, 0f80000000":         func(_, _, _ uint64) uint64 { return 1 << 31 },
		"mov.b64 D64, {A32, B32}":         func(a, b, _ uint64) uint64 { return a&math.MaxUint32 | b<<32 },
		"mov.b64 {D32, %r8}, A64":         func(a, _, _ uint64) uint64 { return a & math.MaxUint32 },
		"mov.b64 {%r8, D32}, A64":         func(a, _, _ uint64) uint64 { return a >> 32 },
		"selp.b64 D64, A64, B64, CP":      func(a, b, c uint64) uint64 { return a&-c | b&^-c },
		"selp.f32 D32, A32, B32, CP":      func(a, b, c uint64) uint64 { return (a&-c | b&^-c) & math.MaxUint32 },
		"and.pred DP, AP, CP":             func(a, _, c uint64) uint64 { return truth(a != 0 && c != 0) },
		"or.pred DP, AP, CP":              func(a, _, c uint64) uint64 { return truth(a != 0 || c != 0) },
		"xor.pred DP, AP, CP":             func(a, _, c uint64) uint64 { return truth((a != 0) != (c != 0)) },
		"not.pred DP, CP":                 func(_, _, c uint64) uint64 { return 1 - c },
		"@CP mov.b64 D64, A64":            func(a, _, c uint64) uint64 { return a & -c },
		"@!CP mov.b64 D64, A64":           func(a, _, c uint64) uint64 { return a &^ -c },
		"cvta.to.global.u64 D64, A64":     func(a, _, _ uint64) uint64 { return a },
	} {
		for i, got := range evaluate(t, instruction, list) {
			if w := want(list[i][0], list[i][1], list[i][2]); got != w {
				t.Errorf("%s of %#x is %#x, want %#x", instruction, list[i], got, w)
			}
		}
	}
}
