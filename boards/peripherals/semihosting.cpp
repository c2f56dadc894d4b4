#include "boards/peripherals/semihosting.h"

#include <algorithm>
#include <utility>

namespace mcost::boards {
namespace {

enum Operation : std::uint32_t {
  kOpen = 0x01,
  kClose = 0x02,
  kWriteCharacter = 0x03,
  kWriteText = 0x04,
  kWrite = 0x05,
  kRead = 0x06,
  kReadCharacter = 0x07,
  kIsError = 0x08,
  kIsTty = 0x09,
  kSeek = 0x0A,
  kLength = 0x0C,
  kTemporaryName = 0x0D,
  kRemove = 0x0E,
  kRename = 0x0F,
  kClock = 0x10,
  kTime = 0x11,
  kSystem = 0x12,
  kErrno = 0x13,
  kCommandLine = 0x15,
  kHeapInfo = 0x16,
  kExit = 0x18,
  kExitExtended = 0x20,
  kElapsed = 0x30,
  kTickFrequency = 0x31,
};

constexpr std::uint32_t kFailed = 0xFFFFFFFFu;
constexpr std::uint32_t kApplicationExit = 0x20026;  // ADP_Stopped_ApplicationExit
constexpr std::uint32_t kModes = 12;                 // of fopen, r to a+b
constexpr std::uint32_t kWriteModes = 4;             // w and up
constexpr std::uint32_t kAppendModes = 8;            // a and up
constexpr std::size_t kBufferSize = 65536;           // host bytes a call holds at a time
constexpr std::size_t kPieceSize = 1024;  // guest bytes asked for at once, and so aligned
constexpr std::uint64_t kAddressSpace = std::uint64_t{1} << 32;

OpenMode open_mode(std::uint32_t mode) {
  const bool updates = (mode & 2u) != 0;
  OpenMode result;
  result.reads = mode < kWriteModes || updates;
  result.writes = mode >= kWriteModes || updates;
  result.creates = mode >= kWriteModes;
  result.truncates = mode >= kWriteModes && mode < kAppendModes;
  result.appends = mode >= kAppendModes;
  return result;
}

/// Calls `move(address, offset, size)` for aligned pieces of a guest range, for single bytes of the
/// piece that failed, and stops at the first byte that cannot be moved or at the end of the address
/// space. Returns bytes moved.
template <typename Move>
std::size_t move_pieces(Address address, std::size_t size_bytes, Move move) {
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>(size_bytes, kAddressSpace - address));
  std::size_t done = 0;
  while (done < size) {
    const auto at = static_cast<Address>(address + done);
    const std::size_t piece = std::min(size - done, kPieceSize - at % kPieceSize);
    if (move(at, done, piece)) {
      done += piece;
      continue;
    }
    for (std::size_t i = 0; i < piece && move(static_cast<Address>(at + i), done, 1); ++i) ++done;
    break;
  }
  return done;
}

}  // namespace

Semihosting::Semihosting(GuestMemory& memory, SemihostingSetup setup)
    : memory_(memory), setup_(std::move(setup)), buffer_(kBufferSize) {
  if (setup_.root) folder_.emplace(*setup_.root);
  if (!setup_.console) setup_.console = [](const std::string&, bool) {};
  handles_.resize(kFirstOpened);
  handles_[0].stream = make_console_stream(ConsoleEnd::input, setup_.console);
  handles_[1].stream = make_console_stream(ConsoleEnd::output, setup_.console);
  handles_[2].stream = make_console_stream(ConsoleEnd::error, setup_.console);
}

SemihostingResult Semihosting::call(std::uint32_t operation, std::uint32_t parameter) {
  ++calls_[std::min(operation, kOtherCalls)];
  if (operation == kExit || operation == kExitExtended) return serve_exit(operation, parameter);
  return {serve(operation, parameter), std::nullopt};
}

std::vector<std::pair<unsigned, std::uint64_t>> Semihosting::calls() const {
  std::vector<std::pair<unsigned, std::uint64_t>> result;
  for (unsigned operation = 0; operation < calls_.size(); ++operation) {
    if (calls_[operation] != 0) result.emplace_back(operation, calls_[operation]);
  }
  return result;
}

std::uint32_t Semihosting::serve(std::uint32_t operation, std::uint32_t parameter) {
  switch (operation) {
    case kOpen: return open(parameter);
    case kClose:
    case kIsTty:
    case kLength: return serve_handle(operation, parameter);
    case kWriteCharacter: return write_character(parameter);
    case kWriteText: return write_text(parameter);
    case kWrite: return write(parameter);
    case kRead: return read(parameter);
    case kReadCharacter: return kFailed;  // the end of an empty input
    case kIsError: return is_error(parameter);
    case kSeek: return seek(parameter);
    case kRemove: return remove(parameter);
    case kRename: return rename(parameter);
    case kClock: return static_cast<std::uint32_t>(ticks(100));
    case kTime: return static_cast<std::uint32_t>(kEpochSeconds + ticks(1));
    case kTemporaryName:
    case kSystem: return fail(GuestError::not_permitted);
    case kErrno: return static_cast<std::uint32_t>(errno_);
    case kCommandLine: return command_line(parameter);
    case kHeapInfo: return heap_info(parameter);
    case kElapsed: return elapsed(parameter);
    case kTickFrequency: return tick_frequency();
    default: return fail(GuestError::not_implemented);
  }
}

SemihostingResult Semihosting::serve_exit(std::uint32_t operation, std::uint32_t parameter) {
  std::array<std::uint32_t, 2> block{parameter, 0};  // reason, subcode
  // The caller does not expect to go on, so a block that cannot be read is an abnormal exit.
  if (operation == kExitExtended && !read_words(parameter, block.data(), block.size()))
    block[0] = 0;
  return {0, block[0] == kApplicationExit ? block[1] & 0xFFu : 1u};
}

std::uint32_t Semihosting::serve_handle(std::uint32_t operation, std::uint32_t parameter) {
  std::uint32_t number = 0;
  if (!read_words(parameter, &number, 1)) return fail(GuestError::bad_address);
  Handle* handle = handle_of(number);
  if (handle == nullptr) return fail(GuestError::bad_handle);
  if (operation == kClose) return close(number);
  if (operation == kIsTty) return handle->stream->is_console() ? 1 : 0;
  return length(*handle);
}

std::uint32_t Semihosting::open(std::uint32_t block) {
  std::array<std::uint32_t, 3> fields{};  // name, mode, length of the name
  if (!read_words(block, fields.data(), fields.size())) return fail(GuestError::bad_address);
  std::string name;
  if (const GuestError error = read_name(fields[0], fields[2], name); error != GuestError::none)
    return fail(error);
  const auto free = std::find_if(handles_.begin(), handles_.end(),
                                 [](const Handle& handle) { return !handle.stream; });
  const auto number = static_cast<std::size_t>(free - handles_.begin());
  if (number == kFirstOpened + kMaxOpenFiles) return fail(GuestError::too_many_open);
  Handle opened;
  if (const GuestError error = open_stream(name, fields[1], opened); error != GuestError::none)
    return fail(error);
  if (number == handles_.size()) handles_.emplace_back();
  handles_[number] = std::move(opened);
  return static_cast<std::uint32_t>(number);
}

GuestError Semihosting::open_stream(const std::string& name, std::uint32_t mode, Handle& handle) {
  if (mode >= kModes) return GuestError::invalid;
  if (name == ":tt") {
    const ConsoleEnd end = mode >= kAppendModes  ? ConsoleEnd::error
                           : mode >= kWriteModes ? ConsoleEnd::output
                                                 : ConsoleEnd::input;
    handle.stream = make_console_stream(end, setup_.console);
    return GuestError::none;
  }
  if (name == ":semihosting-features") {
    if (mode > 1) return GuestError::no_access;
    handle.stream = make_features_stream();
    return GuestError::none;
  }
  if (!folder_) return GuestError::no_access;
  HostFile file;
  if (const GuestError error = folder_->open(name, open_mode(mode), file);
      error != GuestError::none)
    return error;
  handle.stream = make_file_stream(std::move(file));
  return GuestError::none;
}

std::uint32_t Semihosting::close(std::uint32_t number) {
  if (number >= kFirstOpened) handles_[number] = {};
  return 0;
}

std::uint32_t Semihosting::write_character(std::uint32_t pointer) {
  std::uint8_t character = 0;
  if (read_bytes(pointer, &character, 1) != 1) return fail(GuestError::bad_address);
  print(std::string(1, static_cast<char>(character)));
  return 0;
}

std::uint32_t Semihosting::write_text(std::uint32_t pointer) {
  std::string text;
  bool ended = false;
  while (!ended && text.size() < kMaxText) {
    const std::uint64_t at = pointer + std::uint64_t{text.size()};
    if (at >= kAddressSpace) break;
    const std::size_t count =
        read_bytes(static_cast<Address>(at), buffer_.data(), kPieceSize - at % kPieceSize);
    const auto read_end = buffer_.begin() + static_cast<std::ptrdiff_t>(count);
    const auto text_end = std::find(buffer_.begin(), read_end, std::uint8_t{0});
    ended = text_end != read_end;
    text.append(buffer_.begin(), text_end);
    if (count == 0) break;
  }
  if (!text.empty()) print(text);
  return ended ? 0 : fail(GuestError::bad_address);
}

std::uint32_t Semihosting::write(std::uint32_t block) {
  std::array<std::uint32_t, 3> fields{};  // handle, data, size
  if (!read_words(block, fields.data(), fields.size())) return fail(GuestError::bad_address);
  const std::uint32_t size = fields[2];
  Handle* handle = handle_of(fields[0]);
  if (handle == nullptr) errno_ = GuestError::bad_handle;
  std::uint32_t done = 0;
  while (handle != nullptr && done < size) {
    const std::uint64_t from = std::uint64_t{fields[1]} + done;
    const std::size_t wanted = std::min<std::size_t>(size - done, kBufferSize);
    const std::size_t count =
        from < kAddressSpace ? read_bytes(static_cast<Address>(from), buffer_.data(), wanted) : 0;
    const Outcome place = handle->stream->write_position(handle->position);
    Outcome moved{0, place.error};
    if (place.error == GuestError::none)
      moved = handle->stream->write(place.value, buffer_.data(), count);
    handle->position = place.value + moved.value;
    done += static_cast<std::uint32_t>(moved.value);
    if (moved.error == GuestError::none && count < wanted) moved.error = GuestError::bad_address;
    if (moved.error == GuestError::none) continue;
    errno_ = moved.error;
    break;
  }
  return size - done;
}

std::uint32_t Semihosting::read(std::uint32_t block) {
  std::array<std::uint32_t, 3> fields{};  // handle, buffer, size
  if (!read_words(block, fields.data(), fields.size())) return fail(GuestError::bad_address);
  const std::uint32_t size = fields[2];
  Handle* handle = handle_of(fields[0]);
  if (handle == nullptr) errno_ = GuestError::bad_handle;
  std::uint32_t done = 0;
  while (handle != nullptr && done < size) {
    const std::uint64_t to = std::uint64_t{fields[1]} + done;
    const std::size_t wanted = std::min<std::size_t>(size - done, kBufferSize);
    const Outcome got = handle->stream->read(handle->position, buffer_.data(), wanted);
    const auto got_bytes = static_cast<std::size_t>(got.value);
    const std::size_t count =
        to < kAddressSpace ? write_bytes(static_cast<Address>(to), buffer_.data(), got_bytes) : 0;
    handle->position += count;
    done += static_cast<std::uint32_t>(count);
    if (got.error != GuestError::none) errno_ = got.error;
    if (count < got_bytes) errno_ = GuestError::bad_address;
    if (count < wanted) break;
  }
  return size - done;
}

std::uint32_t Semihosting::is_error(std::uint32_t block) {
  std::uint32_t status = 0;
  if (!read_words(block, &status, 1)) return fail(GuestError::bad_address);
  return status >> 31;
}

std::uint32_t Semihosting::seek(std::uint32_t block) {
  std::array<std::uint32_t, 2> fields{};  // handle, position
  if (!read_words(block, fields.data(), fields.size())) return fail(GuestError::bad_address);
  Handle* handle = handle_of(fields[0]);
  if (handle == nullptr) return fail(GuestError::bad_handle);
  const Outcome highest = handle->stream->highest_position();
  if (highest.error != GuestError::none) return fail(highest.error);
  if (fields[1] > highest.value) return fail(GuestError::invalid);
  handle->position = fields[1];
  return 0;
}

std::uint32_t Semihosting::length(Handle& handle) {
  const Outcome length = handle.stream->length();
  return length.error == GuestError::none ? static_cast<std::uint32_t>(length.value)
                                          : fail(length.error);
}

std::uint32_t Semihosting::remove(std::uint32_t block) {
  std::array<std::uint32_t, 2> fields{};  // name, its length
  if (!read_words(block, fields.data(), fields.size())) return fail(GuestError::bad_address);
  std::string name;
  if (const GuestError error = read_name(fields[0], fields[1], name); error != GuestError::none)
    return fail(error);
  if (!folder_) return fail(GuestError::no_access);
  const GuestError error = folder_->remove(name);
  return error == GuestError::none ? 0 : fail(error);
}

std::uint32_t Semihosting::rename(std::uint32_t block) {
  std::array<std::uint32_t, 4> fields{};  // old name, its length, new name, its length
  if (!read_words(block, fields.data(), fields.size())) return fail(GuestError::bad_address);
  std::string from;
  std::string to;
  if (const GuestError error = read_name(fields[0], fields[1], from); error != GuestError::none)
    return fail(error);
  if (const GuestError error = read_name(fields[2], fields[3], to); error != GuestError::none)
    return fail(error);
  if (!folder_) return fail(GuestError::no_access);
  const GuestError error = folder_->rename(from, to);
  return error == GuestError::none ? 0 : fail(error);
}

std::uint32_t Semihosting::command_line(std::uint32_t block) {
  std::array<std::uint32_t, 2> fields{};  // buffer, its size; becomes the length without the NUL
  if (!read_words(block, fields.data(), fields.size())) return fail(GuestError::bad_address);
  const std::string& text = setup_.command_line;
  const std::size_t size = text.size() + 1;
  if (size > fields[1]) return fail(GuestError::too_long);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.c_str());
  fields[1] = static_cast<std::uint32_t>(text.size());
  const bool written = write_bytes(fields[0], bytes, size) == size &&
                       write_words(block, fields.data(), fields.size());
  return written ? 0 : fail(GuestError::bad_address);
}

std::uint32_t Semihosting::heap_info(std::uint32_t pointer) {
  std::uint32_t block = 0;
  const std::array<std::uint32_t, 4> fields{setup_.heap_base, setup_.heap_limit, setup_.stack_base,
                                            setup_.stack_limit};
  const bool written =
      read_words(pointer, &block, 1) && write_words(block, fields.data(), fields.size());
  return written ? 0 : fail(GuestError::bad_address);
}

std::uint32_t Semihosting::elapsed(std::uint32_t block) {
  const Cycles now = setup_.now ? setup_.now() : 0;
  const std::array<std::uint32_t, 2> fields{static_cast<std::uint32_t>(now),
                                            static_cast<std::uint32_t>(now >> 32)};
  return write_words(block, fields.data(), fields.size()) ? 0 : fail(GuestError::bad_address);
}

std::uint32_t Semihosting::tick_frequency() const {
  const bool known = setup_.clock_hz != 0 && setup_.clock_hz < kFailed;
  return known ? static_cast<std::uint32_t>(setup_.clock_hz) : kFailed;
}

std::uint64_t Semihosting::ticks(std::uint64_t per_second) const {
  if (setup_.elapsed) return setup_.elapsed(per_second);
  if (!setup_.now || setup_.clock_hz == 0) return 0;
  const Cycles now = setup_.now();
  const std::uint64_t part =
      now % setup_.clock_hz;  // of a second; times 100 it fits for any clock below 10^17 Hz
  return now / setup_.clock_hz * per_second + part * per_second / setup_.clock_hz;
}

std::uint32_t Semihosting::fail(GuestError error) {
  errno_ = error;
  return kFailed;
}

Semihosting::Handle* Semihosting::handle_of(std::uint32_t number) {
  if (number >= handles_.size() || !handles_[number].stream) return nullptr;
  return &handles_[number];
}

GuestError Semihosting::read_name(Address pointer, std::uint32_t size_bytes,
                                  std::string& name) const {
  if (size_bytes > kMaxName) return GuestError::name_too_long;
  std::array<std::uint8_t, kMaxName> bytes{};
  if (read_bytes(pointer, bytes.data(), size_bytes) != size_bytes) return GuestError::bad_address;
  name.assign(bytes.begin(), bytes.begin() + size_bytes);
  return name.find('\0') == std::string::npos ? GuestError::none : GuestError::invalid;
}

bool Semihosting::read_words(Address address, std::uint32_t* words, std::size_t count) const {
  for (std::size_t i = 0; i < count; ++i) {
    std::array<std::uint8_t, 4> bytes{};
    const std::uint64_t at = address + std::uint64_t{4} * i;
    if (at >= kAddressSpace || read_bytes(static_cast<Address>(at), bytes.data(), 4) != 4)
      return false;
    words[i] = bytes[0] | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16 |
               std::uint32_t{bytes[3]} << 24;
  }
  return true;
}

bool Semihosting::write_words(Address address, const std::uint32_t* words, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::array<std::uint8_t, 4> bytes{
        static_cast<std::uint8_t>(words[i]), static_cast<std::uint8_t>(words[i] >> 8),
        static_cast<std::uint8_t>(words[i] >> 16), static_cast<std::uint8_t>(words[i] >> 24)};
    const std::uint64_t at = address + std::uint64_t{4} * i;
    if (at >= kAddressSpace || write_bytes(static_cast<Address>(at), bytes.data(), 4) != 4)
      return false;
  }
  return true;
}

/// Returns how many bytes there were, up to the first that cannot be read or the end of the address
/// space.
std::size_t Semihosting::read_bytes(Address address, std::uint8_t* data,
                                    std::size_t size_bytes) const {
  return move_pieces(address, size_bytes, [&](Address at, std::size_t offset, std::size_t size) {
    return memory_.read(at, data + offset, size);
  });
}

std::size_t Semihosting::write_bytes(Address address, const std::uint8_t* data,
                                     std::size_t size_bytes) {
  return move_pieces(address, size_bytes, [&](Address at, std::size_t offset, std::size_t size) {
    return memory_.write(at, data + offset, size);
  });
}

void Semihosting::print(const std::string& text) const { setup_.console(text, false); }

std::string_view semihosting_call_name(unsigned operation) {
  switch (operation) {
    case kOpen: return "SYS_OPEN";
    case kClose: return "SYS_CLOSE";
    case kWriteCharacter: return "SYS_WRITEC";
    case kWriteText: return "SYS_WRITE0";
    case kWrite: return "SYS_WRITE";
    case kRead: return "SYS_READ";
    case kReadCharacter: return "SYS_READC";
    case kIsError: return "SYS_ISERROR";
    case kIsTty: return "SYS_ISTTY";
    case kSeek: return "SYS_SEEK";
    case kLength: return "SYS_FLEN";
    case kTemporaryName: return "SYS_TMPNAM";
    case kRemove: return "SYS_REMOVE";
    case kRename: return "SYS_RENAME";
    case kClock: return "SYS_CLOCK";
    case kTime: return "SYS_TIME";
    case kSystem: return "SYS_SYSTEM";
    case kErrno: return "SYS_ERRNO";
    case kCommandLine: return "SYS_GET_CMDLINE";
    case kHeapInfo: return "SYS_HEAPINFO";
    case kExit: return "SYS_EXIT";
    case kExitExtended: return "SYS_EXIT_EXTENDED";
    case kElapsed: return "SYS_ELAPSED";
    case kTickFrequency: return "SYS_TICKFREQ";
    default: return "unknown";
  }
}

}  // namespace mcost::boards
