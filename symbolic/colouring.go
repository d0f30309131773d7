package symbolic

import (
	"cmp"
	"slices"
)

// Colouring gives each column of the matrix a colour, from 0, so that no two
// columns of one colour have elements in the same row, and returns the number of
// colours. The columns of one colour can then be found from one directional
// derivative, along the sum of their variables (Curtis, Powell and Reid, 1974).
// Columns are coloured greedily, those that share rows with the most others
// first (Welsh and Powell, 1967; Coleman and Moré, 1983): the number of colours
// is not always the least, but never less than the elements of the fullest row.
// Empty columns have colour 0.
func (p *Pattern) Colouring() (colour []int, colours int) {
	rows := p.columns()
	degree := make([]int, p.Cols)
	for j := range degree {
		for _, i := range rows.Row(j) {
			degree[j] += len(p.Row(i)) - 1
		}
	}
	order := make([]int, p.Cols)
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(j, k int) int { return cmp.Compare(degree[k], degree[j]) })

	colour = make([]int, p.Cols)
	for j := range colour {
		colour[j] = -1
	}
	taken := make([]int, p.Cols+1) // by a neighbour of column taken[c]-1
	for _, j := range order {
		for _, i := range rows.Row(j) {
			for _, k := range p.Row(i) {
				if c := colour[k]; c >= 0 {
					taken[c] = j + 1
				}
			}
		}
		c := 0
		for taken[c] == j+1 {
			c++
		}
		colour[j] = c
		colours = max(colours, c+1)
	}
	return colour, colours
}

// columns is the pattern of the transposed matrix.
func (p *Pattern) columns() *Pattern {
	t := &Pattern{Rows: p.Cols, Cols: p.Rows, RowStart: make([]int, p.Cols+1), Col: make([]int, len(p.Col))}
	for _, j := range p.Col {
		t.RowStart[j+1]++
	}
	for j := range p.Cols {
		t.RowStart[j+1] += t.RowStart[j]
	}
	next := slices.Clone(t.RowStart)
	for i := range p.Rows {
		for _, j := range p.Row(i) {
			t.Col[next[j]] = i
			next[j]++
		}
	}
	return t
}
