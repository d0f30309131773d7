package bench

import (
	"math"
	"slices"
)

// Stats sums up the values of all rounds.
type Stats struct {
	Median float64 `json:"median"`
	Q1     float64 `json:"q1"` // a quarter of the values is less
	Q3     float64 `json:"q3"` // a quarter of the values is more
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	Rounds int     `json:"rounds"`
}

// summarize returns the statistics of some values. Between two neighbours a
// quantile is interpolated.
func summarize(values []float64) Stats {
	if len(values) == 0 {
		return Stats{}
	}
	v := slices.Clone(values)
	slices.Sort(v)
	return Stats{
		Median: quantile(v, 0.5),
		Q1:     quantile(v, 0.25),
		Q3:     quantile(v, 0.75),
		Min:    v[0],
		Max:    v[len(v)-1],
		Rounds: len(v),
	}
}

func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(math.Floor(at))
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

func median(values []float64) float64 { return summarize(values).Median }
