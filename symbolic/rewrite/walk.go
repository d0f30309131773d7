package rewrite

import "slices"

// Postwalk rewrites a term from the leaves up: the arguments of a call first,
// then the call of what became of them. What r makes is not walked again. Like
// all walks it visits a term once, however often it occurs, keeps what does not
// change, and uses no stack for depth.
//
// Rules that match a sum or product modulo associativity are tried where it is
// not an argument of another: they see that one's arguments as their own.
func Postwalk[T comparable](r Rewriter[T]) Rewriter[T] { return postwalk[T]{r: r} }

// ParallelPostwalk is [Postwalk] by several goroutines, which makes the same
// term. They share terms of one height, cutoff or more at a time; where there
// are fewer, one does it alone.
func ParallelPostwalk[T comparable](r Rewriter[T], cutoff int) Rewriter[T] {
	return postwalk[T]{r, max(cutoff, 1)}
}

type postwalk[T comparable] struct {
	r      Rewriter[T]
	cutoff int // 0 if not in parallel
}

// visit is a term that a walk comes to.
type visit[T comparable] struct {
	t     T // as it was found
	out   T // what became of it
	first int32
	args  int32 // its arguments are edges[first:first+args]
	outer bool  // it is not only an argument of sums or products that see into it

	level int32 // one more than that of the highest argument
}

func (w postwalk[T]) Rewrite(s *State[T], root T) (T, bool, error) {
	visits, edges, err := discover(s, root)
	if err != nil {
		return root, false, err
	}
	do := func(s *State[T], order []int32) (err error) {
		for _, i := range order {
			v := &visits[i]
			t, ok := v.t, false
			args := s.args[:0]
			for _, e := range edges[v.first : v.first+v.args] {
				a := &visits[e]
				args = append(args, a.out)
				ok = ok || a.out != a.t
			}
			s.args = args
			if ok {
				t = s.terms.Make(t, s.terms.Head(t), args)
			}
			s.inside = ""
			if !v.outer {
				s.inside = s.terms.Head(v.t)
			}
			v.out = t
			u, ok, err := w.r.Rewrite(s, t)
			if err == nil {
				err = s.tick()
			}
			if err != nil {
				return err
			}
			if ok {
				v.out = u
			}
		}
		return nil
	}
	inside := s.inside
	defer func() { s.inside = inside }()
	order := make([]int32, len(visits))
	for i := range order {
		order[i] = int32(i)
	}
	if w.cutoff == 0 || s.shared.trace != nil {
		err = do(s, order)
	} else {
		slices.SortStableFunc(order, func(a, b int32) int { return int(visits[a].level - visits[b].level) })
		for from := 0; from < len(order) && err == nil; {
			to := from + 1
			for to < len(order) && visits[order[to]].level == visits[order[from]].level {
				to++
			}
			err = split(s, order[from:to], w.cutoff, do)
			from = to
		}
	}
	if err != nil {
		return root, false, err
	}
	out := visits[len(visits)-1].out
	return out, out != root, nil
}

// discover lists root and what it is made of, each term once and after its
// arguments, which are edges[first:first+args] of it.
func discover[T comparable](s *State[T], root T) (visits []visit[T], edges []int32, err error) {
	type frame struct {
		t    T
		next int // the argument to descend into
		n    int
	}
	terms := s.terms
	index := map[T]int32{}
	stack := []frame{{t: root, n: terms.NumArgs(root)}}
	var args []int32 // of the terms on the stack
	for len(stack) > 0 {
		f := &stack[len(stack)-1]
		if f.next < f.n {
			a := terms.Arg(f.t, f.next)
			f.next++
			if i, ok := index[a]; ok {
				args = append(args, i)
			} else {
				stack = append(stack, frame{t: a, n: terms.NumArgs(a)})
			}
			continue
		}
		if err := s.tick(); err != nil {
			return nil, nil, err
		}
		v := visit[T]{t: f.t, first: int32(len(edges)), args: int32(f.n)}
		head := ""
		if f.n > 0 {
			head = terms.Head(f.t)
		}
		ac := isAC(head)
		for _, e := range args[len(args)-f.n:] {
			a := &visits[e]
			v.level = max(v.level, a.level+1)
			if !a.outer && !(ac && terms.Head(a.t) == head) {
				a.outer = true
			}
		}
		edges = append(edges, args[len(args)-f.n:]...)
		args = args[:len(args)-f.n]
		i := int32(len(visits))
		index[f.t] = i
		visits = append(visits, v)
		args = append(args, i)
		stack = stack[:len(stack)-1]
	}
	visits[len(visits)-1].outer = true
	return visits, edges, nil
}
