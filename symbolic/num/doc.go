// Package num lets one generic Go function run on numbers and on expressions.
//
//	func lorenz[T num.Real](x, y, z num.Num[T]) (dx, dy, dz num.Num[T]) {
//		c := num.Const[T]
//		dx = c(10).Mul(y.Sub(x))
//		dy = x.Mul(c(28).Sub(z)).Sub(y)
//		dz = x.Mul(y).Sub(c(8.0 / 3).Mul(z))
//		return
//	}
//
// On float64 and float32 the compiler turns each operation into the one
// instruction that it stands for: the function costs what it costs written with
// + and *. A [Num] of [Term] makes a faithful symbolic.Expr of each operation
// instead, so that calling the function traces it: [Trace] does that, and
// kernels.Trace makes a kernel of what it gives.
//
// # Meaning
//
// An operation means the same on all three, to the last bit (payloads and signs
// of NaNs excepted): it is one IEEE 754 operation of the element type, rounded
// to nearest even, as package kernels defines for the expression. Go may fuse
// x*y + z into an FMA on some machines; here nothing is fused but by [FMA]. A
// constant is a float64 constant, rounded to float32 on float32. Elementary
// functions are those of package math, on float32 rounded from the float64
// result.
//
// # What can be traced
//
// What a function does may depend on the length of slices and on anything that
// is no Num: loops are unrolled and branches taken as it runs. It cannot depend
// on the value of a Num, since a trace has none: a comparison gives a [Cond],
// which is no bool, and a Num cannot be compared with == in a generic function.
// [Select] chooses between two values instead. A function that leaves the
// generic world, by a type switch on what [Num.Value] gives, is its own master.
package num
