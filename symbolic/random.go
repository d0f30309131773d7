package symbolic

// Random numbers of package kernels, which have no value here: functions of a seed, an index and,
// if there is one, a stream.
var randomFuncs, uniformFuncs, normalFuncs, exponentialFuncs [2]*Function

func init() {
	for i := range 2 {
		register := func(name string) *Function {
			return mustRegister(Function{Name: name, Arity: 2 + i, Derivative: flat})
		}
		randomFuncs[i], uniformFuncs[i] = register("random"), register("uniform")
		normalFuncs[i], exponentialFuncs[i] = register("normal"), register("exponential")
	}
}

// Random is 64 random bits, a uint64, written random(seed, i): a function of two integers that
// has no state, so that equal arguments give equal bits on every executor. They are taken as 64
// bits, extended by the sign of their type.
//
// It is the generator Philox 4x32-10, whose key is the seed and whose counter is i and, as its
// upper 64 bits, 0; the result is words 0 (its low half) and 1 of the output.
func Random(seed, i Expr) Expr { return Call(randomFuncs[0], seed, i) }

// RandomOf is that of a stream, an integer too, written random(seed, i, stream). Bits 1 to 63 of the
// stream are the upper part of the counter, and bit 0 says which half of the
// output it is: words 0 and 1, or words 2 and 3. So streams 2k and 2k+1 with the same seed
// and i are of one block, of which a kernel that wants both computes the rounds once
// where the streams are constants. Random is stream 0.
func RandomOf(seed, i, stream Expr) Expr { return Call(randomFuncs[1], seed, i, stream) }

// Uniform is a random number from [0, 1) in the kernel's own float type, written
// uniform(seed, i): the upper 53 bits of Random(seed, i), times 2^-53, or in a float32 kernel
// the upper 24 bits times 2^-24.
func Uniform(seed, i Expr) Expr { return Call(uniformFuncs[0], seed, i) }

// UniformOf is that of a stream, see [RandomOf], written uniform(seed, i, stream).
func UniformOf(seed, i, stream Expr) Expr { return Call(uniformFuncs[1], seed, i, stream) }

// Normal is a random number of the standard normal distribution, written
// normal(seed, i), in the kernel's own float type; in a float32 kernel it is the float64 kernel's,
// rounded. It lies within ±9.42.
func Normal(seed, i Expr) Expr { return Call(normalFuncs[0], seed, i) }

// NormalOf is that of a stream, see [RandomOf], written normal(seed, i, stream). Streams 2k
// and 2k+1 are the two coordinates that the method of Box and Muller makes of one block: they
// are independent of each other, and depend on all that random and the others give for
// the same seed, i and k.
func NormalOf(seed, i, stream Expr) Expr { return Call(normalFuncs[1], seed, i, stream) }

// Exponential is a random number of the exponential distribution of mean 1, written
// exponential(seed, i), in the kernel's own float type, rounded from float64 in a float32
// kernel. It is above 0, and below 44.4.
func Exponential(seed, i Expr) Expr { return Call(exponentialFuncs[0], seed, i) }

// ExponentialOf is that of a stream, see [RandomOf], written exponential(seed, i, stream).
func ExponentialOf(seed, i, stream Expr) Expr { return Call(exponentialFuncs[1], seed, i, stream) }
