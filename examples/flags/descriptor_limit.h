// Room for many connections.
#ifndef GORT_EXAMPLES_FLAGS_DESCRIPTOR_LIMIT_H_
#define GORT_EXAMPLES_FLAGS_DESCRIPTOR_LIMIT_H_

namespace gort::examples {

// Raises the process's soft limit of descriptors, often 1,024, to the hard one, as Go does for its programs. If it cannot, it stays.
// Runs on: any thread.
void RaiseDescriptorLimit();

}  // namespace gort::examples

#endif  // GORT_EXAMPLES_FLAGS_DESCRIPTOR_LIMIT_H_
