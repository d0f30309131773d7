package bigmath

import (
	"bufio"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"
)

type unary = func(uint, *big.Float) (*big.Float, bool)

var unaries = map[string]unary{
	"exp": Exp, "exp2": Exp2, "expm1": Expm1, "log": Log, "log2": Log2, "log10": Log10, "log1p": Log1p,
	"sin": Sin, "cos": Cos, "tan": Tan, "asin": Asin, "acos": Acos, "atan": Atan,
	"sinh": Sinh, "cosh": Cosh, "tanh": Tanh, "asinh": Asinh, "acosh": Acosh, "atanh": Atanh,
	"cbrt": Cbrt, "sqrt": Sqrt, "erf": Erf, "erfc": Erfc, "gamma": Gamma, "lgamma": Lgamma, "digamma": Digamma,
	"polygamma1": func(p uint, x *big.Float) (*big.Float, bool) { return Polygamma(p, 1, x) },
	"polygamma4": func(p uint, x *big.Float) (*big.Float, bool) { return Polygamma(p, 4, x) },
}

var binaries = map[string]func(uint, *big.Float, *big.Float) (*big.Float, bool){"atan2": Atan2, "hypot": Hypot, "pow": Pow}

// The correctly rounded results of another library, ties and exact ones among
// them.
func TestValues(t *testing.T) {
	f, err := os.Open("testdata/values.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		w := strings.Fields(s.Text())
		if w[0] == "#" {
			continue
		}
		num := func(i int) *big.Float {
			m, _ := new(big.Int).SetString(w[i], 10)
			e, _ := strconv.Atoi(w[i+1])
			v := new(big.Float).SetInt(m)
			return v.SetMantExp(v, e)
		}
		p, _ := strconv.Atoi(w[1])
		var got *big.Float
		ok := false
		if w[2] == "1" {
			got, ok = unaries[w[0]](uint(p), num(3))
		} else {
			got, ok = binaries[w[0]](uint(p), num(3), num(5))
		}
		if want := num(len(w) - 2); !ok || got.Cmp(want) != 0 || got.Prec() != uint(p) {
			t.Errorf("%s: got %v %v, want %v", s.Text(), got, ok, want)
		}
	}
}

// Fifty digits, as tables print them.
func TestDigits(t *testing.T) {
	parse := func(s string) *big.Float {
		v, _, err := big.ParseFloat(s, 10, 200, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	of := func(f unary, x string) func() (*big.Float, bool) {
		return func() (*big.Float, bool) { return f(200, parse(x)) }
	}
	for _, c := range []struct {
		name string
		f    func() (*big.Float, bool)
		want string
	}{
		{"pi", func() (*big.Float, bool) { return Pi(200), true }, "3.141592653589793238462643383279502884197169399375105821"},
		{"exp(1)", of(Exp, "1"), "2.71828182845904523536028747135266249775724709369995957"},
		{"log(2)", of(Log, "2"), "0.69314718055994530941723212145817656807550013436025525"},
		{"gamma(1/4)", of(Gamma, "0.25"), "3.62560990822190831193068515586767200299516768288006546"},
		{"digamma(1)", of(Digamma, "1"), "-0.57721566490153286060651209008240243104215933593992359"},
		{"erf(1)", of(Erf, "1"), "0.84270079294971486934122063508260925929606699796630291"},
		{"sin(1e22)", of(Sin, "1e22"), "-0.85220084976713882"},
		{"log10(2)", of(Log10, "2"), "0.301029995663981195213738894724493026768189881462108541"},
	} {
		got, ok := c.f()
		digits := len(strings.TrimLeft(c.want, "-0.")) - 1
		if s := got.Text('g', digits-2); !ok || !strings.HasPrefix(c.want, s[:len(s)-1]) {
			t.Errorf("%s = %s, want %s", c.name, s, c.want)
		}
	}
}
