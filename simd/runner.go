package simd

import (
	"fmt"
	"math"
	goruntime "runtime"
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

// Runner is what one worker needs to run a Code over a frame: the arguments in
// the form that the code reads, and spill memory. It is not for concurrent use;
// several Runners may work on parts of one frame at the same time.
type Runner struct {
	run    func(frame unsafe.Pointer, lo, hi int) // the machine code; nil if portable
	words  []uint64                               // see frameUniforms
	faults []uint64                               // those of them that are of traps
	n      int                                    // elements of the frame

	// A range of more than splitFrom elements is split where alignBase and the
	// elements before make a multiple of alignMask+1.
	alignBase, alignMask, splitFrom int

	portable *strips // what runs if run is nil
	scratch  []byte
	code     *Code // the code that runs
	asked    *Code // the code that was asked for
	frame    *kernels.Frame
}

// NewRunner returns a Runner of the code over the frame f.
func (c *Code) NewRunner(f *kernels.Frame) *Runner {
	r := &Runner{code: c, asked: c, frame: f, n: f.N}
	if c.tier == Portable {
		r.portable = newStrips(c.prog, f)
		return r
	}
	n := frameArrays + len(f.Arrays) + len(f.Partials) + len(f.Faults)
	r.words = make([]uint64, n, n+rowStrides+len(f.Arrays))
	r.faults = r.words[n-len(f.Faults):]
	if c.opts.Rows {
		r.words = r.words[:cap(r.words)]
	}
	for i := range r.faults {
		r.faults[i] = kernels.NoFault
	}
	r.Reload()
	return r
}

// Code returns the code that runs.
func (r *Runner) Code() *Code { return r.code }

// NonTemporal reports whether stores go past the caches: the code was compiled
// so, and the outputs lie so that their vectors can all be aligned.
func (r *Runner) NonTemporal() bool { return r.code.NonTemporal() }

// Reload takes note of changed pointers in the frame; there is to be no Run
// between a change and its Reload. Changed values of the uniforms need no note.
func (r *Runner) Reload() {
	if r.words == nil {
		return
	}
	f := r.frame
	r.n = f.N
	r.words[frameUniforms] = address(unsafe.Pointer(unsafe.SliceData(f.Uniforms)))
	r.index()
	for i, p := range f.Arrays {
		r.words[frameArrays+i] = address(p)
	}
	for i, p := range f.Partials {
		r.words[frameArrays+len(f.Arrays)+i] = address(unsafe.Pointer(unsafe.SliceData(p)))
	}
	r.code = r.asked
	if r.asked.NonTemporal() && !r.aligned() {
		r.code = r.asked.plain()
	}
	r.run = nil
	if r.code.tier == Portable { // memory for the plain code was refused
		if r.portable == nil {
			r.portable = newStrips(r.code.prog, f)
		}
		return
	}
	if r.code.cut == nil {
		r.run = r.code.mem.Func()
	} else {
		r.run = r.code.cut.runner(r.words, r.faults)
	}
	r.splitFrom = math.MaxInt
	if c := r.code; c.align >= 0 && len(c.prog.Reductions) == 0 {
		size := c.prog.Arrays[c.align].Type.Size()
		if at := int(r.words[frameArrays+c.align]); at%size == 0 {
			r.alignBase, r.alignMask = at/size, c.lanes()-1
			r.splitFrom = alignFrom
			if c.NonTemporal() {
				r.splitFrom = 0
			}
		}
	}
	if n := r.code.scratch + 63; n > len(r.scratch) {
		r.scratch = make([]byte, n)
	}
	r.words[frameScratch] = (address(unsafe.Pointer(unsafe.SliceData(r.scratch))) + 63) &^ 63
}

// index takes up where the frame is in the index space.
func (r *Runner) index() {
	for axis, at := range r.frame.Index[:min(len(r.frame.Index), frameArrays-frameIndex)] {
		r.words[frameIndex+axis] = uint64(at)
	}
}

// Repoint is Reload for a frame of which no more has changed than N, Index and the pointers to arrays and
// partials.
func (r *Runner) Repoint() {
	f := r.frame
	if r.run == nil || r.asked.NonTemporal() && len(r.asked.prog.Stores) > 1 {
		r.Reload()
		return
	}
	r.n = f.N
	r.index()
	for i, p := range f.Arrays {
		r.words[frameArrays+i] = address(p)
	}
	for i, p := range f.Partials {
		r.words[frameArrays+len(f.Arrays)+i] = address(unsafe.Pointer(unsafe.SliceData(p)))
	}
	if r.splitFrom != math.MaxInt {
		c := r.code
		r.alignBase = int(r.words[frameArrays+c.align]) / c.prog.Arrays[c.align].Type.Size()
	}
}

// aligned reports whether non-temporal stores, which must be aligned, can
// write every output that streams: all have one misalignment, which a head can
// mend, or none where blocks of a reduction leave no room for a head.
func (r *Runner) aligned() bool {
	c := r.asked
	lanes := uint64(c.lanes())
	want := lanes // elements past a multiple of a vector
	if len(c.prog.Reductions) > 0 {
		want = 0
	}
	for _, s := range c.prog.Stores {
		if !c.streams(s.Slot) {
			continue
		}
		at, size := r.words[frameArrays+s.Slot], uint64(c.prog.Arrays[s.Slot].Type.Size())
		past := at / size % lanes
		if want == lanes {
			want = past
		}
		if at%size != 0 || past != want {
			return false
		}
	}
	return true
}

// The frame keeps the memory alive while code runs, and the collector moves no
// heap object, so that addresses may travel as numbers.
func address(p unsafe.Pointer) uint64 { return uint64(uintptr(p)) }

// Run computes elements lo … hi-1, as kernels.Program.Interpret does and with
// its rules: where the program reduces, lo must be a multiple of BlockLen and
// hi too unless it is the frame's N. It allocates nothing. The goroutine cannot
// be preempted meanwhile, so that one call should be some 100 µs of work at the
// most. Bounds outside [0, N] are a programmer error and panic.
func (r *Runner) Run(lo, hi int) {
	r.RunUnordered(lo, hi)
	r.Publish()
}

// Publish orders the stores of RunUnordered before all that come later.
func (r *Runner) Publish() {
	if r.run != nil && r.code.NonTemporal() {
		storeFence()
	}
}

// RunUnordered is Run, but for stores past the caches, which other processors may see after
// later stores until Publish has been called.
func (r *Runner) RunUnordered(lo, hi int) {
	r.check(lo, hi)
	if r.run == nil {
		r.portable.run(lo, hi)
		return
	}
	if hi-lo > r.splitFrom {
		// A head of less than a vector brings the output's address to a multiple
		// of the vector's size; it takes the masked path.
		if m := (r.alignBase + lo) & r.alignMask; m != 0 {
			head := min(lo+r.alignMask+1-m, hi)
			r.call(lo, head)
			lo = head
		}
	}
	r.call(lo, hi)
}

func (r *Runner) check(lo, hi int) {
	if lo < 0 || hi > r.n {
		panic(fmt.Sprintf("simd: elements %d to %d of %d", lo, hi, r.n))
	}
}

// alignFrom is the number of elements below which splitting off an unaligned
// head costs more than it saves, for plain stores.
const alignFrom = 128

func (r *Runner) call(lo, hi int) {
	if lo >= hi {
		return
	}
	r.run(unsafe.Pointer(unsafe.SliceData(r.words)), lo, hi)
	for i, at := range r.faults {
		if at != kernels.NoFault {
			r.frame.Fault(i, int(at))
			r.faults[i] = kernels.NoFault
		}
	}
	goruntime.KeepAlive(r)
}
