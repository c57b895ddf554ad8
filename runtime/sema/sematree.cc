#include "gort/runtime/sema/sematree.h"

#include <cstdint>

namespace gort::runtime {

namespace {

std::uintptr_t Key(const sudog* node) { return reinterpret_cast<std::uintptr_t>(node->elem.vp); }

// Source: the finalizer of MurmurHash3 (Appleby), whose every output bit depends on every input bit.
std::uint32_t Priority(std::uintptr_t key) {
  std::uint64_t h = key;
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
  return static_cast<std::uint32_t>(h >> 32);
}

// The link on which a node for `key` hangs, or would be the next leaf.
sudog** Find(sudog** link, std::uintptr_t key) {
  while (*link != nullptr && Key(*link) != key) link = key < Key(*link) ? &(*link)->prev : &(*link)->next;
  return link;
}

// Divides `tree` into what lies below `key` and what lies above.
void Split(sudog* tree, std::uintptr_t key, sudog** below, sudog** above) {
  while (tree != nullptr) {
    if (Key(tree) < key) {
      *below = tree;
      below = &tree->next;
      tree = tree->next;
    } else {
      *above = tree;
      above = &tree->prev;
      tree = tree->prev;
    }
  }
  *below = *above = nullptr;
}

// Joins two trees, all of `below` being less than all of `above`, on `link`.
void Join(sudog* below, sudog* above, sudog** link) {
  while (below != nullptr && above != nullptr) {
    if (below->ticket <= above->ticket) {
      *link = below;
      link = &below->next;
      below = below->next;
    } else {
      *link = above;
      link = &above->prev;
      above = above->prev;
    }
  }
  *link = below != nullptr ? below : above;
}

// Puts `head` into the tree in the place of `old`, which waits on the same address.
void Replace(sudog** link, const sudog* old, sudog* head) {
  head->prev = old->prev;
  head->next = old->next;
  head->ticket = old->ticket;
  *link = head;
}

// Puts a node for an address on which nobody waited at the depth that its priority asks for.
void Insert(sudog** link, sudog* s) {
  s->ticket = Priority(Key(s));
  while (*link != nullptr && (*link)->ticket <= s->ticket) link = Key(s) < Key(*link) ? &(*link)->prev : &(*link)->next;
  Split(*link, Key(s), &s->prev, &s->next);
  *link = s;
}

}  // namespace

void semaTree::Push(const void* addr, sudog* s, bool lifo) {
  s->elem.vp = const_cast<void*>(addr);
  s->waitlink = s->waittail = s->prev = s->next = nullptr;
  sudog** link = Find(&root_, Key(s));
  sudog* head = *link;
  if (head == nullptr) {
    Insert(&root_, s);
  } else if (lifo) {
    Replace(link, head, s);
    s->waitlink = head;
    s->waittail = head->waittail != nullptr ? head->waittail : head;
    head->waittail = head->prev = head->next = nullptr;
  } else {
    (head->waittail != nullptr ? head->waittail : head)->waitlink = s;
    head->waittail = s;
  }
}

sudog* semaTree::Pop(const void* addr) {
  sudog** link = Find(&root_, reinterpret_cast<std::uintptr_t>(addr));
  sudog* s = *link;
  if (s == nullptr) return nullptr;
  if (sudog* second = s->waitlink; second != nullptr) {
    second->waittail = s->waittail != second ? s->waittail : nullptr;
    Replace(link, s, second);
  } else {
    Join(s->prev, s->next, link);
  }
  s->prev = s->next = s->waitlink = s->waittail = nullptr;
  s->elem.vp = nullptr;
  s->ticket = 0;
  return s;
}

}  // namespace gort::runtime
