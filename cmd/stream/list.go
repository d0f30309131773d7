package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/stream"
)

// printNames prints the kernels as BabelStream does.
func printNames(w io.Writer) error {
	_, err := fmt.Fprintln(w, "Available benchmarks: "+strings.Join(labels(stream.Names()), ","))
	return err
}

// list prints the targets, by the index that -device takes, and the executors.
func list(w io.Writer) error {
	targets, unlisted := runtime.Targets()
	for i, t := range targets {
		if _, err := fmt.Fprintf(w, "%d: %s\n", i, t); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, "Executors: "+strings.Join(runtime.Executors(), ", "))
	return errors.Join(err, unlisted)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
