#include "gort/runtime/channel/channel.h"

#include "gort/runtime/panic/panic.h"

namespace gort::internal {

// Out of line, and the texts here alone: a throw in a template is copied into every function that sends.

void PanicSend(runtime::ChanStatus status) {
  throw PanicError(status == runtime::ChanStatus::kClosed ? "send on closed channel"
                                                          : "send on synctest channel from outside bubble");
}

void PanicRecv(runtime::ChanStatus) { throw PanicError("receive on synctest channel from outside bubble"); }

void PanicClose(runtime::ChanStatus status) {
  throw PanicError(status == runtime::ChanStatus::kNil      ? "close of nil channel"
                   : status == runtime::ChanStatus::kClosed ? "close of closed channel"
                                                            : "close of synctest channel from outside bubble");
}

void PanicMakechan() { throw PanicError("makechan: size out of range"); }

}  // namespace gort::internal
