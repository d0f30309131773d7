// Package bigmath has the elementary functions, and those of the gamma and error
// functions, on big.Float.
//
// A function takes the precision of the result first, in bits, which must not be
// 0. The arguments are taken as they are, whatever their precision, and are not
// changed. The result is the exact value rounded to nearest even. (Strictly:
// where the value is so near the middle of two neighbours that about twice as
// many bits do not tell the side, it is taken to be the middle. Of a value that
// is not itself a short number this has a chance of 2^-prec or less.)
//
// Zeros, infinities and arguments outside a function's domain give what package
// math and C's Annex F give, except that there is no NaN: ok is false instead.
// What is beyond the exponents of a big.Float is an infinity or a zero.
//
// All functions are safe for concurrent use.
package bigmath
