#include "gort/runtime/debug/elf.h"

#include <elf.h>
#include <sys/stat.h>

#include <cstring>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime {

std::uint64_t Bytes::Fixed(std::size_t size) {
  if (left() < size) {
    Fail();
    return 0;
  }
  std::uint64_t value = 0;
  std::memcpy(&value, at_, size);
  at_ += size;
  return value;
}

std::uint64_t Bytes::Uleb() {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = U8();
    if (shift < 64) value |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80) == 0) return value;
  }
}

std::int64_t Bytes::Sleb() {
  std::uint64_t value = 0;
  unsigned shift = 0;
  std::uint8_t byte;
  do {
    byte = U8();
    if (shift < 64) value |= std::uint64_t{byte & 0x7fU} << shift;
    shift += 7;
  } while ((byte & 0x80) != 0);
  if ((byte & 0x40) != 0 && shift < 64) value |= ~std::uint64_t{0} << shift;
  return static_cast<std::int64_t>(value);
}

const char* Bytes::String() {
  const void* nul = left() != 0 ? std::memchr(at_, 0, left()) : nullptr;
  if (nul == nullptr) {
    Fail();
    return "";
  }
  const auto* text = reinterpret_cast<const char*>(at_);
  at_ = static_cast<const unsigned char*>(nul) + 1;
  return text;
}

void Bytes::Skip(std::uint64_t size) {
  if (size > left()) {
    Fail();
  } else {
    at_ += size;
  }
}

Bytes Bytes::Take(std::uint64_t size) {
  const unsigned char* from = at_;
  Skip(size);
  if (!ok_) size = 0;
  return {from, static_cast<std::size_t>(size)};
}

Bytes Bytes::From(std::uint64_t offset) const {
  Bytes rest = *this;
  rest.Skip(offset);
  return rest;
}

ElfFile::ElfFile(Bytes file) : file_(file) {
  Elf64_Ehdr head;
  if (file.left() < sizeof(head)) return;
  std::memcpy(&head, file.data(), sizeof(head));
  if (std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64 ||
      head.e_ident[EI_DATA] != ELFDATA2LSB) {
    return;
  }
  valid_ = true;
  if (head.e_phentsize == sizeof(Elf64_Phdr)) {
    segments_at_ = head.e_phoff;
    segment_count_ = head.e_phnum;
  }
  if (head.e_shentsize == sizeof(Elf64_Shdr)) {
    sections_at_ = head.e_shoff;
    section_count_ = head.e_shnum;
  }
  Header names;
  if (SectionHeader(head.e_shstrndx, &names)) section_names_ = Contents(names);
}

ElfFile ElfFile::Map(const char* path) {
  const long fd = sys::Open(path, sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (sys::IsError(fd)) return ElfFile();
  struct stat info;
  long pages = -1;
  std::size_t size = 0;
  if (fstat(static_cast<int>(fd), &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
    size = static_cast<std::size_t>(info.st_size);
    pages = sys::Mmap(nullptr, size, sys::kPROT_READ, sys::kMAP_PRIVATE, static_cast<int>(fd), 0);
  }
  sys::Close(static_cast<int>(fd));
  if (sys::IsError(pages)) return ElfFile();
  return ElfFile(Bytes(reinterpret_cast<const unsigned char*>(pages), size));
}

bool ElfFile::SectionHeader(std::size_t i, Header* header) const {
  if (i >= section_count_) return false;
  const Bytes at = file_.From(sections_at_).From(i * sizeof(Elf64_Shdr));
  Elf64_Shdr raw;
  if (at.left() < sizeof(raw)) return false;
  std::memcpy(&raw, at.data(), sizeof(raw));
  *header = {raw.sh_name, raw.sh_type, raw.sh_flags, raw.sh_addr, raw.sh_offset, raw.sh_size, raw.sh_size, raw.sh_link};
  return true;
}

bool ElfFile::SegmentHeader(std::size_t i, Header* header) const {
  if (i >= segment_count_) return false;
  const Bytes at = file_.From(segments_at_).From(i * sizeof(Elf64_Phdr));
  Elf64_Phdr raw;
  if (at.left() < sizeof(raw)) return false;
  std::memcpy(&raw, at.data(), sizeof(raw));
  *header = {0, raw.p_type, raw.p_flags, raw.p_vaddr, raw.p_offset, raw.p_memsz, raw.p_filesz, 0};
  return true;
}

Bytes ElfFile::Contents(const Header& section) const {
  if (section.type == SHT_NOBITS) return {};
  Bytes contents = file_.From(section.offset).Take(section.size);
  return contents;
}

Bytes ElfFile::Section(const char* name, bool* compressed) const {
  Header header;
  for (std::size_t i = 0; SectionHeader(i, &header); ++i) {
    if (std::strcmp(section_names_.From(header.name).String(), name) != 0) continue;
    if ((header.flags & SHF_COMPRESSED) != 0) {
      *compressed = true;
      return {};
    }
    return Contents(header);
  }
  return {};
}

std::uint64_t ElfFile::AddressOf(std::uint64_t offset) const {
  Header header;
  for (std::size_t i = 0; SegmentHeader(i, &header); ++i) {
    if (header.type == PT_LOAD && offset >= header.offset && offset - header.offset < header.file_size) {
      return offset - header.offset + header.address;
    }
  }
  return 0;
}

void ElfFile::CodeRange(std::uint64_t* lo, std::uint64_t* hi) const {
  *lo = ~std::uint64_t{0};
  *hi = 0;
  Header header;
  for (std::size_t i = 0; SegmentHeader(i, &header); ++i) {
    if (header.type != PT_LOAD || (header.flags & PF_X) == 0) continue;
    if (header.address < *lo) *lo = header.address;
    if (header.address + header.size > *hi) *hi = header.address + header.size;
  }
}

bool ElfFile::FindIn(std::uint32_t type, std::uint64_t address, Symbol* symbol) const {
  Header table;
  std::size_t i = 0;
  while (SectionHeader(i, &table) && table.type != type) ++i;
  Header strings;
  if (i >= section_count_ || !SectionHeader(i, &table) || !SectionHeader(table.link, &strings)) return false;
  bool found = false;
  std::uint64_t best = 0;
  std::uint32_t name = 0;
  for (Bytes rest = Contents(table); rest.left() >= sizeof(Elf64_Sym);) {
    Elf64_Sym raw;
    std::memcpy(&raw, rest.data(), sizeof(raw));
    rest.Skip(sizeof(raw));
    const unsigned kind = ELF64_ST_TYPE(raw.st_info);
    // Assembly may leave out a symbol's type and size: such a one reaches to the next.
    if ((kind != STT_FUNC && kind != STT_NOTYPE && kind != STT_GNU_IFUNC) || raw.st_shndx == SHN_UNDEF) continue;
    if (address < raw.st_value || raw.st_value < best) continue;
    if (raw.st_size != 0 ? address - raw.st_value >= raw.st_size : kind != STT_NOTYPE) continue;
    if (found && raw.st_value == best && raw.st_size == 0) continue;  // a mere label for what we know already
    found = true;
    best = raw.st_value;
    name = raw.st_name;
  }
  if (!found) return false;
  *symbol = {Contents(strings).From(name).String(), best};
  return symbol->name[0] != '\0';
}

bool ElfFile::FindFunction(std::uint64_t address, Symbol* symbol) const {
  return FindIn(SHT_SYMTAB, address, symbol) || FindIn(SHT_DYNSYM, address, symbol);
}

}  // namespace gort::runtime
