package cuda

import (
	"fmt"
	"strconv"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/runtime"
)

// properties are what a device tells of itself.
type properties struct {
	name       string
	uuid       [16]byte
	total      int64
	sms        int
	threads    int // of a block, at the most
	perSM      int // threads of a multiprocessor
	gridX      int
	capability int // 90 for 9.0
	l2         int64
	driver     int
	pools      bool
	unified    bool // addresses are the device's and the host's in one
}

// leastCapability is what the PTX needs: shuffles that name their threads, and independent thread scheduling.
const leastCapability = 70

// CapabilityError says that a GPU is older than this package's code.
type CapabilityError struct {
	Device int
	Name   string
	Have   string // its compute capability, "6.1"
	Want   string // the least that will do
}

func (e *CapabilityError) Error() string {
	return fmt.Sprintf("cuda: device %d (%s) has compute capability %s; %s or more is needed", e.Device, e.Name, e.Have, e.Want)
}

func findDevice(drv driver.Driver, ordinal int) (driver.Device, error) {
	n, err := drv.DeviceCount()
	if err != nil {
		return 0, err
	}
	if ordinal < 0 || ordinal >= n {
		return 0, &DeviceError{Device: strconv.Itoa(ordinal), Count: n}
	}
	return drv.Device(ordinal)
}

// readProperties asks a device for its properties. An attribute that the driver does not know is zero, but for those that
// launches need.
func readProperties(drv driver.Driver, d driver.Device, ordinal int) (p properties, err error) {
	if p.name, err = drv.DeviceName(d); err != nil {
		return p, err
	}
	total, err := drv.DeviceMemory(d)
	if err != nil {
		return p, err
	}
	p.total = int64(total)
	p.uuid, _ = drv.DeviceUUID(d)
	if p.driver, err = drv.Version(); err != nil {
		return p, err
	}
	var major, minor, l2, pools, unified int
	for _, a := range []struct {
		to     *int
		what   driver.Attribute
		needed bool
	}{
		{&p.sms, driver.Multiprocessors, true},
		{&p.threads, driver.MaxThreadsPerBlock, true},
		{&p.perSM, driver.ThreadsPerSM, true},
		{&p.gridX, driver.MaxGridX, true},
		{&major, driver.CapabilityMajor, true},
		{&minor, driver.CapabilityMinor, true},
		{&l2, driver.L2Bytes, false},
		{&pools, driver.MemoryPools, false},
		{&unified, driver.UnifiedAddressing, false},
	} {
		if *a.to, err = drv.DeviceAttribute(a.what, d); err != nil && a.needed {
			return p, err
		}
	}
	p.capability, p.l2, p.pools = 10*major+minor, int64(l2), pools != 0 && p.driver >= 11020
	p.unified = unified != 0
	if p.capability < leastCapability {
		return p, &CapabilityError{Device: ordinal, Name: p.name, Have: formatCapability(p.capability), Want: formatCapability(leastCapability)}
	}
	return p, nil
}

func formatCapability(c int) string { return fmt.Sprintf("%d.%d", c/10, c%10) }

// formatUUID writes a UUID as nvidia-smi does.
func formatUUID(u [16]byte) string {
	return fmt.Sprintf("GPU-%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// target describes a device.
func (p properties) target(ordinal int) runtime.Target {
	t := runtime.Target{
		Name:        "cuda:" + strconv.Itoa(ordinal),
		Kind:        runtime.GPU,
		Model:       p.name,
		MemoryBytes: p.total,
		Device: &runtime.Device{
			Index:           ordinal,
			Capability:      formatCapability(p.capability),
			Multiprocessors: p.sms,
			Driver:          fmt.Sprintf("%d.%d", p.driver/1000, p.driver%1000/10),
			UUID:            formatUUID(p.uuid),
		},
	}
	if p.l2 > 0 {
		t.Caches = []runtime.Cache{{Level: 2, Type: runtime.UnifiedCache, Bytes: p.l2}}
	}
	return t
}
