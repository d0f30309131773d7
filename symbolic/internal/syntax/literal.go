package syntax

import (
	"errors"
	"math"
	"math/big"
	"strconv"
)

// literal is the value of a number in text: a float, or an exact integer, which
// is n where big is nil.
type literal struct {
	float bool
	v     float64
	n     int64
	big   *big.Int
}

// literal reads the literal, or inf or nan, that comes next, if one does.
func (s *scanner) literal() (l literal, ok bool, err *Error) {
	n := 3
	switch s.word() {
	case "":
		var float, hex bool
		if n, float, hex = numberLen(s.text[s.at:]); n == 0 {
			return l, false, nil
		}
		digits := s.text[s.at : s.at+n]
		switch {
		case float:
			v, err := strconv.ParseFloat(digits, 64)
			if errors.Is(err, strconv.ErrRange) {
				return l, false, s.expected(s.at, "a number in the range of float64")
			}
			l = literal{float: true, v: v}
		case hex:
			l.big, _ = new(big.Int).SetString(digits[2:], 16)
		case n <= 18:
			l.n, _ = strconv.ParseInt(digits, 10, 64)
		default:
			l.big = bigInt(digits)
		}
		if l.big != nil && l.big.IsInt64() {
			l.n, l.big = l.big.Int64(), nil
		}
	case "inf":
		l = literal{float: true, v: math.Inf(1)}
	case "nan":
		l = literal{float: true, v: math.NaN()}
	default:
		return l, false, nil
	}
	s.at += n
	return l, true, nil
}

// numberLen returns the length of the literal with which the text starts, 0 if
// it starts with none. What is no part of a complete literal is left: 2x is 2,
// and then an error.
func numberLen(s string) (n int, float, hex bool) {
	digit := func(c byte) bool { return '0' <= c && c <= '9' }
	mark := byte('e') // of the exponent
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		digit = func(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }
		mark = 'p'
		hex = true
		n = 2
	}
	run := func(n int, digit func(byte) bool) int {
		for n < len(s) && digit(s[n]) {
			n++
		}
		return n
	}
	start := n
	n = run(n, digit)
	whole := n // the end of an integer
	digits := n - start
	if n < len(s) && s[n] == '.' {
		float = true
		n = run(n+1, digit)
		digits += n - whole - 1
	}
	if digits > 0 && n < len(s) && s[n]|0x20 == mark {
		m := n + 1
		if m < len(s) && (s[m] == '+' || s[m] == '-') {
			m++
		}
		if end := run(m, func(c byte) bool { return '0' <= c && c <= '9' }); end > m {
			return end, true, hex
		}
	}
	switch {
	case hex && whole == start: // 0x and no integer: the 0
		return 1, false, false
	case hex: // 0x1.8 is no literal without its exponent
		return whole, false, true
	case digits == 0:
		return 0, false, false
	}
	return n, float, hex
}

// bigInt reads decimal digits. big.Int takes time quadratic in their number;
// halves are read apart and joined in the time of its multiplication.
func bigInt(digits string) *big.Int {
	const chunk = 1000
	var powers []*big.Int // 10^chunk, 10^(2*chunk), 10^(4*chunk) …
	for n := chunk; n < len(digits); n *= 2 {
		p := new(big.Int)
		if len(powers) == 0 {
			p.Exp(big.NewInt(10), big.NewInt(chunk), nil)
		} else {
			last := powers[len(powers)-1]
			p.Mul(last, last)
		}
		powers = append(powers, p)
	}
	var read func(digits string, level int) *big.Int
	read = func(digits string, level int) *big.Int {
		for ; level > 0; level-- {
			if cut := len(digits) - chunk<<(level-1); cut > 0 {
				hi, lo := read(digits[:cut], level-1), read(digits[cut:], level-1)
				return lo.Add(lo, hi.Mul(hi, powers[level-1]))
			}
		}
		v, _ := new(big.Int).SetString(digits, 10)
		return v
	}
	return read(digits, len(powers))
}
