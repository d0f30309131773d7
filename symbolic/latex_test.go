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
					t.Fatalf("%v: %s: at %s", e, text, rest)
				}
				open = open[:len(open)-1]
			}
			rest = rest[1:]
		}
		if len(open) > 0 {
			t.Fatalf("%v: %s: %q open", e, text, open)
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
