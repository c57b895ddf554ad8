#include <cstddef>
#include <cstdio>

#include "gort/gstruct/g.h"
#include "gort/gstruct/stack.h"

static_assert(offsetof(gort::runtime::g, stackguard0) == 16);
static_assert(offsetof(gort::runtime::g, goid) == 152);

int main() {
  gort::runtime::g gp{};
  gp.stack = {.lo = 0x1000, .hi = 0x2000};
  gp.stackguard0 = gp.stack.lo + gort::runtime::stackGuard;
  const bool ok = gp.stackguard0 == 0x1000 + 928 && gp.goid == 0;
  std::puts(ok ? "a g can be made" : "FAILED: a g is not what was put in");
  return ok ? 0 : 1;
}
