// Package arm64 is a run-time assembler for the A64 instructions that Triad's code generator uses: general-purpose
// arithmetic and control flow, and the NEON (Advanced SIMD) instructions on vectors of 64- and 32-bit lanes. It only
// makes bytes, so it builds and runs on every platform.
//
// An [Asm] collects instructions, each a word of 32 bits. Labels are made by [Asm.NewLabel], used before or after
// [Asm.Bind] places them, and resolved by [Asm.Link]; [Asm.Bytes] then gives position-independent machine code:
//
//	var a arm64.Asm
//	a.LoadIndex(arm64.Q, 0, arm64.X1, arm64.X2)   // ldr q0, [x1, x2]
//	a.V(arm64.FADD, arm64.D2, 0, 0, 1)            // fadd v0.2d, v0.2d, v1.2d
//	a.Ret()
//	if err := a.Link(); err != nil { … }
//
// Operands stand in Arm's order, destination first. Vector instructions are rows of one table ([Op]): the word with
// all operands zero, the lanes that it exists for, and which operands it takes.
//
// A request that no encoding can express (a register past 31, an offset that is no multiple of the operand, lanes that
// an instruction does not have) emits nothing and sets the error that [Asm.Err] and [Asm.Link] return; so a generator
// checks once, at the end.
//
// Source of all encodings: Arm Architecture Reference Manual for A-profile (DDI 0487), chapters C6 and C7. Everything
// here is in Armv8.0, which all 64-bit processors have.
package arm64
