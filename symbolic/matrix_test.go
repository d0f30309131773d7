package symbolic

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// leibniz is the determinant as the sum over all permutations.
func leibniz(m [][]Expr) Expr {
	var sum Accumulator
	perm := make([]int, len(m))
	var permute func(k int, sign int64)
	permute = func(k int, sign int64) {
		if k == len(m) {
			t := Int(sign)
			for i, j := range perm {
				t = Times(t, m[i][j])
			}
			sum.Add(t)
			return
		}
		for i := k; i < len(m); i++ {
			perm[k], perm[i] = perm[i], perm[k]
			if i == k {
				permute(k+1, sign)
			} else {
				permute(k+1, -sign)
			}
			perm[k], perm[i] = perm[i], perm[k]
		}
	}
	for i := range perm {
		perm[i] = i
	}
	permute(0, 1)
	return sum.Sum()
}

func TestDetSymbols(t *testing.T) {
	for n := range 7 {
		m := dense(n, n)
		for i := range m {
			for j := range m {
				m[i][j] = Index("a", i, j)
			}
		}
		d, err := Det(m)
		if want := leibniz(m); err != nil || d != want {
			t.Fatalf("n = %d: %v, want %v; %v", n, Faithful(d), Faithful(want), err)
		}
	}
}

// randomEntries is a matrix of small terms with the values of them at env.
func randomEntries(rnd *rand.Rand, rows, cols int, size int) [][]Expr {
	m := dense(rows, cols)
	for _, row := range m {
		for j := range row {
			if rnd.IntN(3) > 0 {
				row[j] = randomAlgebra(rnd, 1+rnd.IntN(size))
			}
		}
	}
	return m
}

func randomPoint(rnd *rand.Rand) map[Expr]*big.Rat {
	env := map[Expr]*big.Rat{}
	for _, v := range []string{"a", "b", "c", "d"} {
		env[Var(v)] = big.NewRat(rnd.Int64N(99)-49, 1+rnd.Int64N(7))
	}
	return env
}

func values(es []Expr, env map[Expr]*big.Rat) (vs []Expr, ok bool) {
	vs = make([]Expr, len(es))
	for i, e := range es {
		v, ok := exactValue(Faithful(e), env)
		if !ok {
			return nil, false
		}
		vs[i] = Exact(v)
	}
	return vs, true
}

func TestDetValues(t *testing.T) {
	rnd := rand.New(rand.NewPCG(31, 32))
	checked := 0
	for range 400 {
		n := 1 + rnd.IntN(4)
		m := randomEntries(rnd, n, n, 4)
		env := randomPoint(rnd)
		numbers := make([][]Expr, n)
		ok := true
		for i, row := range m {
			var defined bool
			numbers[i], defined = values(row, env)
			ok = ok && defined
		}
		if !ok {
			continue
		}
		d, err := Det(m)
		if err != nil {
			t.Fatal(m, err)
		}
		got, ok := exactValue(Faithful(d), env)
		if want, _ := leibniz(numbers).Rat(); ok && got.Cmp(want) != 0 {
			t.Fatalf("det %v = %v is %v at %v, want %v", m, Faithful(d), got, env, want)
		}
		checked++
	}
	if checked < 200 {
		t.Errorf("only %d values", checked)
	}
}

// A matrix of numbers may be large.
func TestDetNumbers(t *testing.T) {
	const n = 30
	m := dense(n, n) // Hilbert's matrix: 1/det is the integer of OEIS A005249
	for i := range m {
		for j := range m {
			m[i][j] = Rat(1, int64(i+j+1))
		}
	}
	want := big.NewRat(1, 1)
	c := big.NewInt(1)
	for k := int64(1); k < n; k++ { // det(H[k+1]) = det(H[k]) * k!^4/((2k)! (2k+1)!)
		f := new(big.Int).MulRange(1, k)
		c.Exp(f, big.NewInt(4), nil)
		g := new(big.Int).MulRange(1, 2*k)
		g.Mul(g, new(big.Int).MulRange(1, 2*k+1))
		want.Mul(want, new(big.Rat).SetFrac(c, g))
	}
	d, err := Det(m)
	if err != nil || d != Exact(want) {
		t.Errorf("determinant of Hilbert's matrix: %v, want %v; %v", d, want, err)
	}
	m[7] = m[9]
	if d, err := Det(m); err != nil || d != (Expr{}) {
		t.Errorf("determinant with two equal rows: %v, %v", d, err)
	}
}

func TestSolve(t *testing.T) {
	rnd := rand.New(rand.NewPCG(33, 34))
	checked := 0
	for range 400 {
		n := 1 + rnd.IntN(4)
		a := randomEntries(rnd, n, n, 3)
		b := randomEntries(rnd, 1, n, 3)[0]
		x, err := Solve(a, b)
		var e *MatrixError
		if errors.As(err, &e) && e.Row >= 0 && slices.ContainsFunc(append(a[e.Row], b[e.Row]), func(e Expr) bool { return Canonical(e).n == pole }) {
			continue
		}
		if err != nil {
			var singular *SingularError
			if d, errDet := Det(a); !errors.As(err, &singular) || errDet != nil || d != (Expr{}) {
				t.Fatalf("%v: %v, determinant %v", a, err, d)
			}
			continue
		}
		env := randomPoint(rnd)
		at, ok := values(x, env)
		right, okB := values(b, env)
		if !ok || !okB {
			continue
		}
		for i, row := range a {
			left, ok := values(row, env)
			if !ok {
				break
			}
			var sum Expr
			for j, v := range left {
				sum = sum.Add(v.Mul(at[j]))
			}
			if sum != right[i] {
				t.Fatalf("%v x = %v: x = %v; row %d is %v, want %v", a, b, x, i, sum, right[i])
			}
			checked++
		}
	}
	if checked < 200 {
		t.Errorf("only %d equations", checked)
	}
}

func TestSolveForms(t *testing.T) {
	c := func(s string) Expr { return Canonical(read(t, s)) }
	a := [][]Expr{{c("a"), c("b")}, {c("b"), c("a")}}
	x, err := Solve(a, []Expr{c("1"), c("1")})
	if want := c("1/(a + b)"); err != nil || x[0] != want || x[1] != want {
		t.Errorf("%v, want %v; %v", x, want, err)
	}
	x, err = Solve([][]Expr{{c("2*x"), c("0")}, {c("1"), c("sin(x)")}}, []Expr{c("x^2"), c("3")})
	if err != nil || x[0] != c("x/2") || x[1] != Times(c("6 - x"), c("1/2/sin(x)")) {
		t.Errorf("%v %v; %v", Faithful(x[0]), Faithful(x[1]), err)
	}
	// 1/y is cleared away before it can hide that the rows are the same.
	_, err = Solve([][]Expr{{c("1/y"), c("1")}, {c("1"), c("y")}}, []Expr{c("1"), c("2")})
	var singular *SingularError
	if !errors.As(err, &singular) || singular.Column != 1 {
		t.Errorf("dependent rows: %v", err)
	}
	a = [][]Expr{{c("(x + 1)^2/(y + z)"), c("x^2 - 1")}, {c("(x + 1)/(x - 1)"), c("y + z")}}
	if _, err = Solve(a, []Expr{c("1"), c("2")}); !errors.As(err, &singular) {
		t.Errorf("dependent rows of sums: %v", err)
	}
	if d, err := Det(a); err != nil || d != (Expr{}) {
		t.Errorf("dependent rows of sums: determinant %v, %v", d, err)
	}
	if x, err := Solve(nil, nil); err != nil || len(x) != 0 {
		t.Errorf("no equations: %v, %v", x, err)
	}
}

func TestMatrixErrors(t *testing.T) {
	x := Var("x")
	var e *MatrixError
	if _, err := Det([][]Expr{{x, x}, {x}}); !errors.As(err, &e) || e.Row != 1 {
		t.Errorf("a short row: %v", err)
	}
	if _, err := Det([][]Expr{{x, x}}); !errors.As(err, &e) || e.Row != 0 {
		t.Errorf("a matrix of 1 by 2: %v", err)
	}
	if _, err := Solve([][]Expr{{x}}, []Expr{x, x}); !errors.As(err, &e) || e.Row != -1 {
		t.Errorf("a right-hand side of 2: %v", err)
	}
	m := dense(10, 10)
	for i := range m {
		for j := range m {
			m[i][j] = Index("a", i, j)
		}
	}
	var limit *LimitError
	if _, err := Det(m); !errors.As(err, &e) || !errors.As(err, &limit) {
		t.Errorf("3628800 terms: %v", err)
	}
}

func BenchmarkDet5(b *testing.B) {
	m := dense(5, 5)
	for i := range m {
		for j := range m {
			m[i][j] = Index("a", i, j)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if d, err := Det(m); err != nil || d.NumArgs() != 120 {
			b.Fatal(d, err)
		}
	}
}
