package minimax

import "math/big"

// Split is x as a sum of numbers of so many bits each, the first nearest to x, the
// next nearest to what is left, and so on. Bits above 53 are not float64s.
func Split(x *big.Float, bits ...int) []*big.Float {
	rest := new(big.Float).SetPrec(x.Prec() + 64).Set(x)
	parts := make([]*big.Float, len(bits))
	for i, b := range bits {
		parts[i] = new(big.Float).SetPrec(uint(b)).Set(rest)
		rest.Sub(rest, parts[i])
	}
	return parts
}

// Parts is how a coefficient of so many bits is stored: 106 and 48 bits are two
// floats of half as many, anything else is one.
func Parts(x *big.Float, bits int) []*big.Float {
	switch bits {
	case 106, 48:
		return Split(x, bits/2, bits/2)
	}
	return Split(x, bits)
}

func sum(prec uint, parts []*big.Float) *big.Float {
	s := new(big.Float).SetPrec(prec)
	for _, p := range parts {
		s.Add(s, p)
	}
	return s
}
