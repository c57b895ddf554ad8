#include "gort/runtime/debug/frames.h"

#include <atomic>
#include <cstring>
#include <string_view>

#include "gort/runtime/debug/inline.h"
#include "gort/runtime/debug/modules.h"
#include "gort/runtime/debug/names.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"
#include "gort/runtime/sys/textwriter.h"

namespace gort::runtime {

namespace {

// Writer: SetSymbolizer, before main. Readers: tracebacks.
constinit Symbolizer symbolize = nullptr;

// One frame, told: "worker::Step(...)\n\tworker/step.cc:31 +0x1f". Where functions have been inlined, a frame of the stack is several.
struct Told {
  std::uintptr_t key;  // the frame's pc and what it is, see KeyOf
  const char* text;    // null in a slot that was never used
  std::uint32_t size;
  std::uint16_t depth;  // how many functions are inlined into this one, where the pc is
  bool runtime;         // left out unless GORT_TRACEBACK=system
  bool has_line;        // otherwise the pc follows, for addr2line
  bool inlined;         // into the frame's next function, of depth + 1
};

// All that the functions of one frame have in common.
struct Address {
  std::uintptr_t at;      // in memory; 0: nothing is known yet
  Module* module;         // null: none
  std::uint64_t address;  // in the module's file
  bool has_line;
  SourceLine line;
  std::size_t inlined;  // how many calls follow
  InlinedCall calls[InlineReader::kMostCalls];
};

// What is kept from frame to frame, in pages of its own. Guard: FrameTeller.
struct Memory {
  static constexpr std::size_t kSlots = 8192;         // a power of two; a frame has one place only
  static constexpr std::size_t kTextBytes = 2 << 20;  // only what is used becomes memory
  static constexpr std::size_t kMostText = 1024;      // of one frame
  Told told[kSlots];
  Modules modules;
  Address last;
  InlineReader inlines;
  std::size_t text_size;
  char text[kTextBytes];

  const Address& LookUp(std::uintptr_t at);
  Told Tell(const StackTrace::Frame& frame, std::uint16_t depth);
  std::uint64_t OffsetInFunction(std::uintptr_t at);

 private:
  bool NameInlined(const Address& known, std::size_t depth, char* name);
  void NameOuter(const Address& known, char* name, std::uint64_t* entry);
};
constinit Memory* memory = nullptr;

// The thread that tells frames, 0 when none does. A lock by hand: the thread that failed may hold it, and must not wait then.
constinit std::atomic<int> telling{0};

std::uintptr_t KeyOf(const StackTrace::Frame& frame) { return frame.pc << 1 | (frame.call ? 1 : 0); }

// As the compiler was given it: "runtime/", or "external/gort+/runtime/" in somebody else's repository.
constexpr std::string_view kOurFolder = [] {
  const std::string_view here = __FILE__;
  return here.substr(0, here.size() - std::string_view("debug/frames.cc").size());
}();

// Bazel's compilers run in /proc/self/cwd, and some say so. Relative is how the go statements' places are given, too.
std::string_view Relative(std::string_view path) {
  constexpr std::string_view kBazel = "/proc/self/cwd/";
  if (path.starts_with(kBazel)) path.remove_prefix(kBazel.size());
  return path;
}

// Whether a source file is gort's or the standard library's own.
bool IsLibraryFile(const SourceLine& line) {
  const char* where = *line.directory != '\0' ? line.directory : line.file;
  return std::strstr(where, "/include/c++/") != nullptr || std::strstr(where, "gort/runtime/") != nullptr ||
         Relative(where).starts_with(kOurFolder);
}

void PrintPlace(const SourceLine& line, sys::Printer* out) {
  const std::string_view directory = Relative(line.directory);
  if (*line.file != '/' && !directory.empty()) out->Str(directory.data(), directory.size()).Char('/');
  out->Str(line.file).Char(':').Udec(line.line);
}

const Address& Memory::LookUp(std::uintptr_t at) {
  if (last.at == at) return last;
  last.at = at;
  last.module = modules.Find(at);
  last.address = last.module != nullptr ? last.module->AddressOf(at) : 0;
  last.line = {};
  last.has_line = last.module != nullptr && last.module->lines.Find(last.address, &last.line);
  last.inlined = last.has_line ? inlines.Find(last.module->dwarf, last.line.table, last.address, last.calls) : 0;
  return last;
}

// The line that the function of this depth is at: that of the address, or of the call that the function inside stands for.
SourceLine LineOf(const Address& known, std::size_t depth) {
  if (depth == 0) return known.line;
  const InlinedCall& call = known.calls[known.inlined - depth];
  SourceLine line = {"", "?", call.line, known.line.table};
  known.module->lines.FindFile(known.line.table, call.file, &line);
  return line;
}

// Writes the name of a function that was inlined. False: it may lack its scopes.
bool Memory::NameInlined(const Address& known, std::size_t depth, char* name) {
  char full[512];
  const InlinedCall& call = known.calls[known.inlined - 1 - depth];
  const bool scoped = inlines.Name(known.module->dwarf, call.function, full, sizeof(full));
  ShortenName(*full != '\0' ? full : "???", name);
  return scoped;
}

// Writes the name of the function whose code this is, and sets *entry to where it begins, 0 if that is not known.
void Memory::NameOuter(const Address& known, char* name, std::uint64_t* entry) {
  ElfFile::Symbol symbol = {};
  const bool found = known.module != nullptr && known.module->file.FindFunction(known.address, &symbol);
  *entry = found ? symbol.entry : 0;
  char demangled[512];
  if (symbolize != nullptr && symbolize(known.at, demangled, sizeof(demangled))) {
    ShortenName(demangled, name);
  } else if (found) {
    ShortenName(symbol.name, name);
  } else {
    std::strcpy(name, "???");
  }
}

std::uint64_t Memory::OffsetInFunction(std::uintptr_t at) {
  const Address& known = LookUp(at);
  ElfFile::Symbol symbol = {};
  if (known.module == nullptr || !known.module->file.FindFunction(known.address, &symbol)) return 0;
  return known.address - symbol.entry;
}

// Says what is known about a function of `frame`, behind the text that there is. It is what the cache keeps, so nothing in it
// depends on the goroutine.
Told Memory::Tell(const StackTrace::Frame& frame, std::uint16_t depth) {
  const Address& known = LookUp(frame.Lookup());
  Told told = {KeyOf(frame), text + text_size, 0, depth, false, known.has_line, depth < known.inlined};
  char name[kMaxName + 1];
  std::uint64_t entry = 0;
  bool scoped = true;
  if (told.inlined) {
    scoped = NameInlined(known, depth, name);
  } else {
    NameOuter(known, name, &entry);
  }
  const SourceLine line = LineOf(known, depth);
  // If the user's own code has been inlined and nothing says so, the line is the user's. And "Recv" could be anybody's.
  const bool by_file = !scoped || CallsUserCode(name);
  told.runtime = (!scoped || IsRuntimeName(name)) && (!by_file || (known.has_line && IsLibraryFile(line)));

  sys::TextWriter writer(text + text_size, kMostText);
  sys::Printer& out = writer.out();
  out.Str(name).Str("\n\t");
  if (known.has_line) {
    PrintPlace(line, &out);
    // Go's offset is that of the return address.
    if (entry != 0) out.Str(" +").Hex(known.address - entry + (frame.pc - known.at));
  } else if (known.module != nullptr) {
    out.Str(known.module->path).Str(" +").Hex(known.address);
    if (known.module->lines.compressed()) out.Str(" (its line tables are compressed)");
  }
  told.size = static_cast<std::uint32_t>(writer.Finish());
  return told;
}

// The right to tell frames, for one thread at a time.
class FrameTeller {
 public:
  FrameTeller() : mine_(Acquire()) {}
  ~FrameTeller() {
    if (mine_) telling.store(0, std::memory_order_release);
  }
  FrameTeller(const FrameTeller&) = delete;
  FrameTeller& operator=(const FrameTeller&) = delete;

  // Calls f(told) for each function that the frame is in, innermost first. `told` is good until f returns.
  template <class F>
  void operator()(const StackTrace::Frame& frame, F&& f) {
    for (std::uint16_t depth = 0;; ++depth) {
      const Told& told = Get(frame, depth);
      f(told);
      if (!told.inlined) return;
    }
  }

  // Nothing is known while another thread tells and does not come to an end.
  std::uint64_t OffsetInFunction(std::uintptr_t at) { return mine_ ? memory->OffsetInFunction(at) : 0; }

 private:
  const Told& Get(const StackTrace::Frame& frame, std::uint16_t depth) {
    if (!mine_) {
      other_ = {0, "???\n\t", 5, 0, false, false, false};
      return other_;
    }
    const std::uintptr_t key = KeyOf(frame);
    Told& slot = memory->told[(key + depth) * 0x9e3779b97f4a7c15 >> 51];  // 64 - 13 bits
    static_assert(Memory::kSlots == 1 << (64 - 51));
    if (slot.text != nullptr && slot.key == key && slot.depth == depth) return slot;
    // When the pages are full, the last piece is written again and again.
    const bool room = memory->text_size + 2 * Memory::kMostText <= Memory::kTextBytes;
    other_ = memory->Tell(frame, depth);
    if (!room) return other_;
    memory->text_size += other_.size;
    slot = other_;
    return slot;
  }

  static bool Acquire() {
    constexpr int kWaits = 100;
    const int self = sys::Gettid();
    for (int waited = 0;; ++waited) {
      int nobody = 0;
      if (telling.compare_exchange_strong(nobody, self, std::memory_order_acquire)) break;
      if (nobody == self || waited == kWaits) return false;
      sys::Usleep(1000);
    }
    if (memory == nullptr) {
      const long pages = sys::Mmap(nullptr, sizeof(Memory), sys::kPROT_READ | sys::kPROT_WRITE,
                                   sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS | sys::kMAP_NORESERVE, -1, 0);
      if (!sys::IsError(pages)) memory = reinterpret_cast<Memory*>(pages);  // zeroes are what it begins with
    }
    if (memory == nullptr) telling.store(0, std::memory_order_release);
    return memory != nullptr;
  }

  bool mine_;
  Told other_;
};

// As Go, only of the frames that are on the stack: where they are there.
void PrintFrame(const StackTrace& trace, std::size_t i, const Told& told, bool system, sys::Printer* out) {
  const StackTrace::Frame& frame = trace.At(i);
  out->Str(told.text, told.size);
  if (system && !told.inlined) out->Str(" fp=").Hex(trace.FpOf(i)).Str(" sp=").Hex(frame.sp);
  if ((system && !told.inlined) || !told.has_line) out->Str(told.text[told.size - 1] == '\t' ? "pc=" : " pc=").Hex(frame.Lookup());
  out->Char('\n');
}

// Calls f(i) for the frames that there are, and g(n) where n were lost.
template <class F, class G>
void ForEachFrame(const StackTrace& trace, F&& f, G&& g) {
  for (std::size_t i = 0; i < trace.count; ++i) {
    if (i == StackTrace::kEnd && trace.Elided() != 0) {
      g(trace.Elided());
      i += trace.Elided();
    }
    f(i);
  }
}

}  // namespace

void SetSymbolizer(Symbolizer symbolizer) { symbolize = symbolizer; }

std::uint64_t OffsetInFunction(std::uintptr_t pc) { return FrameTeller().OffsetInFunction(pc); }

void PrintFrames(const StackTrace& trace, bool system, sys::Printer* out) {
  constexpr std::uint32_t kFoldFrom = 3;
  FrameTeller tell;
  bool all = true;  // a goroutine that is nothing but runtime is shown as it is
  ForEachFrame(
      trace, [&](std::size_t i) { tell(trace.At(i), [&](const Told& told) { all = all && told.runtime; }); }, [](std::size_t) {});
  all = all || system;
  ForEachFrame(
      trace,
      [&](std::size_t i) {
        const StackTrace::Frame& frame = trace.At(i);
        const bool fold = frame.repeated >= kFoldFrom;
        bool any = false;
        for (std::uint32_t n = 0; n <= (fold ? 0 : frame.repeated); ++n) {
          tell(frame, [&](const Told& told) {
            if (told.runtime && !all) return;
            PrintFrame(trace, i, told, system, out);
            any = true;
          });
        }
        if (fold && any) out->Str("...").Udec(frame.repeated).Str(" identical frames folded...\n");
      },
      [&](std::size_t elided) { out->Str("...").Udec(elided).Str(" frames elided...\n"); });
}

}  // namespace gort::runtime
