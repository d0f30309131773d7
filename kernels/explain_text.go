package kernels

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/triad-go/triad/symbolic"
)

// What String shows at the most, of each form and of all.
const (
	shownLines   = 40  // of a form
	shownSteps   = 20  // of a chain
	shownBytes   = 400 // of a line
	shownOutputs = 10  // whose errors are told
	shownInputs  = 8   // of the worst point
)

// String tells the explanation as text. Of large kernels it shows the beginning,
// and those outputs whose errors are the largest.
func (x *Explanation) String() string {
	var b strings.Builder
	class := "as written"
	if x.Class != 0 {
		class = "class " + x.Class.String()
	}
	fmt.Fprintf(&b, "%s: %s, costs of %s\n", x.Kernel, class, x.Costs)
	same := slices.Equal(x.Before.Outputs, x.After.Outputs)
	if same {
		x.Before.write(&b, "before and after")
	} else {
		x.Before.write(&b, "before")
		x.After.write(&b, "after")
	}
	x.writeChains(&b)
	if x.Samples == 0 {
		b.WriteString("errors are not measured where there are other types than one of floats\n")
		return b.String()
	}
	fmt.Fprintf(&b, "error of the %s program against %d-bit arithmetic, in units in the last place:\n", x.Type, x.Prec)
	order := make([]int, len(x.Before.Errors))
	for i := range order {
		order[i] = i
	}
	if len(order) > shownOutputs {
		worst := func(i int) float64 { return max(x.Before.Errors[i].Max, x.After.Errors[i].Max) }
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(worst(j), worst(i)) })
	}
	for _, i := range order[:min(len(order), shownOutputs)] {
		before, after := x.Before.Errors[i], x.After.Errors[i]
		fmt.Fprintf(&b, "  %s, %d of %d samples", before.Output, before.Samples, x.Samples)
		if before.Samples == 0 {
			b.WriteString(": no true value at any of them\n")
			continue
		}
		b.WriteByte('\n')
		if same {
			before.write(&b, "both")
		} else {
			before.write(&b, "before")
			after.write(&b, "after")
		}
	}
	if more := len(order) - shownOutputs; more > 0 {
		fmt.Fprintf(&b, "  (%d more outputs with smaller errors)\n", more)
	}
	return b.String()
}

// write shows what a form computes: shared terms by name, then the outputs.
func (f *Form) write(b *strings.Builder, title string) {
	fmt.Fprintf(b, "%s: %v\n", title, f.Estimate)
	// The names of outputs are to be none of a shared term.
	exprs := exprsOf(f.Outputs)
	for _, o := range f.Outputs {
		exprs = append(exprs, symbolic.Var(o.Name))
	}
	lines := strings.Split(symbolic.Let(exprs...), ";\n")
	lines = lines[:len(lines)-len(f.Outputs)]
	shared := len(lines) - len(f.Outputs)
	for i, line := range lines {
		if i == shownLines && len(lines) > shownLines+1 {
			fmt.Fprintf(b, "  … (%d lines more)\n", len(lines)-shownLines)
			break
		}
		if i >= shared {
			o := f.Outputs[i-shared]
			if o.Reduce == None {
				line = o.Name + " = " + line
			} else {
				line = fmt.Sprintf("%s = %s(%s)", o.Name, o.Reduce, line)
			}
		}
		b.WriteString("  " + clip(line) + "\n")
	}
}

// writeChains tells the rules.
func (x *Explanation) writeChains(b *strings.Builder) {
	told := 0
	for i, c := range x.Chains {
		if len(c.Steps) == 0 && c.Reason == "" || told == shownOutputs {
			continue
		}
		told++
		fmt.Fprintf(b, "rules, %s:\n  %s\n", x.Before.Outputs[i].Name, symbolic.Brief(c.Before, shownBytes))
		for j, s := range c.Steps {
			if j == shownSteps && len(c.Steps) > shownSteps+1 {
				fmt.Fprintf(b, "  … (%d steps more)\n", len(c.Steps)-shownSteps)
				break
			}
			// A rule of two ways is two, and either can be taken backwards.
			rule, reversed := strings.CutSuffix(s.Rule, " (reversed)")
			if reversed != s.Reverse {
				rule += ", from right to left"
			}
			fmt.Fprintf(b, "  = %s\n      %s [%s]\n", symbolic.Brief(s.Term, shownBytes), rule, s.Class)
		}
		if c.Reason != "" {
			fmt.Fprintf(b, "  (%s)\n", c.Reason)
		}
	}
	if len(x.Chains) > 0 && told == 0 && !slices.Equal(x.Before.Outputs, x.After.Outputs) {
		b.WriteString("no rules: products were fused with sums, and terms put in another order\n")
	}
}

// clip is the start of a line that is too long.
func clip(line string) string {
	if len(line) <= shownBytes {
		return line
	}
	n := shownBytes
	for !utf8.RuneStart(line[n]) {
		n--
	}
	return line[:n] + "…"
}

func (a *Accuracy) write(b *strings.Builder, title string) {
	fmt.Fprintf(b, "    %-7s at most %s (relative %s), median %s\n", title, figure(a.Max), figure(a.Relative), figure(a.Median))
	if a.Max > 0 {
		b.WriteString("            worst at ")
		for i, in := range a.At {
			if i > 0 {
				b.WriteString(", ")
			}
			if i == shownInputs {
				b.WriteString("…")
				break
			}
			fmt.Fprintf(b, "%s = %v", in.Name, in.Value)
		}
		fmt.Fprintf(b, ": %v, true value %v\n", a.Got, a.Want)
	}
}

// figure writes a number to three digits.
func figure(v float64) string {
	if math.IsInf(v, 0) {
		return "infinite"
	}
	return fmt.Sprintf("%.3g", v)
}
