package bionet

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/internal/bionet/bcr"
)

func TestBCR(t *testing.T) {
	net, err := Parse(bcr.Text)
	if err != nil {
		t.Fatal(err)
	}
	got := [...]int{len(net.Parameters), len(net.Species), len(net.Reactions), len(net.Groups), len(net.Rates)}
	if want := [...]int{128, 1122, 24388, 9, 86}; got != want {
		t.Errorf("%v parameters, species, reactions, groups, rates; want %v", got, want)
	}
	lines := strings.Split(strings.TrimSpace(bcr.Trajectory), "\n")
	names := strings.Fields(lines[0])
	if len(lines) != 102 || len(names) != len(net.Groups)+1 {
		t.Fatalf("a trajectory of %d lines and %d columns", len(lines), len(names))
	}
	for i, g := range net.Groups {
		if names[i+1] != g.Name {
			t.Errorf("column %d is %s, not %s", i+1, names[i+1], g.Name)
		}
	}
}

// A polynomial has a coefficient for each monomial: the sorted names in it.
type polynomial map[string]*big.Rat

func (p polynomial) add(c *big.Rat, factors []string) {
	slices.Sort(factors)
	m := strings.Join(factors, "*")
	if p[m] == nil {
		p[m] = new(big.Rat)
	}
	if p[m].Add(p[m], c).Sign() == 0 {
		delete(p, m)
	}
}

// TestBCRMassAction counts what symbolic systems have to find: the monomials of
// the right-hand sides, and the entries of the Jacobian and their monomials.
// Rates are the names that the reactions give, also where the parameter is 2*kp4a
// or 0; with those put in there would be fewer.
func TestBCRMassAction(t *testing.T) {
	net, err := Parse(bcr.Text)
	if err != nil {
		t.Fatal(err)
	}
	species := func(i int) string { return fmt.Sprintf("#%d", i) }
	rhs := make([]polynomial, len(net.Species))
	for i := range rhs {
		rhs[i] = polynomial{}
	}
	for _, r := range net.Reactions {
		rate := net.Rates[r.Rate]
		factor, ok := new(big.Rat).SetString(rate.Factor)
		if !rate.Product || !ok {
			t.Fatalf("rate %q", rate.Text)
		}
		term := func() []string {
			names := slices.Clone(rate.Names)
			for _, s := range r.Reactants {
				names = append(names, species(s))
			}
			return names
		}
		for _, s := range r.Reactants {
			rhs[s].add(new(big.Rat).Neg(factor), term())
		}
		for _, s := range r.Products {
			rhs[s].add(factor, term())
		}
	}
	monomials, entries, inEntries := 0, 0, 0
	for _, p := range rhs {
		monomials += len(p)
		row := map[string]polynomial{}
		for m, c := range p {
			factors := strings.Split(m, "*")
			for i, s := range factors {
				if s[0] != '#' {
					continue
				}
				if row[s] == nil {
					row[s] = polynomial{}
				}
				row[s].add(c, slices.Delete(slices.Clone(factors), i, i+1)) // a square's two factors: 2*x
			}
		}
		for _, e := range row {
			if len(e) > 0 {
				entries++
				inEntries += len(e)
			}
		}
	}
	if monomials != 52364 || entries != 31369 || inEntries != 90164 {
		t.Errorf("%d monomials, a Jacobian of %d entries and %d monomials; want 52364, 31369 and 90164", monomials, entries, inEntries)
	}
}
