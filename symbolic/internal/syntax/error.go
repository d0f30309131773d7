package syntax

import (
	"fmt"
	"unicode/utf8"
)

// Error says where a text is not a term.
type Error struct {
	Text   string
	Offset int    // in bytes from the start of Text
	Msg    string // what was expected there, and what was found
}

// Error shows the place alone: a text may be a million characters long.
func (e *Error) Error() string {
	const around = 30
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
	return fmt.Sprintf("offset %d of %q: %s", e.Offset, text, e.Msg)
}
