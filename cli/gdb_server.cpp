#include "cli/gdb_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

/// True if reading from `socket` gives something (or its end) now, or `waits` until it does.
bool is_readable(int socket, bool waits) {
  pollfd entry{socket, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&entry, 1, waits ? -1 : 0);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

[[noreturn]] void refuse(std::uint16_t port, int reason) {
  const bool taken = reason == EADDRINUSE;
  throw ConfigError(taken
                        ? fmt::format("port {} is in use", port)
                        : fmt::format("cannot listen on port {}: {}", port, std::strerror(reason)),
                    "--port", "name another port, or 0 for one that is free");
}

}  // namespace

GdbServer::GdbServer(std::uint16_t port)
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const int yes = 1;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool listens = listener_ >= 0 &&
                       ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                       ::bind(listener_, generic, size) == 0 && ::listen(listener_, 1) == 0 &&
                       ::getsockname(listener_, generic, &size) == 0;
  if (!listens) {
    const int reason = errno;
    if (listener_ >= 0) ::close(listener_);
    refuse(port, reason);
  }
  port_ = ntohs(address.sin_port);
}

GdbServer::~GdbServer() {
  disconnect();
  ::close(listener_);
}

bool GdbServer::accept(bool waits) {
  if (connected() || !is_readable(listener_, waits)) return false;
  connection_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (!connected()) return false;
  const int yes = 1;
  static_cast<void>(::setsockopt(connection_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes));
  return true;
}

std::string GdbServer::receive(bool waits) {
  if (!connected() || !is_readable(connection_, waits)) return {};
  std::array<char, 4096> buffer{};
  const ssize_t size = ::recv(connection_, buffer.data(), buffer.size(), 0);
  if (size > 0) return {buffer.data(), static_cast<std::size_t>(size)};
  if (size == 0 || errno != EINTR) disconnect();
  return {};
}

void GdbServer::send(const std::string& bytes) {
  std::size_t sent = 0;
  while (connected() && sent < bytes.size()) {
    const ssize_t size =
        ::send(connection_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size > 0) {
      sent += static_cast<std::size_t>(size);
    } else if (errno != EINTR) {
      disconnect();
    }
  }
}

void GdbServer::disconnect() {
  if (connected()) ::close(std::exchange(connection_, -1));
}

}  // namespace mcost::cli
