package simd

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
	arm "github.com/triad-go/triad/simd/internal/arm64"
)

// Listing is the machine code of a program as text, and what each instruction is
// there for.
type Listing struct {
	Program *kernels.Program
	Options Options
	Lines   []Line
	Data    []byte // the constants behind the code; the first is at place DataAt
	DataAt  int
	Scratch int    // bytes of memory that the code asks for, aligned to 64
	Words   []Word // what the frame must hold, 8 bytes each
}

// Line is one instruction.
type Line struct {
	At     int    // its place in the code, in bytes
	Bytes  []byte // it itself
	Target bool   // some instruction jumps here
	// Value is what the instruction helps to compute or to store, or NoValue for
	// the loops around.
	Value int
	inst  instruction
}

// instruction is what the listing of each architecture knows of its own.
type instruction struct {
	text   func(s Syntax, place func(at int) string) string
	target int // where it jumps to, or -1
	page   int // whose address it takes, or -1
	data   int // the place of the memory that it reads, or -1
	nop    bool
	ret    bool
}

// NoValue is the Value of what belongs to no value of the program.
const NoValue = -1

// Syntax is a way to write instructions.
type Syntax uint8

const (
	Vendor Syntax = iota // the vendor's, Intel's or Arm's, with the destination first
	GoAsm                // that of Go's assembler, with the destination last
)

func (s Syntax) String() string {
	switch s {
	case Vendor:
		return "vendor"
	case GoAsm:
		return "go"
	}
	return fmt.Sprintf("Syntax(%d)", uint8(s))
}

// WordKind says what a word of the frame is.
type WordKind uint8

const (
	WordUniforms WordKind = iota // the address of the uniform values, 8 bytes each
	WordScratch                  // the address of Scratch bytes, aligned to 64
	WordOwn                      // room that the code uses itself
	WordArray                    // the address of array Index
	WordPartials                 // the address of the blocks' values of reduction Index, 8 bytes each
	WordFault                    // the least element with the condition of trap Index; at entry kernels.NoFault
)

// Word is a word of the frame, the memory that a call into code passes.
type Word struct {
	Kind  WordKind
	Index int
}

// note says for which value the code from a place on is.
type note struct{ at, value int }

// note notes that the code to come is for v, or for nothing with NoValue.
func (g *gen) note(v int) {
	if g.notes != nil {
		*g.notes = append(*g.notes, note{g.asm.Len(), v})
	}
}

// List returns the machine code of p as text, on whatever machine. The code is
// called with the address of the frame, the first element and one past the last
// in RAX, RBX and RCX, or X0 to X2 on arm64; it leaves the registers alone that
// package exec names and the stack, calls nothing, and returns like a function. The
// error is a *ListError for the portable tier, which has no code. A program so long
// that it runs in pieces is listed as one function all the same.
func List(p *kernels.Program, o Options) (*Listing, error) {
	var notes []note
	l := &Listing{Program: p, Options: o}
	for i := range frameArrays {
		switch i {
		case frameUniforms:
			l.Words = append(l.Words, Word{WordUniforms, 0})
		case frameScratch:
			l.Words = append(l.Words, Word{WordScratch, 0})
		default:
			l.Words = append(l.Words, Word{WordOwn, i})
		}
	}
	for i := range p.Arrays {
		l.Words = append(l.Words, Word{WordArray, i})
	}
	for i := range p.Reductions {
		l.Words = append(l.Words, Word{WordPartials, i})
	}
	for i := range p.Traps {
		l.Words = append(l.Words, Word{WordFault, i})
	}
	switch o.Tier {
	case AVX2, AVX512:
		g, err := generateNoted(p, o, &notes)
		if err != nil {
			return nil, err
		}
		l.Scratch = g.scratch
		return l, l.read(g.asm.Bytes(), g.codeLen, 64, notes, readAMD64)
	case NEON:
		n, err := neonNoted(p, &notes)
		if err != nil {
			return nil, err
		}
		l.Scratch = n.scratch()
		return l, l.read(n.asm.Bytes(), n.codeLen, 16, notes, readARM64)
	}
	return nil, &ListError{o.Tier}
}

// List returns the code as text.
func (c *Code) List() (*Listing, error) {
	o := c.opts
	o.Tier = c.tier
	return List(c.prog, o)
}

// ListError says that there is no listing of a tier's code.
type ListError struct{ Tier Tier }

func (e *ListError) Error() string { return fmt.Sprintf("simd: no listing for tier %s", e.Tier) }

func readAMD64(code []byte, at int) (instruction, int, error) {
	in, err := x.Decode(code, at)
	i := instruction{target: -1, page: -1, data: -1, nop: in.Name == "NOP", ret: in.Name == "RET"}
	i.text = func(s Syntax, place func(at int) string) string {
		if s == GoAsm {
			return in.Go(place)
		}
		return in.Intel(place)
	}
	for _, a := range in.Args {
		switch {
		case a.Kind == x.PlaceArg:
			i.target = a.Place
		case a.Kind == x.MemArg && a.Mem.Base == x.NoReg:
			i.data = a.Place
		}
	}
	return i, in.Len, err
}

func readARM64(code []byte, at int) (instruction, int, error) {
	in, err := arm.Decode(code, at)
	i := instruction{target: -1, page: -1, data: -1, nop: in.Name == "nop", ret: in.Name == "ret"}
	i.text = func(s Syntax, place func(at int) string) string {
		if s == GoAsm {
			return "" // it knows few of the vector instructions
		}
		return in.Text(place)
	}
	if in.IsBranch() {
		i.target = in.Place
	} else {
		i.page = in.Place
	}
	return i, 4, err
}

// read makes the lines of code, of which the first n bytes are instructions and
// the rest constants, aligned so.
func (l *Listing) read(all []byte, n, align int, notes []note, decode func(code []byte, at int) (instruction, int, error)) error {
	code := all[:n]
	l.DataAt = min((n+align-1)&^(align-1), len(all))
	targets := map[int]bool{}
	value := NoValue
	nu, nb := len(l.Program.Uniform), len(l.Program.Body)
	for at := 0; at < len(code); {
		in, n, err := decode(code, at)
		if err != nil {
			return err
		}
		for len(notes) > 0 && notes[0].at <= at {
			if value, notes = notes[0].value, notes[1:]; value >= nu+nb {
				value = nu + (value-nu)%nb // of another copy of the body
			}
		}
		if in.target >= 0 {
			targets[in.target] = true
		}
		l.Lines = append(l.Lines, Line{At: at, Bytes: code[at : at+n], Value: value, inst: in})
		at += n
	}
	for i := range l.Lines {
		ln := &l.Lines[i]
		ln.Target = targets[ln.At]
		if ln.inst.data >= n && ln.inst.data < l.DataAt {
			l.DataAt = n // constants that are not aligned so
		}
	}
	l.Data = all[l.DataAt:]
	return nil
}

// CodeBytes is the number of bytes of the instructions.
func (l *Listing) CodeBytes() int {
	last := l.Lines[len(l.Lines)-1]
	return last.At + len(last.Bytes)
}

// Loop is the instructions of the loop that most elements go through, and of
// code without a loop all.
func (l *Listing) Loop() []Line {
	for i := range l.Lines {
		if to := l.Lines[i].inst.target; to >= 0 && to <= l.Lines[i].At {
			first := slices.IndexFunc(l.Lines, func(ln Line) bool { return ln.At == to })
			return l.Lines[first : i+1]
		}
	}
	return l.Lines
}

// Text is the instruction in a syntax; place writes the place of a jump, and of
// memory among the constants. It is empty for an instruction that Go's
// assembler does not know.
func (ln *Line) Text(s Syntax, place func(at int) string) string { return ln.inst.text(s, place) }

// Page is the place of the page of which an ADRP, the first of two instructions
// that make an address, takes the address; -1 for all others.
func (ln *Line) Page() int { return ln.inst.page }

// IsNop reports whether the instruction only fills space, so that a loop begins
// at a good place.
func (ln *Line) IsNop() bool { return ln.inst.nop }

// IsReturn reports whether the instruction is the end of the code.
func (ln *Line) IsReturn() bool { return ln.inst.ret }

// placeIn writes a place: the label of an instruction, or the constants' name and
// an offset.
func (l *Listing) placeIn(s Syntax) func(at int) string {
	return func(at int) string {
		switch {
		case at < l.DataAt:
			return fmt.Sprintf("L%x", at)
		case s == GoAsm:
			return fmt.Sprintf("constants<>+%d(SB)", at-l.DataAt)
		}
		return fmt.Sprintf("constants + %d", at-l.DataAt)
	}
}

// unnamed is an instruction that Go's assembler does not know, by its bits.
func unnamed(ln *Line) string {
	if len(ln.Bytes) == 4 && ln.At%4 == 0 {
		b := ln.Bytes
		return fmt.Sprintf("WORD $0x%02x%02x%02x%02x", b[3], b[2], b[1], b[0])
	}
	var bytes []string
	for _, c := range ln.Bytes {
		bytes = append(bytes, fmt.Sprintf("BYTE $%#02x", c))
	}
	return strings.Join(bytes, "; ")
}

// Write writes the listing: place, instruction, and where the value changes that
// it is for, that value with its operation and what describe has for it, by value.
func (l *Listing) Write(w io.Writer, s Syntax, describe []string) error {
	var b strings.Builder
	last := NoValue
	for i := range l.Lines {
		ln := &l.Lines[i]
		if ln.Target {
			fmt.Fprintf(&b, "L%x:\n", ln.At)
		}
		text := ln.Text(s, l.placeIn(s))
		if text == "" {
			text = unnamed(ln) + " // " + ln.Text(Vendor, l.placeIn(Vendor))
		}
		comment := ""
		if ln.Value != last && ln.Value != NoValue {
			comment = fmt.Sprintf("v%d %s", ln.Value, l.Program.Instr(kernels.Value(ln.Value)).Op)
			if ln.Value < len(describe) {
				comment += ": " + describe[ln.Value]
			}
		}
		last = ln.Value
		if comment == "" {
			fmt.Fprintf(&b, "%6x  %s\n", ln.At, text)
		} else {
			fmt.Fprintf(&b, "%6x  %-52s ; %s\n", ln.At, text, comment)
		}
	}
	if len(l.Data) > 0 {
		fmt.Fprintf(&b, "constants: %d bytes\n", len(l.Data))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
