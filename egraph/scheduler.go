package egraph

import "math"

// Scheduler decides in each iteration which rules are searched for. It is used
// by one run at a time.
type Scheduler interface {
	// Start is called when a run begins, with the number of its rules.
	Start(rules int)

	// Limit is how many matches of a rule are of use in an iteration: 0 if the rule
	// is not to be searched for, [NoLimit] if all are. Iterations and rules are
	// numbered from 0.
	Limit(iteration, rule int) int

	// Accept is told how many matches there were, at most one more than the limit,
	// and decides whether they are applied. Those that are not are found again when
	// the rule is searched for the next time.
	Accept(iteration, rule, matches int) bool

	// Done is asked when an iteration has changed nothing, whether that is the
	// end: no, if rules were not searched for, or their matches not applied.
	Done(iteration int) bool
}

// NoLimit is what [Scheduler.Limit] returns if all matches are of use.
const NoLimit = math.MaxInt

// Simple is the scheduler that applies all matches of all rules.
func Simple() Scheduler { return simple{} }

type simple struct{}

func (simple) Start(int)                 {}
func (simple) Limit(int, int) int        { return NoLimit }
func (simple) Accept(int, int, int) bool { return true }
func (simple) Done(int) bool             { return true }

// Backoff is the scheduler that bans rules that match too often: one that has
// more matches than its limit in an iteration is not applied, and not searched
// for in the next few; its limit and the length of the ban are doubled. It is
// that of egg (Willsey et al., POPL 2021).
type Backoff struct {
	MatchLimit int // the matches that a rule may have at first, 0 for 1000
	BanLength  int // the iterations for which a rule is banned at first, 0 for 5

	rules []backoff
}

type backoff struct{ until, bans int }

// Start implements [Scheduler].
func (b *Backoff) Start(rules int) {
	if cap(b.rules) < rules {
		b.rules = make([]backoff, rules)
	}
	b.rules = b.rules[:rules]
	clear(b.rules)
}

// Limit implements [Scheduler].
func (b *Backoff) Limit(iteration, rule int) int {
	r := &b.rules[rule]
	if iteration < r.until {
		return 0
	}
	return doubled(b.MatchLimit, 1000, r.bans)
}

// Accept implements [Scheduler].
func (b *Backoff) Accept(iteration, rule, matches int) bool {
	r := &b.rules[rule]
	if matches <= doubled(b.MatchLimit, 1000, r.bans) {
		return true
	}
	r.until = iteration + doubled(b.BanLength, 5, r.bans)
	r.bans++
	return false
}

// Done implements [Scheduler]: if rules are banned, as many iterations are taken
// from all bans as let the first of them come back.
func (b *Backoff) Done(iteration int) bool {
	first := math.MaxInt
	for _, r := range b.rules {
		if r.until > iteration {
			first = min(first, r.until)
		}
	}
	if first == math.MaxInt {
		return true
	}
	for i := range b.rules {
		if r := &b.rules[i]; r.until > iteration {
			r.until -= first - iteration
		}
	}
	return false
}

// doubled is n, or standard if n is 0, doubled so many times, as far as that can
// be.
func doubled(n, standard, times int) int {
	if n <= 0 {
		n = standard
	}
	for ; times > 0 && n < math.MaxInt/4; times-- {
		n *= 2
	}
	return n
}
