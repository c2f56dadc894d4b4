// Arm semihosting (BKPT 0xAB): console, files below one folder, exit codes, command line, clock and
// heap information. Depends on base and host_files.h. Invariants: every pointer and length of the
// guest is checked and no allocation grows with them; the answers depend on the guest and on the
// files of the folder alone, never on the host's clock. Source: Arm "Semihosting for AArch32 and
// AArch64" (ARM-software/abi-aa), 32-bit form.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boards/peripherals/host_files.h"
#include "boards/peripherals/semihosting_streams.h"
#include "sim_core/base/units.h"

namespace mcost::boards {

/// Memory as a debugger sees it. Both return false, and may have moved a part, where no memory
/// answers.
class GuestMemory {
 public:
  GuestMemory() = default;
  GuestMemory(const GuestMemory&) = delete;
  GuestMemory& operator=(const GuestMemory&) = delete;
  virtual ~GuestMemory() = default;
  [[nodiscard]] virtual bool read(Address address, std::uint8_t* data,
                                  std::size_t size_bytes) const = 0;
  [[nodiscard]] virtual bool write(Address address, const std::uint8_t* data,
                                   std::size_t size_bytes) = 0;
};

/// What calls answer with. Without a `console` output is dropped; without `now` time stands still.
struct SemihostingSetup {
  std::string command_line;
  std::optional<std::string> root;  // folder of the files; none: no files
  std::function<void(const std::string& text, bool error)> console;  // any bytes, unchanged
  std::function<Cycles()> now;
  std::uint64_t clock_hz = 0;
  /// Time in units of 1 / `per_second` s, where the clock may change; else `now` at clock_hz.
  std::function<std::uint64_t(std::uint64_t per_second)> elapsed;
  Address heap_base = 0;  // these four: 0 if unknown, then the C library uses its own
  Address heap_limit = 0;
  Address stack_base = 0;  // the highest address: the stack grows down
  Address stack_limit = 0;
};

/// What a call did: the value for r0 and, if it ends the run, the exit code (0 to 255).
struct SemihostingResult {
  std::uint32_t value = 0;
  std::optional<std::uint32_t> exit_code;
};

class Semihosting {
 public:
  /// SYS_TIME starts here and advances with simulated time: 2024-01-01 00:00:00 UTC.
  static constexpr std::uint64_t kEpochSeconds = 1704067200;
  static constexpr std::size_t kMaxOpenFiles = 64;   // handles got from SYS_OPEN
  static constexpr std::size_t kMaxName = 4096;      // bytes
  static constexpr std::size_t kMaxText = 1u << 20;  // bytes one SYS_WRITE0 prints
  /// Under this number calls() counts operations above 0xFF, none of which exists.
  static constexpr unsigned kOtherCalls = 0x100;

  /// `memory` must outlive this. Errors: ConfigError if `setup.root` is not a folder.
  Semihosting(GuestMemory& memory, SemihostingSetup setup);

  /// Serves one call: `operation` is r0, `parameter` r1. Takes no simulated time. A failed call
  /// gives -1, but SYS_READ and SYS_WRITE the number of bytes not moved; SYS_ERRNO then answers
  /// with newlib's errno of the last failure.
  SemihostingResult call(std::uint32_t operation, std::uint32_t parameter);

  /// Calls served, failed and unknown ones included, sorted by operation; those never called are
  /// left out.
  [[nodiscard]] std::vector<std::pair<unsigned, std::uint64_t>> calls() const;

 private:
  struct Handle {
    std::unique_ptr<SemihostingStream> stream;  // none: the handle is free
    std::uint64_t position = 0;
  };
  static constexpr std::size_t kFirstOpened =
      3;  // 0, 1 and 2 are stdin, stdout and stderr without SYS_OPEN

  std::uint32_t serve(std::uint32_t operation, std::uint32_t parameter);
  SemihostingResult serve_exit(std::uint32_t operation, std::uint32_t parameter);
  std::uint32_t serve_handle(std::uint32_t operation, std::uint32_t parameter);

  std::uint32_t open(std::uint32_t block);
  std::uint32_t close(std::uint32_t number);
  std::uint32_t write_character(std::uint32_t pointer);
  std::uint32_t write_text(std::uint32_t pointer);
  std::uint32_t write(std::uint32_t block);
  std::uint32_t read(std::uint32_t block);
  std::uint32_t is_error(std::uint32_t block);
  std::uint32_t seek(std::uint32_t block);
  std::uint32_t length(Handle& handle);
  std::uint32_t remove(std::uint32_t block);
  std::uint32_t rename(std::uint32_t block);
  std::uint32_t command_line(std::uint32_t block);
  std::uint32_t heap_info(std::uint32_t pointer);
  std::uint32_t elapsed(std::uint32_t block);
  [[nodiscard]] std::uint32_t tick_frequency() const;
  [[nodiscard]] std::uint64_t ticks(std::uint64_t per_second) const;

  std::uint32_t fail(GuestError error);
  [[nodiscard]] Handle* handle_of(std::uint32_t number);
  GuestError open_stream(const std::string& name, std::uint32_t mode, Handle& handle);
  GuestError read_name(Address pointer, std::uint32_t size_bytes, std::string& name) const;
  [[nodiscard]] bool read_words(Address address, std::uint32_t* words, std::size_t count) const;
  [[nodiscard]] bool write_words(Address address, const std::uint32_t* words, std::size_t count);
  std::size_t read_bytes(Address address, std::uint8_t* data, std::size_t size_bytes) const;
  std::size_t write_bytes(Address address, const std::uint8_t* data, std::size_t size_bytes);
  void print(const std::string& text) const;

  GuestMemory& memory_;
  SemihostingSetup setup_;
  std::optional<HostFolder> folder_;
  std::vector<Handle> handles_;
  std::vector<std::uint8_t> buffer_;
  GuestError errno_ = GuestError::none;
  std::array<std::uint64_t, kOtherCalls + 1> calls_{};
};

/// "SYS_OPEN" for 1 and so on; "unknown" for numbers the specification does not define.
[[nodiscard]] std::string_view semihosting_call_name(unsigned operation);

}  // namespace mcost::boards
