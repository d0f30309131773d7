package extract

// queue hands out classes by key, the least first, and among equal keys the one
// with the lowest number: a heap in which keys can be lowered.
type queue struct {
	heap []int32
	at   []int32   // by class: 1 + its place in heap, or 0
	key  []float64 // by class
}

func newQueue(classes int) *queue {
	return &queue{heap: make([]int32, 0, classes), at: make([]int32, classes), key: make([]float64, classes)}
}

// before says whether the class c with the key k comes before class d.
func (q *queue) before(k float64, c, d int32) bool {
	return k < q.key[d] || k == q.key[d] && c < d
}

// push puts class c in with a key, or lowers its key.
func (q *queue) push(c int32, key float64) {
	i := int(q.at[c]) - 1
	if i < 0 {
		i = len(q.heap)
		q.heap = append(q.heap, c)
	}
	q.key[c] = key
	for i > 0 {
		up := (i - 1) / 4
		d := q.heap[up]
		if !q.before(key, c, d) {
			break
		}
		q.heap[i] = d
		q.at[d] = int32(i + 1)
		i = up
	}
	q.heap[i] = c
	q.at[c] = int32(i + 1)
}

// pop takes out the first class. Its key stays in key.
func (q *queue) pop() int32 {
	top := q.heap[0]
	q.at[top] = 0
	last := len(q.heap) - 1
	c := q.heap[last]
	q.heap = q.heap[:last]
	if last == 0 {
		return top
	}
	key, i := q.key[c], 0
	for {
		down := 4*i + 1
		if down >= last {
			break
		}
		least := down
		for j := down + 1; j < min(down+4, last); j++ {
			if q.before(q.key[q.heap[j]], q.heap[j], q.heap[least]) {
				least = j
			}
		}
		d := q.heap[least]
		if q.before(key, c, d) {
			break
		}
		q.heap[i] = d
		q.at[d] = int32(i + 1)
		i = least
	}
	q.heap[i] = c
	q.at[c] = int32(i + 1)
	return top
}

// clear takes everything out.
func (q *queue) clear() {
	for _, c := range q.heap {
		q.at[c] = 0
	}
	q.heap = q.heap[:0]
}
