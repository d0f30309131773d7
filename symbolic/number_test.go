package symbolic_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	. "github.com/triad-go/triad/symbolic"
)

// Arithmetic around the ends of int64 is that of big.Rat.
func TestExactArithmetic(t *testing.T) {
	var numbers []Expr
	for _, v := range []int64{0, 1, 2, 3, 10, 1 << 31, 1 << 32, 3037000499, 3037000500, math.MaxInt64 - 1, math.MaxInt64} {
		numbers = append(numbers, Int(v), Int(-v), Int(-v-1), Rat(v, 3), Rat(-7, v+1+v%2))
	}
	numbers = append(numbers, Int(math.MaxInt64).Add(Int(1)), Int(math.MinInt64).Mul(Int(math.MinInt64)))
	check := func(what string, a, b, got Expr, want *big.Rat) {
		t.Helper()
		if v, ok := got.Rat(); !ok || v.Cmp(want) != 0 {
			t.Errorf("%v %s %v = %v, want %v", a, what, b, got, want.RatString())
		}
		if Exact(want) != got {
			t.Errorf("%v %s %v = %v is not the number %v", a, what, b, got, want.RatString())
		}
	}
	for _, a := range numbers {
		x, _ := a.Rat()
		check("neg", Expr{}, a, a.Neg(), new(big.Rat).Neg(x))
		for _, b := range numbers {
			y, _ := b.Rat()
			check("+", a, b, a.Add(b), new(big.Rat).Add(x, y))
			check("-", a, b, a.Sub(b), new(big.Rat).Sub(x, y))
			check("*", a, b, a.Mul(b), new(big.Rat).Mul(x, y))
			if y.Sign() == 0 {
				if q := a.Div(b); q.Op() != OpDiv || q.Arg(0) != a || q.Arg(1) != b {
					t.Errorf("%v / 0 = %v", a, q)
				}
				continue
			}
			check("/", a, b, a.Div(b), new(big.Rat).Quo(x, y))
		}
		for n := -5; n <= 5; n++ {
			p := a.Pow(n)
			if x.Sign() == 0 && n < 0 {
				if p.Op() != OpPow || p.Arg(0) != a || p.Exponent() != int64(n) {
					t.Errorf("0^%d = %v", n, p)
				}
				continue
			}
			want := big.NewRat(1, 1)
			for range max(n, -n) {
				want.Mul(want, x)
			}
			if n < 0 {
				want.Inv(want)
			}
			check("^", a, Int(int64(n)), p, want)
		}
	}
}

func TestRat(t *testing.T) {
	if e := Rat(1, 0); e.Op() != OpDiv || e.String() != "1/0" {
		t.Errorf("Rat(1, 0) = %v, %v", e.Op(), e)
	}
	if e := Rat(math.MinInt64, -1); e.String() != "9223372036854775808" {
		t.Errorf("Rat(MinInt64, -1) = %v", e)
	}
}

// Numbers do not grow without end: past the bound an operation stays a term.
func TestBound(t *testing.T) {
	stays := func(e Expr, op Op) {
		t.Helper()
		if e.Op() != op {
			t.Errorf("an %v of %v is a %v", op, e.Arg(0).Op(), e.Op())
		}
		if f, err := Parse(e.String()); err != nil || f != e {
			t.Errorf("%.40v… is read as %.40v…, %v", e, f, err)
		}
	}
	number := func(e Expr) Expr {
		t.Helper()
		if e.Op() != OpNumber {
			t.Errorf("%.40v… is a %v", e, e.Op())
		}
		if f, err := Parse(e.String()); err != nil || f != e {
			t.Errorf("%.40v… is read as %.40v…, %v", e, f, err)
		}
		return e
	}
	two := Int(2)
	big := number(two.Pow(2048)) // 2049 bits
	stays(two.Pow(2049), OpPow)
	stays(two.Pow(math.MaxInt), OpPow)
	stays(two.Pow(math.MinInt), OpPow)
	stays(Rat(1, 3).Pow(-2000), OpPow)
	number(Int(-1).Pow(math.MaxInt))
	number(Int(1).Pow(math.MinInt))
	number(Int(0).Pow(math.MaxInt))
	number(big.Pow(0))
	number(big.Mul(two.Pow(2046)))
	stays(big.Mul(big), OpMul)
	stays(big.Add(big), OpAdd)
	stays(big.Sub(big), OpSub)
	stays(big.Div(big), OpDiv)

	huge := number(MustParse(strings.Repeat("7", 5000)))
	minus := number(huge.Neg())
	stays(minus.Neg(), OpNeg)
	stays(huge.Add(Int(1)), OpAdd)
	stays(huge.Mul(Int(0)), OpMul)
	stays(huge.Div(Int(7)), OpDiv)
	stays(huge.Div(Int(1)), OpDiv)
	stays(huge.Div(Int(-10)), OpDiv)
	stays(huge.Div(Int(0)), OpDiv)
	stays(Int(0).Div(huge), OpDiv)
	third := number(huge.Div(Int(10)))
	stays(third.Div(Int(10)), OpDiv)
	number(minus.Div(Int(10)))
	number(third.Neg())
	number(Int(-2).Div(huge))
}

// Sums and powers of exact numbers written as text are never slow.
func TestManyNumbers(t *testing.T) {
	for _, text := range []string{
		"2^1000" + strings.Repeat("*2^1000", 3_000),
		"1/3" + strings.Repeat("+1/10007-1/1000003", 2_000),
		strings.Repeat("7", 20_000) + strings.Repeat("/7", 20_000),
		strings.Repeat("-", 20_000) + strings.Repeat("7", 20_000),
	} {
		if _, err := Parse(text); err != nil {
			t.Error(err)
		}
	}
}

func TestLongNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{17, 18, 19, 20, 999, 1000, 1001, 1999, 2000, 2001, 3000, 3001, 4097, 12345} {
		digits := make([]byte, n)
		for i := range digits {
			digits[i] = '0' + byte(r.IntN(10))
		}
		want, _ := new(big.Int).SetString(string(digits), 10)
		if e := MustParse(string(digits)); e != Exact(new(big.Rat).SetInt(want)) {
			t.Errorf("%s is read as %v", digits, e)
		}
	}
}
