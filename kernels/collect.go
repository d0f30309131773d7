package kernels

import (
	"fmt"
	"slices"

	"github.com/triad-go/triad/symbolic"
)

// Collective says what an output makes of the values of its expression, where that
// is neither an array of them nor a plain reduction. Runtimes compute it from
// columns: arrays of their own that the program writes the values to, a part of the
// elements at a time.
type Collective uint8

const (
	Elementwise Collective = iota // an array of the values, or with Reduce their reduction

	// Arrays as long as the others.
	Scan       // element i folds the values 0 … i
	ScanBefore // element i folds the values 0 … i-1; element 0 is the identity

	// … of which By names the bounds of segments, as for Segments.
	SegmentScan       // element i folds the values of its segment up to i
	SegmentScanBefore // element i folds the values of its segment before i; the first is the identity

	// Arrays of a length of their own.
	Keep       // the values for which By holds, in order
	Scatter    // element By of the array becomes the value; the last one stays
	ScatterAdd // the value is added to element By of the array, in order
	Histogram  // element k is the number of values that are k
	Segments   // element s folds the values from By[s] up to By[s+1]
	Along      // the fold along axis By, with an array of the other axes

	// Results.
	ArgMin   // the least i at which the value is least; -1 if there is none
	ArgMax   // … greatest
	Mean     // the sum divided by the number of elements; NaN if there are none
	Norm     // the root of the sum of the squares
	Count    // how many truth values hold
	Any      // whether one holds
	All      // whether all hold
	Variance // the mean square distance from the mean; NaN if there are no elements
	Folded   // the fold with an operation of the user's own; with Reduce it is the reduction
	ExactSum // the sum without errors, rounded once

	CompensatedSum // the sum as if in twice the precision
)

var collectives = [...]struct {
	name          string
	folds         bool // with a reduction, as the first argument of the text
	by            bool // takes a second expression
	own           bool // has a length of its own
	result        bool
	indexed, test bool // By is a position; a truth value
	truth         bool // of a truth value
	op            bool // folds with an Operation too
	rows          bool // By is the name of the array of the segments' bounds
}{
	Scan:       {name: "scan", folds: true, op: true},
	ScanBefore: {name: "scanbefore", folds: true, op: true},

	SegmentScan:       {name: "segscan", folds: true, by: true, op: true, rows: true},
	SegmentScanBefore: {name: "segscanbefore", folds: true, by: true, op: true, rows: true},

	Keep:       {name: "keep", by: true, own: true, test: true},
	Scatter:    {name: "scatter", by: true, own: true, indexed: true},
	ScatterAdd: {name: "scatteradd", by: true, own: true, indexed: true},
	Histogram:  {name: "histogram", own: true},
	Segments:   {name: "segments", folds: true, by: true, own: true, op: true, rows: true},
	Along:      {name: "along", folds: true, by: true, own: true},
	ArgMin:     {name: "argmin", result: true},
	ArgMax:     {name: "argmax", result: true},
	Mean:       {name: "mean", result: true},
	Norm:       {name: "norm", result: true},
	Count:      {name: "count", result: true, truth: true},
	Any:        {name: "any", result: true, truth: true},
	All:        {name: "all", result: true, truth: true},
	Variance:   {name: "variance", result: true},
	Folded:     {name: "fold", folds: true, result: true, op: true},
	ExactSum:   {name: "exactsum", result: true},

	CompensatedSum: {name: "compsum", result: true},
}

func (c Collective) String() string {
	if c == Elementwise {
		return "elementwise"
	}
	if int(c) < len(collectives) {
		return collectives[c].name
	}
	return fmt.Sprintf("Collective(%d)", uint8(c))
}

// IsResult reports whether it gives one number, not an array.
func (c Collective) IsResult() bool { return collectives[c].result }

// OwnLength reports whether it gives an array that has a length of its own.
func (c Collective) OwnLength() bool { return collectives[c].own }

// ScanOf is the array of which element i folds the values of e from the first to
// that of element i.
func ScanOf(name string, r Reduction, e symbolic.Expr) Output {
	return Output{Name: name, Expr: e, Reduce: r, Collect: Scan}
}

// ScanBeforeOf is ScanOf without element i itself: an exclusive scan.
func ScanBeforeOf(name string, r Reduction, e symbolic.Expr) Output {
	return Output{Name: name, Expr: e, Reduce: r, Collect: ScanBefore}
}

// KeepOf is the array of those values of e for which the truth value where holds,
// in their order. It has a length of its own; what is beyond the last value kept
// stays as it was, and count(where) tells how many there are.
func KeepOf(name string, e, where symbolic.Expr) Output {
	return Output{Name: name, Expr: e, By: where, Collect: Keep}
}

// ScatterOf writes the values of e to the elements of an array that the integer at
// says. Of values for one element the last stays; other elements stay as they were.
func ScatterOf(name string, e, at symbolic.Expr) Output {
	return Output{Name: name, Expr: e, By: at, Collect: Scatter}
}

// ScatterAddOf adds the values of e, in order, to the elements of an array that the integer
// at says.
func ScatterAddOf(name string, e, at symbolic.Expr) Output {
	return Output{Name: name, Expr: e, By: at, Collect: ScatterAdd}
}

// HistogramOf counts, for each k below the length of the array, the values of the
// integer e that are k. Others are not counted.
func HistogramOf(name string, e symbolic.Expr) Output {
	return Output{Name: name, Expr: e, Collect: Histogram}
}

// SegmentsOf folds the values of e segment by segment: element s of the array folds
// elements rows[s] … rows[s+1]-1, where rows is the name of an array of integers that
// do not fall, one more than there are segments, from 0 to the number of elements.
func SegmentsOf(name string, r Reduction, e symbolic.Expr, rows string) Output {
	return Output{Name: name, Expr: e, Reduce: r, By: symbolic.Var(rows), Collect: Segments}
}

// SegmentScanOf is ScanOf that begins anew with each segment: element i of the array
// folds the values of its own segment up to that of element i. The segments are those of SegmentsOf.
func SegmentScanOf(name string, r Reduction, e symbolic.Expr, rows string) Output {
	return Output{Name: name, Expr: e, Reduce: r, By: symbolic.Var(rows), Collect: SegmentScan}
}

// SegmentScanBeforeOf is SegmentScanOf without element i itself: the first of a
// segment is the identity.
func SegmentScanBeforeOf(name string, r Reduction, e symbolic.Expr, rows string) Output {
	return Output{Name: name, Expr: e, Reduce: r, By: symbolic.Var(rows), Collect: SegmentScanBefore}
}

// AlongOf folds the values of e along an axis of the index space: the array has the other
// axes. Along the last axis, element i goes to lane i mod 8, and the lanes are folded in
// halves; along others, elements are taken in rising order, from the identity.
func AlongOf(name string, r Reduction, e symbolic.Expr, axis int) Output {
	return Output{Name: name, Expr: e, Reduce: r, By: symbolic.Int(int64(axis)), Collect: Along}
}

// ArgMinOf is the least index at which e has its least value, NaNs passed over; -1
// if there is none.
func ArgMinOf(name string, e symbolic.Expr) Output {
	return Output{Name: name, Expr: e, Collect: ArgMin}
}

// ArgMaxOf is the least index at which e has its greatest value; see ArgMinOf.
func ArgMaxOf(name string, e symbolic.Expr) Output {
	return Output{Name: name, Expr: e, Collect: ArgMax}
}

// MeanOf is the mean of e: its sum divided by the number of elements.
func MeanOf(name string, e symbolic.Expr) Output {
	return Output{Name: name, Expr: e, Collect: Mean}
}

// NormOf is the Euclidean norm of e: the root of the sum of its squares, without
// scaling, so that squares may overflow or vanish where the norm does not.
func NormOf(name string, e symbolic.Expr) Output {
	return Output{Name: name, Expr: e, Collect: Norm}
}

// CountOf is the number of elements for which where holds.
func CountOf(name string, where symbolic.Expr) Output {
	return Output{Name: name, Expr: where, Collect: Count}
}

// AnyOf is whether where holds for an element.
func AnyOf(name string, where symbolic.Expr) Output {
	return Output{Name: name, Expr: where, Collect: Any}
}

// AllOf is whether where holds for all elements.
func AllOf(name string, where symbolic.Expr) Output {
	return Output{Name: name, Expr: where, Collect: All}
}

// VarianceOf is the variance of e over all elements, divided by their number, not by
// one less. It is stable: the distances of each block from the block's own mean are squared
// and summed, and blocks are joined as Chan, Golub and LeVeque do (Updating
// formulae and a pairwise algorithm for computing sample variances, 1979).
func VarianceOf(name string, e symbolic.Expr) Output {
	return Output{Name: name, Expr: e, Collect: Variance}
}

// ExactSumOf is the exactly rounded sum of e: the values are added without errors, and their sum is
// rounded once, to nearest even; in a float32 kernel to float32. No sum overflows on the way. A NaN,
// or infinities of both signs, give NaN. A sum that is nought is +0.
//
// Values of like size are split into parts that add up without errors, as Rump, Ogita and Oishi do (Accurate
// floating-point summation part I, 2008), which takes some four times as long as SumOf in cache; others, and
// the sums of those parts, go to the small superaccumulator of Neal (Fast exact summation using small and
// large superaccumulators, arXiv:1505.05571, 2015).
func ExactSumOf(name string, e symbolic.Expr) Output {
	return Output{Name: name, Expr: e, Collect: ExactSum}
}

// CompensatedSumOf is the sum of e as if computed in twice the precision and then rounded: errors of all
// additions are found by Knuth's TwoSum, added up, and added to the sum (Ogita, Rump and Oishi, Accurate
// sum and dot product, SIAM J. Sci. Comput. 26, 2005). The result is within a unit in the last place of the
// sum, plus 2^-90 (float32: 2^-32) of the sum of the magnitudes at the most; 2^-105 (2^-47) is what was seen. In
// cache it takes some three times as long as SumOf. A NaN, infinities, and partial sums that overflow make of it what
// they make of a plain sum in this order. A sum that is nought is +0.
//
// Chunks of 16384 elements are summed and joined in pairs of neighbours, level by level. In a chunk, as long as
// there are 64 values or more, value i of n/8 (without its fraction) is made of the values i, i + n/8,
// i + 2*(n/8) … by adding them in pairs of neighbours, and these again, while those after 8*(n/8) are added to the
// chunk's sum from left to right, as the last values are.
func CompensatedSumOf(name string, e symbolic.Expr) Output {
	return Output{Name: name, Expr: e, Collect: CompensatedSum}
}

// Column says where a program leaves the values of a collective output.
type Column struct {
	Output Output // as it was written
	Param  int    // of the output, among Params
	Value  int    // the array slot of the values: that of an input if they are its elements
	By     int    // the array slot of Output.By: of int64, or of own floats that are 1 where it holds and 0 elsewhere; -1 if there is none
	Rows   int    // the array slot of the caller's segments, or -1
	Axis   int    // of Along
}

// String is the name of the collective, or of the reduction.
func (c Column) String() string {
	if c.Output.Collect == Elementwise {
		return c.Output.Reduce.String() + " of integers"
	}
	return c.Output.Collect.String()
}

// Columns returns the collective outputs, and the reductions of integers. A frame for a program of a kernel that has some
// has arrays for the columns, after those of the parameters.
func (k *Kernel) Columns() []Column { return slices.Clone(k.columns) }

// inProgram reports whether a result is that of a reduction of the program.
func (c Collective) inProgram() bool {
	switch c {
	case Elementwise, Mean, Norm, Count, Any, All:
		return true
	}
	return false
}

// flatten makes of the outputs as they were written those of the program: a
// collective one becomes an output for its values, and one for what By says.
func (k *Kernel) flatten() error {
	taken := map[string]bool{}
	for _, v := range symbolic.Vars(exprsOf(k.written)...) {
		taken[v.Name()] = true
	}
	for _, o := range k.written {
		taken[o.Name] = true
	}
	for i := range k.written {
		if o := &k.written[i]; o.Collect == Folded && o.Op == nil && o.Reduce != None {
			o.Collect = Elementwise
		}
		o := k.written[i]
		if int(o.Collect) >= len(collectives) {
			return &Error{Kernel: k.name, Output: o.Name, Reason: fmt.Sprintf("unknown collective %d", o.Collect)}
		}
		c := collectives[o.Collect]
		if o.Op != nil {
			if err := checkOperations(k.name, []*Operation{o.Op}); err != nil {
				return err
			}
			if !c.op || o.Reduce != None {
				return &Error{Kernel: k.name, Output: o.Name, Reason: fmt.Sprintf("%s with the operation %s, or with a reduction besides", o.Collect, o.Op.name)}
			}
		}
		switch {
		case o.Collect == Elementwise && o.By != (symbolic.Expr{}):
			return &Error{Kernel: k.name, Output: o.Name, Reason: "a second expression, for which an array or a reduction has no use"}
		case o.Collect == Elementwise && !k.integral[o.Name]:
			k.outputs = append(k.outputs, o)
			continue
		case o.Collect != Elementwise && c.folds != (o.Reduce != None || o.Op != nil):
			return &Error{Kernel: k.name, Output: o.Name, Reason: fmt.Sprintf("%s with the reduction %s", o.Collect, o.Reduce)}
		case c.by != (o.By != symbolic.Expr{} || o.Collect == Along): // no expression is the number 0
			return &Error{Kernel: k.name, Output: o.Name, Reason: fmt.Sprintf("%s without a second expression, or with one too many", o.Collect)}
		}
		if c.truth && !o.Expr.Bool() {
			return &Error{Kernel: k.name, Output: o.Name, Term: brief(o.Expr), Reason: "a number where " + c.name + " needs a truth value"}
		}
		holds := func() symbolic.Expr { return symbolic.Select(o.Expr, symbolic.Int(1), symbolic.Int(0)) }
		switch o.Collect {
		case Count: // in float64, which counts further than float32
			k.outputs = append(k.outputs, Output{Name: o.Name, Expr: symbolic.ToFloat64(holds()), Reduce: Sum})
			continue
		case Any:
			k.outputs = append(k.outputs, Output{Name: o.Name, Expr: holds(), Reduce: Max})
			continue
		case All:
			k.outputs = append(k.outputs, Output{Name: o.Name, Expr: holds(), Reduce: Min})
			continue
		case Mean:
			k.outputs = append(k.outputs, Output{Name: o.Name, Expr: o.Expr, Reduce: Sum})
			continue
		case Norm:
			k.outputs = append(k.outputs, Output{Name: o.Name, Expr: o.Expr.Mul(o.Expr), Reduce: Sum})
			continue
		}
		col := Column{Output: o, Value: len(k.columns), By: -1, Rows: -1}
		value := Output{Name: o.Name, Expr: o.Expr, column: columnValue}
		switch {
		case o.Collect == Histogram:
			value.Expr, value.column = symbolic.ToInt64(o.Expr), columnIndex
		case o.Collect == Variance, o.Collect == ExactSum, o.Collect == CompensatedSum:
			value.column = columnFloat
		case o.Op != nil:
			value.column, value.Op = columnFloat, o.Op
		}
		k.outputs = append(k.outputs, value)
		by := Output{Name: o.Name + "_by"}
		for taken[by.Name] {
			by.Name += "_"
		}
		taken[by.Name] = true
		switch {
		case c.test:
			if !o.By.Bool() {
				return &Error{Kernel: k.name, Output: o.Name, Term: brief(o.By), Reason: "a number where " + c.name + " needs a truth value"}
			}
			by.Expr, by.column = symbolic.Select(o.By, symbolic.Int(1), symbolic.Int(0)), columnTest
		case c.indexed:
			by.Expr, by.column = symbolic.ToInt64(o.By), columnIndex
		}
		if o.Collect == Along {
			axis := integerOf(o.By)
			if axis == nil || !axis.IsInt64() || axis.Int64() < 0 || axis.Int64() >= int64(symbolic.AxesMost) {
				return &Error{Kernel: k.name, Output: o.Name, Term: brief(o.By), Reason: fmt.Sprintf("an axis that is no integer from 0 to %d", symbolic.AxesMost-1)}
			}
			col.Axis = int(axis.Int64())
			k.axes = max(k.axes, col.Axis+1)
		} else if by.column != 0 {
			col.By = 0
			k.outputs = append(k.outputs, by)
		} else if c.by && o.By.Op() != symbolic.OpVar {
			return &Error{Kernel: k.name, Output: o.Name, Term: brief(o.By), Reason: "segments are given by the name of an array"}
		}
		k.columns = append(k.columns, col)
	}
	return nil
}

// columnKind says what a column of the program holds; 0 for an output that is none.
type columnKind uint8

const (
	columnValue columnKind = iota + 1
	columnTest
	columnIndex
	columnFloat // a value that is to be a float
)

// placeColumns finds the slots of the columns, which follow those of the parameters
// in the order of the outputs, and the parameters.
func (k *Kernel) placeColumns() {
	slot := 0
	param := map[string]int{}
	shown := map[string]int{} // among Params
	for i, p := range k.params {
		if param[p.Name] = i; !p.hidden {
			shown[p.Name] = len(shown)
		}
		if p.Kind == ArrayParam {
			slot++
		}
	}
	at := 0 // in outputs
	for i := range k.columns {
		c := &k.columns[i]
		c.Param = shown[c.Output.Name]
		for k.outputs[at].column == 0 {
			at++
		}
		value := &k.outputs[at]
		if p := k.params[param[value.Expr.Name()]]; value.column != columnIndex && c.Output.Collect != Along && value.Expr.Op() == symbolic.OpVar && p.Kind == ArrayParam && !p.Out {
			value.input = true
			c.Value = p.Slot
		} else {
			c.Value = slot
			slot++
		}
		if at++; c.By == 0 {
			at++
			c.By = slot
			slot++
		}
		if collectives[c.Output.Collect].rows {
			c.Rows = k.params[param[c.Output.By.Name()]].Slot
		}
	}
}
