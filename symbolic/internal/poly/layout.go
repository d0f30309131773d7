package poly

import (
	"math/bits"
	"sync"
)

// MaxDegree is the largest total degree a polynomial can have.
const MaxDegree = 1<<31 - 1

// layout says where the exponents of a monomial lie in its words. Field 0 is the total degree and field i+1 is the
// exponent of variable i; the last variable has no field, since the others and the degree determine it. Fields lie from
// the most significant bits of the first word downward, so words compare in graded lexicographic order.
type layout struct {
	n      int // variables, at least 1
	words  int
	max    int // largest total degree that surely fits
	fields []field
}

type field struct {
	word  int
	shift uint
	mask  uint64
}

func (f field) of(m []uint64) int { return int(m[f.word] >> f.shift & f.mask) }

var layouts sync.Map // layoutKey -> *layout

type layoutKey struct{ n, bits int }

// layoutFor returns the layout for polynomials in n variables up to a total degree. It depends on nothing else, and is
// the same for all degrees that fit one word, so operands seldom need repacking.
func layoutFor(n, degree int) *layout {
	n = max(n, 1)
	width := 64 / n
	if width == 0 || width < 32 && degree >= 1<<width {
		per := 64 / max(bits.Len(uint(degree)), 1)
		width = 64 / per
	}
	key := layoutKey{n, width}
	if l, ok := layouts.Load(key); ok {
		return l.(*layout)
	}
	l := &layout{n: n, max: MaxDegree, fields: make([]field, n)}
	if width < 31 {
		l.max = 1<<width - 1
	}
	per := min(64/width, n)
	l.words = (n + per - 1) / per
	for i := range l.fields {
		l.fields[i] = field{i / per, uint(width * (per - 1 - i%per)), 1<<width - 1}
	}
	got, _ := layouts.LoadOrStore(key, l)
	return got.(*layout)
}

// tightLayout packs fields of different widths, for exponents up to top[i] in variable i and a total degree up to
// degree, into one word. It reports false if they do not fit.
func tightLayout(top []int, degree int) (*layout, bool) {
	n := len(top)
	l := &layout{n: n, words: 1, max: degree, fields: make([]field, n)}
	shift := 0
	for i := n - 1; i >= 0; i-- {
		d := degree
		if i > 0 {
			d = top[i-1]
		}
		width := bits.Len(uint(d))
		// The word of all ones marks an empty slot of a table, so one bit stays free.
		if shift+width > 63 {
			return nil, false
		}
		l.fields[i] = field{0, uint(shift), 1<<width - 1}
		shift += width
	}
	return l, true
}

// fit returns a layout for degree, l itself if it serves.
func (l *layout) fit(degree int) *layout {
	if l.words == 1 && degree <= l.max {
		return l
	}
	return layoutFor(l.n, degree)
}

// unpack writes the exponents of m into dst.
func (l *layout) unpack(m []uint64, dst []int) {
	if len(dst) == 0 {
		return
	}
	last := l.fields[0].of(m)
	for i, f := range l.fields[1:] {
		e := f.of(m)
		dst[i] = e
		last -= e
	}
	dst[l.n-1] = last
}

// pack writes the monomial of total degree deg and the exponents e into m, whose words are zero.
func (l *layout) pack(m []uint64, e []int, deg int) {
	m[0] = uint64(deg) << l.fields[0].shift
	for i, f := range l.fields[1:] {
		m[f.word] |= uint64(e[i]) << f.shift
	}
}

// exponent returns the exponent of variable i in m.
func (l *layout) exponent(m []uint64, i int) int {
	if i < l.n-1 {
		return l.fields[i+1].of(m)
	}
	e := l.fields[0].of(m)
	for _, f := range l.fields[1:] {
		e -= f.of(m)
	}
	return e
}

// unit returns the words of variable i.
func (l *layout) unit(i int) []uint64 {
	m := make([]uint64, l.words)
	m[0] = 1 << l.fields[0].shift
	if i < l.n-1 {
		f := l.fields[i+1]
		m[f.word] |= 1 << f.shift
	}
	return m
}

// repack returns monomials from layout l in layout to; the same slice if the layouts are one. Order is kept.
func (l *layout) repack(exps []uint64, to *layout) []uint64 {
	if l == to {
		return exps
	}
	out := make([]uint64, len(exps)/l.words*to.words)
	o := out
	for m := exps; len(m) > 0; m = m[l.words:] {
		for i, f := range l.fields {
			g := to.fields[i]
			o[g.word] |= (m[f.word] >> f.shift & f.mask) << g.shift
		}
		o = o[to.words:]
	}
	return out
}

// divides reports whether monomial b divides monomial a.
func (l *layout) divides(b, a []uint64) bool {
	last := 0
	for i, f := range l.fields {
		d := f.of(a) - f.of(b)
		if d < 0 {
			return false
		}
		if i == 0 {
			last = d
		} else {
			last -= d
		}
	}
	return last >= 0
}

// compareWords compares monomials of one layout in graded lexicographic order.
func compareWords(a, b []uint64) int {
	for i, x := range a {
		if y := b[i]; x != y {
			if x < y {
				return -1
			}
			return 1
		}
	}
	return 0
}
