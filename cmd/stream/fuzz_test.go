package main

import (
	"strings"
	"testing"
)

// FuzzFlags: no arguments make parseFlags panic, and what it refuses it refuses
// with a message.
func FuzzFlags(f *testing.F) {
	for _, text := range []string{"", "-only copy,dot -n 3", "--csv=1 -s=7", "-plot x.png -profile x.png", "-nt maybe", "-order", "- -- ---csv =", "-device 0"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := parseFlags(strings.Fields(text)); err != nil && err.Error() == "" {
			t.Errorf("%q is refused without a word", text)
		}
	})
}
