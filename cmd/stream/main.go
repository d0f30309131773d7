// Command stream measures the memory bandwidth of this machine with the STREAM
// kernels, on every executor that it has, and says what part of the machine's
// limit each of them reaches. It takes BabelStream's options and more; -help
// lists them. Without any it ends within half a minute.
//
// It exits with 0 if all went well, 1 if the run or its validation failed or
// was interrupted, and 2 if it was called wrongly.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/triad-go/triad/stream"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal then ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitOK = iota
	exitFailure
	exitUsage
)

// run is the command, without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	opts, err := parseFlags(args)
	if errors.Is(err, flag.ErrHelp) {
		if _, err := io.WriteString(stdout, usage()); err != nil {
			fmt.Fprintln(stderr, "stream: "+err.Error())
			return exitFailure
		}
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(stderr, "stream: %v\nstream: -help lists the options\n", err)
		return exitUsage
	}
	var out bytes.Buffer
	err = measure(ctx, opts, &out, stderr)
	if _, writeErr := stdout.Write(out.Bytes()); err == nil {
		err = writeErr
	}
	var bad *stream.ConfigError
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil && errors.Is(err, context.Cause(ctx)):
		fmt.Fprintln(stderr, "stream: interrupted; nothing was written")
	case errors.As(err, &bad):
		fmt.Fprintln(stderr, err)
		return exitUsage
	default:
		fmt.Fprintln(stderr, "stream: "+strings.TrimPrefix(err.Error(), "stream: "))
	}
	return exitFailure
}

// measure does what the options say.
func measure(ctx context.Context, opts options, stdout, stderr io.Writer) (err error) {
	switch {
	case opts.printNames:
		return printNames(stdout)
	case opts.list:
		return list(stdout)
	case opts.transfers:
		return transfers(ctx, opts, stdout)
	}
	// Files are opened first: half a minute is long to wait for "permission
	// denied".
	var files outputs
	defer func() { err = errors.Join(err, files.discard()) }()
	if err := files.open(opts.plot, func(w io.Writer, r *stream.Report) error { return writePlot(w, r, opts.plot, opts.unit) }); err != nil {
		return err
	}
	if err := files.open(opts.profile, writeProfile); err != nil {
		return err
	}

	line := newProgress(stderr)
	opts.config.Progress = line.callback()
	report, err := stream.Run(ctx, opts.config)
	line.clear()
	if report == nil {
		return err
	}
	if opts.csv || opts.json {
		// Standard output is for programs then.
		writeRemarks(stderr, report)
	}
	var writeErr error
	switch {
	case opts.csv:
		writeErr = writeCSV(stdout, report, opts.unit)
	case opts.json:
		writeErr = writeJSON(stdout, report)
	default:
		writeErr = writeTable(stdout, report, opts.unit)
	}
	if err = errors.Join(err, writeErr); err != nil {
		return err
	}
	return files.commit(report)
}
