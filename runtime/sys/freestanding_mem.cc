// The functions that gcc and clang may call on their own, for programs that are linked without libc.
//
// A copied struct or a zeroed array may become a call of memcpy, memmove, memset, memcmp or (gcc, from a loop) strlen,
// also with -ffreestanding. Only such a link may contain this file: beside a libc the symbols would be defined twice.
// Small rather than fast: the runtime's own copies are a few words long.
#include <cstddef>
#include <cstdint>

namespace {

// An empty instruction that the optimiser cannot see through. Without it, it would recognise each loop below as the
// function that the loop implements, and replace it by a call of itself.
inline void KeepLoop() { asm volatile("" ::: "memory"); }

}  // namespace

extern "C" {

void* memcpy(void* __restrict dst, const void* __restrict src, size_t n) {
#if defined(__x86_64__)
  // `rep movsb` is microcoded to copy whole lines on everything since 2013 and is three bytes long.
  void* d = dst;
  asm volatile("rep movsb" : "+D"(d), "+S"(src), "+c"(n) : : "memory");
#else
  auto* d = static_cast<unsigned char*>(dst);
  const auto* s = static_cast<const unsigned char*>(src);
  for (size_t i = 0; i < n; ++i) {
    d[i] = s[i];
    KeepLoop();
  }
#endif
  return dst;
}

void* memmove(void* dst, const void* src, size_t n) {
  // Forward copying is right unless dst lies inside the source; the unsigned difference is then smaller than n.
  if (reinterpret_cast<uintptr_t>(dst) - reinterpret_cast<uintptr_t>(src) >= n) return memcpy(dst, src, n);
  auto* d = static_cast<unsigned char*>(dst);
  const auto* s = static_cast<const unsigned char*>(src);
  for (size_t i = n; i > 0; --i) {
    d[i - 1] = s[i - 1];
    KeepLoop();
  }
  return dst;
}

void* memset(void* dst, int c, size_t n) {
#if defined(__x86_64__)
  void* d = dst;
  asm volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
#else
  auto* d = static_cast<unsigned char*>(dst);
  for (size_t i = 0; i < n; ++i) {
    d[i] = static_cast<unsigned char>(c);
    KeepLoop();
  }
#endif
  return dst;
}

int memcmp(const void* a, const void* b, size_t n) {
  const auto* x = static_cast<const unsigned char*>(a);
  const auto* y = static_cast<const unsigned char*>(b);
  for (size_t i = 0; i < n; ++i) {
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    KeepLoop();
  }
  return 0;
}

size_t strlen(const char* s) {
  size_t n = 0;
  while (s[n] != '\0') {
    ++n;
    KeepLoop();
  }
  return n;
}

}  // extern "C"
