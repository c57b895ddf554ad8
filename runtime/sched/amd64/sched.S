// The scheduler's entries in assembly, amd64.

#include "gort/runtime/switch/amd64/asm.h"

// [[noreturn]] void mstart()                                     Source: Go 1.27 runtime.mstart
//
// Makes the stack below this call the scheduler's: mcall and systemstack start at g0.sched.sp, so all frames above stay
// as they are, and all below are written over at each switch. Hence the scheduler keeps nothing on g0 between switches.
FUNC(runtime.mstart)
        CFI_STOP
        TLSG(%rcx)
        movq    %fs:(%rcx), %rax                        // rax = g0
        andq    $~15, %rsp                              // mcall's call needs the ABI's alignment
        movq    %rsp, (g_sched+gobuf_sp)(%rax)
        xorl    %ebp, %ebp
        call    runtime.mstart0
        ud2
END(runtime.mstart)

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
