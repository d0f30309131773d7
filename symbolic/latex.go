package symbolic

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// LaTeX is e in LaTeX's mathematical notation, without dollar signs: quotients
// are fractions, a select is a \begin{cases} of the package amsmath, and so is
// \operatorname. A variable named like a Greek letter is that letter, digits at
// the end of a name and what follows an underscore are subscripts, as indices
// are: beta2 is \beta_{2}, u[1,2] is u_{1,2}. Functions are written as
// Function.LaTeX says, the arguments put in its places without parentheses.
// Canonical terms are written as [Faithful] writes them out.
//
// A subterm is written out wherever it occurs, so the text of a term that
// shares subterms can be exponentially longer than the term is large: see
// [BriefLaTeX].
func LaTeX(e Expr) string { return latex(e, math.MaxInt) }

// BriefLaTeX is [LaTeX] if that is not longer than so many bytes. In a longer
// text a \cdots stands wherever there was more to come, and all that was opened
// is closed, so that it is some times as long at the most, and still LaTeX.
func BriefLaTeX(e Expr, bytes int) string { return latex(e, bytes) }

const latexDots = `\cdots`

func latex(e Expr, limit int) string {
	w := latexWriter{todo: []latexPiece{{n: Faithful(e).n, term: true}}}
	dots := false // were written last
	for len(w.todo) > 0 {
		p := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		full := len(w.b) > limit
		switch {
		case full && p.term:
			if !dots {
				w.b = append(w.b, latexDots...)
			}
			dots = true
			continue
		case p.term:
			w.write(Expr{p.n}, p.need)
		case full && dots && isClosed(p.text):
			continue
		default:
			w.b = append(w.b, p.text...)
		}
		dots = false
	}
	return string(w.b)
}

// isClosed reports whether a text between terms can be left out: it neither
// opens nor closes anything.
func isClosed(text string) bool {
	depth := 0
	for _, r := range text {
		switch r {
		case '{':
			depth++
		case '}':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0 && !strings.Contains(text, `\left`) && !strings.Contains(text, `\right`) && !strings.Contains(text, `\end`)
}

type latexWriter struct {
	b    []byte
	todo []latexPiece // what is still to be written, the next piece last
}

type latexPiece struct {
	text string
	n    *node
	term bool // n, not text
	need int  // in parentheses if it binds less strongly than this
}

// then has pieces written: texts, and terms, after which comes how strongly they
// must bind, if that matters.
func (w *latexWriter) then(pieces ...any) {
	need := 0
	for i := len(pieces) - 1; i >= 0; i-- {
		switch p := pieces[i].(type) {
		case string:
			w.todo = append(w.todo, latexPiece{text: p})
		case int:
			need = p
		case Expr:
			w.todo = append(w.todo, latexPiece{n: p.n, term: true, need: need})
			need = 0
		}
	}
}

func (w *latexWriter) write(e Expr, need int) {
	op := e.Op()
	if latexPrec(e) < need {
		w.b = append(w.b, `\left(`...)
		w.then(`\right)`)
	}
	arg := e.arg
	switch op {
	case OpNumber:
		w.b = appendLatexNumber(w.b, e)
	case OpFloat:
		w.b = appendLatexFloat(w.b, math.Float64frombits(e.n.bits))
	case OpVar:
		w.b = append(w.b, latexVariable(e)...)
	case OpAdd, OpSub:
		need := precMul
		if latexPrec(arg(1)) == precUnary {
			need = precUnary + 1 // a - (-b), not a - -b
		}
		w.then(arg(0), precAdd, ops[op].text, arg(1), need)
	case OpMul:
		between := " "
		if startsWithDigit(arg(1)) {
			between = ` \cdot `
		}
		w.then(arg(0), precMul, between, arg(1), precPow)
	case OpDiv:
		w.then(`\frac{`, arg(0), "}{", arg(1), "}")
	case OpNeg:
		w.then("-", arg(0), precUnary+1)
	case OpNot:
		w.then(`\lnot `, arg(0), precUnary+1)
	case OpPow:
		w.then(arg(0), precAtom, "^{"+strconv.FormatInt(e.Exponent(), 10)+"}")
	case OpPower:
		w.then(arg(0), precAtom, "^{", arg(1), "}")
	case OpSqrt:
		w.then(`\sqrt{`, arg(0), "}")
	case OpAbs:
		w.then(`\left|`, arg(0), `\right|`)
	case OpMin, OpMax:
		w.then(`\`+ops[op].name+`\left(`, arg(0), ", ", arg(1), `\right)`)
	case OpFMA:
		w.then(`\operatorname{fma}\left(`, arg(0), ", ", arg(1), ", ", arg(2), `\right)`)
	case OpSelect:
		w.then(`\begin{cases} `, arg(1), ` & \text{if } `, arg(0), ` \\ `, arg(2), ` & \text{otherwise}`, ` \end{cases}`)
	case OpCall:
		w.call(e)
	default:
		prec := ops[op].prec
		left := prec
		if prec == precCompare {
			left++
		}
		w.then(arg(0), left, latexOperators[op], arg(1), prec+1)
	}
}

var latexOperators = map[Op]string{
	OpLt: " < ", OpLe: ` \le `, OpGt: " > ", OpGe: ` \ge `, OpEq: " = ", OpNe: ` \ne `, OpAnd: ` \land `, OpOr: ` \lor `,
}

// call writes a call: the function's command and the arguments, or its LaTeX
// with the arguments in the places of #1, #2 and so on.
func (w *latexWriter) call(e Expr) {
	f := e.Func()
	command := f.LaTeX
	if command == "" {
		command = `\operatorname{` + escapeLatex(f.Name) + "}"
	}
	var pieces []any
	if text, rest, ok := strings.Cut(command, "#"); ok {
		for ; ok; text, rest, ok = strings.Cut(rest, "#") {
			end := digits(rest, 0)
			i, _ := strconv.Atoi(rest[:end])
			pieces = append(pieces, text)
			if 1 <= i && i <= f.Arity {
				pieces = append(pieces, e.arg(i-1))
			}
			rest = rest[end:]
		}
		w.then(append(pieces, text)...)
		return
	}
	pieces = append(pieces, command)
	for i := range f.Arity {
		pieces = append(pieces, [2]string{`\left(`, ", "}[min(i, 1)], e.arg(i))
	}
	if f.Arity > 0 {
		pieces = append(pieces, `\right)`)
	}
	w.then(pieces...)
}

// latexPrec is how strongly the text of e binds.
func latexPrec(e Expr) int {
	switch op := e.Op(); op {
	case OpDiv:
		return precPow
	case OpNumber:
		switch r := rat(e.n); {
		case r.Sign() < 0:
			return precUnary
		case !r.IsInt():
			return precPow
		}
	case OpFloat:
		switch v := math.Float64frombits(e.n.bits); {
		case math.Signbit(v):
			return precUnary
		case strings.Contains(string(appendFloat(nil, v)), "e"):
			return precMul
		}
	case OpSelect:
		return precAdd
	case OpCall:
		if f := e.Func(); strings.Contains(f.LaTeX, "^") {
			return precPow
		}
	default:
		return ops[op].prec
	}
	return precAtom
}

// startsWithDigit reports whether the text of e as a right factor starts with a
// digit, so that it must not stand after another number.
func startsWithDigit(e Expr) bool {
	switch e.Op() {
	case OpPow, OpPower:
		if e = e.arg(0); latexPrec(e) < precAtom {
			return false // a parenthesis
		}
	}
	switch e.Op() {
	case OpNumber, OpFloat:
		return latexPrec(e) == precAtom
	case OpCall:
		return strings.HasPrefix(e.Func().LaTeX, "2^")
	}
	return false
}

func appendLatexNumber(b []byte, e Expr) []byte {
	if v, ok := small(e.n); ok {
		return strconv.AppendInt(b, v, 10)
	}
	r := rat(e.n)
	if r.IsInt() {
		return append(b, r.Num().String()...)
	}
	num := r.Num().String()
	if r.Sign() < 0 {
		b = append(b, '-')
		num = num[1:]
	}
	b = append(append(b, `\frac{`...), num...)
	return append(append(append(b, "}{"...), r.Denom().String()...), '}')
}

func appendLatexFloat(b []byte, v float64) []byte {
	switch {
	case v != v:
		return append(b, `\mathrm{NaN}`...)
	case math.IsInf(v, 1):
		return append(b, `\infty`...)
	case math.IsInf(v, -1):
		return append(b, `-\infty`...)
	}
	digits, exponent, ok := strings.Cut(string(appendFloat(nil, v)), "e")
	b = append(b, digits...)
	if ok {
		n, _ := strconv.ParseInt(exponent, 10, 64) // -07
		b = append(strconv.AppendInt(append(b, ` \cdot 10^{`...), n, 10), '}')
	}
	return b
}

// greek are the names that are commands.
var greek = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq(`alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa
		lambda mu nu xi pi rho sigma tau upsilon phi varphi chi psi omega
		Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega`) {
		greek[name] = true
	}
}

func latexVariable(e Expr) string {
	name, index := e.Index()
	base, under := name, ""
	if i := strings.IndexByte(name, '_'); 0 < i && i+1 < len(name) {
		base, under = name[:i], name[i+1:]
	}
	var subscripts []string
	if i := len(strings.TrimRight(base, "0123456789")); 0 < i && i < len(base) {
		subscripts = append(subscripts, base[i:])
		base = base[:i]
	}
	if under != "" {
		subscripts = append(subscripts, latexName(under))
	}
	for _, i := range index {
		subscripts = append(subscripts, strconv.Itoa(i))
	}
	if text := latexName(base); subscripts != nil {
		return text + "_{" + strings.Join(subscripts, ",") + "}"
	} else {
		return text
	}
}

func latexName(name string) string {
	switch {
	case greek[name]:
		return `\` + name
	case utf8.RuneCountInString(name) == 1 && name != "_", strings.Trim(name, "0123456789") == "":
		return name
	}
	return `\mathrm{` + escapeLatex(name) + "}"
}

func escapeLatex(name string) string { return strings.ReplaceAll(name, "_", `\_`) }
