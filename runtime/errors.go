package runtime

import (
	"errors"
	"fmt"
	"strings"
)

// ErrClosed is returned for an executor or a buffer that has been closed.
var ErrClosed = errors.New("runtime: closed")

// ErrGoexit is the Value of the *PanicError that a loop returns when its body
// ended a worker by calling Go's runtime.Goexit (which testing's FailNow does).
var ErrGoexit = errors.New("runtime: the function ended its goroutine")

// ArgReason says what is wrong with an argument.
type ArgReason uint8

const (
	ArgUnknown ArgReason = iota + 1 // the kernel has no parameter of that name
	ArgMissing                      // a parameter without an argument
	ArgType                         // a Go type that the parameter does not take
	ArgElement                      // an array of float32 beside one of float64, or of another type than the kernel declares
	ArgLength                       // arrays of different lengths
	ArgOverlap                      // an output shares memory with another argument
	ArgNil                          // a nil pointer or buffer
	ArgValue                        // a scalar out of its type's range, or an integer that is no float64
	ArgClosed                       // a closed buffer; the error is also ErrClosed
	ArgShape                        // extents or strides that are none, or that reach beyond the data
	ArgTarget                       // a buffer on another target than the executor's
)

func (r ArgReason) String() string {
	switch r {
	case ArgUnknown:
		return "unknown"
	case ArgMissing:
		return "missing"
	case ArgType:
		return "wrong type"
	case ArgElement:
		return "different element types"
	case ArgLength:
		return "different lengths"
	case ArgOverlap:
		return "overlap"
	case ArgNil:
		return "nil"
	case ArgValue:
		return "value"
	case ArgClosed:
		return "closed"
	case ArgShape:
		return "shape"
	case ArgTarget:
		return "wrong target"
	}
	return fmt.Sprintf("ArgReason(%d)", uint8(r))
}

// ArgError says what is wrong with the arguments of a kernel, and which one it
// is.
type ArgError struct {
	Kernel string    // the kernel's name
	Name   string    // the argument
	Other  string    // the other argument, where two do not go together
	Reason ArgReason // what kind of fault it is
	Detail string    // in words: both lengths, the type found and those accepted, …
}

func (e *ArgError) Error() string {
	if e.Other != "" {
		return fmt.Sprintf("runtime: %s: arguments %s and %s: %s", e.Kernel, e.Name, e.Other, e.Detail)
	}
	return fmt.Sprintf("runtime: %s: argument %s: %s", e.Kernel, e.Name, e.Detail)
}

// Unwrap returns ErrClosed for a closed buffer, and nil otherwise.
func (e *ArgError) Unwrap() error {
	if e.Reason == ArgClosed {
		return ErrClosed
	}
	return nil
}

// DivideError says that a launch divided an integer by zero where the quotient or the
// remainder was needed. The launch went on: its arrays hold what it computed, with 0
// for such a quotient. Results of reductions were not written.
type DivideError struct {
	Kernel string // the kernel's name
	Index  int    // the least element that it happened at
	Term   string // the division, as it is written in the kernel
}

func (e *DivideError) Error() string {
	return fmt.Sprintf("runtime: %s: integer division by zero at element %d: %s", e.Kernel, e.Index, e.Term)
}

// IndexError says that a gather or a scatter named an element that an array has not. The
// launch went on: a gather of such an element gives 0, a scatter leaves it out. Results
// of reductions were not written.
type IndexError struct {
	Kernel   string // the kernel's name
	Array    string // the array gathered from or scattered to
	Index    int    // the least element of the launch that it happened at
	Position int64  // the element that the array has not; 0 for a gather
	Len      int    // the array's length
	Term     string // the gather, as it is written in the kernel; "" for a scatter
}

func (e *IndexError) Error() string {
	if e.Term != "" {
		return fmt.Sprintf("runtime: %s: element %d: an index out of range in %s; %s has %d elements", e.Kernel, e.Index, e.Term, e.Array, e.Len)
	}
	return fmt.Sprintf("runtime: %s: element %d: index %d of %s, which has %d elements", e.Kernel, e.Index, e.Position, e.Array, e.Len)
}

// SegmentError says that segments are not rising from 0 to the number of elements.
type SegmentError struct {
	Kernel string // the kernel's name
	Rows   string // the array of the segments' bounds
	At     int    // the least bound that is wrong
	Bound  int64  // what it is
	Want   string // what it may be
}

func (e *SegmentError) Error() string {
	return fmt.Sprintf("runtime: %s: %s[%d] is %d, want %s", e.Kernel, e.Rows, e.At, e.Bound, e.Want)
}

// ValueError says that an option, a policy or a count has a value it cannot
// have.
type ValueError struct {
	Name  string // the option: "Workers", "Dynamic", …
	Value any
	Want  string // what it may be
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("runtime: %s(%v): want %s", e.Name, e.Value, e.Want)
}

// UnsupportedError says that an executor, or the system below it, cannot do
// what was asked.
type UnsupportedError struct {
	Executor string // the executor's name
	Feature  string // "pinning", "Go functions", …
	Err      error  // the cause, if there is one
}

func (e *UnsupportedError) Error() string {
	s := fmt.Sprintf("runtime: executor %s: %s is not supported", e.Executor, e.Feature)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns e.Err, and so errors.Is finds errors.ErrUnsupported where the
// system says so.
func (e *UnsupportedError) Unwrap() error { return e.Err }

// UnknownExecutorError says that no executor is registered under a name.
type UnknownExecutorError struct {
	Name  string
	Known []string // those that are
}

func (e *UnknownExecutorError) Error() string {
	return fmt.Sprintf("runtime: unknown executor %q: this program has %s", e.Name, strings.Join(e.Known, ", "))
}

// PanicError is a panic in a function that an executor ran for its caller.
type PanicError struct {
	Value any    // what recover returned, or ErrGoexit
	Stack []byte // of the goroutine that panicked, as debug.Stack prints it
}

func (e *PanicError) Error() string { return fmt.Sprintf("runtime: panic in a loop: %v", e.Value) }

// Unwrap returns the panic's value if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
