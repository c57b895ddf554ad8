#include "gort/gstruct/crosscheck/file.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace gort::crosscheck {

Result<std::string> ReadFile(const std::string& name, std::string_view directory) {
  constexpr uint64_t kMaxSize = uint64_t{1} << 30;
  std::filesystem::path path(name);
  if (path.is_relative() && !directory.empty()) path = std::filesystem::path(directory) / path;

  std::error_code failure;
  const std::filesystem::file_status status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status)) {
    return Error{name + " cannot be opened: " + (failure ? failure.message() : "it does not exist") +
                 "; check its path"};
  }
  // A pipe is what the shell's <(command) gives. A device might never end.
  if (!std::filesystem::is_regular_file(status) && !std::filesystem::is_fifo(status)) {
    return Error{name + " is a directory or a device: give a file"};
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{name + " cannot be opened: " + std::strerror(errno) + "; check its permissions"};

  std::string content;
  std::array<char, 1 << 16> chunk;
  while (in.read(chunk.data(), chunk.size()), in.gcount() > 0) {
    content.append(chunk.data(), static_cast<size_t>(in.gcount()));
    if (content.size() > kMaxSize) return Error{name + " is larger than 1 GiB: give a smaller executable"};
  }
  if (in.bad()) return Error{name + " cannot be read: " + std::strerror(errno) + "; check the disk"};
  return content;
}

}  // namespace gort::crosscheck
