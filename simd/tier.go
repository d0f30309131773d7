package simd

import (
	"fmt"
	"os"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/cpuid/v2"

	"github.com/triad-go/triad/simd/internal/exec"
)

// Tier is a level of vector instructions that programs are compiled for.
type Tier uint8

const (
	Portable Tier = iota // no machine code: a blocked interpreter in Go
	AVX2                 // AVX2, FMA and BMI2: 256-bit vectors
	AVX512               // AVX-512 F, VL, DQ and BW, and BMI2: 512-bit vectors
	NEON                 // NEON, which every arm64 processor has: 128-bit vectors
)

var tierNames = [...]string{"portable", "avx2", "avx512", "neon"}

func (t Tier) String() string {
	if int(t) < len(tierNames) {
		return tierNames[t]
	}
	return fmt.Sprintf("Tier(%d)", uint8(t))
}

// VectorBytes is the width of a vector register, 0 for Portable.
func (t Tier) VectorBytes() int { return [...]int{0, 32, 64, 16}[t] }

// Streams reports whether code of the tier can write past the caches: see
// [Options]. Processors of arm64 notice by themselves that whole lines are
// written one after the other, and do not read them first.
func (t Tier) Streams() bool { return t == AVX2 || t == AVX512 }

// ParseTier reads the name of a tier: portable, avx2, avx512 or neon. The error
// is of type *UnknownTierError.
func ParseTier(name string) (Tier, error) {
	if i := slices.Index(tierNames[:], strings.ToLower(name)); i >= 0 {
		return Tier(i), nil
	}
	return 0, &UnknownTierError{name}
}

// UnknownTierError says that a text names no tier.
type UnknownTierError struct{ Name string }

func (e *UnknownTierError) Error() string {
	return fmt.Sprintf("simd: unknown tier %q; the tiers are %s", e.Name, strings.Join(tierNames[:], ", "))
}

// TierError says that a tier was asked for that this process cannot run.
type TierError struct {
	Tier Tier
	Best Tier // the best that it can run
}

func (e *TierError) Error() string {
	return fmt.Sprintf("simd: tier %s cannot run here; the best that can is %s", e.Tier, e.Best)
}

// EnvVar is the environment variable that masks tiers: nothing above the tier
// that it names is used. An empty or unknown value, or the name of a tier that
// cannot run here, masks nothing. It is read once, at the first use.
const EnvVar = "TRIAD_SIMD"

// tiers are what this process can run, the best first.
var tiers = sync.OnceValue(func() []Tier {
	ts := supported()
	if most, err := ParseTier(os.Getenv(EnvVar)); err == nil {
		if i := slices.Index(ts, most); i >= 0 {
			ts = ts[i:]
		}
	}
	return ts
})

// supported is what the processor and the system can run, the best first. cpuid
// also asks whether the system saves the wide registers (XGETBV).
func supported() []Tier {
	switch {
	case !exec.Supported:
		return []Tier{Portable}
	case goruntime.GOARCH == "arm64":
		return []Tier{NEON, Portable}
	case cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512VL, cpuid.AVX512DQ, cpuid.AVX512BW, cpuid.BMI2):
		return []Tier{AVX512, AVX2, Portable}
	case cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3, cpuid.BMI2):
		return []Tier{AVX2, Portable}
	}
	return []Tier{Portable}
}

// Best is the best tier that this process can run.
func Best() Tier { return tiers()[0] }

// Tiers returns every tier that this process can run, the best first.
func Tiers() []Tier { return slices.Clone(tiers()) }
