// The freestanding form: no libc, no loader. What is left of a process's start is thread-local storage.
//
//     fs base = &m0.tls[1]        so that the word below it, -8(fs), is m0.tls[0]: Go's place for g, and the linker's place
//                                 for runtime.tlsg when that is the only thread-local variable of the program
//     m0.tls[1] = fs base         the self pointer that the TLS ABI wants at 0(fs)
//
// Source: Go 1.19 runtime.rt0_go (the 0x123 test) and runtime.settls.

#include "gort/rt0/rt0_asm.h"
#include "gort/runtime/switch/amd64/asm.h"

#define FRAME_ARGC 24
#define FRAME_ARGV 32

FUNC(runtime.rt0_os)
        CFI_STOP
        leaq    (runtime.m0+m_tls+8)(%rip), %rdi
        movq    %rdi, (%rdi)
        call    runtime.settls

        // Store through TLS, look into m0: is the thread-local word where we believe?
        TLSG(%rcx)
        movq    $0x123, %fs:(%rcx)
        cmpq    $0x123, (runtime.m0+m_tls)(%rip)
        jne     .Ltlsbad

        movl    FRAME_ARGC(%rsp), %edi
        movq    FRAME_ARGV(%rsp), %rsi
        jmp     runtime.rt0_ok
.Ltlsbad:
        call    runtime.rt0_tlsbad                      // says why, and exits
        ud2
END(runtime.rt0_os)

// In: rdi = address for the fs base.
FUNC(runtime.settls)
        CFI_STOP
        movq    %rdi, %rsi
        movl    $const_ARCH_SET_FS, %edi
        movl    $const_SYS_arch_prctl, %eax
        syscall
        testq   %rax, %rax
        jne     1f
        ret
1:      movl    $0xf1, 0xf1                             // the kernel refused; crash where nobody can miss it, as Go does
        ud2
END(runtime.settls)

// The user's main, for freestanding.cc. A link-time constant: the program is not position-independent.
        .section .rodata, "a", @progbits
        .globl  runtime.usermain
        .hidden runtime.usermain
        .type   runtime.usermain, @object
        .size   runtime.usermain, 8
        .balign 8
runtime.usermain:
        .quad   main

        .section .note.GNU-stack, "", @progbits
