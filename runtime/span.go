package runtime

// staticUnit is what the boundaries between the workers' ranges are a multiple
// of, in elements: two reduction blocks of float64 and one of float32, and at
// least two pages of memory. It is one for all types and for loops, so that
// memory lies with the worker that a kernel gives it to when a loop touched it
// first.
const staticUnit = 2048

// staticRange is the range of worker i of some workers over n elements: whole
// units, as evenly as they go, in order.
func staticRange(n, unit, workers, i int) (lo, hi int) {
	units := n / unit
	if n%unit != 0 {
		units++
	}
	each, extra := units/workers, units%workers
	first := i*each + min(i, extra)
	last := first + each
	if i < extra {
		last++
	}
	// n may be so large that the end of the last unit overflows.
	at := func(u int) int {
		if u == units {
			return n
		}
		return u * unit
	}
	return at(first), at(last)
}
