package symbolic

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unicode"
)

// Func says how [GoFunc] and [CFunc] write a function.
type Func struct {
	Name string // an identifier; "f" if empty

	// Params are the parameters in their order; if nil, a number for each of the
	// [Vars] of the expressions.
	Params []Param

	// Out is the name of a slice, in C of a pointer, that comes before the other
	// parameters and takes the results. If it is empty the function returns
	// them; in C, which returns one only, it is then out for several. It must
	// not overlap the parameters: results are stored one after the other.
	Out string

	// Package makes a whole Go file of the function, in the package of this
	// name, with its imports: math where it is used, and these, which are paths
	// of packages that the Go names of functions refer to.
	Package string
	Imports []string
}

// Param is a parameter of a function. Without Vars it is a number, the value of
// the variable whose [Expr.Name] is Name; with Vars it is a slice, in C a
// pointer, whose elements are their values. In the source a name is changed
// where the language does not allow it: u[1,-2] is u_1_m2, and what is reserved
// or taken gets underscores.
type Param struct {
	Name string
	Vars []Expr
}

// SourceError says why expressions cannot be written as a function.
type SourceError struct {
	Term Expr // the subterm at fault; 0 if it is none, but the function's name
	Msg  string
}

func (e *SourceError) Error() string {
	if e.Term == (Expr{}) {
		return "symbolic: source: " + e.Msg
	}
	return "symbolic: source: " + Brief(e.Term, 100) + ": " + e.Msg
}

// source is a function as a list of values, each of earlier ones: what is common
// to the languages.
type source struct {
	language
	values []value
	known  map[valueKey]int // the constants and the products of powers
	roots  []int
	taken  map[string]bool // identifiers
	temps  int
}

// language is where the languages differ.
type language struct {
	reserved  string
	ascii     bool                                   // identifiers
	function  func(f *Function) string               // as it is called
	constant  func(v float64) string                 // a literal
	statement func(s *source, v *value) (named bool) // whether v must be a statement, its arguments being known
}

// value is one operation. Exact numbers are float64 constants here, and integer
// powers products.
type value struct {
	op   Op
	args []int
	v    float64   // of a constant
	f    *Function // of a call
	text string    // of a parameter, and of what has a statement: its name
	uses int
	size int  // operations in the text where it stands
	sums bool // a sum, or what may end in one, uses it
}

type valueKey struct {
	op   Op
	a, b int
	bits uint64
}

// maxInline bounds the operations in one statement.
const maxInline = 16

func newSource(l language, fn *Func, params []Param, exprs []Expr) (s *source, names []string, err error) {
	s = &source{language: l, known: map[valueKey]int{}, taken: map[string]bool{}}
	for w := range strings.FieldsSeq(l.reserved) {
		s.taken[w] = true
	}
	if fn.Name != s.identifier(fn.Name) {
		return nil, nil, &SourceError{Msg: fmt.Sprintf("%q cannot be the function's name", fn.Name)}
	}
	roots := FaithfulAll(exprs...)
	for e := range Postorder(roots...) {
		if e.Op() != OpCall {
			continue
		}
		name, _, _ := strings.Cut(l.function(e.Func()), ".") // a package must not be hidden either
		if name == fn.Name {
			return nil, nil, &SourceError{Term: e, Msg: fmt.Sprintf("needs the name %s, which is the function's own", name)}
		}
		s.taken[name] = true
	}
	texts := map[Expr]string{}
	for _, p := range params {
		name := s.identifier(p.Name)
		names = append(names, name)
		if p.Vars == nil {
			texts[variable(p.Name)] = name
		}
		for i, v := range p.Vars {
			texts[v] = name + "[" + strconv.Itoa(i) + "]"
		}
	}
	places := map[Expr]int{}
	for e := range Postorder(roots...) {
		if err := checkTruth(e); err != nil {
			return nil, nil, err
		}
		if e.Op() == OpVar {
			text, ok := texts[e]
			if !ok {
				return nil, nil, &SourceError{Term: e, Msg: "not a parameter"}
			}
			places[e] = s.add(value{op: OpVar, text: text})
			continue
		}
		places[e] = s.lower(e, func(i int) int { return places[e.Arg(i)] })
	}
	for _, e := range roots {
		s.roots = append(s.roots, places[e])
	}
	s.plan()
	return s, names, nil
}

// checkTruth finds truth values where numbers belong and the reverse.
func checkTruth(e Expr) error {
	logic := e.Op() == OpAnd || e.Op() == OpOr || e.Op() == OpNot
	for i := range e.NumArgs() {
		want := logic || i == 0 && e.Op() == OpSelect
		switch have := e.Arg(i).Bool(); {
		case have && !want:
			return &SourceError{Term: e, Msg: "a truth value where a number is needed"}
		case want && !have:
			return &SourceError{Term: e, Msg: "a number where a truth value is needed"}
		}
	}
	return nil
}

func (s *source) add(v value) int {
	s.values = append(s.values, v)
	return len(s.values) - 1
}

func (s *source) once(k valueKey, v value) int {
	i, ok := s.known[k]
	if !ok {
		i = s.add(v)
		s.known[k] = i
	}
	return i
}

func (s *source) constantValue(v float64) int {
	return s.once(valueKey{op: OpFloat, bits: math.Float64bits(v)}, value{op: OpFloat, v: v})
}

func (s *source) binary(op Op, a, b int) int {
	return s.once(valueKey{op: op, a: a, b: b}, value{op: op, args: []int{a, b}})
}

// lower appends the values of a term whose arguments are there.
func (s *source) lower(e Expr, arg func(int) int) int {
	switch op := e.Op(); op {
	case OpNumber:
		v, _ := rat(e.n).Float64()
		return s.constantValue(v)
	case OpFloat:
		return s.constantValue(math.Float64frombits(e.n.bits))
	case OpPow:
		return s.power(arg(0), e.Exponent())
	case OpAdd, OpSub, OpMul, OpDiv:
		return s.binary(op, arg(0), arg(1))
	case OpCall:
		if e.Func() == signFunc {
			x, zero := arg(0), s.constantValue(0)
			below := s.add(value{op: OpSelect, args: []int{s.binary(OpLt, x, zero), s.constantValue(-1), x}})
			return s.add(value{op: OpSelect, args: []int{s.binary(OpGt, x, zero), s.constantValue(1), below}})
		}
	}
	v := value{op: e.Op(), f: e.Func()}
	for i := range e.NumArgs() {
		v.args = append(v.args, arg(i))
	}
	return s.add(v)
}

// power is x to the n as [Expr.Pow] has it.
func (s *source) power(x int, n int64) int {
	m := magnitude(n)
	if m == 0 {
		return s.constantValue(1)
	}
	r := x
	for b := bits.Len64(m) - 2; b >= 0; b-- {
		r = s.binary(OpMul, r, r)
		if m>>b&1 == 1 {
			r = s.binary(OpMul, r, x)
		}
	}
	if n < 0 {
		r = s.binary(OpDiv, s.constantValue(1), r)
	}
	return r
}

// leaf reports whether v is written as a name or a literal in any case.
func (v *value) leaf() bool {
	return v.op == OpVar || v.op == OpFloat || v.op == OpCall && len(v.args) == 0
}

// constant reports whether v is known when the source is compiled.
func (v *value) constant() bool { return v.op != OpVar && v.leaf() }

// plan decides which values get statements.
func (s *source) plan() {
	for _, r := range s.roots {
		s.values[r].uses++
		s.values[r].sums = true
	}
	for i := len(s.values) - 1; i >= 0; i-- {
		v := &s.values[i]
		if v.uses == 0 {
			continue
		}
		sums := false
		switch v.op {
		case OpAdd, OpSub, OpCall: // a call may be expanded to a sum
			sums = true
		case OpNeg, OpSelect, OpMin, OpMax:
			sums = v.sums
		}
		for _, a := range v.args {
			s.values[a].uses++
			s.values[a].sums = s.values[a].sums || sums
		}
	}
	for i := range s.values {
		v := &s.values[i]
		if v.uses == 0 {
			continue
		}
		named := s.statement(s, v)
		if v.leaf() {
			continue
		}
		v.size = 1
		for _, a := range v.args {
			v.size += s.values[a].size
		}
		for _, a := range v.args { // the largest go first
			if v.size <= maxInline {
				break
			}
			if arg := &s.values[a]; arg.size > 0 {
				v.size -= arg.size
				s.name(arg)
			}
		}
		if named || v.uses > 1 {
			s.name(v)
		}
	}
}

// name gives a value a statement.
func (s *source) name(v *value) {
	v.size = 0
	if v.text == "" {
		v.text = "?" // numbered when it is written
	}
}

// nameArgs gives statements to what is written more than once.
func (s *source) nameArgs(v *value) {
	for _, a := range v.args {
		if arg := &s.values[a]; !arg.leaf() {
			s.name(arg)
		}
	}
}

// temp is a new identifier.
func (s *source) temp() string {
	for {
		s.temps++
		if name := "t" + strconv.Itoa(s.temps); !s.taken[name] {
			s.taken[name] = true
			return name
		}
	}
}

// identifier is a name of the language that is taken by nothing else.
func (s *source) identifier(name string) string {
	b := make([]byte, 0, len(name))
	for _, r := range strings.TrimSuffix(name, "]") {
		switch {
		case r == '-':
			b = append(b, 'm')
		case (unicode.IsLetter(r) || unicode.IsDigit(r)) && (r < 0x80 || !s.ascii):
			b = append(b, string(r)...)
		case r < 0x80:
			b = append(b, '_')
		default:
			b = fmt.Appendf(b, "u%04x", r)
		}
	}
	if len(b) == 0 || isDigit(b[0]) || string(b) == "_" || s.reservedStart(string(b)) {
		b = append([]byte("v"), b...)
	}
	id := string(b)
	for s.taken[id] {
		id += "_"
	}
	s.taken[id] = true
	return id
}

// reservedStart reports whether C keeps names that start so for itself.
func (s *source) reservedStart(name string) bool {
	return s.ascii && len(name) > 1 && name[0] == '_' && (name[1] == '_' || 'A' <= name[1] && name[1] <= 'Z')
}

// truth reports whether v is a truth value.
func (v *value) truth() bool {
	switch v.op {
	case OpLt, OpLe, OpGt, OpGe, OpEq, OpNe, OpAnd, OpOr, OpNot:
		return true
	}
	return false
}

// defaults fills in what was left out.
func (fn *Func) defaults(exprs []Expr) ([]Param, *Func) {
	f := *fn
	if f.Name == "" {
		f.Name = "f"
	}
	params := f.Params
	if params == nil {
		for _, v := range Vars(exprs...) {
			params = append(params, Param{Name: v.Name()})
		}
	}
	return params, &f
}
