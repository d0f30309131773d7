package aot

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/triad-go/triad/simd"
)

// noSplitBytes is the stack that a function may use without asking whether there
// is so much.
const noSplitBytes = 256

// assembly writes an architecture's file for the Go assembler.
func (f *file) assembly(a arch) (string, error) {
	var b strings.Builder
	b.WriteString(f.header(a.name + " && !purego"))
	b.WriteString("#include \"funcdata.h\"\n#include \"textflag.h\"\n")
	for _, l := range f.of(a) {
		if err := f.function(&b, l); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// unaligned are the moves that take the place of those for which the assembler's
// constants may lie at a wrong address.
var unaligned = map[string]string{
	"VMOVAPD": "VMOVUPD", "VMOVAPS": "VMOVUPS", "VMOVDQA": "VMOVDQU", "VMOVDQA64": "VMOVDQU64", "VMOVDQA32": "VMOVDQU32",
}

// machine is how assembly for an architecture makes a frame.
type machine struct {
	move, sp string // 8 bytes; the stack pointer
	temp     string // a register for the way
	base     int    // where on the stack the frame can begin
	faults   string // registers for the way back
	fault    string
	call     []string // the frame's address and the range, with %d for base and %s for n
	align    string   // of temp, which is the address of some scratch memory: to 64 bytes
	address  string   // of scratch memory into temp, by its place
	zero     string   // temp = 0
	greatest string   // temp = NoFault
}

var (
	machineAMD64 = machine{move: "MOVQ", sp: "SP", temp: "R8", faults: "AX", fault: "CX",
		call:    []string{"LEAQ %d(SP), AX", "XORL BX, BX", "MOVQ %s, CX"},
		address: "LEAQ %d(SP), R8", align: "ANDQ $-64, R8", zero: "XORL R8, R8", greatest: "MOVQ $0x7fffffffffffffff, R8"}
	machineARM64 = machine{move: "MOVD", sp: "RSP", temp: "R8", faults: "R0", fault: "R1",
		base:    8, // the link register is at 0
		call:    []string{"MOVD $%d(RSP), R0", "MOVD ZR, R1", "MOVD %s, R2"},
		address: "MOVD $%d(RSP), R8", align: "AND $~63, R8, R8", zero: "MOVD ZR, R8", greatest: "MOVD $0x7fffffffffffffff, R8"}
)

// function writes the code of one tier. It begins by making, on its stack, the
// frame that the code reads.
func (f *file) function(b *strings.Builder, l *simd.Listing) error {
	name := f.prefix + tierName(l.Options.Tier)
	m := machineAMD64
	if l.Options.Tier == simd.NEON {
		m = machineARM64
	}
	offset := map[string]int{}
	for i, a := range f.asmArgs() {
		offset[a.name] = 8 * i
	}
	arg := func(name string) string { return fmt.Sprintf("%s+%d(FP)", name, offset[name]) }
	frame := m.base + 8*len(l.Words)
	if l.Scratch > 0 {
		frame += 64 + (l.Scratch+7)&^7
	}
	flags := "NOSPLIT"
	if frame > noSplitBytes {
		flags = "0"
	}
	fmt.Fprintf(b, "\n// %s\n//\n%s", f.declaration(l.Options.Tier), strings.ReplaceAll(comment(indented(f.formula)...), "// \t", "//\t"))
	fmt.Fprintf(b, "TEXT ·%s(SB), %s, $%d-%d\n", name, flags, frame, 8*len(offset))
	b.WriteString("\tNO_LOCAL_POINTERS\n")
	line := func(format string, args ...any) { fmt.Fprintf(b, "\t"+format+"\n", args...) }

	faults := []int{} // their places on the stack
	for i, w := range l.Words {
		at := m.base + 8*i
		load := func(name string) { line("%s %s, %s", m.move, arg(name), m.temp) }
		switch w.Kind {
		case simd.WordScratch:
			if l.Scratch == 0 {
				continue
			}
			line(m.address, m.base+8*len(l.Words)+63)
			line("%s", m.align)
		case simd.WordUniforms:
			load("uniforms")
		case simd.WordArray:
			load(f.arrays[w.Index])
		case simd.WordPartials:
			load(fmt.Sprintf("partials%d", w.Index))
		case simd.WordFault:
			faults = append(faults, at)
			line("%s", m.greatest)
		default:
			if len(f.reduce) == 0 {
				continue
			}
			line("%s", m.zero)
		}
		line("%s %s, %d(%s)", m.move, m.temp, at, m.sp)
	}
	line(m.call[0], m.base)
	line("%s", m.call[1])
	line(m.call[2], arg("n"))
	b.WriteByte('\n')

	finish := func() {
		if len(faults) == 0 {
			return
		}
		line("%s %s, %s", m.move, arg("faults"), m.faults)
		for j, at := range faults {
			line("%s %d(%s), %s", m.move, at, m.sp, m.fault)
			line("%s %s, %d(%s)", m.move, m.fault, 8*j, m.faults)
		}
	}
	constants := name + "Constants<>"
	if l.Options.Tier == simd.NEON {
		f.words(line, l, constants, finish)
	} else if err := f.instructions(b, line, l, constants, finish); err != nil {
		return err
	}
	if len(l.Data) > 0 {
		b.WriteByte('\n')
		data := append([]byte(nil), l.Data...)
		for len(data)%8 != 0 {
			data = append(data, 0)
		}
		for at := 0; at < len(data); at += 8 {
			fmt.Fprintf(b, "DATA %s+%d(SB)/8, $%#016x\n", constants, at, binary.LittleEndian.Uint64(data[at:]))
		}
		fmt.Fprintf(b, "GLOBL %s(SB), RODATA|NOPTR, $%d\n", constants, len(data))
	}
	return nil
}

// instructions writes code in the words of Go's assembler.
func (f *file) instructions(b *strings.Builder, line func(string, ...any), l *simd.Listing, constants string, finish func()) error {
	place := func(at int) string {
		if at >= l.DataAt {
			return fmt.Sprintf("%s+%d(SB)", constants, at-l.DataAt)
		}
		return fmt.Sprintf("at%x", at)
	}
	aligned := false
	last := simd.NoValue
	for i := range l.Lines {
		ln := &l.Lines[i]
		if ln.IsNop() {
			if !aligned {
				line("PCALIGN $32")
			}
			aligned = true
			continue
		}
		aligned = false
		if ln.Target {
			fmt.Fprintf(b, "%s:\n", place(ln.At))
		}
		f.explain(line, ln, &last)
		if ln.IsReturn() {
			finish()
		}
		text, intel := ln.Text(simd.GoAsm, place), ln.Text(simd.Vendor, place)
		switch {
		case text == "" && strings.Contains(intel, constants):
			return &Error{Kernel: f.name, Reason: "Go's assembler has no instruction for " + intel}
		case text == "":
			var bytes []string
			for _, c := range ln.Bytes {
				bytes = append(bytes, fmt.Sprintf("BYTE $%#02x", c))
			}
			text = strings.Join(bytes, "; ") + " // " + intel
		case strings.Contains(text, constants):
			op, rest, _ := strings.Cut(text, " ")
			if u, ok := unaligned[op]; ok {
				text = u + " " + rest
			}
		}
		line("%s", text)
	}
	return nil
}

// explain writes what the code to come is for.
func (f *file) explain(line func(string, ...any), ln *simd.Line, last *int) {
	if ln.Value != *last && ln.Value != simd.NoValue {
		line("// %s", strings.ReplaceAll(f.about[ln.Value], "\n", " "))
	}
	*last = ln.Value
}

// words writes code of which Go's assembler knows too little: each instruction by
// its bits, beside its text. Two that together make the address of a constant are
// the one of Go's that becomes the same two, so that all distances stay.
func (f *file) words(line func(string, ...any), l *simd.Listing, constants string, finish func()) {
	place := func(at int) string { return fmt.Sprintf("at%x", at) }
	line("PCALIGN $32")
	last := simd.NoValue
	for i := 0; i < len(l.Lines); i++ {
		ln := &l.Lines[i]
		f.explain(line, ln, &last)
		if ln.IsReturn() {
			finish()
			line("RET")
			continue
		}
		text := ln.Text(simd.Vendor, place)
		if reg, ok := strings.CutPrefix(text, "adrp x"); ok {
			reg, _, _ = strings.Cut(reg, ",")
			// add xD, xD, #low, of an address that is less than a page from the code.
			_, low, _ := strings.Cut(l.Lines[i+1].Text(simd.Vendor, place), "#")
			var at int
			fmt.Sscan(low, &at)
			page := l.Lines[i].Page()
			line("MOVD $%s+%d(SB), R%s", constants, page+at-l.DataAt, reg)
			i++
			continue
		}
		if ln.Target {
			text = place(ln.At) + ": " + text
		}
		line("WORD $%#08x // %s", binary.LittleEndian.Uint32(ln.Bytes), text)
	}
}
