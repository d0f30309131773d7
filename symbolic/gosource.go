package symbolic

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// GoFunc is the source of a Go function of float64 that computes the
// expressions, with a statement for each subterm that is used more than once.
// What it computes has the bits of an [Evaluator]: an exact number is the
// nearest float64, products and calls are converted explicitly so that no
// compiler fuses them with sums, min(a, b) is a < b ? a : b, and a power with an integer exponent
// is computed as [Expr.Pow] says. A truth value is a bool. Functions are called by
// their Go names, those without one (digamma, polygamma, and what users
// register so) by their own names, which are to be had where the source is.
// The spacing is not gofmt's.
//
// Canonical terms are written as [Faithful] writes them out. The size of the
// source is linear in the size of the expressions' DAG. The error is a
// *[SourceError].
func GoFunc(fn Func, exprs ...Expr) (string, error) {
	params, f := fn.defaults(exprs)
	s, names, err := newSource(goLanguage, f, params, exprs)
	if err != nil {
		return "", err
	}
	out, err := s.out(f, exprs)
	if err != nil {
		return "", err
	}

	var b strings.Builder
	fmt.Fprintf(&b, "func %s(", f.Name)
	if out != "" {
		b.WriteString(out + " []float64")
	}
	for i, p := range params {
		if i > 0 || out != "" {
			b.WriteString(", ")
		}
		b.WriteString(names[i])
		switch {
		case p.Vars != nil:
			b.WriteString(" []float64")
		case i+1 == len(params) || params[i+1].Vars != nil:
			b.WriteString(" float64")
		}
	}
	b.WriteString(")")
	if out == "" {
		types := make([]string, len(exprs))
		for i, e := range exprs {
			if types[i] = "float64"; e.Bool() {
				types[i] = "bool"
			}
		}
		switch len(types) {
		case 0:
		case 1:
			b.WriteString(" " + types[0])
		default:
			b.WriteString(" (" + strings.Join(types, ", ") + ")")
		}
	}
	b.WriteString(" {\n")
	w := goWriter{source: s, b: &b}
	w.body(out)
	b.WriteString("}\n")
	if f.Package == "" {
		return b.String(), nil
	}
	return w.file(f, b.String()), nil
}

const goReserved = `break case chan const continue default defer else fallthrough for func go goto if import
	interface map package range return select struct switch type var float64 bool true false math nil _ init main`

var goLanguage = language{
	reserved: goReserved,
	function: func(f *Function) string {
		if f.Go != "" {
			return f.Go
		}
		return f.Name
	},
	statement: func(s *source, v *value) bool {
		switch v.op {
		case OpMin, OpMax:
			s.nameArgs(v)
			return true
		case OpSelect:
			return true
		case OpCall:
			return v.f == lgammaFunc // it has two results
		case OpAdd, OpSub, OpMul, OpDiv, OpNeg, OpLt, OpLe, OpGt, OpGe, OpEq, OpNe:
			// Go would compute with constants exactly, and math.Pi is no float64.
			for _, a := range v.args {
				if !s.values[a].constant() {
					return false
				}
			}
			for _, a := range v.args {
				s.name(&s.values[a])
			}
		}
		return false
	},
}

type goWriter struct {
	*source
	b    *strings.Builder
	math bool
}

// file puts the function in a file.
func (w *goWriter) file(f *Func, text string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\n", f.Package)
	imports := f.Imports
	if w.math && !slices.Contains(imports, "math") {
		imports = append([]string{"math"}, imports...)
	}
	for _, path := range imports {
		fmt.Fprintf(&b, "import %q\n", path)
	}
	if imports != nil {
		b.WriteByte('\n')
	}
	return b.String() + text
}

func (w *goWriter) body(out string) {
	for i := range w.values {
		v := &w.values[i]
		if v.uses == 0 || v.text != "?" {
			continue
		}
		name := w.temp()
		switch v.op {
		case OpSelect:
			w.line(1, name, " := ", w.operand(v.args[2], 0))
			w.line(1, "if ", w.operand(v.args[0], 0), " {")
			w.line(2, name, " = ", w.operand(v.args[1], 0))
			w.line(1, "}")
		case OpMin, OpMax:
			a, c, op := w.operand(v.args[0], precAdd), w.operand(v.args[1], precAdd), " < "
			if v.op == OpMax {
				op = " > "
			}
			w.line(1, name, " := ", c)
			w.line(1, "if ", a, op, c, " {")
			w.line(2, name, " = ", a)
			w.line(1, "}")
		case OpCall:
			if v.f == lgammaFunc {
				w.math = true
				w.line(1, name, ", _ := math.Lgamma(", w.operand(v.args[0], 0), ")")
				break
			}
			fallthrough
		default:
			w.line(1, name, " := ", w.write(v, 0))
		}
		v.text = name
	}
	if len(w.roots) == 0 {
		return
	}
	results := make([]string, len(w.roots))
	for i, r := range w.roots {
		results[i] = w.operand(r, 0)
		if out != "" {
			w.line(1, out, "[", strconv.Itoa(i), "] = ", results[i])
		}
	}
	if out == "" {
		w.line(1, "return ", strings.Join(results, ", "))
	}
}

func (w *goWriter) line(indent int, parts ...string) {
	for range indent {
		w.b.WriteByte('\t')
	}
	for _, p := range parts {
		w.b.WriteString(p)
	}
	w.b.WriteByte('\n')
}

// operand is the text of a value where something that binds like need stands.
// The recursion is bounded by maxInline.
func (w *goWriter) operand(i, need int) string {
	v := &w.values[i]
	if v.text != "" {
		return v.text
	}
	return w.write(v, need)
}

func (w *goWriter) write(v *value, need int) string {
	text, prec := "", precAtom
	switch v.op {
	case OpFloat:
		if text = w.literal(v.v); text[0] == '-' {
			prec = precUnary
		}
	case OpCall:
		text = w.function(v.f)
		w.math = w.math || strings.HasPrefix(text, "math.")
		if len(v.args) > 0 {
			text += w.args(v)
		}
		if v.sums && len(v.args) > 0 { // math.Log10, expanded, is a product
			text = "float64(" + text + ")"
		}
	case OpPower:
		text = w.mathFunc("Pow", v)
	case OpSqrt:
		text = w.mathFunc("Sqrt", v)
	case OpAbs:
		text = w.mathFunc("Abs", v)
	case OpFMA:
		text = w.mathFunc("FMA", v)
	case OpNeg, OpNot:
		prec = precUnary
		text = ops[v.op].text + w.operand(v.args[0], prec+1)
	case OpMul:
		text, prec = w.operator(v)
		if v.sums {
			text, prec = "float64("+text+")", precAtom
		}
	default:
		text, prec = w.operator(v)
	}
	if prec < need {
		return "(" + text + ")"
	}
	return text
}

func (w *goWriter) operator(v *value) (string, int) {
	left, right := operandPrec(v.op)
	return w.operand(v.args[0], left) + spaced(v.op) + w.operand(v.args[1], right), ops[v.op].prec
}

// operandPrec is how strongly the operands of an operator must bind: those of
// comparisons as sums do, since the languages differ in how they chain.
func operandPrec(op Op) (left, right int) {
	switch prec := ops[op].prec; prec {
	case precCompare:
		return precAdd, precAdd
	case precOr, precAnd:
		return precCompare, precCompare
	default:
		return prec, prec + 1
	}
}

// spaced is an operator with space around it.
func spaced(op Op) string {
	switch op {
	case OpMul:
		return " * "
	case OpDiv:
		return " / "
	}
	return ops[op].text
}

func (w *goWriter) mathFunc(name string, v *value) string {
	w.math = true
	return "math." + name + w.args(v)
}

func (w *goWriter) args(v *value) string { return callArgs(v.args, w.operand) }

func callArgs(args []int, operand func(i, need int) string) string {
	var b strings.Builder
	for i, a := range args {
		b.WriteString([2]string{"(", ", "}[min(i, 1)])
		b.WriteString(operand(a, 0))
	}
	b.WriteByte(')')
	return b.String()
}

func (w *goWriter) literal(v float64) string {
	w.math = w.math || v != v || math.IsInf(v, 0) || v == 0 && math.Signbit(v)
	switch {
	case v != v:
		return "math.NaN()"
	case math.IsInf(v, 1):
		return "math.Inf(1)"
	case math.IsInf(v, -1):
		return "math.Inf(-1)"
	case v == 0 && math.Signbit(v):
		return "math.Copysign(0, -1)"
	}
	return string(appendFloat(nil, v))
}

// out is the parameter for the results, "" if they are returned.
func (s *source) out(f *Func, exprs []Expr) (string, error) {
	if f.Out == "" {
		return "", nil
	}
	for _, e := range exprs {
		if e.Bool() {
			return "", &SourceError{Term: e, Msg: "a truth value where a number is stored"}
		}
	}
	return s.identifier(f.Out), nil
}
