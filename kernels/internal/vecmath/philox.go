package vecmath

// Block names 128 random bits: those that Philox 4x32-10 makes of a counter and a key
// (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
// Proceedings of SC 2011). All are of type Uint64.
type Block struct {
	Seed          Value // the key, low word first
	Index, Stream Value // the counter's words 0 and 1, and 2 and 3
}

// The multipliers of Philox 4x32, and what is added to the words of its key each round.
const (
	philoxM0, philoxM1 = 0xd2511f53, 0xcd9e8d57
	philoxW0, philoxW1 = 0x9e3779b9, 0xbb67ae85
	philoxRounds       = 10

	lowWord = 1<<32 - 1
)

// philox is the output of a block: words 0 and 1, and words 2 and 3, the first
// of each being the low one.
//
// A word is kept in the low half of 64 bits. What is above it is of no account until the
// end: multiplications take the low halves alone, so that a round is two products of 32
// bits, two shifts and four exclusive ors.
func (w writer) philox(b Block) [2]Value {
	u := func(x uint64) Value { return w.Const(Uint64, x) }
	low := func(x Value) Value { return w.And(x, u(lowWord)) }
	key := [2]Value{b.Seed, w.Shr(b.Seed, u(32))}
	c := [4]Value{b.Index, w.Shr(b.Index, u(32)), b.Stream, w.Shr(b.Stream, u(32))}
	for range philoxRounds {
		p, q := w.Mul(low(c[0]), u(philoxM0)), w.Mul(low(c[2]), u(philoxM1))
		c = [4]Value{
			w.Xor(w.Shr(q, u(32)), w.Xor(c[1], key[0])), q,
			w.Xor(w.Shr(p, u(32)), w.Xor(c[3], key[1])), p,
		}
		key = [2]Value{w.Add(key[0], u(philoxW0)), w.Add(key[1], u(philoxW1))}
	}
	pair := func(x, y Value) Value { return w.Or(low(x), w.Shl(y, u(32))) }
	return [2]Value{pair(c[0], c[1]), pair(c[2], c[3])}
}
