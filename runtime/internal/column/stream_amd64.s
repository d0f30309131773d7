#include "textflag.h"

// func streamBytes(dst, src unsafe.Pointer, n int)
//
// Whole lines of dst are written past the caches, what is before and after them under masks.
TEXT ·streamBytes(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ $-1, R9
	MOVQ DI, R8
	NEGQ R8
	ANDQ $63, R8
	CMPQ R8, CX
	CMOVQGT CX, R8
	BZHIQ R8, R9, R10
	KMOVQ R10, K1
	VMOVDQU8.Z (SI), K1, Z0
	VMOVDQU8 Z0, K1, (DI)
	ADDQ R8, SI
	ADDQ R8, DI
	SUBQ R8, CX
	SUBQ $128, CX
	JLT  one

two:
	VMOVDQU64 (SI), Z0
	VMOVDQU64 64(SI), Z1
	VMOVNTDQ  Z0, (DI)
	VMOVNTDQ  Z1, 64(DI)
	ADDQ $128, SI
	ADDQ $128, DI
	SUBQ $128, CX
	JGE  two

one:
	ADDQ $64, CX
	JLT  tail
	VMOVDQU64 (SI), Z0
	VMOVNTDQ  Z0, (DI)
	ADDQ $64, SI
	ADDQ $64, DI
	SUBQ $64, CX

tail:
	ADDQ $64, CX
	BZHIQ CX, R9, R10
	KMOVQ R10, K1
	VMOVDQU8.Z (SI), K1, Z0
	VMOVDQU8 Z0, K1, (DI)
	SFENCE
	VZEROUPPER
	RET

// func fence()
TEXT ·fence(SB), NOSPLIT, $0-0
	SFENCE
	RET
