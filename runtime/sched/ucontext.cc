#include "gort/runtime/sched/ucontext.h"

#include "gort/runtime/sys/print.h"

namespace gort::runtime {

namespace {

struct Register {
  const char* name;
  std::uint64_t value;
};

template <std::size_t N>
void Print(const Register (&registers)[N]) {
  constexpr int kColumn = 7;
  sys::Printer out;
  out.Char('\n');
  for (const Register& reg : registers) {
    int width = 0;
    for (const char* c = reg.name; *c != '\0'; ++c, ++width) out.Char(*c);
    for (; width < kColumn; ++width) out.Char(' ');
    out.Hex(reg.value).Char('\n');
  }
}

}  // namespace

#if defined(__x86_64__)
void PrintRegisters(const Ucontext* uc) {
  Print({{"rax", uc->rax}, {"rbx", uc->rbx}, {"rcx", uc->rcx}, {"rdx", uc->rdx}, {"rdi", uc->rdi},       {"rsi", uc->rsi},
         {"rbp", uc->rbp}, {"rsp", uc->rsp}, {"r8", uc->r8},   {"r9", uc->r9},   {"r10", uc->r10},       {"r11", uc->r11},
         {"r12", uc->r12}, {"r13", uc->r13}, {"r14", uc->r14}, {"r15", uc->r15}, {"rip", uc->rip},       {"rflags", uc->rflags},
         {"cs", uc->cs},   {"fs", uc->fs},   {"gs", uc->gs}});
}
#elif defined(__aarch64__)
void PrintRegisters(const Ucontext* uc) {
  const std::uint64_t* x = uc->x;
  Print({{"r0", x[0]},   {"r1", x[1]},   {"r2", x[2]},   {"r3", x[3]},   {"r4", x[4]},   {"r5", x[5]},   {"r6", x[6]},
         {"r7", x[7]},   {"r8", x[8]},   {"r9", x[9]},   {"r10", x[10]}, {"r11", x[11]}, {"r12", x[12]}, {"r13", x[13]},
         {"r14", x[14]}, {"r15", x[15]}, {"r16", x[16]}, {"r17", x[17]}, {"r18", x[18]}, {"r19", x[19]}, {"r20", x[20]},
         {"r21", x[21]}, {"r22", x[22]}, {"r23", x[23]}, {"r24", x[24]}, {"r25", x[25]}, {"r26", x[26]}, {"r27", x[27]},
         {"r28", x[28]}, {"r29", x[29]}, {"lr", x[30]},  {"sp", uc->sp}, {"pc", uc->pc}, {"fault", uc->fault_address}});
}
#elif defined(__riscv)
void PrintRegisters(const Ucontext* uc) {
  Print({{"ra", uc->ra}, {"sp", uc->sp}, {"gp", uc->gp}, {"tp", uc->tp}, {"t0", uc->t0},   {"t1", uc->t1},   {"t2", uc->t2},
         {"s0", uc->s0}, {"s1", uc->s1}, {"a0", uc->a0}, {"a1", uc->a1}, {"a2", uc->a2},   {"a3", uc->a3},   {"a4", uc->a4},
         {"a5", uc->a5}, {"a6", uc->a6}, {"a7", uc->a7}, {"s2", uc->s2}, {"s3", uc->s3},   {"s4", uc->s4},   {"s5", uc->s5},
         {"s6", uc->s6}, {"s7", uc->s7}, {"s8", uc->s8}, {"s9", uc->s9}, {"s10", uc->s10}, {"s11", uc->s11}, {"t3", uc->t3},
         {"t4", uc->t4}, {"t5", uc->t5}, {"t6", uc->t6}, {"pc", uc->pc}});
}
#endif

}  // namespace gort::runtime
