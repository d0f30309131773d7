// Package exec maps machine code and makes it callable. A mapping is writable
// first and executable then, never both.
//
// The code is called as Go calls its own functions (ABIInternal,
// https://go.dev/s/regabi), which needs no assembly. Every register is free but
// for these:
//
//   - amd64: the arguments are in RAX, RBX and RCX; RSP, RBP and R14 must be kept,
//     and X15 must be zero at the return.
//   - arm64: the arguments are in X0, X1 and X2, the return address in X30; X18,
//     X28, X29, X30 and SP must be kept.
//
// A call costs 1.5 ns on amd64; through a trampoline with the stable ABI0 it was
// 4.5. Go guarantees ABI0 alone, so that TestABI fails should ABIInternal ever
// change.
package exec

import (
	"errors"
	"sync/atomic"
	"unsafe"
)

// ErrUnsupported says that this build has no way to run machine code.
var ErrUnsupported = errors.New("machine code is not supported on this system")

// Memory is machine code that can be called. Its zero value holds none.
type Memory struct {
	b     []byte
	entry *uintptr // what a Go func value points to: the address of the code
}

// Len is the number of bytes mapped.
func (m *Memory) Len() int { return len(m.b) }

// Code is the mapped bytes, which can be read only.
func (m *Memory) Code() []byte { return m.b }

// Func returns the code as a Go function. The goroutine is inside it as in a
// function that is not preempted and whose frame is empty: see Map.
func (m *Memory) Func() func(frame unsafe.Pointer, lo, hi int) {
	return *(*func(unsafe.Pointer, int, int))(unsafe.Pointer(&m.entry))
}

var live atomic.Int64

// Live is the number of bytes mapped now: for tests that nothing leaks.
func Live() int64 { return live.Load() }
