package arm64

import (
	"encoding/binary"
	"fmt"
)

// Asm assembles one piece of code. The zero value is ready. It is not for concurrent use.
type Asm struct {
	buf    []byte
	labels []int // place of each label; unbound: -1
	fixups []fixup
	err    error
	linked bool
}

// fixup is an instruction at buf[at:at+4] whose displacement Link fills in.
type fixup struct {
	at    int
	label Label
	kind  fixupKind
}

type fixupKind uint8

const (
	branch26 fixupKind = iota // b
	branch19                  // b.cond, cbz, cbnz; ldr from a label
	page21                    // adrp
	low12                     // add of the address within the page
)

// Error says which instruction cannot be encoded, at which offset in the code it would have stood, and why.
type Error struct {
	Inst   string // the instruction, or the name of the Asm method's subject ("label", "align")
	Offset int
	Reason string
}

func (e *Error) Error() string {
	return fmt.Sprintf("arm64: %s at offset %d: %s", e.Inst, e.Offset, e.Reason)
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

// word appends an instruction. Every change of the code goes through word or Data, so that Bytes knows whether it has
// been linked.
func (a *Asm) word(w uint32) {
	a.buf = binary.LittleEndian.AppendUint32(a.buf, w)
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

const nop = 0xd503201f

// Align pads with NOPs to a multiple of n bytes, a power of two of at least 4. It counts from the start of the code, so
// the code itself must be placed at a multiple of n (executable memory starts at a page).
func (a *Asm) Align(n int) {
	if n < 4 || n&(n-1) != 0 {
		a.fail("align", "%d is not a power of two of at least 4", n)
		return
	}
	for len(a.buf)%n != 0 {
		a.word(nop)
	}
}

// Data64 appends 64-bit words, least significant byte first.
func (a *Asm) Data64(u ...uint64) {
	for _, v := range u {
		a.buf = binary.LittleEndian.AppendUint64(a.buf, v)
	}
	a.linked = false
}

// Data32 appends 32-bit words, least significant byte first.
func (a *Asm) Data32(u ...uint32) {
	for _, v := range u {
		a.word(v)
	}
}

func (a *Asm) refer(inst string, w uint32, l Label, kind fixupKind) {
	if !a.known(l) {
		a.fail(inst, "label %d was not made by this Asm", l)
		return
	}
	a.fixups = append(a.fixups, fixup{len(a.buf), l, kind})
	a.word(w)
}

// Link fills in the displacements to labels. It returns the first error of the Asm, which may be a label that is used
// but not bound, or a branch that does not reach. More code may follow, and another Link.
func (a *Asm) Link() error {
	for _, f := range a.fixups {
		if a.err != nil {
			break
		}
		if a.labels[f.label] < 0 {
			a.err = &Error{Inst: "label", Offset: f.at, Reason: fmt.Sprintf("label %d is used but not bound", f.label)}
			break
		}
		a.fix(f, a.labels[f.label])
	}
	a.linked = a.err == nil
	return a.err
}

func (a *Asm) fix(f fixup, to int) {
	w := binary.LittleEndian.Uint32(a.buf[f.at:])
	d := to - f.at
	fits := func(d, bits int) bool { return d>>(bits-1) == 0 || d>>(bits-1) == -1 }
	ok := true
	switch f.kind {
	case branch26:
		ok = fits(d, 28)
		w = w&^(1<<26-1) | uint32(d>>2)&(1<<26-1)
	case branch19:
		ok = fits(d, 21)
		w = w&^((1<<19-1)<<5) | uint32(d>>2)&(1<<19-1)<<5
	case page21:
		p := to>>12 - f.at>>12
		ok = fits(p, 21)
		w = w&^(3<<29|(1<<19-1)<<5) | uint32(p)&3<<29 | uint32(p>>2)&(1<<19-1)<<5
	case low12:
		w = w&^((1<<12-1)<<10) | uint32(to)&(1<<12-1)<<10
	}
	if !ok {
		a.err = &Error{Inst: "label", Offset: f.at, Reason: fmt.Sprintf("label %d is %d bytes away, more than the instruction can say", f.label, d)}
		return
	}
	binary.LittleEndian.PutUint32(a.buf[f.at:], w)
}
