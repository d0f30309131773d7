// Command lorenz integrates an ensemble of Lorenz systems with explicit Euler
// steps: one kernel, in place, whose lanes are different initial states. A
// second kernel reduces the ensemble to its extent and its mean.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

const systems = 100_000

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	step, err := kernels.Parse("lorenz", `
		x = x + dt*(sigma*(y - x))
		y = y + dt*(x*(rho - z) - y)
		z = z + dt*(x*y - beta*z)`,
		kernels.Scalars("dt", "sigma", "rho", "beta"))
	if err != nil {
		return err
	}
	extent, err := kernels.Parse("extent", "low = min(z); high = max(z); total = sum(z)")
	if err != nil {
		return err
	}
	ex, err := runtime.Default()
	if err != nil {
		return err
	}
	defer ex.Close()

	// Buffers lie on huge pages, first touched by the workers that use them.
	args := runtime.Args{"dt": 0.005, "sigma": 10, "rho": 28, "beta": 8.0 / 3}
	for i, name := range []string{"x", "y", "z"} {
		buf, err := runtime.NewBuffer[float64](ex, systems)
		if err != nil {
			return err
		}
		defer buf.Close()
		for j, s := 0, buf.Slice(); j < len(s); j++ {
			s[j] = 1 + float64(i) + float64(j)/systems
		}
		args[name] = buf
	}
	call, err := ex.Bind(step, args)
	if err != nil {
		return err
	}
	ctx := context.Background()
	for range 400 {
		if err := call.Run(ctx); err != nil {
			return err
		}
	}
	var low, high, total float64
	call, err = ex.Bind(extent, runtime.Args{"z": args["z"], "low": &low, "high": &high, "total": &total})
	if err != nil {
		return err
	}
	if err := call.Run(ctx); err != nil {
		return err
	}
	fmt.Printf("z after t = 2: %.6f to %.6f, mean %.6f\n", low, high, total/systems)
	return nil
}
