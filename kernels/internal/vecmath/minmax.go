package vecmath

// The four operations of IEEE 754-2019, clause 9.6. Lanes has another convention: its Min
// and Max give the second of two equal operands, or of any two if one is NaN. So
// Min(x, y) and Min(y, x) differ only for zeros, where one has x's sign and the
// other y's, and where one is NaN.

func init() {
	binary("minimum", 0, 0, writeMinimum)
	binary("maximum", 0, 0, writeMaximum)
	binary("minimumnumber", 0, 0, writeMinimumNumber)
	binary("maximumnumber", 0, 0, writeMaximumNumber)
}

// writeMinimum is NaN if x or y is: NaN's bits with any others set are NaN's.
func writeMinimum(w writer, x, y Value) Value {
	t := w.signed()
	return w.Bits(w.t, w.Or(w.Bits(t, w.Min(x, y)), w.Bits(t, w.Min(y, x))))
}

func writeMaximum(w writer, x, y Value) Value {
	t := w.signed()
	a, b := w.Max(x, y), w.Max(y, x)
	both := w.Bits(w.t, w.And(w.Bits(t, a), w.Bits(t, b)))
	return w.Select(w.Eq(a, b), both, w.Add(a, b)) // unequal: one is NaN
}

func writeMinimumNumber(w writer, x, y Value) Value {
	t := w.signed()
	m := w.Min(x, w.Select(w.Ne(y, y), x, y))
	both := w.Bits(w.t, w.Or(w.Bits(t, x), w.Bits(t, y)))
	return w.Select(w.Eq(x, y), both, m)
}

func writeMaximumNumber(w writer, x, y Value) Value {
	t := w.signed()
	m := w.Max(x, w.Select(w.Ne(y, y), x, y))
	both := w.Bits(w.t, w.And(w.Bits(t, x), w.Bits(t, y)))
	return w.Select(w.Eq(x, y), both, m)
}
