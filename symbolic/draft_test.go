package symbolic_test

import (
	"fmt"
	"strings"
	"testing"

	. "github.com/triad-go/triad/symbolic"
)

// Canonical sums and products that are nested cost no more than in a row.
func TestParseCanonicalDeep(t *testing.T) {
	n := 100_000
	if testing.Short() || slow {
		n = 10_000
	}
	for _, pattern := range []struct{ open, middle, close string }{
		{"x%d - (", "y", ")"},
		{"x%d + (", "y", ")"},
		{"x%d - (-(", "y", "))"},
		{"-(x%d + ", "y", ")"},
		{"x%d*(", "y", ")"},
		{"x%d/(", "y", ")"},
	} {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, pattern.open, i)
		}
		text.WriteString(pattern.middle)
		text.WriteString(strings.Repeat(pattern.close, n))
		e, err := ParseCanonical(text.String())
		if err != nil || e.NumArgs() != n+1 {
			t.Fatalf("%v: %d terms, %v", pattern, e.NumArgs(), err)
		}
		if back, err := ParseCanonical(e.String()); err != nil || back != e {
			t.Errorf("%v: read back as another term, %v", pattern, err)
		}
	}
}

func TestParseCanonicalForms(t *testing.T) {
	for text, want := range map[string]string{
		"-(x + 0.5)*y":         "-y*(x + 0.5)",
		"-(x + 0.5) + y":       "-x + y - 0.5",
		"-(-(x + 0.5))*y":      "y*(x + 0.5)",
		"2*(x + y)*z":          "2*z*(x + y)",
		"2*(x + y)":            "2*x + 2*y",
		"a/(b/(c/d))":          "a*c/(b*d)",
		"a/(b*(2*x + 2*y))":    "a/(2*b*(x + y))",
		"x/(2/0)":              "0^-1",
		"x/(y/(z*0))":          "0^-1",
		"0/x":                  "0",
		"x/(y/sqrt(0))":        "0^-1",
		"sqrt(-3)^-1":          "-sqrt(-3)/3",
		"(x*y)^(3*2^70 + 1/2)": "(x*y)^(7083549724304467820545/2)",
		"18^(2^60 + 1/2)":      "sqrt(2)^2305843009213693953*3^2305843009213693953",
		"1/(0^-1)":             "0^-1",
		"1/(0^y)":              "0^(-y)",
		"fma(x, y, x*y)":       "2*x*y",
		"sqrt(x)*sqrt(x)":      "x",
		"pow(x, 2)*x^y":        "x^(y + 2)",
		"x^2*x^y/x^y":          "x^2",
		"cos(-x) + sin(-x)":    "cos(x) - sin(x)",
		"faithful(x + x)*x":    "canonical(x*faithful(x + x))",
		"canonical(x + x) + x": "3*x",
		"1/3 + 0.5 + x":        "x + 1/3 + 0.5",
		"-1/3*x - 2/3":         "-x/3 - 2/3",
	} {
		e, err := ParseCanonical(text)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := e.String(); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
		if c := Canonical(MustParse(text)); c != e && !strings.Contains(text, "faithful") {
			t.Errorf("%s: %s, and Canonical makes %s", text, e, c)
		}
	}
}
