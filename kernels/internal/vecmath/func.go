package vecmath

// Func is a function of the library.
type Func struct {
	Name  string
	Arity int

	// Write adds the function of args, which are of type t, Float64 or Float32, to
	// l and returns its value.
	Write func(l Lanes, t Type, args []Value) Value

	// ULP64 and ULP32 are the largest errors against exact arithmetic, in units in
	// the last place of the result, that are promised.
	ULP64, ULP32 float64
}

// functions are all of them by name; each file adds its own.
var functions = map[string]*Func{}

// Lookup returns the function of that name and number of arguments, nil if there
// is none.
func Lookup(name string, arity int) *Func {
	if f := functions[name]; f != nil && f.Arity == arity {
		return f
	}
	return nil
}

// both are the functions that are written otherwise where a program has the sine and
// the cosine of one argument.
var both = map[string]*Func{}

// LookupBoth returns what to write for the sine or the cosine, "sin" or "cos", of an
// argument of which the other is wanted too: functions that share most of their
// operations. It returns nil for other names. The results can differ from those
// of Lookup's functions in the last place.
func LookupBoth(name string) *Func { return both[name] }

// unary and binary register functions, in init.
func unary(name string, ulp64, ulp32 float64, write func(w writer, x Value) Value) {
	functions[name] = &Func{name, 1, func(l Lanes, t Type, args []Value) Value { return write(writer{l, t}, args[0]) }, ulp64, ulp32}
}

func binary(name string, ulp64, ulp32 float64, write func(w writer, x, y Value) Value) {
	functions[name] = &Func{name, 2, func(l Lanes, t Type, args []Value) Value { return write(writer{l, t}, args[0], args[1]) }, ulp64, ulp32}
}
