package simd

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/triad-go/triad/internal/ieee"
	"github.com/triad-go/triad/kernels"
)

// stripLen is a whole number of reduction rows and divides a reduction block.
const stripLen = 256

// strips is the portable form of a Runner: the program interpreted a strip of
// elements at a time, so that one dispatch serves stripLen elements and the values
// stay in the first-level cache. Values whose lives do not overlap share memory.
type strips struct {
	p     *kernels.Program
	f     *kernels.Frame
	num   [][]uint64 // by value: room for a strip of its type; nil for truth values
	truth [][]bool   // by value; nil for numbers
	acc64 [][]float64
	acc32 [][]float32 // by reduction, by lane: one of both
}

func newStrips(p *kernels.Program, f *kernels.Frame) *strips {
	n := len(p.Uniform) + len(p.Body)
	s := &strips{p: p, f: f, num: make([][]uint64, n), truth: make([][]bool, n)}
	last := lastUses(p)
	var freeNum [][]uint64
	var freeTruth [][]bool
	give := func(v kernels.Value) {
		if p.TypeOf(v) == kernels.Bool {
			if k := len(freeTruth); k > 0 {
				s.truth[v], freeTruth = freeTruth[k-1], freeTruth[:k-1]
			} else {
				s.truth[v] = make([]bool, stripLen)
			}
		} else if k := len(freeNum); k > 0 {
			s.num[v], freeNum = freeNum[k-1], freeNum[:k-1]
		} else {
			s.num[v] = make([]uint64, stripLen)
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
	s.acc64, s.acc32 = make([][]float64, len(p.Reductions)), make([][]float32, len(p.Reductions))
	for r, red := range p.Reductions {
		if p.TypeOf(red.Value) == kernels.Float32 {
			s.acc32[r] = make([]float32, p.Lanes())
		} else {
			s.acc64[r] = make([]float64, p.Lanes())
		}
	}
	return s
}

// lastUses returns for each value the place in the body where it is last used:
// len(Body) if it is stored, reduced or trapped, -1 if the body never uses it.
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
	for _, t := range p.Traps {
		last[t.Cond] = len(p.Body)
	}
	return last
}

// view is the memory of a strip as n elements of type T.
func view[T any](strip []uint64, n int) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(strip))), n)
}

func (s *strips) run(lo, hi int) {
	for v := range s.p.Uniform {
		u := s.f.Uniforms[v]
		switch {
		case s.truth[v] != nil:
			fill(s.truth[v], u != 0)
		case s.num[v] == nil: // nothing uses it
		case s.p.Uniform[v].Type.Size() == 8:
			fill(s.num[v], u)
		default:
			fill(view[uint32](s.num[v], stripLen), uint32(u))
		}
	}
	for at := lo; at < hi; at += stripLen {
		n := min(stripLen, hi-at)
		s.strip(at, n)
		for r, red := range s.p.Reductions {
			if acc := s.acc32[r]; acc != nil {
				reduceStrip(s, r, red.Op, acc, view[float32](s.num[red.Value], n), at, hi)
			} else {
				reduceStrip(s, r, red.Op, s.acc64[r], view[float64](s.num[red.Value], n), at, hi)
			}
		}
	}
}

// strip computes n elements from at on. A load is a copy, since a store of the
// same strip may overwrite the array before the value is used.
func (s *strips) strip(at, n int) {
	nu := len(s.p.Uniform)
	guards := s.p.Guards
	for j := 0; j < len(s.p.Body); j++ {
		if len(guards) > 0 && j == guards[0].Lo {
			g := guards[0]
			guards = guards[1:]
			if !anyOf(s.truth[g.Cond][:n]) {
				j = g.Hi - 1
				continue
			}
		}
		s.step(nu+j, &s.p.Body[j], at, n)
	}
	for _, st := range s.p.Stores {
		if a := s.f.Arrays[st.Slot]; s.p.Arrays[st.Slot].Type.Size() == 8 {
			copy(array[uint64](a, s.f.N, at, n), s.num[st.Value])
		} else {
			copy(array[uint32](a, s.f.N, at, n), view[uint32](s.num[st.Value], n))
		}
	}
	for t, trap := range s.p.Traps {
		for i, holds := range s.truth[trap.Cond][:n] {
			if holds {
				s.f.Fault(t, at+i)
				break
			}
		}
	}
}

func anyOf(c []bool) bool {
	for _, b := range c {
		if b {
			return true
		}
	}
	return false
}

func array[T any](a unsafe.Pointer, total, at, n int) []T {
	return unsafe.Slice((*T)(a), total)[at : at+n]
}

// step computes one instruction for n elements.
func (s *strips) step(v int, in *kernels.Instr, at, n int) {
	switch in.Op {
	case kernels.OpLoad:
		if a := s.f.Arrays[in.Imm]; in.Type.Size() == 8 {
			copy(s.num[v], array[uint64](a, s.f.N, at, n))
		} else {
			copy(view[uint32](s.num[v], n), array[uint32](a, s.f.N, at, n))
		}
		return
	case kernels.OpSelect:
		c := s.truth[in.Args[0]][:n]
		switch in.Type.Size() {
		case 8:
			choose(s.num[v][:n], c, s.num[in.Args[1]][:n], s.num[in.Args[2]][:n])
		case 4:
			choose(view[uint32](s.num[v], n), c, view[uint32](s.num[in.Args[1]], n), view[uint32](s.num[in.Args[2]], n))
		default:
			choose(s.truth[v][:n], c, s.truth[in.Args[1]][:n], s.truth[in.Args[2]][:n])
		}
		return
	case kernels.OpTable:
		s.table(v, in, n)
		return
	case kernels.OpIndex:
		for i := range n {
			s.num[v][i] = uint64(s.f.IndexOf(int(in.Imm), s.p.Axes, at+i))
		}
		return
	case kernels.OpGather:
		from, places, where := s.f.Arrays[in.Imm], s.num[in.Args[0]][:n], s.truth[in.Args[1]][:n]
		if in.Type.Size() == 8 {
			gather(s.num[v], from, places, where)
		} else {
			gather(view[uint32](s.num[v], n), from, places, where)
		}
		return
	case kernels.OpBits:
		copy(s.num[v], s.num[in.Args[0]])
		return
	case kernels.OpConvert:
		from := s.p.TypeOf(in.Args[0])
		for i := range n {
			put(s.num[v], in.Type, i, kernels.Evaluate(in.Op, in.Type, from, get(s.num[in.Args[0]], from, i), 0, 0))
		}
		return
	}
	switch s.p.TypeOf(in.Args[0]) {
	case kernels.Float64:
		floats[float64](s, v, in, n)
	case kernels.Float32:
		floats[float32](s, v, in, n)
	case kernels.Int64:
		integers[int64](s, v, in, n)
	case kernels.Int32:
		integers[int32](s, v, in, n)
	case kernels.Uint64:
		integers[uint64](s, v, in, n)
	case kernels.Uint32:
		integers[uint32](s, v, in, n)
	default:
		logic(in.Op, s.truth[v][:n], s.truth[in.Args[0]][:n], s.truth[in.Args[1]])
	}
}

func (s *strips) table(v int, in *kernels.Instr, n int) {
	t := s.p.Tables[in.Imm]
	mask := uint64(len(t) - 1)
	from := s.p.TypeOf(in.Args[0])
	for i := range n {
		put(s.num[v], in.Type, i, t[get(s.num[in.Args[0]], from, i)&mask])
	}
}

// gather reads elements of an array, where that is asked for.
func gather[T uint64 | uint32](dst []T, from unsafe.Pointer, places []uint64, where []bool) {
	dst, where = dst[:len(places)], where[:len(places)]
	for i, at := range places {
		dst[i] = 0
		if where[i] {
			dst[i] = *(*T)(unsafe.Add(from, int(at)*int(unsafe.Sizeof(T(0)))))
		}
	}
}

// get and put are one element of a strip of type t, by its bits.
func get(strip []uint64, t kernels.Type, i int) uint64 {
	if t.Size() == 8 {
		return strip[i]
	}
	return uint64(view[uint32](strip, stripLen)[i])
}

func put(strip []uint64, t kernels.Type, i int, bits uint64) {
	if t.Size() == 8 {
		strip[i] = bits
	} else {
		view[uint32](strip, stripLen)[i] = uint32(bits)
	}
}

// reduceStrip takes the values x, of which the first is element at, into the lanes,
// and closes the block at its end or at hi.
func reduceStrip[T ieee.Float](s *strips, r int, op kernels.Reduction, acc, x []T, at, hi int) {
	block := s.p.BlockLen()
	if at%block == 0 {
		fill(acc, kernels.Identity[T](op))
	}
	n := len(x)
	for ; len(x) > 0; x = x[min(len(acc), len(x)):] {
		row := x[:min(len(acc), len(x))]
		a := acc[:len(row)]
		switch op {
		case kernels.Sum:
			for l := range a {
				a[l] += row[l]
			}
		default:
			for l := range a {
				a[l] = kernels.Fold(op, a[l], row[l])
			}
		}
	}
	if end := at + n; end%block == 0 || end == hi {
		s.f.Partials[r][at/block] = ieee.Bits(kernels.FoldLanes(op, acc))
	}
}

func fill[E any](s []E, v E) {
	for i := range s {
		s[i] = v
	}
}

func floats[T ieee.Float](s *strips, v int, in *kernels.Instr, n int) {
	x := view[T](s.num[in.Args[0]], n)
	if in.Op.Compares() {
		compare(in.Op, s.truth[v][:n], x, view[T](s.num[in.Args[1]], n))
		return
	}
	dst := view[T](s.num[v], n)
	switch in.Op.NumArgs() {
	case 1:
		unary(in.Op, dst, x)
	case 2:
		binary(in.Op, dst, x, view[T](s.num[in.Args[1]], n))
	default:
		y, z := view[T](s.num[in.Args[1]], n), view[T](s.num[in.Args[2]], n)
		for i := range dst {
			dst[i] = ieee.FMA(x[i], y[i], z[i])
		}
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
	case kernels.OpFloor:
		for i := range dst {
			dst[i] = T(math.Floor(float64(x[i])))
		}
	case kernels.OpCeil:
		for i := range dst {
			dst[i] = T(math.Ceil(float64(x[i])))
		}
	case kernels.OpTrunc:
		for i := range dst {
			dst[i] = T(math.Trunc(float64(x[i])))
		}
	case kernels.OpRoundEven:
		for i := range dst {
			dst[i] = T(math.RoundToEven(float64(x[i])))
		}
	default:
		panic(fmt.Sprintf("simd: no portable form of %v", op))
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
	default:
		panic(fmt.Sprintf("simd: no portable form of %v", op))
	}
}

type integer interface {
	int64 | int32 | uint64 | uint32
}

func integers[T integer](s *strips, v int, in *kernels.Instr, n int) {
	x := view[T](s.num[in.Args[0]], n)
	y := x // of an operation on one value
	if in.Op.NumArgs() > 1 {
		y = view[T](s.num[in.Args[1]], n)
	}
	if in.Op.Compares() {
		compare(in.Op, s.truth[v][:n], x, y)
		return
	}
	dst := view[T](s.num[v], n)
	y = y[:len(dst)]
	x = x[:len(dst)]
	switch in.Op {
	case kernels.OpAdd:
		for i := range dst {
			dst[i] = x[i] + y[i]
		}
	case kernels.OpSub:
		for i := range dst {
			dst[i] = x[i] - y[i]
		}
	case kernels.OpMul:
		for i := range dst {
			dst[i] = x[i] * y[i]
		}
	case kernels.OpAnd:
		for i := range dst {
			dst[i] = x[i] & y[i]
		}
	case kernels.OpOr:
		for i := range dst {
			dst[i] = x[i] | y[i]
		}
	case kernels.OpXor:
		for i := range dst {
			dst[i] = x[i] ^ y[i]
		}
	case kernels.OpNot:
		for i := range dst {
			dst[i] = ^x[i]
		}
	case kernels.OpShl:
		if in.Type.Size() == 8 {
			for i := range dst {
				dst[i] = x[i] << uint64(y[i])
			}
		} else {
			for i := range dst {
				dst[i] = x[i] << uint32(y[i])
			}
		}
	case kernels.OpShr:
		if in.Type.Size() == 8 {
			for i := range dst {
				dst[i] = x[i] >> uint64(y[i])
			}
		} else {
			for i := range dst {
				dst[i] = x[i] >> uint32(y[i])
			}
		}
	default: // division and what is as seldom
		a, b := s.num[in.Args[0]], s.num[in.Args[min(1, in.Op.NumArgs()-1)]]
		for i := range dst {
			put(s.num[v], in.Type, i, kernels.Evaluate(in.Op, in.Type, in.Type, get(a, in.Type, i), get(b, in.Type, i), 0))
		}
	}
}

func compare[T ieee.Float | integer](op kernels.Op, dst []bool, x, y []T) {
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

func logic(op kernels.Op, dst []bool, x, y []bool) {
	x = x[:len(dst)]
	if op != kernels.OpNot {
		y = y[:len(dst)]
	}
	switch op {
	case kernels.OpNot:
		for i := range dst {
			dst[i] = !x[i]
		}
	case kernels.OpAnd:
		for i := range dst {
			dst[i] = x[i] && y[i]
		}
	case kernels.OpOr:
		for i := range dst {
			dst[i] = x[i] || y[i]
		}
	case kernels.OpXor:
		for i := range dst {
			dst[i] = x[i] != y[i]
		}
	default:
		panic(fmt.Sprintf("simd: no portable form of %v of truth values", op))
	}
}

func choose[T any](dst []T, c []bool, x, y []T) {
	c, x, y = c[:len(dst)], x[:len(dst)], y[:len(dst)]
	for i := range dst {
		v := y[i]
		if c[i] {
			v = x[i]
		}
		dst[i] = v
	}
}
