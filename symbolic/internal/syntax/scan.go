package syntax

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanner is a place in a text, and what is common to both notations.
type scanner struct {
	text string
	at   int
}

func (s *scanner) fail(at int, format string, args ...any) *Error {
	return &Error{Text: s.text, Offset: at, Msg: fmt.Sprintf(format, args...)}
}

// expected is the error that what stands at the offset is not what is expected.
func (s *scanner) expected(at int, what string) *Error {
	return s.fail(at, "expected %s, found %s", what, s.token(at))
}

// token describes what stands at an offset: a word, a number, or one character.
func (s *scanner) token(at int) string {
	const most = 40 // bytes
	if at == len(s.text) {
		return "the end"
	}
	_, end := utf8.DecodeRuneInString(s.text[at:])
	for i, r := range s.text[at:] {
		if i > most || !isNameRune(r, false) && r != '.' {
			break
		}
		end = i + utf8.RuneLen(r)
	}
	return strconv.Quote(s.text[at : at+end])
}

// skip takes white space.
func (s *scanner) skip() {
	for s.at < len(s.text) {
		if c := s.text[s.at]; ' ' < c && c < utf8.RuneSelf {
			return
		}
		r, n := utf8.DecodeRuneInString(s.text[s.at:])
		if !unicode.IsSpace(r) {
			return
		}
		s.at += n
	}
}

// next reports whether this text comes next.
func (s *scanner) next(text string) bool { return strings.HasPrefix(s.text[s.at:], text) }

// accept takes this text and white space after it, if it comes next.
func (s *scanner) accept(text string) bool {
	if !s.next(text) {
		return false
	}
	s.at += len(text)
	s.skip()
	return true
}

// word is the name that comes next, or inf or nan; "" if none does.
func (s *scanner) word() string {
	return s.text[s.at : s.at+wordLen(s.text[s.at:])]
}

// index takes the rest of an index, after its opening bracket.
func (s *scanner) index() ([]int, *Error) {
	var index []int
	for {
		at := s.at
		neg := s.accept("-")
		l, ok, err := s.literal()
		if err != nil {
			return nil, err
		}
		if neg {
			l.n = -l.n
		}
		if !ok || l.float || l.big != nil || int64(int(l.n)) != l.n {
			return nil, s.expected(at, "an integer index")
		}
		index = append(index, int(l.n))
		s.skip()
		if s.next("]") {
			s.at++
			return index, nil
		}
		if !s.accept(",") {
			return nil, s.expected(s.at, "\",\" or \"]\"")
		}
	}
}

// slot takes a slot, whose question mark comes next.
func slot[T any](s *scanner, b SlotBuilder[T]) (t T, err *Error) {
	at := s.at
	s.at++
	kind := One
	if s.next("?") {
		kind = Segment
		s.at++
	} else if s.next("!") {
		kind = Default
		s.at++
	}
	name := s.word()
	if !IsName(name) {
		return t, s.expected(s.at, "the name of a slot")
	}
	s.at += len(name)
	predicate := ""
	if s.next(":") {
		s.at++
		if predicate = s.word(); predicate == "" {
			return t, s.expected(s.at, "the name of a predicate")
		}
		if expected := b.Predicate(predicate); expected != "" {
			return t, s.expected(s.at, expected)
		}
		s.at += len(predicate)
	}
	t, expected := b.Slot(at, kind, name, predicate)
	if expected != "" {
		return t, s.expected(at, expected)
	}
	return t, nil
}
