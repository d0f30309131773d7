package kernels_test

import (
	"fmt"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
)

func ExampleParse() {
	k, err := kernels.Parse("triad", "a = b + s*c", kernels.Scalars("s"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(k)
	for _, p := range k.Params() {
		fmt.Printf("%s: %v in=%v out=%v\n", p.Name, p.Kind, p.In, p.Out)
	}
	c := k.Cost(kernels.Float64)
	fmt.Printf("%d loads, %d stores, %d bytes and %d flops an element\n", c.Loads, c.Stores, c.Bytes(), c.Flops)
	// Output:
	// a = b + s*c
	// a: array in=false out=true
	// b: array in=true out=false
	// s: scalar in=true out=false
	// c: array in=true out=false
	// 2 loads, 1 stores, 24 bytes and 2 flops an element
}

func ExampleParse_error() {
	_, err := kernels.Parse("bad", "a = b + * c")
	fmt.Println(err)
	_, err = kernels.Parse("bad", "a = b + (c < d)")
	fmt.Println(err)
	// Output:
	// kernels: bad: output a: malformed: symbolic: offset 8 of "a = b + * c": expected an operand, found "*"
	// kernels: bad: output a: a truth value where add needs a number: c < d
}

// Outputs may share terms, and a reduction may stand beside arrays. The program
// is that of the cheapest form, here with a product fused into the sum.
func ExampleNew() {
	x, y := symbolic.Var("x"), symbolic.Var("y")
	r2 := x.Mul(x).Add(y.Mul(y))
	k, err := kernels.New("polar", []kernels.Output{
		kernels.Assign("r", r2.Sqrt()),
		kernels.SumOf("energy", r2),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(k.Program(kernels.Float64))
	// Output:
	// program float64 arrays=3 scalars=0
	// each element
	//   v0 = load #1
	//   v1 = load #2
	//   v2 = mul v1 v1
	//   v3 = fma v0 v0 v2
	//   v4 = sqrt v3
	//   store #0 v4
	//   sum !0 v3
}

// The interpreter is the reference for every executor. It works on a Frame,
// which package runtime makes from a caller's slices.
func ExampleProgram_Interpret() {
	p := kernels.Must(kernels.Parse("dot", "d = sum(a*b)")).Program(kernels.Float64)
	a, b := []float64{1, 2, 3}, []float64{4, 5, 6}
	f := p.NewFrame(3)
	f.Arrays[0], f.Arrays[1] = unsafe.Pointer(&a[0]), unsafe.Pointer(&b[0])
	p.EvalUniforms(f)
	p.Interpret(f, 0, 3)
	p.Combine(f)
	fmt.Println(f.Results)
	// Output: [32]
}

func ExampleSuite() {
	for _, k := range kernels.Suite() {
		c := k.Cost(kernels.Float64)
		fmt.Printf("%-10s %-20s %2d bytes %d flops\n", k.Name(), k, c.Bytes(), c.Flops)
	}
	// Output:
	// copy       c = a                16 bytes 0 flops
	// mul        b = s*c              16 bytes 1 flops
	// add        c = a + b            24 bytes 1 flops
	// triad      a = b + s*c          24 bytes 2 flops
	// dot        sum = sum(a*b)       16 bytes 2 flops
	// nstream    a = a + (b + s*c)    32 bytes 3 flops
	// fill       a = s                 8 bytes 0 flops
	// sum        sum = sum(a)          8 bytes 1 flops
	// update     a = s*a              16 bytes 1 flops
	// daxpy      a = a + s*b          24 bytes 2 flops
	// schoenauer a = b + c*d          32 bytes 2 flops
}
