// Command gen makes the coefficients and constants of package vecmath from
// big-float arithmetic: a file coeff_<family>.go for each family named, or for all.
// It is run in the package's directory (go generate), and the same input gives the
// same files.
package main

import (
	"flag"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"

	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

// families are what there is to make; each file fits_*.go adds its own. A function
// panics where a fit fails.
var families = map[string]func() []minimax.Set{}

func main() {
	dir := flag.String("dir", ".", "the `directory` to write to")
	flag.Parse()
	names := flag.Args()
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(families))
	}
	for _, name := range names {
		f, ok := families[name]
		if !ok {
			fmt.Fprintf(os.Stderr, "gen: no family %q; there are %q\n", name, slices.Sorted(maps.Keys(families)))
			os.Exit(2)
		}
		if err := minimax.Write(filepath.Join(*dir, "coeff_"+name+".go"), "vecmath", f()); err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}

// prec is the precision of the arithmetic here, in bits.
const prec = 256

func float(x float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(x) }

// ratio is p/q.
func ratio(p, q int64) *big.Float {
	return new(big.Float).SetPrec(prec).SetRat(big.NewRat(p, q))
}

func add(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Add(x, y) }
func sub(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Sub(x, y) }
func mul(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Mul(x, y) }
func quo(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Quo(x, y) }

// call is a function of package bigmath where it has a value; elsewhere it panics.
func call(f func(uint, *big.Float) (*big.Float, bool), x *big.Float) *big.Float {
	v, ok := f(prec, x)
	if !ok {
		panic(fmt.Sprintf("gen: no value at %g", x))
	}
	return v
}

// one is the weight of absolute errors.
func one(*big.Float) *big.Float { return float(1) }

// inverse is the weight of errors relative to f.
func inverse(f minimax.Function) minimax.Function {
	return func(x *big.Float) *big.Float {
		v := f(x)
		return quo(float(1), v.Abs(v))
	}
}

// upTo is the powers from, from+step, … of n coefficients.
func upTo(from, step, n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = from + i*step
	}
	return p
}

// same is n times b: bits for every coefficient.
func same(b, n int) []int { return slices.Repeat([]int{b}, n) }

// fit is a set of a polynomial's coefficients. doc names what is approximated and
// on what; the error is added to it.
func fit(name, doc string, f, weight minimax.Function, lo, hi *big.Float, powers, bits []int) minimax.Set {
	c, largest, err := minimax.FitRounded(f, weight, lo, hi, powers, bits, prec)
	if err != nil {
		panic(fmt.Sprintf("gen: %s: %v", name, err))
	}
	return minimax.Set{Name: name, Doc: fmt.Sprintf("%s: %s, to %.3g.", name, doc, largest), C: c, Bits: bits}
}

// constants is a set of named constants, float64 each.
func constants(doc string, names []string, values []*big.Float) minimax.Set {
	return minimax.Set{Kind: minimax.Constants, Name: names[0], Names: names, Doc: doc, C: values}
}
