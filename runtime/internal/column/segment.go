package column

import "github.com/triad-go/triad/kernels"

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
	if r == kernels.Sum && len(x) <= Lanes {
		return sumShort(x)
	}
	var s Segment[T]
	s.Start(r)
	s.Take(r, x)
	return s.Value(r)
}

// sumShort is a sum of at most one element a lane. Lanes hold the elements themselves,
// where Take adds them to +0: that differs for -0 alone, which a sum from +0 never is,
// and the last addition makes up for.
func sumShort[T kernels.Number](x []T) T {
	var l [Lanes]T
	for j, v := range x {
		l[j&(Lanes-1)] = v
	}
	if len(x) <= Lanes/2 {
		return (l[0] + l[2]) + (l[1] + l[3]) + 0
	}
	return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7])) + 0
}
