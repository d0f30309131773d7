package stream

import (
	"fmt"
	"math"
	"strings"
	"unsafe"
)

// Failure is one array, or one reduction's result, that is not what it has to
// be.
type Failure struct {
	Executor  string  `json:"executor"`
	What      string  `json:"what"`  // an array's name, or the kernel whose result it is
	Index     int     `json:"index"` // the first wrong element; -1 for a result
	Count     int     `json:"count"` // wrong elements in all
	Got       Float   `json:"got"`
	Want      Float   `json:"want"`
	Tolerance float64 `json:"tolerance"` // relative to the larger of the two
}

func (f Failure) String() string {
	if f.Index < 0 {
		return fmt.Sprintf("%s: the result of %s is %v and should be %v (relative tolerance %.2g)", f.Executor, f.What, float64(f.Got), float64(f.Want), f.Tolerance)
	}
	return fmt.Sprintf("%s: %s[%d] is %v and should be %v (relative tolerance %.2g; %d elements are wrong)", f.Executor, f.What, f.Index, float64(f.Got), float64(f.Want), f.Tolerance, f.Count)
}

// ValidationError says which results of a run are wrong. The report that comes
// with it is complete.
type ValidationError struct{ Failures []Failure }

func (e *ValidationError) Error() string {
	lines := make([]string, len(e.Failures))
	for i, f := range e.Failures {
		lines[i] = f.String()
	}
	return "stream: validation failed: " + strings.Join(lines, "; ")
}

// epsilon is the distance from 1 to the next value of the type.
func epsilon[T Element]() float64 {
	if unsafe.Sizeof(T(0)) == 4 {
		return 0x1p-23
	}
	return 0x1p-52
}

// arrayTolerance is BabelStream's: 100 epsilon.
func arrayTolerance[T Element]() float64 { return 100 * epsilon[T]() }

// sumTolerance is BabelStream's ten million epsilon for float64. For float32
// that would be 1.2 and accept anything; a sum in blocks of 32 rows is within
// 1e-5.
func sumTolerance[T Element]() float64 {
	if unsafe.Sizeof(T(0)) == 4 {
		return 1e-5
	}
	return 1e7 * epsilon[T]()
}

// near reports whether two values differ by at most the tolerance times the
// larger of them. NaN and infinities are near nothing: no array should hold
// them.
func near(got, want, tolerance float64) bool {
	diff := math.Abs(got - want)
	return diff <= tolerance*max(math.Abs(got), math.Abs(want)) && !math.IsInf(diff, 0)
}

// checkArray compares every element with what all have to be.
func checkArray[T Element](name string, got []T, want T) (Failure, bool) {
	tolerance := arrayTolerance[T]()
	f := Failure{What: name, Want: Float(want), Tolerance: tolerance}
	for i, v := range got {
		if v == want && v-v == 0 || near(float64(v), float64(want), tolerance) {
			continue
		}
		if f.Count == 0 {
			f.Index, f.Got = i, Float(v)
		}
		f.Count++
	}
	return f, f.Count == 0
}

// checkSum compares the result of a reduction.
func checkSum[T Element](kernel string, got T, want float64) (Failure, bool) {
	tolerance := sumTolerance[T]()
	return Failure{What: kernel, Index: -1, Count: 1, Got: Float(got), Want: Float(want), Tolerance: tolerance},
		near(float64(got), want, tolerance)
}
