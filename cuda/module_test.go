package cuda

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/triad-go/triad/cuda/internal/driver"
)

// assembling is a driver whose LoadModule takes until so many are under way.
type assembling struct {
	driver.Driver
	mu     sync.Mutex
	meet   chan struct{}
	left   int // that must come before any goes on
	loads  map[string]int
	broken bool
}

func (d *assembling) LoadModule(image []byte) (driver.Module, string, error) {
	d.mu.Lock()
	d.loads[strings.TrimRight(string(image), "\x00")]++
	if d.left--; d.left == 0 {
		close(d.meet)
	}
	n, broken := len(d.loads), d.broken
	d.mu.Unlock()
	<-d.meet
	if broken {
		return 0, "no such instruction", &driver.Error{Call: "cuModuleLoadDataEx", Result: driver.InvalidPTX}
	}
	return driver.Module(n), "", nil
}

// Texts that differ are compiled at the same time, and one text once, whoever asks for it. What fails is everybody's own error.
func TestModulesAtOnce(t *testing.T) {
	texts := []string{"a", "b", "c"}
	for _, broken := range []bool{false, true} {
		d := &assembling{meet: make(chan struct{}), left: len(texts), loads: map[string]int{}, broken: broken}
		m := &modules{gpu: &gpu{drv: d}}
		var all sync.WaitGroup
		got := make([]*module, 4*len(texts))
		errs := make([]error, len(got))
		for i := range got {
			all.Add(1)
			go func() {
				defer all.Done()
				got[i], errs[i] = m.load("kernel", texts[i%len(texts)])
			}()
		}
		all.Wait()
		for i, mod := range got {
			var refused *ModuleError
			if broken {
				if !errors.As(errs[i], &refused) || refused.Log != "no such instruction" || mod != nil {
					t.Errorf("load %d: %v, %v", i, mod, errs[i])
				}
				continue
			}
			if errs[i] != nil || mod != got[i%len(texts)] || mod.users != 4 {
				t.Errorf("load %d: %+v, %v", i, mod, errs[i])
			}
		}
		for text, n := range d.loads {
			if want := 1; !broken && n != want || broken && n != 4 {
				t.Errorf("%s was compiled %d times", text, n)
			}
		}
		if broken && len(m.have) != 0 {
			t.Errorf("%d modules stay", len(m.have))
		}
	}
}
