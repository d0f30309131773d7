package amd64

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// narrower is half a length.
func narrower(w Width) Width {
	if w == X {
		return X
	}
	return w - 1
}

// operandWidths are the lengths under which the operands of a vector instruction
// are written: the destination, the first source, and the last.
func operandWidths(name string, w Width) (dst, src1, src2 Width) {
	part := func() Width { // what is extracted or inserted
		if strings.HasSuffix(name, "64X4") || strings.HasSuffix(name, "32X8") {
			return Y
		}
		return X
	}
	switch {
	case strings.HasPrefix(name, "VEXTRACT"):
		return part(), w, w
	case strings.HasPrefix(name, "VINSERT"):
		return w, w, part()
	case strings.HasPrefix(name, "VBROADCASTS"), name == "VPBROADCASTQ", name == "VPBROADCASTD":
		return w, w, X
	}
	switch name {
	case "VGATHERDPD": // the first source is the index
		return w, narrower(w), w
	case "VGATHERQPS":
		return narrower(w), w, w
	}
	if from, to := conversion(name); from != to {
		// The length is that of the longer side.
		if from < to {
			return w, w, narrower(w)
		}
		return narrower(w), w, w
	}
	return w, w, w
}

// conversion is the sizes of the elements of a conversion, the same for other
// instructions, and of those on single elements.
func conversion(name string) (from, to int) {
	for _, prefix := range []string{"VCVTT", "VCVT", "VPMOVSX", "VPMOVZX"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			if a, b, ok := strings.Cut(rest, "2"); ok {
				return elementSize(a), elementSize(b)
			}
			return 4, 8
		}
	}
	if name == "VPMOVQD" {
		return 8, 4
	}
	return 0, 0
}

// elementSize is the size of elements of a kind that names of conversions have; of
// a single element it is 0.
func elementSize(kind string) int {
	switch kind {
	case "PD", "QQ", "UQQ":
		return 8
	case "PS", "DQ", "UDQ":
		return 4
	}
	return 0
}

// lengthSuffix reports whether the Go assembler wants the length in the mnemonic:
// where that does not follow from the registers.
func lengthSuffix(name string) bool {
	from, to := conversion(name)
	return from > to && name != "VPMOVQD" || strings.HasPrefix(name, "VFPCLASS")
}

// memBytes is the number of bytes that an instruction's memory operand has.
func memBytes(r *row, s spec, w Width) int {
	if r.evex != 0 && r.tuple != noTuple {
		if r.tuple == half32 || r.tuple == halfMem {
			return w.Bytes() // w is the length of that operand
		}
		return int(r.tuple.disp8(w, false))
	}
	return w.Bytes()
}

var generalNames32 = [16]string{"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi",
	"r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"}

var sizeNames = map[int]string{1: "byte", 2: "word", 4: "dword", 8: "qword", 16: "xmmword", 32: "ymmword", 64: "zmmword"}

// Intel is the instruction in Intel's syntax. place names a place in the code.
func (in *Inst) Intel(place func(at int) string) string {
	var b strings.Builder
	b.WriteString(strings.ToLower(in.Name))
	for i, a := range in.Args {
		if i == 0 {
			b.WriteByte(' ')
		} else {
			b.WriteString(", ")
		}
		switch a.Kind {
		case GeneralArg:
			if a.Size == 4 {
				b.WriteString(generalNames32[a.Reg])
			} else {
				b.WriteString(a.Reg.String())
			}
		case VecArg:
			fmt.Fprintf(&b, "%s%d", a.Width, a.Vec)
		case MaskArg:
			fmt.Fprintf(&b, "k%d", a.Mask)
		case ImmArg:
			b.WriteString(strconv.FormatInt(a.Imm, 10))
		case PlaceArg:
			b.WriteString(place(a.Place))
		case MemArg:
			if in.sized || in.needsSize() && in.Name != "LEA" {
				b.WriteString(sizeNames[a.Size] + " ptr ")
			}
			b.WriteString(a.intelMem(place))
			if a.Mem.Bcast {
				fmt.Fprintf(&b, "{1to%d}", in.width.Bytes()/int(in.longElement()))
			}
		}
		if i == 0 {
			if in.K != 0 {
				fmt.Fprintf(&b, "{k%d}", in.K)
			}
			if in.Z {
				b.WriteString("{z}")
			}
		}
	}
	return b.String()
}

// needsSize reports whether no register tells the size of a memory operand.
func (in *Inst) needsSize() bool {
	return !slices.ContainsFunc(in.Args, func(a Arg) bool { return a.Kind != MemArg && a.Kind != ImmArg && a.Kind != PlaceArg }) &&
		!strings.HasPrefix(in.Name, "PREFETCH")
}

// longElement is the size of the elements that the length counts.
func (in *Inst) longElement() int32 {
	if from, to := conversion(in.Name); from != to {
		return int32(max(from, to))
	}
	return in.elem
}

func (a *Arg) intelMem(place func(at int) string) string {
	if a.Mem.Base == NoReg {
		return "[rip + " + place(a.Place) + "]"
	}
	s := "[" + a.Mem.Base.String()
	if a.VecIndex {
		s += fmt.Sprintf(" + %s%d*%d", a.Width, a.Mem.Index, a.Mem.Scale)
	} else if a.Mem.Index != NoReg {
		s += fmt.Sprintf(" + %s*%d", a.Mem.Index, a.Mem.Scale)
	}
	switch d := int64(a.Mem.Disp); {
	case d > 0:
		s += fmt.Sprintf(" + %d", d)
	case d < 0:
		s += fmt.Sprintf(" - %d", -d)
	}
	return s + "]"
}

var goRegisters = [16]string{"AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI",
	"R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15"}

// Go is the instruction as the Go assembler reads it: operands in the other
// order, and its own names. place names a place in the code, or as the memory
// of a symbol. It is empty for what the Go assembler has no mnemonic.
func (in *Inst) Go(place func(at int) string) string {
	if in.goName == "" {
		return ""
	}
	args := make([]string, 0, 5)
	for _, a := range in.Args {
		switch a.Kind {
		case GeneralArg:
			args = append(args, goRegisters[a.Reg])
		case VecArg:
			args = append(args, fmt.Sprintf("%c%d", "XYZ"[a.Width], a.Vec))
		case MaskArg:
			args = append(args, fmt.Sprintf("K%d", a.Mask))
		case ImmArg:
			args = append(args, fmt.Sprintf("$%d", a.Imm))
		case PlaceArg:
			args = append(args, place(a.Place))
		case MemArg:
			args = append(args, a.goMem(place))
		}
	}
	if in.Name != "CMP" { // whose operands Go leaves in Intel's order
		slices.Reverse(args)
	}
	if in.K != 0 {
		args = slices.Insert(args, len(args)-1, fmt.Sprintf("K%d", in.K))
	}
	name := in.goName
	if slices.ContainsFunc(in.Args, func(a Arg) bool { return a.Kind == MemArg && a.Mem.Bcast }) {
		name += ".BCST"
	}
	if in.Z {
		name += ".Z"
	}
	if len(args) == 0 {
		return name
	}
	return name + " " + strings.Join(args, ", ")
}

func (a *Arg) goMem(place func(at int) string) string {
	if a.Mem.Base == NoReg {
		return place(a.Place)
	}
	s := ""
	if a.Mem.Disp != 0 {
		s = strconv.Itoa(int(a.Mem.Disp))
	}
	s += "(" + goRegisters[a.Mem.Base] + ")"
	if a.VecIndex {
		s += fmt.Sprintf("(%c%d*%d)", "XYZ"[a.Width], a.Mem.Index, a.Mem.Scale)
	} else if a.Mem.Index != NoReg {
		s += fmt.Sprintf("(%s*%d)", goRegisters[a.Mem.Index], a.Mem.Scale)
	}
	return s
}
