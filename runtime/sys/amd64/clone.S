// long runtime.clone(long nr, unsigned long flags, void* sp, void* tls)
//
//   Parent: an ordinary call; returns the thread id or -errno.
//   Child: sp -> | fn | arg | (aligned by 16)       pops both and calls runtime.threadstart(fn, arg), which never returns.
//
// In: rdi = nr, rsi = flags, rdx = sp, rcx = tls. The kernel wants rdi = flags, rsi = sp, rdx = r10 = where to write thread
// ids (nowhere), r8 = tls, and destroys rcx and r11. The child starts with the parent's registers, but for rax and rsp.
// Source: Linux clone(2); Go 1.27 runtime.clone.
        .text
        .globl  runtime.clone
        .hidden runtime.clone
        .type   runtime.clone, @function
        .balign 16
runtime.clone:
        .cfi_startproc
        movq    %rdi, %rax
        movq    %rsi, %rdi
        movq    %rdx, %rsi
        xorl    %edx, %edx
        xorl    %r10d, %r10d
        movq    %rcx, %r8
        syscall
        testq   %rax, %rax
        je      1f
        ret

1:      .cfi_undefined rip              // the outermost frame of the new thread: an unwinder stops here
        xorl    %ebp, %ebp              // so does one that follows frame pointers
        popq    %rdi
        popq    %rsi
        call    runtime.threadstart
        ud2
        .cfi_endproc
        .size   runtime.clone, . - runtime.clone

        .section .note.GNU-stack, "", @progbits
