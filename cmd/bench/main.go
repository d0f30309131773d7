// Command bench measures Triad beside C with OpenMP, C written by hand, gonum
// and plain Go loops, and prints how many times as fast it is.
//
//	go run ./cmd/bench                      everything
//	go run ./cmd/bench -only stream         only bandwidth from memory
//	go run ./cmd/bench -markdown            the tables of README.md
//
// docs/BENCHMARKS.md says how it measures.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/triad-go/triad/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := bench.Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
