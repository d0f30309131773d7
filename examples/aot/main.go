// Command aot computes with a function that was written ahead of time: its files
// are this folder's lennardjones*, which go generate writes. At run time it makes
// no code, and needs nothing of this library.
package main

import "fmt"

//go:generate go run github.com/triad-go/triad/cmd/triad generate -o lennardjones.go -func LennardJones -scalars epsilon,sigma "energy = 4*epsilon*((sigma/r)^12 - (sigma/r)^6)"

func main() {
	r := []float64{0.95, 1, 1.1225, 1.5, 2, 3}
	energy := make([]float64, len(r))
	LennardJones(energy, r, 1, 1)
	for i, e := range energy {
		fmt.Printf("%.4f %+.6f\n", r[i], e)
	}
}
