package egraph

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/internal/bigmath"
)

// valuePrec is the precision of values, in bits; what differs by less than
// 2^-valueSlack is taken for equal. Values are kept between, so that what cancels
// is zero and not rounding.
const (
	valuePrec  = 600
	valueSlack = 250
	valueRange = 100 // bits
)

// values evaluates the classes of a graph in which symbols have values: each
// class has that of one of its nodes, nil if none of them has one. Floats stand
// for the numbers that they are.
type values struct {
	g    *Graph
	at   map[string]*big.Float
	want []*big.Float // by class
	pole bool         // something is divided by zero
}

// sameValues reports whether all nodes of each class have one value, for some
// assignments of rational numbers to the symbols. Where a node has no value (a
// division by zero, the root of a negative number) it is passed over. It returns
// how many nodes were compared with others of their class, and whether something
// was divided by zero.
func sameValues(t *testing.T, g *Graph, r *rand.Rand, assignments int) (compared int, pole bool) {
	t.Helper()
	if err := g.Rebuild(); err != nil {
		t.Fatal(err)
	}
	for range assignments {
		v := values{g: g, at: map[string]*big.Float{}, want: make([]*big.Float, len(g.up))}
		settled := map[uint32]bool{}
		for more := true; more; {
			more = false
			for op := range g.byOp {
				for _, n := range g.byOp[op] {
					if g.isDead(n) || settled[n] {
						continue
					}
					got, ok := v.node(n, r)
					if !ok {
						continue
					}
					settled[n], more = true, true
					c := g.classOf(n)
					switch {
					case got == nil:
					case v.want[c] == nil:
						v.want[c] = got
					default:
						if compared++; !near(got, v.want[c]) {
							t.Fatalf("at %v: %s has the value %.20g, its class %d %.20g", v.at, nodeText(g, n), got, c, v.want[c])
						}
					}
				}
			}
		}
		pole = pole || v.pole
	}
	return compared, pole
}

func nodeText(g *Graph, n uint32) string { return (Node{g: g, at: n}).String() }

func near(a, b *big.Float) bool {
	d := new(big.Float).Sub(a, b)
	return d.Sign() == 0 || d.MantExp(nil) < -valueSlack+valueRange
}

// node is the value of a node, nil if there is none; not ok if an argument has
// none yet.
func (v *values) node(n uint32, r *rand.Rand) (x *big.Float, ok bool) {
	g := v.g
	o := &g.ops[g.op(n)]
	number := func() *big.Float { return new(big.Float).SetPrec(valuePrec) }
	switch o.kind {
	case numberKind:
		return number().SetRat(o.number), true
	case floatKind:
		if o.float-o.float != 0 {
			return nil, true
		}
		return number().SetFloat64(o.float), true
	case symbolKind:
		if v.at[o.name] == nil {
			v.at[o.name] = number().SetRat(big.NewRat(int64(r.IntN(4001)-2000), int64(1+r.IntN(300))))
		}
		return v.at[o.name], true
	}
	args := make([]*big.Float, 0, 4)
	for _, a := range g.args(n) {
		if v.want[a] == nil {
			return nil, false
		}
		args = append(args, v.want[a])
	}
	v.pole = v.pole || (o.name == "^" && args[0].Sign() == 0 && args[1].Sign() < 0)
	x = operate(o.name, args)
	switch {
	case x == nil || x.IsInf():
		return nil, true
	case x.Sign() != 0 && x.MantExp(nil) < -valueSlack:
		return number(), true // it has cancelled
	case x.Sign() != 0 && (x.MantExp(nil) > valueRange || x.MantExp(nil) < -valueRange):
		return nil, true
	}
	return x, true
}

// operate is a function of numbers, nil if it is not defined or not known.
func operate(head string, a []*big.Float) *big.Float {
	x := new(big.Float).SetPrec(valuePrec)
	truth := func(v bool) *big.Float {
		if v {
			return x.SetInt64(1)
		}
		return x
	}
	known := func(v *big.Float, ok bool) *big.Float {
		if !ok {
			return nil
		}
		return v
	}
	less := func(a, b *big.Float) bool { return !near(a, b) && a.Cmp(b) < 0 }
	switch head {
	case "+", "add":
		for _, b := range a {
			x.Add(x, b)
		}
		return x
	case "*", "mul":
		x.SetInt64(1)
		for _, b := range a {
			x.Mul(x, b)
		}
		return x
	case "-", "sub":
		return x.Sub(a[0], a[1])
	case "neg":
		return x.Neg(a[0])
	case "/", "div":
		if a[1].Sign() == 0 {
			return nil
		}
		return x.Quo(a[0], a[1])
	case "fma":
		return x.Add(x.Mul(a[0], a[1]), a[2])
	case "fnma":
		return x.Sub(a[2], x.Mul(a[0], a[1]))
	case "fms":
		return x.Sub(x.Mul(a[0], a[1]), a[2])
	case "abs":
		return x.Abs(a[0])
	case "sqrt":
		if a[0].Sign() < 0 {
			return nil
		}
		return x.Sqrt(a[0])
	case "min":
		if less(a[1], a[0]) {
			return a[1]
		}
		return a[0]
	case "max":
		if less(a[0], a[1]) {
			return a[1]
		}
		return a[0]
	case "^":
		switch {
		case !a[1].IsInt() || a[0].Sign() == 0 && a[1].Sign() <= 0:
			return nil
		case a[0].Sign() == 0:
			return x
		}
		return known(bigmath.Pow(valuePrec, a[0], a[1]))
	case "<":
		return truth(less(a[0], a[1]))
	case "<=":
		return truth(!less(a[1], a[0]))
	case "==":
		return truth(near(a[0], a[1]))
	case "!=":
		return truth(!near(a[0], a[1]))
	case "&&":
		return truth(a[0].Sign() != 0 && a[1].Sign() != 0)
	case "||":
		return truth(a[0].Sign() != 0 || a[1].Sign() != 0)
	case "!":
		return truth(a[0].Sign() == 0)
	case "select":
		if a[0].Sign() != 0 {
			return a[1]
		}
		return a[2]
	}
	one := map[string]func(uint, *big.Float) (*big.Float, bool){
		"sin": bigmath.Sin, "cos": bigmath.Cos, "tan": bigmath.Tan, "exp": bigmath.Exp, "log": bigmath.Log,
		"exp2": bigmath.Exp2, "log2": bigmath.Log2, "log10": bigmath.Log10, "expm1": bigmath.Expm1, "log1p": bigmath.Log1p,
		"sinh": bigmath.Sinh, "cosh": bigmath.Cosh, "tanh": bigmath.Tanh, "cbrt": bigmath.Cbrt,
		"atan": bigmath.Atan, "asin": bigmath.Asin, "acos": bigmath.Acos,
	}
	if f := one[head]; f != nil && len(a) == 1 && (a[0].Sign() == 0 || a[0].MantExp(nil) < 8) {
		return known(f(valuePrec, a[0]))
	}
	return nil
}

// A class in which something else is put is found out.
func TestSameValuesFails(t *testing.T) {
	g := New(Multiset("+", "*"))
	a, _ := g.AddSExpr("(+ (* x y) (* x z))")
	b, _ := g.AddSExpr("(* x (+ y z))")
	g.Union(a, b)
	r := rand.New(rand.NewPCG(8, 1))
	if n, _ := sameValues(t, g, r, 3); n != 3 {
		t.Errorf("%d nodes compared, expected 3", n)
	}
	for _, wrong := range []string{"(* y (+ x z))", "(+ (* x y) (* x z) 1/1000000000000)"} {
		if v, w := valueOf(t, "(* x (+ y z))"), valueOf(t, wrong); near(v, w) {
			t.Errorf("%s has the value %v", wrong, w)
		}
	}
}

// valueOf is the value of a term at x = 1, y = 2, z = 3.
func valueOf(t *testing.T, text string) *big.Float {
	g := New(Multiset("+", "*"))
	id, err := g.AddSExpr(text)
	if err != nil {
		t.Fatal(err)
	}
	v := values{g: g, at: map[string]*big.Float{"x": big.NewFloat(1), "y": big.NewFloat(2), "z": big.NewFloat(3)}, want: make([]*big.Float, len(g.up))}
	for range 10 {
		for op := range g.byOp {
			for _, n := range g.byOp[op] {
				if x, ok := v.node(n, nil); ok {
					v.want[g.classOf(n)] = x
				}
			}
		}
	}
	return v.want[g.Find(id)]
}
