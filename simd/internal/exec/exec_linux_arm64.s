#include "textflag.h"

// func flush(p unsafe.Pointer, n uintptr)
//
// The sequence of the Arm Architecture Reference Manual, B2.7.4 ("Concurrent
// modification and execution of instructions"). CTR_EL0 says how long the lines
// are, as the logarithm of 4-byte words: bits 16 to 19 for data, bits 0 to 3 for
// instructions.
TEXT ·flush(SB), NOSPLIT, $0-16
	MOVD p+0(FP), R0
	MOVD n+8(FP), R1
	ADD  R0, R1, R1 // the end
	MRS  CTR_EL0, R2
	MOVD $4, R5

	UBFX $16, R2, $4, R3
	LSL  R3, R5, R3
	SUB  $1, R3, R4
	BIC  R4, R0, R6
data:
	WORD $0xd50b7b26 // DC CVAU, R6
	ADD  R3, R6, R6
	CMP  R1, R6
	BLO  data
	DSB  $11 // ISH

	UBFX $0, R2, $4, R3
	LSL  R3, R5, R3
	SUB  $1, R3, R4
	BIC  R4, R0, R6
code:
	WORD $0xd50b7526 // IC IVAU, R6
	ADD  R3, R6, R6
	CMP  R1, R6
	BLO  code
	DSB  $11 // ISH
	ISB  $15
	RET
