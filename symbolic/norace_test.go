//go:build !race

package symbolic_test

const slow = false
