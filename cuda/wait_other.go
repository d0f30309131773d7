//go:build !linux

package cuda

import "time"

func sleepThread(d time.Duration) { time.Sleep(d) }
