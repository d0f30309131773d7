package syntax

import "strings"

// Operator is what stands between or before operands.
type Operator uint8

const (
	Or Operator = 1 + iota
	And
	Le
	Ge
	Eq
	Ne
	Lt
	Gt
	Add
	Sub
	Mul
	Div
	Pow
	Neg
	Not

	Operators // one more than the last
)

// How strongly operators bind.
const (
	precOr = 1 + iota
	precAnd
	precCompare
	precAdd
	precMul
	precUnary
	precPow
)

var operators = [Operators]struct {
	head  string // in an S-expression
	text  string // in ordinary notation
	prec  int
	unary bool
}{
	Or:  {head: "||", text: "||", prec: precOr},
	And: {head: "&&", text: "&&", prec: precAnd},
	Le:  {head: "<=", text: "<=", prec: precCompare},
	Ge:  {head: ">=", text: ">=", prec: precCompare},
	Eq:  {head: "==", text: "==", prec: precCompare},
	Ne:  {head: "!=", text: "!=", prec: precCompare},
	Lt:  {head: "<", text: "<", prec: precCompare},
	Gt:  {head: ">", text: ">", prec: precCompare},
	Add: {head: "+", text: "+", prec: precAdd},
	Sub: {head: "-", text: "-", prec: precAdd},
	Mul: {head: "*", text: "*", prec: precMul},
	Div: {head: "/", text: "/", prec: precMul},
	Pow: {head: "^", text: "^", prec: precPow},
	Neg: {head: "neg", text: "-", prec: precUnary, unary: true},
	Not: {head: "!", text: "!", prec: precUnary, unary: true},
}

// String is the operator as the head of an S-expression: its text, except that
// Neg is neg.
func (op Operator) String() string { return operators[op].head }

// binary returns the operator between operands with which the text starts, and
// 0 if it starts with none. Powers are not looked for.
func binary(text string) Operator {
	for op := Or; op <= Div; op++ { // <= before <
		if strings.HasPrefix(text, operators[op].text) {
			return op
		}
	}
	return 0
}

// folds reports whether an S-expression of op can have more than two arguments.
func (op Operator) folds() bool { return op == Add || op == Mul || op == And || op == Or }

// arity tells how many arguments an S-expression of op has.
func (op Operator) arity() string {
	switch {
	case operators[op].unary:
		return "1 argument(s) of " + op.String()
	case op == Sub:
		return "1 or 2 argument(s) of -"
	case op.folds():
		return "2 or more argument(s) of " + op.String()
	}
	return "2 argument(s) of " + op.String()
}
