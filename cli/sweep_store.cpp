#include "cli/sweep_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include "analysis/reports/sweep_reports.h"
#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

constexpr mode_t kMode = 0644;
constexpr std::size_t kChunk = std::size_t{1} << 20;

/// How every line begins; what is cut off in the middle of it is still recognised.
std::string line_begin() { return fmt::format("{{\"schema\":\"{}\"", analysis::kSweepSchema); }

}  // namespace

SweepStore::SweepStore(std::string path, std::string option)
    : path_(std::move(path)), option_(std::move(option)) {
  if (path_.empty()) return;
  is_new_ = !std::filesystem::exists(path_);
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kMode);
  if (file_ < 0) refuse("the file cannot be written", "name a file in a folder you may write to");
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    ::close(file_);
    refuse("another sweep writes to the file", "wait for it, or name another file");
  }
  try {
    read();
  } catch (...) {
    ::close(file_);
    throw;
  }
}

SweepStore::~SweepStore() {
  if (file_ < 0) return;
  if (is_new_ && ::lseek(file_, 0, SEEK_END) == 0) ::unlink(path_.c_str());
  ::close(file_);
}

void SweepStore::refuse(const std::string& what, const std::string& remedy) const {
  throw ConfigError(what, option_, remedy);
}

void SweepStore::read() {
  std::string text;
  std::string chunk(kChunk, '\0');
  for (;;) {
    const ssize_t count = ::read(file_, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse("the file cannot be read", "name a file that can be");
    if (count == 0) break;
    text.append(chunk, 0, static_cast<std::size_t>(count));
  }
  std::size_t begin = 0;
  for (unsigned number = 1; begin < text.size(); ++number) {
    const std::size_t end = text.find('\n', begin);
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    if (end == std::string::npos) break;
    analysis::CellOutcome outcome =
        analysis::read_sweep_line(line, fmt::format("{}:{}", path_, number));
    if (!outcome.key.empty()) kept_.insert_or_assign(outcome.key, std::move(outcome));
    begin = end + 1;
  }
  if (begin == text.size()) return;
  // The last line was being written when the program ended.
  const std::string_view rest = std::string_view(text).substr(begin);
  const std::string expected = line_begin();
  if (rest.substr(0, expected.size()) != std::string_view(expected).substr(0, rest.size())) {
    refuse("the file has other contents than cells of a sweep",
           "name a file that mcost sweep wrote, or one that does not exist");
  }
  if (::ftruncate(file_, static_cast<off_t>(begin)) != 0)
    refuse("the file cannot be written", "name a file in a folder you may write to");
}

const analysis::CellOutcome* SweepStore::find(const std::string& key) const {
  const auto found = kept_.find(key);
  return found == kept_.end() ? nullptr : &found->second;
}

std::size_t SweepStore::foreign(const analysis::Sweep& sweep) const {
  std::set<std::string> own;
  for (const analysis::SweepRow& row : sweep.rows) own.insert(row.outcome.key);
  return static_cast<std::size_t>(std::count_if(
      kept_.begin(), kept_.end(), [&](const auto& entry) { return !own.contains(entry.first); }));
}

void SweepStore::write_all(int file, const std::string& bytes) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::write(file, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) refuse("the file cannot be written to its end", "check its disk");
    done += static_cast<std::size_t>(count);
  }
}

void SweepStore::add(const std::string& line) {
  if (file_ >= 0) write_all(file_, line);
}

void SweepStore::replace(const std::string& lines) {
  if (file_ < 0) return;
  const std::string next = path_ + ".new";
  const int file = ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
  if (file < 0) refuse("the file cannot be written", "name a file in a folder you may write to");
  try {
    write_all(file, lines);
  } catch (...) {
    ::close(file);
    ::unlink(next.c_str());
    throw;
  }
  if (::close(file) != 0 || ::rename(next.c_str(), path_.c_str()) != 0) {
    ::unlink(next.c_str());
    refuse("the file cannot be written to its end", "check its disk");
  }
}

}  // namespace mcost::cli
