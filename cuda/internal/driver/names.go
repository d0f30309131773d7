package driver

// staticName is the name and the text of a result where the driver does not say: before it is loaded, and
// of functions that it lacks.
func staticName(r Result) (name, text string) {
	s, ok := results[r]
	if !ok {
		return "", ""
	}
	return "CUDA_ERROR_" + s[0], s[1]
}

var results = map[Result][2]string{
	InvalidValue:       {"INVALID_VALUE", "invalid argument"},
	OutOfMemory:        {"OUT_OF_MEMORY", "out of memory"},
	NotInitialized:     {"NOT_INITIALIZED", "initialization error"},
	Deinitialized:      {"DEINITIALIZED", "driver shutting down"},
	StubLibrary:        {"STUB_LIBRARY", "CUDA driver is a stub library"},
	deviceUnavailable:  {"DEVICE_UNAVAILABLE", "CUDA-capable device(s) is/are busy or unavailable"},
	NoDevice:           {"NO_DEVICE", "no CUDA-capable device is detected"},
	InvalidDevice:      {"INVALID_DEVICE", "invalid device ordinal"},
	InvalidImage:       {"INVALID_IMAGE", "device kernel image is invalid"},
	InvalidContext:     {"INVALID_CONTEXT", "invalid device context"},
	NoBinaryForGPU:     {"NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
	214:                {"ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"},
	217:                {"PEER_ACCESS_UNSUPPORTED", "peer access is not supported between these two devices"},
	InvalidPTX:         {"INVALID_PTX", "a PTX JIT compilation failed"},
	220:                {"NVLINK_UNCORRECTABLE", "uncorrectable NVLink error detected during the execution"},
	221:                {"JIT_COMPILER_NOT_FOUND", "PTX JIT compiler library not found"},
	UnsupportedPTX:     {"UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."},
	223:                {"JIT_COMPILATION_DISABLED", "PTX JIT compilation was disabled"},
	226:                {"CONTAINED", "an exception occurred on the device that is now contained by the GPU's error containment capability"},
	operatingSystem:    {"OPERATING_SYSTEM", "OS call failed or operation not supported on this OS"},
	400:                {"INVALID_HANDLE", "invalid resource handle"},
	NotFound:           {"NOT_FOUND", "named symbol not found"},
	NotReady:           {"NOT_READY", "device not ready"},
	IllegalAddress:     {"ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
	LaunchResources:    {"LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"},
	LaunchTimeout:      {"LAUNCH_TIMEOUT", "the launch timed out and was terminated"},
	peerAlreadyEnabled: {"PEER_ACCESS_ALREADY_ENABLED", "peer access is already enabled"},
	709:                {"CONTEXT_IS_DESTROYED", "context is destroyed"},
	AssertFailed:       {"ASSERT", "device-side assert triggered"},
	HardwareStack:      {"HARDWARE_STACK_ERROR", "hardware stack error"},
	IllegalInstr:       {"ILLEGAL_INSTRUCTION", "an illegal instruction was encountered"},
	Misaligned:         {"MISALIGNED_ADDRESS", "misaligned address"},
	InvalidSpace:       {"INVALID_ADDRESS_SPACE", "operation not supported on global/shared address space"},
	InvalidPC:          {"INVALID_PC", "invalid program counter"},
	LaunchFailed:       {"LAUNCH_FAILED", "unspecified launch failure"},
	NotPermitted:       {"NOT_PERMITTED", "operation not permitted"},
	NotSupported:       {"NOT_SUPPORTED", "operation not supported"},
	SystemNotReady:     {"SYSTEM_NOT_READY", "system not yet initialized"},
	SystemMismatch:     {"SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"},
	CompatNotSupported: {"COMPAT_NOT_SUPPORTED_ON_DEVICE", "forward compatibility was attempted on non supported HW"},
	810:                {"MPS_CLIENT_TERMINATED", "MPS client terminated while processing"},
	911:                {"EXTERNAL_DEVICE", "unspecified external device error"},
	Unknown:            {"UNKNOWN", "unknown error"},
}
