// Which go statement a goroutine comes from, as a key of tables that count by it.
#ifndef GORT_RUNTIME_SCHED_GOSTATEMENT_H_
#define GORT_RUNTIME_SCHED_GOSTATEMENT_H_

#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/runtime/sched/peek.h"
#include "gort/runtime/sys/text.h"

namespace gort::runtime {

// Its texts live for ever.
struct GoStatement {
  const char* function;  // null: there is none, for it is goroutine 1
  const char* file;      // null as well, then
  std::uint32_t line;

  // By contents and not by address: each translation unit may have its own copy of a file's name.
  friend bool operator==(const GoStatement& a, const GoStatement& b) {
    return a.line == b.line && SameText(a.file, b.file) && SameText(a.function, b.function);
  }

 private:
  static bool SameText(const char* a, const char* b) {
    if (a == b || a == nullptr || b == nullptr) return a == b;
    return sys::Text(a) == sys::Text(b);
  }
};

// That which gp, which may be at work, comes from.
// Runs on: any.
inline GoStatement gostatement(const g* gp) { return {Peek(gp->gofunction), Peek(gp->gofile), Peek(gp->goline)}; }

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_GOSTATEMENT_H_
