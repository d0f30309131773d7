package symbolic

import (
	"math"
	"math/big"

	"github.com/triad-go/triad/symbolic/internal/poly"
)

// generator is what a polynomial has for a variable: base^unit. The unit is 1 for
// the integer powers of the base. It is 1/2 for powers of its square root, and y
// for x^y, x^(2*y), x^(-3*y), the powers of x^y.
type generator struct {
	base *node
	unit num
}

// floats is the generator that marks coefficients with a float in them: such a
// one is taken as the exact number that it is, times this, and in the end all
// powers of it are the same. So it does not matter in which order floats are
// multiplied and added.
var floats = generator{base: floatMark}

// maxUnits bounds the powers of a generator that are taken for such.
const maxUnits = 1 << 24

// generatorOf is the generator of which a factor is a power, and which one.
func generatorOf(f pair) (g generator, k int64) {
	e := f.c
	switch {
	case e.isInt():
		if -maxUnits <= e.v && e.v <= maxUnits {
			return generator{f.n, num{v: 1}}, e.v
		}
	case e.float():
	case e.isExact():
		r := e.exact()
		if k, ok := smallInt(r.Num()); ok {
			return generator{f.n, numOfRat(new(big.Rat).SetFrac(big.NewInt(1), r.Denom()))}, k
		}
	default:
		rest, c := e.x.coefficient()
		if rest.op == OpSum && rest.flag(hasContent) {
			c, rest = rest.primitive()
		}
		if c.isOne() || !c.isExact() {
			break
		}
		r := c.exact()
		if k, ok := smallInt(r.Num()); ok {
			unit := rest
			if !r.IsInt() {
				unit = Times(Exact(new(big.Rat).SetFrac(big.NewInt(1), r.Denom())), Expr{rest}).n
			}
			return generator{f.n, numOf(unit)}, k
		}
	}
	return generator{f.n, e}, 1
}

func smallInt(x *big.Int) (int64, bool) {
	if !x.IsInt64() {
		return 0, false
	}
	v := x.Int64()
	return v, -maxUnits <= v && v <= maxUnits
}

// ring is the ring of the polynomials in some generators, of which those that
// occur have to be added before anything is worked out.
type ring struct {
	work  *work
	limit poly.Limit
	gens  []generator
	index map[generator]int
}

func (w *work) newRing() *ring { return &ring{work: w, index: map[generator]int{}} }

func (r *ring) add(g generator) int {
	i, ok := r.index[g]
	if !ok {
		i = len(r.gens)
		r.index[g] = i
		r.gens = append(r.gens, g)
	}
	return i
}

// addTerm adds the generators of a canonical term, which is taken apart into
// terms and factors, but no further.
func (r *ring) addTerm(n *node) {
	if n == nil {
		return
	}
	if p := packedPoly(n); p != nil {
		for _, b := range p.bases {
			r.add(generator{b, num{v: 1}})
		}
		return
	}
	var buf [1]pair
	for _, t := range n.addends(&buf) {
		r.addPair(t)
	}
}

func (r *ring) addPair(t pair) {
	if t.c.float() {
		r.add(coefGenerator(t.c))
	}
	if t.n == one {
		return
	}
	var buf [1]pair
	for _, f := range t.n.factors(&buf) {
		g, _ := generatorOf(f)
		r.add(g)
	}
}

// coefGenerator is what stands for a float: those that are no numbers of real
// arithmetic, and 0.0, which is not the number 0, for themselves.
func coefGenerator(c num) generator {
	if v := c.floatValue(); v == 0 || math.IsInf(v, 0) || v != v {
		return generator{c.expr().n, num{v: 1}}
	}
	return floats
}

// packedPoly is the polynomial as which n is held, nil if it is not.
func packedPoly(n *node) *packed {
	if n != nil && n.far != nil && n.far.packed != nil && n.far.packed.poly != nil {
		return n.far.packed
	}
	return nil
}

// start ends the adding of generators.
func (r *ring) start() { r.limit = r.work.limitFor(len(r.gens)) }

// laurent is a polynomial times a monomial with these exponents, which may be
// negative. nil stands for none.
type laurent struct {
	p  *poly.Poly
	by []int64
}

func (r *ring) constant(c int64) laurent { return laurent{p: poly.Int(len(r.gens), c)} }

// of is the polynomial of a canonical term.
func (r *ring) of(n *node) (laurent, error) {
	if n == nil {
		return r.constant(0), nil
	}
	if p := packedPoly(n); p != nil {
		to := make([]int, len(p.bases))
		same := len(to) == len(r.gens)
		for i, b := range p.bases {
			to[i] = r.index[generator{b, num{v: 1}}]
			same = same && to[i] == i
		}
		if same {
			return laurent{p: p.poly}, nil
		}
		return laurent{p: p.poly.Rename(len(r.gens), to)}, nil
	}
	var buf [1]pair
	return r.terms(n.addends(&buf))
}

// terms is the sum of terms with their coefficients.
func (r *ring) terms(terms []pair) (laurent, error) {
	type power struct {
		i int
		k int64
	}
	var powers []power
	var by []int64
	ends := make([]int, len(terms))
	for at, t := range terms {
		if t.c.float() {
			powers = append(powers, power{r.index[coefGenerator(t.c)], 1})
		}
		if t.n != one {
			var buf [1]pair
			for _, f := range t.n.factors(&buf) {
				g, k := generatorOf(f)
				i := r.index[g]
				powers = append(powers, power{i, k})
				if k < 0 {
					if by == nil {
						by = make([]int64, len(r.gens))
					}
					by[i] = min(by[i], k)
				}
			}
		}
		ends[at] = len(powers)
	}
	b := poly.NewBuilder(len(r.gens))
	exps := make([]int, len(r.gens))
	from := 0
	for at, t := range terms {
		clear(exps)
		for i, k := range by {
			exps[i] = int(-k)
		}
		for _, p := range powers[from:ends[at]] {
			exps[p.i] += int(p.k)
		}
		from = ends[at]
		var err error
		switch c := t.c; {
		case c.isInt():
			err = b.Add(exps, c.v)
		case c.float() && coefGenerator(c) == floats:
			err = b.AddRat(exps, new(big.Rat).SetFloat64(c.floatValue()))
		case c.float():
			err = b.Add(exps, 1)
		default:
			err = b.AddRat(exps, c.exact())
		}
		if err != nil {
			return laurent{}, err
		}
	}
	if err := r.work.spend(len(terms) * (8 + len(r.gens))); err != nil {
		return laurent{}, err
	}
	return laurent{b.Poly(), by}, nil
}

// scaled is c*a.
func (r *ring) scaled(c num, a laurent) laurent {
	switch {
	case c.isOne():
		return a
	case !c.float():
		return laurent{a.p.Scale(c.exact()), a.by}
	case coefGenerator(c) == floats:
		a.p = a.p.Scale(new(big.Rat).SetFloat64(c.floatValue()))
	}
	by := make([]int64, len(r.gens))
	copy(by, a.by)
	by[r.index[coefGenerator(c)]]++
	return laurent{a.p, by}
}

func (r *ring) mul(a, b laurent) (laurent, error) {
	p, err := a.p.Mul(b.p, r.limit)
	if err != nil {
		return laurent{}, err
	}
	by, err := r.shifts(a.by, b.by, 1)
	if err != nil {
		return laurent{}, err
	}
	return laurent{p, by}, r.work.spend(a.p.Len() + b.p.Len() + 64)
}

func (r *ring) pow(a laurent, e num) (laurent, error) {
	if !e.isInt() || e.v > poly.MaxDegree {
		return laurent{}, tooHigh()
	}
	p, err := a.p.Pow(int(e.v), r.limit)
	if err != nil {
		return laurent{}, err
	}
	by, err := r.shifts(nil, a.by, e.v)
	if err != nil {
		return laurent{}, err
	}
	return laurent{p, by}, r.work.spend(p.Len() + 64)
}

// maxShift keeps exponents far from where they overflow.
const maxShift = 1 << 50

// shifts is a + k*b for exponents.
func (r *ring) shifts(a, b []int64, k int64) ([]int64, error) {
	if b == nil {
		return a, nil
	}
	sum := make([]int64, len(r.gens))
	copy(sum, a)
	for i, e := range b {
		v, ok := fold64(OpMul, e, k)
		if sum[i] += v; !ok || v > maxShift || v < -maxShift || sum[i] > maxShift || sum[i] < -maxShift {
			return nil, tooHigh()
		}
	}
	return sum, nil
}

// sum adds up; it overwrites the slice.
func (r *ring) sum(as []laurent) (laurent, error) {
	var low []int64
	for at, a := range as {
		if a.by == nil && low == nil {
			continue
		}
		if low == nil {
			low = make([]int64, len(r.gens))
			if at == 0 {
				copy(low, a.by)
			}
		}
		for i := range low {
			e := int64(0)
			if a.by != nil {
				e = a.by[i]
			}
			low[i] = min(low[i], e)
		}
	}
	ps := make([]*poly.Poly, len(as))
	terms := 0
	for at, a := range as {
		var err error
		if ps[at], err = r.shifted(a, low); err != nil {
			return laurent{}, err
		}
		terms += a.p.Len()
	}
	p := poly.Sum(len(r.gens), ps...)
	if l := r.limit.Terms; l > 0 && p.Len() > l {
		return laurent{}, &poly.LimitError{Op: "add", What: "terms", Need: uint64(p.Len()), Max: uint64(l)}
	}
	return laurent{p, low}, r.work.spend(8*terms + 64)
}

// shifted is the polynomial q such that a is q times the monomial with exponents
// low.
func (r *ring) shifted(a laurent, low []int64) (*poly.Poly, error) {
	if a.by == nil && low == nil || a.p.IsZero() {
		return a.p, nil
	}
	exps := make([]int, len(r.gens))
	shift := false
	for i := range exps {
		var e int64
		if a.by != nil {
			e = a.by[i]
		}
		if low != nil {
			e -= low[i]
		}
		if e > poly.MaxDegree {
			return nil, tooHigh()
		}
		exps[i] = int(e)
		shift = shift || e != 0
	}
	if !shift {
		return a.p, nil
	}
	b := poly.NewBuilder(len(r.gens))
	if err := b.Add(exps, 1); err != nil {
		return nil, err
	}
	return a.p.Mul(b.Poly(), r.limit)
}
