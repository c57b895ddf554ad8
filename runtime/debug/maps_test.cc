#include "gort/runtime/debug/maps.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

struct Found {
  MapsLine line;
  std::string path;
};

std::vector<Found> All() {
  std::vector<Found> all;
  MapsFile maps;
  for (MapsLine line; maps.Next(&line);) all.push_back({line, line.path});
  EXPECT_TRUE(maps.ok());
  return all;
}

// Null: no mapping has `address`.
const Found* Find(const std::vector<Found>& all, const void* address) {
  for (const Found& found : all) {
    if (found.line.range.Contains(reinterpret_cast<std::uintptr_t>(address))) return &found;
  }
  return nullptr;
}

int variable = 1;
void Function() {}

TEST(MapsFile, KnowsCodeDataAndStack) {
  const std::vector<Found> all = All();
  const int local = variable;
  const Found* code = Find(all, reinterpret_cast<const void*>(&Function));
  ASSERT_NE(code, nullptr);
  EXPECT_TRUE(code->line.readable && code->line.executable && !code->line.writable && !code->line.shared);
  EXPECT_NE(code->line.inode, 0u);
  EXPECT_TRUE(std::filesystem::equivalent(code->path, "/proc/self/exe")) << code->path;
  const Found* data = Find(all, &variable);
  ASSERT_NE(data, nullptr);
  EXPECT_TRUE(data->line.readable && data->line.writable && !data->line.executable);
  const Found* stack = Find(all, &local);
  ASSERT_NE(stack, nullptr);
  EXPECT_EQ(stack->line.inode, 0u);
  EXPECT_EQ(Find(all, nullptr), nullptr);
}

TEST(MapsFile, GivesTheLinesInOrder) {
  const std::vector<Found> all = All();
  std::uintptr_t end = 0;  // of the last one
  for (const Found& found : all) {
    EXPECT_LE(end, found.line.range.lo);
    EXPECT_LT(found.line.range.lo, found.line.range.hi);
    end = found.line.range.hi;
  }
}

// A path that is longer than the reader's buffer: it is cut off, and neither this line nor the next one is lost.
TEST(MapsFile, CutsOffALongPath) {
  const char* tmp = std::getenv("TEST_TMPDIR");
  const std::filesystem::path root = std::filesystem::path(tmp != nullptr ? tmp : "/tmp") / "maps_test";
  std::filesystem::path folder = root;
  for (int i = 0; i < 10; ++i) folder /= std::string(200, static_cast<char>('a' + i));
  std::filesystem::create_directories(folder);
  const std::filesystem::path path = folder / "file";
  std::ofstream(path) << "0123456789";
  std::FILE* file = std::fopen(path.c_str(), "r");
  ASSERT_NE(file, nullptr);
  void* const at = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, fileno(file), 0);
  ASSERT_NE(at, MAP_FAILED);
  const std::vector<Found> all = All();
  const Found* found = Find(all, at);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(path.string().substr(0, found->path.size()), found->path);
  EXPECT_GT(found->path.size(), 900u);
  const Found* data = Find(all, &variable);
  EXPECT_NE(data, nullptr);
  munmap(at, 4096);
  std::fclose(file);
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace gort::runtime
