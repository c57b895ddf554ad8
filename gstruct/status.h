// The states of a goroutine and of a P.
//
//                     newproc              execute                 goexit0
//   kGidle -> kGdead ---------> kGrunnable ---------> kGrunning ------------> kGdead -> (reused by newproc)
//                                   ^                  |     |
//                                   |      Gosched     |     | gopark
//                                   +------------------+     v
//                                   +------------------- kGwaiting
//                                          goready
//
//   state       | on a run queue | who owns its stack and gobuf      | g.m
//   ------------+----------------+-----------------------------------+--------------
//   kGidle      | no             | malg, which builds it             | null
//   kGrunnable  | yes, on one    | nobody runs on it: the queue      | null
//   kGrunning   | no             | the goroutine itself              | the M it is on
//   kGsyscall   | no             | the goroutine, perhaps without P  | the M it is on
//   kGwaiting   | no             | nobody runs on it: who readies it | null
//   kGdead      | no             | the free list, or goexit0         | null
//
// Source: Go 1.27 runtime.(_Gidle ... _Gdeadextra); the values are known to debuggers.
#ifndef GORT_GSTRUCT_STATUS_H_
#define GORT_GSTRUCT_STATUS_H_

#include <cstdint>

namespace gort::runtime {

enum Gstatus : std::uint32_t {
  kGidle = 0,
  kGrunnable = 1,
  kGrunning = 2,
  kGsyscall = 3,
  kGwaiting = 4,
  kGdead = 6,  // 5 is unused in Go and reserved for gdb
};

enum Pstatus : std::uint32_t {
  kPidle = 0,
  kPrunning = 1,
  kPgcstop = 3,  // 2 was "in a system call" up to Go 1.25
  kPdead = 4,
};

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_STATUS_H_
