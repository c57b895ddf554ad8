// A light switch: nothing to do with gort's header of the same path.
#ifndef RUNTIME_SWITCH_SWITCH_H_
#define RUNTIME_SWITCH_SWITCH_H_

namespace downstream {

struct Switch {
  bool on = false;
  void Flip() { on = !on; }
};

}  // namespace downstream

#endif  // RUNTIME_SWITCH_SWITCH_H_
