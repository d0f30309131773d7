package kernels

import (
	"errors"
	"strings"
	"unicode"

	"github.com/triad-go/triad/symbolic"
)

// Parse makes a kernel from text: statements "name = expression", separated by
// semicolons or newlines, with the expressions that symbolic.Parse reads. A
// newline between parentheses ends nothing. A right side that is sum(e), prod(e), min(e) or max(e) with one argument is a
// reduction, and one that is the call of a [Collective] by its name is that:
//
//	c = scan(sum, x)    p = scanbefore(max, x)    y = keep(x, x > 0)    h = histogram(k)
//	y = scatter(x, k)   y = scatteradd(x, k)      s = segments(sum, x*gather(v, k), rows)
//	y = segscan(sum, x, rows)   y = segscanbefore(sum, x, rows)
//	r = along(max, x, 0)
//	i = argmin(x)       i = argmax(x)             m = mean(x)           v = variance(x)
//	n = norm(x)         k = count(x > 0)          b = any(x > 0)        b = all(x > 0)
//	r = fold(op, x)     s = exactsum(x)              s = compsum(x)
//
// Where scan, scanbefore, fold, segments, segscan and segscanbefore take a reduction, they also take an [Operation] that the
// option [Operations] gives, by its name.
//
// Errors are of type *Error; for malformed text they wrap a
// *symbolic.SyntaxError whose Text is the whole text and whose Offset is the
// position in it.
func Parse(name, text string, opts ...Option) (*Kernel, error) {
	var outputs []Output
	var given options
	for _, opt := range opts {
		if opt != nil { // New tells of one that is
			opt(&given)
		}
	}
	for at := 0; at <= len(text); {
		end := statementEnd(text, at)
		if strings.TrimSpace(text[at:end]) != "" {
			o, err := parseStatement(text, at, end, given.operations)
			if err != nil {
				return nil, &Error{Kernel: name, Output: o.Name, Reason: "malformed", Err: err}
			}
			outputs = append(outputs, o)
		}
		at = end + 1
	}
	return New(name, outputs, opts...)
}

// statementEnd returns where the statement ends that begins at at.
func statementEnd(text string, at int) int {
	depth := 0
	for i := at; i < len(text); i++ {
		switch c := text[i]; {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ';' || c == '\n' && depth <= 0:
			return i
		}
	}
	return len(text)
}

func parseStatement(text string, at, end int, ops []*Operation) (Output, error) {
	eq := assignment(text[at:end])
	if eq < 0 {
		return Output{}, &symbolic.SyntaxError{Text: text, Offset: at + leading(text[at:end]), Msg: "expected name = expression"}
	}
	eq += at
	o := Output{Name: strings.TrimSpace(text[at:eq])}
	if !symbolic.IsName(o.Name) {
		return o, &symbolic.SyntaxError{Text: text, Offset: at + leading(text[at:eq]), Msg: "expected a name left of ="}
	}
	at = eq + 1
	if c, args := collective(text[at:end]); c != Elementwise {
		return o, parseCollective(text, at, &o, c, args, ops)
	}
	if lo, hi, r := reduction(text[at:end]); r != None {
		o.Reduce = r
		at, end = at+lo, at+hi
	}
	var err error
	o.Expr, err = symbolic.Parse(text[at:end])
	var syntax *symbolic.SyntaxError
	if errors.As(err, &syntax) {
		place, msg := at+syntax.Offset, syntax.Msg
		if rest, ok := strings.CutPrefix(text[place:end], "sum"); ok && strings.HasPrefix(strings.TrimSpace(rest), "(") {
			msg = "sum takes one argument and is a whole right side"
		}
		err = &symbolic.SyntaxError{Text: text, Offset: place, Msg: msg}
	}
	return o, err
}

// assignment returns the place of the first = that is no part of a comparison.
func assignment(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] != '=' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '=' {
			i++
			continue
		}
		if i == 0 || !strings.ContainsRune("<>!", rune(s[i-1])) {
			return i
		}
	}
	return -1
}

// reduction recognises sum(…), min(…) and max(…) with one argument as a whole
// right side, and returns where the argument lies.
func reduction(s string) (lo, hi int, r Reduction) {
	lo = leading(s)
	for _, r = range []Reduction{Sum, Min, Max, Prod} {
		if rest, ok := strings.CutPrefix(s[lo:], r.String()); ok && strings.HasPrefix(strings.TrimSpace(rest), "(") {
			lo = strings.IndexByte(s, '(') + 1
			depth := 1
			for i := lo; i < len(s); i++ {
				switch s[i] {
				case '(':
					depth++
				case ',':
					if depth == 1 {
						return 0, 0, None // the two-argument min or max
					}
				case ')':
					if depth--; depth == 0 {
						if strings.TrimSpace(s[i+1:]) != "" {
							return 0, 0, None
						}
						return lo, i, r
					}
				}
			}
			return 0, 0, None
		}
	}
	return 0, 0, None
}

// leading is the number of bytes of white space before s.
func leading(s string) int { return len(s) - len(strings.TrimLeftFunc(s, unicode.IsSpace)) }
