#include "gort/runtime/sys/vdso.h"

#include <elf.h>

#include <cstddef>
#include <cstdint>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/text.h"

namespace gort::runtime::sys {
namespace {

#if defined(__aarch64__)
constexpr char kClockGettimeName[] = "__kernel_clock_gettime";
#else
constexpr char kClockGettimeName[] = "__vdso_clock_gettime";
#endif

// The tables of a shared object in memory that a look-up by name needs.
struct Image {
  uintptr_t bias = 0;  // address in memory minus address in the file
  const Elf64_Sym* symbols = nullptr;
  const char* strings = nullptr;
  const uint32_t* hash = nullptr;      // DT_HASH
  const uint32_t* gnu_hash = nullptr;  // DT_GNU_HASH; some kernels have only this one
};

// What is at an address that a table of the object names. The vDSO's are relative to where it was linked, which is 0.
template <typename T>
T At(const Image& image, uintptr_t address) {
  return reinterpret_cast<T>(image.bias + address);
}

bool ReadImage(uintptr_t ehdr_address, Image* image) {
  const auto* ehdr = reinterpret_cast<const Elf64_Ehdr*>(ehdr_address);
  const auto* phdr = reinterpret_cast<const Elf64_Phdr*>(ehdr_address + ehdr->e_phoff);
  const Elf64_Phdr* dynamic = nullptr;
  bool loaded = false;
  for (int i = 0; i < ehdr->e_phnum; ++i) {
    if (phdr[i].p_type == PT_DYNAMIC) dynamic = &phdr[i];
    if (phdr[i].p_type != PT_LOAD || loaded) continue;
    image->bias = ehdr_address + phdr[i].p_offset - phdr[i].p_vaddr;
    loaded = true;
  }
  if (!loaded || dynamic == nullptr) return false;
  for (const auto* d = At<const Elf64_Dyn*>(*image, dynamic->p_vaddr); d->d_tag != DT_NULL; ++d) {
    switch (d->d_tag) {
      case DT_SYMTAB:
        image->symbols = At<const Elf64_Sym*>(*image, d->d_un.d_ptr);
        break;
      case DT_STRTAB:
        image->strings = At<const char*>(*image, d->d_un.d_ptr);
        break;
      case DT_HASH:
        image->hash = At<const uint32_t*>(*image, d->d_un.d_ptr);
        break;
      case DT_GNU_HASH:
        image->gnu_hash = At<const uint32_t*>(*image, d->d_un.d_ptr);
        break;
      default:
        break;
    }
  }
  return image->symbols != nullptr && image->strings != nullptr;
}

// One more than the index of the last symbol; the symbol table itself does not tell.
uint32_t CountSymbols(const Image& image) {
  if (image.hash != nullptr) return image.hash[1];  // nbucket, nchain: one chain word per symbol
  if (image.gnu_hash == nullptr) return 0;
  // nbuckets, first hashed symbol, Bloom words (of 64 bits), shift; then Bloom filter, buckets, chains. A bucket has
  // the first symbol of its chain, and the last word of a chain is odd: the chain of the highest bucket ends with the
  // last symbol.
  const uint32_t nbuckets = image.gnu_hash[0];
  const uint32_t first = image.gnu_hash[1];
  const uint32_t* buckets = image.gnu_hash + 4 + 2 * size_t{image.gnu_hash[2]};
  const uint32_t* chains = buckets + nbuckets;
  uint32_t last = 0;
  for (uint32_t i = 0; i < nbuckets; ++i) {
    if (buckets[i] > last) last = buckets[i];
  }
  if (last < first) return 0;
  while ((chains[last - first] & 1) == 0) ++last;
  return last + 1;
}

}  // namespace

bool VdsoInit(const AuxvEntry* auxv) {
  const uintptr_t ehdr_address = AuxvValue(auxv, kAtSysinfoEhdr, 0);
  Image image;
  if (ehdr_address == 0 || !ReadImage(ehdr_address, &image)) return false;
  // A dozen symbols and once per process: from first to last.
  const uint32_t count = CountSymbols(image);
  for (uint32_t i = 0; i < count; ++i) {
    const Elf64_Sym& symbol = image.symbols[i];
    if (symbol.st_shndx == SHN_UNDEF || Text(image.strings + symbol.st_name) != kClockGettimeName) continue;
    SetClockGettime(At<ClockGettimeFn>(image, symbol.st_value));
    return true;
  }
  return false;
}

}  // namespace gort::runtime::sys
