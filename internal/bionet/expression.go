package bionet

import (
	"fmt"
	"strings"
)

// An Expression is arithmetic of numbers and parameters.
type Expression struct {
	Text string // as the file has it

	// Product tells that the text is a product of names and at most one decimal
	// number, and the two fields below are set.
	Product bool
	Factor  string   // the number as it is written; 1 if there is none
	Names   []string // in the order of the text
}

// parseExpression checks a text and splits it. known tells which names are
// defined.
func parseExpression(text string, known func(name string) bool) (Expression, error) {
	e := Expression{Text: text}
	if text == "" {
		return e, fmt.Errorf("expected an expression")
	}
	var (
		parens  int
		numbers int
		operand = true // is due, not an operator
		product = true
		factor  = "1"
		names   []string
	)
	for rest := text; rest != ""; {
		t := token(rest)
		rest = rest[len(t):]
		c := t[0]
		switch {
		case c == ' ' || c == '\t':
		case operand && isDigit(c) || operand && c == '.' && len(t) > 1:
			operand, factor = false, t
			numbers++
		case operand && isLetter(c):
			if strings.HasPrefix(rest, "(") { // a function
				product = false
				continue
			}
			if !known(t) {
				return e, fmt.Errorf("expected a parameter defined before, found %s", quote(t))
			}
			operand = false
			names = append(names, t)
		case operand && c == '(':
			parens++
			product = false
		case operand && (c == '-' || c == '+'):
			product = false
		case operand:
			return e, fmt.Errorf("expected a number, a name or an open parenthesis, found %s", quote(t))
		case c == '*':
			operand = true
		case strings.IndexByte("+-/^", c) >= 0, c == ',' && parens > 0:
			operand, product = true, false
		case c == ')' && parens > 0:
			parens--
		default:
			return e, fmt.Errorf("expected an operator, found %s", quote(t))
		}
	}
	if operand {
		return e, fmt.Errorf("expected a number or a name at the end of %s", quote(text))
	}
	if parens > 0 {
		return e, fmt.Errorf("expected a closing parenthesis at the end of %s", quote(text))
	}
	if product && numbers <= 1 {
		e.Product, e.Factor, e.Names = true, factor, names
	}
	return e, nil
}

// token is the number, name or single byte that a text which is not empty begins
// with.
func token(text string) string {
	end := 1
	switch c := text[0]; {
	case isLetter(c):
		for end < len(text) && (isLetter(text[end]) || isDigit(text[end])) {
			end++
		}
	case isDigit(c), c == '.':
		return text[:numberLength(text)]
	}
	return text[:end]
}

// numberLength is the length of the decimal number that a text begins with; a
// single point, which is no number, is taken, too.
func numberLength(text string) int {
	digits := func(i int) int {
		for i < len(text) && isDigit(text[i]) {
			i++
		}
		return i
	}
	end := digits(0)
	if end < len(text) && text[end] == '.' {
		end = digits(end + 1)
	}
	if end < len(text) && (text[end] == 'e' || text[end] == 'E') {
		sign := end + 1
		if sign < len(text) && (text[sign] == '-' || text[sign] == '+') {
			sign++
		}
		if exponent := digits(sign); exponent > sign {
			end = exponent
		}
	}
	return end
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' }

// isName tells whether all of a text is a name.
func isName(text string) bool {
	return text != "" && isLetter(text[0]) && token(text) == text
}

// quote shortens what a message repeats.
func quote(text string) string {
	const most = 40
	if len(text) > most {
		text = text[:most] + "…"
	}
	return fmt.Sprintf("%q", text)
}
