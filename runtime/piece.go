package runtime

import (
	"context"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// Machine code cannot be preempted, and a garbage collection waits for it, so
// that one call into it may take some 100 µs.
const pieceNanos = 100e3

const (
	// pieceUnit is what pieces are a multiple of where no reduction asks for
	// more: rows of both element types, so that pieces start on the same
	// alignment.
	pieceUnit = kernels.RowBytes / 4

	// longUnit takes its place in machine code of so many operations that
	// pieceUnit elements take too long: the longest vector of float32, two of
	// float64. Fewer would leave lanes without work.
	longUnit = kernels.RowBytes / 16
)

// rates says how fast something computes: nanoseconds for one operation on one
// element, and bytes a nanosecond for arrays.
type rates struct {
	op, divide, bytes float64
	unit              int // what pieces are a multiple of where pieceUnit elements take too long
}

var (
	// What any core does that shares its memory with busy neighbours, with
	// operations that take their turn rather than overlap: for pieces, which may
	// not be too long.
	//
	// Programs of many operations mostly do better, but not always: the
	// right-hand sides of a network of 1122 species (17,000 to 86,000
	// operations, one core) took 0.03 ns an operation from cache with AVX-512
	// and 0.45 with AVX2 from arrays that push each other out of it. To expect
	// the worse costs next to nothing: pieces of 16 and of 256 elements took
	// those sides the same time an element.
	slowMachine = rates{op: 0.25, divide: 2, bytes: 8, unit: longUnit}

	// Go code, which can be preempted and does better with more elements at once.
	slowPortable = rates{op: 4, divide: 8, bytes: 8, unit: pieceUnit}
	interpreting = rates{op: 25, divide: 25, bytes: 8, unit: pieceUnit}

	// What a good core does with arrays in its second-level cache: for launches,
	// which are to be worth it.
	fastMachine  = rates{op: 0.05, divide: 0.5, bytes: 100}
	fastPortable = rates{op: 1, divide: 2, bytes: 100}
)

func slow(t simd.Tier) rates {
	if t == simd.Portable {
		return slowPortable
	}
	return slowMachine
}

func fast(t simd.Tier) rates {
	if t == simd.Portable {
		return fastPortable
	}
	return fastMachine
}

// nanos estimates the time of one element of p.
func (r rates) nanos(p *kernels.Program) float64 {
	ns := float64(p.Cost().Bytes())/r.bytes + r.op*float64(len(p.Reductions)+len(p.Stores))
	for _, in := range p.Body {
		switch in.Op {
		case kernels.OpLoad:
		case kernels.OpDiv, kernels.OpRem, kernels.OpSqrt:
			ns += r.divide
		default:
			ns += r.op
		}
	}
	return ns
}

// pieceLen is the number of elements of one call into code of that speed: a
// multiple of p.BlockLen where p reduces, and otherwise of pieceUnit or, where
// that many take too long, of r.unit. It is one unit at least, however long that
// takes.
func pieceLen(p *kernels.Program, r rates) int {
	most := int(pieceNanos / r.nanos(p))
	unit := pieceUnit
	switch {
	case len(p.Reductions) > 0:
		unit = p.BlockLen()
	case most < pieceUnit:
		unit = r.unit
	}
	return max(most/unit, 1) * unit
}

// runner is what computes a piece: *simd.Runner, or the interpreter.
type runner interface{ Run(lo, hi int) }

// runPieces computes elements lo … hi-1 piece by piece, and stops early, with
// false, once ctx is done.
func runPieces(ctx context.Context, r runner, lo, hi, piece int) bool {
	for hi-lo > piece {
		r.Run(lo, lo+piece)
		if lo += piece; ctx.Err() != nil {
			return false
		}
	}
	r.Run(lo, hi)
	return true
}
