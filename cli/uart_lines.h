// What --uart connects a UART to: a file that the firmware reads, or a pseudo terminal for a
// person. May include boards and base.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "boards/machine.h"

namespace mcost::cli {

/// NAME=FILE or NAME=pty.
struct UartOption {
  std::string text;  // as given
  std::string name;
  std::string target;
};

/// Connections for MachineOptions::uarts. A file's bytes are received in order, then nothing; what
/// the firmware sends goes to the console. A pseudo terminal carries both directions; its path is
/// told to `announce`. Errors: ConfigError if a file cannot be read or no terminal made.
[[nodiscard]] std::map<std::string, boards::UartConnection> connect_uarts(
    const std::vector<UartOption>& options,
    const std::function<void(const std::string& text, bool error)>& console,
    const std::function<void(const std::string& line)>& announce);

}  // namespace mcost::cli
