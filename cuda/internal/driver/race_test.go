//go:build race

package driver

func init() { raceEnabled = true }
