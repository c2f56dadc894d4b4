// Coverage. Source: geninfo(1), "tracefile format".
#include <fmt/format.h>

#include <map>

#include "analysis/profile.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/profile_exports.h"

namespace mcost::analysis {
namespace {

struct Function {
  unsigned line = 0;
  std::string name;
  std::uint64_t calls = 0;
};

struct File {
  std::map<unsigned, std::uint64_t> executions;  // by line
  std::vector<Function> functions;               // by address
};

std::string record_of(const std::string& name, const File& file) {
  std::string text = fmt::format("SF:{}\n", printable(name));
  std::size_t hit = 0;
  for (const Function& function : file.functions)
    text += fmt::format("FN:{},{}\n", function.line, printable(function.name));
  for (const Function& function : file.functions) {
    text += fmt::format("FNDA:{},{}\n", function.calls, printable(function.name));
    hit += function.calls != 0 ? 1 : 0;
  }
  text += fmt::format("FNF:{}\nFNH:{}\n", file.functions.size(), hit);
  hit = 0;
  for (const auto& [line, executions] : file.executions) {
    text += fmt::format("DA:{},{}\n", line, executions);
    hit += executions != 0 ? 1 : 0;
  }
  return text + fmt::format("LF:{}\nLH:{}\nend_of_record\n", file.executions.size(), hit);
}

}  // namespace

std::string profile_lcov(const RunResult& result, const CoveredSource& source) {
  const RunProfile& profile = *result.profile;
  std::map<std::string, File> files;
  for (const auto& [file, line] : source.lines) {
    if (line != 0) files[file].executions.try_emplace(line, 0);
  }
  for (const LineCost& line : by_line(profile)) {
    if (line.line.file && line.line.line != 0)
      files[profile.files[*line.line.file]].executions[line.line.line] = line.executions;
  }
  struct Called {
    const ProfileFunction* function = nullptr;
    std::uint64_t calls = 0;
  };
  std::map<Address, Called> functions;
  for (const ProfileFunction& function : source.functions)
    functions[function.address] = {&function, 0};
  for (const FunctionCost& function : by_function(profile)) {
    const ProfileFunction& of = profile.functions[function.function];
    functions[of.address] = {&of, function.calls};
  }
  for (const auto& [address, called] : functions) {
    const ProfileFunction& function = *called.function;
    if (!function.file.empty() && function.line != 0)
      files[function.file].functions.push_back({function.line, function.name, called.calls});
  }
  std::string text = "TN:\n";
  for (const auto& [name, file] : files) text += record_of(name, file);
  return text;
}

}  // namespace mcost::analysis
