// Channels in a program without libc: two goroutines, three kinds of channel. Exits with 0 if all values arrived.
#include <cstdint>

#include "gort/gstruct/hchan.h"
#include "gort/runtime/chan/chan.h"
#include "gort/runtime/sched/newproc.h"
#include "gort/runtime/sys/print.h"

namespace {

using gort::runtime::ChanStatus;
using gort::runtime::hchan;

constexpr gort::runtime::chantype kWord = {.size = sizeof(std::uint64_t), .align = alignof(std::uint64_t)};
constexpr std::uint64_t kValues = 1000;

// Sends 0 to kValues - 1 and closes.
void Sender(void* room) {
  hchan* c = *static_cast<hchan**>(room);
  for (std::uint64_t i = 0; i < kValues; ++i) {
    if (chansend(c, &i, true) != ChanStatus::kOk) return;
  }
  closechan(c);
}

bool AllArrive(std::int64_t cap) {
  hchan* c = gort::runtime::makechan(&kWord, cap);
  if (c == nullptr) return false;
  void* room;
  gort::runtime::g* gp = gort::runtime::newproc1(&Sender, sizeof(c), alignof(hchan*), {}, &room);
  *static_cast<hchan**>(room) = c;
  gort::runtime::newprocready(gp);
  std::uint64_t expected = 0;
  for (std::uint64_t value; chanrecv(c, &value, true) == ChanStatus::kOk; ++expected) {
    if (value != expected) return false;
  }
  gort::runtime::chanunref(c);
  return expected == kValues;
}

}  // namespace

int main(int, char**) {
  // Without a buffer, with one from a size class, with one that is a mapping of its own.
  for (const std::int64_t cap : {0, 10, 100'000}) {
    if (!AllArrive(cap)) {
      gort::runtime::sys::Printer(2).Str("values were lost on a channel of capacity ").Dec(cap).Char('\n');
      return 1;
    }
  }
  return 0;
}
