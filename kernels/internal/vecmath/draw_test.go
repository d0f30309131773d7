package vecmath

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/internal/bigmath"
)

// drawn is a draw as a function of the block's seed, index and stream.
func drawn(name string, t Type, half int) *scalar {
	s := new(scalar)
	b := Block{Seed: s.arg(Uint64, 0), Index: s.arg(Uint64, 1), Stream: s.arg(Uint64, 2)}
	s.result = LookupDraw(name).Write(s, t, b, half)
	s.prune()
	return s
}

// The known answers of Random123, kat_vectors: philox4x32 with 10 rounds.
func TestPhilox(t *testing.T) {
	for _, v := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{
			[4]uint32{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, [2]uint32{0xffffffff, 0xffffffff},
			[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
		},
		{
			[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
		},
	} {
		pair := func(low, high uint32) uint64 { return uint64(low) | uint64(high)<<32 }
		for half := range 2 {
			got := drawn("random", Float64, half).run(pair(v.key[0], v.key[1]), pair(v.counter[0], v.counter[1]), pair(v.counter[2], v.counter[3]))
			if want := pair(v.want[2*half], v.want[2*half+1]); got != want {
				t.Errorf("counter %x, key %x: half %d is %x, want %x", v.counter, v.key, half, got, want)
			}
		}
	}
}

// philoxGo is Philox 4x32-10 as its paper writes it.
func philoxGo(c [4]uint32, k [2]uint32) [4]uint32 {
	for range 10 {
		p, q := 0xd2511f53*uint64(c[0]), 0xcd9e8d57*uint64(c[2])
		c = [4]uint32{uint32(q>>32) ^ c[1] ^ k[0], uint32(q), uint32(p>>32) ^ c[3] ^ k[1], uint32(p)}
		k = [2]uint32{k[0] + 0x9e3779b9, k[1] + 0xbb67ae85}
	}
	return c
}

func TestPhiloxRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 14))
	halves := [2]*scalar{drawn("random", Float64, 0), drawn("random", Float64, 1)}
	for range 2000 {
		seed, index, stream := r.Uint64(), r.Uint64()>>r.UintN(64), r.Uint64()>>r.UintN(64)
		want := philoxGo([4]uint32{uint32(index), uint32(index >> 32), uint32(stream), uint32(stream >> 32)},
			[2]uint32{uint32(seed), uint32(seed >> 32)})
		for h, s := range halves {
			if got := s.run(seed, index, stream); uint32(got) != want[2*h] || uint32(got>>32) != want[2*h+1] {
				t.Fatalf("random(%x, %x, %x), half %d: %x, want %x", seed, index, stream, h, got, want)
			}
		}
	}
}

// exactDraw is what a draw should be of the words of a block.
func exactDraw(name string, half int, bits [2]uint64) *big.Float {
	const prec = 200
	num := func(x float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(x) }
	log := func(bits uint64, most float64) *big.Float {
		x := num(min(float64(bits|1), most))
		v, _ := bigmath.Log(prec, x.SetMantExp(x, -64))
		return v
	}
	if name == "exponential" {
		v := log(bits[half], 0x1p64-0x1p11)
		return v.Neg(v)
	}
	v := log(bits[0], 0x1p64)
	radius := v.Sqrt(v.Mul(v, num(-2)))
	x := math.Float64frombits(math.Float64bits(1)|bits[1]>>12) - 1.5
	angle := new(big.Float).SetPrec(prec).Mul(bigmath.Pi(prec), num(x))
	f := bigmath.Sin
	if half == 1 {
		f = bigmath.Cos
	}
	y, ok := f(prec, angle)
	if !ok {
		panic(angle)
	}
	y.Mul(y, radius)
	if half == 1 && bits[1]&1 != 0 {
		y.Neg(y)
	}
	return y
}

// TestDrawAccuracy compares draws with their definitions, computed exactly.
func TestDrawAccuracy(t *testing.T) {
	const promised = 4
	n := 20000
	if testing.Short() {
		n = 2000
	}
	for _, name := range []string{"normal", "exponential"} {
		for half := range 2 {
			s, halves := drawn(name, Float64, half), [2]*scalar{drawn("random", Float64, 0), drawn("random", Float64, 1)}
			narrow := drawn(name, Float32, half)
			worst, at := 0.0, 0
			for i := range n {
				bits := [2]uint64{halves[0].run(7, uint64(i), 0), halves[1].run(7, uint64(i), 0)}
				got, want := math.Float64frombits(s.run(7, uint64(i), 0)), exactDraw(name, half, bits)
				if e := ulps(got, want, Float64); e > worst {
					worst, at = e, i
				}
				if f := math.Float32frombits(uint32(narrow.run(7, uint64(i), 0))); f != float32(got) {
					t.Fatalf("%s, half %d, index %d: %v in float32, %v in float64", name, half, i, f, got)
				}
			}
			t.Logf("%s, half %d: at most %.3f units off, at %d", name, half, worst, at)
			if worst > promised {
				t.Errorf("%s, half %d: %.3f units off at %d", name, half, worst, at)
			}
		}
	}
}

// given is Lanes in which the output of every block is two arguments.
func given(write func(w writer, bits Value) Value) *scalar {
	s := new(scalar)
	w := writer{s, Float64}
	s.result = write(w, s.arg(Uint64, 0))
	return s
}

// TestShareLogarithms: the logarithms at the ends of their range, beside the ends of
// their pieces and near 1.
func TestShareLogarithms(t *testing.T) {
	for by, table := range map[float64]*logTable{-1: lnShare, -2: lnShare2} {
		s := given(func(w writer, bits Value) Value { return w.logShare(w.share(bits), table) })
		var words []uint64
		for e := range 64 {
			for j := range uint64(17) {
				x := uint64(1)<<e + uint64(float64(j)/16*math.Ldexp(1, e))
				words = append(words, x-1, x, x+1)
			}
			words = append(words, ^(uint64(1) << e), math.MaxUint64-1<<e, math.MaxUint64<<e)
		}
		worst := 0.0
		for _, word := range words {
			x := float64(word | 1)
			want, _ := bigmath.Log(200, new(big.Float).SetMantExp(big.NewFloat(x), -64))
			want.Mul(want, big.NewFloat(by))
			got := math.Float64frombits(s.run(word))
			if want.Sign() == 0 {
				if got != 0 {
					t.Errorf("of %x: %v, want 0", word, got)
				}
				continue
			}
			if got < 0 {
				t.Errorf("of %x: %v is negative", word, got)
			}
			worst = max(worst, ulps(got, want, Float64))
		}
		t.Logf("by %v: at most %.3f units off", by, worst)
		if worst > 3 {
			t.Errorf("by %v: %.3f units off", by, worst)
		}
	}
	e := given(func(w writer, bits Value) Value { return w.logShare(w.Min(w.share(bits), w.c(0x1p64-0x1p11)), lnShare) })
	least, most := math.Float64frombits(e.run(math.MaxUint64)), math.Float64frombits(e.run(0))
	if !(least > 0 && least < 0x1p-52) || !(most > 44.3 && most < 44.4) {
		t.Errorf("exponential from %v to %v", least, most)
	}
	n := given(func(w writer, bits Value) Value { return w.Sqrt(w.logShare(w.share(bits), lnShare2)) })
	if most := math.Float64frombits(n.run(0)); !(most > 9.41 && most < 9.42) {
		t.Errorf("normal up to %v", most)
	}
}
