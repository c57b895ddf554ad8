// How many Ps a program starts with: as many as the CPUs it may use, whether affinity or a control group says so.
#ifndef GORT_RUNTIME_SCHED_CGROUP_H_
#define GORT_RUNTIME_SCHED_CGROUP_H_

#include <climits>

namespace gort::runtime {

// Opens a file for reading; a descriptor or -errno. For tests: a /proc and /sys of their own.
using OpenFn = long (*)(const char* path);

// No quota, from CgroupProcs.
inline constexpr int kNoQuota = INT_MAX;

// The CPU quota of this process's control group in whole CPUs, rounded up; the smallest one of the group and all its
// ancestors that can be seen from here. kNoQuota when there is none, or when something on the way cannot be read or
// understood: a wrong bound would cost more than a missing one.
// Needs 12 KiB of stack.  Runs on: g0 or an ordinary thread.  Blocks: M, for the kernel's files.
// Source: Linux cgroups(7), proc(5); Go 1.25 internal/runtime/cgroup.
int CgroupProcs(OpenFn open);

// min(ncpu, max(2, quota)). Not below 2 by a quota, because it is an average over 100 ms: two Ps let one goroutine run
// on while another one is busy. With ncpu <= 2 a quota cannot matter, and no file is read; otherwise the kernel's three
// files cost 44 us, the first time 120 (measured: 20 mounts, groups of version 1), which a program saves by GORT_MAXPROCS.
// `open`: nullptr for the real files.
// Runs on, Blocks, stack: as CgroupProcs.  Source: Go 1.25 runtime.defaultGOMAXPROCS.
int defaultGOMAXPROCS(int ncpu, OpenFn open = nullptr);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_CGROUP_H_
