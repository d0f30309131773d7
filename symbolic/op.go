package symbolic

import "fmt"

// Op tells what a term is: a leaf, or the operation at its head.
type Op uint8

const (
	OpNumber Op = iota // an exact integer or rational: [Expr.Rat]
	OpFloat            // a float64 constant: [Expr.Float64]
	OpVar              // a variable: [Expr.Name]

	OpAdd    // a + b
	OpSub    // a - b
	OpMul    // a * b
	OpDiv    // a / b
	OpNeg    // -a
	OpPow    // a^n, n an integer: [Expr.Exponent]
	OpFMA    // a*b + c, rounded once
	OpSqrt   // square root of a
	OpAbs    // absolute value of a
	OpMin    // a < b ? a : b
	OpMax    // a > b ? a : b
	OpLt     // a < b
	OpLe     // a <= b
	OpGt     // a > b
	OpGe     // a >= b
	OpEq     // a == b
	OpNe     // a != b
	OpAnd    // a && b
	OpOr     // a || b
	OpNot    // !a
	OpSelect // a ? b : c

	OpPower   // a^b for any exponent term b
	OpCall    // a function of its arguments: [Expr.Func]
	OpSum     // a canonical sum: [Plus]
	OpProduct // a canonical product: [Times]
)

// How strongly the operators bind in text.
const (
	precOr = iota + 1
	precAnd
	precCompare
	precAdd
	precMul
	precUnary
	precPow
	precAtom
)

// ops says how each operation is named and written: as an operator between or
// before its operands if text is set, as a call of name otherwise.
var ops = [...]struct {
	name string
	args int
	text string
	prec int
}{
	OpNumber: {name: "number", prec: precAtom},
	OpFloat:  {name: "float", prec: precAtom},
	OpVar:    {name: "var", prec: precAtom},
	OpAdd:    {"add", 2, " + ", precAdd},
	OpSub:    {"sub", 2, " - ", precAdd},
	OpMul:    {"mul", 2, "*", precMul},
	OpDiv:    {"div", 2, "/", precMul},
	OpNeg:    {"neg", 1, "-", precUnary},
	OpPow:    {"pow", 1, "^", precPow},
	OpFMA:    {"fma", 3, "", precAtom},
	OpSqrt:   {"sqrt", 1, "", precAtom},
	OpAbs:    {"abs", 1, "", precAtom},
	OpMin:    {"min", 2, "", precAtom},
	OpMax:    {"max", 2, "", precAtom},
	OpLt:     {"lt", 2, " < ", precCompare},
	OpLe:     {"le", 2, " <= ", precCompare},
	OpGt:     {"gt", 2, " > ", precCompare},
	OpGe:     {"ge", 2, " >= ", precCompare},
	OpEq:     {"eq", 2, " == ", precCompare},
	OpNe:     {"ne", 2, " != ", precCompare},
	OpAnd:    {"and", 2, " && ", precAnd},
	OpOr:     {"or", 2, " || ", precOr},
	OpNot:    {"not", 1, "!", precUnary},
	OpSelect: {"select", 3, "", precAtom},
	OpPower:  {"power", 2, "^", precPow},

	// How many arguments these have depends on the term.
	OpCall:    {name: "call", prec: precAtom},
	OpSum:     {name: "sum", prec: precAdd},
	OpProduct: {name: "product", prec: precMul},
}

func (op Op) String() string {
	if int(op) < len(ops) {
		return ops[op].name
	}
	return fmt.Sprintf("Op(%d)", uint8(op))
}
