// Package ptxsim interprets the part of PTX that package ptx writes, for tests on machines without a GPU. The semantics are
// those of "Parallel Thread Execution ISA", NVIDIA.
//
// What it models: grids of blocks of up to 1024 threads in warps of 32, which part at branches and meet again where those that
// are furthest behind in the text catch up; registers of 32 and 64 bits and predicates; global, constant and shared memory and
// parameters, with the alignment and the bounds of every access; barriers, shuffles and votes; atomic operations; blocks, and
// warps of a block, in turns, so that they may wait for each other in loops. Arithmetic has the bits of the ISA: a NaN of 32 bits
// that it makes is the canonical one, one of 64 bits is the host's, with whatever payload and sign.
//
// What it does not: time; caches and weak memory, as one instruction of one warp comes after another and every store is seen at
// once, so that a fence that is missing, or a race, goes unnoticed unless another order of blocks and warps (Options.Seed) shows
// it; progress of one thread of a warp while another of it spins; more than 8 blocks at a time.
//
// What it refuses: all other instructions, types and modifiers, among them arithmetic whose rounding or contraction would be
// left to the assembler; registers of the wrong type; results that depend on registers, or shared memory, that were never
// written; barriers that part of a warp's threads are at, warps that wait at different ones, and masks of shuffles, votes and
// bar.warp.sync that name other threads than are there, those that have ended included; branches said to be uniform that are
// not; blocks that take more than Options.Steps. What the ISA leaves open, as division by zero, comes out as bits that make no
// sense. Statements take a line each.
package ptxsim

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unsafe"
)

// Module is PTX that was read.
type Module struct {
	entries map[string]*entry
	names   []string
	tables  map[string][]uint64 // module-scope arrays; they stay where they are
	globals Regions             // of the tables, by space
	consts  Regions

	constBytes int
}

// entry is a kernel.
type entry struct {
	name       string
	paramBytes int
	shared     int // bytes of arrays that a block's threads share
	sharedAt   map[string]int
	param      string
	most       [3]int // threads of a block: no more than their product; zeros for any number
	required   bool   // exactly these
	code       []instr
	labels     map[string]int
	names      map[string]int32 // of registers
	classes    []class          // by register
	fixed      []int32          // registers that are numbers of the text
	numbers    map[uint64]int32 // which these are
}

// SyntaxError says what is no PTX of the part that this package knows.
type SyntaxError struct {
	Line   int
	Text   string
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("ptxsim: line %d: %s: %q", e.Line, e.Reason, e.Text)
}

// Entries are the names of the kernels, in the order of the text.
func (m *Module) Entries() []string { return m.names }

// ParamBytes is the size of a kernel's parameters.
func (m *Module) ParamBytes(entry string) (int, bool) {
	e, ok := m.entries[entry]
	if !ok {
		return 0, false
	}
	return e.paramBytes, true
}

const (
	mostRegisters = 1 << 16   // of an entry
	mostNames     = 1 << 18   // of registers, in a module
	mostStatic    = 48 << 10  // bytes of shared memory that entries declare
	mostShared    = 227 << 10 // with what launches add
	mostConst     = 64 << 10
	mostTable     = 1 << 20

	mostParameters = 4352
)

// parser reads a module line by line: statements of package ptx do not share lines, nor go over several but in heads of entries.
type parser struct {
	m     *Module
	e     *entry
	line  int
	text  string
	count int // of registers declared so far
	fixes []fix
}

// fix is a branch of which the label was not there yet.
type fix struct {
	at    int
	label string
	line  int
	text  string
}

func (p *parser) fail(format string, args ...any) error {
	return &SyntaxError{p.line, p.text, fmt.Sprintf(format, args...)}
}

// Parse reads a module.
func Parse(text string) (*Module, error) {
	p := &parser{m: &Module{entries: map[string]*entry{}, tables: map[string][]uint64{}}}
	text = strings.TrimRight(text, "\x00")
	head := ""
	for i, line := range strings.Split(text, "\n") {
		p.line = i + 1
		if at := strings.Index(line, "//"); at >= 0 {
			line = line[:at]
		}
		line = strings.TrimSpace(line)
		p.text = line
		if line == "" {
			continue
		}
		if p.e == nil && (head != "" || strings.HasPrefix(line, ".visible")) {
			head += " " + line
			if strings.Contains(line, "{") {
				if err := p.head(head); err != nil {
					return nil, err
				}
				head = ""
			}
			continue
		}
		if err := p.statement(line); err != nil {
			return nil, err
		}
	}
	if p.e != nil || head != "" {
		return nil, p.fail("an entry without an end")
	}
	return p.m, nil
}

// head reads what comes before the brace of an entry.
func (p *parser) head(s string) error {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "{"))
	s, ok := strings.CutPrefix(s, ".visible .entry ")
	if !ok {
		return p.fail("no entry")
	}
	name, rest, ok := strings.Cut(s, "(")
	params, directives, ok2 := strings.Cut(rest, ")")
	if !ok || !ok2 {
		return p.fail("an entry without parameters")
	}
	name = strings.TrimSpace(name)
	if !identifier(name) {
		return p.fail("no name of an entry: %q", name)
	}
	if p.m.entries[name] != nil || p.m.tables[name] != nil {
		return p.fail("two things of the name %s", name)
	}
	p.e = &entry{name: name, sharedAt: map[string]int{}, labels: map[string]int{}, names: map[string]int32{}, numbers: map[uint64]int32{}}
	for i, s := range specials {
		p.e.names[s] = int32(i)
		p.e.classes = append(p.e.classes, word)
	}
	f := strings.Fields(params)
	switch {
	case len(f) == 3 && f[0] == ".param" && strings.Contains(" .b32 .u32 .s32 .f32 .b64 .u64 .s64 .f64 ", " "+f[1]+" "):
		p.e.param, p.e.paramBytes = f[2], 8
		if strings.HasSuffix(f[1], "32") {
			p.e.paramBytes = 4
		}
	case len(f) == 5 && f[0] == ".param" && f[1] == ".align" && f[2] == "8" && f[3] == ".b8":
		name, n, ok := array(f[4])
		if !ok || n > mostParameters {
			return p.fail("parameters that are no block of bytes: %s", params)
		}
		p.e.param, p.e.paramBytes = name, n
	case len(f) != 0:
		return p.fail("parameters that are no block of bytes: %s", params)
	}
	if len(f) != 0 && !identifier(p.e.param) {
		return p.fail("no name of a parameter: %q", p.e.param)
	}
	return p.directives(directives)
}

// directives reads what an entry demands of launches.
func (p *parser) directives(s string) error {
	for s = strings.TrimSpace(s); s != ""; {
		name, rest, _ := strings.Cut(s, " ")
		at := strings.Index(rest, ".")
		if at < 0 {
			at = len(rest)
		}
		var sizes []int
		for _, d := range strings.Split(rest[:at], ",") {
			n, ok := count(strings.TrimSpace(d))
			if !ok || n < 1 || n > 1024 || len(sizes) == 3 {
				return p.fail("a directive %s", s)
			}
			sizes = append(sizes, n)
		}
		switch {
		case name == ".maxntid", name == ".reqntid":
			p.e.most = [3]int{1, 1, 1}
			copy(p.e.most[:], sizes)
			p.e.required = name == ".reqntid"
		case name == ".minnctapersm" && len(sizes) == 1:
		default:
			return p.fail("an unknown directive %s", name)
		}
		s = strings.TrimSpace(rest[at:])
	}
	return nil
}

func (p *parser) statement(line string) error {
	if p.e == nil {
		switch {
		case strings.HasPrefix(line, ".version "), strings.HasPrefix(line, ".target "), line == ".address_size 64":
			return nil
		case strings.HasPrefix(line, ".global "), strings.HasPrefix(line, ".const "):
			return p.table(line)
		}
		return p.fail("outside of an entry")
	}
	switch {
	case line == "}":
		return p.end()
	case strings.HasSuffix(line, ":"):
		label := strings.TrimSuffix(line, ":")
		if !p.fresh(label) {
			return p.fail("two things of the name %s, or it is none", label)
		}
		p.e.labels[label] = len(p.e.code)
		return nil
	}
	line, ok := strings.CutSuffix(line, ";")
	if !ok {
		return p.fail("a statement without an end")
	}
	switch {
	case strings.HasPrefix(line, ".reg "):
		return p.registers(line)
	case strings.HasPrefix(line, ".shared "):
		return p.shared(line)
	}
	return p.instruction(line)
}

// count is a number without a sign.
func count(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 31)
	return int(n), err == nil
}

// alignment is a power of two.
func alignment(s string) (int, bool) {
	n, ok := count(s)
	return n, ok && n > 0 && n <= 128 && n&(n-1) == 0
}

// array reads "name[12]".
func array(s string) (name string, n int, ok bool) {
	name, size, ok := strings.Cut(s, "[")
	size, ok2 := strings.CutSuffix(size, "]")
	n, ok3 := count(size)
	return name, n, ok && ok2 && ok3 && identifier(name)
}

// identifier says whether PTX takes s for a name.
func identifier(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == '$':
		case c == '%' && i == 0:
		case c >= '0' && c <= '9' && i > 0:
		default:
			return false
		}
	}
	return s != "" && (len(s) > 1 || !strings.Contains("_$%", s))
}

// fresh says whether s is a name that nothing has in the entry.
func (p *parser) fresh(s string) bool {
	_, register := p.e.names[s]
	_, label := p.e.labels[s]
	_, shared := p.e.sharedAt[s]
	return identifier(s) && !register && !label && !shared && s != p.e.param
}

// registers reads ".reg .b64 %rd<9>".
func (p *parser) registers(line string) error {
	f := strings.Fields(line)
	if len(f) != 3 {
		return p.fail("registers")
	}
	prefix, size, ok := strings.Cut(f[2], "<")
	size, ok2 := strings.CutSuffix(size, ">")
	n, ok3 := count(size)
	if !ok || !ok2 || !ok3 || !identifier(prefix+"0") || len(p.e.classes)+n > mostRegisters {
		return p.fail("registers")
	}
	kind, ok := strings.CutPrefix(f[1], ".")
	t, ok2 := typeOf(kind)
	if !ok || !ok2 {
		return p.fail("registers of an unknown type")
	}
	if p.count += n; p.count > mostNames {
		return p.fail("too many registers")
	}
	for i := range n {
		name := prefix + strconv.Itoa(i)
		if !p.fresh(name) {
			return p.fail("two things of the name %s", name)
		}
		p.e.names[name] = p.register(t.class())
	}
	return nil
}

// register adds one.
func (p *parser) register(c class) int32 {
	p.e.classes = append(p.e.classes, c)
	return int32(len(p.e.classes) - 1)
}

// shared reads ".shared .align 8 .b8 room[512]".
func (p *parser) shared(line string) error {
	f := strings.Fields(line)
	if len(f) != 5 || f[1] != ".align" {
		return p.fail("shared memory")
	}
	align, ok := alignment(f[2])
	name, n, ok2 := array(f[4])
	size := map[string]int{".b8": 1, ".b32": 4, ".u32": 4, ".f32": 4, ".b64": 8, ".u64": 8, ".f64": 8}[f[3]]
	if !ok || !ok2 || size == 0 || n > mostStatic {
		return p.fail("shared memory")
	}
	if !p.fresh(name) {
		return p.fail("two things of the name %s", name)
	}
	align = max(align, size)
	at := (p.e.shared + align - 1) / align * align
	p.e.sharedAt[name], p.e.shared = at, at+n*size
	if p.e.shared > mostStatic {
		return p.fail("more than %d bytes of shared memory", mostStatic)
	}
	return nil
}

// table reads ".global .align 16 .b64 name[4] = {1, 2, 3, 4};".
func (p *parser) table(line string) error {
	f := strings.Fields(line)
	if len(f) < 5 || f[1] != ".align" {
		return p.fail("a table")
	}
	align, ok := alignment(f[2])
	name, n, ok2 := array(f[4])
	size := map[string]int{".b32": 4, ".b64": 8}[f[3]]
	before, values, ok3 := strings.Cut(line, "{")
	values, ok4 := strings.CutSuffix(strings.TrimSpace(values), "};")
	if !ok || !ok2 || !ok3 || !ok4 || size == 0 || n < 1 || n > mostTable || strings.TrimSpace(strings.Join(strings.Fields(before)[5:], "")) != "=" {
		return p.fail("a table")
	}
	parts := strings.Split(values, ",")
	if len(parts) != n {
		return p.fail("a table of %d entries with %d values", n, len(parts))
	}
	t := make([]uint64, (n*size+7)/8+align/8)
	for int(uintptr(unsafe.Pointer(unsafe.SliceData(t))))%align != 0 {
		t = t[1:]
	}
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(t))), n*size)
	for i, v := range parts {
		x, err := strconv.ParseUint(strings.TrimSpace(v), 0, 8*size)
		if err != nil {
			return p.fail("a table's value %s", v)
		}
		for b := range size {
			bytes[i*size+b] = byte(x >> (8 * b))
		}
	}
	if p.m.tables[name] != nil || p.m.entries[name] != nil {
		return p.fail("two things of the name %s", name)
	}
	p.m.tables[name] = t
	to := &p.m.globals
	if f[0] == ".const" {
		to = &p.m.consts
		if p.m.constBytes = (p.m.constBytes+align-1)/align*align + n*size; p.m.constBytes > mostConst {
			return p.fail("more than %d bytes of constants", mostConst)
		}
	}
	return to.Add(unsafe.Pointer(unsafe.SliceData(t)), n*size)
}

// end closes an entry.
func (p *parser) end() error {
	for _, f := range p.fixes {
		to, ok := p.e.labels[f.label]
		if !ok {
			return &SyntaxError{f.line, f.text, "no label " + f.label}
		}
		p.e.code[f.at].target = to
	}
	p.fixes = nil
	p.m.entries[p.e.name] = p.e
	p.m.names = append(p.m.names, p.e.name)
	p.e = nil
	return nil
}

// operand reads a register, a special register, a number or the name of memory, as a register of that class: numbers have one of
// their own.
func (p *parser) operand(s string, want class) (int32, error) {
	if r, ok := p.e.names[s]; ok {
		if !p.e.classes[r].agrees(want) {
			return 0, p.fail("%q is no register of the type that is read", s)
		}
		return r, nil
	}
	v, ok := p.number(s, want)
	if !ok {
		return 0, p.fail("an operand %q that is none of its type", s)
	}
	r, ok := p.e.numbers[v]
	if !ok {
		if len(p.e.classes) == mostRegisters {
			return 0, p.fail("too many numbers")
		}
		r = p.register(want)
		p.e.numbers[v], p.e.fixed = r, append(p.e.fixed, r)
	}
	return r, nil
}

// number reads a number of that class, or what memory's name stands for.
func (p *parser) number(s string, want class) (uint64, bool) {
	if want.kind == 'p' {
		return 0, false
	}
	if at, ok := p.e.sharedAt[s]; ok {
		return uint64(at), want.kind != 'f'
	}
	if t, ok := p.m.tables[s]; ok {
		return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(t)))), want.kind != 'f' && want.bits == 64
	}
	for prefix, bits := range map[string]int{"0f": 32, "0F": 32, "0d": 64, "0D": 64} {
		if digits, ok := strings.CutPrefix(s, prefix); ok {
			v, err := strconv.ParseUint(digits, 16, bits)
			return v, err == nil && len(digits) == bits/4 && bits == want.bits && want.kind != 'i'
		}
	}
	if want.kind == 'f' || strings.ContainsAny(s, "_oO+") {
		return 0, false
	}
	s = strings.TrimSuffix(s, "U")
	if v, err := strconv.ParseUint(s, 0, want.bits); err == nil {
		return v, true
	}
	v, err := strconv.ParseInt(s, 0, want.bits)
	return uint64(v) & (math.MaxUint64 >> (64 - want.bits)), err == nil
}

// specials are the registers that every entry has, in their order.
var specials = []string{
	"%tid.x", "%tid.y", "%tid.z", "%ntid.x", "%ntid.y", "%ntid.z", "%ctaid.x", "%ctaid.y", "%ctaid.z", "%nctaid.x", "%nctaid.y", "%nctaid.z",
	"%laneid", "%warpid",
}

// splitOperands splits at commas that are in no brackets.
func splitOperands(s string) ([]string, bool) {
	var parts []string
	depth, from := 0, 0
	s = strings.TrimSpace(s)
	for i, c := range s {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(s[from:i]))
				from = i + 1
			}
		}
	}
	if s != "" {
		parts = append(parts, strings.TrimSpace(s[from:]))
	}
	for _, part := range parts {
		if part == "" {
			return nil, false
		}
	}
	return parts, depth == 0
}
