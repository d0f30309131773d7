package aot

import (
	"fmt"
	"strings"

	"github.com/triad-go/triad/kernels"
)

// helperSource is the function of that name, which the output declares with its
// prefix.
func helperSource(prefix, name string) string {
	full := prefix + name
	switch name {
	case "FMA32":
		return `// ` + full + ` is x*y + z with one rounding: the product is exact in float64, and
// the sum is rounded to odd there, so that rounding it again does no harm
// (Boldo and Melquiond, IEEE Trans. Computers 57(4), 2008).
func ` + full + `(x, y, z float32) float32 {
	p, c := float64(float64(x)*float64(y)), float64(z)
	s := p + c
	t := s - p
	e := (p - (s - t)) + (c - t)
	if bits := math.Float64bits(s); e != 0 && e == e && bits&1 == 0 && !math.IsInf(s, 0) {
		if (e > 0) == (s > 0) {
			bits++
		} else {
			bits--
		}
		s = math.Float64frombits(bits)
	}
	return float32(s)
}
`
	case "ToInt64", "ToInt32", "ToUint32", "ToUint64":
		return saturating(full, name)
	}
	panic("aot: no helper " + name)
}

// saturating is a conversion of float64 to an integer type.
func saturating(full, name string) string {
	to := strings.ToLower(strings.TrimPrefix(name, "To"))
	limits := map[string][4]string{
		"int64":  {"-0x1p63", "0x1p63", "math.MinInt64", "math.MaxInt64"},
		"int32":  {"-0x1p31", "0x1p31", "math.MinInt32", "math.MaxInt32"},
		"uint32": {"0", "0x1p32", "0", "math.MaxUint32"},
		"uint64": {"0", "0x1p64", "0", "math.MaxUint64"},
	}[to]
	via := to + "(x)"
	above := ""
	switch to {
	case "uint32": // what Go does with negative numbers and large ones is the machine's choice
		via = "uint32(int64(x))"
	case "uint64":
		above = "\tcase x >= 0x1p63:\n\t\treturn uint64(int64(x-0x1p63)) + 1<<63\n"
		via = "uint64(int64(x))"
	}
	return fmt.Sprintf(`// %s truncates x; what is out of range becomes the nearest
// %s, and NaN 0.
func %s(x float64) %s {
	switch {
	case x != x:
		return 0
	case x < %s:
		return %s
	case x >= %s:
		return %s
%s	}
	return %s
}
`, full, to, full, to, limits[0], limits[2], limits[1], limits[3], above, via)
}

// reduction is what a reduction needs of the output: how lanes are folded, and the
// tree over blocks.
type reduction struct {
	op    kernels.Reduction
	typ   kernels.Type
	lanes int
}

// name is that of the type of its tree.
func (r reduction) name(prefix string) string {
	op := map[kernels.Reduction]string{kernels.Sum: "Sum", kernels.Min: "Min", kernels.Max: "Max", kernels.Prod: "Prod"}[r.op]
	return fmt.Sprintf("%s%s%d", prefix, op, 8*r.typ.Size())
}

// identity is what the reduction starts from.
func (r reduction) identity() string {
	switch {
	case r.op == kernels.Sum:
		return "0"
	case r.op == kernels.Prod:
		return "1"
	case r.op == kernels.Min && r.typ == kernels.Float64:
		return "math.Inf(1)"
	case r.op == kernels.Min:
		return "float32(math.Inf(1))"
	case r.typ == kernels.Float64:
		return "math.Inf(-1)"
	}
	return "float32(math.Inf(-1))"
}

// into is a statement that folds x into the accumulator acc.
func (r reduction) into(acc, x string) string {
	switch r.op {
	case kernels.Min:
		return fmt.Sprintf("if %s < %s {\n%s = %s\n}", x, acc, acc, x)
	case kernels.Max:
		return fmt.Sprintf("if %s > %s {\n%s = %s\n}", x, acc, acc, x)
	}
	if r.op == kernels.Prod {
		return fmt.Sprintf("%s *= %s", acc, x)
	}
	return fmt.Sprintf("%s += %s", acc, x)
}

// source declares the type of the tree.
func (r reduction) source(prefix string) string {
	name, t := r.name(prefix), goType(r.typ)
	// A sum of two is the same either way round; of min and max the left one stays
	// unless the right one is less, or greater.
	var pair string
	switch r.op {
	case kernels.Min:
		pair = "y := f.level[k]\nif x < y {\ny = x\n}\nx = y"
	case kernels.Max:
		pair = "y := f.level[k]\nif x > y {\ny = x\n}\nx = y"
	case kernels.Prod:
		pair = "x = f.level[k] * x"
	default:
		pair = "x = f.level[k] + x"
	}
	return fmt.Sprintf(`// %[1]s folds the values of blocks in pairs of neighbours, the results again, and so
// on, an odd one out rising unchanged: what it gives depends on their number alone.
type %[1]s struct {
	blocks uint
	level  [64]%[2]s // by bit of blocks that is set
}

func (f *%[1]s) add(x %[2]s) {
	k := 0
	for ; f.blocks>>k&1 != 0; k++ {
		%[3]s
	}
	f.level[k] = x
	f.blocks++
}

func (f *%[1]s) value() %[2]s {
	if f.blocks == 0 {
		return %[4]s
	}
	k := bits.TrailingZeros(f.blocks)
	x := f.level[k]
	for k++; f.blocks>>k != 0; k++ {
		if f.blocks>>k&1 != 0 {
			%[3]s
		}
	}
	return x
}

// lanes folds the lanes of a block in halves and takes the result in.
func (f *%[1]s) lanes(acc *[%[5]d]%[2]s) {
	for h := len(acc) / 2; h > 0; h /= 2 {
		for j := range h {
			%[6]s
		}
	}
	f.add(acc[0])
}
`, name, t, pair, r.identity(), r.lanes, r.into("acc[j]", "acc[j+h]"))
}
