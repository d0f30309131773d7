// Command triad is the README's example: one expression on all cores.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

func main() {
	triad, err := kernels.Parse("triad", "a = b + s*c", kernels.Scalars("s"))
	if err != nil {
		log.Fatal(err)
	}
	ex, err := runtime.Default() // all cores, the widest vectors they have
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()

	a, b, c := make([]float64, 1000), make([]float64, 1000), make([]float64, 1000)
	for i := range b {
		b[i], c[i] = float64(i), 2
	}
	call, err := ex.Bind(triad, runtime.Args{"a": a, "b": b, "c": c, "s": 3.0}) // everything is checked here
	if err != nil {
		log.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil { // no allocation, as often as wanted
		log.Fatal(err)
	}
	fmt.Println(a[0], a[1], a[999])
}
