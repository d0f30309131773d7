package symbolic

// The function at is for package kernels: at(u, -1, 0) is the element of the array u that
// lies so far along each axis from the one at hand. It has no value here.
var atFuncs [4]*Function

// AxesMost is the largest number of axes that an array has in at.
const AxesMost = len(atFuncs) - 1

func init() {
	for axes := 1; axes < len(atFuncs); axes++ {
		atFuncs[axes] = mustRegister(Function{Name: "at", Arity: 1 + axes})
	}
}

// At is the neighbour of an array's element at a constant offset along each of 1 to
// [AxesMost] axes, the first being the slowest. It is written at(u, -1, 0), and panics for
// another number of offsets.
func At(u Expr, offset ...int) Expr {
	args := make([]Expr, 1, 1+len(offset))
	args[0] = u
	for _, d := range offset {
		args = append(args, Int(int64(d)))
	}
	return Call(atFuncs[len(offset)], args...)
}
