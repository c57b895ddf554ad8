// What the asm_offsets rule (offsets.bzl) compiles: a constant string in an object file, one line for each struct,
// field and constant, which offsets.awk then reads back. Nothing here runs; the target machine need not exist.
//
// Why text in an object and not immediate operands in assembly: it needs no per-architecture syntax, survives -g,
// sanitizers and any optimisation level, and goes through the toolchain's ordinary compile action.
//
//   @gort arch amd64
//   @gort struct NAME SIZE ALIGN
//   @gort field STRUCT FIELD OFFSET SIZE
//   @gort const NAME VALUE
#ifndef GORT_GSTRUCT_OFFSETS_EMIT_H_
#define GORT_GSTRUCT_OFFSETS_EMIT_H_

#include <cstddef>
#include <type_traits>

namespace gort::asm_offsets {

inline constexpr const char* kArch =
#if defined(__x86_64__)
    "amd64";
#elif defined(__aarch64__)
    "arm64";
#elif defined(__riscv) && __riscv_xlen == 64
    "riscv64";
#elif defined(__i386__)
    "386";
#else
    "unknown";
#endif

// Lines of text, built while compiling. Running over kSize is a compile-time error, as any out-of-bounds store in a
// constant expression is.
template <std::size_t kSize>
struct Lines {
  char text[kSize] = {};
  std::size_t used = 0;

  constexpr Lines() { Begin("arch").Word(kArch).End(); }

  constexpr void Struct(const char* name, std::size_t size, std::size_t align) {
    Begin("struct").Word(name).Number(size).Number(align).End();
  }
  constexpr void Field(const char* name, const char* field, std::size_t offset, std::size_t size) {
    Begin("field").Word(name).Word(field).Number(offset).Number(size).End();
  }
  template <class T>
  constexpr void Const(const char* name, T value) {
    if constexpr (std::is_enum_v<T>) {
      Const(name, static_cast<std::underlying_type_t<T>>(value));
    } else {
      static_assert(std::is_integral_v<T>, "asm_offsets: a constant must be an integer, an enumerator or a bool");
      if constexpr (std::is_signed_v<T>) {
        Begin("const").Word(name).Signed(value).End();
      } else {
        Begin("const").Word(name).Number(value).End();
      }
    }
  }

 private:
  constexpr void Put(char c) { text[used++] = c; }
  constexpr Lines& Begin(const char* kind) {
    Put('\n');
    Put('@');  // put one by one: no string literal elsewhere in the object looks like a record
    Put('g');
    Put('o');
    Put('r');
    Put('t');
    return Word(kind);
  }
  constexpr void End() { Put('\n'); }
  constexpr Lines& Word(const char* s) {
    if (text[used - 1] != '\n') Put(' ');
    while (*s != '\0') Put(*s++);
    return *this;
  }
  constexpr Lines& Number(unsigned long long value, bool negative = false) {
    char digits[20] = {};
    std::size_t n = 0;
    do {
      digits[n++] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
    Put(' ');
    if (negative) Put('-');
    while (n > 0) Put(digits[--n]);
    return *this;
  }
  constexpr Lines& Signed(long long value) {
    return value < 0 ? Number(0ULL - static_cast<unsigned long long>(value), true)
                     : Number(static_cast<unsigned long long>(value));
  }
};

}  // namespace gort::asm_offsets

// Records one field, or stops the compilation with `why` when Type has no such member that we may name.
#define GORT_ASM_OFFSETS_FIELD(lines, Type, name, field, why)                  \
  [&]<class T>() {                                                             \
    if constexpr (requires(T& object) { object.field; }) {                     \
      lines.Field(name, #field, offsetof(T, field), sizeof(T::field));         \
    } else {                                                                   \
      static_assert(sizeof(T) == 0, why);                                      \
    }                                                                          \
  }.template operator()<Type>()

#endif  // GORT_GSTRUCT_OFFSETS_EMIT_H_
