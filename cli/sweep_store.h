// The file that keeps finished cells of a sweep, a line of JSON each, so that a sweep that was
// interrupted goes on where it was. May include anything. Invariant: a line is in the file as a
// whole or counts as not there; one program at a time writes to it.
#pragma once

#include <map>
#include <string>

#include "analysis/sweep.h"

namespace mcost::cli {

class SweepStore {
 public:
  /// Reads what is there; an empty path keeps nothing. `option` is named in errors. Errors:
  /// ConfigError if the file cannot be written, is no such file, or another sweep writes to it.
  SweepStore(std::string path, std::string option);
  ~SweepStore();
  SweepStore(const SweepStore&) = delete;
  SweepStore& operator=(const SweepStore&) = delete;

  [[nodiscard]] bool is_open() const { return file_ >= 0; }
  /// The kept cell of that key, or null.
  [[nodiscard]] const analysis::CellOutcome* find(const std::string& key) const;
  /// How many cells it had that are none of `sweep`: of other settings, firmware or versions.
  [[nodiscard]] std::size_t foreign(const analysis::Sweep& sweep) const;
  /// Adds a line at once. Errors: ConfigError if the disk is full.
  void add(const std::string& line);
  /// Writes all lines anew, in their order, in place of what is there. Errors: the same.
  void replace(const std::string& lines);

 private:
  void read();
  [[noreturn]] void refuse(const std::string& what, const std::string& remedy) const;
  void write_all(int file, const std::string& bytes) const;

  std::string path_;
  std::string option_;
  int file_ = -1;
  bool is_new_ = false;
  std::map<std::string, analysis::CellOutcome> kept_;
};

}  // namespace mcost::cli
