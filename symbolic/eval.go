package symbolic

import (
	"fmt"
	"math"
	"sync"
)

// EvalError says why a term has no value.
type EvalError struct {
	Term Expr // the subterm
	Msg  string
	Err  error // the cause, if there is one
}

func (e *EvalError) Error() string {
	s := "symbolic: evaluate: "
	if e.Term.NumArgs() == 0 && e.Term.Op() != OpCall {
		s += e.Term.String() + " " + e.Msg
	} else if f := e.Term.Func(); f != nil {
		s += "function " + f.Name + " " + e.Msg
	} else {
		s += "a term with operation " + e.Term.Op().String() + " " + e.Msg
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *EvalError) Unwrap() error { return e.Err }

// Evaluator computes expressions in float64. It is made once, in time linear in
// the size of their DAG, computes each shared subterm once, and then allocates
// nothing. It is safe for concurrent use.
//
// The bits are those of package kernels where that has the operation: an exact
// number is the nearest float64, min(a, b) is a < b ? a : b, fma rounds once, a
// power with an integer exponent is computed as [Expr.Pow] says. Other powers
// are math.Pow, functions their Eval. A truth value is 1 or 0. Canonical terms
// are computed as [Faithful] writes them.
type Evaluator struct {
	vars    int
	instrs  []instr
	extra   []int32 // the arguments of calls with more than three
	calls   []Expr  // of which instrs hold the places
	results []int32
	arity   int       // of the function with the most arguments
	scratch sync.Pool // of *[]float64: the values, and the arguments of a call
}

// instr computes the value with its own place from values at places before it.
// The variables come first.
type instr struct {
	op   Op
	n    int64 // an exponent; a constant's bits; the place of a call in calls
	args [3]int32
}

// NewEvaluator compiles the expressions as functions of the variables. The
// error is an *[EvalError]: a variable that is not among vars, or a function
// that cannot be evaluated. It panics if one of vars is no variable.
func NewEvaluator(vars []Expr, exprs ...Expr) (*Evaluator, error) {
	ev := &Evaluator{vars: len(vars)}
	c := compiler{Evaluator: ev, places: map[*node]int32{}, known: map[instr]int32{}}
	for i, v := range vars {
		if v.Op() != OpVar {
			panic(fmt.Sprintf("symbolic: NewEvaluator: argument %d is no variable", i))
		}
		c.places[v.n] = int32(i)
	}
	for _, e := range exprs {
		ev.results = append(ev.results, c.compile(e.n))
		if c.err != nil {
			return nil, c.err
		}
	}
	ev.scratch.New = func() any {
		s := make([]float64, ev.vars+len(ev.instrs)+ev.arity)
		return &s
	}
	return ev, nil
}

// Eval computes the expressions at these values of the variables, in the order
// in which NewEvaluator got them, into dst. The slices must have their lengths;
// otherwise it panics. If a function of a user panics, that is an *[EvalError],
// and dst is as it was.
func (ev *Evaluator) Eval(dst, values []float64) (err error) {
	if len(values) != ev.vars || len(dst) != len(ev.results) {
		panic(fmt.Sprintf("symbolic: Eval of %d values to %d results, want %d and %d",
			len(values), len(dst), ev.vars, len(ev.results)))
	}
	s := ev.scratch.Get().(*[]float64)
	at := -1
	defer func() {
		ev.scratch.Put(s)
		if at >= 0 { // within a function
			err = &EvalError{Term: ev.calls[at], Msg: "panicked", Err: panicked(recover())}
		}
	}()
	v := *s
	copy(v, values)
	for i := range ev.instrs {
		in := &ev.instrs[i]
		if in.op == OpCall {
			at = int(in.n)
			v[ev.vars+i] = ev.call(in, v)
			at = -1
			continue
		}
		v[ev.vars+i] = in.eval(v)
	}
	for i, r := range ev.results {
		dst[i] = v[r]
	}
	return nil
}

func (ev *Evaluator) call(in *instr, v []float64) float64 {
	f := ev.calls[in.n].Func()
	// Functions get memory of their own, which they may change.
	args := v[ev.vars+len(ev.instrs):][:f.Arity:f.Arity]
	for i := range args {
		if f.Arity <= len(in.args) {
			args[i] = v[in.args[i]]
		} else {
			args[i] = v[ev.extra[int(in.args[0])+i]]
		}
	}
	return f.Eval(args)
}

func (in *instr) eval(v []float64) float64 {
	a, b := v[in.args[0]], v[in.args[1]]
	switch in.op {
	case OpFloat:
		return math.Float64frombits(uint64(in.n))
	case OpAdd:
		return a + b
	case OpSub:
		return a - b
	case OpMul:
		return a * b
	case OpDiv:
		return a / b
	case OpNeg:
		return -a
	case OpPow:
		return powInt(a, in.n)
	case OpFMA:
		return math.FMA(a, b, v[in.args[2]])
	case OpSqrt:
		return math.Sqrt(a)
	case OpAbs:
		return math.Abs(a)
	case OpMin:
		if a < b {
			return a
		}
		return b
	case OpMax:
		if a > b {
			return a
		}
		return b
	case OpLt:
		return truth(a < b)
	case OpLe:
		return truth(a <= b)
	case OpGt:
		return truth(a > b)
	case OpGe:
		return truth(a >= b)
	case OpEq:
		return truth(a == b)
	case OpNe:
		return truth(a != b)
	case OpAnd:
		return truth(a != 0 && b != 0)
	case OpOr:
		return truth(a != 0 || b != 0)
	case OpNot:
		return truth(a == 0)
	case OpSelect:
		if a != 0 {
			return b
		}
		return v[in.args[2]]
	case OpPower:
		return math.Pow(a, b)
	}
	panic("symbolic: evaluate: " + in.op.String())
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// powInt is x^n as [Expr.Pow] says.
func powInt(x float64, n int64) float64 {
	m := magnitude(n)
	if m == 0 {
		return 1
	}
	r := x
	top := 63
	for m>>top == 0 {
		top--
	}
	for b := top - 1; b >= 0; b-- {
		r *= r
		if m>>b&1 == 1 {
			r *= x
		}
	}
	if n < 0 {
		return 1 / r
	}
	return r
}

// Eval is the value of e in float64 where the variables have these values: see
// [Evaluator], which is made for many evaluations.
func Eval(e Expr, at map[Expr]float64) (float64, error) {
	vars := Vars(e)
	values := make([]float64, len(vars))
	for i, v := range vars {
		x, ok := at[v]
		if !ok {
			return 0, &EvalError{Term: v, Msg: "has no value"}
		}
		values[i] = x
	}
	ev, err := NewEvaluator(vars, e)
	if err != nil {
		return 0, err
	}
	var dst [1]float64
	err = ev.Eval(dst[:], values)
	return dst[0], err
}
