// What firmware shows of itself while it runs: text and values on ITM stimulus ports, edges of
// output pins, reads of CYCCNT. Depends on base. Invariant: firmware is hostile, so each kind keeps
// a bounded number of entries and counts the rest; recording changes nothing of the machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim_core/base/units.h"

namespace mcost::boards {

enum class SignalKind : std::uint8_t { itm_text, itm_value, gpio, cycle_read };

struct Signal {
  SignalKind kind = SignalKind::itm_text;
  Cycles cycle = 0;
  std::string name;         // the text of itm_text, the pin of gpio ("PA5")
  unsigned port = 0;        // of itm_text and itm_value
  std::uint32_t value = 0;  // of itm_value and cycle_read; gpio: 1 rising, 0 falling
  Address pc = 0;           // of cycle_read
  friend bool operator==(const Signal&, const Signal&) = default;
};

class SignalLog {
 public:
  /// Entries kept of ITM, of GPIO and of reads of CYCCNT.
  static constexpr std::array<std::size_t, 3> kMost = {4000, 4000, 1000};
  /// Characters of one entry of text; what follows is another.
  static constexpr std::size_t kLongestLine = 200;

  /// Bytes that are text gather to a line with the cycle of its first character; a word is text on
  /// port 0 only, as debuggers show it.
  void stimulus(unsigned port, std::uint32_t value, unsigned size_bytes, Cycles now);
  void edge(const std::string& pin, bool rising, Cycles now);
  void cycle_read(Address pc, std::uint32_t value, Cycles now);

  /// By cycle; unfinished lines included.
  [[nodiscard]] std::vector<Signal> signals() const;
  [[nodiscard]] std::uint64_t dropped_stimulus() const { return dropped_[0]; }
  [[nodiscard]] std::uint64_t dropped_edges() const { return dropped_[1]; }
  [[nodiscard]] std::uint64_t dropped_cycle_reads() const { return dropped_[2]; }

 private:
  struct Line {
    Cycles since = 0;
    std::string text;
  };
  void put(Signal signal);
  void put_line(unsigned port, Line& line);

  std::vector<Signal> signals_;
  std::map<unsigned, Line> lines_;  // by port: unfinished ones
  std::array<std::size_t, 3> kept_{};
  std::array<std::uint64_t, 3> dropped_{};
};

}  // namespace mcost::boards
