package bench

// Report is what Run measured.
type Report struct {
	Machine  string    `json:"machine"`  // the processor and what this process may use of it
	Go       string    `json:"go"`       // the version of Go that built this program
	Compiler string    `json:"compiler"` // the C compiler, or why there is none
	Programs string    `json:"programs,omitempty"`
	Sections []Section `json:"sections"`
}

// Section is one table: a value for each row and side, and the ratios of some
// of the sides.
type Section struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	Unit   string   `json:"unit"`
	Sides  []Side   `json:"sides"`
	Rows   []Row    `json:"rows"`
	Ratios []Ratio  `json:"ratios,omitempty"`
	Notes  []string `json:"notes,omitempty"`
}

// Side is one column of a table: an implementation.
type Side struct {
	Name   string `json:"name"`
	What   string `json:"what"`             // what runs
	Absent string `json:"absent,omitempty"` // why it does not run
}

// Row is one line of a table.
type Row struct {
	Label string   `json:"label"`
	Cells []*Stats `json:"cells"` // by side; nil where a side has no such thing
}

// Ratio says how many times as fast as a peer a side is, by row.
type Ratio struct {
	Side string       `json:"side"`
	Peer string       `json:"peer"`
	Rows []*RatioCell `json:"rows"` // nil where one of the two is absent
}

// RatioCell is a ratio of one row: that of the sides' medians, and how it varied
// between the rounds.
type RatioCell struct {
	OfMedians float64 `json:"of_medians"`
	OfRounds  Stats   `json:"of_rounds"`
}

// samples are times in nanoseconds by side, job and round. A side without
// something has no rounds there.
type samples [][][]float64

// fill makes the rows and ratios of a section from times. value turns the time
// of a job into the section's unit.
func (sec *Section) fill(jobs []job, times samples, value func(j job, ns float64) float64, pairs [][2]string) {
	for i, j := range jobs {
		row := Row{Label: j.label, Cells: make([]*Stats, len(sec.Sides))}
		for s := range sec.Sides {
			if len(times[s][i]) == 0 {
				continue
			}
			values := make([]float64, len(times[s][i]))
			for r, ns := range times[s][i] {
				values[r] = value(j, ns)
			}
			stats := summarize(values)
			row.Cells[s] = &stats
		}
		sec.Rows = append(sec.Rows, row)
	}
	for _, pair := range pairs {
		side, peer := sec.side(pair[0]), sec.side(pair[1])
		if side < 0 || peer < 0 {
			continue
		}
		ratio := Ratio{Side: pair[0], Peer: pair[1], Rows: make([]*RatioCell, len(jobs))}
		for i := range jobs {
			ratio.Rows[i] = compare(times[side][i], times[peer][i])
		}
		sec.Ratios = append(sec.Ratios, ratio)
	}
}

// compare returns how many times as fast the first is, or nil if there is
// nothing to compare.
func compare(ours, theirs []float64) *RatioCell {
	n := min(len(ours), len(theirs))
	if n == 0 {
		return nil
	}
	each := make([]float64, n)
	for r := range each {
		each[r] = theirs[r] / ours[r]
	}
	return &RatioCell{OfMedians: median(theirs) / median(ours), OfRounds: summarize(each)}
}

func (sec *Section) side(name string) int {
	for i, s := range sec.Sides {
		if s.Name == name {
			return i
		}
	}
	return -1
}
