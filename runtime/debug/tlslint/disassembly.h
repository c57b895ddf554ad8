// The functions of an object file, as instructions in words: what binutils' objdump prints, taken apart.
#ifndef GORT_RUNTIME_DEBUG_TLSLINT_DISASSEMBLY_H_
#define GORT_RUNTIME_DEBUG_TLSLINT_DISASSEMBLY_H_

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace gort::tlslint {

struct Instruction {
  std::uint64_t address = 0;
  std::string mnemonic;               // without prefixes such as data16, lock, notrack
  std::vector<std::string> operands;  // AT&T order: sources first, destination last
  std::string target;                 // of a call or jump: its function, demangled, "f+0x12" inside one; empty if it is computed
  std::optional<std::uint64_t> target_address;  // of a call or jump that no relocation redirects
  std::string symbol;                 // what a relocation puts in, demangled; for names of variables
  std::string place;                  // file:line; empty without debug information
};

struct Function {
  std::string file;  // the object, with its archive: "liba.a(b.o)"
  std::string name;  // demangled
  std::vector<Instruction> code;
};

// Disassembles an ELF object, shared object, program or archive for x86-64. Needs objdump (Debian: binutils) in PATH.
// Errors: one sentence, with the file's name: it is missing, no ELF file, truncated, for another machine, or objdump is missing.
absl::StatusOr<std::vector<Function>> Disassemble(const std::string& path);

// The part of it that reads objdump's words. For tests.
std::vector<Function> ParseObjdump(std::istream& in, const std::string& path);

}  // namespace gort::tlslint

#endif  // GORT_RUNTIME_DEBUG_TLSLINT_DISASSEMBLY_H_
