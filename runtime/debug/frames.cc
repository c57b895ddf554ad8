#include "gort/runtime/debug/frames.h"

#include <atomic>
#include <cstring>

#include "gort/runtime/debug/modules.h"
#include "gort/runtime/debug/names.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime {

namespace {

// Writer: SetSymbolizer, before main. Readers: tracebacks.
constinit Symbolizer symbolize = nullptr;

// One frame, told: "worker::Step(...)\n\tworker/step.cc:31 +0x1f".
struct Told {
  std::uintptr_t key;  // the frame's pc and what it is, see KeyOf
  const char* text;    // null in a slot that was never used
  std::uint32_t size;
  bool runtime;   // left out unless GORT_TRACEBACK=system
  bool has_line;  // otherwise the pc follows, for addr2line
};

// What is kept from frame to frame, in pages of its own. Guard: FrameTeller.
struct Memory {
  static constexpr std::size_t kSlots = 8192;       // a power of two; a frame has one place only
  static constexpr std::size_t kTextBytes = 2 << 20;  // only what is used becomes memory
  static constexpr std::size_t kMostText = 1024;      // of one frame
  Told told[kSlots];
  Modules modules;
  std::size_t text_size;
  char text[kTextBytes];
};
constinit Memory* memory = nullptr;

// The thread that tells frames, 0 when none does. A lock by hand: the thread that failed may hold it, and must not wait then.
constinit std::atomic<int> telling{0};

std::uintptr_t KeyOf(const StackTrace::Frame& frame) { return frame.pc << 1 | (frame.call ? 1 : 0); }

// Appends to text of a fixed size; what does not fit is dropped.
class TextWriter {
 public:
  TextWriter(char* to, std::size_t room) : printer_(&Take, this), to_(to), room_(room) {}
  sys::Printer& out() { return printer_; }
  std::size_t Finish() {
    printer_.Flush();
    return size_;
  }

 private:
  static void Take(void* self, const char* text, std::size_t size) {
    auto* writer = static_cast<TextWriter*>(self);
    if (size > writer->room_ - writer->size_) size = writer->room_ - writer->size_;
    std::memcpy(writer->to_ + writer->size_, text, size);
    writer->size_ += size;
  }

  sys::Printer printer_;
  char* to_;
  std::size_t room_;
  std::size_t size_ = 0;
};

// Whether a source file is gort's or the standard library's own.
bool IsLibraryFile(const SourceLine& line) {
  const char* where = *line.directory != '\0' ? line.directory : line.file;
  return std::strstr(where, "/include/c++/") != nullptr || std::strncmp(where, "runtime/", 8) == 0 ||
         std::strstr(where, "gort/runtime/") != nullptr;
}

void PrintPlace(const SourceLine& line, sys::Printer* out) {
  // Bazel's compilers run in /proc/self/cwd, and some say so. Relative is how the go statements' places are given, too.
  constexpr char kBazel[] = "/proc/self/cwd/";
  const char* directory = line.directory;
  if (std::strncmp(directory, kBazel, sizeof(kBazel) - 1) == 0) directory += sizeof(kBazel) - 1;
  if (*line.file != '/' && *directory != '\0') out->Str(directory).Char('/');
  out->Str(line.file).Char(':').Udec(line.line);
}

// Says what is known about `frame`. It is the text that the cache keeps, so nothing in it depends on the goroutine.
Told Tell(const StackTrace::Frame& frame, Modules* modules, char* to, std::size_t room) {
  Told told = {KeyOf(frame), to, 0, false, false};
  const std::uintptr_t at = frame.Lookup();
  Module* module = modules->Find(at);
  const std::uint64_t address = module != nullptr ? module->AddressOf(at) : 0;
  ElfFile::Symbol symbol = {};
  const bool found = module != nullptr && module->file.FindFunction(address, &symbol);
  char demangled[512];
  char name[kMaxName + 1] = "???";
  if (symbolize != nullptr && symbolize(at, demangled, sizeof(demangled))) {
    ShortenName(demangled, name);
  } else if (found) {
    ShortenName(symbol.name, name);
  }
  SourceLine line = {};
  told.has_line = module != nullptr && module->lines.Find(address, &line);
  // If the user's own code has been inlined, the line is the user's.
  told.runtime = IsRuntimeName(name) && (!CallsUserCode(name) || (told.has_line && IsLibraryFile(line)));

  TextWriter writer(to, room);
  sys::Printer& out = writer.out();
  out.Str(name).Str("\n\t");
  if (told.has_line) {
    PrintPlace(line, &out);
    // Go's offset is that of the return address.
    if (found) out.Str(" +").Hex(address - symbol.entry + (frame.pc - at));
  } else if (module != nullptr) {
    out.Str(module->path).Str(" +").Hex(address);
    if (module->lines.compressed()) out.Str(" (its line tables are compressed)");
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

  // The result is good until the next call.
  const Told& operator()(const StackTrace::Frame& frame) {
    if (!mine_) {
      other_ = {0, "???\n\t", 5, false, false};
      return other_;
    }
    const std::uintptr_t key = KeyOf(frame);
    Told& slot = memory->told[key * 0x9e3779b97f4a7c15 >> 51];  // 64 - 13 bits
    static_assert(Memory::kSlots == 1 << (64 - 51));
    if (slot.text != nullptr && slot.key == key) return slot;
    // When the pages are full, the last piece is written again and again.
    const bool room = memory->text_size + 2 * Memory::kMostText <= Memory::kTextBytes;
    other_ = Tell(frame, &memory->modules, memory->text + memory->text_size, Memory::kMostText);
    if (!room) return other_;
    memory->text_size += other_.size;
    slot = other_;
    return slot;
  }

 private:
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

void PrintFrame(const StackTrace& trace, std::size_t i, const Told& told, bool system, sys::Printer* out) {
  const StackTrace::Frame& frame = trace.At(i);
  out->Str(told.text, told.size);
  if (system) out->Str(" fp=").Hex(trace.FpOf(i)).Str(" sp=").Hex(frame.sp);
  if (system || !told.has_line) out->Str(told.text[told.size - 1] == '\t' ? "pc=" : " pc=").Hex(frame.Lookup());
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

void PrintFrames(const StackTrace& trace, bool system, sys::Printer* out) {
  constexpr std::uint32_t kFoldFrom = 3;
  FrameTeller tell;
  bool all = true;  // a goroutine that is nothing but runtime is shown as it is
  ForEachFrame(trace, [&](std::size_t i) { all = all && tell(trace.At(i)).runtime; }, [](std::size_t) {});
  all = all || system;
  ForEachFrame(
      trace,
      [&](std::size_t i) {
        const StackTrace::Frame& frame = trace.At(i);
        const Told& told = tell(frame);
        if (told.runtime && !all) return;
        const bool fold = frame.repeated >= kFoldFrom;
        for (std::uint32_t n = 0; n <= (fold ? 0 : frame.repeated); ++n) PrintFrame(trace, i, told, system, out);
        if (fold) out->Str("...").Udec(frame.repeated).Str(" identical frames folded...\n");
      },
      [&](std::size_t elided) { out->Str("...").Udec(elided).Str(" frames elided...\n"); });
}

}  // namespace gort::runtime
