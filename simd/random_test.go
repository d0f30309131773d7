package simd

import (
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
)

// TestRandom: random numbers have the interpreter's bits on every tier, for seeds, indices
// and streams of all types, known and not.
func TestRandom(t *testing.T) {
	for i, text := range []string{
		"y = random(s, j)", "y = random(s, j, 1)", "y = random(7, j, k)", "y = random(j, s, k)", "y = random(j, j, j)",
	} {
		for _, typ := range []kernels.Type{kernels.Int64, kernels.Int32, kernels.Uint64, kernels.Uint32} {
			k := drawing(text, typ, kernels.Typed(kernels.Uint64, "y"))
			for _, n := range []int{1, 5, 67, 300} {
				compare2(t, k.Program(kernels.Float64), n, uint64(i), func(int) int { return 0 })
			}
		}
	}
	for i, text := range []string{
		"y = uniform(s, j)", "y = uniform(s, j, 0) - uniform(s, j, 1)", "y = uniform(j, 12345678901234567890, k)",
		"y = normal(s, j)", "y = normal(s, j, 3)", "y = normal(s, j, 0)*normal(s, j, 1)", "y = normal(j, k, k)",
		"y = exponential(s, j)", "y = exponential(s, j, k) + normal(s, j, k)",
		"r = sum(normal(s, j))\ny = max(uniform(s, j, 4), uniform(s, j, 5))",
		"r = sum(select(uniform(s, j, 0)^2 + uniform(s, j, 1)^2 < 1, 1, 0))",
	} {
		for _, typ := range []kernels.Type{kernels.Int64, kernels.Uint32} {
			k := drawing(text, typ)
			for _, elem := range []kernels.Type{kernels.Float64, kernels.Float32} {
				for _, n := range []int{3, 300, 3000} {
					compare2(t, k.Program(elem), n, uint64(i), func(int) int { return 0 })
				}
			}
		}
	}
}

// drawing is a kernel of integers s, a scalar, j and k of a type, as far as the text has them.
func drawing(text string, typ kernels.Type, opts ...kernels.Option) *kernels.Kernel {
	for _, name := range []string{"s", "j", "k"} {
		if containsName(text, name) {
			opts = append(opts, kernels.Typed(typ, name))
		}
	}
	if containsName(text, "s") {
		opts = append(opts, kernels.Scalars("s"))
	}
	return kernels.Must(kernels.Parse("k", text, opts...))
}

// TestNarrowProducts: products of numbers that are known to be below 2^32, and of some that
// are not quite.
func TestNarrowProducts(t *testing.T) {
	for _, x := range []string{
		"band(a, 0xffffffff)", "band(0xffffffff, a)", "band(a, 0xfffffff)", "band(a, 0x1ffffffff)", "shr(a, 32)", "shr(a, 31)", "shr(a, 63)",
		"uint64(c)", "uint64(uint32(a))", "a", "0x9e3779b9", "0x19e3779b9",
	} {
		for _, y := range []string{"band(b, 0xffffffff)", "shr(b, 32)", "uint64(uint32(b))", "0xffffffff", "0x100000000", "b"} {
			if x[0] == '0' && y[0] == '0' { // a number
				continue
			}
			for i, text := range []string{"z = X*Y", "z = Y*X", "z = X*Y + X", "z = X*shr(a, 33) + band(a, 0xffffffff)*s"} {
				text = strings.NewReplacer("X", x, "Y", y).Replace(text)
				opts := []kernels.Option{kernels.Typed(kernels.Uint64, "z")}
				for v, typ := range map[string]kernels.Type{"a": kernels.Uint64, "b": kernels.Uint64, "c": kernels.Uint32} {
					if containsName(text, v) {
						opts = append(opts, kernels.Typed(typ, v))
					}
				}
				p := drawing(text, kernels.Uint64, opts...).Program(kernels.Float64)
				compare2(t, p, 70, uint64(i), func(int) int { return 0 })
			}
		}
	}
}

// containsName reports whether a variable of one letter stands in a text.
func containsName(text, name string) bool {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ()+-*^,=<\n", r) }) {
		if word == name {
			return true
		}
	}
	return false
}

// TestNarrowProductCode: the rounds of Philox are single instructions, none of them to make what a
// product does not read. Of the products of ten rounds one rests on no index, and one is not needed.
func TestNarrowProductCode(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "y = random(s, j)", kernels.Typed(kernels.Uint64, "y", "s", "j"), kernels.Scalars("s")))
	for tier, most := range map[Tier]int{AVX2: 86, AVX512: 62} {
		l, err := List(k.Program(kernels.Float64), Options{Tier: tier})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		l.Lines = l.Loop()
		if err := l.Write(&b, Vendor, nil); err != nil {
			t.Fatal(err)
		}
		products := strings.Count(b.String(), "vpmuludq")
		vectors := strings.Count(b.String(), "vmovupd [")
		if vectors == 0 || products != 18*vectors || strings.Contains(b.String(), "vpmull") {
			t.Errorf("%v: %d products for %d vectors:\n%s", tier, products, vectors, b.String())
		}
		if lines := len(l.Lines) / max(vectors, 1); lines > most {
			t.Errorf("%v: %d instructions for a vector, want at most %d", tier, lines, most)
		}
	}
}
