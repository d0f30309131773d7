// Package kernels turns expressions into programs, and says what a program
// means.
//
// A [Kernel] is a computation over n elements, written as mathematics: named
// outputs as expressions of named arrays and scalars.
//
//	triad, err := kernels.Parse("triad", "a = b + s*c", kernels.Scalars("s"))
//
// An output is an array, a reduction of an expression's values over all
// elements (sum, prod, min or max), or what a [Collective] makes of the values: a scan, a
// compaction, a histogram and others. A kernel may have several of all. It works on
// float64 and on float32 arrays alike, and [Typed] gives it arrays and scalars of
// other types. Package runtime runs it.
//
// # Optimising
//
// A kernel computes the cheapest equal form of what is written that package egraph
// finds, all outputs together as one system of terms ([Kernel.Optimized] tells it).
// The default is class Rounding: what is equal in real arithmetic may be taken for
// equal, so that a sum may be taken in another order, a product fused with a sum
// (b + s*c becomes fma(s, c, b), rounded once), a division by a constant become a
// multiplication. The last bits of results may then differ from those of the
// operations as they are written, for the better or the worse, and so may the point
// where an intermediate result overflows; [Kernel.Explain] measures by how much.
// The same text gives the same form, and so the same bits, on every machine, in
// every run and on every backend: it is chosen by fixed costs and within a budget of
// steps, not of time.
//
//	kernels.Parse("k", text, kernels.Unoptimized())    // computes exactly what is written
//	kernels.Parse("k", text, kernels.Optimize(egraph.Optimizer{Class: rewrite.Exact}))
//
// Optimised in class Exact, a kernel has the bits of what is written; in class
// Domain, x/x may become 1.
//
// # Meaning
//
// For each element type the optimised form is lowered to a [Program]: straight-line
// code over one index, in which each shared subterm stands once. [Program.Interpret]
// defines what a program computes, to the last bit, and every backend gives the
// same bits (the payloads of NaNs excepted):
//
//   - Every operation on floats is one IEEE 754 operation of its type, rounded to
//     nearest even; fma is rounded once. Functions are made of such operations. Nothing is contracted, reassociated or
//     flushed to zero any more.
//   - An exact number is rounded to the element type once; a float64 constant
//     and a scalar are rounded to float32 in a float32 program.
//   - min(a,b) is a < b ? a : b, and max(a,b) is a > b ? a : b. Comparisons
//     with NaN are false, but for !=.
//   - x^n is left-to-right binary powering; x^0 is 1; x^-n is 1/(x^n).
//   - An array that is both input and output is read before it is written, and
//     so is an output array that a caller passes as an input too.
//
// # Types
//
// What an option [Typed] names has the type that it says: float64, float32, int64,
// int32, uint64 or uint32. All else has the kernel's own float type, float64 or
// float32, as the arrays have that it is bound to.
//
//	kernels.Parse("mask", "m = select(x > t, 1, 0)", kernels.Scalars("t"), kernels.Typed(kernels.Int32, "m"))
//
// Operands are of one type, and nothing is converted that does not say so: float(x)
// is x in the kernel's own float type, float64(x), float32(x), int64(x), int32(x),
// uint64(x) and uint32(x) in those. A number has no type of its own: it takes that of
// what stands beside it, of the output or of the conversion around it, and an
// integer where one is needed that fits it. Exact numbers are computed exactly
// before: 7/2 is three and a half and no integer.
//
//   - Integers wrap around: sums, differences, products, negations, x^n (n not
//     negative) and abs of the least number keep the low bits.
//   - x/y of integers is truncated towards 0, and rem(x, y) is x - y*(x/y). Where y is
//     0 and the value is needed the launch fails, with an error that names the
//     element. It is not needed on the side of a select that is not taken, nor right of
//     && or || where the left side decides. The least number divided by -1 is itself,
//     its remainder 0.
//   - min, max, abs, comparisons and select are there for integers too; sqrt, fma,
//     powers with other exponents and functions such as exp are of floats.
//   - band, bor, bxor and bnot work bit by bit. shl(x, n) and shr(x, n) take the bits of n
//     without a sign; from the width of the type on zeros are left, or copies of the
//     sign in shr of a signed x.
//   - A float becomes an integer by losing its fraction. Beyond the range of the type
//     it becomes the end that is nearer, and NaN becomes 0.
//   - An integer, or a wider float, becomes a float by rounding to nearest even.
//   - An integer becomes a narrower one by keeping the low bits, and a wider one with
//     copies of the sign if its own type is signed, zeros if not.
//   - float64bits(x) and float32bits(x) are the bits of a float64 and a float32 as
//     an integer without a sign; all NaNs give those of one (0x7ff8000000000000,
//     0x7fc00000). float64frombits and float32frombits go back.
//   - Reductions of integers have results of their type, whose sums and products wrap around. Of no elements
//     min is the greatest number of the type and max the least. Means and norms are of floats: mean(float64(n)).
//
// The optimiser works on floats alone, between conversions and never past them;
// integers are computed as they are written. Canonical terms (see
// [symbolic.Canonical]) are simplified by rules of real arithmetic, so that
// integers are to be written with faithful operations, as Parse does.
//
// # Functions
//
// Elementary functions are written into the program as operations that every backend
// has, so that they have the same bits everywhere too, for every argument:
//
//	exp exp2 exp10 expm1  log log2 log10 log1p  x^y cbrt hypot
//	sin cos tan sinpi cospi  asin acos atan atan2  sinh cosh tanh asinh acosh atanh
//	erf erfc gamma lgamma
//	floor ceil trunc round roundeven  mod remainder copysign ldexp sign
//	mantissa exponent              the two results of math.Frexp
//	min max                        a < b ? a : b
//	minimum maximum                IEEE 754-2019: NaN wins, and -0 is below 0
//	minimumnumber maximumnumber    … a number wins
//
// Results are within 1 unit in the last place of the exact value (pow, gamma, lgamma and
// erfc: 2), over the full range of arguments, subnormal numbers included; the exact ones (roundings,
// remainders, ldexp and so on) are exact. Special values are those of package math. What was
// measured, and the one exception (lgamma beside its zeros below -2), is in
// docs/FUNCTIONS.md. Where a kernel wants the sine and the cosine of one argument, both
// are computed together, and may differ in the last place from either alone.
// Work that seldom-taken paths or one side of a select alone need is skipped where no lane
// at hand needs it.
//
// # Neighbours
//
// at(u, -1, 0) is the element of the array u that lies one row before the one at hand: there is an
// offset for each axis of the index space, of which there are up to three. Options say what lies
// beyond the ends, for all or for each side of each axis: the elements at the other end, the last
// one again, the elements backwards with or without the last one twice, or a number (see
// [EdgeKind]).
//
//	kernels.Parse("heat", "v = u + k*(at(u,-1,0) + at(u,1,0) + at(u,0,-1) + at(u,0,1) - 4*u)",
//		kernels.Scalars("k"), kernels.Edges(kernels.Edge{Kind: kernels.Periodic}, "u"))
//
// Package runtime has grids as arguments, and takes many steps of such a kernel in one call. An
// output of the kernel has no neighbours: they would be old or new as the order of the work is. In a program
// each neighbour is an array of its own ([Kernel.Neighbours]).
//
// # Collectives
//
//	c = scan(sum, x)         c[i] is the fold of x[0] … x[i]; scanbefore leaves out x[i]
//	y = keep(x, x > 0)       the values for which the condition holds, in order
//	y = scatter(x, k)        y[k[i]] = x[i], the last of several staying
//	y = scatteradd(x, k)     y[k[i]] += x[i], in order
//	h = histogram(k)         h[j] is how many k[i] are j
//	s = segments(sum, x, r)  s[j] is the fold of x[r[j]] … x[r[j+1]-1]
//	c = segscan(sum, x, r)   c[i] is the fold of the values of its segment up to x[i]; segscanbefore leaves out x[i]
//	r = along(sum, x, 0)     the fold along an axis of the index space
//	t = fold(op, x)          the fold with an operation of one's own; fold(sum, x) is sum(x)
//	s = exactsum(x)          the sum without errors, rounded once
//	s = compsum(x)           the sum as if in twice the precision
//	argmin argmax mean norm variance count any all
//
// Each is a whole right side, and its arguments are expressions, but for the name r. What comes out depends on
// n alone, to the last bit. A scan takes blocks of 1024 values from left to right, sums row by row, 64 bytes a row: of
// each group of two, four, eight … values those of the upper half are added to the sum of the lower half, and to that the sum of the
// rows before in the block. Blocks are chained: what is carried into a block is folded with each scan of it. In a segment element e goes to lane e mod
// 8, and the lanes are folded in halves. NaNs are passed over by argmin and argmax, as by min
// and max; of equal values the first counts. Means and norms are made of reductions. A segscan takes blocks of 4096 values
// from left to right, and folds the segment that goes on in a block with what is carried into it.
//
// An [Operation] is an associative operation of one's own on floats, an expression of two variables, with its identity. It may
// stand where scan, scanbefore, segments, segscan, segscanbefore and fold have a reduction.
//
//	lse, err := kernels.ParseOperation("lse", "a", "b", "select(a == b, a + log(2), max(a, b) + log1p(exp(-abs(a - b))))", "-inf")
//	k, err := kernels.Parse("k", "y = scan(lse, x)", kernels.Operations(lse))
//
// It is computed as it is written, and its values keep their order. Strips of 64 values are folded from left to right. In a
// block of 64 strips their folds are scanned by doubling: for d = 1, 2, 4 … that of strip s, if s is d or more, becomes
// those of s-d and s combined. The result for an element is what is carried into the block, at first the
// identity, combined with the fold of the strips before in the block, and that combined with the fold of the strip up to the
// element. A fold is the last element of the scan, and element s of segments the last of the segscan of its segment;
// where a segment begins, nothing before it takes part.
//
// # Random numbers
//
//	random(seed, i)       64 random bits, a uint64
//	uniform(seed, i)      from [0, 1): multiples of 2^-53, in a float32 kernel of 2^-24
//	normal(seed, i)       of the standard normal distribution, within ±9.42
//	exponential(seed, i)  of the exponential distribution with mean 1, from above 0 to 44.4
//
// They have no state: each is a function of its arguments, integers of any type, with the same bits on every
// executor. Elements of a launch have each their own with index() for i. A third argument, as in
// uniform(seed, index(), 3), is the number of a stream; without one it is stream 0. A kernel needs no array for
// them: package runtime takes a Shape for how many elements there are.
//
// The generator is Philox 4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2,
// 3", SC 2011). Arguments are taken as 64 bits, narrower ones extended by the sign of their type. The key is
// seed, words 0 and 1 of the counter are i, and words 2 and 3 are the stream divided by 2. Of the output,
// words 0 (the low half) and 1 are random of an even stream, words 2 and 3 of an odd one. So streams 2k
// and 2k+1 are of one block of 128 bits, and where they are constants a kernel that wants both
// computes the ten rounds once; so it does where it wants several functions of one stream, which
// then depend on each other. Numbers of different streams are independent, but for normal and
// another function of the same block.
//
// uniform takes the upper bits of random; that of a float32 kernel is that of float64 cut off. exponential is
// -log of (random | 1)*2^-64. normal is one coordinate of a point by Box and Muller, the other being
// that of the stream beside it: both streams' bits go into each. normal and exponential are computed in float64,
// within 4 units in the last place of what they are defined as, and rounded in a float32 kernel. As
// random bits are of 8 bytes, kernels that draw work in lanes of 8 bytes.
//
// # Reductions
//
// The order in which values are folded depends on n alone, never on workers,
// instruction set or device. A row is 256 bytes: 32 lanes in a program that has
// values of 8 bytes, such as float64, 64 in others; a block is 32 rows. Lane j of a block takes its
// elements j, j+lanes, j+2*lanes … in turn; the lanes are folded in halves; the
// blocks' values are folded in pairs of neighbours, level by level. A sum starts
// from 0, min from +Inf and max from -Inf, which is also what they are where n
// is 0; min and max pass over NaNs.
package kernels
