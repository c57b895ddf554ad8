// Numbers that the start code shares with the kernel.
#ifndef GORT_RT0_RT0_CONST_H_
#define GORT_RT0_RT0_CONST_H_

namespace gort::runtime {

// Source: Linux uapi asm/prctl.h and the amd64 system call table.
inline constexpr int kArchSetFs = 0x1002;
inline constexpr int kSysArchPrctl = 158;

}  // namespace gort::runtime

#endif  // GORT_RT0_RT0_CONST_H_
