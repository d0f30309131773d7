package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/triad-go/triad/cuda"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/simd"
	"github.com/triad-go/triad/stream"
)

// options are the command line's.
type options struct {
	config     stream.Config
	unit       unit
	csv, json  bool
	printNames bool
	list       bool
	transfers  bool
	plot       string
	profile    string
}

// accepted says which values a flag takes.
func accepted(values ...string) error {
	return errors.New("accepted are " + strings.Join(values, ", "))
}

// number makes a flag of a whole number from least to most.
func number(p *int, least, most int) func(string) error {
	return func(text string) error {
		v, err := strconv.Atoi(text)
		if err != nil || v < least || v > most {
			return accepted(fmt.Sprintf("whole numbers from %d to %d", least, most))
		}
		*p = v
		return nil
	}
}

// choice makes a flag of one of some words.
func choice[T any](p *T, values map[string]T, names ...string) func(string) error {
	return func(text string) error {
		v, ok := values[strings.ToLower(text)]
		if !ok {
			return accepted(names...)
		}
		*p = v
		return nil
	}
}

// boolean makes a flag that is given or not, of the values of Go's own flags.
func boolean(p *bool) func(string) error {
	return func(text string) error {
		v, err := strconv.ParseBool(text)
		if err != nil {
			return accepted("true", "false", "1", "0", "t", "f")
		}
		*p = v
		return nil
	}
}

// flags defines the command's flags, which set opts and the values that finish
// turns into the rest of it.
func flags(opts *options) (fs *flag.FlagSet, finish func() error) {
	fs = flag.NewFlagSet("stream", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // run prints
	c := &opts.config
	c.Absent = absent
	var float, mibibytes, pin bool
	nt := runtime.NTAuto
	var tier *simd.Tier

	set := func(names, value, usage string, f func(string) error) {
		for _, name := range strings.Split(names, ",") {
			fs.Func(name, value+"\x00"+usage, f)
		}
	}
	setBool := func(name, usage string, p *bool) { fs.BoolFunc(name, "\x00"+usage, boolean(p)) }

	set("arraysize,s", "SIZE", "use arrays of SIZE elements (default: at least four times the last-level cache)", number(&c.N, 1, math.MaxInt))
	set("numtimes,n", "NUM", fmt.Sprintf("launch each kernel NUM times, from 2 to %d; the first is not counted\n(default: as the time allows, at most 100)", stream.MaxTimes), number(&c.Times, 2, stream.MaxTimes))
	setBool("float", "use float32 (default: float64)", &float)
	set("only,o", "NAMES", "run only these kernels, a list with commas, or the groups All and Classic\n(default: All; -print-names lists them)", func(text string) error {
		names := strings.Split(text, ",")
		if _, err := stream.Select(names); err != nil {
			var bad *stream.ConfigError
			errors.As(err, &bad)
			return accepted(labels(bad.Accepted)...)
		}
		c.Kernels = names
		return nil
	})
	set("order", "ORDER", "Classic: each kernel once in turn (default); Isolated: all launches of a kernel\nbefore the next", func(text string) error {
		order, err := stream.ParseOrder(text)
		if err != nil {
			return accepted("Classic", "Isolated")
		}
		c.Order = order
		return nil
	})
	set("executor", "NAMES", "run on these executors, a list with commas, or all, the slow ones too;\ncuda is every NVIDIA GPU, cuda:1 the second (default: all that are fast enough)", func(text string) error {
		if strings.EqualFold(text, "all") {
			c.Executors = present()
			return nil
		}
		names := strings.Split(strings.ToLower(text), ",")
		var bad *stream.ConfigError
		if errors.As(stream.CheckExecutors(names), &bad) {
			return accepted(append([]string{"all"}, bad.Accepted...)...)
		}
		c.Executors = names
		return nil
	})
	set("device", "INDEX", "run only on the target of that index in -list", func(text string) error {
		targets, unlisted := runtime.Targets()
		var device int
		if err := number(&device, 0, len(targets)-1)(text); err != nil {
			if err = fmt.Errorf("%w, as -list shows", err); unlisted != nil {
				err = fmt.Errorf("%w; %w", err, unlisted)
			}
			return err
		}
		c.Target = targets[device].Name
		return nil
	})
	set("workers", "NUM", "run pools with NUM workers (default: one for each core)", func(text string) error {
		v, _ := strconv.Atoi(text) // what is no number is 0, or out of range
		opt := runtime.Workers(v)
		var bad *runtime.ValueError
		if err := opt(new(runtime.Config)); errors.As(err, &bad) {
			return accepted("whole numbers from " + bad.Want)
		}
		c.Options = append(c.Options, opt)
		return nil
	})
	setBool("pin", "pin each worker to a core", &pin)
	set("simd", "TIER", "use the instructions of TIER at the most: avx512, avx2, portable or auto (default)", func(text string) error {
		tiers := map[string]*simd.Tier{"auto": nil}
		names := []string{"auto"}
		for _, t := range simd.Tiers() {
			tiers[t.String()] = &t
			names = append(names, t.String())
		}
		if err := choice(&tier, tiers, names...)(text); err != nil {
			return fmt.Errorf("%w on this machine", err)
		}
		return nil
	})
	set("nt", "MODE", "non-temporal stores: auto (default: where all arrays of a launch together outgrow\nthe last-level cache and an output is not an input too), on or off",
		choice(&nt, map[string]runtime.NTMode{"auto": runtime.NTAuto, "on": runtime.NTOn, "off": runtime.NTOff}, "auto", "on", "off"))
	setBool("csv", "print comma-separated values", &opts.csv)
	setBool("json", "print JSON, as stream.Report of the Go package documents it", &opts.json)
	setBool("mibibytes", "count in MiB = 2^20 bytes (default: GB = 10^9, in -csv MB = 10^6) in the table,\nin -csv and in -plot; -json counts in bytes all the same", &mibibytes)
	set("plot", "FILE", "draw the rates into FILE, .svg or .png", func(text string) error {
		switch strings.ToLower(filepath.Ext(text)) {
		case ".svg", ".png":
			opts.plot = text
			return nil
		}
		return accepted("file names that end in .svg or .png")
	})
	set("profile", "FILE", "write a profile into FILE, for go tool pprof -sample_index=bytes -top FILE\n(also: launches, time, flops)", func(text string) error {
		if text == "" {
			return accepted("file names")
		}
		opts.profile = text
		return nil
	})
	setBool("print-names", "print the kernels' names and exit", &opts.printNames)
	setBool("transfers", "measure copies between the host and NVIDIA GPUs instead of kernels, of the sizes and\nfrom the kinds of memory that there are; -device and -executor choose the GPUs", &opts.transfers)
	setBool("list", "list targets and executors and exit", &opts.list)

	return fs, func() error {
		if fs.NArg() > 0 {
			return fmt.Errorf("unexpected argument %q", fs.Arg(0))
		}
		if opts.csv && opts.json {
			return errors.New("-csv and -json exclude each other")
		}
		if opts.transfers && (opts.plot != "" || opts.profile != "") {
			return errors.New("-transfers has no -plot and no -profile")
		}
		if sameFile(opts.plot, opts.profile) {
			return fmt.Errorf("-plot and -profile name the same file, %q", opts.plot)
		}
		if float {
			c.Type = kernels.Float32
		}
		opts.unit = newUnit(mibibytes)
		if pin {
			c.Options = append(c.Options, runtime.Pin(true))
		}
		if tier != nil {
			c.Options = append(c.Options, runtime.Tier(*tier))
		}
		c.Options = append(c.Options, runtime.Policies(runtime.NonTemporal(nt)))
		return nil
	}
}

// absent reports whether an executor could not be opened because this machine has no driver for it.
func absent(err error) bool {
	var load *cuda.LoadError
	return errors.As(err, &load)
}

// present are the executors, but for those that this machine has no driver for.
func present() (names []string) {
	for _, name := range runtime.Executors() {
		if name == "cuda" && absent(open(name)) {
			continue
		}
		names = append(names, name)
	}
	return names
}

// sameFile reports whether two names are spellings of one; an empty one is not.
func sameFile(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	absA, errA := filepath.Abs(a)
	absB, errB := filepath.Abs(b)
	return errA == nil && errB == nil && absA == absB
}

// parseFlags reads a command line. The error is flag.ErrHelp if it asks for
// help, and otherwise names the flag, its value and what it accepts.
func parseFlags(args []string) (options, error) {
	var opts options
	fs, finish := flags(&opts)
	if err := fs.Parse(args); err != nil {
		return opts, err
	}
	return opts, finish()
}

// usage describes the flags, one or more lines each.
func usage() string {
	var b strings.Builder
	fmt.Fprint(&b, "Usage: stream [options]\n\nMeasures memory bandwidth with the STREAM kernels. Options, with one dash or two:\n\n")
	fs, _ := flags(new(options))
	short := map[string]string{"arraysize": "-s ", "numtimes": "-n ", "only": "-o "}
	fs.VisitAll(func(f *flag.Flag) {
		if len(f.Name) == 1 {
			return
		}
		value, text, _ := strings.Cut(f.Usage, "\x00")
		head := fmt.Sprintf("  %-3s-%s %s", short[f.Name], f.Name, value)
		for _, line := range strings.Split(text, "\n") {
			fmt.Fprintf(&b, "%-24s %s\n", head, line)
			head = ""
		}
	})
	return b.String()
}

// labels are names as BabelStream writes them: Copy for copy.
func labels(names []string) []string {
	var out []string
	for _, name := range names {
		out = append(out, label(name))
	}
	return out
}

func label(name string) string {
	return strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):]
}
