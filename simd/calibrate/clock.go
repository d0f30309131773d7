package calibrate

import "time"

// spinCycles is how many cycles one round of spin takes: three shifts and three
// exclusive ors, each of which needs the one before (with one instruction for
// both, as ARM has it, that instruction takes two cycles).
const spinCycles = 6

// spinRounds is a spin of some ten microseconds.
const spinRounds = 8192

// spin is Marsaglia's xorshift generator ("Xorshift RNGs", Journal of
// Statistical Software 8(14), 2003), of which every step needs the last. On 32
// bits it is the same instructions on machines of 32 and of 64.
//
//go:noinline
func spin(x uint32) uint32 {
	for range spinRounds {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
	}
	return x
}

// clock measures the length of a cycle. It carries spin's state on, so that no
// call of it can be left out.
type clock struct{ seed uint32 }

// period is the length of one cycle in nanoseconds, now.
func (c *clock) period() float64 {
	start := time.Now()
	c.seed = spin(c.seed | 1)
	return max(float64(time.Since(start)), 1) / (spinRounds * spinCycles)
}
