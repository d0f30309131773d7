package symbolic

import (
	"fmt"
	"slices"
)

// Pattern says which elements of a sparse matrix there are. Those of row i are
// in the columns Col[RowStart[i]:RowStart[i+1]], which are in ascending order
// (compressed sparse rows).
type Pattern struct {
	Rows, Cols int
	RowStart   []int // Rows+1 of them
	Col        []int
}

// Sparse is a sparse matrix. Value[k] is the element in column Col[k]; elements
// that are not there are 0.
type Sparse struct {
	Pattern
	Value []Expr
}

// Len is the number of elements.
func (p *Pattern) Len() int { return len(p.Col) }

// Row is the columns of the elements of row i, to be read only.
func (p *Pattern) Row(i int) []int { return p.Col[p.RowStart[i]:p.RowStart[i+1]] }

// Find is the place k in Col of the element in row i and column j; ok is false
// if there is none. It panics if the matrix has no such row or column.
func (p *Pattern) Find(i, j int) (k int, ok bool) {
	if uint(i) >= uint(p.Rows) || uint(j) >= uint(p.Cols) {
		panic(fmt.Sprintf("symbolic: element %d,%d of a matrix of %d by %d", i, j, p.Rows, p.Cols))
	}
	k, ok = slices.BinarySearch(p.Row(i), j)
	return p.RowStart[i] + k, ok
}

// At is the element in row i and column j. It panics if there is no such row or
// column.
func (m *Sparse) At(i, j int) Expr {
	if k, ok := m.Find(i, j); ok {
		return m.Value[k]
	}
	return Expr{}
}

// Dense is the matrix with its zeros, by rows.
func (m *Sparse) Dense() [][]Expr {
	d := dense(m.Rows, m.Cols)
	for i, row := range d {
		for k := m.RowStart[i]; k < m.RowStart[i+1]; k++ {
			row[m.Col[k]] = m.Value[k]
		}
	}
	return d
}

func dense(rows, cols int) [][]Expr {
	all := make([]Expr, rows*cols)
	d := make([][]Expr, rows)
	for i := range d {
		d[i] = all[i*cols : (i+1)*cols : (i+1)*cols]
	}
	return d
}

// columns is a sparse matrix while it is made, column by column.
type columns struct {
	start []int // of each column
	row   []int
	value []Expr
}

func (c *columns) next()             { c.start = append(c.start, len(c.row)) }
func (c *columns) add(i int, e Expr) { c.row, c.value = append(c.row, i), append(c.value, e) }

// sparse is the matrix by rows.
func (c *columns) sparse(rows int) *Sparse {
	c.next()
	m := &Sparse{Pattern{rows, len(c.start) - 1, make([]int, rows+1), make([]int, len(c.row))}, make([]Expr, len(c.row))}
	for _, i := range c.row {
		m.RowStart[i+1]++
	}
	for i := range rows {
		m.RowStart[i+1] += m.RowStart[i]
	}
	next := slices.Clone(m.RowStart)
	for j := range m.Cols {
		for k := c.start[j]; k < c.start[j+1]; k++ {
			at := &next[c.row[k]]
			m.Col[*at], m.Value[*at] = j, c.value[k]
			*at++
		}
	}
	return m
}
