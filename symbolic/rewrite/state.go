package rewrite

import (
	"context"
	"sync"
	"sync/atomic"
)

// Rewriter replaces terms: rules do, and what is made of them. It returns what
// becomes of t, and whether it did anything; if not, t itself. Rewriters are
// used by many goroutines at once.
type Rewriter[T comparable] interface {
	Rewrite(s *State[T], t T) (T, bool, error)
}

// Func is a function as a Rewriter.
type Func[T comparable] func(s *State[T], t T) (T, bool, error)

// Rewrite calls f. A panic in it is an error, a *[PanicError].
func (f Func[T]) Rewrite(s *State[T], t T) (u T, ok bool, err error) {
	defer catch("function", &err)
	return f(s, t)
}

// State is what one goroutine needs in a [Run]. Rewriters pass it on.
type State[T comparable] struct {
	terms  Terms[T]
	ctx    context.Context
	shared *shared[T]
	class  Class
	accept []func(before, after T) bool // see Accept
	inside string                       // the head of the call whose argument is rewritten, if rules of it will see the argument as theirs
	ticks  uint
	last   [8]string // the rules that fired last, as a ring
	fires  int
	match  matcher[T]
	args   []T // scratch of walks
}

// shared is what the goroutines of a Run share.
type shared[T comparable] struct {
	limits  Limits
	trace   func(Step[T])
	root    T
	firings atomic.Int64
	once    sync.Once
	most    int64 // the firings allowed, once the root was counted
}

// Limits bound what a [Run] does, in numbers of things done, never in time.
// Zero fields stand for the defaults.
type Limits struct {
	// Firings is how often rules may fire, and how often the loops Fixpoint and
	// RestartedChain may go round. The default is DefaultFirings, and 100 for each
	// term in what is rewritten.
	Firings int

	// Steps is how much work one rule's match at one term may take: parts of its
	// left side that are held against parts of the term.
	Steps int
}

const (
	DefaultFirings = 100_000
	DefaultSteps   = 1 << 22
)

// Step is a rule that fired: it made After of Before.
type Step[T comparable] struct {
	N             int // how many fired before it
	Rule          *Rule[T]
	Before, After T
}

// RunOption is an option of [Run]: [Limits] or [Trace].
type RunOption interface{ setRun(*runOptions) }

type runOptions struct {
	limits Limits
	trace  any // func(Step[T])
}

type runOptionFunc func(*runOptions)

func (f runOptionFunc) setRun(o *runOptions) { f(o) }

func (l Limits) setRun(o *runOptions) { o.limits = l }

// Trace has f called for each rule that fires, when it does. A run with a trace
// uses one goroutine.
func Trace[T comparable](f func(Step[T])) RunOption {
	return runOptionFunc(func(o *runOptions) { o.trace = f })
}

// Run rewrites t. Where nothing applies it returns t itself, not another term
// that is equal to it. Errors are *[BudgetError], *[PanicError], what user's
// Rewriters return, and those of ctx; the term is then t. Run panics if the
// trace is for another type of terms.
func Run[T comparable](ctx context.Context, terms Terms[T], r Rewriter[T], t T, opts ...RunOption) (T, error) {
	var o runOptions
	for _, opt := range opts {
		opt.setRun(&o)
	}
	sh := &shared[T]{limits: o.limits, root: t}
	if o.trace != nil {
		sh.trace = o.trace.(func(Step[T]))
	}
	if sh.limits.Steps <= 0 {
		sh.limits.Steps = DefaultSteps
	}
	s := &State[T]{terms: terms, ctx: ctx, shared: sh, class: Domain}
	if err := ctx.Err(); err != nil {
		return t, err
	}
	u, ok, err := r.Rewrite(s, t)
	if err != nil || !ok {
		return t, err
	}
	return u, nil
}

// Terms is the terms' type as Run was given it.
func (s *State[T]) Terms() Terms[T] { return s.terms }

// Context is the context of the run.
func (s *State[T]) Context() context.Context { return s.ctx }

// fork is a State for another goroutine.
func (s *State[T]) fork() *State[T] {
	return &State[T]{terms: s.terms, ctx: s.ctx, shared: s.shared, class: s.class, accept: s.accept[:len(s.accept):len(s.accept)]}
}

// tick is called for all that is done, and looks at the context now and then.
func (s *State[T]) tick() error {
	if s.ticks++; s.ticks%256 == 0 {
		return s.ctx.Err()
	}
	return nil
}

// Fired counts and traces a rule that a Rewriter of a user's own applied: it
// made after of before. The error is a *[BudgetError].
func (s *State[T]) Fired(r *Rule[T], before, after T) error { return s.fired(r, before, after) }

func (s *State[T]) fired(r *Rule[T], before, after T) error {
	s.last[s.fires%len(s.last)] = r.name
	s.fires++
	n := s.shared.firings.Add(1)
	if s.shared.trace != nil {
		s.shared.trace(Step[T]{N: int(n) - 1, Rule: r, Before: before, After: after})
	}
	return s.over(n, "firings")
}

// round is called by loops; what goes round is no rule, perhaps.
func (s *State[T]) round(n int) error {
	if err := s.tick(); err != nil {
		return err
	}
	return s.over(int64(n), "rounds")
}

func (s *State[T]) over(n int64, what string) error {
	sh := s.shared
	limit := int64(sh.limits.Firings)
	if limit <= 0 {
		if n <= DefaultFirings {
			return nil
		}
		sh.once.Do(func() { sh.most = DefaultFirings + 100*int64(countTerms(sh.root, s.terms)) })
		limit = sh.most
	}
	if n <= limit {
		return nil
	}
	return &BudgetError{What: what, Limit: int(limit), Rules: s.lastRules()}
}

// lastRules are the rules that fired last, the last one last.
func (s *State[T]) lastRules() []string {
	var names []string
	for i := max(s.fires-len(s.last), 0); i < s.fires; i++ {
		names = append(names, s.last[i%len(s.last)])
	}
	return names
}

// countTerms is the number of different terms in t.
func countTerms[T comparable](t T, terms Terms[T]) int {
	seen := map[T]struct{}{t: {}}
	todo := []T{t}
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for i := range terms.NumArgs(t) {
			a := terms.Arg(t, i)
			if _, ok := seen[a]; !ok {
				seen[a] = struct{}{}
				todo = append(todo, a)
			}
		}
	}
	return len(seen)
}
