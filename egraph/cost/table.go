package cost

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Model says what one operation costs, in cycles for one vector of the machine,
// or for one element where there is none.
type Model interface {
	Name() string
	// Cycles is what the operation costs; false if the model does not know it.
	// The same name gives the same answer every time.
	Cycles(op string) (cycles float64, ok bool)
}

// Elem is the type of the elements that operations work on.
type Elem uint8

const (
	Float64 Elem = iota + 1 // IEEE 754 binary64
	Float32                 // IEEE 754 binary32
)

// String is float64 or float32.
func (e Elem) String() string {
	switch e {
	case Float64:
		return "float64"
	case Float32:
		return "float32"
	}
	return fmt.Sprintf("Elem(%d)", uint8(e))
}

// Size is the number of bytes of one element.
func (e Elem) Size() int {
	if e == Float32 {
		return 4
	}
	return 8
}

// basic lists the operations of programs.
var basic = []string{
	"add", "sub", "mul", "div", "fma", "fnma", "fms", "fnms", "neg", "abs", "sqrt", "min", "max",
	"lt", "le", "eq", "ne", "and", "or", "not", "select", "const", "scalar", "load", "store",
}

// Operations returns the names that every table has: the operations of
// programs first, then the functions, in a fixed order. fnma is c - a*b, fms
// a*b - c and fnms -(a*b) - c, each with one rounding; sincos is a sine and a
// cosine of one argument together.
func Operations() []string {
	ops := slices.Clone(basic)
	for _, f := range functions {
		ops = append(ops, f.name)
	}
	return ops
}

// Spec is what a Table is made from.
type Spec struct {
	Name   string             // not empty
	Source string             // where the numbers come from, for people
	Elem   Elem               // Float64 or Float32
	Lanes  int                // elements of one vector, at least 1
	Cycles map[string]float64 // a finite price of 0 or more for each of Operations, and for any others
}

// Table is a Model that lists its operations. It is immutable and safe for
// concurrent use.
type Table struct{ spec Spec }

// NewTable makes a table from s, of which it keeps a copy. The error is of type
// *Error: no name, an unknown element type, no lanes, a price that is negative,
// infinite or not a number, an operation of [Operations] without one, a text that
// is not UTF-8.
func NewTable(s Spec) (*Table, error) {
	fail := func(op, format string, args ...any) (*Table, error) {
		return nil, &Error{Table: s.Name, Op: op, Reason: fmt.Sprintf(format, args...)}
	}
	switch {
	case s.Name == "":
		return fail("", "a table without a name")
	case s.Elem != Float64 && s.Elem != Float32:
		return fail("", "unknown element type %s", s.Elem)
	case s.Lanes < 1:
		return fail("", "%d elements in a vector", s.Lanes)
	}
	for _, text := range []string{s.Name, s.Source} {
		if !utf8.ValidString(text) {
			return fail("", "%q is not UTF-8", text)
		}
	}
	for _, op := range slices.Sorted(maps.Keys(s.Cycles)) {
		switch c := s.Cycles[op]; {
		case op == "" || !utf8.ValidString(op):
			return fail("", "an operation of the name %q", op)
		case math.IsNaN(c) || math.IsInf(c, 0):
			return fail(op, "a price of %v cycles is not finite", c)
		case c < 0:
			return fail(op, "a negative price of %v cycles", c)
		}
	}
	var missing []string
	for _, op := range Operations() {
		if _, ok := s.Cycles[op]; !ok {
			missing = append(missing, op)
		}
	}
	if missing != nil {
		return fail(missing[0], "no price; %d missing: %s", len(missing), strings.Join(missing, " "))
	}
	s.Cycles = maps.Clone(s.Cycles)
	return &Table{s}, nil
}

// Name is the table's name.
func (t *Table) Name() string { return t.spec.Name }

// Source says where the numbers come from.
func (t *Table) Source() string { return t.spec.Source }

// Elem is the type of the elements.
func (t *Table) Elem() Elem { return t.spec.Elem }

// Lanes is how many elements the operations are priced for: those of a vector,
// or 1.
func (t *Table) Lanes() int { return t.spec.Lanes }

// Cycles is what one operation costs.
func (t *Table) Cycles(op string) (float64, bool) {
	c, ok := t.spec.Cycles[op]
	return c, ok
}

// Spec returns a copy of what the table is made of, to make another from.
func (t *Table) Spec() Spec {
	s := t.spec
	s.Cycles = maps.Clone(s.Cycles)
	return s
}

// Ops returns the operations that the table knows: those of [Operations] in
// their order, then others by name.
func (t *Table) Ops() []string {
	ops := Operations()
	known := make(map[string]bool, len(ops))
	for _, op := range ops {
		known[op] = true
	}
	for _, op := range slices.Sorted(maps.Keys(t.spec.Cycles)) {
		if !known[op] {
			ops = append(ops, op)
		}
	}
	return ops
}

// String lists the table: name, element type and lanes, source, and an
// operation a line.
func (t *Table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: cycles for %d of %s\n", t.spec.Name, t.spec.Lanes, t.spec.Elem)
	if t.spec.Source != "" {
		fmt.Fprintf(&b, "%s\n", t.spec.Source)
	}
	for _, op := range t.Ops() {
		fmt.Fprintf(&b, "  %-10s %8.4g\n", op, t.spec.Cycles[op])
	}
	return b.String()
}
