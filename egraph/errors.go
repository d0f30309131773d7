package egraph

import (
	"fmt"
	"strings"
)

// ContradictionError says that two different numbers would have become equal.
// The classes are not merged.
type ContradictionError struct {
	A, B string // the numbers
	// Proof tells how it came, if the graph explains (see [Explained]); else nil.
	Proof *Proof

	a, b uint32
}

func (e *ContradictionError) Error() string {
	s := fmt.Sprintf("egraph: contradiction: %s = %s", e.A, e.B)
	if e.Proof != nil {
		s += "\n" + e.Proof.String()
	}
	return s
}

// RuleError says why something is no rule, or none for a graph.
type RuleError struct {
	Rule   string // the name, or the text
	Offset int    // in bytes from the start of the text; -1 if what is wrong is not in one place of a text
	Msg    string // what was expected, and what was found
	Err    error  // what lies behind it, often nil
}

func (e *RuleError) Error() string {
	const most = 200
	text := e.Rule
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	if e.Offset < 0 {
		return fmt.Sprintf("egraph: rule %q: %s", text, e.Msg)
	}
	return fmt.Sprintf("egraph: rule %q: offset %d: %s", text, e.Offset, e.Msg)
}

func (e *RuleError) Unwrap() error { return e.Err }

// SyntaxError says why a text is no term.
type SyntaxError struct {
	Text   string
	Offset int    // in bytes
	Msg    string // what was expected there, and what was found
}

func (e *SyntaxError) Error() string {
	const most = 200
	text := e.Text
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return fmt.Sprintf("egraph: %q: offset %d: %s", text, e.Offset, e.Msg)
}

// LimitError says that a limit of a run is one that no run can have.
type LimitError struct {
	What  string // "iterations", "nodes", "classes" or "time"
	Limit int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("egraph: a limit of %d %s: expected one above 0", e.Limit, e.What)
}

// ProofError says why there is no proof, or why something is none.
type ProofError struct {
	Step string // the step that is wrong, as an equation; "" if it is not in one
	Rule string // the rule of that step, or what else is done in it
	Msg  string // what is wrong
}

func (e *ProofError) Error() string {
	if e.Step == "" {
		return "egraph: proof: " + e.Msg
	}
	return fmt.Sprintf("egraph: proof: step %s by %q: %s", e.Step, e.Rule, e.Msg)
}
