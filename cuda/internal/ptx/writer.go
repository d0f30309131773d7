// Package ptx writes PTX, the assembly language of NVIDIA's drivers, for programs of package
// kernels and for the parts of an executor that work on their results. Everything it writes keeps to the
// bits of the interpreter: operations are rounded to nearest even, never contracted, never flushed.
//
// The language is that of "Parallel Thread Execution ISA", NVIDIA.
package ptx

import (
	"fmt"
	"strings"
)

// class is a kind of register.
type class struct {
	prefix, kind string
}

var (
	pred = class{"%p", ".pred"}
	b32  = class{"%r", ".b32"}
	b64  = class{"%rd", ".b64"}
	f32  = class{"%f", ".f32"}
	f64  = class{"%fd", ".f64"}
)

// writer writes the body of one entry: instructions over registers in single assignment, as a rule.
type writer struct {
	text   strings.Builder
	count  map[class]int
	labels int
}

// reg is a register that was not used before.
func (w *writer) reg(c class) string {
	if w.count == nil {
		w.count = map[class]int{}
	}
	w.count[c]++
	return fmt.Sprintf("%s%d", c.prefix, w.count[c])
}

// op writes an instruction, without its semicolon.
func (w *writer) op(format string, args ...any) {
	w.text.WriteByte('\t')
	fmt.Fprintf(&w.text, format, args...)
	w.text.WriteString(";\n")
}

// note writes a comment.
func (w *writer) note(format string, args ...any) {
	w.text.WriteString("\t// ")
	w.text.WriteString(strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " "))
	w.text.WriteByte('\n')
}

// label is a label that was not used before; place puts it here.
func (w *writer) label() string {
	w.labels++
	return fmt.Sprintf("L%d", w.labels)
}

func (w *writer) place(label string) { w.text.WriteString(label + ":\n") }

// entry is the whole entry of that name, whose parameters are words of eight bytes in one block.
func (w *writer) entry(name string, words int, directives string) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".visible .entry %s(\n\t.param .align 8 .b8 args[%d]\n)%s\n{\n", name, 8*max(words, 1), directives)
	for _, c := range []class{pred, b32, b64, f32, f64} {
		if n := w.count[c]; n > 0 {
			fmt.Fprintf(&b, "\t.reg %s %s<%d>;\n", c.kind, c.prefix, n+1)
		}
	}
	b.WriteString(w.text.String())
	b.WriteString("}\n")
	return b.String()
}

// header begins a module.
func header(version string, sm int) string {
	return fmt.Sprintf(".version %s\n.target sm_%d\n.address_size 64\n\n", version, sm)
}

// ldarg reads word i of the arguments.
func (w *writer) ldarg(i int) string {
	r := w.reg(b64)
	w.op("ld.param.u64 %s, [args+%d]", r, 8*i)
	return r
}

// withShared declares memory that the threads of a block share, in an entry that is written already.
func withShared(entry, declaration string) string {
	head, rest, _ := strings.Cut(entry, "{\n")
	return head + "{\n\t" + declaration + "\n" + rest
}
