// Package amd64 is a run-time assembler for the x86-64 instructions that Triad's code generator uses: general-purpose
// arithmetic and control flow, opmask registers, and the AVX, AVX2, FMA and AVX-512 instructions on vectors of
// float64 and float32. It only makes bytes, so it builds and runs on every platform.
//
// An [Asm] collects instructions. Labels are made by [Asm.NewLabel], used before or after [Asm.Bind] places them, and
// resolved by [Asm.Link]; [Asm.Bytes] then gives position-independent machine code:
//
//	var a amd64.Asm
//	a.V(amd64.VADDPD, amd64.Z, 0, 1, amd64.M(amd64.At(amd64.RSI, 64)), amd64.Mods{})
//	a.Ret()
//	if err := a.Link(); err != nil { … }
//
// Operands stand in Intel's order, destination first. Vector instructions are rows of one table ([Op]) that states the
// Intel SDM's encoding of each; [Asm.V] picks the VEX form when it can say what is asked (it is shorter) and the EVEX
// form otherwise. The package does not know which CPU will run the code: the caller must have checked for AVX2, FMA and
// BMI2, or AVX512F, DQ, BW and VL.
//
// A request that no encoding can express (a register past 15 in an instruction that has only a VEX form, a scale of 3)
// emits nothing and sets the error that [Asm.Err] and [Asm.Link] return; so a generator checks once, at the end.
//
// Source of all encodings: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
package amd64
