package cuda

import (
	"strconv"
	"strings"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// textL2 is the cache of the device that PTX writes for: an A100's. Arrays that outgrow it get streaming hints.
const textL2 = 40 << 20

// PTX returns the code of a kernel for launches with these arguments, as executors of this package give it to a driver: one text for the
// kernel, and then one for each collective output (a scan, a histogram and the like), which has passes of its own. Comments name the
// expressions. It needs no device and no driver. The capability is a device's, such as "9.0"; "" is "8.0", of which newer ones run the code
// too.
//
// Errors are those of Bind for the arguments and policies, and a *runtime.ValueError for a capability that is none, or less than 7.0.
func PTX(k *kernels.Kernel, args runtime.Args, capability string, policies ...runtime.Policy) ([]string, error) {
	sm, ok := parseCapability(capability)
	if !ok {
		return nil, &runtime.ValueError{Name: "compute capability", Value: capability, Want: "one such as 9.0, and " + formatCapability(leastCapability) + " at least"}
	}
	plan, err := runtime.DefaultPlan().With(policies...)
	if err != nil {
		return nil, err
	}
	anywhere := func(runtime.Memory) string { return "" }
	b, err := runtime.CheckOn(anywhere, k, args)
	if err != nil {
		return nil, err
	}
	nowhere := &executor{name: "cuda", gpu: &gpu{props: properties{capability: sm, l2: textL2}}}
	l := &launch{ex: nowhere, binding: b, n: b.Frame.N}
	l.placeArrays(part{hi: b.Frame.N})
	if err := l.prepareColumns(args); err != nil {
		return nil, err
	}
	if err := l.generate(plan); err != nil {
		return nil, err
	}
	texts := []string{l.module.Text}
	for _, c := range l.columns {
		texts = append(texts, c.made.Text)
	}
	return texts, nil
}

// parseCapability reads "9.0" as 90.
func parseCapability(s string) (sm int, ok bool) {
	if s == "" {
		return 80, true
	}
	major, minor, _ := strings.Cut(s, ".")
	a, err := strconv.ParseUint(major, 10, 8)
	if err != nil {
		return 0, false
	}
	b, err := strconv.ParseUint(minor, 10, 8)
	if err != nil || b > 9 {
		return 0, false
	}
	sm = int(10*a + b)
	return sm, sm >= leastCapability
}
