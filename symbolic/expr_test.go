package symbolic_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	goruntime "runtime"
	"sync"
	"testing"

	. "github.com/triad-go/triad/symbolic"
)

func TestEqual(t *testing.T) {
	x, y := Var("x"), Var("y")
	equal := [][2]Expr{
		{Expr{}, Int(0)},
		{Rat(0, 5), Int(0)},
		{x.Add(y), Var("x").Add(Var("y"))},
		{Rat(2, -4), Exact(big.NewRat(-1, 2))},
		{Exact(big.NewRat(7, 1)), Int(7)},
		{Const(math.NaN()), Const(math.Float64frombits(0xfff8000000000123))},
		{Sum(), Int(0)},
		{Sum(x), x},
		{Sum(x, y, x), x.Add(y).Add(x)},
	}
	for _, p := range equal {
		if p[0] != p[1] {
			t.Errorf("%v and %v differ", p[0], p[1])
		}
	}
	different := [][2]Expr{
		{x.Add(y), y.Add(x)},
		{x.Add(y).Add(x), x.Add(y.Add(x))},
		{x.Add(Int(0)), x},
		{x.Pow(2), x.Mul(x)},
		{x.Pow(2), x.Pow(-2)},
		{x.Neg().Neg(), x},
		{x.Sub(y), x.Add(y.Neg())},
		{Const(0), Int(0)},
		{Const(0), Const(math.Copysign(0, -1))},
		{Const(2).Neg(), Const(-2)},
		{Const(1).Add(Const(1)), Const(2)},
		{Lt(x, y), Gt(y, x)},
		{Min(x, y), Max(x, y)},
		{Var("x"), Var("X")},
		{Int(0).Sqrt(), x.Sqrt()},
	}
	for _, p := range different {
		if p[0] == p[1] {
			t.Errorf("two terms are both %v", p[0])
		}
	}
}

func TestAccessors(t *testing.T) {
	a, b, c := Var("a"), Var("b"), Var("c")
	for _, tt := range []struct {
		e    Expr
		op   Op
		args []Expr
		bool bool
	}{
		{e: Int(0), op: OpNumber},
		{e: Int(5), op: OpNumber},
		{e: Const(5), op: OpFloat},
		{e: a, op: OpVar},
		{a.Add(b), OpAdd, []Expr{a, b}, false},
		{a.Sub(b), OpSub, []Expr{a, b}, false},
		{a.Mul(b), OpMul, []Expr{a, b}, false},
		{a.Div(b), OpDiv, []Expr{a, b}, false},
		{a.Neg(), OpNeg, []Expr{a}, false},
		{a.Pow(3), OpPow, []Expr{a}, false},
		{FMA(a, b, c), OpFMA, []Expr{a, b, c}, false},
		{a.Sqrt(), OpSqrt, []Expr{a}, false},
		{a.Abs(), OpAbs, []Expr{a}, false},
		{Min(a, b), OpMin, []Expr{a, b}, false},
		{Max(a, b), OpMax, []Expr{a, b}, false},
		{Lt(a, b), OpLt, []Expr{a, b}, true},
		{Le(a, b), OpLe, []Expr{a, b}, true},
		{Gt(a, b), OpGt, []Expr{a, b}, true},
		{Ge(a, b), OpGe, []Expr{a, b}, true},
		{Eq(a, b), OpEq, []Expr{a, b}, true},
		{Ne(a, b), OpNe, []Expr{a, b}, true},
		{And(a, b), OpAnd, []Expr{a, b}, true},
		{Or(a, b), OpOr, []Expr{a, b}, true},
		{Not(a), OpNot, []Expr{a}, true},
		{Select(a, b, c), OpSelect, []Expr{a, b, c}, false},
	} {
		e := tt.e
		if e.Op() != tt.op || e.NumArgs() != len(tt.args) || e.Bool() != tt.bool {
			t.Errorf("%v: Op %v, NumArgs %d, Bool %v", e, e.Op(), e.NumArgs(), e.Bool())
			continue
		}
		for i, want := range tt.args {
			if e.Arg(i) != want {
				t.Errorf("%v: Arg(%d) is %v", e, i, e.Arg(i))
			}
		}
		if name := e.Name(); (name == "a") != (e == a) || name != "" && e != a {
			t.Errorf("%v: Name %q", e, name)
		}
		if n := e.Exponent(); (n == 3) != (tt.op == OpPow) || n != 0 && tt.op != OpPow {
			t.Errorf("%v: Exponent %d", e, n)
		}
		if v, ok := e.Float64(); ok != (tt.op == OpFloat) || ok && v != 5 {
			t.Errorf("%v: Float64 %v, %v", e, v, ok)
		}
		if _, ok := e.Rat(); ok != (tt.op == OpNumber) {
			t.Errorf("%v: Rat %v", e, ok)
		}
	}
	if s := OpFMA.String(); s != "fma" {
		t.Errorf("OpFMA is %q", s)
	}
	if s := Op(200).String(); s != "Op(200)" {
		t.Errorf("Op(200) is %q", s)
	}
}

// What a caller hands in or is given can be changed without changing a term.
func TestImmutable(t *testing.T) {
	r := big.NewRat(5, 3)
	e := Exact(r)
	r.SetInt64(9)
	got, _ := e.Rat()
	if got.Cmp(big.NewRat(5, 3)) != 0 {
		t.Fatalf("the number is %v", got)
	}
	got.Add(got, got)
	if e != Rat(5, 3) || e.String() != "5/3" {
		t.Fatalf("the number is %v", e)
	}
}

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"x": true, "_": true, "x1": true, "Ab_9": true, "é": true, "变量": true, "x٣": true, "min": true, "infinity": true,
		"": false, "1x": false, "x y": false, "x.y": false, "inf": false, "nan": false, "a-b": false, "٣": false,
		"x\xff": false, "\xff": false, "x\u0301": false, "@": false, "[": false, "x`": false, "x{": false, "x/": false, "x:": false,
	} {
		if IsName(name) != ok {
			t.Errorf("IsName(%q) = %v", name, !ok)
		}
		if e, err := Parse(name); (err == nil && e.Op() == OpVar && e.Name() == name) != ok {
			t.Errorf("Parse(%q) = %v, %v", name, e, err)
		}
	}
}

func TestPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"Var":        func() { Var("2x") },
		"Arg leaf":   func() { Var("x").Arg(0) },
		"Arg 0":      func() { Int(0).Arg(0) },
		"Arg past":   func() { Var("x").Neg().Arg(1) },
		"Arg before": func() { Var("x").Neg().Arg(-1) },
		"MustParse":  func() { MustParse("x +") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", name)
				}
			}()
			f()
		}()
	}
}

// Few leaves and levels, so that equal terms come about by chance.
func TestEqualIsStructural(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	few := []Expr{Var("x"), Int(2), Const(2)}
	var equal, different int
	for range 200_000 {
		a, b := random(r, few, 2), random(r, few, 2)
		if (a == b) != same(a, b) {
			t.Fatalf("%v == %v is %v", a, b, a == b)
		}
		if a == b {
			equal++
		} else {
			different++
		}
	}
	if equal < 100 || different < 100 {
		t.Fatalf("%d equal pairs, %d different", equal, different)
	}
}

// Goroutines that build the same terms at once, while the collector runs, get
// the same terms.
func TestConcurrent(t *testing.T) {
	const goroutines, terms = 8, 3000
	var results [goroutines][]Expr
	done := make(chan struct{})
	var collector, builders sync.WaitGroup
	collector.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				goruntime.GC()
			}
		}
	})
	leaves := leaves()
	for g := range goroutines {
		builders.Go(func() {
			r := rand.New(rand.NewPCG(3, 4))
			for range terms {
				results[g] = append(results[g], random(r, leaves, 5))
				random(r, leaves, 4) // dropped
			}
		})
	}
	builders.Wait()
	close(done)
	collector.Wait()
	for g := range goroutines {
		for i := range terms {
			if results[g][i] != results[0][i] {
				t.Fatalf("goroutines 0 and %d made two terms of %v", g, results[0][i])
			}
		}
	}
}

func TestNoAllocation(t *testing.T) {
	s, b, c := Var("s"), Var("b"), Var("c")
	big := Exact(new(big.Rat).SetFrac64(math.MaxInt64, 1<<62))
	bigRat, _ := big.Rat()
	held := []Expr{b.Add(s.Mul(c)), FMA(b, s, c), b.Pow(7), Const(2.5), Int(3), Int(7), Select(Lt(b, c), b, c), b.Neg()}
	if n := testing.AllocsPerRun(100, func() {
		_ = b.Add(s.Mul(c))
		_ = FMA(b, s, c)
		_ = b.Pow(7)
		_ = Const(2.5)
		_ = Int(3).Add(Int(4))
		_ = Select(Lt(b, c), b, c)
		_ = b.Neg()
		_ = Var("s")
		_ = Exact(bigRat)
	}); n != 0 {
		t.Errorf("%v allocations for terms that exist", n)
	}
	goruntime.KeepAlive(held)
	goruntime.KeepAlive(big)
}
