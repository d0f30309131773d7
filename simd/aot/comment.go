package aot

import (
	"fmt"
	"strings"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
)

// formulaBytes is what a comment shows of an expression at the most.
const formulaBytes = 400

func brief(e symbolic.Expr) string {
	return strings.ReplaceAll(symbolic.Brief(e, formulaBytes), "\n", " ")
}

// shownOutputs is how many outputs a comment shows at the most.
const shownOutputs = 20

func formula(k *kernels.Kernel) []string {
	var lines []string
	outputs := k.Outputs()
	for i, o := range outputs {
		if i == shownOutputs {
			lines = append(lines, fmt.Sprintf("… (%d more)", len(outputs)-i))
			break
		}
		text := brief(o.Expr)
		if o.Reduce == kernels.None {
			lines = append(lines, o.Name+" = "+text)
		} else {
			lines = append(lines, fmt.Sprintf("%s = %s(%s)", o.Name, o.Reduce, text))
		}
	}
	return lines
}

// comment makes a comment of lines.
func comment(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimRight("// "+l, " ") + "\n")
	}
	return b.String()
}

// prose breaks text into lines for a comment.
func prose(text string) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+len(word) > 76 {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// indented are lines as code in a comment.
func indented(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = "\t" + l
	}
	return out
}

// doc is the comment of the function.
func (f *file) doc() string {
	per := "for each element"
	if len(f.p.Reductions) > 0 && len(f.p.Stores) == 0 {
		per = "over all elements"
	}
	lines := append([]string{f.Func + " computes, " + per + ",", ""}, indented(f.formula)...)
	var more []string
	if len(f.arrays) > 1 {
		more = append(more, "It panics if the slices differ in length. An output may be the same slice as an input, and overlaps nothing else.")
	}
	if len(f.p.Reductions) > 0 {
		more = append(more, "The order in which elements are folded depends on their number alone.")
	}
	if f.traps() {
		more = append(more, "The error is a *"+f.errorName()+", if an integer is divided by zero; all elements are computed all the same.")
	}
	if len(more) > 0 {
		lines = append(append(lines, ""), prose(strings.Join(more, " "))...)
	}
	return comment(lines...)
}
