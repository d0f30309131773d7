package runtime

import "github.com/triad-go/triad/simd"

// Config is what the options of Open ask for. The zero value of a field is the
// executor's own choice. An executor passes over what means nothing to it.
type Config struct {
	Workers int        // workers that run at once; 0: one for each processor this process may use
	Pin     bool       // bind each worker to one CPU
	Tier    *simd.Tier // the instructions that may be used; nil: the best that run here
	Plan    Plan       // for launches that say nothing else

	// Device is what stands behind the colon of the name that Open was given: "1" of "cuda:1". Empty if nothing does.
	Device string

	// Values are what options of other packages ask for: see [With].
	Values map[any]any
}

// With asks for what an executor of another package knows under a key, which is of a type of that
// package: context.WithValue's way. Packages give it as options of their own.
func With(key, value any) Option {
	return func(c *Config) error {
		if c.Values == nil {
			c.Values = map[any]any{}
		}
		c.Values[key] = value
		return nil
	}
}

// Option sets something of an executor when it is opened.
type Option func(*Config) error

// Workers asks for n workers, the caller of a launch being one of them. The
// results of a kernel do not depend on n. It must be at least 1.
func Workers(n int) Option {
	return func(c *Config) error {
		if n < 1 || n > maxWorkers {
			return &ValueError{Name: "Workers", Value: n, Want: "1 to 4096"}
		}
		c.Workers = n
		return nil
	}
}

const maxWorkers = 4096

// Pin asks for each worker to be bound to one CPU of the target until Close,
// and the thread that calls a launch for as long as a large launch runs. Open
// returns *UnsupportedError where the system cannot.
func Pin(on bool) Option {
	return func(c *Config) error {
		c.Pin = on
		return nil
	}
}

// Tier asks for machine code of that tier, which must be one that simd.Tiers
// lists.
func Tier(t simd.Tier) Option {
	return func(c *Config) error {
		for _, have := range simd.Tiers() {
			if t == have {
				c.Tier = &t
				return nil
			}
		}
		return &ValueError{Name: "Tier", Value: t, Want: "a tier that this process can run, the best being " + simd.Best().String()}
	}
}

// Policies sets what holds for launches and loops whose own policies say
// nothing else.
func Policies(policies ...Policy) Option {
	return func(c *Config) (err error) {
		c.Plan, err = c.Plan.With(policies...)
		return err
	}
}

// tier is the tier that the options come to.
func (c Config) tier() simd.Tier {
	if c.Tier != nil {
		return *c.Tier
	}
	return simd.Best()
}
