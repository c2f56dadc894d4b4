#include "boards/peripherals/host_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sim_core/base/error.h"

namespace mcost::boards {
namespace {

// O_NONBLOCK: opening a FIFO that replaced the file must not wait for its other end.
constexpr int kSafeFlags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
constexpr int kFolderFlags = O_PATH | O_DIRECTORY | O_CLOEXEC;
constexpr mode_t kNewFileMode = 0644;

GuestError guest_error(int host_error) {
  switch (host_error) {
    case EPERM: return GuestError::not_permitted;
    case ENOENT: return GuestError::no_entry;
    case ENOMEM: return GuestError::no_memory;
    case EACCES: return GuestError::no_access;
    case EEXIST: return GuestError::exists;
    case ENOTDIR: return GuestError::not_folder;
    case EISDIR: return GuestError::is_folder;
    case EINVAL: return GuestError::invalid;
    case EMFILE:
    case ENFILE: return GuestError::too_many_open;
    case EFBIG: return GuestError::file_too_big;
    case EDQUOT:
    case ENOSPC: return GuestError::no_space;
    case EROFS: return GuestError::read_only;
    case ENAMETOOLONG: return GuestError::name_too_long;
    case ELOOP: return GuestError::symbolic_link;
    default: return GuestError::io;
  }
}

GuestError check_regular(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return GuestError::none;
  if (S_ISDIR(status.st_mode)) return GuestError::is_folder;
  if (S_ISLNK(status.st_mode)) return GuestError::symbolic_link;
  return GuestError::no_access;
}

/// What `leaf` is, itself and not what a link leads to.
GuestError check_leaf(int folder, const std::string& leaf) {
  struct stat status {};
  if (fstatat(folder, leaf.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return guest_error(errno);
  return check_regular(status);
}

int open_flags(OpenMode mode) {
  int flags = kSafeFlags;
  if (mode.reads && mode.writes) {
    flags |= O_RDWR;
  } else {
    flags |= mode.writes ? O_WRONLY : O_RDONLY;
  }
  // Not O_TRUNC: nothing is lost before the descriptor is known to be of a regular file.
  return mode.creates ? flags | O_CREAT : flags;
}

GuestError check_opened(int descriptor, OpenMode mode) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) return guest_error(errno);
  if (const GuestError error = check_regular(status); error != GuestError::none) return error;
  if (mode.writes && status.st_nlink > 1) return GuestError::no_access;
  if (mode.truncates) return GuestError::none;
  const bool too_big = static_cast<std::uint64_t>(status.st_size) > HostFile::kMaxSize;
  return too_big ? GuestError::file_too_big : GuestError::none;
}

/// Calls pread or pwrite until all is moved, the end of the file, or an error.
template <typename Call>
Outcome move_all(Call call, std::uint64_t position, std::size_t size_bytes) {
  Outcome moved;
  while (moved.value < size_bytes) {
    const ssize_t count = call(moved.value, size_bytes - moved.value, position + moved.value);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) moved.error = guest_error(errno);
    if (count <= 0) break;
    moved.value += static_cast<std::uint64_t>(count);
  }
  return moved;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this == &other) return *this;
  if (is_open()) ::close(number_);
  number_ = other.release();
  return *this;
}

Descriptor::~Descriptor() {
  if (is_open()) ::close(number_);
}

int Descriptor::release() { return std::exchange(number_, -1); }

HostFile::HostFile(Descriptor descriptor, OpenMode mode, std::shared_ptr<HostBudget> budget)
    : descriptor_(std::move(descriptor)), mode_(mode), budget_(std::move(budget)) {}

Outcome HostFile::read(std::uint64_t position, std::uint8_t* data, std::size_t size_bytes) const {
  if (!mode_.reads) return {0, GuestError::bad_handle};
  if (position >= kMaxSize) return {};
  const auto call = [&](std::uint64_t done, std::uint64_t size, std::uint64_t at) {
    return pread(descriptor_.number(), data + done, size, static_cast<off_t>(at));
  };
  return move_all(call, position, std::min<std::uint64_t>(size_bytes, kMaxSize - position));
}

Outcome HostFile::write(std::uint64_t position, const std::uint8_t* data, std::size_t size_bytes) {
  if (!mode_.writes) return {0, GuestError::bad_handle};
  const std::uint64_t room = position < kMaxSize ? kMaxSize - position : 0;
  const std::uint64_t allowed = std::min({std::uint64_t{size_bytes}, room, budget_->write_bytes});
  const auto call = [&](std::uint64_t done, std::uint64_t size, std::uint64_t at) {
    return pwrite(descriptor_.number(), data + done, size, static_cast<off_t>(at));
  };
  Outcome moved = move_all(call, position, allowed);
  budget_->write_bytes -= moved.value;
  if (moved.value < size_bytes && moved.error == GuestError::none) {
    moved.error = moved.value == room ? GuestError::file_too_big : GuestError::no_space;
  }
  return moved;
}

Outcome HostFile::length() const {
  struct stat status {};
  if (fstat(descriptor_.number(), &status) != 0) return {0, guest_error(errno)};
  const auto size = static_cast<std::uint64_t>(status.st_size);
  return {size, size > kMaxSize ? GuestError::file_too_big : GuestError::none};
}

HostFolder::HostFolder(const std::string& path, HostBudget budget)
    : root_(::open(path.c_str(), kFolderFlags)), budget_(std::make_shared<HostBudget>(budget)) {
  if (root_.is_open()) return;
  throw ConfigError("cannot use the semihosting root \"" + path + "\"", std::strerror(errno),
                    "name an existing folder with --semihosting-root");
}

GuestError HostFolder::open(const std::string& name, OpenMode mode, HostFile& file) {
  Place place;
  if (const GuestError error = find(name, place); error != GuestError::none) return error;
  const int folder = place.folder.number();
  // Looked at before it is opened, because opening a device can already do something.
  const GuestError present = check_leaf(folder, place.leaf);
  const bool creates = present == GuestError::no_entry && mode.creates;
  if (present != GuestError::none && !creates) return present;
  if (creates) {
    if (budget_->new_files == 0) return GuestError::no_space;
    --budget_->new_files;
  }
  Descriptor descriptor(openat(folder, place.leaf.c_str(), open_flags(mode), kNewFileMode));
  if (!descriptor.is_open()) return guest_error(errno);
  if (const GuestError error = check_opened(descriptor.number(), mode); error != GuestError::none)
    return error;
  if (mode.truncates && ftruncate(descriptor.number(), 0) != 0) return guest_error(errno);
  file = HostFile(std::move(descriptor), mode, budget_);
  return GuestError::none;
}

GuestError HostFolder::remove(const std::string& name) {
  Place place;
  if (const GuestError error = find(name, place); error != GuestError::none) return error;
  const int folder = place.folder.number();
  if (const GuestError error = check_leaf(folder, place.leaf); error != GuestError::none)
    return error;
  return unlinkat(folder, place.leaf.c_str(), 0) == 0 ? GuestError::none : guest_error(errno);
}

GuestError HostFolder::rename(const std::string& from, const std::string& to) {
  Place source;
  Place target;
  if (const GuestError error = find(from, source); error != GuestError::none) return error;
  if (const GuestError error = find(to, target); error != GuestError::none) return error;
  const int from_folder = source.folder.number();
  const int to_folder = target.folder.number();
  if (const GuestError error = check_leaf(from_folder, source.leaf); error != GuestError::none)
    return error;
  const GuestError present = check_leaf(to_folder, target.leaf);
  if (present != GuestError::none && present != GuestError::no_entry) return present;
  const int status = renameat(from_folder, source.leaf.c_str(), to_folder, target.leaf.c_str());
  return status == 0 ? GuestError::none : guest_error(errno);
}

GuestError HostFolder::find(const std::string& name, Place& place) const {
  if (name.empty()) return GuestError::no_entry;
  if (name.find('\0') != std::string::npos) return GuestError::invalid;
  if (name.front() == '/') return GuestError::no_access;
  if (name.back() == '/') return GuestError::is_folder;
  place.folder = Descriptor(fcntl(root_.number(), F_DUPFD_CLOEXEC, 0));
  if (!place.folder.is_open()) return guest_error(errno);
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string component = name.substr(begin, end - begin);
    begin = end + 1;
    if (component.empty() || component == ".") continue;
    if (component == "..") return GuestError::no_access;
    if (!place.leaf.empty()) {
      // What came before is a folder on the way.
      const int flags = kFolderFlags | O_NOFOLLOW;
      Descriptor next(openat(place.folder.number(), place.leaf.c_str(), flags));
      if (!next.is_open()) return guest_error(errno);
      place.folder = std::move(next);
    }
    place.leaf = component;
  }
  return place.leaf.empty() ? GuestError::is_folder : GuestError::none;
}

}  // namespace mcost::boards
