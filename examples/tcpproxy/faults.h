// What goes wrong on purpose, so that one can see what clients and servers make of it. Drawn from a seed: the same seed, the same faults
// on the n-th connection.
#ifndef GORT_EXAMPLES_TCPPROXY_FAULTS_H_
#define GORT_EXAMPLES_TCPPROXY_FAULTS_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace gort::examples::tcpproxy {

// A write waits for `length` before it begins, with probability `p`. As a flag: "10ms,0.05".
struct Stall {
  absl::Duration length;
  double p = 0;
};
bool AbslParseFlag(std::string_view text, Stall* stall, std::string* error);
std::string AbslUnparseFlag(const Stall& stall);

struct FaultOptions {
  double reset = 0;       // the probability with which a connection is reset
  Stall stall;            // of each piece
  std::size_t slice = 0;  // the largest piece that is written at once; 0: any size
  std::uint64_t seed = 0;

  bool any() const { return reset > 0 || stall.p > 0 || slice > 0; }
};

enum class Way { kUp, kDown };  // client to server, server to client

// The faults of one way of one connection. Used by one goroutine.
class Faults {
 public:
  // A connection that is to be reset is so in one of its ways, after 1 to kResetWithinBytes bytes, all equally likely.
  static constexpr std::size_t kResetWithinBytes = 16 << 10;

  Faults(const FaultOptions& options, std::uint64_t connection, Way way);

  // How many of the next n > 0 bytes are to be written in one piece. 0: it is time to reset the connection.
  std::size_t NextPiece(std::size_t n);

  // Whether to wait for stall_length() before the next piece.
  bool DrawStall();
  absl::Duration stall_length() const { return stall_.length; }

  // Whether others are to have a turn between two pieces.
  bool slices() const { return slice_ > 0; }

 private:
  const Stall stall_;
  const std::size_t slice_;
  std::mt19937_64 random_;
  bool resets_ = false;
  std::size_t until_reset_ = 0;  // bytes, if resets_
};

}  // namespace gort::examples::tcpproxy

#endif  // GORT_EXAMPLES_TCPPROXY_FAULTS_H_
