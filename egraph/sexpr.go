package egraph

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// reader reads S-expressions: atoms, and lists of a head and terms in
// parentheses. An atom or head is any run of characters but white space and
// parentheses.
type reader struct {
	text string
	at   int
}

// fail is an error at an offset.
func (r *reader) fail(at int, format string, args ...any) *SyntaxError {
	return &SyntaxError{Text: r.text, Offset: at, Msg: fmt.Sprintf(format, args...)}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (r *reader) skip() {
	for r.at < len(r.text) && isSpace(r.text[r.at]) {
		r.at++
	}
}

// token takes the next parenthesis, or atom; "" at the end.
func (r *reader) token() (token string, at int) {
	r.skip()
	at = r.at
	if at == len(r.text) {
		return "", at
	}
	r.at++
	if c := r.text[at]; c == '(' || c == ')' || c == ',' {
		return r.text[at:r.at], at
	}
	// The commas of x[1,2] are its own; others are tokens.
	inside := r.text[at] == '['
	for ; r.at < len(r.text); r.at++ {
		c := r.text[r.at]
		if isSpace(c) || c == '(' || c == ')' || c == ',' && !inside {
			break
		}
		inside = c == '[' || inside && c != ']'
	}
	return r.text[at:r.at], at
}

// peek is the next token, which stays.
func (r *reader) peek() string {
	at := r.at
	t, _ := r.token()
	r.at = at
	return t
}

// maxArgs bounds the arguments of a call.
const maxArgs = 1 << 16

// readTerm takes a term: atom and call make its parts, and may refuse them by
// telling what was expected instead.
func readTerm[T any](r *reader, atom func(token string) (T, string), call func(head string, args []T) (T, string)) (t T, err *SyntaxError) {
	type list struct {
		head string
		at   int
		base int
	}
	var lists []list
	var args []T
	for {
		token, at := r.token()
		var expected string
		switch token {
		case "":
			if n := len(lists); n > 0 {
				return t, r.fail(at, "expected \")\" for the \"(\" at offset %d, found the end", lists[n-1].at)
			}
			return t, r.fail(at, "expected a term, found the end")
		case "(":
			head, headAt := r.token()
			if head == "" || head == "(" || head == ")" {
				return t, r.fail(headAt, "expected a head, found %s", found(head))
			}
			lists = append(lists, list{head, at, len(args)})
			continue
		case ")":
			if len(lists) == 0 {
				return t, r.fail(at, "expected a term, found \")\"")
			}
			l := lists[len(lists)-1]
			lists = lists[:len(lists)-1]
			at = l.at
			if len(args)-l.base > maxArgs {
				return t, r.fail(at, "expected at most %d arguments", maxArgs)
			}
			t, expected = call(l.head, args[l.base:])
			args = args[:l.base]
		default:
			t, expected = atom(token)
		}
		if expected != "" {
			return t, r.fail(at, "expected %s, found %s", expected, found(r.text[at:r.at]))
		}
		if len(lists) == 0 {
			return t, nil
		}
		args = append(args, t)
	}
}

// found is a token as messages have it.
func found(token string) string {
	const most = 40
	if token == "" {
		return "the end"
	}
	if len(token) > most {
		token = strings.ToValidUTF8(token[:most], "") + "…"
	}
	return strconv.Quote(token)
}

// number reads an exact number, -3 or 2/3, or a float, 0.5 or 1e-3 or inf. It is
// neither if the token does not look like a number, and an error if it is one
// that is out of range.
func number(token string) (exact *big.Rat, float float64, is bool, expected string) {
	digits := strings.TrimPrefix(token, "-")
	switch {
	case digits == "inf" || digits == "nan":
		float = math.Inf(1)
		if digits == "nan" {
			float = math.NaN()
		}
		if digits != token {
			float = -float
		}
		return nil, float, true, ""
	case digits == "" || (digits[0] < '0' || digits[0] > '9') && digits[0] != '.':
		return nil, 0, false, ""
	case digits == ".":
		return nil, 0, false, ""
	}
	plain := strings.IndexFunc(digits, func(c rune) bool { return (c < '0' || c > '9') && c != '/' }) < 0
	if plain {
		if len(token) > maxDigits {
			return nil, 0, false, fmt.Sprintf("a number of at most %d digits", maxDigits)
		}
		if v, ok := new(big.Rat).SetString(token); ok && digits[len(digits)-1] != '/' {
			return v, 0, true, ""
		}
		return nil, 0, false, "a number"
	}
	v, err := strconv.ParseFloat(token, 64)
	if err != nil || strings.ContainsAny(token, "_xXpP") {
		return nil, 0, false, "a number in the range of float64"
	}
	return nil, v, true, ""
}

const maxDigits = 10_000

// wordHead is the head that a list's first word means.
func wordHead(word string, args int) string {
	if word == "-" && args == 1 {
		return "neg"
	}
	return word
}

// AddSExpr adds a term in the form of an S-expression, and returns its class:
//
//	(+ x (* 2 (sqrt y)))
//
// Atoms that begin as numbers do are exact numbers (-3, 2/3) or floats (0.5,
// 1e-3, and inf and nan), other atoms symbols; (- x) is (neg x). The error is a
// *[SyntaxError].
func (g *Graph) AddSExpr(text string) (ID, error) {
	if !utf8.ValidString(text) {
		return 0, &SyntaxError{Text: strings.ToValidUTF8(text, "�"), Msg: "expected text in UTF-8"}
	}
	r := &reader{text: text}
	var buf []uint32
	c, err := readTerm(r, func(token string) (uint32, string) {
		exact, float, is, expected := number(token)
		switch {
		case expected != "":
			return 0, expected
		case exact != nil:
			return uint32(g.Number(exact)), ""
		case is:
			return uint32(g.Float(float)), ""
		}
		return uint32(g.Symbol(token)), ""
	}, func(word string, args []uint32) (uint32, string) {
		buf = append(buf[:0], args...)
		return g.addCall(wordHead(word, len(args)), buf), ""
	})
	if err != nil {
		return 0, err
	}
	if token, at := r.token(); token != "" {
		return 0, r.fail(at, "expected the end, found %s", found(token))
	}
	return ID(c), nil
}

// readPattern takes a pattern: a term in which ?x is a slot, ?x:integer a slot
// with a predicate.
func (r *reader) pattern() (*rewrite.Pattern, *SyntaxError) {
	depth := map[*rewrite.Pattern]int{}
	total := 0
	return readTerm(r, func(token string) (*rewrite.Pattern, string) {
		if name, ok := strings.CutPrefix(token, "?"); ok {
			name, predicate, with := strings.Cut(name, ":")
			if name == "" || name[0] == '?' || name[0] == '!' {
				return nil, "a slot's name"
			}
			p := rewrite.Slot(name)
			if with {
				if !isPredicate(predicate) {
					return nil, "a predicate"
				}
				p = p.Where(predicate)
			}
			return p, ""
		}
		exact, float, is, expected := number(token)
		switch {
		case expected != "":
			return nil, expected
		case exact != nil:
			return rewrite.Number(exact), ""
		case is:
			return rewrite.Float(float), ""
		}
		return rewrite.Symbol(token), ""
	}, func(word string, args []*rewrite.Pattern) (*rewrite.Pattern, string) {
		p := rewrite.Call(wordHead(word, len(args)), append([]*rewrite.Pattern(nil), args...)...)
		d := 0
		for _, a := range args {
			d = max(d, depth[a])
		}
		depth[p] = d + 1
		if total++; d+1 > maxDepth || total > maxCalls {
			return nil, fmt.Sprintf("a pattern of at most %d levels and %d calls", maxDepth, maxCalls)
		}
		return p, ""
	})
}

// Patterns are small, so that what compiles them may recurse.
const (
	maxDepth = 1000
	maxCalls = 10_000
)

// leafToken is a leaf's text, such that AddSExpr reads it as what it is.
func (g *Graph) leafToken(op Op) string {
	if o := &g.ops[op]; o.kind == floatKind {
		return floatToken(o.float)
	}
	return g.leafText(op)
}

func floatToken(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	case math.IsNaN(v):
		return "nan"
	}
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}
