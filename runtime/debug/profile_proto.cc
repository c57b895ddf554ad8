#include "gort/runtime/debug/profile_proto.h"

#include <map>

namespace gort::pprof {

namespace {

// One message on the wire: fields in any order, each its number and type, then its value. What is 0 or empty need not be there.
class Message {
 public:
  void Number(int field, std::uint64_t value) {
    if (value == 0) return;
    Varint(static_cast<std::uint64_t>(field) << 3 | kVarint);
    Varint(value);
  }
  void Bytes(int field, const std::string& value) {
    Varint(static_cast<std::uint64_t>(field) << 3 | kBytes);
    Varint(value.size());
    wire_ += value;
  }
  void Numbers(int field, const std::vector<std::uint64_t>& values) {
    Message packed;
    for (const std::uint64_t value : values) packed.Varint(value);
    Bytes(field, packed.wire_);
  }
  const std::string& wire() const { return wire_; }

 private:
  static constexpr std::uint64_t kVarint = 0;
  static constexpr std::uint64_t kBytes = 2;

  // Seven bits a byte, the lowest first; the highest bit says that more follow.
  void Varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) wire_ += static_cast<char>(value | 0x80);
    wire_ += static_cast<char>(value);
  }

  std::string wire_;
};

// The numbers of the fields.
namespace profile {
enum { kSampleType = 1, kSample = 2, kLocation = 4, kFunction = 5, kStringTable = 6, kTimeNanos = 9, kPeriodType = 11, kPeriod = 12 };
}
namespace value_type {
enum { kType = 1, kUnit = 2 };
}
namespace sample {
enum { kLocationId = 1, kValue = 2, kLabel = 3 };
}
namespace label {
enum { kKey = 1, kStr = 2 };
}
namespace location {
enum { kId = 1, kAddress = 3, kLine = 4 };
}
namespace line {
enum { kFunctionId = 1, kLine = 2 };
}
namespace function {
enum { kId = 1, kName = 2, kSystemName = 3, kFilename = 4 };
}

class Encoder {
 public:
  explicit Encoder(std::vector<Place> (*places_of)(std::uint64_t)) : places_of_(places_of) { StringId(""); }

  void Types(const std::string& type) {
    Message message;
    message.Number(value_type::kType, StringId(type));
    message.Number(value_type::kUnit, StringId("count"));
    profile_.Bytes(profile::kSampleType, message.wire());
    profile_.Bytes(profile::kPeriodType, message.wire());
    profile_.Number(profile::kPeriod, 1);
  }

  void Add(const Sample& sample) {
    Message message;
    std::vector<std::uint64_t> locations;
    for (const std::uint64_t pc : sample.pcs) locations.push_back(LocationId(pc));
    message.Numbers(sample::kLocationId, locations);
    message.Numbers(sample::kValue, {sample.count});
    for (const auto& [key, value] : sample.labels) {
      Message pair;
      pair.Number(label::kKey, StringId(key));
      pair.Number(label::kStr, StringId(value));
      message.Bytes(sample::kLabel, pair.wire());
    }
    profile_.Bytes(profile::kSample, message.wire());
  }

  std::string Finish(std::int64_t time_ns) {
    profile_.Number(profile::kTimeNanos, static_cast<std::uint64_t>(time_ns));
    for (const std::string& text : strings_) profile_.Bytes(profile::kStringTable, text);
    return profile_.wire();
  }

 private:
  // Ids count from 1, but for strings, whose first is the empty one.
  std::uint64_t StringId(const std::string& text) {
    const auto [at, is_new] = string_ids_.try_emplace(text, strings_.size());
    if (is_new) strings_.push_back(text);
    return at->second;
  }

  std::uint64_t FunctionId(const Place& place) {
    const auto [at, is_new] = functions_.try_emplace({place.function, place.file}, functions_.size() + 1);
    if (is_new) {
      Message message;
      message.Number(function::kId, at->second);
      message.Number(function::kName, StringId(place.function));
      message.Number(function::kSystemName, StringId(place.function));
      message.Number(function::kFilename, StringId(place.file));
      profile_.Bytes(profile::kFunction, message.wire());
    }
    return at->second;
  }

  std::uint64_t LocationId(std::uint64_t pc) {
    const auto [at, is_new] = locations_.try_emplace(pc, locations_.size() + 1);
    if (is_new) {
      Message message;
      message.Number(location::kId, at->second);
      message.Number(location::kAddress, pc);
      for (const Place& place : places_of_(pc)) {
        Message at_line;
        at_line.Number(line::kFunctionId, FunctionId(place));
        at_line.Number(line::kLine, place.line);
        message.Bytes(location::kLine, at_line.wire());
      }
      profile_.Bytes(profile::kLocation, message.wire());
    }
    return at->second;
  }

  std::vector<Place> (*places_of_)(std::uint64_t);
  Message profile_;
  std::vector<std::string> strings_;
  std::map<std::string, std::uint64_t> string_ids_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> functions_;
  std::map<std::uint64_t, std::uint64_t> locations_;
};

}  // namespace

std::string EncodeProfile(const std::vector<Sample>& samples, const std::string& type, std::int64_t time_ns,
                          std::vector<Place> (*places_of)(std::uint64_t pc)) {
  Encoder encoder(places_of);
  encoder.Types(type);
  for (const Sample& sample : samples) encoder.Add(sample);
  return encoder.Finish(time_ns);
}

}  // namespace gort::pprof
