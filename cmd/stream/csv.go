package main

import (
	"encoding/csv"
	"io"
	"strconv"

	"github.com/triad-go/triad/stream"
)

// writeCSV prints a header and a row for each executor and kernel. The columns
// that BabelStream has too mean the same here; functions have its names.
func writeCSV(w io.Writer, r *stream.Report, u unit) error {
	out := csv.NewWriter(w)
	out.Write([]string{"executor", "function", "type", "num_times", "n_elements", "sizeof",
		"max_" + u.csvName + "_per_sec", "median_" + u.csvName + "_per_sec",
		"min_runtime", "max_runtime", "avg_runtime", "fraction_of_limit", "tier", "workers"})
	float := func(v float64, digits int) string { return strconv.FormatFloat(v, 'f', digits, 64) }
	for _, ex := range r.Executors {
		for _, res := range ex.Results {
			out.Write([]string{ex.Name, label(res.Kernel), r.Type,
				strconv.Itoa(res.NumTimes), strconv.Itoa(r.Elements(ex)), strconv.Itoa(r.SizeOf),
				float(res.BestRate/u.csv, 3), float(res.MedianRate/u.csv, 3),
				float(res.Best, 9), float(res.Max, 9), float(res.Average, 9), float(res.Fraction, 4), ex.Tier, strconv.Itoa(ex.Workers)})
		}
	}
	out.Flush()
	return out.Error()
}
