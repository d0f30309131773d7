package syntax

import "unicode"

// IsName reports whether a variable can have this name: it is made of letters
// and decimal digits (of any script) and underscores, does not start with a
// digit, and is neither inf nor nan, which are constants.
func IsName(name string) bool {
	return name != "" && wordLen(name) == len(name) && name != "inf" && name != "nan"
}

func isNameRune(r rune, first bool) bool {
	if r < 0x80 {
		return 'a' <= r|0x20 && r|0x20 <= 'z' || r == '_' || !first && '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || !first && unicode.IsDigit(r)
}

// wordLen is the length of the name, inf or nan with which a text starts.
func wordLen(text string) int {
	for i, r := range text {
		if !isNameRune(r, i == 0) {
			return i
		}
	}
	return len(text)
}
