// Command triad is what a person does with the library from a shell. Its first
// argument says what:
//
//	triad explain "a = b + s*c"      what the optimiser makes of a kernel, and what that costs
//	triad disassemble "a = b + s*c"  its machine code, and the expression behind each instruction
//	triad ptx "a = b + s*c"          its code for NVIDIA GPUs
//	triad generate "a = b + s*c"     a function of it: Go assembly and portable Go
//	triad calibrate -o costs.json    measure what operations cost on this machine
//
// triad help lists all of it, and triad help explain the options of one.
//
// It exits with 0 if all went well, 1 if something failed or was interrupted, and
// 2 if it was called wrongly.
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

// command is one of the things that triad does.
type command struct {
	name     string
	argument string // what follows the options, if anything does
	does     string // in a line
	// flags defines the options. The function that it returns does the work, given
	// what follows the options, once they are read.
	flags func(fs *flag.FlagSet) func(ctx context.Context, args []string, stdout io.Writer) error
}

var commands = []command{explainCommand, disassembleCommand, ptxCommand, generateCommand, calibrateCommand}

// usageError says that the command was called wrongly.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func misused(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// run is the command, without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var out bytes.Buffer
	err := dispatch(ctx, args, &out)
	if _, writeErr := stdout.Write(out.Bytes()); err == nil {
		err = writeErr
	}
	var misuse *usageError
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil && errors.Is(err, context.Cause(ctx)):
		fmt.Fprintln(stderr, "triad: interrupted; nothing was written")
	case errors.As(err, &misuse):
		fmt.Fprintf(stderr, "triad: %v\n", err)
		return exitUsage
	default:
		fmt.Fprintf(stderr, "triad: %v\n", err)
	}
	return exitFailure
}

// dispatch does what the first argument says.
func dispatch(ctx context.Context, args []string, stdout io.Writer) error {
	if len(args) == 0 {
		return misused("nothing to do; triad help lists what there is")
	}
	name, args := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		if len(args) > 1 {
			return misused("help: unexpected argument %q", args[1])
		}
		if len(args) == 0 {
			_, err := io.WriteString(stdout, usage())
			return err
		}
		c, err := lookup(args[0])
		if err != nil {
			return err
		}
		_, err = io.WriteString(stdout, c.usage())
		return err
	}
	c, err := lookup(name)
	if err != nil {
		return err
	}
	fs := c.flagSet()
	work := c.flags(fs)
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(stdout, c.usage())
		return err
	} else if err != nil {
		return misused("%s: %w; triad help %s lists the options", name, err, name)
	}
	return work(ctx, fs.Args(), stdout)
}

func lookup(name string) (command, error) {
	var names []string
	for _, c := range commands {
		if c.name == name {
			return c, nil
		}
		names = append(names, c.name)
	}
	return command{}, misused("unknown command %q; there are help, %s", name, strings.Join(names, ", "))
}

func (c command) flagSet() *flag.FlagSet {
	fs := flag.NewFlagSet("triad "+c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // run prints
	return fs
}

// usage lists the commands.
func usage() string {
	var b strings.Builder
	b.WriteString("Usage: triad command [options]\n\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "  %-12s %s\n", c.name, c.does)
	}
	b.WriteString("\ntriad help command lists the options of one.\n")
	return b.String()
}

// usage describes the options, one or more lines each.
func (c command) usage() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage: triad %s\n\n%s%s. Options, with one dash or two:\n\n",
		strings.TrimSpace(c.name+" [options] "+c.argument), strings.ToUpper(c.does[:1]), c.does[1:])
	fs := c.flagSet()
	c.flags(fs)
	fs.VisitAll(func(f *flag.Flag) {
		value, text, _ := strings.Cut(f.Usage, "\x00")
		head := "  -" + f.Name + " " + value
		for line := range strings.SplitSeq(text, "\n") {
			fmt.Fprintf(&b, "%-20s %s\n", head, line)
			head = ""
		}
	})
	return b.String()
}
