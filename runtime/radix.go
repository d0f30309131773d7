package runtime

import (
	"math"
	"math/bits"
	"sync"
	"unsafe"
)

// keyWord is what numbers are sorted as: unsigned integers of their size.
type keyWord interface{ uint32 | uint64 }

// payload is what moves with a key: the bits of a value, or nothing.
type payload interface{ uint32 | uint64 | struct{} }

// keyOrder turns the bits of a number into a word that is less where the number
// comes first, and back. Its zero value leaves words as they are.
//
// Of a float, the sign bit is flipped, or all bits are where it is set, which gives
// the order of the numbers with negative NaNs below and positive ones above them;
// then the words are shifted in a circle until all NaNs are at the beginning. (The NaN
// of 0/0 has a sign on some processors and none on others: all must stand at one end.)
type keyOrder[K keyWord] struct {
	flip  K // all bits for floats: what is flipped where the sign is set
	sign  K // flipped always
	shift K
	nans  K // words below it are NaNs
}

// orderOf is the order of T, whose size K has.
func orderOf[T Element, K keyWord]() keyOrder[K] {
	sign := K(1) << topBit[K]()
	switch any(T(0)).(type) {
	case float64, float32:
		exponent := uint(8)
		if topBit[K]() == 63 {
			exponent = 11
		}
		inf := K(1<<exponent-1) << (topBit[K]() - exponent)
		return keyOrder[K]{flip: ^K(0), sign: sign, shift: inf + sign + 1, nans: 2 * (sign - inf - 1)}
	case int64, int32:
		return keyOrder[K]{sign: sign}
	}
	return keyOrder[K]{}
}

func topBit[K keyWord]() uint { return uint(unsafe.Sizeof(K(0)))*8 - 1 }

// word is the word of a number's bits.
func (o keyOrder[K]) word(bits K) K {
	return bits ^ (-(bits>>topBit[K]())&o.flip | o.sign) - o.shift
}

// bits undoes word.
func (o keyOrder[K]) bits(word K) K {
	word += o.shift
	return word ^ ((word>>topBit[K]()-1)&o.flip | o.sign)
}

// wordRange is what a sort wants to know of some keys. Of NaNs, least and most know
// nothing.
type wordRange[K keyWord] struct {
	rising  bool // equal neighbours rise
	falling bool // equal neighbours do not fall
	nan     bool
	least   K // less nans
	most    K
	first   K
	last    K
}

// scan looks at keys, one at least.
func (o keyOrder[K]) scan(keys []K) wordRange[K] {
	last := len(keys) - 1
	r := wordRange[K]{first: o.word(keys[0]), last: o.word(keys[last])}
	i, before := 1, r.first
	for ; i < len(keys); i++ {
		k := o.word(keys[i])
		if k < before {
			break
		}
		before = k
	}
	r.rising = i == len(keys)
	if i == 1 {
		for ; i < len(keys); i++ {
			k := o.word(keys[i])
			if k >= before {
				break
			}
			before = k
		}
		// Two NaNs are equal, whatever their words are.
		r.falling = i == len(keys) && (i == 1 || o.word(keys[i-2]) >= o.nans)
	}
	if (r.rising || r.falling) && min(r.first, r.last) >= o.nans {
		r.least, r.most = min(r.first, r.last)-o.nans, max(r.first, r.last)
		return r
	}
	least, most, all := ^K(0), K(0), ^K(0)
	for _, b := range keys {
		k := o.word(b)
		all = min(all, k)
		least = min(least, k-o.nans) // a NaN becomes more than any number
		most = max(most, k)
	}
	r.nan, r.least, r.most = all < o.nans, least, most
	return r
}

// join is the range of the keys of r and, behind them, those of s.
func (o keyOrder[K]) join(r, s wordRange[K]) wordRange[K] {
	return wordRange[K]{
		rising:  r.rising && s.rising && r.last <= s.first,
		falling: r.falling && s.falling && r.last > s.first && r.last >= o.nans,
		nan:     r.nan || s.nan,
		least:   min(r.least, s.least),
		most:    max(r.most, s.most),
		first:   r.first,
		last:    s.last,
	}
}

const (
	digitBits = 11 // of a pass at most
	digits    = 1 << digitBits
	fewKeys   = 24  // are sorted by insertion
	someKeys  = 256 // are sorted by merging where their digits are badly spread
)

// radixSort sorts pieces of an array on one core.
type radixSort[K keyWord, V payload] struct {
	keyOrder[K]
	*digitCounts
}

// digitCounts counts the digits of two passes, and has then the places of each.
type digitCounts struct{ low, high [digits]uint32 }

var digitCountsPool = sync.Pool{New: func() any { return new(digitCounts) }}

// sort sorts the words a, and the values va with them, all numbers and fewer than
// 1<<2*digitBits; b and vb are scratch of that length. The result is the bits of the
// numbers, in a if home is true, or else in b.
//
// The sort is by as many of the leading bits of the words, from where they differ, as
// tell most of them apart if they are evenly spread, in two passes from the last digit
// to the first (LSD), and by insertion then, which finds almost all in place. Where
// the first digits are spread badly they divide the words (MSD) into parts that are
// sorted in the same way.
func (r *radixSort[K, V]) sort(a, b []K, va, vb []V, home bool) {
	m := len(a)
	b, va, vb = b[:m], va[:m], vb[:m]
	if m <= fewKeys {
		insertWords(a, va, math.MaxInt)
		r.finish(a, b, va, vb, home)
		return
	}
	i := 1
	for i < m && a[i-1] <= a[i] {
		i++
	}
	if i == m {
		r.finish(a, b, va, vb, home)
		return
	}
	least, most := a[0], a[0]
	for _, k := range a {
		least, most = min(least, k), max(most, k)
	}
	r.spread(a, b, va, vb, least, most, home)
}

// spread does what sort does for words that are not all equal, of which it is told the
// least and the most.
func (r *radixSort[K, V]) spread(a, b []K, va, vb []V, least, most K, home bool) {
	m := len(a)
	width := bits.Len64(uint64(most - least))
	use := min(width, bits.Len(uint(m))+3)
	if use <= 8 && width == use {
		at := &r.low
		clear(at[:1<<use])
		countDigits(a, least, 0, at)
		countsToPlaces(at[:1<<use])
		moveDigits(a, b, va, vb, least, 0, at)
		r.finish(b, a, vb, va, !home)
		return
	}
	low := uint(use / 2)
	first := uint(use) - low
	shift := uint(width - use)
	clear(r.low[:1<<low])
	clear(r.high[:1<<first])
	r.countTwo(a, least, shift, low)
	if shift > 0 {
		// The moves that insertion is left with, if only the first digits are badly spread.
		sum := 0.0
		for _, c := range r.high[:1<<first] {
			sum += float64(c) * float64(c)
		}
		if sum/float64(int(4)<<low) > 2*float64(m) {
			if m <= someKeys {
				r.merge(a, b, va, vb, home)
				return
			}
			countsToPlaces(r.high[:1<<first])
			moveDigits(a, b, va, vb, least, shift+low, &r.high)
			r.parts(b, a, vb, va, least, shift+low, !home)
			return
		}
	}
	countsToPlaces(r.low[:1<<low])
	countsToPlaces(r.high[:1<<first])
	moveLow(a, b, va, vb, least, shift, low, &r.low)
	moveDigits(b, a, vb, va, least, shift+low, &r.high)
	switch {
	case shift == 0 || insertWords(a, va, 8*m):
		r.finish(a, b, va, vb, home)
	case m <= 4*someKeys:
		r.merge(a, b, va, vb, home)
	default:
		r.all(a, b, va, vb, least, uint(width), home)
	}
}

// merge does what sort does, by merging.
func (r *radixSort[K, V]) merge(a, b []K, va, vb []V, home bool) {
	if mergeWords(a, b, va, vb) {
		r.finish(a, b, va, vb, home)
	} else {
		r.finish(b, a, vb, va, !home)
	}
}

// parts sorts each run of words that have the digits from shift on in common.
func (r *radixSort[K, V]) parts(a, b []K, va, vb []V, least K, shift uint, home bool) {
	shift &= topBit[K]()
	for lo := 0; lo < len(a); {
		d := (a[lo] - least) >> shift
		hi := lo + 1
		for hi < len(a) && (a[hi]-least)>>shift == d {
			hi++
		}
		r.sort(a[lo:hi], b[lo:hi], va[lo:hi], vb[lo:hi], home)
		lo = hi
	}
}

// all sorts by all bits, from the last digit to the first.
func (r *radixSort[K, V]) all(a, b []K, va, vb []V, least K, width uint, home bool) {
	const step = 8
	for shift := uint(0); shift < width; shift += step {
		at := &r.low
		clear(at[:1<<step])
		for _, k := range a {
			at[(k-least)>>(shift&topBit[K]())&(1<<step-1)]++
		}
		countsToPlaces(at[:1<<step])
		moveLow(a, b, va, vb, least, shift, step, at)
		a, b, va, vb, home = b, a, vb, va, !home
	}
	r.finish(a, b, va, vb, home)
}

// finish makes bits of words that are in order.
func (r *radixSort[K, V]) finish(a, b []K, va, vb []V, home bool) {
	finishWords(r.keyOrder, a, b, va, vb, home)
}

// finishWords turns the words of a to bits: in place if home is true, or else in b.
func finishWords[K keyWord, V payload](o keyOrder[K], a, b []K, va, vb []V, home bool) {
	if home {
		for i, k := range a {
			a[i] = o.bits(k)
		}
		return
	}
	b = b[:len(a)]
	for i, k := range a {
		b[i] = o.bits(k)
	}
	copy(vb, va)
}

// insertWords sorts by insertion and gives up, with all words and values still there and
// equal ones in their order, when it has moved that many; it reports whether it has
// not.
func insertWords[K keyWord, V payload](a []K, va []V, moves int) bool {
	va = va[:len(a)]
	for i := 1; i < len(a); i++ {
		k := a[i]
		if k >= a[i-1] {
			continue
		}
		v := va[i]
		j := i
		for j > 0 && a[j-1] > k {
			a[j], va[j] = a[j-1], va[j-1]
			j--
		}
		a[j], va[j] = k, v
		if moves -= i - j; moves < 0 {
			return false
		}
	}
	return true
}

// mergeWords sorts words and values by merging, and reports whether they are in a then; else
// they are in b.
func mergeWords[K keyWord, V payload](a, b []K, va, vb []V) (inA bool) {
	const block = 16
	m := len(a)
	for lo := 0; lo < m; lo += block {
		hi := min(lo+block, m)
		insertWords(a[lo:hi], va[lo:hi], math.MaxInt)
	}
	inA = true
	for width := block; width < m; width *= 2 {
		for lo := 0; lo < m; lo += 2 * width {
			hi := min(lo+2*width, m)
			mergeTwo(a[lo:hi], b[lo:hi], va[lo:hi], vb[lo:hi], min(width, hi-lo))
		}
		a, b, va, vb, inA = b, a, vb, va, !inA
	}
	return inA
}

// mergeTwo merges the first mid words and the others, which are both in order, into b.
func mergeTwo[K keyWord, V payload](a, b []K, va, vb []V, mid int) {
	b, va, vb = b[:len(a)], va[:len(a)], vb[:len(a)]
	if mid == len(a) || a[mid-1] <= a[mid] {
		copy(b, a)
		copy(vb, va)
		return
	}
	i, j, p := 0, mid, 0
	for i < mid && j < len(a) { // without a branch that cannot be foreseen
		x, y := a[i], a[j]
		from, step := i, 0
		if y < x {
			from = j
		}
		if y < x {
			step = 1
		}
		b[p], vb[p] = min(x, y), va[from]
		p++
		j += step
		i += 1 - step
	}
	copy(vb[p:], va[i:mid])
	p += copy(b[p:], a[i:mid])
	copy(vb[p:], va[j:])
	copy(b[p:], a[j:])
}

// countsToPlaces turns counts into the places where the first of each digit goes.
func countsToPlaces(counts []uint32) {
	sum := uint32(0)
	for i, c := range counts {
		counts[i] = sum
		sum += c
	}
}

// countTwo counts the digits of two passes: low bits from shift on, and all above.
func (r *radixSort[K, V]) countTwo(a []K, least K, shift, low uint) {
	shift &= topBit[K]()
	low &= 15
	mask := K(1)<<low - 1
	for _, k := range a {
		d := (k - least) >> shift
		r.low[d&mask%digits]++
		r.high[d>>low%digits]++
	}
}

// countDigits counts the digits from shift on.
func countDigits[K keyWord](a []K, least K, shift uint, count *[digits]uint32) {
	shift &= topBit[K]()
	for _, k := range a {
		count[(k-least)>>shift%digits]++
	}
}

// moveDigits moves words and values from a to b by their digits from shift on.
func moveDigits[K keyWord, V payload](a, b []K, va, vb []V, least K, shift uint, at *[digits]uint32) {
	shift &= topBit[K]()
	va, vb, b = va[:len(a)], vb[:len(a)], b[:len(a)]
	for i, k := range a {
		d := (k - least) >> shift % digits
		p := at[d]
		at[d] = p + 1
		b[p], vb[p] = k, va[i]
	}
}

// moveLow moves words and values by that many bits from shift on.
func moveLow[K keyWord, V payload](a, b []K, va, vb []V, least K, shift, width uint, at *[digits]uint32) {
	shift &= topBit[K]()
	mask := K(1)<<(width&15) - 1
	va, vb, b = va[:len(a)], vb[:len(a)], b[:len(a)]
	for i, k := range a {
		d := (k - least) >> shift & mask % digits
		p := at[d]
		at[d] = p + 1
		b[p], vb[p] = k, va[i]
	}
}
