//go:build !race

package executortest

// raceDetector says that the race detector is on.
const raceDetector = false
