package kernels

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/symbolic"
)

// Output is one named result of a kernel: an array, each element of which is
// the expression's value at that index, a reduction of those values, or what Collect says.
type Output struct {
	Name    string
	Expr    symbolic.Expr
	Reduce  Reduction     // None for an array
	Op      *Operation    // what a Collective folds with if it is not Reduce; nil
	Collect Collective    // Elementwise for an array and for a reduction
	By      symbolic.Expr // where Collect says so

	column columnKind
	input  bool // the values are those of an input, and need no column
}

// Assign is the output name[i] = e. The name may also stand in expressions: it
// then is an input too, and means its element before the launch.
func Assign(name string, e symbolic.Expr) Output { return Output{Name: name, Expr: e} }

// SumOf, MinOf and MaxOf are outputs that fold e over all elements, in the
// order that the package comment describes. Min and Max pass over NaNs. Where e is of integers, so is the
// result, of the same type; sums and products wrap around.
func SumOf(name string, e symbolic.Expr) Output { return Output{Name: name, Expr: e, Reduce: Sum} }

// MinOf is the least value of e; see SumOf.
func MinOf(name string, e symbolic.Expr) Output { return Output{Name: name, Expr: e, Reduce: Min} }

// MaxOf is the greatest value of e; see SumOf.
func MaxOf(name string, e symbolic.Expr) Output { return Output{Name: name, Expr: e, Reduce: Max} }

// ProdOf is the product of e; see SumOf.
func ProdOf(name string, e symbolic.Expr) Output { return Output{Name: name, Expr: e, Reduce: Prod} }

func (o Output) String() string {
	head, args := "", o.Expr.String()
	switch {
	case o.Collect != Elementwise:
		head = o.Collect.String()
		if o.Op != nil {
			args = o.Op.name + ", " + args
		} else if o.Reduce != None {
			args = o.Reduce.String() + ", " + args
		}
		if collectives[o.Collect].by {
			args += ", " + o.By.String()
		}
	case o.Reduce != None:
		head = o.Reduce.String()
	default:
		return o.Name + " = " + args
	}
	return fmt.Sprintf("%s = %s(%s)", o.Name, head, args)
}

// ParamKind says what a caller passes for a parameter.
type ParamKind uint8

const (
	ArrayParam  ParamKind = iota + 1 // an array of n elements
	ScalarParam                      // one number, the same for every element
	ResultParam                      // where a reduction's value goes
)

func (k ParamKind) String() string {
	switch k {
	case ArrayParam:
		return "array"
	case ScalarParam:
		return "scalar"
	case ResultParam:
		return "result"
	}
	return fmt.Sprintf("ParamKind(%d)", uint8(k))
}

// Param is one named parameter of a kernel.
type Param struct {
	Name    string
	Kind    ParamKind
	In, Out bool // read, written; an array may be both
	Slot    int  // its place among the parameters of its kind, as in Program and Frame
	Type    Type // 0 is the kernel's own float type: Float64 or Float32, as Program is asked for

	// OwnLength says that an array has a length of its own: that of an output whose
	// Collective does, and of the segments.
	OwnLength bool

	hidden bool // stands for the elements of another parameter at an offset, or for its length
}

// elem is the parameter's type in a program of float type t.
func (p Param) elem(t Type) Type {
	if p.Type == ownFloat {
		return t
	}
	return p.Type
}

// Kernel is a computation over n elements: named outputs as expressions of
// named arrays and scalars. It fits both float types and is lowered once for
// each that is used, from the cheapest equal form of the outputs that was found.
// A Kernel is immutable and safe for concurrent use.
type Kernel struct {
	name    string
	written []Output
	outputs []Output // of the programs: see flatten
	columns []Column
	params  []Param // those of neighbours last

	integral map[string]bool // outputs that reduce integers: they are columns, since programs reduce floats

	axes       int  // 0 if nothing says
	fixed      bool // there are no more, as neighbours say
	edges      []edgeOption
	neighbours []Neighbour
	gathers    []Gather
	best       *optimised
	f64        *Program
	f32        func() *Program

	computed  []symbolic.Expr // by output
	types     *typing         // of what is computed, nil if all is of the kernel's own float type
	converts  bool            // there are functions that need types
	divisions []symbolic.Expr // by trap of the programs
}

// maxInstructions bounds the length of programs. It is some ten times that of the
// largest that are known to be of use, and keeps numbers of values and offsets in
// code far from their limits.
var maxInstructions = 1 << 22

// Option changes how New, Parse and Trace make a kernel.
type Option func(*options)

type options struct {
	scalars     []string
	operations  []*Operation
	types       []declared
	edges       []edgeOption
	optimizer   egraph.Optimizer
	unoptimized bool
}

// Scalars says which variables are scalars: one number for a launch. Every
// other variable is an array.
func Scalars(names ...string) Option {
	return func(o *options) { o.scalars = append(o.scalars, names...) }
}

// Error says what is wrong with a kernel and where.
type Error struct {
	Kernel string // its name
	Output string // the output concerned, if it is one
	Term   string // the subterm concerned, if it is one; its operation alone if it is long
	Reason string
	Err    error // the cause, if there is one: a *symbolic.SyntaxError, or an error of package egraph
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("kernels: ")
	if e.Kernel != "" {
		b.WriteString(e.Kernel + ": ")
	}
	if e.Output != "" {
		fmt.Fprintf(&b, "output %s: ", e.Output)
	}
	b.WriteString(e.Reason)
	if e.Term != "" {
		fmt.Fprintf(&b, ": %s", e.Term)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// New makes a kernel from its outputs. The name is for people: it stands in
// errors, reports and profiles. Errors are of type *Error: no outputs, a name
// twice or not a name, a scalar that nothing uses or that is an output, a
// reduction's result used in an expression, a truth value where a number is needed
// or the reverse, a function that no instruction computes, types that do not go
// together, a number that does not fit the type that it needs to be of, more than
// 4,194,304 instructions, and what the optimiser has against its options.
//
// The outputs are optimised, all together, unless [Unoptimized] says otherwise;
// the package comment tells what that changes. It is what New takes most of its
// time for, some milliseconds for twenty operations. A kernel of expressions and
// options that another has already is not optimised again.
//
// Canonical expressions are lowered, and reported, as [symbolic.Faithful]
// writes them.
func New(name string, outputs []Output, opts ...Option) (*Kernel, error) {
	var o options
	for _, opt := range opts {
		if opt == nil {
			return nil, &Error{Kernel: name, Reason: "a nil option"}
		}
		opt(&o)
	}
	if err := checkOperations(name, o.operations); err != nil {
		return nil, err
	}
	k := &Kernel{name: name, written: faithful(outputs)}
	if err := k.prepare(o); err != nil {
		return nil, err
	}
	if k.types != nil && len(k.types.integral) > 0 {
		// Only their types tell that these are for columns.
		k = &Kernel{name: name, written: k.written, integral: k.types.integral}
		if err := k.prepare(o); err != nil {
			return nil, err
		}
	}
	if err := k.optimise(o); err != nil {
		return nil, err
	}
	best := k.with(k.computed)
	p, _ := write(best, k.params, Float64, k.types, nil)
	if n := len(p.Uniform) + len(p.Body); n > maxInstructions {
		return nil, &Error{Kernel: k.name, Reason: fmt.Sprintf("%d instructions, of which a program has %d at the most", n, maxInstructions)}
	}
	k.f64 = intern(p)
	k.f32 = sync.OnceValue(func() *Program { return lower(best, k.params, Float32, k.types) })
	return k, nil
}

// prepare finds what programs compute, the parameters and the types.
func (k *Kernel) prepare(o options) error {
	if err := k.flatten(); err != nil {
		return err
	}
	if err := k.takeNeighbours(o.edges); err != nil {
		return err
	}
	if err := k.takeGathers(); err != nil {
		return err
	}
	if err := k.declare(o.scalars); err != nil {
		return err
	}
	k.placeColumns()
	if err := k.check(k.outputs); err != nil {
		return err
	}
	return k.declareTypes(o.types)
}

// Must is for kernels known to be right: it returns k, and panics if err is not
// nil.
func Must(k *Kernel, err error) *Kernel {
	if err != nil {
		panic(err)
	}
	return k
}

// faithful is the outputs with faithful terms.
func faithful(outputs []Output) []Output {
	outputs = slices.Clone(outputs)
	var terms []symbolic.Expr
	for _, o := range outputs {
		if terms = append(terms, o.Expr); o.By != (symbolic.Expr{}) {
			terms = append(terms, o.By)
		}
	}
	terms = symbolic.FaithfulAll(terms...)
	for i := range outputs {
		o := &outputs[i]
		o.Expr, terms = terms[0], terms[1:]
		if o.By != (symbolic.Expr{}) {
			o.By, terms = terms[0], terms[1:]
		}
	}
	return outputs
}

// declare finds the parameters: output arrays first, then input arrays and
// scalars as they appear, then results.
func (k *Kernel) declare(scalars []string) error {
	fail := func(output, format string, args ...any) error {
		return &Error{Kernel: k.name, Output: output, Reason: fmt.Sprintf(format, args...)}
	}
	if len(k.written) == 0 {
		return fail("", "no outputs")
	}
	index := map[string]int{} // into k.params
	slots := map[ParamKind]int{}
	add := func(p Param) {
		p.Slot = slots[p.Kind]
		slots[p.Kind]++
		index[p.Name] = len(k.params)
		k.params = append(k.params, p)
	}
	results := map[string]bool{}
	for _, o := range k.written {
		if !symbolic.IsName(o.Name) {
			return fail(o.Name, "%q is not a name", o.Name)
		}
		if _, twice := index[o.Name]; twice || results[o.Name] {
			return fail(o.Name, "two outputs of that name")
		}
		switch {
		case o.Reduce > Prod:
			return fail(o.Name, "unknown reduction %d", o.Reduce)
		case o.isResult():
			results[o.Name] = true
		default:
			add(Param{Name: o.Name, Kind: ArrayParam, Out: true, OwnLength: o.Collect.OwnLength()})
		}
	}
	read := func(name string) {
		if i, ok := index[name]; ok {
			k.params[i].In = true
		} else {
			add(Param{Name: name, Kind: ArrayParam, In: true})
		}
	}
	neighbours := map[string]string{}
	for _, n := range k.neighbours {
		neighbours[n.name] = n.of
	}
	plain := elementwise(k.exprs())
	isScalar := map[string]bool{}
	for _, s := range scalars {
		if _, ok := index[s]; ok || results[s] {
			return fail(s, "an output cannot be a scalar")
		}
		isScalar[s] = true
	}
	for _, v := range symbolic.Vars(k.exprs()...) {
		name := v.Name()
		if results[name] {
			return fail(name, "the result of a reduction is not known until the launch ends and cannot stand in an expression of the same kernel")
		}
		if isScalar[name] {
			add(Param{Name: name, Kind: ScalarParam, In: true})
			delete(isScalar, name)
		} else if of, ok := neighbours[name]; ok {
			read(of)
		} else {
			read(name)
			if p := &k.params[index[name]]; !p.Out && !plain[name] {
				p.OwnLength = true
			}
		}
	}
	for _, s := range scalars {
		if isScalar[s] {
			return fail("", "unknown variable %s: it is declared a scalar and stands in no output", s)
		}
	}
	for _, o := range k.written {
		if !collectives[o.Collect].rows {
			continue
		}
		rows := o.By.Name()
		i, ok := index[rows]
		switch {
		case isScalar[rows] || results[rows] || ok && !k.params[i].OwnLength || ok && k.params[i].Out:
			return fail(o.Name, "%s says where segments begin and can be nothing else", rows)
		case !ok:
			add(Param{Name: rows, Kind: ArrayParam, In: true, OwnLength: true})
		}
	}
	for i := range k.gathers { // hidden ones come after all others: see placeColumns
		g := &k.gathers[i]
		p := k.params[index[g.name]]
		if _, ok := index[g.name]; !ok || p.Kind != ArrayParam {
			return fail("", "a gather from %s, which is no array", g.name)
		}
		g.Of, g.Array = p.Slot, p.Slot
		if g.array != g.name {
			add(Param{Name: g.array, Kind: ArrayParam, In: true, OwnLength: true, hidden: true})
			g.Array = k.params[len(k.params)-1].Slot
		}
		add(Param{Name: g.length, Kind: ScalarParam, In: true, hidden: true})
		g.Length = k.params[len(k.params)-1].Slot
	}
	for i := range k.neighbours {
		n := &k.neighbours[i]
		if isScalar[n.of] || k.params[index[n.of]].Kind != ArrayParam || k.params[index[n.of]].OwnLength {
			return fail("", "neighbours of %s, which is no array of the index space", n.of)
		}
		n.Of = k.params[index[n.of]].Slot
		add(Param{Name: n.name, Kind: ArrayParam, In: true, hidden: true})
		n.Slot = k.params[len(k.params)-1].Slot
	}
	// Results of programs' reductions come first, so that both count them alike.
	for _, collect := range []bool{false, true} {
		for _, o := range k.written {
			if o.isResult() && (o.Collect.inProgram() && !k.integral[o.Name]) != collect {
				add(Param{Name: o.Name, Kind: ResultParam, Out: true})
			}
		}
	}
	return nil
}

// isResult reports whether the output is one number.
func (o Output) isResult() bool {
	return o.Collect == Elementwise && o.Reduce != None || o.Collect.IsResult()
}

// Name returns the kernel's name.
func (k *Kernel) Name() string { return k.name }

// String returns the kernel's text, which Parse reads back given the same
// scalars, types and operations. A subterm is written out wherever it occurs; see symbolic.Expr.String.
func (k *Kernel) String() string {
	var b strings.Builder
	for i, o := range k.written {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(o.String())
	}
	return b.String()
}

// Outputs returns the outputs as they were written, in the order they were given.
func (k *Kernel) Outputs() []Output { return slices.Clone(k.written) }

// Optimized returns the outputs in the form that the kernel computes: the
// cheapest that was found, or what was written.
func (k *Kernel) Optimized() []Output {
	outs, at := slices.Clone(k.written), 0
	next := func() symbolic.Expr {
		at++
		return k.computed[at-1]
	}
	for i := range outs {
		o := &outs[i]
		switch o.Expr = next(); {
		case o.Collect == Count || o.Collect == Histogram: // a conversion
			if o.Expr.NumArgs() == 1 {
				o.Expr = o.Expr.Arg(0)
			}
		case o.Collect == Norm && o.Expr.Op() == symbolic.OpMul && o.Expr.Arg(0) == o.Expr.Arg(1):
			o.Expr = o.Expr.Arg(0)
		}
		if collectives[o.Collect].truth {
			o.Expr = truthOf(o.Expr)
		}
		switch c := collectives[o.Collect]; {
		case c.test:
			o.By = truthOf(next())
		case c.indexed:
			o.By = next()
		}
	}
	return outs
}

// Params returns the parameters: output arrays first, then input arrays and
// scalars in the order they first appear in what was written, then the results of
// reductions. One that the optimised form does without is a parameter all the
// same, and nothing reads it.
func (k *Kernel) Params() []Param {
	return slices.DeleteFunc(slices.Clone(k.params), func(p Param) bool { return p.hidden })
}

// Results is the number of parameters that are results.
func (k *Kernel) Results() int {
	n := 0
	for _, p := range k.params {
		if p.Kind == ResultParam {
			n++
		}
	}
	return n
}

// Divisions returns, by trap of the kernel's programs, the integer divisions and
// remainders whose divisor may be 0 where they are needed, and the gathers, as they are written.
func (k *Kernel) Divisions() []symbolic.Expr { return slices.Clone(k.divisions) }

// Program returns the optimised form lowered for t as the kernel's own float type,
// Float64 or Float32; any other type is a programmer error and panics.
func (k *Kernel) Program(t Type) *Program {
	switch t {
	case Float64:
		return k.f64
	case Float32:
		return k.f32()
	}
	panic("kernels: no program for elements of type " + t.String())
}

// Cost returns what one element costs in the optimised form, where t is the kernel's
// own float type.
func (k *Kernel) Cost(t Type) Cost { return k.Program(t).Cost() }
