// The three functions that code compiled with -fsplit-stack calls. libgcc has them too, for stacks that grow; ours come first
// when linking, and none of libgcc's is taken as long as all three are here.
//
// How a checked function f looks, from gcc 12 and clang 14 at every level of optimization:
//
//              cmpq  %fs:0x70, %rsp        (a frame of 256 bytes and more: lea -size(%rsp), %r11 and that)
//              jb    1f                    (clang: jbe; without optimization the other way round, and no jump back)
//       2:     the body
//       1:     movl  $frame size, %r10d    (gcc, a nested function in C: its static chain first, from r10 to rax)
//              movl  $argument size, %r11d
//              call  __morestack
//              ret                         <- our return address
//       3:     jmp   2b                    <- where we go on: libgcc's runs the body as a subroutine, on a new stack, and the
//                                             body's own return ends there; in ours the `ret` is never executed
//
// A function of gcc's with variable arguments has one instruction more:
//
//       3:     leaq  24(%rbp), %r11        the address of the arguments on the stack, taken from libgcc's frame
//              jmp   2b                    (the quick way computes it as 8(%rsp) before 2)
//
// We have no frame there, and rbp is the caller's. So we look whether that instruction comes next, do what it stands for,
// and go on behind it. It can mean nothing else: at a function's start rbp holds nothing that a function may use.
//
// gold and lld rewrite each checked function that calls one in an object without such code, libc's for instance: it does not
// compare any more and calls __morestack_non_split always, because with libgcc the callee might need more stack. So
// that must be quick when nobody asks. (bfd leaves the functions alone.)

#include "gort/runtime/preempt/amd64/frame.h"
#include "gort/runtime/switch/amd64/asm.h"

#define RET_BYTES 1
#define LEA_24_RBP_R11 0x185d8d4c               /* the instruction's four bytes */
#define LEA_BYTES 4

// Goes on in the body. In: rsp as the prologue's call left it:
//
//      return address of f
//      return address in f's prologue   <-  rsp
//
// r11 is free: the body expects it only where the lea is.
#define RETURN_INTO_BODY                                                                                        \
        movq    (%rsp), %r11;                                                                                   \
        cmpl    $LEA_24_RBP_R11, RET_BYTES(%r11);                                                               \
        je      7f;                                                                                             \
        addq    $RET_BYTES, (%rsp);                                                                             \
        ret;                                                                                                    \
7:      addq    $(RET_BYTES + LEA_BYTES), (%rsp);                                                               \
        leaq    16(%rsp), %r11;                                                                                 \
        ret

// void __morestack_non_split()          called in place of __morestack by what gold and lld have rewritten
//
//     if (sp >= the thread's word) go on in the body;  otherwise __morestack
//
// 6 ns: the return, to another place than the call's, is predicted wrongly.
FUNC(__morestack_non_split)
        cmpq    %fs:GUARD_WORD_OFFSET, %rsp
        jb      __morestack
        RETURN_INTO_BODY
END(__morestack_non_split)

// void __morestack()
//
//     newstack(sp);  go on in the body, with every register that may hold an argument as it was
//
//     return address of f
//     return address in f's prologue
//     rbp                            <-  rbp
//     rax rdi rsi rdx rcx r8 r9          rax: number of vector registers with variable arguments, or the static chain
//     (up to 56 bytes, for alignment)
//     vector registers               <-  rsp while newstack runs
//
// r10 and r11 are dead. Callee-saved registers are newstack's business.
FUNC(__morestack)
        PUSH(%rbp)
        movq    %rsp, %rbp
        .cfi_def_cfa_register rbp
        pushq   %rax
        pushq   %rdi
        pushq   %rsi
        pushq   %rdx
        pushq   %rcx
        pushq   %r8
        pushq   %r9
        subq    $VECTOR_AREA_BYTES, %rsp
        andq    $-64, %rsp
        xorl    %edx, %edx                              // edx:eax = mask
        movl    runtime.xsavemask(%rip), %eax
        testl   %eax, %eax
        jz      .Lfxsave
        .irp    word, 0, 8, 16, 24, 32, 40, 48, 56      // xrstor wants the header's reserved words to be 0, xsave leaves them
        movq    %rdx, (512+\word)(%rsp)
        .endr
        xsave64 (%rsp)
        jmp     .Lsaved
.Lfxsave:
        fxsave64 (%rsp)
.Lsaved:
        movq    %rbp, %rdi
        call    runtime.newstack
        xorl    %edx, %edx
        movl    runtime.xsavemask(%rip), %eax
        testl   %eax, %eax
        jz      .Lfxrstor
        xrstor64 (%rsp)
        jmp     .Lrestored
.Lfxrstor:
        fxrstor64 (%rsp)
.Lrestored:
        leaq    -7*8(%rbp), %rsp
        popq    %r9
        popq    %r8
        popq    %rcx
        popq    %rdx
        popq    %rsi
        popq    %rdi
        popq    %rax
        .cfi_def_cfa rsp, 16
        POP(%rbp)
        RETURN_INTO_BODY
END(__morestack)

// void* __morestack_allocate_stack_space(size_t size)      called by alloca and variable-length arrays when sp - size < the word
//
// Makes the room where it belongs, on the caller's stack: the caller of an alloca addresses its frame by rbp and undoes every
// change of rsp at its end. Below the room stays what such a caller may keep for the arguments of its own calls
// (-maccumulate-outgoing-args). The word stays as it is, for the next prologue.
//
// In: rdi = size. Out: rax = the room, 16-byte aligned.
#define OUTGOING_ARGUMENTS_BYTES 512
FUNC(__morestack_allocate_stack_space)
        popq    %rdx
        CFI_STOP                                        // until the return the caller's frame has no size that could be told
        subq    %rdi, %rsp
        andq    $-16, %rsp
        movq    %rsp, %rax
        subq    $OUTGOING_ARGUMENTS_BYTES, %rsp
        pushq   %rdx
        ret
END(__morestack_allocate_stack_space)

        .section .note.GNU-stack, "", @progbits
