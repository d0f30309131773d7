//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package mem

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

var pageSize = os.Getpagesize()

// region is a mapping as the system sees it: the data between two guard pages.
type region struct {
	data  []byte // whole pages
	whole []byte // data and guards
}

// reserve maps size bytes, a multiple of the page.
//
// The guards have a second use on Linux: the system joins neighbouring mappings that are alike, and reports huge pages
// for the joined one only.
func reserve(size int) (region, error) {
	align := pageSize
	if size >= HugePage {
		align = HugePage
	}
	// Map enough for an aligned place with a guard on either side, and give the rest back.
	total := align + size + pageSize
	p, err := unix.MmapPtr(-1, 0, nil, uintptr(total), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return region{}, os.NewSyscallError("mmap", err)
	}
	all := unsafe.Slice((*byte)(p), total)
	start := pageSize
	if rest := (int(uintptr(p)%uintptr(align)) + start) % align; rest != 0 {
		start += align - rest
	}
	end := start + size
	r := region{data: all[start:end:end], whole: all[start-pageSize : end+pageSize]}
	if err := cut(all[:start-pageSize]); err != nil {
		cut(all)
		return region{}, err
	}
	if err := cut(all[end+pageSize:]); err != nil {
		cut(all[start-pageSize:])
		return region{}, err
	}
	if err := unix.Mprotect(r.data, unix.PROT_READ|unix.PROT_WRITE); err != nil {
		cut(r.whole)
		return region{}, os.NewSyscallError("mprotect", err)
	}
	if size >= HugePage {
		adviseHuge(r.data)
	}
	return r, nil
}

func (r region) free() error { return cut(r.whole) }

// cut unmaps whole pages.
func cut(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	return os.NewSyscallError("munmap", unix.MunmapPtr(unsafe.Pointer(&b[0]), uintptr(len(b))))
}
