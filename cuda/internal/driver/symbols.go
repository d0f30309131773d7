//go:build linux && (amd64 || arm64) && !cu

package driver

// symbol is a function of the driver that is used.
type symbol int

// The functions, those first without which there is no driver. The names in the library are below: where a function
// changed, the plain name is that of the old one.
const (
	cuInit symbol = iota
	cuDriverGetVersion
	cuGetErrorName
	cuGetErrorString
	cuDeviceGetCount
	cuDeviceGet
	cuDeviceGetName
	cuDeviceGetUuid
	cuDeviceGetPCIBusId
	cuDeviceTotalMem
	cuDeviceGetAttribute
	cuDevicePrimaryCtxRetain
	cuDevicePrimaryCtxRelease
	cuCtxSetCurrent
	cuCtxGetCurrent
	cuCtxSynchronize
	cuMemGetInfo
	cuModuleLoadDataEx
	cuModuleUnload
	cuModuleGetFunction
	cuFuncGetAttribute
	cuLinkCreate
	cuLinkAddData
	cuLinkComplete
	cuLinkDestroy
	cuOccupancyMaxPotentialBlockSize
	cuOccupancyMaxActiveBlocksPerMultiprocessor
	cuLaunchKernel
	cuMemAlloc
	cuMemFree
	cuMemHostAlloc
	cuMemFreeHost
	cuMemHostRegister
	cuMemHostUnregister
	cuMemcpyHtoDAsync
	cuMemcpyDtoHAsync
	cuMemcpyDtoDAsync
	cuMemcpyPeerAsync
	cuDeviceCanAccessPeer
	cuCtxEnablePeerAccess
	cuMemsetD32Async
	cuStreamCreate
	cuStreamDestroy
	cuStreamSynchronize
	cuStreamQuery
	cuStreamWaitEvent
	cuEventCreate
	cuEventDestroy
	cuEventRecord
	cuEventSynchronize
	cuEventQuery
	cuEventElapsedTime
	cuStreamBeginCapture
	cuStreamEndCapture
	cuGraphInstantiate
	cuGraphLaunch
	cuGraphDestroy
	cuGraphExecDestroy

	required // the number of those above

	// Since CUDA 11.2, and the last since 11.4.
	cuMemAllocAsync = iota - 1
	cuMemFreeAsync
	cuDeviceGetDefaultMemPool
	cuMemPoolCreate
	cuMemPoolDestroy
	cuMemAllocFromPoolAsync
	cuMemPoolSetAttribute
	cuMemPoolTrimTo
	cuMemPoolSetAccess
	cuGraphInstantiateWithFlags

	symbols = iota - 1 // the number of all
)

// names are the functions' names in the library.
var names = [symbols]string{
	cuInit:                           "cuInit",
	cuDriverGetVersion:               "cuDriverGetVersion",
	cuGetErrorName:                   "cuGetErrorName",
	cuGetErrorString:                 "cuGetErrorString",
	cuDeviceGetCount:                 "cuDeviceGetCount",
	cuDeviceGet:                      "cuDeviceGet",
	cuDeviceGetName:                  "cuDeviceGetName",
	cuDeviceGetUuid:                  "cuDeviceGetUuid",
	cuDeviceGetPCIBusId:              "cuDeviceGetPCIBusId",
	cuDeviceTotalMem:                 "cuDeviceTotalMem_v2",
	cuDeviceGetAttribute:             "cuDeviceGetAttribute",
	cuDevicePrimaryCtxRetain:         "cuDevicePrimaryCtxRetain",
	cuDevicePrimaryCtxRelease:        "cuDevicePrimaryCtxRelease_v2",
	cuCtxSetCurrent:                  "cuCtxSetCurrent",
	cuCtxGetCurrent:                  "cuCtxGetCurrent",
	cuCtxSynchronize:                 "cuCtxSynchronize",
	cuMemGetInfo:                     "cuMemGetInfo_v2",
	cuModuleLoadDataEx:               "cuModuleLoadDataEx",
	cuModuleUnload:                   "cuModuleUnload",
	cuModuleGetFunction:              "cuModuleGetFunction",
	cuFuncGetAttribute:               "cuFuncGetAttribute",
	cuLinkCreate:                     "cuLinkCreate_v2",
	cuLinkAddData:                    "cuLinkAddData_v2",
	cuLinkComplete:                   "cuLinkComplete",
	cuLinkDestroy:                    "cuLinkDestroy",
	cuOccupancyMaxPotentialBlockSize: "cuOccupancyMaxPotentialBlockSize",
	cuOccupancyMaxActiveBlocksPerMultiprocessor: "cuOccupancyMaxActiveBlocksPerMultiprocessor",
	cuLaunchKernel:              "cuLaunchKernel",
	cuMemAlloc:                  "cuMemAlloc_v2",
	cuMemFree:                   "cuMemFree_v2",
	cuMemHostAlloc:              "cuMemHostAlloc",
	cuMemFreeHost:               "cuMemFreeHost",
	cuMemHostRegister:           "cuMemHostRegister_v2",
	cuMemHostUnregister:         "cuMemHostUnregister",
	cuMemcpyHtoDAsync:           "cuMemcpyHtoDAsync_v2",
	cuMemcpyDtoHAsync:           "cuMemcpyDtoHAsync_v2",
	cuMemcpyDtoDAsync:           "cuMemcpyDtoDAsync_v2",
	cuMemcpyPeerAsync:           "cuMemcpyPeerAsync",
	cuDeviceCanAccessPeer:       "cuDeviceCanAccessPeer",
	cuCtxEnablePeerAccess:       "cuCtxEnablePeerAccess",
	cuMemsetD32Async:            "cuMemsetD32Async",
	cuStreamCreate:              "cuStreamCreate",
	cuStreamDestroy:             "cuStreamDestroy_v2",
	cuStreamSynchronize:         "cuStreamSynchronize",
	cuStreamQuery:               "cuStreamQuery",
	cuStreamWaitEvent:           "cuStreamWaitEvent",
	cuEventCreate:               "cuEventCreate",
	cuEventDestroy:              "cuEventDestroy_v2",
	cuEventRecord:               "cuEventRecord",
	cuEventSynchronize:          "cuEventSynchronize",
	cuEventQuery:                "cuEventQuery",
	cuEventElapsedTime:          "cuEventElapsedTime",
	cuStreamBeginCapture:        "cuStreamBeginCapture_v2",
	cuStreamEndCapture:          "cuStreamEndCapture",
	cuGraphInstantiate:          "cuGraphInstantiate_v2",
	cuGraphLaunch:               "cuGraphLaunch",
	cuGraphDestroy:              "cuGraphDestroy",
	cuGraphExecDestroy:          "cuGraphExecDestroy",
	cuMemAllocAsync:             "cuMemAllocAsync",
	cuMemFreeAsync:              "cuMemFreeAsync",
	cuDeviceGetDefaultMemPool:   "cuDeviceGetDefaultMemPool",
	cuMemPoolCreate:             "cuMemPoolCreate",
	cuMemPoolDestroy:            "cuMemPoolDestroy",
	cuMemAllocFromPoolAsync:     "cuMemAllocFromPoolAsync",
	cuMemPoolSetAttribute:       "cuMemPoolSetAttribute",
	cuMemPoolTrimTo:             "cuMemPoolTrimTo",
	cuMemPoolSetAccess:          "cuMemPoolSetAccess",
	cuGraphInstantiateWithFlags: "cuGraphInstantiateWithFlags",
}
