// What the tree behind the contexts holds on to, seen from inside: nothing longer than needed. On goroutine 1.

#include "gort/runtime/context/canceler.h"

#include <memory>

#include "gtest/gtest.h"

namespace gort::internal {
namespace {

const absl::Status kErr = absl::CancelledError("context canceled");

std::shared_ptr<Canceler> New(const std::shared_ptr<Canceler>& parent) { return Canceler::New(parent, std::nullopt); }

// Whether the tree let go of what only it can have held.
bool IsGone(std::shared_ptr<Canceler>* last) {
  const std::weak_ptr<Canceler> weak = *last;
  last->reset();
  return weak.expired();
}

TEST(E45Canceler, CancelLeavesTheParent) {
  auto parent = New(nullptr);
  auto child = New(parent);
  child->Cancel(kErr, kErr);
  EXPECT_TRUE(IsGone(&child));
  EXPECT_TRUE(parent->Err().ok());
}

TEST(E45Canceler, CancelOfTheParentLetsGoOfTheChildren) {
  auto parent = New(nullptr);
  auto child = New(parent);
  auto leaf = Canceler::NewAfterFunc(child, [] {});
  parent->Cancel(kErr, kErr);
  EXPECT_TRUE(IsGone(&child));
  EXPECT_TRUE(IsGone(&leaf));
}

TEST(E45Canceler, ReleaseLeavesTheParent) {
  auto parent = New(nullptr);
  auto child = New(parent);
  child->ReleaseContext();
  EXPECT_TRUE(IsGone(&child));
}

TEST(E45Canceler, CancelStopsTheTimer) {
  auto canceler = New(nullptr);
  canceler->StartTimer(absl::Hours(1), absl::OkStatus());
  canceler->Cancel(kErr, kErr);
  EXPECT_TRUE(IsGone(&canceler)) << "the timer holds it";
}

TEST(E45Canceler, CancelOfTheParentStopsTheTimer) {
  auto parent = New(nullptr);
  auto child = New(parent);
  child->StartTimer(absl::Hours(1), absl::OkStatus());
  parent->Cancel(kErr, kErr);
  EXPECT_TRUE(IsGone(&child)) << "the timer holds it";
}

TEST(E45Canceler, ReleaseStopsTheTimer) {
  auto parent = New(nullptr);
  auto child = New(parent);
  child->StartTimer(absl::Hours(1), absl::OkStatus());
  child->ReleaseContext();
  EXPECT_TRUE(IsGone(&child)) << "the timer holds it";
}

TEST(E45Canceler, DeadlineLeavesTheParent) {
  auto parent = New(nullptr);
  auto child = New(parent);
  child->StartTimer(absl::Milliseconds(1), absl::OkStatus());
  const Chan<Unit> done = child->done();
  const std::weak_ptr<Canceler> weak = child;
  child.reset();
  done.Recv();
  while (!weak.expired()) Gosched();  // the timer's goroutine is at its end
}

TEST(E45Canceler, AFunctionKeepsItsAncestorsInTheTreeUntilStopped) {
  auto root = New(nullptr);
  auto middle = New(root);
  auto child = New(middle);
  auto leaf = Canceler::NewAfterFunc(child, [] {});
  const std::weak_ptr<Canceler> weak_middle = middle;
  const std::weak_ptr<Canceler> weak_child = child;
  child->ReleaseContext();
  child.reset();
  middle->ReleaseContext();
  middle.reset();
  EXPECT_FALSE(weak_child.expired());
  EXPECT_TRUE(leaf->Stop());
  EXPECT_TRUE(weak_child.expired());
  EXPECT_TRUE(weak_middle.expired());
  EXPECT_TRUE(IsGone(&leaf));
}

TEST(E45Canceler, TheTreeOwnsTheFunction) {
  auto root = New(nullptr);
  auto leaf = Canceler::NewAfterFunc(root, [] {});
  const std::weak_ptr<Canceler> weak = leaf;
  leaf.reset();
  EXPECT_FALSE(weak.expired());
  root.reset();
  EXPECT_TRUE(weak.expired());
}

}  // namespace
}  // namespace gort::internal
