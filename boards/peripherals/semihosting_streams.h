// What a semihosting handle can stand for: the console, the list of features, a file. A handle's
// position belongs to the handle, so a stream is told where to read and write. Depends on
// host_files.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "boards/peripherals/host_files.h"

namespace mcost::boards {

class SemihostingStream {
 public:
  SemihostingStream() = default;
  SemihostingStream(const SemihostingStream&) = delete;
  SemihostingStream& operator=(const SemihostingStream&) = delete;
  virtual ~SemihostingStream() = default;

  /// Moves up to `size_bytes`; fewer without an error is the end of the stream.
  virtual Outcome read(std::uint64_t position, std::uint8_t* data, std::size_t size_bytes);
  virtual Outcome write(std::uint64_t position, const std::uint8_t* data, std::size_t size_bytes);
  /// Where a write goes: the handle's position, or the end of a file opened to append.
  [[nodiscard]] virtual Outcome write_position(std::uint64_t position) const { return {position}; }
  /// Highest position a seek may go to; illegal_seek if there are no positions.
  [[nodiscard]] virtual Outcome highest_position() const;
  [[nodiscard]] virtual Outcome length() const = 0;
  [[nodiscard]] virtual bool is_console() const { return false; }
};

enum class ConsoleEnd : std::uint8_t { input, output, error };
using ConsoleSink = std::function<void(const std::string& text, bool error)>;

/// `:tt`. Input is always at its end. `sink` takes output and is not empty.
std::unique_ptr<SemihostingStream> make_console_stream(ConsoleEnd end, ConsoleSink sink);
/// `:semihosting-features`: SYS_EXIT_EXTENDED, and stderr apart from stdout.
std::unique_ptr<SemihostingStream> make_features_stream();
std::unique_ptr<SemihostingStream> make_file_stream(HostFile file);

}  // namespace mcost::boards
