package column

// Keep writes the elements of x for which keep has its bit number bit set to dst, in
// their order, and returns how many there are. It takes a step for each element, whatever
// keep holds: branches on data are mispredicted.
func Keep[T any, K uint64 | uint32](dst, x []T, keep []K, bit uint) int {
	k := 0
	keep, dst = keep[:len(x)], dst[:len(x)]
	for i, v := range x {
		dst[k] = v
		k += int(keep[i] >> bit & 1)
	}
	return k
}
