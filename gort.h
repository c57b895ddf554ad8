// gort: goroutines for C++. The umbrella header; each part also has its own target and header.
#ifndef GORT_GORT_H_
#define GORT_GORT_H_

#include "gort/runtime/channel/channel.h"      // IWYU pragma: export
#include "gort/runtime/context/context.h"      // IWYU pragma: export
#include "gort/runtime/debug/labels.h"         // IWYU pragma: export
#include "gort/runtime/debug/leaks.h"          // IWYU pragma: export
#include "gort/runtime/debug/profile.h"        // IWYU pragma: export
#include "gort/runtime/debug/stack.h"          // IWYU pragma: export
#include "gort/runtime/goroutine/errno.h"      // IWYU pragma: export
#include "gort/runtime/goroutine/goroutine.h"  // IWYU pragma: export
#include "gort/runtime/group/group.h"          // IWYU pragma: export
#include "gort/runtime/group/semaphore.h"      // IWYU pragma: export
#include "gort/runtime/group/task.h"           // IWYU pragma: export
#include "gort/runtime/guest/guest.h"          // IWYU pragma: export
#include "gort/runtime/metrics/metrics.h"      // IWYU pragma: export
#include "gort/runtime/net/net.h"              // IWYU pragma: export
#include "gort/runtime/netpoll/descriptor.h"   // IWYU pragma: export
#include "gort/runtime/panic/panic.h"          // IWYU pragma: export
#include "gort/runtime/select/select.h"        // IWYU pragma: export
#include "gort/runtime/sync/cond.h"            // IWYU pragma: export
#include "gort/runtime/sync/map.h"             // IWYU pragma: export
#include "gort/runtime/sync/mutex.h"           // IWYU pragma: export
#include "gort/runtime/sync/once.h"            // IWYU pragma: export
#include "gort/runtime/sync/pool.h"            // IWYU pragma: export
#include "gort/runtime/sync/rwmutex.h"         // IWYU pragma: export
#include "gort/runtime/sync/waitgroup.h"       // IWYU pragma: export
#include "gort/runtime/synctest/synctest.h"    // IWYU pragma: export
#include "gort/runtime/time/time.h"            // IWYU pragma: export
#include "gort/runtime/trace/annotation.h"     // IWYU pragma: export
#include "gort/runtime/trace/trace.h"          // IWYU pragma: export

#endif  // GORT_GORT_H_
