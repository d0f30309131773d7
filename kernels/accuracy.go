package kernels

import (
	"context"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"unsafe"

	"github.com/triad-go/triad/symbolic"
)

// measure fills in the errors of both forms of an explanation.
func measure[T Float](ctx context.Context, k *Kernel, x *Explanation, o *explainOptions) error {
	vars := symbolic.Vars(k.exprs()...)
	inputs := map[string][]T{}
	for _, v := range vars {
		inputs[v.Name()] = make([]T, o.samples)
	}
	r := rand.New(rand.NewPCG(o.seed, 0))
	for i := range o.samples {
		for _, v := range vars {
			inputs[v.Name()][i] = T(o.draw(r, v.Name()))
		}
	}
	forms := []*Form{&x.Before, &x.After}
	var got [2][][]T
	for f, form := range forms {
		var err error
		if got[f], err = evaluateForm(k, form.Outputs, inputs, o); err != nil {
			return err
		}
		form.Errors = make([]Accuracy, len(k.outputs))
	}
	at := map[symbolic.Expr]*big.Float{}
	for j, out := range k.outputs {
		var all [2][]float64
		for f, form := range forms {
			form.Errors[j].Output = out.Name
			all[f] = make([]float64, 0, o.samples)
		}
		for i := range o.samples {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			for _, v := range vars {
				at[v] = big.NewFloat(float64(inputs[v.Name()][i]))
			}
			want, err := symbolic.EvalBig(out.Expr, referencePrec, at)
			if err != nil {
				continue // there is no true value
			}
			for f, form := range forms {
				ulps, relative := distance(got[f][j][i], want)
				all[f] = append(all[f], ulps)
				a := &form.Errors[j]
				a.Relative = max(a.Relative, relative)
				if ulps > a.Max || a.At == nil {
					a.Max, a.Got = ulps, float64(got[f][j][i])
					a.Want, _ = want.Float64()
					a.At = a.At[:0]
					for _, v := range vars {
						a.At = append(a.At, Input{v.Name(), float64(inputs[v.Name()][i])})
					}
				}
			}
		}
		for f, form := range forms {
			form.Errors[j].Samples = len(all[f])
			if n := len(all[f]); n > 0 {
				slices.Sort(all[f])
				form.Errors[j].Median = all[f][n/2]
			}
		}
	}
	return nil
}

// evaluateForm interprets outputs at all points, and returns their values by
// output. Scalars are arrays here, since they change from point to point, and so
// are the values that reductions fold; that changes no bit of them.
func evaluateForm[T Float](k *Kernel, outputs []Output, inputs map[string][]T, o *explainOptions) ([][]T, error) {
	arrays := slices.Clone(outputs)
	for i := range arrays {
		arrays[i].Reduce, arrays[i].column = None, 0
		if outputs[i].column == columnIndex || outputs[i].column == columnTest {
			arrays[i].Name += "_by"
		}
	}
	all := &Kernel{name: k.name, written: arrays, outputs: arrays}
	if err := all.declare(nil); err != nil {
		return nil, err
	}
	p := lower(arrays, all.params, o.elem, nil)
	f := p.NewFrame(o.samples)
	got := make([][]T, len(arrays))
	for _, param := range all.params {
		a := make([]T, o.samples)
		copy(a, inputs[param.Name])
		f.Arrays[param.Slot] = unsafe.Pointer(unsafe.SliceData(a))
		if i := slices.IndexFunc(arrays, func(out Output) bool { return out.Name == param.Name }); i >= 0 {
			got[i] = a
		}
	}
	p.EvalUniforms(f)
	p.Interpret(f, 0, o.samples)
	return got, nil
}

// distance is how far a result is from the true value: in units in the last place
// of the true value in the result's type, and as a part of the true value.
func distance[T Float](got T, want *big.Float) (ulps, relative float64) {
	digits, least := 53, -1074
	var nearest float64
	if _, single := any(got).(float32); single {
		digits, least = 24, -149
		f, _ := want.Float32()
		nearest = float64(f)
	} else {
		nearest, _ = want.Float64()
	}
	g := float64(got)
	switch {
	case math.IsInf(nearest, 0) && g == nearest:
		return 0, 0
	case math.IsInf(nearest, 0), math.IsInf(g, 0), g != g:
		return math.Inf(1), math.Inf(1)
	}
	diff := new(big.Float).SetPrec(referencePrec)
	diff.Sub(diff.SetFloat64(g), want).Abs(diff)
	if diff.Sign() == 0 {
		return 0, 0
	}
	relative = math.Inf(1)
	exp := least
	if want.Sign() != 0 {
		relative, _ = new(big.Float).Quo(diff, new(big.Float).Abs(want)).Float64()
		exp = max(want.MantExp(nil)-digits, least)
	}
	ulps, _ = diff.SetMantExp(diff, -exp).Float64()
	return ulps, relative
}
