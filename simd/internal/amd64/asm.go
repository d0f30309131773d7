package amd64

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Asm assembles one piece of code. The zero value is ready. After Reset its memory is used again, so that encoding into
// a warm Asm does not allocate. It is not for concurrent use.
type Asm struct {
	buf    []byte
	labels []int   // place of each label; unbound: -1
	fixups []fixup // 32-bit displacements that Link fills in
	err    error
	linked bool
}

// fixup is a displacement at buf[at:at+4], relative to the byte at end (the next instruction).
type fixup struct {
	at, end int
	label   Label
	disp    int32
}

// Error says which instruction cannot be encoded, at which offset in the code it would have stood, and why.
type Error struct {
	Inst   string // the instruction, or the name of the Asm method's subject ("label", "align")
	Offset int
	Reason string
}

func (e *Error) Error() string {
	return fmt.Sprintf("amd64: %s at offset %d: %s", e.Inst, e.Offset, e.Reason)
}

// Reset empties the Asm and keeps its memory. Slices that Bytes gave before become invalid.
func (a *Asm) Reset() {
	a.buf, a.labels, a.fixups = a.buf[:0], a.labels[:0], a.fixups[:0]
	a.err, a.linked = nil, false
}

// Len is the length of the code so far, in bytes.
func (a *Asm) Len() int { return len(a.buf) }

// Err is the first error, an *[Error]; nil: none so far.
func (a *Asm) Err() error { return a.err }

// Bytes is the code, valid until the next change of the Asm. It is nil unless Link has succeeded since the last
// instruction: code with open displacements must not be run.
func (a *Asm) Bytes() []byte {
	if !a.linked {
		return nil
	}
	return a.buf
}

func (a *Asm) fail(inst, format string, args ...any) {
	if a.err == nil {
		a.err = &Error{Inst: inst, Offset: len(a.buf), Reason: fmt.Sprintf(format, args...)}
	}
}

// emit appends bytes. Every change of the code goes through emit, so that Bytes knows whether it has been linked.
func (a *Asm) emit(b ...byte) {
	a.buf = append(a.buf, b...)
	a.linked = false
}

func (a *Asm) emit32(v int32) {
	a.buf = binary.LittleEndian.AppendUint32(a.buf, uint32(v))
	a.linked = false
}

func (a *Asm) emit64(v uint64) {
	a.buf = binary.LittleEndian.AppendUint64(a.buf, v)
	a.linked = false
}

// NewLabel makes a label that is not bound yet.
func (a *Asm) NewLabel() Label {
	a.labels = append(a.labels, -1)
	return Label(len(a.labels) - 1)
}

func (a *Asm) known(l Label) bool { return l >= 0 && int(l) < len(a.labels) }

// Bind places l at the end of the code so far. A label is bound once.
func (a *Asm) Bind(l Label) {
	switch {
	case !a.known(l):
		a.fail("label", "label %d was not made by this Asm", l)
	case a.labels[l] >= 0:
		a.fail("label", "label %d is already bound, at offset %d", l, a.labels[l])
	default:
		a.labels[l] = len(a.buf)
		a.linked = false
	}
}

// nops are the multi-byte NOPs that the SDM recommends (volume 2B, NOP, table 4-12).
var nops = [...]string{1: "\x90",
	2: "\x66\x90",
	3: "\x0f\x1f\x00",
	4: "\x0f\x1f\x40\x00",
	5: "\x0f\x1f\x44\x00\x00",
	6: "\x66\x0f\x1f\x44\x00\x00",
	7: "\x0f\x1f\x80\x00\x00\x00\x00",
	8: "\x0f\x1f\x84\x00\x00\x00\x00\x00",
	9: "\x66\x0f\x1f\x84\x00\x00\x00\x00\x00",
}

// Align pads with NOPs to a multiple of n bytes, a power of two. It counts from the start of the code, so the code
// itself must be placed at a multiple of n (executable memory starts at a page).
func (a *Asm) Align(n int) {
	if n <= 0 || n&(n-1) != 0 {
		a.fail("align", "%d is not a power of two", n)
		return
	}
	for pad := -len(a.buf) & (n - 1); pad > 0; {
		k := min(pad, len(nops)-1)
		a.buf = append(a.buf, nops[k]...)
		a.linked = false
		pad -= k
	}
}

// Data appends raw bytes, such as constants that are read through AtLabel.
func (a *Asm) Data(b []byte) { a.emit(b...) }

// Data64 appends 64-bit words, least significant byte first.
func (a *Asm) Data64(u ...uint64) {
	for _, v := range u {
		a.emit64(v)
	}
}

// Link fills in the displacements to labels. It returns the first error of the Asm, which may be a label that is used
// but not bound. More code may follow, and another Link.
func (a *Asm) Link() error {
	for _, f := range a.fixups {
		if a.err != nil {
			break
		}
		to := a.labels[f.label]
		if to < 0 {
			a.err = &Error{Inst: "label", Offset: f.at, Reason: fmt.Sprintf("label %d is used but not bound", f.label)}
			break
		}
		d := int64(to) + int64(f.disp) - int64(f.end)
		if d != int64(int32(d)) {
			a.err = &Error{Inst: "label", Offset: f.at, Reason: fmt.Sprintf("label %d is %d bytes away, more than 32 bits can say", f.label, d)}
			break
		}
		binary.LittleEndian.PutUint32(a.buf[f.at:], uint32(int32(d)))
	}
	a.linked = a.err == nil
	return a.err
}

// memFault says why m cannot be encoded; "" when it can.
func (a *Asm) memFault(m *Mem) string {
	switch {
	case m.Base == NoReg && m.Index != NoReg:
		return "RIP-relative memory cannot have an index"
	case m.Base == NoReg && !a.known(m.Label):
		return "memory at a label that was not made by this Asm"
	case m.Base == NoReg:
		return ""
	case m.Base > R15:
		return "no such base register"
	case m.Index == NoReg:
		return ""
	case m.Index > R15:
		return "no such index register"
	case m.Index == RSP:
		return "rsp cannot be an index"
	case m.Scale != 1 && m.Scale != 2 && m.Scale != 4 && m.Scale != 8:
		return "scale is not 1, 2, 4 or 8"
	}
	return ""
}

// ext gives bit 3 of the index and of the base: the X and B bits of every prefix.
func (m *Mem) ext() (x, b uint8) {
	if m.Index != NoReg {
		x = uint8(m.Index) >> 3
	}
	if m.Base != NoReg {
		b = uint8(m.Base) >> 3
	}
	return x, b
}

// modRM appends the ModRM byte, SIB byte and displacement of a memory operand that memFault has passed. n is the unit
// of an 8-bit displacement (1, or EVEX's disp8*N) and tail the number of bytes that will follow the displacement.
func (a *Asm) modRM(reg uint8, m *Mem, n int32, tail int) {
	reg = reg & 7 << 3
	if m.Base == NoReg {
		a.emit(reg | 5)
		at := len(a.buf)
		a.fixups = append(a.fixups, fixup{at: at, end: at + 4 + tail, label: m.Label, disp: m.Disp})
		a.emit32(0)
		return
	}
	base := uint8(m.Base) & 7
	var mod uint8
	switch {
	case m.Disp == 0 && base != 5: // RBP and R13 with mod 0 would mean RIP or no base
	case m.Disp%n == 0 && m.Disp/n >= math.MinInt8 && m.Disp/n <= math.MaxInt8:
		mod = 1 << 6
	default:
		mod = 2 << 6
	}
	switch {
	case m.Index != NoReg:
		var s uint8
		for m.Scale>>s > 1 {
			s++
		}
		a.emit(mod|reg|4, s<<6|uint8(m.Index)&7<<3|base)
	case base == 4: // RSP and R12 in ModRM would mean that a SIB byte follows
		a.emit(mod|reg|4, 4<<3|base)
	default:
		a.emit(mod | reg | base)
	}
	switch mod {
	case 1 << 6:
		a.emit(uint8(m.Disp / n))
	case 2 << 6:
		a.emit32(m.Disp)
	}
}

// Piece is code that Cut took out of an Asm.
type Piece struct {
	code   []byte
	fixups []fixup
	labels []placed
}

// placed is a label that is bound in a piece, at an offset in it.
type placed struct {
	label  Label
	offset int
}

// Cut takes the code from an offset on, where an instruction begins, out of the Asm. It takes with it the labels that are
// bound behind that offset. The code must have no alignment in it, and the jumps back that it holds must stay in it.
func (a *Asm) Cut(from int) Piece {
	p := Piece{code: append([]byte(nil), a.buf[from:]...)}
	n := len(a.fixups) // which are in the order of their places
	for n > 0 && a.fixups[n-1].at >= from {
		n--
	}
	for _, f := range a.fixups[n:] {
		f.at -= from
		f.end -= from
		p.fixups = append(p.fixups, f)
	}
	a.fixups = a.fixups[:n]
	for l, at := range a.labels {
		if at > from {
			p.labels = append(p.labels, placed{Label(l), at - from})
			a.labels[l] = -1
		}
	}
	a.buf, a.linked = a.buf[:from], false
	return p
}

// Paste appends a piece that Cut took out of the same Asm.
func (a *Asm) Paste(p Piece) {
	from := len(a.buf)
	a.emit(p.code...)
	for _, f := range p.fixups {
		f.at += from
		f.end += from
		a.fixups = append(a.fixups, f)
	}
	for _, l := range p.labels {
		a.labels[l.label] = from + l.offset
	}
}
