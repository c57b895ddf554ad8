// Reads fields of a C++ struct by name.
#include "gort/gstruct/go_asm.h"
#include "offsets/task_asm.h"

        .text

// uint64_t task_owner(const Task* task)
        .globl  task_owner
        .type   task_owner, %function
task_owner:
#if defined(__x86_64__)
        movq    Task_owner(%rdi), %rax
        ret
#elif defined(__aarch64__)
        ldr     x0, [x0, #Task_owner]
        ret
#elif defined(__riscv)
        ld      a0, Task_owner(a0)
        ret
#else
#error "this test is written for amd64, arm64 and riscv64"
#endif
        .size   task_owner, . - task_owner

        .section .rodata
        .balign 8
// { sizeof(Task), offsetof(Task, state), kTaskReady, offsetof(g, sched.sp) }
        .globl  task_numbers
        .type   task_numbers, %object
task_numbers:
        .quad   Task__size, Task_state, const_kTaskReady, g_sched+gobuf_sp
        .size   task_numbers, . - task_numbers

        .section .note.GNU-stack, "", %progbits
