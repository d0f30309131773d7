package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
	"github.com/triad-go/triad/simd/calibrate"
)

var calibrateCommand = command{
	name:  "calibrate",
	does:  "measure what operations cost on one core of this machine, which should have nothing else to do",
	flags: calibrateFlags,
}

// maxRepetitions bounds what -repetitions takes: some minutes.
const maxRepetitions = 100_000

func calibrateFlags(fs *flag.FlagSet) func(context.Context, []string, io.Writer) error {
	var (
		file        string
		elem        = kernels.Float64
		tier        = simd.Best()
		repetitions = calibrate.DefaultRepetitions
	)
	set(fs, "o", "FILE", "write the table to FILE, for triad explain -costs and cost.Read\n(default: print it)", fileName(&file))
	element(fs, &elem)
	tiers := map[string]simd.Tier{}
	var names []string
	for _, t := range simd.Tiers() {
		tiers[t.String()] = t
		names = append(names, t.String())
	}
	set(fs, "simd", "TIER", "measure the code of TIER (default: "+tier.String()+", the best of this machine)", func(text string) error {
		if err := choice(&tier, tiers, names...)(text); err != nil {
			return fmt.Errorf("%w on this machine", err)
		}
		return nil
	})
	set(fs, "repetitions", "NUM", fmt.Sprintf("time everything so often (default: %d, half a second in all)", calibrate.DefaultRepetitions), number(&repetitions, 1, maxRepetitions))
	return func(ctx context.Context, args []string, stdout io.Writer) error {
		if len(args) > 0 {
			return misused("calibrate: unexpected argument %q", args[0])
		}
		table, err := calibrate.Measure(ctx, elem, calibrate.Tier(tier), calibrate.Repetitions(repetitions))
		if err != nil {
			return err
		}
		if file == "" {
			_, err := fmt.Fprint(stdout, table)
			return err
		}
		var b bytes.Buffer
		if err := table.Write(&b); err != nil {
			return err
		}
		return os.WriteFile(file, b.Bytes(), 0o666)
	}
}
