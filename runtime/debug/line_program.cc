// What line_test.sh drives:
//
//   line_program lookup FILE        reads addresses (hex, one a line) and prints directory/file:line for each, or ??:0
//   line_program inlined FILE       the same, but prints each function that the address is in, innermost first, as NAME\tPLACE,
//                                   then an empty line; the outermost, whose name is the symbol table's, without a name
//   line_program fuzz FILE SEED N   reads N damaged copies of FILE, each up against a page that must not be touched: cut off, or
//                                   with changed bits anywhere, or in the tables of inlined functions

#include <sys/mman.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "gort/runtime/debug/dwarf.h"
#include "gort/runtime/debug/elf.h"
#include "gort/runtime/debug/inline.h"
#include "gort/runtime/debug/line.h"

namespace {

using gort::runtime::Bytes;
using gort::runtime::DwarfSections;
using gort::runtime::ElfFile;
using gort::runtime::InlinedCall;
using gort::runtime::InlineReader;
using gort::runtime::LineTable;
using gort::runtime::SourceLine;

void PrintPlace(const SourceLine& line) {
  std::printf("%s%s%s:%u\n", line.directory, *line.directory != '\0' ? "/" : "", line.file, line.line);
}

// The functions inlined at `address`, and the one that they are in.
void PrintInlined(const LineTable& table, const DwarfSections& sections, InlineReader* reader, std::uint64_t address,
                  SourceLine line) {
  InlinedCall calls[InlineReader::kMostCalls];
  const std::uint64_t table_at = line.table;
  for (std::size_t n = reader->Find(sections, table_at, address, calls); n > 0; --n) {
    char name[512];
    reader->Name(sections, calls[n - 1].function, name, sizeof(name));
    std::printf("%s\t", name);
    PrintPlace(line);
    line = {"", "??", 0, table_at};
    if (table.FindFile(table_at, calls[n - 1].file, &line)) line.line = calls[n - 1].line;
  }
  std::putchar('\t');
  PrintPlace(line);
  std::putchar('\n');
}

int Lookup(const char* path, bool inlined) {
  const ElfFile file = ElfFile::Map(path);
  if (!file.valid()) {
    std::fprintf(stderr, "line_program: %s is not an ELF-64 file of this machine; name an executable or a shared object\n", path);
    return 2;
  }
  const LineTable table(file);
  const DwarfSections sections(file);
  const auto reader = std::make_unique<InlineReader>();
  if (table.compressed()) std::puts("compressed");
  std::uint64_t address;
  while (std::scanf("%" SCNx64, &address) == 1) {
    SourceLine line = {"", "??", 0, 0};
    const bool found = table.Find(address, &line);
    if (inlined && found) {
      PrintInlined(table, sections, reader.get(), address, line);
    } else {
      PrintPlace(line);
    }
  }
  return 0;
}

// Asks everything that there is to ask. The sum is only so that nothing is left out.
std::size_t ReadAll(Bytes bytes) {
  const ElfFile file(bytes);
  const LineTable table(file);
  const DwarfSections sections(file);
  const auto reader = std::make_unique<InlineReader>();
  std::uint64_t lo, hi;
  file.CodeRange(&lo, &hi);
  std::size_t sum = 0;
  const std::uint64_t most = lo < hi && hi - lo < 0x10000 ? hi : lo + 0x10000;
  for (std::uint64_t at = lo; at < most; at += 13) {
    SourceLine line;
    if (table.Find(at, &line)) {
      sum += std::strlen(line.file) + std::strlen(line.directory) + line.line;
      InlinedCall calls[InlineReader::kMostCalls];
      for (std::size_t n = reader->Find(sections, line.table, at, calls); n > 0; --n) {
        char name[64];
        reader->Name(sections, calls[n - 1].function, name, sizeof(name));
        sum += std::strlen(name) + (table.FindFile(line.table, calls[n - 1].file, &line) ? std::strlen(line.file) : 0);
      }
    }
    ElfFile::Symbol symbol;
    if (file.FindFunction(at, &symbol)) sum += std::strlen(symbol.name);
  }
  return sum + file.AddressOf(0x1000);
}

// Where in `whole` the tables lie of which the damage shall be found out.
std::vector<Bytes> FindTables(const std::string& whole) {
  const DwarfSections sections(ElfFile(Bytes(reinterpret_cast<const unsigned char*>(whole.data()), whole.size())));
  std::vector<Bytes> tables;
  for (const Bytes& table : {sections.info, sections.abbreviations, sections.string_offsets, sections.addresses, sections.ranges,
                             sections.range_lists}) {
    if (!table.empty()) tables.push_back(table);
  }
  return tables;
}

int Fuzz(const char* path, unsigned seed, int times) {
  std::ifstream in(path, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t room = (whole.size() + page - 1) / page * page;
  auto* const pages =
      static_cast<unsigned char*>(mmap(nullptr, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (pages == MAP_FAILED || whole.empty() || mprotect(pages + room, page, PROT_NONE) != 0) {
    std::fprintf(stderr, "line_program: cannot read %s or map memory for it\n", path);
    return 2;
  }
  std::printf("seed %u\n", seed);
  std::fflush(stdout);
  std::mt19937_64 random(seed);
  const std::vector<Bytes> tables = FindTables(whole);
  std::size_t sum = 0;
  for (int i = 0; i < times; ++i) {
    std::size_t size = whole.size();
    if (i % 3 == 0) size = random() % (size + 1);  // cut off
    unsigned char* const copy = pages + room - size;
    std::memcpy(copy, whole.data(), size);
    if (i % 3 != 0) {  // a few bits, or bytes of a kind that numbers overflow by
      for (int n = 1 << random() % 12; n > 0; --n) {
        std::size_t at = random() % size;
        if (i % 3 == 1 && !tables.empty()) {
          const Bytes& table = tables[random() % tables.size()];
          at = static_cast<std::size_t>(table.data() - reinterpret_cast<const unsigned char*>(whole.data())) +
               random() % table.left();
        }
        unsigned char& victim = copy[at];
        victim = random() % 4 == 0 ? static_cast<unsigned char>(0xff) : static_cast<unsigned char>(victim ^ (1U << random() % 8));
      }
    }
    sum += ReadAll(Bytes(copy, size));
  }
  std::printf("%d copies read, sum %zu\n", times, sum);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "lookup") return Lookup(argv[2], false);
  if (argc == 3 && std::string_view(argv[1]) == "inlined") return Lookup(argv[2], true);
  if (argc == 5 && std::string_view(argv[1]) == "fuzz") {
    return Fuzz(argv[2], static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10)), std::atoi(argv[4]));
  }
  std::fputs("line_program: say `lookup FILE`, `inlined FILE` or `fuzz FILE SEED TIMES`\n", stderr);
  return 2;
}
