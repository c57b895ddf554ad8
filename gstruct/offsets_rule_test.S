// A table of every number in the header, as the assembler reads it: one .quad for each record, in the order of the .inc
// file, which gives the names. The same on every architecture.
#include "gort/gstruct/offsets_rule_test_asm.h"

#define GORT_STRUCT(name, size, align)        .quad name##__size
#define GORT_FIELD(name, field, offset, size) .quad name##_##field
#define GORT_CONST(name, value)               .quad const_##name

        .section .rodata
        .balign 8
        .globl  gort_offsets_rule_test_table
        .type   gort_offsets_rule_test_table, %object
gort_offsets_rule_test_table:
#include "gort/gstruct/offsets_rule_test_asm.inc"
        .size   gort_offsets_rule_test_table, . - gort_offsets_rule_test_table

        .section .note.GNU-stack, "", %progbits
