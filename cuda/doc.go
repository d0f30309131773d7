// Package cuda runs kernels on NVIDIA GPUs, with nothing but their driver: it writes PTX itself, and
// the driver makes machine code of that. No toolkit is needed, and no cgo. A program that imports
// the package, by name or blank, has an executor more:
//
//	import _ "github.com/triad-go/triad/cuda"
//
//	ex, err := runtime.Open("cuda")      // the first GPU; "cuda:1" is the second
//	defer ex.Close()
//	call, err := ex.Bind(triad, runtime.Args{"a": a, "b": b, "c": c, "s": 3.0})
//	err = call.Run(ctx)
//
// and runtime.Targets lists each GPU. Results have the bits of every other executor: those of the interpreter in package
// kernels, NaN payloads excepted.
//
// # Where arrays lie
//
// Buffers of runtime.NewBuffer lie in the device's memory, and kernels work there; CopyFrom and CopyTo of a Buffer
// reach them. Slices are arguments as well: they stream through pinned memory to the device and back with every
// launch, in chunks, so that copies both ways and kernels overlap, and so that arrays may be larger than the
// device's memory ([Staging] bounds what is used). [NewPinned] makes Buffers in pinned memory of the host, which
// launches copy from without staging. A Buffer of another device is an error that says so; [Copy] copies from device to device.
//
// A link of 25 to 55 GB/s is slower than a processor's own memory: kernels that compute little for each element of a slice are
// better run where the slice is. runtime.Choose weighs that.
//
// # Launches
//
// Run returns when the results are there. Kernels of one executor run one after the other on the device, in
// the order of their launches; a launch cannot be stopped once the device has it, so that a context is asked before each
// chunk. What a launch of buffers costs is what the driver takes for it, and no garbage.
//
// Compiled kernels are kept in memory while the device is in use, and on disk for other processes ([CacheDir]).
//
// # Several devices
//
// Each has an executor: "cuda" is the first, "cuda:1" the second. The executor "cuda:all" splits a launch over slices, or over no
// arrays at all, among them, each taking as many elements as it is predicted to do in the same time; results have the bits of one
// device's. Launches with neighbours, with collective outputs or with Buffers, which lie on one device, are that device's, or
// the fastest one's. A split pays where the devices have links of their own, or where there is much to compute.
//
// # What can go wrong
//
// Without a driver, Open's error is a *[LoadError] that tells what was tried; a driver that refuses gives an *[InitError],
// one too old a *[VersionError], a wrong number a *[DeviceError]. A device that fails in mid-run is lost to the process: that launch and
// all later ones return a *[LostError], and Close still returns. Memory that cannot be had is a *[MemoryError], after
// which the executor works on.
//
// The environment variable TRIAD_CUDA_LIBRARY names the driver's library where it is in no usual place. The driver's own
// CUDA_VISIBLE_DEVICES restricts which GPUs there are.
//
// # What importing costs
//
// On linux the driver's library is loaded at run time, so that a program which imports this package is linked to the system's C library
// dynamically, with CGO_ENABLED=0 as well: it starts where glibc is, and not in an empty container. Programs that do not import it stay static.
// On other systems, and on other processors than amd64 and arm64, Open says that there is no way to a driver.
//
// # Other bindings
//
// The build tag cu replaces the way to the driver by gorgonia.org/cu; see package cuda/internal/driver for what that costs.
package cuda
