package bench

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/simd"
)

//go:embed py/elementwise_side.py
var pySources embed.FS

// elementwiseJob is one expression over n elements.
func elementwiseJob(e *elementwise, n, work int) job {
	return job{label: fmt.Sprintf("%s, %d", e.name, n), name: e.name, n: n, launches: max(work/n, 1), repetitions: 2}
}

// elementwiseRequest is a job for elementwise.c and elementwise_side.py.
func elementwiseRequest(cases []*elementwise, j job) string {
	for i, e := range cases {
		if e.name == j.name {
			var b strings.Builder
			fmt.Fprintf(&b, "run k%d %d %d %d", i, j.repetitions, j.n, j.launches)
			for _, r := range e.ranges {
				fmt.Fprintf(&b, " %g %g", r[0], r[1])
			}
			return b.String()
		}
	}
	return ""
}

// elementwiseServer is a C or Python program.
type elementwiseServer struct {
	*server
	cases []*elementwise
}

func (c elementwiseServer) run(_ context.Context, j job) ([]float64, error) {
	ns, err := c.ask(elementwiseRequest(c.cases, j))
	var refused *ServerError
	if errors.As(err, &refused) && strings.Contains(err.Error(), "refused") {
		return nil, errNoKernel
	}
	return ns, err
}

func (c elementwiseServer) sample() ([]float64, error) { return c.ask("check") }

// sampler is a side that tells five elements of its last result.
type sampler interface {
	runner
	sample() ([]float64, error)
}

// elementwiseSource is the C of the expressions, a loop each.
func elementwiseSource(cases []*elementwise) string {
	var b strings.Builder
	b.WriteString("#define _GNU_SOURCE\n#include <stddef.h>\n#include <tgmath.h>\n#ifndef REAL\n#define REAL double\n#endif\n" +
		"struct kernel { const char *name; void (*call)(REAL *, const REAL *, const REAL *, const REAL *, const REAL *, size_t); };\n")
	for i, e := range cases {
		statements := e.c
		if !strings.Contains(statements, ";") {
			statements = "y = " + statements + ";"
		}
		fmt.Fprintf(&b, "static void k%d(REAL *restrict out, const REAL *restrict in_a, const REAL *restrict in_b, const REAL *restrict in_c, const REAL *restrict in_d, size_t n) { // %s\n", i, e.name)
		b.WriteString("\tfor (size_t i = 0; i < n; i++) {\n\t\tREAL y")
		for k := range e.ranges {
			fmt.Fprintf(&b, ", %c = in_%[1]c[i]", 'a'+k)
		}
		fmt.Fprintf(&b, ";\n\t\t%s\n\t\tout[i] = y;\n\t}\n}\n", statements)
	}
	b.WriteString("const struct kernel kernels[] = {\n")
	for i := range cases {
		fmt.Fprintf(&b, "\t{\"k%d\", k%d},\n", i, i)
	}
	b.WriteString("\t{NULL, NULL},\n};\n")
	return b.String()
}

// startElementwiseC builds the loops with the given flags.
func (s *session) startElementwiseC(ctx context.Context, name, program0 string, cases []*elementwise, flags string, most int) (column, error) {
	col := column{Side: Side{Name: name, What: "loops in C with the C library's vector functions, " + flags}}
	if s.tools.err != nil {
		col.Absent = s.tools.err.Error()
		return col, nil
	}
	kernelsFile := program0 + "_kernels.c"
	if err := os.WriteFile(filepath.Join(s.tools.dir, kernelsFile), []byte(elementwiseSource(cases)), 0o600); err != nil {
		return col, err
	}
	if s.Elem == kernels.Float32 {
		flags += " -fsingle-precision-constant"
	}
	p := program{program0, []string{"elementwise.c", kernelsFile, "-lm"}, flags}
	path, err := s.tools.build(ctx, p, s.Elem)
	if err != nil {
		if ctx.Err() != nil {
			return col, context.Cause(ctx)
		}
		col.Absent = err.Error()
		return col, nil
	}
	srv, err := startServer(ctx, name, path, environment(1, s.pin), strconv.Itoa(most))
	if err != nil {
		return col, err
	}
	col.impl = elementwiseServer{srv, cases}
	return col, nil
}

// startElementwisePython starts a Python system; it is absent where no python3
// has it.
func (s *session) startElementwisePython(ctx context.Context, dir, name, what, module string, cases []*elementwise, most int) (column, error) {
	col := column{Side: Side{Name: name, What: what}}
	python := ""
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(ctx, p, "-c", "import numpy, "+module).Run() == nil {
			python = p
			break
		}
	}
	if python == "" {
		col.Absent = "no python3 with " + module
		return col, nil
	}
	texts := map[string]string{}
	for i, e := range cases {
		if e.python != "" {
			texts["k"+strconv.Itoa(i)] = e.python
		}
	}
	list, err := json.Marshal(texts)
	if err != nil {
		return col, err
	}
	script := filepath.Join(dir, "elementwise_side.py")
	text, err := pySources.ReadFile("py/elementwise_side.py")
	if err != nil {
		return col, err
	}
	if err := os.WriteFile(script, text, 0o600); err != nil {
		return col, err
	}
	srv, err := startServerWith(ctx, name, string(list)+"\n", python, environment(1, s.pin), script, module, strconv.Itoa(most), s.Elem.String())
	if err != nil {
		if ctx.Err() != nil {
			return col, context.Cause(ctx)
		}
		return col, err
	}
	col.What += "; " + srv.ready
	col.impl = elementwiseServer{srv, cases}
	return col, nil
}

// elementwiseLaunch launches the expressions on an executor of this library.
type elementwiseLaunch[T float] struct {
	ex    runtime.Executor
	cases map[string]*kernels.Kernel
	in    map[string][][2]float64
	x     *elementwiseArrays[T]
	calls map[string]*runtime.Call
	last  int
}

// elementwiseArrays are the arrays of all sides in this process.
type elementwiseArrays[T float] struct {
	y      []T
	x      [4][]T
	ranges [4][2]float64
	filled [4]int
}

func newElementwiseArrays[T float](most int) *elementwiseArrays[T] {
	v := &elementwiseArrays[T]{y: make([]T, most)}
	for k := range v.x {
		v.x[k] = make([]T, most)
	}
	return v
}

// fill makes n elements of the inputs.
func (v *elementwiseArrays[T]) fill(n int, ranges [][2]float64) {
	for k, r := range ranges {
		if v.filled[k] < n || v.ranges[k] != r {
			fillInput(v.x[k][:n], k, r)
			v.filled[k], v.ranges[k] = n, r
		}
	}
}

func (v *elementwiseArrays[T]) sample(n int) []float64 {
	s := make([]float64, 5)
	for k := range s {
		s[k] = float64(v.y[(n-1)*k/4])
	}
	return s
}

func (s *elementwiseLaunch[T]) run(ctx context.Context, j job) ([]float64, error) {
	s.x.fill(j.n, s.in[j.name])
	call := s.calls[j.label]
	if call == nil {
		args := runtime.Args{"y": s.x.y[:j.n]}
		for k := range s.in[j.name] {
			args[string(rune('a'+k))] = s.x.x[k][:j.n]
		}
		var err error
		if call, err = s.ex.Bind(s.cases[j.name], args); err != nil {
			return nil, err
		}
		s.calls[j.label] = call
	}
	s.last = j.n
	return timed(j, func() error {
		for range j.launches {
			if err := call.Run(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *elementwiseLaunch[T]) sample() ([]float64, error) { return s.x.sample(s.last), nil }

func (s *elementwiseLaunch[T]) close() error { return s.ex.Close() }

// elementwiseCode calls the compiled code alone.
type elementwiseCode[T float] struct {
	tier    simd.Tier
	cases   map[string]*kernels.Kernel
	in      map[string][][2]float64
	x       *elementwiseArrays[T]
	runners map[string]*simd.Runner
	last    int
}

func (s *elementwiseCode[T]) run(_ context.Context, j job) ([]float64, error) {
	s.x.fill(j.n, s.in[j.name])
	runner := s.runners[j.label]
	if runner == nil {
		args := runtime.Args{"y": s.x.y[:j.n]}
		for k := range s.in[j.name] {
			args[string(rune('a'+k))] = s.x.x[k][:j.n]
		}
		binding, err := runtime.Check(s.cases[j.name], args)
		if err != nil {
			return nil, err
		}
		code, err := simd.Compile(binding.Program, simd.Options{Tier: s.tier})
		if err != nil {
			return nil, err
		}
		runner = code.NewRunner(binding.Frame)
		s.runners[j.label] = runner
	}
	s.last = j.n
	return timed(j, func() error {
		for range j.launches {
			for at := 0; at < j.n; at += codePiece {
				runner.Run(at, min(at+codePiece, j.n))
			}
		}
		return nil
	})
}

// codePiece is how many elements one call of code is for: the garbage collector
// waits for it.
const codePiece = 1 << 16

func (s *elementwiseCode[T]) sample() ([]float64, error) { return s.x.sample(s.last), nil }

func (*elementwiseCode[T]) close() error { return nil }

// elementwiseLoop is a loop over package math.
type elementwiseLoop struct {
	cases []*elementwise
	x     *elementwiseArrays[float64]
	last  int
}

func (s *elementwiseLoop) run(_ context.Context, j job) ([]float64, error) {
	for _, e := range s.cases {
		if e.name != j.name || e.loop == nil {
			continue
		}
		s.x.fill(j.n, e.ranges)
		s.last = j.n
		return timed(j, func() error {
			for range j.launches {
				e.loop(s.x.y[:j.n], s.x.x[:])
			}
			return nil
		})
	}
	return nil, errNoKernel
}

func (s *elementwiseLoop) sample() ([]float64, error) { return s.x.sample(s.last), nil }

func (s *elementwiseLoop) close() error { return nil }
