package simd

import (
	"unsafe"

	"github.com/triad-go/triad/internal/ieee"
	"github.com/triad-go/triad/kernels"
)

// blocked is the portable form of a Runner: the program interpreted a strip of
// elements at a time, so that one dispatch serves stripLen elements and the
// values stay in the first-level cache.
type blocked interface{ run(lo, hi int) }

// stripLen is a whole number of reduction rows of both element types and
// divides a reduction block.
const stripLen = 256

func newBlocked(p *kernels.Program, f *kernels.Frame) blocked {
	if p.Elem == kernels.Float32 {
		return newStrips[float32](p, f)
	}
	return newStrips[float64](p, f)
}

// strips holds, for each value of the program, the strip of its elements.
// Values whose lives do not overlap share memory.
type strips[T ieee.Float] struct {
	p     *kernels.Program
	f     *kernels.Frame
	num   [][]T    // by value; nil for truth values
	truth [][]bool // by value; nil for numbers
	acc   [][]T    // by reduction, by lane
}

func newStrips[T ieee.Float](p *kernels.Program, f *kernels.Frame) *strips[T] {
	n := len(p.Uniform) + len(p.Body)
	s := &strips[T]{p: p, f: f, num: make([][]T, n), truth: make([][]bool, n)}
	last := lastUses(p)
	var freeNum [][]T
	var freeTruth [][]bool
	give := func(v kernels.Value) {
		if p.Instr(v).Op.IsBool() {
			if k := len(freeTruth); k > 0 {
				s.truth[v], freeTruth = freeTruth[k-1], freeTruth[:k-1]
			} else {
				s.truth[v] = make([]bool, stripLen)
			}
		} else if k := len(freeNum); k > 0 {
			s.num[v], freeNum = freeNum[k-1], freeNum[:k-1]
		} else {
			s.num[v] = make([]T, stripLen)
		}
	}
	for v := range p.Uniform {
		if last[v] >= 0 {
			give(kernels.Value(v))
		}
	}
	for j, in := range p.Body {
		give(kernels.Value(len(p.Uniform) + j))
		for i, a := range in.Args[:in.Op.NumArgs()] {
			if p.IsUniform(a) || last[a] != j || i > 0 && a == in.Args[0] || i > 1 && a == in.Args[1] {
				continue
			}
			if s.num[a] != nil {
				freeNum = append(freeNum, s.num[a])
			} else {
				freeTruth = append(freeTruth, s.truth[a])
			}
		}
	}
	for range p.Reductions {
		s.acc = append(s.acc, make([]T, p.Lanes()))
	}
	return s
}

// lastUses returns for each value the place in the body where it is last used:
// len(Body) if it is stored or reduced, -1 if the body never uses it.
func lastUses(p *kernels.Program) []int {
	last := make([]int, len(p.Uniform)+len(p.Body))
	for v := range last {
		last[v] = -1
	}
	for j, in := range p.Body {
		for _, a := range in.Args[:in.Op.NumArgs()] {
			last[a] = j
		}
	}
	for _, st := range p.Stores {
		last[st.Value] = len(p.Body)
	}
	for _, r := range p.Reductions {
		last[r.Value] = len(p.Body)
	}
	return last
}

func (s *strips[T]) run(lo, hi int) {
	for v, num := range s.num[:len(s.p.Uniform)] {
		fill(num, ieee.FromBits[T](s.f.Uniforms[v]))
		fill(s.truth[v], s.f.Uniforms[v] != 0)
	}
	for at := lo; at < hi; at += stripLen {
		s.strip(at, min(stripLen, hi-at))
		if len(s.p.Reductions) > 0 {
			s.reduce(at, min(stripLen, hi-at), hi)
		}
	}
}

// strip computes n elements from at on. A load is a copy, since a store of the
// same strip may overwrite the array before the value is used.
func (s *strips[T]) strip(at, n int) {
	nu := len(s.p.Uniform)
	for j, in := range s.p.Body {
		v := nu + j
		switch in.Op {
		case kernels.OpLoad:
			copy(s.num[v], s.array(int(in.Imm), at, n))
		case kernels.OpAnd, kernels.OpOr, kernels.OpNot:
			logic(in.Op, s.truth[v][:n], s.truth[in.Args[0]][:n], s.truth[in.Args[1]])
		case kernels.OpLt, kernels.OpLe, kernels.OpEq, kernels.OpNe:
			compare(in.Op, s.truth[v][:n], s.num[in.Args[0]][:n], s.num[in.Args[1]][:n])
		case kernels.OpSelect:
			choose(s.num[v][:n], s.truth[in.Args[0]][:n], s.num[in.Args[1]][:n], s.num[in.Args[2]][:n])
		case kernels.OpFMA:
			x, y, z, dst := s.num[in.Args[0]][:n], s.num[in.Args[1]][:n], s.num[in.Args[2]][:n], s.num[v][:n]
			for i := range dst {
				dst[i] = ieee.FMA(x[i], y[i], z[i])
			}
		case kernels.OpNeg, kernels.OpAbs, kernels.OpSqrt:
			unary(in.Op, s.num[v][:n], s.num[in.Args[0]][:n])
		default:
			binary(in.Op, s.num[v][:n], s.num[in.Args[0]][:n], s.num[in.Args[1]][:n])
		}
	}
	for _, st := range s.p.Stores {
		copy(s.array(st.Slot, at, n), s.num[st.Value])
	}
}

func (s *strips[T]) array(slot, at, n int) []T {
	return unsafe.Slice((*T)(s.f.Arrays[slot]), s.f.N)[at : at+n]
}

// reduce takes the n values from at on into the lanes, and closes the block at
// its end or at hi.
func (s *strips[T]) reduce(at, n, hi int) {
	lanes, block := s.p.Lanes(), s.p.BlockLen()
	for r, red := range s.p.Reductions {
		acc := s.acc[r]
		if at%block == 0 {
			fill(acc, kernels.Identity[T](red.Op))
		}
		for row := s.num[red.Value][:n]; len(row) > 0; row = row[min(lanes, len(row)):] {
			x := row[:min(lanes, len(row))]
			a := acc[:len(x)]
			switch red.Op {
			case kernels.Sum:
				for l := range a {
					a[l] += x[l]
				}
			default:
				for l := range a {
					a[l] = kernels.Fold(red.Op, a[l], x[l])
				}
			}
		}
		if end := at + n; end%block == 0 || end == hi {
			s.f.Partials[r][at/block] = ieee.Bits(kernels.FoldLanes(red.Op, acc))
		}
	}
}

func fill[E any](s []E, v E) {
	for i := range s {
		s[i] = v
	}
}

func unary[T ieee.Float](op kernels.Op, dst, x []T) {
	x = x[:len(dst)]
	switch op {
	case kernels.OpNeg:
		for i := range dst {
			dst[i] = -x[i]
		}
	case kernels.OpAbs:
		for i := range dst {
			dst[i] = ieee.Abs(x[i])
		}
	case kernels.OpSqrt:
		for i := range dst {
			dst[i] = ieee.Sqrt(x[i])
		}
	}
}

func binary[T ieee.Float](op kernels.Op, dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	switch op {
	case kernels.OpAdd:
		for i := range dst {
			dst[i] = T(x[i] + y[i])
		}
	case kernels.OpSub:
		for i := range dst {
			dst[i] = T(x[i] - y[i])
		}
	case kernels.OpMul:
		for i := range dst {
			dst[i] = T(x[i] * y[i])
		}
	case kernels.OpDiv:
		for i := range dst {
			dst[i] = T(x[i] / y[i])
		}
	case kernels.OpMin:
		for i := range dst {
			v := y[i]
			if x[i] < v {
				v = x[i]
			}
			dst[i] = v
		}
	case kernels.OpMax:
		for i := range dst {
			v := y[i]
			if x[i] > v {
				v = x[i]
			}
			dst[i] = v
		}
	}
}

func compare[T ieee.Float](op kernels.Op, dst []bool, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	switch op {
	case kernels.OpLt:
		for i := range dst {
			dst[i] = x[i] < y[i]
		}
	case kernels.OpLe:
		for i := range dst {
			dst[i] = x[i] <= y[i]
		}
	case kernels.OpEq:
		for i := range dst {
			dst[i] = x[i] == y[i]
		}
	case kernels.OpNe:
		for i := range dst {
			dst[i] = x[i] != y[i]
		}
	}
}

func logic(op kernels.Op, dst, x, y []bool) {
	x = x[:len(dst)]
	switch op {
	case kernels.OpNot:
		for i := range dst {
			dst[i] = !x[i]
		}
	case kernels.OpAnd:
		y = y[:len(dst)]
		for i := range dst {
			dst[i] = x[i] && y[i]
		}
	case kernels.OpOr:
		y = y[:len(dst)]
		for i := range dst {
			dst[i] = x[i] || y[i]
		}
	}
}

func choose[T ieee.Float](dst []T, c []bool, x, y []T) {
	c, x, y = c[:len(dst)], x[:len(dst)], y[:len(dst)]
	for i := range dst {
		v := y[i]
		if c[i] {
			v = x[i]
		}
		dst[i] = v
	}
}
