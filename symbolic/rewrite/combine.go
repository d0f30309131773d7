package rewrite

// If is r for the terms for which cond holds. cond may be called from any number
// of goroutines at once, as in IfElse.
func If[T comparable](cond func(T) bool, r Rewriter[T]) Rewriter[T] {
	return branch[T]{cond: cond, yes: r}
}

// IfElse is yes for the terms for which cond holds, and no for others.
func IfElse[T comparable](cond func(T) bool, yes, no Rewriter[T]) Rewriter[T] {
	return branch[T]{cond, yes, no}
}

type branch[T comparable] struct {
	cond    func(T) bool
	yes, no Rewriter[T]
}

func (b branch[T]) Rewrite(s *State[T], t T) (T, bool, error) {
	yes, err := b.holds(t)
	switch {
	case err != nil:
		return t, false, err
	case yes:
		return b.yes.Rewrite(s, t)
	case b.no != nil:
		return b.no.Rewrite(s, t)
	}
	return t, false, nil
}

func (b branch[T]) holds(t T) (yes bool, err error) {
	defer catch("condition of If", &err)
	return b.cond(t), nil
}

// Fixpoint is r again and again, until it does nothing or makes an equal term.
func Fixpoint[T comparable](r Rewriter[T]) Rewriter[T] { return fixpoint[T]{r} }

type fixpoint[T comparable] struct{ r Rewriter[T] }

func (f fixpoint[T]) Rewrite(s *State[T], t T) (T, bool, error) {
	first, did := t, false
	for n := 1; ; n++ {
		u, ok, err := f.r.Rewrite(s, t)
		if err != nil {
			return first, false, err
		}
		if !ok || u == t || s.terms.Equal(u, t) {
			return t, did, nil
		}
		t, did = u, true
		if err := s.round(n); err != nil {
			return first, false, err
		}
	}
}

// PassThrough is r, and says of every term that it was rewritten, also if r did
// nothing: for rewriters of a user's own that take a refusal for a failure.
func PassThrough[T comparable](r Rewriter[T]) Rewriter[T] { return pass[T]{r} }

type pass[T comparable] struct{ r Rewriter[T] }

func (p pass[T]) Rewrite(s *State[T], t T) (T, bool, error) {
	u, _, err := p.r.Rewrite(s, t)
	return u, err == nil, err
}

// Limit is r with only those rules that are in the class or in a stricter one.
func Limit[T comparable](class Class, r Rewriter[T]) Rewriter[T] { return limit[T]{class, r} }

type limit[T comparable] struct {
	class Class
	r     Rewriter[T]
}

func (l limit[T]) Rewrite(s *State[T], t T) (T, bool, error) {
	class := s.class
	s.class = min(class, l.class)
	u, ok, err := l.r.Rewrite(s, t)
	s.class = class
	return u, ok, err
}

// Accept is r with its rules kept from doing what f does not like: a rule goes
// on as if the terms had not matched where f is false of the term and what would
// become of it. Rewriters that are functions see to it themselves. f may be
// called from any number of goroutines at once if r walks in parallel.
func Accept[T comparable](f func(before, after T) bool, r Rewriter[T]) Rewriter[T] {
	return accept[T]{f, r}
}

type accept[T comparable] struct {
	f func(before, after T) bool
	r Rewriter[T]
}

func (a accept[T]) Rewrite(s *State[T], t T) (T, bool, error) {
	s.accept = append(s.accept, a.f)
	u, ok, err := a.r.Rewrite(s, t)
	s.accept = s.accept[:len(s.accept)-1]
	return u, ok, err
}
