package symbolic

// SExpr is e as an S-expression: (+ x (* 2 y)). Heads are the operators, neg, and
// the names of functions. [ParseSExpr] reads it back: canonical terms stand in
// (canonical …), faithful ones within those in (faithful …). A subterm is written
// out wherever it occurs.
func SExpr(e Expr) string {
	type piece struct {
		text string
		n    *node
		mode int8 // 1: canonical from here on, -1: faithful
	}
	var b []byte
	todo := []piece{{n: e.n}}
	text := func(s string) { todo = append(todo, piece{text: s}) }
	p := printer{} // for its marks
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch {
		case t.mode != 0:
			p.canonical = t.mode > 0
			continue
		case t.text != "":
			b = append(b, t.text...)
			continue
		}
		e := Expr{t.n}
		op := e.Op()
		switch op {
		case OpNumber, OpFloat, OpVar:
			b = e.appendLeaf(b)
			continue
		}
		if mark := p.mark(t.n); mark != "" {
			b = append(b, '(')
			b = append(b, mark...)
			b = append(b, ' ')
			text(")")
			back := int8(-1)
			if p.canonical {
				back = 1
			}
			todo = append(todo, piece{mode: back})
			p.canonical = !p.canonical
		}
		b = append(b, '(')
		b = append(b, e.head()...)
		text(")")
		if op == OpPow {
			text(Int(e.Exponent()).String())
			text(" ")
		}
		for i := e.NumArgs() - 1; i >= 0; i-- {
			todo = append(todo, piece{n: e.arg(i).n})
			text(" ")
		}
	}
	return string(b)
}

// head is the word or sign at the head of e in an S-expression.
func (e Expr) head() string {
	switch op := e.Op(); op {
	case OpCall:
		return e.Func().Name
	case OpAdd, OpSum:
		return "+"
	case OpSub:
		return "-"
	case OpMul, OpProduct:
		return "*"
	case OpDiv:
		return "/"
	case OpPow, OpPower:
		return "^"
	case OpLt:
		return "<"
	case OpLe:
		return "<="
	case OpGt:
		return ">"
	case OpGe:
		return ">="
	case OpEq:
		return "=="
	case OpNe:
		return "!="
	case OpAnd:
		return "&&"
	case OpOr:
		return "||"
	case OpNot:
		return "!"
	default:
		return ops[op].name
	}
}
