package bench

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// compilerOrSkip returns a toolchain that is closed after the test.
func compilerOrSkip(t *testing.T) *toolchain {
	t.Helper()
	tools, err := newToolchain(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if tools.err != nil {
		t.Skip(tools.err)
	}
	t.Cleanup(func() {
		if err := tools.close(); err != nil {
			t.Error(err)
		}
	})
	return tools
}

func suiteJobs() []job {
	var jobs []job
	for _, k := range kernels.Suite() {
		jobs = append(jobs, job{label: k.Name(), kernel: k, n: 4096, launches: 2, repetitions: 3})
	}
	return jobs
}

// TestC builds every C program and has it compute every kernel.
func TestC(t *testing.T) {
	tools := compilerOrSkip(t)
	limitAVX2 := limitProgram
	limitAVX2.name, limitAVX2.flags = "limit-avx2", limitProgram.flags+" -mno-avx512f"
	const n = 4096
	for _, p := range []program{openmpProgram, limitProgram, limitAVX2, cacheProgram, cacheAVX2Program} {
		for _, elem := range []kernels.Type{kernels.Float64, kernels.Float32} {
			t.Run(p.name+"/"+elem.String(), func(t *testing.T) {
				if strings.Contains(p.flags, "-mno-avx512f") && simd.Best() == simd.Portable {
					t.Skip("flags are for processors with AVX")
				}
				s := &session{Config: Config{Elem: elem}, workers: 2, tools: tools}
				request := launchRequest(n)
				if p.files[0] == "cache.c" {
					request = callRequest
				}
				col, err := s.startC(t.Context(), p, p.name, "", elem, n, request)
				if err != nil {
					t.Fatal(err)
				}
				if col.Absent != "" {
					t.Skip(col.Absent)
				}
				defer func() {
					if err := col.impl.close(); err != nil {
						t.Error(err)
					}
				}()
				if err := verify(t.Context(), "test", []column{col}, suiteJobs(), elem, n); err != nil {
					t.Error(err)
				}
				for _, j := range suiteJobs() {
					ns, err := col.impl.run(t.Context(), j)
					if err != nil || len(ns) != j.repetitions || slices.Min(ns) < 0 {
						t.Errorf("%s: %v, %v", j.label, ns, err)
					}
				}
			})
		}
	}
}

func TestServerRefuses(t *testing.T) {
	tools := compilerOrSkip(t)
	path, err := tools.build(t.Context(), cacheProgram, kernels.Float64)
	if err != nil {
		t.Skip(err)
	}
	var failed *ServerError
	if _, err := startServer(t.Context(), "cache", path, nil, "many"); !errors.As(err, &failed) || !strings.Contains(err.Error(), "usage") {
		t.Errorf("started with a bad argument: %v", err)
	}
	srv, err := startServer(t.Context(), "cache", path, nil, "1024")
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range []string{"", "dance", "run", "run triad", "run quad 1 1024 1", "run triad 0 1024 1", "run triad 1 1025 1", "run triad 1", "run triad 1001 1024 1"} {
		if v, err := srv.ask(request); !errors.As(err, &failed) || failed.Request != request {
			t.Errorf("%q: %v, %v", request, v, err)
		}
	}
	if _, err := srv.ask("run triad 1 1024 1"); err != nil {
		t.Errorf("after bad requests: %v", err)
	}
	if err := srv.close(); err != nil {
		t.Error(err)
	}
	if _, err := srv.ask("check"); !errors.As(err, &failed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestBuildError(t *testing.T) {
	tools := compilerOrSkip(t)
	_, err := tools.build(t.Context(), program{"none", []string{"none.c"}, ""}, kernels.Float64)
	var failed *BuildError
	if !errors.As(err, &failed) || failed.Output == "" || strings.Contains(err.Error(), tools.dir) {
		t.Errorf("%#v", err)
	}
}

func TestParseReply(t *testing.T) {
	for _, test := range []struct {
		line string
		want []float64
		err  string
	}{
		{"ok\n", []float64{}, ""},
		{"ok 1 2.5 -3e9 inf\n", []float64{1, 2.5, -3e9, 0}, ""},
		{"error run x: unknown kernel\n", nil, "unknown kernel"},
		{"error\n", nil, "refused"},
		{"", nil, "not an answer"},
		{"okay 1", nil, "not an answer"},
		{"ok 1 two", nil, `"two"`},
	} {
		got, err := parseReply(test.line)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%q: error %v, not one about %s", test.line, err, test.err)
			}
			continue
		}
		if err != nil || len(got) != len(test.want) {
			t.Errorf("%q: %v, %v", test.line, got, err)
			continue
		}
		for i, v := range test.want {
			if got[i] != v && v != 0 {
				t.Errorf("%q: %v", test.line, got)
			}
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("OMP_NUM_THREADS", "77")
	t.Setenv("GOMP_SPINCOUNT", "77")
	t.Setenv("KMP_BLOCKTIME", "77")
	t.Setenv("TRIAD_BENCH_TEST", "kept")
	env := environment(3, true)
	for _, v := range env {
		if strings.HasSuffix(v, "=77") {
			t.Errorf("the user's %s is passed on", v)
		}
	}
	for _, want := range []string{"OMP_NUM_THREADS=3", "OMP_PROC_BIND=true", "TRIAD_BENCH_TEST=kept"} {
		if !slices.Contains(env, want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestServerEndsWithContext(t *testing.T) {
	tools := compilerOrSkip(t)
	path, err := tools.build(t.Context(), cacheProgram, kernels.Float64)
	if err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	srv, err := startServer(ctx, "cache", path, nil, "1024")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	var failed *ServerError
	if _, err := srv.ask("run triad 1000 1024 1000000"); !errors.As(err, &failed) {
		t.Errorf("the program answered after its context was done: %v", err)
	}
	if err := srv.close(); err == nil {
		t.Error("the program was not killed")
	}
}
