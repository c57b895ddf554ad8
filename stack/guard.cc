#include "gort/stack/guard.h"

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"
#include "gort/stack/advice.h"

namespace gort::runtime {
namespace {

constexpr int kReadWrite = sys::kPROT_READ | sys::kPROT_WRITE;

// The kernel's default, for when /proc is not mounted.
constexpr size_t kDefaultMaxMapCount = 65530;

// Whether a write to `addr` faults, found out without a signal: mincore, asked about one page of ours, stores its answer
// there, or says EFAULT. Rejected: rt_sigprocmask with a set to read, which costs no more but is one of the calls that
// Valgrind carries out itself, and then it is Valgrind that faults.
bool WriteFaults(uintptr_t addr, uintptr_t own_page, size_t page_bytes) {
  return sys::Mincore(reinterpret_cast<void*>(own_page), page_bytes, reinterpret_cast<unsigned char*>(addr)) ==
         -sys::kEFAULT;
}

bool GuardInstallWorks(size_t page_bytes) {
  const long mapping = sys::Mmap(nullptr, 2 * page_bytes, kReadWrite,
                                 sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS | sys::kMAP_NORESERVE, -1, 0);
  if (sys::IsError(mapping)) return false;
  const auto page = static_cast<uintptr_t>(mapping);
  const uintptr_t next_page = page + page_bytes;
  void* const p = reinterpret_cast<void*>(page);
  const bool works = sys::Madvise(p, page_bytes, sys::kMADV_GUARD_INSTALL) == 0 &&
                     sys::Madvise(p, 2 * page_bytes, sys::kMADV_DONTNEED) == 0 &&  // as the scavenger does
                     WriteFaults(page, next_page, page_bytes) && !WriteFaults(next_page, next_page, page_bytes);
  sys::Munmap(p, 2 * page_bytes);
  return works;
}

size_t ReadMaxMapCount() {
  const long fd = sys::Open("/proc/sys/vm/max_map_count", sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (sys::IsError(fd)) return kDefaultMaxMapCount;
  char text[24];
  const long size = sys::Read(static_cast<int>(fd), text, sizeof(text));
  sys::Close(static_cast<int>(fd));
  size_t count = 0;
  for (long i = 0; i < size && text[i] >= '0' && text[i] <= '9'; ++i) count = count * 10 + (text[i] - '0');
  return count > 0 ? count : kDefaultMaxMapCount;
}

}  // namespace

void StackGuards::Init(const StackConfig& config) {
  const bool install = !config.force_mprotect && GuardInstallWorks(config.page_size_bytes);
  kind_ = install ? StackGuardKind::kInstall : StackGuardKind::kMprotect;
  if (install) return;  // no budget is needed: a look into /proc less at each start
  // A quarter stays for everybody else: libraries, threads, malloc. A process that reaches the limit gets ENOMEM in
  // free().
  max_mappings_ = config.max_mappings != 0 ? config.max_mappings : ReadMaxMapCount() / 4 * 3;
}

uint32_t StackGuards::Guard(uintptr_t first, const StackGeometry& geometry, uint32_t count, StackError* error) {
  return kind_ == StackGuardKind::kInstall ? GuardByInstall(first, geometry, count, error)
                                           : GuardByMprotect(first, geometry, count, error);
}

bool StackGuards::ChargeMappings(size_t count) {
  // Relaxed: a counter, nothing is published through it.
  const size_t now = mappings_.fetch_add(count, std::memory_order_relaxed) + count;
  if (kind_ == StackGuardKind::kInstall || now <= max_mappings_) return true;
  ReturnMappings(count);
  return false;
}

void StackGuards::ReturnMappings(size_t count) { mappings_.fetch_sub(count, std::memory_order_relaxed); }

// One mprotect for all slots, so that they stay one mapping, then a marker in the page table of each guard page.
uint32_t StackGuards::GuardByInstall(uintptr_t first, const StackGeometry& geometry, uint32_t count,
                                     StackError* error) {
  if (sys::IsError(sys::Mprotect(reinterpret_cast<void*>(first), count * geometry.stride_bytes(), kReadWrite))) {
    *error = StackError::kNoMemory;
    return 0;
  }
  BulkAdvice install(sys::kMADV_GUARD_INSTALL);
  for (uint32_t i = 0; i < count; ++i) install.Add(first + i * geometry.stride_bytes(), geometry.guard_bytes);
  const auto done = static_cast<uint32_t>(install.Finish());
  if (done < count) *error = StackError::kGuardFailed;
  return done;
}

// The guard is what is left of the reservation: each slot makes two mappings of what was one.
uint32_t StackGuards::GuardByMprotect(uintptr_t first, const StackGeometry& geometry, uint32_t count,
                                      StackError* error) {
  for (uint32_t i = 0; i < count; ++i) {
    if (!ChargeMappings(2)) {
      *error = StackError::kGuardBudget;
      return i;
    }
    const uintptr_t lo = first + i * geometry.stride_bytes() + geometry.guard_bytes;
    const long ret = sys::Mprotect(reinterpret_cast<void*>(lo), geometry.usable_bytes, kReadWrite);
    if (sys::IsError(ret)) {
      ReturnMappings(2);
      *error = StackError::kNoMemory;
      return i;
    }
  }
  return count;
}

}  // namespace gort::runtime
