#include "gort/gstruct/crosscheck/elf_file.h"

#include <cstddef>
#include <utility>

#include "gort/gstruct/crosscheck/cursor.h"
#include "gort/gstruct/crosscheck/inflate.h"

namespace gort::crosscheck {
namespace {

// Names and values of the System V ABI. <elf.h> has them too, but only on systems that have ELF; this is a tool that
// may look at a Linux binary from anywhere.
constexpr std::string_view kElfMagic =
    "\x7f"
    "ELF";
constexpr uint8_t kElfClass64 = 2;
constexpr uint8_t kElfDataLittleEndian = 1;
constexpr uint16_t kTypeExec = 2;
constexpr uint16_t kTypeDyn = 3;
constexpr uint16_t kMachineX86_64 = 62;
constexpr uint16_t kMachineAarch64 = 183;
constexpr uint16_t kMachineRiscv = 243;
constexpr uint32_t kSectionNoBits = 8;
constexpr uint64_t kSectionCompressed = 0x800;
constexpr uint32_t kCompressZlib = 1;
constexpr uint32_t kCompressZstd = 2;
constexpr size_t kFileHeaderSize = 64;
constexpr size_t kSectionHeaderSize = 64;
constexpr uint64_t kNameIndexElsewhere = 0xffff;
// A linker writes a few dozen, -ffunction-sections in a relocatable file thousands; this bounds what garbage can ask
// for.
constexpr uint64_t kMaxSections = 1 << 20;
// No section that we look for has a longer name. Without the bound, a million sections could each be given the same
// megabytes for a name.
constexpr size_t kMaxSectionName = 64;

std::string_view GoArchOf(uint16_t machine) {
  switch (machine) {
    case kMachineX86_64:
      return "amd64";
    case kMachineAarch64:
      return "arm64";
    case kMachineRiscv:
      return "riscv64";
    default:
      return "";
  }
}

}  // namespace

Result<ElfFile> ElfFile::Parse(std::string_view bytes, std::string_view name) {
  ElfFile file(bytes, name);
  if (bytes.empty()) return Error{file.name_ + " is empty: give an ELF executable"};
  if (!bytes.starts_with(kElfMagic)) return Error{file.name_ + " is not an ELF file: give an executable for Linux"};
  if (bytes.size() < kFileHeaderSize) {
    return Error{file.name_ + " ends inside its ELF header, after " + std::to_string(bytes.size()) +
                 " bytes: it is truncated, copy or build it again"};
  }
  Cursor in(bytes, kElfMagic.size());
  const uint8_t elf_class = in.U8();
  const uint8_t byte_order = in.U8();
  if (elf_class != kElfClass64 || byte_order != kElfDataLittleEndian) {
    return Error{file.name_ + " is not a 64-bit little-endian ELF file: gort's structures exist for those only"};
  }
  in.Skip(10);
  const uint16_t type = in.U16();
  const uint16_t machine = in.U16();
  if (type != kTypeExec && type != kTypeDyn) {
    return Error{file.name_ + " is an ELF file but not a linked executable (type " + std::to_string(type) +
                 "): link it first, since only then are its debug sections relocated"};
  }
  file.goarch_ = GoArchOf(machine);
  if (file.goarch_.empty()) {
    return Error{file.name_ + " is for ELF machine " + std::to_string(machine) +
                 ": give a binary for amd64, arm64 or riscv64"};
  }
  Result<std::vector<SectionHeader>> sections = file.ReadSections();
  if (!sections.ok()) return sections.error();
  file.sections_ = std::move(*sections);
  return file;
}

Result<std::vector<ElfFile::SectionHeader>> ElfFile::ReadSections() const {
  Cursor header(bytes_, 40);
  const uint64_t table = header.U64();
  header.Skip(10);
  const uint16_t entry_size = header.U16();
  uint64_t count = header.U16();
  uint64_t names_index = header.U16();
  std::vector<SectionHeader> sections;
  if (table == 0) return sections;  // legal: a binary without a section table is what sstrip leaves
  if (entry_size != kSectionHeaderSize) {
    return Error{name_ + " has section headers of " + std::to_string(entry_size) +
                 " bytes instead of 64: it is damaged, build it again"};
  }

  // The first header holds the counts that do not fit the file header's 16 bits.
  Cursor first(bytes_, table);
  first.Skip(32);
  const uint64_t big_count = first.U64();
  const uint64_t big_names_index = first.U32();
  if (count == 0) count = big_count;
  if (names_index == kNameIndexElsewhere) names_index = big_names_index;
  if (!first.ok() || count > kMaxSections || count * kSectionHeaderSize > bytes_.size() - table) {
    return Error{name_ + " ends before its section table (" + std::to_string(count) + " entries at byte " +
                 std::to_string(table) + "): it is truncated, copy or build it again"};
  }

  std::vector<uint32_t> name_offsets;
  Cursor in(bytes_, table);
  for (uint64_t i = 0; i < count; i++) {
    SectionHeader section{};
    name_offsets.push_back(in.U32());
    section.type = in.U32();
    section.flags = in.U64();
    in.Skip(8);
    section.offset = in.U64();
    section.size = in.U64();
    in.Skip(24);
    sections.push_back(section);
  }
  if (names_index >= count) {
    return Error{name_ + " names section " + std::to_string(names_index) + " of " + std::to_string(count) +
                 " as its name table: it is damaged, build it again"};
  }
  Result<std::string_view> names = Raw(sections[static_cast<size_t>(names_index)]);
  if (!names.ok()) return names.error();
  for (size_t i = 0; i < sections.size(); i++) {
    if (name_offsets[i] >= names->size()) continue;
    sections[i].name = Cursor(names->substr(name_offsets[i], kMaxSectionName)).CString();
  }
  return sections;
}

const ElfFile::SectionHeader* ElfFile::Find(std::string_view name) const {
  for (const SectionHeader& section : sections_) {
    if (section.name == name) return &section;
  }
  return nullptr;
}

Result<std::string_view> ElfFile::Raw(const SectionHeader& section) const {
  if (section.type == kSectionNoBits) return std::string_view();
  Cursor in(bytes_, section.offset);
  std::string_view content = in.Bytes(section.size);
  if (!in.ok()) {
    return Error{name_ + " ends inside its section " + std::string(section.name) +
                 ": it is truncated, copy or build it again"};
  }
  return content;
}

Result<std::string_view> ElfFile::Decompress(const SectionHeader& section, std::string_view stream,
                                             uint64_t size_bytes) {
  Result<std::string> content = ZlibDecompress(stream, size_bytes);
  if (!content.ok()) {
    return Error{name_ + ", section " + std::string(section.name) + ": " + content.error().sentence +
                 "; build it again"};
  }
  decompressed_.push_back(std::move(*content));
  return std::string_view(decompressed_.back());
}

Result<std::string_view> ElfFile::Section(std::string_view name) {
  const SectionHeader* section = Find(name);
  if (section == nullptr) return std::string_view();
  Result<std::string_view> raw = Raw(*section);
  if (!raw.ok() || (section->flags & kSectionCompressed) == 0) return raw;

  Cursor in(*raw);
  const uint32_t method = in.U32();
  in.Skip(4);
  const uint64_t size_bytes = in.U64();
  in.Skip(8);
  if (!in.ok()) {
    return Error{name_ + ", section " + std::string(name) + ": its compression header is cut short; build it again"};
  }
  if (method == kCompressZstd) {
    return Error{name_ + ", section " + std::string(name) +
                 ": compressed with zstd, which is not read here; link with --compress-debug-sections=zlib"};
  }
  if (method != kCompressZlib) {
    return Error{name_ + ", section " + std::string(name) + ": unknown compression method " + std::to_string(method) +
                 "; link with --compress-debug-sections=zlib"};
  }
  return Decompress(*section, raw->substr(in.offset()), size_bytes);
}

Result<std::string_view> ElfFile::DebugSection(std::string_view name) {
  const std::string plain = ".debug_" + std::string(name);
  const SectionHeader* section = Find(plain) == nullptr ? Find(".zdebug_" + std::string(name)) : nullptr;
  if (section == nullptr) return Section(plain);

  // GNU's older form: "ZLIB", the size as a big-endian number, the stream.
  Result<std::string_view> raw = Raw(*section);
  if (!raw.ok()) return raw;
  constexpr std::string_view kMagic = "ZLIB";
  constexpr size_t kHeaderSize = 12;
  if (raw->size() < kHeaderSize || !raw->starts_with(kMagic)) {
    return Error{name_ + ", section " + std::string(section->name) +
                 ": does not begin with \"ZLIB\" and a size; build it again"};
  }
  uint64_t size_bytes = 0;
  for (char c : raw->substr(kMagic.size(), 8)) size_bytes = size_bytes << 8 | static_cast<uint8_t>(c);
  return Decompress(*section, raw->substr(kHeaderSize), size_bytes);
}

}  // namespace gort::crosscheck
