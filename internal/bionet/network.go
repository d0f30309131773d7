// Package bionet reads the reaction networks that BioNetGen writes: .net files.
//
// A network is a list of species and of reactions between them. By mass action a
// reaction runs at its rate times the amounts of its reactants, each as often as
// it is listed: BioNetGen has put the factors that symmetry calls for into the
// rate.
package bionet

// A Network is what a .net file says.
type Network struct {
	Parameters []Parameter
	Species    []Species
	Reactions  []Reaction
	Rates      []Expression // each different rate of the reactions once
	Groups     []Group
}

// A Parameter is a named number, or one computed from parameters before it.
type Parameter struct {
	Name  string
	Value Expression
}

// A Species is a kind of molecule or complex.
type Species struct {
	Name    string // BioNetGen's pattern, as A(b!1).B(a!1)
	Initial Expression
	Fixed   bool // reactions leave its amount as it is; the file marks it with $
}

// A Reaction turns reactants into products. Both are indices into
// Network.Species, a species as often as it takes part; none is an empty list.
type Reaction struct {
	Reactants, Products []int
	Rate                int // the index into Network.Rates
}

// A Group is an observable: a weighted sum of amounts.
type Group struct {
	Name  string
	Terms []Weighted
}

// Weighted is a species' index into Network.Species and how often it counts.
type Weighted struct {
	Weight  int
	Species int
}
