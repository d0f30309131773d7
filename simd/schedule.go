package simd

import (
	"math"

	"github.com/triad-go/triad/kernels"
)

// interleave orders the steps of a long program so that several results are
// under way at once. The steps of one result are mostly a chain in which each
// waits for the one before, a few cycles long; a processor looks some hundred
// instructions ahead and so finds only the next chain or two, if one result
// follows the other.
//
// The steps must begin with the loads, all of them, and go on in an order that
// computes one result after the other. Each result's steps keep their order,
// so that few values more are alive at once than there are strands. Of the
// strands whose next step has its arguments, the oldest goes first. The result
// is the same in every run and takes time in proportion to the steps.
func interleave(p *kernels.Program, steps []step, strands int) []step {
	nu := len(p.Uniform)
	const never = math.MaxInt32
	done := make([]int32, nu+len(p.Body)) // by value: when it will be there
	for v := range p.Body {
		done[nu+v] = never
	}
	out := make([]step, 0, len(steps))
	next := 0
	for next < len(steps) && steps[next].kind == compute && steps[next].instr.Op == kernels.OpLoad {
		done[steps[next].value] = 0
		next++
	}
	out = append(out, steps[:next]...)

	type strand struct{ at, end int }
	segment := func() (s strand) { // the next result's steps
		s.at = next
		for next < len(steps) {
			next++
			if steps[next-1].kind != compute {
				break
			}
		}
		s.end = next
		return s
	}
	ready := func(s *step) int32 {
		t := int32(0)
		for _, v := range s.args[:s.nargs] {
			t = max(t, done[v])
		}
		return t
	}
	var live []strand
	for now := int32(0); ; now++ {
		for len(live) < strands && next < len(steps) {
			live = append(live, segment())
		}
		if len(live) == 0 {
			return out
		}
		// If none is ready, the one that will be soonest.
		best, soonest := 0, int32(never)
		for i, s := range live {
			if t := ready(&steps[s.at]); t < soonest {
				best, soonest = i, t
			}
			if soonest <= now {
				break
			}
		}
		s := &live[best]
		st := steps[s.at]
		out = append(out, st)
		now = max(now, soonest)
		if st.kind == compute {
			done[st.value] = now + latency(st.instr.Op)
		}
		if s.at++; s.at == s.end {
			live = append(live[:best], live[best+1:]...)
		}
	}
}

// latency is about how long the result of an operation takes, in units of the
// time in which one instruction starts: half a cycle on the processors of today,
// whose additions and multiplications take three to five cycles.
func latency(op kernels.Op) int32 {
	switch op {
	case kernels.OpDiv, kernels.OpRem, kernels.OpSqrt:
		return 30
	case kernels.OpTable, kernels.OpConvert, kernels.OpGather, kernels.OpIndex:
		return 12
	case kernels.OpAdd, kernels.OpSub, kernels.OpMul, kernels.OpFMA, kernels.OpMin, kernels.OpMax,
		kernels.OpLt, kernels.OpLe, kernels.OpEq, kernels.OpNe,
		kernels.OpFloor, kernels.OpCeil, kernels.OpTrunc, kernels.OpRoundEven:
		return 8
	}
	return 2
}
