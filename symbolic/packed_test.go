package symbolic

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/symbolic/internal/poly"
)

// A sum is the same term whether it was made of pairs or of a polynomial, and
// whichever was made first.
func TestPacked(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	packedOnes := 0
	for i := range 3000 {
		fresh := Index("packed", i) // so that neither form exists yet
		bases := []*node{Var("y").n, fresh.n, Sin(Var("x")).n, Var("x").n}
		if i%20 == 0 {
			bases[3] = Plus(Var("x"), Int(1)).n
		}
		rnd.Shuffle(len(bases), func(i, j int) { bases[i], bases[j] = bases[j], bases[i] })
		b := poly.NewBuilder(len(bases))
		for range 1 + rnd.IntN(6) {
			exps := make([]int, len(bases))
			for j := range exps {
				exps[j] = max(0, rnd.IntN(6)-2)
			}
			c := big.NewRat(rnd.Int64N(9)-4, 1+rnd.Int64N(3))
			if rnd.IntN(4) == 0 {
				c.SetInt(new(big.Int).Lsh(big.NewInt(3), 100))
			}
			if err := b.AddRat(exps, c); err != nil {
				t.Fatal(err)
			}
		}
		p := b.Poly()
		var first, second *node
		if i%2 == 0 {
			first, second = packedSum(p, bases), unpackedSum(p, bases)
		} else {
			first, second = unpackedSum(p, bases), packedSum(p, bases)
		}
		if first != second {
			t.Fatalf("%v and %v", Faithful(Expr{first}), Faithful(Expr{second}))
		}
		if first != nil && first.far != nil && first.far.packed != nil {
			packedOnes++
			terms := sortTerms(append([]pair(nil), first.pairs()...))
			if again := makeSum(terms); again != first {
				t.Fatal("the terms are not in order")
			}
		}
		if got := packedSum(p, bases); got != first {
			t.Fatal("another term for the same polynomial")
		}
	}
	if packedOnes < 500 {
		t.Errorf("only %d packed sums", packedOnes)
	}
}
