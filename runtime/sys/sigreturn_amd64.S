// The way back from a signal handler on amd64.
//
//   In: rsp = the kernel's struct rt_sigframe, after the handler's `ret` popped its first word (this address).
//   Out: never; the kernel restores every register from the frame.
//
// Unwinders know a signal frame by these nine bytes, 48 c7 c0 0f 00 00 00 0f 05: libgcc when no CFI covers the address,
// gdb when the symbol is __restore_rt. So: exactly these instructions, that name, and on purpose no .cfi_startproc. The
// nop is for unwinders, too. They look up the return address minus one, and that must not fall into the last
// instruction of whatever function the linker put before us.
// Weak, because musl's static libc has a hidden global of this name; it is the same code.
#if defined(__x86_64__)
        .text
        .p2align 4
        nop
        .weak   __restore_rt
        .hidden __restore_rt
        .type   __restore_rt, @function
__restore_rt:
        movq    $15, %rax               // __NR_rt_sigreturn
        syscall
        .size   __restore_rt, . - __restore_rt
#endif

        .section .note.GNU-stack, "", @progbits
