package aot

import (
	"fmt"
	"go/format"
	"strings"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// tierName is the end of the name of a tier's function.
func tierName(t simd.Tier) string { return strings.ToUpper(t.String()) }

// arch is an architecture that there is assembly for.
type arch struct {
	name  string // as Go calls it
	tiers []simd.Tier
}

var arches = []arch{{"amd64", []simd.Tier{simd.AVX512, simd.AVX2}}, {"arm64", []simd.Tier{simd.NEON}}}

// of returns the listings that are the architecture's, the best tier first.
func (f *file) of(a arch) []*simd.Listing {
	var ls []*simd.Listing
	for _, t := range a.tiers {
		for _, l := range f.listings {
			if l.Options.Tier == t {
				ls = append(ls, l)
			}
		}
	}
	return ls
}

// elsewhere is the build constraint of where there is no assembly.
func (f *file) elsewhere() string {
	var names []string
	for _, a := range arches {
		if len(f.of(a)) > 0 {
			names = append(names, "!"+a.name)
		}
	}
	c := strings.Join(names, " && ")
	if len(names) > 1 {
		c = "(" + c + ")"
	}
	return c + " || purego"
}

// asmArg is an argument of the assembly functions.
type asmArg struct{ name, kind string }

// asmArgs are those of the tiers' functions, which are the same: 8 bytes each.
func (f *file) asmArgs() []asmArg {
	var args []asmArg
	for slot, name := range f.arrays {
		args = append(args, asmArg{name, "*" + goType(f.p.Arrays[slot].Type)})
	}
	for r := range f.reduce {
		args = append(args, asmArg{fmt.Sprintf("partials%d", r), "*uint64"})
	}
	args = append(args, asmArg{"uniforms", "*uint64"})
	if f.traps() {
		args = append(args, asmArg{"faults", "*int64"})
	}
	return append(args, asmArg{"n", "int"})
}

// declaration is the Go declaration of a tier's function.
func (f *file) declaration(t simd.Tier) string {
	var names, kinds []string
	for _, a := range f.asmArgs() {
		names, kinds = append(names, a.name), append(kinds, a.kind)
	}
	return fmt.Sprintf("func %s%s(%s)", f.prefix, tierName(t), grouped(names, kinds))
}

// shownLoop is how many lines a loop has, at the most, that stands in a comment.
const shownLoop = 40

// loopComment is the loop that the assembly functions equal, as lines of Go.
func (f *file) loopComment() []string {
	s := newSource(f.p, f.prefix, f.arrays, f.scalars)
	s.line("func _() {")
	s.uniforms()
	s.line("for i := range n {")
	f.element(s)
	s.line("}\n}")
	out, err := format.Source([]byte(s.b.String()))
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if err != nil || len(lines) < 3 || len(lines) > shownLoop+2 {
		return nil
	}
	return lines[1 : len(lines)-1]
}

// pieceOps is about how many operations on elements one call of an assembly
// function does: some 100 µs of them.
const pieceOps = 1 << 18

// piece is the number of elements for one call: whole blocks of a reduction.
func (f *file) piece() int {
	block := f.p.BlockLen()
	return max(1, min(8192, pieceOps/(len(f.p.Body)+1))/block) * block
}

// needs is what the processor must have for a tier, or nothing for what all of
// the architecture have.
var needs = map[simd.Tier]string{
	simd.AVX2:   "cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasBMI1 && cpu.X86.HasBMI2",
	simd.AVX512: "cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasBMI1 && cpu.X86.HasBMI2",
}

// dispatch writes the Go file of an architecture: the declarations and the choice.
func (f *file) dispatch(a arch) string {
	listings := f.of(a)
	s := newSource(f.p, f.prefix, f.arrays, f.scalars)
	p, first := f.p, f.arrays[0]
	bits := func(l *simd.Listing) int { return 8 * l.Options.Tier.VectorBytes() }

	if need := needs[listings[0].Options.Tier]; need == "" {
		s.b.WriteString(comment(prose(f.prefix + "Tier is the vector code that runs, by the bits of its registers, or 0 for none.")...))
		s.line("var %sTier = %d\n", f.prefix, bits(listings[0]))
	} else {
		s.imports["golang.org/x/sys/cpu"] = true
		s.b.WriteString(comment(prose(f.prefix + "Tier is the vector code that runs, by the bits of its registers, or 0 if there is none for this processor.")...))
		s.line("var %sTier = func() int {\nswitch {", f.prefix)
		for _, l := range listings {
			s.line("case %s:\nreturn %d", needs[l.Options.Tier], bits(l))
		}
		s.line("}\nreturn 0\n}()\n")
	}

	loop := f.loopComment()
	for i, l := range listings {
		name := f.prefix + tierName(l.Options.Tier)
		text := name + " is " + f.prefix + "Portable for n elements from the pointers on"
		var lines []string
		if i == 0 && loop != nil {
			lines = append([]string{name + " is, for slices that begin at the pointers,", ""}, loop...)
			lines = append(lines, "")
			text = ""
		}
		var also []string
		if len(f.p.Uniform) > 0 {
			also = append(also, "the uniforms are what is the same for all elements")
		}
		if len(f.reduce) > 0 {
			also = append(also, "the partials get the value of each block")
		}
		if f.traps() {
			also = append(also, "the faults get the first element with each condition that makes the function fail")
		}
		if text += capital(text, strings.Join(also, ", and ")); text != "" {
			lines = append(lines, prose(text+".")...)
		}
		s.b.WriteString(comment(lines...))
		s.line("//\n//go:noescape\n%s\n", f.declaration(l.Options.Tier))
	}

	s.b.WriteString(comment(f.prefix + "Vector runs the vector code, if there is some for this processor."))
	results := f.vectorResults()
	s.line("func %sVector(%s)%s {", f.prefix, f.paramList(), results)
	plain := results == " bool"
	if plain {
		s.line("if %sTier == 0 {\nreturn false\n}", f.prefix)
	} else {
		s.line("if %sTier == 0 {\nreturn\n}", f.prefix)
	}
	if f.traps() {
		s.line("fault = -1")
	}
	s.uniforms()
	uniforms := "nil"
	if len(p.Uniform) > 0 {
		uniforms = "&u[0]"
		s.line("u := [...]uint64{")
		for v := range p.Uniform {
			s.line("%s,", f.uniformBits(s, kernels.Value(v)))
		}
		s.line("}")
	}
	blocks := f.piece() / p.BlockLen()
	for r, red := range f.reduce {
		s.line("var f%d %s", r, red.name(f.prefix))
		s.line("var partials%d [%d]uint64", r, blocks)
	}
	s.line("for lo, n := 0, 0; lo < len(%s); lo += n {", first)
	s.line("n = min(len(%s)-lo, %d)", first, f.piece())
	if len(f.reduce) == 0 && len(p.Stores) > 0 {
		slot := p.Stores[0].Slot
		lanes := listings[0].Options.Tier.VectorBytes() / p.LaneSize()
		s.imports["unsafe"] = true
		s.line("if lo == 0 && n > 128 {\n// A head of less than a vector aligns the stores.")
		s.line("if m := uintptr(unsafe.Pointer(&%s[0])) / %d %% %d; m != 0 {\nn = %d - int(m)\n}\n}",
			f.arrays[slot], p.Arrays[slot].Type.Size(), lanes, lanes)
	}
	if f.traps() {
		s.line("var faults [%d]int64", len(p.Traps))
	}
	var args []string
	for _, a := range f.arrays {
		args = append(args, "&"+a+"[lo]")
	}
	for r := range f.reduce {
		args = append(args, fmt.Sprintf("&partials%d[0]", r))
	}
	args = append(args, uniforms)
	if f.traps() {
		args = append(args, "&faults[0]")
	}
	args = append(args, "n")
	call := func(l *simd.Listing) string {
		return fmt.Sprintf("%s%s(%s)", f.prefix, tierName(l.Options.Tier), strings.Join(args, ", "))
	}
	if len(listings) == 1 {
		s.line("%s", call(listings[0]))
	} else {
		s.line("if %sTier == %d {\n%s\n} else {\n%s\n}", f.prefix, bits(listings[0]), call(listings[0]), call(listings[1]))
	}
	if len(f.reduce) > 0 {
		s.imports["math"] = true
		s.line("for b := range (n + %d) / %d {", p.BlockLen()-1, p.BlockLen())
		for r, red := range f.reduce {
			if red.typ == kernels.Float64 {
				s.line("f%d.add(math.Float64frombits(partials%d[b]))", r, r)
			} else {
				s.line("f%d.add(math.Float32frombits(uint32(partials%d[b])))", r, r)
			}
		}
		s.line("}")
	}
	if f.traps() {
		s.imports["math"] = true
		s.line("if fault < 0 {\nfor _, at := range faults {\nif at != math.MaxInt64 && (fault < 0 || lo+int(at) < fault) {\nfault = lo + int(at)\n}\n}\n}")
	}
	s.line("}")
	var values []string
	for r := range f.reduce {
		values = append(values, fmt.Sprintf("f%d.value()", r))
	}
	if f.traps() {
		values = append(values, "fault")
	}
	s.line("return %s\n}", strings.Join(append(values, "true"), ", "))
	for _, h := range s.helpers {
		if h == "Mask" {
			s.line("\n// %sMask is how the vector code takes a truth value.\nfunc %sMask(b bool) uint64 {\nif b {\nreturn 1<<64 - 1\n}\nreturn 0\n}", f.prefix, f.prefix)
		}
	}
	return f.header(a.name+" && !purego") + "package " + f.Package + "\n\n" + importList(s.imports) + s.b.String()
}

// capital begins a sentence, after another if there is one.
func capital(before, text string) string {
	switch {
	case text == "":
		return ""
	case before == "":
		return strings.ToUpper(text[:1]) + text[1:]
	}
	return ". " + strings.ToUpper(text[:1]) + text[1:]
}

// uniformBits is the value of a uniform as the assembly functions take it.
func (f *file) uniformBits(s *source, v kernels.Value) string {
	t := f.p.TypeOf(v)
	if b := s.bits[v]; b != nil {
		if t == kernels.Bool {
			return fmt.Sprintf("%#x", -*b)
		}
		return fmt.Sprintf("%#x", *b)
	}
	x := s.text[v]
	switch {
	case !s.ahead[v]: // other uniforms alone need it
		return "0"
	case t == kernels.Float64:
		s.imports["math"] = true
		return "math.Float64bits(" + x + ")"
	case t == kernels.Float32:
		s.imports["math"] = true
		return "uint64(math.Float32bits(" + x + "))"
	case t == kernels.Bool:
		return s.helper("Mask") + "(" + x + ")"
	case t == kernels.Uint64:
		return x
	case t == kernels.Int32:
		return "uint64(uint32(" + x + "))"
	}
	return "uint64(" + x + ")"
}
