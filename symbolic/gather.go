package symbolic

// Functions of package kernels that have no value here: gather(x, k) is element k of the array
// x, index() the place of the element at hand along the last axis, index(a) along axis a.
var gatherFunc, indexFunc, indexAlongFunc *Function

func init() {
	gatherFunc = mustRegister(Function{Name: "gather", Arity: 2})
	indexFunc = mustRegister(Function{Name: "index", Arity: 0})
	indexAlongFunc = mustRegister(Function{Name: "index", Arity: 1})
}

// Gather is the element of an array, a variable, at a position, an integer.
func Gather(x, position Expr) Expr { return Call(gatherFunc, x, position) }

// ElementIndex is the place of the element at hand along the last axis of the index space, an int64.
func ElementIndex() Expr { return Call(indexFunc) }

// ElementIndexAlong is that along an axis, the slowest being 0.
func ElementIndexAlong(axis int) Expr { return Call(indexAlongFunc, Int(int64(axis))) }
