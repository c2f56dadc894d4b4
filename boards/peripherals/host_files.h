// Host files that firmware may use: regular files below one folder, and nothing else. A name is
// walked component by component from the folder's descriptor, so that no symbolic link, `..` or
// absolute path leads out, even if the tree changes meanwhile. Depends on base and POSIX.
// Invariant: no path of the host reaches the guest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace mcost::boards {

/// errno as newlib for Arm numbers it. Source: newlib sys/errno.h.
enum class GuestError : std::uint32_t {
  none = 0,
  not_permitted = 1,     // EPERM
  no_entry = 2,          // ENOENT
  io = 5,                // EIO
  too_long = 7,          // E2BIG
  bad_handle = 9,        // EBADF
  no_memory = 12,        // ENOMEM
  no_access = 13,        // EACCES
  bad_address = 14,      // EFAULT
  exists = 17,           // EEXIST
  not_folder = 20,       // ENOTDIR
  is_folder = 21,        // EISDIR
  invalid = 22,          // EINVAL
  too_many_open = 24,    // EMFILE
  file_too_big = 27,     // EFBIG
  no_space = 28,         // ENOSPC
  illegal_seek = 29,     // ESPIPE
  read_only = 30,        // EROFS
  not_implemented = 88,  // ENOSYS
  name_too_long = 91,    // ENAMETOOLONG
  symbolic_link = 92,    // ELOOP
};

/// A length or a number of bytes moved, and what went wrong. Bytes may have moved before an error.
struct Outcome {
  std::uint64_t value = 0;
  GuestError error = GuestError::none;
};

/// How a file is opened; the twelve modes of fopen.
struct OpenMode {
  bool reads = false;
  bool writes = false;
  bool creates = false;
  bool truncates = false;
  bool appends = false;
};

/// A file descriptor, closed at the end.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  [[nodiscard]] int number() const { return number_; }

 private:
  int release();
  int number_ = -1;
};

/// Bytes a run may still write, and files it may still create.
struct HostBudget {
  std::uint64_t write_bytes = std::uint64_t{4} << 30;
  std::uint64_t new_files = 65536;
};

/// An open regular file of at most kMaxSize bytes.
class HostFile {
 public:
  static constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 30;

  HostFile() = default;
  /// `descriptor` is of a regular file and was opened as `mode` says.
  HostFile(Descriptor descriptor, OpenMode mode, std::shared_ptr<HostBudget> budget);

  Outcome read(std::uint64_t position, std::uint8_t* data, std::size_t size_bytes) const;
  Outcome write(std::uint64_t position, const std::uint8_t* data, std::size_t size_bytes);
  [[nodiscard]] Outcome length() const;
  [[nodiscard]] const OpenMode& mode() const { return mode_; }

 private:
  Descriptor descriptor_;
  OpenMode mode_;
  std::shared_ptr<HostBudget> budget_;
};

/// The folder. Names are relative, `/` between components, `.` and empty components are skipped.
class HostFolder {
 public:
  /// `path` may itself be or contain symbolic links: a person chose it. Errors: ConfigError if it
  /// is not a folder.
  explicit HostFolder(const std::string& path, HostBudget budget = {});

  /// Opens a regular file. A file with further hard links cannot be opened to write: one may be
  /// elsewhere.
  [[nodiscard]] GuestError open(const std::string& name, OpenMode mode, HostFile& file);
  /// Removes a regular file.
  [[nodiscard]] GuestError remove(const std::string& name);
  /// Renames a regular file; `to` may be another regular file, which is lost.
  [[nodiscard]] GuestError rename(const std::string& from, const std::string& to);

 private:
  struct Place {
    Descriptor folder;
    std::string leaf;
  };
  [[nodiscard]] GuestError find(const std::string& name, Place& place) const;
  Descriptor root_;
  std::shared_ptr<HostBudget> budget_;
};

}  // namespace mcost::boards
