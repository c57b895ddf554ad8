// libFuzzer entry: an arbitrary zlib stream, with the size that it announces in front. BUILD.bazel says how to run it.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gort/gstruct/crosscheck/cursor.h"
#include "gort/gstruct/crosscheck/inflate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  gort::crosscheck::Cursor in(std::string_view(reinterpret_cast<const char*>(data), size));
  const uint32_t announced = in.U32();
  if (in.ok()) (void)gort::crosscheck::ZlibDecompress(in.Bytes(in.remaining()), announced);
  return 0;
}
