// Errors of set-up: bad input that a person can mend. Printed as "mcost: error: <what>: <where>:
// <remedy>". Guest faults are results of a run, not errors of this kind (see engine/exceptions.h).
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace mcost {

/// One mendable mistake: what is wrong, where (file, line, name), what to do. Any part but `what`
/// may be empty.
class InputError : public std::runtime_error {
 public:
  InputError(const std::string& what, std::string where, std::string remedy)
      : std::runtime_error(join(what, where, remedy)),
        what_(what),
        where_(std::move(where)),
        remedy_(std::move(remedy)) {}
  [[nodiscard]] const std::string& problem() const { return what_; }
  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] const std::string& remedy() const { return remedy_; }

 private:
  static std::string join(std::string text, const std::string& where, const std::string& remedy) {
    if (!where.empty()) text += ": " + where;
    if (!remedy.empty()) text += ": " + remedy;
    return text;
  }
  std::string what_;
  std::string where_;
  std::string remedy_;
};

/// A board, option or specification that cannot be used. `where` is file:line:column and key path.
class ConfigError : public InputError {
 public:
  using InputError::InputError;
};

/// A firmware image that cannot be loaded. `where` is the file and the header, section or note in
/// it.
class ImageError : public InputError {
 public:
  using InputError::InputError;
};

}  // namespace mcost
