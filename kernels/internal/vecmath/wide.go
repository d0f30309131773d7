package vecmath

// Functions of float32 by way of float64.

func (w writer) wide(f func(w writer, x Value) Value, x Value) Value {
	return w.Convert(Float32, f(writer{w.Lanes, Float64}, w.Convert(Float64, x)))
}
