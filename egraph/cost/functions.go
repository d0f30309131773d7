package cost

// account is what a function takes: operations of the cost of a fused
// multiply-add, divisions, square roots.
type account struct{ ops, divs, sqrts float64 }

// functions estimates what a vector implementation with an error of about one
// unit in the last place takes, rare paths left out. The counts follow the
// structure of SLEEF's u10 functions (Shibata and Petrogalli, "SLEEF: A
// portable vectorized library of C standard mathematical functions", IEEE TPDS
// 31(6), 2020): reduction of the argument, a polynomial, reconstruction, with
// pairs of numbers where one is not exact enough. exp in float64: 3 for the
// reduction, 12 for the polynomial, 5 for the scaling and the bounds. They are
// estimates, good for saying that a logarithm costs as much as a dozen
// multiplications and more, not for telling 30 from 33.
var functions = []struct {
	name     string
	f64, f32 account
}{
	{"exp", account{20, 0, 0}, account{13, 0, 0}},
	{"exp2", account{19, 0, 0}, account{12, 0, 0}},
	{"expm1", account{30, 0, 0}, account{20, 0, 0}},
	{"log", account{28, 1, 0}, account{18, 1, 0}},
	{"log2", account{30, 1, 0}, account{20, 1, 0}},
	{"log10", account{30, 1, 0}, account{20, 1, 0}},
	{"log1p", account{34, 1, 0}, account{23, 1, 0}},
	{"sin", account{32, 0, 0}, account{20, 0, 0}},
	{"cos", account{32, 0, 0}, account{20, 0, 0}},
	{"tan", account{44, 1, 0}, account{28, 1, 0}},
	{"asin", account{34, 0, 1}, account{20, 0, 1}},
	{"acos", account{36, 0, 1}, account{22, 0, 1}},
	{"atan", account{36, 1, 0}, account{22, 1, 0}},
	{"sinh", account{38, 1, 0}, account{27, 1, 0}},
	{"cosh", account{30, 1, 0}, account{21, 1, 0}},
	{"tanh", account{38, 1, 0}, account{26, 1, 0}},
	{"asinh", account{48, 2, 1}, account{34, 2, 1}},
	{"acosh", account{46, 1, 1}, account{32, 1, 1}},
	{"atanh", account{44, 2, 0}, account{30, 2, 0}},
	{"pow", account{80, 1, 0}, account{52, 1, 0}},
	{"cbrt", account{32, 0, 0}, account{22, 0, 0}},
	{"erf", account{50, 0, 0}, account{30, 0, 0}},
	{"erfc", account{80, 1, 0}, account{50, 1, 0}},
	{"gamma", account{120, 2, 0}, account{80, 2, 0}},
	{"lgamma", account{130, 2, 0}, account{88, 2, 0}},
	{"digamma", account{70, 2, 0}, account{48, 2, 0}},
	{"hypot", account{12, 1, 1}, account{10, 1, 1}},
	{"atan2", account{44, 1, 0}, account{28, 1, 0}},
	{"floor", account{2, 0, 0}, account{2, 0, 0}},
	{"ceil", account{2, 0, 0}, account{2, 0, 0}},
	{"trunc", account{2, 0, 0}, account{2, 0, 0}},
	{"round", account{4, 0, 0}, account{4, 0, 0}},
	{"sign", account{4, 0, 0}, account{4, 0, 0}},
	{"copysign", account{3, 0, 0}, account{3, 0, 0}},
	{"mod", account{8, 1, 0}, account{8, 1, 0}},
	{"sincos", account{44, 0, 0}, account{28, 0, 0}},
	{"exp10", account{22, 0, 0}, account{14, 0, 0}},
	{"sinpi", account{26, 0, 0}, account{17, 0, 0}},
	{"cospi", account{26, 0, 0}, account{17, 0, 0}},
	{"roundeven", account{2, 0, 0}, account{2, 0, 0}},
	{"remainder", account{10, 1, 0}, account{10, 1, 0}},
	{"ldexp", account{10, 0, 0}, account{10, 0, 0}},
	{"mantissa", account{8, 0, 0}, account{8, 0, 0}},
	{"exponent", account{9, 0, 0}, account{9, 0, 0}},
	{"minimum", account{5, 0, 0}, account{5, 0, 0}}, // two comparisons, two selects, the sign of a zero
	{"maximum", account{5, 0, 0}, account{5, 0, 0}},
	{"minimumnumber", account{6, 0, 0}, account{6, 0, 0}},
	{"maximumnumber", account{6, 0, 0}, account{6, 0, 0}},

	// Conversions and integer operations. Nothing is chosen by these prices, since
	// no rule makes or removes such a call: they are for telling what a kernel costs. One
	// that is one instruction on AVX-512 is a sequence on AVX2, and a division of
	// integers is a loop of its own everywhere: the counts are between the two.
	{"float", account{1, 0, 0}, account{1, 0, 0}},
	{"float64", account{2, 0, 0}, account{2, 0, 0}},
	{"float32", account{2, 0, 0}, account{2, 0, 0}},
	{"int64", account{8, 0, 0}, account{8, 0, 0}},
	{"int32", account{5, 0, 0}, account{5, 0, 0}},
	{"uint64", account{9, 0, 0}, account{9, 0, 0}},
	{"uint32", account{6, 0, 0}, account{6, 0, 0}},
	{"rem", account{30, 2, 0}, account{14, 2, 0}},
	{"band", account{1, 0, 0}, account{1, 0, 0}},
	{"bor", account{1, 0, 0}, account{1, 0, 0}},
	{"bxor", account{1, 0, 0}, account{1, 0, 0}},
	{"bnot", account{1, 0, 0}, account{1, 0, 0}},
	{"shl", account{1, 0, 0}, account{1, 0, 0}},
	{"shr", account{1.5, 0, 0}, account{1, 0, 0}},
	{"float64bits", account{2, 0, 0}, account{2, 0, 0}}, // a test for NaN
	{"float32bits", account{2, 0, 0}, account{2, 0, 0}},
	{"float64frombits", account{0.1, 0, 0}, account{0.1, 0, 0}}, // no instruction, mostly
	{"float32frombits", account{0.1, 0, 0}, account{0.1, 0, 0}},
}

// Derive adds to cycles what of [Operations] is not there and follows from what
// is: sub from add, fms and its kin from fma, le, eq and ne from lt, max from
// min, or and not from and, scalar from const, and the functions from fma (a
// mul and an add if these are cheaper), div and sqrt. It is how the fixed tables and
// the measured ones get their functions. What a price follows from is to be
// there, or counts as 0.
func Derive(e Elem, cycles map[string]float64) {
	add := func(op string, c float64) {
		if _, ok := cycles[op]; !ok {
			cycles[op] = c
		}
	}
	for _, same := range [][2]string{
		{"sub", "add"}, {"fnma", "fma"}, {"fms", "fma"}, {"fnms", "fma"}, {"max", "min"},
		{"le", "lt"}, {"eq", "lt"}, {"ne", "lt"}, {"or", "and"}, {"not", "and"}, {"scalar", "const"},
	} {
		add(same[0], cycles[same[1]])
	}
	unit := min(cycles["fma"], cycles["mul"]+cycles["add"])
	for _, f := range functions {
		a := f.f64
		if e == Float32 {
			a = f.f32
		}
		add(f.name, a.ops*unit+a.divs*cycles["div"]+a.sqrts*cycles["sqrt"])
	}
}
