package column

import (
	"math"
	"math/bits"

	"github.com/triad-go/triad/kernels"
)

// Exact is the exact sum of floats: a number of fixed point that has a place for every bit of every
// float64 and of sums of 2^63 of them, so that the order in which values are added, and in which sums are joined,
// does not matter. The zero Exact is the sum of nothing.
//
// It is made of two superaccumulators (Neal, "Fast exact summation using small and large superaccumulators",
// arXiv:1505.05571, 2015): a large one, to which adding takes few operations, is emptied into a small one.
type Exact struct {
	// Bin k is the sum of the significands of values of which k is the sign and the exponent. It has room for
	// exactBurst values.
	bins [exactGroups * exactGroup]uint64
	used [exactGroups]bool // by group of bins: whether one may be other than 0
	held int               // values in bins

	// Word k is worth 2^(32k - 1074). Words are signed and may overlap; what is beyond 32 bits is carried.
	words [exactWords]int64

	class uint8 // what values there are that are not finite
}

const (
	exactGroup  = 64
	exactGroups = 4096 / exactGroup
	exactBurst  = 2 << 10 // of 53 bits, in 64
	exactWords  = 67      // 2046 + 53 bits, and 63 for the number of values, fit 32*66 + 63

	exactInf    = 1 << 0
	exactNegInf = 1 << 1
	exactNaN    = 1 << 2
)

// Reset makes s the sum of nothing.
func (s *Exact) Reset() {
	for g, used := range s.used {
		if used {
			clear(s.bins[g*exactGroup:][:exactGroup])
		}
	}
	s.used, s.held = [exactGroups]bool{}, 0
	s.words, s.class = [exactWords]int64{}, 0
}

// AddExact adds floats, in any order. An integer is added as the float64 next to it.
func AddExact[T kernels.Number](s *Exact, x []T) {
	for len(x) > 0 {
		if s.held == exactBurst {
			s.empty()
		}
		n := min(len(x), exactBurst-s.held)
		for _, v := range x[:n] {
			b := math.Float64bits(float64(v))
			k := b >> 52
			if (k+1)&0x7ff <= 1 {
				s.addOdd(b)
				continue
			}
			s.bins[k] += b&(1<<52-1) | 1<<52
			s.used[k/exactGroup] = true
		}
		s.held += n
		x = x[n:]
	}
}

// addOdd adds the float64 of these bits, which is 0, subnormal or not finite.
func (s *Exact) addOdd(b uint64) {
	m := b & (1<<52 - 1)
	switch {
	case b>>52&0x7ff == 0:
		s.addAt(0, m, int64(b)>>63)
	case m != 0:
		s.class |= exactNaN
	case b>>63 != 0:
		s.class |= exactNegInf
	default:
		s.class |= exactInf
	}
}

// addAt adds m of a place, negative if the sign is -1 and not 0.
func (s *Exact) addAt(place uint, m uint64, sign int64) {
	w := (*[3]int64)(s.words[place/32:])
	shift := place % 32
	w[0] += (int64(m<<shift&math.MaxUint32) ^ sign) - sign
	w[1] += (int64(m>>(32-shift)&math.MaxUint32) ^ sign) - sign
	w[2] += (int64(m>>(64-shift)) ^ sign) - sign
}

// empty brings what is in the bins to the words.
func (s *Exact) empty() {
	for g, used := range s.used {
		if !used {
			continue
		}
		s.used[g] = false
		for i := range exactGroup {
			k := g*exactGroup + i
			if m := s.bins[k]; m != 0 {
				s.bins[k] = 0
				s.addAt(uint(k&0x7ff-1), m, -int64(k>>11))
			}
		}
	}
	s.held = 0
	s.carry()
}

// carry leaves words from 0 to 2^32-1, but for the last.
func (s *Exact) carry() {
	carried := int64(0)
	for k := range exactWords - 1 {
		v := s.words[k] + carried
		s.words[k], carried = v&math.MaxUint32, v>>32
	}
	s.words[exactWords-1] += carried
}

// Join adds what t is the sum of, which t stays.
func (s *Exact) Join(t *Exact) {
	s.empty()
	t.empty()
	s.class |= t.class
	for k, v := range t.words {
		s.words[k] += v
	}
	s.carry()
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
	s.empty()
	w := s.words // of 32 bits each
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
