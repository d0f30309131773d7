package stream

import "slices"

// Stats sums up the counted timings of one kernel, in seconds.
type Stats struct {
	Best    float64 `json:"min_runtime"`
	Median  float64 `json:"median_runtime"`
	Average float64 `json:"avg_runtime"`
	Max     float64 `json:"max_runtime"`
}

// Summarize returns the statistics of some timings; of none, all zero. The
// median of an even number of timings is the mean of the middle two.
func Summarize(seconds []float64) Stats {
	n := len(seconds)
	if n == 0 {
		return Stats{}
	}
	s := slices.Sorted(slices.Values(seconds))
	var total float64
	for _, v := range s {
		total += v
	}
	return Stats{
		Best:    s[0],
		Median:  (s[(n-1)/2] + s[n/2]) / 2,
		Average: total / float64(n),
		Max:     s[n-1],
	}
}
