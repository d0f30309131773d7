//go:build !(linux && (amd64 || arm64)) || (cu && !cgo)

package driver

func open() (Driver, error) { return nil, platform() }

// OpenPath loads and initializes the driver library of this path, each time anew. It is there
// for tests: programs call [Open]. On this system there is no way to.
func OpenPath(path string) (Driver, error) { return nil, platform() }
