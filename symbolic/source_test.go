package symbolic_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	. "github.com/triad-go/triad/symbolic"
)

// randomProgram is terms over the variables that share subterms, numbers and
// truth values each where they belong. With calls there are functions in them.
func randomProgram(r *rand.Rand, vars []Expr, calls bool) []Expr {
	numbers := slices.Clone(vars)
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -2.5, 0.1, 1e300, -1e-310, math.Inf(-1), math.NaN()} {
		numbers = append(numbers, Const(v))
	}
	numbers = append(numbers, Int(0), Int(3), Rat(-1, 3), MustParse("12345678901234567891"))
	truths := []Expr{Lt(vars[0], vars[1])}
	// Late ones are taken often, so that the terms are deep.
	pick := func(from []Expr) Expr {
		if r.IntN(2) == 0 {
			return from[len(from)-1-r.IntN(min(4, len(from)))]
		}
		return from[r.IntN(len(from))]
	}
	names := []string{"sin", "exp", "log", "lgamma", "sign", "log10", "floor", "atan2", "mod", "copysign", "cbrt", "pi"}
	for range 20 + r.IntN(40) {
		a, b, c := pick(numbers), pick(numbers), pick(numbers)
		p, q := pick(truths), pick(truths)
		switch r.IntN(20) {
		case 0, 1:
			numbers = append(numbers, a.Add(b))
		case 2, 3:
			numbers = append(numbers, a.Sub(b))
		case 4, 5, 6:
			numbers = append(numbers, a.Mul(b))
		case 7:
			numbers = append(numbers, a.Div(b))
		case 8:
			numbers = append(numbers, a.Neg())
		case 9:
			numbers = append(numbers, a.Pow([]int{0, 1, -1, 2, 3, -7, 10, 63}[r.IntN(8)]))
		case 10:
			numbers = append(numbers, FMA(a, b, c))
		case 11:
			numbers = append(numbers, []Expr{a.Abs(), a.Abs().Sqrt(), a.Sqrt()}[r.IntN(3)])
		case 12:
			numbers = append(numbers, Min(a, b))
		case 13:
			numbers = append(numbers, Max(a, b))
		case 14, 15:
			numbers = append(numbers, Select(p, a, b))
		case 16, 17:
			compare := []func(a, b Expr) Expr{Lt, Le, Gt, Ge, Eq, Ne}
			truths = append(truths, compare[r.IntN(6)](a, b))
		case 18:
			truths = append(truths, []Expr{And(p, q), Or(p, q), Not(p)}[r.IntN(3)])
		case 19:
			switch name := names[r.IntN(len(names))]; {
			case !calls && name != "sign":
				numbers = append(numbers, Canonical(a), Plus(a, Times(b, c)))
			case LookupFunction(name, 2) != nil:
				numbers = append(numbers, Call(LookupFunction(name, 2), a, b))
			case LookupFunction(name, 1) != nil:
				numbers = append(numbers, Call(LookupFunction(name, 1), a))
			default:
				numbers = append(numbers, Pi(), a.PowExpr(b))
			}
		}
	}
	return numbers[len(numbers)-3:]
}

// points are values for so many variables.
func points(r *rand.Rand, n, vars int) [][]float64 {
	special := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 3, math.Inf(1), math.NaN(), 1e200, -1e-200, 1e-320}
	p := make([][]float64, n)
	for i := range p {
		p[i] = make([]float64, vars)
		for j := range p[i] {
			if p[i][j] = 10*r.Float64() - 5; r.IntN(4) == 0 {
				p[i][j] = special[r.IntN(len(special))]
			}
		}
	}
	return p
}

func bitsText(v float64) string {
	if v != v {
		return "nan"
	}
	return strconv.FormatUint(math.Float64bits(v), 16)
}

// checkPrograms compares what a program printed, a line for each program and
// point, with the values.
func checkPrograms(t *testing.T, output string, programs [][]Expr, sources []string, vars []Expr, at [][]float64) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(output), "\n")
	if len(lines) != len(programs)*len(at) {
		t.Fatalf("%d lines, want %d", len(lines), len(programs)*len(at))
	}
	for i, exprs := range programs {
		ev, err := NewEvaluator(vars, exprs...)
		if err != nil {
			t.Fatal(err)
		}
		dst := make([]float64, len(exprs))
		for _, p := range at {
			if err := ev.Eval(dst, p); err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, v := range dst {
				want = append(want, bitsText(v))
			}
			if got := strings.Fields(lines[0]); !slices.Equal(got, want) {
				t.Fatalf("at %v: %s, want %s\n%s", p, got, want, sources[i])
			}
			lines = lines[1:]
		}
	}
}

var sourceVars = []Expr{Var("x"), Var("func"), Index("u", 1, -2), Var("ж"), Var("t1")}

func sourcePrograms(t *testing.T, r *rand.Rand, calls bool, write func(i int, exprs []Expr) (string, error)) (programs [][]Expr, sources []string) {
	n := 100
	if testing.Short() {
		n = 10
	}
	for i := range n {
		exprs := randomProgram(r, sourceVars, calls)
		text, err := write(i, exprs)
		if err != nil {
			t.Fatal(err)
		}
		programs = append(programs, exprs)
		sources = append(sources, text)
	}
	return programs, sources
}

// Go source compiles, and computes the bits of the Evaluator.
func TestGoFuncRuns(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	r := rand.New(rand.NewPCG(51, 52))
	programs, sources := sourcePrograms(t, r, true, func(i int, exprs []Expr) (string, error) {
		f := Func{Name: fmt.Sprintf("f%d", i), Params: []Param{{Name: "in", Vars: sourceVars}}, Out: "out"}
		if i%2 == 1 { // numbers, and results that are returned
			f.Params, f.Out = nil, ""
			for _, v := range sourceVars {
				f.Params = append(f.Params, Param{Name: v.Name()})
			}
		}
		return GoFunc(f, exprs...)
	})
	at := points(r, 20, len(sourceVars))
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\t\"fmt\"\n\t\"math\"\n)\n\nvar in = [][]float64{\n")
	for _, p := range at {
		b.WriteString("\t{")
		for _, v := range p {
			fmt.Fprintf(&b, "math.Float64frombits(%#x), ", math.Float64bits(v))
		}
		b.WriteString("},\n")
	}
	b.WriteString("}\n\nfunc main() {\n\tout := make([]float64, 3)\n")
	for i := range sources {
		call := fmt.Sprintf("f%d(out, p)", i)
		if i%2 == 1 {
			call = fmt.Sprintf("out[0], out[1], out[2] = f%d(p[0], p[1], p[2], p[3], p[4])", i)
		}
		fmt.Fprintf(&b, "\tfor _, p := range in {\n\t\t%s\n\t\tprint(out)\n\t}\n", call)
	}
	b.WriteString("}\n\nfunc print(out []float64) {\n\tfor _, v := range out {\n\t\tif v != v {\n\t\t\tfmt.Print(\"nan \")\n\t\t} else {\n\t\t\tfmt.Printf(\"%x \", math.Float64bits(v))\n\t\t}\n\t}\n\tfmt.Println()\n}\n\n")
	b.WriteString(strings.Join(sources, "\n"))
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(goTool, "run", file)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	checkPrograms(t, string(out), programs, sources, sourceVars, at)
}

// On machines that fuse, Go source has nothing that the compiler fuses.
func TestGoFuncDoesNotFuse(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil || testing.Short() {
		t.Skip("needs the go tool and time")
	}
	x, y := Var("x"), Var("y")
	fusing := Call(LookupFunction("log10", 1), x).Add(y)
	r := rand.New(rand.NewPCG(55, 56))
	_, sources := sourcePrograms(t, r, true, func(i int, exprs []Expr) (string, error) {
		for e := range Postorder(exprs...) {
			if e.Op() == OpFMA {
				exprs = []Expr{fusing, x.Mul(y).Neg().Add(x)}
			}
		}
		return GoFunc(Func{Name: fmt.Sprintf("f%d", i), Params: []Param{{Name: "in", Vars: append(sourceVars, y)}}, Out: "out"}, exprs...)
	})
	file := filepath.Join(t.TempDir(), "main.go")
	text := "package main\n\nimport \"math\"\n\nvar _ = math.Pi\n\nfunc main() {}\n\n" + strings.Join(sources, "\n")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(goTool, "build", "-gcflags=-S", "-o", os.DevNull, file)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	listing, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(listing), "FMULD") {
		t.Fatalf("%v\n%.2000s", err, listing)
	}
	for line := range strings.Lines(string(listing)) {
		_, code, _ := strings.Cut(line, "main.go:") // not within package math
		for _, fused := range []string{"FMADDD", "FMSUBD", "FNMADDD", "FNMSUBD"} {
			if number, _, ok := strings.Cut(code, ")"); ok && strings.Contains(code, fused) {
				n, _ := strconv.Atoi(number)
				t.Errorf("%s: %s", strings.TrimSpace(line), strings.Split(text, "\n")[n-1])
			}
		}
	}
}

// C source compiles, and computes the bits of the Evaluator.
func TestCFuncRuns(t *testing.T) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip(err)
	}
	r := rand.New(rand.NewPCG(53, 54))
	programs, sources := sourcePrograms(t, r, false, func(i int, exprs []Expr) (string, error) {
		return CFunc(Func{Name: fmt.Sprintf("f%d", i), Params: []Param{{Name: "in", Vars: sourceVars}}, Out: "out"}, exprs...)
	})
	at := points(r, 20, len(sourceVars))
	var b strings.Builder
	b.WriteString("#include <math.h>\n#include <stdint.h>\n#include <inttypes.h>\n#include <stdio.h>\n#include <string.h>\n\n")
	b.WriteString(strings.Join(sources, "\n"))
	fmt.Fprintf(&b, "\nstatic const uint64_t in[][%d] = {\n", len(sourceVars))
	for _, p := range at {
		b.WriteString("\t{")
		for _, v := range p {
			fmt.Fprintf(&b, "UINT64_C(%#x), ", math.Float64bits(v))
		}
		b.WriteString("},\n")
	}
	fmt.Fprintf(&b, "};\n\nint main(void)\n{\n\tvoid (*const f[])(double *, const double *) = {")
	for i := range sources {
		fmt.Fprintf(&b, "f%d, ", i)
	}
	fmt.Fprintf(&b, `};
	for (int i = 0; i < %d; i++)
		for (int j = 0; j < %d; j++) {
			double p[%d], out[3];
			memcpy(p, in[j], sizeof p);
			f[i](out, p);
			for (int k = 0; k < 3; k++) {
				uint64_t bits;
				memcpy(&bits, &out[k], sizeof bits);
				if (out[k] != out[k])
					printf("nan ");
				else
					printf("%%" PRIx64 " ", bits);
			}
			printf("\n");
		}
	return 0;
}
`, len(sources), len(at), len(sourceVars))
	dir := t.TempDir()
	file, program := filepath.Join(dir, "main.c"), filepath.Join(dir, "main")
	if err := os.WriteFile(file, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(gcc, "-std=c99", "-O2", "-Wall", "-Wno-unknown-pragmas", "-ffp-contract=off", "-o", program, file, "-lm").CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(program).Output()
	if err != nil {
		t.Fatal(err)
	}
	checkPrograms(t, string(out), programs, sources, sourceVars, at)
}

// A shared subterm has one statement, and no statement is long: compilers
// recurse.
func TestSourceIsLinear(t *testing.T) {
	x := Var("x")
	doubled, sum := x, x
	for range 1000 {
		doubled = doubled.Mul(doubled).Add(x)
	}
	for range 100_000 {
		sum = x.Sub(sum)
	}
	for _, write := range []func(Func, ...Expr) (string, error){GoFunc, CFunc} {
		text, err := write(Func{}, doubled, sum)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 3_000_000 {
			t.Errorf("%d bytes", len(text))
		}
		for line := range strings.Lines(text) {
			if len(line) > 500 {
				t.Fatalf("%.100s… has %d bytes", line, len(line))
			}
		}
	}
	if text := Graphviz(doubled); len(text) > 200_000 {
		t.Errorf("%d bytes of a graph", len(text))
	}
}

func TestSourceErrors(t *testing.T) {
	x, y := Var("x"), Var("y")
	for _, tt := range []struct {
		f    Func
		e    Expr
		term Expr
		msg  string
	}{
		{Func{Params: []Param{{Name: "y"}}}, x.Add(y), x, "not a parameter"},
		{Func{}, Lt(x, y).Add(y), Lt(x, y).Add(y), "a truth value where a number is needed"},
		{Func{}, And(x, Lt(x, y)), And(x, Lt(x, y)), "a number where a truth value is needed"},
		{Func{}, Select(x, x, y), Select(x, x, y), "a number where a truth value is needed"},
		{Func{Out: "r"}, Lt(x, y), Lt(x, y), "a truth value where a number is stored"},
		{Func{Name: "digamma"}, Digamma(x).Add(y), Digamma(x), "needs the name digamma, which is the function's own"},
		{Func{Name: "goto"}, x, Expr{}, `"goto" cannot be the function's name`},
		{Func{Name: "a-b"}, x, Expr{}, `"a-b" cannot be the function's name`},
	} {
		for _, write := range []func(Func, ...Expr) (string, error){GoFunc, CFunc} {
			text, err := write(tt.f, tt.e)
			var source *SourceError
			if !errors.As(err, &source) || source.Term != tt.term || source.Msg != tt.msg || text != "" {
				t.Errorf("%v: %q, %v", tt.e, text, err)
			}
		}
	}

	// The message is short, however long the text of the term.
	for range 100 {
		x = x.Add(x)
	}
	if _, err := GoFunc(Func{}, And(x, Lt(x, y))); err == nil || len(err.Error()) > 300 {
		t.Errorf("%.1000v", err)
	}
}

// Names that a language has for itself, or the functions called have, are no
// names of parameters; constants are compared as float64.
func TestSourceNames(t *testing.T) {
	f := LookupFunction("special_gamma", 1)
	if f == nil {
		var err error
		if f, err = Register(Function{Name: "special_gamma", Arity: 1, Go: "special.Gamma"}); err != nil {
			t.Fatal(err)
		}
	}
	x := Var("x")
	for _, tt := range []struct {
		write func(Func, ...Expr) (string, error)
		e     Expr
		want  string
	}{
		{GoFunc, Call(f, x).Add(Var("special")), "func f(x, special_ float64) float64 {\n\treturn float64(special.Gamma(x)) + special_\n}\n"},
		{GoFunc, Var("math").Add(Var("_")), "func f(math_, v_ float64) float64 {\n\treturn math_ + v_\n}\n"},
		{GoFunc, Eq(Pi(), Const(math.Pi)), "func f() bool {\n\tt1 := math.Pi\n\tt2 := 3.141592653589793\n\treturn t1 == t2\n}\n"},
		{CFunc, Var("_Bool").Add(Var("M_PI")), "double f(double v_Bool, double M_PI_)\n{\n#pragma STDC FP_CONTRACT OFF\n\treturn v_Bool + M_PI_;\n}\n"},
	} {
		if got, err := tt.write(Func{}, tt.e); err != nil || got != tt.want {
			t.Errorf("%v: %v\n%s\nwant\n%s", tt.e, err, got, tt.want)
		}
	}
	text, err := GoFunc(Func{Package: "p", Imports: []string{"math"}}, Sin(x))
	if err != nil || strings.Count(text, `import "math"`) != 1 {
		t.Errorf("%v\n%s", err, text)
	}
}
