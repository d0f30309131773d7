package egraph

import (
	"context"
	"fmt"
	"time"
)

// The limits of a run that is given none.
const (
	DefaultIterations = 30
	DefaultNodes      = 10_000
)

// maxWords bounds the words of nodes, so that what begins in them can be named by
// 31 bits.
const maxWords = 1 << 30

// Limits bound a run, see [WithLimits].
type Limits struct {
	Iterations int           // how often all rules are searched for
	Nodes      int           // of the graph, see [Graph.NumNodes]
	Classes    int           // of the graph, see [Graph.NumClasses]; 0 if they are not bounded
	Time       time.Duration // 0 if it is not bounded
}

// StopReason is why a run ended.
type StopReason uint8

const (
	// Saturated: no rule finds anything that is not in the graph.
	Saturated StopReason = 1 + iota
	IterationLimit
	NodeLimit
	ClassLimit
	TimeLimit
	StepLimit // of matching multisets, see [Steps]
	Cancelled // by the context
	Stopped   // by a hook, see [EachIteration]
	Failed    // by an error: a contradiction, or that of an analysis
)

func (s StopReason) String() string {
	names := [...]string{Saturated: "saturated", IterationLimit: "iteration limit", NodeLimit: "node limit", ClassLimit: "class limit", TimeLimit: "time limit", StepLimit: "step limit", Cancelled: "cancelled", Stopped: "stopped", Failed: "failed"}
	if int(s) < len(names) && s > 0 {
		return names[s]
	}
	return fmt.Sprintf("StopReason(%d)", uint8(s))
}

// Report is what a run did. Its Rules are those that the run was given.
type Report struct {
	Reason     StopReason
	Iterations []Iteration
	Rules      []*Rule // in the order of RuleStats
}

// Iteration is what an iteration did.
type Iteration struct {
	Nodes   int // at its end
	Classes int
	Rules   []RuleStats // of each rule; of rules without matches too

	// How long it took, if the run was told to measure (see [Timed]).
	Search, Apply, Rebuild time.Duration
}

// RuleStats is what a rule did in an iteration.
type RuleStats struct {
	Matches int  // that were found
	Applied int  // that changed the graph
	Banned  bool // not searched for, or not applied, because the scheduler said so
}

// Total is what a rule did in all iterations.
func (r *Report) Total(rule int) (t RuleStats) {
	for _, i := range r.Iterations {
		t.Matches += i.Rules[rule].Matches
		t.Applied += i.Rules[rule].Applied
		t.Banned = t.Banned || i.Rules[rule].Banned
	}
	return t
}

// RunOption is an option of [Graph.Run].
type RunOption func(*runner)

// WithLimits bounds a run by all limits at once. As with [Iterations] and the
// like, one that is 0 or less is a *[LimitError], but for Classes and Time, which
// are not bounded if they are 0.
func WithLimits(l Limits) RunOption {
	return func(r *runner) {
		Iterations(l.Iterations)(r)
		Nodes(l.Nodes)(r)
		if l.Classes != 0 {
			Classes(l.Classes)(r)
		}
		if l.Time != 0 {
			Time(l.Time)(r)
		}
	}
}

// Iterations bounds the iterations of a run, by default [DefaultIterations].
func Iterations(n int) RunOption {
	return func(r *runner) { r.check("iterations", int64(n)); r.limits.Iterations = n }
}

// Nodes bounds the nodes of the graph, by default [DefaultNodes]. A run exceeds
// it by less than what one match adds. No run goes beyond about a hundred million.
func Nodes(n int) RunOption {
	return func(r *runner) { r.check("nodes", int64(n)); r.limits.Nodes = n }
}

// Steps bounds the steps of matching multisets in a run, each some ten nanoseconds:
// a pattern can be looked for in very many arrangements. No rule may take more
// than an eighth of what is left in one iteration. By default there are 64 for
// each node of the limit of nodes.
func Steps(n int) RunOption {
	return func(r *runner) { r.check("steps", int64(n)); r.steps = n }
}

const stepsPerNode = 64

// Classes bounds the classes of the graph, which are not bounded by default.
func Classes(n int) RunOption {
	return func(r *runner) { r.check("classes", int64(n)); r.limits.Classes = n }
}

// Time bounds the time of a run, which is not bounded by default: what the graph
// then holds depends on the machine.
func Time(d time.Duration) RunOption {
	return func(r *runner) { r.check("time", int64(d)); r.limits.Time = d }
}

// Schedule gives a run its scheduler, by default [Simple].
func Schedule(s Scheduler) RunOption { return func(r *runner) { r.scheduler = s } }

// Timed has a run measure how long its iterations take.
func Timed() RunOption { return func(r *runner) { r.timed = true } }

// EachIteration has a function called after each iteration, which ends the run
// by returning false. It may add to the graph, but not run rules.
func EachIteration(f func(*Graph, *Iteration) bool) RunOption {
	return func(r *runner) { r.hooks = append(r.hooks, f) }
}

type runner struct {
	g         *Graph
	limits    Limits
	steps     int // 0 if not given
	scheduler Scheduler
	timed     bool
	hooks     []func(*Graph, *Iteration) bool
	err       error

	done     <-chan struct{}
	deadline time.Time
	reason   StopReason

	bulks []bulk
	since uint32 // the stamp up to which bulks have searched
}

// bulk does in one step what rules would do in very many. A graph with multisets
// has some, as far as the rules of which they are a part are in the list.
type bulk interface {
	// rule is the number of the rule in the run's list, for statistics; -1 if it
	// belongs to none.
	rule() int

	// search looks for what there is to do where a node is newer than since, in a
	// graph that does not change meanwhile.
	search(g *Graph, since uint32, stop func() bool)

	// apply does what search has found, as long as room reports that there is some
	// (to be asked after each step), and returns how many steps changed the graph.
	apply(g *Graph, room func() bool) (applied int)
}

func (r *runner) check(what string, n int64) {
	if n <= 0 && r.err == nil {
		r.err = &LimitError{What: what, Limit: n}
	}
}

// stretch is where the matches of a rule are.
type stretch struct {
	program  int32
	rule     int32
	from, to int
}

// Run applies rules until they find nothing new or a limit is reached. In each
// iteration all rules are searched for in the graph as it is, then all matches
// are applied, in the order of the rules, and then the graph is made congruent.
//
// The graph remembers for each rule up to where it has been searched for, so that
// only what is new is looked at, also by the next run.
//
// An error is a *[LimitError], a *[RuleError], a *[ContradictionError], or that
// of an analysis. That the context was cancelled is no error, but a reason in the
// report: the graph is as good as before. The report is not nil unless there is
// an error before the first iteration.
func (g *Graph) Run(ctx context.Context, rules []*Rule, opts ...RunOption) (*Report, error) {
	r := runner{g: g, limits: Limits{Iterations: DefaultIterations, Nodes: DefaultNodes}}
	for _, o := range opts {
		o(&r)
	}
	if r.err != nil {
		return nil, r.err
	}
	if r.scheduler == nil {
		r.scheduler = Simple()
	}
	r.done = ctx.Done()
	if r.limits.Time > 0 {
		r.deadline = time.Now().Add(r.limits.Time)
	}
	programs := g.selected[:0]
	for _, rule := range rules {
		p, err := g.program(rule)
		if err != nil {
			return nil, err
		}
		programs = append(programs, p)
	}
	g.selected = programs
	if g.makeBulks != nil {
		r.bulks = g.makeBulks(g, rules)
	}
	report := &Report{Rules: rules}
	if err := g.rebuild(); err != nil {
		report.Reason = Failed
		return report, err
	}
	r.scheduler.Start(len(rules))
	if g.patience = r.steps; r.steps == 0 {
		g.patience = stepsPerNode * r.limits.Nodes
	}
	g.cut = false
	for _, n := range g.unfinished { // what they would have found may be old by now
		g.searched[n] = 0
	}
	g.unfinished = g.unfinished[:0]
	stats := make([]RuleStats, len(rules)*min(r.limits.Iterations, 2))
	for i := 0; ; i++ {
		if i == r.limits.Iterations {
			report.Reason = IterationLimit
			return report, nil
		}
		if len(stats) < len(rules) {
			stats = make([]RuleStats, len(rules)*8)
		}
		it := Iteration{Rules: stats[:len(rules):len(rules)]}
		stats = stats[len(rules):]
		changed, err := r.iterate(i, programs, &it)
		it.Nodes, it.Classes = g.nodes, g.classes
		report.Iterations = append(report.Iterations, it)
		if err != nil {
			report.Reason = Failed
			return report, err
		}
		last := &report.Iterations[len(report.Iterations)-1]
		for _, f := range r.hooks {
			if !f(g, last) && r.reason == 0 {
				r.reason = Stopped
			}
		}
		switch {
		case r.reason != 0:
		case g.patience <= 0, !changed && g.cut && r.scheduler.Done(i):
			r.reason = StepLimit
		case !changed && r.scheduler.Done(i):
			r.reason = Saturated
		case !r.room(), r.stop():
		}
		if r.reason != 0 {
			report.Reason = r.reason
			return report, nil
		}
	}
}

// stop reports whether the run has to end at once.
func (r *runner) stop() bool {
	select {
	case <-r.done:
		r.reason = Cancelled
	default:
		if r.limits.Time > 0 && !time.Now().Before(r.deadline) {
			r.reason = TimeLimit
		}
	}
	return r.reason != 0
}

func (r *runner) iterate(i int, programs []int32, it *Iteration) (changed bool, err error) {
	g := r.g
	before := g.changes
	clock := stopwatch{on: r.timed}
	clock.start()
	// Search.
	m := &g.found
	m.rows, m.bags = m.rows[:0], append(m.bags[:0], 0)
	all := g.segments[:0]
	stop := r.stop // once, since it allocates
	g.indexed = false
	for j, n := range programs {
		p := g.programs[n]
		st := &it.Rules[j]
		most := r.scheduler.Limit(i, j)
		if most <= 0 {
			st.Banned = true
			continue
		}
		since := g.searched[n]
		if p.rule.eager {
			since = 0
		}
		from := len(m.rows)
		m.width, m.from, m.most = p.width, from, most
		cut := g.cut
		g.cut = false
		p.find.search(g, since, m, stop)
		if g.cut {
			g.unfinished = append(g.unfinished, n)
		}
		g.cut = g.cut || cut
		if p.when != nil {
			m.filter(g, p.when)
		}
		st.Matches = (len(m.rows) - from) / p.width
		if r.reason != 0 {
			return false, nil
		}
		if !r.scheduler.Accept(i, j, st.Matches) {
			st.Banned = true
			m.rows = m.rows[:from]
			continue
		}
		all = append(all, stretch{n, int32(j), from, len(m.rows)})
	}
	g.segments = all
	for _, b := range r.bulks {
		if b.search(g, r.since, stop); r.reason != 0 {
			return false, nil
		}
	}
	now := g.now
	g.now++
	it.Search = clock.lap()
	// Apply.
	r.reserve(all)
	for _, s := range all {
		if err := r.applyAll(g.programs[s.program], m, s, &it.Rules[s.rule]); err != nil {
			return true, err
		}
		if r.reason != 0 {
			break
		}
	}
	for _, b := range r.bulks {
		if r.reason != 0 {
			break
		}
		if n := b.apply(g, r.room); b.rule() >= 0 {
			it.Rules[b.rule()].Applied += n
		}
	}
	it.Apply = clock.lap()
	if r.reason == 0 {
		r.since = now
		for _, s := range all {
			g.searched[s.program] = now
		}
	}
	err = g.rebuild()
	it.Rebuild = clock.lap()
	return g.changes != before, err
}

// reserve makes room for what applying all matches can add.
func (r *runner) reserve(all []stretch) {
	nodes, args := 0, 0
	for _, s := range all {
		p := r.g.programs[s.program]
		n := (s.to - s.from) / p.width
		for i := range p.build {
			nodes += n
			args += n * len(p.build[i].args)
		}
	}
	// Most matches find much of what they make already there, in small graphs.
	if most := min(max(r.limits.Nodes-r.g.nodes, 0)+blockSize, 8*r.g.nodes+256); nodes > most {
		args = args/nodes*most + most // about
		nodes = most
	}
	r.g.reserve(nodes, args)
}

// applyAll applies the matches of a rule, until a limit is reached.
func (r *runner) applyAll(p *program, m *matches, s stretch, st *RuleStats) error {
	g := r.g
	plain := p.plain && g.why == nil
	if len(g.vals) < p.regs {
		g.vals = make([]uint32, 2*p.regs)
	}
	for at, blocks := s.from, 0; at < s.to; blocks++ {
		if blocks%64 == 63 && r.stop() {
			return nil
		}
		if plain {
			n := blockSize
			if most := n * len(p.build); g.nodes+most > r.limits.Nodes || r.limits.Classes > 0 && g.classes+most > r.limits.Classes {
				n = 1
			}
			to := min(at+n*p.width, s.to)
			st.Applied += g.applyBlock(p, m.rows[at:to])
			at = to
		} else {
			was := g.changes
			if err := g.apply(p, m.rows[at:at+p.width], m); err != nil {
				return err
			}
			if g.changes != was {
				st.Applied++
			}
			at += p.width
		}
		if !r.room() {
			return nil
		}
	}
	return nil
}

// room reports whether the graph may grow.
func (r *runner) room() bool {
	switch g := r.g; {
	case g.nodes > r.limits.Nodes || len(g.words) > maxWords:
		r.reason = NodeLimit
	case r.limits.Classes > 0 && g.classes > r.limits.Classes:
		r.reason = ClassLimit
	}
	return r.reason == 0
}

// stopwatch measures if it is on.
type stopwatch struct {
	on   bool
	last time.Time
}

func (s *stopwatch) start() {
	if s.on {
		s.last = time.Now()
	}
}

func (s *stopwatch) lap() (d time.Duration) {
	if s.on {
		now := time.Now()
		d, s.last = now.Sub(s.last), now
	}
	return d
}

// program is the number of the program of a rule, which it compiles if it is
// seen for the first time.
func (g *Graph) program(r *Rule) (int32, error) {
	if n, ok := g.baseOf[r]; ok {
		return n, nil
	}
	if n, ok := g.programOf[r]; ok {
		return n, nil
	}
	p, err := g.compile(r)
	if err != nil {
		return 0, err
	}
	n := int32(len(g.programs))
	g.programs = append(g.programs, p)
	g.searched = append(g.searched, 0)
	if g.programOf == nil {
		g.programOf = map[*Rule]int32{}
	}
	g.programOf[r] = n
	return n, nil
}
