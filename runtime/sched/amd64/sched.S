// The scheduler's entries in assembly, amd64.

#include "gort/runtime/switch/amd64/asm.h"

// void mstart()                                                  Source: Go 1.27 runtime.mstart
//
//     (the caller's frames)
//     return address
//     rbp rbx r12 r13 r14 r15
//     (8 bytes, for alignment)      <-  g0.sched.sp: mcall and systemstack start here
//
// Makes the stack below this call the scheduler's: all frames above stay as they are, and all below are written over at each
// switch. Hence the scheduler keeps nothing on g0 between switches. Returns only through mreturn.
FUNC(runtime.mstart)
        PUSH(%rbp)
        PUSH(%rbx)
        PUSH(%r12)
        PUSH(%r13)
        PUSH(%r14)
        PUSH(%r15)
        subq    $8, %rsp
        CFI_STOP
        TLSG(%rcx)
        movq    %fs:(%rcx), %rax                        // rax = g0
        movq    %rsp, (g_sched+gobuf_sp)(%rax)
        xorl    %ebp, %ebp
        call    runtime.mstart0
        ud2
END(runtime.mstart)

// [[noreturn]] void mreturn()
//
// Leaves the scheduler for good: returns from mstart.  On g0, any depth.
FUNC(runtime.mreturn)
        CFI_STOP
        TLSG(%rcx)
        movq    %fs:(%rcx), %rax                        // rax = g0
        movq    (g_sched+gobuf_sp)(%rax), %rsp          // mstart's frame
        addq    $8, %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        ret
END(runtime.mreturn)

// The return address of every goroutine's entry function is runtime.goexit + 1, one byte into the nop: an unwinder, which
// looks up the address before the return address, then still finds goexit, and its rule says that the stack ends here.
// Source: Go 1.27 runtime.goexit.
FUNC(runtime.goexit)
        CFI_STOP
        nop
        call    runtime.goexit1
        ud2
END(runtime.goexit)

        .section .note.GNU-stack, "", @progbits
