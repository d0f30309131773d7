package runtime

import (
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// sequential is the executor "sequential": the reference. It interprets
// programs on the caller's goroutine.
type sequential struct {
	single
}

func openSequential(c Config) (Executor, error) {
	return &sequential{newSingle("sequential", c)}, nil
}

func (s *sequential) Bind(k *kernels.Kernel, args Args, policies ...Policy) (*Call, error) {
	b, plan, err := s.check(k, args, policies)
	if err != nil {
		return nil, err
	}
	if !b.plain || len(k.Columns()) > 0 {
		return newPhased(s, b, plan)
	}
	info := LaunchInfo{Executor: s.name, Tier: simd.Portable, NonTemporalWhy: "the interpreter has no such stores", Workers: 1, Schedule: plan.Schedule}
	return NewCall(b, info, &singleLaunch{s.gate, b.Program.NewInterpreter(b.Frame), pieceLen(b.Program, interpreting)}).of(s, plan), nil
}
