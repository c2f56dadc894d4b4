#include "boards/signal_log.h"

#include <algorithm>
#include <utility>

namespace mcost::boards {
namespace {

bool is_text(std::uint8_t byte) {
  return byte >= 0x20 ? byte != 0x7F : byte == '\n' || byte == '\r' || byte == '\t';
}

}  // namespace

void SignalLog::put(Signal signal) {
  const std::size_t group = signal.kind == SignalKind::cycle_read ? 2
                            : signal.kind == SignalKind::gpio     ? 1
                                                                  : 0;
  if (kept_.at(group) == kMost.at(group)) {
    ++dropped_.at(group);
    return;
  }
  ++kept_.at(group);
  signals_.push_back(std::move(signal));
}

void SignalLog::put_line(unsigned port, Line& line) {
  if (line.text.empty()) return;
  put({.kind = SignalKind::itm_text,
       .cycle = line.since,
       .name = std::exchange(line.text, {}),
       .port = port});
}

void SignalLog::stimulus(unsigned port, std::uint32_t value, unsigned size_bytes, Cycles now) {
  Line& line = lines_[port];
  bool text = size_bytes == 1 || port == 0;
  for (unsigned i = 0; i < size_bytes; ++i) {
    text = text && is_text(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  if (!text) {
    put_line(port, line);
    put({.kind = SignalKind::itm_value, .cycle = now, .name = {}, .port = port, .value = value});
    return;
  }
  for (unsigned i = 0; i < size_bytes; ++i) {
    const char c = static_cast<char>(value >> (8 * i));
    if (c == '\n' || c == '\r') {
      put_line(port, line);
      continue;
    }
    if (line.text.empty()) line.since = now;
    line.text += c == '\t' ? ' ' : c;
    if (line.text.size() == kLongestLine) put_line(port, line);
  }
}

void SignalLog::edge(const std::string& pin, bool rising, Cycles now) {
  put({.kind = SignalKind::gpio, .cycle = now, .name = pin, .value = rising ? 1u : 0u});
}

void SignalLog::cycle_read(Address pc, std::uint32_t value, Cycles now) {
  put({.kind = SignalKind::cycle_read, .cycle = now, .name = {}, .value = value, .pc = pc});
}

std::vector<Signal> SignalLog::signals() const {
  SignalLog whole = *this;
  for (auto& [port, line] : whole.lines_) whole.put_line(port, line);
  // A line is put down when it ends, and belongs where it began.
  std::stable_sort(whole.signals_.begin(), whole.signals_.end(),
                   [](const Signal& a, const Signal& b) { return a.cycle < b.cycle; });
  return std::move(whole.signals_);
}

}  // namespace mcost::boards
