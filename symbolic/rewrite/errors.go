package rewrite

import (
	"fmt"
	"strings"
)

// RuleError says why a text or a pattern is no rule.
type RuleError struct {
	Rule   string // the text; of a rule made in Go, its name
	Offset int    // in bytes from the start of the text; -1 of a rule made in Go
	Msg    string // what was expected there, and what was found
}

func (e *RuleError) Error() string {
	const most = 200
	text := e.Rule
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	if e.Offset < 0 {
		return fmt.Sprintf("rewrite: rule %q: %s", text, e.Msg)
	}
	return fmt.Sprintf("rewrite: rule %q: offset %d: %s", text, e.Offset, e.Msg)
}

// BudgetError says that rewriting was stopped, since it did not end within its
// [Limits].
type BudgetError struct {
	What  string   // what was counted: "firings", "rounds", "steps of matching", or "loop"
	Limit int      // how many were allowed
	Rules []string // the rules that fired last, the last one last; for steps of matching, the rule that was matched
}

func (e *BudgetError) Error() string {
	rules := ""
	if len(e.Rules) > 0 {
		rules = "; last rules: " + strings.Join(e.Rules, ", ")
	}
	if e.What == "loop" {
		return "rewrite: a term becomes one that it is part of, without end" + rules
	}
	return fmt.Sprintf("rewrite: stopped after %d %s%s", e.Limit, e.What, rules)
}

// PanicError is a panic in a function that a user gave: a predicate, a
// condition or a right side.
type PanicError struct {
	Where string // the rule's name, or what else called the function
	Value any    // what it panicked with
	Stack []byte // where
}

func (e *PanicError) Error() string { return fmt.Sprintf("rewrite: %s: panic: %v", e.Where, e.Value) }

// Unwrap is the value of the panic if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
