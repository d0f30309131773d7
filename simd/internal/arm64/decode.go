package arm64

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
)

// Inst is one machine instruction, read back from its bytes.
type Inst struct {
	At    int
	Name  string
	Place int // where it jumps to, or of what page it takes the address; -1: nowhere
	args  string
}

// Text is the instruction in Arm's syntax; place names a place in the code.
func (in *Inst) Text(place func(at int) string) string {
	args := in.args
	if in.Place >= 0 {
		args = strings.TrimPrefix(args+", "+place(in.Place), ", ")
	}
	return strings.TrimSuffix(in.Name+" "+args, " ")
}

// IsBranch reports whether the instruction jumps to Place.
func (in *Inst) IsBranch() bool { return in.Place >= 0 && in.Name != "adrp" }

// DecodeError says that bytes are no instruction that this package encodes.
type DecodeError struct {
	At   int
	Word uint32
}

func (e *DecodeError) Error() string {
	return fmt.Sprintf("arm64: no known instruction at offset %d: %#08x", e.At, e.Word)
}

// Decode reads the instruction at an offset of the code, a multiple of 4. It knows
// the instructions that an Asm writes, and the error of others is a *DecodeError.
func Decode(code []byte, at int) (Inst, error) {
	if at < 0 || at+4 > len(code) {
		return Inst{}, &DecodeError{At: at}
	}
	w := binary.LittleEndian.Uint32(code[at:])
	in := Inst{At: at, Place: -1}
	if in.branch(w) {
		return in, nil
	}
	for _, p := range patterns() {
		if w&p.mask == p.word {
			text := p.text(w)
			in.Name, in.args, _ = strings.Cut(text, " ")
			return in, nil
		}
	}
	return Inst{}, &DecodeError{at, w}
}

// branch reads an instruction that refers to a place.
func (in *Inst) branch(w uint32) bool {
	signed := func(bits, lo int) int { return int(int32(w<<(32-lo-bits)) >> (32 - bits)) }
	to := func(d int) bool {
		in.Place = max(in.At+4*d, 0)
		return true
	}
	switch {
	case w>>26 == 0x14000000>>26:
		in.Name = "b"
		return to(signed(26, 0))
	case w>>24 == 0x54 && w&16 == 0 && condName(w&15) != "":
		in.Name = "b." + condName(w&15)
		return to(signed(19, 5))
	case w>>24 == 0xb4:
		in.Name, in.args = "cbz", x(w)
		return to(signed(19, 5))
	case w>>24 == 0xb5:
		in.Name, in.args = "cbnz", x(w)
		return to(signed(19, 5))
	case w>>31 == 1 && w>>24&31 == 0x10:
		in.Name, in.args = "adrp", x(w)
		page := signed(19, 5)<<2 | int(w>>29&3)
		in.Place = max((in.At>>12+page)<<12, 0)
		return true
	}
	return false
}

func condName(c uint32) string {
	names := [16]string{EQ: "eq", NE: "ne", HS: "hs", LO: "lo", HI: "hi", LS: "ls", GE: "ge", LT: "lt", GT: "gt", LE: "le"}
	return names[c&15]
}

// The operands, by the fields that hold them; a register of number 31 is the zero
// register.
func x(n uint32) string    { return general("x", n) }
func half(n uint32) string { return general("w", n) }

func general(prefix string, n uint32) string {
	if n&31 == 31 {
		return prefix + "zr"
	}
	return fmt.Sprintf("%s%d", prefix, n&31)
}

// A pattern is the instructions that have word where mask has ones.
type pattern struct {
	mask, word uint32
	text       func(w uint32) string
}

const (
	fieldD uint32 = 31
	fieldN uint32 = 31 << 5
	fieldM uint32 = 31 << 16
)

// patterns are all but the branches, the special forms of an instruction before
// the general one.
var patterns = sync.OnceValue(func() []pattern {
	var ps []pattern
	add := func(operands, word uint32, text func(w uint32) string) {
		ps = append(ps, pattern{^operands, word, text})
	}
	fixed := func(word uint32, text string) { add(0, word, func(uint32) string { return text }) }
	fixed(nop, "nop")
	fixed(0xd65f03c0, "ret")

	// Vectors.
	add(fieldD, 0x6f00e400, func(w uint32) string { return fmt.Sprintf("movi v%d.2d, #0", w&31) })
	add(fieldD|fieldN|fieldM, 0x4ea01c00, func(w uint32) string {
		if w>>5&31 == w>>16&31 {
			return fmt.Sprintf("mov v%d.16b, v%d.16b", w&31, w>>5&31)
		}
		return fmt.Sprintf("orr v%d.16b, v%d.16b, v%d.16b", w&31, w>>5&31, w>>16&31)
	})
	for op := Op(1); op < numOps; op++ {
		r := &table[op]
		for l := B8; l <= D2; l++ {
			word, ok := r.with(l)
			if !ok {
				continue
			}
			operands := fieldD | fieldN
			if r.args == 2 {
				operands |= fieldM
			}
			dl, nl := resultLanes(op, l)
			add(operands, word, func(w uint32) string {
				text := fmt.Sprintf("%s v%d.%s, v%d.%s", r.name, w&31, dl, w>>5&31, nl)
				switch {
				case op == CMEQ0:
					text += ", #0"
				case r.args == 2:
					text += fmt.Sprintf(", v%d.%s", w>>16&31, nl)
				}
				return text
			})
		}
	}
	for _, l := range []Lanes{S2, S4, D2} {
		width := uint32(8) << l.size()
		for _, s := range []struct {
			name string
			word uint32
			left bool
		}{{"shl", 0x0f005400, true}, {"ushr", 0x2f000400, false}, {"sshr", 0x0f000400, false}} {
			// The highest bit of the immediate tells the width.
			add(fieldD|fieldN|(width-1)<<16, s.word|l.full()<<30|width<<16, func(w uint32) string {
				imm := w >> 16 & 127
				count := 2*width - imm
				if s.left {
					count = imm - width
				}
				return fmt.Sprintf("%s v%d.%v, v%d.%v, #%d", s.name, w&31, l, w>>5&31, l, count)
			})
		}
		size := Size(l.size())
		lanes := (16>>size - 1) << (size + 17)
		element := uint32(1) << (16 + size)
		lane := func(w uint32) uint32 { return w >> (17 + size) & (16>>size - 1) }
		add(fieldD|fieldN|uint32(lanes), 0x0e000400|l.full()<<30|element, func(w uint32) string {
			return fmt.Sprintf("dup v%d.%v, v%d.%v[%d]", w&31, l, w>>5&31, size, lane(w))
		})
		add(fieldD|fieldN, 0x0e000c00|l.full()<<30|element, func(w uint32) string {
			return fmt.Sprintf("dup v%d.%v, %s", w&31, l, sized(size, w>>5))
		})
		if l == S2 {
			continue
		}
		umov := 0x0e003c00 | uint32(size&1)<<30 | element
		add(fieldD|fieldN|uint32(lanes), umov, func(w uint32) string {
			return fmt.Sprintf("umov %s, v%d.%v[%d]", sized(size, w), w>>5&31, size, lane(w))
		})
		if size == S {
			add(fieldD|fieldN|uint32(lanes), 0x4e002c00|element, func(w uint32) string {
				return fmt.Sprintf("smov %s, v%d.s[%d]", x(w), w>>5&31, lane(w))
			})
		}
		add(fieldD|fieldN|uint32(lanes), 0x4e001c00|element, func(w uint32) string {
			return fmt.Sprintf("ins v%d.%v[%d], %s", w&31, size, lane(w), sized(size, w>>5))
		})
		add(fieldD|fieldN|uint32(lanes), 0x6e000400|element, func(w uint32) string {
			return fmt.Sprintf("ins v%d.%v[%d], v%d.%v[0]", w&31, size, lane(w), w>>5&31, size)
		})
		for i, name := range []string{"scvtf", "ucvtf"} {
			add(fieldD|fieldN, 0x9e220000|uint32(i)<<16|uint32(size&1)<<22, func(w uint32) string {
				return fmt.Sprintf("%s %v%d, %s", name, size, w&31, x(w>>5))
			})
		}
	}
	for i, name := range []string{"sshll", "ushll"} {
		add(fieldD|fieldN, 0x0f20a400|uint32(i)<<29, func(w uint32) string {
			return fmt.Sprintf("%s v%d.2d, v%d.2s, #0", name, w&31, w>>5&31)
		})
	}
	add(fieldD|fieldN, 0x9e670000, func(w uint32) string { return fmt.Sprintf("fmov d%d, %s", w&31, x(w>>5)) })
	add(fieldD|fieldN, 0x9e660000, func(w uint32) string { return fmt.Sprintf("fmov %s, d%d", x(w), w>>5&31) })
	add(fieldD|fieldN|1<<30, 0x0d408400, func(w uint32) string {
		return fmt.Sprintf("ld1 {v%d.d}[%d], [%s]", w&31, w>>30&1, x(w>>5))
	})
	add(fieldD|fieldN|1<<30|1<<12, 0x0d408000, func(w uint32) string {
		return fmt.Sprintf("ld1 {v%d.s}[%d], [%s]", w&31, w>>30&1<<1|w>>12&1, x(w>>5))
	})
	for _, s := range []Size{S, D, Q} {
		for load, name := range []string{"str", "ldr"} {
			add(fieldD|fieldN|(1<<12-1)<<10, memOp(uint32(load), s)|1<<24, func(w uint32) string {
				return fmt.Sprintf("%s %v%d, [%s, #%d]", name, s, w&31, x(w>>5), w>>10&(1<<12-1)<<s)
			})
			add(fieldD|fieldN|fieldM, memOp(uint32(load), s)|0x206800, func(w uint32) string {
				return fmt.Sprintf("%s %v%d, [%s, %s]", name, s, w&31, x(w>>5), x(w>>16))
			})
		}
	}

	// General registers.
	for i, name := range []string{"str", "ldr"} {
		add(fieldD|fieldN|(1<<12-1)<<10, 0xf9000000|uint32(i)<<22, func(w uint32) string {
			return fmt.Sprintf("%s %s, [%s, #%d]", name, x(w), x(w>>5), w>>10&(1<<12-1)*8)
		})
	}
	add(fieldD|fieldN|fieldM, 0xf8606800, func(w uint32) string {
		return fmt.Sprintf("ldr %s, [%s, %s]", x(w), x(w>>5), x(w>>16))
	})
	add(fieldD|fieldM, 0xaa0003e0, func(w uint32) string { return fmt.Sprintf("mov %s, %s", x(w), x(w>>16)) })
	add(fieldN|fieldM, 0xeb00001f, func(w uint32) string { return fmt.Sprintf("cmp %s, %s", x(w>>5), x(w>>16)) })
	add(fieldN|fieldM, 0x6b00001f, func(w uint32) string { return fmt.Sprintf("cmp %s, %s", half(w>>5), half(w>>16)) })
	add(fieldN|(1<<12-1)<<10, 0xf100001f, func(w uint32) string { return fmt.Sprintf("cmp %s, #%d", x(w>>5), w>>10&(1<<12-1)) })
	for _, o := range []struct {
		name string
		word uint32
		reg  func(n uint32) string
	}{{"add", 0x8b000000, x}, {"sub", 0xcb000000, x}, {"and", 0x8a000000, x}, {"sdiv", 0x9ac00c00, x}, {"udiv", 0x9ac00800, x},
		{"sdiv", 0x1ac00c00, half}, {"udiv", 0x1ac00800, half}} {
		add(fieldD|fieldN|fieldM, o.word, func(w uint32) string {
			return fmt.Sprintf("%s %s, %s, %s", o.name, o.reg(w), o.reg(w>>5), o.reg(w>>16))
		})
	}
	add(fieldD|fieldN|fieldM|63<<10, 0x8b000000, func(w uint32) string {
		return fmt.Sprintf("add %s, %s, %s, lsl #%d", x(w), x(w>>5), x(w>>16), w>>10&63)
	})
	add(fieldD|fieldN|fieldM|31<<10, 0x9b008000, func(w uint32) string {
		return fmt.Sprintf("msub %s, %s, %s, %s", x(w), x(w>>5), x(w>>16), x(w>>10))
	})
	add(fieldD|fieldN|fieldM|15<<12, 0x9a800000, func(w uint32) string {
		return fmt.Sprintf("csel %s, %s, %s, %s", x(w), x(w>>5), x(w>>16), condName(w>>12))
	})
	for i, name := range []string{"add", "sub"} {
		add(fieldD|fieldN|(1<<12-1)<<10, 0x91000000|uint32(i)<<30, func(w uint32) string {
			return fmt.Sprintf("%s %s, %s, #%d", name, x(w), x(w>>5), w>>10&(1<<12-1))
		})
		add(fieldD|fieldN|(1<<12-1)<<10, 0x91400000|uint32(i)<<30, func(w uint32) string {
			return fmt.Sprintf("%s %s, %s, #%#x, lsl #12", name, x(w), x(w>>5), w>>10&(1<<12-1))
		})
	}
	for i, name := range []string{"movn", "", "movz", "movk"} {
		if name == "" {
			continue
		}
		add(fieldD|(1<<16-1)<<5|3<<21, 0x92800000|uint32(i)<<29, func(w uint32) string {
			text := fmt.Sprintf("%s %s, #%#x", name, x(w), w>>5&(1<<16-1))
			if shift := w >> 21 & 3; shift != 0 {
				text += fmt.Sprintf(", lsl #%d", 16*shift)
			}
			return text
		})
	}
	add(fieldD|fieldN|63<<16, 0xd340fc00, func(w uint32) string {
		return fmt.Sprintf("lsr %s, %s, #%d", x(w), x(w>>5), w>>16&63)
	})
	add(fieldD|fieldN|63<<16|63<<10, 0xd3400000, func(w uint32) string {
		return fmt.Sprintf("lsl %s, %s, #%d", x(w), x(w>>5), 63-w>>10&63)
	})
	// Masks of ones below, or above: so many, less one, in bits 10 to 15.
	add(fieldD|fieldN|63<<16|63<<10, 0x92400000, func(w uint32) string {
		ones := w>>10&63 + 1
		mask := uint64(1)<<ones - 1
		if rotate := w >> 16 & 63; rotate != 0 {
			mask = mask>>rotate | mask<<(64-rotate)
		}
		return fmt.Sprintf("and %s, %s, #%#x", x(w), x(w>>5), mask)
	})
	return ps
})

// sized is a general register as wide as a lane.
func sized(s Size, n uint32) string {
	if s == D {
		return x(n)
	}
	return half(n)
}

// with is the instruction's word for lanes, if it has them.
func (r *row) with(l Lanes) (uint32, bool) {
	full := l.full() << 30
	switch r.lanes {
	case floats:
		return r.word | full | l.size()&1<<22, l >= S2
	case ints:
		return r.word | full | l.size()<<22, l >= S2
	case ints32:
		return r.word | full | l.size()<<22, l == S2 || l == S4
	case bits:
		return r.word | full, l == B8 || l == B16
	case narrowed:
		return r.word | 2<<22, l == D2
	case halved:
		return r.word | 1<<22, l == D2
	}
	return 0, false
}

// resultLanes are the lanes under which the result and the operands are written.
func resultLanes(op Op, l Lanes) (dst, src string) {
	dst, src = l.String(), l.String()
	switch op {
	case UADDLP:
		dst = map[Lanes]string{S2: "1d", S4: "2d"}[l]
	case XTN, SQXTN, UQXTN, FCVTN:
		dst = "2s"
	case FCVTL, UMLAL:
		src = "2s"
	}
	return dst, src
}
