// Relay: one connection through the proxy, two ways.
//
//     client ---- Copy (kUp) ---> server        each way: one goroutine, one buffer of kBufferBytes, read - write - read - ...
//            <-- Copy (kDown) ---
//
// A way reads no more than it could write, so a receiver that stops reading stops the sender: the kernel's buffers fill up, and the
// sender's window closes. What one way is at does not hold up the other.
//
// How a way ends                      what follows
// ----------------------------------  ---------------------------------------------------------------------------------------------
// its sender will send no more        CloseWrite on the receiver; the other way goes on (half close)
// its receiver takes no more          this way ends; the other one still delivers what the receiver had sent; then both are reset
// its sender has reset, a fault       both are reset at once
// Abort, from elsewhere               both are reset at once
//
// So a stream that did not come to its end never looks as if it did: what is cut short is reset, not closed. One trap is on the way: the
// kernel reports a peer's reset to one call, and if that is a write, the other way's read returns 0 as at an end. See WasReset.
//
// Bytes are copied. splice(2) would save the copies and keep the two system calls; it wants a pipe, two more descriptors, for each way. It
// has not been measured.
#ifndef GORT_EXAMPLES_TCPPROXY_RELAY_H_
#define GORT_EXAMPLES_TCPPROXY_RELAY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/examples/tcpproxy/counters.h"
#include "gort/examples/tcpproxy/faults.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/net/conn.h"
#include "gort/runtime/sync/mutex.h"

namespace gort::examples::tcpproxy {

inline constexpr std::size_t kBufferBytes = 32 << 10;

// Closes `conn` so that the peer learns that it did not end in order: RST instead of FIN, and bytes on the way are lost. A net::Pipe and a
// Unix socket know no reset and are just closed. Nobody else may close it at the same time.
// Runs on: any thread.  Blocks: G, as Close.
void Reset(const net::Conn& conn);

class Relay {
 public:
  // `counters` outlives it. `number` is the connection's, for the faults.
  Relay(net::Conn client, net::Conn server, const FaultOptions& faults, std::uint64_t number, Counters& counters);

  // Moves bytes until both ways have ended; then both connections are closed.
  // Runs on: G, once.  Blocks: G.
  void Run();

  // Resets both connections, which ends Run. Returns false, and does nothing, if they are closed.
  // Runs on: any thread.  Blocks: G, until the calls that it ends are over.
  bool Abort();

  // How many ways have come to their end in order.
  int ways_ended() const { return up_ended_.load() + down_ended_.load(); }

  // How many bytes were written, both ways: somebody who looks twice knows whether anything moves.
  std::uint64_t moved() const { return moved_.load(std::memory_order_relaxed); }

 private:
  enum class End { kEof, kSenderFailed, kReceiverFailed };

  void Move(Way way);
  End Copy(Way way);
  bool Write(const net::Conn& to, Faults& faults, const char* bytes, std::size_t size, Way way);
  bool WasReset(Way way);
  bool CloseBoth(bool reset);

  const net::Conn client_;
  const net::Conn server_;
  const FaultOptions& faults_;
  const std::uint64_t number_;
  Counters& counters_;
  std::atomic<std::uint64_t> moved_{0};
  // Its sender has said that it will send no more. Writer: Move, before it passes that on. Reader: the other way's WasReset.
  std::atomic<bool> up_ended_{false};
  std::atomic<bool> down_ended_{false};
  std::atomic<bool> cut_short_{false};  // a receiver took no more: writer Move, reader Run, once both ways have ended
  Chan<Unit> over_ = MakeChan<Unit>();  // closed with the connections: ends a stall
  Mutex closing_;                       // held while they are closed, so that a descriptor is not another's when its option is set
  bool closed_ = false;                 // guarded by closing_
};

}  // namespace gort::examples::tcpproxy

#endif  // GORT_EXAMPLES_TCPPROXY_RELAY_H_
