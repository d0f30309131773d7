package symbolic

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"
)

// String is e in ordinary notation. Canonical terms, as [Expr.IsCanonical] has
// it, are written as [Faithful] writes them out, and [ParseCanonical] reads them
// back; all others are read back by [Parse]. What in a term is of the other form
// is marked: canonical(2*x + y) in a faithful term, faithful(x + x) in a
// canonical one.
//
// A subterm is written out wherever it occurs, so the text of a term that
// shares subterms can be exponentially longer than the term is large: see
// [Let] and [Brief].
func (e Expr) String() string {
	p := printer{canonical: e.IsCanonical()}
	return string(p.print(e.n))
}

// Brief is [Expr.String] if that is not longer than about so many bytes. Of a
// longer text it is the start and …, which also stands for what is nested too
// deep for any of the rest to be seen; so it takes little time for any term.
func Brief(e Expr, bytes int) string {
	p := printer{canonical: e.IsCanonical(), max: max(bytes, 1)}
	return string(p.print(e.n))
}

// printer writes terms. What is still to be written lies on a stack, the next
// piece last: terms may be millions of levels deep.
type printer struct {
	b         []byte
	todo      []piece
	canonical bool             // how what is written now will be read
	names     map[*node]string // of terms that are written as a name
	root      *node            // the term that is written out though it has a name
	max       int              // if not 0
}

type piece struct {
	kind pieceKind
	text string
	n    *node
	c    num // of a coefficient or an exponent
	prec int // in parentheses if it binds less strongly than this
}

type pieceKind uint8

const (
	pieceText    pieceKind = iota
	pieceTerm              // n
	piecePower             // n to the power c
	pieceScaled            // c times n, a monomial
	pieceNegated           // -(n^c), the first factor of a product
	pieceMode              // from here on canonical, or not if text is ""
)

func (p *printer) text(s string) { p.todo = append(p.todo, piece{text: s}) }
func (p *printer) term(n *node, prec int) {
	p.todo = append(p.todo, piece{kind: pieceTerm, n: n, prec: prec})
}
func (p *printer) mode(canonical bool) {
	t := piece{kind: pieceMode}
	if canonical {
		t.text = "canonical"
	}
	p.todo = append(p.todo, t)
}

func (p *printer) print(n *node) []byte {
	p.todo = append(p.todo[:0], piece{kind: pieceTerm, n: n})
	for len(p.todo) > 0 {
		if p.max > 0 && len(p.b) > p.max {
			break
		}
		t := p.todo[len(p.todo)-1]
		p.todo = p.todo[:len(p.todo)-1]
		switch t.kind {
		case pieceText:
			p.b = append(p.b, t.text...)
		case pieceMode:
			p.canonical = t.text != ""
		case pieceTerm:
			p.write(t.n, t.prec)
		case piecePower:
			p.power(t.n, t.c, t.prec)
		case pieceNegated:
			p.paren(precUnary, t.prec)
			p.b = append(p.b, '-')
			p.power(t.n, t.c, precPow)
		case pieceScaled:
			p.product(t.c, t.n, t.prec)
		}
	}
	if p.max > 0 && len(p.b) > p.max {
		cut := p.max
		for cut > 0 && !utf8.RuneStart(p.b[cut]) {
			cut--
		}
		return append(p.b[:cut], "…"...)
	}
	return p.b
}

// paren opens a parenthesis where a term that binds like prec needs one.
func (p *printer) paren(prec, need int) {
	if prec < need {
		p.b = append(p.b, '(')
		p.text(")")
	}
}

// write writes a term.
func (p *printer) write(n *node, need int) {
	e := Expr{n}
	op := e.Op()
	if n != p.root {
		if name, ok := p.names[n]; ok {
			p.b = append(p.b, name...)
			return
		}
	}
	if p.max > 0 && len(p.todo) > 2*p.max {
		p.b = append(p.b, "…"...) // what waits is a byte each, or a change of the form
		return
	}
	if mark := p.mark(n); mark != "" {
		p.b = append(p.b, mark...)
		p.b = append(p.b, '(')
		p.text(")")
		p.mode(p.canonical)
		p.canonical = !p.canonical
		need = 0
	}
	switch op {
	case OpNumber, OpFloat, OpVar:
		p.paren(e.prec(), need)
		p.b = e.appendLeaf(p.b)
	case OpSum:
		p.paren(precAdd, need)
		terms := n.pairs()
		if p.max > 0 && len(terms) > p.max {
			terms = terms[:p.max]
			p.text("…")
		}
		for i := len(terms) - 1; i >= 0; i-- {
			t, sign := terms[i], ""
			switch {
			case i == 0:
			case t.c.negative():
				t.c, sign = mulNum(num{v: -1}, t.c), " - "
			default:
				sign = " + "
			}
			need := precAdd
			if i > 0 {
				need++
			}
			p.todo = append(p.todo, piece{kind: pieceScaled, c: t.c, n: t.n, prec: need})
			if sign != "" {
				p.text(sign)
			}
		}
	case OpProduct:
		rest, c := n.coefficient()
		p.product(c, rest, need)
	case OpPow:
		p.intPower(n.args[0], int64(n.bits), need)
	case OpPower:
		p.power(n.args[0], numOf(n.args[1]), need)
	case OpNeg:
		p.paren(precUnary, need)
		if (Expr{n.args[0]}).Op() == OpFloat { // -(2.0), since -2.0 is a constant
			p.b = append(p.b, "-("...)
			p.text(")")
			p.term(n.args[0], 0)
			return
		}
		p.b = append(p.b, '-') // -(-x), not --x
		p.term(n.args[0], precUnary+1)
	case OpNot:
		p.paren(precUnary, need)
		p.b = append(p.b, '!')
		p.term(n.args[0], precUnary+1)
	case OpCall:
		p.call(functionAt(n.fn).Name, e)
	default:
		o := &ops[op]
		if o.text == "" {
			p.call(o.name, e)
			return
		}
		p.paren(o.prec, need)
		left, right := o.prec, o.prec+1
		switch o.prec {
		case precCompare: // they do not chain
			left++
		case precMul: // a*(-b), not a*-b
			right++
		}
		p.term(n.args[1], right)
		p.text(o.text)
		p.term(n.args[0], left)
	}
}

// mark is the word that says that a term is to be read in the other form, or "".
func (p *printer) mark(n *node) string {
	switch op := (Expr{n}).Op(); {
	case op == OpSum || op == OpProduct:
		if !p.canonical {
			return "canonical"
		}
	case p.canonical && n.flag(notCanonical):
		return "faithful"
	}
	return ""
}

func (p *printer) call(name string, e Expr) {
	p.b = append(p.b, name...)
	p.b = append(p.b, '(')
	p.text(")")
	for i := e.NumArgs() - 1; i >= 0; i-- {
		p.term(e.arg(i).n, 0)
		if i > 0 {
			p.text(", ")
		}
	}
}

// power writes base^e.
func (p *printer) power(base *node, e num, need int) {
	if e.isOne() {
		p.write(base, need)
		return
	}
	switch {
	case e.isInt():
		p.intPower(base, e.v, need)
	case p.canonical && isHalf(e.x):
		// As powerTerm has it.
		if r := e.x.far.rat.Num(); r.IsInt64() && r.Int64() != 1 {
			p.paren(precPow, need)
			p.text("^" + r.String())
		}
		p.b = append(p.b, "sqrt("...)
		p.text(")")
		p.term(base, 0)
	default:
		p.paren(precPow, need)
		p.term(e.expr().n, precAtom)
		p.text("^")
		p.term(base, precAtom)
	}
}

func (p *printer) intPower(base *node, e int64, need int) {
	p.paren(precPow, need)
	p.text(strconv.FormatInt(e, 10))
	p.text("^")
	p.term(base, precAtom)
}

// product writes c times a monomial, as writeProduct writes it out.
func (p *printer) product(c num, rest *node, need int) {
	if rest == one {
		p.write(c.expr().n, need)
		return
	}
	if c.isOne() && !rest.isPure() {
		// A power of a negative exponent that is a term of a sum is a quotient.
		if _, e := baseOf(rest); !e.isExact() || !e.negative() {
			p.write(rest, need)
			return
		}
	}
	if p.names[rest] != "" || !rest.isPure() && rest.flag(notCanonical) {
		p.namedProduct(c, rest, need)
		return
	}
	var first, below string
	minus := false
	switch {
	case c.isOne():
	case c == num{v: -1}:
		minus = true
	case c.isExact() && !c.isInt():
		r := c.exact()
		switch {
		case r.Num().IsInt64() && r.Num().Int64() == -1:
			minus = true
		case r.Num().IsInt64() && r.Num().Int64() == 1:
		default:
			first = r.Num().String()
		}
		if !r.IsInt() {
			below = r.Denom().String()
		}
	default:
		first = string(c.expr().appendLeaf(nil))
	}
	p.paren(precMul, need)

	// What comes last is put first.
	nBelow, nAbove := 0, 0
	factors := rest.numFactors()
	for i := range factors {
		if f := rest.factor(i); f.c.isExact() && f.c.negative() {
			nBelow++
		} else {
			nAbove++
		}
	}
	if below != "" {
		nBelow++
	}
	if nBelow > 1 {
		p.text(")")
	}
	if nBelow > 0 {
		left := nBelow
		for i := factors - 1; i >= 0; i-- {
			f := rest.factor(i)
			if !f.c.isExact() || !f.c.negative() {
				continue
			}
			need := precPow
			left--
			if left == 0 && nBelow > 1 {
				need = precMul
			}
			p.todo = append(p.todo, piece{kind: piecePower, n: f.n, c: mulNum(num{v: -1}, f.c), prec: need})
			if left > 0 {
				p.text("*")
			}
		}
		if below != "" {
			p.text(below)
		}
		if nBelow > 1 {
			p.text("(")
		}
		p.text("/")
	}
	if first == "" && nAbove == 0 {
		first = "1"
		if minus {
			first = "-1"
		}
	}
	left := nAbove
	for i := factors - 1; i >= 0; i-- {
		f := rest.factor(i)
		if f.c.isExact() && f.c.negative() {
			continue
		}
		t := piece{kind: piecePower, n: f.n, c: f.c, prec: precPow}
		left--
		if left == 0 && first == "" {
			t.prec = precMul
			if minus {
				t.kind = pieceNegated
			}
		}
		p.todo = append(p.todo, t)
		if left > 0 || first != "" {
			p.text("*")
		}
	}
	if first != "" {
		p.text(first)
	}
}

// namedProduct is product where the monomial has a name, or is marked.
func (p *printer) namedProduct(c num, rest *node, need int) {
	switch {
	case c.isOne():
		p.write(rest, need)
	case c == num{v: -1}:
		p.paren(precUnary, need)
		p.b = append(p.b, '-')
		p.term(rest, precPow)
	default:
		p.paren(precMul, need)
		p.term(rest, precPow)
		p.text("*")
		p.term(c.expr().n, precMul)
	}
}

// prec is how strongly the text of a leaf binds.
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
	return precAtom
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
