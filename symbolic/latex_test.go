package symbolic_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	. "github.com/triad-go/triad/symbolic"
)

func TestLaTeX(t *testing.T) {
	for text, want := range map[string]string{
		"a + b - c":               `a + b - c`,
		"a - (b - c)":             `a - \left(b - c\right)`,
		"2*x*y":                   `2 x y`,
		"x*2":                     `x \cdot 2`,
		"2*3^x":                   `2 \cdot 3^{x}`,
		"2*exp2(x)":               `2 \cdot 2^{x}`,
		"exp2(x)^2":               `\left(2^{x}\right)^{2}`,
		"a*(b + c)":               `a \left(b + c\right)`,
		"a*(-b)":                  `a \left(-b\right)`,
		"a + -b":                  `a + \left(-b\right)`,
		"a - -2*b":                `a - -2 b`,
		"a - -0.5":                `a - \left(-0.5\right)`,
		"2*(3^x)^y":               `2 \left(3^{x}\right)^{y}`,
		"x_ + x":                  `\mathrm{x\_} + x`,
		"-(a/b)":                  `-\frac{a}{b}`,
		"(a + b)/(2*c)":           `\frac{a + b}{2 c}`,
		"(a/b)^2":                 `\left(\frac{a}{b}\right)^{2}`,
		"1/3*x":                   `\frac{1}{3} x`,
		"-1/3":                    `-\frac{1}{3}`,
		"x^-2":                    `x^{-2}`,
		"(-2)^x":                  `\left(-2\right)^{x}`,
		"x^(y + 1)":               `x^{y + 1}`,
		"(x^2)^y":                 `\left(x^{2}\right)^{y}`,
		"sqrt(x + 1)":             `\sqrt{x + 1}`,
		"cbrt(x)":                 `\sqrt[3]{x}`,
		"abs(x) + floor(y)":       `\left|x\right| + \left\lfloor y \right\rfloor`,
		"sin(x)*log10(y)":         `\sin\left(x\right) \log_{10}\left(y\right)`,
		"atan2(y, x)":             `\operatorname{atan2}\left(y, x\right)`,
		"2*pi()*r":                `2 \pi r`,
		"min(a, b)":               `\min\left(a, b\right)`,
		"select(x < 0, -x, x)":    `\begin{cases} -x & \text{if } x < 0 \\ x & \text{otherwise} \end{cases}`,
		"a - select(x > 0, 1, 2)": `a - \left(\begin{cases} 1 & \text{if } x > 0 \\ 2 & \text{otherwise} \end{cases}\right)`,
		"select(a <= b && !(c != d) || e >= 1, 0, 1)": `\begin{cases} 0 & \text{if } a \le b \land \lnot \left(c \ne d\right) \lor e \ge 1 \\ 1 & \text{otherwise} \end{cases}`,
		"alpha + beta2 + Omega_x":                     `\alpha + \beta_{2} + \Omega_{x}`,
		"x_max12 + speed":                             `x_{\mathrm{max12}} + \mathrm{speed}`,
		"u[1,-2] + v3[0]":                             `u_{1,-2} + v_{3,0}`,
		"Δx + _ + ж":                                  `\mathrm{Δx} + \mathrm{\_} + ж`,
		"2.5e-7*x":                                    `2.5 \cdot 10^{-7} x`,
		"x - inf":                                     `x - \infty`,
		"x*-1.5":                                      `x \left(-1.5\right)`,
		"canonical(x + y + x - 3*x*y/4)*z":            `\left(\frac{-3 x y}{4} + 2 x + y\right) z`,
	} {
		if got := LaTeX(MustParse(text)); got != want {
			t.Errorf("%s:\n\t%s\nwant\t%s", text, got, want)
		}
	}
}

// Braces, parentheses and environments are balanced, in their order.
func TestLaTeXBalance(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 62))
	leaves := shortLeaves()
	for i := range 3000 {
		e := randomMixed(r, leaves, 1+i%4)
		text := LaTeX(e)
		checkLaTeX(t, text)
		for _, limit := range []int{0, 1 + r.IntN(20), r.IntN(200), len(text)} {
			brief := BriefLaTeX(e, limit)
			checkLaTeX(t, brief)
			if brief != text && (len(text) <= limit || !strings.Contains(brief, latexDots)) {
				t.Fatalf("%s in %d bytes: %s", text, limit, brief)
			}
		}
	}
}

const latexDots = `\cdots`

func checkLaTeX(t *testing.T, text string) {
	t.Helper()
	var open []string
	for rest := text; rest != ""; {
		closes := ""
		switch {
		case strings.HasPrefix(rest, "{"):
			open = append(open, "}")
		case strings.HasPrefix(rest, `\left`):
			open = append(open, `\right`)
		case strings.HasPrefix(rest, `\begin{cases}`):
			open = append(open, `\end{cases}`)
			rest = rest[len(`\begin{cases}`)-1:]
		case strings.HasPrefix(rest, "}"):
			closes = "}"
		case strings.HasPrefix(rest, `\right`):
			closes = `\right`
		case strings.HasPrefix(rest, `\end{cases}`):
			closes = `\end{cases}`
			rest = rest[len(`\end{cases}`)-1:]
		}
		if closes != "" {
			if n := len(open); n == 0 || open[n-1] != closes {
				t.Fatalf("%s: at %s", text, rest)
			}
			open = open[:len(open)-1]
		}
		rest = rest[1:]
	}
	if len(open) > 0 {
		t.Fatalf("%s: %q open", text, open)
	}
}

// The length is bounded, of terms that would fill the memory and of deep ones.
func TestBriefLaTeX(t *testing.T) {
	x, y := Var("x"), Var("y")
	for text, want := range map[string]string{
		"alpha + b*c - d":                 `\alpha + \cdots`,
		"(alpha + b + c)*(beta + d)":      `\left(\alpha + \cdots\right) \cdots`,
		"(alpha + b)/c":                   `\frac{\alpha + \cdots}{\cdots}`,
		"select(alpha < b, c, d)":         `\begin{cases} \cdots \end{cases}`,
		"sqrt(alpha*(b + c))*y^(a + b*c)": `\sqrt{\alpha \cdots} \cdots`,
		"a + b":                           "a + b",
	} {
		if got := BriefLaTeX(MustParse(text), 8); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	shared, left, right := x, x, x
	for i := range 300_000 {
		if i < 1000 {
			shared = shared.Mul(shared).Add(x).Sqrt().Div(shared)
		}
		left = left.Add(y)
		right = y.Sub(right)
	}
	for _, e := range []Expr{shared, left, right, Select(Lt(shared, left), right, shared)} {
		text := BriefLaTeX(e, 1000)
		if checkLaTeX(t, text); len(text) > 5000 || !strings.Contains(text, latexDots) {
			t.Errorf("%d bytes: %.200s", len(text), text)
		}
	}
}

func TestLaTeXDeep(t *testing.T) {
	e := Var("x")
	for range 100_000 {
		e = Var("y").Sub(e).Sqrt()
	}
	if text := LaTeX(e); len(text) < 1_000_000 {
		t.Errorf("%d bytes", len(text))
	}
}
