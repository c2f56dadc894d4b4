// A port on loopback that one debugger at a time connects to. Knows nothing of what is said there.
// Depends on base.
#pragma once

#include <cstdint>
#include <string>

namespace mcost::cli {

class GdbServer {
 public:
  /// Listens on 127.0.0.1; port 0 is one that is free. Errors: ConfigError if it cannot.
  explicit GdbServer(std::uint16_t port);
  ~GdbServer();
  GdbServer(const GdbServer&) = delete;
  GdbServer& operator=(const GdbServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool connected() const { return connection_ >= 0; }
  /// Takes a debugger that wants to connect, if there is one, or `waits` for one. Returns true if
  /// one has just connected.
  bool accept(bool waits);
  /// What arrived, if anything did, or `waits` for something. Connected no more: the other side is
  /// gone.
  [[nodiscard]] std::string receive(bool waits);
  /// Connected no more: the other side is gone.
  void send(const std::string& bytes);
  void disconnect();

 private:
  int listener_ = -1;
  int connection_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace mcost::cli
