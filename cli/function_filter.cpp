#include "cli/function_filter.h"

// GCC bug 105562: with -fsanitize=address GCC 12 takes a temporary of its own <regex> for
// uninitialised. The warning comes from the header's inlined code, so it is off for this file.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <regex>

#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

/// std::regex needs stack in proportion to the text it searches.
constexpr std::size_t kLongestSearchedName = 1000;

}  // namespace

std::vector<const loader::Function*> matching_functions(const loader::SymbolTable& symbols,
                                                        const std::string& pattern,
                                                        const std::string& where) {
  std::vector<const loader::Function*> matches;
  try {
    const std::regex expression(pattern, std::regex::ECMAScript | std::regex::optimize);
    for (const loader::Function& function : symbols.functions()) {
      if (function.demangled.size() > kLongestSearchedName) continue;
      if (std::regex_search(function.demangled, expression)) matches.push_back(&function);
    }
  } catch (const std::regex_error&) {
    throw ConfigError("not a regular expression", where, "write one as ECMAScript has them");
  }
  if (matches.empty()) {
    throw ConfigError("no function of the firmware matches", where,
                      "write part of a name, or ^name$; `arm-none-eabi-nm -C` lists names");
  }
  return matches;
}

}  // namespace mcost::cli
