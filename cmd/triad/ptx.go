package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"

	"github.com/triad-go/triad/cuda"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

var ptxCommand = command{
	name:     "ptx",
	argument: "'a = b + s*c'",
	does:     "show the code of a kernel for NVIDIA GPUs, with the expressions",
	flags:    ptxFlags,
}

func ptxFlags(fs *flag.FlagSet) func(context.Context, []string, io.Writer) error {
	var k kernelFlags
	hints := runtime.NTOff
	capability := ""
	k.define(fs)
	set(fs, "capability", "VERSION", "the GPU's compute capability, 7.0 or more (default: 8.0, whose code newer ones run too)", func(text string) error {
		capability = text
		return nil
	})
	set(fs, "nt", "MODE", "streaming hints, as for arrays that outgrow the GPU's cache: on or off (default)",
		choice(&hints, map[string]runtime.NTMode{"on": runtime.NTOn, "off": runtime.NTOff}, "on", "off"))
	return func(_ context.Context, args []string, stdout io.Writer) error {
		made, err := k.parse("ptx", "kernel", args)
		if err != nil {
			return err
		}
		texts, err := cuda.PTX(made, someArgs(made, k.elem), capability, runtime.NonTemporal(hints))
		if err != nil {
			return misuse(err)
		}
		for i, text := range texts {
			if i > 0 {
				text = "\n" + text
			}
			if _, err := fmt.Fprint(stdout, text); err != nil {
				return err
			}
		}
		return nil
	}
}

// someArgs are arguments that fit a kernel: arrays of 4 elements along each of its axes.
func someArgs(k *kernels.Kernel, elem kernels.Type) runtime.Args {
	const extent = 4
	axes := k.Axes()
	collects := map[string]kernels.Collective{}
	for _, o := range k.Outputs() {
		if collects[o.Name] = o.Collect; o.Collect == kernels.Along {
			axes = max(axes, 2)
		}
	}
	p := k.Program(elem)
	results, bounds := map[string]kernels.Type{}, map[int]bool{} // bounds of segments, of which there is one more than segments
	for _, c := range k.Columns() {
		results[c.Output.Name] = p.Arrays[c.Value].Type
		if c.Output.Collect == kernels.Segments {
			bounds[c.Rows] = true
		}
	}
	args := runtime.Args{}
	plain := true
	for _, param := range k.Params() {
		t := param.Type
		if t == 0 {
			t = elem
		}
		collect := collects[param.Name]
		switch param.Kind {
		case kernels.ArrayParam:
			shape := []int{extent}
			switch {
			case collect == kernels.Along:
				shape = slices.Repeat(shape, axes-1)
			case bounds[param.Slot] && param.In:
				shape[0]++
			case !param.OwnLength:
				shape, plain = slices.Repeat(shape, axes), false
			}
			args[param.Name] = values[t].array(shape)
		case kernels.ScalarParam:
			args[param.Name] = values[t].scalar
		case kernels.ResultParam:
			if param.Slot < len(p.Reductions) {
				t = p.TypeOf(p.Reductions[param.Slot].Value)
			} else if c, ok := results[param.Name]; ok {
				t = c
			}
			switch collect {
			case kernels.ArgMin, kernels.ArgMax, kernels.Count:
				args[param.Name] = new(int)
			case kernels.Any, kernels.All:
				args[param.Name] = new(bool)
			default:
				args[param.Name] = values[t].result()
			}
		}
	}
	if plain { // no array says how many elements there are
		args["index"] = runtime.Shape(slices.Repeat([]int{extent}, axes))
	}
	return args
}

// values are arguments of one type.
var values = map[kernels.Type]struct {
	array  func(shape []int) any
	scalar any
	result func() any
}{
	kernels.Float64: {grid[float64], 0.0, pointer[float64]},
	kernels.Float32: {grid[float32], float32(0), pointer[float32]},
	kernels.Int64:   {grid[int64], int64(0), pointer[int64]},
	kernels.Int32:   {grid[int32], int32(0), pointer[int32]},
	kernels.Uint64:  {grid[uint64], uint64(0), pointer[uint64]},
	kernels.Uint32:  {grid[uint32], uint32(0), pointer[uint32]},
}

func grid[T runtime.Element](shape []int) any {
	n := 1
	for _, extent := range shape {
		n *= extent
	}
	return runtime.Grid[T]{Data: make([]T, n), Shape: shape}
}

func pointer[T runtime.Element]() any { return new(T) }
