#include "gort/runtime/debug/tlslint/disassembly.h"

#include <ar.h>
#include <elf.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

extern char** environ;

namespace gort::tlslint {

namespace {

absl::Status Refuse(const std::string& path, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", why));
}

// The members' heads: of an archive that is damaged objdump shows what comes before the damage, and says that all is well.
absl::Status CheckArchive(const std::string& path, std::ifstream* file, std::streamoff size) {
  for (std::streamoff at = SARMAG; at < size;) {
    ar_hdr head{};
    file->seekg(at);
    file->read(reinterpret_cast<char*>(&head), sizeof head);
    std::int64_t member = 0;
    const bool whole = *file && std::string_view(head.ar_fmag, sizeof head.ar_fmag) == ARFMAG &&
                       absl::SimpleAtoi(std::string_view(head.ar_size, sizeof head.ar_size), &member) && member >= 0;
    const std::streamoff end = at + static_cast<std::streamoff>(sizeof head) + member;
    if (!whole || end > size) return Refuse(path, absl::StrCat("is no archive from byte ", at, " on; is the copy complete?"));
    at = end + end % 2;  // members begin at even bytes
  }
  return absl::OkStatus();
}

// Whether the section of names, which objdump does without, is one.
bool HasNames(const Elf64_Ehdr& header, std::ifstream* file) {
  Elf64_Shdr names{};
  file->seekg(static_cast<std::streamoff>(header.e_shoff + std::uint64_t{header.e_shstrndx} * header.e_shentsize));
  file->read(reinterpret_cast<char*>(&names), sizeof names);
  return *file && names.sh_type == SHT_STRTAB;
}

// What objdump would say less clearly, or not at all.
absl::Status Check(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    return Refuse(path, "is no file; expected an ELF object, a program or an archive");
  }
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return Refuse(path, absl::StrCat("cannot be read: ", std::strerror(errno)));
  const std::streamoff size = file.tellg();
  std::array<char, sizeof(Elf64_Ehdr)> head{};
  file.seekg(0);
  file.read(head.data(), head.size());
  if (std::string_view(head.data(), 8) == ARMAG) return CheckArchive(path, &file, size);
  if (std::memcmp(head.data(), ELFMAG, SELFMAG) != 0) {
    return Refuse(path, "is not an ELF file; expected an object (.o), an archive (.a), a shared object or a program");
  }
  if (size < static_cast<std::streamoff>(sizeof(Elf64_Ehdr))) return Refuse(path, "ends within its ELF header; is the copy complete?");
  Elf64_Ehdr header;
  std::memcpy(&header, head.data(), sizeof header);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64) {
    return Refuse(path, "is for another machine; tlslint reads x86-64 code only");
  }
  const std::uint64_t sections = std::uint64_t{header.e_shnum} * header.e_shentsize;
  if (header.e_shoff > static_cast<std::uint64_t>(size) || sections > static_cast<std::uint64_t>(size) - header.e_shoff) {
    return Refuse(path, absl::StrCat("is truncated: its sections end behind byte ", size, ", the last one; is the copy complete?"));
  }
  if (header.e_shnum != 0 && (header.e_shstrndx >= header.e_shnum || !HasNames(header, &file))) {
    return Refuse(path, "has no section of names where its header says (e_shstrndx); is it damaged?");
  }
  return absl::OkStatus();
}

// What objdump prints, and its exit status.
absl::StatusOr<std::pair<std::string, int>> RunObjdump(const std::string& path) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::InternalError(absl::StrCat("pipe: ", std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  // -w: a relocation on the line of its instruction. -l: file and line where they are known.
  std::string file = absl::StrCat(absl::StartsWith(path, "-") ? "./" : "", path);
  std::string words[] = {"objdump", "-d", "-r", "-w", "-l", "-C", "--no-show-raw-insn"};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(file.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawnp(&child, "objdump", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    return absl::FailedPreconditionError(
        absl::StrCat("cannot run objdump: ", std::strerror(error), "; install binutils (apt-get install binutils)"));
  }
  std::string text;
  char buffer[1 << 16];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return std::pair(std::move(text), WIFEXITED(status) ? WEXITSTATUS(status) : 128);
}

bool ParseHex(std::string_view text, std::uint64_t* value) {
  return !text.empty() && absl::SimpleHexAtoi(text, value);
}

// "rbx,0x8(%rsp,%rax,4)" at the commas that are not within parentheses.
std::vector<std::string> SplitOperands(std::string_view text) {
  std::vector<std::string> operands;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') ++depth;
    if (i < text.size() && text[i] == ')') --depth;
    if (i != text.size() && (text[i] != ',' || depth != 0)) continue;
    if (i > begin) operands.emplace_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return operands;
}

bool IsPrefix(std::string_view word) {
  for (std::string_view prefix : {"data16", "lock", "notrack", "bnd", "rep", "repz", "repnz", "rex.W", "cs", "ds"}) {
    if (word == prefix) return true;
  }
  return false;
}

// "f(int)-0x4" and "f(int)+0x10": without the addend.
std::string WithoutAddend(std::string_view name) {
  const std::size_t at = name.find_last_of("+-");
  std::uint64_t addend;
  if (at != std::string_view::npos && at > 0 && absl::StartsWith(name.substr(at + 1), "0x") &&
      ParseHex(name.substr(at + 3), &addend)) {
    name = name.substr(0, at);
  }
  return std::string(absl::StripSuffix(name, "@plt"));
}

// "  1f:\tcall   24 <f()+0x24>\t20: R_X86_64_PLT32\tgort::Gosched()-0x4"
bool ParseInstruction(std::string_view line, Instruction* instruction) {
  const std::vector<std::string_view> parts = absl::StrSplit(line, '\t');
  if (parts.size() < 2) return false;
  std::string_view address = absl::StripAsciiWhitespace(parts[0]);
  if (!absl::ConsumeSuffix(&address, ":") || !ParseHex(address, &instruction->address)) return false;
  std::string_view text = absl::StripAsciiWhitespace(parts[1]);
  for (;;) {
    const std::size_t space = text.find(' ');
    instruction->mnemonic = std::string(text.substr(0, space));
    text = space == std::string_view::npos ? "" : absl::StripLeadingAsciiWhitespace(text.substr(space));
    if (!IsPrefix(instruction->mnemonic) || text.empty()) break;
  }
  const std::size_t comment = text.find(" #");
  if (comment != std::string_view::npos) text = text.substr(0, comment);
  if (const std::size_t bracket = text.find(" <"); bracket != std::string_view::npos && absl::EndsWith(text, ">")) {
    instruction->target = WithoutAddend(text.substr(bracket + 2, text.size() - bracket - 3));
    text = text.substr(0, bracket);
    if (std::uint64_t target; ParseHex(text, &target)) instruction->target_address = target;
  }
  instruction->operands = SplitOperands(absl::StripAsciiWhitespace(text));
  for (std::size_t i = 2; i + 1 < parts.size(); ++i) {
    if (!absl::StrContains(parts[i], "R_X86_64_")) continue;
    instruction->symbol = WithoutAddend(parts[i + 1]);
    const bool is_branch = absl::StartsWith(instruction->mnemonic, "call") || absl::StartsWith(instruction->mnemonic, "j");
    if (!is_branch || !absl::StrContains(parts[i], "32")) continue;
    instruction->target = instruction->symbol;
    instruction->target_address.reset();
  }
  return true;
}

// "0000000000000010 <f(int)>:"
bool ParseHeading(std::string_view line, std::string* name) {
  const std::size_t bracket = line.find(" <");
  std::uint64_t address;
  if (bracket == std::string_view::npos || !absl::EndsWith(line, ">:") || !ParseHex(line.substr(0, bracket), &address)) return false;
  *name = std::string(line.substr(bracket + 2, line.size() - bracket - 4));
  return true;
}

// "dir/file.cc:31" and "dir/file.cc:31 (discriminator 2)"
bool ParsePlace(std::string_view line, std::string* place) {
  line = line.substr(0, line.find(" (discriminator"));
  const std::size_t colon = line.rfind(':');
  std::uint32_t number;
  if (colon == std::string_view::npos || colon == 0 || !absl::SimpleAtoi(line.substr(colon + 1), &number)) return false;
  *place = std::string(line);
  return true;
}

}  // namespace

std::vector<Function> ParseObjdump(std::istream& in, const std::string& path) {
  std::vector<Function> functions;
  std::string file = path;
  std::string place;
  bool in_archive = false;
  bool in_stub = false;  // of the procedure linkage table: the way to a function elsewhere, not a function
  for (std::string line; std::getline(in, line);) {
    std::string name;
    Instruction instruction;
    if (absl::StartsWith(line, "In archive ")) {
      in_archive = true;
    } else if (const std::size_t format = line.find(":     file format "); format != std::string::npos) {
      if (in_archive) file = absl::StrCat(path, "(", line.substr(0, format), ")");
    } else if (ParseHeading(line, &name)) {
      in_stub = absl::EndsWith(name, "@plt");
      if (in_stub) continue;
      functions.push_back({.file = file, .name = std::move(name), .code = {}});
      place.clear();
    } else if (!in_stub && !functions.empty() && absl::StartsWith(line, " ") && ParseInstruction(line, &instruction)) {
      instruction.place = place;
      functions.back().code.push_back(std::move(instruction));
    } else {
      ParsePlace(line, &place);
    }
  }
  return functions;
}

absl::StatusOr<std::vector<Function>> Disassemble(const std::string& path) {
  if (absl::Status status = Check(path); !status.ok()) return status;
  auto output = RunObjdump(path);
  if (!output.ok()) return output.status();
  if (output->second != 0) {
    return Refuse(path, absl::StrCat("objdump cannot read it (its status is ", output->second, "); is the file damaged?"));
  }
  std::istringstream text(std::move(output->first));
  return ParseObjdump(text, path);
}

}  // namespace gort::tlslint
