package kernels_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
)

// TestDeadCode: what no output needs is in no program, and its array, which
// stays a parameter, is not read.
func TestDeadCode(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "y = (a/s + sqrt(a))^0*b", kernels.Scalars("s"), kernels.Unoptimized()))
	for _, typ := range []kernels.Type{kernels.Float64, kernels.Float32} {
		p := k.Program(typ)
		if len(p.Uniform) != 1 || len(p.Body) != 2 || p.Cost().Loads != 1 {
			t.Errorf("dead code is left:\n%v", p)
		}
		if want := []kernels.Array{{Type: typ, Written: true}, {Type: typ}, {Type: typ, Read: true}}; !slices.Equal(p.Arrays, want) {
			t.Errorf("arrays %v, want %v", p.Arrays, want)
		}
		if len(p.Scalars) != 1 {
			t.Errorf("%d scalar slots, want 1", len(p.Scalars))
		}
	}
	y, a, b := []float64{1}, []float64{math.NaN()}, []float64{7}
	if run(k.Program(kernels.Float64), []float64{3}, y, a, b); y[0] != 7 {
		t.Errorf("y = %v, want 7", y[0])
	}
}

// TestManyOutputs: outputs that share terms are lowered in one pass over them;
// a pass for each would never end.
func TestManyOutputs(t *testing.T) {
	const n = 20000
	e := symbolic.Var("x")
	outs := make([]kernels.Output, n)
	for i := range outs {
		e = e.Mul(symbolic.Var("x"))
		outs[i] = kernels.Assign(fmt.Sprintf("y%d", i), e)
	}
	p := kernels.Must(kernels.New("k", outs, kernels.Unoptimized())).Program(kernels.Float64)
	if len(p.Body) != n+1 || len(p.Stores) != n || len(p.Arrays) != n+1 {
		t.Errorf("%d instructions, %d stores, %d arrays", len(p.Body), len(p.Stores), len(p.Arrays))
	}
}

// TestErrorOfSharedTerm: the text of a term can be exponentially longer than the
// term, and an error must not try to hold it. It names the first output that
// holds the term.
func TestErrorOfSharedTerm(t *testing.T) {
	e := symbolic.Var("x")
	for range 200 {
		e = e.Add(e)
	}
	x := symbolic.Var("x")
	_, err := kernels.New("k", []kernels.Output{
		kernels.Assign("fine", e),
		kernels.Assign("fine2", e),
		kernels.Assign("bad", x.Add(symbolic.Lt(e, x))),
		kernels.Assign("bad2", x.Add(symbolic.Lt(e, x)).Neg()),
	})
	var ke *kernels.Error
	if !errors.As(err, &ke) || ke.Output != "bad" || ke.Term != "lt(…)" {
		t.Errorf("%v", err)
	}
}

func TestParseEdges(t *testing.T) {
	for text, want := range map[string]string{
		"a = b\r\nc = d\r\n":               "a = b; c = d",
		"y =\u00a0sum\u2003(\u00a0a)\v":    "y = sum(a)", // any white space
		"\u00a0α =\tβ₀":                    "",           // a subscript is no letter or digit
		"α = β*ж٣":                         "α = β*ж٣",
		"sum = max; max = min*(abs)":       "sum = max; max = min*abs",
		"min = max(fma)":                   "min = max(fma)",
		"y = min ((a) , b)":                "y = min(a, b)",
		"y = max((a))":                     "y = max(a)",
		"y=-(-a)":                          "y = -(-a)",
		"y = a == b":                       "", // a truth value
		"y == a":                           "",
		"y <= a":                           "",
		"y = = a":                          "",
		"y = a # comment":                  "",
		"y = a // comment":                 "",
		"inf = a":                          "",
		"y = (a;\nb)":                      "",
		"y = min(a,\nb)":                   "y = min(a, b)",
		"y = a\xff":                        "",
		"y = a\x00":                        "",
		"y = sum(a) + 1":                   "",
		"y = sum(sum(a))":                  "",
		"y = sum(a)(b)":                    "",
		"y = sum(a))":                      "",
		"y = sum(a, b)":                    "",
		"y = sum()":                        "",
		"= a":                              "",
		"y =":                              "",
		"y = x^-2147483648":                "y = x^-2147483648",
		"y = x^9223372036854775808":        "y = x^9223372036854775808",
		"y = select(!(a < b), a^-1, 0x10)": "y = select(!(a < b), a^-1, 16)",
	} {
		k, err := kernels.Parse("k", text)
		switch {
		case want == "" && err == nil:
			t.Errorf("Parse(%q) = %v, want an error", text, k)
		case want != "" && err != nil:
			t.Errorf("Parse(%q): %v", text, err)
		case want != "" && k.String() != want:
			t.Errorf("Parse(%q) prints as %q, want %q", text, k, want)
		}
	}
	for _, text := range []string{"y = 1 + sum(a)", "y = sum(a, b)", "y = max(sum (a), b)", "y = sum(a*sum(b))"} {
		_, err := kernels.Parse("k", text)
		var se *symbolic.SyntaxError
		if !errors.As(err, &se) || !strings.Contains(err.Error(), "whole right side") || se.Offset != strings.LastIndex(text, "sum") {
			t.Errorf("Parse(%q): %v", text, err)
		}
	}
}

// TestRoundTrip: the text of a kernel is read back as the same program.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for range 500 {
		k := randkernel.New(r, randkernel.Small)
		var scalars []string
		for _, p := range k.Params() {
			if p.Kind == kernels.ScalarParam {
				scalars = append(scalars, p.Name)
			}
		}
		again, err := kernels.Parse("random", k.String(), kernels.Scalars(scalars...), kernels.Unoptimized())
		if err != nil {
			t.Fatalf("%v: %v", k, err)
		}
		if again.String() != k.String() || !slices.Equal(again.Params(), k.Params()) ||
			again.Program(kernels.Float64) != k.Program(kernels.Float64) || again.Program(kernels.Float32) != k.Program(kernels.Float32) {
			t.Fatalf("%v is read back as %v", k, again)
		}
	}
}

func TestParamsOrder(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "r = sum(t*q); y = c*s + a; a = y + t; m = max(b)", kernels.Scalars("s", "t", "s")))
	var got []string
	for _, p := range k.Params() {
		got = append(got, fmt.Sprintf("%s:%v%d in=%t out=%t", p.Name, p.Kind, p.Slot, p.In, p.Out))
	}
	want := []string{
		"y:array0 in=true out=true", "a:array1 in=true out=true",
		"t:scalar0 in=true out=false", "q:array2 in=true out=false", "c:array3 in=true out=false", "s:scalar1 in=true out=false",
		"b:array4 in=true out=false",
		"r:result0 in=false out=true", "m:result1 in=false out=true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestPowerExtremes: exponents to the ends of int.
func TestPowerExtremes(t *testing.T) {
	neg0 := math.Copysign(0, -1)
	for _, c := range []struct {
		x    float64
		n    int
		want float64
	}{
		{2, math.MinInt, 0}, {-2, math.MinInt, 0}, {2, math.MaxInt, math.Inf(1)}, {-2, math.MaxInt, math.Inf(-1)},
		{-1, math.MinInt, 1}, {-1, math.MaxInt, -1}, {neg0, math.MaxInt, neg0}, {neg0, -math.MaxInt, math.Inf(-1)},
		{neg0, math.MinInt, math.Inf(1)}, {0.5, math.MinInt, math.Inf(1)}, {1, math.MinInt, 1}, {math.Inf(-1), math.MinInt, 0},
		{3, 1, 3}, {4, -1, 0.25}, {math.NaN(), 0, 1},
	} {
		k := kernels.Must(kernels.New("k", []kernels.Output{kernels.Assign("y", symbolic.Var("x").Pow(c.n))}, kernels.Unoptimized()))
		y := []float64{42}
		run(k.Program(kernels.Float64), nil, y, []float64{c.x})
		if math.Float64bits(y[0]) != math.Float64bits(c.want) {
			t.Errorf("%v^%d = %v, want %v", c.x, c.n, y[0], c.want)
		}
	}
}

// TestConstants32: in a float32 program an exact number is rounded once; a
// literal with a point is a float64 constant first, and is rounded twice.
func TestConstants32(t *testing.T) {
	tie := new(big.Rat).SetFrac64(1<<24+1, 1<<24) // half way between 1 and the next float32
	above := new(big.Rat).Add(tie, new(big.Rat).SetFrac64(1, 1<<62))
	for _, c := range []struct {
		e    symbolic.Expr
		want float32
	}{
		{symbolic.Exact(tie), 1},
		{symbolic.Exact(above), 1 + 0x1p-23},
		{symbolic.MustParse(above.FloatString(70)), 1},
		{symbolic.MustParse("1/3"), float32(1) / 3},
		{symbolic.MustParse("0.1"), float32(float64(0.1))},
		{symbolic.MustParse("1e39"), float32(math.Inf(1))},
		{symbolic.MustParse("-10^400"), float32(math.Inf(-1))},
		{symbolic.MustParse("1e-45"), math.SmallestNonzeroFloat32},
		{symbolic.MustParse("1/10^46"), 0},
		{symbolic.MustParse("-0.0"), float32(math.Copysign(0, -1))},
	} {
		p := kernels.Must(kernels.New("k", []kernels.Output{kernels.Assign("y", c.e)}, kernels.Unoptimized())).Program(kernels.Float32)
		y := []float32{42}
		f := p.NewFrame(1)
		f.Arrays[0] = unsafe.Pointer(&y[0])
		p.EvalUniforms(f)
		p.Interpret(f, 0, 1)
		if math.Float32bits(y[0]) != math.Float32bits(c.want) {
			t.Errorf("%v in float32 is %v, want %v", c.e, y[0], c.want)
		}
	}
}

// TestInPlace: all of an element is read before any of it is written, whether
// arrays are both by name or because a caller passes one twice.
func TestInPlace(t *testing.T) {
	swap := kernels.Must(kernels.Parse("k", "a = b; b = a")).Program(kernels.Float64)
	a, b := []float64{1, 2, 3}, []float64{4, 5, 6}
	run(swap, nil, a, b)
	if !slices.Equal(a, []float64{4, 5, 6}) || !slices.Equal(b, []float64{1, 2, 3}) {
		t.Errorf("swapped: %v and %v", a, b)
	}
	copies := kernels.Must(kernels.Parse("k", "y = u + 1; z = 10*v")).Program(kernels.Float64)
	a, b = []float64{1, 2, 3}, []float64{4, 5, 6}
	run(copies, nil, a, b, b, a) // y is v, and z is u
	if !slices.Equal(a, []float64{5, 6, 7}) || !slices.Equal(b, []float64{10, 20, 30}) {
		t.Errorf("in place under other names: %v and %v", a, b)
	}
}

// TestUnaligned: elements may lie at any address.
func TestUnaligned(t *testing.T) {
	p := kernels.Must(kernels.Parse("k", "y = x + 1; r = sum(x)")).Program(kernels.Float32)
	const n = 10
	x, y := make([]byte, 4*n+8), make([]byte, 4*n+8)
	f := p.NewFrame(n)
	f.Arrays[0], f.Arrays[1] = unsafe.Pointer(&y[1]), unsafe.Pointer(&x[3])
	for i := range n {
		*(*float32)(unsafe.Pointer(&x[3+4*i])) = float32(i)
	}
	p.EvalUniforms(f)
	p.Interpret(f, 0, n)
	p.Combine(f)
	for i := range n {
		if got := *(*float32)(unsafe.Pointer(&y[1+4*i])); got != float32(i+1) {
			t.Errorf("y[%d] = %v", i, got)
		}
	}
	if f.Results[0] != 45 {
		t.Errorf("sum %v, want 45", f.Results[0])
	}
}

// TestMemoPanics: who comes second gets the panic of who came first, and no
// half-made value.
func TestMemoPanics(t *testing.T) {
	p := kernels.Must(kernels.Parse("k", "y = x*0.12321")).Program(kernels.Float64)
	type key struct{}
	for i := range 2 {
		func() {
			defer func() {
				if r := recover(); r != "first" {
					t.Errorf("call %d: recovered %v", i, r)
				}
			}()
			p.Memo(key{}, func() any { panic([]string{"first", "second"}[i]) })
			t.Errorf("call %d returned", i)
		}()
	}
}

// TestConcurrentLowering: all who lower the same kernel at once share one
// program, while others of the same content are collected.
func TestConcurrentLowering(t *testing.T) {
	for i := range 20 {
		text := fmt.Sprintf("y = x*%d.125", i)
		programs := make([]*kernels.Program, 8)
		var wg sync.WaitGroup
		for j := range programs {
			wg.Go(func() { programs[j] = kernels.Must(kernels.Parse("k", text)).Program(kernels.Float32) })
		}
		wg.Wait()
		for _, p := range programs {
			if p != programs[0] {
				t.Fatal("equal programs are two")
			}
		}
	}
}

func TestNilOption(t *testing.T) {
	var ke *kernels.Error
	if _, err := kernels.Parse("k", "a = b", nil); !errors.As(err, &ke) {
		t.Errorf("got %v, want an Error", err)
	}
}

// TestNewlines: a newline between parentheses ends nothing.
func TestNewlines(t *testing.T) {
	k, err := kernels.Parse("k", "a = (b\n + c)\nr = sum(\n b*c\n)")
	if err != nil || k.String() != "a = b + c; r = sum(b*c)" {
		t.Errorf("%v, %v", k, err)
	}
}

// Canonical expressions are lowered as they are written out.
func TestCanonicalExpression(t *testing.T) {
	x, y := symbolic.Var("x"), symbolic.Var("y")
	e := symbolic.Plus(y, symbolic.Times(symbolic.Rat(2, 3), x, symbolic.Power(y, symbolic.Int(-2))))
	k := kernels.Must(kernels.New("k", []kernels.Output{kernels.Assign("a", e)}, kernels.Unoptimized()))
	if got, want := k.String(), "a = y + 2*x/(3*y^2)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if same := kernels.Must(kernels.Parse("k", "a = y + 2*x/(3*y^2)", kernels.Unoptimized())); same.Program(kernels.Float64) != k.Program(kernels.Float64) {
		t.Error("another program than that of the text")
	}
	for _, e := range []symbolic.Expr{symbolic.Digamma(x), symbolic.Polygamma(symbolic.Int(2), x)} {
		var bad *kernels.Error
		if _, err := kernels.New("k", []kernels.Output{kernels.Assign("a", e)}); !errors.As(err, &bad) {
			t.Errorf("%v: %v", e, err)
		}
	}
}
