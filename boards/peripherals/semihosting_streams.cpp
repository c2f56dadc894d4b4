#include "boards/peripherals/semihosting_streams.h"

#include <algorithm>
#include <array>
#include <utility>

namespace mcost::boards {
namespace {

class ConsoleStream final : public SemihostingStream {
 public:
  ConsoleStream(ConsoleEnd end, ConsoleSink sink) : end_(end), sink_(std::move(sink)) {}

  Outcome read(std::uint64_t position, std::uint8_t* data, std::size_t size_bytes) override {
    if (end_ != ConsoleEnd::input) return SemihostingStream::read(position, data, size_bytes);
    return {};
  }
  Outcome write(std::uint64_t position, const std::uint8_t* data, std::size_t size_bytes) override {
    if (end_ == ConsoleEnd::input) return SemihostingStream::write(position, data, size_bytes);
    if (size_bytes != 0) sink_(std::string(data, data + size_bytes), end_ == ConsoleEnd::error);
    return {size_bytes};
  }
  // Not an error: newlib's fstat asks, and buffers lines only if it is answered.
  [[nodiscard]] Outcome length() const override { return {}; }
  [[nodiscard]] bool is_console() const override { return true; }

 private:
  ConsoleEnd end_;
  ConsoleSink sink_;
};

class FeaturesStream final : public SemihostingStream {
 public:
  Outcome read(std::uint64_t position, std::uint8_t* data, std::size_t size_bytes) override {
    const auto begin = std::min<std::uint64_t>(position, kBytes.size());
    const auto count = std::min<std::uint64_t>(size_bytes, kBytes.size() - begin);
    std::copy_n(kBytes.data() + begin, count, data);
    return {count};
  }
  [[nodiscard]] Outcome highest_position() const override { return length(); }
  [[nodiscard]] Outcome length() const override { return {kBytes.size()}; }

 private:
  // SHFB, then feature byte 0: SH_EXT_EXIT_EXTENDED and SH_EXT_STDOUT_STDERR.
  static constexpr std::array<std::uint8_t, 5> kBytes{0x53, 0x48, 0x46, 0x42, 0x03};
};

class FileStream final : public SemihostingStream {
 public:
  explicit FileStream(HostFile file) : file_(std::move(file)) {}

  Outcome read(std::uint64_t position, std::uint8_t* data, std::size_t size_bytes) override {
    return file_.read(position, data, size_bytes);
  }
  Outcome write(std::uint64_t position, const std::uint8_t* data, std::size_t size_bytes) override {
    return file_.write(position, data, size_bytes);
  }
  [[nodiscard]] Outcome write_position(std::uint64_t position) const override {
    return file_.mode().appends ? file_.length() : Outcome{position};
  }
  [[nodiscard]] Outcome highest_position() const override { return {HostFile::kMaxSize}; }
  [[nodiscard]] Outcome length() const override { return file_.length(); }

 private:
  HostFile file_;
};

}  // namespace

Outcome SemihostingStream::read(std::uint64_t, std::uint8_t*, std::size_t) {
  return {0, GuestError::bad_handle};
}

Outcome SemihostingStream::write(std::uint64_t, const std::uint8_t*, std::size_t) {
  return {0, GuestError::bad_handle};
}

Outcome SemihostingStream::highest_position() const { return {0, GuestError::illegal_seek}; }

std::unique_ptr<SemihostingStream> make_console_stream(ConsoleEnd end, ConsoleSink sink) {
  return std::make_unique<ConsoleStream>(end, std::move(sink));
}

std::unique_ptr<SemihostingStream> make_features_stream() {
  return std::make_unique<FeaturesStream>();
}

std::unique_ptr<SemihostingStream> make_file_stream(HostFile file) {
  return std::make_unique<FileStream>(std::move(file));
}

}  // namespace mcost::boards
