package symbolic

import (
	"bytes"
	"math"
	"strconv"
)

// String is e in the form that [Parse] reads: Parse(e.String()) is e, for every
// e. A subterm is written out wherever it occurs, so the text of a term that
// shares subterms can be exponentially longer than the term is large.
func (e Expr) String() string {
	// What is still to be written, the next one last: not recursion, since terms
	// may be millions of levels deep.
	type piece struct {
		text string
		e    Expr // written if text is ""
		prec int  // in parentheses if it binds less strongly than this
	}
	todo := append(make([]piece, 0, 16), piece{e: e})
	text := func(s string) { todo = append(todo, piece{text: s}) }
	arg := func(e Expr, prec int) { todo = append(todo, piece{e: e, prec: prec}) }

	var b []byte
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if p.text != "" {
			b = append(b, p.text...)
			continue
		}
		op := &ops[p.e.Op()]
		prec := p.e.prec()
		if prec < p.prec {
			b = append(b, '(')
			text(")")
		}
		switch {
		case op.args == 0:
			b = p.e.appendLeaf(b)
		case op.text == "":
			b = append(b, op.name...)
			b = append(b, '(')
			text(")")
			for i := op.args - 1; i >= 0; i-- {
				arg(p.e.Arg(i), 0)
				if i > 0 {
					text(", ")
				}
			}
		case p.e.Op() == OpPow:
			text(strconv.FormatInt(p.e.Exponent(), 10))
			text(op.text)
			arg(p.e.Arg(0), precAtom)
		case p.e.Op() == OpNeg && p.e.Arg(0).Op() == OpFloat:
			// -(2.0), since -2.0 is a constant.
			b = append(b, "-("...)
			text(")")
			arg(p.e.Arg(0), 0)
		case op.args == 1:
			// -(-x), not --x.
			b = append(b, op.text...)
			arg(p.e.Arg(0), prec+1)
		default:
			left, right := prec, prec+1
			switch prec {
			case precCompare: // they do not chain
				left++
			case precMul: // a*(-b), not a*-b
				right++
			}
			arg(p.e.Arg(1), right)
			text(op.text)
			arg(p.e.Arg(0), left)
		}
	}
	return string(b)
}

// prec is how strongly the text of e binds.
func (e Expr) prec() int {
	switch e.Op() {
	case OpNumber:
		if v, ok := small(e.n); ok {
			if v < 0 {
				return precUnary
			}
		} else if r := e.n.far.rat; !r.IsInt() {
			return precMul
		} else if r.Sign() < 0 {
			return precUnary
		}
	case OpFloat:
		if v, _ := e.Float64(); math.Signbit(v) {
			return precUnary
		}
	}
	return ops[e.Op()].prec
}

func (e Expr) appendLeaf(b []byte) []byte {
	switch e.Op() {
	case OpNumber:
		if v, ok := small(e.n); ok {
			return strconv.AppendInt(b, v, 10)
		}
		return append(b, e.n.far.rat.RatString()...)
	case OpFloat:
		return appendFloat(b, math.Float64frombits(e.n.bits))
	default:
		return append(b, e.Name()...)
	}
}

// appendFloat writes the shortest text that Parse reads as the constant v.
func appendFloat(b []byte, v float64) []byte {
	switch {
	case v != v:
		return append(b, "nan"...)
	case math.IsInf(v, 1):
		return append(b, "inf"...)
	case math.IsInf(v, -1):
		return append(b, "-inf"...)
	}
	start := len(b)
	b = strconv.AppendFloat(b, v, 'g', -1, 64)
	if !bytes.ContainsAny(b[start:], ".e") {
		b = append(b, ".0"...) // or it would be an exact number
	}
	return b
}
