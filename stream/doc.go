// Package stream measures memory bandwidth with the STREAM kernels of
// kernels.Suite on every executor of a machine, and checks what they computed.
//
//	report, err := stream.Run(ctx, stream.Config{})
//
// measures all kernels on all executors, with arrays at least four times the
// last-level cache, within half a minute. Each field of Config that is set
// replaces one choice. The command stream is a command line for this package.
//
// The rules are those of BabelStream (Deakin, Price, Martineau and
// McIntosh-Smith, https://github.com/UoB-HPC/BabelStream, src/main.cpp): the
// arrays start as a = 0.1, b = 0.2 and c = 0.0, the scalar is 0.4, every array a
// kernel names is counted once for each time the kernel reads it and once for
// each time it writes it (McCalpin's count: the line that a plain store also
// reads is not in it), the first launch of each kernel is not counted, and the
// final arrays are compared with the same recurrences computed for one element.
//
// How fast a kernel could have been is measured in the same run: probes that
// only read, only write and only copy, on all cores with non-temporal stores
// where the kernel's own configuration may have fewer, and on arrays of at most
// the default size, however large those asked for are. The best rate that a
// probe or a kernel reached is the target's limit, and each result says what
// part of it it is.
package stream
