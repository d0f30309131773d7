package vecmath

import "testing"

func TestMinMax(t *testing.T) {
	number := func(f func(x, y float64) float64) func(x, y float64) float64 {
		return func(x, y float64) float64 {
			switch {
			case x != x:
				return y
			case y != y:
				return x
			}
			return f(x, y)
		}
	}
	least := func(x, y float64) float64 { return min(x, y) } // Go's are IEEE 754's
	most := func(x, y float64) float64 { return max(x, y) }
	for _, typ := range floatTypes {
		xs := newInputs(typ, 30).any(3000).pairs(newInputs(typ, 31).any(3000))
		checkExact2(t, typ, "minimum", xs, least)
		checkExact2(t, typ, "maximum", xs, most)
		checkExact2(t, typ, "minimumnumber", xs, number(least))
		checkExact2(t, typ, "maximumnumber", xs, number(most))
	}
}
