// Macros of our amd64 assembly. Syntax: AT&T. Offsets come from go_asm.h by name; a bare number is a bug.
#ifndef GORT_RUNTIME_SWITCH_AMD64_ASM_H_
#define GORT_RUNTIME_SWITCH_AMD64_ASM_H_

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

// reg = offset of the thread-local word runtime.tlsg from the thread pointer. The linker turns the load into a constant
// wherever the word's place is known when linking.
#define TLSG(reg) movq runtime.tlsg@gottpoff(%rip), reg

// A push or pop with the unwind information that belongs to it.
#define PUSH(reg)                      \
        pushq   reg;                   \
        .cfi_adjust_cfa_offset 8;      \
        .cfi_rel_offset reg, 0

#define POP(reg)                       \
        popq    reg;                   \
        .cfi_adjust_cfa_offset -8;     \
        .cfi_restore reg

// Where no further caller can be described: an unwinder stops here, with success.
#define CFI_STOP .cfi_undefined rip

#endif  // GORT_RUNTIME_SWITCH_AMD64_ASM_H_
