package simd

// storeFence orders stores past the caches before all later stores.
//
//go:noescape
func storeFence()
