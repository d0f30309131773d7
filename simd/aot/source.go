package aot

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/triad-go/triad/kernels"
)

// source writes the instructions of a program as Go. Each value is a variable, or
// stands where it is used if that is one place and short.
type source struct {
	p      *kernels.Program
	prefix string // of the names of what the file declares
	arrays []string
	params []string // by scalar slot
	b      *strings.Builder

	text  []string  // by value: how it is written where it is used
	loose []bool    // by value: the text is an operation, which needs parentheses in another
	bits  []*uint64 // by value: its bits, where they are known now
	uses  []int     // by value: how often its text would be written
	early []bool    // by value: declared before, without :=
	ahead []bool    // by value: uniform, and used for elements

	helpers []string          // functions to declare, in the order of their first use
	imports map[string]bool   // packages
	tables  map[string]string // declared tables, by number and type: their names
	tableOf []string          // the declarations
}

func newSource(p *kernels.Program, prefix string, arrays, scalars []string) *source {
	n := len(p.Uniform) + len(p.Body)
	s := &source{
		p: p, prefix: prefix, arrays: arrays, params: scalars, b: &strings.Builder{},
		text: make([]string, n), loose: make([]bool, n), bits: make([]*uint64, n), uses: make([]int, n), early: make([]bool, n), ahead: make([]bool, n),
		imports: map[string]bool{}, tables: map[string]string{},
	}
	s.fold()
	s.count()
	return s
}

func (s *source) value(i int) kernels.Instr { return s.p.Instr(kernels.Value(i)) }

// from is the type of the arguments on which an operation computes.
func (s *source) from(in kernels.Instr) kernels.Type {
	if in.Op == kernels.OpSelect || in.Op.NumArgs() == 0 {
		return in.Type
	}
	return s.p.TypeOf(in.Args[0])
}

// fold computes what depends on constants alone: the compiler would do that with
// more digits than a float has.
func (s *source) fold() {
	for i := range s.text {
		in := s.value(i)
		var args [3]uint64
		known := in.Op != kernels.OpScalar && in.Op != kernels.OpLoad
		for j, a := range in.Args[:in.Op.NumArgs()] {
			if s.bits[a] == nil {
				known = false
				break
			}
			args[j] = *s.bits[a]
		}
		if s.vanishes(in) {
			s.bits[i] = new(uint64)
		}
		if !known {
			continue
		}
		var bits uint64
		switch in.Op {
		case kernels.OpConst:
			bits = in.Imm
		case kernels.OpTable:
			t := s.p.Tables[in.Imm]
			bits = t[args[0]&uint64(len(t)-1)]
		default:
			bits = kernels.Evaluate(in.Op, in.Type, s.from(in), args[0], args[1], args[2])
		}
		s.bits[i] = &bits
	}
}

// vanishes reports whether a constant makes the result 0 whatever the other
// argument is.
func (s *source) vanishes(in kernels.Instr) bool {
	if !in.Type.IsInt() || in.Op.NumArgs() != 2 || s.bits[in.Args[1]] == nil {
		return false
	}
	y := *s.bits[in.Args[1]]
	switch in.Op {
	case kernels.OpDiv, kernels.OpRem:
		return y == 0
	case kernels.OpShl:
		return y >= uint64(8*in.Type.Size())
	case kernels.OpShr:
		return y >= uint64(8*in.Type.Size()) && !in.Type.IsSigned()
	}
	return false
}

// count finds what is needed, and how often each value's text would be written.
func (s *source) count() {
	p, nu := s.p, len(s.p.Uniform)
	use := func(v kernels.Value, times int, body bool) {
		s.uses[v] += times
		s.ahead[v] = s.ahead[v] || body && p.IsUniform(v)
	}
	for _, st := range p.Stores {
		use(st.Value, 1, true)
	}
	for _, r := range p.Reductions {
		use(r.Value, 2, true)
	}
	for _, t := range p.Traps {
		use(t.Cond, 1, true)
	}
	within := make([]int, len(s.text)) // by value: its guard, counted from 1
	for i, g := range p.Guards {
		for v := nu + g.Lo; v < nu+g.Hi; v++ {
			within[v] = i + 1
		}
	}
	guards := len(p.Guards)
	for v := len(s.text) - 1; v >= 0; v-- {
		// A guard's condition comes before its range, whose values have all been seen.
		if guards > 0 && v == nu+p.Guards[guards-1].Lo-1 {
			guards--
			g := p.Guards[guards]
			if s.written(g) {
				use(g.Cond, 1, true)
			}
		}
		if s.uses[v] == 0 || s.bits[v] != nil {
			continue
		}
		in := s.value(v)
		for j, a := range in.Args[:in.Op.NumArgs()] {
			times := 1
			if s.twice(in, j) {
				times = 2
			}
			use(a, times, v >= nu)
			// What a guard's range makes for those behind it is declared before it.
			s.early[a] = s.early[a] || within[a] != 0 && within[a] != within[v]
		}
	}
}

// written reports whether something is to be computed in a guard's range.
func (s *source) written(g kernels.Guard) bool {
	for v := len(s.p.Uniform) + g.Lo; v < len(s.p.Uniform)+g.Hi; v++ {
		if s.uses[v] > 0 && s.bits[v] == nil {
			return true
		}
	}
	return false
}

// twice reports whether an operation is written with the text of its argument j
// twice, or needs it in a variable: what go vet suspects of two comparisons that are
// joined may well be meant.
func (s *source) twice(in kernels.Instr, j int) bool {
	switch in.Op {
	case kernels.OpMin, kernels.OpMax:
		return in.Type.IsFloat()
	case kernels.OpAnd, kernels.OpOr:
		return in.Type == kernels.Bool
	case kernels.OpAbs:
		return in.Type.IsSigned()
	case kernels.OpDiv, kernels.OpRem:
		return in.Type.IsInt() && j == 1
	}
	return false
}

func goType(t kernels.Type) string { return t.String() }

// literal is a constant as an expression that Go reads as exactly these bits where
// its type is known.
func (s *source) literal(t kernels.Type, bits uint64) string {
	switch t {
	case kernels.Float64:
		x := math.Float64frombits(bits)
		if x != x || math.IsInf(x, 0) || bits == 1<<63 {
			s.imports["math"] = true
			return fmt.Sprintf("math.Float64frombits(%#x)", bits)
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	case kernels.Float32:
		x := math.Float32frombits(uint32(bits))
		if x != x || math.IsInf(float64(x), 0) || uint32(bits) == 1<<31 {
			s.imports["math"] = true
			return fmt.Sprintf("math.Float32frombits(%#x)", uint32(bits))
		}
		return strconv.FormatFloat(float64(x), 'g', -1, 32)
	case kernels.Int64:
		return strconv.FormatInt(int64(bits), 10)
	case kernels.Int32:
		return strconv.FormatInt(int64(int32(bits)), 10)
	case kernels.Bool:
		return strconv.FormatBool(bits != 0)
	}
	return strconv.FormatUint(bits, 10)
}

// typed is a literal that has its type wherever it stands.
func (s *source) typed(t kernels.Type, bits uint64) string {
	l := s.literal(t, bits)
	if t == kernels.Bool || strings.HasPrefix(l, "math.") {
		return l
	}
	return goType(t) + "(" + l + ")"
}

// use is the text of a value as an operand.
func (s *source) use(v kernels.Value) string {
	if b := s.bits[v]; b != nil {
		return s.literal(s.p.TypeOf(v), *b)
	}
	if s.loose[v] {
		return "(" + s.text[v] + ")"
	}
	return s.text[v]
}

// whole is the text of a value where it stands alone.
func (s *source) whole(v kernels.Value) string {
	if s.bits[v] != nil {
		return s.use(v)
	}
	return s.text[v]
}

// alone is whole with the value's type, also where it is a constant.
func (s *source) alone(v kernels.Value) string {
	if b := s.bits[v]; b != nil {
		return s.typed(s.p.TypeOf(v), *b)
	}
	return s.text[v]
}

func (s *source) line(format string, args ...any) {
	fmt.Fprintf(s.b, format, args...)
	s.b.WriteByte('\n')
}

// longest is how many bytes an expression has, at the most, that is written into
// another.
const longest = 56

// set makes text the value v: in a variable, or where it is used.
func (s *source) set(v kernels.Value, text string, loose bool) {
	in := s.p.Instr(v)
	load := in.Op == kernels.OpLoad
	if s.uses[v] <= 1 && !s.early[v] && !s.ahead[v] && len(text) <= longest && (!load || len(s.p.Stores) <= 1) {
		s.text[v], s.loose[v] = text, loose
		return
	}
	s.text[v] = fmt.Sprintf("v%d", v)
	switch {
	case s.early[v]:
		s.line("%s = %s", s.text[v], text)
	default:
		s.line("%s := %s", s.text[v], text)
	}
}

// choose makes v y where cond, and z elsewhere.
func (s *source) choose(v kernels.Value, cond, y, z string) {
	s.text[v] = fmt.Sprintf("v%d", v)
	op := ":="
	if s.early[v] {
		op = "="
	}
	s.line("%s %s %s", s.text[v], op, z)
	s.line("if %s {\n%s = %s\n}", cond, s.text[v], y)
}

func (s *source) use2(in kernels.Instr) (x, y string) { return s.use(in.Args[0]), s.use(in.Args[1]) }

// emit writes the instruction of v.
func (s *source) emit(v kernels.Value) {
	if s.bits[v] != nil || s.uses[v] == 0 {
		return
	}
	in := s.p.Instr(v)
	t := in.Type
	from := s.from(in)
	infix := func(op string) {
		x, y := s.use2(in)
		if (op == "&&" || op == "||") && x == y {
			s.set(v, x, false)
		} else {
			s.set(v, x+" "+op+" "+y, true)
		}
	}
	// math calls a function of package math, by way of float64.
	call := func(name string) {
		s.imports["math"] = true
		x := s.whole(in.Args[0])
		if t == kernels.Float32 {
			s.set(v, fmt.Sprintf("float32(math.%s(float64(%s)))", name, x), false)
		} else {
			s.set(v, fmt.Sprintf("math.%s(%s)", name, x), false)
		}
	}
	switch in.Op {
	case kernels.OpScalar:
		s.text[v] = s.params[in.Imm]
	case kernels.OpLoad:
		s.set(v, s.arrays[in.Imm]+"[i]", false)
	case kernels.OpAdd:
		infix("+")
	case kernels.OpSub:
		infix("-")
	case kernels.OpMul:
		x, y := s.use2(in)
		if t.IsFloat() {
			// Converted explicitly, a product is fused with no sum.
			s.set(v, fmt.Sprintf("%s(%s * %s)", goType(t), x, y), false)
		} else {
			s.set(v, x+" * "+y, true)
		}
	case kernels.OpDiv, kernels.OpRem:
		s.divide(v, in)
	case kernels.OpNeg:
		s.set(v, "-"+s.use(in.Args[0]), true)
	case kernels.OpAbs:
		x := s.use(in.Args[0])
		switch {
		case t == kernels.Float64:
			call("Abs")
		case t == kernels.Float32:
			s.imports["math"] = true
			s.set(v, fmt.Sprintf("math.Float32frombits(math.Float32bits(%s) &^ (1 << 31))", s.whole(in.Args[0])), false)
		case t.IsSigned():
			s.choose(v, x+" < 0", "-"+x, x)
		default:
			s.set(v, x, false)
		}
	case kernels.OpMin, kernels.OpMax:
		x, y := s.use2(in)
		op := map[kernels.Op]string{kernels.OpMin: "<", kernels.OpMax: ">"}[in.Op]
		if t.IsInt() {
			s.set(v, fmt.Sprintf("%s(%s, %s)", in.Op, s.whole(in.Args[0]), s.whole(in.Args[1])), false)
		} else {
			s.choose(v, x+" "+op+" "+y, x, s.alone(in.Args[1]))
		}
	case kernels.OpSqrt:
		call("Sqrt")
	case kernels.OpFloor:
		call("Floor")
	case kernels.OpCeil:
		call("Ceil")
	case kernels.OpTrunc:
		call("Trunc")
	case kernels.OpRoundEven:
		call("RoundToEven")
	case kernels.OpFMA:
		x, y, z := s.whole(in.Args[0]), s.whole(in.Args[1]), s.whole(in.Args[2])
		name := "math.FMA"
		if t == kernels.Float32 {
			name = s.helper("FMA32")
		} else {
			s.imports["math"] = true
		}
		s.set(v, fmt.Sprintf("%s(%s, %s, %s)", name, x, y, z), false)
	case kernels.OpLt:
		infix("<")
	case kernels.OpLe:
		infix("<=")
	case kernels.OpEq:
		infix("==")
	case kernels.OpNe:
		infix("!=")
	case kernels.OpAnd:
		infix(map[bool]string{true: "&&", false: "&"}[t == kernels.Bool])
	case kernels.OpOr:
		infix(map[bool]string{true: "||", false: "|"}[t == kernels.Bool])
	case kernels.OpXor:
		infix(map[bool]string{true: "!=", false: "^"}[t == kernels.Bool])
	case kernels.OpNot:
		s.set(v, map[bool]string{true: "!", false: "^"}[t == kernels.Bool]+s.use(in.Args[0]), true)
	case kernels.OpShl, kernels.OpShr:
		s.shift(v, in)
	case kernels.OpSelect:
		s.choose(v, s.whole(in.Args[0]), s.whole(in.Args[1]), s.alone(in.Args[2]))
	case kernels.OpConvert:
		x := s.whole(in.Args[0])
		if from.IsFloat() && t.IsInt() {
			if from == kernels.Float32 {
				x = "float64(" + x + ")"
			}
			name := "To" + strings.ToUpper(t.String()[:1]) + t.String()[1:]
			s.set(v, s.helper(name)+"("+x+")", false)
		} else {
			s.set(v, goType(t)+"("+x+")", false)
		}
	case kernels.OpBits:
		s.set(v, s.reinterpret(t, from, s.whole(in.Args[0])), false)
	case kernels.OpTable:
		s.set(v, fmt.Sprintf("%s[%s&%d]", s.table(in.Imm, t), "uint64("+s.whole(in.Args[0])+")", len(s.p.Tables[in.Imm])-1), false)
	default:
		panic(fmt.Sprintf("aot: no Go for %v", in.Op))
	}
}

// divide writes a quotient or a remainder.
func (s *source) divide(v kernels.Value, in kernels.Instr) {
	x, y := s.use2(in)
	op := "/"
	if in.Op == kernels.OpRem {
		op = "%"
	}
	switch b := s.bits[in.Args[1]]; {
	case in.Type.IsFloat():
		if b != nil {
			// Division by a constant zero does not compile.
			y = s.variable(in.Args[1])
		}
		s.set(v, x+" / "+y, true)
	case b != nil:
		if s.bits[in.Args[0]] != nil {
			x = s.alone(in.Args[0])
		}
		s.set(v, x+" "+op+" "+y, true)
	default:
		if s.bits[in.Args[0]] != nil {
			x = s.alone(in.Args[0])
		}
		s.choose(v, y+" != 0", x+" "+op+" "+y, goType(in.Type)+"(0)")
	}
}

// variable is a constant in a form that the compiler does not compute with.
func (s *source) variable(v kernels.Value) string {
	t, b := s.p.TypeOf(v), *s.bits[v]
	switch {
	case t == kernels.Float64 && b == 0:
		s.imports["math"] = true
		return "math.Float64frombits(0)"
	case t == kernels.Float32 && b == 0:
		s.imports["math"] = true
		return "math.Float32frombits(0)"
	}
	return s.literal(t, b)
}

// shift writes a shift. A constant count of the width or more would be an error
// to go vet.
func (s *source) shift(v kernels.Value, in kernels.Instr) {
	x, y := s.alone(in.Args[0]), s.use(in.Args[1])
	if s.loose[in.Args[0]] && s.bits[in.Args[0]] == nil {
		x = "(" + x + ")"
	}
	op := "<<"
	if in.Op == kernels.OpShr {
		op = ">>"
	}
	width := uint64(8 * in.Type.Size())
	if b := s.bits[in.Args[1]]; b != nil {
		// Of a shift to the right with sign, all that is past the width is the same.
		s.set(v, fmt.Sprintf("%s %s %d", x, op, min(*b, width-1)), true)
		return
	}
	switch in.Type {
	case kernels.Int64:
		y = "uint64(" + s.whole(in.Args[1]) + ")"
	case kernels.Int32:
		y = "uint32(" + s.whole(in.Args[1]) + ")"
	}
	s.set(v, x+" "+op+" "+y, true)
}

// reinterpret is the bits of a value of type from as a t of the same size.
func (s *source) reinterpret(t, from kernels.Type, x string) string {
	if t == from {
		return x
	}
	unsigned := kernels.Uint64
	if t.Size() == 4 {
		unsigned = kernels.Uint32
	}
	switch {
	case t.IsInt() && from.IsInt():
		return goType(t) + "(" + x + ")"
	case t.IsInt():
		s.imports["math"] = true
		x = fmt.Sprintf("math.Float%dbits(%s)", 8*t.Size(), x)
		if t != unsigned {
			x = goType(t) + "(" + x + ")"
		}
		return x
	}
	s.imports["math"] = true
	if from != unsigned {
		x = goType(unsigned) + "(" + x + ")"
	}
	return fmt.Sprintf("math.Float%dfrombits(%s)", 8*t.Size(), x)
}

// helper is the name of a function of the file that must be declared.
func (s *source) helper(name string) string {
	full := s.prefix + name
	for _, h := range s.helpers {
		if h == name {
			return full
		}
	}
	s.helpers = append(s.helpers, name)
	return full
}

// table is the name of table n with entries of type t, which is declared.
func (s *source) table(n uint64, t kernels.Type) string {
	key := fmt.Sprint(n, t)
	if name, ok := s.tables[key]; ok {
		return name
	}
	name := fmt.Sprintf("%sTable%d", s.prefix, len(s.tables))
	s.tables[key] = name
	var b strings.Builder
	entries := s.p.Tables[n]
	fmt.Fprintf(&b, "var %s = [%d]%s{", name, len(entries), goType(t))
	for i, e := range entries {
		if i%4 == 0 {
			b.WriteString("\n")
		}
		if t.Size() == 4 {
			e = uint64(uint32(e))
		}
		b.WriteString(s.literal(t, e) + ", ")
	}
	b.WriteString("\n}\n")
	s.tableOf = append(s.tableOf, b.String())
	return name
}

// uniforms writes what is the same for all elements.
func (s *source) uniforms() {
	for v := range s.p.Uniform {
		s.emit(kernels.Value(v))
	}
}

// body writes what is computed for element i, without the stores.
func (s *source) body() {
	nu := len(s.p.Uniform)
	guards := s.p.Guards
	open := false
	for j := range s.p.Body {
		if len(guards) > 0 && j == guards[0].Lo {
			g := guards[0]
			open = s.written(g)
			for v := nu + g.Lo; v < nu+g.Hi; v++ {
				if s.early[v] && s.uses[v] > 0 && s.bits[v] == nil {
					s.line("var v%d %s", v, goType(s.p.TypeOf(kernels.Value(v))))
				}
			}
			if open {
				s.line("if %s {", s.whole(g.Cond))
			}
		}
		s.emit(kernels.Value(nu + j))
		if len(guards) > 0 && j == guards[0].Hi-1 {
			if open {
				s.line("}")
			}
			guards = guards[1:]
		}
	}
}
