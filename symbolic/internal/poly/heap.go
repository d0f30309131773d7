package poly

// stream is the products of term j of one polynomial with the terms of another from i on; key is the next monomial.
type stream struct {
	key  uint64
	i, j int32
}

// siftDown restores the order of a heap whose root may be too small.
func siftDown(h []stream) {
	if len(h) == 0 {
		return
	}
	x := h[0]
	i := 0
	for {
		c := 2*i + 1
		if c >= len(h) {
			break
		}
		if c+1 < len(h) && h[c+1].key > h[c].key {
			c++
		}
		if h[c].key <= x.key {
			break
		}
		h[i] = h[c]
		i = c
	}
	h[i] = x
}

// siftUp restores the order of a heap whose last element may be too large.
func siftUp(h []stream) {
	i := len(h) - 1
	x := h[i]
	for i > 0 {
		up := (i - 1) / 2
		if h[up].key >= x.key {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = x
}
