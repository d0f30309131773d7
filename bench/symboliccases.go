package bench

import (
	"fmt"
	"strings"

	"github.com/triad-go/triad/symbolic"
)

var (
	x, y, z, w = symbolic.Var("x"), symbolic.Var("y"), symbolic.Var("z"), symbolic.Var("w")

	primes  = map[symbolic.Expr]uint64{x: 2, y: 3, z: 5, w: 7}
	nearOne = map[symbolic.Expr]float64{x: 1.1, y: 1.2, z: 1.3}
)

const close9 = 1e-9 // of values in float64

// symbolicCases are in the order of the report. What they come to was found by
// GiNaC and SymPy alike.
var symbolicCases = []algebraCase{
	{"expand8", "expand (x+y+z+w)^8", false, result{165, 533306500}, 0},
	{"expand16", "expand (x+y+z+w)^16", false, result{969, 652085614}, 0},
	{"expand24", "expand (x+y+z+w)^24", false, result{2925, 457237298}, 0},
	{"expand32", "expand (x+y+z+w)^32", false, result{6545, 250495494}, 0},
	{"expand32-terms", "… and its terms taken, one by one", false, result{6545, 30477}, 0},
	{"product", "expand (x+y+z+w)^15*((x+y+z+w)^15+w)", true, result{6272, 284234086}, 0},
	{"powers", "expand (x^y+y^z+z^x)^50", false, result{1326, 3.5137585290307683e+28}, close9},
	{"diff-powers", "its derivative by x", false, result{0, 7.4236913007401221e+29}, close9},
	{"det", "determinant, 5×5 symbols", false, result{120, 428652}, 0},
	{"substitute", "substitute 100,000 values", true, result{0, 1888860.674112797}, close9},
	{"diff-sines", "sin 7 times, 10th derivative", true, result{0, 8521668.5172282979}, close9},
	{"taylor", "series of sin(cos(1+x)), order 15", false, result{0, 0.070678225097394}, close9},
	{"sum-at-once", "1000 random terms, added at once", false, result{948, 1355145964}, 0},
	{"sum-one-by-one", "… one by one", false, result{948, 1355145964}, 0},
	{"sum-gradient", "… their sum's 10 derivatives", false, result{0, 736120151}, 0},
	{"sum-print", "… printed", false, result{0, 2579}, 0},
	{"sum-parse", "… parsed", false, result{948, 1355145964}, 0},
}

// symbolicWork is how this library does them.
var symbolicWork = map[string]preparation{
	"expand8":        expandPower(8),
	"expand16":       expandPower(16),
	"expand24":       expandPower(24),
	"expand32":       expandPower(32),
	"expand32-terms": expandTerms,
	"product":        expandProduct,
	"powers":         expandPowers,
	"diff-powers":    diffPowers,
	"det":            determinant,
	"substitute":     substitute,
	"diff-sines":     diffSines,
	"taylor":         series,
	"sum-at-once":    sumAtOnce,
	"sum-one-by-one": sumOneByOne,
	"sum-gradient":   sumGradient,
	"sum-print":      sumPrint,
	"sum-parse":      sumParse,
}

// exprCase is a case that makes a term.
func exprCase(work func() (symbolic.Expr, error), came func(e symbolic.Expr) (result, error)) (func() error, func() (result, error)) {
	var e symbolic.Expr
	return func() (err error) {
			e, err = work()
			return err
		}, func() (result, error) {
			return came(e)
		}
}

func polynomialAt(point map[symbolic.Expr]uint64) func(e symbolic.Expr) (result, error) {
	return func(e symbolic.Expr) (result, error) {
		v, err := modular(e, point)
		return result{numberOfTerms(e), v}, err
	}
}

func floatAt(point map[symbolic.Expr]float64) func(e symbolic.Expr) (result, error) {
	return func(e symbolic.Expr) (result, error) {
		v, err := floating(e, point)
		return result{numberOfTerms(e), v}, err
	}
}

func expandPower(n int64) preparation {
	return func() (func() error, func() (result, error)) {
		return exprCase(func() (symbolic.Expr, error) {
			return symbolic.Expand(symbolic.Power(symbolic.Plus(x, y, z, w), symbolic.Int(n)))
		}, polynomialAt(primes))
	}
}

// expandTerms also looks at each term: a sum need not hold them as terms until
// then. It counts the factors, the coefficient as one where it is not 1.
func expandTerms() (func() error, func() (result, error)) {
	terms, factors := 0, 0
	return func() error {
			terms, factors = 0, 0
			e, err := symbolic.Expand(symbolic.Power(symbolic.Plus(x, y, z, w), symbolic.Int(32)))
			for t := range e.Args() {
				terms++
				factors += max(t.NumArgs(), 1)
			}
			return err
		}, func() (result, error) {
			return result{terms, float64(factors)}, nil
		}
}

func expandProduct() (func() error, func() (result, error)) {
	return exprCase(func() (symbolic.Expr, error) {
		p := symbolic.Power(symbolic.Plus(x, y, z, w), symbolic.Int(15))
		return symbolic.Expand(symbolic.Times(p, symbolic.Plus(p, w)))
	}, polynomialAt(primes))
}

func powers() symbolic.Expr {
	return symbolic.Power(symbolic.Plus(symbolic.Power(x, y), symbolic.Power(y, z), symbolic.Power(z, x)), symbolic.Int(50))
}

func expandPowers() (func() error, func() (result, error)) {
	return exprCase(func() (symbolic.Expr, error) { return symbolic.Expand(powers()) }, floatAt(nearOne))
}

func diffPowers() (func() error, func() (result, error)) {
	e, err := symbolic.Expand(powers())
	return exprCase(func() (symbolic.Expr, error) {
		if err != nil {
			return symbolic.Expr{}, err
		}
		return symbolic.Diff(e, x)
	}, floatAt(nearOne))
}

// determinant is of 25 symbols.
func determinant() (func() error, func() (result, error)) {
	const n = 5
	m := make([][]symbolic.Expr, n)
	point := map[symbolic.Expr]uint64{}
	for i := range m {
		for j := range n {
			a := symbolic.Var(fmt.Sprintf("a%d%d", i, j))
			m[i] = append(m[i], a)
			point[a] = uint64((i+1)*(i+1) + 3*(j+1)*(i+j+1) + 7*((i*j)%3))
		}
	}
	return exprCase(func() (symbolic.Expr, error) { return symbolic.Det(m) }, polynomialAt(point))
}

// substitute puts random float64 values into a polynomial of six powers, one
// after the other (SymPy's benchmark R7, with more values).
func substitute() (func() error, func() (result, error)) {
	term := func(c, n int64) symbolic.Expr {
		return symbolic.Times(symbolic.Int(c), symbolic.Power(x, symbolic.Int(n)))
	}
	f := symbolic.Plus(term(1, 24), term(34, 12), term(45, 3), term(9, 18), term(34, 10), term(32, 21))
	values := make([]float64, 100_000)
	random := randomNumbers(1)
	for i := range values {
		values[i] = float64(random.next()) / (1 << 31)
	}
	var results []symbolic.Expr
	return func() error {
			results = make([]symbolic.Expr, len(values))
			for i, v := range values {
				results[i] = symbolic.Subst(f, map[symbolic.Expr]symbolic.Expr{x: symbolic.Const(v)})
			}
			return nil
		}, func() (result, error) {
			sum := 0.0
			for _, r := range results {
				v, ok := r.Float64()
				if !ok {
					return result{}, fmt.Errorf("bench: %v is no float", r)
				}
				sum += v
			}
			return result{0, sum}, nil
		}
}

// series is the terms below x^15.
func series() (func() error, func() (result, error)) {
	return exprCase(func() (symbolic.Expr, error) {
		return symbolic.Taylor(symbolic.Sin(symbolic.Cos(symbolic.Plus(symbolic.Int(1), x))), x, symbolic.Int(0), 14)
	}, floatAt(map[symbolic.Expr]float64{x: 0.5}))
}

func diffSines() (func() error, func() (result, error)) {
	return exprCase(func() (symbolic.Expr, error) {
		e := x
		for range 7 {
			e = symbolic.Sin(e)
		}
		return symbolic.DiffN(e, x, 10)
	}, floatAt(map[symbolic.Expr]float64{x: 0.3}))
}

// randomNumbers are the same on every side: the high bits of Knuth's linear
// congruence modulo 2^64.
type randomNumbers uint64

func (r *randomNumbers) next() uint64 {
	*r = *r*6364136223846793005 + 1442695040888963407
	return uint64(*r) >> 33
}

// randomTerms are an integer times three powers of ten variables each.
type randomTerms struct {
	vars, terms []symbolic.Expr
	point       map[symbolic.Expr]uint64
}

func newRandomTerms() *randomTerms {
	t := &randomTerms{point: map[symbolic.Expr]uint64{}}
	for i := range 10 {
		v := symbolic.Var(fmt.Sprintf("x%d", i))
		t.vars = append(t.vars, v)
		t.point[v] = uint64(i + 2)
	}
	random := randomNumbers(1)
	for range 1000 {
		c := int64(random.next()%2)*2 - 1
		c *= int64(random.next()%999 + 1)
		factors := []symbolic.Expr{symbolic.Int(c)}
		for range 3 {
			v := t.vars[random.next()%10]
			factors = append(factors, symbolic.Power(v, symbolic.Int(int64(random.next()%4+1))))
		}
		t.terms = append(t.terms, symbolic.Times(factors...))
	}
	return t
}

func (t *randomTerms) sum() symbolic.Expr { return symbolic.Plus(t.terms...) }

func sumAtOnce() (func() error, func() (result, error)) {
	t := newRandomTerms()
	return exprCase(func() (symbolic.Expr, error) { return t.sum(), nil }, polynomialAt(t.point))
}

func sumOneByOne() (func() error, func() (result, error)) {
	t := newRandomTerms()
	return exprCase(func() (symbolic.Expr, error) { return oneByOne(canonicalAlgebra{}, t.terms), nil }, polynomialAt(t.point))
}

func sumGradient() (func() error, func() (result, error)) {
	t := newRandomTerms()
	sum := t.sum()
	var gradient []symbolic.Expr
	return func() (err error) {
			gradient, err = symbolic.Gradient(sum, t.vars)
			return err
		}, func() (result, error) {
			total := 0.0
			for i, d := range gradient {
				v, err := modular(d, t.point)
				if err != nil {
					return result{}, err
				}
				total += float64(i+1) * v
			}
			return result{0, float64(uint64(total) % prime)}, nil
		}
}

func sumPrint() (func() error, func() (result, error)) {
	sum := newRandomTerms().sum()
	var text string
	return func() error {
			text = sum.String()
			return nil
		}, func() (result, error) {
			return result{0, float64(strings.Count(text, "x"))}, nil
		}
}

// sumParse reads a text into a canonical term, which is what the peers make of
// it.
func sumParse() (func() error, func() (result, error)) {
	t := newRandomTerms()
	text := t.sum().String()
	return exprCase(func() (symbolic.Expr, error) { return symbolic.ParseCanonical(text) }, polynomialAt(t.point))
}
