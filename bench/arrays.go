package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

const (
	arraysOneName      = "one core"
	arraysAllName      = "all cores"
	arraysCName        = "C"
	arraysOpenMPName   = "OpenMP"
	arraysGoName       = "Go"
	arraysFloorOneName = "floor, one core"
	arraysFloorAllName = "floor, all cores"

	arraysSteps = 100 // that the case of steps takes at once
	arraysBins  = 256 // of the histogram
)

var arraysProgram = program{"arrays", []string{"arrays.c", "-lm"}, "-O3 -march=native -fopenmp"}

// arraysCase is a kernel of the arrays x and y; its name is the C program's, too.
type arraysCase struct {
	name, text string
	axes       int // of the grid that x and y are; 0: none
	square     bool
	entries    int // of a row of a sparse matrix, about; 0: there is no matrix
	steps      int // in one launch
	floor      string
	what       string // on this library's side and in the bytes, where the name does not say it
	bytes      func(v *arrayValues, n int) int
	loop       func(v *arrayValues, n, edge int) // in Go
}

func bytesEach(b int) func(*arrayValues, int) int {
	return func(_ *arrayValues, n int) int { return b * n }
}

var arraysCases = []arraysCase{
	{
		name: "heat2", axes: 2, steps: 1, floor: "copy", bytes: bytesEach(16),
		text: "y = x + 0.1*(at(x,-1,0) + at(x,1,0) + at(x,0,-1) + at(x,0,1) - 4*x)",
		what: "a step of the heat equation, five points, the edges repeated",
		loop: func(v *arrayValues, n, edge int) { heat2(edge, v.x[:n], v.y[:n]) },
	},
	{
		name: "heat3", axes: 3, steps: 1, floor: "copy", bytes: bytesEach(16),
		text: "y = x + 0.1*(at(x,-1,0,0) + at(x,1,0,0) + at(x,0,-1,0) + at(x,0,1,0) + at(x,0,0,-1) + at(x,0,0,1) - 6*x)",
		what: "the same of seven points",
		loop: func(v *arrayValues, n, edge int) { heat3(edge, v.x[:n], v.y[:n]) },
	},
	{
		name: "steps", axes: 2, steps: arraysSteps, floor: "copy", bytes: bytesEach(16),
		text: "y = x + 0.1*(at(x,-1,0) + at(x,1,0) + at(x,0,-1) + at(x,0,1) - 4*x)",
		what: fmt.Sprintf("%d steps of heat2 in one call, which take turns with x and y; a number is one step's", arraysSteps),
		loop: func(v *arrayValues, n, edge int) {
			x, y := v.x[:n], v.y[:n]
			for range arraysSteps {
				heat2(edge, x, y)
				x, y = y, x
			}
			copy(v.y[:n], x)
		},
	},
	{
		name: "scan", text: "y = scan(sum, x)", steps: 1, floor: "copy", bytes: bytesEach(16),
		loop: func(v *arrayValues, n, _ int) { floats.CumSum(v.y[:n], v.x[:n]) },
	},
	{
		name: "keep", text: "y = keep(x, x > 0); m = count(x > 0)", steps: 1, floor: "copy", bytes: bytesEach(12),
		what: "the positive half of the elements, and how many they are",
		loop: func(v *arrayValues, n, _ int) {
			y, m := v.y[:n], 0
			for _, x := range v.x[:n] {
				y[m] = x
				if x > 0 {
					m++
				}
			}
			v.count = m
		},
	},
	{
		name: "argmin", text: "i = argmin(x)", steps: 1, floor: "sum", bytes: bytesEach(8),
		loop: func(v *arrayValues, n, _ int) { v.at = floats.MinIdx(v.x[:n]) },
	},
	{
		name: "variance", text: "v = variance(x)", steps: 1, floor: "sum", bytes: bytesEach(8),
		loop: func(v *arrayValues, n, _ int) { v.value = stat.PopVariance(v.x[:n], nil) },
	},
	{
		name: "histogram", text: "h = histogram(k)", steps: 1, floor: "sum", bytes: bytesEach(8),
		what: fmt.Sprintf("%d bins, of int64", arraysBins),
		loop: func(v *arrayValues, n, _ int) {
			h := v.y[:arraysBins]
			clear(h)
			for _, k := range v.k[:n] {
				h[k]++
			}
		},
	},
	{
		name: "segments", text: "s = segments(sum, x, rows)", steps: 1, floor: "sum",
		bytes: func(v *arrayValues, n int) int { return 8*n + 16*(len(v.rowsOf(n))-1) },
		what:  "sums of rows of 0 to 19 elements; what the rows begin with is counted in the bytes",
		loop: func(v *arrayValues, n, _ int) {
			rows := v.rowsOf(n)
			for r := range rows[1:] {
				s := 0.0
				for _, x := range v.x[rows[r]:rows[r+1]] {
					s += x
				}
				v.y[r] = s
			}
		},
	},
	{
		name: "laplacian", text: matrixText, square: true, entries: 5, steps: 1, floor: "sum", bytes: matrixBytes("laplacian"),
		what: "y = A x with the matrix of the five-point Laplacian of a grid, in rows of 3 to 5 elements; int32 for columns, int64 for rows",
		loop: matrixLoop("laplacian"),
	},
	{
		name: "sparse", text: matrixText, entries: 10, steps: 1, floor: "sum", bytes: matrixBytes("sparse"),
		what: "the same with rows of 0 to 20 elements, in any columns",
		loop: matrixLoop("sparse"),
	},
}

const matrixText = "y = segments(sum, a*gather(x, column), rows)"

func matrixBytes(name string) func(*arrayValues, int) int {
	return func(v *arrayValues, n int) int { return 12*v.matrixOf(name, n).elements() + 24*n + 8 }
}

func matrixLoop(name string) func(v *arrayValues, n, edge int) {
	return func(v *arrayValues, n, _ int) {
		m := v.matrixOf(name, n)
		x, y := v.x[:n], v.y[:n]
		for r := range y {
			lo, hi := m.rows[r], m.rows[r+1]
			column, s := m.column[lo:hi], 0.0
			for i, a := range m.a[lo:hi] {
				s += a * x[column[i]]
			}
			y[r] = s
		}
	}
}

// matrix is a sparse one, in compressed rows.
type matrix struct {
	a      []float64
	column []int32
	rows   []int64
}

func (m *matrix) elements() int { return len(m.a) }

func (m *matrix) add(column int, a float64) {
	m.column, m.a = append(m.column, int32(column)), append(m.a, a)
}

// laplacian is that of a square grid.
func laplacian(edge int) *matrix {
	m := &matrix{rows: []int64{0}}
	for r := range edge * edge {
		i, j := r/edge, r%edge
		for _, e := range []struct {
			there bool
			at    int
			a     float64
		}{{i > 0, r - edge, -1}, {j > 0, r - 1, -1}, {true, r, 4}, {j < edge-1, r + 1, -1}, {i < edge-1, r + edge, -1}} {
			if e.there {
				m.add(e.at, e.a)
			}
		}
		m.rows = append(m.rows, int64(m.elements()))
	}
	return m
}

// scattered has n rows and columns.
func scattered(n int) *matrix {
	m := &matrix{rows: []int64{0}}
	for r := range n {
		for range hashOf(r) % 21 {
			h := splitMix(1<<32 + uint64(m.elements()))
			m.add(int(h%uint64(n)), unitOf(splitMix(h))-0.5)
		}
		m.rows = append(m.rows, int64(m.elements()))
	}
	return m
}

// heat2 is a step on a square, in Go.
func heat2(edge int, u, v []float64) {
	row := func(i int) []float64 { return u[min(max(i, 0), edge-1)*edge:][:edge] }
	for i := range edge {
		c, n, s, o := row(i), row(i-1), row(i+1), v[i*edge:][:edge]
		at := func(j, left, right int) {
			o[j] = c[j] + 0.1*(n[j]+s[j]+c[left]+c[right]-4*c[j])
		}
		at(0, 0, 1)
		for j := 1; j < len(o)-1; j++ {
			o[j] = c[j] + 0.1*(n[j]+s[j]+c[j-1]+c[j+1]-4*c[j])
		}
		at(edge-1, edge-2, edge-1)
	}
}

// heat3 is a step on a cube, in Go.
func heat3(edge int, u, v []float64) {
	row := func(i, j int) []float64 {
		return u[(min(max(i, 0), edge-1)*edge+min(max(j, 0), edge-1))*edge:][:edge]
	}
	for i := range edge {
		for j := range edge {
			c, n, s, d, e := row(i, j), row(i, j-1), row(i, j+1), row(i-1, j), row(i+1, j)
			o := v[(i*edge+j)*edge:][:edge]
			at := func(k, left, right int) {
				o[k] = c[k] + 0.1*(n[k]+s[k]+d[k]+e[k]+c[left]+c[right]-6*c[k])
			}
			at(0, 0, 1)
			for k := 1; k < len(o)-1; k++ {
				o[k] = c[k] + 0.1*(n[k]+s[k]+d[k]+e[k]+c[k-1]+c[k+1]-6*c[k])
			}
			at(edge-1, edge-2, edge-1)
		}
	}
}

func arraysCaseOf(j job) *arraysCase {
	for i := range arraysCases {
		if arraysCases[i].name == j.name {
			return &arraysCases[i]
		}
	}
	panic("bench: no case " + j.name)
}

// shape is that of the arrays of n elements.
func (c *arraysCase) shape(n int) []int {
	switch c.axes {
	case 2:
		edge := int(math.Round(math.Sqrt(float64(n))))
		return []int{edge, edge}
	case 3:
		edge := int(math.Round(math.Cbrt(float64(n))))
		return []int{edge, edge, edge}
	}
	return []int{n}
}

// elements is how many a launch over arrays of n takes: those of x, or of the matrix.
func (c *arraysCase) elements(v *arrayValues, n int) int {
	if c.entries > 0 {
		return v.matrixOf(c.name, n).elements()
	}
	return n
}

// arrays times what is more than elementwise beside C, Go and the memory.
func (s *session) arrays(ctx context.Context) (_ []Section, err error) {
	double := *s
	double.Elem = kernels.Float64
	squares, cubes, long, lists := []int{1000, 4096}, []int{128, 400}, []int{4096}, []int{100_000, 1 << 24}
	meshes, scatters := []int{100, 1000}, []int{5000, 1_000_000}
	if s.fewExpressions {
		squares, cubes, long, lists = []int{30}, []int{9}, []int{20}, []int{3000}
		meshes, scatters = []int{20}, []int{300}
	}
	var jobs []job
	most := 0
	for i := range arraysCases {
		c := &arraysCases[i]
		edges := lists
		switch {
		case c.steps > 1:
			edges = long
		case c.axes == 2:
			edges = squares
		case c.axes == 3:
			edges = cubes
		case c.square:
			edges = meshes
		case c.entries > 0:
			edges = scatters
		}
		for _, edge := range edges {
			j := job{label: fmt.Sprintf("%s %d", c.name, edge), name: c.name, n: edge, repetitions: 2}
			switch {
			case c.axes == 2 || c.square:
				j.n, j.label = edge*edge, fmt.Sprintf("%s %d²", c.name, edge)
			case c.axes == 3:
				j.n, j.label = edge*edge*edge, fmt.Sprintf("%s %d³", c.name, edge)
			}
			if c.steps > 1 {
				j.repetitions = 1
			}
			j.launches = max(1, s.work/j.n/c.steps/max(1, c.entries))
			most = max(most, j.n)
			jobs = append(jobs, j)
		}
	}
	v := newArrayValues(most, lists[len(lists)-1])
	columns, err := double.arraysColumns(ctx, v)
	defer func() { err = errors.Join(err, closeAll(columns)) }()
	if err != nil {
		return nil, err
	}
	if err := double.verifyElementwise(ctx, "arrays", columns, jobs); err != nil {
		return nil, err
	}
	times, err := takeTurns(ctx, columns, jobs, s.Rounds, s.round("arrays"))
	if err != nil {
		return nil, err
	}
	all := func(j job, each float64) float64 { // of all launches
		return each * float64(j.launches*arraysCaseOf(j).steps)
	}
	sec := Section{
		Name:  "arrays",
		Title: fmt.Sprintf("nanoseconds an element, float64, median of %d rounds", s.Rounds),
		Unit:  "ns",
		Sides: describe(columns),
		Notes: []string{"A list's number is that of its elements, a grid's that of the elements along each axis, a matrix's that of its rows; a matrix's elements are those that it stores. Bytes are counted as if each array was read and written once."},
	}
	for i := range arraysCases {
		if c := &arraysCases[i]; c.what != "" {
			sec.Notes = append(sec.Notes, fmt.Sprintf("%s: %s", c.name, c.what))
		}
	}
	sec.fill(jobs, times, func(j job, ns float64) float64 { return ns / all(j, float64(arraysCaseOf(j).elements(v, j.n))) }, [][2]string{
		{arraysOneName, arraysCName}, {arraysOneName, arraysGoName}, {arraysOneName, arraysFloorOneName},
		{arraysAllName, arraysOpenMPName}, {arraysAllName, arraysFloorAllName},
	})
	bandwidth := Section{
		Name:  sec.Name,
		Title: fmt.Sprintf("the same in GB/s, median of %d rounds", s.Rounds),
		Unit:  "GB/s",
		Sides: sec.Sides,
	}
	bandwidth.fill(jobs, times, func(j job, ns float64) float64 {
		return all(j, float64(arraysCaseOf(j).bytes(v, j.n))) / max(ns, 1)
	}, nil)
	return []Section{sec, bandwidth}, nil
}

func (s *session) arraysColumns(ctx context.Context, v *arrayValues) (columns []column, err error) {
	made := map[string]*kernels.Kernel{}
	for _, c := range arraysCases {
		var opts []kernels.Option
		switch {
		case c.axes > 0:
			opts = append(opts, kernels.Edges(kernels.Edge{Kind: kernels.Clamp}, "x"))
		case c.name == "histogram":
			opts = append(opts, kernels.Typed(kernels.Int64, "k"))
		case c.name == "segments":
			opts = append(opts, kernels.Typed(kernels.Int64, "rows"))
		case c.entries > 0:
			opts = append(opts, kernels.Typed(kernels.Int64, "rows"), kernels.Typed(kernels.Int32, "column"))
		}
		if made[c.name], err = kernels.Parse(c.name, c.text, opts...); err != nil {
			return nil, err
		}
	}
	for name, text := range map[string]string{"copy": "y = x", "sum": "v = sum(x)"} {
		if made[name], err = kernels.Parse(name, text); err != nil {
			return nil, err
		}
	}
	for _, c := range []struct {
		name, executor, what string
		floor                bool
	}{
		{arraysOneName, "simd", "this library, one core", false},
		{arraysAllName, "pool", fmt.Sprintf("this library, %d workers, %s", s.workers, s.pinned()), false},
		{arraysFloorOneName, "simd", "the time in which this library's copy (where there is an array to write) or sum moves as many bytes, one core", true},
		{arraysFloorAllName, "pool", fmt.Sprintf("the same, %d workers", s.workers), true},
	} {
		ex, err := s.open(c.executor, tiers()[0])
		if err != nil {
			return columns, err
		}
		launch := arraysLaunch{v, ex, made, map[string]func(context.Context) error{}}
		if c.floor {
			columns = append(columns, column{Side{Name: c.name, What: c.what}, &arraysFloor{launch}})
		} else {
			columns = append(columns, column{Side{Name: c.name, What: c.what}, &launch})
		}
	}
	for _, c := range []struct {
		name    string
		threads int
		what    string
	}{
		{arraysCName, 1, "loops in C"},
		{arraysOpenMPName, s.workers, "the same program"},
	} {
		col, err := s.startArraysC(ctx, c.name, c.threads, c.what, v)
		if err != nil {
			return columns, err
		}
		columns = append(columns, col)
	}
	return append(columns, column{Side{Name: arraysGoName, What: "gonum's floats.CumSum, floats.MinIdx and stat.PopVariance, else loops in Go, one core"}, arraysGo{v}}), nil
}

// startArraysC starts the C program; the column is absent where it does not build.
func (s *session) startArraysC(ctx context.Context, name string, threads int, what string, v *arrayValues) (column, error) {
	col := column{Side: Side{Name: name, What: what + ", " + arraysProgram.flags}}
	path, err := s.tools.build(ctx, arraysProgram, s.Elem)
	if err != nil {
		if ctx.Err() != nil {
			return col, context.Cause(ctx)
		}
		col.Absent = err.Error()
		return col, nil
	}
	srv, err := startServer(ctx, name, path, environment(threads, s.pin), strconv.Itoa(len(v.x)), strconv.Itoa(len(v.k)))
	if err != nil {
		if ctx.Err() != nil {
			return col, context.Cause(ctx)
		}
		return col, err
	}
	col.What += "; " + srv.ready
	col.impl = arraysServer{srv}
	return col, nil
}

// arraysServer is the C program.
type arraysServer struct{ *server }

func (c arraysServer) run(_ context.Context, j job) ([]float64, error) {
	return c.ask(fmt.Sprintf("run %s %d %d %d %d", j.name, j.repetitions, j.n, arraysCaseOf(j).shape(j.n)[0], j.launches))
}

func (c arraysServer) sample() ([]float64, error) { return c.ask("check") }

// arrayValues are the arrays and results of all sides in this process.
type arrayValues struct {
	x, y  []float64
	k     []int64
	rows  map[int][]int64    // by the number of elements
	made  map[string]*matrix // by case and rows
	dirty bool               // x is not what it is before each job

	value     float64 // of variance and of sum
	at, count int     // of argmin and of keep
	last      job
}

func newArrayValues(most, lists int) *arrayValues {
	v := &arrayValues{
		x: make([]float64, most), y: make([]float64, max(most, arraysBins)), k: make([]int64, lists),
		rows: map[int][]int64{}, made: map[string]*matrix{}, dirty: true,
	}
	for i := range v.k {
		v.k[i] = int64(hashOf(i) % arraysBins)
	}
	return v
}

// prepare makes the inputs what they are before each job.
func (v *arrayValues) prepare(j job) {
	if v.dirty {
		for i := range v.x {
			v.x[i] = unitOf(hashOf(i)) - 0.5
		}
	}
	v.dirty = arraysCaseOf(j).steps > 1
	v.last = j
}

// rowsOf are where the rows of n elements begin, and n.
func (v *arrayValues) rowsOf(n int) []int64 {
	rows := v.rows[n]
	if rows == nil {
		rows = []int64{0}
		for at := 0; at < n; {
			at = min(at+int(hashOf(len(rows)-1)%20), n)
			rows = append(rows, int64(at))
		}
		v.rows[n] = rows
	}
	return rows
}

// matrixOf is the matrix of a case, of n rows.
func (v *arrayValues) matrixOf(name string, n int) *matrix {
	key := fmt.Sprintf("%s %d", name, n)
	m := v.made[key]
	switch {
	case m != nil:
	case name == "laplacian":
		m = laplacian(int(math.Round(math.Sqrt(float64(n)))))
	default:
		m = scattered(n)
	}
	v.made[key] = m
	return m
}

// sample is the number of elements of the last result, five of them, and the sum of all
// their amounts. It leaves a result that no side can take for its own.
func (v *arrayValues) sample() ([]float64, error) {
	m := v.last.n
	switch v.last.name {
	case "keep":
		m = v.count
	case "argmin":
		m, v.y[0] = 1, float64(v.at)
	case "variance":
		m, v.y[0] = 1, v.value
	case "histogram":
		m = arraysBins
	case "segments":
		m = len(v.rowsOf(v.last.n)) - 1
	}
	s := []float64{float64(m), 0, 0, 0, 0, 0, 0}
	for k := range 5 {
		s[1+k] = v.y[max(m-1, 0)*k/4]
	}
	for _, y := range v.y[:m] {
		s[6] += math.Abs(y)
	}
	for i := range m {
		v.y[i] = math.NaN()
	}
	v.value, v.at, v.count = math.NaN(), -1, 0
	return s, nil
}

// arraysLaunch launches the kernels on an executor of this library.
type arraysLaunch struct {
	*arrayValues
	ex    runtime.Executor
	made  map[string]*kernels.Kernel
	bound map[string]func(context.Context) error // by kernel and elements
}

// bind is a launch of a kernel over arrays of a shape.
func (s *arraysLaunch) bind(c *arraysCase, kernel string, n int) (func(context.Context) error, error) {
	key := fmt.Sprintf("%s %d", kernel, n)
	if run := s.bound[key]; run != nil {
		return run, nil
	}
	shape := c.shape(n)
	args := runtime.Args{}
	for _, p := range s.made[kernel].Params() {
		args[p.Name] = map[string]any{
			"x": runtime.NewGrid(s.x[:n], shape...), "y": runtime.NewGrid(s.y[:n], shape...),
			"v": &s.value, "i": &s.at, "m": &s.count,
		}[p.Name]
		switch p.Name {
		case "k":
			args["k"] = s.k[:n]
		case "h":
			args["h"] = s.y[:arraysBins]
		case "a":
			args["a"] = s.matrixOf(c.name, n).a
		case "column":
			args["column"] = s.matrixOf(c.name, n).column
		case "rows":
			if args["rows"] = s.rowsOf(n); c.entries > 0 {
				args["rows"] = s.matrixOf(c.name, n).rows
			}
		case "s":
			args["s"] = s.y[:len(s.rowsOf(n))-1]
		}
	}
	call, err := s.ex.Bind(s.made[kernel], args)
	if err != nil {
		return nil, err
	}
	run := call.Run
	if c.steps > 1 && kernel == c.name {
		steps, err := call.Steps(map[string]string{"y": "x"})
		if err != nil {
			return nil, err
		}
		run = func(ctx context.Context) error { return steps.Run(ctx, c.steps) }
	}
	s.bound[key] = run
	return run, nil
}

func (s *arraysLaunch) run(ctx context.Context, j job) ([]float64, error) {
	s.prepare(j)
	run, err := s.bind(arraysCaseOf(j), j.name, j.n)
	if err != nil {
		return nil, err
	}
	return timed(j, func() error {
		for range j.launches {
			if err := run(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *arraysLaunch) close() error { return s.ex.Close() }

// arraysFloor copies or adds up as many elements, and says how long it takes for as many bytes.
type arraysFloor struct{ launch arraysLaunch }

func (s *arraysFloor) run(ctx context.Context, j job) ([]float64, error) {
	c, v := arraysCaseOf(j), s.launch.arrayValues
	v.prepare(j)
	v.dirty = false
	n := j.n
	if c.entries > 0 { // as many bytes, so that they are where those are
		n = min(c.bytes(v, n)/8, len(v.x))
	}
	run, err := s.launch.bind(c, c.floor, n)
	if err != nil {
		return nil, err
	}
	j.repetitions = 2
	ns, err := timed(j, func() error {
		for range j.launches {
			if err := run(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	moved := 8 * n
	if c.floor == "copy" {
		moved *= 2
	}
	for i := range ns {
		ns[i] *= float64(c.steps) * float64(c.bytes(v, j.n)) / float64(moved)
	}
	return ns, err
}

func (s *arraysFloor) close() error { return s.launch.close() }

// arraysGo is gonum and loops.
type arraysGo struct{ *arrayValues }

func (s arraysGo) run(_ context.Context, j job) ([]float64, error) {
	s.prepare(j)
	c := arraysCaseOf(j)
	edge := c.shape(j.n)[0]
	return timed(j, func() error {
		for range j.launches {
			c.loop(s.arrayValues, j.n, edge)
		}
		return nil
	})
}

func (arraysGo) close() error { return nil }
