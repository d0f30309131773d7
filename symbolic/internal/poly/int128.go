package poly

import (
	"math/big"
	"math/bits"
)

// int128 is a two's complement 128-bit integer.
type int128 struct {
	hi int64
	lo uint64
}

func wide(x int64) int128 { return int128{x >> 63, uint64(x)} }

func (x int128) isZero() bool { return uint64(x.hi)|x.lo == 0 }

// isInt64 reports whether x fits an int64.
func (x int128) isInt64() bool { return x.hi == int64(x.lo)>>63 }

// plus is x+y modulo 2^128.
func (x int128) plus(y int128) int128 {
	lo, c := bits.Add64(x.lo, y.lo, 0)
	return int128{x.hi + y.hi + int64(c), lo}
}

func (x int128) negated() int128 {
	lo, b := bits.Sub64(0, x.lo, 0)
	return int128{-x.hi - int64(b), lo}
}

// times is x*y modulo 2^128.
func (x int128) times(y int128) int128 {
	hi, lo := bits.Mul64(x.lo, y.lo)
	return int128{int64(hi) + x.hi*int64(y.lo) + int64(x.lo)*y.hi, lo}
}

// mul64 is x*y.
func mul64(x, y int64) int128 {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	return int128{int64(hi) - x>>63&y - y>>63&x, lo}
}

// abs returns |x| as an unsigned number.
func (x int128) abs() (hi, lo uint64) {
	if x.hi < 0 {
		x = x.negated()
	}
	return uint64(x.hi), x.lo
}

func (x int128) float() float64 {
	hi, lo := x.abs()
	f := float64(hi)*0x1p64 + float64(lo)
	if x.hi < 0 {
		f = -f
	}
	return f
}

// setInt128 sets z to x.
func setInt128(z *big.Int, x int128) *big.Int {
	if x.isInt64() {
		return z.SetInt64(int64(x.lo))
	}
	hi, lo := x.abs()
	if bits.UintSize == 64 {
		z.SetBits(append(z.Bits()[:0], big.Word(lo), big.Word(hi)))
	} else {
		z.SetBits(append(z.Bits()[:0], big.Word(lo), big.Word(lo>>32), big.Word(hi), big.Word(hi>>32)))
	}
	if x.hi < 0 {
		z.Neg(z)
	}
	return z
}

// toInt128 returns b as an int128 if |b| < 2^127.
func toInt128(b *big.Int) (int128, bool) {
	if b.BitLen() > 127 {
		return int128{}, false
	}
	var hi, lo uint64
	for i, w := range b.Bits() {
		if i*bits.UintSize < 64 {
			lo |= uint64(w) << (i * bits.UintSize)
		} else {
			hi |= uint64(w) << (i*bits.UintSize - 64)
		}
	}
	x := int128{int64(hi), lo}
	if b.Sign() < 0 {
		x = x.negated()
	}
	return x, true
}
