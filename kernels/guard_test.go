package kernels_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unsafe"

	. "github.com/triad-go/triad/kernels"
)

// withoutGuards is the same program with nothing to skip.
func withoutGuards(p *Program) *Program {
	return &Program{Elem: p.Elem, Arrays: p.Arrays, Scalars: p.Scalars, Tables: p.Tables, Uniform: p.Uniform, Body: p.Body, Stores: p.Stores, Reductions: p.Reductions, Traps: p.Traps}
}

// checkGuards looks whether a program keeps what Guard promises.
func checkGuards(t *testing.T, p *Program) {
	t.Helper()
	nu := len(p.Uniform)
	inside := make([]int, len(p.Body)) // the guard that a place is in, from 1
	last := 0
	for g, guard := range p.Guards {
		if guard.Lo < last || guard.Hi <= guard.Lo || guard.Hi > len(p.Body) || p.TypeOf(guard.Cond) != Bool || p.IsUniform(guard.Cond) || int(guard.Cond)-nu >= guard.Lo {
			t.Fatalf("guard %+v:\n%v", guard, p)
		}
		last = guard.Hi
		for j := guard.Lo; j < guard.Hi; j++ {
			inside[j] = g + 1
			if p.Body[j].Op == OpLoad {
				t.Errorf("a load in guard %+v", guard)
			}
		}
	}
	outside := func(v Value) {
		if !p.IsUniform(v) && inside[int(v)-nu] > 0 {
			t.Errorf("v%d leaves its guard:\n%v", v, p)
		}
	}
	for j, in := range p.Body {
		if in.Op == OpSelect && p.TypeOf(in.Args[0]) != Bool {
			t.Errorf("v%d selects by no truth value:\n%v", nu+j, p)
		}
		for i, a := range in.Args[:in.Op.NumArgs()] {
			if int(a) >= nu+j {
				t.Fatalf("v%d uses v%d:\n%v", nu+j, a, p)
			}
			if p.IsUniform(a) || inside[int(a)-nu] == 0 || inside[int(a)-nu] == inside[j] {
				continue
			}
			if in.Op != OpSelect || i != 1 || in.Args[0] != p.Guards[inside[int(a)-nu]-1].Cond {
				t.Errorf("v%d leaves its guard:\n%v", a, p)
			}
		}
	}
	for _, s := range p.Stores {
		outside(s.Value)
	}
	for _, r := range p.Reductions {
		outside(r.Value)
	}
	for _, tr := range p.Traps {
		outside(tr.Cond)
	}
}

// TestGuardsOfSides: the work of one side of a select is skipped where no lane
// takes it, whichever side it is, and the results are the same.
func TestGuardsOfSides(t *testing.T) {
	long := "x"
	for range 50 {
		long = fmt.Sprintf("(%s*x + y)", long)
	}
	other := strings.ReplaceAll(long, "+ y", "+ z")
	for _, c := range []struct {
		text   string
		guards int
	}{
		{"r = select(x < y, " + long + ", z)", 1},
		{"r = select(x < y, z, " + long + ")", 1},
		{"r = select(x < y, " + other + ", " + long + ")", 1},
		{"r = select(x < y, " + long + ", z) + " + long, 0},
		{"r = select(x < y, x*y + z, z)", 0},
		{"r = select(x < y, " + long + ", select(x < z, " + other + ", z))", 1},
		{"r = select(x < y, z, select(x < z, z, " + other + "))", 1},
		{"r = select(x < y, " + long + ", z); s = select(x < y, z, " + other + ")", 2},
		{"r = select(1 < 2, " + long + ", z)", 0},
	} {
		p := Must(Parse("k", c.text, Unoptimized())).Program(Float64)
		if len(p.Guards) != c.guards {
			t.Errorf("%.40s: %d guards, want %d", c.text, len(p.Guards), c.guards)
		}
		checkGuards(t, p)
		x := []float64{1, 2, math.NaN(), -1, 0.5}
		y := []float64{2, 1, 3, 0.25, math.Inf(1)}
		z := []float64{0, 3, 1, 4, -2}
		var got [2][][]float64
		for i, q := range []*Program{p, withoutGuards(p)} {
			f := q.NewFrame(len(x))
			for _, param := range Must(Parse("k", c.text, Unoptimized())).Params() {
				a := map[string][]float64{"x": x, "y": y, "z": z}[param.Name]
				if a == nil {
					a = make([]float64, len(x))
					got[i] = append(got[i], a)
				}
				f.Arrays[param.Slot] = unsafe.Pointer(&a[0])
			}
			q.EvalUniforms(f)
			q.Interpret(f, 0, len(x))
		}
		if fmt.Sprint(got[0]) != fmt.Sprint(got[1]) {
			t.Errorf("%.40s: %v with guards, %v without", c.text, got[0], got[1])
		}
	}
}

// TestGuardsOfFunctions: what functions seldom need is skipped, and the results are
// the same, over arguments of every kind.
func TestGuardsOfFunctions(t *testing.T) {
	guards := 0
	for _, text := range []string{
		"exp(x)", "exp2(x)", "exp10(x)", "expm1(x)", "log(x)", "log2(x)", "log10(x)", "log1p(x)", "x^y", "cbrt(x)", "hypot(x, y)",
		"sin(x)", "cos(x)", "tan(x)", "sin(x) + cos(x)", "sinpi(x)", "cospi(x)", "asin(x)", "acos(x)", "atan(x)", "atan2(x, y)",
		"sinh(x)", "cosh(x)", "tanh(x)", "asinh(x)", "acosh(x)", "atanh(x)", "erf(x)", "erfc(x)", "gamma(x)", "lgamma(x)",
		"floor(x)", "ceil(x)", "trunc(x)", "round(x)", "roundeven(x)", "sign(x)", "mantissa(x)", "exponent(x)", "ldexp(x, y)",
		"mod(x, y)", "remainder(x, y)", "copysign(x, y)", "minimum(x, y)", "maximum(x, y)", "minimumnumber(x, y)", "maximumnumber(x, y)",
	} {
		k, err := Parse("k", "r = "+text, Unoptimized())
		if err != nil {
			t.Error(err)
			continue
		}
		var x, y []float64
		for e := -1074; e < 1024; e += 37 {
			for _, m := range []float64{1, -1.37, 1.93} {
				x, y = append(x, math.Ldexp(m, e)), append(y, math.Ldexp(-m, 40-e%90))
			}
		}
		for _, v := range []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 2, math.Inf(1), math.Inf(-1), math.NaN()} {
			x, y = append(x, v, v, 3), append(y, v, 2.5, v)
		}
		p := k.Program(Float64)
		checkGuards(t, p)
		checkGuards(t, k.Program(Float32))
		// As one side of a select, a function is behind a guard, and has some itself.
		for _, side := range []string{"select(x < 2*y, %s, y) + 0*x", "select(x < 2*y, x + y, %s)"} {
			checkGuards(t, Must(Parse("k", "r = "+fmt.Sprintf(side, text), Unoptimized())).Program(Float64))
		}
		guards += len(p.Guards)
		var got [2][]float64
		for i, q := range []*Program{p, withoutGuards(p)} {
			f := q.NewFrame(len(x))
			got[i] = make([]float64, len(x))
			for _, param := range k.Params() {
				f.Arrays[param.Slot] = unsafe.Pointer(&map[string][]float64{"r": got[i], "x": x, "y": y}[param.Name][0])
			}
			q.EvalUniforms(f)
			q.Interpret(f, 0, len(x))
		}
		for i := range x {
			if a, b := got[0][i], got[1][i]; math.Float64bits(a) != math.Float64bits(b) && (a == a || b == b) {
				t.Errorf("%s of %v, %v: %v with guards, %v without", text, x[i], y[i], a, b)
				break
			}
		}
	}
	if guards < 5 {
		t.Errorf("%d guards in all functions", guards)
	}
}
