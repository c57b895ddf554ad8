// A profile as a protobuf message: the few fields of pprof's profile.proto that a count of stacks needs.
#ifndef GORT_RUNTIME_DEBUG_PROFILE_PROTO_H_
#define GORT_RUNTIME_DEBUG_PROFILE_PROTO_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gort::pprof {

// Where a frame is.
struct Place {
  std::string function;
  std::string file;
  std::uint64_t line = 0;    // 0: not known
  std::uint64_t offset = 0;  // of the address from the function's beginning
};

// Goroutines that are equal.
struct Sample {
  std::uint64_t count;
  std::vector<std::uint64_t> pcs;  // innermost first; each lies in the instruction that is at work
  std::vector<std::pair<std::string, std::string>> labels;
};

// The message `Profile`, not compressed, of `samples`, counted as `type`; `places_of(pc)` for each address once: the functions
// that were inlined there, innermost first, and the one that they are in.
// Source: pprof's profile.proto, for the numbers of the fields; protobuf's wire format.
std::string EncodeProfile(const std::vector<Sample>& samples, const std::string& type, std::int64_t time_ns,
                          std::vector<Place> (*places_of)(std::uint64_t pc));

}  // namespace gort::pprof

#endif  // GORT_RUNTIME_DEBUG_PROFILE_PROTO_H_
