#include "textflag.h"

// Scans of a block with AVX-512. A row is a vector; its tree is made in place: each step adds the
// last lane of the lower half of a group to the lanes of the upper half, which a mask
// selects. Then the carry, the fold of the rows before, is added to all lanes, and the last lane to the
// carry, so that an addition a row is all that waits for the row before.
//
// SI is x, DI dst, CX the number of elements left, AX whether the scan is exclusive, DX how far ahead of x is
// fetched. Z14 is the carry, Z13 the index of the last lane, Z15 zero, Z10 what is added to all elements.

// TREE8 makes the tree of eight lanes in Z0.
#define TREE8(ADD) \
	VMOVDDUP Z0, Z1          \
	ADD      Z1, Z0, K1, Z0  \
	VPERMPD  $0x55, Z0, Z1   \
	ADD      Z1, Z0, K2, Z0  \
	VPERMPD  Z0, Z12, Z1     \
	ADD      Z1, Z0, K3, Z0

#define SCAN8(ADD, STORE) \
	MOVQ         dst+0(FP), DI      \
	MOVQ         x+8(FP), SI        \
	MOVQ         n+16(FP), CX       \
	MOVQ         ahead+24(FP), DX   \
	MOVBLZX      before+40(FP), AX  \
	MOVQ         $0xAA, R8          \
	KMOVQ        R8, K1             \
	MOVQ         $0xCC, R8          \
	KMOVQ        R8, K2             \
	MOVQ         $0xF0, R8          \
	KMOVQ        R8, K3             \
	MOVQ         $3, R8             \
	VPBROADCASTQ R8, Z12            \
	MOVQ         $7, R8             \
	VPBROADCASTQ R8, Z13            \
	VPXORQ       Z14, Z14, Z14      \
	VBROADCASTSD base+32(FP), Z10   \
	VPXORQ       Z15, Z15, Z15      \
	TESTL        AX, AX             \
	JNE          exclusive          \
	SUBQ         $8, CX             \
	JLT          tail               \
	                                \
inclusive:                              \
	PREFETCHT0 (SI)(DX*1)           \
	VMOVUPD (SI), Z0                \
	TREE8(ADD)                      \
	ADD     Z14, Z0, Z2             \
	ADD     Z2, Z10, Z2             \
	STORE   Z2, (DI)                \
	VPERMPD Z0, Z13, Z0             \
	ADD     Z0, Z14, Z14            \
	ADDQ    $64, SI                 \
	ADDQ    $64, DI                 \
	SUBQ    $8, CX                  \
	JGE     inclusive               \
	JMP     tail                    \
	                                \
exclusive:                              \
	SUBQ    $8, CX                  \
	JLT     tail                    \
	                                \
before:                                 \
	PREFETCHT0 (SI)(DX*1)           \
	VMOVUPD (SI), Z0                \
	TREE8(ADD)                      \
	VALIGNQ $7, Z15, Z0, Z2         \
	ADD     Z14, Z2, Z2             \
	ADD     Z2, Z10, Z2             \
	STORE   Z2, (DI)                \
	VPERMPD Z0, Z13, Z0             \
	ADD     Z0, Z14, Z14            \
	ADDQ    $64, SI                 \
	ADDQ    $64, DI                 \
	SUBQ    $8, CX                  \
	JGE     before                  \
	                                \
tail:                                   \
	ADDQ         $8, CX             \
	JEQ          done               \
	MOVQ         $-1, R8            \
	BZHIQ        CX, R8, R8         \
	KMOVQ        R8, K4             \
	VMOVUPD.Z    (SI), K4, Z0       \
	TREE8(ADD)                      \
	VMOVAPD      Z0, Z2             \
	TESTL        AX, AX             \
	JEQ          last               \
	VALIGNQ      $7, Z15, Z0, Z2    \
	                                \
last:                                   \
	ADD          Z14, Z2, Z2        \
	ADD          Z2, Z10, Z2        \
	VMOVUPD      Z2, K4, (DI)       \
	DECQ         CX                 \
	VPBROADCASTQ CX, Z13            \
	VPERMPD      Z0, Z13, Z0        \
	ADD          Z0, Z14, Z14       \
	                                \
done:

// TREE16 makes the tree of sixteen lanes in Z0.
#define TREE16(ADD) \
	VMOVSLDUP Z0, Z1          \
	ADD       Z1, Z0, K1, Z0  \
	VPERMILPS $0x55, Z0, Z1   \
	ADD       Z1, Z0, K2, Z0  \
	VPERMPS   Z0, Z11, Z1     \
	ADD       Z1, Z0, K3, Z0  \
	VPERMPS   Z0, Z12, Z1     \
	ADD       Z1, Z0, K5, Z0

#define SCAN16(ADD, STORE) \
	MOVQ         dst+0(FP), DI      \
	MOVQ         x+8(FP), SI        \
	MOVQ         n+16(FP), CX       \
	MOVQ         ahead+24(FP), DX   \
	MOVBLZX      before+36(FP), AX  \
	MOVQ         $0xAAAA, R8        \
	KMOVQ        R8, K1             \
	MOVQ         $0xCCCC, R8        \
	KMOVQ        R8, K2             \
	MOVQ         $0xF0F0, R8        \
	KMOVQ        R8, K3             \
	MOVQ         $0xFF00, R8        \
	KMOVQ        R8, K5             \
	MOVQ         $3, R8             \
	VPBROADCASTD R8, Y11            \
	MOVQ         $11, R8            \
	VPBROADCASTD R8, Y12            \
	VINSERTF64X4 $1, Y12, Z11, Z11  \
	MOVQ         $7, R8             \
	VPBROADCASTD R8, Z12            \
	MOVQ         $15, R8            \
	VPBROADCASTD R8, Z13            \
	VPXORQ       Z14, Z14, Z14      \
	VBROADCASTSS base+32(FP), Z10   \
	VPXORQ       Z15, Z15, Z15      \
	TESTL        AX, AX             \
	JNE          exclusive          \
	SUBQ         $16, CX            \
	JLT          tail               \
	                                \
inclusive:                              \
	PREFETCHT0 (SI)(DX*1)           \
	VMOVUPS (SI), Z0                \
	TREE16(ADD)                     \
	ADD     Z14, Z0, Z2             \
	ADD     Z2, Z10, Z2             \
	STORE   Z2, (DI)                \
	VPERMPS Z0, Z13, Z0             \
	ADD     Z0, Z14, Z14            \
	ADDQ    $64, SI                 \
	ADDQ    $64, DI                 \
	SUBQ    $16, CX                 \
	JGE     inclusive               \
	JMP     tail                    \
	                                \
exclusive:                              \
	SUBQ    $16, CX                 \
	JLT     tail                    \
	                                \
before:                                 \
	PREFETCHT0 (SI)(DX*1)           \
	VMOVUPS (SI), Z0                \
	TREE16(ADD)                     \
	VALIGND $15, Z15, Z0, Z2        \
	ADD     Z14, Z2, Z2             \
	ADD     Z2, Z10, Z2             \
	STORE   Z2, (DI)                \
	VPERMPS Z0, Z13, Z0             \
	ADD     Z0, Z14, Z14            \
	ADDQ    $64, SI                 \
	ADDQ    $64, DI                 \
	SUBQ    $16, CX                 \
	JGE     before                  \
	                                \
tail:                                   \
	ADDQ         $16, CX            \
	JEQ          done               \
	MOVQ         $-1, R8            \
	BZHIQ        CX, R8, R8         \
	KMOVQ        R8, K4             \
	VMOVUPS.Z    (SI), K4, Z0       \
	TREE16(ADD)                     \
	VMOVAPS      Z0, Z2             \
	TESTL        AX, AX             \
	JEQ          last               \
	VALIGND      $15, Z15, Z0, Z2   \
	                                \
last:                                   \
	ADD          Z14, Z2, Z2        \
	ADD          Z2, Z10, Z2        \
	VMOVUPS      Z2, K4, (DI)       \
	DECQ         CX                 \
	VPBROADCASTD CX, Z13            \
	VPERMPS      Z0, Z13, Z0        \
	ADD          Z0, Z14, Z14       \
	                                \
done:

// func scanFloat64(dst, x *float64, n, ahead int, base float64, before bool) (total float64)
TEXT ·scanFloat64(SB), NOSPLIT, $0-56
	SCAN8(VADDPD, VMOVUPD)
	VMOVSD X14, total+48(FP)
	VZEROUPPER
	RET

// func streamFloat64(dst, x *float64, n, ahead int, base float64, before bool) (total float64)
TEXT ·streamFloat64(SB), NOSPLIT, $0-56
	SCAN8(VADDPD, VMOVNTPD)
	VMOVSD X14, total+48(FP)
	VZEROUPPER
	RET

// func scanFloat32(dst, x *float32, n, ahead int, base float32, before bool) (total float32)
TEXT ·scanFloat32(SB), NOSPLIT, $0-44
	SCAN16(VADDPS, VMOVUPD)
	VMOVSS X14, total+40(FP)
	VZEROUPPER
	RET

// func streamFloat32(dst, x *float32, n, ahead int, base float32, before bool) (total float32)
TEXT ·streamFloat32(SB), NOSPLIT, $0-44
	SCAN16(VADDPS, VMOVNTPD)
	VMOVSS X14, total+40(FP)
	VZEROUPPER
	RET

// func scanInt64(dst, x *int64, n, ahead int, base int64, before bool) (total int64)
TEXT ·scanInt64(SB), NOSPLIT, $0-56
	SCAN8(VPADDQ, VMOVUPD)
	VMOVQ X14, total+48(FP)
	VZEROUPPER
	RET

// func streamInt64(dst, x *int64, n, ahead int, base int64, before bool) (total int64)
TEXT ·streamInt64(SB), NOSPLIT, $0-56
	SCAN8(VPADDQ, VMOVNTPD)
	VMOVQ X14, total+48(FP)
	VZEROUPPER
	RET

// func scanInt32(dst, x *int32, n, ahead int, base int32, before bool) (total int32)
TEXT ·scanInt32(SB), NOSPLIT, $0-44
	SCAN16(VPADDD, VMOVUPD)
	VMOVD X14, R8
	MOVL  R8, total+40(FP)
	VZEROUPPER
	RET

// func streamInt32(dst, x *int32, n, ahead int, base int32, before bool) (total int32)
TEXT ·streamInt32(SB), NOSPLIT, $0-44
	SCAN16(VPADDD, VMOVNTPD)
	VMOVD X14, R8
	MOVL  R8, total+40(FP)
	VZEROUPPER
	RET
