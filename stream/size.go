package stream

import (
	"fmt"
	"math"
)

const (
	unknownCacheElements = 1 << 25 // BabelStream's default
	fewestElements       = 1 << 20 // below it a launch is too short to time well
)

// defaultSize is the number of elements where Config leaves it open: arrays of
// at least four times the last-level cache, as McCalpin's rule for STREAM asks
// (https://www.cs.virginia.edu/stream/ref.html), so that a launch finds little
// of the previous one there. All arrays together take at most half of the
// available memory, of which 0 is unknown. A cache that is not known counts as
// far as it is.
func defaultSize(lastLevelCache int64, known bool, available int64, arrays, size int) (n int, why string) {
	n = int((4*lastLevelCache + int64(size) - 1) / int64(size))
	why = "four times the last-level cache"
	if !known && n < unknownCacheElements {
		n, why = unknownCacheElements, "the last-level cache is unknown"
	}
	if n < fewestElements {
		n, why = fewestElements, fmt.Sprintf("at least %d elements", fewestElements)
	}
	if most := available / 2 / int64(arrays*size); available > 0 && int64(n) > most {
		n = max(int(most), 1)
		why += "; bounded by half of the available memory"
	}
	return n, why
}

// SizeError is an array size whose arrays would not fit the machine's memory.
type SizeError struct {
	N         int
	Arrays    int
	SizeOf    int   // of an element
	Available int64 // bytes; 0 is unknown
	Err       error // of the allocation, if it was tried
}

func (e *SizeError) Error() string {
	s := fmt.Sprintf("stream: %s of %s of %d bytes", count(e.Arrays, "array"), count(e.N, "element"), e.SizeOf)
	if e.Err != nil {
		return s + ": " + e.Err.Error()
	}
	return s + fmt.Sprintf(": more than the %d bytes of memory that are available", e.Available)
}

func (e *SizeError) Unwrap() error { return e.Err }

// fits reports whether arrays of n elements fit the available memory, as far
// as that is known. It asks because a system that overcommits grants any size
// and kills the process later.
func fits(n, arrays, size int, available int64) error {
	// Divide: the product of a silly n overflows.
	if n > math.MaxInt/(arrays*size) || available > 0 && int64(n) > available/int64(arrays*size) {
		return &SizeError{N: n, Arrays: arrays, SizeOf: size, Available: available}
	}
	return nil
}
