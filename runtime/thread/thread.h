// Threads in a program with libc: Ms are pthreads, and a pthread that ends gives its g back.
#ifndef GORT_RUNTIME_THREAD_THREAD_H_
#define GORT_RUNTIME_THREAD_THREAD_H_

namespace gort::runtime {

// Makes the scheduler use pthreads: fills in hooks.newthread and hooks.threadattach.
// Runs on: any thread, before the first goroutine; a second call does nothing new.
void InstallThreads();

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_THREAD_THREAD_H_
