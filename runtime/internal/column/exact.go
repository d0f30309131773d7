package column

import (
	"math"
	"math/bits"

	"github.com/triad-go/triad/kernels"
)

// Exact is the exact sum of floats: a number of fixed point that has a place for every bit of every
// float64 and of sums of 2^63 of them (the small superaccumulator of Neal, "Fast exact summation
// using small and large superaccumulators", arXiv:1505.05571, 2015). So the order in which
// values are added, and in which sums are joined, does not matter. The zero Exact is the sum of nothing.
type Exact struct {
	// Word k is worth 2^(32k - 1074). Words are signed and overlap: a value adds less than
	// 2^53 to each of two words, and what is beyond 32 bits is carried now and then. Elements go to two sums
	// in turn, since neighbours are mostly added to the same words and would wait for each other.
	words [2][exactWords]int64

	class uint8 // what values there are that are not finite
}

const (
	exactWords = 67      // 2046 + 53 bits, and 63 for the number of values, fit 32*66 + 63
	exactBurst = 2 << 10 // values between two carries: each of the two sums takes half, less than 2^63 - 2^32 of them

	exactInf    = 1 << 0
	exactNegInf = 1 << 1
	exactNaN    = 1 << 2
)

// Reset makes s the sum of nothing.
func (s *Exact) Reset() { *s = Exact{} }

// AddExact adds floats, in any order. An integer is added as the float64 next to it.
func AddExact[T kernels.Number](s *Exact, x []T) {
	for len(x) > 0 {
		n := min(len(x), exactBurst)
		for i, v := range x[:n] {
			s.add(&s.words[i&1], math.Float64bits(float64(v)))
		}
		s.carry()
		x = x[n:]
	}
}

// add adds the float64 of these bits to words.
func (s *Exact) add(words *[exactWords]int64, b uint64) {
	exponent := b >> 52 & 0x7ff
	m := b & (1<<52 - 1)
	switch exponent {
	case 0:
		exponent = 1 // a subnormal number is worth as many units of 2^-1074
	case 0x7ff:
		switch {
		case m != 0:
			s.class |= exactNaN
		case b>>63 != 0:
			s.class |= exactNegInf
		default:
			s.class |= exactInf
		}
		return
	default:
		m |= 1 << 52
	}
	place := uint(exponent - 1)
	k, shift := place/32, place%32
	sign := int64(b) >> 63 // 0 or -1: (v ^ sign) - sign is v or -v
	low := int64(uint32(m << shift))
	high := int64(m >> (32 - shift))
	words[k] += (low ^ sign) - sign
	words[k+1] += (high ^ sign) - sign
}

// carry makes one sum of the two, all words of which but the last are from 0 to 2^32-1.
func (s *Exact) carry() {
	w, v := &s.words[0], &s.words[1]
	carried := int64(0)
	for k := range exactWords - 1 {
		// Neither sum is near an end of its range, but both together may be beyond: add their halves.
		low := w[k]&math.MaxUint32 + v[k]&math.MaxUint32 + carried
		carried = w[k]>>32 + v[k]>>32 + low>>32
		w[k] = low & math.MaxUint32
	}
	w[exactWords-1] += v[exactWords-1] + carried
	*v = [exactWords]int64{}
}

// Join adds what t is the sum of.
func (s *Exact) Join(t *Exact) {
	s.class |= t.class
	for half := range t.words {
		s.words[1] = t.words[half]
		s.carry()
	}
}

// Float64 is the sum, rounded once: to nearest, of two that are as near to the even one. It is
// NaN of a NaN or of infinities of both signs, an infinity of infinities of one sign, and one of
// finite values if the sum, rounded, is beyond the greatest float64. A sum that is nought is +0, whatever it is the
// sum of, as that of a plain sum, which starts from +0.
func (s *Exact) Float64() float64 { return math.Float64frombits(s.round(53, 11)) }

// Float32 is Float64 for the format float32: the sum is rounded once, not by way of a float64.
func (s *Exact) Float32() float32 { return math.Float32frombits(uint32(s.round(24, 8))) }

// round is the bits of the sum in a format of so many significant bits and bits of exponent.
func (s *Exact) round(digits, exponents uint) uint64 {
	sign := uint64(1) << (digits - 1 + exponents)
	inf := (uint64(1)<<exponents - 1) << (digits - 1)
	switch {
	case s.class&exactNaN != 0 || s.class == exactInf|exactNegInf:
		return inf | 1<<(digits-2)
	case s.class == exactInf:
		return inf
	case s.class == exactNegInf:
		return sign | inf
	}
	s.carry()
	w := s.words[0] // of which 32 bits each
	var negative uint64
	if w[exactWords-1] < 0 {
		negative = sign
		carried := int64(0)
		for k := range w {
			v := carried - w[k]
			if k < exactWords-1 {
				carried, v = v>>32, v&math.MaxUint32
			}
			w[k] = v
		}
	}
	top := exactWords - 1
	for top >= 0 && w[top] == 0 {
		top--
	}
	if top < 0 {
		return 0
	}
	first := 32*top + bits.Len64(uint64(w[top])) - 1 // the place of the first bit that is 1
	// least is the place of the last bit of subnormal numbers: 2^-1074 is place 0.
	least := 1074 - (1<<(exponents-1) - 2 + int(digits) - 1)
	last := max(first-int(digits)+1, least)
	m := bitsFrom(&w, last) & (1<<digits - 1)
	r := uint64(last-least)<<(digits-1) + m
	if last > 0 {
		half := bitsFrom(&w, last-1)&1 != 0
		if half && (m&1 != 0 || below(&w, last-1)) {
			r++ // carries into the exponent as it should
		}
	}
	return negative | min(r, inf)
}

// bitsFrom is the 64 bits from a place on, of words of 32 bits of which the last may have more.
func bitsFrom(w *[exactWords]int64, place int) uint64 {
	k, shift := place/32, uint(place%32)
	word := func(k int) uint64 {
		if k < exactWords {
			return uint64(w[k])
		}
		return 0
	}
	// A shift of 64 or more leaves nothing. The last word has bits beyond 32 in what is added first.
	return word(k)>>shift + word(k+1)<<(32-shift) + word(k+2)<<(64-shift)
}

// below reports whether a bit before a place is 1.
func below(w *[exactWords]int64, place int) bool {
	k := place / 32
	for _, v := range w[:k] {
		if v != 0 {
			return true
		}
	}
	return w[k]&(1<<uint(place%32)-1) != 0
}
