package cuda

import (
	"github.com/triad-go/triad/cuda/internal/cache"
	"github.com/triad-go/triad/runtime"
)

// settings are what options of this package ask for.
type settings struct {
	staging int64 // bytes of device memory that host arrays are staged through
	cache   imageCache

	assumed runtime.Rates // what the executor predicts by, if told
	told    bool
}

type (
	stagingKey struct{}
	cacheKey   struct{}
)

const (
	stagingMost  = ringSlots * slotBytes
	stagingLeast = 4 << 10
)

// Staging bounds the device memory, in bytes, through which arrays in host memory stream to kernels and back: 32 MiB by
// default, at least 4096. It does not change what is computed. Kernels that need whole
// arrays on the device (those with neighbours, gathers, scans and the like) take memory for them besides, and so does
// a kernel of which one block of elements of all arrays is more than a quarter of the bound.
func Staging(bytes int64) runtime.Option {
	return func(c *runtime.Config) error {
		if bytes < stagingLeast {
			return &runtime.ValueError{Name: "Staging", Value: bytes, Want: "at least 4096 bytes"}
		}
		return runtime.With(stagingKey{}, bytes)(c)
	}
}

// CacheDir says where compiled kernels are kept for other processes: "" is nowhere. By default it is what the
// environment variable TRIAD_CUDA_CACHE says ("off" is nowhere), or else triad/cuda in the user's cache directory.
func CacheDir(dir string) runtime.Option { return runtime.With(cacheKey{}, dir) }

// cacheBytes is what is kept on disk at the most.
const cacheBytes = 256 << 20

func settingsOf(c runtime.Config) (settings, error) {
	s := settings{staging: stagingMost}
	if v, ok := c.Values[stagingKey{}]; ok {
		s.staging = v.(int64)
	}
	s.assumed, s.told = c.Assumed()
	dir, ok := cache.Dir()
	if v, given := c.Values[cacheKey{}]; given {
		dir = v.(string)
		ok = dir != ""
	}
	if ok {
		s.cache = cache.Open(dir, cacheBytes)
	}
	return s, nil
}
