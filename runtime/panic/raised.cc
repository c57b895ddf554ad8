#include "gort/runtime/panic/raised.h"

#include <cxxabi.h>
#include <unwind.h>

#include <cstring>
#include <exception>
#include <string_view>

namespace gort::runtime {

namespace {

// __cxa_exception or __cxa_dependent_exception: what precedes a thrown object, and what rethrow_exception makes to refer to one.
struct Record {
  union {
    const std::type_info* type;
    void* primary_object;  // of a dependent one
  };
  void (*destroy)(void*);
  void (*unexpected)();
  void (*terminate)();
  Record* next;
  int handlers;  // that it is in; negative while it is thrown again
  int switch_value;
  const unsigned char* action;
  const unsigned char* data;
  void* catch_temp;
  void* adjusted;  // the object as its handler sees it; null until one was found
  _Unwind_Exception unwind;
};

constexpr _Unwind_Exception_Class kPrimary = 0x474e5543432b2b00;    // "GNUCC++\0"
constexpr _Unwind_Exception_Class kDependent = 0x474e5543432b2b01;  // made by std::rethrow_exception

// Of a record that is the C++ runtime's own.
Raised Describe(Record* record) {
  // Terminate's own catch counts one; `throw;` keeps what was counted before.
  bool rethrown = record->handlers > 1;
  if (record->unwind.exception_class == kDependent) {
    record = static_cast<Record*>(record->primary_object) - 1;
    rethrown = rethrown || record->adjusted != nullptr;  // null: std::make_exception_ptr's was never caught
  }
  return {record->type, record + 1, rethrown};
}

// What an exception_ptr refers to: it is one pointer, to the object.
Raised Describe(const std::exception_ptr& pointer) {
  static_assert(sizeof(pointer) == sizeof(void*));
  void* object;
  std::memcpy(&object, &pointer, sizeof(object));
  return {pointer.__cxa_exception_type(), object, false};
}

// Appends `one` and what is nested in it to raised[0, n). Returns the new n.
std::size_t AddWithNested(Raised one, Raised* raised, std::size_t n) {
  while (n < kMostRaised) {
    for (std::size_t i = 0; i < n; ++i) {
      if (raised[i].object == one.object) return n;
    }
    raised[n++] = one;
    const void* as = one.As(typeid(std::nested_exception));
    if (as == nullptr) break;
    const std::exception_ptr nested = static_cast<const std::nested_exception*>(as)->nested_ptr();
    if (nested == nullptr) break;
    one = Describe(nested);
  }
  return n;
}

}  // namespace

void* Raised::As(const std::type_info& base) const {
  void* as = object;
  return base.__do_catch(type, &as, 1) ? as : nullptr;
}

const char* Raised::What() const {
  const void* as = As(typeid(std::exception));
  return as != nullptr ? static_cast<const std::exception*>(as)->what() : nullptr;
}

const char* Raised::TypeName() const {
  // throw_with_nested throws a type of the library's own, which derives from T first.
  if (!std::string_view(type->name()).starts_with("St17_Nested_exceptionI")) return type->name();
  return static_cast<const abi::__vmi_class_type_info*>(type)->__base_info[0].__base_type->name();
}

std::size_t FindRaised(Raised* raised) {
  std::size_t n = 0;
  // The first word of __cxa_eh_globals.
  Record* record = *reinterpret_cast<Record**>(abi::__cxa_get_globals());
  for (; record != nullptr; record = record->next) {
    // Another language's, or a forced unwinding: it has no type and no next.
    const _Unwind_Exception_Class made_by = record->unwind.exception_class;
    if (made_by != kPrimary && made_by != kDependent) break;
    n = AddWithNested(Describe(record), raised, n);
  }
  return n;
}

}  // namespace gort::runtime
