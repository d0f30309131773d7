//go:build !(linux && (amd64 || arm64))

package exec

// Supported reports whether Map can work at all on this system.
const Supported = false

// Map fails with ErrUnsupported.
func Map(code []byte) (Memory, error) { return Memory{}, ErrUnsupported }

// Unmap gives the pages back.
func (m Memory) Unmap() {}
