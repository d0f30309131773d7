package symbolic

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SyntaxError says where a text is not an expression.
type SyntaxError struct {
	Text   string
	Offset int    // in bytes from the start of Text
	Msg    string // what was expected there, and what was found
}

func (e *SyntaxError) Error() string {
	const around = 30 // a text may be a million characters long
	from, to := max(e.Offset-around, 0), min(e.Offset+around, len(e.Text))
	for from > 0 && !utf8.RuneStart(e.Text[from]) {
		from--
	}
	for to < len(e.Text) && !utf8.RuneStart(e.Text[to]) {
		to++
	}
	text := e.Text[from:to]
	if from > 0 {
		text = "…" + text
	}
	if to < len(e.Text) {
		text += "…"
	}
	return fmt.Sprintf("symbolic: offset %d of %q: %s", e.Offset, text, e.Msg)
}

// Parse reads an expression in ordinary notation. The operators, from the
// weakest:
//
//	||
//	&&
//	< <= > >= == !=    do not chain: write a < b && b < c
//	+ -
//	* /
//	- !                before an operand; -x^2 is -(x^2)
//	^ or **            then an integer: x^2, x^-2, x^(-2); does not chain
//
// The binary operators associate to the left. The functions are sqrt(a), abs(a),
// min(a, b), max(a, b), fma(a, b, c) and select(cond, a, b). Any other name (see
// [IsName]) is a variable, except inf and nan, which are float64 constants.
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
func Parse(text string) (Expr, error) {
	p := parser{text: text}
	e, err := p.parse()
	if err != nil {
		return Expr{}, err
	}
	return e, nil
}

// MustParse is [Parse] for texts known to be right: it panics on an error.
func MustParse(text string) Expr {
	e, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return e
}

var functions = map[string]Op{
	"sqrt": OpSqrt, "abs": OpAbs, "min": OpMin, "max": OpMax, "fma": OpFMA, "select": OpSelect,
}

// binary is in the order in which the operators are tried: <= before <.
var binary = []struct {
	text string
	op   Op
}{
	{"||", OpOr}, {"&&", OpAnd},
	{"<=", OpLe}, {">=", OpGe}, {"==", OpEq}, {"!=", OpNe}, {"<", OpLt}, {">", OpGt},
	{"+", OpAdd}, {"-", OpSub}, {"*", OpMul}, {"/", OpDiv},
}

// parser keeps a stack of operands and one of what waits for operands to come
// (Dijkstra's shunting yard), so that depth costs memory and nothing else.
type parser struct {
	text     string
	at       int // the offset of what comes next, past white space
	operands []Expr
	waiting  []waiting
}

// waiting is an operator, or an open parenthesis, which a call's also is.
type waiting struct {
	op   Op   // of an operator or a call; 0 (which is no operation) of a parenthesis
	open bool // a parenthesis or a call

	// Of a parenthesis or a call: its offset, and the number of operands before.
	at, base int
}

func (p *parser) fail(at int, format string, args ...any) error {
	return &SyntaxError{Text: p.text, Offset: at, Msg: fmt.Sprintf(format, args...)}
}

// expected is the error that what stands at the offset is not what is expected.
func (p *parser) expected(at int, what string) error {
	return p.fail(at, "expected %s, found %s", what, p.token(at))
}

// token describes what stands at an offset: a word, a number, or one character.
func (p *parser) token(at int) string {
	const most = 40 // bytes
	if at == len(p.text) {
		return "the end"
	}
	_, end := utf8.DecodeRuneInString(p.text[at:])
	for i, r := range p.text[at:] {
		if i > most || !isNameRune(r, false) && r != '.' {
			break
		}
		end = i + utf8.RuneLen(r)
	}
	return strconv.Quote(p.text[at : at+end])
}

func (p *parser) skip() {
	for p.at < len(p.text) {
		if c := p.text[p.at]; ' ' < c && c < utf8.RuneSelf {
			return
		}
		r, n := utf8.DecodeRuneInString(p.text[p.at:])
		if !unicode.IsSpace(r) {
			return
		}
		p.at += n
	}
}

// next reports whether this text comes next.
func (p *parser) next(text string) bool { return strings.HasPrefix(p.text[p.at:], text) }

// accept takes this text, if it comes next.
func (p *parser) accept(text string) bool {
	if !p.next(text) {
		return false
	}
	p.at += len(text)
	p.skip()
	return true
}

func (p *parser) parse() (Expr, error) {
	p.skip()
	for {
		for complete := false; !complete; {
			var err error
			if complete, err = p.operand(); err != nil {
				return Expr{}, err
			}
		}
		for complete := true; complete; {
			if p.at == len(p.text) {
				return p.end()
			}
			var err error
			if complete, err = p.operator(); err != nil {
				return Expr{}, err
			}
		}
	}
}

// end is the text's end after an operand.
func (p *parser) end() (Expr, error) {
	if open := p.close(); open != nil {
		return Expr{}, p.fail(p.at, "expected \")\" for the \"(\" %d bytes before, found the end", p.at-open.at)
	}
	return p.operands[0], nil
}

// operand takes what can stand where an operand is needed: an operand, and then
// it is complete, or what comes before one.
func (p *parser) operand() (complete bool, err error) {
	at := p.at
	switch {
	case p.accept("("):
		p.waiting = append(p.waiting, waiting{open: true, at: at, base: len(p.operands)})
		return false, nil
	case p.accept("!"):
		p.waiting = append(p.waiting, waiting{op: OpNot})
		return false, nil
	case p.accept("-"):
		e, ok, err := p.constant()
		if v, float := e.Float64(); float && !p.power() {
			p.operands = append(p.operands, Const(-v))
			return true, nil
		}
		p.waiting = append(p.waiting, waiting{op: OpNeg})
		if ok {
			p.operands = append(p.operands, e)
		}
		return ok, err
	}

	if e, ok, err := p.constant(); ok || err != nil {
		p.operands = append(p.operands, e)
		return ok, err
	}
	name := p.word()
	if name == "" {
		return false, p.expected(at, "an operand")
	}
	p.at += len(name)
	p.skip()
	open := p.at
	if !p.accept("(") {
		p.operands = append(p.operands, variable(name))
		return true, nil
	}
	op, ok := functions[name]
	if !ok {
		return false, p.expected(at, "a function (abs, fma, max, min, select, sqrt)")
	}
	if p.next(")") {
		return false, p.arity(op, 0, p.at)
	}
	p.waiting = append(p.waiting, waiting{op: op, open: true, at: open, base: len(p.operands)})
	return false, nil
}

func (p *parser) arity(op Op, found, at int) error {
	return p.fail(at, "expected %d argument(s) of %s, found %d", ops[op].args, op, found)
}

// operator takes what can follow an operand: what completes a larger one, or
// what needs another.
func (p *parser) operator() (complete bool, err error) {
	at := p.at
	if p.power() {
		return true, p.exponent()
	}
	switch {
	case p.next(")"):
		open := p.close()
		if open == nil {
			return false, p.expected(at, "an operator or the end")
		}
		if found := len(p.operands) - open.base; open.op != 0 && found != ops[open.op].args {
			return false, p.arity(open.op, found, at)
		}
		p.waiting = p.waiting[:len(p.waiting)-1]
		if open.op != 0 {
			p.apply(open.op)
		}
		p.accept(")")
		return true, nil
	case p.next(","):
		if open := p.close(); open == nil || open.op == 0 {
			return false, p.expected(at, "an operator")
		}
		p.accept(",")
		return false, nil
	}
	for _, b := range binary {
		if !p.accept(b.text) {
			continue
		}
		prec := ops[b.op].prec
		p.reduce(prec + 1)
		if n := len(p.waiting); prec == precCompare && n > 0 && ops[p.waiting[n-1].op].prec == prec {
			return false, p.fail(at, "expected && or ||, found %q: comparisons do not chain", b.text)
		}
		p.reduce(prec)
		p.waiting = append(p.waiting, waiting{op: b.op})
		return false, nil
	}
	return false, p.expected(at, "an operator")
}

// power reports whether a power comes next.
func (p *parser) power() bool { return p.next("^") || p.next("**") }

// exponent takes a power and raises the last operand, since nothing that waits
// binds more strongly.
func (p *parser) exponent() error {
	if !p.accept("^") {
		p.accept("**")
	}
	paren := p.accept("(")
	at := p.at
	neg := p.accept("-")
	if !neg {
		p.accept("+")
	}
	e, ok, err := p.constant()
	if err != nil {
		return err
	}
	if neg {
		e = e.Neg()
	}
	n, fits := small(e.n)
	if !ok || e.Op() != OpNumber || !fits || int64(int(n)) != n {
		return p.expected(at, "an integer exponent")
	}
	if paren && !p.accept(")") {
		return p.expected(p.at, "\")\"")
	}
	if p.power() {
		return p.expected(p.at, "an operator other than ^, which does not chain")
	}
	last := &p.operands[len(p.operands)-1]
	*last = last.Pow(int(n))
	return nil
}

// close completes what stands since the innermost open parenthesis or call, and
// returns that; nil if none is open.
func (p *parser) close() *waiting {
	p.reduce(0)
	if len(p.waiting) == 0 {
		return nil
	}
	return &p.waiting[len(p.waiting)-1]
}

// reduce applies the waiting operators, back to an opening, that bind at least
// this strongly.
func (p *parser) reduce(prec int) {
	for n := len(p.waiting); n > 0; n-- {
		w := p.waiting[n-1]
		if w.open || ops[w.op].prec < prec {
			return
		}
		p.waiting = p.waiting[:n-1]
		p.apply(w.op)
	}
}

// apply puts an operation in the place of its operands.
func (p *parser) apply(op Op) {
	n := len(p.operands) - ops[op].args
	args := p.operands[n:]
	var e Expr
	switch op {
	case OpAdd, OpSub, OpMul, OpDiv:
		e = arithmetic(op, args[0], args[1])
	case OpNeg:
		e = args[0].Neg()
	default:
		var k [3]*node
		for i, a := range args {
			k[i] = a.n
		}
		e = term(op, k[0], k[1], k[2])
	}
	p.operands = append(p.operands[:n], e)
}

// word is the name that comes next, if one does.
func (p *parser) word() string {
	rest := p.text[p.at:]
	for i, r := range rest {
		if !isNameRune(r, i == 0) {
			return rest[:i]
		}
	}
	return rest
}

// constant takes a literal, or inf or nan, if one comes next.
func (p *parser) constant() (e Expr, ok bool, err error) {
	switch word := p.word(); word {
	case "":
	case "inf":
		e, ok = Const(math.Inf(1)), true
	case "nan":
		e, ok = Const(math.NaN()), true
	default:
		return Expr{}, false, nil
	}
	n := 3
	if !ok {
		var float, hex bool
		if n, float, hex = number(p.text[p.at:]); n == 0 {
			return Expr{}, false, nil
		}
		digits := p.text[p.at : p.at+n]
		switch {
		case float:
			v, err := strconv.ParseFloat(digits, 64)
			if errors.Is(err, strconv.ErrRange) {
				return Expr{}, false, p.expected(p.at, "a number in the range of float64")
			}
			e = Const(v)
		case hex:
			v, _ := new(big.Int).SetString(digits[2:], 16)
			e = Exact(new(big.Rat).SetInt(v))
		case n <= 18:
			v, _ := strconv.ParseInt(digits, 10, 64)
			e = Int(v)
		default:
			e = Exact(new(big.Rat).SetInt(bigInt(digits)))
		}
	}
	p.at += n
	p.skip()
	return e, true, nil
}

// number returns the length of the literal with which the text starts, 0 if it
// starts with none. What is no part of a complete literal is left: 2x is 2, and
// then an error.
func number(s string) (n int, float, hex bool) {
	digit := func(c byte) bool { return '0' <= c && c <= '9' }
	mark := byte('e') // of the exponent
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		digit = func(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }
		mark = 'p'
		hex = true
		n = 2
	}
	run := func(n int, digit func(byte) bool) int {
		for n < len(s) && digit(s[n]) {
			n++
		}
		return n
	}
	start := n
	n = run(n, digit)
	whole := n // the end of an integer
	digits := n - start
	if n < len(s) && s[n] == '.' {
		float = true
		n = run(n+1, digit)
		digits += n - whole - 1
	}
	if digits > 0 && n < len(s) && s[n]|0x20 == mark {
		m := n + 1
		if m < len(s) && (s[m] == '+' || s[m] == '-') {
			m++
		}
		if end := run(m, func(c byte) bool { return '0' <= c && c <= '9' }); end > m {
			return end, true, hex
		}
	}
	switch {
	case hex && whole == start: // 0x and no integer: the 0
		return 1, false, false
	case hex: // 0x1.8 is no literal without its exponent
		return whole, false, true
	case digits == 0:
		return 0, false, false
	}
	return n, float, hex
}

// bigInt reads decimal digits. big.Int takes time quadratic in their number;
// halves are read apart and joined in the time of its multiplication.
func bigInt(digits string) *big.Int {
	const chunk = 1000
	var powers []*big.Int // 10^chunk, 10^(2*chunk), 10^(4*chunk) …
	for n := chunk; n < len(digits); n *= 2 {
		p := new(big.Int)
		if len(powers) == 0 {
			p.Exp(big.NewInt(10), big.NewInt(chunk), nil)
		} else {
			last := powers[len(powers)-1]
			p.Mul(last, last)
		}
		powers = append(powers, p)
	}
	var read func(digits string, level int) *big.Int
	read = func(digits string, level int) *big.Int {
		for ; level > 0; level-- {
			if cut := len(digits) - chunk<<(level-1); cut > 0 {
				hi, lo := read(digits[:cut], level-1), read(digits[cut:], level-1)
				return lo.Add(lo, hi.Mul(hi, powers[level-1]))
			}
		}
		v, _ := new(big.Int).SetString(digits, 10)
		return v
	}
	return read(digits, len(powers))
}
