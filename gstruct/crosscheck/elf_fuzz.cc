// libFuzzer entry: an arbitrary file as --elf and as --go-binary. BUILD.bazel says how to run it.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gort/gstruct/crosscheck/own_layout.h"
#include "gort/gstruct/crosscheck/sources.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const gort::crosscheck::Layout ours = gort::crosscheck::OwnLayout();
  (void)gort::crosscheck::ReadOwnElf(bytes, "FILE", ours);
  (void)gort::crosscheck::ReadGoBinary(bytes, "FILE");
  return 0;
}
