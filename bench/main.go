package bench

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/triad-go/triad/kernels"
)

// Main is the command bench: it reads flags from args, without the command's
// name, writes the report to stdout and everything else to stderr, and returns
// the exit code: 0, 1 if something failed, or 2 for a bad flag.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, write, err := parseFlags(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2 // the flag set has said why
	}
	c.Progress = func(line string) { fmt.Fprintln(stderr, line) }
	report, err := Run(ctx, c)
	if err == nil {
		err = write(report, stdout)
	}
	var bad *ValueError
	switch {
	case errors.As(err, &bad):
		fmt.Fprintln(stderr, err)
		return 2
	case err != nil:
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

func parseFlags(args []string, stderr io.Writer) (c Config, write func(*Report, io.Writer) error, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("only", "", "run only these benchmarks, separated by commas, of "+strings.Join(Benchmarks(), ", "))
	names := flags.String("kernels", "", "run only these kernels of stream and cache, separated by commas (stream: all, cache: triad,dot)")
	cases := flags.String("cases", "", "run only these cases of symbolic, separated by commas")
	elements := flags.String("elements", "", "elements of the arrays of functions, expressions and sort, separated by commas (functions: 1000, expressions: 1000,16000,10000000, sort: 1000,100000,1000000,10000000)")
	flags.BoolVar(&c.Slow, "slow", false, "also run the cases of symbolic that take SymPy minutes")
	flags.IntVar(&c.Rounds, "rounds", defaultRounds, "rounds in which the sides take turns")
	flags.IntVar(&c.ArraySize, "arraysize", 0, "elements of an array of stream and gc, a multiple of 1024 (0: 640 MB, or less where memory is short)")
	single := flags.Bool("float", false, "float32 instead of float64 in stream, cache, functions, expressions and sort")
	flags.StringVar(&c.CC, "cc", "", "the C compiler (default: $CC, cc, gcc or clang, whichever is found first)")
	flags.BoolVar(&c.Pin, "pin", false, "bind the threads of every side to CPUs, where the system can")
	flags.BoolVar(&c.Keep, "keep", false, "keep the C programs; the report says where")
	asJSON := flags.Bool("json", false, "write JSON")
	asMarkdown := flags.Bool("markdown", false, "write Markdown")
	if err := flags.Parse(args); err != nil {
		return c, nil, err
	}
	fail := func(err error) (Config, func(*Report, io.Writer) error, error) {
		fmt.Fprintln(stderr, err)
		flags.Usage()
		return c, nil, err
	}
	if flags.NArg() > 0 {
		return fail(&ValueError{"argument", flags.Arg(0), "a flag"})
	}
	if c.Rounds == 0 {
		return fail(&ValueError{"rounds", 0, fmt.Sprintf("from 1 to %d", mostRounds)})
	}
	if *asJSON && *asMarkdown {
		return fail(&ValueError{"markdown", true, "to be had together with -json"})
	}
	c.Only, c.Kernels, c.Cases = split(*only), split(*names), split(*cases)
	for _, word := range split(*elements) {
		n, err := strconv.Atoi(word)
		if err != nil {
			return fail(&ValueError{"elements", word, "a number"})
		}
		c.Elements = append(c.Elements, n)
	}
	if *single {
		c.Elem = kernels.Float32
	}
	if _, err := c.complete(); err != nil {
		return fail(err)
	}
	switch {
	case *asJSON:
		write = func(r *Report, w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			return e.Encode(r)
		}
	case *asMarkdown:
		write = (*Report).Markdown
	default:
		write = (*Report).Text
	}
	return c, write, nil
}

// split cuts a list at its commas.
func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}
