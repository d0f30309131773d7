package runtime_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// TestIntegers compares reductions of integers of all types with plain loops.
func TestIntegers(t *testing.T) {
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		testIntegers[int64](t, ex, kernels.Int64)
		testIntegers[int32](t, ex, kernels.Int32)
		testIntegers[uint64](t, ex, kernels.Uint64)
		testIntegers[uint32](t, ex, kernels.Uint32)
	})
}

func testIntegers[T int64 | int32 | uint64 | uint32](t *testing.T, ex runtime.Executor, typ kernels.Type) {
	// Columns of their own, an input that is none, and reductions of floats before and behind.
	k := kernels.Must(kernels.Parse("integers", `
		f = sum(2*x)
		s = sum(i*i + 3)
		p = prod(bor(i, 1))
		lo = min(i)
		hi = max(i - 7)
		m = mean(x)
		at = argmax(i)
		n = sum(select(x > 0, 1, 0))
		e = exactsum(x)`, kernels.Typed(typ, "i", "n"), kernels.Unoptimized()))
	if k.Params()[3].Kind != kernels.ResultParam {
		t.Fatal(k.Params())
	}
	r := rand.New(rand.NewPCG(6, 14))
	lengths := collectLengths(false)
	for n := range 70 {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		i, x := make([]T, n), make([]float64, n)
		s, p, lo, hi, at, positive := T(0), T(1), kernels.Identity[T](kernels.Min), kernels.Identity[T](kernels.Max), -1, T(0)
		var sum float64
		for j := range i {
			i[j], x[j] = T(r.Uint64()), float64(r.IntN(100)-50)
			if n%2 == 0 {
				i[j] >>= 5 // so that no value is near an end of the range
			}
			s += i[j]*i[j] + 3
			p *= i[j] | 1
			lo, hi = min(lo, i[j]), max(hi, i[j]-7)
			if at < 0 || i[j] > i[at] {
				at = j
			}
			if sum += x[j]; x[j] > 0 {
				positive++
			}
		}
		var f, m, e float64
		var gs, gp, glo, ghi, gn T
		var gat int
		launchTwice(t, ex, k, runtime.Args{"i": i, "x": x, "f": &f, "s": &gs, "p": &gp, "lo": &glo, "hi": &ghi, "m": &m, "at": &gat, "n": &gn, "e": &e})
		got, want := fmt.Sprint(gs, gp, glo, ghi, gat, gn), fmt.Sprint(s, p, lo, hi, at, positive)
		if got != want || f != 2*sum || e != sum || n > 0 && m != sum/float64(n) {
			t.Fatalf("%v, n=%d: %s %v %v %v, want %s, sum %v", typ, n, got, f, m, e, want, sum)
		}
	}
}

// TestIntegersInt takes an int64 to an int, and indices, of which no array tells.
func TestIntegersInt(t *testing.T) {
	if strconv.IntSize < 64 {
		t.Skip("an int has 32 bits")
	}
	k := kernels.Must(kernels.Parse("k", "s = sum(index()); m = fold(max, rem(index(), 7)); e = exactsum(float(index())); c = compsum(float(index()))"))
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		const n = 40000
		var s, m int
		var e, c float64
		launchTwice(t, ex, k, runtime.Args{"index": runtime.Shape{n}, "s": &s, "m": &m, "e": &e, "c": &c})
		if s != n*(n-1)/2 || m != 6 || e != float64(s) || c != e {
			t.Error(s, m, e, c)
		}
	})
}

func TestIntegersErrors(t *testing.T) {
	ex, err := runtime.Open("sequential")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	k := kernels.Must(kernels.Parse("k", "s = sum(i); y = i", kernels.Typed(kernels.Int32, "i", "y")))
	if slices.IndexFunc(k.Params(), func(p kernels.Param) bool { return p.Name == "s" && p.Type == kernels.Int32 }) < 0 {
		t.Error(k.Params())
	}
	i, y := make([]int32, 3), make([]int32, 3)
	for _, to := range []any{new(float64), new(int64), new(int), new(uint32), i, (*int32)(nil), &y[1]} {
		var arg *runtime.ArgError
		if _, err := ex.Bind(k, runtime.Args{"i": i, "y": y, "s": to}); !errors.As(err, &arg) {
			t.Errorf("%T: %v", to, err)
		} else {
			t.Log(err)
		}
	}
	for _, text := range []string{"m = mean(i)", "m = norm(i)", "m = variance(i)", "e = exactsum(i)"} {
		var ke *kernels.Error
		if _, err := kernels.Parse("k", text, kernels.Typed(kernels.Int32, "i")); !errors.As(err, &ke) {
			t.Errorf("%s: %v", text, err)
		} else {
			t.Log(err)
		}
	}
}
