package column

import "github.com/triad-go/triad/kernels"

// StripLen is the number of elements of a strip: a run of elements that one lane takes in order.
const StripLen = 64

// StripRoom is the number of elements of the room that ToStrips and FromStrips want. They go by way of it, since
// memory is fastest from one end to the other, and strips are read and written side by side.
const StripRoom = 32 * StripLen

// ToStrips lays out x in rows of a stride: row k has element k of each strip of StripLen elements of x,
// side by side. The last strip may be shorter.
func ToStrips[T kernels.Number](rows, x []T, stride int, room []T) {
	for s := 0; len(x) > 0; s += StripRoom / StripLen {
		n := copy(room[:StripRoom], x)
		toStrips(rows[s:], room[:n], stride)
		x = x[n:]
	}
}

// FromStrips is the reverse of ToStrips.
func FromStrips[T kernels.Number](x, rows []T, stride int, room []T) {
	for s := 0; len(x) > 0; s += StripRoom / StripLen {
		n := min(len(x), StripRoom)
		fromStrips(room[:n], rows[s:], stride)
		copy(x, room[:n])
		x = x[n:]
	}
}

// toStrips takes eight strips at once, so that a row takes a line of the cache.
func toStrips[T kernels.Number](rows, x []T, stride int) {
	s := 0
	for ; len(x) >= 8*StripLen; x, s = x[8*StripLen:], s+8 {
		b := (*[8 * StripLen]T)(x)
		for k, at := 0, s; k < StripLen; k, at = k+1, at+stride {
			r := (*[8]T)(rows[at:])
			r[0], r[1], r[2], r[3] = b[k], b[k+StripLen], b[k+2*StripLen], b[k+3*StripLen]
			r[4], r[5], r[6], r[7] = b[k+4*StripLen], b[k+5*StripLen], b[k+6*StripLen], b[k+7*StripLen]
		}
	}
	for i, v := range x {
		rows[i%StripLen*stride+s+i/StripLen] = v
	}
}

func fromStrips[T kernels.Number](x, rows []T, stride int) {
	s := 0
	for ; len(x) >= 8*StripLen; x, s = x[8*StripLen:], s+8 {
		b := (*[8 * StripLen]T)(x)
		for k, at := 0, s; k < StripLen; k, at = k+1, at+stride {
			r := (*[8]T)(rows[at:])
			b[k], b[k+StripLen], b[k+2*StripLen], b[k+3*StripLen] = r[0], r[1], r[2], r[3]
			b[k+4*StripLen], b[k+5*StripLen], b[k+6*StripLen], b[k+7*StripLen] = r[4], r[5], r[6], r[7]
		}
	}
	for i := range x {
		x[i] = rows[i%StripLen*stride+s+i/StripLen]
	}
}
