#include "gort/runtime/debug/line.h"

#include <cstring>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime {

namespace {

enum StandardOpcode : std::uint8_t {
  kExtended = 0,
  kCopy = 1,
  kAdvancePc = 2,
  kAdvanceLine = 3,
  kSetFile = 4,
  kConstAddPc = 8,
  kFixedAdvancePc = 9,
};
enum ExtendedOpcode : std::uint8_t { kEndSequence = 1, kSetAddress = 2 };
enum ContentType : std::uint64_t { kPath = 1, kDirectoryIndex = 2 };

enum Form : std::uint64_t {
  kBlock = 0x09,
  kData1 = 0x0b,
  kData2 = 0x05,
  kData4 = 0x06,
  kData8 = 0x07,
  kData16 = 0x1e,
  kUdata = 0x0f,
  kString = 0x08,
  kStrp = 0x0e,
  kLineStrp = 0x1f,
};

constexpr std::uint64_t kMostEntries = 1 << 20;  // directories or files of one unit

}  // namespace

// One table: its head, taken apart.
struct LineTable::Unit {
  std::uint64_t offset;  // in .debug_line
  int version;
  std::size_t offset_size;  // 4, or 8 in 64-bit DWARF
  std::uint8_t min_instruction;
  std::int8_t line_base;
  std::uint8_t line_range;
  std::uint8_t opcode_base;
  Bytes opcode_lengths;
  Bytes tables;  // directories and files
  Bytes program;
};

struct LineTable::Row {
  std::uint64_t address;
  std::uint64_t file;
  std::uint64_t line;
  bool end;  // the address is the first one behind the sequence
};

// Takes the next unit off *section. False: there is none, or nothing can be read behind it. A unit of a kind that we do not
// know has line_range 0.
bool LineTable::ReadUnit(Bytes* section, Unit* unit) {
  if (section->empty()) return false;
  unit->offset_size = 4;
  std::uint64_t length = section->U32();
  if (length == 0xffffffff) {
    unit->offset_size = 8;
    length = section->U64();
  }
  Bytes body = section->Take(length);
  if (!section->ok()) return false;
  unit->version = body.U16();
  unit->line_range = 0;
  if (unit->version < 2 || unit->version > 5) return true;
  if (unit->version == 5) body.Skip(2);  // sizes of an address and of a segment selector
  const std::uint64_t head_length = body.Fixed(unit->offset_size);
  unit->program = body.From(head_length);
  if (!unit->program.ok()) return true;
  body = body.Take(head_length);
  unit->min_instruction = body.U8();
  if (unit->version >= 4) body.Skip(1);  // operations in an instruction: 1 but for VLIW machines
  body.Skip(1);                          // default_is_stmt
  unit->line_base = static_cast<std::int8_t>(body.U8());
  const std::uint8_t line_range = body.U8();
  unit->opcode_base = body.U8();
  unit->opcode_lengths = body.Take(unit->opcode_base != 0 ? unit->opcode_base - 1 : 0);
  unit->tables = body;
  if (body.ok()) unit->line_range = line_range;
  return true;
}

// Runs the unit's program and calls f(row) for each row, until f returns false.
template <class F>
void LineTable::Run(const Unit& unit, F&& f) {
  constexpr Row kStart = {0, 1, 1, false};
  Row row = kStart;
  if (unit.line_range == 0) return;
  for (Bytes code = unit.program; !code.empty();) {
    const std::uint8_t opcode = code.U8();
    if (opcode >= unit.opcode_base) {
      const unsigned step = opcode - unit.opcode_base;
      row.address += step / unit.line_range * unit.min_instruction;
      row.line += static_cast<std::uint64_t>(std::int64_t{unit.line_base} + step % unit.line_range);
      if (!f(row)) return;
      continue;
    }
    switch (opcode) {
      case kExtended: {
        Bytes operation = code.Take(code.Uleb());
        const std::uint8_t kind = operation.U8();
        if (kind == kSetAddress) row.address = operation.Fixed(operation.left() < 8 ? operation.left() : 8);
        if (kind != kEndSequence) break;
        row.end = true;
        if (!f(row)) return;
        row = kStart;
        break;
      }
      case kCopy:
        if (!f(row)) return;
        break;
      case kAdvancePc: row.address += code.Uleb() * unit.min_instruction; break;
      case kAdvanceLine: row.line += static_cast<std::uint64_t>(code.Sleb()); break;
      case kSetFile: row.file = code.Uleb(); break;
      case kConstAddPc: row.address += (255U - unit.opcode_base) / unit.line_range * unit.min_instruction; break;
      case kFixedAdvancePc: row.address += code.U16(); break;
      default:  // its operands are all of the same kind, and the head says how many
        for (std::uint8_t n = unit.opcode_lengths.From(opcode - 1U).U8(); n > 0; --n) code.Uleb();
    }
  }
}

LineTable::LineTable(const ElfFile& file)
    : lines_(file.Section(".debug_line", &compressed_)),
      line_strings_(file.Section(".debug_line_str", &compressed_)),
      strings_(file.Section(".debug_str", &compressed_)) {
  bool old_compressed = false;
  if (!file.Section(".zdebug_line", &old_compressed).empty()) compressed_ = true;
  std::uint64_t code_lo, code_hi;
  file.CodeRange(&code_lo, &code_hi);
  Bytes rest = lines_;
  for (Unit unit;;) {
    unit.offset = lines_.left() - rest.left();
    if (!ReadUnit(&rest, &unit)) return;
    bool first = true;
    Sequence sequence = {0, 0, unit.offset};
    Run(unit, [&](const Row& row) {
      if (first || row.address < sequence.lo) sequence.lo = row.address;
      first = row.end;
      sequence.hi = row.address;
      // The linker has dropped functions, and left their lines with an address near 0 (or near the end).
      if (row.end && sequence.lo >= code_lo && sequence.lo < sequence.hi && sequence.hi <= code_hi) AddSequence(sequence);
      return true;
    });
  }
}

void LineTable::AddSequence(const Sequence& sequence) {
  if (count_ == room_) {
    const std::size_t room = room_ != 0 ? 2 * room_ : 4096 / sizeof(Sequence);
    const long pages = sys::Mmap(nullptr, room * sizeof(Sequence), sys::kPROT_READ | sys::kPROT_WRITE,
                                 sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS, -1, 0);
    if (sys::IsError(pages)) return;
    auto* larger = reinterpret_cast<Sequence*>(pages);
    if (count_ != 0) {
      std::memcpy(larger, sequences_, count_ * sizeof(Sequence));
      sys::Munmap(sequences_, room_ * sizeof(Sequence));
    }
    sequences_ = larger;
    room_ = room;
  }
  sequences_[count_++] = sequence;
}

bool LineTable::Find(std::uint64_t address, SourceLine* line) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (address < sequences_[i].lo || address >= sequences_[i].hi) continue;
    Bytes rest = lines_.From(sequences_[i].unit);
    Unit unit;
    if (!ReadUnit(&rest, &unit)) continue;
    Row before = {0, 0, 0, true};  // the last row at or below `address` in the sequence at hand
    bool found = false;
    Run(unit, [&](const Row& row) {
      found = !before.end && before.line != 0 && before.address <= address && address < row.address;
      if (found) return false;
      // Line 0 is code that the compiler made up: it counts for the line before it.
      if (row.line != 0 || row.end) before = row;
      return true;
    });
    if (!found || before.line > UINT32_MAX) continue;
    line->line = static_cast<std::uint32_t>(before.line);
    line->table = sequences_[i].unit;
    return FileOf(unit, before.file, line);
  }
  return false;
}

bool LineTable::FindFile(std::uint64_t table, std::uint64_t number, SourceLine* line) const {
  Bytes rest = lines_.From(table);
  Unit unit;
  return ReadUnit(&rest, &unit) && unit.line_range != 0 && FileOf(unit, number, line);
}

bool LineTable::FileOf(const Unit& unit, std::uint64_t number, SourceLine* line) const {
  return unit.version < 5 ? FileOf4(unit.tables, number, line) : FileOf5(unit, number, line);
}

// Versions 2 to 4: directories, then files, each list ending in an empty string. Both are counted from 1; directory 0 is
// the compiler's, whose name is elsewhere.
bool LineTable::FileOf4(Bytes tables, std::uint64_t number, SourceLine* line) const {
  const Bytes directories = tables;
  while (*tables.String() != '\0') {}
  for (std::uint64_t i = 1; tables.ok(); ++i) {
    line->file = tables.String();
    std::uint64_t directory = tables.Uleb();
    tables.Uleb();  // time of its last change
    tables.Uleb();  // size
    if (*line->file == '\0') return false;
    if (i != number) continue;
    line->directory = "";
    for (Bytes at = directories; directory > 0; --directory) {
      line->directory = at.String();
      if (*line->directory == '\0') break;
    }
    return tables.ok();
  }
  return false;
}

// Version 5: two lists of entries whose fields are described before them; both are counted from 0, and directory 0 is the
// compiler's.
bool LineTable::FileOf5(const Unit& unit, std::uint64_t number, SourceLine* line) const {
  Bytes tables = unit.tables;
  struct Entry {
    const char* path;
    std::uint64_t directory;
  };
  const auto read = [&](Bytes formats, Entry* entry) {
    *entry = {"", 0};
    while (!formats.empty()) {
      const std::uint64_t type = formats.Uleb();
      const char* text = nullptr;
      std::uint64_t value = 0;
      switch (formats.Uleb()) {
        case kString: text = tables.String(); break;
        case kLineStrp: text = line_strings_.From(tables.Fixed(unit.offset_size)).String(); break;
        case kStrp: text = strings_.From(tables.Fixed(unit.offset_size)).String(); break;
        case kUdata: value = tables.Uleb(); break;
        case kData1: value = tables.U8(); break;
        case kData2: value = tables.U16(); break;
        case kData4: value = tables.U32(); break;
        case kData8: value = tables.U64(); break;
        case kData16: tables.Skip(16); break;
        case kBlock: tables.Skip(tables.Uleb()); break;
        default: return false;  // no compiler writes it here
      }
      if (type == kPath && text != nullptr) entry->path = text;
      if (type == kDirectoryIndex) entry->directory = value;
    }
    return tables.ok();
  };
  // Takes the description of the fields, which is pairs of numbers.
  const auto take_formats = [&] {
    const std::uint8_t count = tables.U8();
    const Bytes from = tables;
    for (unsigned i = 0; i < 2U * count; ++i) tables.Uleb();
    return Bytes(from.data(), from.left() - tables.left());
  };

  const Bytes directory_formats = take_formats();
  const std::uint64_t directory_count = tables.Uleb();
  const Bytes directories = tables;
  Entry entry;
  for (std::uint64_t i = 0; i < directory_count; ++i) {
    if (i >= kMostEntries || !read(directory_formats, &entry)) return false;
  }
  const Bytes file_formats = take_formats();
  if (number >= tables.Uleb()) return false;
  for (std::uint64_t i = 0; i <= number; ++i) {
    if (i >= kMostEntries || !read(file_formats, &entry)) return false;
  }
  line->file = entry.path;
  line->directory = "";
  const std::uint64_t directory = entry.directory;
  if (directory != 0 && directory < directory_count) {
    tables = directories;
    for (std::uint64_t i = 0; i <= directory; ++i) {
      if (!read(directory_formats, &entry)) return false;
    }
    line->directory = entry.path;
  }
  return *line->file != '\0';
}

}  // namespace gort::runtime
