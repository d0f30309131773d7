package cost_test

import (
	"bytes"
	"fmt"

	"github.com/triad-go/triad/egraph/cost"
)

// A quotient of vectors costs as much as a dozen of products.
func ExampleAVX512() {
	m := cost.AVX512(cost.Float64)
	for _, op := range []string{"mul", "fma", "div"} {
		c, _ := m.Cycles(op)
		fmt.Printf("%s %.1f cycles for %d\n", op, c, m.Lanes())
	}
	// Output:
	// mul 0.5 cycles for 8
	// fma 0.5 cycles for 8
	// div 8.0 cycles for 8
}

// A table made from another, with a function that only its user knows, goes
// through a file.
func ExampleTable_Write() {
	s := cost.AVX2(cost.Float32).Spec()
	s.Name = "mine"
	s.Cycles["besselj0"] = 40
	mine, err := cost.NewTable(s)
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	if err := mine.Write(&file); err != nil {
		fmt.Println(err)
		return
	}
	back, err := cost.Read(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(back.Name(), back.Elem())
	fmt.Println(back.Cycles("besselj0"))
	// Output:
	// mine float32
	// 40 true
}
