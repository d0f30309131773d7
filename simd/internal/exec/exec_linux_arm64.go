package exec

import (
	"sync"
	"syscall"
	"unsafe"
)

// publish makes freshly written code visible to instruction fetches, whose cache
// does not watch the data's: the lines are written back to where the two caches
// meet, then dropped from the instruction cache, of all processors. Threads on
// other processors must also discard what they have fetched; the kernel makes
// them, where it can. A kernel without that call is no danger in practice: it
// has itself interrupted a thread by the time that it hands the address over.
func publish(b []byte) {
	flush(unsafe.Pointer(unsafe.SliceData(b)), uintptr(len(b)))
	if registered() {
		syscall.RawSyscall(sysMembarrier, syncCore, 0, 0)
	}
}

// membarrier(2): its number on arm64 and the two commands that are used.
const (
	sysMembarrier    = 283
	syncCore         = 1 << 5 // MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE
	registerSyncCore = 1 << 6 // MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE
)

// registered announces once that the process will ask for syncCore.
var registered = sync.OnceValue(func() bool {
	_, _, errno := syscall.RawSyscall(sysMembarrier, registerSyncCore, 0, 0)
	return errno == 0
})

// flush writes n bytes from p back from the data caches and drops them from the
// instruction caches.
//
//go:noescape
func flush(p unsafe.Pointer, n uintptr)
