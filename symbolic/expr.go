package symbolic

import (
	"fmt"
	"iter"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/triad-go/triad/symbolic/internal/syntax"
)

// Expr is a term. The zero Expr is the number 0. == is structural equality.
//
// Whether an operand is a number or a truth value (see [Expr.Bool]) is not
// checked when a term is made, only when it is lowered: package kernels reports
// the term in which one stands where the other is needed.
type Expr struct{ n *node }

// Var is the variable of this name. It panics if [IsName] does not hold for it:
// then Parse could not read the variable back.
func Var(name string) Expr {
	if !IsName(name) {
		panic(fmt.Sprintf("symbolic: Var(%q): not a name", name))
	}
	return variable(name)
}

func variable(name string) Expr {
	k := key{op: OpVar, name: name}
	return Expr{intern(&k)}
}

// Index is the variable name[i,j,…]: an element of an array, and a variable of
// its own. Its [Expr.Name] is the text with the indices. It panics if there is
// no index or the name is not a name.
func Index(name string, index ...int) Expr {
	if !IsName(name) || len(index) == 0 {
		panic(fmt.Sprintf("symbolic: Index(%q, %v): not a name and indices", name, index))
	}
	b := append([]byte(name), '[')
	for i, n := range index {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return variable(string(append(b, ']')))
}

// Array is all the variables name[i,j,…] of an array of this shape, the last
// index running fastest, from 0. Array("u", 3) is u[0], u[1], u[2]. It panics as
// Index does, and if a dimension is negative.
func Array(name string, shape ...int) []Expr {
	n := 1
	for _, d := range shape {
		if d < 0 {
			panic(fmt.Sprintf("symbolic: Array(%q, %v): a negative dimension", name, shape))
		}
		n *= d
	}
	vars := make([]Expr, n)
	index := make([]int, len(shape))
	for i := range vars {
		vars[i] = Index(name, index...)
		for d := len(index) - 1; d >= 0; d-- {
			if index[d]++; index[d] < shape[d] {
				break
			}
			index[d] = 0
		}
	}
	return vars
}

// Index splits the name of a variable: u[1,2] is u with 1 and 2. A variable
// without indices has none, and for a term that is no variable the name is "".
func (e Expr) Index() (name string, index []int) {
	name, rest, ok := strings.Cut(e.Name(), "[")
	if !ok {
		return name, nil
	}
	for s := range strings.SplitSeq(strings.TrimSuffix(rest, "]"), ",") {
		n, _ := strconv.Atoi(s)
		index = append(index, n)
	}
	return name, index
}

// IsName reports whether a variable can have this name: it is made of letters
// and decimal digits (of any script) and underscores, does not start with a
// digit, and is neither inf nor nan. Names of functions are allowed: min is a
// variable where no parenthesis follows.
func IsName(name string) bool { return syntax.IsName(name) }

// Const is the float64 constant v, bit by bit: -0.0 and 0.0 are two constants,
// and neither is the exact number 0. All NaNs are one constant.
func Const(v float64) Expr {
	if v != v {
		v = math.NaN()
	}
	k := key{op: OpFloat, bits: math.Float64bits(v)}
	return Expr{intern(&k)}
}

// Add is e + f.
func (e Expr) Add(f Expr) Expr { return arithmetic(OpAdd, e, f) }

// Sub is e - f.
func (e Expr) Sub(f Expr) Expr { return arithmetic(OpSub, e, f) }

// Mul is e * f.
func (e Expr) Mul(f Expr) Expr { return arithmetic(OpMul, e, f) }

// Div is e / f. An exact number divided by the exact number 0 stays a term,
// which computes what IEEE 754 says: an infinity or NaN.
func (e Expr) Div(f Expr) Expr { return arithmetic(OpDiv, e, f) }

func arithmetic(op Op, e, f Expr) Expr {
	if isNumber(e.n) && isNumber(f.n) {
		if r, ok := fold(op, e.n, f.n); ok {
			return r
		}
	}
	return term(op, e.n, f.n, nil)
}

// Neg is -e: e with its sign flipped, which for 0.0 is not the same as 0.0 - e.
func (e Expr) Neg() Expr {
	if isNumber(e.n) {
		if r, ok := foldNeg(e.n); ok {
			return r
		}
	}
	return term(OpNeg, e.n, nil, nil)
}

// Pow is e^n. It computes by binary powering from the left (the bits of |n|
// after the first, highest first: square, then times e if the bit is set), and
// 1 divided by that for negative n. e^0 is 1, also for the exact number 0; the
// exact number 0 to a negative power stays a term.
func (e Expr) Pow(n int) Expr { return e.pow(int64(n)) }

func (e Expr) pow(n int64) Expr {
	if isNumber(e.n) {
		if r, ok := foldPow(e.n, n); ok {
			return r
		}
	}
	k := key{op: OpPow, bits: uint64(n), args: [3]*node{e.n}}
	return Expr{intern(&k)}
}

// PowExpr is the faithful e^f. For an exact integer f in the range of int64 it
// is the same as Pow, otherwise it computes the function pow.
func (e Expr) PowExpr(f Expr) Expr {
	if n, ok := small(f.n); ok && isNumber(f.n) {
		return e.pow(n)
	}
	return term(OpPower, e.n, f.n, nil)
}

// Sqrt is the square root of e, correctly rounded; NaN below zero.
func (e Expr) Sqrt() Expr { return term(OpSqrt, e.n, nil, nil) }

// Abs is e with its sign cleared.
func (e Expr) Abs() Expr { return term(OpAbs, e.n, nil, nil) }

// Sum is the sum of the terms, added from the left: (a + b) + c. The sum of
// none is the number 0, that of one is itself.
func Sum(terms ...Expr) Expr {
	if len(terms) == 0 {
		return Expr{}
	}
	s := terms[0]
	for _, t := range terms[1:] {
		s = s.Add(t)
	}
	return s
}

// FMA is a*b + c with a single rounding.
func FMA(a, b, c Expr) Expr { return term(OpFMA, a.n, b.n, c.n) }

// Min is a < b ? a : b. So it is b if either is NaN, and if they are zeros of
// any sign.
func Min(a, b Expr) Expr { return term(OpMin, a.n, b.n, nil) }

// Max is a > b ? a : b. So it is b if either is NaN, and if they are zeros of
// any sign.
func Max(a, b Expr) Expr { return term(OpMax, a.n, b.n, nil) }

// Lt is the truth value a < b: false if either is NaN.
func Lt(a, b Expr) Expr { return term(OpLt, a.n, b.n, nil) }

// Le is the truth value a <= b: false if either is NaN.
func Le(a, b Expr) Expr { return term(OpLe, a.n, b.n, nil) }

// Gt is the truth value a > b: false if either is NaN.
func Gt(a, b Expr) Expr { return term(OpGt, a.n, b.n, nil) }

// Ge is the truth value a >= b: false if either is NaN.
func Ge(a, b Expr) Expr { return term(OpGe, a.n, b.n, nil) }

// Eq is the truth value a == b: false if either is NaN, true for 0.0 and -0.0.
// It makes a term; that two terms are the same is asked with ==.
func Eq(a, b Expr) Expr { return term(OpEq, a.n, b.n, nil) }

// Ne is the truth value a != b: true if either is NaN.
func Ne(a, b Expr) Expr { return term(OpNe, a.n, b.n, nil) }

// And is the truth value a && b of two truth values.
func And(a, b Expr) Expr { return term(OpAnd, a.n, b.n, nil) }

// Or is the truth value a || b of two truth values.
func Or(a, b Expr) Expr { return term(OpOr, a.n, b.n, nil) }

// Not is the truth value !a of a truth value.
func Not(a Expr) Expr { return term(OpNot, a.n, nil, nil) }

// Select is a if the truth value cond holds, and b otherwise. Both may be
// computed; that shows in nothing but time.
func Select(cond, a, b Expr) Expr { return term(OpSelect, cond.n, a.n, b.n) }

func term(op Op, a, b, c *node) Expr {
	k := key{op: op, args: [3]*node{a, b, c}}
	return Expr{intern(&k)}
}

// Op is the operation at the head of e, or what kind of leaf e is.
func (e Expr) Op() Op {
	if e.n == nil {
		return OpNumber
	}
	return e.n.op
}

// NumArgs is the number of e's arguments: 0 for a leaf. The exponent of an
// OpPow is not an argument, that of an OpPower is. The arguments of a canonical
// sum are its terms with their coefficients, those of a canonical product its
// coefficient, if that is not 1, and its factors, each a base to its exponent.
func (e Expr) NumArgs() int {
	switch op := e.Op(); op {
	case OpCall:
		return functionAt(e.n.fn).Arity
	case OpSum:
		return len(e.n.pairs())
	case OpProduct:
		switch {
		case e.n.isPure():
			return len(e.n.pairs())
		case e.n.args[0].isPure():
			return 1 + len(e.n.args[0].far.pairs)
		}
		return 2
	default:
		return ops[op].args
	}
}

// Arg is the i-th argument of e. It panics if i is not in [0, NumArgs).
func (e Expr) Arg(i int) Expr {
	if uint(i) >= uint(e.NumArgs()) {
		panic(fmt.Sprintf("symbolic: Arg(%d) of a term with %d arguments", i, e.NumArgs()))
	}
	return e.arg(i)
}

func (e Expr) arg(i int) Expr {
	n := e.n
	switch n.op {
	case OpSum:
		return Expr{scale(n.pairs()[i].c, n.pairs()[i].n)}
	case OpProduct:
		if n.isScaled() {
			if i == 0 {
				_, c := n.coefficient()
				return c.expr()
			}
			if n = n.args[0]; !n.isPure() {
				return Expr{n}
			}
			i--
		}
		return Expr{powerTerm(n.pairs()[i].n, n.pairs()[i].c)}
	case OpCall:
		if n.far != nil {
			return Expr{n.pairs()[i].n}
		}
	}
	return Expr{n.args[i]}
}

// Args yields the arguments of e in their order.
func (e Expr) Args() iter.Seq[Expr] {
	return func(yield func(Expr) bool) {
		for i := range e.NumArgs() {
			if !yield(e.arg(i)) {
				return
			}
		}
	}
}

// Exponent is n if e is a power a^n of the operation OpPow, and 0 for any other
// term.
func (e Expr) Exponent() int64 {
	if e.Op() != OpPow {
		return 0
	}
	return int64(e.n.bits)
}

// Func is the function of which e is a call, nil for any other term.
func (e Expr) Func() *Function {
	if e.Op() != OpCall {
		return nil
	}
	return functionAt(e.n.fn)
}

// Name is the name of e if it is a variable, and "" for any other term.
func (e Expr) Name() string {
	if e.Op() != OpVar {
		return ""
	}
	return e.n.far.name
}

// Rat is the value of e if it is an exact number. The caller owns the result.
func (e Expr) Rat() (r *big.Rat, ok bool) {
	if !isNumber(e.n) {
		return nil, false
	}
	return new(big.Rat).Set(rat(e.n)), true
}

// Float64 is the value of e if it is a float64 constant. Exact numbers are
// none: round them with Rat, and know that you do.
func (e Expr) Float64() (v float64, ok bool) {
	if e.Op() != OpFloat {
		return 0, false
	}
	return math.Float64frombits(e.n.bits), true
}

// Bool reports whether e is a truth value: a comparison, And, Or or Not.
func (e Expr) Bool() bool {
	switch e.Op() {
	case OpLt, OpLe, OpGt, OpGe, OpEq, OpNe, OpAnd, OpOr, OpNot:
		return true
	}
	return false
}
