// The poller of Linux: one epoll instance, made for the first descriptor, in which an M sleeps while nothing runs.
//
// An event carries the pollDesc's address and its fdseq in one word: pollDescs are 64-byte aligned and lie below 2^48, so 42 bits say
// which and 22 bits are left for the number. 0 is the eventfd, by which netpollbreak ends a sleep: level-triggered, and only the
// M that sleeps reads it. Wake-ups collapse: between two sleeps the first one writes, the others find the flag.
//
// Rejected: events by descriptor number with a table, as some loops do. The table has to grow under the poller's feet, and wants the number
// against reuse all the same. Rejected: EPOLLEXCLUSIVE or one instance per P. A goroutine goes to the P that has time, and not to the
// one that it ran on.
//
// Source: Go 1.27 runtime/netpoll_epoll.go, for the mechanism. Not as there: waits are in nanoseconds; threads may wait, too.
#ifndef GORT_RUNTIME_NETPOLL_EPOLL_H_
#define GORT_RUNTIME_NETPOLL_EPOLL_H_

#include <cstdint>

#include "gort/runtime/netpoll/polldesc.h"

namespace gort::runtime {

// Registers fd, for ever and for both directions; makes the poller if there is none. Returns 0 or -errno: netpollopen.
// Runs on: G | a plain thread.  Blocks: never.
long netpollregister(int fd, pollDesc* pd);

// Takes fd out. The process that registered it only: a child after fork shares the instance, and must leave it as it is.
void netpollunregister(int fd);

// What an event carries for pd, with a fdseq of `seq`; and back.
std::uint64_t netpolltag(const pollDesc* pd, std::uint32_t seq);
pollDesc* netpolltagdesc(std::uint64_t tag);
// Whether the event is of the descriptor that its pollDesc stands for now.
bool netpolltagvalid(std::uint64_t tag);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_NETPOLL_EPOLL_H_
