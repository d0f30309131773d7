package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"unsafe"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// array is an argument of some type with the values it has before a launch.
type array interface {
	// on is a copy of it for an executor to work on: a Buffer, or a slice.
	on(ctx context.Context, ex runtime.Executor, buffer bool) (held, error)
}

// held is an array while an executor works on it.
type held interface {
	arg() any
	// bits are those of all elements.
	bits(ctx context.Context) ([]uint64, error)
	close() error
}

type values[T runtime.Element] []T

func (v values[T]) on(ctx context.Context, ex runtime.Executor, buffer bool) (held, error) {
	if !buffer || len(v) == 0 {
		return &copied[T]{slice: append(make([]T, 0, len(v)), v...)}, nil
	}
	b, err := runtime.NewBuffer[T](ex, len(v))
	if err != nil {
		return nil, err
	}
	if err := b.CopyFrom(ctx, v); err != nil {
		b.Close()
		return nil, err
	}
	return &copied[T]{buffer: b}, nil
}

type copied[T runtime.Element] struct {
	slice  []T
	buffer *runtime.Buffer[T]
}

func (c *copied[T]) arg() any {
	if c.buffer != nil {
		return c.buffer
	}
	return c.slice
}

func (c *copied[T]) bits(ctx context.Context) ([]uint64, error) {
	if c.buffer != nil {
		c.slice = make([]T, c.buffer.Len())
		if err := c.buffer.CopyTo(ctx, c.slice); err != nil {
			return nil, err
		}
	}
	bits := make([]uint64, len(c.slice))
	for i := range c.slice {
		p := unsafe.Pointer(&c.slice[i])
		if unsafe.Sizeof(c.slice[i]) == 4 {
			bits[i] = uint64(*(*uint32)(p))
		} else {
			bits[i] = *(*uint64)(p)
		}
	}
	return bits, nil
}

func (c *copied[T]) close() error {
	if c.buffer == nil {
		return nil
	}
	return c.buffer.Close()
}

// fill draws the elements.
func fill[T runtime.Element](r *rand.Rand, t kernels.Type, n int) values[T] {
	v := make(values[T], n)
	for i := range v {
		bits := randkernel.Bits(r, t)
		if unsafe.Sizeof(v[i]) == 4 {
			low := uint32(bits)
			v[i] = *(*T)(unsafe.Pointer(&low))
		} else {
			v[i] = *(*T)(unsafe.Pointer(&bits))
		}
	}
	return v
}

// newArray draws an array of that type.
func newArray(r *rand.Rand, t kernels.Type, n int) (array, error) {
	switch t {
	case kernels.Float64:
		return fill[float64](r, t, n), nil
	case kernels.Float32:
		return fill[float32](r, t, n), nil
	case kernels.Int64:
		return fill[int64](r, t, n), nil
	case kernels.Int32:
		return fill[int32](r, t, n), nil
	case kernels.Uint64:
		return fill[uint64](r, t, n), nil
	case kernels.Uint32:
		return fill[uint32](r, t, n), nil
	}
	return nil, fmt.Errorf("no arrays of %v", t)
}

// newScalar draws a value of that type.
func newScalar(r *rand.Rand, t kernels.Type) (any, error) {
	switch t {
	case kernels.Float64:
		return fill[float64](r, t, 1)[0], nil
	case kernels.Float32:
		return fill[float32](r, t, 1)[0], nil
	case kernels.Int64:
		return fill[int64](r, t, 1)[0], nil
	case kernels.Int32:
		return fill[int32](r, t, 1)[0], nil
	case kernels.Uint64:
		return fill[uint64](r, t, 1)[0], nil
	case kernels.Uint32:
		return fill[uint32](r, t, 1)[0], nil
	}
	return nil, fmt.Errorf("no scalars of %v", t)
}
