// Package ptxsim interprets the part of PTX that package ptx writes, for tests on machines without a GPU: many threads
// in warps of 32, shared memory, barriers, shuffles and atomic operations. What lies outside of that part is an error. The
// semantics are those of "Parallel Thread Execution ISA", NVIDIA.
package ptxsim

import (
	"fmt"
	"strconv"
	"strings"
	"unsafe"
)

// Module is PTX that was read.
type Module struct {
	entries map[string]*entry
	names   []string
	tables  map[string][]uint64 // module-scope arrays; they stay where they are
	regions Regions             // of the tables
}

// entry is a kernel.
type entry struct {
	name       string
	paramBytes int
	shared     int // bytes of arrays that a block's threads share
	sharedAt   map[string]int
	code       []instr
	labels     map[string]int
	regs       map[string]int32
	kinds      []byte // by register: 'p', 'r' (32 bits), 'd' (64 bits)
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
	mostRegisters = 1 << 20
	mostShared    = 1 << 20
	mostTable     = 1 << 20
)

// parser reads a module line by line: statements of package ptx do not share lines, nor go over several but in heads of entries.
type parser struct {
	m     *Module
	e     *entry
	line  int
	text  string
	begun bool // within the braces of an entry
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
	if p.m.entries[name] != nil {
		return p.fail("two entries of the name %s", name)
	}
	p.e = &entry{name: name, sharedAt: map[string]int{}, labels: map[string]int{}, regs: map[string]int32{}}
	params = strings.TrimSpace(params)
	size, ok := strings.CutPrefix(params, ".param .align 8 .b8 args[")
	n, err := strconv.Atoi(strings.TrimSuffix(size, "]"))
	if !ok || err != nil || n < 0 || n > 4352 {
		return p.fail("parameters that are no block of bytes: %s", params)
	}
	p.e.paramBytes = n
	for _, d := range strings.Fields(strings.ReplaceAll(directives, ",", " ")) {
		if _, err := strconv.Atoi(d); err != nil && d != ".maxntid" && d != ".minnctapersm" && d != ".reqntid" {
			return p.fail("an unknown directive %s", d)
		}
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
		if _, ok := p.e.labels[label]; ok {
			return p.fail("two labels %s", label)
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

// registers reads ".reg .b64 %rd<9>".
func (p *parser) registers(line string) error {
	f := strings.Fields(line)
	if len(f) != 3 {
		return p.fail("registers")
	}
	prefix, count, ok := strings.Cut(strings.TrimSuffix(f[2], ">"), "<")
	n, err := strconv.Atoi(count)
	if !ok || err != nil || n < 0 || len(p.e.kinds)+n > mostRegisters {
		return p.fail("registers")
	}
	kind := map[string]byte{".pred": 'p', ".b32": 'r', ".u32": 'r', ".s32": 'r', ".f32": 'r', ".b64": 'd', ".u64": 'd', ".s64": 'd', ".f64": 'd'}[f[1]]
	if kind == 0 {
		return p.fail("registers of an unknown type")
	}
	for i := range n {
		p.e.regs[prefix+strconv.Itoa(i)] = int32(len(p.e.kinds))
		p.e.kinds = append(p.e.kinds, kind)
	}
	return nil
}

// shared reads ".shared .align 8 .b8 room[512]".
func (p *parser) shared(line string) error {
	f := strings.Fields(line)
	if len(f) != 5 || f[1] != ".align" {
		return p.fail("shared memory")
	}
	align, err := strconv.Atoi(f[2])
	name, count, ok := strings.Cut(strings.TrimSuffix(f[4], "]"), "[")
	n, err2 := strconv.Atoi(count)
	size := map[string]int{".b8": 1, ".b32": 4, ".u32": 4, ".f32": 4, ".b64": 8, ".u64": 8, ".f64": 8}[f[3]]
	if err != nil || err2 != nil || !ok || size == 0 || align < 1 || align > 128 || n < 0 || n > mostShared {
		return p.fail("shared memory")
	}
	at := (p.e.shared + align - 1) / align * align
	p.e.sharedAt[name], p.e.shared = at, at+n*size
	if p.e.shared > mostShared {
		return p.fail("too much shared memory")
	}
	return nil
}

// table reads ".global .align 16 .b64 name[4] = {1, 2, 3, 4};".
func (p *parser) table(line string) error {
	f := strings.Fields(line)
	if len(f) < 5 || f[1] != ".align" {
		return p.fail("a table")
	}
	name, rest, ok := strings.Cut(f[4], "[")
	n, err := strconv.Atoi(strings.TrimSuffix(rest, "]"))
	size := map[string]int{".b32": 4, ".b64": 8}[f[3]]
	_, values, ok2 := strings.Cut(line, "{")
	values, ok3 := strings.CutSuffix(strings.TrimSpace(values), "};")
	if !ok || !ok2 || !ok3 || err != nil || size == 0 || n < 1 || n > mostTable {
		return p.fail("a table")
	}
	parts := strings.Split(values, ",")
	if len(parts) != n {
		return p.fail("a table of %d entries with %d values", n, len(parts))
	}
	t := make([]uint64, n)
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(t))), 8*n)
	for i, v := range parts {
		x, err := strconv.ParseUint(strings.TrimSpace(v), 0, 8*size)
		if err != nil {
			return p.fail("a table's value %s", v)
		}
		for b := range size {
			bytes[i*size+b] = byte(x >> (8 * b))
		}
	}
	p.m.tables[name] = t
	p.m.regions.Add(unsafe.Pointer(unsafe.SliceData(t)), n*size)
	return nil
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

// operand is a register, or a number.
type operand struct {
	reg int32 // -1 for a number
	imm uint64
}

// operand reads a register, a special register, a number or the name of memory.
func (p *parser) operand(s string) (operand, error) {
	s = strings.TrimSpace(s)
	if r, ok := p.e.regs[s]; ok {
		return operand{reg: r}, nil
	}
	if i, ok := specials[s]; ok {
		return operand{reg: -2 - int32(i)}, nil
	}
	if at, ok := p.e.sharedAt[s]; ok {
		return operand{reg: -1, imm: uint64(at)}, nil
	}
	if t, ok := p.m.tables[s]; ok {
		return operand{reg: -1, imm: uint64(uintptr(unsafe.Pointer(unsafe.SliceData(t))))}, nil
	}
	if len(s) == 18 && (strings.HasPrefix(s, "0d") || strings.HasPrefix(s, "0D")) {
		if v, err := strconv.ParseUint(s[2:], 16, 64); err == nil {
			return operand{reg: -1, imm: v}, nil
		}
	}
	if len(s) == 10 && (strings.HasPrefix(s, "0f") || strings.HasPrefix(s, "0F")) {
		if v, err := strconv.ParseUint(s[2:], 16, 32); err == nil {
			return operand{reg: -1, imm: v}, nil
		}
	}
	number := strings.TrimSuffix(s, "U")
	if v, err := strconv.ParseUint(number, 0, 64); err == nil && number != "" {
		return operand{reg: -1, imm: v}, nil
	}
	if v, err := strconv.ParseInt(number, 0, 64); err == nil {
		return operand{reg: -1, imm: uint64(v)}, nil
	}
	return operand{}, p.fail("an operand %q that is none", s)
}

var specials = map[string]int{
	"%tid.x": 0, "%tid.y": 1, "%tid.z": 2, "%ntid.x": 3, "%ntid.y": 4, "%ntid.z": 5,
	"%ctaid.x": 6, "%ctaid.y": 7, "%ctaid.z": 8, "%nctaid.x": 9, "%nctaid.y": 10, "%nctaid.z": 11, "%laneid": 12, "%warpid": 13,
}

// operands splits at commas that are in no brackets.
func splitOperands(s string) []string {
	var parts []string
	depth, from := 0, 0
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
	if last := strings.TrimSpace(s[from:]); last != "" {
		parts = append(parts, last)
	}
	return parts
}
