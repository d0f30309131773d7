package vecmath

// Functions of float32 by way of float64.

func (w writer) wide(f func(w writer, x Value) Value, x Value) Value {
	return w.Convert(Float32, f(writer{w.Lanes, Float64}, w.Convert(Float64, x)))
}

func exp32(w writer, x Value) Value   { return w.wide(exp64, x) }
func exp232(w writer, x Value) Value  { return w.wide(exp264, x) }
func exp1032(w writer, x Value) Value { return w.wide(exp1064, x) }
func expm132(w writer, x Value) Value { return w.wide(expm164, x) }
func log32(w writer, x Value) Value   { return w.wide(log64, x) }
func log232(w writer, x Value) Value  { return w.wide(log264, x) }
func log1032(w writer, x Value) Value { return w.wide(log1064, x) }
func log1p32(w writer, x Value) Value { return w.wide(log1p64, x) }

func pow32(w writer, x, y Value) Value {
	d := writer{w.Lanes, Float64}
	return w.Convert(Float32, pow64(d, w.Convert(Float64, x), w.Convert(Float64, y)))
}

func sinh32(w writer, x Value) Value  { return w.wide(sinh64, x) }
func cosh32(w writer, x Value) Value  { return w.wide(cosh64, x) }
func tanh32(w writer, x Value) Value  { return w.wide(tanh64, x) }
func asinh32(w writer, x Value) Value { return w.wide(asinh64, x) }
func acosh32(w writer, x Value) Value { return w.wide(acosh64, x) }
func atanh32(w writer, x Value) Value { return w.wide(atanh64, x) }
