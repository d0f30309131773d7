package num

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/triad-go/triad/symbolic"
)

// Error says why a function cannot be traced.
type Error struct {
	Func string // the function's type
	Msg  string
	Err  error // what the function panicked with or returned, if that is an error
}

func (e *Error) Error() string {
	s := "num: tracing " + e.Func + ": " + e.Msg
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Trace calls f with the expressions args and returns the expressions of its
// results: the very operations that f does, in their order. The names of
// variables are the caller's choice, and an argument can be any expression.
//
// f is a function of Num[Term], such as lorenz[num.Term] of a generic lorenz. A
// last parameter that is a slice of them takes all arguments that are left, in
// a slice of its own. The results are Num[Term] or slices of them, which are
// listed one after the other; a last one may be an error.
//
// Errors are of type *Error: f is no such function, the number of arguments is
// wrong, f panicked or returned an error.
func Trace(f any, args ...symbolic.Expr) (results []symbolic.Expr, err error) {
	t := reflect.TypeOf(f)
	fail := func(err error, format string, a ...any) ([]symbolic.Expr, error) {
		return nil, &Error{Func: brief(t), Msg: fmt.Sprintf(format, a...), Err: err}
	}
	if t == nil || t.Kind() != reflect.Func || reflect.ValueOf(f).IsNil() {
		return fail(nil, "not a function")
	}
	single, rest := t.NumIn(), false
	for i := range t.NumIn() {
		switch in := t.In(i); {
		case in == slice && i == t.NumIn()-1:
			single, rest = i, true
		case in != number:
			return fail(nil, "parameter %d is %v, not num.Num[num.Term] or, as the last one, a slice of it", i, brief(in))
		}
	}
	for i := range t.NumOut() {
		if out := t.Out(i); out != number && out != slice && !(out == failure && i == t.NumOut()-1) {
			return fail(nil, "result %d is %v, not num.Num[num.Term] or a slice of it", i, brief(out))
		}
	}
	if len(args) < single || len(args) > single && !rest {
		return fail(nil, "%d arguments", len(args))
	}
	var in []reflect.Value
	for _, e := range args[:single] {
		in = append(in, reflect.ValueOf(FromExpr(e)))
	}
	call := reflect.ValueOf(f).Call
	if rest {
		last := make([]Num[Term], len(args)-single)
		for i, e := range args[single:] {
			last[i] = FromExpr(e)
		}
		in = append(in, reflect.ValueOf(last))
		if t.IsVariadic() {
			call = reflect.ValueOf(f).CallSlice
		}
	}
	defer func() {
		if r := recover(); r != nil {
			if cause, ok := r.(error); ok {
				results, err = fail(cause, "panic")
			} else {
				results, err = fail(nil, "panic: %v", r)
			}
		}
	}()
	for _, out := range call(in) {
		switch v := out.Interface().(type) {
		case Num[Term]:
			results = append(results, v.v.Expr())
		case []Num[Term]:
			results = append(results, Exprs(v...)...)
		case error:
			return fail(v, "it failed")
		}
	}
	return results, nil
}

// brief is the text of t without the path of this package.
func brief(t reflect.Type) string {
	return strings.ReplaceAll(fmt.Sprint(t), number.PkgPath()+".", "num.")
}

var (
	number  = reflect.TypeFor[Num[Term]]()
	slice   = reflect.TypeFor[[]Num[Term]]()
	failure = reflect.TypeFor[error]()
)
