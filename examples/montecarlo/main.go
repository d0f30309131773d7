// Command montecarlo estimates pi and the price of a European call option from random
// numbers that kernels compute by counter: element i has its own, on whatever worker and vector
// unit it is, so that the output is the same everywhere.
package main

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

func main() {
	ex, err := runtime.Default()
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	if err := pi(ex); err != nil {
		log.Fatal(err)
	}
	if err := option(ex); err != nil {
		log.Fatal(err)
	}
}

// pi is from the share of points in a square that lie in the quarter of a circle. Streams 0 and
// 1 are halves of one block of random bits, which is computed once.
func pi(ex runtime.Executor) error {
	const n = 1 << 20
	k, err := kernels.Parse("pi", "hits = count(uniform(seed, index(), 0)^2 + uniform(seed, index(), 1)^2 < 1)",
		kernels.Scalars("seed"), kernels.Typed(kernels.Int64, "seed"))
	if err != nil {
		return err
	}
	var hits int
	if err := run(ex, k, runtime.Args{"index": runtime.Shape{n}, "seed": 2024, "hits": &hits}); err != nil {
		return err
	}
	p := float64(hits) / n
	fmt.Printf("pi    %.5f ± %.5f, exactly %.5f\n", 4*p, 4*math.Sqrt(p*(1-p)/n), math.Pi)
	return nil
}

// option is the discounted mean payoff of a call when the price of the share is lognormal at
// the end. Each element draws two normal numbers, the coordinates of one random point.
func option(ex runtime.Executor) error {
	const (
		n                = 1 << 19
		spot, strike     = 100.0, 105.0
		rate, volatility = 0.03, 0.2
		years            = 1.5
	)
	const payoff = `(max(spot*exp(drift + spread*normal(seed, index(), 0)) - strike, 0) +
		max(spot*exp(drift + spread*normal(seed, index(), 1)) - strike, 0))/2`
	k, err := kernels.Parse("option", "mean = mean("+payoff+"); var = variance("+payoff+")",
		kernels.Scalars("seed", "spot", "strike", "drift", "spread"), kernels.Typed(kernels.Int64, "seed"))
	if err != nil {
		return err
	}
	var mean, variance float64
	err = run(ex, k, runtime.Args{"index": runtime.Shape{n}, "mean": &mean, "var": &variance, "seed": 7,
		"spot": spot, "strike": strike, "drift": (rate - volatility*volatility/2) * years, "spread": volatility * math.Sqrt(years)})
	if err != nil {
		return err
	}
	// Black and Scholes's formula.
	normal := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	spread := volatility * math.Sqrt(years)
	d := (math.Log(spot/strike)+rate*years)/spread + spread/2
	discount := math.Exp(-rate * years)
	exact := spot*normal(d) - strike*discount*normal(d-spread)
	fmt.Printf("price %.4f ± %.4f, exactly %.4f\n", discount*mean, discount*math.Sqrt(variance/n), exact)
	return nil
}

func run(ex runtime.Executor, k *kernels.Kernel, args runtime.Args) error {
	call, err := ex.Bind(k, args)
	if err != nil {
		return err
	}
	return call.Run(context.Background())
}
