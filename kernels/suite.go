package kernels

import "sync"

// suite holds the memory-bandwidth kernels: the four of STREAM (McCalpin), dot
// and nstream of BabelStream (Deakin et al.), and others in common use. An
// array is a, b, c or d, a scalar is s, and a reduction's result is sum.
var suite = []struct{ name, text string }{
	{"copy", "c = a"},
	{"mul", "b = s*c"},
	{"add", "c = a + b"},
	{"triad", "a = b + s*c"},
	{"dot", "sum = sum(a*b)"},
	{"nstream", "a = a + (b + s*c)"},
	{"fill", "a = s"},
	{"sum", "sum = sum(a)"},
	{"update", "a = s*a"},
	{"daxpy", "a = a + s*b"},
	{"schoenauer", "a = b + c*d"},
}

var suiteKernels = sync.OnceValue(func() []*Kernel {
	ks := make([]*Kernel, len(suite))
	for i, k := range suite {
		p, err := Parse(k.name, k.text, Scalars("s"))
		if err != nil { // s does not occur
			p = Must(Parse(k.name, k.text))
		}
		ks[i] = p
	}
	return ks
})

// Suite returns the STREAM kernels, in BabelStream's order and then ours: copy,
// mul (STREAM calls it scale), add, triad, dot, nstream, fill, sum, update,
// daxpy and schoenauer. Their arrays are named a, b, c and d, the scalar s, and
// a reduction's result sum. They are optimised as all kernels are: where a product
// is added to something, the two are fused, as compilers do too; loads, stores and
// flops are those of what is written.
func Suite() []*Kernel { return append([]*Kernel(nil), suiteKernels()...) }

// Lookup returns the kernel of the suite that has the name.
func Lookup(name string) (*Kernel, bool) {
	for _, k := range suiteKernels() {
		if k.name == name {
			return k, true
		}
	}
	return nil, false
}
