// Macros of our arm64 assembly. Offsets come from go_asm.h by name; a bare number is a bug.
#ifndef GORT_RUNTIME_SWITCH_ARM64_ASM_H_
#define GORT_RUNTIME_SWITCH_ARM64_ASM_H_

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

// reg = address of a symbol of ours, within 4 GiB of here: no relocation is left for the program's start.
#define ADDRESS(reg, symbol)                     \
        adrp    reg, symbol;                     \
        add     reg, reg, :lo12:symbol

// reg = address of the thread-local word runtime.tlsg, through its initial-exec slot; tmp is overwritten.
// amd64's macro of this name gives the offset instead, because there a segment register adds the rest.
#define TLSG(reg, tmp)                                       \
        adrp    tmp, :gottprel:runtime.tlsg;                 \
        ldr     tmp, [tmp, :gottprel_lo12:runtime.tlsg];     \
        mrs     reg, tpidr_el0;                              \
        add     reg, reg, tmp

// Where no further caller can be described: an unwinder stops here, with success.
#define CFI_STOP .cfi_undefined x30

#endif  // GORT_RUNTIME_SWITCH_ARM64_ASM_H_
