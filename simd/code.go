package simd

import (
	"fmt"
	goruntime "runtime"
	"slices"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd/internal/exec"
)

// Options says how a program is compiled.
type Options struct {
	Tier Tier // as a rule Best()

	// NonTemporal writes outputs past the caches. It pays where the arrays
	// outgrow the last-level cache: a plain store first reads the line that it
	// overwrites. Outputs that the program also reads are written plainly,
	// since their lines are in the cache already. It changes no result, and is
	// for tiers that stream.
	NonTemporal bool

	// Prefetch asks for the lines of arrays that are read some way ahead, past
	// the second-level cache. It pays for arrays in memory where no store is
	// non-temporal: the hardware's own prefetchers then leave bandwidth unused.
	// It changes no result, and is for AVX2 and AVX-512 alone.
	Prefetch bool

	// Rows makes [Runner.RunRows] one call, for programs without reductions, traps
	// and indices, of few arrays. It is for AVX2 and AVX-512.
	Rows bool
}

// Code is a program compiled for a tier. It is immutable and safe for
// concurrent use. Machine code is released when neither its program nor a
// Runner of it is reachable any more.
type Code struct {
	prog     *kernels.Program
	opts     Options
	tier     Tier
	fallback error
	mem      exec.Memory
	cut      *cutCode // instead of mem, where the program is cut
	bytes    int      // of machine code, without the padding of the pages
	scratch  int      // bytes of spill memory that a Runner needs
	align    int      // slot of the array whose alignment decides where vectors start, or -1
}

// mapCode is exec.Map; tests replace it to refuse.
var mapCode = exec.Map

type memoKey Options

// Compile returns the machine code of p, which is made once for each program
// and set of options and then shared. Where executable memory is refused, the
// code is Portable and Fallback says why. The error is a *TierError if the tier
// cannot run here.
func Compile(p *kernels.Program, o Options) (*Code, error) {
	if !slices.Contains(tiers(), o.Tier) {
		return nil, &TierError{o.Tier, Best()}
	}
	// What does not stream has one code.
	o.NonTemporal = o.NonTemporal && o.Tier.Streams() && hasPureOutput(p)
	o.Prefetch = o.Prefetch && o.Tier.Streams()
	o.Rows = o.Rows && (o.Tier == AVX2 || o.Tier == AVX512) && goesByRows(p)
	c := p.Memo(memoKey(o), func() any {
		c, err := compile(p, o)
		if err != nil {
			return err
		}
		return c
	})
	if err, failed := c.(error); failed {
		return nil, err
	}
	return c.(*Code), nil
}

func hasPureOutput(p *kernels.Program) bool {
	for _, s := range p.Stores {
		if !p.Arrays[s.Slot].Read {
			return true
		}
	}
	return false
}

// goesByRows reports whether code of p can go on from row to row by itself: nothing
// but the addresses of arrays is another in the next row.
func goesByRows(p *kernels.Program) bool {
	index := slices.ContainsFunc(p.Body, func(in kernels.Instr) bool { return in.Op == kernels.OpIndex })
	return len(p.Reductions) == 0 && len(p.Traps) == 0 && !index && len(p.Arrays) <= stagedArrays && len(p.Body) < cutFrom
}

func compile(p *kernels.Program, o Options) (*Code, error) {
	c := &Code{prog: p, opts: o, tier: o.Tier, align: -1}
	if o.Tier == Portable {
		return c, nil
	}
	if pieces, temps := cut(p); pieces != nil {
		return c, c.compilePieces(pieces, temps)
	}
	return c, c.compileWhole()
}

// compileWhole makes one function of the program.
func (c *Code) compileWhole() error {
	p, o := c.prog, c.opts
	code, scratch, err := machineCode(p, o)
	if err != nil {
		return err
	}
	mem, err := mapCode(code)
	if err != nil {
		c.tier, c.fallback, c.opts.NonTemporal = Portable, fmt.Errorf("simd: %w", err), false
		return nil
	}
	c.mem, c.bytes, c.scratch = mem, len(code), scratch
	// Vectors of a stored array are best aligned, and must be for non-temporal
	// stores.
	for _, s := range p.Stores {
		if c.align < 0 || c.streams(s.Slot) && !c.streams(c.align) {
			c.align = s.Slot
		}
	}
	goruntime.AddCleanup(c, exec.Memory.Unmap, mem)
	return nil
}

// machineCode generates the code of a tier, and says how many bytes of scratch
// memory it needs.
func machineCode(p *kernels.Program, o Options) (code []byte, scratch int, err error) {
	if o.Tier == NEON {
		return generateNEON(p)
	}
	g, err := generate(p, o)
	if err != nil {
		return nil, 0, err
	}
	return g.asm.Bytes(), g.scratch, nil
}

// streams reports whether stores to the array go past the caches.
func (c *Code) streams(slot int) bool { return c.opts.NonTemporal && !c.prog.Arrays[slot].Read }

// plain is the same code without non-temporal stores.
func (c *Code) plain() *Code {
	o := c.opts
	o.NonTemporal = false
	p, err := Compile(c.prog, o)
	if err != nil {
		// The tier has run already and the program has been compiled already.
		panic(err)
	}
	return p
}

// Tier is the tier that runs: the one asked for, or Portable after a fallback.
func (c *Code) Tier() Tier { return c.tier }

// NonTemporal reports whether the code writes past the caches.
func (c *Code) NonTemporal() bool { return c.opts.NonTemporal }

// Fallback says why the code is portable though machine code was asked for, or
// is nil.
func (c *Code) Fallback() error { return c.fallback }

// Bytes returns a copy of the machine code, its constants included, of a program in
// several functions one after the other; nil for Portable. The code calls nothing and can be disassembled as it is.
func (c *Code) Bytes() []byte {
	if c.tier == Portable {
		return nil
	}
	if c.cut != nil {
		return c.cut.bytes()
	}
	b := slices.Clone(c.mem.Code()[:c.bytes])
	goruntime.KeepAlive(c) // the collector does not see that the pages are c's
	return b
}

// lanes is the number of elements of a vector.
func (c *Code) lanes() int { return c.tier.VectorBytes() / c.prog.LaneSize() }
