// Macros of our riscv64 assembly. Offsets come from go_asm.h by name; a bare number is a bug.
#ifndef GORT_RUNTIME_SWITCH_RISCV64_ASM_H_
#define GORT_RUNTIME_SWITCH_RISCV64_ASM_H_

#include "gort/gstruct/go_asm.h"

// A function that C++ and other packages call. The names are Go's, with the dot: `runtime.gogo`.
#define FUNC(name)                \
        .text;                    \
        .globl  name;             \
        .hidden name;             \
        .type   name, @function;  \
        .balign 16;               \
name:                             \
        .cfi_startproc

#define END(name)                 \
        .cfi_endproc;             \
        .size   name, . - name

// reg = address of a symbol of ours, relative to pc. Without relaxation: a linker would like to make it relative to gp,
// and the first instructions of a process have no gp yet.
#define ADDRESS(reg, symbol)      \
        .option push;             \
        .option norelax;          \
        lla     reg, symbol;      \
        .option pop

// reg = address of the thread-local word runtime.tlsg, through its initial-exec slot.
#define TLSG(reg)                         \
        la.tls.ie reg, runtime.tlsg;      \
        add     reg, reg, tp

// Where no further caller can be described: an unwinder stops here, with success.
#define CFI_STOP .cfi_undefined ra

#endif  // GORT_RUNTIME_SWITCH_RISCV64_ASM_H_
