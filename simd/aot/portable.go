package aot

import (
	"fmt"
	"strings"

	"github.com/triad-go/triad/kernels"
)

// portable writes the function and its loop.
func (f *file) portable() string {
	s := newSource(f.p, f.prefix, f.arrays, f.scalars)
	vector := len(f.listings) > 0

	s.b.WriteString(f.doc())
	s.line("func %s(%s)%s {", f.Func, f.paramList(), f.outerResults())
	s.line("n := len(%s)", f.arrays[0])
	var differ []string
	for _, a := range f.arrays[1:] {
		differ = append(differ, "len("+a+") != n")
	}
	if len(differ) > 0 {
		s.line("if %s {\npanic(\"%s: slices of different lengths\")\n}", strings.Join(differ, " || "), f.Func)
	}
	results := strings.Join(f.results, ", ")
	if f.traps() {
		results = strings.TrimPrefix(results+", fault", ", ")
	}
	call := func(name string) string { return fmt.Sprintf("%s%s(%s)", f.prefix, name, f.args()) }
	loop := "Portable"
	finish := func() {
		if !f.traps() {
			return
		}
		s.imports["fmt"] = true
		out := func(err string) string {
			return "return " + strings.TrimPrefix(strings.Join(f.results, ", ")+", "+err, ", ")
		}
		s.line("if fault >= 0 {\n%s\n}\n%s", out("&"+f.errorName()+"{fault}"), out("nil"))
	}
	switch {
	case vector && results != "":
		s.line("%s, ok := %s", results, call("Vector"))
		if !f.traps() {
			s.line("if !ok {\nreturn %s\n}\nreturn %s", call(loop), results)
		} else {
			s.line("if !ok {\n%s = %s\n}", results, call(loop))
		}
	case vector:
		s.line("if !%s {\n%s\n}", call("Vector"), call(loop))
	case f.traps():
		s.line("%s := %s", results, call(loop))
	case results != "":
		s.line("return %s", call(loop))
	default:
		s.line("%s", call(loop))
	}
	if len(differ) == 0 {
		// n is used by nothing else.
		text := strings.Replace(s.b.String(), "n := len("+f.arrays[0]+")\n", "", 1)
		s.b.Reset()
		s.b.WriteString(text)
	}
	finish()
	s.line("}\n")

	s.b.WriteString(comment(prose(f.prefix + loop + " is " + f.Func + " in Go. A product is converted, which rounds it, so that nothing is fused that the kernel keeps apart.")...))
	s.line("func %s%s(%s)%s {", f.prefix, loop, f.paramList(), f.resultList())
	f.loop(s)
	s.line("}")

	if f.traps() {
		s.line("\n// %s says which element failed, the first if there are several.\ntype %s struct{ Element int }\n", f.errorName(), f.errorName())
		s.line("func (e *%s) Error() string {\nreturn fmt.Sprintf(\"%s: integer division by zero at element %%d\", e.Element)\n}", f.errorName(), f.Func)
	}
	declared := map[reduction]bool{}
	for _, r := range f.reduce {
		if !declared[r] {
			declared[r] = true
			s.line("\n%s", r.source(f.prefix))
			s.imports["math/bits"] = true
			if strings.Contains(r.identity(), "math.") {
				s.imports["math"] = true
			}
		}
	}
	for _, h := range s.helpers {
		src := helperSource(f.prefix, h)
		s.line("\n%s", src)
		if strings.Contains(src, "math.") {
			s.imports["math"] = true
		}
	}
	for _, t := range s.tableOf {
		s.line("\n%s", t)
	}
	return f.header("") + "package " + f.Package + "\n\n" + importList(s.imports) + s.b.String()
}

// loop writes the statements of the portable loop.
func (f *file) loop(s *source) {
	p := f.p
	first := f.arrays[0]
	for _, a := range f.arrays[1:] {
		s.line("%s = %s[:len(%s)]", a, a, first)
	}
	if f.traps() {
		s.line("fault = -1")
	}
	s.uniforms()
	if len(p.Reductions) == 0 {
		s.line("for i := range %s {", first)
		f.element(s)
		s.line("}")
	} else {
		for r, red := range f.reduce {
			s.line("var f%d %s", r, red.name(f.prefix))
		}
		s.line("for lo := 0; lo < len(%s); lo += %d {", first, p.BlockLen())
		for r, red := range f.reduce {
			s.line("var acc%d [%d]%s", r, red.lanes, goType(red.typ))
			if red.op != kernels.Sum {
				s.line("for j := range acc%d {\nacc%d[j] = %s\n}", r, r, red.identity())
			}
		}
		s.line("for i := lo; i < min(lo+%d, len(%s)); i++ {", p.BlockLen(), first)
		f.element(s)
		s.line("}")
		for r := range f.reduce {
			s.line("f%d.lanes(&acc%d)", r, r)
		}
		s.line("}")
		var values []string
		for r := range f.reduce {
			values = append(values, fmt.Sprintf("f%d.value()", r))
		}
		if f.traps() {
			values = append(values, "fault")
		}
		s.line("return %s", strings.Join(values, ", "))
		return
	}
	if f.traps() {
		s.line("return fault")
	}
}

// element writes what happens to element i.
func (f *file) element(s *source) {
	p := f.p
	s.body()
	for _, t := range p.Traps {
		s.line("if fault < 0 && %s {\nfault = i\n}", s.use(t.Cond))
	}
	for _, st := range p.Stores {
		to, x := f.arrays[st.Slot]+"[i]", s.whole(st.Value)
		if x == to { // an assignment to itself would not please go vet
			s.line("v%d := %s", st.Value, x)
			x = fmt.Sprintf("v%d", st.Value)
		}
		s.line("%s = %s", to, x)
	}
	for r, red := range f.reduce {
		s.line("%s", red.into(fmt.Sprintf("acc%d[i&%d]", r, red.lanes-1), s.whole(p.Reductions[r].Value)))
	}
}
