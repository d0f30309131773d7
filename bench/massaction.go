package bench

import (
	"github.com/triad-go/triad/internal/bionet"
)

// algebra is what building terms of type T takes.
type algebra[T any] interface {
	Number(decimal string) T
	Int(v int64) T
	Var(name string) T
	Plus(terms ...T) T
	Times(factors ...T) T
	Simplify(t T) T // collects what Plus and Times have not
}

// massAction builds the right-hand sides of a network's differential equations,
// in the order of the species: the sum over the reactions that change a species
// of by how much times the rate times the reactants. add adds up a side's terms.
func massAction[T any](a algebra[T], net *bionet.Network, add func(a algebra[T], terms []T) T) []T {
	species := make([]T, len(net.Species))
	for i := range species {
		species[i] = a.Var(speciesName(i))
	}
	rates := make([]T, len(net.Rates))
	for i, r := range net.Rates {
		factors := make([]T, 0, 4)
		if r.Factor != "1" {
			factors = append(factors, a.Number(r.Factor))
		}
		for _, name := range r.Names {
			factors = append(factors, a.Var(name))
		}
		rates[i] = a.Times(factors...)
	}
	sides := make([][]T, len(net.Species))
	var factors []T
	var changed []change
	for _, r := range net.Reactions {
		factors = append(factors[:0], rates[r.Rate])
		for _, s := range r.Reactants {
			factors = append(factors, species[s])
		}
		law := a.Times(factors...)
		changed = changes(changed[:0], r)
		for _, c := range changed {
			sides[c.species] = append(sides[c.species], a.Times(a.Int(c.by), law))
		}
	}
	sums := make([]T, len(sides))
	for i, terms := range sides {
		sums[i] = a.Simplify(add(a, terms))
	}
	return sums
}

// atOnce adds up terms with one sum.
func atOnce[T any](a algebra[T], terms []T) T { return a.Plus(terms...) }

// oneByOne adds up terms as a loop does that has only the operator +.
func oneByOne[T any](a algebra[T], terms []T) T {
	sum := a.Int(0)
	for _, t := range terms {
		sum = a.Plus(sum, t)
	}
	return sum
}

// A change is by how much a reaction changes a species.
type change struct {
	species int
	by      int64
}

// changes appends those of a reaction that are not 0.
func changes(to []change, r bionet.Reaction) []change {
	count := func(list []int, by int64) {
	next:
		for _, s := range list {
			for i := range to {
				if to[i].species == s {
					to[i].by += by
					continue next
				}
			}
			to = append(to, change{s, by})
		}
	}
	count(r.Reactants, -1)
	count(r.Products, 1)
	kept := to[:0]
	for _, c := range to {
		if c.by != 0 {
			kept = append(kept, c)
		}
	}
	return kept
}
