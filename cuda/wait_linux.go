package cuda

import (
	"syscall"
	"time"
)

// sleepThread sleeps, and less if a signal comes.
func sleepThread(d time.Duration) {
	t := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&t, nil)
}
