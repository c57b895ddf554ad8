#include "gort/runtime/sched/bubble.h"

#include <utility>

#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/proc.h"

namespace gort::runtime {

namespace {

// Counts one out. Returns who is to be told, if somebody is.
// Locks: b->mu held.
g* countout(synctestBubble* b) {
  if (--b->running > 0) return nullptr;
  b->running = 1;
  return std::exchange(b->waiter != nullptr ? b->waiter : b->root, nullptr);
}

}  // namespace

void bubblestart(synctestBubble* b) {
  lock(&b->mu);
  ++b->total;
  ++b->running;
  unlock(&b->mu);
}

void bubblewake(synctestBubble* b) {
  lock(&b->mu);
  ++b->running;
  unlock(&b->mu);
}

void bubbleblock(synctestBubble* b) {
  lock(&b->mu);
  g* told = countout(b);
  unlock(&b->mu);
  if (told != nullptr) goready(told);
}

void bubbleleave(synctestBubble* b) {
  lock(&b->mu);
  --b->total;
  g* told = countout(b);
  unlock(&b->mu);
  if (told != nullptr) goready(told);
}

bool bubblewatch(g* gp, void* bubble) {
  auto* b = static_cast<synctestBubble*>(bubble);
  lock(&b->mu);
  g* told = countout(b);
  unlock(&b->mu);
  if (told == gp) return false;
  // Not ourselves: the root goes to sleep, and somebody is in Wait.
  if (told != nullptr) goready(told);
  return true;
}

}  // namespace gort::runtime
