// long runtime.clone(long nr, unsigned long flags, void* sp, void* tls)          the picture is in amd64/clone.S
//
// In: x0 = nr, x1 = flags, x2 = sp, x3 = tls. The kernel wants x8 = nr, x0 = flags, x1 = sp, x2 = x4 = where to write thread
// ids (nowhere), x3 = tls: here tls comes before the child's thread id.
        .text
        .globl  runtime.clone
        .hidden runtime.clone
        .type   runtime.clone, @function
        .balign 16
runtime.clone:
        .cfi_startproc
        mov     x8, x0
        mov     x0, x1
        mov     x1, x2
        mov     x2, xzr
        mov     x4, xzr
        svc     #0
        cbz     x0, 1f
        ret

1:      .cfi_undefined x30              // the outermost frame of the new thread
        mov     x29, xzr
        ldp     x0, x1, [sp], #16
        bl      runtime.threadstart
        brk     #0
        .cfi_endproc
        .size   runtime.clone, . - runtime.clone

        .section .note.GNU-stack, "", @progbits
