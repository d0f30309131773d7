#include "textflag.h"

// Sums of segments with AVX-512. A segment of up to 8, 16 or 24 elements is one, two or three vectors under
// masks, without a branch on its length, which would be mispredicted; lanes beyond its end are +0. The sum of
// the lanes is the same for lanes that begin with their first element instead of +0, but for
// the sign of zero, which the last addition makes up for.
//
// DI is dst, SI where row 0 of x would be, BX the end of the segment at hand among the rows, CX how many are
// left, R8 where it begins, R15 all ones, DX how far ahead of x is fetched. X15 is +0.

// NEXT goes on to a segment: R11 is its memory, R10 its length.
#define NEXT(SIZE) \
	ADDQ   $8, BX                    \
	MOVQ   R8, R11                   \
	SHLQ   $SIZE, R11                \
	ADDQ   SI, R11                   \
	PREFETCHT0 (R11)(DX*1)           \
	MOVQ   (BX), R9                  \
	MOVQ   R9, R10                   \
	SUBQ   R8, R10                   \
	MOVQ   R9, R8

#define SUMS(SIZE, MOVE, ADD, V0, V1, V2, HALVES) \
	MOVQ  dst+0(FP), DI              \
	MOVQ  x+8(FP), SI                \
	MOVQ  base+16(FP), R8            \
	SHLQ  $SIZE, R8                  \
	SUBQ  R8, SI                     \
	MOVQ  rows+24(FP), BX            \
	MOVQ  n+32(FP), CX               \
	MOVQ  ahead+40(FP), DX           \
	MOVQ  longest+48(FP), R10        \
	MOVQ  (BX), R8                   \
	MOVQ  $-1, R15                   \
	VXORPS X15, X15, X15             \
	TESTQ CX, CX                     \
	JEQ   done                       \
	CMPQ  R10, $16                   \
	JGT   loop                       \
	CMPQ  R10, $8                    \
	JGT   two                        \
	                                 \
one:                                     \
	NEXT(SIZE)                       \
	BZHIQ  R10, R15, R12             \
	KMOVB  R12, K1                   \
	MOVE.Z (R11), K1, V0             \
	HALVES                           \
	ADDQ   $(1<<SIZE), DI            \
	DECQ   CX                        \
	JNE    one                       \
	JMP    done                      \
	                                 \
two:                                     \
	NEXT(SIZE)                       \
	BZHIQ  R10, R15, R12             \
	KMOVB  R12, K1                   \
	MOVE.Z (R11), K1, V0             \
	SHRL   $8, R12                   \
	KMOVB  R12, K2                   \
	MOVE.Z (8<<SIZE)(R11), K2, V1    \
	ADD    V1, V0, V0                \
	HALVES                           \
	ADDQ   $(1<<SIZE), DI            \
	DECQ   CX                        \
	JNE    two                       \
	JMP    done                      \
	                                 \
loop:                                    \
	NEXT(SIZE)                       \
	PREFETCHT0 64(R11)(DX*1)         \
	CMPQ   R10, $24                  \
	JHI    long                      \
	BZHIQ  R10, R15, R12             \
	KMOVB  R12, K1                   \
	MOVE.Z (R11), K1, V0             \
	SHRL   $8, R12                   \
	KMOVB  R12, K2                   \
	MOVE.Z (8<<SIZE)(R11), K2, V1    \
	SHRL   $8, R12                   \
	KMOVB  R12, K3                   \
	MOVE.Z (16<<SIZE)(R11), K3, V2   \
	ADD    V1, V0, V0                \
	ADD    V2, V0, V0                \
	                                 \
halves:                                  \
	HALVES                           \
	ADDQ   $(1<<SIZE), DI            \
	DECQ   CX                        \
	JNE    loop                      \
	                                 \
done:                                    \
	VZEROUPPER                       \
	RET                              \
	                                 \
long:                                    \
	MOVE   (R11), V0                 \
	SUBQ   $16, R10                  \
	                                 \
more:                                    \
	ADDQ   $(8<<SIZE), R11           \
	ADD    (R11), V0, V0             \
	PREFETCHT0 (R11)(DX*1)           \
	SUBQ   $8, R10                   \
	JGE    more                      \
	ADDQ   $8, R10                   \
	BZHIQ  R10, R15, R12             \
	KMOVB  R12, K1                   \
	MOVE.Z (8<<SIZE)(R11), K1, V1    \
	ADD    V1, V0, V0                \
	JMP    halves

#define HALVES64 \
	VEXTRACTF64X4 $1, Z0, Y1 \
	VADDPD        Y1, Y0, Y0 \
	VEXTRACTF128  $1, Y0, X1 \
	VADDPD        X1, X0, X0 \
	VPERMILPD     $1, X0, X1 \
	VADDSD        X1, X0, X0 \
	VADDSD        X15, X0, X0 \
	VMOVSD        X0, (DI)

#define HALVES32 \
	VEXTRACTF128  $1, Y0, X1 \
	VADDPS        X1, X0, X0 \
	VPERMILPD     $1, X0, X1 \
	VADDPS        X1, X0, X0 \
	VMOVSHDUP     X0, X1     \
	VADDSS        X1, X0, X0 \
	VADDSS        X15, X0, X0 \
	VMOVSS        X0, (DI)

// func sumsFloat64(dst, x *float64, base int, rows *int64, n, ahead, longest int)
TEXT ·sumsFloat64(SB), NOSPLIT, $0-56
	SUMS(3, VMOVUPD, VADDPD, Z0, Z1, Z2, HALVES64)

// func sumsFloat32(dst, x *float32, base int, rows *int64, n, ahead, longest int)
TEXT ·sumsFloat32(SB), NOSPLIT, $0-56
	SUMS(2, VMOVUPS, VADDPS, Y0, Y1, Y2, HALVES32)

// func steps(rows *int64, n int) (most int64, falls bool)
//
// Of the n differences between neighbours: the largest, and whether one is negative.
TEXT ·steps(SB), NOSPLIT, $0-25
	MOVQ   rows+0(FP), SI
	MOVQ   n+8(FP), CX
	VPXORQ Z0, Z0, Z0
	VPXORQ Z1, Z1, Z1
	SUBQ   $8, CX
	JLT    tail

loop:
	VMOVDQU64 8(SI), Z2
	VPSUBQ    (SI), Z2, Z2
	VPORQ     Z2, Z0, Z0
	VPMAXSQ   Z2, Z1, Z1
	ADDQ      $64, SI
	SUBQ      $8, CX
	JGE       loop

tail:
	ADDQ        $8, CX
	MOVQ        $-1, R8
	BZHIQ       CX, R8, R8
	KMOVB       R8, K1
	VMOVDQU64.Z 8(SI), K1, Z2
	VMOVDQU64.Z (SI), K1, Z3
	VPSUBQ      Z3, Z2, Z2
	VPORQ       Z2, Z0, Z0
	VPMAXSQ     Z2, Z1, Z1

	VPMOVQ2M Z0, K1
	KMOVB    K1, R8
	TESTL    R8, R8
	SETNE    falls+24(FP)

	VEXTRACTI64X4 $1, Z1, Y2
	VPMAXSQ       Y2, Y1, Y1
	VEXTRACTI128  $1, Y1, X2
	VPMAXSQ       X2, X1, X1
	VPSHUFD       $0x4E, X1, X2
	VPMAXSQ       X2, X1, X1
	VMOVQ         X1, most+16(FP)
	VZEROUPPER
	RET
