package stream

import "math"

// Element is the type of an array's elements.
type Element interface{ float32 | float64 }

// Initial values of the arrays and of the scalar: those of BabelStream
// (src/Stream.h). Its kernels have no fourth array; ours starts as 0.3.
const (
	initialA = 0.1
	initialB = 0.2
	initialC = 0.0
	initialD = 0.3
	scalar   = 0.4
)

// arrayNames are the arrays of the suite's kernels.
var arrayNames = [4]string{"a", "b", "c", "d"}

func initial[T Element]() [4]T { return [4]T{initialA, initialB, initialC, initialD} }

// expected is what one element of each array, and each reduction, has to be.
// All elements of an array are equal, so one stands for all.
//
// These recurrences are the suite's kernels a second time, in plain Go, on
// purpose: validation is to notice a wrong expression as well as wrong code.
type expected[T Element] struct {
	v    [4]T               // of arrayNames
	n    int                // elements of an array
	sums map[string]float64 // by kernel: its result when it last ran
}

func newExpected[T Element](n int) *expected[T] {
	return &expected[T]{v: initial[T](), n: n, sums: map[string]float64{}}
}

// step does what one launch of a kernel does. It reports whether it knows the
// kernel. A product is converted to its own type so that no compiler fuses it
// into an addition.
func (e *expected[T]) step(kernel string) bool {
	a, b, c, d := &e.v[0], &e.v[1], &e.v[2], &e.v[3]
	s := T(scalar)
	switch kernel {
	case "copy":
		*c = *a
	case "mul":
		*b = s * *c
	case "add":
		*c = *a + *b
	case "triad":
		*a = *b + T(s**c)
	case "dot":
		e.sums[kernel] = float64(T(*a**b)) * float64(e.n)
	case "nstream":
		*a += *b + T(s**c)
	case "fill":
		*a = s
	case "sum":
		e.sums[kernel] = float64(*a) * float64(e.n)
	case "update":
		*a = s * *a
	case "daxpy":
		*a += T(s * *b)
	case "schoenauer":
		*a = *b + T(*c**d)
	default:
		return false
	}
	return true
}

// Values outside this range are set back before the next round. BabelStream's
// own selections stay inside it for hundreds of rounds. But update alone
// multiplies by 0.4 each time and is subnormal, and slow for that reason alone,
// after a hundred float32 launches; and nstream after the classic five doubles
// its array, so that the dot product of float32 overflows.
const (
	tooSmall = 1.0 / (1 << 40)
	tooLarge = 1 << 40
)

// drifted returns the arrays, as indices of arrayNames, whose values have left
// the range, after setting their expected values back.
func (e *expected[T]) drifted() (arrays []int) {
	for i, v := range e.v {
		if m := math.Abs(float64(v)); m != 0 && (m < tooSmall || m > tooLarge) {
			e.v[i] = initial[T]()[i]
			arrays = append(arrays, i)
		}
	}
	return arrays
}
