package bench

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
)

func Example() {
	stats := func(v float64) *Stats { return &Stats{Median: v} }
	report := Report{
		Machine:  "cpu: 2 CPUs",
		Go:       "go1.26",
		Compiler: "no C compiler",
		Sections: []Section{{
			Name:  "stream",
			Title: "GB/s",
			Unit:  "GB/s",
			Sides: []Side{{"OpenMP", "C", "no C compiler"}, {"pool", "this library", ""}, {"Go loop", "a loop", ""}},
			Rows:  []Row{{"copy", []*Stats{nil, stats(40.25), stats(9.5)}}, {"fill", []*Stats{nil, stats(120), nil}}},
			Ratios: []Ratio{{"pool", "Go loop", []*RatioCell{
				{OfMedians: 4.24, OfRounds: Stats{Q1: 4.1, Q3: 4.3}}, nil,
			}}},
			Notes: []string{"A note."},
		}},
	}
	report.Text(os.Stdout)
	// Output:
	// cpu: 2 CPUs
	// go1.26
	// no C compiler
	//
	// stream: GB/s
	//
	// GB/s         OpenMP  pool  Go loop
	// copy  no C compiler  40.2     9.50
	// fill  no C compiler   120        –
	//
	// Times as fast: the ratio of the medians (the middle half of the rounds)
	//
	//         pool / Go loop
	// copy  4.24 (4.10–4.30)
	// fill                 –
	//
	// - OpenMP: C (not measured: no C compiler)
	// - pool: this library
	// - Go loop: a loop
	// - A note.
}

func TestMarkdown(t *testing.T) {
	report := Report{Machine: "m", Go: "g", Compiler: "c", Programs: "p", Sections: []Section{{
		Name: "n", Title: "t", Unit: "u|v", Sides: []Side{{Name: "a", What: "w"}}, Rows: []Row{{"r", []*Stats{{Median: 0.04}}}},
	}}}
	var b strings.Builder
	if err := report.Markdown(&b); err != nil {
		t.Fatal(err)
	}
	want := "- m\n- g\n- c\n- The C programs: p\n\n### n: t\n\n| u\\|v | a |\n|---|--:|\n| r | 0.04 |\n\n- a: w\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &b, want)
	}
}

func TestSummarize(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   Stats
	}{
		{nil, Stats{}},
		{[]float64{3}, Stats{3, 3, 3, 3, 3, 1}},
		{[]float64{4, 1}, Stats{2.5, 1.75, 3.25, 1, 4, 2}},
		{[]float64{5, 1, 3, 2, 4}, Stats{3, 2, 4, 1, 5, 5}},
	} {
		if got := summarize(test.values); got != test.want {
			t.Errorf("summarize(%v) = %v, want %v", test.values, got, test.want)
		}
	}
}

func TestFill(t *testing.T) {
	triad, _ := kernels.Lookup("triad")
	sec := Section{Sides: []Side{{Name: "ours"}, {Name: "theirs"}, {Name: "absent", Absent: "why"}}}
	times := samples{
		{{10, 20, 30}},
		{{40, 20, 60}},
		{nil},
	}
	sec.fill([]job{{label: "triad", kernel: triad, launches: 10}}, times, perLaunch,
		[][2]string{{"ours", "theirs"}, {"ours", "absent"}, {"ours", "unheard of"}})
	cells := sec.Rows[0].Cells
	if cells[0].Median != 2 || cells[1].Median != 4 || cells[2] != nil {
		t.Errorf("cells %v %v %v", cells[0], cells[1], cells[2])
	}
	if len(sec.Ratios) != 2 {
		t.Fatalf("%d ratios, want 2", len(sec.Ratios))
	}
	if c := sec.Ratios[0].Rows[0]; c.OfMedians != 2 || c.OfRounds.Median != 2 || c.OfRounds.Min != 1 || c.OfRounds.Max != 4 {
		t.Errorf("ratio %+v", c)
	}
	if c := sec.Ratios[1].Rows[0]; c != nil {
		t.Errorf("ratio to an absent side: %+v", c)
	}
}

func TestHistogram(t *testing.T) {
	h := histogram{[]uint64{0, 98, 1, 1}, []float64{0, 1, 2, 3, math.Inf(1)}}
	for _, test := range []struct{ q, want float64 }{{0.5, 2}, {0.98, 2}, {0.99, 3}, {1, 3}} {
		if got := h.quantile(test.q); got != test.want {
			t.Errorf("quantile(%v) = %v, want %v", test.q, got, test.want)
		}
	}
	rest := h.minus(histogram{[]uint64{0, 98, 0, 1}, h.bounds})
	if rest.count() != 1 || rest.quantile(0.5) != 3 {
		t.Errorf("the rest: %v", rest)
	}
	if got := (histogram{[]uint64{0}, []float64{0, 1}}).quantile(0.99); got != 0 {
		t.Errorf("quantile of nothing = %v", got)
	}
}
