package aot

import (
	"go/token"
	"go/types"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// taken are names that the output uses itself.
var taken = []string{"cpu", "fault", "fmt", "hi", "i", "lo", "math", "n", "ok", "u", "uniforms", "faults", "unsafe", "bits", "e", "j", "acc", "at", "b", "m"}

// namer gives out names of Go, each once.
type namer map[string]bool

func newNamer(also ...string) namer {
	n := namer{}
	for _, name := range append(taken, also...) {
		n[name] = true
	}
	return n
}

// name is a name for the parameter of that name, the same where it can be.
func (n namer) name(want string) string {
	want = strings.Trim(strings.Map(func(r rune) rune {
		if r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '_' // u[1,2] is a variable
	}, want), "_")
	if want == "" {
		want = "x"
	}
	for n[want] || token.IsKeyword(want) || types.Universe.Lookup(want) != nil || want == "_" || isValue(want) {
		want += "_"
	}
	n[want] = true
	return want
}

// isValue reports whether the name is one that a value gets: v and a number.
func isValue(name string) bool {
	if len(name) < 2 || name[0] != 'v' {
		return false
	}
	_, err := strconv.Atoi(name[1:])
	return err == nil
}

// lower is a name that begins with a small letter, so that it is not exported.
func lower(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[n:]
}
