package rewrite

import (
	"runtime"
	"sync"
)

// split does what is listed in pieces of cutoff or more, in parallel if there
// are several, and returns the error of the first piece that has one.
func split[T comparable](s *State[T], list []int32, cutoff int, do func(*State[T], []int32) error) error {
	pieces := min(runtime.GOMAXPROCS(0), len(list)/cutoff)
	if pieces < 2 {
		return do(s, list)
	}
	errs := make([]error, pieces)
	var wait sync.WaitGroup
	for k := range pieces {
		piece := list[len(list)/pieces*k:]
		if k < pieces-1 {
			piece = piece[:len(list)/pieces]
		}
		wait.Go(func() {
			defer catch("parallel walk", &errs[k])
			errs[k] = do(s.fork(), piece)
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
