// Package calibrate measures what operations cost on the machine it runs on,
// and makes of it a table that package egraph/cost can write, read and use.
//
// [Measure] takes the operations one by one. For each it compiles two kernels
// that differ in nothing but how many of that operation they hold, in lines that
// do not wait for each other, over arrays that stay in the first-level cache; the
// difference of their times, over the difference of their counts, is what one
// operation on one vector adds. The unit is a cycle of the clock that the core
// runs at during the measurement: it is taken from a chain of shifts and exclusive
// ors, which take a cycle each on every processor of today. Both kernels and
// the chain are timed one right after another, many times over, and the median
// counts, so that a change of clock or a busy neighbour does little.
//
// What a machine is priced at changes from run to run in the second digit; what
// an optimiser chooses by it may change too. The fixed tables of package cost are
// therefore what is used where nobody asks for another.
package calibrate
