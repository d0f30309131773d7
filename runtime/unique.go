package runtime

import "context"

// Unique moves the first of each run of equal neighbours in x to the front, in order,
// on all workers of an executor that is a [Looper], and returns how many there are: of
// a sorted array, its distinct elements. NaNs are equal to each other, and -0 is to +0.
// What is behind the first n elements then is left over.
//
// Errors are those of [ForRange]. When there is one, x is as it was.
func Unique[T Element](ctx context.Context, ex Executor, x []T) (n int, err error) {
	r, err := findRuns(ctx, ex, x)
	if err != nil {
		return 0, err
	}
	if r.total == len(x) {
		return r.total, nil
	}
	// Each chunk is compacted where it is, and then moved. The element before a chunk
	// is written to meanwhile: whether the first one begins a run is known already.
	err = r.each(context.WithoutCancel(ctx), ex, func(i, lo, hi int) {
		if r.first[i] >= 0 {
			compactRuns(x[lo:hi], x[r.first[i]:hi])
		}
	})
	if err != nil {
		return 0, err
	}
	for i, at := range r.at {
		copy(x[at:], x[i*r.length:][:r.counts[i]])
	}
	return r.total, nil
}

// RunLengths returns the first element of each run of equal neighbours in x, in order,
// and the length of each run, computed on all workers of an executor that is a
// [Looper]. NaNs are equal to each other, and -0 is to +0.
//
// Errors are those of [ForRange].
func RunLengths[T Element](ctx context.Context, ex Executor, x []T) (values []T, lengths []int64, err error) {
	r, err := findRuns(ctx, ex, x)
	if err != nil {
		return nil, nil, err
	}
	values, lengths = make([]T, r.total), make([]int64, r.total)
	err = r.each(ctx, ex, func(i, lo, hi int) {
		start := r.first[i]
		if start < 0 {
			return
		}
		at := r.at[i]
		values[at] = x[start]
		for j := start + 1; j < hi; j++ {
			if !alike(x[j-1], x[j]) {
				lengths[at] = int64(j - start)
				at++
				values[at], start = x[j], j
			}
		}
		lengths[at] = int64(r.end[i] - start)
	})
	if err != nil {
		return nil, nil, err
	}
	return values, lengths, nil
}

// runs is where runs of equal neighbours begin, by chunk.
type runs struct {
	chunks
	first  []int // the first element of the chunk that begins a run, or -1
	counts []int // how many begin
	at     []int // the number of the first of them, counted over all chunks
	end    []int // where the last of them ends, in a later chunk perhaps
	total  int
}

func findRuns[T Element](ctx context.Context, ex Executor, x []T) (*runs, error) {
	c := chunksOf(len(x))
	r := &runs{chunks: c, first: make([]int, c.count), counts: make([]int, c.count), at: make([]int, c.count), end: make([]int, c.count)}
	err := r.each(ctx, ex, func(i, lo, hi int) {
		first, count := -1, 0
		if lo == 0 || !alike(x[lo-1], x[lo]) {
			first, count = lo, 1
		}
		before := x[lo]
		for j, v := range x[lo+1 : hi] {
			if !alike(before, v) {
				if count == 0 {
					first = lo + 1 + j
				}
				count++
			}
			before = v
		}
		r.first[i], r.counts[i] = first, count
	})
	if err != nil {
		return nil, err
	}
	for i, n := range r.counts {
		r.at[i] = r.total
		r.total += n
	}
	end := len(x)
	for i := c.count - 1; i >= 0; i-- {
		r.end[i] = end
		if r.first[i] >= 0 {
			end = r.first[i]
		}
	}
	return r, nil
}

// alike reports whether two numbers are equal, or both NaNs.
func alike[T Element](a, b T) bool { return a == b || a != a && b != b }

// compactRuns writes the first of each run of from to to, which may begin at from or
// before it, and returns how many there are.
func compactRuns[T Element](to, from []T) (n int) {
	for i, v := range from {
		if i == 0 || !alike(to[n-1], v) {
			to[n] = v
			n++
		}
	}
	return n
}

// chunks cuts an array into pieces, which depend on its length alone: short enough
// for a context to be looked at, and few enough for what is kept of each.
type chunks struct {
	n, length, count int
}

func chunksOf(n int) chunks {
	length := min(max((n+63)/64, 1<<13), 1<<20)
	return chunks{n, length, (n + length - 1) / length}
}

// each calls body for every chunk [lo,hi), on all workers.
func (c chunks) each(ctx context.Context, ex Executor, body func(i, lo, hi int)) error {
	if c.count == 1 {
		return onCaller(ctx, ex, func() { body(0, 0, c.n) })
	}
	return ForRange(ctx, ex, c.count, func(first, last int) {
		for i := first; i < last; i++ {
			body(i, i*c.length, min((i+1)*c.length, c.n))
		}
	}, Dynamic(1))
}
