package syntax

// Parse reads a term in ordinary notation. The operators, from the weakest:
//
//	||
//	&&
//	< <= > >= == !=    do not chain: write a < b && b < c
//	+ -
//	* /
//	- !                before an operand; -x^2 is -(x^2)
//	^ or **            does not chain; its right operand is a number, a variable,
//	                   a call or in parentheses, and may have a minus before it
//
// The binary operators associate to the left. A name before a parenthesis is
// called; any other name is a variable, x, or an element of one, x[1,2], except
// inf and nan, which are floats.
//
// An integer literal, decimal or hexadecimal, is exact and of any length; one
// with a point or an exponent (or both; 0x1.8p-3 too) is the nearest float64.
func Parse[T any](text string, b Builder[T]) (t T, err *Error) {
	t, _, err = ParseUntil(text, 0, b)
	return t, err
}

// ParseUntil reads the term that starts at this offset and ends with the text,
// or before the first of the stops that comes outside parentheses where an
// operator could. It returns the offset of the end.
func ParseUntil[T any](text string, at int, b Builder[T], stops ...string) (t T, end int, err *Error) {
	p := parser[T]{scanner: scanner{text: text, at: at}, b: b, stops: stops}
	p.slots, _ = b.(SlotBuilder[T])
	return p.parse()
}

// parser keeps a stack of operands and one of what waits for operands to come
// (Dijkstra's shunting yard).
type parser[T any] struct {
	scanner  // past white space
	b        Builder[T]
	slots    SlotBuilder[T]
	stops    []string
	operands []T
	waiting  []waiting
	raised   bool // the last operand is a power without parentheses
}

// waiting is an operator, or an open parenthesis, which a call's also is.
type waiting struct {
	op   Operator // 0 of a parenthesis
	call string   // the name, of a call's parenthesis
	at   int      // the offset of a parenthesis; of a power, that of its exponent
	base int      // of a parenthesis, the number of operands before
}

func (w *waiting) open() bool { return w.op == 0 }

func (p *parser[T]) parse() (t T, end int, err *Error) {
	p.skip()
	for {
		for complete := false; !complete; {
			if complete, err = p.operand(); err != nil {
				return t, 0, err
			}
		}
		for complete := true; complete; {
			if p.at == len(p.text) || p.stop() {
				return p.end()
			}
			if complete, err = p.operator(); err != nil {
				return t, 0, err
			}
		}
	}
}

// stop reports whether the term ends here.
func (p *parser[T]) stop() bool {
	for _, s := range p.stops {
		if p.next(s) {
			// A word ends where the name does: if, not iffy.
			return !isNameRune(rune(s[0]), true) || len(p.word()) == len(s)
		}
	}
	return false
}

// end is the term's end after an operand.
func (p *parser[T]) end() (t T, end int, err *Error) {
	if open := p.close(); open != nil {
		if p.at < len(p.text) {
			return t, 0, p.expected(p.at, "an operator")
		}
		return t, 0, p.fail(p.at, "expected \")\" for the \"(\" %d bytes before, found the end", p.at-open.at)
	}
	return p.operands[0], p.at, nil
}

// operand takes what can stand where an operand is needed: an operand, and then
// it is complete, or what comes before one.
func (p *parser[T]) operand() (complete bool, err *Error) {
	at := p.at
	top := p.top()
	exponent := top != nil && top.op == Pow
	if p.accept("(") {
		p.push(waiting{at: at, base: len(p.operands)})
		if exponent {
			p.accept("+") // x^(+2)
		}
		return false, nil
	}
	if !p.inExponent() && p.accept("!") {
		p.push(waiting{op: Not})
		return false, nil
	}
	neg := false
	if exponent || !p.inExponent() {
		neg = p.accept("-")
		if exponent && !neg {
			p.accept("+")
		}
	}
	l, ok, err := p.literal()
	if err != nil {
		return false, err
	}
	if ok {
		p.skip()
		if neg && l.float && !p.power() {
			l.v = -l.v
		} else if neg {
			p.push(waiting{op: Neg})
		}
		if !l.float {
			return true, p.complete(p.b.Number(l.n, l.big))
		}
		t, expected := p.b.Float(l.v)
		if expected != "" {
			return false, p.expected(at, expected)
		}
		return true, p.complete(t)
	}
	if neg {
		p.push(waiting{op: Neg})
		return false, nil
	}
	if p.slots != nil && p.next("?") {
		t, err := slot(&p.scanner, p.slots)
		if err != nil {
			return false, err
		}
		p.skip()
		return true, p.complete(t)
	}
	at = p.at
	name := p.word()
	if name == "" {
		if p.inExponent() {
			return false, p.expected(at, "an exponent")
		}
		return false, p.expected(at, "an operand")
	}
	p.at += len(name)
	p.skip()
	open := p.at
	if p.accept("(") {
		if expected := p.b.Function(name); expected != "" {
			return false, p.expected(at, expected)
		}
		if p.next(")") {
			return true, p.call(name, len(p.operands))
		}
		p.push(waiting{call: name, at: open, base: len(p.operands)})
		return false, nil
	}
	var index []int
	if p.accept("[") {
		if index, err = p.index(); err != nil {
			return false, err
		}
		p.skip()
	}
	t, expected := p.b.Variable(name, index)
	if expected != "" {
		if index != nil {
			at = open
		}
		return false, p.expected(at, expected)
	}
	return true, p.complete(t)
}

// operator takes what can follow an operand: what completes a larger one, or
// what needs another.
func (p *parser[T]) operator() (complete bool, err *Error) {
	at := p.at
	switch {
	case p.power():
		if p.raised {
			return false, p.expected(at, "an operator other than ^, which does not chain")
		}
		if !p.accept("^") {
			p.accept("**")
		}
		p.push(waiting{op: Pow, at: p.at})
		return false, nil
	case p.next(")"):
		open := p.close()
		if open == nil {
			return false, p.expected(at, "an operator or the end")
		}
		p.waiting = p.waiting[:len(p.waiting)-1]
		if open.call != "" {
			return true, p.call(open.call, open.base)
		}
		p.accept(")")
		last := len(p.operands) - 1
		t := p.operands[last]
		p.operands = p.operands[:last]
		return true, p.complete(t)
	case p.next(","):
		if open := p.close(); open == nil || open.call == "" {
			return false, p.expected(at, "an operator")
		}
		p.accept(",")
		return false, nil
	}
	op := binary(p.text[at:])
	if op == 0 {
		return false, p.expected(at, "an operator")
	}
	prec := operators[op].prec
	p.reduce(prec + 1)
	if top := p.top(); prec == precCompare && top != nil && operators[top.op].prec == prec {
		return false, p.fail(at, "expected && or ||, found %q: comparisons do not chain", op)
	}
	p.reduce(prec)
	p.accept(operators[op].text)
	p.push(waiting{op: op})
	return false, nil
}

func (p *parser[T]) push(w waiting) { p.waiting = append(p.waiting, w) }

// top is what waits last, nil if nothing does.
func (p *parser[T]) top() *waiting {
	if len(p.waiting) == 0 {
		return nil
	}
	return &p.waiting[len(p.waiting)-1]
}

// power reports whether a power comes next.
func (p *parser[T]) power() bool { return p.next("^") || p.next("**") }

// inExponent reports whether what is needed is an exponent, perhaps after its
// minus.
func (p *parser[T]) inExponent() bool {
	n := len(p.waiting)
	return n > 0 && p.waiting[n-1].op == Pow || n > 1 && p.waiting[n-1].op == Neg && p.waiting[n-2].op == Pow
}

// complete takes an operand that is not part of a power to its right, and makes
// the power if the operand is an exponent.
func (p *parser[T]) complete(t T) *Error {
	p.operands = append(p.operands, t)
	if p.raised = p.inExponent(); !p.raised {
		return nil
	}
	if p.top().op == Neg {
		p.reduce(precUnary)
	}
	at := p.top().at
	p.waiting = p.waiting[:len(p.waiting)-1]
	n := len(p.operands) - 1
	t, expected := p.b.Power(p.operands[n-1], p.operands[n])
	if expected != "" {
		return p.expected(at, expected)
	}
	p.operands = p.operands[:n]
	p.operands[n-1] = t
	return nil
}

// call applies a function to the operands from base; its closing parenthesis
// comes next.
func (p *parser[T]) call(name string, base int) *Error {
	args := p.operands[base:]
	t, expected := p.b.Call(name, args)
	if expected != "" {
		return p.fail(p.at, "expected %s, found %d", expected, len(args))
	}
	p.accept(")")
	p.operands = p.operands[:base]
	return p.complete(t)
}

// close completes what stands since the innermost open parenthesis or call, and
// returns that; nil if none is open.
func (p *parser[T]) close() *waiting {
	p.reduce(0)
	return p.top()
}

// reduce applies the waiting operators, back to an opening or a power, that bind
// at least this strongly.
func (p *parser[T]) reduce(prec int) {
	for n := len(p.waiting); n > 0; n-- {
		w := p.waiting[n-1]
		if w.open() || w.op == Pow || operators[w.op].prec < prec {
			return
		}
		p.waiting = p.waiting[:n-1]
		last := len(p.operands) - 1
		if operators[w.op].unary {
			p.operands[last] = p.b.Unary(w.op, p.operands[last])
			continue
		}
		p.operands[last-1] = p.b.Binary(w.op, p.operands[last-1], p.operands[last])
		p.operands = p.operands[:last]
	}
}
