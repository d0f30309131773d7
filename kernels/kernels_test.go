package kernels_test

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	goruntime "runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
)

// run interprets a program over float64 arrays by slot.
func run(p *kernels.Program, scalars []float64, arrays ...[]float64) *kernels.Frame {
	n := len(arrays[0])
	f := p.NewFrame(n)
	for i, x := range scalars {
		f.Scalars[i] = p.Scalars[i].Bits(x)
	}
	for i, a := range arrays {
		f.Arrays[i] = unsafe.Pointer(unsafe.SliceData(a))
	}
	p.EvalUniforms(f)
	p.Interpret(f, 0, n)
	p.Combine(f)
	return f
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ name, text, scalars, want string }{
		{"nothing", "", "", "no outputs"},
		{"no assignment", "b + c", "", "expected name = expression"},
		{"not a name", "2a = b", "", "expected a name"},
		{"unclosed", "a = sum(b", "", "malformed"},
		{"two outputs", "a = b; a = c", "", "two outputs of that name"},
		{"array and result", "a = b; a = sum(c)", "", "two outputs of that name"},
		{"result used", "r = sum(a); b = a/r", "", "cannot stand in an expression"},
		{"scalar output", "s = a", "s", "cannot be a scalar"},
		{"unknown scalar", "a = b", "q", "unknown variable q"},
		{"bool output", "a = b < c", "", "arrays hold numbers"},
		{"bool operand", "a = b + (b < c)", "", "a truth value where add needs a number: b < c"},
		{"number as truth", "a = select(b, b, c)", "", "a number where select needs a truth value: b"},
		{"inner reduction", "a = b + sum(c)", "", "malformed"},
	} {
		var opts []kernels.Option
		if c.scalars != "" {
			opts = append(opts, kernels.Scalars(c.scalars))
		}
		k, err := kernels.Parse("k", c.text, opts...)
		var ke *kernels.Error
		if k != nil || !errors.As(err, &ke) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Parse(%q): %v, want an Error with %q", c.name, c.text, err, c.want)
		}
	}
	if _, err := kernels.New("k", []kernels.Output{kernels.Assign("a b", symbolic.Var("x"))}); err == nil {
		t.Error("New took an output whose name is no name")
	}
}

// TestErrorOffset: the offset counts from the start of the whole text.
func TestErrorOffset(t *testing.T) {
	text := "a = b + c;\n d = sum(b + )"
	_, err := kernels.Parse("k", text)
	var se *symbolic.SyntaxError
	if !errors.As(err, &se) {
		t.Fatalf("got %v, want a SyntaxError", err)
	}
	if want := strings.LastIndex(text, ")"); se.Text != text || se.Offset != want {
		t.Errorf("offset %d in %q, want %d", se.Offset, se.Text, want)
	}
}

func TestParseStatements(t *testing.T) {
	for text, want := range map[string]string{
		"a = b":                     "a = b",
		"  a=b ;; c = d\n\n":        "a = b; c = d",
		"m = min(a); n = min(a, b)": "m = min(a); n = min(a, b)",
		"m = max( min(a, b) )":      "m = max(min(a, b))",
		"y = sum0 + summer":         "y = sum0 + summer",
		"y = select(a <= b, a, select(a == b, b, a != b && a >= b || a > b, 1))": "",
		"y = min(a, b) + min(c, d)": "y = min(a, b) + min(c, d)",
		"r = sum (a*b)":             "r = sum(a*b)",
	} {
		k, err := kernels.Parse("k", text)
		if want == "" {
			if err == nil {
				t.Errorf("Parse(%q) = %v, want an error", text, k)
			}
			continue
		}
		if err != nil {
			t.Errorf("Parse(%q): %v", text, err)
		} else if k.String() != want {
			t.Errorf("Parse(%q) prints as %q, want %q", text, k, want)
		}
	}
}

func TestLowering(t *testing.T) {
	count := func(text string, op kernels.Op, scalars ...string) (uniform, body int) {
		p := kernels.Must(kernels.Parse("k", text, kernels.Scalars(scalars...), kernels.Unoptimized())).Program(kernels.Float64)
		for _, in := range p.Uniform {
			if in.Op == op {
				uniform++
			}
		}
		for _, in := range p.Body {
			if in.Op == op {
				body++
			}
		}
		return
	}
	for _, c := range []struct {
		text          string
		op            kernels.Op
		uniform, body int
		scalars       []string
	}{
		{"y = (a+b)*(a+b)", kernels.OpAdd, 0, 1, nil},           // shared
		{"y = (a+b)*(b+a)", kernels.OpAdd, 0, 1, nil},           // the same bits
		{"y = (a-b)*(b-a)", kernels.OpSub, 0, 2, nil},           // not the same
		{"y = a*b; z = a*b + 1", kernels.OpMul, 0, 1, nil},      // shared between outputs
		{"y = a*(s*s + 1)", kernels.OpMul, 1, 1, []string{"s"}}, // hoisted
		{"y = a^8", kernels.OpMul, 0, 3, nil},
		{"y = a^7", kernels.OpMul, 0, 4, nil},
		{"y = a^2 + a*a", kernels.OpMul, 0, 1, nil},
		{"y = a^-2", kernels.OpDiv, 0, 1, nil},
		{"y = a; z = a", kernels.OpLoad, 0, 1, nil},
	} {
		if u, b := count(c.text, c.op, c.scalars...); u != c.uniform || b != c.body {
			t.Errorf("%q has %d uniform and %d body %v, want %d and %d", c.text, u, b, c.op, c.uniform, c.body)
		}
	}
}

func TestCost(t *testing.T) {
	for name, want := range map[string]kernels.Cost{
		"copy":       {1, 1, 0, 8, 8},
		"mul":        {1, 1, 1, 8, 8},
		"add":        {2, 1, 1, 16, 8},
		"triad":      {2, 1, 2, 16, 8},
		"dot":        {2, 0, 2, 16, 0},
		"nstream":    {3, 1, 3, 24, 8},
		"fill":       {0, 1, 0, 0, 8},
		"sum":        {1, 0, 1, 8, 0},
		"update":     {1, 1, 1, 8, 8},
		"daxpy":      {2, 1, 2, 16, 8},
		"schoenauer": {3, 1, 2, 24, 8},
	} {
		k, ok := kernels.Lookup(name)
		if !ok {
			t.Errorf("no kernel %s in the suite", name)
			continue
		}
		if got := k.Cost(kernels.Float64); got != want {
			t.Errorf("%s costs %+v, want %+v", name, got, want)
		}
		if got := k.Cost(kernels.Float32).Bytes(); got != want.Bytes()/2 {
			t.Errorf("%s moves %d bytes in float32, want %d", name, got, want.Bytes()/2)
		}
	}
	if _, ok := kernels.Lookup("nonesuch"); ok {
		t.Error("Lookup found a kernel that is not there")
	}
}

// TestSpecialValues pins the meaning of each operation where IEEE 754 leaves
// little to guess and much to get wrong.
func TestSpecialValues(t *testing.T) {
	inf, nan, neg0 := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	for _, c := range []struct {
		expr    string
		a, b, y float64
	}{
		{"min(a, b)", nan, 1, 1}, {"min(a, b)", 1, nan, nan}, {"min(a, b)", neg0, 0, 0}, {"min(a, b)", 0, neg0, neg0},
		{"max(a, b)", nan, 1, 1}, {"max(a, b)", 1, nan, nan}, {"max(a, b)", neg0, 0, 0}, {"max(a, b)", 0, neg0, neg0},
		{"a/b", 1, 0, inf}, {"a/b", 1, neg0, -inf}, {"a/b", 0, 0, nan},
		{"sqrt(a)", -1, 0, nan}, {"sqrt(a)", neg0, 0, neg0}, {"abs(a)", neg0, 0, 0}, {"-a", 0, 0, neg0},
		{"a^0", nan, 0, 1}, {"a^-1", neg0, 0, -inf}, {"a^3", -inf, 0, -inf},
		{"select(a < b, 1, 2)", nan, 0, 2}, {"select(a != b, 1, 2)", nan, nan, 1}, {"select(a == b, 1, 2)", 0, neg0, 1},
		{"select(!(a < b), 1, 2)", nan, 0, 1}, {"select(a >= b, 1, 2)", nan, 0, 2}, {"select(a > b || a <= b, 1, 2)", nan, 0, 2},
		{"fma(a, a, b)", 1 + 0x1p-30, -1 - 0x1p-29, 0x1p-60}, {"a*a + b", 1 + 0x1p-30, -1 - 0x1p-29, 0},
		{"a + 1/3", 0, 0, 1.0 / 3}, {"a + 0.1", neg0, 0, 0.1},
	} {
		p := kernels.Must(kernels.Parse("k", "y = select(a == a || a != a, "+c.expr+", b)", kernels.Unoptimized())).Program(kernels.Float64)
		y := []float64{42}
		run(p, nil, y, []float64{c.a}, []float64{c.b})
		if math.Float64bits(y[0]) != math.Float64bits(c.y) && !(y[0] != y[0] && c.y != c.y) {
			t.Errorf("%s with a = %v, b = %v: %v, want %v", c.expr, c.a, c.b, y[0], c.y)
		}
	}
}

// TestFMA32 checks the one rounding of float32's fma against exact arithmetic.
func TestFMA32(t *testing.T) {
	p := kernels.Must(kernels.Parse("k", "y = fma(a, b, c)")).Program(kernels.Float32)
	r := rand.New(rand.NewPCG(5, 6))
	n := 20000
	y, a, b, c := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range n {
		a[i], b[i] = float32(r.NormFloat64()), float32(r.NormFloat64())
		switch i % 4 {
		case 0:
			c[i] = float32(r.NormFloat64())
		case 1: // near a tie of the rounding
			c[i] = float32(math.Ldexp(float64(a[i]*b[i]), 24+r.IntN(3)))
		case 2: // cancellation
			c[i] = -a[i] * b[i]
		default: // denormal results
			a[i], b[i] = a[i]*0x1p-70, b[i]*0x1p-70
			c[i] = float32(r.NormFloat64() * 0x1p-140)
		}
	}
	f := p.NewFrame(n)
	for i, s := range [][]float32{y, a, b, c} {
		f.Arrays[i] = unsafe.Pointer(&s[0])
	}
	p.Interpret(f, 0, n)
	for i := range n {
		exact := new(big.Rat).Mul(rat(a[i]), rat(b[i]))
		want, _ := exact.Add(exact, rat(c[i])).Float32()
		if want != y[i] {
			t.Fatalf("fma(%x, %x, %x) = %x, want %x", a[i], b[i], c[i], y[i], want)
		}
	}
}

func rat(x float32) *big.Rat { return new(big.Rat).SetFloat64(float64(x)) }

// TestReductionShape computes the documented order by a second, direct way.
func TestReductionShape(t *testing.T) {
	p := kernels.Must(kernels.Parse("k", "s = sum(a); m = min(a); h = max(a)")).Program(kernels.Float64)
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{0, 1, 2, 31, 32, 33, 1023, 1024, 1025, 3000, 5*1024 + 7, 9 * 1024} {
		a := make([]float64, n)
		lo, hi := math.Inf(1), math.Inf(-1)
		for i := range a {
			a[i] = r.NormFloat64() * math.Exp(4*r.NormFloat64())
			lo, hi = math.Min(lo, a[i]), math.Max(hi, a[i])
		}
		var blocks []float64
		for b := 0; b < n; b += 1024 {
			var lane [32]float64
			for i, x := range a[b:min(b+1024, n)] {
				lane[i%32] += x
			}
			for h := 16; h > 0; h /= 2 {
				for j := range h {
					lane[j] += lane[j+h]
				}
			}
			blocks = append(blocks, lane[0])
		}
		for len(blocks) > 1 {
			var up []float64
			for ; len(blocks) > 1; blocks = blocks[2:] {
				up = append(up, blocks[0]+blocks[1])
			}
			blocks = append(up, blocks...)
		}
		want := append(blocks, 0)[0]
		if got := run(p, nil, a).Results; got[0] != want || got[1] != lo || got[2] != hi {
			t.Errorf("n = %d: %v, want %v", n, got, []float64{want, lo, hi})
		}
	}
	// NaNs do not count for min and max.
	if got := run(p, nil, []float64{math.NaN(), 3, math.NaN(), 2}).Results; got[1] != 2 || got[2] != 3 || got[0] == got[0] {
		t.Errorf("with NaNs: %v, want NaN, 2, 3", got)
	}
	if got := run(p, nil, []float64{math.NaN()}).Results; got[1] != math.Inf(1) || got[2] != math.Inf(-1) {
		t.Errorf("of nothing but NaN: %v", got)
	}
}

// TestPieces: results do not depend on how a launch is cut.
func TestPieces(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 200 {
		k := randkernel.New(r, randkernel.Small)
		p := k.Program(kernels.Float64)
		n := r.IntN(5000)
		fill := func() (*kernels.Frame, [][]float64) {
			f := p.NewFrame(n)
			var arrays [][]float64
			rr := rand.New(rand.NewPCG(11, uint64(n)))
			for s := range p.Arrays {
				a := make([]float64, n)
				for i := range a {
					a[i] = rr.NormFloat64()
				}
				arrays = append(arrays, a)
				f.Arrays[s] = unsafe.Pointer(unsafe.SliceData(a))
			}
			p.EvalUniforms(f)
			return f, arrays
		}
		whole, a := fill()
		p.Interpret(whole, 0, n)
		p.Combine(whole)
		cut, b := fill()
		for hi := n; hi > 0; {
			lo := max(0, hi-1-r.IntN(2000)) / p.BlockLen() * p.BlockLen()
			p.Interpret(cut, lo, hi)
			hi = lo
		}
		p.Combine(cut)
		for s := range a {
			for i := range a[s] {
				if math.Float64bits(a[s][i]) != math.Float64bits(b[s][i]) {
					t.Fatalf("array %d element %d differs\n%v", s, i, p)
				}
			}
		}
		for i, x := range whole.Results {
			if y := cut.Results[i]; x != y && (x == x || y == y) {
				t.Fatalf("result %d: %v and %v\n%v", i, x, y, p)
			}
		}
	}
}

func TestProgramsAreShared(t *testing.T) {
	k1 := kernels.Must(kernels.Parse("one", "a = b + s*c", kernels.Scalars("s")))
	k2 := kernels.Must(kernels.Parse("two", "z = x + q*y", kernels.Scalars("q")))
	if k1.Program(kernels.Float64) != k2.Program(kernels.Float64) {
		t.Error("equal programs are two")
	}
	if k1.Program(kernels.Float64) == k1.Program(kernels.Float32) {
		t.Error("programs of two types are one")
	}
	made := 0
	for range 2 {
		k1.Program(kernels.Float64).Memo("key", func() any { made++; return made })
	}
	if made != 1 {
		t.Errorf("Memo made its value %d times", made)
	}
}

// TestProgramsAreCollected: the table of programs keeps none alive.
func TestProgramsAreCollected(t *testing.T) {
	collected := make(chan bool, 1)
	func() {
		p := kernels.Must(kernels.Parse("k", "a = b*12345.678")).Program(kernels.Float64)
		p.Memo("self", func() any { return p })
		goruntime.AddCleanup(p, func(c chan bool) { c <- true }, collected)
	}()
	for range 100 {
		goruntime.GC()
		select {
		case <-collected:
			return
		default:
		}
	}
	t.Error("a program that no kernel holds was not collected")
}

func TestMeaningIsFloat32(t *testing.T) {
	p := kernels.Must(kernels.Parse("k", "y = s*x + 1/3", kernels.Scalars("s"), kernels.Unoptimized())).Program(kernels.Float32)
	y, x := []float32{0}, []float32{3}
	f := p.NewFrame(1)
	f.Scalars[0] = kernels.Float32.Bits(0.1)
	f.Arrays[0], f.Arrays[1] = unsafe.Pointer(&y[0]), unsafe.Pointer(&x[0])
	p.EvalUniforms(f)
	p.Interpret(f, 0, 1)
	third := float32(1.0 / 3)
	product := float32(float32(0.1) * 3)
	if want := product + third; y[0] != want {
		t.Errorf("got %v, want %v", y[0], want)
	}
}

// FuzzParse: no text makes Parse panic, and what it reads it reads again from
// its own text.
func FuzzParse(f *testing.F) {
	for _, k := range kernels.Suite() {
		f.Add(k.String())
	}
	f.Add("A = A[0] + b[2]*A[1]")
	f.Add("y = segscan(sum, x*2, rows); r = fold(max, x)")
	f.Add("a = b; r = min(a, b); ; q = max(c<d)\n=")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1000 {
			return
		}
		k, err := kernels.Parse("k", text, kernels.Unoptimized())
		if err != nil {
			var ke *kernels.Error
			if !errors.As(err, &ke) {
				t.Fatalf("error of type %T", err)
			}
			return
		}
		if _, err := kernels.Parse("k", text); err != nil {
			t.Fatalf("%q cannot be optimised: %v", text, err)
		}
		again, err := kernels.Parse("k", k.String(), kernels.Unoptimized())
		if err != nil || again.Program(kernels.Float64) != k.Program(kernels.Float64) {
			t.Fatalf("%q prints as %q: %v", text, k, err)
		}
	})
}
