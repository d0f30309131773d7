package symbolic

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// Terms is how package rewrite sees expressions, for rules about faithful terms:
// what rules make is made of faithful operations, as it is written in the rule.
// The heads are those of rule texts (see [rewrite.Terms]) and the names of
// functions; a rule that calls a function that is not registered, or with a
// wrong number of arguments, is an error.
//
// Canonical sums and products are seen too, each as one call of + or * with all
// its terms, and what a rule leaves of them stays canonical. What it puts into
// them is faithful all the same: see [CanonicalTerms].
var Terms rewrite.Terms[Expr] = terms{}

// CanonicalTerms is [Terms] for rules about canonical terms: all that is made is
// canonical, by [Plus], [Times], [Power] and [Apply]. Such terms have no
// differences, negations and quotients, so that rules about them are compiled
// with the option [rewrite.Canonical].
var CanonicalTerms rewrite.Terms[Expr] = terms{canonical: true}

type terms struct{ canonical bool }

// heads are the heads of operations; a call has its function's name.
var heads = [...]string{
	OpAdd: "+", OpSum: "+", OpMul: "*", OpProduct: "*", OpSub: "-", OpDiv: "/", OpNeg: "neg", OpPow: "^", OpPower: "^",
	OpFMA: "fma", OpSqrt: "sqrt", OpAbs: "abs", OpMin: "min", OpMax: "max", OpLt: "<", OpLe: "<=", OpGt: ">", OpGe: ">=",
	OpEq: "==", OpNe: "!=", OpAnd: "&&", OpOr: "||", OpNot: "!", OpSelect: "select",
}

// headed is the faithful operation of a head, and 0 if it has none.
func headed(head string) Op {
	for op := OpAdd; op <= OpSelect; op++ {
		if heads[op] == head {
			return op
		}
	}
	return 0
}

func (terms) Head(e Expr) string {
	switch op := e.Op(); op {
	case OpNumber, OpFloat, OpVar:
		return ""
	case OpCall:
		return functionAt(e.n.fn).Name
	default:
		return heads[op]
	}
}

func (terms) NumArgs(e Expr) int {
	if e.Op() == OpPow {
		return 2
	}
	return e.NumArgs()
}

func (terms) Arg(e Expr, i int) Expr {
	if i == 1 && e.Op() == OpPow {
		return Int(e.Exponent())
	}
	return e.Arg(i)
}

func (terms) Equal(a, b Expr) bool { return a == b }

func (terms) Number(e Expr, v *big.Rat) bool {
	if !isNumber(e.n) {
		return false
	}
	if n, ok := small(e.n); ok {
		v.SetInt64(n)
	} else {
		v.Set(e.n.far.rat)
	}
	return true
}

func (terms) FromNumber(v *big.Rat) Expr { return Exact(v) }

func (terms) Float(e Expr) (float64, bool) { return e.Float64() }

func (terms) FromFloat(v float64) Expr { return Const(v) }

// FromSymbol panics if the name is none that a variable can have, which those in
// texts are not.
func (terms) FromSymbol(name string) Expr {
	base, rest, ok := strings.Cut(name, "[")
	if !ok {
		return Var(name)
	}
	var index []int
	for s := range strings.SplitSeq(strings.TrimSuffix(rest, "]"), ",") {
		n, err := strconv.Atoi(s)
		if err != nil {
			panic(fmt.Sprintf("symbolic: FromSymbol(%q): not a name and indices", name))
		}
		index = append(index, n)
	}
	return Index(base, index...)
}

// Check is of the heads that are names.
func (terms) Check(head string, args int) (expected string) {
	var arities []int
	if op := headed(head); op != 0 {
		arities = []int{ops[op].args}
	} else {
		for _, f := range namedFunctions(head) {
			arities = append(arities, f.Arity)
		}
	}
	switch {
	case arities == nil && head == "pow":
		return "^ instead of pow"
	case arities == nil:
		return "a function"
	case args < 0 || slices.Contains(arities, args):
		return ""
	}
	slices.Sort(arities)
	texts := make([]string, len(arities))
	for i, n := range arities {
		texts[i] = strconv.Itoa(n)
	}
	return fmt.Sprintf("%s argument(s) of %s", strings.Join(texts, " or "), head)
}

// Make panics if there is no such call, which there always is of what Check
// lets pass.
func (t terms) Make(like Expr, head string, args []Expr) Expr {
	op := headed(head)
	switch {
	case op == 0 && LookupFunction(head, len(args)) == nil, op != 0 && op != OpAdd && op != OpMul && op != OpPow && ops[op].args != len(args), len(args) == 0 && op != 0, op == OpPow && len(args) != 2:
		panic(fmt.Sprintf("symbolic: no call of %s with %d argument(s)", head, len(args)))
	case t.canonical:
		return canonicalCall(op, head, args)
	case like.Op() == OpSum && op == OpAdd:
		return Plus(args...)
	case like.Op() == OpProduct && op == OpMul:
		return Times(args...)
	}
	return faithfulCall(op, head, args)
}

func faithfulCall(op Op, head string, args []Expr) Expr {
	switch op {
	case 0:
		return Call(LookupFunction(head, len(args)), args...)
	case OpAdd, OpMul:
		e := args[0]
		for _, a := range args[1:] {
			e = arithmetic(op, e, a)
		}
		return e
	case OpPow:
		return args[0].PowExpr(args[1])
	}
	return Expr{operate(op, nodes(args))}
}

func canonicalCall(op Op, head string, args []Expr) Expr {
	if slices.ContainsFunc(args, func(a Expr) bool { return !a.IsCanonical() }) {
		args = slices.Clone(args)
		for i, a := range args {
			args[i] = Canonical(a)
		}
	}
	switch op {
	case 0:
		return Apply(LookupFunction(head, len(args)), args...)
	case OpAdd:
		return Plus(args...)
	case OpMul:
		return Times(args...)
	case OpPow:
		return Power(args[0], args[1])
	case OpSqrt:
		return Power(args[0], Expr{half})
	case OpNeg:
		return Times(Int(-1), args[0])
	case OpSub:
		return Plus(args[0], Times(Int(-1), args[1]))
	case OpDiv:
		return Times(args[0], Power(args[1], Int(-1)))
	case OpFMA:
		return Plus(Times(args[0], args[1]), args[2])
	}
	return Canonical(Expr{operate(op, nodes(args))})
}

func nodes(args []Expr) (n [3]*node) {
	for i, a := range args {
		n[i] = a.n
	}
	return n
}
