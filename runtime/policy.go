package runtime

import "fmt"

// Plan is what policies come to: how one launch or loop is to run.
type Plan struct {
	Schedule    Schedule
	Chunk       int // elements: Dynamic's chunk, Guided's smallest
	NonTemporal NTMode
	InlineBelow int // launches of fewer elements run on the caller alone; negative: the executor's own crossover
}

// DefaultPlan is the plan that no policy has changed: static ranges,
// non-temporal stores by the rule of NTAuto, the executor's own crossover.
func DefaultPlan() Plan { return Plan{Schedule: ScheduleStatic, InlineBelow: -1} }

// With returns the plan as the policies change it, the last one winning.
func (p Plan) With(policies ...Policy) (Plan, error) {
	for _, policy := range policies {
		if policy == nil {
			return p, &ValueError{Name: "Policy", Value: nil, Want: "a policy that is not nil"}
		}
		if err := policy(&p); err != nil {
			return p, err
		}
	}
	return p, nil
}

// Policy says how a launch or loop is to run. It never changes what is
// computed, to the last bit. A policy that means nothing to an executor (chunks
// where there is one worker) has no effect.
type Policy func(*Plan) error

// Schedule is how elements are dealt out to workers.
type Schedule uint8

const (
	ScheduleStatic  Schedule = iota // one contiguous range a worker, the same for every launch of that length
	ScheduleDynamic                 // chunks of one size, to whoever is free
	ScheduleGuided                  // chunks that shrink as the work runs out, to whoever is free
)

func (s Schedule) String() string {
	switch s {
	case ScheduleStatic:
		return "static"
	case ScheduleDynamic:
		return "dynamic"
	case ScheduleGuided:
		return "guided"
	}
	return fmt.Sprintf("Schedule(%d)", uint8(s))
}

// Static gives each worker one contiguous range, the same one in every launch
// of that length. It is the default: memory stays with the worker that touched
// it first.
func Static() Policy {
	return func(p *Plan) error {
		p.Schedule, p.Chunk = ScheduleStatic, 0
		return nil
	}
}

// Dynamic deals out chunks of that many elements, at least 1, to whichever
// worker is free. A kernel's chunks are rounded up to whole reduction blocks.
func Dynamic(chunk int) Policy {
	return func(p *Plan) error {
		if chunk < 1 {
			return &ValueError{Name: "Dynamic", Value: chunk, Want: "a chunk of at least 1 element"}
		}
		p.Schedule, p.Chunk = ScheduleDynamic, chunk
		return nil
	}
}

// Guided deals out chunks that are a share of what is left and never less than
// min elements, at least 1, to whichever worker is free. A kernel's chunks are
// rounded up to whole reduction blocks.
func Guided(min int) Policy {
	return func(p *Plan) error {
		if min < 1 {
			return &ValueError{Name: "Guided", Value: min, Want: "chunks of at least 1 element"}
		}
		p.Schedule, p.Chunk = ScheduleGuided, min
		return nil
	}
}

// NTMode says when a kernel's outputs are written with non-temporal stores,
// which go past the caches and save reading the lines that they overwrite.
type NTMode uint8

const (
	// NTAuto uses them where the arrays of a launch are larger in sum than the
	// last-level caches of the target, so that no output would still be in cache
	// for its reader, and there is an output that is not an input too: the line
	// of an input is in cache anyway. Where the target does not tell its
	// last-level cache, 32 MiB are assumed. It also uses them where 32 outputs or
	// more that are no inputs, and most of all of them, begin at the same line of a
	// page (arrays of whole pages do) and are larger in sum than a second-level
	// cache: their lines push each other out. LaunchInfo says what came of it.
	NTAuto NTMode = iota
	NTOn          // wherever the machine has them
	NTOff         // never
)

func (m NTMode) String() string {
	switch m {
	case NTAuto:
		return "auto"
	case NTOn:
		return "on"
	case NTOff:
		return "off"
	}
	return fmt.Sprintf("NTMode(%d)", uint8(m))
}

// NonTemporal says when non-temporal stores are used; NTAuto is the default.
func NonTemporal(mode NTMode) Policy {
	return func(p *Plan) error {
		if mode > NTOff {
			return &ValueError{Name: "NonTemporal", Value: mode, Want: "NTAuto, NTOn or NTOff"}
		}
		p.NonTemporal = mode
		return nil
	}
}

// InlineBelow makes launches and loops of fewer than n elements run on the
// caller alone, and all others on as many workers as there is work for. By
// default a pool decides by what a launch costs, and shares out every loop,
// since it cannot know what body costs.
func InlineBelow(n int) Policy {
	return func(p *Plan) error {
		if n < 0 {
			return &ValueError{Name: "InlineBelow", Value: n, Want: "at least 0"}
		}
		p.InlineBelow = n
		return nil
	}
}
