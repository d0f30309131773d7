package symbolic

import (
	"fmt"
	"math"
	"math/big"
	"unicode"
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

// IsName reports whether a variable can have this name: it is made of letters
// and decimal digits (of any script) and underscores, does not start with a
// digit, and is neither inf nor nan. Names of functions are allowed: min is a
// variable where no parenthesis follows.
func IsName(name string) bool {
	for i, r := range name {
		if !isNameRune(r, i == 0) {
			return false
		}
	}
	return name != "" && name != "inf" && name != "nan"
}

func isNameRune(r rune, first bool) bool {
	if r < 0x80 {
		return 'a' <= r|0x20 && r|0x20 <= 'z' || r == '_' || !first && '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || !first && unicode.IsDigit(r)
}

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
func (e Expr) Pow(n int) Expr {
	if isNumber(e.n) {
		if r, ok := foldPow(e.n, n); ok {
			return r
		}
	}
	k := key{op: OpPow, bits: uint64(int64(n)), args: [3]*node{e.n}}
	return Expr{intern(&k)}
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

// NumArgs is the number of e's arguments: 0 for a leaf. The exponent of a power
// is not an argument.
func (e Expr) NumArgs() int { return ops[e.Op()].args }

// Arg is the i-th argument of e. It panics if i is not in [0, NumArgs).
func (e Expr) Arg(i int) Expr {
	if uint(i) >= uint(e.NumArgs()) {
		panic(fmt.Sprintf("symbolic: Arg(%d) of a term with %d arguments", i, e.NumArgs()))
	}
	return Expr{e.n.args[i]}
}

// Exponent is n if e is a power a^n, and 0 for any other term.
func (e Expr) Exponent() int {
	if e.Op() != OpPow {
		return 0
	}
	return int(int64(e.n.bits))
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
