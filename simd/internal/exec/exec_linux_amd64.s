#include "textflag.h"

// func Call(entry uintptr, frame unsafe.Pointer)
TEXT ·Call(SB), NOSPLIT, $0-16
	MOVQ entry+0(FP), AX
	MOVQ frame+8(FP), DI
	CALL AX
	RET
