// The hosted form: libc is initialised by its own start code, which finds everything as the kernel left it. It will
// call __libc_start_main, and that our main (hosted.cc).

#include "gort/rt0/rt0_asm.h"
#include "gort/runtime/switch/amd64/asm.h"

FUNC(runtime.rt0_os)
        CFI_STOP
        movq    (runtime.startup+StartupRecord_entry_sp)(%rip), %rsp
        movq    (runtime.startup+StartupRecord_entry_rdx)(%rip), %rdx
        xorl    %ebp, %ebp
        jmp     _start
END(runtime.rt0_os)

// libc's _start calls this in place of __libc_start_main (--wrap, see hosted.cc). In: as __libc_start_main, rdi = main.
// Assembly, because sanitizers' runtimes are not up yet: instrumented code would crash here.
FUNC(__wrap___libc_start_main)
        movq    %rdi, runtime.usermain(%rip)
        leaq    runtime.hostedmain(%rip), %rdi
        jmp     __real___libc_start_main@PLT
END(__wrap___libc_start_main)

        .section .note.GNU-stack, "", @progbits
