//go:build race

package executortest

// raceDetector says that the race detector is on, under which sync.Pool forgets things at random.
const raceDetector = true
