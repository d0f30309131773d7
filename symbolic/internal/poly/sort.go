package poly

import (
	"cmp"
	"slices"
)

// sorter sorts monomials; it keeps its scratch space.
type sorter struct {
	tagged, spare []taggedKey
	result        []int
}

// sortedOrder is sorter.order with new space.
func sortedOrder(keys []uint64, w int) []int {
	var s sorter
	return s.order(keys, w)
}

// order returns the indices of monomials of w words each in descending order, equal ones in the order given. The result
// holds until the next call.
func (s *sorter) order(keys []uint64, w int) []int {
	n := len(keys) / w
	s.result = slices.Grow(s.result[:0], n)[:n]
	if w > 1 {
		for i := range s.result {
			s.result[i] = i
		}
		slices.SortFunc(s.result, func(i, j int) int {
			if c := compareWords(keys[j*w:j*w+w], keys[i*w:i*w+w]); c != 0 {
				return c
			}
			return cmp.Compare(i, j)
		})
		return s.result
	}
	s.tagged = slices.Grow(s.tagged[:0], n)[:n]
	for i, k := range keys {
		s.tagged[i] = taggedKey{k, i}
	}
	for i, t := range s.sorted() {
		s.result[i] = t.at
	}
	return s.result
}

type taggedKey struct {
	key uint64
	at  int
}

// sorted returns the tagged keys by descending key, equal ones by ascending index as given.
func (s *sorter) sorted() []taggedKey {
	t := s.tagged
	if len(t) < 512 {
		slices.SortFunc(t, func(a, b taggedKey) int {
			if a.key != b.key {
				return cmp.Compare(b.key, a.key)
			}
			return cmp.Compare(a.at, b.at)
		})
		return t
	}
	// Radix sort from the least significant byte, past the bytes in which all keys agree.
	var differ uint64
	for _, x := range t {
		differ |= x.key ^ t[0].key
	}
	s.spare = slices.Grow(s.spare[:0], len(t))[:len(t)]
	out := s.spare
	for shift := uint(0); shift < 64; shift += 8 {
		if differ>>shift&0xff == 0 {
			continue
		}
		var start [256]int
		for _, x := range t {
			start[x.key>>shift&0xff]++
		}
		sum := 0
		for b := 255; b >= 0; b-- {
			start[b], sum = sum, sum+start[b]
		}
		for _, x := range t {
			b := x.key >> shift & 0xff
			out[start[b]] = x
			start[b]++
		}
		t, out = out, t
	}
	return t
}
