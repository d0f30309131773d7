package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	goruntime "runtime"
	"strings"
	"sync"
	"time"

	"github.com/triad-go/triad/cuda"
	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// comparison is how often the bits of two executors differed.
type comparison struct {
	What      string  `json:"what"`
	Against   string  `json:"against"`
	Kernels   int     `json:"kernels"` // each with float64 and float32
	Values    int64   `json:"values"`
	Different int64   `json:"different"`
	Seconds   float64 `json:"seconds"`
}

// functions of kernels, by arity.
var functions = [...]string{
	1: "exp exp2 exp10 expm1 log log2 log10 log1p cbrt sqrt sin cos tan sinpi cospi asin acos atan sinh cosh tanh asinh acosh atanh " +
		"erf erfc gamma lgamma abs floor ceil trunc round roundeven sign mantissa exponent",
	2: "pow atan2 hypot mod remainder copysign ldexp min max minimum maximum minimumnumber maximumnumber",
}

// trial is a kernel and how many elements to run it over.
type trial struct {
	kernel  *kernels.Kernel
	n       int
	buffers bool
}

// bits compares the executor with others: the suite, elementary functions, random programs.
func (r *report) bits(ctx context.Context, ex runtime.Executor, o options) error {
	// Random programs are no use to the cache of other processes.
	mine, err := runtime.Open(ex.Name(), cuda.CacheDir(""))
	if err != nil {
		return err
	}
	defer mine.Close()
	var suite []trial
	for _, k := range kernels.Suite() {
		for _, n := range []int{0, 1, 31, 1000, 2048*33 + 5, o.elements + 3} {
			suite = append(suite, trial{k, n, true}, trial{k, n, false})
		}
	}
	var elementary []trial
	for arity, names := range functions {
		for name := range strings.FieldsSeq(names) {
			k, err := kernels.Parse(name, "z = "+name+"("+strings.Join([]string{"x", "y"}[:arity], ", ")+")", kernels.Unoptimized())
			if err != nil {
				return err
			}
			elementary = append(elementary, trial{k, o.elements, true})
		}
	}
	random := func(i int) (trial, error) {
		g := rand.New(rand.NewPCG(o.seed, uint64(i)))
		t := trial{n: g.IntN(3000), buffers: i%4 < 3}
		if i%32 == 0 {
			t.n = g.IntN(200_000)
		}
		if i%2 == 0 {
			t.kernel = randkernel.New(g, randkernel.Small)
			return t, nil
		}
		some := randkernel.AllTypes
		some.Functions = i%3 == 0
		typed := randkernel.NewTyped(g, some)
		k, err := kernels.New("random", typed.Outputs, append(typed.Options, kernels.Unoptimized())...)
		t.kernel = k
		return t, err
	}
	of := func(list []trial) func(int) (trial, error) { return func(i int) (trial, error) { return list[i], nil } }
	var errs []error
	for _, what := range []struct {
		name  string
		n     int
		limit time.Duration
		trial func(int) (trial, error)
	}{
		{"suite", len(suite), 0, of(suite)},
		{"elementary functions", len(elementary), 0, of(elementary)},
		{"random programs", o.programs, o.limit, random},
	} {
		if what.n == 0 {
			continue
		}
		c := comparer{what: what.name, ctx: ctx, mine: mine, seed: o.seed, limit: what.limit}
		errs = append(errs, c.run(o.against, what.n, what.trial)...)
		r.Bits = append(r.Bits, c.rows...)
	}
	return errors.Join(errs...)
}

// comparer runs trials on several threads.
type comparer struct {
	what  string
	ctx   context.Context
	mine  runtime.Executor
	seed  uint64
	limit time.Duration // 0 is none

	others []runtime.Executor
	start  time.Time

	mu   sync.Mutex
	next int
	rows []comparison // by other
	errs []error
}

// mostErrors of a comparison are told.
const mostErrors = 10

func (c *comparer) run(against []string, n int, trial func(int) (trial, error)) []error {
	for _, name := range against {
		other, err := runtime.Open(name)
		if err != nil {
			return []error{err}
		}
		defer other.Close()
		c.others = append(c.others, other)
		c.rows = append(c.rows, comparison{What: c.what, Against: name})
	}
	c.start = time.Now()
	var wg sync.WaitGroup
	for range goruntime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				i, ok := c.take(n)
				if !ok {
					return
				}
				t, err := trial(i)
				for _, elem := range []kernels.Type{kernels.Float64, kernels.Float32} {
					if err == nil {
						err = c.compare(i, t, elem)
					}
				}
				c.mu.Lock()
				for j := range c.rows {
					c.rows[j].Kernels++
				}
				if err != nil {
					c.errs = append(c.errs, fmt.Errorf("%s, number %d of seed %d: %w", c.what, i, c.seed, err))
				}
				c.mu.Unlock()
			}
		})
	}
	wg.Wait()
	for j := range c.rows {
		c.rows[j].Seconds = time.Since(c.start).Seconds()
	}
	if more := len(c.errs) - mostErrors; more > 0 {
		c.errs = append(c.errs[:mostErrors], fmt.Errorf("%s: %d more", c.what, more))
	}
	return c.errs
}

// take gives the number of a trial, as long as there is time.
func (c *comparer) take(n int) (int, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next >= n || c.ctx.Err() != nil || c.limit > 0 && time.Since(c.start) > c.limit {
		return 0, false
	}
	c.next++
	return c.next - 1, true
}

// compare runs a kernel of that float type on all executors.
func (c *comparer) compare(i int, t trial, elem kernels.Type) error {
	g := rand.New(rand.NewPCG(c.seed^0x9e3779b97f4a7c15, uint64(i)))
	in, err := newArguments(g, t, elem)
	if err != nil {
		return err
	}
	got := in.run(c.ctx, c.mine, t)
	var errs []error
	for j, other := range c.others {
		want := in.run(c.ctx, other, t)
		values, different, err := got.differ(want)
		c.mu.Lock()
		c.rows[j].Values += values
		c.rows[j].Different += different
		c.mu.Unlock()
		if err != nil {
			errs = append(errs, fmt.Errorf("%v of %v, %d elements, buffers %v, against %s: %w", t.kernel, elem, t.n, t.buffers, other.Name(), err))
		}
	}
	return errors.Join(errs...)
}

// arguments are what a kernel is run with.
type arguments struct {
	elem    kernels.Type
	params  []kernels.Param
	arrays  map[string]array
	scalars map[string]any
}

func newArguments(g *rand.Rand, t trial, elem kernels.Type) (*arguments, error) {
	in := &arguments{elem: elem, params: t.kernel.Params(), arrays: map[string]array{}, scalars: map[string]any{}}
	for _, p := range in.params {
		typ := p.Type
		if typ == 0 {
			typ = elem
		}
		var err error
		switch p.Kind {
		case kernels.ArrayParam:
			in.arrays[p.Name], err = newArray(g, typ, t.n)
		case kernels.ScalarParam:
			in.scalars[p.Name], err = newScalar(g, typ)
		}
		if err != nil {
			return nil, err
		}
	}
	return in, nil
}

// outcome is what a launch left: bits by parameter, or an error.
type outcome struct {
	params []kernels.Param
	elem   kernels.Type
	bits   map[string][]uint64
	err    error
}

// run runs the kernel on an executor.
func (in *arguments) run(ctx context.Context, ex runtime.Executor, t trial) (out outcome) {
	out = outcome{params: in.params, elem: in.elem, bits: map[string][]uint64{}}
	args := runtime.Args{}
	arrays := map[string]held{}
	results := map[string]any{}
	defer func() {
		for _, a := range arrays {
			if err := a.close(); out.err == nil {
				out.err = err
			}
		}
	}()
	for _, p := range in.params {
		switch p.Kind {
		case kernels.ArrayParam:
			a, err := in.arrays[p.Name].on(ctx, ex, t.buffers)
			if err != nil {
				out.err = err
				return out
			}
			arrays[p.Name] = a
			args[p.Name] = a.arg()
		case kernels.ScalarParam:
			args[p.Name] = in.scalars[p.Name]
		case kernels.ResultParam:
			if typ := p.Type; typ == kernels.Float32 || typ == 0 && in.elem == kernels.Float32 {
				results[p.Name] = new(float32)
			} else {
				results[p.Name] = new(float64)
			}
			args[p.Name] = results[p.Name]
		}
	}
	call, err := ex.Bind(t.kernel, args)
	if err == nil {
		err = call.Run(ctx)
	}
	if err != nil {
		out.err = err
		return out
	}
	for name, a := range arrays {
		if out.bits[name], out.err = a.bits(ctx); out.err != nil {
			return out
		}
	}
	for name, p := range results {
		switch p := p.(type) {
		case *float64:
			out.bits[name] = []uint64{math.Float64bits(*p)}
		case *float32:
			out.bits[name] = []uint64{uint64(math.Float32bits(*p))}
		}
	}
	return out
}

// differ counts values and those that differ. NaN is NaN, whatever its payload. Divisions by zero are to
// be the same error.
func (out outcome) differ(want outcome) (values, different int64, err error) {
	if out.err != nil || want.err != nil {
		var a, b *runtime.DivideError
		if errors.As(out.err, &a) && errors.As(want.err, &b) && a.Error() == b.Error() {
			return 1, 0, nil
		}
		return 1, 1, fmt.Errorf("error %v, and it should be %v", out.err, want.err)
	}
	for _, p := range out.params {
		got, right := out.bits[p.Name], want.bits[p.Name]
		typ := p.Type
		if typ == 0 {
			typ = out.elem
		}
		values += int64(len(right))
		for i := range right {
			if got[i] == right[i] || isNaN(typ, got[i]) && isNaN(typ, right[i]) {
				continue
			}
			if different++; err == nil {
				err = fmt.Errorf("%s[%d] has the bits %#x, and they should be %#x", p.Name, i, got[i], right[i])
			}
		}
	}
	return values, different, err
}

func isNaN(t kernels.Type, bits uint64) bool {
	switch t {
	case kernels.Float64:
		return math.IsNaN(math.Float64frombits(bits))
	case kernels.Float32:
		return math.IsNaN(float64(math.Float32frombits(uint32(bits))))
	}
	return false
}
