package stream

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// Report is the outcome of a run. Its JSON form is what stream -json prints;
// rates are bytes a second, times are seconds, sizes are bytes.
type Report struct {
	Time    time.Time `json:"time"`    // when the run began
	Machine Machine   `json:"machine"` // where
	Type    string    `json:"type"`    // of an element: float64 or float32
	N       int       `json:"n_elements"`
	SizeOf  int       `json:"sizeof"` // of an element
	// SizeWhy says how N came about.
	SizeWhy string `json:"size_why"`
	Order   Order  `json:"order"`
	// Executors that ran, in the order they ran in.
	Executors []ExecutorReport `json:"executors"`
	// Limits has one entry for each target that an executor ran on.
	Limits []Limit `json:"limits"`
	// LeftOut lists the executors that were not asked for by name and did not
	// run.
	LeftOut []LeftOut `json:"left_out,omitempty"`
	// Failures lists what validation found wrong.
	Failures []Failure `json:"failures,omitempty"`
	// Notes are sentences that a reader of the figures should know.
	Notes []string `json:"notes,omitempty"`
}

// ArrayBytes is the size of one array.
func (r *Report) ArrayBytes() int64 { return int64(r.N) * int64(r.SizeOf) }

// Elements is the number of elements of an executor's arrays.
func (r *Report) Elements(ex ExecutorReport) int { return cmp.Or(ex.N, r.N) }

// Device returns what only a GPU has, of a target of that name; nil if it is none.
func (r *Report) Device(target string) *DeviceReport {
	for _, t := range r.Machine.Targets {
		if t.Name == target {
			return t.Device
		}
	}
	return nil
}

// Limit returns the limit of a target.
func (r *Report) Limit(target string) (Limit, bool) {
	for _, l := range r.Limits {
		if l.Target == target {
			return l, true
		}
	}
	return Limit{}, false
}

// note adds a sentence once.
func (r *Report) note(text string) {
	if !slices.Contains(r.Notes, text) {
		r.Notes = append(r.Notes, text)
	}
}

// Machine describes where a run took place.
type Machine struct {
	Targets []TargetReport `json:"targets"`
	// GoVersion, OS and Arch are those of the program that measured.
	GoVersion string `json:"go_version"`
	OS        string `json:"os"`
	Arch      string `json:"arch"`
}

// TargetReport describes one target. What it does not tell is zero.
type TargetReport struct {
	Name           string  `json:"name"`
	Description    string  `json:"description"` // in a line, for people
	Model          string  `json:"model,omitempty"`
	CPUs           int     `json:"cpus,omitempty"` // that the process may use
	Quota          float64 `json:"cpu_quota,omitempty"`
	Nodes          int     `json:"numa_nodes,omitempty"`
	LastLevelCache int64   `json:"last_level_cache_bytes,omitempty"`
	MemoryBytes    int64   `json:"memory_bytes,omitempty"`
	AvailableBytes int64   `json:"available_bytes,omitempty"` // when the run began
	// Device is what only a GPU has.
	Device *DeviceReport `json:"device,omitempty"`
}

// DeviceReport is what a target tells of itself that is a GPU.
type DeviceReport struct {
	Capability      string `json:"compute_capability,omitempty"`
	Multiprocessors int    `json:"multiprocessors,omitempty"`
	Driver          string `json:"driver,omitempty"`
	UUID            string `json:"uuid,omitempty"`
	// BytesPerSecond is what a copy within its memory moved.
	BytesPerSecond float64 `json:"bytes_per_sec,omitempty"`
}

// describe puts a target into a report.
func describe(t runtime.Target) TargetReport {
	r := TargetReport{
		Name:           t.Name,
		Description:    t.String(),
		Model:          t.Model,
		CPUs:           len(t.CPUs),
		Quota:          t.Quota,
		Nodes:          len(t.Nodes),
		MemoryBytes:    t.MemoryBytes,
		AvailableBytes: t.AvailableBytes,
	}
	if bytes, known := t.LastLevelCache(); known {
		r.LastLevelCache = bytes
	}
	if d := t.Device; d != nil {
		r.Device = &DeviceReport{d.Capability, d.Multiprocessors, d.Driver, d.UUID, d.BytesPerSecond}
	}
	return r
}

// ExecutorReport is what one executor did.
type ExecutorReport struct {
	Name    string `json:"name"`
	Target  string `json:"target"`
	Tier    string `json:"tier"`    // of the code that ran; on a GPU its code, as "ptx sm_90"
	Workers int    `json:"workers"` // that took part in a launch; on a GPU its multiprocessors
	// MaxWorkers is how many the executor has; WorkersWhy says why no more of
	// them took part, and is empty if all did.
	MaxWorkers int    `json:"max_workers"`
	WorkersWhy string `json:"workers_why,omitempty"`
	// N is the number of elements of its arrays, and SizeWhy says why, where they
	// are not those of the Report.
	N       int    `json:"n_elements,omitempty"`
	SizeWhy string `json:"size_why,omitempty"`
	// Memory is the size of all arrays; HugePages is how much of it lies on huge
	// pages, if HugePagesKnown.
	Memory         int64    `json:"memory_bytes"`
	HugePages      int64    `json:"huge_page_bytes"`
	HugePagesKnown bool     `json:"huge_pages_known"`
	Results        []Result `json:"results"`
}

// Result is what one kernel did on one executor.
type Result struct {
	Kernel   string `json:"kernel"`
	Text     string `json:"text"`      // the kernel as an expression
	NumTimes int    `json:"num_times"` // launches; the first is not counted
	Bytes    int64  `json:"bytes"`     // of one launch, as STREAM counts them
	Flops    int64  `json:"flops"`     // of one launch
	// NonTemporal says whether the stores went past the cache, and Why why.
	NonTemporal bool   `json:"non_temporal"`
	Why         string `json:"non_temporal_why"`
	// First is the launch that is not counted, Seconds are the counted ones.
	First   float64   `json:"first_runtime"`
	Seconds []float64 `json:"runtimes"`
	Stats
	BestRate   float64 `json:"max_bytes_per_sec"`
	MedianRate float64 `json:"median_bytes_per_sec"`
	// Fraction is BestRate over the limit of the executor's target.
	Fraction float64 `json:"fraction_of_limit"`
}

func newResult(k *kernels.Kernel, t kernels.Type, n int, seconds []float64) Result {
	cost := k.Cost(t)
	r := Result{
		Kernel:   k.Name(),
		Text:     k.String(),
		NumTimes: len(seconds),
		Bytes:    int64(cost.Bytes()) * int64(n),
		Flops:    int64(cost.Flops) * int64(n),
		First:    seconds[0],
		Seconds:  seconds[1:],
	}
	r.Stats = Summarize(r.Seconds)
	r.BestRate = rate(r.Bytes, r.Best)
	r.MedianRate = rate(r.Bytes, r.Median)
	return r
}

// rate is bytes a second. A clock too coarse to see the launch counts as one
// nanosecond, so that a rate is always a number.
func rate(bytes int64, seconds float64) float64 {
	return float64(bytes) / max(seconds, 1e-9)
}

// Limit is the best rate that any launch reached on a target in this run,
// probes included.
type Limit struct {
	Target string  `json:"target"`
	N      int     `json:"n_elements"` // of the probes' arrays
	Rate   float64 `json:"bytes_per_sec"`
	By     string  `json:"by"`     // what reached it
	Probes []Probe `json:"probes"` // kernels that ran for the limit alone
	// Copy is what a copy within a GPU's memory moves by its driver, as the target
	// says; the limit is no less. 0 is unknown.
	Copy float64 `json:"copy_bytes_per_sec,omitempty"`
}

// Probe is a kernel that ran to find the limit.
type Probe struct {
	Kernel     string  `json:"kernel"`
	Rate       float64 `json:"bytes_per_sec"` // the best
	MedianRate float64 `json:"median_bytes_per_sec"`
}

// LeftOut is an executor that did not run.
type LeftOut struct {
	Executor string `json:"executor"`
	Reason   string `json:"reason"`
}

// Float is a float64 whose JSON form may be NaN or an infinity, as a string.
type Float float64

// MarshalJSON writes a number, or a string where JSON has no number for it.
func (f Float) MarshalJSON() ([]byte, error) {
	v := float64(f)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return json.Marshal(strconv.FormatFloat(v, 'g', -1, 64))
	}
	return json.Marshal(v)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (f *Float) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		v, err := strconv.ParseFloat(s, 64)
		*f = Float(v)
		return err
	}
	return json.Unmarshal(data, (*float64)(f))
}
