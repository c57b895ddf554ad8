// Pipe: two connected ends in memory.
#ifndef GORT_RUNTIME_NET_PIPE_H_
#define GORT_RUNTIME_NET_PIPE_H_

#include <utility>

#include "gort/runtime/net/conn.h"

namespace gort::net {

// Two ends of a synchronous connection without a buffer: a Write returns when Reads of the other end have taken all of it, and may
// serve several of them. Deadlines and Close as of a network connection; it has no halves to close. For tests of what talks to a Conn.
// Runs on: any thread.  Blocks: never.
// Errors of its methods: "read pipe: i/o timeout"; Cancelled "io: read/write on closed pipe" once this end is closed, and for a Write once
// the other is; a Read then returns 0.
// Source: Go 1.27 net.Pipe.
std::pair<Conn, Conn> Pipe();

}  // namespace gort::net

#endif  // GORT_RUNTIME_NET_PIPE_H_
