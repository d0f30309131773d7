package vecmath

// For the tests that are outside of the package.

func Functions() []*Func { return sortedFunctions() }

func Eval(f *Func, t Type, args ...float64) float64 { return eval(f, t, args...) }
