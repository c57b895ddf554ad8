// ELF files for tests, made in memory.

#ifndef GORT_GSTRUCT_CROSSCHECK_ELF_BUILDER_H_
#define GORT_GSTRUCT_CROSSCHECK_ELF_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gort::crosscheck {

// `size_bytes` of `value`, least significant first.
inline std::string LittleEndian(uint64_t value, size_t size_bytes) {
  std::string bytes;
  for (size_t i = 0; i < size_bytes; i++) bytes += static_cast<char>(value >> 8 * i & 0xff);
  return bytes;
}

struct ElfSection {
  std::string name;
  std::string content;
  uint64_t flags = 0;
  uint32_t type = 1;  // SHT_PROGBITS
};

struct ElfOptions {
  uint8_t elf_class = 2;   // 64 bit
  uint8_t byte_order = 1;  // little-endian
  uint16_t type = 2;       // ET_EXEC
  uint16_t machine = 62;   // EM_X86_64
};

// A file of a header, the sections' content, their name table and the section table.
inline std::string BuildElf(const std::vector<ElfSection>& sections, const ElfOptions& options = {}) {
  constexpr size_t kHeaderSize = 64;
  std::string body;
  std::string names(1, '\0');
  std::string table(kHeaderSize, '\0');  // section 0 is empty
  auto add = [&](const ElfSection& section, const std::string& content) {
    table += LittleEndian(names.size(), 4) + LittleEndian(section.type, 4) + LittleEndian(section.flags, 8) +
             LittleEndian(0, 8) + LittleEndian(kHeaderSize + body.size(), 8) + LittleEndian(content.size(), 8) +
             std::string(24, '\0');
    names += section.name + '\0';
    body += content;
  };
  for (const ElfSection& section : sections) add(section, section.content);
  const std::string name_table = names + ".shstrtab" + '\0';
  add({".shstrtab", name_table, 0, 3}, name_table);

  std::string header =
      "\x7f"
      "ELF";
  header += static_cast<char>(options.elf_class);
  header += static_cast<char>(options.byte_order);
  header += std::string(10, '\0') + LittleEndian(options.type, 2) + LittleEndian(options.machine, 2) +
            std::string(20, '\0') + LittleEndian(kHeaderSize + body.size(), 8) + std::string(10, '\0') +
            LittleEndian(64, 2) + LittleEndian(sections.size() + 2, 2) + LittleEndian(sections.size() + 1, 2);
  return header + body + table;
}

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_ELF_BUILDER_H_
