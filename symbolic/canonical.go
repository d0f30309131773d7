package symbolic

import (
	"math"
	"slices"
)

// Canonical terms are sums and products in dictionary form. A sum holds each
// monomial once, with its coefficient; a product holds one coefficient and each
// base once, with its exponent. Both are in the order of compare.go.
//
// In memory a product with a coefficient that is not 1 is "scaled": the
// coefficient and the product without it. So what a sum needs of its terms,
// the monomial and the coefficient, costs nothing to take or to make.

func (n *node) isScaled() bool { return n != nil && n.op == OpProduct && n.args[0] != nil }
func (n *node) isPure() bool   { return n != nil && n.op == OpProduct && n.args[0] == nil }

// coefficient splits a term into a coefficient and the rest, which for a number
// is one.
func (n *node) coefficient() (rest *node, c num) {
	switch {
	case n == nil:
		return one, num{}
	case n.op == OpNumber || n.op == OpFloat:
		return one, numOf(n)
	case n.isScaled():
		return n.args[0], num{v: int64(n.bits), x: n.args[1]}
	}
	return n, num{v: 1}
}

// scale is c times a rest.
func scale(c num, rest *node) *node {
	switch {
	case rest == one:
		return c.expr().n
	case c.isOne():
		return rest
	case rest == pole || c.isZero() && rest.flag(hasPole):
		return pole
	case c.isZero():
		return nil
	case rest.op == OpSum:
		return scaleSum(c, rest)
	}
	k := key{op: OpProduct, args: [3]*node{rest, c.x}, bits: uint64(c.v)}
	return intern(&k)
}

// scaleSum distributes a number over a sum.
func scaleSum(c num, sum *node) *node {
	terms := slices.Clone(sum.pairs())
	for i := range terms {
		terms[i].c = mulNum(c, terms[i].c)
	}
	if c.float() {
		return makeSum(sortTerms(terms)) // two terms of one monomial may be one now
	}
	return ownSum(terms, hashPairs(terms))
}

// Plus is the canonical sum of the terms: their like terms are collected, and
// what cancels is gone. Terms that are faithful operations are taken as they
// are; [Canonical] converts those.
//
// Exact coefficients are added exactly. Two floats are added as float64; a
// float and an exact number are not added at all: x/3 + 0.5*x stays two terms,
// so that no exact number is ever rounded by a sum.
func Plus(terms ...Expr) Expr {
	switch len(terms) {
	case 0:
		return Expr{}
	case 1:
		return terms[0]
	case 2:
		return Expr{plus(terms[0].n, terms[1].n)}
	}
	var buf [16]pair
	pairs := buf[:0]
	for _, t := range terms {
		pairs = appendTerms(pairs, t.n)
	}
	return Expr{makeSum(sortTerms(pairs))}
}

func appendTerms(pairs []pair, t *node) []pair {
	if t != nil && t.op == OpSum {
		return append(pairs, t.pairs()...)
	}
	rest, c := t.coefficient()
	return append(pairs, pair{rest, c})
}

// plus merges two sums, which are in order.
func plus(a, b *node) *node {
	switch {
	case a == nil || b == pole:
		return b
	case b == nil || a == pole:
		return a
	}
	if a.op != OpSum {
		a, b = b, a
	}
	if b.op != OpSum {
		rest, c := b.coefficient()
		if sum, ok := patchedSum(a, pair{rest, c}); ok {
			return sum
		}
	}
	var oneA, oneB [1]pair
	x, y := oneA[:], oneB[:]
	if a.op == OpSum {
		x = a.pairs()
	} else {
		x[0].n, x[0].c = a.coefficient()
	}
	if b.op == OpSum {
		y = b.pairs()
	} else {
		y[0].n, y[0].c = b.coefficient()
	}
	if len(x) < len(y) {
		x, y = y, x
	}
	hash := sumHash(a) + sumHash(b)
	var buf [16]pair
	if n := len(x) + len(y); n > len(buf) {
		return plusMany(x, y, hash)
	}
	sum, hash := mergeTerms(buf[:0], x, y, hash)
	return hashedSum(sum, hash)
}

// plusMany is apart from plus so that there the buffer stays on the stack.
func plusMany(x, y []pair, hash uint64) *node {
	sum, hash := mergeTerms(make([]pair, 0, len(x)+len(y)), x, y, hash)
	return ownSum(sum, hash)
}

// mergeTerms appends the sum of the terms x and the fewer terms y to sum. hash
// is that of both together, and of the sum in the end.
func mergeTerms(sum, x, y []pair, hash uint64) ([]pair, uint64) {
	for _, t := range y {
		i := 0
		if len(y) > 1 && len(x) < 8*len(y) {
			for i < len(x) && orderTerms(x[i], t) < 0 {
				i++
			}
		} else {
			i, _ = slices.BinarySearchFunc(x, t, orderTerms)
		}
		sum = append(sum, x[:i]...)
		x = x[i:]
		if len(x) > 0 && orderTerms(x[0], t) == 0 {
			hash -= x[0].hash() + t.hash()
			t.c = addNum(x[0].c, t.c)
			x = x[1:]
			switch {
			case !t.c.isZero():
				hash += t.hash()
			case t.n.flag(hasPole):
				sum = append(sum[:0], undefined()[0])
				return sum, sum[0].hash()
			}
		}
		if !t.c.isZero() {
			sum = append(sum, t)
		}
	}
	return append(sum, x...), hash
}

// orderTerms is 0 for terms that are added up.
func orderTerms(a, b pair) int {
	if a.n != b.n {
		return compareTerms(a.n, b.n, 0)
	}
	switch {
	case a.c.float() == b.c.float():
		return 0
	case b.c.float():
		return -1
	}
	return 1
}

// sortTerms puts terms into order, and adds up like ones.
func sortTerms(terms []pair) []pair {
	for _, t := range terms {
		if t.n == pole {
			return undefined()
		}
	}
	orderAll(terms)
	sum := terms[:0]
	for i := 0; i < len(terms); {
		t := terms[i]
		for i++; i < len(terms) && orderTerms(t, terms[i]) == 0; i++ {
			t.c = addNum(t.c, terms[i].c)
		}
		switch {
		case !t.c.isZero():
			sum = append(sum, t)
		case t.n.flag(hasPole):
			return undefined()
		}
	}
	return sum
}

// orderAll sorts terms. Most pairs of many are told apart by a key: the degree and
// the first bytes of the first variable's name.
func orderAll(terms []pair) {
	if len(terms) < 32 {
		slices.SortFunc(terms, orderTerms)
		return
	}
	type keyed struct {
		key uint64
		t   pair
	}
	all := make([]keyed, len(terms))
	sorted := true
	for i, t := range terms {
		k := uint64(math.MaxInt16-int64(t.n.degreeIn())) << 48
		switch base := t.n.factor(0).n; {
		case t.n == one:
			k = math.MaxUint64
		case base.isVar():
			k |= base.bits >> 16
		case base != nil && base.op != OpNumber && base.op != OpFloat:
			k |= 1<<48 - 1 // after all variables
		}
		all[i] = keyed{k, t}
		sorted = sorted && (i == 0 || all[i-1].key < k)
	}
	if sorted {
		return
	}
	slices.SortFunc(all, func(a, b keyed) int {
		if a.key != b.key {
			return sign(a.key < b.key)
		}
		return orderTerms(a.t, b.t)
	})
	for i := range all {
		terms[i] = all[i].t
	}
}

// undefined is the sum that is swallowed by a division by 0.
func undefined() []pair { return []pair{{pole, num{v: 1}}} }

// makeSum is the sum of terms in order.
func makeSum(terms []pair) *node { return hashedSum(terms, hashPairs(terms)) }

// hashedSum is makeSum where the hash of the pairs is known.
func hashedSum(terms []pair, hash uint64) *node {
	switch len(terms) {
	case 0:
		return nil
	case 1:
		return scale(terms[0].c, terms[0].n)
	}
	k := key{op: OpSum, bits: hash}
	return internPairs(&k, terms)
}

// ownSum is hashedSum of terms that are given away.
func ownSum(terms []pair, hash uint64) *node {
	if len(terms) < 2 {
		return hashedSum(terms, hash)
	}
	k := key{op: OpSum, bits: hash, own: terms}
	return intern(&k)
}

// sumHash is the hash of the terms of which a sum with a consists.
func sumHash(a *node) uint64 {
	if a.op == OpSum {
		return a.bits
	}
	rest, c := a.coefficient()
	return pair{rest, c}.hash()
}

// Times is the canonical product of the factors: equal bases are collected
// into powers, and numbers into one coefficient, with what divides all
// coefficients of a sum. A number times a sum alone is distributed over it;
// nothing else is expanded. Factors that are faithful
// operations are taken as they are; [Canonical] converts those.
//
// Exact numbers are multiplied exactly; a float times a float, or times an
// exact number, is a float, rounded once. Exponents of one base are added,
// so x^y * x^-y is 1, also where x is 0.
func Times(factors ...Expr) Expr {
	switch len(factors) {
	case 0:
		return Int(1)
	case 1:
		return factors[0]
	}
	c := num{v: 1}
	var buf [16]pair
	pairs := buf[:0]
	for _, f := range factors {
		rest, d := f.n.coefficient()
		if rest.op == OpSum && rest.flag(hasContent) {
			d, rest = rest.primitive()
		}
		c = mulNum(c, d)
		if rest != one {
			pairs = appendFactors(pairs, rest)
		}
	}
	return Expr{makeProduct(c, sortFactors(pairs))}
}

func appendFactors(pairs []pair, t *node) []pair {
	if t.isPure() {
		return append(pairs, t.pairs()...)
	}
	base, e := baseOf(t)
	return append(pairs, pair{base, e})
}

func orderFactors(a, b pair) int { return compare(a.n, b.n, 0) }

// sortFactors puts factors into order, and adds up the exponents of equal bases.
func sortFactors(factors []pair) []pair {
	sorted := true
	for i := 1; i < len(factors) && sorted; i++ {
		sorted = orderFactors(factors[i-1], factors[i]) < 0
	}
	if sorted {
		return factors
	}
	for _, f := range factors {
		if f.n == nil && f.c.isExact() && f.c.negative() {
			return []pair{f} // 1/0, which no power of 0 cancels
		}
	}
	if len(factors) <= 12 {
		for i := 1; i < len(factors); i++ {
			for j := i; j > 0 && orderFactors(factors[j-1], factors[j]) > 0; j-- {
				factors[j-1], factors[j] = factors[j], factors[j-1]
			}
		}
	} else {
		slices.SortStableFunc(factors, orderFactors)
	}
	product := factors[:0]
	for i := 0; i < len(factors); {
		f := factors[i]
		for i++; i < len(factors) && factors[i].n == f.n; i++ {
			f.c = addExponents(f.c, factors[i].c)
		}
		product = append(product, f)
	}
	return product
}

func addExponents(c, d num) num {
	if c.isInt() && d.isInt() {
		if v, ok := fold64(OpAdd, c.v, d.v); ok {
			return num{v: v}
		}
	}
	return numOf(plus(c.expr().n, d.expr().n))
}

// makeProduct is c times factors in order, whose exponents may be such that the
// power is another term.
func makeProduct(c num, factors []pair) *node {
	simple := true
	for _, f := range factors {
		if f.n == nil && f.c.isExact() && f.c.negative() {
			return pole
		}
		simple = simple && isFactor(f.n, f.c)
	}
	if !simple {
		// Rare: powers are made of them, which have factors of their own.
		powers := make([]Expr, 1, len(factors)+1)
		powers[0] = c.expr()
		again := false
		for _, f := range factors {
			p := power(f.n, f.c)
			if base, e := baseOf(p); base != f.n || e != f.c || isNumber(p) ||
				p.op == OpFloat || p.op == OpProduct || p.op == OpSum && p.flag(hasContent) {
				again = true
			}
			powers = append(powers, Expr{p})
		}
		if again {
			return Times(powers...).n
		}
	}
	switch len(factors) {
	case 0:
		return c.expr().n
	case 1:
		return scale(c, powerTerm(factors[0].n, factors[0].c))
	}
	k := key{op: OpProduct, bits: hashPairs(factors)}
	return scale(c, internPairs(&k, factors))
}

// isFactor reports whether base to this exponent is certainly a factor of its
// own: power would change nothing.
func isFactor(base *node, e num) bool {
	if base == nil || e.isZero() {
		return false
	}
	switch base.op {
	case OpNumber, OpFloat, OpPow, OpPower, OpSqrt, OpProduct:
		return false
	case OpSum:
		return !base.flag(hasContent) || !e.isInt() && !leavesUnit(e)
	}
	return true
}

// Power is the canonical power a^b. For an integer b, numbers are raised, powers
// of powers are multiplied out, and products are raised factor by factor; a^0
// is 1 for every a. For other b, the integer part and perfect powers are taken
// out of an exact a (8^(1/2) is 2*sqrt(2)), and a positive coefficient out of a
// product. A number whose power would be longer than 4096 bits stays a power.
//
// The exact number 0 to a negative power is undefined in mathematics: it is the
// term 0^-1, and so is every sum or product with it. Sums are never expanded: see [Expand].
func Power(a, b Expr) Expr { return Expr{power(a.n, numOf(b.n))} }

// powerTerm is the term of a power that is its own normal form.
func powerTerm(base *node, e num) *node {
	if e.isOne() {
		return base
	}
	switch {
	case e.x == half:
		return Expr{base}.Sqrt().n
	case isHalf(e.x):
		e.v = e.x.far.rat.Num().Int64()
		base, e.x = Expr{base}.Sqrt().n, nil
	}
	if e.isInt() {
		k := key{op: OpPow, bits: uint64(e.v), args: [3]*node{base}}
		return intern(&k)
	}
	k := key{op: OpPower, args: [3]*node{base, e.expr().n}}
	return intern(&k)
}

func power(base *node, e num) *node {
	switch {
	case base == pole || e.isZero() && base.flag(hasPole):
		return pole
	case e.isZero():
		return one
	case e.isOne():
		return base
	case isNumber(base):
		return powerNumber(base, e)
	}
	switch base.op {
	case OpFloat:
		if !e.isInt() || isPowForm(base, e.v) {
			break
		}
		return Const(powFloat(math.Float64frombits(base.bits), e.v)).n
	case OpPow, OpPower, OpSqrt:
		b, inner := baseOf(base)
		if b == base || !e.isExact() || !e.isInteger() && !insideOne(inner) {
			break
		}
		return power(b, numOf(Times(inner.expr(), e.expr()).n))
	case OpSum:
		if e.isInt() && base.flag(hasContent) {
			c, rest := base.primitive()
			return Times(Expr{power(c.expr().n, e)}, Expr{power(rest, e)}).n
		}
	case OpProduct:
		if e.isInt() {
			return powerProduct(base, e)
		}
		rest, c := base.coefficient()
		if e.isExact() && !c.isOne() && c.isExact() && !c.negative() {
			return Times(Expr{power(c.expr().n, e)}, Expr{power(rest, e)}).n
		}
	}
	if leavesUnit(e) && isCompound(base) {
		// So that a product of roots does not depend on how it was grouped.
		whole, part := floorRat(e.exact())
		return Times(Expr{power(base, numOfRat(whole))}, Expr{power(base, numOfRat(part))}).n
	}
	return powerTerm(base, e)
}

// leavesUnit reports whether an exponent is an exact number outside (0, 1) and no
// integer, the integer part an int64.
func leavesUnit(e num) bool {
	if e.isInt() || !e.isExact() || e.exact().IsInt() {
		return false
	}
	r := e.exact()
	if r.Num().BitLen()-r.Denom().BitLen() > 60 { // its integer part is no int64
		return false
	}
	return r.Sign() < 0 || r.Num().Cmp(r.Denom()) > 0
}

// isCompound reports whether integer powers of a base are multiplied out.
func isCompound(base *node) bool {
	switch base.op {
	case OpProduct:
		return true
	case OpPow, OpPower, OpSqrt:
		b, _ := baseOf(base)
		return b != base
	case OpSum:
		return base.flag(hasContent)
	}
	return false
}

// insideOne reports whether an exponent is in (-1, 1): then (x^e)^f is x^(e*f)
// for every f, also where x is negative and the powers are the principal ones.
func insideOne(e num) bool {
	if e.isInt() || !e.isExact() {
		return false
	}
	r := e.exact()
	return r.Num().CmpAbs(r.Denom()) < 0
}

// powerProduct raises each factor to an integer power.
func powerProduct(base *node, e num) *node {
	rest, c := base.coefficient()
	var buf [16]Expr
	powers := buf[:0]
	if !c.isOne() {
		powers = append(powers, Expr{power(c.expr().n, e)})
	}
	var one [1]pair
	for _, f := range rest.factors(&one) {
		p := f.c
		if v, ok := fold64(OpMul, p.v, e.v); ok && p.isInt() {
			p = num{v: v}
		} else {
			p = numOf(Times(p.expr(), e.expr()).n)
		}
		powers = append(powers, Expr{power(f.n, p)})
	}
	return Times(powers...).n
}

// isPowForm reports whether base^n is its own canonical form.
func isPowForm(base *node, n int64) bool {
	if n == 0 || n == 1 {
		return false
	}
	if isNumber(base) {
		return base != nil || n == -1 // others would have been computed
	}
	switch base.op {
	case OpFloat:
		return n < -maxFloatPower || n > maxFloatPower
	case OpPow, OpPower, OpSqrt:
		b, _ := baseOf(base)
		if b == base || base.op != OpSqrt || n&1 == 0 {
			return b == base
		}
		if isNumber(b) {
			return rootPowerStays(b, n)
		}
		return !isCompound(b)
	case OpProduct:
		return false
	case OpSum:
		return !base.flag(hasContent)
	}
	return true
}

// isPowerForm reports whether the general power base^e is its own canonical
// form.
func isPowerForm(base, e *node) bool {
	if base == pole {
		return false
	}
	if _, ok := small(e); ok && isNumber(e) {
		return false
	}
	if isNumber(base) {
		return base != one && (!isNumber(e) || base != nil && rootIsTaken(base, e))
	}
	if leavesUnit(numOf(e)) && isCompound(base) {
		return false
	}
	switch base.op {
	case OpPow, OpPower, OpSqrt:
		b, inner := baseOf(base)
		return b == base || !isNumber(e) || !e.far.rat.IsInt() && !insideOne(inner)
	case OpProduct:
		_, c := base.coefficient()
		return !isNumber(e) || c.isOne() || c.float() || c.negative() || c.isZero()
	}
	return true
}
