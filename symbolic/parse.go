package symbolic

import (
	"fmt"
	"math/big"

	"github.com/triad-go/triad/symbolic/internal/syntax"
)

// SyntaxError says where a text is not an expression.
type SyntaxError struct {
	Text   string
	Offset int    // in bytes from the start of Text
	Msg    string // what was expected there, and what was found
}

// Error shows the place alone: a text may be a million characters long.
func (e *SyntaxError) Error() string { return "symbolic: " + (*syntax.Error)(e).Error() }

// Parse reads an expression in ordinary notation. The operators, from the
// weakest:
//
//	||
//	&&
//	< <= > >= == !=    do not chain: write a < b && b < c
//	+ -
//	* /
//	- !                before an operand; -x^2 is -(x^2)
//	^ or **            then an integer: x^2, x^-2, x^(-2); does not chain
//
// The binary operators associate to the left. The functions are sqrt(a), abs(a),
// min(a, b), max(a, b), fma(a, b, c) and select(cond, a, b). Any other name (see
// [IsName]) is a variable, except inf and nan, which are float64 constants.
//
// An integer literal, decimal or hexadecimal, is an exact number of any length,
// and arithmetic of exact numbers is done at once: 1/3 is the number. A literal
// with a point or an exponent (or both; 0x1.8p-3 too) is the nearest float64
// constant, and so is its negative where a minus stands before it: -2.0 is one
// constant, -(2.0) and -2.0^2 are negations.
//
// Any error is a *[SyntaxError]. The time is linear in the length of the text
// (that of a single number of very many digits is not), and parentheses nest to
// any depth.
func Parse(text string) (Expr, error) {
	e, err := syntax.Parse(text, builder{})
	if err != nil {
		return Expr{}, (*SyntaxError)(err)
	}
	return e, nil
}

// ParseSExpr reads an S-expression: an atom, or a head and its arguments in
// parentheses. Heads are the operators of [Parse], neg for the minus before an
// operand, and the functions' names; + * && and || can have more than two
// arguments, which are taken two by two from the left: (+ a b c) is (+ (+ a b)
// c). An atom is a variable or a number as in Parse, which can have a minus
// before it, without space, or be a quotient of integers: -2.0, -1/3. Errors
// are as Parse's.
func ParseSExpr(text string) (Expr, error) {
	e, err := syntax.ParseSExpr(text, builder{})
	if err != nil {
		return Expr{}, (*SyntaxError)(err)
	}
	return e, nil
}

// MustParse is [Parse] for texts known to be right: it panics on an error.
func MustParse(text string) Expr {
	e, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return e
}

var functions = map[string]Op{
	"sqrt": OpSqrt, "abs": OpAbs, "min": OpMin, "max": OpMax, "fma": OpFMA, "select": OpSelect,
}

var operators = [syntax.Operators]Op{
	syntax.Or: OpOr, syntax.And: OpAnd, syntax.Not: OpNot,
	syntax.Le: OpLe, syntax.Ge: OpGe, syntax.Eq: OpEq, syntax.Ne: OpNe, syntax.Lt: OpLt, syntax.Gt: OpGt,
	syntax.Add: OpAdd, syntax.Sub: OpSub, syntax.Mul: OpMul, syntax.Div: OpDiv, syntax.Neg: OpNeg,
}

// builder makes faithful terms of what package syntax reads.
type builder struct{}

func (builder) Number(n int64, big *big.Int) Expr {
	if big != nil {
		return exactInt(big)
	}
	return Int(n)
}

func exactInt(v *big.Int) Expr { return Exact(new(big.Rat).SetInt(v)) }

func (builder) Float(v float64) (Expr, string) { return Const(v), "" }

func (builder) Variable(name string, index []int) (Expr, string) {
	if index != nil {
		return Expr{}, "an operator"
	}
	return variable(name), ""
}

func (builder) Unary(op syntax.Operator, a Expr) Expr {
	if op == syntax.Neg {
		return a.Neg()
	}
	return Not(a)
}

func (builder) Binary(op syntax.Operator, a, b Expr) Expr {
	if op := operators[op]; op == OpAdd || op == OpSub || op == OpMul || op == OpDiv {
		return arithmetic(op, a, b)
	}
	return term(operators[op], a.n, b.n, nil)
}

func (builder) Power(base, exponent Expr) (Expr, string) {
	n, ok := small(exponent.n)
	if !isNumber(exponent.n) || !ok || int64(int(n)) != n {
		return Expr{}, "an integer exponent"
	}
	return base.Pow(int(n)), ""
}

func (builder) Function(name string) string {
	if _, ok := functions[name]; !ok {
		return "a function (abs, fma, max, min, select, sqrt)"
	}
	return ""
}

func (builder) Call(name string, args []Expr) (Expr, string) {
	op := functions[name]
	if n := ops[op].args; n != len(args) {
		return Expr{}, fmt.Sprintf("%d argument(s) of %s", n, name)
	}
	var k [3]*node
	for i, a := range args {
		k[i] = a.n
	}
	return term(op, k[0], k[1], k[2]), ""
}
