package egraph

import (
	"math"
	"math/big"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// Folding is an option of [New]: calls of which all arguments are numbers are
// computed, exactly, and their classes get the result as a leaf. The class says
// what may be computed:
//
//   - [rewrite.Exact]: what gives the same bits if it is computed in float32 or in
//     float64: arguments and result are float32 numbers, and no zero could be
//     negative.
//   - [rewrite.Rounding] and above: + - * / neg, ^ with integers as exponents,
//     sqrt of squares, abs, min, max, fma. What jumps (floor, ceil, trunc, round,
//     sign) only where it would be computed in [rewrite.Exact].
//
// Floats stand for the numbers that they are. There is no result of a division
// by zero, and none of more than 4096 bits. 0^0 is 1.
func Folding(class rewrite.Class) Option {
	return func(g *Graph) { g.hooks = append(g.hooks, &folder{g: g, class: class}) }
}

// folder is not an [Analysis], since graphs know the constants of classes anyway.
type folder struct {
	g     *Graph
	class rewrite.Class
	todo  []uint32 // nodes that may have become computable
	ops   []int8   // by op: 1 if it can be computed, -1 if not, 0 if that is not known

	args   []*big.Rat // scratch
	result big.Rat
}

func (f *folder) made(n uint32) {
	if f.ready(n) {
		f.todo = append(f.todo, n)
	}
}

// ready reports whether a node, or of a multiset a part of it, can be computed.
func (f *folder) ready(n uint32) bool {
	op := f.g.op(n)
	for int(op) >= len(f.ops) {
		f.ops = append(f.ops, 0)
	}
	if f.ops[op] == 0 {
		f.ops[op] = -1
		if o := &f.g.ops[op]; o.kind == callKind && canFold(o.name, int(o.arity)) {
			f.ops[op] = 1
		}
	}
	if f.ops[op] < 0 || f.g.isDead(n) {
		return false
	}
	args := f.g.args(n)
	numbers := 0
	var last uint32
	for _, a := range args {
		if k := f.g.constant[f.g.find(a)]; k != 0 {
			numbers++
			last = k
		}
	}
	if numbers == len(args) || !f.g.ops[op].bag || f.class == rewrite.Exact {
		return numbers == len(args)
	}
	if numbers == 1 { // what changes nothing?
		id, v := identityOf(f.g.ops[op].name), f.g.ops[last-1].number
		return id != nil && v != nil && id.Cmp(v) == 0
	}
	return numbers > 1
}

func (f *folder) merged(winner, loser uint32) {
	class := winner
	switch w, l := f.g.constant[winner], f.g.constant[loser]; {
	case (w == 0) == (l == 0):
		return
	case w != 0:
		class = loser
	}
	for u := f.g.parents[class].first; u != 0; u = f.g.uses[u].next {
		f.todo = append(f.todo, f.g.uses[u].node)
	}
}

func (f *folder) rebuilt() error {
	for i := 0; i < len(f.todo); i++ {
		n := f.todo[i]
		if !f.ready(n) {
			continue
		}
		o := &f.g.ops[f.g.op(n)]
		if v := f.value(o.name, n); v != nil {
			f.merge(n, v)
		} else if o.bag && f.class > rewrite.Exact {
			f.shrink(n)
		}
	}
	f.todo = f.todo[:0]
	return nil
}

// value is the value of a node that may take its place, nil if there is none.
func (f *folder) value(head string, n uint32) *big.Rat {
	g := f.g
	args := f.args[:0]
	small := true
	for j, a := range g.args(n) {
		k := g.constant[g.find(a)]
		if k == 0 {
			return nil
		}
		o := &g.ops[k-1]
		v := o.number
		if o.kind == floatKind {
			if v = new(big.Rat).SetFloat64(o.float); v == nil || f.class == rewrite.Exact && o.float == 0 && math.Signbit(o.float) {
				return nil
			}
		}
		args = append(args, v)
		small = small && j < 2 && v.IsInt() && v.Num().IsInt64()
	}
	f.args = args
	var v *big.Rat
	ok := false
	if small && len(args) == 2 {
		v, ok = f.small(head, args[0].Num().Int64(), args[1].Num().Int64())
	}
	if !ok {
		v, ok = fold(head, args)
	}
	if !ok || !mayFold(f.class, head, args, v) {
		return nil
	}
	return v
}

// small is fold for two integers, if that is easy. The result is valid until the
// next.
func (f *folder) small(head string, a, b int64) (*big.Rat, bool) {
	const most = 1 << 31
	if a < -most || a > most || b < -most || b > most {
		return nil, false
	}
	switch head {
	case "+":
		a += b
	case "-":
		a -= b
	case "*":
		a *= b
	default:
		return nil, false
	}
	return f.result.SetInt64(a), true
}

// shrink has the numbers in a multiset, which came to be known later than it was
// made, added up.
func (f *folder) shrink(n uint32) {
	g := f.g
	op := g.op(n)
	if w := g.why; w != nil {
		if plain, t, ok := w.folded(g, g.ops[op].name, w.argsOf(g, w.nodeTerm(n))); ok {
			w.unite(g, w.call(g, op, plain), t, foldEdge, "fold")
		}
		return
	}
	g.merge(g.words[n+wordClass], g.makeBag(g.ops[op].head, append([]uint32(nil), g.args(n)...), noClass))
}

// merge makes the class of a node one with that of its value.
func (f *folder) merge(n uint32, v *big.Rat) {
	g := f.g
	op := g.numberOp(v)
	if g.constant[g.classOf(n)] == uint32(op)+1 {
		return
	}
	if w := g.why; w != nil {
		var args []uint32
		for _, a := range g.args(n) {
			args = append(args, w.leaf(g, Op(g.constant[g.find(a)]-1)))
		}
		w.unite(g, w.call(g, g.op(n), args), w.leaf(g, op), foldEdge, "fold")
		return
	}
	g.merge(g.words[n+wordClass], g.add(op, nil))
}

// canFold reports whether there is a result of a call of head with so many
// numbers, for some of them.
func canFold(head string, args int) bool {
	switch head {
	case "+", "*":
		return args > 0
	case "-", "/", "^", "min", "max":
		return args == 2
	case "neg", "sqrt", "abs", "floor", "ceil", "trunc", "round", "sign":
		return args == 1
	case "fma":
		return args == 3
	}
	return false
}

// identityOf is the number that changes nothing in a sum or product; nil of
// other heads. It is not to be changed.
func identityOf(head string) *big.Rat {
	switch head {
	case "+":
		return zero
	case "*":
		return one
	}
	return nil
}

var zero, one = new(big.Rat), big.NewRat(1, 1)

// fold is the exact result of a call of head with numbers, if there is one.
func fold(head string, args []*big.Rat) (*big.Rat, bool) {
	if !canFold(head, len(args)) {
		return nil, false
	}
	size := 0
	for _, a := range args {
		size += numberBits(a)
	}
	if size > maxBits {
		return nil, false
	}
	v := new(big.Rat).Set(args[0])
	switch head {
	case "+":
		for _, a := range args[1:] {
			v.Add(v, a)
		}
	case "*":
		for _, a := range args[1:] {
			v.Mul(v, a)
		}
	case "-":
		v.Sub(v, args[1])
	case "/":
		if args[1].Sign() == 0 {
			return nil, false
		}
		v.Quo(v, args[1])
	case "^":
		return v, power(v, args[1])
	case "neg":
		v.Neg(v)
	case "abs":
		v.Abs(v)
	case "min":
		if args[1].Cmp(v) < 0 {
			v.Set(args[1])
		}
	case "max":
		if args[1].Cmp(v) > 0 {
			v.Set(args[1])
		}
	case "fma":
		v.Mul(v, args[1])
		v.Add(v, args[2])
	case "sqrt":
		if v.Sign() < 0 {
			return nil, false
		}
		n, d := new(big.Int).Sqrt(v.Num()), new(big.Int).Sqrt(v.Denom())
		r := new(big.Rat).SetFrac(n, d)
		if new(big.Rat).Mul(r, r).Cmp(v) != 0 {
			return nil, false
		}
		return r, true
	case "sign":
		v.SetInt64(int64(v.Sign()))
	case "floor":
		v.SetInt(floorOf(v))
	case "ceil":
		v.SetInt(floorOf(v.Neg(v)))
		v.Neg(v)
	case "trunc":
		v.SetInt(new(big.Int).Quo(v.Num(), v.Denom()))
	case "round": // halves away from 0
		v.Add(v, big.NewRat(int64(v.Sign()), 2))
		v.SetInt(new(big.Int).Quo(v.Num(), v.Denom()))
	}
	return v, true
}

func floorOf(v *big.Rat) *big.Int { return new(big.Int).Div(v.Num(), v.Denom()) }

// mayFold reports whether a result may take the place of a call in a class of
// rules.
func mayFold(class rewrite.Class, head string, args []*big.Rat, v *big.Rat) bool {
	switch head {
	case "floor", "ceil", "trunc", "round", "sign":
	default:
		if class > rewrite.Exact {
			return true
		}
	}
	if len(args) > 2 && head != "fma" || !isFloat32(v) {
		return false
	}
	for _, a := range args {
		if !isFloat32(a) {
			return false
		}
	}
	if v.Sign() != 0 {
		return true
	}
	switch head { // could the zero be negative?
	case "*", "/":
		return args[0].Sign() >= 0 && args[1].Sign() >= 0
	case "neg":
		return false
	case "ceil", "trunc", "round":
		return args[0].Sign() >= 0
	}
	return true
}

// isFloat32 reports whether v is 0 or a normal float32.
func isFloat32(v *big.Rat) bool {
	f, exact := v.Float32()
	m := math.Abs(float64(f))
	// Rat.Float32 calls numbers that underflow to 0 exact.
	return exact && (v.Sign() == 0 || m >= 0x1p-126 && m <= math.MaxFloat32)
}
