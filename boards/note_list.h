// Notes for the report: each said once, in order, and no more than a person reads. A note about a
// setting says the one that holds, not those before it. Firmware is hostile: it can cause as many
// different notes as it likes. Depends on base.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "sim_core/base/units.h"

namespace mcost::boards {

/// How models report a setting; see NoteList::set.
using NoteSetting = std::function<void(const std::string& subject, const std::string& state)>;

/// Texts in the order in which they were first added, each once, and settings, each where it was
/// first set.
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
  /// `subject` is in `state` from cycle `now` on; the report has the last state only.
  void set(const std::string& subject, const std::string& state, Cycles now,
           const std::string& where = {}) {
    Setting& setting = settings_[subject];
    if (setting.times == 0) {
      setting.index = list_.size();
      list_.emplace_back();
    } else if (setting.state == state && !setting.undone) {
      return;
    }
    setting.state = state;
    setting.where = where;
    setting.since = now;
    setting.undone = false;
    ++setting.times;
    list_[setting.index] = setting.text();
  }
  /// A reset put it back to where the run started, if it was set.
  void undo(const std::string& subject) {
    if (const auto found = settings_.find(subject); found != settings_.end()) undo(found->second);
  }
  void undo_all() {
    for (auto& [subject, setting] : settings_) undo(setting);
  }
  /// In the order in which they were first added; the last says how many times others came.
  [[nodiscard]] std::vector<std::string> all() const {
    std::vector<std::string> notes = list_;
    if (dropped_ != 0) notes.push_back("and other notes, " + std::to_string(dropped_) + " in all");
    return notes;
  }

 private:
  struct Setting {
    std::size_t index = 0;  // in list_
    std::uint64_t times = 0;
    std::string state;
    std::string where;
    Cycles since = 0;
    bool undone = false;
    [[nodiscard]] std::string text() const {
      const std::string last =
          times == 1 ? "" : ", the last of " + std::to_string(times) + " settings";
      return state + last + ", since cycle " + std::to_string(since) + where +
             (undone ? ", until a reset" : "");
    }
  };
  void undo(Setting& setting) {
    setting.undone = true;
    list_[setting.index] = setting.text();
  }

  std::vector<std::string> list_;
  std::unordered_set<std::string> known_;
  std::map<std::string, Setting> settings_;  // by subject: as many as models name
  std::uint64_t dropped_ = 0;
};

}  // namespace mcost::boards
