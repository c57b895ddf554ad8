// A coroutine without scheduler: two contexts that hand a light switch to and fro.

#include "runtime/switch/switch.h"

#include <cstdio>

#include "gort/gstruct/gobuf.h"
#include "gort/gstruct/stack.h"
#include "gort/runtime/switch/switch.h"

namespace {

using gort::runtime::gobuf;
using gort::runtime::gobufswitch;

gobuf main_context;
gobuf flipper_context;
alignas(16) char flipper_stack[64 * 1024];

void Flipper(void* arg) {
  for (;;) {
    static_cast<downstream::Switch*>(arg)->Flip();
    gobufswitch(&flipper_context, &main_context);
  }
}

}  // namespace

int main() {
  downstream::Switch light;
  const gort::runtime::stack stack = {
      .lo = reinterpret_cast<gort::runtime::uintptr_t>(flipper_stack),
      .hi = reinterpret_cast<gort::runtime::uintptr_t>(flipper_stack) + sizeof flipper_stack};
  gort::runtime::gostartcall(&flipper_context, nullptr, stack, &Flipper, &light, 0);
  int lit = 0;
  for (int i = 0; i < 1001; ++i) {
    gobufswitch(&main_context, &flipper_context);
    lit += light.on ? 1 : 0;
  }
  const bool ok = lit == 501 && light.on;
  std::puts(ok ? "1001 switches there and back" : "FAILED: the light was not flipped once for each switch");
  return ok ? 0 : 1;
}
