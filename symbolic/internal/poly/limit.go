package poly

import (
	"fmt"
	"math"
)

// Limit bounds the results of operations that may grow. A field that is zero sets no bound.
type Limit struct {
	Terms int // number of terms
	Bits  int // length of a numerator or denominator in bits
	Words int // number of terms times the 64-bit words of the widest numerator

	// Check is called now and then during long work; an error that it returns ends the operation with that error.
	Check func() error
}

// LimitError says that a result would not fit a limit.
type LimitError struct {
	Op   string // "mul", "pow", "subst", …
	What string // "terms", "bits", "words" or "degree"
	Need uint64 // what the result needs at least, as far as was seen
	Max  uint64 // the limit
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("poly: %s needs at least %d %s, more than the limit of %d", e.Op, e.Need, e.What, e.Max)
}

// maxTerms is the number of terms past which a result is sure to break the limit.
func (l *Limit) maxTerms() int {
	m := math.MaxInt
	if l.Terms > 0 {
		m = l.Terms
	}
	if l.Words > 0 {
		m = min(m, l.Words)
	}
	return m
}

// allow checks what is known of a result: at least so many terms, and a coefficient of at least so many bits.
func (l *Limit) allow(op string, terms, bits uint64) error {
	if l.Terms > 0 && terms > uint64(l.Terms) {
		return &LimitError{op, "terms", terms, uint64(l.Terms)}
	}
	if l.Bits > 0 && bits > uint64(l.Bits) {
		return &LimitError{op, "bits", bits, uint64(l.Bits)}
	}
	if l.Words > 0 {
		if need := saturatingMul(terms, max(bits/64+min(bits%64, 1), 1)); need > uint64(l.Words) {
			return &LimitError{op, "words", need, uint64(l.Words)}
		}
	}
	return nil
}

// accept checks a result.
func (l *Limit) accept(op string, p *Poly) (*Poly, error) {
	if l.Bits <= 0 && l.Words <= 0 && l.Terms <= 0 {
		return p, nil
	}
	wide := uint64(p.num.bitLen())
	if err := l.allow(op, uint64(p.Len()), wide); err != nil {
		return nil, err
	}
	if p.den != nil && l.Bits > 0 && p.den.BitLen() > l.Bits {
		return nil, &LimitError{op, "bits", uint64(p.den.BitLen()), uint64(l.Bits)}
	}
	return p, nil
}

// meter calls a limit's Check after each so many steps of work.
type meter struct {
	limit *Limit
	steps int
}

const stepsPerCheck = 1 << 20

func (m *meter) spend(steps int) error {
	if m.limit.Check == nil {
		return nil
	}
	if m.steps += steps; m.steps < stepsPerCheck {
		return nil
	}
	m.steps = 0
	return m.limit.Check()
}

func saturatingMul(a, b uint64) uint64 {
	if a != 0 && b > math.MaxUint64/a {
		return math.MaxUint64
	}
	return a * b
}

// degreeAllowed checks that a total degree can be held.
func degreeAllowed(op string, deg uint64) error {
	if deg > MaxDegree {
		return &LimitError{op, "degree", deg, MaxDegree}
	}
	return nil
}
