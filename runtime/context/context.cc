#include "gort/runtime/context/context.h"

#include <cxxabi.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <typeinfo>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gort/runtime/context/canceler.h"

namespace gort {

namespace internal {

namespace {

absl::Status Canceled() { return absl::CancelledError("context canceled"); }

std::string TypeName(const std::type_info& type) {
  int status = 0;
  char* demangled = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string name = demangled != nullptr ? demangled : type.name();
  std::free(demangled);
  return name;
}

// A key or a value for String(): strings as they are, everything else by its type, as it may be secret or changing.
std::string Text(const std::any& any) {
  if (const auto* key = std::any_cast<const ContextKeyName*>(&any)) return (*key)->name;
  if (const auto* text = std::any_cast<std::string>(&any)) return *text;
  if (const auto* text = std::any_cast<std::string_view>(&any)) return std::string(*text);
  if (const auto* text = std::any_cast<const char*>(&any)) return *text != nullptr ? *text : "<nil>";
  return any.has_value() ? TypeName(any.type()) : "<nil>";
}

}  // namespace

// A context other than Background. Immutable but for its count; what changes is in its canceler.
class ContextNode {
 public:
  ContextNode(const ContextNode* parent, std::shared_ptr<Canceler> canceler)
      : parent_(parent), canceler_(std::move(canceler)) {
    Ref(parent_);
  }
  ContextNode(const ContextNode&) = delete;
  ContextNode& operator=(const ContextNode&) = delete;

  static void Ref(const ContextNode* node) {
    if (node != nullptr) node->refs_.fetch_add(1, std::memory_order_relaxed);
  }
  static void Unref(const ContextNode* node);

  const ContextNode* parent() const { return parent_; }
  // What ends this context: its own, or that of the nearest ancestor that has one; null: nothing does.
  const std::shared_ptr<Canceler>& canceler() const { return canceler_; }

  // The value, if this node is the one with the key.
  virtual const std::any* Find(absl::FunctionRef<bool(const std::any& key)>) const { return nullptr; }
  // The part of String() that this node adds.
  virtual std::string Suffix() const = 0;

 protected:
  virtual ~ContextNode() = default;

 private:
  mutable std::atomic<std::uint32_t> refs_{1};  // handles and children; whoever makes it 0 frees the node
  const ContextNode* const parent_;             // counted there
  const std::shared_ptr<Canceler> canceler_;
};

// Not by recursion: a chain of contexts may be longer than a goroutine's stack is deep.
void ContextNode::Unref(const ContextNode* node) {
  // Release: what this handle did with the node comes before the delete; pairs with the acquire of the last one here.
  while (node != nullptr && node->refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    const ContextNode* const parent = node->parent_;
    delete node;
    node = parent;
  }
}

namespace {

class CancelNode final : public ContextNode {
 public:
  using ContextNode::ContextNode;
  ~CancelNode() override { canceler()->ReleaseContext(); }
  std::string Suffix() const override { return ".WithCancel"; }
};

class DeadlineNode final : public ContextNode {
 public:
  using ContextNode::ContextNode;
  ~DeadlineNode() override { canceler()->ReleaseContext(); }
  std::string Suffix() const override {
    const absl::Time deadline = *canceler()->deadline();
    return absl::StrCat(".WithDeadline(",
                        absl::FormatTime("%Y-%m-%d %H:%M:%E*S %z %Z", deadline, absl::LocalTimeZone()), " [",
                        absl::StrReplaceAll(absl::FormatDuration(deadline - Now()), {{"us", "µs"}}), "])");
  }
};

class WithoutCancelNode final : public ContextNode {
 public:
  explicit WithoutCancelNode(const ContextNode* parent) : ContextNode(parent, nullptr) {}
  std::string Suffix() const override { return ".WithoutCancel"; }
};

class ValueNode final : public ContextNode {
 public:
  ValueNode(const ContextNode* parent, std::shared_ptr<Canceler> canceler, std::any key, std::any value)
      : ContextNode(parent, std::move(canceler)), key_(std::move(key)), value_(std::move(value)) {}
  const std::any* Find(absl::FunctionRef<bool(const std::any& key)> is_key) const override {
    return is_key(key_) ? &value_ : nullptr;
  }
  std::string Suffix() const override { return absl::StrCat(".WithValue(", Text(key_), ", ", Text(value_), ")"); }

 private:
  const std::any key_;
  const std::any value_;
};

}  // namespace

constinit const std::shared_ptr<Canceler> no_canceler;

// The one friend of the handles.
struct MakeContext {
  // Takes over the count that a new node starts with.
  static Context Handle(const ContextNode* node) {
    Context ctx;
    ctx.node_ = node;
    return ctx;
  }

  static const ContextNode* NodeOf(const Context& ctx) { return ctx.node_; }

  static const std::shared_ptr<Canceler>& CancelerOf(const Context& ctx) {
    return ctx.node_ != nullptr ? ctx.node_->canceler() : no_canceler;
  }

  // A context with a canceler of its own and the function that ends it.
  template <class Node, class Cancel>
  static std::pair<Context, Cancel> Cancelable(const Context& parent, std::optional<absl::Time> deadline) {
    std::shared_ptr<Canceler> canceler = Canceler::New(CancelerOf(parent), deadline);
    return {Handle(new Node(parent.node_, canceler)), Cancel(canceler)};
  }

  // `timeout` is how far `deadline` is from now.
  static std::pair<Context, CancelFunc> Timed(const Context& parent, absl::Time deadline, absl::Duration timeout,
                                              const absl::Status& cause) {
    const std::optional<absl::Time> current = parent.Deadline();
    if (current.has_value() && *current < deadline) return Cancelable<CancelNode, CancelFunc>(parent, current);
    auto made = Cancelable<DeadlineNode, CancelFunc>(parent, deadline);
    made.second.canceler_->StartTimer(timeout, cause);
    return made;
  }

  static StopFunc Stop(std::shared_ptr<Canceler> leaf) { return StopFunc(std::move(leaf)); }
};

Context WithAnyValue(const Context& parent, std::any key, std::any value) {
  return MakeContext::Handle(
      new ValueNode(MakeContext::NodeOf(parent), MakeContext::CancelerOf(parent), std::move(key), std::move(value)));
}

}  // namespace internal

using internal::MakeContext;

Context::Context(const Context& other) noexcept : node_(other.node_) { internal::ContextNode::Ref(node_); }

Context::~Context() { internal::ContextNode::Unref(node_); }

RecvChan<Unit> Context::Done() const {
  const auto& canceler = MakeContext::CancelerOf(*this);
  return canceler != nullptr ? RecvChan<Unit>(canceler->done()) : RecvChan<Unit>();
}

absl::Status Context::Err() const {
  const auto& canceler = MakeContext::CancelerOf(*this);
  return canceler != nullptr ? canceler->Err() : absl::OkStatus();
}

absl::Status Context::Cause() const {
  const auto& canceler = MakeContext::CancelerOf(*this);
  return canceler != nullptr ? canceler->Cause() : absl::OkStatus();
}

std::optional<absl::Time> Context::Deadline() const {
  const auto& canceler = MakeContext::CancelerOf(*this);
  return canceler != nullptr ? canceler->deadline() : std::nullopt;
}

const std::any* Context::Find(absl::FunctionRef<bool(const std::any& key)> is_key) const {
  for (const internal::ContextNode* node = node_; node != nullptr; node = node->parent()) {
    if (const std::any* value = node->Find(is_key); value != nullptr) return value;
  }
  return nullptr;
}

std::string Context::String() const {
  std::string text;
  for (const internal::ContextNode* node = node_; node != nullptr; node = node->parent()) {
    text.insert(0, node->Suffix());
  }
  return "context.Background" + text;
}

CancelFunc::CancelFunc(std::shared_ptr<internal::Canceler> canceler) : canceler_(std::move(canceler)) {}

void CancelFunc::operator()() const {
  if (canceler_ != nullptr) canceler_->Cancel(internal::Canceled(), internal::Canceled());
}

CancelCauseFunc::CancelCauseFunc(std::shared_ptr<internal::Canceler> canceler) : canceler_(std::move(canceler)) {}

void CancelCauseFunc::operator()(const absl::Status& cause) const {
  if (canceler_ != nullptr) canceler_->Cancel(internal::Canceled(), cause.ok() ? internal::Canceled() : cause);
}

StopFunc::StopFunc(std::shared_ptr<internal::Canceler> leaf) : leaf_(std::move(leaf)) {}

bool StopFunc::operator()() const { return leaf_ != nullptr && leaf_->Stop(); }

std::pair<Context, CancelFunc> WithCancel(const Context& parent) {
  return MakeContext::Cancelable<internal::CancelNode, CancelFunc>(parent, parent.Deadline());
}

std::pair<Context, CancelCauseFunc> WithCancelCause(const Context& parent) {
  return MakeContext::Cancelable<internal::CancelNode, CancelCauseFunc>(parent, parent.Deadline());
}

std::pair<Context, CancelFunc> WithDeadlineCause(const Context& parent, absl::Time deadline,
                                                 const absl::Status& cause) {
  return MakeContext::Timed(parent, deadline, deadline - Now(), cause);
}

std::pair<Context, CancelFunc> WithDeadline(const Context& parent, absl::Time deadline) {
  return WithDeadlineCause(parent, deadline, absl::OkStatus());
}

std::pair<Context, CancelFunc> WithTimeoutCause(const Context& parent, absl::Duration timeout,
                                                const absl::Status& cause) {
  return MakeContext::Timed(parent, Now() + timeout, timeout, cause);
}

std::pair<Context, CancelFunc> WithTimeout(const Context& parent, absl::Duration timeout) {
  return WithTimeoutCause(parent, timeout, absl::OkStatus());
}

std::pair<Context, CancelFunc> WithDeadline(const Context& parent, std::chrono::system_clock::time_point deadline) {
  return WithDeadline(parent, absl::FromChrono(deadline));
}

std::pair<Context, CancelFunc> WithDeadlineCause(const Context& parent, std::chrono::system_clock::time_point deadline,
                                                 const absl::Status& cause) {
  return WithDeadlineCause(parent, absl::FromChrono(deadline), cause);
}

Context WithoutCancel(const Context& parent) {
  return MakeContext::Handle(new internal::WithoutCancelNode(MakeContext::NodeOf(parent)));
}

StopFunc ContextAfterFunc(const Context& ctx, absl::AnyInvocable<void()> f) {
  return MakeContext::Stop(internal::Canceler::NewAfterFunc(MakeContext::CancelerOf(ctx), std::move(f)));
}

}  // namespace gort
