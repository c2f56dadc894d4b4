#include "cli/uart_lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

/// Both ends of a pseudo terminal: the other end stays open here, so that text is kept until
/// somebody opens it too.
class PseudoTerminal {
 public:
  explicit PseudoTerminal(const std::string& option)
      : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)) {
    const bool unlocked = master_ >= 0 && ::grantpt(master_) == 0 && ::unlockpt(master_) == 0;
    const char* const path = unlocked ? ::ptsname(master_) : nullptr;
    if (path != nullptr) {
      path_ = path;
      other_ = ::open(path, O_RDWR | O_NOCTTY);
    }
    termios settings{};
    if (other_ < 0 || ::tcgetattr(other_, &settings) != 0) {
      close_both();
      throw ConfigError("no pseudo terminal can be made", "--uart " + option, "give a file");
    }
    ::cfmakeraw(&settings);
    ::tcsetattr(other_, TCSANOW, &settings);
  }
  ~PseudoTerminal() { close_both(); }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::optional<std::uint8_t> receive() const {
    std::uint8_t byte = 0;
    if (::read(master_, &byte, 1) != 1) return std::nullopt;
    return byte;
  }
  /// What finds no room is lost, as on a line that nobody listens to.
  void send(const std::string& text) const {
    const ssize_t sent = ::write(master_, text.data(), text.size());
    (void)sent;
  }

 private:
  void close_both() const {
    if (other_ >= 0) ::close(other_);
    if (master_ >= 0) ::close(master_);
  }
  int master_;
  int other_ = -1;
  std::string path_;
};

std::function<std::optional<std::uint8_t>()> bytes_of(const UartOption& option) {
  std::ifstream stream(option.target, std::ios::binary);
  if (!stream || std::filesystem::is_directory(option.target)) {
    throw ConfigError("the file cannot be read", "--uart " + option.text,
                      "name a file that exists, or pty");
  }
  auto bytes = std::make_shared<std::string>(std::istreambuf_iterator<char>(stream),
                                             std::istreambuf_iterator<char>());
  return [bytes, at = std::size_t{0}]() mutable -> std::optional<std::uint8_t> {
    if (at == bytes->size()) return std::nullopt;
    return static_cast<std::uint8_t>((*bytes)[at++]);
  };
}

}  // namespace

std::map<std::string, boards::UartConnection> connect_uarts(
    const std::vector<UartOption>& options,
    const std::function<void(const std::string& text, bool error)>& console,
    const std::function<void(const std::string& line)>& announce) {
  std::map<std::string, boards::UartConnection> connections;
  for (const UartOption& option : options) {
    boards::UartConnection& connection = connections[option.name];
    if (option.target != "pty") {
      connection.source = bytes_of(option);
      connection.sink = console;
      continue;
    }
    auto terminal = std::make_shared<PseudoTerminal>(option.text);
    connection.source = [terminal] { return terminal->receive(); };
    connection.sink = [terminal](const std::string& text, bool) { terminal->send(text); };
    if (announce) announce(fmt::format("{} is at {}", option.name, terminal->path()));
  }
  return connections;
}

}  // namespace mcost::cli
