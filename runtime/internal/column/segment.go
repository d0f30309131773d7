package column

import (
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// Lanes is the number of lanes of a segment: element e of it goes to lane e modulo
// Lanes, in rising order, and the lanes are folded in halves.
const Lanes = 8

// Segment is the fold of a segment of which not all elements are there yet.
type Segment[T kernels.Number] struct {
	lanes [Lanes]T
	n     int // elements taken
}

// Start begins a segment.
func (s *Segment[T]) Start(r kernels.Reduction) {
	id := kernels.Identity[T](r)
	for j := range s.lanes {
		s.lanes[j] = id
	}
	s.n = 0
}

// Take folds more elements.
func (s *Segment[T]) Take(r kernels.Reduction, x []T) {
	for ; s.n%Lanes != 0 && len(x) > 0; x = x[1:] {
		j := s.n % Lanes
		s.lanes[j] = kernels.Fold(r, s.lanes[j], x[0])
		s.n++
	}
	s.n += len(x)
	l := &s.lanes
	if r == kernels.Sum {
		for ; len(x) >= Lanes; x = x[Lanes:] {
			v := (*[Lanes]T)(x)
			l[0] += v[0]
			l[1] += v[1]
			l[2] += v[2]
			l[3] += v[3]
			l[4] += v[4]
			l[5] += v[5]
			l[6] += v[6]
			l[7] += v[7]
		}
		for j, v := range x {
			l[j] += v
		}
		return
	}
	for ; len(x) >= Lanes; x = x[Lanes:] {
		for j, v := range x[:Lanes] {
			l[j] = kernels.Fold(r, l[j], v)
		}
	}
	for j, v := range x {
		l[j] = kernels.Fold(r, l[j], v)
	}
}

// Value is the fold of the elements taken.
func (s *Segment[T]) Value(r kernels.Reduction) T {
	l := s.lanes
	return kernels.FoldLanes(r, l[:])
}

// Fold is the fold of a whole segment.
func Fold[T kernels.Number](r kernels.Reduction, x []T) T {
	if r == kernels.Sum {
		return sumLanes(x)
	}
	var s Segment[T]
	s.Start(r)
	s.Take(r, x)
	return s.Value(r)
}

// sumLanes is the sum of a segment. Its first elements begin the lanes, where Take
// adds them to +0, and lanes without an element are left out: that differs for -0 alone,
// which a sum from +0 never is, and the last addition makes up for.
func sumLanes[T kernels.Number](x []T) T {
	switch len(x) {
	case 0:
		return 0
	case 1:
		return x[0] + 0
	case 2:
		return x[0] + x[1] + 0
	case 3:
		return (x[0] + x[2]) + x[1] + 0
	case 4:
		return (x[0] + x[2]) + (x[1] + x[3]) + 0
	case 5:
		return ((x[0] + x[4]) + x[2]) + (x[1] + x[3]) + 0
	case 6:
		return ((x[0] + x[4]) + x[2]) + ((x[1] + x[5]) + x[3]) + 0
	case 7:
		return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + x[3]) + 0
	}
	v := (*[Lanes]T)(x)
	a, b, c, d, e, f, g, h := v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]
	for x = x[Lanes:]; len(x) >= Lanes; x = x[Lanes:] {
		v := (*[Lanes]T)(x)
		a += v[0]
		b += v[1]
		c += v[2]
		d += v[3]
		e += v[4]
		f += v[5]
		g += v[6]
		h += v[7]
	}
	switch len(x) {
	case 7:
		g += x[6]
		fallthrough
	case 6:
		f += x[5]
		fallthrough
	case 5:
		e += x[4]
		fallthrough
	case 4:
		d += x[3]
		fallthrough
	case 3:
		c += x[2]
		fallthrough
	case 2:
		b += x[1]
		fallthrough
	case 1:
		a += x[0]
	}
	return ((a + e) + (c + g)) + ((b + f) + (d + h)) + 0
}

// FoldAll writes the fold of the elements of x from each of rows to the next to dst, where x[0] is
// element base. Rows are one more than dst, and rise from base to base+len(x) at most, by longest at
// the most from one to the next. Ahead is that of Memory.
func FoldAll[T kernels.Number](tier simd.Tier, r kernels.Reduction, dst, x []T, base int, rows []int64, longest, ahead int) {
	if r == kernels.Sum && sumsCode(tier, dst, x, base, rows, longest, ahead) {
		return
	}
	lo := int(rows[0]) - base
	for i := range dst {
		hi := int(rows[i+1]) - base
		dst[i] = Fold(r, x[lo:hi])
		lo = hi
	}
}

// Rising reports whether rows rise, or stay, from each to the next, and by how much at the
// most. Differences are to fit into an int64. There is one at least.
func Rising(tier simd.Tier, rows []int64) (most int64, ok bool) {
	if most, falls, ok := stepsCode(tier, rows); ok {
		return most, !falls
	}
	least := int64(0) // below zero if one falls
	before := rows[0]
	for _, v := range rows[1:] {
		d := v - before
		least |= d
		most = max(most, d)
		before = v
	}
	return most, least >= 0
}

// FoldInto folds each element of x into that of dst.
func FoldInto[T kernels.Number](r kernels.Reduction, dst, x []T) {
	dst = dst[:len(x)]
	if r == kernels.Sum {
		for i, v := range x {
			dst[i] += v
		}
		return
	}
	for i, v := range x {
		dst[i] = kernels.Fold(r, dst[i], v)
	}
}
