// gort: goroutines for C++. The umbrella header; each part also has its own target and header.
#ifndef GORT_GORT_H_
#define GORT_GORT_H_

#include "gort/runtime/channel/channel.h"      // IWYU pragma: export
#include "gort/runtime/goroutine/goroutine.h"  // IWYU pragma: export
#include "gort/runtime/guest/guest.h"          // IWYU pragma: export
#include "gort/runtime/panic/panic.h"          // IWYU pragma: export
#include "gort/runtime/select/select.h"        // IWYU pragma: export

#endif  // GORT_GORT_H_
