package ptxsim

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"
)

// kernel is the text of an entry "k" with 16 bytes of parameters and a few registers of each kind.
func kernel(heads string, lines ...string) string {
	return heads + `.visible .entry k(.param .align 8 .b8 args[16])
{
.reg .pred %p<8>;
.reg .b32 %r<16>;
.reg .b64 %rd<16>;
.reg .f32 %f<8>;
.reg .f64 %fd<8>;
.reg .s32 %i<4>;
.reg .u64 %u<4>;
` + strings.Join(lines, "\n") + "\n}\n"
}

// parsed is a module that must be right.
func parsed(t testing.TB, text string) *Module {
	t.Helper()
	m, err := Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return m
}

func bytesOf(x []uint64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 8*len(x))
}

func addressOf(x []uint64) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(x)))) }

// words is memory of a launch.
func words(t testing.TB, r *Regions, x []uint64) uint64 {
	t.Helper()
	if err := r.Add(unsafe.Pointer(unsafe.SliceData(x)), 8*len(x)); err != nil {
		t.Fatal(err)
	}
	return addressOf(x)
}

// form is an instruction to evaluate: "add.s32" of a destination and sources of 32 or 64 bits, or 1 for predicates.
type form struct {
	op   string
	dst  int
	srcs []int
}

func (f form) text() string {
	lines := []string{
		"ld.param.u64 %rd1, [args];", "ld.param.u64 %rd2, [args+8];",
		"mov.u32 %r1, %ctaid.x;", "mov.u32 %r2, %tid.x;", "mov.u32 %r3, %ntid.x;", "mad.lo.u32 %r1, %r1, %r3, %r2;",
		"mul.wide.u32 %rd3, %r1, 32;", "add.u64 %rd1, %rd1, %rd3;", "mul.wide.u32 %rd3, %r1, 8;", "add.u64 %rd2, %rd2, %rd3;",
	}
	names := map[int]string{1: "%%p%d", 32: "%%r%d", 64: "%%rd%d"}
	var args []string
	for i, width := range f.srcs {
		r := fmt.Sprintf(names[width], 4+i%4)
		switch width {
		case 1:
			lines = append(lines, fmt.Sprintf("ld.global.b32 %%r15, [%%rd1+%d];", 8*i), fmt.Sprintf("setp.ne.b32 %s, %%r15, 0;", r))
		default:
			lines = append(lines, fmt.Sprintf("ld.global.b%d %s, [%%rd1+%d];", width, r, 8*i))
		}
		args = append(args, r)
	}
	d := strings.Replace(fmt.Sprintf(names[f.dst], 7), "7", map[int]string{1: "7", 32: "10", 64: "10"}[f.dst], 1)
	lines = append(lines, f.op+" "+strings.Join(append([]string{d}, args...), ", ")+";")
	switch f.dst {
	case 1:
		lines = append(lines, "selp.b64 %rd11, 1, 0, "+d+";", "st.global.b64 [%rd2], %rd11;")
	case 32:
		lines = append(lines, "mov.b32 %r11, 0;", "mov.b64 %rd11, {"+d+", %r11};", "st.global.b64 [%rd2], %rd11;")
	default:
		lines = append(lines, "st.global.b64 [%rd2], "+d+";")
	}
	return kernel("", append(lines, "ret;")...)
}

// check evaluates the form of operands and compares with what is expected of each.
func (f form) check(t *testing.T, operands [][]uint64, want func(x []uint64) uint64) {
	t.Helper()
	m := parsed(t, f.text())
	n := (len(operands) + 31) / 32 * 32
	in, out := make([]uint64, 4*n), make([]uint64, n)
	for i, x := range operands {
		copy(in[4*i:], x)
	}
	var mem Regions
	params := []uint64{words(t, &mem, in), words(t, &mem, out)}
	if err := m.Launch("k", [3]uint32{uint32(n / 32), 1, 1}, [3]uint32{32, 1, 1}, 0, bytesOf(params), &mem); err != nil {
		t.Fatal(err)
	}
	bad := 0
	for i, x := range operands {
		w := want(x)
		// A NaN of 64 bits may be any; of 32 bits it is the canonical one, which want says.
		if out[i] == w || f.dst == 64 && anyNaN(f.op) && isNaN(w, 64) && isNaN(out[i], 64) {
			continue
		}
		if bad++; bad < 5 {
			t.Errorf("%s of %#x: %#x, want %#x", f.op, x, out[i], w)
		}
	}
}

// anyNaN says whether an instruction computes float64.
func anyNaN(op string) bool {
	return strings.HasSuffix(op, ".f64") || strings.Contains(op, ".f64.")
}

// combinations is every choice of n operands out of some, cut short at random.
func combinations(r *rand.Rand, most int, from ...[]uint64) [][]uint64 {
	total := 1
	for _, f := range from {
		total *= len(f)
	}
	var all [][]uint64
	for i := range min(total, most) {
		k := i
		if total > most {
			k = r.IntN(total)
		}
		var x []uint64
		for _, f := range from {
			x = append(x, f[k%len(f)])
			k /= len(f)
		}
		all = append(all, x)
	}
	return all
}

func integers(r *rand.Rand, width int) []uint64 {
	mask := uint64(math.MaxUint64) >> (64 - width)
	top := uint64(1) << (width - 1)
	x := []uint64{0, 1, 2, 3, 7, 31, 32, 33, 63, 64, 65, 0xFFFF, 0x10001, top, top - 1, top + 1, mask, mask - 1, mask - 6, 0x80000000, 0x7FFFFFFF, 0xFFFFFFFF}
	for range 12 {
		x = append(x, r.Uint64()&mask>>r.IntN(width))
	}
	return x
}

func floats(r *rand.Rand, width int) []uint64 {
	var x []uint64
	if width == 32 {
		x = []uint64{0, 1, 2, 0x007FFFFF, 0x00800000, 0x00800001, 0x3F800000, 0x3F800001, 0x3F7FFFFF, 0x3F000000, 0x3FC00000, 0x40200000, 0x34000000,
			0x33800000, 0x33800001, 0x4B000001, 0x4F000000, 0x4EFFFFFF, 0x4F800000, 0x5F000000, 0x5F800000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000, 0x7F800001, 0x7FFFFFFF}
	} else {
		x = []uint64{0, 1, 2, 0x000FFFFFFFFFFFFF, 0x0010000000000000, 0x3FF0000000000000, 0x3FF0000000000001, 0x3FEFFFFFFFFFFFFF, 0x3FE0000000000000,
			0x3FF8000000000000, 0x4004000000000000, 0x3CA0000000000000, 0x3CB0000000000000, 0x41DFFFFFFFC00000, 0x41E0000000000000, 0x41DFFFFFFFE00000, 0x41EFFFFFFFE00000,
			0x41F0000000000000, 0x43E0000000000000, 0x43DFFFFFFFFFFFFF, 0x43F0000000000000, 0x47EFFFFFE0000000, 0x47EFFFFFF0000000, 0x36A0000000000000, 0x3690000000000000,
			0x3690000000000001, 0x380FFFFFFFFFFFFF, 0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000, 0x7FF8000000000000, 0x7FF0000000000001}
	}
	for _, v := range x {
		x = append(x, v|1<<(width-1))
	}
	for range 12 {
		v := r.Uint64() >> (64 - width)
		x = append(x, v)
		if width == 32 { // and near 1, where sums round
			x = append(x, v&0x83FFFFFF|0x3C000000)
		} else {
			x = append(x, v&0x803FFFFFFFFFFFFF|0x3FC0000000000000)
		}
	}
	return x
}

func isNaN(x uint64, width int) bool {
	if width == 32 {
		return x&0x7FFFFFFF > 0x7F800000
	}
	return x&math.MaxInt64 > 0x7FF0000000000000
}

func isInf(x uint64, width int) bool {
	if width == 32 {
		return x&0x7FFFFFFF == 0x7F800000
	}
	return x&math.MaxInt64 == 0x7FF0000000000000
}

func negative(x uint64, width int) bool { return x>>(width-1) != 0 }

// exact is a finite number, from the bits alone.
func exact(x uint64, width int) *big.Rat {
	fraction, exponents, bias := 23, uint64(0xFF), 127
	if width == 64 {
		fraction, exponents, bias = 52, 0x7FF, 1023
	}
	e, m := int(x>>fraction&exponents), int64(x&(1<<fraction-1))
	if e == 0 {
		e = 1
	} else {
		m |= 1 << fraction
	}
	if negative(x, width) {
		m = -m
	}
	v, shift := new(big.Rat).SetInt64(m), e-bias-fraction
	p := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(max(shift, -shift))))
	if shift < 0 {
		return v.Quo(v, p)
	}
	return v.Mul(v, p)
}

// nearest is the bits of a number, rounded to the nearest, ties to even; minus is the sign of a zero.
func nearest(v *big.Rat, width int, minus bool) uint64 {
	if v.Sign() == 0 {
		return signed(0, width, minus)
	}
	if width == 32 {
		f, _ := v.Float32()
		return uint64(math.Float32bits(f))
	}
	f, _ := v.Float64()
	return math.Float64bits(f)
}

func signed(x uint64, width int, minus bool) uint64 {
	if minus {
		return x | 1<<(width-1)
	}
	return x
}

func nan(width int) uint64 {
	if width == 32 {
		return 0x7FFFFFFF
	}
	return 0x7FF8000000000000
}

func infinity(width int, minus bool) uint64 {
	if width == 32 {
		return signed(0x7F800000, 32, minus)
	}
	return signed(0x7FF0000000000000, 64, minus)
}

func wantSum(a, b uint64, w int) uint64 {
	na, nb := negative(a, w), negative(b, w)
	switch {
	case isNaN(a, w) || isNaN(b, w) || isInf(a, w) && isInf(b, w) && na != nb:
		return nan(w)
	case isInf(a, w):
		return a
	case isInf(b, w):
		return b
	}
	return nearest(new(big.Rat).Add(exact(a, w), exact(b, w)), w, na && nb)
}

func wantProduct(a, b uint64, w int) uint64 {
	minus := negative(a, w) != negative(b, w)
	za, zb := a<<(65-w) == 0, b<<(65-w) == 0
	switch {
	case isNaN(a, w) || isNaN(b, w) || isInf(a, w) && zb || isInf(b, w) && za:
		return nan(w)
	case isInf(a, w) || isInf(b, w):
		return infinity(w, minus)
	}
	return nearest(new(big.Rat).Mul(exact(a, w), exact(b, w)), w, minus)
}

func wantQuotient(a, b uint64, w int) uint64 {
	minus := negative(a, w) != negative(b, w)
	za, zb := a<<(65-w) == 0, b<<(65-w) == 0
	switch {
	case isNaN(a, w) || isNaN(b, w) || isInf(a, w) && isInf(b, w) || za && zb:
		return nan(w)
	case isInf(a, w) || zb:
		return infinity(w, minus)
	case isInf(b, w):
		return signed(0, w, minus)
	}
	return nearest(new(big.Rat).Quo(exact(a, w), exact(b, w)), w, minus)
}

func wantFMA(a, b, c uint64, w int) uint64 {
	p := wantProduct(a, b, w)
	switch {
	case isNaN(p, w) || isNaN(c, w):
		return nan(w)
	case isInf(a, w) || isInf(b, w):
		return wantSum(p, c, w)
	case isInf(c, w):
		return c
	}
	minus := negative(a, w) != negative(b, w)
	v := new(big.Rat).Mul(exact(a, w), exact(b, w))
	zero := v.Sign() == 0
	v.Add(v, exact(c, w))
	return nearest(v, w, minus && negative(c, w) && (zero || v.Sign() == 0))
}

func wantRoot(a uint64, w int) uint64 {
	switch {
	case a<<(65-w) == 0:
		return a
	case isNaN(a, w) || negative(a, w):
		return nan(w)
	case isInf(a, w):
		return a
	}
	x := new(big.Float).SetPrec(300).SetRat(exact(a, w))
	v, _ := x.Sqrt(x).Rat(nil)
	return nearest(v, w, false)
}

func TestFloatArithmetic(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, w := range []int{32, 64} {
		x := floats(r, w)
		two, three := []int{w, w}, []int{w, w, w}
		pairs := combinations(r, 5000, x, x)
		on := func(op string) string { return fmt.Sprintf("%s.f%d", op, w) }
		form{on("add.rn"), w, two}.check(t, pairs, func(x []uint64) uint64 { return wantSum(x[0], x[1], w) })
		form{on("sub.rn"), w, two}.check(t, pairs, func(x []uint64) uint64 { return wantSum(x[0], x[1]^1<<(w-1), w) })
		form{on("mul.rn"), w, two}.check(t, pairs, func(x []uint64) uint64 { return wantProduct(x[0], x[1], w) })
		form{on("div.rn"), w, two}.check(t, pairs, func(x []uint64) uint64 { return wantQuotient(x[0], x[1], w) })
		form{on("fma.rn"), w, three}.check(t, combinations(r, 10000, x, x, x), func(x []uint64) uint64 { return wantFMA(x[0], x[1], x[2], w) })
		form{on("sqrt.rn"), w, two[:1]}.check(t, combinations(r, 500, x), func(x []uint64) uint64 { return wantRoot(x[0], w) })
		// Signs change in NaN too, as far as the simulator goes: which NaN comes out, PTX leaves open.
		form{on("neg"), w, two[:1]}.check(t, combinations(r, 500, x), func(x []uint64) uint64 { return x[0] ^ 1<<(w-1) })
		form{on("abs"), w, two[:1]}.check(t, combinations(r, 500, x), func(x []uint64) uint64 { return x[0] &^ (1 << (w - 1)) })
		extreme := func(most bool) func(x []uint64) uint64 {
			return func(x []uint64) uint64 {
				a, b := x[0], x[1]
				order := func(v uint64) int64 { // of numbers, -0 before 0
					if negative(v, w) {
						return -int64(v&(1<<(w-1)-1)) - 1
					}
					return int64(v)
				}
				switch {
				case isNaN(a, w) && isNaN(b, w):
					return nan(w)
				case isNaN(a, w):
					return b
				case isNaN(b, w) || (order(a) > order(b)) == most:
					return a
				}
				return b
			}
		}
		form{on("min"), w, two}.check(t, pairs, extreme(false))
		form{on("max"), w, two}.check(t, pairs, extreme(true))
		for name, holds := range map[string]func(c int) bool{
			"eq": func(c int) bool { return c == 0 }, "ne": func(c int) bool { return c != 0 }, "lt": func(c int) bool { return c < 0 },
			"le": func(c int) bool { return c <= 0 }, "gt": func(c int) bool { return c > 0 }, "ge": func(c int) bool { return c >= 0 },
			"num": func(int) bool { return true }, "nan": func(int) bool { return false },
		} {
			compare := func(unordered bool) func(x []uint64) uint64 {
				return func(x []uint64) uint64 {
					if isNaN(x[0], w) || isNaN(x[1], w) {
						return truth(unordered)
					}
					rank := func(v uint64) int64 { // -0 and 0 are the same
						if negative(v, w) {
							return -int64(v & (1<<(w-1) - 1))
						}
						return int64(v)
					}
					a, b := rank(x[0]), rank(x[1])
					return truth(holds(map[bool]int{true: 1}[a > b] - map[bool]int{true: 1}[a < b]))
				}
			}
			form{on("setp." + name), 1, two}.check(t, pairs, compare(name == "nan"))
			if name != "num" && name != "nan" {
				form{on("setp." + name + "u"), 1, two}.check(t, pairs, compare(true))
			}
		}
	}
}

// whole is an integer of a type, and back.
func whole(x uint64, kind byte, w int) *big.Int {
	v := new(big.Int).SetUint64(x & (math.MaxUint64 >> (64 - w)))
	if kind == 's' && negative(x, w) {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(w)))
	}
	return v
}

func low(v *big.Int, w int) uint64 {
	m := new(big.Int).Lsh(big.NewInt(1), uint(w))
	return new(big.Int).Mod(v, m).Uint64()
}

func TestIntegerArithmetic(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, w := range []int{32, 64} {
		x := integers(r, w)
		two, three := []int{w, w}, []int{w, w, w}
		pairs, triples := combinations(r, 2000, x, x), combinations(r, 3000, x, x, x)
		for _, kind := range []byte("su") {
			on := func(op string) string { return fmt.Sprintf("%s.%c%d", op, kind, w) }
			of := func(f func(z, a, b *big.Int) *big.Int) func(x []uint64) uint64 {
				return func(x []uint64) uint64 { return low(f(new(big.Int), whole(x[0], kind, w), whole(x[1], kind, w)), w) }
			}
			form{on("add"), w, two}.check(t, pairs, of((*big.Int).Add))
			form{on("sub"), w, two}.check(t, pairs, of((*big.Int).Sub))
			form{on("mul.lo"), w, two}.check(t, pairs, of((*big.Int).Mul))
			high := func(z, a, b *big.Int) *big.Int { return z.Rsh(z.Mul(a, b), uint(w)) }
			form{on("mul.hi"), w, two}.check(t, pairs, of(high))
			form{on("mad.lo"), w, three}.check(t, triples, func(x []uint64) uint64 { return (of((*big.Int).Mul)(x) + x[2]) & (math.MaxUint64 >> (64 - w)) })
			form{on("mad.hi"), w, three}.check(t, triples, func(x []uint64) uint64 { return (of(high)(x) + x[2]) & (math.MaxUint64 >> (64 - w)) })
			if w == 32 {
				wide := func(x []uint64) uint64 {
					return low(new(big.Int).Mul(whole(x[0], kind, w), whole(x[1], kind, w)), 64)
				}
				form{on("mul.wide"), 64, two}.check(t, pairs, wide)
				form{on("mad.wide"), 64, []int{32, 32, 64}}.check(t, combinations(r, 3000, x, x, integers(r, 64)), func(x []uint64) uint64 { return wide(x) + x[2] })
			}
			quotient := func(f func(z, a, b *big.Int) *big.Int) func(x []uint64) uint64 {
				return func(x []uint64) uint64 {
					overflows := kind == 's' && x[0] == 1<<(w-1) && x[1] == math.MaxUint64>>(64-w)
					if x[1] == 0 || overflows { // PTX leaves it open
						return unspecified & (math.MaxUint64 >> (64 - w))
					}
					return of(f)(x)
				}
			}
			form{on("div"), w, two}.check(t, pairs, quotient((*big.Int).Quo))
			form{on("rem"), w, two}.check(t, pairs, quotient((*big.Int).Rem))
			form{on("min"), w, two}.check(t, pairs, of(func(_, a, b *big.Int) *big.Int {
				if a.Cmp(b) < 0 {
					return a
				}
				return b
			}))
			form{on("max"), w, two}.check(t, pairs, of(func(_, a, b *big.Int) *big.Int {
				if a.Cmp(b) > 0 {
					return a
				}
				return b
			}))
			if kind == 's' {
				form{on("neg"), w, two[:1]}.check(t, pairs, func(x []uint64) uint64 { return low(new(big.Int).Neg(whole(x[0], 's', w)), w) })
				form{on("abs"), w, two[:1]}.check(t, pairs, func(x []uint64) uint64 { return low(new(big.Int).Abs(whole(x[0], 's', w)), w) })
			}
			names := map[string]func(c int) bool{
				"eq": func(c int) bool { return c == 0 }, "ne": func(c int) bool { return c != 0 }, "lt": func(c int) bool { return c < 0 },
				"le": func(c int) bool { return c <= 0 }, "gt": func(c int) bool { return c > 0 }, "ge": func(c int) bool { return c >= 0 }}
			if kind == 'u' {
				names["lo"], names["ls"], names["hi"], names["hs"] = names["lt"], names["le"], names["gt"], names["ge"]
			}
			for name, holds := range names {
				form{on("setp." + name), 1, two}.check(t, pairs, func(x []uint64) uint64 {
					return truth(holds(whole(x[0], kind, w).Cmp(whole(x[1], kind, w))))
				})
			}
			counts := combinations(r, 2000, x, integers(r, 32))
			form{on("shr"), w, []int{w, 32}}.check(t, counts, func(x []uint64) uint64 {
				return low(new(big.Int).Rsh(whole(x[0], kind, w), uint(min(x[1], uint64(w)))), w)
			})
		}
		on := func(op string) string { return fmt.Sprintf("%s.b%d", op, w) }
		mask := uint64(math.MaxUint64) >> (64 - w)
		counts := combinations(r, 2000, x, integers(r, 32))
		form{on("shl"), w, []int{w, 32}}.check(t, counts, func(x []uint64) uint64 {
			return low(new(big.Int).Lsh(whole(x[0], 'u', w), uint(min(x[1], uint64(w)))), w)
		})
		form{on("shr"), w, []int{w, 32}}.check(t, counts, func(x []uint64) uint64 {
			return low(new(big.Int).Rsh(whole(x[0], 'u', w), uint(min(x[1], uint64(w)))), w)
		})
		form{on("and"), w, two}.check(t, pairs, func(x []uint64) uint64 { return x[0] & x[1] })
		form{on("or"), w, two}.check(t, pairs, func(x []uint64) uint64 { return x[0] | x[1] })
		form{on("xor"), w, two}.check(t, pairs, func(x []uint64) uint64 { return x[0] ^ x[1] })
		form{on("not"), w, two[:1]}.check(t, pairs, func(x []uint64) uint64 { return ^x[0] & mask })
		form{on("mov"), w, two[:1]}.check(t, pairs, func(x []uint64) uint64 { return x[0] })
		form{on("popc"), 32, two[:1]}.check(t, pairs, func(x []uint64) uint64 { return uint64(strings.Count(fmt.Sprintf("%b", x[0]), "1")) })
		form{on("clz"), 32, two[:1]}.check(t, pairs, func(x []uint64) uint64 { return uint64(w - bits.Len64(x[0])) })
		form{on("selp"), w, []int{w, w, 1}}.check(t, combinations(r, 3000, x, x, []uint64{0, 1}), func(x []uint64) uint64 { return x[1-x[2]] })
		form{on("setp.eq"), 1, two}.check(t, pairs, func(x []uint64) uint64 { return truth(x[0] == x[1]) })
		form{on("setp.ne"), 1, two}.check(t, pairs, func(x []uint64) uint64 { return truth(x[0] != x[1]) })
	}
	bit := []uint64{0, 1}
	truths := combinations(r, 4, bit, bit)
	form{"and.pred", 1, []int{1, 1}}.check(t, truths, func(x []uint64) uint64 { return x[0] & x[1] })
	form{"or.pred", 1, []int{1, 1}}.check(t, truths, func(x []uint64) uint64 { return x[0] | x[1] })
	form{"xor.pred", 1, []int{1, 1}}.check(t, truths, func(x []uint64) uint64 { return x[0] ^ x[1] })
	form{"not.pred", 1, []int{1}}.check(t, truths, func(x []uint64) uint64 { return 1 - x[0] })
	form{"mov.pred", 1, []int{1}}.check(t, truths, func(x []uint64) uint64 { return x[0] })
	for _, op := range []string{"cvta.global.u64", "cvta.to.global.u64"} {
		form{op, 64, []int{64}}.check(t, combinations(r, 50, integers(r, 64)), func(x []uint64) uint64 { return x[0] })
	}
}

// integral is a number rounded to an integer as cvt's mode says.
func integral(v *big.Rat, mode string) *big.Int {
	floor, rest := new(big.Int).DivMod(v.Num(), v.Denom(), new(big.Int)) // denominators are positive
	if rest.Sign() == 0 {
		return floor
	}
	half := rest.Lsh(rest, 1).Cmp(v.Denom())
	if mode == "rpi" || mode == "rzi" && v.Sign() < 0 || mode == "rni" && (half > 0 || half == 0 && floor.Bit(0) == 1) {
		floor.Add(floor, big.NewInt(1))
	}
	return floor
}

func TestConversions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	for _, from := range []int{32, 64} {
		numbers := combinations(r, 500, append(append(floats(r, from), floats(r, from)...), floats(r, from)...))
		for _, to := range []int{32, 64} {
			for _, kind := range []byte("su") {
				for _, source := range []byte("su") {
					form{fmt.Sprintf("cvt.%c%d.%c%d", kind, to, source, from), to, []int{from}}.check(t, combinations(r, 500, integers(r, from)),
						func(x []uint64) uint64 { return low(whole(x[0], source, from), to) })
				}
				form{fmt.Sprintf("cvt.rn.f%d.%c%d", to, kind, from), to, []int{from}}.check(t, combinations(r, 500, append(integers(r, from), integers(r, from)...)),
					func(x []uint64) uint64 { return nearest(new(big.Rat).SetInt(whole(x[0], kind, from)), to, false) })
				least, most := new(big.Int), new(big.Int).Lsh(big.NewInt(1), uint(to))
				if kind == 's' {
					most.Rsh(most, 1)
					least.Neg(most)
				}
				most.Sub(most, big.NewInt(1))
				for _, mode := range []string{"rni", "rzi", "rmi", "rpi"} {
					form{fmt.Sprintf("cvt.%s.%c%d.f%d", mode, kind, to, from), to, []int{from}}.check(t, numbers, func(x []uint64) uint64 {
						a := x[0]
						switch {
						case isNaN(a, from) && from == 32 && to == 32:
							return 0
						case isNaN(a, from):
							return 1 << (to - 1)
						case isInf(a, from) && negative(a, from):
							return low(least, to)
						case isInf(a, from):
							return low(most, to)
						}
						v := integral(exact(a, from), mode)
						if v.Cmp(least) < 0 {
							v = least
						} else if v.Cmp(most) > 0 {
							v = most
						}
						return low(v, to)
					})
				}
			}
		}
		for _, mode := range []string{"rni", "rzi", "rmi", "rpi"} {
			form{fmt.Sprintf("cvt.%s.f%d.f%d", mode, from, from), from, []int{from}}.check(t, numbers, func(x []uint64) uint64 {
				switch {
				case isNaN(x[0], from):
					return nan(from)
				case isInf(x[0], from):
					return x[0]
				}
				return nearest(new(big.Rat).SetInt(integral(exact(x[0], from), mode)), from, negative(x[0], from))
			})
		}
		other := func(op string) {
			form{op, 96 - from, []int{from}}.check(t, numbers, func(x []uint64) uint64 {
				switch {
				case isNaN(x[0], from):
					return nan(96 - from)
				case isInf(x[0], from):
					return infinity(96-from, negative(x[0], from))
				}
				return nearest(exact(x[0], from), 96-from, negative(x[0], from))
			})
		}
		if from == 64 {
			other("cvt.rn.f32.f64")
		} else {
			other("cvt.f64.f32")
		}
	}
}
