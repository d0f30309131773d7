#include "textflag.h"

// The same with AVX2, for elements of eight bytes. A row of a scan, and the lanes of a segment, are two
// vectors; adding +0 to lanes that a step leaves alone changes the sign of zero at the most, which
// adding the carry, or the last addition, makes up for.

// TREE4 makes the tree of the four lanes of V; T is for its own use.
#define TREE4(ADD, V, T) \
	VMOVDDUP V, T           \
	VBLENDPD $10, T, Y15, T \
	ADD      T, V, V        \
	VPERMPD  $0x55, V, T    \
	VBLENDPD $12, T, Y15, T \
	ADD      T, V, V

// SCAN is for whole rows. SI is x, DI dst, CX the number of elements left, AX whether the scan is exclusive, DX how far
// ahead of x is fetched. Y14 is the carry, Y15 zero, Y10 what is added to all elements.
#define SCAN(ADD) \
	MOVQ         dst+0(FP), DI     \
	MOVQ         x+8(FP), SI       \
	MOVQ         n+16(FP), CX      \
	MOVQ         ahead+24(FP), DX  \
	VBROADCASTSD base+32(FP), Y10  \
	MOVBLZX      before+40(FP), AX \
	VXORPD       Y14, Y14, Y14     \
	VXORPD       Y15, Y15, Y15     \
	SUBQ         $8, CX            \
	JLT          done              \
	                               \
loop:                                  \
	PREFETCHT0 (SI)(DX*1)     \
	VMOVUPD  (SI), Y0         \
	VMOVUPD  32(SI), Y1       \
	TREE4(ADD, Y0, Y2)        \
	TREE4(ADD, Y1, Y3)        \
	VPERMPD  $0xFF, Y0, Y2    \
	ADD      Y2, Y1, Y1       \
	VPERMPD  $0xFF, Y1, Y3    \
	TESTL    AX, AX           \
	JEQ      inclusive        \
	VPERMPD  $0x90, Y0, Y0    \
	VBLENDPD $14, Y0, Y15, Y0 \
	VPERMPD  $0x90, Y1, Y1    \
	VBLENDPD $14, Y1, Y2, Y1  \
	                          \
inclusive:                        \
	ADD      Y14, Y0, Y0      \
	ADD      Y14, Y1, Y1      \
	ADD      Y10, Y0, Y0      \
	ADD      Y10, Y1, Y1      \
	VMOVUPD  Y0, (DI)         \
	VMOVUPD  Y1, 32(DI)       \
	ADD      Y3, Y14, Y14     \
	ADDQ     $64, SI          \
	ADDQ     $64, DI          \
	SUBQ     $8, CX           \
	JGE      loop             \
	                          \
done:

// func scanFloat64AVX2(dst, x *float64, n, ahead int, base float64, before bool) (total float64)
TEXT ·scanFloat64AVX2(SB), NOSPLIT, $0-56
	SCAN(VADDPD)
	VMOVSD X14, total+48(FP)
	VZEROUPPER
	RET

// func scanInt64AVX2(dst, x *int64, n, ahead int, base int64, before bool) (total int64)
TEXT ·scanInt64AVX2(SB), NOSPLIT, $0-56
	SCAN(VPADDQ)
	VMOVQ X14, total+48(FP)
	VZEROUPPER
	RET

// By mask of four lanes: which halves of lanes go to the low ones.
DATA lowLanes<>+0(SB)/8, $0x0000000000000000
DATA lowLanes<>+8(SB)/8, $0x0000000000000000
DATA lowLanes<>+16(SB)/8, $0x0000000000000000
DATA lowLanes<>+24(SB)/8, $0x0000000000000000
DATA lowLanes<>+32(SB)/8, $0x0000000100000000
DATA lowLanes<>+40(SB)/8, $0x0000000000000000
DATA lowLanes<>+48(SB)/8, $0x0000000000000000
DATA lowLanes<>+56(SB)/8, $0x0000000000000000
DATA lowLanes<>+64(SB)/8, $0x0000000300000002
DATA lowLanes<>+72(SB)/8, $0x0000000000000000
DATA lowLanes<>+80(SB)/8, $0x0000000000000000
DATA lowLanes<>+88(SB)/8, $0x0000000000000000
DATA lowLanes<>+96(SB)/8, $0x0000000100000000
DATA lowLanes<>+104(SB)/8, $0x0000000300000002
DATA lowLanes<>+112(SB)/8, $0x0000000000000000
DATA lowLanes<>+120(SB)/8, $0x0000000000000000
DATA lowLanes<>+128(SB)/8, $0x0000000500000004
DATA lowLanes<>+136(SB)/8, $0x0000000000000000
DATA lowLanes<>+144(SB)/8, $0x0000000000000000
DATA lowLanes<>+152(SB)/8, $0x0000000000000000
DATA lowLanes<>+160(SB)/8, $0x0000000100000000
DATA lowLanes<>+168(SB)/8, $0x0000000500000004
DATA lowLanes<>+176(SB)/8, $0x0000000000000000
DATA lowLanes<>+184(SB)/8, $0x0000000000000000
DATA lowLanes<>+192(SB)/8, $0x0000000300000002
DATA lowLanes<>+200(SB)/8, $0x0000000500000004
DATA lowLanes<>+208(SB)/8, $0x0000000000000000
DATA lowLanes<>+216(SB)/8, $0x0000000000000000
DATA lowLanes<>+224(SB)/8, $0x0000000100000000
DATA lowLanes<>+232(SB)/8, $0x0000000300000002
DATA lowLanes<>+240(SB)/8, $0x0000000500000004
DATA lowLanes<>+248(SB)/8, $0x0000000000000000
DATA lowLanes<>+256(SB)/8, $0x0000000700000006
DATA lowLanes<>+264(SB)/8, $0x0000000000000000
DATA lowLanes<>+272(SB)/8, $0x0000000000000000
DATA lowLanes<>+280(SB)/8, $0x0000000000000000
DATA lowLanes<>+288(SB)/8, $0x0000000100000000
DATA lowLanes<>+296(SB)/8, $0x0000000700000006
DATA lowLanes<>+304(SB)/8, $0x0000000000000000
DATA lowLanes<>+312(SB)/8, $0x0000000000000000
DATA lowLanes<>+320(SB)/8, $0x0000000300000002
DATA lowLanes<>+328(SB)/8, $0x0000000700000006
DATA lowLanes<>+336(SB)/8, $0x0000000000000000
DATA lowLanes<>+344(SB)/8, $0x0000000000000000
DATA lowLanes<>+352(SB)/8, $0x0000000100000000
DATA lowLanes<>+360(SB)/8, $0x0000000300000002
DATA lowLanes<>+368(SB)/8, $0x0000000700000006
DATA lowLanes<>+376(SB)/8, $0x0000000000000000
DATA lowLanes<>+384(SB)/8, $0x0000000500000004
DATA lowLanes<>+392(SB)/8, $0x0000000700000006
DATA lowLanes<>+400(SB)/8, $0x0000000000000000
DATA lowLanes<>+408(SB)/8, $0x0000000000000000
DATA lowLanes<>+416(SB)/8, $0x0000000100000000
DATA lowLanes<>+424(SB)/8, $0x0000000500000004
DATA lowLanes<>+432(SB)/8, $0x0000000700000006
DATA lowLanes<>+440(SB)/8, $0x0000000000000000
DATA lowLanes<>+448(SB)/8, $0x0000000300000002
DATA lowLanes<>+456(SB)/8, $0x0000000500000004
DATA lowLanes<>+464(SB)/8, $0x0000000700000006
DATA lowLanes<>+472(SB)/8, $0x0000000000000000
DATA lowLanes<>+480(SB)/8, $0x0000000100000000
DATA lowLanes<>+488(SB)/8, $0x0000000300000002
DATA lowLanes<>+496(SB)/8, $0x0000000500000004
DATA lowLanes<>+504(SB)/8, $0x0000000700000006
GLOBL lowLanes<>(SB), RODATA|NOPTR, $512

// func keep8by8AVX2(dst, x, keep unsafe.Pointer, n, ahead int) (kept int)
//
// For whole vectors.
TEXT ·keep8by8AVX2(SB), NOSPLIT, $0-48
	MOVQ   dst+0(FP), DI
	MOVQ   x+8(FP), SI
	MOVQ   keep+16(FP), DX
	MOVQ   n+24(FP), CX
	MOVQ   ahead+32(FP), BX
	LEAQ   lowLanes<>(SB), R11
	VXORPD Y15, Y15, Y15
	XORL   AX, AX
	SUBQ   $4, CX
	JLT    done

loop:
	PREFETCHT0 (SI)(BX*1)
	VMOVUPD    (DX), Y1
	VMOVUPD    (SI), Y0
	VCMPPD     $4, Y15, Y1, Y1
	VMOVMSKPD  Y1, R8
	MOVL       R8, R9
	SHLL       $5, R9
	VMOVDQU    (R11)(R9*1), Y2
	VPERMPS    Y0, Y2, Y0
	VMOVUPD    Y0, (DI)(AX*8)
	POPCNTL    R8, R8
	ADDQ       R8, AX
	ADDQ       $32, SI
	ADDQ       $32, DX
	SUBQ       $4, CX
	JGE        loop

done:
	MOVQ AX, kept+40(FP)
	VZEROUPPER
	RET

// Ones followed by zeros, a lane of eight bytes each.
DATA lanesLeft<>+0(SB)/8, $-1
DATA lanesLeft<>+8(SB)/8, $-1
DATA lanesLeft<>+16(SB)/8, $-1
DATA lanesLeft<>+24(SB)/8, $-1
DATA lanesLeft<>+32(SB)/8, $-1
DATA lanesLeft<>+40(SB)/8, $-1
DATA lanesLeft<>+48(SB)/8, $-1
DATA lanesLeft<>+56(SB)/8, $-1
DATA lanesLeft<>+64(SB)/8, $0
DATA lanesLeft<>+72(SB)/8, $0
DATA lanesLeft<>+80(SB)/8, $0
DATA lanesLeft<>+88(SB)/8, $0
DATA lanesLeft<>+96(SB)/8, $0
DATA lanesLeft<>+104(SB)/8, $0
DATA lanesLeft<>+112(SB)/8, $0
DATA lanesLeft<>+120(SB)/8, $0
GLOBL lanesLeft<>(SB), RODATA|NOPTR, $128

// func sumsFloat64AVX2(dst, x *float64, base int, rows *int64, n, ahead int)
//
// DI is dst, SI where row 0 of x would be, BX the end of the segment at hand among the rows, CX how many are
// left, R8 where it begins, DX how far ahead of x is fetched.
TEXT ·sumsFloat64AVX2(SB), NOSPLIT, $0-48
	MOVQ   dst+0(FP), DI
	MOVQ   x+8(FP), SI
	MOVQ   base+16(FP), R8
	SHLQ   $3, R8
	SUBQ   R8, SI
	MOVQ   rows+24(FP), BX
	MOVQ   n+32(FP), CX
	MOVQ   ahead+40(FP), DX
	LEAQ   lanesLeft<>+64(SB), R13
	MOVQ   (BX), R8
	VXORPD X15, X15, X15
	TESTQ  CX, CX
	JEQ    done

loop:
	ADDQ   $8, BX
	LEAQ   (SI)(R8*8), R11
	MOVQ   (BX), R9
	MOVQ   R9, R10
	SUBQ   R8, R10
	MOVQ   R9, R8
	VXORPD Y0, Y0, Y0
	VXORPD Y1, Y1, Y1
	PREFETCHT0 (R11)(DX*1)
	SUBQ   $8, R10
	JLT    rest

more:
	PREFETCHT0 64(R11)(DX*1)
	VADDPD (R11), Y0, Y0
	VADDPD 32(R11), Y1, Y1
	ADDQ   $64, R11
	SUBQ   $8, R10
	JGE    more

rest:
	ADDQ       $8, R10
	NEGQ       R10
	VMOVDQU    (R13)(R10*8), Y4
	VMOVDQU    32(R13)(R10*8), Y5
	VMASKMOVPD (R11), Y4, Y2
	VMASKMOVPD 32(R11), Y5, Y3
	VADDPD     Y2, Y0, Y0
	VADDPD     Y3, Y1, Y1

	VADDPD       Y1, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VADDPD       X1, X0, X0
	VPERMILPD    $1, X0, X1
	VADDSD       X1, X0, X0
	VADDSD       X15, X0, X0
	VMOVSD       X0, (DI)
	ADDQ         $8, DI
	DECQ         CX
	JNE          loop

done:
	VZEROUPPER
	RET
