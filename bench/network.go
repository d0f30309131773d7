package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/triad-go/triad/internal/bionet"
	"github.com/triad-go/triad/internal/bionet/bcr"
	"github.com/triad-go/triad/symbolic"
)

func speciesName(i int) string { return "S" + strconv.Itoa(i+1) }

// canonicalAlgebra builds this library's canonical terms.
type canonicalAlgebra struct{}

func (canonicalAlgebra) Number(decimal string) symbolic.Expr {
	return symbolic.Exact(naryAlgebra{}.Number(decimal).number())
}

func (canonicalAlgebra) Int(v int64) symbolic.Expr                 { return symbolic.Int(v) }
func (canonicalAlgebra) Var(name string) symbolic.Expr             { return symbolic.Var(name) }
func (canonicalAlgebra) Plus(terms ...symbolic.Expr) symbolic.Expr { return symbolic.Plus(terms...) }
func (canonicalAlgebra) Times(factors ...symbolic.Expr) symbolic.Expr {
	return symbolic.Times(factors...)
}
func (canonicalAlgebra) Simplify(t symbolic.Expr) symbolic.Expr { return t }

// networkCases: what they come to is counted independently in the tests of
// package bionet.
var networkCases = []algebraCase{
	{name: "rhs", label: "right-hand sides, each summed at once", want: result{terms: 52364}},
	{name: "rhs-one-by-one", label: "right-hand sides, summed one by one", want: result{terms: 52364}},
	{name: "jacobian", label: "sparse Jacobian", want: result{terms: 31369, value: 90164}},
}

// network times building the equations of a reaction network by the same code
// over canonical and over plain terms, and their Jacobian.
func (s *session) network(ctx context.Context) (_ []Section, err error) {
	net, err := bionet.Parse(bcr.Text)
	if err != nil {
		return nil, err
	}
	cases := slices.Clone(networkCases)
	if s.reactions > 0 { // a test's: nobody has counted what comes
		net.Reactions = net.Reactions[:s.reactions]
		cases = slices.DeleteFunc(cases, func(c algebraCase) bool { return c.name == "jacobian" })
		for i := range cases {
			cases[i].want = result{}
		}
	}
	canonical := rightHandSides(net, canonicalAlgebra{}, numberOfTerms)
	canonical["jacobian"] = jacobian(net)
	columns := []column{
		{Side{Name: triadName, What: "this library's canonical sums and products"}, &goSide{cases: canonical}},
		{Side{Name: matchedName, What: "plain n-ary terms, then rules in text that sort and collect like terms, matched modulo associativity and commutativity by symbolic/rewrite"}, &goSide{cases: rightHandSides(net, matchedAlgebra{}, (*nary).terms)}},
		{Side{Name: compiledName, What: "the same terms, then the rules of SymbolicUtils.jl for this written out in Go, which need no matcher"}, &goSide{cases: rightHandSides(net, naryAlgebra{}, (*nary).terms)}},
	}
	defer func() { err = errors.Join(err, closeAll(columns)) }()
	if err := verifyCases(ctx, columns, cases); err != nil {
		return nil, err
	}
	jobs := jobsOf(cases)
	times, err := takeTurns(ctx, columns, jobs, s.Rounds, s.round("network"))
	if err != nil {
		return nil, err
	}
	sec := Section{
		Name: "network",
		Title: fmt.Sprintf("milliseconds, one goroutine, %d species and %d reactions, median of %d rounds",
			len(net.Species), len(net.Reactions), s.Rounds),
		Unit:  "ms",
		Sides: describe(columns),
		Notes: []string{
			"B-cell receptor signalling, from BioNetGen; reading the file is not counted, and the Jacobian is of right-hand sides that are there.",
			"One function builds the right-hand sides over all kinds of terms. Plain terms collect nothing while they are built; in the end each side is simplified by rules until none matches.",
			spendingNote,
		},
	}
	sec.fill(jobs, times, func(_ job, ns float64) float64 { return ns / 1e6 }, [][2]string{{triadName, matchedName}, {triadName, compiledName}})
	return []Section{sec, allocations("network", columns, jobs)}, nil
}

const (
	matchedName  = "plain, matched rules"
	compiledName = "plain, compiled rules"
)

// rightHandSides are the cases that build these.
func rightHandSides[T any](net *bionet.Network, a algebra[T], terms func(T) int) map[string]preparation {
	build := func(add func(a algebra[T], terms []T) T) preparation {
		return func() (func() error, func() (result, error)) {
			var sides []T
			return func() error {
					sides = massAction(a, net, add)
					return nil
				}, func() (result, error) {
					n := 0
					for _, t := range sides {
						n += terms(t)
					}
					return result{terms: n}, nil
				}
		}
	}
	return map[string]preparation{"rhs": build(atOnce[T]), "rhs-one-by-one": build(oneByOne[T])}
}

func jacobian(net *bionet.Network) preparation {
	return func() (func() error, func() (result, error)) {
		sides := massAction[symbolic.Expr](canonicalAlgebra{}, net, atOnce)
		vars := make([]symbolic.Expr, len(net.Species))
		for i := range vars {
			vars[i] = symbolic.Var(speciesName(i))
		}
		var m *symbolic.Sparse
		return func() (err error) {
				m, err = symbolic.SparseJacobian(sides, vars)
				return err
			}, func() (result, error) {
				n := 0
				for _, e := range m.Value {
					n += numberOfTerms(e)
				}
				return result{m.Len(), float64(n)}, nil
			}
	}
}
