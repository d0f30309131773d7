package symbolic

import (
	"math/big"
	"strconv"

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

// Parse reads an expression in ordinary notation, as a faithful term. The
// operators, from the weakest:
//
//	||
//	&&
//	< <= > >= == !=    do not chain: write a < b && b < c
//	+ -
//	* /
//	- !                before an operand; -x^2 is -(x^2)
//	^ or **            x^2, x^-2, x^y, x^(1/3); does not chain
//
// The binary operators associate to the left. An exponent is an operand, with or
// without a minus before it, or an expression in parentheses. An integer in the
// range of int64 makes [Expr.Pow] of a power, anything else [Expr.PowExpr].
//
// Functions are sqrt(a), abs(a), min(a, b), max(a, b), fma(a, b, c),
// select(cond, a, b), pow(a, b), which is a^b, and every [Function], pi() among
// them. Any other name (see [IsName]) is a variable, with integers in brackets
// after it if it is indexed, as in u[1,-2]; except inf and nan, which are float64
// constants. What stands in canonical(…) is read as [ParseCanonical] does, and
// what stands in faithful(…) in there as Parse does.
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
func Parse(text string) (Expr, error) { return parse(text, false, syntax.Parse[draft]) }

// ParseCanonical reads an expression as Parse does, but makes the canonical term:
// it is [Canonical] of what Parse makes, without making that first. Floats may be
// grouped otherwise, and round otherwise.
func ParseCanonical(text string) (Expr, error) { return parse(text, true, syntax.Parse[draft]) }

// ParseSExpr reads an S-expression, as [SExpr] writes them: an atom, or a head
// and its arguments in parentheses. Heads are the operators of [Parse], neg for
// the minus before an operand, canonical and faithful, and the functions' names;
// + * && and || can have more than two arguments, which are taken two by two
// from the left: (+ a b c) is (+ (+ a b) c). An atom is a variable or a number as
// in Parse, which can have a minus before it, without space, or be a quotient of
// integers: -2.0, -1/3. Errors are as Parse's.
func ParseSExpr(text string) (Expr, error) { return parse(text, false, syntax.ParseSExpr[draft]) }

// MustParse is [Parse] for texts known to be right: it panics on an error.
func MustParse(text string) Expr {
	e, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return e
}

func parse(text string, canonical bool, read func(string, syntax.Builder[draft]) (draft, *syntax.Error)) (Expr, error) {
	d, err := read(text, &builder{canonical: canonical})
	if err != nil {
		return Expr{}, (*SyntaxError)(err)
	}
	return d.finish(), nil
}

// operations are the functions that are operations of their own.
var operations = map[string]Op{
	"sqrt": OpSqrt, "abs": OpAbs, "min": OpMin, "max": OpMax, "fma": OpFMA, "select": OpSelect, "pow": OpPower,
}

var operators = [syntax.Operators]Op{
	syntax.Or: OpOr, syntax.And: OpAnd, syntax.Not: OpNot,
	syntax.Le: OpLe, syntax.Ge: OpGe, syntax.Eq: OpEq, syntax.Ne: OpNe, syntax.Lt: OpLt, syntax.Gt: OpGt,
	syntax.Add: OpAdd, syntax.Sub: OpSub, syntax.Mul: OpMul, syntax.Div: OpDiv, syntax.Neg: OpNeg,
}

// builder makes terms of what package syntax reads.
type builder struct {
	canonical bool            // of what is read now
	outer     []bool          // of what is read around it
	names     map[string]Expr // what names stand for, if not for variables
}

func (b *builder) Number(n int64, big *big.Int) draft {
	switch {
	case big != nil:
		return draft{e: exactInt(big)}
	case b.canonical: // most are coefficients or exponents, and no terms
		return draft{kind: product, c: num{v: n}}
	}
	return draft{e: Int(n)}
}

func exactInt(v *big.Int) Expr { return Exact(new(big.Rat).SetInt(v)) }

func (b *builder) Float(v float64) (draft, string) { return draft{e: Const(v)}, "" }

func (b *builder) Variable(name string, index []int) (draft, string) {
	if index != nil {
		return draft{e: Index(name, index...)}, ""
	}
	if e, ok := b.names[name]; ok {
		return draft{e: e}, ""
	}
	return draft{e: variable(name)}, ""
}

func (b *builder) Unary(op syntax.Operator, a draft) draft {
	switch {
	case op == syntax.Not:
		return draft{e: Not(a.finish())}
	case !b.canonical:
		return draft{e: a.e.Neg()}
	}
	return a.negated()
}

func (b *builder) Binary(op syntax.Operator, x, y draft) draft {
	if !b.canonical {
		if op := operators[op]; op == OpAdd || op == OpSub || op == OpMul || op == OpDiv {
			return draft{e: arithmetic(op, x.e, y.e)}
		}
		return draft{e: term(operators[op], x.e.n, y.e.n, nil)}
	}
	switch operators[op] {
	case OpAdd:
		return x.plus(y, 1)
	case OpSub:
		return x.plus(y, -1)
	case OpMul:
		return x.times(y, 1)
	case OpDiv:
		// A quotient of integers is a number, however long they are.
		if p, ok := x.number(); ok {
			if q, ok := y.number(); ok {
				if r, ok := fold(OpDiv, p, q); ok {
					return draft{e: r}
				}
			}
		}
		return x.times(y, -1)
	}
	return draft{e: term(operators[op], x.finish().n, y.finish().n, nil)}
}

func (b *builder) Power(base, exponent draft) (draft, string) {
	if !b.canonical {
		return draft{e: base.e.PowExpr(exponent.e)}, ""
	}
	e := exponent.c
	if exponent.kind != product || len(exponent.pairs) > 0 {
		e = numOf(exponent.finish().n)
	}
	n := base.finish().n
	if e.isInt() && isFactor(n, e) {
		return draft{kind: product, c: num{v: 1}, pairs: []pair{{n, e}}}, ""
	}
	return draft{e: Expr{power(n, e)}}, ""
}

func (b *builder) Function(name string) string {
	switch name {
	case "canonical", "faithful":
		b.outer = append(b.outer, b.canonical)
		b.canonical = name == "canonical"
		return ""
	}
	if _, ok := operations[name]; !ok && namedFunctions(name) == nil {
		return "the name of a function"
	}
	return ""
}

func (b *builder) Call(name string, args []draft) (draft, string) {
	mark := name == "canonical" || name == "faithful"
	if mark {
		b.canonical = b.outer[len(b.outer)-1]
		b.outer = b.outer[:len(b.outer)-1]
	}
	op := operations[name]
	if want := ops[op].args; mark && len(args) != 1 {
		return draft{}, "1 argument of " + name
	} else if op != 0 && len(args) != want {
		return draft{}, arguments(want) + " of " + name
	}
	var buf [4]Expr
	terms := buf[:0]
	for _, a := range args {
		terms = append(terms, a.finish())
	}
	switch {
	case mark:
		return draft{e: terms[0]}, ""
	case op == 0:
		f := LookupFunction(name, len(args))
		switch {
		case f == nil:
			return draft{}, arguments(namedFunctions(name)[0].Arity) + " of " + name
		case b.canonical:
			return draft{e: Apply(f, terms...)}, ""
		}
		return draft{e: Call(f, terms...)}, ""
	case op == OpPower && !b.canonical:
		return draft{e: terms[0].PowExpr(terms[1])}, ""
	case op == OpPower:
		return draft{e: Power(terms[0], terms[1])}, ""
	case op == OpSqrt && b.canonical:
		return draft{e: Expr{power(terms[0].n, num{x: half})}}, ""
	case op == OpFMA && b.canonical:
		return draft{e: Plus(Times(terms[0], terms[1]), terms[2])}, ""
	}
	var k [3]*node
	for i, t := range terms {
		k[i] = t.n
	}
	return draft{e: term(op, k[0], k[1], k[2])}, ""
}

func arguments(n int) string { return strconv.Itoa(n) + " argument(s)" }
