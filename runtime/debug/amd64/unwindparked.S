// Unwinding a goroutine that is not running, from inside the process.

#include "gort/runtime/switch/amd64/asm.h"

// void unwindparked(uintptr_t sp, void (*fn)(void*), void* arg)
//
// Calls fn(arg) in a frame that claims to have been called by the goroutine whose gobuf.sp is `sp`: by the caller of its
// runtime.mcall. Its unwind information says that the caller's registers lie where mcall pushed them, so every unwinder
// that starts in fn goes on in the goroutine. The picture is at the head of runtime/switch/amd64/switch.S.
//
// In: rdi = sp, rsi = fn, rdx = arg. rbx holds sp over the call, because the CFA is computed from it.
FUNC(runtime.unwindparked)
        PUSH(%rbx)
        movq    %rdi, %rbx
        movq    %rdx, %rdi
        .cfi_remember_state
        .cfi_def_cfa rbx, 7*8                           // six registers and the return address above sp
        .cfi_offset rip, -1*8
        .cfi_offset rbp, -2*8
        .cfi_offset rbx, -3*8
        .cfi_offset r12, -4*8
        .cfi_offset r13, -5*8
        .cfi_offset r14, -6*8
        .cfi_offset r15, -7*8
        call    *%rsi
        .cfi_restore_state
        POP(%rbx)
        ret
END(runtime.unwindparked)

        .section .note.GNU-stack, "", @progbits
