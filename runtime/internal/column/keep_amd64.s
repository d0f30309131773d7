#include "textflag.h"

// Compaction with AVX-512, eight elements at a time: those of which the test is not zero are
// moved to the low lanes, and the vector is stored whole; the next begins where they end. That writes
// at most as far as elements were read. The last elements are stored under a mask.
//
// DI is dst, SI x, DX keep, CX the number of elements left, AX how many were kept, BX how far ahead of x is
// fetched. MOVEX, X, Y and SIZE
// are of the elements, MOVET, T and TSIZE of the tests.

#define KEEP(MOVEX, X, Y, SIZE, MOVET, T, TSIZE, TEST, COMPRESS) \
	MOVQ     dst+0(FP), DI       \
	MOVQ     x+8(FP), SI         \
	MOVQ     keep+16(FP), DX     \
	MOVQ     n+24(FP), CX        \
	MOVQ     ahead+32(FP), BX    \
	XORL     AX, AX              \
	MOVQ     $-1, R9             \
	SUBQ     $8, CX              \
	JLT      tail                \
	                             \
loop:                                \
	PREFETCHT0 (SI)(BX*1)        \
	MOVET    (DX), T             \
	MOVEX    (SI), X             \
	TEST     T, T, K1            \
	COMPRESS X, K1, Y            \
	KMOVB    K1, R8              \
	MOVEX    Y, (DI)(AX*SIZE)    \
	POPCNTL  R8, R8              \
	ADDQ     R8, AX              \
	ADDQ     $(8*SIZE), SI       \
	ADDQ     $(8*TSIZE), DX      \
	SUBQ     $8, CX              \
	JGE      loop                \
	                             \
tail:                                \
	ADDQ     $8, CX              \
	JEQ      done                \
	BZHIQ    CX, R9, R8          \
	KMOVB    R8, K2              \
	MOVET.Z  (DX), K2, T         \
	MOVEX.Z  (SI), K2, X         \
	TEST     T, T, K1            \
	COMPRESS X, K1, Y            \
	KMOVB    K1, R8              \
	POPCNTL  R8, R8              \
	BZHIQ    R8, R9, R10         \
	KMOVB    R10, K2             \
	MOVEX    Y, K2, (DI)(AX*SIZE) \
	ADDQ     R8, AX              \
	                             \
done:                                \
	MOVQ     AX, kept+40(FP)     \
	VZEROUPPER                   \
	RET

// func keep8by8(dst, x, keep unsafe.Pointer, n, ahead int) (kept int)
TEXT ·keep8by8(SB), NOSPLIT, $0-48
	KEEP(VMOVDQU64, Z0, Z2, 8, VMOVDQU64, Z1, 8, VPTESTMQ, VPCOMPRESSQ)

// func keep8by4(dst, x, keep unsafe.Pointer, n, ahead int) (kept int)
TEXT ·keep8by4(SB), NOSPLIT, $0-48
	KEEP(VMOVDQU64, Z0, Z2, 8, VMOVDQU32, Y1, 4, VPTESTMD, VPCOMPRESSQ)

// func keep4by8(dst, x, keep unsafe.Pointer, n, ahead int) (kept int)
TEXT ·keep4by8(SB), NOSPLIT, $0-48
	KEEP(VMOVDQU32, Y0, Y2, 4, VMOVDQU64, Z1, 8, VPTESTMQ, VPCOMPRESSD)

// func keep4by4(dst, x, keep unsafe.Pointer, n, ahead int) (kept int)
TEXT ·keep4by4(SB), NOSPLIT, $0-48
	KEEP(VMOVDQU32, Y0, Y2, 4, VMOVDQU32, Y1, 4, VPTESTMD, VPCOMPRESSD)
