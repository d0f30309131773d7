//go:build !amd64

package simd

// storeFence is for stores past the caches, which no tier has here.
func storeFence() {}
