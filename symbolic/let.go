package symbolic

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/triad-go/triad/symbolic/internal/syntax"
)

// Let is the text of expressions with a name for each subterm that is used more
// than once, so that its length is linear in the size of their DAG:
//
//	t1 = x + y;
//	t2 = t1*t1;
//	t2 + t1
//
// Definitions come first, each but the results ended by a semicolon and a line
// break. What is defined and the results are as [Parse] reads them, canonical
// terms marked canonical(…); the names t1, t2 … are none of a variable in the
// expressions. [ParseLet] reads it back.
func Let(exprs ...Expr) string {
	roots := make([]*node, len(exprs))
	for i, e := range exprs {
		roots[i] = e.n
	}
	order := postorder(roots)
	uses := make(map[*node]int, len(order))
	for _, n := range roots {
		uses[n]++
	}
	var buf []*node
	for _, n := range order {
		buf = kids(n, buf[:0])
		for _, k := range buf {
			uses[k]++
		}
	}
	taken := map[string]bool{}
	for _, n := range order {
		if n.op == OpVar {
			taken[n.far.name] = true
		}
	}
	p := printer{names: map[*node]string{}}
	last := 0
	for _, n := range order {
		switch n.op {
		case OpNumber, OpFloat, OpVar:
			continue
		}
		if uses[n] < 2 {
			continue
		}
		name := ""
		for name == "" || taken[name] {
			last++
			name = "t" + strconv.Itoa(last)
		}
		p.b = append(p.b, name...)
		p.b = append(p.b, " = "...)
		p.root = n
		p.print(n)
		p.b = append(p.b, ";\n"...)
		p.names[n] = name
	}
	p.root = nil
	for i, e := range exprs {
		if i > 0 {
			p.b = append(p.b, ";\n"...)
		}
		p.print(e.n)
	}
	return string(p.b)
}

// postorder is every term of which the roots are made, as kids has it, and the
// roots, after its parts.
func postorder(roots []*node) (order []*node) {
	seen := map[*node]bool{} // false while its parts are not done
	var todo []*node
	for i := len(roots) - 1; i >= 0; i-- {
		todo = append(todo, roots[i])
	}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		done, met := seen[n]
		if n == nil || done {
			todo = todo[:len(todo)-1]
			continue
		}
		if met {
			todo = todo[:len(todo)-1]
			seen[n] = true
			order = append(order, n)
			continue
		}
		seen[n] = false
		from := len(todo)
		todo = kids(n, todo)
		for i, j := from, len(todo)-1; i < j; i, j = i+1, j-1 { // the first comes first
			todo[i], todo[j] = todo[j], todo[i]
		}
	}
	return order
}

// ParseLet reads definitions and expressions as [Let] writes them, and returns
// the expressions. Statements are separated by semicolons: name = expression
// defines what the name stands for from there on; any other is a result. The
// error is a *[SyntaxError].
func ParseLet(text string) ([]Expr, error) {
	b := &builder{names: map[string]Expr{}}
	var results []Expr
	at := 0
	for {
		name, start := definition(text, at)
		d, end, err := syntax.ParseUntil(text, start, syntax.Builder[draft](b), ";")
		if err != nil {
			return nil, (*SyntaxError)(err)
		}
		if name == "" {
			results = append(results, d.finish())
		} else {
			b.names[name] = d.finish()
		}
		at = min(end+1, len(text))
		if rest := strings.TrimSpace(text[at:]); rest == "" && name == "" {
			return results, nil
		} else if rest == "" {
			return nil, &SyntaxError{Text: text, Offset: len(text), Msg: "expected an expression after the definitions, found the end"}
		}
	}
}

// definition is the name that a statement defines, and where its expression
// starts; "" for a statement without one.
func definition(text string, at int) (name string, start int) {
	rest := strings.TrimLeft(text[at:], " \t\r\n")
	end := strings.IndexFunc(rest, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end <= 0 || !IsName(rest[:end]) {
		return "", at
	}
	after := strings.TrimLeft(rest[end:], " \t\r\n")
	if !strings.HasPrefix(after, "=") || strings.HasPrefix(after, "==") {
		return "", at
	}
	return rest[:end], len(text) - len(after) + 1
}
