package kernels

import (
	"math"

	"github.com/triad-go/triad/internal/ieee"
)

// Reduction is an associative operation that folds a value over all elements.
type Reduction uint8

const (
	None Reduction = iota // not a reduction: an output array
	Sum                   // acc + x, starting from 0
	Min                   // x < acc ? x : acc, starting from +Inf: NaNs are passed over
	Max                   // x > acc ? x : acc, starting from -Inf: NaNs are passed over
	Prod                  // acc * x, starting from 1
)

func (r Reduction) String() string {
	switch r {
	case Sum:
		return "sum"
	case Min:
		return "min"
	case Max:
		return "max"
	case Prod:
		return "prod"
	}
	return "none"
}

// reductionOf finds a reduction by its name, None if there is none.
func reductionOf(name string) Reduction {
	for r := Sum; r <= Prod; r++ {
		if r.String() == name {
			return r
		}
	}
	return None
}

// The one shape of every reduction, on every executor and device. Element e of
// block b goes to lane (e mod lanes); within a lane elements are taken in
// rising order; the lanes are folded in halves (lane j with lane j + lanes/2,
// then lanes/4, …); the blocks are folded in pairs of neighbours, level by
// level, an odd one out rising to the next level unchanged.
const (
	RowBytes  = 256 // one row: 32 lanes of 8 bytes or 64 of 4
	BlockRows = 32  // rows in a block
)

// Lanes is the number of lanes of a row: 32 for a program with values of 8
// bytes, such as float64, and 64 otherwise.
func (p *Program) Lanes() int { return RowBytes / p.LaneSize() }

// BlockLen is the number of elements of a reduction block: 32 rows of Lanes.
func (p *Program) BlockLen() int { return p.Lanes() * BlockRows }

// Blocks is the number of reduction blocks of n elements.
func (p *Program) Blocks(n int) int {
	l := p.BlockLen()
	return n/l + (n%l+l-1)/l
}

// Number is what reductions fold.
type Number interface {
	Float | int64 | int32 | uint64 | uint32
}

// Identity is the value that a reduction starts from: of integers, the greatest and
// the least of the type stand for the infinities.
func Identity[T Number](r Reduction) T {
	switch r {
	case Min:
		return greatest[T]()
	case Max:
		return least[T]()
	case Prod:
		return 1
	}
	return 0
}

func greatest[T Number]() T {
	var v any
	switch any(T(0)).(type) {
	case int64:
		v = int64(math.MaxInt64)
	case int32:
		v = int32(math.MaxInt32)
	case uint64:
		v = uint64(math.MaxUint64)
	case uint32:
		v = uint32(math.MaxUint32)
	case float64:
		v = math.Inf(1)
	default:
		return T(math.Inf(1))
	}
	return v.(T)
}

func least[T Number]() T {
	var v any
	switch any(T(0)).(type) {
	case int64:
		v = int64(math.MinInt64)
	case int32:
		v = int32(math.MinInt32)
	case uint64, uint32:
		return 0
	default:
		return T(math.Inf(-1))
	}
	return v.(T)
}

// Fold takes one more value into an accumulator.
func Fold[T Number](r Reduction, acc, x T) T {
	switch r {
	case Min:
		if x < acc {
			return x
		}
		return acc
	case Max:
		if x > acc {
			return x
		}
		return acc
	case Prod:
		return acc * x
	}
	return acc + x
}

// FoldLanes folds a block's lanes in halves; it overwrites acc.
func FoldLanes[T Number](r Reduction, acc []T) T {
	for h := len(acc) / 2; h > 0; h /= 2 {
		for j := range h {
			acc[j] = Fold(r, acc[j], acc[j+h])
		}
	}
	return acc[0]
}

// Combine folds the blocks' values in f.Partials into f.Results, in a tree that
// depends on f.N alone. It uses f.Partials up.
func (p *Program) Combine(f *Frame) {
	for r, red := range p.Reductions {
		parts := f.Partials[r]
		if p.TypeOf(red.Value) == Float32 {
			f.Results[r] = float64(foldBlocks[float32](red.Op, parts))
		} else {
			f.Results[r] = foldBlocks[float64](red.Op, parts)
		}
	}
}

func foldBlocks[T Float](r Reduction, parts []uint64) T {
	if len(parts) == 0 {
		return Identity[T](r)
	}
	for n := len(parts); n > 1; n = (n + 1) / 2 {
		up, pairs := parts[:n/2], parts[:n&^1]
		if r == Sum { // worth a loop of its own: there may be a million blocks
			for i := range up {
				up[i] = ieee.Bits(ieee.FromBits[T](pairs[2*i]) + ieee.FromBits[T](pairs[2*i+1]))
			}
		} else {
			for i := range up {
				up[i] = ieee.Bits(Fold(r, ieee.FromBits[T](pairs[2*i]), ieee.FromBits[T](pairs[2*i+1])))
			}
		}
		if n%2 == 1 {
			parts[n/2] = parts[n-1]
		}
	}
	return ieee.FromBits[T](parts[0])
}
