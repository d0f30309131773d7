package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/triad-go/triad/cuda"
	"github.com/triad-go/triad/runtime"
)

// latency is the time of the first kernel of a process that has used nothing yet, the median of some.
type latency struct {
	Cache  string        `json:"cache"`
	Open   time.Duration `json:"open_ns"`  // the driver, the executor and its buffers
	First  time.Duration `json:"first_ns"` // then: Bind and Run
	Second time.Duration `json:"second_ns"`
}

// A process with this variable is one that measures its first kernel: its value is the executor and, on
// a line of its own, the cache directory.
const coldVariable = "TRIAD_MEASURE_COLD"

// latency starts processes that run one kernel, with and without what earlier ones compiled.
func (r *report) latency(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "triad-measure")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	off, driver := []string{"CUDA_CACHE_DISABLE=1"}, []string{"CUDA_CACHE_DISABLE=0", "CUDA_CACHE_PATH=" + dir + "/driver"}
	for _, c := range []struct {
		name, dir string
		env       []string
	}{
		{"none kept", "", off},
		{"kept by the driver", "", driver},
		{"kept by package cuda", dir + "/triad", off},
	} {
		var open, first, second []time.Duration
		for i := range o.children + 1 {
			l, err := child(ctx, o.executor, c.dir, c.env)
			if err != nil {
				return fmt.Errorf("a new process, compiled code %s: %w", c.name, err)
			}
			if i > 0 { // the first fills the cache
				open, first, second = append(open, l.Open), append(first, l.First), append(second, l.Second)
			}
		}
		r.Latency = append(r.Latency, latency{c.name, median(open), median(first), median(second)})
	}
	return nil
}

func child(ctx context.Context, executor, cache string, env []string) (l latency, err error) {
	self, err := os.Executable()
	if err != nil {
		return l, err
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(append(os.Environ(), env...), coldVariable+"="+executor+"\n"+cache)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return l, fmt.Errorf("%w: %s", err, bytes.TrimSpace(errs.Bytes()))
	}
	return l, json.Unmarshal(out.Bytes(), &l)
}

// cold is the whole of a process that measures its first kernel. It reports false if this is none.
func cold() bool {
	value, is := os.LookupEnv(coldVariable)
	if !is {
		return false
	}
	l, err := firstKernel(value)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(l)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func firstKernel(value string) (l latency, err error) {
	executor, cache, _ := bytes.Cut([]byte(value), []byte("\n"))
	ctx, start := context.Background(), time.Now()
	ex, err := runtime.Open(string(executor), cuda.CacheDir(string(cache)))
	if err != nil {
		return l, err
	}
	defer ex.Close()
	b, err := runtime.NewBuffer[float64](ex, 1024) // makes sure that memory has been used
	if err != nil {
		return l, err
	}
	defer b.Close()
	if err := b.CopyFrom(ctx, make([]float64, 1024)); err != nil {
		return l, err
	}
	l.Open, start = time.Since(start), time.Now()
	call, free, err := bindSuite(ex, "triad", 1024)
	defer free()
	if err == nil {
		err = call.Run(ctx)
	}
	if err != nil {
		return l, err
	}
	l.First, start = time.Since(start), time.Now()
	err = call.Run(ctx)
	l.Second = time.Since(start)
	return l, err
}
