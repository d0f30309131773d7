package runtime

import (
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// simdExec is the executor "simd": compiled code on the caller's goroutine.
type simdExec struct {
	single
	tier simd.Tier
}

func openSIMD(c Config) (Executor, error) {
	return &simdExec{newSingle("simd", c), c.tier()}, nil
}

func (s *simdExec) Bind(k *kernels.Kernel, args Args, policies ...Policy) (*Call, error) {
	b, plan, err := s.check(k, args, policies)
	if err != nil {
		return nil, err
	}
	if !b.plain || len(k.Columns()) > 0 {
		return newPhased(s, b, plan)
	}
	runners, info, err := compile(b, s.tier, plan, s.target, 1)
	if err != nil {
		return nil, err
	}
	info.Executor, info.Workers = s.name, 1
	return NewCall(b, info, &singleLaunch{s.gate, runners[0], pieceLen(b.Program, slow(info.Tier))}).of(s, plan), nil
}

// compile makes the code of a binding and its runners, and says what came of
// it.
func compile(b *Binding, tier simd.Tier, plan Plan, target Target, workers int) ([]*simd.Runner, LaunchInfo, error) {
	stream, why := nonTemporal(b, plan.NonTemporal, target)
	code, err := simd.Compile(b.Program, simd.Options{
		Tier:        tier,
		NonTemporal: stream,
		Prefetch:    !stream && outgrows(b, target),
	})
	if err != nil {
		return nil, LaunchInfo{}, err
	}
	runners := make([]*simd.Runner, workers)
	for w := range runners {
		runners[w] = code.NewRunner(b.Frame)
	}
	info := LaunchInfo{
		Tier:           code.Tier(),
		Fallback:       code.Fallback(),
		NonTemporal:    runners[0].NonTemporal(),
		NonTemporalWhy: why,
		Schedule:       plan.Schedule,
	}
	switch {
	case !stream || info.NonTemporal:
	case !code.Tier().Streams():
		info.NonTemporalWhy = code.Tier().String() + " code has no such stores"
	case !code.NonTemporal():
		info.NonTemporalWhy = "every output is an input too"
	default:
		info.NonTemporalWhy = "the outputs are aligned differently"
	}
	return runners, info, nil
}
