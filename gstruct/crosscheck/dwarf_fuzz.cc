// libFuzzer entry: debug sections without an ELF file around them, which lets the fuzzer reach deeper. The input is two
// 16-bit sizes and then .debug_info, .debug_abbrev, and everything else. BUILD.bazel says how to run it.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gort/gstruct/crosscheck/cursor.h"
#include "gort/gstruct/crosscheck/dwarf_info.h"
#include "gort/gstruct/crosscheck/dwarf_structs.h"
#include "gort/gstruct/crosscheck/layout.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gort::crosscheck;
  Cursor in(std::string_view(reinterpret_cast<const char*>(data), size));
  const uint16_t info_size = in.U16();
  const uint16_t abbrev_size = in.U16();
  DwarfSections sections;
  sections.file_name = "FILE";
  sections.info = in.Bytes(info_size);
  sections.abbrev = in.Bytes(abbrev_size);
  if (!in.ok()) return 0;
  sections.str = in.Bytes(in.remaining());
  sections.line_str = sections.str;
  sections.str_offsets = sections.str;
  Result<DwarfInfo> dwarf = DwarfInfo::Open(sections);
  if (!dwarf.ok()) return 0;
  (void)FindStructs(*dwarf, "runtime.", kGoStructs);
  (void)FindStructs(*dwarf, "", kGoStructs);
  (void)FindProducer(*dwarf, "Go");
  return 0;
}
