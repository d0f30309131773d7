// Command measure compares what an executor computes with other executors, bit for bit, and measures what
// it costs to use: a launch, the first kernel of a new process, arrays in the host's memory. It is for GPUs, and
// works with any executor:
//
//	measure -executor cuda -json out.json
//
// It prints Markdown, and exits with 1 if bits differ or a measurement failed; the others are made all the same.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	goruntime "runtime"
	"slices"
	"strings"
	"time"

	_ "github.com/triad-go/triad/cuda"
	"github.com/triad-go/triad/runtime"
)

func main() {
	if cold() {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// options are the command line's.
type options struct {
	executor string
	against  []string
	sections []string
	programs int
	limit    time.Duration
	elements int
	bytes    int
	runs     int
	children int
	seed     uint64
	json     string
}

var sections = []string{"bits", "launch", "latency", "host"}

func parse(args []string, stderr io.Writer) (o options, err error) {
	fs := flag.NewFlagSet("measure", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&o.executor, "executor", "cuda", "the executor `NAME`")
	against := fs.String("against", "sequential,simd", "executors whose bits it must have, a `LIST` with commas")
	only := fs.String("only", strings.Join(sections, ","), "what to do, a `LIST` with commas")
	fs.IntVar(&o.programs, "programs", 10_000, "random programs to compare")
	fs.DurationVar(&o.limit, "limit", 3*time.Minute, "time for random programs")
	fs.IntVar(&o.elements, "elements", 1<<20, "arguments of each elementary function")
	fs.IntVar(&o.bytes, "bytes", 256<<20, "size of each array in the host's memory")
	fs.IntVar(&o.runs, "runs", 20_000, "launches of a small kernel")
	fs.IntVar(&o.children, "processes", 5, "new processes for each first kernel")
	fs.Uint64Var(&o.seed, "seed", 1, "of random programs and numbers")
	fs.StringVar(&o.json, "json", "", "also write JSON into `FILE`")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	o.against, o.sections = strings.Split(*against, ","), strings.Split(*only, ",")
	for _, s := range o.sections {
		if !slices.Contains(sections, s) {
			return o, fmt.Errorf("measure: -only %s: accepted are %s", s, strings.Join(sections, ", "))
		}
	}
	switch {
	case fs.NArg() > 0:
		return o, fmt.Errorf("measure: unexpected argument %q", fs.Arg(0))
	case o.programs < 0 || o.elements < 1 || o.bytes < 8 || o.runs < 1 || o.children < 1:
		return o, errors.New("measure: -programs is at least 0, -elements, -runs and -processes 1, -bytes 8")
	}
	return o, nil
}

// run is the command, without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	ex, err := runtime.Open(o.executor)
	if err != nil {
		fmt.Fprintln(stderr, "measure:", err)
		return 1
	}
	defer ex.Close()
	r := &report{Date: time.Now().UTC().Truncate(time.Second), Executor: ex.Name(), Target: describe(ex.Target()), GoVersion: goruntime.Version(), Seed: o.seed}
	for _, s := range o.sections {
		var err error
		switch s {
		case "bits":
			err = r.bits(ctx, ex, o)
		case "launch":
			err = r.launch(ctx, ex, o)
		case "latency":
			err = r.latency(ctx, o)
		case "host":
			err = r.host(ctx, ex, o)
		}
		if err != nil {
			r.Errors = append(r.Errors, s+": "+err.Error())
		}
	}
	if err := r.markdown(stdout); err != nil {
		r.Errors = append(r.Errors, err.Error())
	}
	if o.json != "" {
		if err := writeJSON(o.json, r); err != nil {
			r.Errors = append(r.Errors, err.Error())
		}
	}
	for _, e := range r.Errors {
		fmt.Fprintln(stderr, "measure:", e)
	}
	if len(r.Errors) > 0 {
		return 1
	}
	return 0
}

func writeJSON(path string, r *report) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o666)
}
