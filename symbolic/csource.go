package symbolic

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// CFunc is the source of a C99 function of double that computes the expressions,
// as [GoFunc] writes it in Go. It needs <math.h>. Its bits are those of an
// [Evaluator] where no function of the C library but sqrt, fabs and fma is
// called, if double is computed as such (FLT_EVAL_METHOD is 0) and the compiler
// fuses nothing: the function says so with #pragma STDC FP_CONTRACT OFF, which
// gcc ignores and must be told by -ffp-contract=off. A truth value is an int.
//
// The error is a *[SourceError].
func CFunc(fn Func, exprs ...Expr) (string, error) {
	params, f := fn.defaults(exprs)
	if f.Out == "" && len(exprs) != 1 {
		f.Out = "out"
	}
	s, names, err := newSource(cLanguage, f, params, exprs)
	if err != nil {
		return "", err
	}
	out, err := s.out(f, exprs)
	if err != nil {
		return "", err
	}

	var b strings.Builder
	result := "void"
	var list []string
	switch {
	case out != "":
		list = append(list, "double *"+out)
	case exprs[0].Bool():
		result = "int"
	default:
		result = "double"
	}
	for i, p := range params {
		if p.Vars != nil {
			list = append(list, "const double *"+names[i])
		} else {
			list = append(list, "double "+names[i])
		}
	}
	if list == nil {
		list = []string{"void"}
	}
	fmt.Fprintf(&b, "%s %s(%s)\n{\n#pragma STDC FP_CONTRACT OFF\n", result, f.Name, strings.Join(list, ", "))
	w := cWriter{s}
	for i := range s.values {
		v := &s.values[i]
		if v.uses == 0 || v.text != "?" {
			continue
		}
		kind := "double"
		if v.truth() {
			kind = "int"
		}
		name := s.temp()
		fmt.Fprintf(&b, "\tconst %s %s = %s;\n", kind, name, w.write(v, 0))
		v.text = name
	}
	for i, r := range s.roots {
		if out != "" {
			fmt.Fprintf(&b, "\t%s[%d] = %s;\n", out, i, w.operand(r, 0))
		} else {
			fmt.Fprintf(&b, "\treturn %s;\n", w.operand(r, 0))
		}
	}
	b.WriteString("}\n")
	return b.String(), nil
}

const cReserved = `auto break case char const continue default do double else enum extern float for goto if inline int
	long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
	asm typeof linux unix i386 main sqrt fabs fma pow bool true false alignas alignof constexpr nullptr static_assert
	thread_local typeof_unqual INFINITY NAN HUGE_VAL HUGE_VALF HUGE_VALL DOMAIN SING OVERFLOW UNDERFLOW PLOSS TLOSS
	MAXFLOAT MATH_ERRNO MATH_ERREXCEPT math_errhandling FP_NAN FP_INFINITE FP_ZERO FP_SUBNORMAL FP_NORMAL FP_FAST_FMA
	FP_FAST_FMAF FP_FAST_FMAL FP_ILOGB0 FP_ILOGBNAN M_E M_LOG2E M_LOG10E M_LN2 M_LN10 M_PI M_PI_2 M_PI_4 M_1_PI M_2_PI
	M_2_SQRTPI M_SQRT2 M_SQRT1_2`

var cLanguage = language{
	reserved: cReserved,
	ascii:    true,
	function: func(f *Function) string {
		if f.C != "" {
			return f.C
		}
		return f.Name
	},
	statement: func(s *source, v *value) bool {
		if v.op == OpMin || v.op == OpMax {
			s.nameArgs(v)
		}
		return false
	},
}

type cWriter struct{ *source }

// operand is as goWriter's.
func (w cWriter) operand(i, need int) string {
	v := &w.values[i]
	if v.text != "" {
		return v.text
	}
	return w.write(v, need)
}

func (w cWriter) write(v *value, need int) string {
	text, prec := "", precAtom
	call := func(name string) string { return name + callArgs(v.args, w.operand) }
	conditional := func(op string, cond, a, b int) string {
		c := w.operand(cond, precAdd)
		if op != "" {
			c += op + w.operand(b, precAdd)
		}
		return "(" + c + " ? " + w.operand(a, precOr) + " : " + w.operand(b, precOr) + ")"
	}
	switch v.op {
	case OpFloat:
		if text = cLiteral(v.v); text[0] == '-' {
			prec = precUnary
		}
	case OpCall:
		if text = w.function(v.f); len(v.args) > 0 {
			text = call(text)
		}
	case OpPower:
		text = call("pow")
	case OpSqrt:
		text = call("sqrt")
	case OpAbs:
		text = call("fabs")
	case OpFMA:
		text = call("fma")
	case OpMin:
		text = conditional(" < ", v.args[0], v.args[0], v.args[1])
	case OpMax:
		text = conditional(" > ", v.args[0], v.args[0], v.args[1])
	case OpSelect:
		text = conditional("", v.args[0], v.args[1], v.args[2])
	case OpNeg, OpNot:
		prec = precUnary
		text = ops[v.op].text + w.operand(v.args[0], prec+1)
	default:
		left, right := operandPrec(v.op)
		prec = ops[v.op].prec
		if v.op == OpOr { // compilers warn of a || b && c
			left, right = precCompare, precCompare
		}
		text = w.operand(v.args[0], left) + spaced(v.op) + w.operand(v.args[1], right)
	}
	if prec < need {
		return "(" + text + ")"
	}
	return text
}

// cLiteral is v in decimal if that is short, and otherwise in hexadecimal.
func cLiteral(v float64) string {
	switch {
	case v != v:
		return "(double)NAN"
	case math.IsInf(v, 1):
		return "(double)INFINITY"
	case math.IsInf(v, -1):
		return "-(double)INFINITY"
	case v == math.Trunc(v) && math.Abs(v) < 1<<53:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'x', -1, 64)
}
