// Who waits on which address: the content of one bucket of the semaphore table.
//
//           +---- A ----+             a treap: a search tree by address, a heap by priority. A node is the first waiter on
//           |           |             its address (sudog.prev and next are the children, elem.vp the address, ticket the
//       +-- B --+       C -> c2 -> c3 priority) and heads the list of the others, first come first (waitlink; waittail at
//       |       |                     the head).
//       D       E -> e2
//
// The priority is a hash of the address. The tree's shape then follows from the addresses alone: as balanced as by random
// numbers, and it takes nothing from the scheduler's random stream, which a seeded run replays. A priority that grows in
// step with the address would make a list of it, hence a hash that mixes all bits.
//
// Source: Go 1.27 runtime.semaRoot. There rotations keep the heap, here Push splits a subtree and Pop joins two, which needs
// no parent pointers; and there priorities are random.
#ifndef GORT_RUNTIME_SEMA_SEMATREE_H_
#define GORT_RUNTIME_SEMA_SEMATREE_H_

#include "gort/gstruct/sudog.h"

namespace gort::runtime {

// Guard: the bucket's lock, for the tree and the sudogs in it.
class semaTree {
 public:
  // Adds `s` to those who wait on `addr`: last, or first with `lifo`. The tree owns the sudog's links, elem and ticket until
  // Pop returns it; the sudog stays where it is, on its waiter's stack.
  // Runs on: any.  Blocks: never; O(log addresses).
  void Push(const void* addr, sudog* s, bool lifo);

  // Removes and returns the first who waits on `addr`, its links null and its ticket 0; null when nobody waits there.
  // Runs on: any.  Blocks: never; O(log addresses).
  sudog* Pop(const void* addr);

 private:
  sudog* root_ = nullptr;
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SEMA_SEMATREE_H_
