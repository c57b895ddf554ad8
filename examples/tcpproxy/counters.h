// What a proxy has done. Goroutines add, anybody reads; each number is right by itself.
#ifndef GORT_EXAMPLES_TCPPROXY_COUNTERS_H_
#define GORT_EXAMPLES_TCPPROXY_COUNTERS_H_

#include <atomic>
#include <cstdint>
#include <string>

namespace gort::examples::tcpproxy {

struct Counters {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> active{0};     // accepted, and not through yet
  std::atomic<std::uint64_t> unreached{0};  // the server could not be reached
  std::atomic<std::uint64_t> aborted{0};    // did not end in order: a peer's reset, ours, or a timeout
  std::atomic<std::uint64_t> idle{0};       // of these: nothing moved for --idle_timeout
  std::atomic<std::uint64_t> resets{0};     // of these: --fault_reset
  std::atomic<std::uint64_t> stalls{0};     // --fault_stall
  std::atomic<std::uint64_t> bytes_up{0};   // written to the server
  std::atomic<std::uint64_t> bytes_down{0};  // written to the client

  // One line: "accepted=3 active=0 ... goroutines=4 fds=7", the last two being the process's.
  // Runs on: any thread.  Blocks: M, for a look at /proc.
  std::string ToString() const;
};

}  // namespace gort::examples::tcpproxy

#endif  // GORT_EXAMPLES_TCPPROXY_COUNTERS_H_
