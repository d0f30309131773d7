package runtime_test

import (
	"fmt"
	"log"

	"github.com/triad-go/triad/runtime"
)

func ExampleTargets() {
	targets, err := runtime.Targets()
	if err != nil {
		log.Print(err) // what was found is there all the same
	}
	cpu := targets[0]
	n := 1 << 25
	if bytes, known := cpu.LastLevelCache(); known {
		n = int(4 * bytes / 8) // float64 arrays that no cache can hold
	}
	fmt.Println(cpu.Name, cpu.Kind, cpu.Workers() >= 1, n > 1000)
	// Output: cpu CPU true true
}

func ExampleNewBuffer() {
	ex, err := runtime.Default()
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	a, err := runtime.NewBuffer[float64](ex, 1_000_000)
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()

	s := a.Slice() // memory like any other, as long as a is open
	for i := range s {
		s[i] = float64(i) / 2
	}
	fmt.Println(a.Len(), s[7])
	// Output: 1000000 3.5
}
