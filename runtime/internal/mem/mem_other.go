//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package mem

import (
	"fmt"
	"unsafe"
)

const pageSize = 4096

// region is a slice of the Go heap: this system has nothing else.
type region struct {
	data []byte
}

// reserve allocates size bytes at a multiple of the page.
func reserve(size int) (r region, err error) {
	defer func() {
		if e := recover(); e != nil { // makeslice: len out of range
			err = fmt.Errorf("make: %v", e)
		}
	}()
	all := make([]byte, size+pageSize)
	start := 0
	if rest := int(uintptr(unsafe.Pointer(&all[0])) % pageSize); rest != 0 {
		start = pageSize - rest
	}
	return region{data: all[start : start+size : start+size]}, nil
}

func (r region) free() error { return nil }
