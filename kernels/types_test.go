package kernels_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// What does not go together is an error that names the subterm.
func TestTypeErrors(t *testing.T) {
	typed := kernels.Typed
	for _, c := range []struct {
		text         string
		opt          kernels.Option
		output, term string
		reason       string
	}{
		{"y = i + x", typed(kernels.Int64, "y", "i"), "y", "i + x", "add of int64 and the kernel's float type without a conversion"},
		{"z = x; y = 2*(i*j)", typed(kernels.Int64, "y", "i"), "y", "i*j", "mul of int64 and the kernel's float type without a conversion"},
		{"y = max(i, float64(3))", typed(kernels.Int32, "y", "i"), "y", "max(i, float64(3))", "max of int32 and float64 without a conversion"},
		{"y = float32(x) + x", nil, "y", "float32(x) + x", "add of float32 and the kernel's float type without a conversion"},
		{"y = select(i < x, 1, 2)", typed(kernels.Uint32, "i"), "y", "i < x", "lt of uint32 and the kernel's float type without a conversion"},
		{"y = select(x < 1, i, x)", typed(kernels.Uint32, "i"), "y", "select(x < 1, i, x)", "select of uint32 and the kernel's float type without a conversion"},
		{"y = i + 1/2", typed(kernels.Int64, "y", "i"), "y", "i + 1/2", "add of int64 and a number that is no integer without a conversion"},
		{"y = i + 2.5", typed(kernels.Int64, "y", "i"), "y", "i + 2.5", "add of int64 and a number that is no integer without a conversion"},
		{"y = i + 4294967296", typed(kernels.Uint32, "y", "i"), "y", "i + 4294967296", "4294967296 does not fit uint32"},
		{"y = i*(-1)", typed(kernels.Uint64, "y", "i"), "y", "i*(-1)", "-1 does not fit uint64"},
		{"y = int32(2147483648)", typed(kernels.Int32, "y"), "y", "int32(2147483648)", "2147483648 does not fit int32"},
		{"z = x; y = select(x < 0, select(x < 1, 1, -1), 0)", typed(kernels.Uint32, "y"), "y", "select(x < 1, 1, -1)", "-1 does not fit uint32"},
		{"y = 300000000000", typed(kernels.Int32, "y"), "y", "300000000000", "300000000000 does not fit int32"},
		{"y = x; z = 1/3", typed(kernels.Int32, "z"), "z", "1/3", "a number that is no integer for an output of int32"},
		{"y = x", typed(kernels.Int32, "y"), "y", "x", "the kernel's float type for an output of int32"},
		{"y = i", typed(kernels.Int32, "i"), "y", "i", "int32 for an output of the kernel's float type"},
		{"y = i", typed(kernels.Float32, "i"), "y", "i", "float32 for an output of the kernel's float type"},
		{"y = float(sqrt(i))", typed(kernels.Int32, "i"), "y", "sqrt(i)", "sqrt takes floats, not int32"},
		{"y = fma(i, i, i)", typed(kernels.Int32, "i", "y"), "y", "fma(i, i, i)", "fma takes floats, not int32"},
		{"y = i^j", typed(kernels.Int32, "i", "j", "y"), "y", "i^j", "power takes floats, not int32"},
		{"y = i^-2", typed(kernels.Int32, "i", "y"), "y", "i^-2", "a negative power of int32"},
		{"y = rem(x, 3)", nil, "y", "rem(x, 3)", "rem takes integers, not the kernel's float type"},
		{"y = shl(i, j)", typed(kernels.Int64, "i", "y"), "y", "shl(i, j)", "shl of int64 and the kernel's float type without a conversion"},
		{"y = bnot(2.5)", nil, "y", "bnot(2.5)", "bnot takes integers, not a number that is no integer"},
		{"y = float64bits(x)", typed(kernels.Uint64, "y"), "y", "float64bits(x)", "float64bits takes float64, not the kernel's float type"},
		{"y = float32frombits(i)", typed(kernels.Uint64, "i"), "y", "float32frombits(i)", "float32frombits takes uint32, not uint64"},
		{"y = int32(x < 1)", typed(kernels.Int32, "y"), "y", "x < 1", "a truth value where int32 needs a number"},
		{"s = mean(i)", typed(kernels.Int64, "i"), "s", "i", "sum takes floats, not int64; convert it"},
		{"s = exactsum(i)", typed(kernels.Int64, "i"), "s", "i", "int64 where floats are needed; convert it"},
		{"s = sum(int32(i))", typed(kernels.Int64, "i", "s"), "s", "int32(i)", "int32 for an output of int64"},
		{"y = x; s = sum(300000000000)", typed(kernels.Int32, "s"), "s", "300000000000", "300000000000 does not fit int32"},
		{"s = sum(x)", typed(kernels.Int64, "s"), "s", "x", "the result of a reduction cannot be int64"},
		{"s = max(x)", typed(kernels.Float32, "s"), "s", "x", "the kernel's float type for an output of float32"},
		{"y = x", typed(kernels.Int64, "i"), "", "", "unknown variable i: it is declared int64 and stands in no output"},
		{"y = x", typed(kernels.Bool, "x"), "", "", "x cannot be of type bool"},
		{"y = x", typed(99, "x"), "", "", "x cannot be of type Type(99)"},
	} {
		opts := []kernels.Option{}
		if c.opt != nil {
			opts = append(opts, c.opt)
		}
		k, err := kernels.Parse("k", c.text, opts...)
		var e *kernels.Error
		if k != nil || !errors.As(err, &e) {
			t.Errorf("%s: %v, %v", c.text, k, err)
		} else if e.Output != c.output || e.Term != c.term || e.Reason != c.reason {
			t.Errorf("%s: output %q, term %q, %q\nwant output %q, term %q, %q", c.text, e.Output, e.Term, e.Reason, c.output, c.term, c.reason)
		}
	}
	if _, err := kernels.Parse("k", "y = x", kernels.Typed(kernels.Float32, "x"), kernels.Typed(kernels.Float64, "x")); err == nil || !strings.Contains(err.Error(), "x is declared float32 and float64") {
		t.Errorf("two types: %v", err)
	}
}

func TestTypedParams(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "y = int32(x) + s; z = x*a; r = sum(float32(x)); q = max(x)", kernels.Typed(kernels.Int32, "y", "s"), kernels.Scalars("s", "a")))
	want := map[string]kernels.Type{"y": kernels.Int32, "s": kernels.Int32, "x": 0, "z": 0, "a": 0, "r": kernels.Float32, "q": 0}
	for _, p := range k.Params() {
		if p.Type != want[p.Name] {
			t.Errorf("%s is of type %v, want %v", p.Name, p.Type, want[p.Name])
		}
	}
	for _, own := range []kernels.Type{kernels.Float64, kernels.Float32} {
		p := k.Program(own)
		if p.Arrays[0].Type != kernels.Int32 || p.Arrays[1].Type != own || p.Arrays[2].Type != own || !slices.Equal(p.Scalars, []kernels.Type{kernels.Int32, own}) {
			t.Errorf("program of %v:\n%v", own, p)
		}
	}
}

// The optimiser works on floats, up to the conversions and not past them.
func TestTypedOptimised(t *testing.T) {
	for _, c := range []struct {
		text, want string
		types      []kernels.Option
	}{
		{"y = float(n)*2 + float(n)*3 + x", "y = fma(float(n), 5, x)", []kernels.Option{kernels.Typed(kernels.Int32, "n")}},
		{"y = int32(x*2 + x*3) + n", "y = int32(x*5) + n", []kernels.Option{kernels.Typed(kernels.Int32, "n", "y")}},
		{"y = n*2 + n*3 + n/2 - n + n", "y = n*2 + n*3 + n/2 - n + n", []kernels.Option{kernels.Typed(kernels.Int64, "n", "y")}},
		{"y = select(n < 3, x, x*x + x)", "y = select(n < 3, x, fma(x, x, x))", []kernels.Option{kernels.Typed(kernels.Int64, "n")}},
		{"y = float(float32(x) + float32(w)) - x", "y = float(float32(x) + float32(w)) - x", nil},
		{"y = select(x*2 + x*3 < w, n, 0)", "y = select(x*5 < w, n, 0)", []kernels.Option{kernels.Typed(kernels.Int64, "n", "y")}},
		{"y = float(int64(x*2 + x*3))*2 + float(int64(x*2 + x*3))", "y = float(int64(x*5))*3", nil},
		{"y = float32(x)*w + v; z = x*x + x", "y = fma(float32(x), w, v); z = fma(x, x, x)", []kernels.Option{kernels.Typed(kernels.Float32, "y", "w", "v")}},
	} {
		k, err := kernels.Parse("k", c.text, c.types...)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		var texts []string
		for _, o := range k.Optimized() {
			texts = append(texts, o.String())
		}
		if got := strings.Join(texts, "; "); got != c.want {
			t.Errorf("%s became %s, want %s", c.text, got, c.want)
		}
		x, err := k.Explain(context.Background())
		if err != nil || x.Chains != nil || !strings.Contains(x.String(), "errors are not measured") {
			t.Errorf("explain %s: %v\n%v", c.text, err, x)
		}
	}
}

// Which divisions can fail, and where.
func TestDivisions(t *testing.T) {
	for text, want := range map[string]string{
		"y = n/d":                                              "n/d where d == 0",
		"y = n/3 + rem(n, 5)":                                  "",
		"y = n/d + rem(n, d)":                                  "rem(n, d) where d == 0",
		"y = n/0":                                              "n/0 where 0 == 0",
		"y = select(d != 0, n/d, 0)":                           "",
		"y = select(d == 0, 0, n/d)":                           "",
		"y = select(d > 0, n/d, n/(-d))":                       "n/(-d) where !(d > 0) && -d == 0",
		"y = select(n < d, n/d, n)":                            "n/d where n < d && d == 0",
		"y = select(n < d, n/d, n/d + 1)":                      "n/d where d == 0",
		"y = select(n < 1, n/d, 0) + select(d < 1, n/d, 0)":    "n/d where (d < 1 || n < 1) && d == 0",
		"y = select(n < 1, n/d, 0) + select(n < 1, 0, n/d)":    "n/d where d == 0",
		"y = select(d != 0 && n/d > 2, 1, 0)":                  "",
		"y = select(d == 0 || n/d > 2, 1, 0)":                  "",
		"y = select(n/d > 2 && d != 0, 1, 0)":                  "n/d where d == 0",
		"y = select(n > 1 && n/d > 2, 1, 0)":                   "n/d where n > 1 && d == 0",
		"y = select(n > 1, select(n < 5, rem(n, d), 1), n)":    "rem(n, d) where n > 1 && n < 5 && d == 0",
		"y = select(n > 1, select(d > 0, rem(n, d), 1), n)":    "",
		"y = select(d >= 1, n/d, 0)":                           "n/d where d >= 1 && d == 0",
		"y = n/(d*d) + n/d":                                    "n/d where d == 0, n/(d*d) where d*d == 0",
		"y = select(float(n)*2 + float(n)*3 < x, n/d, n)":      "n/d where float(n)*5 < x && d == 0",
		"y = n; z = select(x < w, float(n/d)*2 + w, w) + w":    "n/d where x < w && d == 0",
		"y = n; z = select(n < 2, float(n/d), w)*x + w + x":    "n/d where n < 2 && d == 0",
		"y = select(x < w, n, 1)/select(x < w, d, 1)":          "select(x < w, n, 1)/select(x < w, d, 1) where select(x < w, d, 1) == 0",
		"y = n; z = x/w + float(n)/w":                          "",
		"y = n/d; z = float(n/d)":                              "n/d where d == 0",
		"y = int32(select(n < 1, 1, 2)/select(n < 1, 1, 0))*n": "select(n < 1, 1, 2)/select(n < 1, 1, 0) where select(n < 1, 1, 0) == 0",
	} {
		k, err := kernels.Parse("k", text, kernels.Typed(kernels.Int32, "y"), declaredIf(text, "n"), declaredIf(text, "d"))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := strings.Join(kernels.Springs(k), ", "); got != want {
			t.Errorf("%s: %s\nwant %s", text, got, want)
		}
		if p := k.Program(kernels.Float64); len(p.Traps) != len(k.Divisions()) {
			t.Errorf("%s: %d traps for %v", text, len(p.Traps), k.Divisions())
		}
	}
}

// declaredIf declares an int32 that a kernel has.
func declaredIf(text, name string) kernels.Option {
	for _, v := range symbolic.Vars(symbolic.MustParse(strings.NewReplacer("y = ", "", ";", "+", "z = ", "").Replace(text))) {
		if v.Name() == name {
			return kernels.Typed(kernels.Int32, name)
		}
	}
	return kernels.Typed(kernels.Int32)
}

// cheap is a model that likes remainders best.
type cheap struct{}

func (cheap) Name() string { return "cheap" }
func (cheap) Cycles(op string) (float64, bool) {
	if op == "rem" {
		return 0.001, true
	}
	return 1, true
}

// A caller's rules that make integers of floats are an error, and of a kernel that
// has types nothing is taken that does not fit.
func TestTypedRules(t *testing.T) {
	rules := []*rewrite.Rule[symbolic.Expr]{rewrite.MustParse(symbolic.Terms, "?a*?b => rem(?a, ?b)", rewrite.Rounding)}
	opt := kernels.Optimize(egraph.Optimizer{Rules: rules, Costs: cheap{}})
	var e *kernels.Error
	if _, err := kernels.Parse("k", "y = x*w", opt); !errors.As(err, &e) || !strings.Contains(err.Error(), "an operation on integers") {
		t.Errorf("a rule that makes a remainder: %v", err)
	}
	k, err := kernels.Parse("k", "y = x*float(n*m)", opt, kernels.Typed(kernels.Int32, "n", "m"))
	if err != nil || k.Optimized()[0].String() != "y = x*float(n*m)" {
		t.Errorf("a rule that makes a remainder of floats: %v, %v", k, err)
	}
}

func TestParseType(t *testing.T) {
	for typ := kernels.Float64; typ <= kernels.Bool; typ++ {
		if got, err := kernels.ParseType(typ.String()); got != typ || err != nil {
			t.Errorf("%v: %v, %v", typ, got, err)
		}
	}
	var e *kernels.Error
	for _, name := range []string{"", "int", "Float64"} {
		if _, err := kernels.ParseType(name); !errors.As(err, &e) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// Whatever the text and the types, there is a kernel or an error.
func FuzzTyped(f *testing.F) {
	f.Add("y = n/d + rem(n, d)", uint64(0o3333))
	f.Add("y = select(x < 2 && n/d > 1, float(n)*x + x, float32(x)); s = sum(x)", uint64(0o1234567))
	f.Add("y = float64frombits(bor(float64bits(x), 1)); z = shl(i, 3)^4 - bnot(i)", uint64(0o5555))
	f.Add("y = int32(select(0 < 1, 1, 2)) + 1/0; z = sqrt(2)*x", uint64(0o4040))
	f.Fuzz(func(t *testing.T, text string, types uint64) {
		if len(text) > 200 {
			return
		}
		var opts []kernels.Option
		if plain, err := kernels.Parse("k", text, kernels.Unoptimized()); err == nil {
			for i, p := range plain.Params() {
				if typ := kernels.Type(types >> (3 * (i % 21)) & 7); typ != 0 {
					opts = append(opts, kernels.Typed(typ, p.Name))
				}
			}
		} else {
			for i, name := range []string{"x", "y", "z", "n", "d", "i", "s"} {
				if typ := kernels.Type(types >> (3 * i) & 7); typ != 0 && strings.Contains(text, name) {
					opts = append(opts, kernels.Typed(typ, name))
				}
			}
		}
		k, err := kernels.Parse("k", text, append(opts, kernels.Optimize(egraph.Optimizer{Nodes: 60}))...)
		if err != nil {
			var e *kernels.Error
			if !errors.As(err, &e) || k != nil {
				t.Errorf("%q: %T %v", text, err, err)
			}
			return
		}
		for _, own := range []kernels.Type{kernels.Float64, kernels.Float32} {
			p := k.Program(own)
			if len(p.Traps) != len(k.Divisions()) {
				t.Errorf("%q: %d traps, %d divisions", text, len(p.Traps), len(k.Divisions()))
			}
			for _, list := range [][]kernels.Instr{p.Uniform, p.Body} {
				for _, in := range list {
					n := in.Op.NumArgs()
					for j := range n {
						have := p.TypeOf(in.Args[j])
						switch {
						case in.Op == kernels.OpConvert || in.Op == kernels.OpBits || in.Op == kernels.OpTable:
						case in.Op == kernels.OpSelect && j == 0:
							if have != kernels.Bool {
								t.Errorf("%q: a select on %v\n%v", text, have, p)
							}
						case in.Op.Compares():
							if have != p.TypeOf(in.Args[0]) || in.Type != kernels.Bool {
								t.Errorf("%q: a comparison of two types\n%v", text, p)
							}
						case have != in.Type:
							t.Errorf("%q: %v of %v with %v\n%v", text, in.Op, in.Type, have, p)
						}
					}
				}
			}
			for _, s := range p.Stores {
				if p.TypeOf(s.Value) != p.Arrays[s.Slot].Type {
					t.Errorf("%q: a store of %v to %v", text, p.TypeOf(s.Value), p.Arrays[s.Slot].Type)
				}
			}
		}
	})
}

// A kernel without types is what it was: the same programs, shared with others.
func TestUntypedIsShared(t *testing.T) {
	a := kernels.Must(kernels.Parse("a", "y = x*s + w", kernels.Scalars("s")))
	b := kernels.Must(kernels.Parse("b", "y = x*s + w", kernels.Scalars("s"), kernels.Typed(kernels.Float64, "y", "x", "s", "w")))
	if a.Program(kernels.Float64) != b.Program(kernels.Float64) {
		t.Error("float64 as declared is another program than that of arrays of float64")
	}
	if a.Program(kernels.Float32) == b.Program(kernels.Float32) {
		t.Error("what is declared float64 depends on the kernel's float type")
	}
	if b.Program(kernels.Float32).Arrays[0].Type != kernels.Float64 {
		t.Error("a declared type is not kept")
	}
}

// Chains of integer operations and of conversions may be long.
func TestTypedDeep(t *testing.T) {
	const n = 20_000
	i, x := symbolic.Var("i"), symbolic.Var("x")
	e, f := i, x
	for j := range n {
		e = e.Mul(i).Add(symbolic.Int(int64(j)))
		f = symbolic.ToFloat(symbolic.ToInt64(f.Mul(x)))
	}
	k, err := kernels.New("deep", []kernels.Output{kernels.Assign("y", e), kernels.Assign("z", f)}, kernels.Typed(kernels.Int64, "i", "y"))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(k.Program(kernels.Float64).Body); got < 5*n {
		t.Errorf("%d instructions", got)
	}
}

func ExampleTyped() {
	// The finaliser of a hash function, on integers that wrap.
	k, err := kernels.Parse("mix", "h = bxor(x, shr(x, 33))*k", kernels.Scalars("k"), kernels.Typed(kernels.Uint64, "h", "x", "k"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range k.Params() {
		fmt.Println(p.Name, p.Kind, p.Type)
	}
	_, err = kernels.Parse("mixed", "y = i*x", kernels.Typed(kernels.Int32, "i"))
	fmt.Println(err)
	// Output:
	// h array uint64
	// x array uint64
	// k scalar uint64
	// kernels: mixed: output y: mul of int32 and the kernel's float type without a conversion: i*x
}
