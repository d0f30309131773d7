package cost

import "strings"

// Error says what is wrong with a table, and where.
type Error struct {
	Table  string // the table's name, if it is known
	Op     string // the operation concerned, if it is one
	Reason string
	Err    error // the cause, if there is one: of reading or writing
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("cost: ")
	if e.Table != "" {
		b.WriteString("table " + e.Table + ": ")
	}
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	b.WriteString(e.Reason)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }
