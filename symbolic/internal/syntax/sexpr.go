package syntax

// ParseSExpr reads a term written as an S-expression: an atom, or a head and its
// arguments in parentheses, (+ a (* 2 b)). Atoms are names, elements of
// variables as x[1,2], and numbers as in [Parse], each of which can have a minus
// before it without space (-x is no atom), and can be a quotient of integers,
// -1/3. Heads are
//
//   - * && ||              two arguments or more, taken two by two from the left
//   - one or two
//     / < <= > >= == != ^    two
//     neg !                  one
//
// and the names of functions.
func ParseSExpr[T any](text string, b Builder[T]) (t T, err *Error) {
	r := sexpr[T]{scanner: scanner{text: text}, b: b}
	r.slots, _ = b.(SlotBuilder[T])
	return r.parse()
}

// sexpr keeps the arguments that were read and the lists that are open.
type sexpr[T any] struct {
	scanner
	b     Builder[T]
	slots SlotBuilder[T]
	args  []T
	lists []list
}

type list struct {
	op   Operator // 0 of a call
	call string
	at   int // the offset of the parenthesis
	base int // the number of arguments before
	last int // the offset of the last argument
}

func (r *sexpr[T]) parse() (t T, err *Error) {
	r.skip()
	for {
		switch {
		case r.next("("):
			err = r.open()
		case len(r.lists) > 0 && r.next(")"):
			err = r.close()
		case len(r.lists) > 0 && r.at == len(r.text):
			at := r.lists[len(r.lists)-1].at
			err = r.fail(r.at, "expected \")\" for the \"(\" %d bytes before, found the end", r.at-at)
		default:
			err = r.atom()
		}
		if err != nil {
			return t, err
		}
		r.skip()
		if len(r.lists) == 0 {
			break
		}
	}
	if r.at < len(r.text) {
		return t, r.expected(r.at, "the end")
	}
	return r.args[0], nil
}

// open takes a parenthesis and the head after it.
func (r *sexpr[T]) open() *Error {
	l := list{at: r.at, base: len(r.args)}
	if n := len(r.lists); n > 0 {
		r.lists[n-1].last = r.at
	}
	r.accept("(")
	at := r.at
	if name := r.word(); name == Neg.String() {
		l.op = Neg
		r.at += len(name)
	} else if name != "" {
		if expected := r.b.Function(name); expected != "" {
			return r.expected(at, expected)
		}
		l.call = name
		r.at += len(name)
	} else {
		switch l.op = binary(r.text[at:]); {
		case l.op != 0:
		case r.next("^"):
			l.op = Pow
		case r.next("!"):
			l.op = Not
		default:
			return r.expected(at, "an operator or a function")
		}
		r.at += len(operators[l.op].text)
	}
	end := r.at
	if r.skip(); r.at == end && end < len(r.text) && !r.next("(") && !r.next(")") {
		return r.expected(end, "white space after the head")
	}
	r.lists = append(r.lists, l)
	return nil
}

// close takes a parenthesis and puts the term in the place of its arguments.
func (r *sexpr[T]) close() *Error {
	l := &r.lists[len(r.lists)-1]
	args := r.args[l.base:]
	n := len(args)
	var t T
	arity := "" // what was expected instead of n arguments
	switch {
	case l.op == 0:
		t, arity = r.b.Call(l.call, args)
	case n == 1 && operators[l.op].unary:
		t = r.b.Unary(l.op, args[0])
	case n == 1 && l.op == Sub:
		t = r.b.Unary(Neg, args[0])
	case n == 2 && l.op == Pow:
		var expected string
		if t, expected = r.b.Power(args[0], args[1]); expected != "" {
			return r.expected(l.last, expected)
		}
	case n == 2 && !operators[l.op].unary, n > 2 && l.op.folds():
		t = args[0]
		for _, a := range args[1:] {
			t = r.b.Binary(l.op, t, a)
		}
	default:
		arity = l.op.arity()
	}
	if arity != "" {
		return r.fail(r.at, "expected %s, found %d", arity, n)
	}
	r.at++
	r.args = append(r.args[:l.base], t)
	r.lists = r.lists[:len(r.lists)-1]
	return nil
}

// atom takes a number, a variable or a slot.
func (r *sexpr[T]) atom() *Error {
	at := r.at
	if r.slots != nil && r.next("?") {
		t, err := slot(&r.scanner, r.slots)
		if err != nil {
			return err
		}
		return r.add(t, at)
	}
	neg := r.next("-")
	if neg {
		r.at++
	}
	l, ok, err := r.literal()
	switch {
	case err != nil:
		return err
	case ok && l.float:
		if neg {
			l.v = -l.v
		}
		t, expected := r.b.Float(l.v)
		if expected != "" {
			return r.expected(at, expected)
		}
		return r.add(t, at)
	case ok:
		t := r.b.Number(l.n, l.big)
		if neg {
			t = r.b.Unary(Neg, t)
		}
		if r.next("/") {
			r.at++
			l, ok, err := r.literal()
			if err != nil {
				return err
			}
			if !ok || l.float {
				return r.expected(r.at, "an integer")
			}
			t = r.b.Binary(Div, t, r.b.Number(l.n, l.big))
		}
		return r.add(t, at)
	}
	name := r.word()
	if neg || name == "" {
		return r.expected(at, "a number, a name or \"(\"")
	}
	r.at += len(name)
	var index []int
	if r.next("[") {
		at = r.at
		r.accept("[")
		if index, err = r.index(); err != nil {
			return err
		}
	}
	t, expected := r.b.Variable(name, index)
	if expected != "" {
		return r.expected(at, expected)
	}
	return r.add(t, at)
}

// add takes an atom as an argument. Something must come between it and the next.
func (r *sexpr[T]) add(t T, at int) *Error {
	if end := r.at; end < len(r.text) && !r.next("(") && !r.next(")") {
		if r.skip(); r.at == end {
			return r.expected(end, "white space")
		}
	}
	if n := len(r.lists); n > 0 {
		r.lists[n-1].last = at
	}
	r.args = append(r.args, t)
	return nil
}
