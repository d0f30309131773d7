package simd

import (
	"cmp"
	"container/heap"
	"slices"

	"github.com/triad-go/triad/kernels"
)

// ordering chooses in which order a long program computes its results, so that
// values which several results need are alive for a short time: they then find a
// place in a register or at least in the first cache. The order is found
// greedily. The next result is the one that begins the fewest such values less
// those that it is the last to use; of equals, the first.
//
// To look at each instruction only a few times, the program is seen as trees. A
// value that is used within one tree belongs to that tree; a result, or a value
// that several trees use, is the root of a tree of its own. It takes time in
// proportion to the program's length, but for the logarithm of a heap.
type ordering struct {
	body   []planned
	nu     int
	result []bool    // by place in the body: stored, reduced or a trap's
	need   []int32   // by place: registers that its tree takes, as Sethi and Ullman count them
	inputs [][]int32 // by place of a root: the roots that its tree uses
	users  [][]int32 // by place of a root: the roots whose trees use it
	left   []int32   // by place of a root: how many of its users are to come
	score  []int32   // by place of a result: what it begins less what it ends
	done   []bool    // by place: it has its place in the order
	queue  scores
	order  []int32 // places in the body
}

// orderResults returns the places of the body, but for loads and for what no
// result needs, in the order in which to compute them.
func orderResults(p *kernels.Program, body []planned, results []kernels.Value) []int32 {
	n := len(body)
	o := &ordering{body: body, nu: len(p.Uniform), result: make([]bool, n), need: make([]int32, n),
		inputs: make([][]int32, n), users: make([][]int32, n), left: make([]int32, n),
		score: make([]int32, n), done: make([]bool, n), order: make([]int32, 0, n)}
	for _, v := range results {
		o.markResult(v)
	}
	o.plant()
	for j := range body {
		if o.result[j] {
			o.queue = append(o.queue, scored{o.score[j], int32(j)})
		}
	}
	heap.Init(&o.queue)
	for len(o.queue) > 0 {
		if s := heap.Pop(&o.queue).(scored); !o.done[s.place] && s.score == o.score[s.place] {
			o.compute(s.place)
		}
	}
	return o.order
}

// computed reports whether v is made by an instruction of the body that is no
// load.
func (o *ordering) computed(v kernels.Value) bool {
	return int(v) >= o.nu && o.body[int(v)-o.nu].Op != kernels.OpLoad
}

func (o *ordering) markResult(v kernels.Value) {
	if o.computed(v) {
		o.result[int(v)-o.nu] = true
	}
}

// args are the places of the arguments of the instruction at a place that are
// computed, each once, in room for them.
func (o *ordering) args(j int32, room *[3]int32) []int32 {
	as := room[:0]
	for _, v := range o.body[j].operands() {
		if a := int32(int(v) - o.nu); o.computed(v) && !slices.Contains(as, a) {
			as = append(as, a)
		}
	}
	return as
}

// plant finds the trees, what connects them, and how many registers they take.
func (o *ordering) plant() {
	const nobody, several = -1, -2
	owner := make([]int32, len(o.body)) // the root of the tree, as a place
	for j := range owner {
		owner[j] = nobody
	}
	var room [3]int32
	for j := int32(len(o.body)) - 1; j >= 0; j-- {
		switch {
		case owner[j] == nobody && !o.result[j]:
			continue // no result needs it
		case owner[j] == several || o.result[j]:
			owner[j] = j
		}
		for _, a := range o.args(j, &room) {
			if w := &owner[a]; *w == nobody {
				*w = owner[j]
			} else if *w != owner[j] {
				*w = several
			}
		}
	}
	for j := range int32(len(o.body)) {
		o.need[j] = o.registers(j)
		if owner[j] == nobody {
			continue
		}
		for _, a := range o.args(j, &room) {
			if owner[a] == a {
				o.inputs[owner[j]] = append(o.inputs[owner[j]], a)
			}
		}
	}
	for j, in := range o.inputs {
		slices.Sort(in)
		o.inputs[j] = slices.Compact(in)
		o.score[j] = int32(len(o.inputs[j]))
		for _, a := range o.inputs[j] {
			o.users[a] = append(o.users[a], int32(j))
			o.left[a]++
		}
	}
}

// registers is the number of registers that it takes to compute the value at a
// place if arguments that take more come first.
func (o *ordering) registers(j int32) int32 {
	var room [3]int32
	need := o.args(j, &room)
	for i, a := range need {
		need[i] = o.need[a]
	}
	slices.Sort(need)
	most := int32(1)
	for i, n := range need {
		most = max(most, n+int32(len(need)-1-i))
	}
	return most
}

// compute appends what the value at a place still needs, and the value.
func (o *ordering) compute(place int32) {
	stack := []int32{place}
	for len(stack) > 0 {
		j := stack[len(stack)-1]
		if o.done[j] {
			stack = stack[:len(stack)-1]
			continue
		}
		var room [3]int32
		args := slices.DeleteFunc(o.args(j, &room), func(a int32) bool { return o.done[a] })
		if len(args) == 0 {
			stack = stack[:len(stack)-1]
			o.append(j)
			continue
		}
		// What takes most comes first, and so goes onto the stack last; of equals
		// the first argument does.
		slices.Reverse(args)
		slices.SortStableFunc(args, func(a, b int32) int { return cmp.Compare(o.need[a], o.need[b]) })
		stack = append(stack, args...)
	}
}

// append puts the value at a place next and takes note for those that are to
// come.
func (o *ordering) append(j int32) {
	o.done[j] = true
	o.order = append(o.order, j)
	for _, u := range o.users[j] {
		o.improve(u) // which does not begin it any more
	}
	for _, a := range o.inputs[j] {
		if o.left[a]--; o.left[a] == 1 {
			for _, u := range o.users[a] {
				o.improve(u) // which is the last to use it
			}
		}
	}
}

func (o *ordering) improve(j int32) {
	if o.done[j] || !o.result[j] {
		return
	}
	o.score[j]--
	heap.Push(&o.queue, scored{o.score[j], j})
}

// scores is a heap: the lowest score first, of equals the first place.
type scores []scored

type scored struct{ score, place int32 }

func (s scores) Len() int { return len(s) }

func (s scores) Less(i, j int) bool {
	return s[i].score < s[j].score || s[i].score == s[j].score && s[i].place < s[j].place
}

func (s scores) Swap(i, j int) { s[i], s[j] = s[j], s[i] }

func (s *scores) Push(v any) { *s = append(*s, v.(scored)) }

func (s *scores) Pop() any {
	old := *s
	v := old[len(old)-1]
	*s = old[:len(old)-1]
	return v
}
