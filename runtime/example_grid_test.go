package runtime_test

import (
	"context"
	"fmt"
	"log"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"gonum.org/v1/gonum/mat"
)

// A stencil reads the neighbours of each element of a grid. What lies beyond its ends is
// said once, for the kernel.
func ExampleGrid() {
	smooth, err := kernels.Parse("smooth", "v = (at(u,-1,0) + at(u,1,0) + at(u,0,-1) + at(u,0,1))/4",
		kernels.Edges(kernels.Edge{Kind: kernels.Periodic}, "u"))
	if err != nil {
		log.Fatal(err)
	}
	ex, err := runtime.Default()
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	u := runtime.NewGrid([]float64{
		0, 0, 0, 0,
		0, 4, 0, 0,
		0, 0, 0, 0,
	}, 3, 4)
	v := runtime.NewGrid(make([]float64, 12), 3, 4)
	call, err := ex.Bind(smooth, runtime.Args{"u": u, "v": v})
	if err != nil {
		log.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	for i := range 3 {
		fmt.Println(v.Data[4*i : 4*i+4])
	}
	// Output:
	// [0 1 0 0]
	// [1 0 1 0]
	// [0 1 0 0]
}

// Matrices and vectors of gonum are arguments without a copy; a vector is a row for
// each row of a matrix.
func ExampleGrid_gonum() {
	k, err := kernels.Parse("scale", "b = a*scale + 1")
	if err != nil {
		log.Fatal(err)
	}
	ex, err := runtime.Default()
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	a := mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6})
	b := mat.NewDense(4, 5, nil)
	corner := b.Slice(1, 3, 2, 5).(*mat.Dense) // rows 1 and 2, columns 2 to 4
	scale := mat.NewVecDense(3, []float64{1, 10, 100})
	call, err := ex.Bind(k, runtime.Args{"a": a, "b": corner, "scale": scale})
	if err != nil {
		log.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(mat.Formatted(b))
	// Output:
	// ⎡  0    0    0    0    0⎤
	// ⎢  0    0    2   21  301⎥
	// ⎢  0    0    5   51  601⎥
	// ⎣  0    0    0    0    0⎦
}

// A simulation takes many steps, and several of them in one pass through the arrays
// where that pays.
func ExampleCall_Steps() {
	heat, err := kernels.Parse("heat", "v = u + k*(at(u,-1) + at(u,1) - 2*u)", kernels.Scalars("k"),
		kernels.EdgeAt("u", 0, kernels.Low, kernels.ConstantEdge(1)), // kept at 1
		kernels.EdgeAt("u", 0, kernels.High, kernels.Edge{Kind: kernels.Mirror}))
	if err != nil {
		log.Fatal(err)
	}
	ex, err := runtime.Default()
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	u, v := make([]float64, 5), make([]float64, 5)
	call, err := ex.Bind(heat, runtime.Args{"u": u, "v": v, "k": 0.5})
	if err != nil {
		log.Fatal(err)
	}
	steps, err := call.Steps(map[string]string{"v": "u"})
	if err != nil {
		log.Fatal(err)
	}
	if err := steps.Run(context.Background(), 4); err != nil {
		log.Fatal(err)
	}
	fmt.Println(u)
	// Output: [0.625 0.375 0.125 0.0625 0]
}

// Scans, compactions and the like are outputs as sums are, fused with the maps around them, several in
// one pass.
func ExampleExecutor_collectives() {
	k, err := kernels.Parse("orders", `
		paid = price*count
		total = scan(sum, price*count)
		large = keep(price*count, price*count > 10)
		many = count(price*count > 10)
		best = argmax(price*count)`)
	if err != nil {
		log.Fatal(err)
	}
	ex, err := runtime.Default()
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	price, count := []float64{2, 5, 1, 7}, []float64{3, 4, 8, 2}
	paid, total, large := make([]float64, 4), make([]float64, 4), make([]float64, 4)
	var many, best int
	call, err := ex.Bind(k, runtime.Args{"price": price, "count": count, "paid": paid, "total": total, "large": large, "many": &many, "best": &best})
	if err != nil {
		log.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(paid, total, large[:many], best)
	// Output: [6 20 8 14] [6 26 34 48] [20 14] 1
}

// A sparse matrix times a vector: the elements of the matrix lie row by row, with their columns beside; rows
// says where each begins.
func ExampleExecutor_sparse() {
	spmv, err := kernels.Parse("spmv", "y = segments(sum, a*gather(x, column), rows)",
		kernels.Typed(kernels.Int32, "column"), kernels.Typed(kernels.Int64, "rows"))
	if err != nil {
		log.Fatal(err)
	}
	ex, err := runtime.Default()
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	y := make([]float64, 3)
	call, err := ex.Bind(spmv, runtime.Args{
		"a": []float64{2, 1, 3, 4}, "column": []int32{0, 2, 1, 2}, "rows": []int64{0, 2, 2, 4}, // 2 0 1 | 0 0 0 | 0 3 4
		"x": []float64{1, 10, 100}, "y": y})
	if err != nil {
		log.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(y)
	// Output: [102 0 430]
}

// A kernel without arrays is told its index space. Pi is from the share of random points in a square that
// lie in the quarter of a circle; the points are the same ones on every executor.
func ExampleShape() {
	pi, err := kernels.Parse("pi", "hits = count(uniform(seed, index(), 0)^2 + uniform(seed, index(), 1)^2 < 1)",
		kernels.Scalars("seed"), kernels.Typed(kernels.Int64, "seed"))
	if err != nil {
		log.Fatal(err)
	}
	ex, err := runtime.Default()
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	const n = 1_000_000
	var hits int
	call, err := ex.Bind(pi, runtime.Args{"index": runtime.Shape{n}, "seed": 2024, "hits": &hits})
	if err != nil {
		log.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f\n", 4*float64(hits)/n)
	// Output: 3.1425
}
