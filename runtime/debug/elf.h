// An ELF file of this machine, mapped and read with every access checked: the file may be cut off, damaged, or written to while we
// look, and the process that looks is often about to die.
// No malloc, no lock, no recursion. What cannot be read is as good as absent.
// Source: the System V ABI, chapters 4 and 5 (ELF-64).
#ifndef GORT_RUNTIME_DEBUG_ELF_H_
#define GORT_RUNTIME_DEBUG_ELF_H_

#include <cstddef>
#include <cstdint>

namespace gort::runtime {

// Reads forward through a piece of memory. Past its end everything is 0, and ok() is false from then on.
class Bytes {
 public:
  Bytes() = default;
  Bytes(const unsigned char* data, std::size_t size) : at_(data), end_(data + size) {}

  bool ok() const { return ok_; }
  bool empty() const { return at_ == end_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  const unsigned char* data() const { return at_; }

  // A little-endian number of `size` bytes, at most 8.
  std::uint64_t Fixed(std::size_t size);
  std::uint8_t U8() { return static_cast<std::uint8_t>(Fixed(1)); }
  std::uint16_t U16() { return static_cast<std::uint16_t>(Fixed(2)); }
  std::uint32_t U32() { return static_cast<std::uint32_t>(Fixed(4)); }
  std::uint64_t U64() { return Fixed(8); }
  // DWARF's LEB128. What does not fit into 64 bits is cut off.
  std::uint64_t Uleb();
  std::int64_t Sleb();
  // A string that ends in NUL; "" if there is no NUL before the end.
  const char* String();
  void Skip(std::uint64_t size);
  // The next `size` bytes, which are skipped here; empty, and this not ok, if there are fewer.
  Bytes Take(std::uint64_t size);
  // The same memory from `offset` on; empty and not ok if there is less.
  Bytes From(std::uint64_t offset) const;

 private:
  void Fail() {
    at_ = end_;
    ok_ = false;
  }

  const unsigned char* at_ = nullptr;
  const unsigned char* end_ = nullptr;
  bool ok_ = true;
};

class ElfFile {
 public:
  ElfFile() = default;
  // Reads from memory that outlives this; valid() says whether it is an ELF-64 file of this machine's byte order.
  explicit ElfFile(Bytes file);
  // Maps the file at `path`, for ever: what is found in it stays readable. valid() is false if it cannot be opened.
  // Blocks: M, as open(2) does.
  static ElfFile Map(const char* path);

  bool valid() const { return valid_; }

  // What the file is asked for by section. Absent sections are empty. `*compressed` becomes true, and the result empty, if the
  // section is there but compressed (-gz); otherwise it is left alone.
  Bytes Section(const char* name, bool* compressed) const;

  // The address, as the file's own headers count, of what lies at `offset` in the file and is loaded; 0 when nothing is.
  std::uint64_t AddressOf(std::uint64_t offset) const;

  // Where code is loaded: [*lo, *hi) spans all executable segments.
  void CodeRange(std::uint64_t* lo, std::uint64_t* hi) const;

  struct Symbol {
    const char* name;     // as the linker knows it
    std::uint64_t entry;  // its address
  };
  // The function that `address` lies in, by .symtab, or by .dynsym in a stripped file.
  bool FindFunction(std::uint64_t address, Symbol* symbol) const;

 private:
  struct Header {  // of a section or of a segment
    std::uint32_t name, type;
    std::uint64_t flags, address, offset, size, file_size;
    std::uint32_t link;
  };
  bool SectionHeader(std::size_t i, Header* header) const;
  bool SegmentHeader(std::size_t i, Header* header) const;
  Bytes Contents(const Header& section) const;
  bool FindIn(std::uint32_t type, std::uint64_t address, Symbol* symbol) const;

  Bytes file_;
  std::uint64_t sections_at_ = 0;
  std::uint64_t segments_at_ = 0;
  std::size_t section_count_ = 0;
  std::size_t segment_count_ = 0;
  Bytes section_names_;
  bool valid_ = false;
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_ELF_H_
