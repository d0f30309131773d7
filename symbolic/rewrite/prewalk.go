package rewrite

// Prewalk rewrites a term from the root down: r is asked first, and then the
// arguments of what it made are walked. A term that would come to be an argument
// of itself is an error, a *[BudgetError]. For the rest it is as [Postwalk].
func Prewalk[T comparable](r Rewriter[T]) Rewriter[T] { return prewalk[T]{r: r} }

// ParallelPrewalk is [Prewalk] by several goroutines, which makes the same term.
// They share terms at one distance from the root, cutoff or more at a time;
// where there are fewer, one does it alone.
func ParallelPrewalk[T comparable](r Rewriter[T], cutoff int) Rewriter[T] {
	return prewalk[T]{r, max(cutoff, 1)}
}

type prewalk[T comparable] struct {
	r      Rewriter[T]
	cutoff int // 0 if not in parallel
}

// found is a term that a Prewalk comes to.
type found[T comparable] struct {
	t     T
	inner bool // as an argument of a sum or product that sees into it
	now   T    // what r made of it
	out   T    // that with its arguments walked
	did   bool
	state uint8
	first int32
	args  int32 // now's arguments are edges[first:first+args]
}

const (
	untouched uint8 = iota
	open            // its arguments are being made
	made
)

func (w prewalk[T]) Rewrite(s *State[T], root T) (T, bool, error) {
	terms := s.terms
	type place struct {
		t     T
		inner bool
	}
	index := map[place]int32{{t: root}: 0}
	all := []found[T]{{t: root}}
	var edges []int32
	do := func(s *State[T], list []int32) (err error) {
		for _, i := range list {
			f := &all[i]
			s.inside = ""
			if f.inner {
				s.inside = terms.Head(f.t)
			}
			if f.now, f.did, err = w.r.Rewrite(s, f.t); err != nil {
				return err
			}
			if !f.did {
				f.now = f.t
			}
			if err := s.tick(); err != nil {
				return err
			}
		}
		return nil
	}
	inside := s.inside
	defer func() { s.inside = inside }()
	var wave []int32
	changes := 0
	for from := 0; from < len(all); {
		to := len(all)
		wave = wave[:0]
		for i := from; i < to; i++ {
			wave = append(wave, int32(i))
		}
		var err error
		if w.cutoff == 0 || s.shared.trace != nil {
			err = do(s, wave)
		} else {
			err = split(s, wave, w.cutoff, do)
		}
		if err != nil {
			return root, false, err
		}
		for ; from < to; from++ {
			now := all[from].now
			n := terms.NumArgs(now)
			all[from].first, all[from].args = int32(len(edges)), int32(n)
			head := ""
			if n > 0 {
				head = terms.Head(now)
			}
			for k := range n {
				p := place{t: terms.Arg(now, k)}
				p.inner = isAC(head) && terms.Head(p.t) == head
				i, ok := index[p]
				if !ok {
					i = int32(len(all))
					index[p] = i
					all = append(all, found[T]{t: p.t, inner: p.inner})
				}
				edges = append(edges, i)
			}
			if all[from].did {
				changes++
				if err := s.over(int64(changes), "rounds"); err != nil {
					return root, false, err
				}
			}
		}
	}
	if err := w.finish(s, all, edges); err != nil {
		return root, false, err
	}
	return all[0].out, all[0].out != root, nil
}

// finish makes what was found, arguments first.
func (w prewalk[T]) finish(s *State[T], all []found[T], edges []int32) error {
	type frame struct{ i, next int32 }
	stack := []frame{{}}
	var args []T
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		f := &all[top.i]
		f.state = open
		if top.next < f.args {
			i := edges[f.first+top.next]
			top.next++
			switch all[i].state {
			case untouched:
				stack = append(stack, frame{i: i})
			case open:
				return &BudgetError{What: "loop", Rules: s.lastRules()}
			}
			continue
		}
		changed := false
		args = args[:0]
		for _, e := range edges[f.first : f.first+f.args] {
			a := &all[e]
			args = append(args, a.out)
			changed = changed || a.out != a.t
		}
		f.out = f.now
		if changed {
			f.out = s.terms.Make(f.now, s.terms.Head(f.now), args)
		}
		f.state = made
		stack = stack[:len(stack)-1]
	}
	return nil
}
