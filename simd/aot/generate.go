package aot

import (
	"fmt"
	"go/format"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// Options says what is to be written.
type Options struct {
	Package string       // of the output
	Func    string       // the function's name; default the kernel's
	Type    kernels.Type // of the arrays whose type the kernel does not say: Float64 (the default) or Float32
	Tiers   []simd.Tier  // what to write assembly for: AVX2, AVX512, NEON; none, and Portable, write Go alone
	File    string       // the first file's name, which ends in .go; default the function's, in small letters
	By      string       // what stands in the first line as the maker; default "triad generate"
}

// File is a file of the output.
type File struct {
	Name string
	Data []byte
}

// Generate returns the files of the kernel's function, the one in portable Go
// first. The same kernel and options give the same bytes on every machine. Errors
// are of type *Error: a name that is none in Go, a tier that has no assembly, more
// arrays than an assembly function's arguments may be, no array to give the number of
// elements, and outputs that take more than a program: collectives, and neighbours.
func Generate(k *kernels.Kernel, o Options) ([]File, error) {
	if o.Type == 0 {
		o.Type = kernels.Float64
	}
	if !o.Type.IsFloat() {
		return nil, &Error{Kernel: k.Name(), Reason: fmt.Sprintf("no program for elements of type %s", o.Type)}
	}
	if c := k.Columns(); len(c) > 0 {
		return nil, &Error{Kernel: k.Name(), Reason: fmt.Sprintf("a %s, which package runtime makes of a program's values, and no program alone", c[0])}
	}
	if len(k.Neighbours()) > 0 {
		return nil, &Error{Kernel: k.Name(), Reason: "neighbours, for which package runtime gives a program the rows of a grid"}
	}
	for _, in := range k.Program(o.Type).Body {
		if in.Op == kernels.OpIndex || in.Op == kernels.OpGather {
			return nil, &Error{Kernel: k.Name(), Reason: fmt.Sprintf("a %v, which depends on what package runtime knows of the launch", in.Op)}
		}
	}
	for _, out := range k.Outputs() {
		if out.Collect != kernels.Elementwise {
			return nil, &Error{Kernel: k.Name(), Reason: fmt.Sprintf("a %s, which package runtime makes of a reduction", out.Collect)}
		}
	}
	if len(k.Program(o.Type).Arrays) == 0 {
		return nil, &Error{Kernel: k.Name(), Reason: "no array, so nothing tells a function how many elements there are"}
	}
	return generate(subject{k.Name(), k.Program(o.Type), k.Params(), k.Describe(o.Type), formula(k)}, o)
}

// subject is a kernel with its program for one type.
type subject struct {
	name    string
	p       *kernels.Program
	params  []kernels.Param
	about   []string // what each value is for
	formula []string // the outputs as they were written, a line each
}

func generate(k subject, o Options) ([]File, error) {
	g, err := newFile(k, o)
	if err != nil {
		return nil, err
	}
	var files []File
	add := func(suffix string, source func() string) error {
		text := source()
		out := []byte(text)
		if strings.HasSuffix(suffix, ".go") {
			var err error
			if out, err = format.Source(out); err != nil {
				return &Error{Kernel: k.name, Reason: "the source that was made is not Go", Err: err}
			}
		}
		files = append(files, File{strings.TrimSuffix(g.File, ".go") + suffix, out})
		return nil
	}
	if err := add(".go", g.portable); err != nil {
		return nil, err
	}
	if len(g.listings) == 0 {
		return files, nil
	}
	for _, a := range arches {
		if len(g.of(a)) == 0 {
			continue
		}
		if err := add("_"+a.name+".go", func() string { return g.dispatch(a) }); err != nil {
			return nil, err
		}
		text, err := g.assembly(a)
		if err != nil {
			return nil, err
		}
		if err := add("_"+a.name+".s", func() string { return text }); err != nil {
			return nil, err
		}
	}
	if err := add("_other.go", g.other); err != nil {
		return nil, err
	}
	return files, nil
}

// file is one output on its way.
type file struct {
	Options
	subject
	prefix   string   // of all names but the function's
	arrays   []string // names by slot
	scalars  []string
	results  []string
	listings []*simd.Listing
	reduce   []reduction // by reduction of the program
}

// constrained are the ends of file names that Go takes for a system, those that
// are likely.
var constrained = []string{"386", "aix", "amd64", "android", "arm", "arm64", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js",
	"linux", "loong64", "mips", "mips64", "mips64le", "mipsle", "netbsd", "openbsd", "plan9", "ppc64", "ppc64le", "riscv64", "s390x",
	"solaris", "wasip1", "wasm", "windows"}

// mostArrays bounds the arguments of an assembly function: some kilobytes of
// stack.
const mostArrays = 1000

func newFile(k subject, o Options) (*file, error) {
	fail := func(format string, args ...any) error {
		return &Error{Kernel: k.name, Reason: fmt.Sprintf(format, args...)}
	}
	if o.Func == "" {
		o.Func = k.name
	}
	if o.Package == "" {
		o.Package = "main"
	}
	if o.By == "" {
		o.By = "triad generate"
	}
	for _, name := range []string{o.Func, o.Package} {
		if !token.IsIdentifier(name) || name == "_" {
			return nil, fail("%q is no name in Go", name)
		}
	}
	if types.Universe.Lookup(o.Func) != nil || slices.Contains([]string{"bits", "cpu", "fmt", "init", "main", "math", "unsafe"}, o.Func) {
		return nil, fail("the function's name %q means something else in Go, or to the output", o.Func)
	}
	if strings.ContainsAny(o.By, "\r\n") {
		return nil, fail("the maker's name %q has more than one line", o.By)
	}
	if o.File == "" {
		o.File = strings.ToLower(o.Func) + ".go"
	}
	if path.Ext(o.File) != ".go" || strings.HasSuffix(o.File, "_test.go") {
		return nil, fail("the file name %q does not end in .go, or ends in _test.go", o.File)
	}
	if end := o.File[strings.LastIndexByte(o.File, '_')+1:]; slices.Contains(constrained, strings.TrimSuffix(end, ".go")) {
		return nil, fail("the file name %q keeps the file from other systems than %s", o.File, strings.TrimSuffix(end, ".go"))
	}
	f := &file{Options: o, subject: k, prefix: lower(o.Func)}
	names := newNamer(f.declares()...)
	f.arrays, f.scalars = make([]string, len(f.p.Arrays)), make([]string, len(f.p.Scalars))
	for _, p := range k.params {
		switch p.Kind {
		case kernels.ArrayParam:
			f.arrays[p.Slot] = names.name(p.Name)
		case kernels.ScalarParam:
			f.scalars[p.Slot] = names.name(p.Name)
		case kernels.ResultParam:
			f.results = append(f.results, names.name(p.Name))
		}
	}
	for _, r := range f.p.Reductions {
		f.reduce = append(f.reduce, reduction{r.Op, f.p.TypeOf(r.Value), f.p.Lanes()})
	}
	for _, t := range []simd.Tier{simd.AVX512, simd.AVX2, simd.NEON} {
		if !slices.Contains(o.Tiers, t) {
			continue
		}
		if len(f.p.Arrays) > mostArrays {
			return nil, fail("%d arrays, and assembly takes %d at the most", len(f.p.Arrays), mostArrays)
		}
		l, err := simd.List(f.p, simd.Options{Tier: t})
		if err != nil {
			return nil, &Error{Kernel: k.name, Reason: "no assembly", Err: err}
		}
		f.listings = append(f.listings, l)
	}
	for _, t := range o.Tiers {
		if t != simd.AVX2 && t != simd.AVX512 && t != simd.NEON && t != simd.Portable {
			return nil, fail("no assembly for tier %s", t)
		}
	}
	return f, nil
}

// declares lists the names that the output declares.
func (f *file) declares() []string {
	names := []string{f.Func, f.errorName(), f.prefix + "Tier"}
	for _, end := range []string{"Portable", "Vector", "AVX2", "AVX512", "NEON", "FMA32", "Mask", "ToInt64", "ToInt32", "ToUint64", "ToUint32"} {
		names = append(names, f.prefix+end)
	}
	for _, r := range f.p.Reductions {
		names = append(names, reduction{r.Op, f.p.TypeOf(r.Value), 0}.name(f.prefix))
	}
	for i := range f.p.Tables {
		for j := range 6 {
			names = append(names, fmt.Sprintf("%sTable%d", f.prefix, 6*i+j))
		}
	}
	for r := range f.p.Reductions {
		for _, name := range []string{"f", "acc", "partials"} {
			names = append(names, fmt.Sprintf("%s%d", name, r))
		}
	}
	return names
}

// header begins a file.
func (f *file) header(build string) string {
	s := "// Code generated by " + f.By + "; DO NOT EDIT.\n\n"
	if build != "" {
		s += "//go:build " + build + "\n\n"
	}
	return s
}

// paramList is the parameters of the function: arrays, then scalars, each in the
// kernel's order; those of one type that follow each other together.
func (f *file) paramList() string {
	var names, kinds []string
	for _, kind := range []kernels.ParamKind{kernels.ArrayParam, kernels.ScalarParam} {
		for _, p := range f.params {
			switch {
			case p.Kind != kind:
			case kind == kernels.ArrayParam:
				names, kinds = append(names, f.arrays[p.Slot]), append(kinds, "[]"+goType(f.p.Arrays[p.Slot].Type))
			default:
				names, kinds = append(names, f.scalars[p.Slot]), append(kinds, goType(f.p.Scalars[p.Slot]))
			}
		}
	}
	return grouped(names, kinds)
}

// grouped is a list of parameters as Go writes it.
func grouped(names, kinds []string) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name)
		if i+1 == len(names) || kinds[i+1] != kinds[i] {
			b.WriteString(" " + kinds[i])
		}
	}
	return b.String()
}

// args is the parameters' names in the function's order: that of slots.
func (f *file) args() string { return strings.Join(slices.Concat(f.arrays, f.scalars), ", ") }

// traps reports whether the function can fail.
func (f *file) traps() bool { return len(f.p.Traps) > 0 }

// resultList is the results of the loops: those of reductions, then the first
// element that failed.
func (f *file) resultList() string {
	var names, kinds []string
	for i, r := range f.results {
		names, kinds = append(names, r), append(kinds, goType(f.reduce[i].typ))
	}
	if f.traps() {
		names, kinds = append(names, "fault"), append(kinds, "int")
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + grouped(names, kinds) + ")"
}

// signature is the results of the exported function.
func (f *file) outerResults() string {
	if !f.traps() {
		return f.resultList()
	}
	var names, kinds []string
	for i, r := range f.results {
		names, kinds = append(names, r), append(kinds, goType(f.reduce[i].typ))
	}
	if len(names) == 0 {
		return " error"
	}
	return " (" + grouped(append(names, "_"), append(kinds, "error")) + ")"
}

func (f *file) errorName() string { return f.Func + "Error" }

// importList is an import declaration.
func importList(packages map[string]bool) string {
	var names []string
	for p, ok := range packages {
		if ok {
			names = append(names, p)
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.SortFunc(names, func(a, b string) int {
		// The standard library first.
		if x, y := strings.Contains(a, "."), strings.Contains(b, "."); x != y {
			if x {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	})
	if len(names) == 1 {
		return fmt.Sprintf("import %q\n\n", names[0])
	}
	var b strings.Builder
	b.WriteString("import (\n")
	std := true
	for i, n := range names {
		if std && strings.Contains(n, ".") {
			std = false
			if i > 0 {
				b.WriteByte('\n')
			}
		}
		fmt.Fprintf(&b, "%q\n", n)
	}
	b.WriteString(")\n\n")
	return b.String()
}

// other writes what stands in for the vector code where there is none.
func (f *file) other() string {
	results := f.vectorResults()
	return f.header(f.elsewhere()) + "package " + f.Package + "\n\n" +
		fmt.Sprintf("// %sVector has no vector code here.\nfunc %sVector(%s)%s {\n%s\n}\n", f.prefix, f.prefix, f.paramList(), results,
			map[bool]string{true: "return false", false: "return"}[results == " bool"])
}

// vectorResults is the results of the vector loop, with whether it could run.
func (f *file) vectorResults() string {
	r := f.resultList()
	if r == "" {
		return " bool"
	}
	return strings.TrimSuffix(r, ")") + ", ok bool)"
}
