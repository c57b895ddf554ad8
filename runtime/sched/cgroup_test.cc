// A folder stands for /: every test writes the /proc and /sys of some machine into it.
#include "gort/runtime/sched/cgroup.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "gort/runtime/sys/linux.h"
#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

class CgroupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = new std::string(::testing::TempDir() + "/cgroup_test_" + std::to_string(getpid()));
    std::filesystem::remove_all(*root_);
    opened_ = 0;
  }
  void TearDown() override {
    std::filesystem::remove_all(*root_);
    delete root_;
  }

  static void File(const std::string& path, const std::string& content) {
    const std::filesystem::path file = *root_ + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << content;
  }
  static void Membership(const std::string& content) { File("/proc/self/cgroup", content); }
  static void Mounts(const std::string& content) { File("/proc/self/mountinfo", content); }

  static long Open(const char* path) {
    ++opened_;
    return sys::Open((*root_ + path).c_str(), sys::kO_RDONLY | sys::kO_CLOEXEC);
  }
  static int Procs() { return CgroupProcs(&Open); }

  static std::string* root_;
  static int opened_;
};
std::string* CgroupTest::root_;
int CgroupTest::opened_;

constexpr char kOtherMounts[] =
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard\n";
constexpr char kV2Mount[] = "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr char kV1Mounts[] =
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
    "33 31 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

TEST_F(CgroupTest, WithoutProcThereIsNoQuota) { EXPECT_EQ(Procs(), kNoQuota); }

TEST_F(CgroupTest, Version2RoundsUp) {
  Membership("0::/a/b\n");
  Mounts(std::string(kOtherMounts) + kV2Mount);
  const struct {
    const char* cpu_max;
    int want;
  } kCases[] = {
      {"max 100000\n", kNoQuota},
      {"300000 100000\n", 3},
      {"300001 100000\n", 4},
      {"1000 100000\n", 1},
      {"500000 50000", 10},  // without the newline
      {"9223372036854775807 1\n", kNoQuota},
      {"", kNoQuota},
      {"300000", kNoQuota},
      {"300000 0\n", kNoQuota},
      {"0 100000\n", kNoQuota},
      {"x y z\n", kNoQuota},
  };
  for (const auto& c : kCases) {
    File("/sys/fs/cgroup/a/b/cpu.max", c.cpu_max);
    EXPECT_EQ(Procs(), c.want) << c.cpu_max;
  }
}

TEST_F(CgroupTest, TheSmallestQuotaOfTheAncestorsCounts) {
  Membership("0::/a/b/c\n");
  Mounts(kV2Mount);
  File("/sys/fs/cgroup/a/b/c/cpu.max", "800000 100000\n");
  EXPECT_EQ(Procs(), 8);
  File("/sys/fs/cgroup/a/cpu.max", "500000 100000\n");  // none in b: the controller may be off there
  EXPECT_EQ(Procs(), 5);
  File("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(Procs(), 5);
  File("/sys/fs/cgroup/cpu.max", "400000 100000\n");  // a container's namespace: its root has one
  EXPECT_EQ(Procs(), 4);
  File("/sys/fs/cpu.max", "300000 100000\n");  // above the mount point is no group
  EXPECT_EQ(Procs(), 4);
}

TEST_F(CgroupTest, TheRootOfANamespaceIsTheMountPoint) {
  Membership("0::/\n");
  Mounts(kV2Mount);
  File("/sys/fs/cgroup/cpu.max", "300000 100000\n");
  EXPECT_EQ(Procs(), 3);
}

TEST_F(CgroupTest, Version1HasTwoFilesAndMinusOne) {
  Membership("9:name=systemd:/x\n4:cpuset,cpu2:/y\n3:cpuacct,cpu:/a/b\n0::/z\n");
  Mounts(std::string(kOtherMounts) + kV1Mounts);
  File("/sys/fs/cgroup/unified/z/cpu.max", "200000 100000\n");  // the cpu controller is version 1's
  File("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
  File("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(Procs(), kNoQuota);
  File("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "650000\n");
  EXPECT_EQ(Procs(), 7);
  File("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "30000\n");
  File("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "10000\n");
  EXPECT_EQ(Procs(), 3);
}

TEST_F(CgroupTest, BothVersionsInOneSystem) {
  Membership("4:memory:/y\n0::/z\n");
  Mounts(kV1Mounts);
  File("/sys/fs/cgroup/unified/z/cpu.max", "600000 100000\n");  // no cpu in version 1
  EXPECT_EQ(Procs(), 6);
}

TEST_F(CgroupTest, AMountMayShowAPartOfTheGroups) {
  Membership("3:cpu:/docker/1234/worker\n");
  Mounts(
      "50 31 0:29 /dock /mnt/other rw - cgroup cgroup rw,cpu\n"  // not a prefix by components
      "51 31 0:29 /docker/1234 /sys/fs/cgroup/cpu ro master:7 - cgroup cgroup rw,cpu\n");
  File("/mnt/other/er/1234/worker/cpu.cfs_quota_us", "100000\n");
  File("/mnt/other/er/1234/worker/cpu.cfs_period_us", "100000\n");
  File("/sys/fs/cgroup/cpu/worker/cpu.cfs_quota_us", "400000\n");
  File("/sys/fs/cgroup/cpu/worker/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Procs(), 4);
  Membership("3:cpu:/docker/1234\n");
  File("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "300000\n");
  File("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Procs(), 3);
  Membership("3:cpu:/docker/99\n");
  EXPECT_EQ(Procs(), kNoQuota);
}

TEST_F(CgroupTest, MountinfoIsEscapedAndGroupsAreNot) {
  Membership("0::/my group:\\1/x\n");
  Mounts("35 24 0:30 /my\\040group:\\1341 /mnt/c\\040g\\011\\134 rw - cgroup2 none rw\n");
  File("/mnt/c g\t\\/x/cpu.max", "500000 100000\n");
  EXPECT_EQ(Procs(), 5);
}

TEST_F(CgroupTest, AGroupOutsideTheNamespaceIsNotLookedForInside) {
  Membership("0::/../other\n");
  Mounts(kV2Mount);
  File("/sys/fs/cgroup/cpu.max", "300000 100000\n");
  File("/sys/fs/other/cpu.max", "300000 100000\n");
  EXPECT_EQ(Procs(), kNoQuota);
  Mounts("35 24 0:30 /.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");  // a mount made outside shows it
  File("/sys/fs/cgroup/other/cpu.max", "200000 100000\n");
  EXPECT_EQ(Procs(), 2);
}

TEST_F(CgroupTest, AGroupMayBeMountedAtTheRootOfAllFiles) {
  Membership("0::/a\n");
  Mounts("35 24 0:30 / / rw - cgroup2 cgroup2 rw\n");
  File("/a/cpu.max", "700000 100000\n");
  EXPECT_EQ(Procs(), 7);
  File("/cpu.max", "600000 100000\n");
  EXPECT_EQ(Procs(), 6);
}

TEST_F(CgroupTest, LongLinesAreSkippedAndLongFilesRead) {
  Membership("0::/a\n");
  File("/sys/fs/cgroup/a/cpu.max", "300000 100000\n");
  std::string mounts;
  for (int length : {100, 4000, 4095, 4096, 4097, 8191, 8192, 8193, 20'000}) {
    mounts += "27 1 0:9 / /merged rw - overlay overlay rw,lowerdir=" + std::string(length, 'x') + "\n";
    for (int i = 0; i < 30; ++i) mounts += kOtherMounts;
    Mounts(mounts + kV2Mount);
    EXPECT_EQ(Procs(), 3) << length;
  }
  std::string last_line = kV2Mount;
  last_line.pop_back();
  Mounts(mounts + last_line);
  EXPECT_EQ(Procs(), 3);
}

TEST_F(CgroupTest, APathBeyondTheBoundMeansNoQuota) {
  std::string group;
  while (group.size() < 2000) group += "/0123456789";
  Membership("0::" + group + "\n");
  Mounts(kV2Mount);
  File("/sys/fs/cgroup/cpu.max", "300000 100000\n");
  EXPECT_EQ(Procs(), kNoQuota);
}

TEST_F(CgroupTest, DefaultIsAtLeastTwoAndAtMostTheCpus) {
  Membership("0::/\n");
  Mounts(kV2Mount);
  const struct {
    int ncpu;
    const char* cpu_max;
    int want;
  } kCases[] = {
      {1, "100000 100000", 1}, {2, "100000 100000", 2},  {8, "100000 100000", 2},
      {8, "50000 100000", 2},  {8, "250000 100000", 3},  {8, "800000 100000", 8},
      {8, "max 100000", 8},    {8, "1600000 100000", 8}, {64, "1600000 100000", 16},
  };
  for (const auto& c : kCases) {
    File("/sys/fs/cgroup/cpu.max", c.cpu_max);
    EXPECT_EQ(defaultGOMAXPROCS(c.ncpu, &Open), c.want) << c.ncpu << " CPUs, " << c.cpu_max;
  }
}

TEST_F(CgroupTest, NoFileIsReadForTwoCpus) {
  EXPECT_EQ(defaultGOMAXPROCS(2, &Open), 2);
  EXPECT_EQ(opened_, 0);
  EXPECT_EQ(defaultGOMAXPROCS(3, &Open), 3);
  EXPECT_GT(opened_, 0);
}

TEST(DefaultGomaxprocs, ReadsThisMachine) {
  int64_t best_ns = INT64_MAX;
  for (int i = 0; i < 100; ++i) {
    const int64_t start = sys::Nanotime();
    const int procs = defaultGOMAXPROCS(1000);
    best_ns = std::min(best_ns, sys::Nanotime() - start);
    EXPECT_GE(procs, 2);
    EXPECT_LE(procs, 1000);
  }
  std::printf("defaultGOMAXPROCS: %.1f us\n", static_cast<double>(best_ns) / 1000);
}

}  // namespace
}  // namespace gort::runtime
