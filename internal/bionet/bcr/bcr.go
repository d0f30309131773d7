// Package bcr holds the reaction network of B-cell receptor signalling: 1122
// species and 24,388 reactions. README.md tells its origin and licence.
package bcr

import _ "embed"

// Text is the network as BioNetGen wrote it: bionet.Parse reads it.
//
//go:embed bcr.net
var Text string

// Trajectory is BioNetGen's simulation of the network: a line of names, then a
// line for each of 101 times, of the time and the network's nine groups.
//
//go:embed bcr.gdat
var Trajectory string
