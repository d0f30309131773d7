//go:build linux && (amd64 || arm64) && !cu

package fake

import "github.com/triad-go/triad/cuda/internal/ptxsim"

// simulated is a module whose kernels package ptxsim runs.
type simulated struct {
	inert
	module *ptxsim.Module
}

// load is the Loader of a Config that has none.
func load(text string) (Module, error) {
	m, err := ptxsim.Parse(text)
	if err != nil {
		return nil, err
	}
	known, err := entries(text)
	if err != nil {
		return nil, err
	}
	return &simulated{known, m}, nil
}

func (m *simulated) Run(l *Launch) error {
	return m.module.Launch(l.Entry, l.Grid, l.Block, int(l.Shared), l.Params, l.Memory)
}
