//go:build race

package symbolic_test

// Under the race detector everything is ten times as slow.
const slow = true
