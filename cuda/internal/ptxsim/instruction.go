package ptxsim

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
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
	src    []int32
	target int // of a branch
	alu    evaluator
	known  func(w *warp, in *instr) uint32 // the threads in which the result is; nil demands it of all sources
	space  byte                            // of memory: 'g', 's', 'p', or 'c' for tables that are read alone
	size   int                             // of an element of memory
	offset uint64
	number uint8 // of a barrier
	line   int
	text   string
}

// flow is what an instruction does besides computing.
type flow uint8

const (
	onward flow = iota
	branch
	uniform // a branch that all threads take, or none
	leave
	barrier  // of a block
	warpwise // needs the threads of its mask in one place
)

// ptype is the type of an instruction: how many bits, and of which kind: 's', 'u', 'f', 'b', or 'p' for predicates.
type ptype struct {
	bits int
	kind byte
}

func typeOf(s string) (t ptype, ok bool) {
	if s == "pred" {
		return ptype{1, 'p'}, true
	}
	if len(s) != 3 || !strings.ContainsRune("sufb", rune(s[0])) {
		return t, false
	}
	switch s[1:] {
	case "32":
		return ptype{32, s[0]}, true
	case "64":
		return ptype{64, s[0]}, true
	}
	return t, false
}

// class is what a register may hold, and what an instruction wants of an operand.
type class struct {
	bits int
	kind byte // 'i' for integers, 'f', 'b' for any bits, 'p'
}

func (t ptype) class() class {
	if t.kind == 's' || t.kind == 'u' {
		return class{t.bits, 'i'}
	}
	return class(t)
}

// agrees says whether a register may stand for an operand: untyped bits are of every type.
func (c class) agrees(want class) bool {
	return c == want || c.bits == want.bits && (c.kind == 'b' || want.kind == 'b')
}

var (
	predicate = class{1, 'p'}
	word      = class{32, 'i'}
)

func (p *parser) instruction(line string) error {
	in := instr{guard: -1, line: p.line, text: line}
	if strings.HasPrefix(line, "@") {
		g, rest, ok := strings.Cut(line[1:], " ")
		if !ok {
			return p.fail("a guard without an instruction")
		}
		g, in.not = strings.CutPrefix(g, "!")
		r, ok := p.e.names[g]
		if !ok || p.e.classes[r] != predicate {
			return p.fail("a guard that is no predicate")
		}
		in.guard, line = r, strings.TrimSpace(rest)
	}
	op, rest, _ := strings.Cut(line, " ")
	args, ok := splitOperands(rest)
	if !ok {
		return p.fail("operands that are not to be told apart")
	}
	name, mods, _ := strings.Cut(op, ".")
	var list []string
	if mods != "" {
		list = strings.Split(mods, ".")
	}
	if err := p.decode(&in, name, list, args); err != nil {
		return err
	}
	p.e.code = append(p.e.code, in)
	return nil
}

func (p *parser) unknown() error {
	return p.fail("an instruction outside of the part that is known")
}

func (p *parser) decode(in *instr, name string, mods, args []string) error {
	switch name {
	case "ret", "exit", "trap":
		if len(mods) != 0 || len(args) != 0 {
			return p.unknown()
		}
		if in.flow = leave; name == "trap" {
			in.flow, in.exec = onward, func(*warp, *instr, uint32) error { return fmt.Errorf("a trap") }
		}
		return nil
	case "bra":
		if len(args) != 1 || len(mods) > 1 || len(mods) == 1 && mods[0] != "uni" {
			return p.unknown()
		}
		if in.flow = branch; len(mods) == 1 {
			in.flow = uniform
		}
		p.fixes = append(p.fixes, fix{len(p.e.code), args[0], p.line, p.text})
		return nil
	case "bar", "barrier":
		return p.barrier(in, name, mods, args)
	case "membar", "fence":
		if len(args) != 0 || !slices.Contains([]string{"membar.cta", "membar.gl", "membar.sys", "fence.sc.gpu", "fence.acq_rel.cta",
			"fence.acq_rel.gpu"}, name+"."+strings.Join(mods, ".")) {
			return p.unknown()
		}
		in.exec = nothing // the warps run one after the other, and memory is what it is
		return nil
	case "shfl":
		return p.shuffle(in, mods, args)
	case "vote":
		return p.vote(in, mods, args)
	}
	if len(mods) == 0 {
		return p.unknown()
	}
	t, ok := typeOf(mods[len(mods)-1])
	if !ok {
		return p.unknown()
	}
	mods = mods[:len(mods)-1]
	switch {
	case name == "ld" || name == "st":
		return p.memory(in, name, mods, args, t)
	case name == "atom" || name == "red":
		return p.atomic(in, name, mods, args, t)
	case name == "mov" && len(args) == 2 && (strings.HasPrefix(args[0], "{") || strings.HasPrefix(args[1], "{")):
		return p.pack(in, mods, args, t)
	}
	f, dst, srcs := arithmetic(name, strings.Join(mods, "."), t)
	if f == nil {
		return p.unknown()
	}
	if len(args) != 1+len(srcs) {
		return p.fail("%d operands, want %d", len(args), 1+len(srcs))
	}
	in.alu, in.exec, in.known = f, compute, knownAll
	switch {
	case name == "selp":
		in.known = knownSelected
	case t.kind == 'p' && name == "and":
		in.known = knownAnd
	case t.kind == 'p' && name == "or":
		in.known = knownOr
	}
	if err := p.destination(in, args[0], dst); err != nil {
		return err
	}
	return p.sources(in, args[1:], srcs...)
}

func nothing(*warp, *instr, uint32) error { return nil }

// arithmetic is what an instruction computes from registers to a register, or nil where it is none that is known: each takes the
// modifiers that are named here, and no others.
func arithmetic(name, mods string, t ptype) (f evaluator, dst class, srcs []class) {
	c := t.class()
	dst, srcs = c, []class{c, c}
	plain := mods == ""
	isFloat, isInt, isBits := t.kind == 'f', c.kind == 'i', t.kind == 'b'
	switch name {
	case "mov", "cvta":
		srcs = srcs[:1]
		if name == "mov" && plain || name == "cvta" && t == (ptype{64, 'u'}) && (mods == "global" || mods == "to.global") {
			f = func(a, _, _ uint64) uint64 { return a }
		}
	case "add", "sub", "mul", "div":
		switch {
		case isFloat && mods == "rn": // without it contraction, or the rounding, would be the assembler's
			f = floatArithmetic(name, t.bits == 64)
		case !isInt:
		case name == "mul":
			if f = product(mods, t); mods == "wide" {
				dst.bits = 64
			} else if mods != "lo" && mods != "hi" {
				f = nil
			}
		case !plain:
		case name == "div":
			f = divide(t, false)
		case name == "add":
			f = cut(t, func(a, b, _ uint64) uint64 { return a + b })
		default:
			f = cut(t, func(a, b, _ uint64) uint64 { return a - b })
		}
	case "rem":
		if isInt && plain {
			f = divide(t, true)
		}
	case "mad":
		if !isInt || mods != "lo" && mods != "hi" && mods != "wide" {
			break
		}
		if mods == "wide" {
			dst.bits = 64
		}
		srcs = append(srcs, dst)
		if m := product(mods, t); m != nil {
			f = cut(ptype{dst.bits, t.kind}, func(a, b, c uint64) uint64 { return m(a, b, 0) + c })
		}
	case "fma":
		srcs = append(srcs, c)
		switch {
		case !isFloat || mods != "rn":
		case t.bits == 64:
			f = func(a, b, c uint64) uint64 { return b64(math.FMA(d64(a), d64(b), d64(c))) }
		default:
			f = fma32
		}
	case "sqrt":
		srcs = srcs[:1]
		switch {
		case !isFloat || mods != "rn":
		case t.bits == 64:
			f = func(a, _, _ uint64) uint64 { return b64(math.Sqrt(d64(a))) }
		default: // rounded rightly: 53 bits are as many as 2*24+2
			f = func(a, _, _ uint64) uint64 { return canonical(float32(math.Sqrt(float64(d32(a))))) }
		}
	case "neg", "abs":
		srcs = srcs[:1]
		if plain && (isFloat || t.kind == 's') {
			f = signs(name, t)
		}
	case "min", "max":
		switch {
		case !plain:
		case isFloat:
			f = floatExtreme(name == "max", t.bits == 64)
		case isInt:
			f = extreme(name == "max", t)
		}
	case "and", "or", "xor":
		if plain && (isBits || t.kind == 'p') {
			f = logical(name)
		}
	case "not":
		srcs = srcs[:1]
		switch {
		case !plain:
		case t.kind == 'p':
			f = func(a, _, _ uint64) uint64 { return a ^ 1 }
		case isBits:
			f = cut(t, func(a, _, _ uint64) uint64 { return ^a })
		}
	case "shl", "shr":
		srcs[1] = word
		if plain && (isBits || isInt && name == "shr") {
			f = shift(name == "shl", t)
		}
	case "popc", "clz":
		srcs, dst = srcs[:1], word
		switch n := uint64(64 - t.bits); {
		case !plain || !isBits:
		case name == "popc":
			f = func(a, _, _ uint64) uint64 { return uint64(bits.OnesCount64(a)) }
		default:
			f = func(a, _, _ uint64) uint64 { return uint64(bits.LeadingZeros64(a)) - n }
		}
	case "selp":
		srcs = append(srcs, predicate)
		if plain && t.kind != 'p' {
			f = func(a, b, c uint64) uint64 {
				if c != 0 {
					return a
				}
				return b
			}
		}
	case "setp":
		dst = predicate
		f = comparison(mods, t)
	case "cvt":
		srcs = srcs[:1]
		mode, last, two := strings.Cut(mods, ".")
		if !two {
			mode, last = "", mods
		}
		if to, ok := typeOf(last); ok && t.kind != 'p' && to.kind != 'p' {
			f, dst = conversion(mode, to, t), to.class()
		}
	}
	return f, dst, srcs
}

// cut leaves no more bits than the type has.
func cut(t ptype, f evaluator) evaluator {
	if t.bits == 32 {
		return func(a, b, c uint64) uint64 { return uint64(uint32(f(a, b, c))) }
	}
	return f
}

// destination notes a register of that class.
func (p *parser) destination(in *instr, s string, want class) error {
	r, ok := p.e.names[s]
	if !ok || int(r) < len(specials) || !p.e.classes[r].agrees(want) || slices.Contains(in.dst, r) {
		return p.fail("%q is no register of the type that is written", s)
	}
	in.dst = append(in.dst, r)
	return nil
}

// sources notes operands of those classes; the last of them is that of all that follow.
func (p *parser) sources(in *instr, args []string, want ...class) error {
	for i, s := range args {
		r, err := p.operand(s, want[min(i, len(want)-1)])
		if err != nil {
			return err
		}
		in.src = append(in.src, r)
	}
	return nil
}

// barrier reads bar.sync of all threads of a block, and bar.warp.sync.
func (p *parser) barrier(in *instr, name string, mods, args []string) error {
	if len(args) != 1 {
		return p.unknown()
	}
	switch name + "." + strings.Join(mods, ".") {
	case "bar.warp.sync":
		in.flow, in.exec = warpwise, nothing
		return p.sources(in, args, class{32, 'b'})
	case "bar.sync", "barrier.sync":
		n, err := strconv.ParseUint(args[0], 10, 8)
		if err != nil || n > 15 {
			return p.fail("a barrier of no number")
		}
		in.flow, in.number = barrier, uint8(n)
		return nil
	}
	return p.unknown()
}

// vector is the list in braces.
func vector(s string) ([]string, bool) {
	s, ok := strings.CutPrefix(s, "{")
	s, ok2 := strings.CutSuffix(s, "}")
	if !ok || !ok2 {
		return nil, false
	}
	return splitOperands(s)
}

// pack reads mov between a register of 64 bits and two of 32.
func (p *parser) pack(in *instr, mods, args []string, t ptype) error {
	if t != (ptype{64, 'b'}) || len(mods) != 0 {
		return p.fail("a mov of several registers that is not of 64 bits")
	}
	half := class{32, 'b'}
	in.known = knownAll
	if list, ok := vector(args[0]); ok {
		if len(list) != 2 {
			return p.fail("a mov to registers that are not two")
		}
		for _, d := range list {
			if err := p.destination(in, d, half); err != nil {
				return err
			}
		}
		in.exec = func(w *warp, in *instr, mask uint32) error {
			low, high, from := &w.regs[in.dst[0]], &w.regs[in.dst[1]], &w.regs[in.src[0]]
			for m := mask; m != 0; m &= m - 1 {
				l := bits.TrailingZeros32(m)
				low[l], high[l] = from[l]&math.MaxUint32, from[l]>>32
			}
			return nil
		}
		return p.sources(in, args[1:], t.class())
	}
	list, ok := vector(args[1])
	if !ok || len(list) != 2 {
		return p.fail("a mov of registers that are not two")
	}
	in.alu, in.exec = func(a, b, _ uint64) uint64 { return a | b<<32 }, compute
	if err := p.destination(in, args[0], t.class()); err != nil {
		return err
	}
	return p.sources(in, list, half)
}

// address reads "[reg+8]", "[name+8]" or "[args+8]".
func (p *parser) address(in *instr, s string, bytes int) error {
	inner, ok := strings.CutPrefix(s, "[")
	inner, ok2 := strings.CutSuffix(inner, "]")
	if !ok || !ok2 {
		return p.fail("an address without brackets")
	}
	base, offset, plus := strings.Cut(inner, "+")
	if plus {
		v, err := strconv.ParseInt(offset, 0, 32)
		if err != nil {
			return p.fail("an offset %q", offset)
		}
		in.offset = uint64(v)
	}
	want := class{64, 'i'}
	switch in.space {
	case 'p':
		if base != p.e.param {
			return p.fail("an unknown parameter")
		}
		if in.offset%uint64(bytes) != 0 || in.offset > uint64(p.e.paramBytes) || uint64(p.e.paramBytes)-in.offset < uint64(bytes) {
			return p.fail("no parameter is there")
		}
		base = "0"
	case 's':
		if r, ok := p.e.names[base]; ok && p.e.classes[r].bits == 32 {
			want.bits = 32
		}
	}
	r, err := p.operand(base, want)
	if err != nil {
		return err
	}
	in.src = append(in.src, r)
	return nil
}

var spaces = map[string]byte{"global": 'g', "const": 'c', "shared": 's', "param": 'p'}

// Modifiers of loads and stores that change nothing here: where memory is cached.
var (
	loadHints  = []string{"ca", "cg", "cs", "lu", "cv"}
	storeHints = []string{"wb", "cg", "cs", "wt"}
)

// memory reads ld and st: how strongly they are ordered, the space, the cache, how many at once.
func (p *parser) memory(in *instr, name string, mods, args []string, t ptype) error {
	if t.kind == 'p' || len(args) != 2 {
		return p.unknown()
	}
	next := func(ok func(m string) bool) bool {
		if len(mods) > 0 && ok(mods[0]) {
			mods = mods[1:]
			return true
		}
		return false
	}
	is := func(want string) bool { return next(func(m string) bool { return m == want }) }
	hints, order := storeHints, "release"
	if name == "ld" {
		hints, order = loadHints, "acquire"
	}
	strong := is("volatile")
	if !strong && (is("relaxed") || is(order)) {
		if strong = true; !is("cta") && !is("gpu") && !is("sys") {
			return p.unknown()
		}
	}
	if len(mods) == 0 || spaces[mods[0]] == 0 {
		return p.fail("memory of no known space")
	}
	in.space, mods = spaces[mods[0]], mods[1:]
	shared := in.space == 'g' || in.space == 's' // by threads that may write
	if strong && !shared || name == "st" && !shared {
		return p.unknown()
	}
	if !strong && shared {
		hint := ""
		if len(mods) > 0 {
			hint = mods[0]
		}
		next(func(m string) bool { return slices.Contains(hints, m) })
		if name == "ld" && in.space == 'g' && is("nc") && (hint == "lu" || hint == "cv") {
			return p.unknown()
		}
	}
	count := 1
	if is("v2") {
		count = 2
	} else if is("v4") {
		count = 4
	}
	in.size = t.bits / 8
	if len(mods) != 0 || count*in.size > 16 {
		return p.unknown()
	}
	where, what := args[0], args[1]
	if name == "ld" {
		where, what = args[1], args[0]
	}
	if err := p.address(in, where, count*in.size); err != nil {
		return err
	}
	list, ok := []string{what}, true
	if count > 1 {
		list, ok = vector(what)
	}
	if !ok || len(list) != count {
		return p.fail("not as many registers as elements, which are %d", count)
	}
	if name == "ld" {
		for _, d := range list {
			if err := p.destination(in, d, t.class()); err != nil {
				return err
			}
		}
		in.exec = load
		return nil
	}
	in.exec = store
	return p.sources(in, list, t.class())
}

// atomic reads atom and red.
func (p *parser) atomic(in *instr, name string, mods, args []string, t ptype) error {
	if len(mods) != 2 || mods[0] != "global" && mods[0] != "shared" {
		return p.unknown()
	}
	op := mods[1]
	in.space, in.size, in.exec = spaces[mods[0]], t.bits/8, atomic
	in.alu = atomicOperation(op, t, in.space)
	if in.alu == nil || name == "red" && (op == "exch" || op == "cas") {
		return p.unknown()
	}
	want := 2
	if op == "cas" {
		want = 3
	}
	if name == "atom" {
		if len(args) != 1+want {
			return p.fail("operands")
		}
		if err := p.destination(in, args[0], t.class()); err != nil {
			return err
		}
		args = args[1:]
	}
	if len(args) != want {
		return p.fail("operands")
	}
	if err := p.address(in, args[0], in.size); err != nil {
		return err
	}
	return p.sources(in, args[1:], t.class())
}

// shuffle reads shfl.sync.
func (p *parser) shuffle(in *instr, mods, args []string) error {
	if len(mods) != 3 || mods[0] != "sync" || mods[2] != "b32" || len(args) != 5 {
		return p.unknown()
	}
	mode := mods[1]
	if mode != "up" && mode != "down" && mode != "bfly" && mode != "idx" {
		return p.unknown()
	}
	d, q, both := strings.Cut(args[0], "|")
	if err := p.destination(in, d, class{32, 'b'}); err != nil {
		return err
	}
	if both {
		if err := p.destination(in, q, predicate); err != nil {
			return err
		}
	}
	in.flow = warpwise
	in.exec = func(w *warp, in *instr, mask uint32) error { return w.shuffle(mode, in, mask) }
	// The mask first, as all that threads meet at have it.
	return p.sources(in, []string{args[4], args[1], args[2], args[3]}, class{32, 'b'})
}

// vote reads vote.sync.
func (p *parser) vote(in *instr, mods, args []string) error {
	if len(args) != 3 {
		return p.unknown()
	}
	var decide func(yes, mask uint32) uint64
	dst := predicate
	switch strings.Join(mods, ".") {
	case "sync.ballot.b32":
		dst, decide = class{32, 'b'}, func(yes, _ uint32) uint64 { return uint64(yes) }
	case "sync.any.pred":
		decide = func(yes, _ uint32) uint64 { return truth(yes != 0) }
	case "sync.all.pred":
		decide = func(yes, mask uint32) uint64 { return truth(yes == mask) }
	default:
		return p.unknown()
	}
	if err := p.destination(in, args[0], dst); err != nil {
		return err
	}
	in.flow = warpwise
	source, not := strings.CutPrefix(args[1], "!")
	in.exec = func(w *warp, in *instr, mask uint32) error {
		yes := uint32(0)
		for m := mask; m != 0; m &= m - 1 {
			if l := bits.TrailingZeros32(m); (w.regs[in.src[1]][l] != 0) != not {
				yes |= 1 << l
			}
		}
		v := decide(yes, mask)
		for m := mask; m != 0; m &= m - 1 {
			w.regs[in.dst[0]][bits.TrailingZeros32(m)] = v
		}
		return nil
	}
	return p.sources(in, []string{args[2], source}, class{32, 'b'}, predicate)
}
