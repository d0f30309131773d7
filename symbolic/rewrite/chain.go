package rewrite

// Chain is the rewriters one after the other, each of what the one before it
// made. Of rules, it tries only those that can match a term of that head.
func Chain[T comparable](rs ...Rewriter[T]) Rewriter[T] { return newChain(rs, false) }

// RestartedChain is [Chain], except that it starts again with the first as soon
// as one did anything, until none does.
func RestartedChain[T comparable](rs ...Rewriter[T]) Rewriter[T] { return newChain(rs, true) }

// Rules is [Chain] of rules.
func Rules[T comparable](rules ...*Rule[T]) Rewriter[T] {
	rs := make([]Rewriter[T], len(rules))
	for i, r := range rules {
		rs[i] = r
	}
	return newChain(rs, false)
}

type chain[T comparable] struct {
	links   []link[T]
	heads   map[string][]int32 // the links for terms of a head that some rule mentions
	any     []int32            // for terms of all others
	restart bool
}

type link[T comparable] struct {
	rule *Rule[T]    // nil if this is
	r    Rewriter[T] // another rewriter
}

func newChain[T comparable](rs []Rewriter[T], restart bool) Rewriter[T] {
	c := &chain[T]{restart: restart, heads: map[string][]int32{}}
	for _, r := range rs {
		rule, _ := r.(*Rule[T])
		c.links = append(c.links, link[T]{rule, r})
		if rule != nil {
			for _, h := range rule.heads {
				c.heads[h] = nil
			}
		}
	}
	for i, l := range c.links {
		every := l.rule == nil || l.rule.heads == nil
		for h := range c.heads {
			if every || l.rule.fits(h) {
				c.heads[h] = append(c.heads[h], int32(i))
			}
		}
		if every {
			c.any = append(c.any, int32(i))
		}
	}
	return c
}

func (c *chain[T]) of(head string) []int32 {
	if l, ok := c.heads[head]; ok {
		return l
	}
	return c.any
}

func (c *chain[T]) Rewrite(s *State[T], t T) (T, bool, error) {
	first, did, rounds := t, false, 0
	links := c.of(s.terms.Head(t))
	from := int32(0) // the links before it are done
	for k := 0; k < len(links); {
		i := links[k]
		if i < from {
			k++
			continue
		}
		u, ok, err := t, false, error(nil)
		if l := &c.links[i]; l.rule != nil {
			u, ok, err = l.rule.try(s, t)
		} else {
			u, ok, err = l.r.Rewrite(s, t)
		}
		if err != nil {
			return first, false, err
		}
		if !ok || c.restart && u == t {
			did = did || ok
			k++
			continue
		}
		t, did = u, true
		links, k, from = c.of(s.terms.Head(t)), 0, i+1
		if c.restart {
			from = 0
			rounds++
			if err := s.round(rounds); err != nil {
				return first, false, err
			}
		}
	}
	return t, did, nil
}
