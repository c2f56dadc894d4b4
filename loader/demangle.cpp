// demangle of symbols.h.
#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "loader/symbols.h"

namespace mcost::loader {
namespace {

constexpr std::size_t kMaxMangled = 4096;
constexpr std::size_t kMaxDemangled = 16384;
// Each back reference can double the text, so a short hostile name could become terabytes. The
// bound is far too high for names that compilers write, whose references rarely nest: they stay
// below it.
constexpr double kMaxExpansion = 1 << 22;

// An upper bound for the length of the demangled name.
double expansion_bound(const std::string& name) {
  auto bound = static_cast<double>(name.size());
  for (std::size_t i = 0; i + 1 < name.size(); ++i) {
    const char next = name[i + 1];
    const bool reference =
        (name[i] == 'S' || name[i] == 'T') &&
        (next == '_' || (next >= '0' && next <= '9') || (next >= 'A' && next <= 'Z'));
    if (reference) bound *= 2;
  }
  return bound;
}

}  // namespace

std::string demangle(const std::string& name, std::uint64_t& budget) {
  if (!name.starts_with("_Z") || name.size() > kMaxMangled || budget == 0) return name;
  if (expansion_bound(name) > kMaxExpansion) return name;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
  if (status != 0 || text == nullptr) return name;
  const std::size_t length = std::strlen(text.get());
  budget -= std::min<std::uint64_t>(budget, length);
  return length <= kMaxDemangled ? std::string(text.get(), length) : name;
}

std::string demangle(const std::string& name) {
  std::uint64_t budget = ~std::uint64_t{0};
  return demangle(name, budget);
}

}  // namespace mcost::loader
