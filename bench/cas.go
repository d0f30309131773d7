package bench

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"
)

//go:embed cas/*.cpp cas/*.py
var casSources embed.FS

const (
	ginacName = "GiNaC"
	sympyName = "SymPy"
)

var (
	errNoCXX    = errors.New("no C++ compiler")
	errNoPython = errors.New("no python3")
	errNoSymPy  = errors.New("python3 has no SymPy")
)

// casSide is a computer algebra system in a process of its own, which serves
// cases in the protocol of c/server.h.
type casSide struct {
	*server
	slow bool // it also runs the cases that take it minutes
	spending
}

func (c *casSide) verify(_ context.Context, ac algebraCase) (result, error) {
	if ac.minutes && c.name == sympyName && !c.slow {
		return result{}, errNoKernel
	}
	ns, err := c.ask("run " + ac.name + " 1")
	if err != nil {
		return result{}, err
	}
	v, err := c.ask("check")
	if err == nil && (len(ns) != 1 || len(v) != 2) {
		err = &ServerError{c.name, ac.name, fmt.Errorf("%d times and %d values instead of 1 and 2", len(ns), len(v))}
	}
	if err != nil {
		return result{}, err
	}
	c.verified(ac.name, ns[0])
	return result{terms: int(v[0]), value: v[1]}, nil
}

func (c *casSide) run(_ context.Context, j job) ([]float64, error) {
	return c.spend(j.name, func(repetitions int) ([]float64, error) {
		return c.ask(fmt.Sprintf("run %s %d", j.name, repetitions))
	})
}

// startCAS starts the peers. A system that is not there is absent; an error is
// one of the machinery.
func (s *session) startCAS(ctx context.Context, dir string) (columns []column, err error) {
	for _, c := range []struct {
		name, what string
		start      func(context.Context, string) (*server, error)
	}{
		{ginacName, "C++, built with -O2", startGiNaC},
		{sympyName, "Python; before each repetition its cache is emptied", startSymPy},
	} {
		col := column{Side: Side{Name: c.name, What: c.what}}
		srv, err := c.start(ctx, dir)
		var build *BuildError
		switch {
		case ctx.Err() != nil:
			return columns, context.Cause(ctx)
		case errors.As(err, &build), errors.Is(err, errNoCXX), errors.Is(err, errNoPython), errors.Is(err, errNoSymPy):
			col.Absent = err.Error()
		case err != nil:
			return columns, err
		default:
			col.What += "; " + srv.ready
			col.impl = &casSide{server: srv, slow: s.Slow}
		}
		columns = append(columns, col)
	}
	return columns, nil
}

// unpackCAS writes the peers' programs into a directory.
func unpackCAS(dir string) error {
	for _, f := range []struct {
		from embed.FS
		name string
	}{{casSources, "cas/ginac.cpp"}, {casSources, "cas/sympy_side.py"}, {sources, "c/server.h"}} {
		text, err := f.from.ReadFile(f.name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(f.name)), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func startGiNaC(ctx context.Context, dir string) (*server, error) {
	compiler := ""
	for _, name := range []string{os.Getenv("CXX"), "c++", "g++", "clang++"} {
		if path, err := exec.LookPath(name); err == nil {
			compiler = path
			break
		}
	}
	if compiler == "" {
		return nil, errNoCXX
	}
	path := filepath.Join(dir, "ginac")
	if goruntime.GOOS == "windows" {
		path += ".exe"
	}
	args := []string{"-O2", "-o", path, "ginac.cpp"}
	flags, err := exec.CommandContext(ctx, "pkg-config", "--cflags", "--libs", "ginac").Output()
	if err != nil { // no pkg-config, or it does not know: GiNaC may be there all the same
		flags = []byte("-lginac -lcln")
	}
	args = append(args, strings.Fields(string(flags))...)
	if err := runCompiler(ctx, ginacName, compiler, dir, args); err != nil {
		return nil, err
	}
	return startServer(ctx, ginacName, path, os.Environ())
}

func startSymPy(ctx context.Context, dir string) (*server, error) {
	python, err := exec.LookPath("python3")
	if err != nil {
		return nil, errNoPython
	}
	if exec.CommandContext(ctx, python, "-c", "import sympy").Run() != nil {
		return nil, errNoSymPy
	}
	return startServer(ctx, sympyName, python, os.Environ(), filepath.Join(dir, "sympy_side.py"))
}
