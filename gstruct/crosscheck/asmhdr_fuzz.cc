// libFuzzer entry: an arbitrary file as --asmhdr. BUILD.bazel says how to run it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gort/gstruct/crosscheck/sources.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)gort::crosscheck::ReadAsmHdr(bytes, "FILE", std::nullopt);
  return 0;
}
