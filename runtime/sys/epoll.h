// What the kernel tells about descriptors: epoll, eventfd, and the calls around them.
//
// All wrappers as in linux.h: any stack, no lock, no errno; a result in -4095..-1 is -errno.
#ifndef GORT_RUNTIME_SYS_EPOLL_H_
#define GORT_RUNTIME_SYS_EPOLL_H_

#include <cstdint>

namespace gort::runtime::sys {

enum EpollFlags : std::uint32_t {
  kEPOLLIN = 0x1,
  kEPOLLOUT = 0x4,
  kEPOLLERR = 0x8,
  kEPOLLHUP = 0x10,
  kEPOLLRDHUP = 0x2000,
  kEPOLLET = 1u << 31,
};
enum EpollCtlOp : int { kEPOLL_CTL_ADD = 1, kEPOLL_CTL_DEL = 2 };

// The kernel's struct epoll_event; only amd64's is packed.
struct
#if defined(__x86_64__)
    [[gnu::packed]]
#endif
    EpollEvent {
  std::uint32_t events;
  std::uint64_t data;
};
#if defined(__x86_64__)
static_assert(sizeof(EpollEvent) == 12);
#else
static_assert(sizeof(EpollEvent) == 16);
#endif

// A new epoll instance, close-on-exec. Returns the descriptor.
long EpollCreate();
long EpollCtl(int epfd, int op, int fd, const EpollEvent* event);

// Waits for at most delay_ns (below 0: for ever; 0: only looks) and returns how many events it stored.
// Units: ns. A kernel before 5.11 or a sandbox that does not know epoll_pwait2 waits for whole milliseconds, rounded up.
// Blocks: M.
long EpollWait(int epfd, EpollEvent* events, int count, std::int64_t delay_ns);

// A new eventfd with count 0: nonblocking, close-on-exec. Returns the descriptor.
long Eventfd();

// Makes reads and writes of fd return -EAGAIN instead of waiting. It is a property of the open file, which dup and fork share.
long SetNonblocking(int fd);

enum PollFlags : std::int16_t { kPOLLIN = 0x1, kPOLLOUT = 0x4 };
// Which of `events` would not block on fd now; kernel's flags for errors and hang-ups come unasked. 0: none.
// Blocks: never.
long PollNow(int fd, std::int16_t events);

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_EPOLL_H_
