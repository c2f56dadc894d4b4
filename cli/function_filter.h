// Functions chosen by a regular expression. May include anything.
#pragma once

#include <string>
#include <vector>

#include "loader/symbols.h"

namespace mcost::cli {

/// Functions whose demangled name the expression (ECMAScript) is found in, by address. Names over
/// 1000 characters are not searched. Errors: ConfigError if it is no expression, or none matches.
/// `where` is named in errors.
[[nodiscard]] std::vector<const loader::Function*> matching_functions(
    const loader::SymbolTable& symbols, const std::string& pattern, const std::string& where);

}  // namespace mcost::cli
