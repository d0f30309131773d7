package symbolic

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/triad-go/triad/internal/ieee"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// This file holds a rule to its class by evaluating both sides.
//
//   - Exact: the same bits in float64 and float32, at all tuples of special
//     values and at random ones. One NaN is as good as another.
//   - Rounding: the same real number, to 200 bits, at the same points. In float64
//     and float32: where no result on either side is beyond the normal numbers of
//     the format, both sides are numbers or neither is; at ordinary values (a few
//     powers of ten around 1) they are finite alike whatever becomes of their
//     parts; a NaN at any operand has the same effect; and most results are those
//     of real arithmetic, but for a few digits.
//   - Domain: the same real number where both sides have a value.
//
// An operand that the rule's condition asks to be positive, or of another sign,
// is a variable that is sampled there, besides being a number.

// checkRule checks a rule, and its reverse if there is one.
func checkRule(class rewrite.Class, text string) error {
	r, err := rewrite.Parse(Terms, text, class)
	if err != nil {
		return err
	}
	if err := checkClass(r); err != nil {
		return err
	}
	if r.Reverse() != nil {
		return checkClass(r.Reverse())
	}
	return nil
}

// checkClass checks a rule from left to right.
func checkClass(r *rewrite.Rule[Expr]) error {
	cases, err := ruleCases(r)
	if err != nil {
		return err
	}
	rnd := rand.New(rand.NewPCG(7, 8))
	each := max(160/len(cases), 12)
	anywhere, good, all := 0, 0, 0
	for _, c := range cases {
		fail := func(msg string, args ...any) error {
			return fmt.Errorf("%v rule %s: %v and %v %s", r.Class(), r.Name(), c.before, c.after, fmt.Sprintf(msg, args...))
		}
		if r.Class() == rewrite.Exact {
			err = errors.Join(checkBits[float64](c, len(cases), rnd, fail), checkBits[float32](c, len(cases), rnd, fail))
		} else {
			n := 0
			points := each
			if len(c.vars) == 0 {
				points = 1
			}
			n, err = checkReal(c, r.Class(), points, rnd, fail)
			if anywhere += n; err == nil && r.Class() == rewrite.Rounding {
				err = errors.Join(checkFloats[float64](c, &good, &all, rnd, fail), checkFloats[float32](c, &good, &all, rnd, fail))
			}
		}
		if err != nil {
			return err
		}
	}
	if 2*good < all {
		return fmt.Errorf("%v rule %s: only %d of %d results are near those of real arithmetic", r.Class(), r.Name(), good, all)
	}
	if anywhere == 0 && r.Class() != rewrite.Exact {
		return fmt.Errorf("%v rule %s: nowhere are both sides defined", r.Class(), r.Name())
	}
	return nil
}

// ruleCase is a term that a rule changes, and what it makes of it.
type ruleCase struct {
	before, after Expr
	vars          []Expr
	signs         []signClass // of what the variables stand for
}

// signClass says at which numbers a variable is sampled.
type signClass uint8

const (
	anySign signClass = iota
	positive
	negative
	nonzero
	notNegative
	notPositive
)

// of is a number of the sign, as near to v as may be. What is known not to be 0
// is so by more than can be rounded to 0 in float32.
func (s signClass) of(v float64) float64 {
	if math.Abs(v) < 0x1p-126 && (s == positive || s == negative || s == nonzero) {
		v = 1
	}
	switch s {
	case positive, notNegative:
		v = math.Abs(v)
	case negative, notPositive:
		v = -math.Abs(v)
	}
	return v
}

// implies reports whether every number of the sign satisfies the comparison with
// 0, or the predicate.
func (s signClass) implies(head string) bool {
	switch head {
	case ">", "positive":
		return s == positive
	case "<", "negative":
		return s == negative
	case "!=", "nonzero":
		return s == positive || s == negative || s == nonzero
	case ">=":
		return s == positive || s == notNegative
	case "<=":
		return s == negative || s == notPositive
	}
	return false
}

var signNames = map[string]signClass{
	">": positive, "positive": positive, "<": negative, "negative": negative,
	"!=": nonzero, "nonzero": nonzero, ">=": notNegative, "<=": notPositive,
}

// The numbers that slots stand for which ask for one.
var (
	ruleIntegers = rats(2, 1, -1, 1, 0, 1, 1, 1, 3, 1, -2, 1, -3, 1, 4, 1, 5, 1, 6, 1, 10, 1)
	ruleRats     = append(rats(1, 2, -3, 2, 1, 3, 1, 10, 3, 2, -1, 2), ruleIntegers...)
	ruleFloats   = []float64{0.1, 0, math.Copysign(0, -1), -2.5, 0.3, math.Inf(1), 3}
)

func rats(parts ...int64) (v []Expr) {
	for i := 0; i < len(parts); i += 2 {
		v = append(v, Rat(parts[i], parts[i+1]))
	}
	return v
}

// candidates are the numbers for a slot with this predicate, or an exponent.
func candidates(predicate string) (v []Expr) {
	switch predicate {
	case "integer", "even", "odd":
		v = ruleIntegers
	case "pow2":
		v = append(rats(2, 1, 1, 2, 1, 1024, 1, 1), Exact(new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 100))))
	case "number", "float":
		for _, f := range ruleFloats {
			v = append(v, Const(f))
		}
		if predicate == "number" {
			v = append(slices.Clone(ruleRats), v...)
		}
	default:
		v = ruleRats
	}
	return v
}

// ruleSlot is a slot of a rule and what it can stand for.
type ruleSlot struct {
	name   string
	values []Expr
	signs  map[Expr]signClass // of those that are variables of a certain sign
}

// absent says that there is nothing for a slot with a default.
var absent = Var("absent")

// slotsOf are the slots of a rule that are not simply variables, and the names
// of those that are truth values.
func slotsOf(r *rewrite.Rule[Expr]) (slots []*ruleSlot, truths []string) {
	get := func(name string) *ruleSlot {
		for _, s := range slots {
			if s.name == name {
				return s
			}
		}
		slots = append(slots, &ruleSlot{name: name, signs: map[Expr]signClass{}})
		return slots[len(slots)-1]
	}
	var walk func(p *rewrite.Pattern, truth, exponent bool)
	walk = func(p *rewrite.Pattern, truth, exponent bool) {
		switch p.Kind {
		case rewrite.CallKind:
			for i, a := range p.Args {
				walk(a, p.Head == "&&" || p.Head == "||" || p.Head == "!" || p.Head == "select" && i == 0, p.Head == "^" && i == 1)
			}
		case rewrite.SlotKind, rewrite.DefaultKind:
			_, signed := signNames[p.Predicate]
			switch {
			case truth:
				truths = append(truths, p.Name)
			case signed:
				signedSlot(get(p.Name), signNames[p.Predicate])
			case p.Predicate != "" || exponent || p.Kind == rewrite.DefaultKind:
				s := get(p.Name)
				if s.values != nil && p.Predicate == "" {
					return
				}
				s.values = candidates(p.Predicate)
				if p.Predicate == "" {
					s.values = append(slices.Clone(s.values), Var(p.Name))
				}
				if p.Kind == rewrite.DefaultKind {
					s.values = append(slices.Clone(s.values), absent)
				}
			}
		}
	}
	walk(r.Left(), false, false)

	plain := map[string]bool{}
	var note func(p *rewrite.Pattern)
	note = func(p *rewrite.Pattern) {
		if p.Kind == rewrite.SlotKind && p.Predicate == "" {
			plain[p.Name] = true
		}
		for _, a := range p.Args {
			note(a)
		}
	}
	note(r.Left())
	for _, s := range slots {
		delete(plain, s.name)
	}
	var conditions func(p *rewrite.Pattern)
	conditions = func(p *rewrite.Pattern) {
		s, signed := signNames[p.Head]
		zero := len(p.Args) == 1 || len(p.Args) == 2 && p.Args[1].Kind == rewrite.NumberKind && p.Args[1].Number.Sign() == 0
		if signed && zero && p.Args[0].Kind == rewrite.SlotKind && plain[p.Args[0].Name] {
			signedSlot(get(p.Args[0].Name), s)
			return
		}
		for _, a := range p.Args {
			conditions(a)
		}
	}
	if r.Condition() != nil {
		conditions(r.Condition())
	}
	return slots, truths
}

// signedSlot lets a slot be a variable of a sign, and some numbers.
func signedSlot(slot *ruleSlot, s signClass) {
	v := Var(fmt.Sprintf("%s_%d", slot.name, s))
	slot.signs[v] = s
	slot.values = append(slot.values, v)
	if len(slot.values) == 1 {
		slot.values = append(slot.values, rats(2, 1, -3, 2, 0, 1)...)
	}
}

// ruleCases are terms of the form of the rule's left side, with variables for
// its slots, but numbers where it asks for them.
func ruleCases(r *rewrite.Rule[Expr]) ([]ruleCase, error) {
	slots, truths := slotsOf(r)
	tuples := 1
	for _, s := range slots {
		tuples *= len(s.values)
	}
	signs := map[Expr]signClass{}
	for _, s := range slots {
		for v, of := range s.signs {
			signs[v] = of
		}
	}
	signed, err := rewrite.New(Terms, r.Left(), r.Right(), append(signPredicates(signs), r.Class(), rewrite.Named(r.Name()),
		rewrite.When(func(b *rewrite.Bindings[Expr]) bool { return r.Condition() == nil || holds(r.Condition(), b, signs) }))...)
	if err != nil {
		return nil, err
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	most := 400
	if testing.Short() {
		most = 100
	}
	var cases []ruleCase
	seen := map[[2]Expr]bool{}
	for i := range min(tuples, most) {
		if tuples > most {
			i = rnd.IntN(tuples)
		}
		value := map[string]Expr{}
		rule := r
		for _, s := range slots {
			v := s.values[i%len(s.values)]
			i /= len(s.values)
			value[s.name] = v
			if s.signs[v] != anySign {
				rule = signed
			}
		}
		for _, name := range truths {
			value[name] = Lt(Var(name+"_1"), Var(name+"_2"))
		}
		before, ok := filled(r.Left(), value)
		if !ok {
			continue
		}
		c := ruleCase{before: before}
		if c.after, err = rewrite.Run(context.Background(), Terms, rewrite.Rewriter[Expr](rule), c.before); err != nil {
			return nil, err
		}
		if key := [2]Expr{c.before, c.after}; c.after != c.before && !seen[key] {
			seen[key] = true
			c.vars = Vars(c.before, c.after)
			for _, v := range c.vars {
				c.signs = append(c.signs, signs[v])
			}
			cases = append(cases, c)
		}
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("%s: never applies", r.Name())
	}
	return cases, nil
}

// signPredicates are the predicates of signs as they are of numbers, and of
// variables of a sign.
func signPredicates(signs map[Expr]signClass) (opts []rewrite.Option) {
	for _, name := range []string{"positive", "negative", "nonzero"} {
		opts = append(opts, rewrite.Predicate(name, func(e Expr) bool {
			if s, ok := signs[e]; ok {
				return s.implies(name)
			}
			v, ok := e.Rat()
			f, isFloat := e.Float64()
			switch {
			case ok:
				f = float64(v.Sign())
			case !isFloat:
				return false
			}
			return f > 0 && name == "positive" || f < 0 && name == "negative" || f != 0 && name == "nonzero"
		}))
	}
	return opts
}

// holds is a rule's condition, where variables have signs.
func holds(p *rewrite.Pattern, b *rewrite.Bindings[Expr], signs map[Expr]signClass) bool {
	switch p.Head {
	case "&&":
		return holds(p.Args[0], b, signs) && holds(p.Args[1], b, signs)
	case "||":
		return holds(p.Args[0], b, signs) || holds(p.Args[1], b, signs)
	}
	if a := p.Args[0]; a.Kind == rewrite.SlotKind {
		if s, ok := signs[b.Get(a.Name)]; ok {
			return s.implies(p.Head)
		}
	}
	// What is left is of numbers: the package's own conditions.
	text := map[string]string{">": "?x > ?y", "<": "?x < ?y", "!=": "?x != ?y", ">=": "?x >= ?y", "<=": "?x <= ?y", "==": "?x == ?y"}[p.Head]
	if text == "" {
		text = p.Head + "(?x)"
	}
	args := []Expr{Int(0), Int(0)}
	for i, a := range p.Args {
		value := map[string]Expr{}
		bound(a, b, value)
		args[i], _ = filled(a, value)
	}
	term := Hypot(args[0], args[1])
	u, err := rewrite.Run(context.Background(), Terms, rewrite.Rewriter[Expr](rewrite.MustParse(Terms, "hypot(?x, ?y) => 0 if "+text)), term)
	return err == nil && u != term
}

// bound adds what a pattern's slots are bound to.
func bound(p *rewrite.Pattern, b *rewrite.Bindings[Expr], to map[string]Expr) {
	if p.Kind == rewrite.SlotKind || p.Kind == rewrite.DefaultKind {
		to[p.Name] = b.Get(p.Name)
	}
	for _, a := range p.Args {
		bound(a, b, to)
	}
}

// filled is a pattern's term, with variables for slots that have no value; !ok
// where nothing is left of it.
func filled(p *rewrite.Pattern, value map[string]Expr) (e Expr, ok bool) {
	switch p.Kind {
	case rewrite.NumberKind:
		return Exact(p.Number), true
	case rewrite.CallKind:
		var args []Expr
		for i, a := range p.Args {
			e, ok := filled(a, value)
			switch {
			case ok:
				args = append(args, e)
			case p.Head == "^" && i == 1:
				return args[0], true
			case p.Head != "+" && p.Head != "*":
				return e, false
			}
		}
		if (p.Head == "+" || p.Head == "*") && len(args) < 2 {
			if len(args) == 1 {
				return args[0], true
			}
			return e, false
		}
		return Terms.Make(Expr{}, p.Head, args), true
	}
	if v, ok := value[p.Name]; ok {
		return v, v != absent
	}
	return Var(p.Name), true
}

type failer func(msg string, args ...any) error

// special are numbers that rules are likely to get wrong.
var special = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.5, 2, -3, 1.0 / 3, math.NaN(), math.Inf(1), math.Inf(-1),
	math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, -0x1p-1022, 0x1p52 + 0.5, -0x1p53, 709.9, -745.2,
	math.MaxFloat32, -math.SmallestNonzeroFloat32, 1 + 0x1p-52, 1 - 0x1p-53, 1 + 0x1p-23, -1 + 0x1p-24, 2.5, -0.5, 1e-30,
}

// checkBits asks for the same bits at all tuples of special values, or at some if
// there are more than three variables, and at random ones.
func checkBits[T ieee.Float](c ruleCase, cases int, rnd *rand.Rand, fail failer) error {
	before, after := machineFor[T](c.vars, c.before), machineFor[T](c.vars, c.after)
	values := make([]T, len(c.vars))
	tuples := 1
	for range min(len(values), 3) {
		tuples *= len(special)
	}
	all, random := len(values) <= 3, max(40_000/cases, 200)
	switch {
	case !all:
		tuples = 5000
	case len(values) == 0:
		random = 0
	}
	for i := range tuples + random {
		for k, at := 0, i; k < len(values); k++ {
			var v float64
			switch {
			case i >= tuples:
				v = randomNumber[T](rnd)
			case all:
				v = special[at%len(special)]
				at /= len(special)
			default:
				v = special[rnd.IntN(len(special))]
			}
			values[k] = T(c.signs[k].of(v))
		}
		a, _ := before.run(values)
		b, _ := after.run(values)
		if ieee.Bits(a) != ieee.Bits(b) && (a == a || b == b) {
			return fail("have other bits at %v in %T: %v and %v", values, a, a, b)
		}
	}
	return nil
}

// randomNumber is any number of the format, or one that is likely to be near
// others.
func randomNumber[T ieee.Float](rnd *rand.Rand) float64 {
	switch rnd.IntN(6) {
	case 0, 1:
		return float64(ieee.FromBits[T](rnd.Uint64()))
	case 2:
		return float64(rnd.IntN(21) - 10)
	case 3:
		return 1 + rnd.NormFloat64()*0x1p-20
	case 4:
		return rnd.NormFloat64() * math.Pow(10, float64(rnd.IntN(61)-30))
	}
	return rnd.NormFloat64()
}

// checkFloats is what is asked of Rounding in a floating-point format.
// It counts the values compared with those of real arithmetic, and the good ones
// among them.
func checkFloats[T ieee.Float](c ruleCase, good, all *int, rnd *rand.Rand, fail failer) error {
	before, after := machineFor[T](c.vars, c.before), machineFor[T](c.vars, c.after)
	values := make([]T, len(c.vars))
	scale, want := 3, 1e-9 // powers of ten; what most errors are below
	if _, ok := any(values).([]float32); ok {
		scale, want = 2, 1e-2
	}
	isFinite := func(v T) bool { return v-v == 0 }
	for i := range 600 {
		if len(values) == 0 && i != 200 {
			continue // one point is all there is
		}
		for k := range values {
			var v float64
			switch {
			case i < 200 && (i+k)%2 == 0:
				for v = math.NaN(); v-v != 0; {
					v = special[rnd.IntN(len(special))]
				}
			case i < 200:
				for v = math.NaN(); v-v != 0; {
					v = randomNumber[T](rnd)
				}
			default:
				v = rnd.NormFloat64() * math.Pow(10, float64(rnd.IntN(2*scale+1)-scale))
				if i%5 == 0 {
					v = math.Round(v)
				}
			}
			if values[k] = T(c.signs[k].of(v)); !isFinite(values[k]) {
				values[k] = 1
			}
		}
		nan := i >= 500 && len(values) > 0
		if nan {
			values[i%len(values)] = T(math.NaN())
		}
		a, strainedA := before.run(values)
		b, strainedB := after.run(values)
		switch {
		case nan:
			if (a == a || b == b) && !(math.Abs(float64(a-b)) <= 0.1*math.Abs(float64(a))) && a != b {
				return fail("take NaN differently at %v in %T: %v and %v", values, a, a, b)
			}
		case isFinite(a) != isFinite(b) && !strainedA && !strainedB:
			return fail("are not both defined at %v in %T: %v and %v", values, a, a, b)
		case i >= 200:
			ok := false
			var exact *big.Float
			if isFinite(a) != isFinite(b) || i < 260 {
				exact, ok, _ = bigValue(c.before, c.vars, asFloat64(values), 320)
			}
			if ok && isFinite(a) != isFinite(b) {
				return fail("are not finite alike at %v in %T: %v and %v", values, a, a, b)
			}
			if ok && !strainedA && !strainedB {
				v, _ := exact.Float64()
				near := func(x T) bool { return math.Abs(float64(x)-v) <= want*math.Abs(v) }
				if *all++; near(a) && near(b) {
					*good++
				}
			}
		}
	}
	return nil
}

func asFloat64[T ieee.Float](v []T) []float64 {
	w := make([]float64, len(v))
	for i := range v {
		w[i] = float64(v[i])
	}
	return w
}

// checkReal asks that both sides are equal as real numbers where both have a
// value; for Rounding, also that they have one at the same places. It returns at
// how many points both have.
func checkReal(c ruleCase, class rewrite.Class, points int, rnd *rand.Rand, fail failer) (both int, err error) {
	before, after := machineFor[float64](c.vars, c.before), machineFor[float64](c.vars, c.after)
	for i := range points {
		values := realPoint(c.vars, i, rnd)
		for k := range values {
			values[k] = c.signs[k].of(values[k])
		}
		a, okA, bigA := bigValue(c.before, c.vars, values, 320)
		b, okB, bigB := bigValue(c.after, c.vars, values, 320)
		if bigA || bigB {
			continue
		}
		if okA != okB && class == rewrite.Rounding {
			return both, fail("are not both defined at %v: %v and %v", values, okA, okB)
		}
		if !okA || !okB {
			continue
		}
		if both++; near(a, b, 200) {
			continue
		}
		// Digits may have cancelled, even all of them.
		a, _, _ = bigValue(c.before, c.vars, values, 5000)
		b, _, _ = bigValue(c.after, c.vars, values, 5000)
		if d := new(big.Float).Sub(a, b); near(a, b, 200) || d.MantExp(nil) < -3300 {
			continue
		}
		_, strainedA := before.run(values)
		_, strainedB := after.run(values)
		if !strainedA && !strainedB { // else more digits may cancel than there are
			return both, fail("differ at %v: %.20g and %.20g", values, a, b)
		}
	}
	return both, nil
}

// digitsLost is how many decimal digits of a result in float64 a rule can cost,
// and where: looked for among points at which the left side has all but two of
// its digits, and where a change of the operands changes it by no more than 32
// times as much.
func digitsLost(r *rewrite.Rule[Expr]) (most float64, where []float64, err error) {
	cases, err := ruleCases(r)
	if err != nil {
		return 0, nil, err
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	const u = 0x1p-53
	worst := 1.0 // in units of u
	for _, c := range cases {
		before, after := machineFor[float64](c.vars, c.before), machineFor[float64](c.vars, c.after)
		values := make([]float64, len(c.vars))
		value := func() (float64, bool) {
			v, ok := realValue(c.before, c.vars, values)
			if !ok {
				return 0, false
			}
			x, _ := v.Float64()
			return x, x != 0
		}
		points := 1000
		if testing.Short() {
			points = 250
		}
		for range max(points/len(cases), 20) {
			for k := range values {
				values[k] = c.signs[k].of(rnd.NormFloat64() * math.Pow(10, float64(rnd.IntN(9)-6)))
			}
			a, strainedA := before.run(values)
			b, strainedB := after.run(values)
			if strainedA || strainedB || a-a != 0 || b-b != 0 || math.Abs(a-b) <= worst*u*math.Abs(a) {
				continue
			}
			x, ok := value()
			if !ok || math.Abs(a-x) > 64*u*math.Abs(x) {
				continue
			}
			condition := 0.0
			for k, v := range values {
				values[k] = v * (1 + 0x1p-30)
				y, ok := value()
				if condition += math.Abs(y-x) * 0x1p30; !ok {
					condition = math.Inf(1)
				}
				values[k] = v
			}
			if e := math.Abs(b-x) / (u * math.Abs(x)); e > worst && condition <= 32*math.Abs(x) {
				worst, where = e, slices.Clone(values)
			}
		}
	}
	return math.Log10(worst), where, nil
}

// near reports whether numbers agree to so many bits.
func near(a, b *big.Float, bits int) bool {
	d := new(big.Float).Sub(a, b)
	return d.Sign() == 0 || d.MantExp(nil) < max(a.MantExp(nil), b.MantExp(nil))-bits
}

// realPoint is the i-th of some points: first those of small numbers.
func realPoint(vars []Expr, i int, rnd *rand.Rand) []float64 {
	values := make([]float64, len(vars))
	small := []float64{0, 1, -1, 0.5, 2, -2}
	for k := range values {
		switch {
		case i < len(small):
			values[k] = small[(i+k)%len(small)]
			continue
		case i < 2*len(small):
			values[k] = small[rnd.IntN(len(small))]
			continue
		}
		switch rnd.IntN(8) {
		case 0, 1:
			values[k] = rnd.Float64()*2 - 1
		case 2:
			values[k] = math.Round(rnd.NormFloat64() * 10)
		case 3:
			values[k] = rnd.NormFloat64() * math.Pow(10, float64(rnd.IntN(61)-30))
		case 4:
			for values[k] = math.NaN(); values[k]-values[k] != 0; {
				values[k] = special[rnd.IntN(len(special))]
			}
		default:
			values[k] = math.Round(rnd.NormFloat64()*0x1p20) / 0x1p18
		}
	}
	return values
}

// bigValue is a value to some bits. !ok says that it is not defined, tooBig that
// it, or a part of it, is past the exponents of big.Float.
func bigValue(e Expr, vars []Expr, values []float64, prec uint) (v *big.Float, ok, tooBig bool) {
	at := map[Expr]*big.Float{}
	for i, x := range vars {
		at[x] = big.NewFloat(values[i])
	}
	v, err := EvalBig(e, prec, at)
	var eval *EvalError
	if err != nil && !errors.As(err, &eval) {
		panic(err)
	}
	return v, err == nil, err != nil && eval.Msg == errInfinite.Error()
}

// realValue is a value to more digits than any cancellation of ordinary values
// takes.
func realValue(e Expr, vars []Expr, values []float64) (v *big.Float, ok bool) {
	v, ok, _ = bigValue(e, vars, values, 500)
	return v, ok
}

// machine computes a term in a floating-point format.
type machine[T ieee.Float] struct {
	terms  []Expr
	args   [][]int
	consts []T
	v      []T
	vars   map[Expr]int
}

// machineFor compiles a term as a function of the variables.
func machineFor[T ieee.Float](vars []Expr, e Expr) *machine[T] {
	m := &machine[T]{vars: map[Expr]int{}}
	for i, v := range vars {
		m.vars[v] = i
	}
	place := map[Expr]int{}
	for t := range Postorder(Faithful(e)) {
		var args []int
		for i := range t.NumArgs() {
			args = append(args, place[t.Arg(i)])
		}
		place[t] = len(m.terms)
		m.terms = append(m.terms, t)
		m.args = append(m.args, args)
		var c float64
		if r, ok := t.Rat(); ok {
			c, _ = r.Float64()
		} else if f, ok := t.Float64(); ok {
			c = f
		}
		m.consts = append(m.consts, T(c))
	}
	m.v = make([]T, len(m.terms))
	return m
}

// run is the term's value. strained says that a result on the way to it was not
// a normal number though its arguments were numbers: infinite, but not by a
// division by 0; subnormal; or 0 of a product, a power, a quotient or a function
// such as exp.
func (m *machine[T]) run(values []T) (v T, strained bool) {
	for i, t := range m.terms {
		var a [4]T
		for k, at := range m.args[i] {
			a[k] = m.v[at]
		}
		v = m.step(i, t, a, values)
		m.v[i] = v
		if t.NumArgs() > 0 {
			strained = strained || isStrained(t, a[:len(m.args[i])], v)
		}
	}
	return v, strained
}

func isStrained[T ieee.Float](t Expr, args []T, v T) bool {
	zero := false
	for _, a := range args {
		if a-a != 0 {
			return false
		}
		zero = zero || a == 0
	}
	tiny := 0x1p-1022
	if _, ok := any(v).(float32); ok {
		tiny = 0x1p-126
	}
	abs := math.Abs(float64(v))
	switch op := t.Op(); {
	case abs > 0 && abs < tiny:
		return true
	case math.IsInf(abs, 0):
		return op != OpDiv && !zero || op == OpDiv && args[1] != 0
	case v != 0 || zero:
		return false
	case op == OpCall:
		name := t.Func().Name
		return name == "exp" || name == "exp2" || name == "erfc"
	default:
		return op == OpMul || op == OpDiv || op == OpPow || op == OpPower || op == OpFMA
	}
}

func (m *machine[T]) step(i int, t Expr, a [4]T, values []T) T {
	is := func(b bool) T {
		if b {
			return 1
		}
		return 0
	}
	switch t.Op() {
	case OpVar:
		return values[m.vars[t]]
	case OpNumber, OpFloat:
		return m.consts[i]
	case OpAdd:
		return T(a[0] + a[1])
	case OpSub:
		return T(a[0] - a[1])
	case OpMul:
		return T(a[0] * a[1])
	case OpDiv:
		return T(a[0] / a[1])
	case OpNeg:
		return -a[0]
	case OpPow:
		return powT(a[0], t.Exponent())
	case OpFMA:
		return ieee.FMA(a[0], a[1], a[2])
	case OpSqrt:
		return ieee.Sqrt(a[0])
	case OpAbs:
		return ieee.Abs(a[0])
	case OpMin:
		if a[0] < a[1] {
			return a[0]
		}
		return a[1]
	case OpMax:
		if a[0] > a[1] {
			return a[0]
		}
		return a[1]
	case OpLt:
		return is(a[0] < a[1])
	case OpLe:
		return is(a[0] <= a[1])
	case OpGt:
		return is(a[0] > a[1])
	case OpGe:
		return is(a[0] >= a[1])
	case OpEq:
		return is(a[0] == a[1])
	case OpNe:
		return is(a[0] != a[1])
	case OpAnd:
		return is(a[0] != 0 && a[1] != 0)
	case OpOr:
		return is(a[0] != 0 || a[1] != 0)
	case OpNot:
		return is(a[0] == 0)
	case OpSelect:
		if a[0] != 0 {
			return a[1]
		}
		return a[2]
	case OpPower:
		return T(math.Pow(float64(a[0]), float64(a[1])))
	case OpCall:
		return T(t.Func().Eval(asFloat64(a[:t.NumArgs()])))
	}
	panic("no machine for " + t.Op().String())
}

// powT is the power by repeated squaring that [Expr.Pow] tells of.
func powT[T ieee.Float](x T, n int64) T {
	m := magnitude(n)
	r, started := T(1), false
	for b := 63; b >= 0; b-- {
		if started {
			r = T(r * r)
		}
		if m>>b&1 == 1 {
			if started {
				r = T(r * x)
			} else {
				r, started = x, true
			}
		}
	}
	if n < 0 {
		return T(1 / r)
	}
	return r
}
