package kernels

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"strings"

	"github.com/triad-go/triad/symbolic"
)

// Typed says of what type these arrays and scalars are, inputs and outputs; t is
// any type but Bool. What no option Typed names is of the kernel's own float type:
// float64 or float32, as the arrays are that it is bound to. The result of a
// reduction has the type of what is folded.
//
//	kernels.Parse("hash", "h = bxor(x, shr(x, 33))*k", kernels.Scalars("k"), kernels.Typed(kernels.Uint64, "h", "x", "k"))
//
// The package comment says what operations mean on integers, and which types go
// together.
func Typed(t Type, names ...string) Option {
	return func(o *options) {
		for _, name := range names {
			o.types = append(o.types, declared{name, t})
		}
	}
}

// declared is what an option Typed says of one name.
type declared struct {
	name string
	t    Type
}

// Types of terms, beside those of values: ownFloat is the kernel's own float type, and
// terms of numbers alone take the type that is needed where they stand.
const (
	ownFloat  Type = 0
	anyNumber Type = 0x80 // of integers: any type in whose range they lie
	anyFloat  Type = 0x81 // any float type
)

// isOpen reports whether a term takes its type from where it stands.
func (t Type) isOpen() bool { return t >= anyNumber }

// isReal reports whether it is a type of floats, or may become one.
func (t Type) isReal() bool { return t == ownFloat || t.IsFloat() || t.isOpen() }

// phrase names a type for people.
func (t Type) phrase() string {
	switch t {
	case ownFloat:
		return "the kernel's float type"
	case anyNumber:
		return "an integer number"
	case anyFloat:
		return "a number that is no integer"
	}
	return t.String()
}

// join is the type of two operands that are to be of one type.
func join(a, b Type) (Type, bool) {
	if b.isOpen() {
		a, b = b, a
	}
	switch {
	case a == b, a == anyNumber && b != Bool:
		return b, true
	case a == anyFloat && b.isReal():
		if b == anyNumber {
			return a, true
		}
		return b, true
	}
	return 0, false
}

// typedFunction is a function that kernels compute themselves: a conversion, or an
// operation on integers or bits.
type typedFunction struct {
	op       Op
	from, to Type // of OpBits both, of OpConvert and draws to
	draw     bool // a random number
}

var typedFunctions = func() map[*symbolic.Function]typedFunction {
	all := map[*symbolic.Function]typedFunction{}
	for name, f := range map[string]typedFunction{
		"float":   {op: OpConvert, to: ownFloat},
		"float64": {op: OpConvert, to: Float64}, "float32": {op: OpConvert, to: Float32},
		"int64": {op: OpConvert, to: Int64}, "int32": {op: OpConvert, to: Int32},
		"uint64": {op: OpConvert, to: Uint64}, "uint32": {op: OpConvert, to: Uint32},
		"float64bits": {op: OpBits, from: Float64, to: Uint64}, "float64frombits": {op: OpBits, from: Uint64, to: Float64},
		"float32bits": {op: OpBits, from: Float32, to: Uint32}, "float32frombits": {op: OpBits, from: Uint32, to: Float32},
		"rem": {op: OpRem}, "band": {op: OpAnd}, "bor": {op: OpOr}, "bxor": {op: OpXor}, "bnot": {op: OpNot},
		"shl": {op: OpShl}, "shr": {op: OpShr}, "gather": {op: OpGather},
	} {
		arity := 2
		if f.op.NumArgs() == 1 {
			arity = 1
		}
		all[symbolic.LookupFunction(name, arity)] = f
	}
	for arity := range 2 {
		all[symbolic.LookupFunction("index", arity)] = typedFunction{op: OpIndex, to: Int64}
		for name, t := range draws {
			all[symbolic.LookupFunction(name, 2+arity)] = typedFunction{to: t, draw: true}
		}
	}
	return all
}()

// typing has the types of terms. A kernel whose values are all of its own float
// type needs none.
type typing struct {
	kernel string
	types  map[string]Type // by variable, where an option says so
	order  []symbolic.Expr // postorder
	own    map[symbolic.Expr]Type
	wanted map[symbolic.Expr]uint16 // of open terms: a bit for each type that is needed of them

	gathers map[string]Gather // by array
	axes    int               // of programs with indices
	truths  []symbolic.Expr   // by trap: where it springs
	kinds   []TrapKind        // by trap
	results map[string]bool   // outputs that are the result of a column: of any type

	reduces  map[string]bool // outputs written as reductions
	integral map[string]bool // those that infer found to be of integers

	failed *Error
	output string // that is looked at
}

// infer finds the types of all terms of the outputs, which are checked, and of
// truth values that are needed too. The error is an *Error.
func (ty *typing) infer(outputs []Output, truths []symbolic.Expr) error {
	ty.order, ty.own, ty.wanted = nil, map[symbolic.Expr]Type{}, map[symbolic.Expr]uint16{}
	ty.truths, ty.failed = truths, nil
	roots := append(exprsOf(outputs), truths...)
	at := 0
	for e := range symbolic.Postorder(roots...) {
		for at < len(outputs) && ty.has(roots[at]) {
			at++
		}
		if ty.output = ""; at < len(outputs) {
			ty.output = outputs[at].Name
		}
		ty.order = append(ty.order, e)
		if ty.own[e] = ty.typeOf(e); ty.failed != nil {
			return ty.failed
		}
	}
	for _, o := range outputs {
		ty.output = o.Name
		want, have := ty.types[o.Name], ty.own[o.Expr]
		switch o.column {
		case columnIndex:
			if at := ty.own[o.Expr.Arg(0)]; at != anyNumber && !at.IsInt() {
				return ty.fail(o.Expr.Arg(0), "%s where a position is needed; convert it to an integer", at.phrase())
			}
			want = Int64
		case columnTest:
			want = ownFloat
		case columnFloat:
			if have.IsInt() {
				if o.Op != nil {
					return ty.fail(o.Expr, "the operation %s of %s; convert it", o.Op.name, have)
				}
				return ty.fail(o.Expr, "%s where floats are needed; convert it", have)
			}
		}
		if o.column != 0 && ty.results[o.Name] {
			if have.isOpen() && !ty.reduces[o.Name] {
				want = ownFloat
			}
			ty.want(o.Expr, o.Expr, want)
			continue
		}
		if o.Reduce != None {
			_, said := ty.types[o.Name]
			if ty.reduces[o.Name] && (have.IsInt() || have == anyNumber && want.IsInt()) {
				if said && !have.isOpen() && have != want {
					return ty.fail(o.Expr, "%s for an output of %s", have.phrase(), want.phrase())
				}
				ty.integral[o.Name] = true
				ty.want(o.Expr, o.Expr, want)
				continue
			}
			if have.IsInt() {
				return ty.fail(o.Expr, "%s takes floats, not %s; convert it", o.Reduce, have)
			}
			if want != ownFloat && !want.IsFloat() {
				return ty.fail(o.Expr, "the result of a reduction cannot be %s", want)
			}
			if !said && !have.isOpen() {
				continue
			}
		}
		t, ok := join(have, want)
		if !ok || t != want {
			return ty.fail(o.Expr, "%s for an output of %s", have.phrase(), want.phrase())
		}
		if ty.want(o.Expr, o.Expr, want); ty.failed != nil {
			return ty.failed
		}
	}
	ty.output = ""
	for i := len(ty.order) - 1; i >= 0; i-- {
		e := ty.order[i]
		for t := range ty.typesOf(e) {
			for j := range e.NumArgs() {
				ty.want(e, e.Arg(j), ty.argType(e, j, t))
			}
		}
		if ty.failed != nil {
			ty.failed.Output = ty.outputOf(outputs, e)
			return ty.failed
		}
	}
	return nil
}

func (ty *typing) has(e symbolic.Expr) bool {
	_, ok := ty.own[e]
	return ok
}

// outputOf is the first output that holds the term.
func (ty *typing) outputOf(outputs []Output, e symbolic.Expr) string {
	for _, o := range outputs {
		for t := range symbolic.Postorder(o.Expr) {
			if t == e {
				return o.Name
			}
		}
	}
	return ""
}

func (ty *typing) fail(term symbolic.Expr, format string, args ...any) error {
	if ty.failed == nil {
		ty.failed = &Error{Kernel: ty.kernel, Output: ty.output, Term: brief(term), Reason: fmt.Sprintf(format, args...)}
	}
	return ty.failed
}

// typesOf yields the types at which a term is needed.
func (ty *typing) typesOf(e symbolic.Expr) func(yield func(Type) bool) {
	return func(yield func(Type) bool) {
		t := ty.own[e]
		if !t.isOpen() {
			yield(t)
			return
		}
		for w := ty.wanted[e]; w != 0; w &= w - 1 {
			if !yield(Type(bits.TrailingZeros16(w))) {
				return
			}
		}
	}
}

// operation is the name of a term's operation in errors.
func operation(e symbolic.Expr) string {
	if e.Op() == symbolic.OpCall {
		return e.Func().Name
	}
	return e.Op().String()
}

// typeOf is the type of a term whose arguments have theirs.
func (ty *typing) typeOf(e symbolic.Expr) Type {
	arg := func(i int) Type { return ty.own[e.Arg(i)] }
	// joined is the one type of the arguments from the i-th on.
	joined := func(i int) Type {
		t := arg(i)
		for j := i + 1; j < e.NumArgs(); j++ {
			both, ok := join(t, arg(j))
			if !ok {
				ty.fail(e, "%s of %s and %s without a conversion", operation(e), t.phrase(), arg(j).phrase())
			}
			t = both
		}
		return t
	}
	// float is a float type, of terms that may be of any.
	float := func(t Type) Type {
		switch {
		case t == anyNumber:
			return anyFloat
		case !t.isReal():
			ty.fail(e, "%s takes floats, not %s", operation(e), t.phrase())
		}
		return t
	}
	switch op := e.Op(); op {
	case symbolic.OpNumber:
		if r, _ := e.Rat(); r.IsInt() {
			return anyNumber
		}
		return anyFloat
	case symbolic.OpFloat:
		if v, _ := e.Float64(); v == math.Trunc(v) && !math.IsInf(v, 0) && (v != 0 || !math.Signbit(v)) {
			return anyNumber
		}
		return anyFloat
	case symbolic.OpVar:
		return ty.types[e.Name()]
	case symbolic.OpAnd, symbolic.OpOr, symbolic.OpNot:
		return Bool
	case symbolic.OpLt, symbolic.OpLe, symbolic.OpGt, symbolic.OpGe, symbolic.OpEq, symbolic.OpNe:
		joined(0)
		return Bool
	case symbolic.OpSelect:
		return joined(1)
	case symbolic.OpSqrt, symbolic.OpFMA, symbolic.OpPower:
		return float(joined(0))
	case symbolic.OpPow:
		t := arg(0)
		if e.Exponent() < 0 {
			if t.IsInt() {
				ty.fail(e, "a negative power of %s", t)
			}
			return float(t)
		}
		return t
	case symbolic.OpCall:
		f, ok := typedFunctions[e.Func()]
		switch {
		case f.draw:
			for a := range e.Args() {
				if t := ty.own[a]; t != anyNumber && !t.IsInt() {
					ty.fail(e, "%s takes integers, not %s", operation(e), t.phrase())
				}
			}
			return f.to
		case f.op == OpIndex:
			return Int64
		case f.op == OpGather:
			if at := arg(1); at != anyNumber && !at.IsInt() {
				ty.fail(e, "a gather at a position that is %s; convert it to an integer", at.phrase())
			}
			return ty.types[e.Arg(0).Name()]
		case e.NumArgs() == 0:
			return anyFloat
		case !ok:
			return float(joined(0))
		case f.op == OpConvert:
			return f.to
		case f.op == OpBits:
			if t := arg(0); t != f.from && t != anyNumber && !(t == anyFloat && f.from.IsFloat()) {
				ty.fail(e, "%s takes %s, not %s", operation(e), f.from, t.phrase())
			}
			return f.to
		}
		t := joined(0)
		if t == anyNumber {
			return Int64
		}
		if !t.IsInt() {
			ty.fail(e, "%s takes integers, not %s", operation(e), t.phrase())
		}
		return t
	}
	return joined(0)
}

// argType is the type at which the i-th argument of a term is needed, if the term
// is of type t.
func (ty *typing) argType(e symbolic.Expr, i int, t Type) Type {
	have := ty.own[e.Arg(i)]
	if !have.isOpen() {
		return have
	}
	switch op := e.Op(); op {
	case symbolic.OpLt, symbolic.OpLe, symbolic.OpGt, symbolic.OpGe, symbolic.OpEq, symbolic.OpNe:
		if t, _ = join(have, ty.own[e.Arg(1-i)]); t.isOpen() {
			return ownFloat
		}
	case symbolic.OpCall:
		f := typedFunctions[e.Func()]
		if f.draw {
			return drawArgType(e.Arg(i))
		}
		switch f.op {
		case OpIndex, OpGather:
			return Int64
		case OpConvert:
			if f.to.IsInt() && have == anyFloat {
				return ownFloat
			}
			return f.to
		case OpBits:
			return f.from
		}
	}
	return t
}

// want notes that an argument of e, or the output e itself, is needed at type t.
func (ty *typing) want(e, arg symbolic.Expr, t Type) {
	if !ty.own[arg].isOpen() {
		return
	}
	ty.wanted[arg] |= 1 << t
	if !t.IsInt() {
		return
	}
	if n := integerOf(arg); n != nil && !inRange(n, t) {
		ty.fail(e, "%s does not fit %s", n, t)
	}
}

// integerOf is the integer that a term is, nil if it is none.
func integerOf(e symbolic.Expr) *big.Int {
	if r, ok := e.Rat(); ok && r.IsInt() {
		return r.Num()
	}
	if v, ok := e.Float64(); ok && v == math.Trunc(v) && !math.IsInf(v, 0) {
		n, _ := big.NewFloat(v).Int(nil)
		return n
	}
	return nil
}

// inRange reports whether n is a value of an integer type.
func inRange(n *big.Int, t Type) bool {
	if t.IsSigned() {
		least := new(big.Int).Lsh(big.NewInt(-1), uint(8*t.Size()-1))
		return n.Cmp(least) >= 0 && n.Cmp(least.Not(least)) <= 0
	}
	return n.Sign() >= 0 && n.BitLen() <= 8*t.Size()
}

// declareTypes takes what options say into the parameters, and makes the kernel's
// typing if it needs one.
func (k *Kernel) declareTypes(types []declared) error {
	if len(types) == 0 && !k.converts {
		return nil
	}
	ty := &typing{kernel: k.name, types: map[string]Type{}, results: map[string]bool{}, gathers: map[string]Gather{},
		reduces: map[string]bool{}, integral: map[string]bool{}}
	for _, c := range k.columns {
		ty.results[c.Output.Name] = c.Output.isResult()
	}
	for _, o := range k.written {
		ty.reduces[o.Name] = o.Collect == Elementwise && o.Reduce != None
	}
	params := map[string]*Param{}
	for i := range k.params {
		params[k.params[i].Name] = &k.params[i]
	}
	for _, d := range types {
		fail := func(format string, args ...any) error {
			return &Error{Kernel: k.name, Reason: fmt.Sprintf(format, args...)}
		}
		have, twice := ty.types[d.name]
		switch {
		case params[d.name] == nil:
			return fail("unknown variable %s: it is declared %s and stands in no output", d.name, d.t)
		case d.t.Size() == 0:
			return fail("%s cannot be of type %s", d.name, d.t)
		case twice && have != d.t:
			return fail("%s is declared %s and %s", d.name, have, d.t)
		}
		ty.types[d.name], params[d.name].Type = d.t, d.t
	}
	for _, g := range k.gathers {
		ty.gathers[g.name] = g
		ty.types[g.length], params[g.length].Type = Int64, Int64
		params[g.array].Type = params[g.name].Type
	}
	for _, n := range k.neighbours {
		ty.types[n.name], params[n.name].Type = ty.types[n.of], ty.types[n.of]
	}
	if err := ty.infer(k.outputs, nil); err != nil {
		return err
	}
	for _, o := range k.outputs {
		if p := params[o.Name]; p != nil && p.Kind == ResultParam && p.Type == ownFloat && !ty.own[o.Expr].isOpen() {
			p.Type = ty.own[o.Expr]
		}
	}
	if slices.ContainsFunc(ty.order, isIndex) {
		ty.axes = k.Axes()
	}
	k.types = ty
	return nil
}

// ParseType returns the type of that name, as String has it: float64, int32 and so on.
func ParseType(name string) (Type, error) {
	for t, have := range typeNames {
		if name == have && name != "" {
			return Type(t), nil
		}
	}
	return 0, &Error{Reason: fmt.Sprintf("unknown type %q; there are %s", name, strings.Join(typeNames[1:], ", "))}
}
