// long runtime.clone(long nr, unsigned long flags, void* sp, void* tls)          the picture is in amd64/clone.S
//
// In: a0 = nr, a1 = flags, a2 = sp, a3 = tls. The kernel wants a7 = nr, a0 = flags, a1 = sp, a2 = a4 = where to write thread
// ids (nowhere), a3 = tls: here tls comes before the child's thread id.
        .text
        .globl  runtime.clone
        .hidden runtime.clone
        .type   runtime.clone, @function
        .balign 4
runtime.clone:
        .cfi_startproc
        mv      a7, a0
        mv      a0, a1
        mv      a1, a2
        li      a2, 0
        li      a4, 0
        ecall
        beqz    a0, 1f
        ret

1:      .cfi_undefined ra               // the outermost frame of the new thread
        li      s0, 0
        ld      a0, 0(sp)
        ld      a1, 8(sp)
        addi    sp, sp, 16
        call    runtime.threadstart
        ebreak
        .cfi_endproc
        .size   runtime.clone, . - runtime.clone

        .section .note.GNU-stack, "", @progbits
