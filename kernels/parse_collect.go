package kernels

import (
	"errors"
	"fmt"
	"strings"

	"github.com/triad-go/triad/symbolic"
)

// span is a part of a text.
type span struct{ lo, hi int }

// collective recognises the call of a collective as a whole right side, and returns
// where its arguments lie.
func collective(s string) (Collective, []span) {
	at := leading(s)
	for c := range collectives {
		name := collectives[c].name
		rest, ok := strings.CutPrefix(s[at:], name)
		if !ok || name == "" || !strings.HasPrefix(strings.TrimSpace(rest), "(") {
			continue
		}
		lo := at + strings.IndexByte(s[at:], '(') + 1
		depth := 1
		var args []span
		for i := lo; i < len(s); i++ {
			switch s[i] {
			case '(':
				depth++
			case ',':
				if depth == 1 {
					args = append(args, span{lo, i})
					lo = i + 1
				}
			case ')':
				if depth--; depth == 0 {
					if strings.TrimSpace(s[i+1:]) != "" {
						return Elementwise, nil
					}
					return Collective(c), append(args, span{lo, i})
				}
			}
		}
	}
	return Elementwise, nil
}

// parseCollective reads the arguments of a call of c, which lie in text from at on.
func parseCollective(text string, at int, o *Output, c Collective, args []span, ops []*Operation) error {
	info := collectives[c]
	want := 1
	o.Collect = c
	if info.folds {
		want++
	}
	if info.by {
		want++
	}
	if len(args) != want {
		return &symbolic.SyntaxError{Text: text, Offset: at + args[0].lo, Msg: fmt.Sprintf("%s takes %d arguments", c, want)}
	}
	if info.folds {
		name := strings.TrimSpace(text[at+args[0].lo : at+args[0].hi])
		o.Reduce, o.Op = reductionOf(name), operationOf(ops, name)
		if o.Reduce == None && o.Op == nil {
			return &symbolic.SyntaxError{Text: text, Offset: at + args[0].lo, Msg: fmt.Sprintf("expected a reduction or an operation, found %q", name)}
		}
		args = args[1:]
	}
	var err error
	for i, to := range []*symbolic.Expr{&o.Expr, &o.By}[:len(args)] {
		lo, hi := at+args[i].lo, at+args[i].hi
		*to, err = symbolic.Parse(text[lo:hi])
		var syntax *symbolic.SyntaxError
		if errors.As(err, &syntax) {
			return &symbolic.SyntaxError{Text: text, Offset: lo + syntax.Offset, Msg: syntax.Msg}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
