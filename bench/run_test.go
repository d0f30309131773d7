package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// tiny is a configuration that measures everything, badly but soon.
func tiny(elem kernels.Type) Config {
	return Config{
		Rounds: 2, ArraySize: 4096, Elem: elem,
		gcTime: 20 * time.Millisecond, idleTime: 10 * time.Millisecond,
		cacheSizes: []int{256, 1000}, work: 10_000,
		Cases: []string{"expand8", "det", "sum-at-once"}, reactions: 300, iterations: 6, fewFormulas: true, fewExpressions: true,
	}
}

func TestRun(t *testing.T) {
	tools := compilerOrSkip(t)
	for _, elem := range []kernels.Type{kernels.Float64, kernels.Float32} {
		t.Run(elem.String(), func(t *testing.T) {
			c := tiny(elem)
			if elem != kernels.Float64 {
				c.Only = []string{"stream", "cache", "functions", "expressions", "sort"} // the others do not ask for the type
			}
			checkReport(t, c, func(s Side) {
				if s.Absent != "" {
					t.Logf("%s: %s", s.Name, s.Absent)
				}
			})
		})
	}
	_ = tools
}

func TestRunWithoutCompiler(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("CC", "")
	absent := 0
	checkReport(t, tiny(kernels.Float64), func(s Side) {
		if s.Absent == errNoCompiler.Error() {
			absent++
		}
	})
	if absent < 4 { // stream's two, cache's, launch's
		t.Errorf("%d sides are absent for want of a compiler", absent)
	}
}

// checkReport runs all benchmarks and checks that each value is there or is
// said to be absent.
func checkReport(t *testing.T, c Config, side func(Side)) {
	t.Helper()
	report, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, sec := range report.Sections {
		names = append(names, sec.Name)
		for _, s := range sec.Sides {
			side(s)
		}
		if len(sec.Rows) == 0 {
			t.Errorf("%s has no rows", sec.Name)
		}
		for _, row := range sec.Rows {
			if len(row.Cells) != len(sec.Sides) {
				t.Fatalf("%s: %s: %d cells for %d sides", sec.Name, row.Label, len(row.Cells), len(sec.Sides))
			}
			for i, cell := range row.Cells {
				s := sec.Sides[i]
				if cell != nil && s.Absent != "" {
					t.Errorf("%s: %s: %s is absent and was measured", sec.Name, row.Label, s.Name)
				}
				if cell == nil && s.Absent == "" && s.Name != "gonum" && sec.Name != "launch" {
					t.Errorf("%s: %s: %s was not measured", sec.Name, row.Label, s.Name)
				}
				if cell != nil && (cell.Median < 0 || cell.Min > cell.Median || cell.Median > cell.Max || cell.Rounds == 0) {
					t.Errorf("%s: %s: %s: %+v", sec.Name, row.Label, s.Name, *cell)
				}
			}
		}
		for _, r := range sec.Ratios {
			here := sec.Sides[sec.side(r.Side)].Absent == "" && sec.Sides[sec.side(r.Peer)].Absent == ""
			if got := slices.ContainsFunc(r.Rows, func(c *RatioCell) bool { return c != nil && c.OfMedians > 0 }); got != here {
				t.Errorf("%s: %s / %s: measured %v, both sides here %v", sec.Name, r.Side, r.Peer, got, here)
			}
		}
	}
	for _, name := range Benchmarks() {
		if c.wants(name) && !slices.Contains(names, name) {
			t.Errorf("no section %s in %v", name, names)
		}
	}
	var b bytes.Buffer
	for _, write := range []func(io.Writer) error{report.Text, report.Markdown} {
		b.Reset()
		if err := write(&b); err != nil {
			t.Error(err)
		}
		for _, name := range names {
			if !strings.Contains(b.String(), name+": ") {
				t.Errorf("the text has no %s:\n%s", name, &b)
			}
		}
	}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(text, &back); err != nil || len(back.Sections) != len(report.Sections) {
		t.Errorf("JSON: %v", err)
	}
}

func TestKeep(t *testing.T) {
	compilerOrSkip(t)
	c := tiny(kernels.Float64)
	c.Keep, c.Only = true, []string{"launch"}
	report, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(report.Programs)
	if _, err := os.Stat(report.Programs + "/openmp.c"); err != nil {
		t.Error(err)
	}
}

func TestRunIsCanceled(t *testing.T) {
	for _, name := range Benchmarks() {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("enough")
		c := tiny(kernels.Float64)
		c.Only = []string{name}
		c.Progress = func(string) { cancel(why) } // while the benchmark begins
		if _, err := Run(ctx, c); !errors.Is(err, why) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestGoSides checks what every side in this process computes.
func TestGoSides(t *testing.T) {
	t.Run("float64", testGoSides[float64])
	t.Run("float32", testGoSides[float32])
}

func testGoSides[T float](t *testing.T) {
	const n = 5000
	v := makeValues[T](n)
	columns := []column{
		{Side{Name: "loop"}, loopSide[T]{v, 1}},
		{Side{Name: "loops"}, loopSide[T]{v, 3}},
	}
	if g, ok := any(v).(*values[float64]); ok {
		columns = append(columns, column{Side{Name: "gonum"}, gonumSide{g}})
	}
	for _, tier := range tiers() {
		ex, err := runtime.Open("pool", runtime.Tier(tier))
		if err != nil {
			t.Fatal(err)
		}
		columns = append(columns,
			column{Side{Name: "pool " + tier.String()}, newCallSide(v, ex)},
			column{Side{Name: "code " + tier.String()}, &codeSide[T]{values: v, tier: tier}})
	}
	if err := verify(t.Context(), "test", columns, suiteJobs(), elemOf[T](), n); err != nil {
		t.Error(err)
	}
	if err := closeAll(columns); err != nil {
		t.Error(err)
	}
}

// fakeSide tells when its turn is, and can compute something wrong.
type fakeSide struct {
	*values[float64]
	name  string
	turns *[]string
	wrong func(*values[float64])
	err   error
}

func (f fakeSide) run(_ context.Context, j job) ([]float64, error) {
	*f.turns = append(*f.turns, f.name)
	if f.err != nil {
		return nil, f.err
	}
	if f.wrong != nil {
		f.wrong(f.values)
	}
	return []float64{100, 1, 3}, nil
}

func (fakeSide) close() error { return nil }

func TestVerifyFindsWrongResults(t *testing.T) {
	for what, wrong := range map[string]func(v *values[float64]){
		"least of b":    func(v *values[float64]) { v.b[3] -= 1e-9 },
		"greatest of d": func(v *values[float64]) { v.d[7] += 1e-9 },
		"a":             func(v *values[float64]) { v.a[5] /= zero; v.a[5] -= v.a[5] }, // NaN
		"dot":           func(v *values[float64]) { v.dot = 1 },
		"sum":           func(v *values[float64]) { v.sum = 1 },
	} {
		side := fakeSide{makeValues[float64](16), "fake", new([]string), wrong, nil}
		err := verify(t.Context(), "test", []column{{Side{Name: "fake"}, side}}, nil, kernels.Float64, 16)
		if err != nil {
			t.Errorf("no launch, and %v", err)
		}
		fill, _ := kernels.Lookup("copy")
		err = verify(t.Context(), "test", []column{{Side{Name: "fake"}, side}}, []job{{kernel: fill}}, kernels.Float64, 16)
		var found *WrongError
		if !errors.As(err, &found) {
			t.Errorf("a wrong %s was not found: %v", what, err)
		}
	}
}

var zero float64

func TestTakeTurns(t *testing.T) {
	var turns []string
	fake := func(name string) column {
		return column{Side{Name: name}, fakeSide{makeValues[float64](16), name, &turns, nil, nil}}
	}
	columns := []column{fake("x"), {Side{Name: "absent"}, nil}, fake("y"), fake("z")}
	columns[3].impl = fakeSide{name: "z", turns: &turns, err: errNoKernel}
	jobs := []job{{label: "one"}, {label: "two"}}
	const rounds = 12
	times, err := takeTurns(t.Context(), columns, jobs, rounds, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	first, follows := map[string]int{}, map[string]int{}
	for i := 0; i < len(turns); i += 3 { // those of one job
		turn := slices.Clone(turns[i : i+3])
		first[turn[0]]++
		follows[turn[0]+turn[1]]++
		if slices.Sort(turn); !slices.Equal(turn, []string{"x", "y", "z"}) {
			t.Fatalf("turns %v", turn)
		}
	}
	if len(first) != 3 || len(follows) < 4 {
		t.Errorf("the order does not change: %v, %v", first, follows)
	}
	for s, want := range []int{rounds, 0, rounds, 0} {
		for j := range jobs {
			if got := times[s][j]; len(got) != want {
				t.Errorf("side %d, job %d: %d times, want %d", s, j, len(got), want)
			} else if want > 0 && got[0] != 2 { // the first of three is not counted
				t.Errorf("side %d, job %d: %v", s, j, got[0])
			}
		}
	}
	fails := errors.New("fails")
	columns[0].impl = fakeSide{name: "x", turns: &turns, err: fails}
	if _, err := takeTurns(t.Context(), columns, jobs, 1, func(int) {}); !errors.Is(err, fails) {
		t.Errorf("a side that fails: %v", err)
	}
}

func TestExpectKnowsTheSuite(t *testing.T) {
	// Each kernel must change what is expected, or a side that leaves one out
	// would pass.
	var jobs []job
	last := expect(nil, 1000)
	for _, k := range kernels.Suite() {
		jobs = append(jobs, job{kernel: k})
		now := expect(jobs, 1000)
		if now == last {
			t.Errorf("%s changes nothing", k.Name())
		}
		last = now
	}
}
