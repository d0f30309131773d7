package ptxsim

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// instr is an instruction, read.
type instr struct {
	exec   func(w *warp, in *instr, mask uint32) error
	flow   flow
	guard  int32 // a predicate register, or -1
	not    bool
	dst    []int32
	src    []operand
	target int // of a branch
	alu    func(a, b, c uint64) uint64
	space  byte // of memory: 'g', 's', 'p', 'x' for generic
	size   int  // of an element of memory
	signed bool
	offset uint64
	line   int
	text   string
}

// flow is what an instruction does besides computing.
type flow uint8

const (
	onward flow = iota
	branch
	leave
	barrier  // of a block
	warpwise // needs the threads of its mask in one place
)

func (p *parser) instruction(line string) error {
	in := instr{guard: -1, line: p.line, text: line}
	if strings.HasPrefix(line, "@") {
		g, rest, ok := strings.Cut(line[1:], " ")
		if !ok {
			return p.fail("a guard without an instruction")
		}
		g, in.not = strings.CutPrefix(g, "!")
		r, ok := p.e.regs[g]
		if !ok || p.e.kinds[r] != 'p' {
			return p.fail("a guard that is no predicate")
		}
		in.guard, line = r, strings.TrimSpace(rest)
	}
	op, rest, _ := strings.Cut(line, " ")
	parts := strings.Split(op, ".")
	args := splitOperands(rest)
	if err := p.decode(&in, parts, args); err != nil {
		return err
	}
	p.e.code = append(p.e.code, in)
	return nil
}

// types are those of instructions: how many bits, and of which kind.
type ptype struct {
	bits int
	kind byte // 's', 'u', 'f', 'b', 'p'
}

func typeOf(s string) (t ptype, ok bool) {
	if s == "pred" {
		return ptype{1, 'p'}, true
	}
	if len(s) < 2 || !strings.ContainsRune("sufb", rune(s[0])) {
		return t, false
	}
	n, err := strconv.Atoi(s[1:])
	return ptype{n, s[0]}, err == nil && (n == 8 || n == 16 || n == 32 || n == 64)
}

// kind is the registers that values of a type are in.
func (t ptype) register() byte {
	switch t.bits {
	case 1:
		return 'p'
	case 64:
		return 'd'
	}
	return 'r'
}

func (p *parser) decode(in *instr, parts []string, args []string) error {
	name := parts[0]
	last, hasType := typeOf(parts[len(parts)-1])
	mods := parts[1:]
	has := func(m string) bool {
		for _, x := range mods {
			if x == m {
				return true
			}
		}
		return false
	}
	unknown := func() error { return p.fail("an instruction outside of the part that is known") }
	switch name {
	case "ret", "exit":
		in.flow = leave
		return nil
	case "bra":
		if len(args) != 1 {
			return unknown()
		}
		in.flow = branch
		p.fixes = append(p.fixes, fix{len(p.e.code), args[0], p.line, p.text})
		return nil
	case "bar", "barrier":
		if parts[1] == "warp" {
			in.flow, in.exec = warpwise, func(*warp, *instr, uint32) error { return nil }
			return p.sources(in, args, 'r')
		}
		in.flow = barrier
		return nil
	case "membar", "fence":
		in.exec = func(*warp, *instr, uint32) error { return nil }
		return nil
	case "ld", "st":
		return p.memory(in, name, mods, args, last, hasType)
	case "atom", "red":
		return p.atomic(in, name, mods, args, last, hasType)
	case "shfl":
		return p.shuffle(in, mods, args)
	case "vote":
		return p.vote(in, mods, args)
	}
	if !hasType {
		return unknown()
	}
	if name == "mov" && len(args) == 2 && (strings.HasPrefix(args[0], "{") || strings.HasPrefix(args[1], "{")) {
		return p.pack(in, args, last)
	}
	for _, m := range mods {
		if m == "ftz" || m == "approx" || m == "sat" || m == "full" {
			return unknown()
		}
	}
	dst, srcs := last.register(), []byte{}
	same := func(n int) {
		for range n {
			srcs = append(srcs, last.register())
		}
	}
	f64, f32 := last == ptype{64, 'f'}, last == ptype{32, 'f'}
	isFloat := f64 || f32
	isInt := last.kind == 's' || last.kind == 'u'
	logic := last.kind == 'b' || last.kind == 'p'
	w32 := last.bits == 32
	cut := func(f func(a, b, c uint64) uint64) func(a, b, c uint64) uint64 {
		if w32 {
			return func(a, b, c uint64) uint64 { return uint64(uint32(f(a, b, c))) }
		}
		return f
	}
	rn := has("rn")
	switch name {
	case "mov", "cvta":
		if name == "cvta" && last != (ptype{64, 'u'}) {
			return unknown()
		}
		same(1)
		in.alu = func(a, _, _ uint64) uint64 { return a }
	case "add", "sub", "mul", "div":
		same(2)
		switch {
		case isFloat:
			if !rn {
				return unknown() // which leaves contraction, or the rounding, to the assembler
			}
			in.alu = floatArithmetic(name, f64)
		case isInt:
			switch name {
			case "add":
				in.alu = cut(func(a, b, _ uint64) uint64 { return a + b })
			case "sub":
				in.alu = cut(func(a, b, _ uint64) uint64 { return a - b })
			case "mul":
				switch {
				case has("lo"):
					in.alu = cut(func(a, b, _ uint64) uint64 { return a * b })
				case has("wide") && last.bits == 32:
					dst = 'd'
					in.alu = wideProduct(last.kind == 's')
				case has("hi") && last.bits == 64 && last.kind == 'u':
					in.alu = func(a, b, _ uint64) uint64 { hi, _ := bits.Mul64(a, b); return hi }
				case has("hi") && last.bits == 32 && last.kind == 'u':
					in.alu = func(a, b, _ uint64) uint64 { return a * b >> 32 }
				default:
					return unknown()
				}
			case "div":
				in.alu = divide(last, false)
			}
		default:
			return unknown()
		}
	case "rem":
		if !isInt {
			return unknown()
		}
		same(2)
		in.alu = divide(last, true)
	case "mad":
		if !isInt {
			return unknown()
		}
		same(2)
		switch {
		case has("lo"):
			same(1)
			in.alu = cut(func(a, b, c uint64) uint64 { return a*b + c })
		case has("wide") && last.bits == 32:
			srcs, dst = append(srcs, 'd'), 'd'
			m := wideProduct(last.kind == 's')
			in.alu = func(a, b, c uint64) uint64 { return m(a, b, 0) + c }
		default:
			return unknown()
		}
	case "fma":
		if !isFloat || !rn {
			return unknown()
		}
		same(3)
		if f64 {
			in.alu = func(a, b, c uint64) uint64 { return b64(math.FMA(d64(a), d64(b), d64(c))) }
		} else {
			in.alu = fma32
		}
	case "sqrt":
		if !isFloat || !rn {
			return unknown()
		}
		same(1)
		if f64 {
			in.alu = func(a, _, _ uint64) uint64 { return b64(math.Sqrt(d64(a))) }
		} else {
			in.alu = func(a, _, _ uint64) uint64 { return b32(float32(math.Sqrt(float64(d32(a))))) } // correctly rounded: 53 >= 2*24+2
		}
	case "neg", "abs":
		same(1)
		in.alu = signs(name, last)
	case "min", "max":
		same(2)
		if isFloat {
			in.alu = floatExtreme(name == "max", f64)
		} else if isInt {
			in.alu = extreme(name == "max", last)
		} else {
			return unknown()
		}
	case "and", "or", "xor":
		if !logic {
			return unknown()
		}
		same(2)
		in.alu = map[string]func(a, b, c uint64) uint64{
			"and": func(a, b, _ uint64) uint64 { return a & b },
			"or":  func(a, b, _ uint64) uint64 { return a | b },
			"xor": func(a, b, _ uint64) uint64 { return a ^ b },
		}[name]
	case "not":
		if !logic {
			return unknown()
		}
		same(1)
		if last.kind == 'p' {
			in.alu = func(a, _, _ uint64) uint64 { return a ^ 1 }
		} else {
			in.alu = cut(func(a, _, _ uint64) uint64 { return ^a })
		}
	case "shl", "shr":
		if last.kind == 'f' || last.kind == 'p' {
			return unknown()
		}
		same(1)
		srcs = append(srcs, 'r')
		in.alu = shift(name == "shl", last)
	case "popc", "clz":
		same(1)
		dst = 'r'
		n := uint64(64 - last.bits)
		if name == "popc" {
			in.alu = func(a, _, _ uint64) uint64 { return uint64(bits.OnesCount64(a)) }
		} else {
			in.alu = func(a, _, _ uint64) uint64 { return uint64(bits.LeadingZeros64(a)) - n }
		}
	case "selp":
		same(2)
		srcs = append(srcs, 'p')
		in.alu = func(a, b, c uint64) uint64 {
			if c != 0 {
				return a
			}
			return b
		}
	case "setp":
		if len(mods) != 2 {
			return unknown()
		}
		same(2)
		dst = 'p'
		in.alu = comparison(mods[0], last)
		if in.alu == nil {
			return unknown()
		}
	case "cvt":
		to, ok := typeOf(parts[len(parts)-2])
		if !ok || len(parts) < 3 {
			return unknown()
		}
		mode := ""
		if len(parts) > 3 {
			mode = parts[1]
		}
		dst = to.register()
		same(1)
		in.alu = conversion(mode, to, last)
		if in.alu == nil || len(parts) > 4 {
			return unknown()
		}
	default:
		return unknown()
	}
	if len(args) != 1+len(srcs) {
		return p.fail("%d operands, want %d", len(args), 1+len(srcs))
	}
	if err := p.destination(in, args[0], dst); err != nil {
		return err
	}
	if err := p.sources(in, args[1:], srcs...); err != nil {
		return err
	}
	in.exec = compute
	return nil
}

// destination notes a register of that kind.
func (p *parser) destination(in *instr, s string, kind byte) error {
	r, ok := p.e.regs[s]
	if !ok || p.e.kinds[r] != kind {
		return p.fail("%q is no register of the kind that is written", s)
	}
	in.dst = append(in.dst, r)
	return nil
}

// sources notes operands of those kinds.
func (p *parser) sources(in *instr, args []string, kinds ...byte) error {
	for i, s := range args {
		o, err := p.operand(s)
		if err != nil {
			return err
		}
		k := kinds[min(i, len(kinds)-1)]
		if o.reg >= 0 && p.e.kinds[o.reg] != k {
			return p.fail("%q is no register of the kind that is read", s)
		}
		if o.reg == -1 && k == 'r' {
			o.imm = uint64(uint32(o.imm))
		}
		in.src = append(in.src, o)
	}
	return nil
}

// pack reads mov between a register of 64 bits and two of 32.
func (p *parser) pack(in *instr, args []string, t ptype) error {
	if t.bits != 64 {
		return p.fail("a mov of several registers that is not of 64 bits")
	}
	list := func(s string) []string { return splitOperands(strings.Trim(s, "{}")) }
	if strings.HasPrefix(args[0], "{") {
		for _, d := range list(args[0]) {
			if err := p.destination(in, d, 'r'); err != nil {
				return err
			}
		}
		in.exec = func(w *warp, in *instr, mask uint32) error {
			for m := mask; m != 0; m &= m - 1 {
				l := bits.TrailingZeros32(m)
				v := w.get(in.src[0], l)
				w.regs[in.dst[0]][l], w.regs[in.dst[1]][l] = v&math.MaxUint32, v>>32
			}
			return nil
		}
		if len(in.dst) != 2 {
			return p.fail("a mov to registers that are not two")
		}
		return p.sources(in, args[1:], 'd')
	}
	if err := p.destination(in, args[0], 'd'); err != nil {
		return err
	}
	in.exec = func(w *warp, in *instr, mask uint32) error {
		for m := mask; m != 0; m &= m - 1 {
			l := bits.TrailingZeros32(m)
			w.regs[in.dst[0]][l] = w.get(in.src[0], l) | w.get(in.src[1], l)<<32
		}
		return nil
	}
	parts := list(args[1])
	if len(parts) != 2 {
		return p.fail("a mov of registers that are not two")
	}
	return p.sources(in, parts, 'r')
}

// address reads "[reg+8]", "[name+8]" or "[args+8]".
func (p *parser) address(in *instr, s string) error {
	inner, ok := strings.CutPrefix(s, "[")
	inner, ok2 := strings.CutSuffix(inner, "]")
	if !ok || !ok2 {
		return p.fail("an address without brackets")
	}
	base, offset, plus := strings.Cut(inner, "+")
	if plus {
		v, err := strconv.ParseInt(offset, 0, 64)
		if err != nil {
			return p.fail("an offset %q", offset)
		}
		in.offset = uint64(v)
	}
	if in.space == 'p' {
		if base != "args" {
			return p.fail("an unknown parameter")
		}
		in.src = append(in.src, operand{reg: -1})
		return nil
	}
	o, err := p.operand(base)
	if err != nil {
		return err
	}
	if o.reg < -1 || o.reg >= 0 && p.e.kinds[o.reg] != 'd' && (in.space != 's' || p.e.kinds[o.reg] != 'r') {
		return p.fail("an address in no register for addresses")
	}
	in.src = append(in.src, o)
	return nil
}

func (p *parser) space(in *instr, mods []string) error {
	for _, m := range mods {
		switch m {
		case "global", "const":
			in.space = 'g'
		case "shared":
			in.space = 's'
		case "param":
			in.space = 'p'
		}
	}
	if in.space == 0 {
		return p.fail("memory of no known space")
	}
	return nil
}

var memoryModifiers = map[string]bool{
	"global": true, "shared": true, "param": true, "const": true, "nc": true, "ca": true, "cg": true, "cs": true, "cv": true, "wb": true, "wt": true, "lu": true,
	"volatile": true, "v2": true, "v4": true,
}

func (p *parser) memory(in *instr, name string, mods, args []string, t ptype, ok bool) error {
	if !ok || len(args) != 2 || t.bits < 32 {
		return p.fail("a load or store outside of the part that is known")
	}
	count := 1
	for _, m := range mods[:len(mods)-1] {
		if !memoryModifiers[m] {
			return p.fail("an unknown modifier %s", m)
		}
		if m == "v2" || m == "v4" {
			count = int(m[1] - '0')
		}
	}
	if err := p.space(in, mods); err != nil {
		return err
	}
	in.size = t.bits / 8
	where, what := args[0], args[1]
	if name == "ld" {
		where, what = args[1], args[0]
	}
	if err := p.address(in, where); err != nil {
		return err
	}
	list := []string{what}
	if count > 1 {
		list = splitOperands(strings.Trim(what, "{}"))
	}
	if len(list) != count {
		return p.fail("%d registers for %d elements", len(list), count)
	}
	if name == "ld" {
		for _, d := range list {
			if err := p.destination(in, d, t.register()); err != nil {
				return err
			}
		}
		in.exec = load
		return nil
	}
	if in.space == 'p' {
		return p.fail("a store to parameters")
	}
	in.exec = store
	return p.sources(in, list, t.register())
}

func (p *parser) atomic(in *instr, name string, mods, args []string, t ptype, ok bool) error {
	if !ok || t.bits < 32 {
		return p.fail("an atomic operation outside of the part that is known")
	}
	if err := p.space(in, mods); err != nil {
		return err
	}
	in.size = t.bits / 8
	op := mods[len(mods)-2]
	in.alu = atomicOperation(op, t)
	if in.alu == nil {
		return p.fail("an atomic operation outside of the part that is known")
	}
	if name == "atom" {
		if len(args) < 3 {
			return p.fail("operands")
		}
		if err := p.destination(in, args[0], t.register()); err != nil {
			return err
		}
		args = args[1:]
	}
	want := 2
	if op == "cas" {
		want = 3
	}
	if len(args) != want {
		return p.fail("operands")
	}
	if err := p.address(in, args[0]); err != nil {
		return err
	}
	in.exec = atomic
	return p.sources(in, args[1:], t.register())
}

func (p *parser) shuffle(in *instr, mods, args []string) error {
	if len(mods) != 3 || mods[0] != "sync" || mods[2] != "b32" || len(args) != 5 {
		return p.fail("a shuffle outside of the part that is known")
	}
	mode := mods[1]
	if mode != "up" && mode != "down" && mode != "bfly" && mode != "idx" {
		return p.fail("an unknown shuffle")
	}
	d, q, both := strings.Cut(args[0], "|")
	if err := p.destination(in, d, 'r'); err != nil {
		return err
	}
	if both {
		if err := p.destination(in, q, 'p'); err != nil {
			return err
		}
	}
	in.flow = warpwise
	in.exec = func(w *warp, in *instr, mask uint32) error { return w.shuffle(mode, in, mask) }
	// The mask first, as all that threads meet at have it.
	return p.sources(in, []string{args[4], args[1], args[2], args[3]}, 'r')
}

func (p *parser) vote(in *instr, mods, args []string) error {
	if len(mods) != 3 || mods[0] != "sync" || len(args) != 3 {
		return p.fail("a vote outside of the part that is known")
	}
	kind := byte('p')
	if mods[1] == "ballot" {
		kind = 'r'
	}
	if err := p.destination(in, args[0], kind); err != nil {
		return err
	}
	mode := mods[1]
	in.flow = warpwise
	in.exec = func(w *warp, in *instr, mask uint32) error {
		yes := uint32(0)
		for m := mask; m != 0; m &= m - 1 {
			if l := bits.TrailingZeros32(m); w.get(in.src[1], l) != 0 {
				yes |= 1 << l
			}
		}
		v := uint64(yes)
		switch mode {
		case "any":
			v = truth(yes != 0)
		case "all":
			v = truth(yes == mask)
		}
		for m := mask; m != 0; m &= m - 1 {
			w.regs[in.dst[0]][bits.TrailingZeros32(m)] = v
		}
		return nil
	}
	source := args[1]
	negate := strings.HasPrefix(source, "!")
	if negate {
		return p.fail("a vote on what does not hold")
	}
	return p.sources(in, []string{args[2], source}, 'r', 'p')
}
