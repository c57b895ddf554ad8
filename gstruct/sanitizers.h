// Which sanitizer the runtime is compiled for, and how its own code is kept out of ThreadSanitizer's sight.
//
// There are two ways to use TSan. --config=tsan is for work on gort itself: all of it is instrumented, and a switch orders what
// came before it with what comes after, because the scheduler relies on that. --config=race is for programs that use gort. There
// TSan must see a race between two goroutines although the scheduler orders all that it does: run queues, locks and free lists
// would hide every race behind an order that the program must not rely on. So the runtime does not exist for TSan; what orders
// goroutines is said explicitly, in the places where Go's memory model has it (runtime/switch/race.h).
//
//   everything            compiled with -DGORT_RACE=1
//   layers 0 to 4         compiled with -fno-sanitize=thread as well (bazel/defs.bzl)
//   their inline functions, and the primitives of layer 5
//                         between GORT_RACE_INVISIBLE_BEGIN and _END: an instrumented file that uses such a function has a copy of its
//                         own, and the linker may take that one for all
//   everything above      instrumented, the user's code above all
#ifndef GORT_GSTRUCT_SANITIZERS_H_
#define GORT_GSTRUCT_SANITIZERS_H_

#define GORT_ASAN 0
#define GORT_TSAN 0

// gcc defines macros, clang has features.
#if defined(__SANITIZE_ADDRESS__)
#undef GORT_ASAN
#define GORT_ASAN 1
#elif defined(__SANITIZE_THREAD__) || defined(GORT_RACE)
#undef GORT_TSAN
#define GORT_TSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#undef GORT_ASAN
#define GORT_ASAN 1
#elif __has_feature(thread_sanitizer)
#undef GORT_TSAN
#define GORT_TSAN 1
#endif
#endif

// A function that no sanitizer instruments.
#if defined(__clang__)
#define GORT_UNINSTRUMENTED __attribute__((disable_sanitizer_instrumentation))
#else
#define GORT_UNINSTRUMENTED __attribute__((no_sanitize("address", "thread")))
#endif

// Functions defined between the two are not instrumented: neither their memory accesses (no_sanitize, which also keeps them from being
// inlined into functions that are) nor their atomic operations, except for those of std::atomic<T*> and <bool>: these are functions of the
// library's, invisible only where they are inlined.
#if defined(GORT_RACE) && defined(__clang__)
#define GORT_RACE_INVISIBLE_BEGIN                                                                \
  _Pragma("clang attribute push(__attribute__((no_sanitize(\"thread\"))), apply_to = function)") \
      _Pragma("clang attribute push(__attribute__((disable_sanitizer_instrumentation)), apply_to = function)")
#define GORT_RACE_INVISIBLE_END _Pragma("clang attribute pop") _Pragma("clang attribute pop")
#else
#define GORT_RACE_INVISIBLE_BEGIN
#define GORT_RACE_INVISIBLE_END
#endif

#endif  // GORT_GSTRUCT_SANITIZERS_H_
