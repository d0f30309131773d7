package exec

// publish has nothing to do: the processor's instruction cache sees all writes.
func publish([]byte) {}
