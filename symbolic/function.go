package symbolic

import (
	"fmt"
	"math/big"
	"sync"
	"sync/atomic"
)

// Function is a named function of a fixed number of arguments. Name and Arity
// must be given; what else is nil is unknown: the function can be written and
// rewritten, but not evaluated, or not differentiated.
//
// The functions given here may be called from any number of goroutines at once.
type Function struct {
	Name  string // see [IsName]
	Arity int    // 0 for a constant, written pi()

	// Eval is the value at the arguments. It may change args, and must not keep
	// them.
	Eval func(args []float64) float64

	// EvalBig is the value to prec bits, or as nearly as it can be had; ok is
	// false where it has none (an argument outside its domain). The arguments
	// are its own.
	EvalBig func(prec uint, args []*big.Float) (v *big.Float, ok bool)

	// Derivative is the partial derivative by the i-th argument, at the
	// arguments; ok is false if there is none.
	Derivative func(args []Expr, i int) (d Expr, ok bool)

	// Expand writes the call in other operations, such as tan(x) as
	// sin(x)/cos(x).
	Expand func(args []Expr) Expr

	// Fold is the exact value of a call where there is one, such as 1 for
	// cos(0). It is asked by [Canonical] and by [Apply], for arguments that are
	// exact numbers.
	Fold func(args []Expr) (v Expr, ok bool)

	// Odd says that f(-x) = -f(x), Even that f(-x) = f(x). Arity is 1.
	Odd, Even bool

	// How the function is called in other languages, if not by its name: a
	// command such as `\sin`, or a text in which #1, #2 … stand for the arguments;
	// an expression such as math.Sin.
	LaTeX, Go, C string

	id   uint32
	hash uint64
}

// FunctionError says why a function cannot be registered or called.
type FunctionError struct {
	Name  string
	Arity int
	Msg   string
}

func (e *FunctionError) Error() string {
	return fmt.Sprintf("symbolic: function %s of %d argument(s): %s", e.Name, e.Arity, e.Msg)
}

// registry holds all functions by their id, from 1. It only grows; readers
// take no lock.
var registry struct {
	list   atomic.Pointer[[]*Function]
	mu     sync.Mutex
	byName atomic.Pointer[map[string][]*Function]
}

// Register makes a function known, so that it can be called and is found in
// texts. It is for the whole program, and for good: a name with an arity can be
// registered once, and names of operations (sqrt, min …) cannot. The error is a
// *[FunctionError].
func Register(f Function) (*Function, error) {
	fail := func(msg string) (*Function, error) {
		return nil, &FunctionError{Name: f.Name, Arity: f.Arity, Msg: msg}
	}
	switch {
	case !IsName(f.Name):
		return fail("not a name")
	case f.Arity < 0:
		return fail("a negative number of arguments")
	case (f.Odd || f.Even) && f.Arity != 1:
		return fail("odd and even are of one argument")
	case operationNamed(f.Name):
		return fail("the name of an operation")
	}
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if LookupFunction(f.Name, f.Arity) != nil {
		return fail("registered before")
	}
	g := f
	k := key{op: OpVar, name: g.Name, bits: uint64(g.Arity)}
	g.hash = k.hash(nil)
	list := []*Function{nil}
	if p := registry.list.Load(); p != nil {
		list = *p
	}
	g.id = uint32(len(list))
	// Appending writes past what readers of the old slice can see.
	list = append(list, &g)
	registry.list.Store(&list)
	byName := map[string][]*Function{}
	if p := registry.byName.Load(); p != nil {
		for name, fs := range *p {
			byName[name] = fs
		}
	}
	byName[g.Name] = append(byName[g.Name][:len(byName[g.Name]):len(byName[g.Name])], &g)
	registry.byName.Store(&byName)
	return &g, nil
}

// operationNamed reports whether calls of this name are operations.
func operationNamed(name string) bool {
	for _, op := range ops {
		if op.name == name && op.args > 0 && op.text == "" {
			return true
		}
	}
	return name == "pow" || name == "neg" || name == "canonical" || name == "faithful"
}

// LookupFunction returns the function of this name and arity, nil if there is
// none.
func LookupFunction(name string, arity int) *Function {
	for _, f := range namedFunctions(name) {
		if f.Arity == arity {
			return f
		}
	}
	return nil
}

// namedFunctions are the functions of this name, of any arity.
func namedFunctions(name string) []*Function {
	if p := registry.byName.Load(); p != nil {
		return (*p)[name]
	}
	return nil
}

func functionAt(id uint32) *Function { return (*registry.list.Load())[id] }

// Call is the faithful call f(args…). It panics if f was not registered or has
// another arity.
func Call(f *Function, args ...Expr) Expr {
	if f.id == 0 || len(args) != f.Arity {
		panic(fmt.Sprintf("symbolic: Call of %s (arity %d) with %d arguments", f.Name, f.Arity, len(args)))
	}
	k := key{op: OpCall, fn: f.id}
	if len(args) <= len(k.args) {
		for i, a := range args {
			k.args[i] = a.n
		}
		return Expr{intern(&k)}
	}
	pairs := make([]pair, len(args))
	for i, a := range args {
		pairs[i].n = a.n
	}
	return Expr{internPairs(&k, pairs)}
}

// Apply is the canonical call: as Call, but an exact value that the function
// has at exact arguments is taken (cos(0) is 1), and a minus comes out of an odd
// or even function (sin(-x) is -sin(x)).
func Apply(f *Function, args ...Expr) Expr {
	if f.Fold != nil && allNumbers(args) {
		if v, ok := f.Fold(args); ok {
			return v
		}
	}
	if (f.Odd || f.Even) && args[0].n.leadsNegative() {
		inner := Times(Int(-1), args[0])
		e := Call(f, inner)
		if f.Fold != nil && isNumber(inner.n) {
			if v, ok := f.Fold([]Expr{inner}); ok {
				e = v
			}
		}
		if f.Odd {
			e = Times(Int(-1), e)
		}
		return e
	}
	return Call(f, args...)
}

// folds reports whether Apply would make another term of a call.
func (f *Function) folds(n *node) bool {
	args := make([]Expr, 0, 4)
	for i := range f.Arity {
		args = append(args, Expr{n}.arg(i))
	}
	if f.Fold != nil && allNumbers(args) {
		if _, ok := f.Fold(args); ok {
			return true
		}
	}
	return (f.Odd || f.Even) && args[0].n.leadsNegative()
}

func allNumbers(args []Expr) bool {
	for _, a := range args {
		if !isNumber(a.n) {
			return false
		}
	}
	return true
}

// leadsNegative reports whether a term is written with a minus in front.
func (n *node) leadsNegative() bool {
	if n == nil {
		return false
	}
	if n.op == OpSum {
		return n.pairs()[0].c.negative()
	}
	_, c := n.coefficient()
	return c.negative()
}
