// Signals for a goroutine.
#ifndef GORT_EXAMPLES_TCPPROXY_SIGNALS_H_
#define GORT_EXAMPLES_TCPPROXY_SIGNALS_H_

#include <initializer_list>

#include "gort/runtime/netpoll/descriptor.h"

namespace gort::examples::tcpproxy {

// From its construction on the named signals no longer do what they did, but come out of Next. Once per process, and for as long as it
// lives.
//
// A handler writes each one's number to a pipe. A signalfd would need no handler, and every thread to block the signals: those of the
// runtime are older than main.
class Signals {
 public:
  explicit Signals(std::initializer_list<int> signals);

  // Waits for the next one and returns its number.
  // Runs on: any thread.  Blocks: G.
  int Next();

 private:
  netpoll::Descriptor pipe_;
};

}  // namespace gort::examples::tcpproxy

#endif  // GORT_EXAMPLES_TCPPROXY_SIGNALS_H_
