package mem

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

var pageSize = os.Getpagesize()

// region is a mapping as the system sees it.
type region struct {
	data []byte // whole pages
}

// reserve maps size bytes, a multiple of the page. Huge pages need a privilege that programs do not have, so there is
// no use in aligning for them.
func reserve(size int) (region, error) {
	addr, err := windows.VirtualAlloc(0, uintptr(size), windows.MEM_RESERVE|windows.MEM_COMMIT, windows.PAGE_READWRITE)
	if err != nil {
		return region{}, os.NewSyscallError("VirtualAlloc", err)
	}
	p := *(*unsafe.Pointer)(unsafe.Pointer(&addr)) // memory that Go's runtime does not know may be held as a pointer
	return region{data: unsafe.Slice((*byte)(p), size)}, nil
}

func (r region) free() error {
	return os.NewSyscallError("VirtualFree", windows.VirtualFree(uintptr(unsafe.Pointer(&r.data[0])), 0, windows.MEM_RELEASE))
}
