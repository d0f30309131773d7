package main

import (
	"time"

	"github.com/triad-go/triad/stream"
)

// sample is a report with everything in it, small enough to check by hand.
func sample() *stream.Report {
	result := func(kernel, text string, bytes, flops int64, best float64, nt bool, why string) stream.Result {
		seconds := []float64{2 * best, best, 3 * best}
		return stream.Result{
			Kernel: kernel, Text: text, NumTimes: 4, Bytes: bytes, Flops: flops,
			NonTemporal: nt, Why: why, First: 9, Seconds: seconds, Stats: stream.Summarize(seconds),
			BestRate: float64(bytes) / best, MedianRate: float64(bytes) / best / 2,
			Fraction: float64(bytes) / best / 40e9,
		}
	}
	return &stream.Report{
		Time: time.Unix(1700000000, 0),
		Machine: stream.Machine{
			Targets:   []stream.TargetReport{{Name: "cpu", Description: "cpu: Abacus 9000, 2 CPUs", Model: "Abacus 9000", CPUs: 2, AvailableBytes: 20 << 30}},
			GoVersion: "go1.26", OS: "linux", Arch: "amd64",
		},
		Type: "float64", N: 1000000, SizeOf: 8, SizeWhy: "as asked",
		Executors: []stream.ExecutorReport{
			{Name: "simd", Target: "cpu", Tier: "avx2", Workers: 1, MaxWorkers: 1, Memory: 24e6, HugePages: 24e6, HugePagesKnown: true, Results: []stream.Result{
				result("copy", "c = a", 16e6, 0, 0.001, true, "larger than the cache"),
				result("dot", "sum = sum(a*b)", 16e6, 2e6, 0.0008, false, "no output"),
			}},
			{Name: "pool", Target: "cpu", Tier: "avx512", Workers: 2, MaxWorkers: 2, Memory: 24e6, Results: []stream.Result{
				result("copy", "c = a", 16e6, 0, 0.0005, true, "larger than the cache"),
				result("dot", "sum = sum(a*b)", 16e6, 2e6, 0.0004, false, "no output"),
			}},
		},
		Limits:  []stream.Limit{{Target: "cpu", N: 1000000, Rate: 40e9, By: "dot on pool", Probes: []stream.Probe{{Kernel: "sum", Rate: 39e9, MedianRate: 38e9}}}},
		LeftOut: []stream.LeftOut{{Executor: "sequential", Reason: "too slow"}},
		Notes:   []string{"it rains"},
	}
}
