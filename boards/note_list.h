// Notes for the report: each said once, in order, and no more than a person reads. Firmware is
// hostile: it can cause as many different notes as it likes. Standard library only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

namespace mcost::boards {

/// Texts in the order in which they were first added, each once.
class NoteList {
 public:
  /// Notes kept; further ones are only counted.
  static constexpr std::size_t kMost = 100;

  /// `where` is added to the text the first time, and makes it no other.
  void add(const std::string& text, const std::string& where = {}) {
    if (known_.contains(text)) return;
    if (list_.size() == kMost) {
      ++dropped_;
      return;
    }
    known_.insert(text);
    list_.push_back(text + where);
  }
  /// In the order in which they were first added; the last says how many times others came.
  [[nodiscard]] std::vector<std::string> all() const {
    std::vector<std::string> notes = list_;
    if (dropped_ != 0) notes.push_back("and other notes, " + std::to_string(dropped_) + " in all");
    return notes;
  }

 private:
  std::vector<std::string> list_;
  std::unordered_set<std::string> known_;
  std::uint64_t dropped_ = 0;
};

}  // namespace mcost::boards
