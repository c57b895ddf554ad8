#include "gort/runtime/debug/tlslint/flow.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace gort::tlslint {

namespace {

// An address that belongs to a thread: which instruction took it, and which call may have changed threads since.
struct Taint {
  const Instruction* taken = nullptr;
  const Instruction* parks = nullptr;  // null: none
  std::string variable;
};

// "rbx" or "slot -16": what holds a taint. Slots are named by their distance from the return address.
using State = std::map<std::string, Taint>;

// What the frame looks like at an instruction, besides what it holds.
struct Frame {
  std::int64_t rsp = 0;             // relative to the return address
  std::optional<std::int64_t> rbp;  // the same, while rbp is a frame pointer
};

struct Point {
  State state;
  Frame frame;
  bool reached = false;
};

// "%eax", "%al", "%r8d" -> "rax", "rax", "r8"; empty if it is no general register.
std::string Register(std::string_view name) {
  if (!absl::ConsumePrefix(&name, "%")) return "";
  static constexpr std::string_view kFamilies[][4] = {
      {"rax", "eax", "ax", "al"},  {"rbx", "ebx", "bx", "bl"},  {"rcx", "ecx", "cx", "cl"},  {"rdx", "edx", "dx", "dl"},
      {"rsi", "esi", "si", "sil"}, {"rdi", "edi", "di", "dil"}, {"rbp", "ebp", "bp", "bpl"}, {"rsp", "esp", "sp", "spl"},
  };
  for (const auto& family : kFamilies) {
    for (std::string_view member : family) {
      if (name == member) return std::string(family[0]);
    }
  }
  if (name.size() < 2 || name[0] != 'r' || name[1] < '0' || name[1] > '9') return "";
  const std::size_t end = name.find_last_of("0123456789");
  return std::string(name.substr(0, end + 1));
}

bool IsWide(std::string_view operand) { return absl::StartsWith(operand, "%r") && !absl::EndsWith(operand, "d"); }

// The registers that a memory operand such as 0x8(%rbx,%rcx,4) adds up. Empty for other operands.
std::vector<std::string> AddressRegisters(std::string_view operand) {
  std::vector<std::string> registers;
  const std::size_t open = operand.find('(');
  if (open == std::string_view::npos) return registers;
  std::string_view inside = operand.substr(open + 1);
  inside = inside.substr(0, inside.find(')'));
  for (std::size_t i = 0; i <= 1 && !inside.empty(); ++i) {
    const std::size_t comma = std::min(inside.find(','), inside.size());
    if (std::string name = Register(inside.substr(0, comma)); !name.empty()) registers.push_back(std::move(name));
    inside = comma == inside.size() ? "" : inside.substr(comma + 1);
  }
  return registers;
}

bool IsMemory(std::string_view operand) {
  return absl::StrContains(operand, '(') || absl::StartsWith(operand, "%fs:") ||
         (!operand.empty() && operand[0] != '%' && operand[0] != '$' && operand[0] != '*');
}

std::optional<std::int64_t> Immediate(std::string_view text) {
  const bool negative = absl::ConsumePrefix(&text, "-");
  std::uint64_t value = 0;
  if (!text.empty() && !(absl::ConsumePrefix(&text, "0x") && absl::SimpleHexAtoi(text, &value))) return std::nullopt;
  return negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

// The name of the stack slot that an operand such as 0x18(%rsp) or -0x8(%rbp) means.
std::string Slot(std::string_view operand, const Frame& frame) {
  const std::size_t open = operand.find('(');
  if (open == std::string_view::npos) return "";
  const std::string_view inside = operand.substr(open);
  const std::optional<std::int64_t> offset = Immediate(operand.substr(0, open));
  if (!offset) return "";
  if (inside == "(%rsp)") return absl::StrCat("slot ", frame.rsp + *offset);
  if (inside == "(%rbp)" && frame.rbp) return absl::StrCat("slot ", *frame.rbp + *offset);
  return "";
}

// What an operand holds, as a name in State: a register or a slot.
std::string Holder(std::string_view operand, const Frame& frame) {
  std::string name = Register(operand);
  return name.empty() ? Slot(operand, frame) : name;
}

bool IsCalleeSaved(std::string_view holder) {
  for (std::string_view name : {"rbx", "rbp", "r12", "r13", "r14", "r15"}) {
    if (holder == name) return true;
  }
  return absl::StartsWith(holder, "slot ");
}

bool IsCall(const Instruction& i) { return absl::StartsWith(i.mnemonic, "call"); }
bool IsJump(const Instruction& i) { return absl::StartsWith(i.mnemonic, "j"); }
bool IsReturn(const Instruction& i) { return absl::StartsWith(i.mnemonic, "ret") || i.mnemonic == "ud2" || i.mnemonic == "hlt"; }

// What a call returns, if that is the address of something of the thread's.
std::string ThreadAddressOf(const Instruction& call, std::string_view tlsgd) {
  if (absl::StartsWith(call.target, "__errno_location")) return "errno";
  if (absl::StartsWith(call.target, "__tls_get_addr")) {
    return tlsgd.empty() ? "a thread_local variable" : absl::StrCat("thread_local variable '", tlsgd, "'");
  }
  constexpr std::string_view kWrapper = "TLS wrapper function for ";
  if (absl::StartsWith(call.target, kWrapper)) {
    return absl::StrCat("thread_local variable '", std::string_view(call.target).substr(kWrapper.size()), "'");
  }
  return "";
}

class Analysis {
 public:
  Analysis(const Function& function, const MayPark& may_park) : code_(function.code), may_park_(may_park), in_(code_.size()) {
    for (std::size_t i = 0; i < code_.size(); ++i) index_[code_[i].address] = i;
  }

  std::vector<Finding> Run() {
    if (code_.empty()) return {};
    in_[0].reached = true;
    std::set<std::size_t> todo = {0};
    while (!todo.empty()) {
      const std::size_t at = *todo.begin();
      todo.erase(todo.begin());
      State state = in_[at].state;
      Frame frame = in_[at].frame;
      Step(at, &state, &frame);
      for (std::size_t next : Successors(at)) {
        if (Merge(state, frame, &in_[next])) todo.insert(next);
      }
    }
    std::vector<Finding> findings;
    for (auto& [key, finding] : findings_) findings.push_back(std::move(finding));
    return findings;
  }

 private:
  std::vector<std::size_t> Successors(std::size_t at) const {
    std::vector<std::size_t> next;
    const Instruction& i = code_[at];
    const bool falls_through = !IsReturn(i) && !absl::StartsWith(i.mnemonic, "jmp");
    if (falls_through && at + 1 < code_.size()) next.push_back(at + 1);
    if (!IsJump(i)) return next;
    if (!i.target.empty()) {
      const auto found = i.target_address ? index_.find(*i.target_address) : index_.end();
      if (found != index_.end()) next.push_back(found->second);
      return next;  // elsewhere: a tail call, with which the frame ends
    }
    // A jump table: anywhere that nothing falls into.
    for (std::size_t j = 1; j < code_.size(); ++j) {
      if (IsReturn(code_[j - 1]) || absl::StartsWith(code_[j - 1].mnemonic, "jmp")) next.push_back(j);
    }
    return next;
  }

  // Adds what one predecessor knows. True if that is news. A crossed taint wins: it is what may be wrong.
  static bool Merge(const State& state, const Frame& frame, Point* into) {
    bool news = !into->reached;
    if (!into->reached) into->frame = frame;
    into->reached = true;
    for (const auto& [holder, taint] : state) {
      auto [place, is_new] = into->state.try_emplace(holder, taint);
      if (!is_new && place->second.parks == nullptr && taint.parks != nullptr) {
        place->second = taint;
        is_new = true;
      }
      news |= is_new;
    }
    return news;
  }

  void Report(const Taint& taint, const Instruction& used) {
    if (taint.parks == nullptr) return;
    findings_.try_emplace({used.address, taint.taken->address}, Finding{taint.variable, taint.taken, taint.parks, &used});
  }

  bool IsTailCall(const Instruction& i) const {
    return absl::StartsWith(i.mnemonic, "jmp") && !i.target.empty() && !(i.target_address && index_.contains(*i.target_address));
  }

  void ReportUses(const Instruction& i, const State& state) {
    const bool computes_only = absl::StartsWith(i.mnemonic, "lea") || absl::StartsWith(i.mnemonic, "nop");
    for (const std::string& operand : i.operands) {
      if (computes_only) break;
      for (const std::string& name : AddressRegisters(operand)) {
        if (const auto found = state.find(name); found != state.end()) Report(found->second, i);
      }
    }
    if (!IsCall(i) && !IsTailCall(i)) return;
    for (const char* name : {"rdi", "rsi", "rdx", "rcx", "r8", "r9"}) {
      if (const auto found = state.find(name); found != state.end()) Report(found->second, i);
    }
  }

  void Call(const Instruction& i, State* state) {
    const bool parks = may_park_(i);
    for (auto it = state->begin(); it != state->end();) {
      if (!IsCalleeSaved(it->first)) {
        it = state->erase(it);
        continue;
      }
      if (parks && it->second.parks == nullptr) it->second.parks = &i;
      ++it;
    }
    std::string variable = ThreadAddressOf(i, tlsgd_);
    if (!variable.empty()) (*state)["rax"] = {&i, nullptr, std::move(variable)};
  }

  // Follows push, pop and what else moves the stack pointer.
  static void MoveStack(const Instruction& i, State* state, Frame* frame) {
    const std::string first = i.operands.empty() ? "" : i.operands[0];
    const std::string last = i.operands.empty() ? "" : i.operands.back();
    if (absl::StartsWith(i.mnemonic, "push")) {
      frame->rsp -= 8;
      Copy(Holder(first, *frame), absl::StrCat("slot ", frame->rsp), state);
    } else if (absl::StartsWith(i.mnemonic, "pop")) {
      Copy(absl::StrCat("slot ", frame->rsp), Register(last), state);
      state->erase(absl::StrCat("slot ", frame->rsp));
      frame->rsp += 8;
      if (last == "%rbp") frame->rbp.reset();
    } else if (i.mnemonic == "leave" && frame->rbp) {
      frame->rsp = *frame->rbp + 8;
      frame->rbp.reset();
    } else if (last == "%rsp" && absl::StartsWith(first, "$")) {
      const std::int64_t by = Immediate(std::string_view(first).substr(1)).value_or(0);
      if (absl::StartsWith(i.mnemonic, "sub")) frame->rsp -= by;
      if (absl::StartsWith(i.mnemonic, "add")) frame->rsp += by;
    } else if (absl::StartsWith(i.mnemonic, "mov") && first == "%rsp" && last == "%rbp") {
      frame->rbp = frame->rsp;
    }
  }

  static void Copy(const std::string& from, const std::string& to, State* state) {
    if (to.empty()) return;
    const auto found = state->find(from);
    if (from.empty() || found == state->end()) {
      state->erase(to);
    } else {
      const Taint taint = found->second;
      (*state)[to] = taint;
    }
  }

  static bool IsThreadPointer(const Instruction& i) {
    return i.operands.size() == 2 && i.operands[0] == "%fs:0x0" && i.symbol.empty() && IsWide(i.operands[1]);
  }

  // A variable's name, where a relocation or a displacement is added to the thread pointer.
  static void Name(const Instruction& i, Taint* taint) {
    if (!i.symbol.empty()) taint->variable = absl::StrCat("thread_local variable '", i.symbol, "'");
  }

  void Step(std::size_t at, State* state, Frame* frame) {
    const Instruction& i = code_[at];
    ReportUses(i, *state);
    if (IsCall(i)) return Call(i, state);
    if (i.operands.empty()) return MoveStack(i, state, frame);
    const std::string& last = i.operands.back();
    if (absl::StrContains(i.mnemonic, "lea") && !i.symbol.empty() && last == "%rdi") tlsgd_ = i.symbol;
    if (absl::StartsWith(i.mnemonic, "push") || absl::StartsWith(i.mnemonic, "pop") || last == "%rsp" ||
        (i.operands[0] == "%rsp" && last == "%rbp")) {
      return MoveStack(i, state, frame);
    }
    if (absl::StartsWith(i.mnemonic, "cmp") || absl::StartsWith(i.mnemonic, "test") || IsJump(i) ||
        absl::StartsWith(i.mnemonic, "nop") || absl::StartsWith(i.mnemonic, "bt")) {
      return;
    }
    const std::string to = Holder(last, *frame);
    if (to.empty()) return;
    if (last == "%rbp") frame->rbp.reset();
    Assign(i, to, state, *frame);
  }

  // What `to`, the destination of i, holds after it.
  void Assign(const Instruction& i, const std::string& to, State* state, const Frame& frame) {
    const std::string& last = i.operands.back();
    const std::string& first = i.operands[0];
    const bool adds = absl::StartsWith(i.mnemonic, "add") || absl::StartsWith(i.mnemonic, "sub") ||
                      absl::StartsWith(i.mnemonic, "inc") || absl::StartsWith(i.mnemonic, "dec");
    if (IsThreadPointer(i) && (absl::StartsWith(i.mnemonic, "mov") || adds)) {
      (*state)[to] = {&i, nullptr, "a thread_local variable"};
    } else if (absl::StartsWith(i.mnemonic, "lea")) {
      std::string from;
      for (const std::string& name : AddressRegisters(first)) {
        if (state->contains(name)) from = name;
      }
      Copy(from, to, state);
      if (!from.empty()) Name(i, &(*state)[to]);
    } else if (absl::StartsWith(i.mnemonic, "cmov")) {
      const std::string from = Holder(first, frame);
      if (state->contains(from)) Copy(from, to, state);
    } else if (absl::StartsWith(i.mnemonic, "mov") && i.operands.size() == 2) {
      const bool whole = IsWide(last) || (IsMemory(last) && IsWide(first));
      Copy(whole ? Holder(first, frame) : "", to, state);
    } else if (adds) {
      const std::string from = Holder(first, frame);
      if (!state->contains(to) && i.operands.size() == 2 && state->contains(from)) Copy(from, to, state);
      if (state->contains(to) && absl::StartsWith(first, "$")) Name(i, &(*state)[to]);
    } else if (absl::StartsWith(i.mnemonic, "xchg")) {
      const Taint old = state->contains(to) ? (*state)[to] : Taint{};
      Copy(Holder(first, frame), to, state);
      const std::string other = Holder(first, frame);
      if (other.empty()) return;
      if (old.taken != nullptr) {
        (*state)[other] = old;
      } else {
        state->erase(other);
      }
    } else {
      state->erase(to);
    }
  }

  const std::vector<Instruction>& code_;
  const MayPark& may_park_;
  std::vector<Point> in_;  // what is known before each instruction
  std::map<std::uint64_t, std::size_t> index_;
  std::string tlsgd_;  // the variable of the last lea x@tlsgd, which stands just before its call
  std::map<std::pair<std::uint64_t, std::uint64_t>, Finding> findings_;
};

}  // namespace

std::vector<Finding> FindKeptAddresses(const Function& function, const MayPark& may_park) {
  // Most functions take no such address.
  const bool takes = std::any_of(function.code.begin(), function.code.end(), [](const Instruction& i) {
    return (!i.operands.empty() && i.operands[0] == "%fs:0x0") || (IsCall(i) && !ThreadAddressOf(i, "").empty());
  });
  if (!takes) return {};
  return Analysis(function, may_park).Run();
}

}  // namespace gort::tlslint
