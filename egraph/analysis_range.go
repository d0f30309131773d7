package egraph

import (
	"fmt"
	"math"
	"math/big"
)

// Range is what is known of the value of a class's terms: it is a real number
// from Lo to Hi, and not 0 if NonZero says so. -Inf and +Inf are no bounds at
// all. The zero Range says that nothing is known.
//
// A Range is a statement about real arithmetic: about the exact values of all
// terms of the class, at each point at which they all are defined and at which the
// leaves have the values that were said of them, which are finite numbers. Rules
// of class Domain equate terms that are not defined at the same points; a term
// that such rules are applied to is then known by what holds where both sides
// are defined.
//
// What a program computes differs from that by rounding. A bound of 0 does not
// say that a computed value is not slightly on the other side; a value that is
// not 0, such as exp(x), can be computed as 0. See [Range.Positive].
type Range struct {
	Lo, Hi  float64
	NonZero bool
}

// tiny is the smallest normal float32.
const tiny = 0x1p-126

var anything = Range{Lo: math.Inf(-1), Hi: math.Inf(1)}

// Positive reports whether all values are at least 2^-126: above 0 by more than
// what can be rounded to 0 in float32 or float64.
func (r Range) Positive() bool { return r.Lo >= tiny }

// Negative reports whether all values are at most -2^-126.
func (r Range) Negative() bool { return r.Hi <= -tiny }

// known is r, or anything if it is the zero Range.
func (r Range) known() Range {
	if r == (Range{}) {
		return anything
	}
	return r
}

func (r Range) String() string {
	s := fmt.Sprintf("[%g, %g]", r.Lo, r.Hi)
	if r.NonZero && r.Lo <= 0 && r.Hi >= 0 {
		s += " without 0"
	}
	return s
}

// Ranges is an option of [New]: the graph computes an interval for the value of
// each class, and from it the signs that conditions of rules ask for (positive,
// negative, nonzero, and comparisons). leaves are the ranges of symbols, by name;
// what is not there can be any finite number.
func Ranges(leaves map[string]Range) Option {
	return func(g *Graph) { Attach(g, &Intervals{Leaves: leaves}) }
}

// Intervals is the analysis of [Ranges]: interval arithmetic in float64, rounded
// outwards. It knows the operations and functions of package symbolic.
type Intervals struct {
	Leaves map[string]Range // of symbols, by name
}

// Equal reports whether two ranges are the same.
func (*Intervals) Equal(a, b Range) bool { return a == b }

// Join is the intersection. If that is empty, the terms are nowhere defined, or
// not equal; then a stays.
func (*Intervals) Join(a, b Range) (Range, error) {
	r := Range{max(a.Lo, b.Lo), min(a.Hi, b.Hi), a.NonZero || b.NonZero}
	if !(r.Lo <= r.Hi) {
		return a, nil
	}
	return r, nil
}

// Modify does nothing.
func (*Intervals) Modify(*Facts[Range], ID, Range) error { return nil }

// Make is the range of a node.
func (a *Intervals) Make(f *Facts[Range], n Node) Range {
	o := n.info()
	var r Range
	switch o.kind {
	case numberKind:
		r = rangeOf(o.number)
	case floatKind:
		if r = anything; !math.IsInf(o.float, 0) && !math.IsNaN(o.float) {
			r = Range{Lo: o.float, Hi: o.float}
		}
	case symbolKind:
		if r = anything; a.Leaves != nil {
			r = a.Leaves[o.name].known()
		}
	default:
		args := f.g.args(n.at)
		var buf [4]Range
		x := buf[:0]
		for _, c := range args {
			x = append(x, f.Of(ID(c)).known())
		}
		r = rangeOfCall(f.g, o.name, args, x)
	}
	if math.IsNaN(r.Lo) || math.IsNaN(r.Hi) || r.Lo > r.Hi {
		return anything // nowhere defined
	}
	r.NonZero = r.NonZero || r.Lo > 0 || r.Hi < 0
	return r
}

// factSigns is what analyses know of the sign of a class's value.
func (g *Graph) factSigns(class uint32) (positive, negative, nonzero bool) {
	if g.ranges == nil {
		return false, false, false
	}
	r := g.ranges.Of(ID(class)).known()
	positive, negative = r.Positive(), r.Negative()
	return positive, negative, positive || negative
}

// factCompares reports whether analyses know that a class's value compares with
// v as op says. Of what is not equal to 0, see [Range.Positive].
func (g *Graph) factCompares(op string, class uint32, v *big.Rat) bool {
	if g.ranges == nil {
		return false
	}
	r, w := g.ranges.Of(ID(class)).known(), rangeOf(v)
	margin := 0.0
	if v.Sign() == 0 {
		margin = tiny
	}
	above, below := r.Lo > w.Hi && r.Lo >= margin, r.Hi < w.Lo && r.Hi <= -margin
	switch op {
	case "<":
		return below
	case "<=":
		return r.Hi <= w.Lo
	case ">":
		return above
	case ">=":
		return r.Lo >= w.Hi
	case "!=":
		return above || below
	}
	return false
}

// rangeOf is the range of a number.
func rangeOf(v *big.Rat) Range {
	x, exact := v.Float64()
	if exact {
		return Range{Lo: x, Hi: x, NonZero: x != 0}
	}
	return Range{Lo: down(x), Hi: up(x), NonZero: true}
}

func down(x float64) float64 { return math.Nextafter(x, math.Inf(-1)) }
func up(x float64) float64   { return math.Nextafter(x, math.Inf(1)) }

// rangeOfCall is the range of a call of head, whose arguments are classes with
// the ranges x.
func rangeOfCall(g *Graph, head string, args []uint32, x []Range) Range {
	switch len(x) {
	case 0:
		if head == "pi" {
			return Range{Lo: math.Pi, Hi: up(math.Pi)}
		}
		return anything
	case 1:
		return rangeOfUnary(head, x[0])
	}
	switch head {
	case "+":
		r := x[0]
		for _, y := range x[1:] {
			r = r.plus(y)
		}
		return r
	case "*":
		return rangeOfProduct(g, args, x)
	case "&&", "||", "<", "<=", ">", ">=", "==", "!=":
		return Range{0, 1, false}
	case "select":
		if len(x) == 3 {
			a, b := x[1], x[2]
			return Range{min(a.Lo, b.Lo), max(a.Hi, b.Hi), a.NonZero && b.NonZero}
		}
	case "fma":
		if len(x) == 3 {
			return rangeOfProduct(g, args[:2], x[:2]).plus(x[2])
		}
	}
	if len(x) != 2 {
		return anything
	}
	a, b := x[0], x[1]
	switch head {
	case "-":
		return a.plus(b.neg())
	case "/":
		return a.times(b.inverse())
	case "^":
		return rangeOfPower(g, a, b, args[1])
	case "min":
		return Range{min(a.Lo, b.Lo), min(a.Hi, b.Hi), a.NonZero && b.NonZero}
	case "max":
		return Range{max(a.Lo, b.Lo), max(a.Hi, b.Hi), a.NonZero && b.NonZero}
	case "hypot":
		r := a.power(2).plus(b.power(2)).root()
		r.NonZero = a.NonZero || b.NonZero
		return r
	case "atan2":
		return Range{-up(math.Pi), up(math.Pi), false}
	case "mod":
		m := b.abs().Hi
		r := Range{max(min(a.Lo, 0), -m), min(max(a.Hi, 0), m), false}
		return r
	case "copysign":
		m := a.abs().Hi
		return Range{-m, m, a.NonZero}
	}
	return anything
}

// rangeOfProduct takes the factors that are of one class as a power: x*x is not
// negative.
func rangeOfProduct(g *Graph, args []uint32, x []Range) Range {
	r := Range{1, 1, true}
	for i, c := range args {
		c = g.find(c)
		n, first := 0, true
		for j, d := range args {
			if g.find(d) == c {
				n++
				first = first && j >= i
			}
		}
		if first {
			r = r.times(x[i].power(n))
		}
	}
	return r
}

// rangeOfPower is a^b, where b is the range of a class. It is defined for a < 0 if
// b is an integer.
func rangeOfPower(g *Graph, a, b Range, class uint32) Range {
	var v big.Rat
	if g.value(class, &v) && v.IsInt() {
		if n := v.Num(); n.IsInt64() && n.Int64() >= -maxPower && n.Int64() <= maxPower {
			if n := int(n.Int64()); n >= 0 {
				return a.power(n)
			} else {
				return a.power(-n).inverse()
			}
		} else if n.Bit(0) == 0 {
			return Range{0, math.Inf(1), a.NonZero}
		}
	} else if g.value(class, &v) || a.Lo >= 0 { // no integer, or base not negative
		return Range{0, math.Inf(1), a.NonZero}
	}
	return Range{math.Inf(-1), math.Inf(1), a.NonZero}
}

// maxPower bounds the exponents for which powers are computed.
const maxPower = 4096

func (r Range) plus(s Range) Range {
	return Range{Lo: down(r.Lo + s.Lo), Hi: up(r.Hi + s.Hi)}.finite(r.Lo+s.Lo, r.Hi+s.Hi, r, s)
}

// finite makes exact bounds of sums exact: those of integers that are not large,
// so that 1 + x*x is at least 1.
func (r Range) finite(lo, hi float64, a, b Range) Range {
	if isExactSum(a.Lo, b.Lo, lo) {
		r.Lo = lo
	}
	if isExactSum(a.Hi, b.Hi, hi) {
		r.Hi = hi
	}
	return r
}

// isExactSum reports whether a + b is s without rounding, which is so if what
// Knuth's TwoSum finds to be the error is 0.
func isExactSum(a, b, s float64) bool {
	if math.IsInf(s, 0) {
		return false
	}
	t := s - a
	return (a-(s-t))+(b-t) == 0
}

func (r Range) neg() Range { return Range{-r.Hi, -r.Lo, r.NonZero} }

func (r Range) abs() Range {
	switch {
	case r.Lo >= 0:
		return r
	case r.Hi <= 0:
		return r.neg()
	}
	return Range{0, max(-r.Lo, r.Hi), r.NonZero}
}

// product is a*b of bounds, rounded to one side: an infinite one stands for
// numbers without bound, and 0 times those is 0.
func product(a, b float64, round func(float64) float64) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	p := a * b
	if p != 0 && math.Abs(p) > 0x1p-900 && !math.IsInf(p, 0) && math.FMA(a, b, -p) == 0 {
		return p
	}
	return round(p)
}

func (r Range) times(s Range) Range {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, a := range [2]float64{r.Lo, r.Hi} {
		for _, b := range [2]float64{s.Lo, s.Hi} {
			lo = min(lo, product(a, b, down))
			hi = max(hi, product(a, b, up))
		}
	}
	if r.Lo >= 0 && s.Lo >= 0 || r.Hi <= 0 && s.Hi <= 0 {
		lo = max(lo, 0)
	}
	if r.Lo >= 0 && s.Hi <= 0 || r.Hi <= 0 && s.Lo >= 0 {
		hi = min(hi, 0)
	}
	return Range{lo, hi, r.NonZero && s.NonZero}
}

// inverse is 1/r.
func (r Range) inverse() Range {
	switch {
	case r.Lo >= 0:
		return Range{max(0, down(1/r.Hi)), up(1 / math.Abs(r.Lo)), true}
	case r.Hi <= 0:
		return r.neg().inverse().neg()
	}
	return Range{math.Inf(-1), math.Inf(1), true}
}

// power is r^n, n >= 0.
func (r Range) power(n int) Range {
	switch {
	case n == 0:
		return Range{1, 1, true}
	case n == 1:
		return r
	case n%2 == 0:
		r = r.abs()
	case r.Lo < 0 && r.Hi > 0: // odd, and so increasing
		lo, hi := Range{0, -r.Lo, false}.power(n), Range{0, r.Hi, false}.power(n)
		return Range{-lo.Hi, hi.Hi, r.NonZero}
	}
	p := Range{1, 1, true}
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			p = p.times(r)
		}
		if n > 1 {
			r = r.times(r)
		}
	}
	return p
}

// root is the square root.
func (r Range) root() Range {
	lo := 0.0
	if r.Lo > 0 {
		lo = max(0, down(math.Sqrt(r.Lo)))
		if s := math.Sqrt(r.Lo); math.FMA(s, s, -r.Lo) == 0 && r.Lo > 0x1p-900 {
			lo = s
		}
	}
	return Range{lo, up(math.Sqrt(r.Hi)), r.NonZero}
}

// monotone is the range of an increasing function that is computed with an error
// of a few units in the last place, but exactly at 0; its values are from least
// to most.
func (r Range) monotone(f func(float64) float64, least, most float64) Range {
	const (
		relative = 0x1p-48
		absolute = 0x1p-1060
	)
	lo, hi := min(f(r.Lo), math.MaxFloat64), max(f(r.Hi), -math.MaxFloat64)
	lo -= relative*math.Abs(lo) + absolute
	hi += relative*math.Abs(hi) + absolute
	if r.Lo >= 0 {
		lo = max(lo, f(0))
	}
	if r.Hi <= 0 {
		hi = min(hi, f(0))
	}
	return Range{max(lo, least), min(hi, most), false}
}

func rangeOfUnary(head string, x Range) Range {
	inf := math.Inf(1)
	switch head {
	case "+", "*":
		return x
	case "neg":
		return x.neg()
	case "abs":
		return x.abs()
	case "!":
		return Range{0, 1, false}
	case "sqrt":
		if x.Hi < 0 {
			return anything
		}
		return x.root()
	case "exp":
		r := x.monotone(math.Exp, 0, inf)
		r.NonZero = true
		return r
	case "exp2":
		r := x.monotone(math.Exp2, 0, inf)
		r.NonZero = true
		return r
	case "expm1":
		r := x.monotone(math.Expm1, -1, inf)
		r.NonZero = x.NonZero
		return r
	case "log", "log2", "log10":
		if x.Hi < 0 {
			return anything
		}
		base := 1.0 // of the logarithm, its logarithm; math.Log2 is not so exact near 1
		switch head {
		case "log2":
			base = math.Ln2
		case "log10":
			base = math.Ln10
		}
		x.Lo = max(x.Lo, 0)
		return x.monotone(func(v float64) float64 { return math.Log(v) / base }, -inf, inf)
	case "log1p":
		if x.Hi < -1 {
			return anything
		}
		r := Range{max(x.Lo, -1), x.Hi, false}.monotone(math.Log1p, -inf, inf)
		r.NonZero = x.NonZero
		return r
	case "cbrt":
		r := x.monotone(math.Cbrt, -inf, inf)
		r.NonZero = x.NonZero
		return r
	case "sinh":
		r := x.monotone(math.Sinh, -inf, inf)
		r.NonZero = x.NonZero
		return r
	case "asinh":
		r := x.monotone(math.Asinh, -inf, inf)
		r.NonZero = x.NonZero
		return r
	case "tanh":
		r := x.monotone(math.Tanh, -1, 1)
		r.NonZero = x.NonZero
		return r
	case "atan":
		r := x.monotone(math.Atan, -math.Pi/2-1e-15, math.Pi/2+1e-15)
		r.NonZero = x.NonZero
		return r
	case "erf":
		r := x.monotone(math.Erf, -1, 1)
		r.NonZero = x.NonZero
		return r
	case "erfc":
		r := x.neg().monotone(func(v float64) float64 { return math.Erfc(-v) }, 0, 2)
		r.NonZero = true
		return r
	case "cosh":
		return x.abs().monotone(math.Cosh, 1, inf)
	case "acosh":
		return Range{0, inf, false}
	case "sin", "cos":
		return Range{-1, 1, false}
	case "asin":
		return Range{-math.Pi/2 - 1e-15, math.Pi/2 + 1e-15, x.NonZero}
	case "acos":
		return Range{0, math.Pi + 1e-15, false}
	case "floor":
		return Range{math.Floor(x.Lo), math.Floor(x.Hi), false}
	case "ceil":
		return Range{math.Ceil(x.Lo), math.Ceil(x.Hi), false}
	case "trunc":
		return Range{math.Trunc(x.Lo), math.Trunc(x.Hi), false}
	case "round":
		return Range{math.Round(x.Lo), math.Round(x.Hi), false}
	case "sign":
		r := Range{-1, 1, x.NonZero}
		if x.Lo >= 0 {
			r.Lo = 0
		}
		if x.Lo > 0 {
			r.Lo = 1
		}
		if x.Hi <= 0 {
			r.Hi = 0
		}
		if x.Hi < 0 {
			r.Hi = -1
		}
		return r
	}
	return anything
}
