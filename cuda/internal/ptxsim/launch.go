package ptxsim

import (
	"encoding/binary"
	"fmt"
	"math/bits"
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

// Steps is how many instructions of warps one block may take.
const Steps = 1 << 28

// Launch runs a kernel: its blocks one after the other, the warps of a block in turn. params has its parameters' bytes.
func (m *Module) Launch(entry string, grid, block [3]uint32, dynamicShared int, params []byte, mem Memory) error {
	e := m.entries[entry]
	if e == nil {
		return &LaunchError{Entry: entry, Thread: -1, Err: fmt.Errorf("no such entry")}
	}
	threads := int(block[0]) * int(block[1]) * int(block[2])
	if threads < 1 || threads > 1024 || grid[0] < 1 || grid[1] < 1 || grid[2] < 1 || len(params) < e.paramBytes {
		return &LaunchError{Entry: entry, Thread: -1, Err: fmt.Errorf("a grid of %v blocks of %v threads with %d bytes of parameters", grid, block, len(params))}
	}
	b := &blockState{m: m, e: e, mem: mem, params: params, grid: grid, block: block, shared: make([]uint64, (e.shared+dynamicShared)/8+1)}
	for at := 0; at < threads; at += 32 {
		w := &warp{block: b, first: at, threads: min(32, threads-at), regs: make([][32]uint64, len(e.kinds))}
		b.warps = append(b.warps, w)
	}
	for z := range grid[2] {
		for y := range grid[1] {
			for x := range grid[0] {
				if err := b.run([3]uint32{x, y, z}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// blockState is a block that runs.
type blockState struct {
	m           *Module
	e           *entry
	mem         Memory
	params      []byte
	grid, block [3]uint32
	at          [3]uint32
	shared      []uint64
	warps       []*warp
	steps       int
}

// warp is 32 threads.
type warp struct {
	block   *blockState
	first   int // its first thread
	threads int
	regs    [][32]uint64
	pc      [32]int
	live    uint32
	waiting bool // at a barrier
}

func (b *blockState) run(at [3]uint32) error {
	b.at, b.steps = at, 0
	for i := range b.shared { // what memory held before is nobody's business
		b.shared[i] = unspecified
	}
	for _, w := range b.warps {
		w.live, w.waiting = uint32(1<<w.threads-1), false
		w.pc = [32]int{}
	}
	for {
		moved, left := false, false
		for _, w := range b.warps {
			if w.live != 0 && !w.waiting {
				moved = true
				if err := w.run(); err != nil {
					return err
				}
			}
			left = left || w.live != 0
		}
		if !left {
			return nil
		}
		if moved {
			continue
		}
		for _, w := range b.warps { // all that live wait: the barrier opens
			if w.waiting {
				w.waiting = false
				for m := w.live; m != 0; m &= m - 1 {
					w.pc[bits.TrailingZeros32(m)]++
				}
			}
		}
	}
}

// run goes on until the warp waits at a barrier or ends: always with the threads that are furthest behind in the text, so that
// those which a branch has parted meet again where its ways do.
func (w *warp) run() error {
	code := w.block.e.code
	for w.live != 0 {
		pc, here := w.behind()
		together := here == w.live
		for {
			if pc >= len(code) {
				w.live &^= here
				break
			}
			in := &code[pc]
			if w.block.steps++; w.block.steps > Steps {
				return w.fail(in, here, fmt.Errorf("more than %d steps", Steps))
			}
			mask := here
			if in.guard >= 0 {
				holds := &w.regs[in.guard]
				for m := here; m != 0; m &= m - 1 {
					if l := bits.TrailingZeros32(m); (holds[l] != 0) == in.not {
						mask &^= 1 << l
					}
				}
			}
			switch in.flow {
			case leave:
				w.live &^= mask
				here &^= mask
				pc++
			case branch:
				if rest := here &^ mask; mask != 0 && rest != 0 {
					w.move(mask, in.target)
					w.move(rest, pc+1)
					here = 0
				} else if mask != 0 {
					pc = in.target
				} else {
					pc++
				}
			case barrier:
				if here != w.live {
					return w.fail(in, here, fmt.Errorf("a barrier that not all threads of the warp are at: %#x of %#x", here, w.live))
				}
				w.move(here, pc)
				w.waiting = true
				return nil
			default:
				if mask == 0 {
					pc++
					break
				}
				if in.flow == warpwise {
					if want := uint32(w.get(in.src[0], bits.TrailingZeros32(mask))) & uint32(1<<w.threads-1); want != mask {
						return w.fail(in, mask, fmt.Errorf("threads %#x are at an operation for %#x", mask, want))
					}
				}
				if err := in.exec(w, in, mask); err != nil {
					if f, ok := err.(*LaunchError); ok {
						return f
					}
					return w.fail(in, mask, err)
				}
				pc++
			}
			if here == 0 {
				break
			}
			if !together {
				w.move(here, pc)
				break
			}
		}
	}
	return nil
}

// behind is the least place in the text of a thread, and the threads that are there.
func (w *warp) behind() (pc int, here uint32) {
	pc = len(w.block.e.code)
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
	return &LaunchError{w.block.e.name, in.line, in.text, w.block.at, thread, err}
}

// get is an operand of a lane.
func (w *warp) get(o operand, lane int) uint64 {
	if o.reg >= 0 {
		return w.regs[o.reg][lane]
	}
	if o.reg == -1 {
		return o.imm
	}
	b, t := w.block, uint32(w.first+lane)
	switch i := int(-2 - o.reg); i {
	case 0:
		return uint64(t % b.block[0])
	case 1:
		return uint64(t / b.block[0] % b.block[1])
	case 2:
		return uint64(t / b.block[0] / b.block[1])
	case 3, 4, 5:
		return uint64(b.block[i-3])
	case 6, 7, 8:
		return uint64(b.at[i-6])
	case 9, 10, 11:
		return uint64(b.grid[i-9])
	case 12:
		return uint64(lane)
	}
	return uint64(w.first / 32)
}

// compute is the instructions that go from registers to a register.
func compute(w *warp, in *instr, mask uint32) error {
	d, f := &w.regs[in.dst[0]], in.alu
	switch len(in.src) {
	case 1:
		for m := mask; m != 0; m &= m - 1 {
			l := bits.TrailingZeros32(m)
			d[l] = f(w.get(in.src[0], l), 0, 0)
		}
	case 2:
		for m := mask; m != 0; m &= m - 1 {
			l := bits.TrailingZeros32(m)
			d[l] = f(w.get(in.src[0], l), w.get(in.src[1], l), 0)
		}
	default:
		for m := mask; m != 0; m &= m - 1 {
			l := bits.TrailingZeros32(m)
			d[l] = f(w.get(in.src[0], l), w.get(in.src[1], l), w.get(in.src[2], l))
		}
	}
	return nil
}

// at is the memory of an instruction's address, for n bytes, which are aligned to as many.
func (w *warp) at(in *instr, lane, n int) (unsafe.Pointer, error) {
	address := w.get(in.src[0], lane) + in.offset
	if in.space != 'p' && address%uint64(n) != 0 {
		return nil, w.fail(in, 1<<lane, fmt.Errorf("address %#x is not aligned to %d", address, n))
	}
	switch in.space {
	case 's':
		if address+uint64(n) > uint64(8*len(w.block.shared)-8) {
			return nil, w.fail(in, 1<<lane, fmt.Errorf("address %#x is beyond shared memory", address))
		}
		return unsafe.Add(unsafe.Pointer(unsafe.SliceData(w.block.shared)), address), nil
	case 'p':
		if address+uint64(n) > uint64(w.block.e.paramBytes) {
			return nil, w.fail(in, 1<<lane, fmt.Errorf("offset %d is beyond the parameters", address))
		}
		return unsafe.Pointer(&w.block.params[address]), nil
	}
	if p, err := w.block.m.regions.At(address, n); err == nil {
		return p, nil
	}
	p, err := w.block.mem.At(address, n)
	if err != nil {
		return nil, w.fail(in, 1<<lane, err)
	}
	return p, nil
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
		p, err := w.at(in, l, n)
		if err != nil {
			return err
		}
		for i, d := range in.dst {
			w.regs[d][l] = read(unsafe.Add(p, i*in.size), in.size)
		}
	}
	return nil
}

func store(w *warp, in *instr, mask uint32) error {
	n := in.size * (len(in.src) - 1)
	for m := mask; m != 0; m &= m - 1 {
		l := bits.TrailingZeros32(m)
		p, err := w.at(in, l, n)
		if err != nil {
			return err
		}
		for i, s := range in.src[1:] {
			write(unsafe.Add(p, i*in.size), in.size, w.get(s, l))
		}
	}
	return nil
}

func atomic(w *warp, in *instr, mask uint32) error {
	for m := mask; m != 0; m &= m - 1 {
		l := bits.TrailingZeros32(m)
		p, err := w.at(in, l, in.size)
		if err != nil {
			return err
		}
		old, c := read(p, in.size), uint64(0)
		if len(in.src) > 2 {
			c = w.get(in.src[2], l)
		}
		write(p, in.size, in.alu(old, w.get(in.src[1], l), c))
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
		old[l] = w.get(in.src[1], l)
	}
	for m := mask; m != 0; m &= m - 1 {
		l := bits.TrailingZeros32(m)
		b, c := int(w.get(in.src[2], l)&31), int(w.get(in.src[3], l))
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
