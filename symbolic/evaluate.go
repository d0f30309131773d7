package symbolic

import "fmt"

// valueOps computes with values of type V. What it returns with an error is
// not looked at; the error says what is wrong, as in EvalError.Msg.
type valueOps[V any] interface {
	variable(v V) error                    // says what is wrong with its value
	number(e Expr) (V, error)              // OpNumber, OpFloat
	operate(e Expr, args []V) (V, error)   // operations but those of truth and choice
	call(f *Function, args []V) (V, error) // OpCall
	compare(a, b V) int
	truth(b bool) V
}

// why is an error of valueOps: a message, and a cause if there is one.
type why struct {
	msg   string
	cause error
}

func (w *why) Error() string { return w.msg }

func because(msg string) error { return &why{msg: msg} }

var (
	errZero = because("divides by zero")
	errRoot = because("takes the root of a negative number")
	errNaN  = because("is no number")
	errInf  = because("is infinite")
	errNone = because("has no value")
)

// evaluate computes e, which is faithful, each term of its DAG once. A term that
// has no value is no error as long as its value is not needed: select takes one
// side, && and || do not need the right one where the left one decides.
func evaluate[V any](e Expr, at map[Expr]V, ops valueOps[V]) (v V, err error) {
	type outcome struct {
		v   V
		err error
	}
	var done []outcome
	place := map[Expr]int32{} // in done
	no := ops.truth(false)
	var args []V
	for t := range Postorder(e) {
		var o outcome
		args = args[:0]
		arg := func(i int) (v V, ok bool) {
			a := done[place[t.arg(i)]]
			if o.err == nil {
				o.err = a.err
			}
			return a.v, a.err == nil
		}
		holds := func(v V) bool { return ops.compare(v, no) != 0 }
		switch op := t.Op(); op {
		case OpVar:
			x, ok := at[t]
			if !ok {
				return v, &EvalError{Term: t, Msg: "has no value"}
			}
			if err := ops.variable(x); err != nil {
				return v, &EvalError{Term: t, Msg: err.Error()}
			}
			o.v = x
		case OpAnd, OpOr:
			a, ok := arg(0)
			if !ok {
				break
			}
			if holds(a) == (op == OpAnd) {
				if a, ok = arg(1); !ok {
					break
				}
			}
			o.v = ops.truth(holds(a))
		case OpSelect:
			c, ok := arg(0)
			if !ok {
				break
			}
			side := 1
			if !holds(c) {
				side = 2
			}
			o.v, _ = arg(side)
		default:
			for i := range t.NumArgs() {
				a, _ := arg(i)
				args = append(args, a)
			}
			if o.err == nil {
				o.v, o.err = apply(t, args, ops)
			}
		}
		place[t] = int32(len(done))
		done = append(done, o)
	}
	last := done[len(done)-1]
	return last.v, last.err
}

// apply computes t, which is no variable and chooses nothing, of its arguments.
func apply[V any](t Expr, args []V, ops valueOps[V]) (v V, err error) {
	switch t.Op() {
	case OpNumber, OpFloat:
		v, err = ops.number(t)
	case OpCall:
		v, err = ops.call(t.Func(), args)
	case OpMin, OpMax:
		c := ops.compare(args[0], args[1])
		if v = args[1]; c < 0 && t.Op() == OpMin || c > 0 && t.Op() == OpMax {
			v = args[0]
		}
	case OpLt:
		v = ops.truth(ops.compare(args[0], args[1]) < 0)
	case OpLe:
		v = ops.truth(ops.compare(args[0], args[1]) <= 0)
	case OpGt:
		v = ops.truth(ops.compare(args[0], args[1]) > 0)
	case OpGe:
		v = ops.truth(ops.compare(args[0], args[1]) >= 0)
	case OpEq:
		v = ops.truth(ops.compare(args[0], args[1]) == 0)
	case OpNe:
		v = ops.truth(ops.compare(args[0], args[1]) != 0)
	case OpNot:
		v = ops.truth(ops.compare(args[0], ops.truth(false)) == 0)
	default:
		v, err = ops.operate(t, args)
	}
	if w, ok := err.(*why); ok {
		err = &EvalError{Term: t, Msg: w.msg, Err: w.cause}
	}
	return v, err
}

// panicked is the error of what a user's function panicked with.
func panicked(r any) error {
	if err, ok := r.(error); ok {
		return err
	}
	return fmt.Errorf("%v", r)
}
