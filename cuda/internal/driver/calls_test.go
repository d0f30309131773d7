//go:build linux && (amd64 || arm64)

package driver

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"
	"unsafe"
)

// expect is an argument that the stub has to see.
type expect struct {
	kind byte // 'w'ord, 'i'nteger of 32 bits, 'p'ointer that is not nil
	v    uint64
}

func w[T ~uint64 | ~uintptr | ~int](v T) expect { return expect{'w', uint64(v)} }
func i32(v int) expect                          { return expect{'i', uint64(uint32(int32(v)))} }
func at(p unsafe.Pointer) expect                { return expect{'w', uint64(uintptr(p))} }

var pointer = expect{kind: 'p'}

// written is what a function writes, and seen what a pointer has to point to.
type written struct {
	arg  int
	data []byte
}

// one is one call of the driver.
type one struct {
	symbol string
	args   []expect
	writes []written
	sees   []written
}

// method is a method of Driver: how a test calls it, the calls of the driver that it has to make, and what it gives.
type method struct {
	name  string
	do    func(d Driver) (any, error)
	calls []one
	want  any
}

// Handles whose halves differ, so that cut ones show, and a place in the heap.
const (
	hd1 = 0x7a11_2233_0000_0001 + iota*0x0101_0000_1000
	hd2
	hd3
	hd4
	hd5
)

var (
	host   = new([64]byte)
	params = &[3]unsafe.Pointer{unsafe.Pointer(&host[8]), unsafe.Pointer(&host[16]), unsafe.Pointer(&host[24])}
	ptx    = []byte(".version 7.0")
	cubin  = []byte("\x7fELF cubin")
)

func nothing(err error) (any, error) { return nil, err }

func options() []byte {
	var b []byte
	for _, o := range []uint32{3, 4, 5, 6, 12} {
		b = append(b, le32(o)...)
	}
	return b
}

func poolOf(device uint32) []byte {
	b := make([]byte, 88)
	copy(b, le32(1))
	copy(b[8:], le32(1))
	copy(b[12:], le32(device))
	return b
}

var methods = []method{
	{"Version", func(d Driver) (any, error) { return d.Version() },
		[]one{{"cuDriverGetVersion", []expect{pointer}, []written{{0, le32(12030)}}, nil}}, 12030},
	{"DeviceCount", func(d Driver) (any, error) { return d.DeviceCount() },
		[]one{{"cuDeviceGetCount", []expect{pointer}, []written{{0, le32(3)}}, nil}}, 3},
	{"Device", func(d Driver) (any, error) { return d.Device(2) },
		[]one{{"cuDeviceGet", []expect{pointer, i32(2)}, []written{{0, le32(77)}}, nil}}, Device(77)},
	{"DeviceName", func(d Driver) (any, error) { return d.DeviceName(7) },
		[]one{{"cuDeviceGetName", []expect{pointer, i32(256), i32(7)}, []written{{0, []byte("NVIDIA Stub\x00x")}}, nil}}, "NVIDIA Stub"},
	{"DeviceUUID", func(d Driver) (any, error) { return d.DeviceUUID(7) },
		[]one{{"cuDeviceGetUuid", []expect{pointer, i32(7)}, []written{{0, []byte("0123456789abcdef")}}, nil}}, [16]byte([]byte("0123456789abcdef"))},
	{"DevicePCI", func(d Driver) (any, error) { return d.DevicePCI(7) },
		[]one{{"cuDeviceGetPCIBusId", []expect{pointer, i32(64), i32(7)}, []written{{0, []byte("0000:65:00.0\x00x")}}, nil}}, "0000:65:00.0"},
	{"DeviceMemory", func(d Driver) (any, error) { return d.DeviceMemory(7) },
		[]one{{"cuDeviceTotalMem_v2", []expect{pointer, i32(7)}, []written{{0, le64(80 << 30)}}, nil}}, uint64(80 << 30)},
	{"DeviceAttribute", func(d Driver) (any, error) { return d.DeviceAttribute(CapabilityMajor, 7) },
		[]one{{"cuDeviceGetAttribute", []expect{pointer, i32(75), i32(7)}, []written{{0, le32(9)}}, nil}}, 9},

	{"RetainPrimary", func(d Driver) (any, error) { return d.RetainPrimary(7) },
		[]one{{"cuDevicePrimaryCtxRetain", []expect{pointer, i32(7)}, []written{{0, le64(hd1)}}, nil}}, Context(hd1)},
	{"ReleasePrimary", func(d Driver) (any, error) { return nothing(d.ReleasePrimary(7)) },
		[]one{{"cuDevicePrimaryCtxRelease_v2", []expect{i32(7)}, nil, nil}}, nil},
	{"SetCurrent", func(d Driver) (any, error) { return nothing(d.SetCurrent(hd1)) },
		[]one{{"cuCtxSetCurrent", []expect{w(hd1)}, nil, nil}}, nil},
	{"Current", func(d Driver) (any, error) { return d.Current() },
		[]one{{"cuCtxGetCurrent", []expect{pointer}, []written{{0, le64(hd2)}}, nil}}, Context(hd2)},
	{"Synchronize", func(d Driver) (any, error) { return nothing(d.Synchronize()) },
		[]one{{"cuCtxSynchronize", nil, nil, nil}}, nil},
	{"MemInfo", func(d Driver) (any, error) {
		free, total, err := d.MemInfo()
		return [2]uint64{free, total}, err
	}, []one{{"cuMemGetInfo_v2", []expect{pointer, pointer}, []written{{0, le64(70 << 30)}, {1, le64(80 << 30)}}, nil}}, [2]uint64{70 << 30, 80 << 30}},

	{"LoadModule", func(d Driver) (any, error) {
		m, log, err := d.LoadModule(ptx)
		return [2]any{m, log}, err
	}, []one{{"cuModuleLoadDataEx", []expect{pointer, pointer, i32(5), pointer, pointer}, []written{{0, le64(hd1)}},
		[]written{{1, []byte(".version 7.0\x00")}, {3, options()}}}}, [2]any{Module(hd1), "32 registers\na warning"}},
	{"UnloadModule", func(d Driver) (any, error) { return nothing(d.UnloadModule(hd1)) },
		[]one{{"cuModuleUnload", []expect{w(hd1)}, nil, nil}}, nil},
	{"Function", func(d Driver) (any, error) { return d.Function(hd1, "triad_vector") },
		[]one{{"cuModuleGetFunction", []expect{pointer, w(hd1), pointer}, []written{{0, le64(hd2)}}, []written{{2, []byte("triad_vector\x00")}}}}, Function(hd2)},
	{"FunctionAttribute", func(d Driver) (any, error) { return d.FunctionAttribute(FunctionRegisters, hd2) },
		[]one{{"cuFuncGetAttribute", []expect{pointer, i32(4), w(hd2)}, []written{{0, le32(32)}}, nil}}, 32},
	{"Link", func(d Driver) (any, error) {
		image, log, err := d.Link(ptx)
		return [2]any{string(image), log}, err
	}, []one{
		{"cuLinkCreate_v2", []expect{i32(5), pointer, pointer, pointer}, []written{{3, le64(hd3)}}, []written{{1, options()}}},
		{"cuLinkAddData_v2", []expect{w(hd3), i32(1), pointer, w(len(".version 7.0") + 1), w(0), i32(0), w(0), w(0)}, nil, []written{{2, []byte(".version 7.0\x00")}}},
		{"cuLinkComplete", []expect{w(hd3), pointer, pointer}, []written{{1, le64(uint64(uintptr(unsafe.Pointer(&cubin[0]))))}, {2, le64(uint64(len(cubin)))}}, nil},
		{"cuLinkDestroy", []expect{w(hd3)}, nil, nil},
	}, [2]any{"\x7fELF cubin", "32 registers\na warning"}},
	{"Occupancy", func(d Driver) (any, error) {
		grid, block, err := d.Occupancy(hd2, 4096, 512)
		return [2]int{grid, block}, err
	}, []one{{"cuOccupancyMaxPotentialBlockSize", []expect{pointer, pointer, w(hd2), w(0), w(4096), i32(512)}, []written{{0, le32(264)}, {1, le32(384)}}, nil}}, [2]int{264, 384}},
	{"ActiveBlocks", func(d Driver) (any, error) { return d.ActiveBlocks(hd2, 256, 1<<33) },
		[]one{{"cuOccupancyMaxActiveBlocksPerMultiprocessor", []expect{pointer, w(hd2), i32(256), w(1 << 33)}, []written{{0, le32(8)}}, nil}}, 8},
	{"Launch", func(d Driver) (any, error) {
		return nothing(d.Launch(hd2, [3]uint32{math.MaxInt32, 2, 3}, [3]uint32{1024, 5, 6}, 48<<10, hd3, &params[0]))
	}, []one{{"cuLaunchKernel", []expect{w(hd2), i32(math.MaxInt32), i32(2), i32(3), i32(1024), i32(5), i32(6), i32(48 << 10), w(hd3), at(unsafe.Pointer(params)), w(0)}, nil,
		[]written{{9, append(le64(uint64(uintptr(params[0]))), le64(uint64(uintptr(params[1])))...)}}}}, nil},

	{"Alloc", func(d Driver) (any, error) { return d.Alloc(1 << 35) },
		[]one{{"cuMemAlloc_v2", []expect{pointer, w(1 << 35)}, []written{{0, le64(hd4)}}, nil}}, Ptr(hd4)},
	{"Free", func(d Driver) (any, error) { return nothing(d.Free(hd4)) },
		[]one{{"cuMemFree_v2", []expect{w(hd4)}, nil, nil}}, nil},
	{"AllocAsync", func(d Driver) (any, error) { return d.AllocAsync(1<<35, hd3) },
		[]one{{"cuMemAllocAsync", []expect{pointer, w(1 << 35), w(hd3)}, []written{{0, le64(hd4)}}, nil}}, Ptr(hd4)},
	{"FreeAsync", func(d Driver) (any, error) { return nothing(d.FreeAsync(hd4, hd3)) },
		[]one{{"cuMemFreeAsync", []expect{w(hd4), w(hd3)}, nil, nil}}, nil},
	{"DefaultPool", func(d Driver) (any, error) { return d.DefaultPool(7) },
		[]one{{"cuDeviceGetDefaultMemPool", []expect{pointer, i32(7)}, []written{{0, le64(hd5)}}, nil}}, Pool(hd5)},
	{"NewPool", func(d Driver) (any, error) { return d.NewPool(7) },
		[]one{{"cuMemPoolCreate", []expect{pointer, pointer}, []written{{0, le64(hd5)}}, []written{{1, poolOf(7)}}}}, Pool(hd5)},
	{"DestroyPool", func(d Driver) (any, error) { return nothing(d.DestroyPool(hd5)) },
		[]one{{"cuMemPoolDestroy", []expect{w(hd5)}, nil, nil}}, nil},
	{"AllocFromPool", func(d Driver) (any, error) { return d.AllocFromPool(1<<35, hd5, hd3) },
		[]one{{"cuMemAllocFromPoolAsync", []expect{pointer, w(1 << 35), w(hd5), w(hd3)}, []written{{0, le64(hd4)}}, nil}}, Ptr(hd4)},
	{"PoolThreshold", func(d Driver) (any, error) { return nothing(d.PoolThreshold(hd5, math.MaxUint64)) },
		[]one{{"cuMemPoolSetAttribute", []expect{w(hd5), i32(4), pointer}, nil, []written{{2, le64(math.MaxUint64)}}}}, nil},
	{"SharePool", func(d Driver) (any, error) { return nothing(d.SharePool(hd5, 1)) },
		[]one{{"cuMemPoolSetAccess", []expect{w(hd5), pointer, w(1)}, nil, []written{{1, slices.Concat(le32(1), le32(1), le32(3))}}}}, nil},
	{"TrimPool", func(d Driver) (any, error) { return nothing(d.TrimPool(hd5, 1<<34)) },
		[]one{{"cuMemPoolTrimTo", []expect{w(hd5), w(1 << 34)}, nil, nil}}, nil},
	{"HostAlloc", func(d Driver) (any, error) { return d.HostAlloc(1<<33, HostPortable|HostWriteCombined) },
		[]one{{"cuMemHostAlloc", []expect{pointer, w(1 << 33), i32(5)}, []written{{0, le64(uint64(uintptr(unsafe.Pointer(host))))}}, nil}}, unsafe.Pointer(host)},
	{"HostFree", func(d Driver) (any, error) { return nothing(d.HostFree(unsafe.Pointer(host))) },
		[]one{{"cuMemFreeHost", []expect{at(unsafe.Pointer(host))}, nil, nil}}, nil},
	{"HostRegister", func(d Driver) (any, error) { return nothing(d.HostRegister(unsafe.Pointer(host), 1<<33)) },
		[]one{{"cuMemHostRegister_v2", []expect{at(unsafe.Pointer(host)), w(1 << 33), i32(1)}, nil, nil}}, nil},
	{"HostUnregister", func(d Driver) (any, error) { return nothing(d.HostUnregister(unsafe.Pointer(host))) },
		[]one{{"cuMemHostUnregister", []expect{at(unsafe.Pointer(host))}, nil, nil}}, nil},

	{"CopyToDevice", func(d Driver) (any, error) {
		return nothing(d.CopyToDevice(hd4, unsafe.Pointer(host), 1<<33, hd3))
	}, []one{{"cuMemcpyHtoDAsync_v2", []expect{w(hd4), at(unsafe.Pointer(host)), w(1 << 33), w(hd3)}, nil, nil}}, nil},
	{"CopyToHost", func(d Driver) (any, error) {
		return nothing(d.CopyToHost(unsafe.Pointer(host), hd4, 1<<33, hd3))
	}, []one{{"cuMemcpyDtoHAsync_v2", []expect{at(unsafe.Pointer(host)), w(hd4), w(1 << 33), w(hd3)}, nil, nil}}, nil},
	{"CopyOnDevice", func(d Driver) (any, error) { return nothing(d.CopyOnDevice(hd4, hd5, 1<<33, hd3)) },
		[]one{{"cuMemcpyDtoDAsync_v2", []expect{w(hd4), w(hd5), w(1 << 33), w(hd3)}, nil, nil}}, nil},
	{"CopyPeer", func(d Driver) (any, error) { return nothing(d.CopyPeer(hd4, hd1, hd5, hd2, 1<<33, hd3)) },
		[]one{{"cuMemcpyPeerAsync", []expect{w(hd4), w(hd1), w(hd5), w(hd2), w(1 << 33), w(hd3)}, nil, nil}}, nil},
	{"CanAccessPeer", func(d Driver) (any, error) { return d.CanAccessPeer(7, 8) },
		[]one{{"cuDeviceCanAccessPeer", []expect{pointer, i32(7), i32(8)}, []written{{0, le32(1)}}, nil}}, true},
	{"EnablePeer", func(d Driver) (any, error) { return nothing(d.EnablePeer(hd2)) },
		[]one{{"cuCtxEnablePeerAccess", []expect{w(hd2), i32(0)}, nil, nil}}, nil},
	{"Fill32", func(d Driver) (any, error) { return nothing(d.Fill32(hd4, 0xfedcba98, 1<<33, hd3)) },
		[]one{{"cuMemsetD32Async", []expect{w(hd4), {'i', 0xfedcba98}, w(1 << 33), w(hd3)}, nil, nil}}, nil},

	{"NewStream", func(d Driver) (any, error) { return d.NewStream() },
		[]one{{"cuStreamCreate", []expect{pointer, i32(1)}, []written{{0, le64(hd3)}}, nil}}, Stream(hd3)},
	{"DestroyStream", func(d Driver) (any, error) { return nothing(d.DestroyStream(hd3)) },
		[]one{{"cuStreamDestroy_v2", []expect{w(hd3)}, nil, nil}}, nil},
	{"SyncStream", func(d Driver) (any, error) { return nothing(d.SyncStream(hd3)) },
		[]one{{"cuStreamSynchronize", []expect{w(hd3)}, nil, nil}}, nil},
	{"StreamDone", func(d Driver) (any, error) { return d.StreamDone(hd3) },
		[]one{{"cuStreamQuery", []expect{w(hd3)}, nil, nil}}, true},
	{"StreamWait", func(d Driver) (any, error) { return nothing(d.StreamWait(hd3, hd1)) },
		[]one{{"cuStreamWaitEvent", []expect{w(hd3), w(hd1), i32(0)}, nil, nil}}, nil},

	{"NewEvent", func(d Driver) (any, error) { return d.NewEvent(EventBlocking | EventUntimed) },
		[]one{{"cuEventCreate", []expect{pointer, i32(3)}, []written{{0, le64(hd1)}}, nil}}, Event(hd1)},
	{"DestroyEvent", func(d Driver) (any, error) { return nothing(d.DestroyEvent(hd1)) },
		[]one{{"cuEventDestroy_v2", []expect{w(hd1)}, nil, nil}}, nil},
	{"RecordEvent", func(d Driver) (any, error) { return nothing(d.RecordEvent(hd1, hd3)) },
		[]one{{"cuEventRecord", []expect{w(hd1), w(hd3)}, nil, nil}}, nil},
	{"SyncEvent", func(d Driver) (any, error) { return nothing(d.SyncEvent(hd1)) },
		[]one{{"cuEventSynchronize", []expect{w(hd1)}, nil, nil}}, nil},
	{"EventDone", func(d Driver) (any, error) { return d.EventDone(hd1) },
		[]one{{"cuEventQuery", []expect{w(hd1)}, nil, nil}}, true},
	{"Elapsed", func(d Driver) (any, error) { return d.Elapsed(hd1, hd2) },
		[]one{{"cuEventElapsedTime", []expect{pointer, w(hd1), w(hd2)}, []written{{0, le32(math.Float32bits(1.25))}}, nil}}, float32(1.25)},

	{"BeginCapture", func(d Driver) (any, error) { return nothing(d.BeginCapture(hd3)) },
		[]one{{"cuStreamBeginCapture_v2", []expect{w(hd3), i32(1)}, nil, nil}}, nil},
	{"EndCapture", func(d Driver) (any, error) { return d.EndCapture(hd3) },
		[]one{{"cuStreamEndCapture", []expect{w(hd3), pointer}, []written{{1, le64(hd1)}}, nil}}, Graph(hd1)},
	{"Instantiate", func(d Driver) (any, error) { return d.Instantiate(hd1) },
		[]one{{"cuGraphInstantiateWithFlags", []expect{pointer, w(hd1), w(0)}, []written{{0, le64(hd2)}}, nil}}, GraphExec(hd2)},
	{"LaunchGraph", func(d Driver) (any, error) { return nothing(d.LaunchGraph(hd2, hd3)) },
		[]one{{"cuGraphLaunch", []expect{w(hd2), w(hd3)}, nil, nil}}, nil},
	{"DestroyGraph", func(d Driver) (any, error) { return nothing(d.DestroyGraph(hd1)) },
		[]one{{"cuGraphDestroy", []expect{w(hd1)}, nil, nil}}, nil},
	{"DestroyGraphExec", func(d Driver) (any, error) { return nothing(d.DestroyGraphExec(hd2)) },
		[]one{{"cuGraphExecDestroy", []expect{w(hd2)}, nil, nil}}, nil},
}

// tell has the stub do what the calls of a method need.
func tell(t testing.TB, s *stub, m method) {
	s.reset()
	copy(s.Info[:], "32 registers\n")
	copy(s.Error[:], "a warning\n")
	for _, c := range m.calls {
		f := stubIndex(t, c.symbol)
		for i, w := range c.writes {
			s.write(f, i, w.arg, w.data)
		}
		for i, p := range c.sees {
			s.peek(f, i, p.arg, len(p.data))
		}
	}
}

// checkCalls compares the calls that the stub noted with those expected.
func checkCalls(t *testing.T, s *stub, want []one) {
	t.Helper()
	if int(s.Calls) != len(want) {
		t.Fatalf("%d calls of the driver, want %d", s.Calls, len(want))
	}
	for n, c := range want {
		got := &s.Log[n]
		if name := stubNames[got.Function]; name != c.symbol {
			t.Fatalf("call %d is of %s, want %s", n, name, c.symbol)
		}
		if int(got.N) != len(c.args) {
			t.Fatalf("%s has %d arguments, the test knows %d", c.symbol, got.N, len(c.args))
		}
		for i, e := range c.args {
			v := got.Args[i]
			ok := v == e.v
			switch e.kind {
			case 'i':
				ok = uint32(v) == uint32(e.v)
			case 'p':
				ok = v != 0
			}
			if !ok {
				t.Errorf("%s: argument %d is %#x, want %c %#x", c.symbol, i, v, e.kind, e.v)
			}
		}
		for i, p := range c.sees {
			if !bytes.Equal(got.Seen[i][:len(p.data)], p.data) {
				t.Errorf("%s: argument %d points to %q, want %q", c.symbol, p.arg, got.Seen[i][:len(p.data)], p.data)
			}
		}
	}
}

// testMethods calls every method of the driver, which is that of the stub.
func testMethods(t *testing.T, d Driver, s *stub) {
	covered := map[string]bool{"Path": true}
	for _, m := range methods {
		covered[m.name] = true
		t.Run(m.name, func(t *testing.T) {
			tell(t, s, m)
			got, err := m.do(d)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, m.want) {
				t.Errorf("gives %v, want %v", got, m.want)
			}
			checkCalls(t, s, m.calls)

			// Each call of the driver failing in turn.
			for _, c := range m.calls {
				tell(t, s, m)
				s.Result[stubIndex(t, c.symbol)] = int32(IllegalAddress)
				_, err = m.do(d)
				want := Error{Call: trim(c.symbol), Result: IllegalAddress, Name: "Name of 0700", Text: "String of 0700"}
				var e *Error
				if !errors.As(err, &e) || *e != want {
					t.Errorf("%s failing gives %#v, want %#v", c.symbol, err, want)
				}
			}
		})
	}
	typ := reflect.TypeFor[Driver]()
	for i := range typ.NumMethod() {
		if name := typ.Method(i).Name; !covered[name] {
			t.Errorf("%s is not tested", name)
		}
	}

	t.Run("queries", func(t *testing.T) {
		for _, name := range []string{"cuStreamQuery", "cuEventQuery"} {
			s.reset()
			s.Result[stubIndex(t, name)] = int32(NotReady)
			done, err := d.StreamDone(1)
			if name == "cuEventQuery" {
				done, err = d.EventDone(1)
			}
			if done || err != nil {
				t.Errorf("%s that is not ready: %v, %v", name, done, err)
			}
		}
	})
	t.Run("peer enabled", func(t *testing.T) {
		s.reset()
		s.Result[stubIndex(t, "cuCtxEnablePeerAccess")] = 704
		if err := d.EnablePeer(1); err != nil {
			t.Errorf("enabled already: %v", err)
		}
	})
	t.Run("log of an error", func(t *testing.T) {
		tell(t, s, method{})
		s.Result[stubIndex(t, "cuModuleLoadDataEx")] = int32(InvalidPTX)
		m, log, err := d.LoadModule([]byte("x"))
		if m != 0 || log != "32 registers\na warning" || err == nil {
			t.Errorf("LoadModule: %v %q %v", m, log, err)
		}
		tell(t, s, method{})
		s.Result[stubIndex(t, "cuLinkAddData_v2")] = int32(InvalidPTX)
		image, log, err := d.Link([]byte("x"))
		if image != nil || log != "32 registers\na warning" || err == nil {
			t.Errorf("Link: %v %q %v", image, log, err)
		}
		if int(s.Log[s.Calls-1].Function) != stubIndex(t, "cuLinkDestroy") {
			t.Error("Link that fails leaves its state")
		}
	})
	t.Run("not passed on", func(t *testing.T) {
		s.reset()
		for name, do := range map[string]func() error{
			"LoadModule": func() error { _, _, err := d.LoadModule(nil); return err },
			"Link":       func() error { _, _, err := d.Link(nil); return err },
			"Function":   func() error { _, err := d.Function(1, "a\x00b"); return err },
		} {
			var e *Error
			if err := do(); !errors.As(err, &e) || e.Result != InvalidValue {
				t.Errorf("%s: %v", name, err)
			}
		}
		if s.Calls != 0 {
			t.Errorf("%d calls", s.Calls)
		}
	})
	t.Run("results without names", func(t *testing.T) {
		s.reset()
		s.Result[stubIndex(t, "cuCtxSynchronize")] = int32(Unknown)
		if err := d.Synchronize(); err == nil || err.Error() != "cuda driver: cuCtxSynchronize: CUDA_ERROR_UNKNOWN: unknown error" {
			t.Error(err)
		}
	})
}

func trim(symbol string) string {
	if n := len(symbol) - 3; n > 0 && symbol[n:] == "_v2" {
		return symbol[:n]
	}
	return symbol
}

// testAllocations checks that no call which a launch may make leaves garbage, but for some.
func testAllocations(t *testing.T, d Driver, s *stub, but ...string) {
	if raceEnabled {
		t.Skip("sync.Pool drops things at random under the race detector")
	}
	s.reset()
	var block [512]uint64
	args := []unsafe.Pointer{unsafe.Pointer(&block)}
	for name, do := range map[string]func() error{
		"Launch":        func() error { return d.Launch(1, [3]uint32{1, 1, 1}, [3]uint32{1, 1, 1}, 0, 2, &args[0]) },
		"RecordEvent":   func() error { return d.RecordEvent(1, 2) },
		"StreamWait":    func() error { return d.StreamWait(1, 2) },
		"SyncStream":    func() error { return d.SyncStream(1) },
		"SyncEvent":     func() error { return d.SyncEvent(1) },
		"StreamDone":    func() error { _, err := d.StreamDone(1); return err },
		"EventDone":     func() error { _, err := d.EventDone(1); return err },
		"Elapsed":       func() error { _, err := d.Elapsed(1, 2); return err },
		"CopyToDevice":  func() error { return d.CopyToDevice(1, unsafe.Pointer(host), 8, 1) },
		"CopyToHost":    func() error { return d.CopyToHost(unsafe.Pointer(host), 1, 8, 1) },
		"CopyOnDevice":  func() error { return d.CopyOnDevice(1, 2, 8, 1) },
		"CopyPeer":      func() error { return d.CopyPeer(1, 2, 3, 4, 5, 6) },
		"Fill32":        func() error { return d.Fill32(1, 2, 3, 4) },
		"Alloc":         func() error { _, err := d.Alloc(8); return err },
		"Free":          func() error { return d.Free(8) },
		"AllocAsync":    func() error { _, err := d.AllocAsync(8, 1); return err },
		"AllocFromPool": func() error { _, err := d.AllocFromPool(8, 1, 2); return err },
		"FreeAsync":     func() error { return d.FreeAsync(8, 1) },
		"SetCurrent":    func() error { return d.SetCurrent(1) },
		"Current":       func() error { _, err := d.Current(); return err },
		"MemInfo":       func() error { _, _, err := d.MemInfo(); return err },
		"LaunchGraph":   func() error { return d.LaunchGraph(1, 2) },
		"Synchronize":   func() error { return d.Synchronize() },
	} {
		if slices.Contains(but, name) {
			continue
		}
		if n := testing.AllocsPerRun(200, func() {
			if err := do(); err != nil {
				t.Fatal(name, err)
			}
		}); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

func benchmarkLaunch(b *testing.B, d Driver, s *stub) {
	s.reset()
	var block [512]uint64
	args := []unsafe.Pointer{unsafe.Pointer(&block)}
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Launch(1, [3]uint32{1, 1, 1}, [3]uint32{1, 1, 1}, 0, 2, &args[0]); err != nil {
			b.Fatal(err)
		}
	}
}
