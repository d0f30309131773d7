package symbolic

// Accumulator adds up a canonical sum in place: adding a term costs the same
// however many there are. The zero Accumulator is the empty sum. It is not safe
// for concurrent use.
type Accumulator struct {
	terms  []pair
	places map[place]int32 // of a term in terms
}

type place struct {
	n     *node
	float bool
}

// few is the number of terms among which a search is as fast as a map.
const few = 8

// Add adds t to the sum, as [Plus] would.
func (a *Accumulator) Add(t Expr) { a.AddScaled(Int(1), t) }

// AddScaled adds c*t to the sum. It panics if c is not a number.
func (a *Accumulator) AddScaled(c, t Expr) {
	k := numOf(c.n)
	if !k.number() {
		panic("symbolic: AddScaled by a term that is not a number: " + c.Op().String())
	}
	if t.n != nil && t.n.op == OpSum {
		for _, p := range t.n.pairs() {
			a.add(p.n, mulNum(k, p.c))
		}
		return
	}
	rest, d := t.n.coefficient()
	a.add(rest, mulNum(k, d))
}

func (a *Accumulator) add(rest *node, c num) {
	float := c.float()
	if a.places == nil {
		for i := range a.terms {
			if t := &a.terms[i]; t.n == rest && t.c.float() == float {
				t.c = addNum(t.c, c)
				return
			}
		}
		a.terms = append(a.terms, pair{rest, c})
		if len(a.terms) > few {
			a.places = make(map[place]int32, 2*len(a.terms))
			for i, t := range a.terms {
				a.places[place{t.n, t.c.float()}] = int32(i)
			}
		}
		return
	}
	at := place{rest, float}
	if i, ok := a.places[at]; ok {
		a.terms[i].c = addNum(a.terms[i].c, c)
		return
	}
	a.places[at] = int32(len(a.terms))
	a.terms = append(a.terms, pair{rest, c})
}

// Sum is the sum so far. More can be added after it.
func (a *Accumulator) Sum() Expr {
	return Expr{makeSum(sortTerms(append([]pair(nil), a.terms...)))}
}
