package bench

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"

	"github.com/triad-go/triad/kernels"
)

//go:embed c/*.c c/*.h
var sources embed.FS

// errNoCompiler says that none of the usual names was found.
var errNoCompiler = errors.New("no C compiler")

// A program is one of the C programs and how a user would build it.
type program struct {
	name  string
	files []string
	flags string
}

var (
	openmpProgram = program{"openmp", []string{"openmp.c"}, "-O3 -march=native -fopenmp"}
	limitProgram  = program{"limit", []string{"limit.c"}, "-O3 -march=native -fopenmp"}
	cacheProgram  = program{"cache", []string{"cache.c", "cache_kernels.c"}, "-O3 -march=native -ffast-math"}

	cacheAVX2Program = program{"cache-avx2", cacheProgram.files, cacheProgram.flags + " -mno-avx512f"}
)

// toolchain builds C programs in a directory of its own.
type toolchain struct {
	cc      string
	version string
	dir     string
	err     error // why there is no compiler
}

// newToolchain finds the C compiler: the one asked for, or $CC, or one of the
// usual names. Without one it returns a toolchain that builds nothing; an error
// is that of a compiler that was asked for.
func newToolchain(ctx context.Context, cc string) (*toolchain, error) {
	asked := cc
	if asked == "" {
		asked = os.Getenv("CC")
	}
	names := []string{"cc", "gcc", "clang"}
	if asked != "" {
		names = []string{asked}
	}
	t := &toolchain{err: errNoCompiler}
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			if cc != "" {
				return nil, &ValueError{"cc", cc, "a C compiler: " + err.Error()}
			}
			continue
		}
		t.cc, t.err = path, nil
		out, _ := exec.CommandContext(ctx, path, "--version").Output()
		t.version, _, _ = strings.Cut(string(out), "\n")
		if t.version == "" {
			t.version = name
		}
		break
	}
	if t.err != nil {
		return t, nil
	}
	dir, err := os.MkdirTemp("", "triad-bench-")
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	t.dir = dir
	if err := t.unpack(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("bench: %w", err)
	}
	return t, nil
}

func (t *toolchain) unpack() error {
	entries, err := sources.ReadDir("c")
	if err != nil {
		return err
	}
	for _, e := range entries {
		text, err := sources.ReadFile("c/" + e.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(t.dir, e.Name()), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// close removes what was built.
func (t *toolchain) close() error {
	if t.dir == "" {
		return nil
	}
	return os.RemoveAll(t.dir)
}

// BuildError says that the C or C++ compiler did not build a program.
type BuildError struct {
	Program string
	Output  string // what the compiler had to say
	Err     error
}

func (e *BuildError) Error() string {
	first, _, _ := strings.Cut(strings.TrimSpace(e.Output), "\n")
	// A compiler tells the place first, and where it was built is nobody's interest.
	if _, after, ok := strings.Cut(first, "error: "); ok {
		first = after
	}
	if first == "" {
		first = e.Err.Error()
	}
	return "does not build: " + first
}

func (e *BuildError) Unwrap() error { return e.Err }

// build returns the path of a program for elements of type t, and builds it if
// it is not there yet.
func (t *toolchain) build(ctx context.Context, p program, elem kernels.Type) (string, error) {
	if t.err != nil {
		return "", t.err
	}
	path := filepath.Join(t.dir, p.name+"-"+elem.String())
	if goruntime.GOOS == "windows" {
		path += ".exe"
	}
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	args := strings.Fields(p.flags)
	if elem == kernels.Float32 {
		args = append(args, "-DREAL=float", "-DSINGLE")
	}
	args = append(args, "-o", path)
	args = append(args, p.files...)
	if err := runCompiler(ctx, p.name, t.cc, t.dir, args); err != nil {
		return "", err
	}
	return path, nil
}

// runCompiler runs a compiler in a directory. An error is a *BuildError, or why
// ctx is done.
func runCompiler(ctx context.Context, program, compiler, dir string, args []string) error {
	cmd := exec.CommandContext(ctx, compiler, args...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return &BuildError{program, out.String(), err}
	}
	return nil
}
