// Boost.Context's switch (fcontext) in the same two shapes. Needs Debian's libboost-context-dev; see run_switch.sh.

#include <boost/context/detail/fcontext.hpp>
#include <cstdlib>

#include "gort/benchmarks/switch_shapes.h"

namespace gort::benchmarks {
namespace {

namespace ctx = boost::context::detail;

class Boost {
 public:
  explicit Boost(void (*body)(Boost*)) : body_(body), memory_(static_cast<char*>(std::aligned_alloc(4096, kBytes))) {
    context_ = ctx::make_fcontext(memory_ + kBytes, kBytes, &Entry);
  }
  ~Boost() { std::free(memory_); }
  void Resume() { context_ = ctx::jump_fcontext(context_, this).fctx; }
  void Yield() { caller_ = ctx::jump_fcontext(caller_, nullptr).fctx; }

 private:
  static constexpr std::size_t kBytes = 64 * 1024;
  static void Entry(ctx::transfer_t from) {
    auto* self = static_cast<Boost*>(from.data);
    self->caller_ = from.fctx;
    self->body_(self);
  }

  void (*body_)(Boost*);
  char* memory_;
  ctx::fcontext_t context_;
  ctx::fcontext_t caller_;
};

BENCHMARK(Flat<Boost>);
BENCHMARK(Deep<Boost>);

}  // namespace
}  // namespace gort::benchmarks
