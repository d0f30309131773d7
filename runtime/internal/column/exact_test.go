package column_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/runtime/internal/column"
)

// exactly is the sum in enough digits for every float64.
func exactly(x []float64) *big.Float {
	sum := new(big.Float).SetPrec(2300)
	for _, v := range x {
		sum.Add(sum, new(big.Float).SetFloat64(v))
	}
	return sum
}

// widely is a finite number of any exponent, or of few bits.
func widely(r *rand.Rand, bits int) float64 {
	for {
		var v float64
		switch r.IntN(4) {
		case 0:
			v = math.Float64frombits(r.Uint64())
		case 1:
			v = math.Ldexp(float64(r.IntN(1<<bits)), r.IntN(2098)-1074)
		case 2:
			v = r.NormFloat64()
		default:
			v = math.Float64frombits(r.Uint64N(1 << (1 + r.IntN(56)))) // small
		}
		if r.IntN(2) == 0 {
			v = -v
		}
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v
		}
	}
}

// TestExact compares with package math/big, whole, and joined of parts in any order.
func TestExact(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 11))
	var s, part, other column.Exact
	for round := range 3000 {
		n := 1 + r.IntN(12)
		if round%100 == 0 {
			n = r.IntN(5000)
		}
		x := make([]float64, 0, 2*n)
		for range n {
			x = append(x, widely(r, 1+r.IntN(20)))
		}
		if r.IntN(2) == 0 { // almost all of it cancels
			for _, v := range x[:r.IntN(len(x)+1)] {
				x = append(x, -v)
			}
		}
		r.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
		sum := exactly(x)
		want, _ := sum.Float64()
		want32, _ := sum.Float32()
		if sum.Sign() == 0 {
			want, want32 = 0, 0
		}
		s.Reset()
		for rest := x; ; { // some at a time, too
			k := r.IntN(len(rest) + 1)
			column.AddExact(&s, rest[:k])
			if rest = rest[k:]; len(rest) == 0 {
				break
			}
		}
		cut := r.IntN(len(x) + 1)
		part.Reset()
		other.Reset()
		column.AddExact(&part, x[cut:])
		column.AddExact(&other, x[:cut])
		part.Join(&other)
		for _, s := range []*column.Exact{&s, &part} {
			if got := s.Float64(); !same(got, want) {
				t.Fatalf("sum of %v: %v, want %v", x, got, want)
			}
			if got := s.Float32(); math.Float32bits(got) != math.Float32bits(want32) {
				t.Fatalf("float32 sum of %v: %v, want %v", x, got, want32)
			}
		}
	}
}

// TestExactReset leaves nothing, wherever it was kept.
func TestExactReset(t *testing.T) {
	var s column.Exact
	for _, n := range []int{1, 3000} {
		x := make([]float64, n)
		for i := range x {
			x[i] = math.Ldexp(1, i%2046-1022)
		}
		column.AddExact(&s, append(x, math.NaN(), 5e-324))
		s.Reset()
		if got := s.Float64(); got != 0 {
			t.Errorf("%v is left of %d values", got, n)
		}
	}
}

// TestExactLong carries many times what is all of one sign.
func TestExactLong(t *testing.T) {
	for _, v := range []float64{math.MaxFloat64, -math.MaxFloat64, 5e-324, -0x1p-1022, 1 - 0x1p-53} {
		x := make([]float64, 100001)
		for i := range x {
			x[i] = v
		}
		var s column.Exact
		column.AddExact(&s, x)
		want, _ := exactly(x).Float64()
		if got := s.Float64(); got != want {
			t.Errorf("%d times %v: %v, want %v", len(x), v, got, want)
		}
		for i := range x {
			x[i] = -v
		}
		column.AddExact(&s, x[1:]) // the sum is v again
		if got := s.Float64(); got != v {
			t.Errorf("once %v: %v", v, got)
		}
	}
}

func TestExactSpecial(t *testing.T) {
	inf, nan, zero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	half := math.Ldexp(1, 970) // half the last place of MaxFloat64
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{nil, 0},
		{[]float64{zero}, 0},
		{[]float64{zero, zero, zero}, 0},
		{[]float64{zero, 0}, 0},
		{[]float64{1, -1}, 0},
		{[]float64{zero, 5e-324, -5e-324}, 0},
		{[]float64{1, inf}, inf},
		{[]float64{-inf, 1, -inf}, -inf},
		{[]float64{inf, -inf}, nan},
		{[]float64{1, nan, inf}, nan},
		{[]float64{math.MaxFloat64, math.MaxFloat64}, inf},
		{[]float64{-math.MaxFloat64, -math.MaxFloat64}, -inf},
		{[]float64{math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64}, math.MaxFloat64}, // beyond on the way alone
		{[]float64{math.MaxFloat64, half}, inf},                                          // a tie, to even
		{[]float64{math.MaxFloat64, half, -5e-324}, math.MaxFloat64},
		{[]float64{1, 0x1p-53}, 1},
		{[]float64{1, 0x1p-53, 5e-324}, 1 + 0x1p-52},
		{[]float64{1 + 0x1p-52, 0x1p-53}, 1 + 0x1p-51},
		{[]float64{-1, -0x1p-53, -5e-324}, -1 - 0x1p-52},
		{[]float64{0x1p-1022, -5e-324}, 0x1p-1022 - 5e-324},
	} {
		var s column.Exact
		column.AddExact(&s, c.x)
		if got := s.Float64(); !same(got, c.want) {
			t.Errorf("sum of %v: %v, want %v", c.x, got, c.want)
		}
	}
	for _, c := range []struct {
		x    []float32
		want float32
	}{
		{[]float32{math.MaxFloat32, math.MaxFloat32, -math.MaxFloat32}, math.MaxFloat32},
		{[]float32{math.MaxFloat32, 0x1p103}, float32(inf)},
		{[]float32{1, 0x1p-24, 0x1p-149}, 1 + 0x1p-23}, // by way of float64 it would be 1
		{[]float32{0x1p-149, 0x1p-149}, 0x1p-148},
		{[]float32{float32(inf), float32(-inf)}, float32(nan)},
	} {
		var s column.Exact
		column.AddExact(&s, c.x)
		if got := s.Float32(); math.Float32bits(got) != math.Float32bits(c.want) && (got == got || c.want == c.want) {
			t.Errorf("sum of %v: %v, want %v", c.x, got, c.want)
		}
	}
}

// FuzzExact adds eight numbers, made of four of any bits.
func FuzzExact(f *testing.F) {
	f.Add(uint64(1), uint64(1)<<63, uint64(0x3ff<<52), uint64(0x7fe<<52))
	f.Add(uint64(0x7ff<<52), uint64(0xfff<<52), uint64(0x7ff<<52|1), uint64(0))
	f.Fuzz(func(t *testing.T, a, b, c, d uint64) {
		var x []float64
		finite := true
		special := 0.0
		for _, v := range []uint64{a, b, c, d, a ^ 1<<63, b ^ 1, c + 1, d - 1} {
			v := math.Float64frombits(v)
			x = append(x, v)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				finite = false
				special += v
			}
		}
		var s column.Exact
		column.AddExact(&s, x)
		want := special
		if finite {
			sum := exactly(x)
			if want, _ = sum.Float64(); sum.Sign() == 0 {
				want = 0
			}
		}
		if got := s.Float64(); !same(got, want) {
			t.Fatalf("sum of %v: %v, want %v", x, got, want)
		}
	})
}
