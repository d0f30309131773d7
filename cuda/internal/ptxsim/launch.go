package ptxsim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"unsafe"
)

// LaunchError says what went wrong in a launch, and where.
type LaunchError struct {
	Entry  string
	Line   int
	Text   string
	Block  [3]uint32
	Thread int // of the block; -1 is none
	Err    error
}

func (e *LaunchError) Error() string {
	return fmt.Sprintf("ptxsim: %s, line %d: %q: block %v, thread %d: %v", e.Entry, e.Line, e.Text, e.Block, e.Thread, e.Err)
}

func (e *LaunchError) Unwrap() error { return e.Err }

// Options are how a launch goes where PTX leaves it open. The zero value is what tests should hold to.
type Options struct {
	Seed      uint64 // an order of blocks, and of the warps of each; 0 is that of their numbers
	Undefined bool   // results may depend on registers and shared memory that were never written: they hold what makes no sense, instead of it being an error
	Steps     int    // instructions of warps that a block may take; 0 is 1<<26
}

const (
	resident = 8       // blocks that run at a time, where they wait for each other
	turn     = 1 << 16 // instructions of a block, before others have their turn
	warpTurn = 1 << 12
)

// Launch runs a kernel with no options.
func (m *Module) Launch(entry string, grid, block [3]uint32, dynamicShared int, params []byte, mem Memory) error {
	return m.LaunchWith(Options{}, entry, grid, block, dynamicShared, params, mem)
}

// LaunchWith runs a kernel: its blocks one after the other, but those that take long in turns, so that they may wait for what others
// do; the warps of a block likewise. params has its parameters' bytes.
func (m *Module) LaunchWith(o Options, entry string, grid, block [3]uint32, dynamicShared int, params []byte, mem Memory) error {
	refuse := func(format string, args ...any) error {
		return &LaunchError{Entry: entry, Thread: -1, Err: fmt.Errorf(format, args...)}
	}
	e := m.entries[entry]
	if e == nil {
		return refuse("no such entry")
	}
	hi, threads := bits.Mul64(uint64(block[0])*uint64(block[1]), uint64(block[2]))
	switch {
	case hi != 0 || threads < 1 || threads > 1024:
		return refuse("blocks of %v threads", block)
	case block[2] > 64:
		return refuse("blocks of %v threads, more than 64 along z", block)
	case e.most[0] != 0 && (int(threads) > e.most[0]*e.most[1]*e.most[2] || e.required && [3]int{int(block[0]), int(block[1]), int(block[2])} != e.most):
		return refuse("blocks of %v threads, where the entry is for %v", block, e.most)
	case grid[0] < 1 || grid[1] < 1 || grid[2] < 1 || grid[0] > math.MaxInt32 || grid[1] > math.MaxUint16 || grid[2] > math.MaxUint16:
		return refuse("a grid of %v blocks", grid)
	case len(params) < e.paramBytes:
		return refuse("%d bytes of parameters, which take %d", len(params), e.paramBytes)
	case dynamicShared < 0 || dynamicShared > mostShared-e.shared:
		return refuse("%d bytes of shared memory", dynamicShared)
	}
	if mem == nil {
		mem = &Regions{}
	}
	if o.Steps == 0 {
		o.Steps = 1 << 26
	}
	l := &launch{m, e, mem, params, grid, block, (e.shared + dynamicShared + 7) / 8, e.shared + dynamicShared, o}
	blocks := uint64(grid[0]) * uint64(grid[1]) * uint64(grid[2]) // below 2^63
	start, stride := uint64(0), uint64(1)
	if o.Seed != 0 {
		random := rand.New(rand.NewPCG(o.Seed, 1))
		start = random.Uint64N(blocks)
		for stride = 1 + random.Uint64N(blocks); coprime(stride, blocks) != 1; {
			stride--
		}
	}
	var running, free []*blockState
	for next := uint64(0); next < blocks || len(running) > 0; {
		var b *blockState
		if next < blocks && len(running) < resident {
			if n := len(free); n > 0 {
				b, free = free[n-1], free[:n-1]
			} else {
				b = l.newBlock(int(threads))
			}
			hi, lo := bits.Mul64(next, stride)
			_, at := bits.Div64(hi%blocks, lo, blocks)
			at = (at + start) % blocks
			xy := uint64(grid[0]) * uint64(grid[1])
			b.begin([3]uint32{uint32(at % uint64(grid[0])), uint32(at % xy / uint64(grid[0])), uint32(at / xy)})
			next++
		} else {
			b, running = running[0], running[1:]
		}
		done, err := b.run()
		switch {
		case err != nil:
			return err
		case done:
			free = append(free, b)
		default:
			running = append(running, b)
		}
	}
	return nil
}

// coprime is the greatest common divisor.
func coprime(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// launch is what the blocks of a launch have in common.
type launch struct {
	m           *Module
	e           *entry
	mem         Memory
	params      []byte
	grid, block [3]uint32
	words       int // of shared memory
	shared      int // bytes
	o           Options
}

// blockState is a block that runs.
type blockState struct {
	*launch
	at     [3]uint32
	memory []uint64 // that the threads share
	stored []bool   // by 4 bytes of it, whether anything was written there
	warps  []*warp
	steps  int
}

// warp is 32 threads.
type warp struct {
	*blockState
	first   int // its first thread
	threads int
	regs    [][32]uint64
	written []uint32 // by register, the threads in which it does not depend on what was never written
	pc      [32]int
	live    uint32
	waiting bool // at a barrier

	missing [4]uint32 // by destination of a load from shared memory, the threads for which nothing was written there
}

// newBlock has what is the same for every block.
func (l *launch) newBlock(threads int) *blockState {
	b := &blockState{launch: l, memory: make([]uint64, l.words), stored: make([]bool, 2*l.words)}
	for first := 0; first < threads; first += 32 {
		w := &warp{blockState: b, first: first, threads: min(32, threads-first),
			regs: make([][32]uint64, len(l.e.classes)), written: make([]uint32, len(l.e.classes))}
		for v, r := range l.e.numbers {
			w.fill(r, v)
		}
		b.warps = append(b.warps, w)
	}
	if l.o.Seed != 0 {
		rand.New(rand.NewPCG(l.o.Seed, 2)).Shuffle(len(b.warps), func(i, j int) { b.warps[i], b.warps[j] = b.warps[j], b.warps[i] })
	}
	return b
}

// fill sets a register of all threads.
func (w *warp) fill(r int32, v uint64) {
	for lane := range w.regs[r] {
		w.regs[r][lane] = v
	}
	w.written[r] = math.MaxUint32
}

// begin makes the block that of a place in the grid. What memory and registers held before is nobody's business.
func (b *blockState) begin(at [3]uint32) {
	b.at, b.steps = at, 0
	for i := range b.memory {
		b.memory[i] = unspecified
	}
	for i := range b.stored {
		b.stored[i] = b.o.Undefined
	}
	for _, w := range b.warps {
		w.live, w.waiting, w.pc = uint32(1<<w.threads-1), false, [32]int{}
		if w.threads == 32 {
			w.live = math.MaxUint32
		}
		clear(w.written)
		for _, r := range b.e.fixed {
			w.written[r] = math.MaxUint32
		}
		for i := range 3 {
			w.fill(int32(3+i), uint64(b.block[i]))
			w.fill(int32(6+i), uint64(at[i]))
			w.fill(int32(9+i), uint64(b.grid[i]))
		}
		for _, r := range []int32{0, 1, 2, 12} {
			w.fill(r, 0)
		}
		w.fill(13, uint64(w.first/32))
		for lane := range 32 {
			t := uint32(w.first + lane)
			w.regs[0][lane], w.regs[1][lane], w.regs[2][lane] = uint64(t%b.block[0]), uint64(t/b.block[0]%b.block[1]), uint64(t/b.block[0]/b.block[1])
			w.regs[12][lane] = uint64(lane)
		}
		if b.o.Undefined {
			for r, c := range b.e.classes {
				if w.written[r] == 0 {
					w.fill(int32(r), unspecified&(math.MaxUint64>>(64-c.bits)))
				}
			}
		}
	}
}

// run goes on with the block's warps until the block ends, or its turn.
func (b *blockState) run() (done bool, err error) {
	for until := b.steps + turn; b.steps < until; {
		moved, left := false, false
		for _, w := range b.warps {
			if w.live != 0 && !w.waiting {
				moved = true
				if err := w.run(); err != nil {
					return false, err
				}
			}
			left = left || w.live != 0
		}
		if !left {
			return true, nil
		}
		if !moved {
			if err := b.open(); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// open lets all warps go on that wait: those that have threads left all do.
func (b *blockState) open() error {
	var first *instr
	for _, w := range b.warps {
		if !w.waiting {
			continue
		}
		pc, here := w.behind()
		in := &b.e.code[pc]
		if first == nil {
			first = in
		}
		if in.number != first.number {
			return w.fail(in, here, fmt.Errorf("warps wait at barrier %d and others at barrier %d, without end", in.number, first.number))
		}
		w.waiting = false
		w.move(here, pc+1)
	}
	return nil
}

// run goes on until the warp waits at a barrier or ends, or for its turn: always with the threads that are furthest behind in the
// text, so that those which a branch has parted meet again where its ways do.
func (w *warp) run() error {
	code := w.e.code
	until := w.steps + warpTurn
	for w.live != 0 && w.steps < until {
		pc, here := w.behind()
		together := here == w.live
		for {
			if pc >= len(code) {
				w.live &^= here
				break
			}
			in := &code[pc]
			if w.steps++; w.steps > w.o.Steps {
				return w.fail(in, here, fmt.Errorf("more than %d steps", w.o.Steps))
			}
			mask := here
			if in.guard >= 0 {
				if not := here &^ w.written[in.guard]; not != 0 {
					return w.fail(in, not, errors.New("the guard depends on what was never written"))
				}
				if mask &= w.holds(in.guard); in.not {
					mask ^= here
				}
			}
			switch in.flow {
			case leave:
				w.live &^= mask
				here &^= mask
				pc++
			case branch, uniform:
				if rest := here &^ mask; mask != 0 && rest != 0 {
					if in.flow == uniform {
						return w.fail(in, mask, fmt.Errorf("threads %#x of %#x take a branch that all take or none", mask, here))
					}
					w.move(mask, in.target)
					w.move(rest, pc+1)
					here = 0
				} else if mask != 0 {
					pc = in.target
				} else {
					pc++
				}
			case barrier:
				if mask == 0 {
					pc++
					break
				}
				if mask != w.live {
					return w.fail(in, mask, fmt.Errorf("a barrier that not all threads of the warp are at: %#x of %#x", mask, w.live))
				}
				w.move(here, pc)
				w.waiting = true
				return nil
			default:
				if mask != 0 {
					if err := w.step(in, mask); err != nil {
						return err
					}
				}
				pc++
			}
			if here == 0 {
				break
			}
			if !together || w.steps >= until {
				w.move(here, pc)
				break
			}
		}
	}
	return nil
}

// step executes an instruction for the threads of a mask. What was never written may be computed with, and selected against; it may
// decide nothing, and go nowhere.
func (w *warp) step(in *instr, mask uint32) error {
	defined := mask
	if in.known != nil {
		defined &= in.known(w, in)
	} else {
		for i, r := range in.src {
			if not := mask &^ w.written[r]; not != 0 {
				return w.fail(in, not, fmt.Errorf("source %d depends on what was never written", i+1))
			}
		}
	}
	if in.flow == warpwise {
		for m := mask; m != 0; m &= m - 1 {
			l := bits.TrailingZeros32(m)
			if want := uint32(w.regs[in.src[0]][l]); want != mask && (want&w.all() != mask || want&mask != mask) {
				return w.fail(in, 1<<l, fmt.Errorf("threads %#x are at an operation for %#x", mask, want))
			}
		}
	}
	w.missing = [4]uint32{}
	if err := in.exec(w, in, mask); err != nil {
		if f, ok := err.(*LaunchError); ok {
			return f
		}
		return w.fail(in, mask, err)
	}
	for i, r := range in.dst {
		w.written[r] = w.written[r]&^mask | defined
		if in.space == 's' {
			w.written[r] &^= w.missing[i]
		}
	}
	return nil
}

// all is the threads that the warp began with.
func (w *warp) all() uint32 { return math.MaxUint32 >> (32 - w.threads) }

// behind is the least place in the text of a thread, and the threads that are there.
func (w *warp) behind() (pc int, here uint32) {
	pc = len(w.e.code)
	for m := w.live; m != 0; m &= m - 1 {
		switch l := bits.TrailingZeros32(m); {
		case w.pc[l] < pc:
			pc, here = w.pc[l], 1<<l
		case w.pc[l] == pc:
			here |= 1 << l
		}
	}
	return pc, here
}

func (w *warp) move(mask uint32, pc int) {
	if mask == 1<<32-1 {
		for l := range w.pc {
			w.pc[l] = pc
		}
		return
	}
	for m := mask; m != 0; m &= m - 1 {
		w.pc[bits.TrailingZeros32(m)] = pc
	}
}

func (w *warp) fail(in *instr, mask uint32, err error) error {
	thread := -1
	if mask != 0 {
		thread = w.first + bits.TrailingZeros32(mask)
	}
	return &LaunchError{w.e.name, in.line, in.text, w.blockState.at, thread, err}
}

// knownAll is the threads in which all sources are known.
func knownAll(w *warp, in *instr) uint32 {
	known := uint32(math.MaxUint32)
	for _, r := range in.src {
		known &= w.written[r]
	}
	return known
}

// knownSelected is knownAll of the sources that selp selects.
func knownSelected(w *warp, in *instr) uint32 {
	first := w.holds(in.src[2])
	return w.written[in.src[2]] & (first&w.written[in.src[0]] | ^first&w.written[in.src[1]])
}

// knownAnd and knownOr are those of predicates: one may be known to decide alone.
func knownAnd(w *warp, in *instr) uint32 {
	return knownAll(w, in) | w.written[in.src[0]]&^w.holds(in.src[0]) | w.written[in.src[1]]&^w.holds(in.src[1])
}

func knownOr(w *warp, in *instr) uint32 {
	return knownAll(w, in) | w.written[in.src[0]]&w.holds(in.src[0]) | w.written[in.src[1]]&w.holds(in.src[1])
}

// holds is the threads in which a predicate holds.
func (w *warp) holds(r int32) (mask uint32) {
	for l, v := range w.regs[r] {
		mask |= uint32(v&1) << l
	}
	return mask
}

// compute is the instructions that go from registers to a register.
func compute(w *warp, in *instr, mask uint32) error {
	d, f := &w.regs[in.dst[0]], in.alu
	x := &w.regs[in.src[0]]
	y, z := x, x
	if len(in.src) > 1 {
		y = &w.regs[in.src[1]]
	}
	if len(in.src) > 2 {
		z = &w.regs[in.src[2]]
	}
	if mask == math.MaxUint32 {
		for l := range d {
			d[l] = f(x[l], y[l], z[l])
		}
		return nil
	}
	for m := mask; m != 0; m &= m - 1 {
		l := bits.TrailingZeros32(m)
		d[l] = f(x[l], y[l], z[l])
	}
	return nil
}

// place is the memory of an instruction's address, for n bytes, which are aligned to as many.
func (w *warp) place(in *instr, lane, n int) (unsafe.Pointer, error) {
	address := w.regs[in.src[0]][lane] + in.offset
	if in.space == 's' && w.e.classes[in.src[0]].bits == 32 {
		address = uint64(uint32(address))
	}
	if address%uint64(n) != 0 {
		return nil, w.fail(in, 1<<lane, fmt.Errorf("address %#x is not aligned to %d", address, n))
	}
	var p unsafe.Pointer
	var err error
	switch in.space {
	case 's':
		if address > uint64(w.shared) || uint64(w.shared)-address < uint64(n) {
			err = fmt.Errorf("address %#x of %d bytes is beyond shared memory", address, n)
		} else {
			p = unsafe.Add(unsafe.Pointer(unsafe.SliceData(w.memory)), address)
		}
	case 'p': // which Parse and LaunchWith have seen to be there
		p = unsafe.Pointer(&w.params[address])
	case 'c':
		p, err = w.m.consts.At(address, n)
	default:
		if len(w.m.globals.list) > 0 {
			p, _ = w.m.globals.At(address, n)
		}
		if p == nil {
			p, err = w.mem.At(address, n)
		}
	}
	if err != nil {
		return nil, w.fail(in, 1<<lane, err)
	}
	return p, nil
}

// marks is the part of stored that is of n bytes at p, in shared memory.
func (b *blockState) marks(p unsafe.Pointer, n int) []bool {
	at := int(uintptr(p)-uintptr(unsafe.Pointer(unsafe.SliceData(b.memory)))) / 4
	return b.stored[at : at+n/4]
}

func (b *blockState) mark(p unsafe.Pointer, n int) {
	for i, m := 0, b.marks(p, n); i < len(m); i++ {
		m[i] = true
	}
}

func read(p unsafe.Pointer, size int) uint64 {
	if size == 8 {
		return binary.LittleEndian.Uint64(unsafe.Slice((*byte)(p), 8))
	}
	return uint64(binary.LittleEndian.Uint32(unsafe.Slice((*byte)(p), 4)))
}

func write(p unsafe.Pointer, size int, v uint64) {
	if size == 8 {
		binary.LittleEndian.PutUint64(unsafe.Slice((*byte)(p), 8), v)
		return
	}
	binary.LittleEndian.PutUint32(unsafe.Slice((*byte)(p), 4), uint32(v))
}

func load(w *warp, in *instr, mask uint32) error {
	n := in.size * len(in.dst)
	for m := mask; m != 0; m &= m - 1 {
		l := bits.TrailingZeros32(m)
		p, err := w.place(in, l, n)
		if err != nil {
			return err
		}
		for i, d := range in.dst {
			from := unsafe.Add(p, i*in.size)
			if in.space == 's' && slices.Contains(w.marks(from, in.size), false) {
				w.missing[i] |= 1 << l
			}
			w.regs[d][l] = read(from, in.size)
		}
	}
	return nil
}

func store(w *warp, in *instr, mask uint32) error {
	n := in.size * (len(in.src) - 1)
	for m := mask; m != 0; m &= m - 1 {
		l := bits.TrailingZeros32(m)
		p, err := w.place(in, l, n)
		if err != nil {
			return err
		}
		for i, s := range in.src[1:] {
			write(unsafe.Add(p, i*in.size), in.size, w.regs[s][l])
		}
		if in.space == 's' {
			w.mark(p, n)
		}
	}
	return nil
}

func atomic(w *warp, in *instr, mask uint32) error {
	for m := mask; m != 0; m &= m - 1 {
		l := bits.TrailingZeros32(m)
		p, err := w.place(in, l, in.size)
		if err != nil {
			return err
		}
		if in.space == 's' && slices.Contains(w.marks(p, in.size), false) {
			return w.fail(in, 1<<l, errors.New("an atomic operation on what was never written"))
		}
		old, c := read(p, in.size), uint64(0)
		if len(in.src) > 2 {
			c = w.regs[in.src[2]][l]
		}
		write(p, in.size, in.alu(old, w.regs[in.src[1]][l], c))
		if len(in.dst) > 0 {
			w.regs[in.dst[0]][l] = old
		}
	}
	return nil
}

// shuffle is shfl.sync, with the lanes and bounds of the PTX ISA.
func (w *warp) shuffle(mode string, in *instr, mask uint32) error {
	old := [32]uint64{}
	for m := mask; m != 0; m &= m - 1 {
		l := bits.TrailingZeros32(m)
		old[l] = w.regs[in.src[1]][l]
	}
	for m := mask; m != 0; m &= m - 1 {
		l := bits.TrailingZeros32(m)
		b, c := int(w.regs[in.src[2]][l]&31), int(w.regs[in.src[3]][l])
		bound, segment := c&31, c>>8&31
		most := l&segment | bound&^segment
		least := l & segment
		from, ok := 0, false
		switch mode {
		case "up":
			from = l - b
			ok = from >= most
		case "down":
			from = l + b
			ok = from <= most
		case "bfly":
			from = l ^ b
			ok = from <= most
		default:
			from = least | b&^segment
			ok = from <= most
		}
		if !ok {
			from = l
		}
		if mask>>from&1 == 0 {
			return w.fail(in, 1<<l, fmt.Errorf("a shuffle from lane %d, which is not there", from))
		}
		w.regs[in.dst[0]][l] = old[from]
		if len(in.dst) > 1 {
			w.regs[in.dst[1]][l] = truth(ok)
		}
	}
	return nil
}
