// The sections of an ELF executable, as far as a reader of debug information needs them.

#ifndef GORT_GSTRUCT_CROSSCHECK_ELF_FILE_H_
#define GORT_GSTRUCT_CROSSCHECK_ELF_FILE_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "gort/gstruct/crosscheck/result.h"

namespace gort::crosscheck {

class ElfFile {
 public:
  // Reads the headers of `bytes`, which must outlive the ElfFile. `name` is used in sentences only.
  // Errors: not ELF, cut short, not a linked executable, or of a machine that gort has no port for (32-bit and
  // big-endian ones included). Source: System V ABI, "ELF header" and "Sections".
  static Result<ElfFile> Parse(std::string_view bytes, std::string_view name);

  // Go's name of the machine: "amd64", "arm64" or "riscv64".
  const std::string& goarch() const { return goarch_; }

  // The file's name, as given to Parse.
  const std::string& name() const { return name_; }

  // Content of the first section called `name`; empty when there is none or it holds nothing.
  // Errors: the section lies outside the file, or its compressed content is damaged. The views live as long as the
  // ElfFile.
  Result<std::string_view> Section(std::string_view name);

  // Content of `.debug_<name>` or, if there is none, of the older `.zdebug_<name>`. Otherwise as Section.
  Result<std::string_view> DebugSection(std::string_view name);

 private:
  struct SectionHeader {
    std::string_view name;
    uint32_t type;
    uint64_t flags;
    uint64_t offset;
    uint64_t size;
  };

  ElfFile(std::string_view bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  Result<std::vector<SectionHeader>> ReadSections() const;
  const SectionHeader* Find(std::string_view name) const;
  Result<std::string_view> Raw(const SectionHeader& section) const;
  Result<std::string_view> Decompress(const SectionHeader& section, std::string_view stream, uint64_t size_bytes);

  std::string_view bytes_;
  std::string name_;
  std::string goarch_;
  std::vector<SectionHeader> sections_;
  std::deque<std::string> decompressed_;  // a deque, because views point into its elements
};

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_ELF_FILE_H_
