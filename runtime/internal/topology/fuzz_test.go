package topology

import (
	"slices"
	"testing"
)

// FuzzParseList: no text makes ParseList panic, and what it reads is ascending
// and survives FormatList.
func FuzzParseList(f *testing.F) {
	for _, text := range []string{"", "0", "0-3,8", "3,1-2\n", "5-1", "0-999999999", ",", "1-"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cpus, err := ParseList(text)
		if err != nil {
			return
		}
		for i := 1; i < len(cpus); i++ {
			if cpus[i-1] >= cpus[i] {
				t.Fatalf("ParseList(%q) = %v", text, cpus)
			}
		}
		if again, err := ParseList(FormatList(cpus)); err != nil || !slices.Equal(again, cpus) {
			t.Fatalf("ParseList(%q) = %v, which is formatted as %q", text, cpus, FormatList(cpus))
		}
	})
}
