package runtime

import (
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// LaunchInfo says how a call runs and what one launch of it costs.
type LaunchInfo struct {
	Executor string
	Kernel   string
	Elem     kernels.Type

	Tier     simd.Tier // of the code that runs; simd.Portable for an executor that makes none for this processor
	Code     string    // what runs, in a word: the tier's name, or that of a device's code, as "ptx sm_90"
	Fallback error     // why the code is portable though better was asked for, or nil

	NonTemporal    bool   // whether outputs are written past the caches
	NonTemporalWhy string // the reason, in words

	Workers  int  // that take part in a launch, the caller included
	Inline   bool // the launch runs on the caller alone since it is small
	Schedule Schedule

	N     int
	Bytes int64 // moved by a launch as STREAM counts: each array read once, each written once
	Flops int64 // floating-point operations of a launch
}
