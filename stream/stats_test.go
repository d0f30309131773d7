package stream

import "testing"

func TestSummarize(t *testing.T) {
	for _, c := range []struct {
		in   []float64
		want Stats
	}{
		{nil, Stats{}},
		{[]float64{2}, Stats{2, 2, 2, 2}},
		{[]float64{3, 1}, Stats{1, 2, 2, 3}},
		{[]float64{9, 1, 2}, Stats{1, 2, 4, 9}},
		{[]float64{8, 1, 3, 4}, Stats{1, 3.5, 4, 8}},
	} {
		given := append([]float64(nil), c.in...)
		if got := Summarize(c.in); got != c.want {
			t.Errorf("Summarize(%v) = %+v, want %+v", c.in, got, c.want)
		}
		for i := range given {
			if given[i] != c.in[i] {
				t.Errorf("Summarize(%v) reordered its argument to %v", given, c.in)
				break
			}
		}
	}
}
