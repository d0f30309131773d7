package kernels

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unsafe"

	"github.com/triad-go/triad/symbolic"
)

// Operation is an associative operation of a user's own, with its identity: what a
// [Collective] may fold with in the place of a [Reduction]. It works on float64 and
// on float32, in a kernel for either, and need not commute: elements keep their order.
// It is computed as it is written, without optimising, in the order that the package comment
// tells of. An Operation is immutable and safe for concurrent use.
type Operation struct {
	name, left, right string
	combine           symbolic.Expr
	identity          float64

	plain, segmented *Kernel
}

// NewOperation makes an operation of the expression combine of two variables of the
// names left and right, and of its identity, an expression without variables.
//
// The laws are tried on samples, in float64: combining the identity with a
// sample, on either side, is to give the sample (-0 and 0 being equal), and (a∘b)∘c is to be
// a∘(b∘c) for the first eight of the finite samples, both to a millionth of
// the largest number on the way. The identity combined with an infinity that it is not itself may
// give NaN, and where a number on the way is infinite or NaN the last law is passed over. If no
// samples are given, there are zeros, infinities, and numbers of both signs and of all
// sizes; an operation that keeps the laws for some numbers only, as hypot(a, b) for those not
// negative, needs samples of its own. No number of samples proves a law.
//
// Errors are of type *OperationError: names that are none or are equal, other variables in
// combine, what depends on the place or may fail (index, neighbours, gathers, divisions of integers),
// what [New] has against the expression, an identity with variables, and a broken law.
func NewOperation(name, left, right string, combine, identity symbolic.Expr, samples ...float64) (*Operation, error) {
	op := &Operation{name: name, left: left, right: right, combine: symbolic.Faithful(combine)}
	fail := func(err error, format string, args ...any) (*Operation, error) {
		return nil, &OperationError{Operation: name, Reason: fmt.Sprintf(format, args...), Err: err}
	}
	for _, n := range []string{name, left, right} {
		if !symbolic.IsName(n) {
			return fail(nil, "%q is not a name", n)
		}
	}
	switch {
	case left == right:
		return fail(nil, "two variables of the name %s", left)
	case reductionOf(name) != None:
		return fail(nil, "a built-in reduction has that name")
	}
	for _, v := range symbolic.Vars(op.combine) {
		if n := v.Name(); n != left && n != right {
			return fail(nil, "%s is neither %s nor %s", n, left, right)
		}
	}
	var err error
	if op.identity, err = symbolic.Eval(identity, nil); err != nil {
		return fail(err, "the identity %s has no value", brief(identity))
	}
	a, b, e, g := symbolic.Var("a"), symbolic.Var("b"), symbolic.Var("e"), symbolic.Var("g")
	c := symbolic.Subst(op.combine, map[symbolic.Expr]symbolic.Expr{symbolic.Var(left): a, symbolic.Var(right): b})
	if op.plain, err = New(name, []Output{Assign("c", c)}, Unoptimized()); err != nil {
		return fail(err, "malformed")
	}
	op.segmented, err = New(name, []Output{Assign("c", symbolic.Select(symbolic.Gt(g, symbolic.Int(0)), b, c)), Assign("h", symbolic.Max(e, g))}, Unoptimized())
	if err != nil {
		return fail(err, "malformed")
	}
	p := op.plain.Program(Float64)
	switch {
	case len(op.plain.Gathers()) > 0 || len(op.plain.Neighbours()) > 0 || len(p.Traps) > 0 || slices.ContainsFunc(p.Body, func(in Instr) bool { return in.Op == OpIndex }):
		return fail(nil, "what depends on the place, or may fail: %s", brief(op.combine))
	case len(symbolic.Vars(op.combine)) < 2:
		return fail(nil, "one of %s and %s is not used", left, right)
	}
	if len(samples) == 0 {
		samples = operands
	}
	if err := op.try(samples); err != nil {
		return nil, err
	}
	return op, nil
}

// ParseOperation is [NewOperation] of the texts of combine and of the identity, as symbolic.Parse reads them.
//
//	lse, err := kernels.ParseOperation("lse", "a", "b", "select(a == b, a + log(2), max(a, b) + log1p(exp(-abs(a - b))))", "-inf")
//	k, err := kernels.Parse("k", "y = scan(lse, x)", kernels.Operations(lse))
func ParseOperation(name, left, right, combine, identity string, samples ...float64) (*Operation, error) {
	var exprs [2]symbolic.Expr
	for i, text := range []string{combine, identity} {
		var err error
		if exprs[i], err = symbolic.Parse(text); err != nil {
			return nil, &OperationError{Operation: name, Reason: "malformed", Err: err}
		}
	}
	return NewOperation(name, left, right, exprs[0], exprs[1], samples...)
}

// Name returns the name that the operation has in texts of kernels.
func (op *Operation) Name() string { return op.name }

// Identity returns the value of no elements.
func (op *Operation) Identity() float64 { return op.identity }

// String returns the operation as name(left, right) = combine.
func (op *Operation) String() string {
	return fmt.Sprintf("%s(%s, %s) = %s", op.name, op.left, op.right, op.combine)
}

// Kernel returns what an executor runs the operation with: a kernel of the array c, each element
// of which is those of the arrays a and b combined.
func (op *Operation) Kernel() *Kernel { return op.plain }

// SegmentedKernel returns Kernel with flags, which are 1 for values that something
// begins in and 0 for others: c is a and b combined, but b alone where its flag g is 1, and
// the flag h of the whole is the greater of those of both, e and g.
func (op *Operation) SegmentedKernel() *Kernel { return op.segmented }

// Operations gives a kernel in text the operations that it may name. Errors of [Parse] and [New] tell of two of one name, and of one
// that NewOperation did not make.
func Operations(ops ...*Operation) Option {
	return func(o *options) { o.operations = append(o.operations, ops...) }
}

// operationOf finds an operation by its name, nil if there is none.
func operationOf(ops []*Operation, name string) *Operation {
	for _, op := range ops {
		if op != nil && op.name == name {
			return op
		}
	}
	return nil
}

// checkOperations looks for operations that are none, and for two of one name.
func checkOperations(kernel string, ops []*Operation) error {
	for i, op := range ops {
		switch {
		case op == nil || op.plain == nil:
			return &Error{Kernel: kernel, Reason: "an operation that neither NewOperation nor ParseOperation made"}
		case operationOf(ops[:i], op.name) != nil && operationOf(ops[:i], op.name) != op:
			return &Error{Kernel: kernel, Reason: "two operations of the name " + op.name}
		}
	}
	return nil
}

// Law is one that an operation is to keep.
type Law uint8

const (
	LeftIdentity  Law = iota + 1 // identity∘a is a
	RightIdentity                // a∘identity is a
	Associativity                // (a∘b)∘c is a∘(b∘c)
)

func (l Law) String() string {
	switch l {
	case LeftIdentity:
		return "identity∘a = a"
	case RightIdentity:
		return "a∘identity = a"
	case Associativity:
		return "(a∘b)∘c = a∘(b∘c)"
	}
	return fmt.Sprintf("Law(%d)", uint8(l))
}

// OperationError says what is wrong with an operation.
type OperationError struct {
	Operation string // its name
	Reason    string // "" for a broken law
	Err       error  // the cause, if there is one: a *symbolic.SyntaxError, an *Error

	Law       Law       // that is broken, or 0
	At        []float64 // the samples: a; or a, b and c
	Got, Want float64   // the law's left side and right side
}

func (e *OperationError) Error() string {
	if e.Law == 0 {
		s := fmt.Sprintf("kernels: operation %s: %s", e.Operation, e.Reason)
		if e.Err != nil {
			s += ": " + e.Err.Error()
		}
		return s
	}
	var at strings.Builder
	for i, v := range e.At {
		if i > 0 {
			at.WriteString(", ")
		}
		fmt.Fprintf(&at, "%c = %v", 'a'+i, v)
	}
	return fmt.Sprintf("kernels: operation %s: %s does not hold: for %s the left side is %v, the right side %v", e.Operation, e.Law, &at, e.Got, e.Want)
}

func (e *OperationError) Unwrap() error { return e.Err }

// operands are the samples that laws are tried on if there are no others.
var operands = []float64{
	1, -1, 0.5, -3.25, 10, -0.0625, // also for associativity, and two zeros
	0, math.Copysign(0, -1), 2.75, 1e-30, -1e-30, 5e-324, 1e30, -1e30, 1e300, -1e300, math.Inf(1), math.Inf(-1),
}

// lawful is how far, of the largest number at hand, two sides of a law may be apart.
const lawful = 1e-6

// try looks whether the laws hold.
func (op *Operation) try(samples []float64) error {
	samples = slices.DeleteFunc(slices.Clone(samples), func(v float64) bool { return v != v })
	samples = append(samples, op.identity)
	ids := slices.Repeat([]float64{op.identity}, len(samples))
	left, right := op.apply(ids, samples), op.apply(samples, ids)
	for i, v := range samples {
		for side, got := range []float64{left[i], right[i]} {
			if !near(got, v, v) && (i == len(samples)-1 || !math.IsInf(v, 0) || got == got) {
				return &OperationError{Operation: op.name, Law: LeftIdentity + Law(side), At: []float64{v}, Got: got, Want: v}
			}
		}
	}
	few := slices.DeleteFunc(samples, func(v float64) bool { return math.IsInf(v, 0) })
	few = few[:min(len(few), 8)]
	var a, b, c []float64
	for _, x := range few {
		for _, y := range few {
			for _, z := range few {
				a, b, c = append(a, x), append(b, y), append(c, z)
			}
		}
	}
	ab, bc := op.apply(a, b), op.apply(b, c)
	got, want := op.apply(ab, c), op.apply(a, bc)
	for i := range a {
		most := slices.Max([]float64{math.Abs(a[i]), math.Abs(b[i]), math.Abs(c[i]), math.Abs(ab[i]), math.Abs(bc[i]), math.Abs(got[i]), math.Abs(want[i])})
		if math.IsInf(most, 0) || most != most { // of NaNs the greatest is NaN
			continue
		}
		if !near(got[i], want[i], most) {
			return &OperationError{Operation: op.name, Law: Associativity, At: []float64{a[i], b[i], c[i]}, Got: got[i], Want: want[i]}
		}
	}
	return nil
}

// near reports whether two numbers are equal but for rounding, beside a number of the size of most; all
// NaNs are.
func near(a, b, most float64) bool {
	return a == b || a != a && b != b || math.Abs(a-b) <= lawful*math.Abs(most) && !math.IsInf(most, 0)
}

// apply combines the elements of a and b, with the interpreter.
func (op *Operation) apply(a, b []float64) []float64 {
	c := make([]float64, len(a))
	p := op.plain.Program(Float64)
	f := p.NewFrame(len(a))
	for _, par := range op.plain.Params() {
		f.Arrays[par.Slot] = unsafe.Pointer(unsafe.SliceData(map[string][]float64{"a": a, "b": b, "c": c}[par.Name]))
	}
	p.EvalUniforms(f)
	p.Interpret(f, 0, len(a))
	return c
}

// FoldOf folds the values of e with an operation of the user's own. The result is
// the last element of the scan of them.
func FoldOf(name string, op *Operation, e symbolic.Expr) Output {
	return Output{Name: name, Expr: e, Op: op, Collect: Folded}
}
