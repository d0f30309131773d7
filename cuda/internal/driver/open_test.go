//go:build linux && (amd64 || arm64) && !cu

package driver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestMain runs the tests, or, in a process of a test's own, opens the driver and says what came of it.
func TestMain(m *testing.M) {
	if os.Getenv("TRIAD_TEST_OPEN") == "" {
		os.Exit(m.Run())
	}
	var group sync.WaitGroup
	drivers, errs := make([]Driver, 8), make([]error, 8)
	for i := range drivers {
		group.Go(func() { drivers[i], errs[i] = Open() })
	}
	group.Wait()
	for i := range drivers {
		if drivers[i] != drivers[0] || errs[i] != errs[0] {
			fmt.Println("calls of Open differ")
			os.Exit(1)
		}
	}
	var load *LoadError
	var initial *InitError
	var version *VersionError
	err := errs[0]
	switch {
	case err == nil:
		fmt.Println("opened", drivers[0].Path())
	case errors.As(err, &load):
		fmt.Printf("LoadError: %v\n", err)
		fmt.Println("no such file:", errors.Is(err, fs.ErrNotExist))
	case errors.As(err, &initial):
		var e *Error
		if errors.As(err, &e) {
			fmt.Printf("InitError: %v\nresult: %d\n", err, e.Result)
		}
	case errors.As(err, &version):
		fmt.Printf("VersionError: %v\n", err)
	default:
		fmt.Printf("%T: %v\n", err, err)
	}
}

// opening opens the driver in a process of its own, with these variables in its environment, and gives what it said.
func opening(t *testing.T, env ...string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "CUDA_VISIBLE_DEVICES=") && !strings.HasPrefix(v, LibraryVariable+"=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(append(cmd.Env, "TRIAD_TEST_OPEN=1", "GORACE=atexit_sleep_ms=0"), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// contains checks that a text says all of these things.
func contains(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in: %s", want, text)
		}
	}
}

func TestOpenNoLibrary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.so")
	contains(t, opening(t, LibraryVariable+"="+path), "LoadError: ", path, "no such file or directory", "no such file: true", "unset it")
}

func TestOpenNoELF(t *testing.T) {
	path := filepath.Join(t.TempDir(), "text.so")
	if err := os.WriteFile(path, []byte("this is no library"), 0o666); err != nil {
		t.Fatal(err)
	}
	contains(t, opening(t, LibraryVariable+"="+path), "LoadError: ", path, "no such file: false", "set TRIAD_CUDA_LIBRARY")
}

func TestOpenNoDriver(t *testing.T) {
	path := buildStub(t, "int triad(void) { return 1; }\n")
	contains(t, opening(t, LibraryVariable+"="+path), "LoadError: ", path+": this library is not NVIDIA's driver: it has no cuInit")
}

func TestOpenStub(t *testing.T) {
	path := buildStub(t, stubSource())
	if got := opening(t, LibraryVariable+"="+path); got != "opened "+path+"\n" {
		t.Error(got)
	}
}

// TestOpenByLoader: without the variable, the loader's path comes first.
func TestOpenByLoader(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(buildStub(t, stubSource()), filepath.Join(dir, soname)); err != nil {
		t.Fatal(err)
	}
	if got := opening(t, "LD_LIBRARY_PATH="+dir); got != "opened libcuda.so.1\n" {
		t.Error(got)
	}
}

// TestOpenPlaces: what Open says where nothing is set depends on the machine; it is typed in any case.
func TestOpenPlaces(t *testing.T) {
	got := opening(t)
	switch {
	case strings.HasPrefix(got, "opened "), strings.HasPrefix(got, "InitError: "), strings.HasPrefix(got, "VersionError: "):
	default:
		contains(t, got, "LoadError: ", "libcuda.so.1: ", "nor is there /usr/lib/wsl/lib/libcuda.so.1", "install NVIDIA's driver")
	}
}

func TestOpenOld(t *testing.T) {
	path := buildStub(t, stubSource())
	contains(t, opening(t, LibraryVariable+"="+path, "STUB_VERSION=10020"), "VersionError: ", path, "CUDA 10.2", "CUDA 11.0", "update")
}

// TestOpenFails: what cuInit gives, and what the error says is to be done.
func TestOpenFails(t *testing.T) {
	path := buildStub(t, stubSource())
	for _, c := range []struct {
		result Result
		env    string
		says   string
	}{
		{NoDevice, "", "no NVIDIA GPU"},
		{NoDevice, "CUDA_VISIBLE_DEVICES=7", `CUDA_VISIBLE_DEVICES is "7"`},
		{NoDevice, "CUDA_VISIBLE_DEVICES=", `CUDA_VISIBLE_DEVICES is ""`},
		{StubLibrary, "STUB_VERSION_RESULT=34", "the toolkit's stub"},
		{SystemMismatch, "", "restart the machine"},
		{CompatNotSupported, "", "forward-compatibility"},
		{SystemNotReady, "", "nvidia-fabricmanager"},
		{NotPermitted, "", "rights on /dev/nvidia*"},
		{operatingSystem, "", "rights on /dev/nvidia*"},
		{deviceUnavailable, "", "another process"},
		{OutOfMemory, "", "too little memory"},
		{Unknown, "", "nvidia-modprobe"},
		{LaunchFailed, "", "see nvidia-smi"},
	} {
		env := []string{LibraryVariable + "=" + path, fmt.Sprintf("STUB_INIT=%d", c.result)}
		if c.env != "" {
			env = append(env, c.env)
		}
		name := fmt.Sprintf("Name of %04d", c.result)
		if c.result == Unknown { // the stub has no name for it
			name = "CUDA_ERROR_UNKNOWN"
		}
		contains(t, opening(t, env...), "InitError: cuda driver: cuInit: "+name, path, c.says, fmt.Sprintf("result: %d\n", c.result))
	}
}

// TestOpenWithoutGPU opens NVIDIA's own library on a machine without a GPU.
func TestOpenWithoutGPU(t *testing.T) {
	found, _ := filepath.Glob(filepath.Join(headers(t), "usr/lib/*/nvidia/current/libcuda.so.1"))
	if len(found) != 1 {
		t.Skip("no libcuda.so.1: cucheck.sh fetches it")
	}
	if devices, _ := filepath.Glob("/dev/nvidia[0-9]*"); devices != nil {
		t.Skip("this machine has an NVIDIA GPU, and a driver of its own")
	}
	contains(t, opening(t, LibraryVariable+"="+found[0], "CUDA_VISIBLE_DEVICES=0"),
		"InitError: cuda driver: cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected", found[0], `CUDA_VISIBLE_DEVICES is "0"`, "result: 100")
	stubs, _ := filepath.Glob(filepath.Join(headers(t), "usr/lib/*/stubs/libcuda.so"))
	if len(stubs) != 1 {
		t.Skip("no stub of the toolkit's")
	}
	contains(t, opening(t, LibraryVariable+"="+stubs[0]), "InitError: ", "CUDA_ERROR_STUB_LIBRARY", stubs[0], "result: 34")
}
