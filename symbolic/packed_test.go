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

// A sum built one by one is the sum built at once, and its terms are in order.
func TestPatched(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	for range 20 {
		var terms []Expr
		var sum Expr
		patched := false
		for i := range 300 {
			c, v := rnd.Int64N(9)-4, Index("v", rnd.IntN(150))
			term := Times(Int(c), v, Power(Var("x"), Int(rnd.Int64N(3))))
			switch {
			case i < 80:
				term = Plus(Var("first"), Times(Int(rnd.Int64N(5)+1), Index("u", i)))
			case i == 80:
				term = Power(Var("x"), Int(9))
			case i == 250:
				term = Times(Rat(c, 3), v)
			case i%50 == 1:
				term = Int(c)
			case i%50 == 2: // before all others
				term = Times(Int(2*c+1), Power(Var("x"), Int(int64(10+i%100))))
			}
			terms = append(terms, term)
			if rnd.IntN(2) == 0 {
				sum = Plus(sum, term)
			} else {
				sum = Plus(term, sum)
			}
			if sum.n != nil && sum.n.far != nil && sum.n.far.packed != nil {
				patched = true
				if i%7 == 0 {
					fresh := &packed{sum: sum.n.far.packed.sum, added: sum.n.far.packed.added}
					if again := makeSum(fresh.pairs()); again != sum.n {
						t.Fatal("its pairs make another sum")
					}
				}
			}
			if i%10 == 0 {
				if want := Plus(terms...); sum != want || sum.n.flags != want.n.flags {
					t.Fatalf("%v, want %v", Faithful(sum), Faithful(want))
				}
			}
		}
		if !patched {
			t.Fatal("no patched sum")
		}
		var a Accumulator
		for _, term := range terms {
			a.Add(term)
		}
		if a.Sum() != sum {
			t.Fatal("another sum at once")
		}
		if flags := (&node{op: OpSum, far: &far{pairs: sum.n.pairs()}}).flagsOf(); flags != sum.n.flags {
			t.Fatalf("flags %b, want %b", sum.n.flags, flags)
		}
	}
}
