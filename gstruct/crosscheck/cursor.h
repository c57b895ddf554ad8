// A bounds-checked reading position in a little-endian byte string.
//
// The failure is sticky: a read that would leave the bytes returns 0 (or an empty view), moves nothing and makes ok()
// false for good. So a parser reads a whole record and asks ok() once, before it believes any of it. A check after each
// field was rejected: it triples the code and the one that is forgotten is the bug.

#ifndef GORT_GSTRUCT_CROSSCHECK_CURSOR_H_
#define GORT_GSTRUCT_CROSSCHECK_CURSOR_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gort::crosscheck {

class Cursor {
 public:
  // Starts at offset `at`, which may lie outside `bytes`: then every read fails.
  explicit Cursor(std::string_view bytes, uint64_t at = 0)
      : bytes_(bytes), at_(at <= bytes.size() ? static_cast<size_t>(at) : bytes.size()), ok_(at <= bytes.size()) {}

  bool ok() const { return ok_; }
  size_t offset() const { return at_; }
  size_t remaining() const { return bytes_.size() - at_; }
  bool at_end() const { return remaining() == 0; }

  // Next bytes as an unsigned little-endian number of `size_bytes` (1 to 8).
  uint64_t Unsigned(size_t size_bytes) {
    std::string_view raw = Bytes(size_bytes);
    uint64_t value = 0;
    for (size_t i = raw.size(); i > 0; i--) value = value << 8 | static_cast<uint8_t>(raw[i - 1]);
    return value;
  }
  uint8_t U8() { return static_cast<uint8_t>(Unsigned(1)); }
  uint16_t U16() { return static_cast<uint16_t>(Unsigned(2)); }
  uint32_t U32() { return static_cast<uint32_t>(Unsigned(4)); }
  uint64_t U64() { return Unsigned(8); }

  // LEB128 as DWARF defines it. Bits above the 64th are dropped, as DWARF's own consumers do; a number of more than
  // ten bytes is refused, because only padding or malice writes one.
  uint64_t Uleb() { return Leb().value; }
  int64_t Sleb() {
    const Leb128 leb = Leb();
    const bool negative = leb.width < 64 && (leb.value >> (leb.width - 1) & 1) != 0;
    return static_cast<int64_t>(negative ? leb.value | ~uint64_t{0} << leb.width : leb.value);
  }

  // The next `count` bytes.
  std::string_view Bytes(uint64_t count) {
    if (!ok_ || count > remaining()) return Fail();
    std::string_view taken = bytes_.substr(at_, static_cast<size_t>(count));
    at_ += taken.size();
    return taken;
  }
  void Skip(uint64_t count) { Bytes(count); }

  // Bytes up to the next NUL, which is consumed; fails when there is none.
  std::string_view CString() {
    const size_t nul = ok_ ? bytes_.find('\0', at_) : std::string_view::npos;
    if (nul == std::string_view::npos) return Fail();
    std::string_view text = bytes_.substr(at_, nul - at_);
    at_ = nul + 1;
    return text;
  }

 private:
  struct Leb128 {
    uint64_t value;
    unsigned width;  // bits read, a multiple of 7
  };

  Leb128 Leb() {
    uint64_t value = 0;
    for (unsigned width = 0; width < 70; width += 7) {
      const uint64_t byte = U8();
      if (width < 64) value |= (byte & 0x7f) << width;
      if ((byte & 0x80) == 0) return {value, width + 7};
    }
    Fail();
    return {0, 7};
  }

  std::string_view Fail() {
    ok_ = false;
    return {};
  }

  std::string_view bytes_;
  size_t at_;
  bool ok_;
};

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_CURSOR_H_
