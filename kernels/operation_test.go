package kernels_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
)

// TestOperationLaws: what keeps the laws is taken, and of what does not the law and the numbers are told.
func TestOperationLaws(t *testing.T) {
	for _, c := range []struct {
		combine, identity string
		samples           []float64
		law               kernels.Law
		at                []float64
		got, want         float64
	}{
		{combine: "a + b", identity: "0"},
		{combine: "a*b", identity: "1"},
		{combine: "max(a, b)", identity: "-inf"},
		{combine: "a + b + a*b", identity: "0"},
		{combine: "(a + b)/(1 + a*b)", identity: "0"},
		{combine: "select(b == b, b, a)", identity: "nan"},
		{combine: "select(b == 0, a, b)", identity: "1 - 1"},
		{combine: "hypot(a, b)", identity: "0", samples: []float64{0, 1, 2.5, 1e9}},
		{combine: "log(exp(a) + exp(b))", identity: "-inf", samples: []float64{-3, -1, 0, 1, 2.5}},
		{combine: "select(a == b, a + log(2), max(a, b) + log1p(exp(-abs(a - b))))", identity: "-inf"},

		{combine: "hypot(a, b)", identity: "0", law: kernels.LeftIdentity, at: []float64{-1}, got: 1, want: -1},
		{combine: "a + b", identity: "1", law: kernels.LeftIdentity, at: []float64{1}, got: 2, want: 1},
		{combine: "a + b", identity: "nan", law: kernels.LeftIdentity, at: []float64{1}, got: math.NaN(), want: 1},
		{combine: "a + b", identity: "1e-9", samples: []float64{1e12, 1e-9}, law: kernels.LeftIdentity, at: []float64{1e-9}, got: 2e-9, want: 1e-9},
		{combine: "a - b", identity: "0", law: kernels.LeftIdentity, at: []float64{1}, got: -1, want: 1},
		{combine: "a/b", identity: "1", samples: []float64{1, 2}, law: kernels.LeftIdentity, at: []float64{2}, got: 0.5, want: 2},
		{combine: "b - a + 0*b", identity: "0", samples: []float64{0, 2}, law: kernels.RightIdentity, at: []float64{2}, got: -2, want: 2},
		{combine: "a + b + 2*a*b*(a + b)", identity: "0", samples: []float64{1, 2}, law: kernels.Associativity, at: []float64{1, 1, 2}, got: 200, want: 496},
		{combine: "max(a, b) + log1p(exp(-abs(a - b)))", identity: "-inf", law: kernels.LeftIdentity, at: []float64{math.Inf(-1)}, got: math.NaN(), want: math.Inf(-1)},
	} {
		op, err := kernels.ParseOperation("op", "a", "b", c.combine, c.identity, c.samples...)
		var broken *kernels.OperationError
		switch {
		case c.law == 0 && err != nil:
			t.Errorf("%s: %v", c.combine, err)
		case c.law == 0:
			if op.Name() != "op" || !strings.HasPrefix(op.String(), "op(a, b) = ") {
				t.Errorf("%s is %v", op.Name(), op)
			}
		case !errors.As(err, &broken) || broken.Law != c.law || broken.Operation != "op":
			t.Errorf("%s: %v", c.combine, err)
		case !slices.Equal(broken.At, c.at) || broken.Want != c.want || broken.Got != c.got && (broken.Got == broken.Got || c.got == c.got):
			t.Errorf("%s: %+v, want %v: %v, %v", c.combine, broken, c.at, c.got, c.want)
		}
	}
}

func TestOperationErrors(t *testing.T) {
	for _, c := range [][]string{
		{"1op", "a", "b", "a + b", "0", `"1op" is not a name`},
		{"op", "a", "a", "a + a", "0", "two variables of the name a"},
		{"op", "a", "", "a + b", "0", `"" is not a name`},
		{"sum", "a", "b", "a + b", "0", "a built-in reduction has that name"},
		{"op", "a", "b", "a + c", "0", "c is neither a nor b"},
		{"op", "a", "b", "a + a", "0", "one of a and b is not used"},
		{"op", "a", "b", "a +* b", "0", `malformed: symbolic: offset 3 of "a +* b": expected an operand, found "*"`},
		{"op", "a", "b", "a + b", "(", `malformed: symbolic: offset 1 of "(": expected an operand, found the end`},
		{"op", "a", "b", "a + b", "a", "the identity a has no value: symbolic: evaluate: a has no value"},
		{"op", "a", "b", "a < b", "0", "malformed: kernels: op: output c: a truth value, and arrays hold numbers: a < b"},
		{"op", "a", "b", "a + b + float(index())", "0", "what depends on the place, or may fail: a + b + float(index())"},
		{"op", "a", "b", "float(int64(a)/int64(b))", "0", "what depends on the place, or may fail: float(int64(a)/int64(b))"},
	} {
		_, err := kernels.ParseOperation(c[0], c[1], c[2], c[3], c[4])
		var e *kernels.OperationError
		if !errors.As(err, &e) || e.Error() != "kernels: operation "+c[0]+": "+c[5] {
			t.Errorf("%q: %v", c, err)
		}
	}
	_, err := kernels.ParseOperation("op", "a", "b", "a - b", "0")
	if want := "kernels: operation op: identity∘a = a does not hold: for a = 1 the left side is -1, the right side 1"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestKernelsOfOperations(t *testing.T) {
	last, err := kernels.ParseOperation("last", "u", "v", "select(v == v, v, u)", "nan")
	if err != nil {
		t.Fatal(err)
	}
	other, err := kernels.ParseOperation("last", "u", "v", "u + v", "0")
	if err != nil {
		t.Fatal(err)
	}
	text := "y = scan(last, x); r = fold(last, x*2); s = segments(last, x, rows); p = segscan(last, x, rows); q = segscanbefore(max, x, rows); t = sum(x)"
	k, err := kernels.Parse("k", text, kernels.Operations(last, last), kernels.Typed(kernels.Int32, "rows"))
	if err != nil {
		t.Fatal(err)
	}
	if k.String() != text {
		t.Errorf("%s, want %s", k, text)
	}
	x := symbolic.Var("x")
	same := kernels.Must(kernels.New("k", []kernels.Output{
		{Name: "y", Expr: x, Op: last, Collect: kernels.Scan}, kernels.FoldOf("r", last, x.Mul(symbolic.Int(2))),
		{Name: "s", Expr: x, Op: last, By: symbolic.Var("rows"), Collect: kernels.Segments}, {Name: "p", Expr: x, Op: last, By: symbolic.Var("rows"), Collect: kernels.SegmentScan},
		kernels.SegmentScanBeforeOf("q", kernels.Max, x, "rows"), {Name: "t", Expr: x, Reduce: kernels.Sum, Collect: kernels.Folded},
	}, kernels.Typed(kernels.Int32, "rows")))
	if same.String() != text || same.Program(kernels.Float64) != k.Program(kernels.Float64) || !slices.Equal(same.Params(), k.Params()) {
		t.Errorf("%s of %v, want %s of %v", same, same.Params(), k, k.Params())
	}
	if got := kernels.Must(kernels.Parse("k", "t = fold(prod, x)")).String(); got != "t = prod(x)" {
		t.Error(got)
	}
	for _, c := range []struct{ text, want string }{
		{"y = scan(first, x)", `expected a reduction or an operation, found "first"`},
		{"y = fold(last)", "fold takes 2 arguments"},
		{"y = segscan(last, x)", "segscan takes 3 arguments"},
		{"y = fold(last, x, rows)", "fold takes 2 arguments"},
		{"y = segscan(last, x, rows + 1)", "segments are given by the name of an array"},
		{"y = segscan(last, rows, rows)", "rows says where segments begin and can be nothing else"},
		{"y = along(last, x, 0)", "along with the operation last, or with a reduction besides"},
		{"y = scan(last, k)", "the operation last of int64; convert it: k"},
		{"y = last(x)", "last"},
	} {
		opts := []kernels.Option{kernels.Operations(last)}
		if strings.Contains(c.text, "k)") {
			opts = append(opts, kernels.Typed(kernels.Int64, "k"))
		}
		_, err := kernels.Parse("k", c.text, opts...)
		var e *kernels.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.text, err)
		}
	}
	if _, err := kernels.Parse("k", "y = scan(last, x)", kernels.Operations(last, other)); err == nil || !strings.Contains(err.Error(), "two operations of the name last") {
		t.Error(err)
	}
	for _, op := range []*kernels.Operation{nil, {}} {
		if _, err := kernels.Parse("k", "y = scan(sum, x)", kernels.Operations(op)); err == nil {
			t.Error("an operation that is none")
		}
	}
	for _, o := range []kernels.Output{
		{Name: "y", Expr: x, Op: &kernels.Operation{}, Collect: kernels.Scan}, {Name: "y", Expr: x, Op: last, Reduce: kernels.Sum, Collect: kernels.Scan},
		{Name: "y", Expr: x, Op: last}, {Name: "y", Expr: x, Collect: kernels.Folded}, {Name: "y", Expr: x, Op: last, Collect: kernels.Mean},
	} {
		var e *kernels.Error
		if _, err := kernels.New("k", []kernels.Output{o}); !errors.As(err, &e) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// FuzzParseOperation: no texts make it panic, and the interpreter takes what it makes.
func FuzzParseOperation(f *testing.F) {
	f.Add("a + b", "0", 1.0)
	f.Add("select(b == b, b, a)", "nan", -2.0)
	f.Add("max(a, b) + log1p(exp(-abs(a - b)))", "-inf", 0.0)
	f.Add("float(shl(int64(a), int32(b))) + at(a, 1)", "1/0", 1e300)
	f.Add("a[1] + gather(b, index())", "x", 3.0)
	f.Fuzz(func(t *testing.T, combine, identity string, sample float64) {
		if len(combine)+len(identity) > 300 {
			return
		}
		op, err := kernels.ParseOperation("op", "a", "b", combine, identity, sample)
		if err != nil {
			var e *kernels.OperationError
			if !errors.As(err, &e) || e.Error() == "" {
				t.Fatalf("error of type %T", err)
			}
			return
		}
		k, err := kernels.Parse("k", "y = scan(op, x)", kernels.Operations(op))
		if err != nil || k.String() != "y = scan(op, x)" {
			t.Fatalf("%v: %v", k, err)
		}
	})
}
