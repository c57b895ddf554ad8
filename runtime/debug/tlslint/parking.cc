#include "gort/runtime/debug/tlslint/parking.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"

namespace gort::tlslint {

namespace {

// What takes a goroutine off its thread.
bool IsSwitch(std::string_view name) {
  return name == "runtime.mcall" || absl::StartsWith(name, "gort::runtime::mcall(") ||
         absl::StartsWith(name, "gort::runtime::gobufswitch(");
}

// Of gort's own functions those whose contract says "Blocks: never", and which code outside of gort calls. An unlisted one counts as
// parking: a false alarm is seen, a missed one is not.
bool NeverParks(std::string_view name) {
  constexpr std::string_view kNames[] = {
      "gort::Errno(",           "gort::SetErrno(",         "gort::Goid(",              "gort::NumGoroutine(",
      "gort::NumCPU(",          "gort::OnGoroutine(",      "gort::CurrentStack(",      "gort::Now(",
      "gort::PanicError::",     "gort::internal::Panic",   "gort::runtime::chanlen(",  "gort::runtime::chancap(",
      "gort::runtime::chanref(", "gort::runtime::chanunref(", "gort::runtime::sys::",  "gort::runtime::getg(",
  };
  for (std::string_view known : kNames) {
    if (absl::StartsWith(name, known)) return true;
  }
  return false;
}

// The function itself, when a call goes to "f()+0x10" or to a part of f that the compiler has split off.
std::string_view WholeFunction(std::string_view name) {
  for (std::string_view suffix : {"@plt", " [clone .cold]", ".cold"}) {
    if (absl::EndsWith(name, suffix)) name.remove_suffix(suffix.size());
  }
  return name;
}

bool LeavesFunction(const Instruction& i) {
  return absl::StartsWith(i.mnemonic, "call") || absl::StartsWith(i.mnemonic, "j");
}

}  // namespace

Parking::Parking(const std::vector<Function>& functions, Unknown unknown) : unknown_(unknown) {
  std::map<std::string, std::set<std::string>> callers;
  std::vector<std::string> todo;
  const auto mark = [&](const std::string& name) {
    if (parking_.insert(name).second) todo.push_back(name);
  };
  for (const Function& function : functions) defined_.insert(std::string(WholeFunction(function.name)));
  for (const Function& function : functions) {
    const std::string caller(WholeFunction(function.name));
    if (IsSwitch(caller)) mark(caller);
    for (const Instruction& i : function.code) {
      if (!LeavesFunction(i)) continue;
      const std::string callee(WholeFunction(i.target));
      if (callee == caller) continue;
      if (defined_.contains(callee)) {
        callers[callee].insert(caller);
      } else if (absl::StartsWith(i.mnemonic, "call") && MayPark(i)) {
        mark(caller);
      }
    }
  }
  while (!todo.empty()) {
    const std::string callee = todo.back();
    todo.pop_back();
    for (const std::string& caller : callers[callee]) {
      if (!NeverParks(caller)) mark(caller);
    }
  }
}

bool Parking::MayPark(const Instruction& call) const {
  const std::string name(WholeFunction(call.target));
  if (IsSwitch(name)) return true;
  if (NeverParks(name)) return false;
  if (defined_.contains(name)) return parking_.contains(name);
  return absl::StartsWith(name, "gort::") || unknown_ == Unknown::kPark;
}

}  // namespace gort::tlslint
