#include "gort/runtime/debug/names.h"

#include <gtest/gtest.h>

#include <string>

namespace gort::runtime {
namespace {

std::string Short(const std::string& name) {
  char text[kMaxName + 1];
  ShortenName(name.c_str(), text);
  return text;
}

TEST(ShortenName, WritesAsGoDoesWhatItLeavesOut) {
  EXPECT_EQ(Short("main"), "main(...)");
  EXPECT_EQ(Short("worker::Step()"), "worker::Step(...)");
  EXPECT_EQ(Short("gort::Chan<>::Recv()"), "gort::Chan<...>::Recv(...)");
  EXPECT_EQ(Short("runtime.mcall"), "runtime.mcall(...)");
}

TEST(ShortenName, ALambdaIsItsNumber) {
  EXPECT_EQ(Short("main::{lambda()#1}::operator()()"), "main::{lambda#1}(...)");
  EXPECT_EQ(Short("f()::{lambda(void (*)(int))#2}::operator()()"), "f()::{lambda#2}(...)");
  EXPECT_EQ(Short("f()::{lambda()#1}::operator()()::{lambda()#3}::operator()()"), "f()::{lambda#1}()::{lambda#3}(...)");
  EXPECT_EQ(Short("Apply<{lambda()#1}>()"), "Apply<{lambda#1}>(...)");
}

TEST(ShortenName, ChannelsHaveTheNameThatUsersKnow) {
  EXPECT_EQ(Short("gort::internal::RecvOps<>::Recv()"), "gort::Chan<...>::Recv(...)");
  EXPECT_EQ(Short("gort::internal::SendOps<>::Close()"), "gort::Chan<...>::Close(...)");
}

TEST(ShortenName, OperatorsKeepTheirName) {
  EXPECT_EQ(Short("Less::operator()()"), "Less::operator()(...)");
  EXPECT_EQ(Short("std::function<>::operator()()"), "std::function<...>::operator()(...)");
  EXPECT_EQ(Short("operator<<()"), "operator<<(...)");
}

TEST(ShortenName, ReadsTheTagsThatTheDemanglerDoesNotKnow) {
  EXPECT_EQ(Short("_ZN4gort5StackB5cxx11Eb"), "gort::Stack(...)");
  EXPECT_EQ(Short("_Z4NameB5cxx11v"), "Name(...)");
  EXPECT_EQ(Short("_ZNK12_GLOBAL__N_16Worker4NameB5cxx11Ev"), "(anonymous namespace)::Worker::Name(...)");
  EXPECT_EQ(Short("_ZN1a1bI3IntE4NameB5cxx11Ev"), "a::b<...>(...)");
  EXPECT_EQ(Short("_ZN999"), "_ZN999(...)");
  EXPECT_EQ(Short("_Z"), "_Z(...)");
}

TEST(ShortenName, APieceOfAFunctionIsTheFunction) {
  EXPECT_EQ(Short("worker::Step() (.cold)"), "worker::Step(...)");
  EXPECT_EQ(Short("worker::Step() (.isra.0) (.part.1)"), "worker::Step(...)");
}

TEST(ShortenName, WhatIsTooLongLosesItsMiddle) {
  for (std::size_t size = kMaxName - 10; size < 5 * kMaxName; ++size) {
    const std::string name = "first" + std::string(size, 'x') + "last";
    const std::string text = Short(name);
    EXPECT_LE(text.size(), kMaxName);
    EXPECT_EQ(text.substr(0, 6), "firstx");
    EXPECT_EQ(text.substr(text.size() - 10), "xlast(...)");
    EXPECT_EQ(text.find("x...x") != std::string::npos, name.size() + 5 > kMaxName) << text;
  }
}

TEST(ShortenName, TakesAnythingForAName) {
  EXPECT_EQ(Short(""), "(...)");
  EXPECT_EQ(Short("{lambda("), "{lambda((...)");
  EXPECT_EQ(Short("{lambda(#1}"), "{lambda(#1}(...)");
  EXPECT_EQ(Short("<"), "<(...)");
}

TEST(IsRuntimeName, WhatUsersCallIsNotRuntime) {
  for (const char* name : {"main(...)", "gort::Chan<...>::Recv(...)", "gort::Sleep(...)", "gort::sync::Mutex::Lock(...)",
                           "std::thread::join(...)", "std::vector<...>::at(...)", "runtimes::f(...)"}) {
    EXPECT_FALSE(IsRuntimeName(name)) << name;
  }
  for (const char* name : {"gort::runtime::gopark(...)", "runtime.mcall(...)", "gort::internal::RunClosure<...>(...)",
                           "std::__invoke_impl<...>(...)", "std::_Function_handler<...>::_M_invoke(...)", "__cxa_throw(...)",
                           "std::function<...>::operator()(...)", "_Unwind_ForcedUnwind(...)"}) {
    EXPECT_TRUE(IsRuntimeName(name)) << name;
  }
}

}  // namespace
}  // namespace gort::runtime
