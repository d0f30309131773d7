package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/triad-go/triad/stream"
)

// progress is one line on a terminal that says what is being measured.
type progress struct {
	w       io.Writer // nil: no terminal
	last    time.Time
	printed bool
}

func newProgress(w io.Writer) *progress {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return &progress{w: w}
		}
	}
	return &progress{}
}

// callback is what stream.Config takes; nil where there is nobody to see it, so
// that nothing at all happens between launches then.
func (p *progress) callback() func(stream.Progress) {
	if p.w == nil {
		return nil
	}
	return func(at stream.Progress) {
		if now := time.Now(); now.Sub(p.last) >= 100*time.Millisecond {
			p.last, p.printed = now, true
			fmt.Fprintf(p.w, "\r%s: %s %d/%d\x1b[K", at.Executor, at.Kernel, at.Round+1, at.Rounds)
		}
	}
}

// clear takes the line away.
func (p *progress) clear() {
	if p.printed {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
