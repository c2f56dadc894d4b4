#include "cli/layer_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "analysis/reports/numbers.h"
#include "boards/suggestions.h"
#include "cli/function_filter.h"
#include "cli/layer_map_reader.h"
#include "cli/options.h"
#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

using boards::Problems;

/// Lays what was written against the firmware.
class Resolver {
 public:
  Resolver(const WrittenMap& written, const loader::Image& image,
           const loader::SymbolTable& symbols, Problems& problems)
      : written_(written), image_(image), symbols_(symbols), problems_(problems) {}

  LayerMap resolve() {
    if (written_.in) (void)function_named(*written_.in, "");
    for (std::size_t i = 0; i < written_.layers.size(); ++i) {
      const WrittenLayer& layer = written_.layers[i];
      add_layer(layer);
      if (layer.function) add_functions(i, named(*layer.function, layer.path), *layer.function);
      if (layer.functions) add_functions(i, matching(*layer.functions, layer), *layer.functions);
      if (layer.call) add_call(i, *layer.call);
      if (layer.begin && layer.end) add_range(i, *layer.begin, *layer.end);
    }
    put_deeper_first();
    return std::move(map_);
  }

 private:
  void add_layer(const WrittenLayer& layer) {
    MappedLayer mapped;
    mapped.label.name = analysis::printable(layer.name.text);
    mapped.label.kind = "map";
    mapped.label.metadata = layer.metadata;
    mapped.label.declared_macs = layer.macs;
    if (layer.parent) {
      mapped.around = map_.layers[*layer.parent].around;
      mapped.around.push_back(map_.layers[*layer.parent].label.name);
    }
    mapped.place = fmt::format("{}:{}", layer.name.place.file, layer.name.place.line);
    map_.layers.push_back(std::move(mapped));
  }

  [[nodiscard]] std::vector<std::string> function_names() const {
    std::vector<std::string> names;
    for (const loader::Function& known : symbols_.functions()) names.push_back(known.demangled);
    return names;
  }

  void unknown_function(const WrittenText& name, const std::string& path) {
    const std::string near = boards::nearest_name(name.text, function_names());
    problems_.add(
        name.place, path, fmt::format("the firmware has no function \"{}\"", name.text),
        symbols_.functions().empty() ? "it has no symbols: write begin: and end: addresses"
        : near.empty()
            ? "it may be inlined, or left out by the linker; `arm-none-eabi-nm -C` lists names"
            : fmt::format("did you mean \"{}\"?", near));
  }

  /// The code of a function, empty and recorded if there is none.
  FunctionCode function_named(const WrittenText& name, const std::string& path) {
    FunctionCode function = find_function_code(symbols_, name.text);
    if (function.parts.empty()) unknown_function(name, path);
    return function;
  }

  std::vector<const loader::Function*> named(const WrittenText& name, const std::string& path) {
    const FunctionCode code = function_named(name, path);
    std::vector<const loader::Function*> entries;
    for (const loader::Function* const part : code.parts) {
      if (code.is_entry(part->address)) entries.push_back(part);
    }
    return entries;
  }

  std::vector<const loader::Function*> matching(const WrittenText& pattern,
                                                const WrittenLayer& layer) {
    try {
      return matching_functions(symbols_, pattern.text, "");
    } catch (const ConfigError& error) {
      problems_.add(pattern.place, layer.path,
                    fmt::format("{}: \"{}\"", error.problem(), pattern.text), error.remedy());
      return {};
    }
  }

  /// Records that two layers beside each other are the same thing.
  void overlap(std::size_t layer, std::size_t other, const WrittenText& what, std::string thing) {
    problems_.add(
        what.place, written_.layers[layer].path,
        fmt::format("{} is already layer \"{}\"", thing, written_.layers[other].name.text),
        fmt::format("it is in line {}: leave one out, or write one inside the other",
                    written_.layers[other].name.place.line));
  }

  [[nodiscard]] bool beside(std::size_t a, std::size_t b) const {
    return a != b && written_.layers[a].parent == written_.layers[b].parent;
  }

  void add_functions(std::size_t layer, const std::vector<const loader::Function*>& functions,
                     const WrittenText& written) {
    for (const loader::Function* const function : functions) {
      std::vector<std::size_t>& layers = map_.function_layers[function->address];
      for (const std::size_t other : layers) {
        if (beside(layer, other)) overlap(layer, other, written, function->demangled);
      }
      if (layers.empty()) map_.functions.push_back(function);
      layers.push_back(layer);
    }
  }

  /// The function whose calls `call` means: its own, that of a layer around it, or that of the map.
  [[nodiscard]] std::optional<WrittenText> caller_of(std::size_t layer,
                                                     const WrittenCall& call) const {
    if (call.in) return call.in;
    for (auto at = written_.layers[layer].parent; at; at = written_.layers[*at].parent) {
      const WrittenLayer& around = written_.layers[*at];
      if (around.function) return around.function;
      if (around.call && around.call->callee) return around.call->callee;
    }
    return written_.in;
  }

  /// The entry for a caller, null and recorded if it makes no calls.
  MappedCaller* find_caller(std::size_t layer, const WrittenCall& call) {
    const std::string& path = written_.layers[layer].path;
    const auto name = caller_of(layer, call);
    if (!name) {
      problems_.add(call.place, path, "nothing says which function makes the call",
                    "write in: FUNCTION at the top of the map");
      return nullptr;
    }
    // A caller from elsewhere in the map is reported there if it does not exist.
    FunctionCode function = find_function_code(symbols_, name->text);
    if (function.parts.empty() && call.in) unknown_function(*name, path + ".call");
    if (function.parts.empty()) return nullptr;
    for (MappedCaller& known : map_.callers) {
      if (known.function.parts == function.parts) return &known;
    }
    auto sites = find_call_sites(image_, symbols_, function);
    if (sites.empty()) {
      problems_.add(call.place, path, fmt::format("{} makes no calls", name->text),
                    "its callees may be inlined: name another function with in:");
      return nullptr;
    }
    map_.callers.push_back({std::move(function), std::move(sites), {}});
    return &map_.callers.back();
  }

  void add_call(std::size_t layer, const WrittenCall& call) {
    MappedCaller* const caller = find_caller(layer, call);
    if (caller == nullptr) return;
    const std::string& path = written_.layers[layer].path;
    MappedCall mapped{layer, std::nullopt, call.ordinal, std::nullopt};
    if (call.callee && !find_callee(*call.callee, *caller, path, mapped)) return;
    if (call.site > caller->sites.size()) {
      problems_.add(call.number_place, path, fmt::format("there is no call {}", call.site),
                    fmt::format("{} has {} call instructions",
                                caller->function.parts.front()->demangled, caller->sites.size()));
      return;
    }
    if (call.site != 0) {
      const CallSite& site = caller->sites[call.site - 1];
      mapped.site = site.address;
      if (mapped.target && site.target && *mapped.target != *site.target) {
        problems_.add(call.number_place, path,
                      fmt::format("call {} does not call {}", call.site, call.callee->text),
                      fmt::format("it calls {}", name_at(*site.target)));
        return;
      }
    }
    const WrittenText written{"", call.place};
    for (const MappedCall& other : caller->calls) {
      if (!beside(layer, other.layer) || !same_call(mapped, other, *caller)) continue;
      overlap(layer, other.layer, written, "this call");
      return;
    }
    caller->calls.push_back(mapped);
  }

  bool find_callee(const WrittenText& name, const MappedCaller& caller, const std::string& path,
                   MappedCall& mapped) {
    const loader::Symbol* const symbol = symbols_.find_symbol(name.text);
    const loader::Function* const function =
        symbol == nullptr ? nullptr : symbols_.find_function(symbol->address);
    std::vector<std::string> callees;
    bool indirect = false;
    for (const CallSite& site : caller.sites) {
      indirect = indirect || !site.target;
      if (!site.target) continue;
      if (function != nullptr && *site.target == function->address) indirect = true;
      std::string callee = name_at(*site.target);
      if (std::find(callees.begin(), callees.end(), callee) == callees.end()) {
        callees.push_back(std::move(callee));
      }
    }
    if (function == nullptr || !indirect) {
      const std::string& in = caller.function.parts.front()->demangled;
      problems_.add(name.place, path, fmt::format("{} does not call \"{}\"", in, name.text),
                    boards::suggest(name.text, "it calls", callees));
      return false;
    }
    mapped.target = function->address;
    return true;
  }

  [[nodiscard]] std::string name_at(Address address) const {
    const loader::Function* const function = symbols_.find_function(address);
    return function == nullptr ? analysis::hexadecimal(address) : function->demangled;
  }

  /// True if some call may be both.
  static bool same_call(const MappedCall& a, const MappedCall& b, const MappedCaller& caller) {
    if (a.site && b.site) return a.site == b.site;
    if (a.site || b.site) {
      const MappedCall& by_site = a.site ? a : b;
      const MappedCall& other = a.site ? b : a;
      const auto site = std::find_if(caller.sites.begin(), caller.sites.end(),
                                     [&](const CallSite& s) { return s.address == *by_site.site; });
      return other.ordinal == 0 && site->target && site->target == other.target;
    }
    const bool same_ordinal = a.ordinal == 0 || b.ordinal == 0 || a.ordinal == b.ordinal;
    return same_ordinal && a.target == b.target;
  }

  std::optional<Address> code_address(const WrittenText& text, const std::string& path) {
    Address address = 0;
    try {
      address = resolve_address(text.text, symbols_, "") & ~Address{1};
    } catch (const ConfigError& error) {
      problems_.add(text.place, path, error.problem(), error.remedy());
      return std::nullopt;
    }
    if (!symbols_.is_code(address)) {
      problems_.add(text.place, path, fmt::format("no code is at 0x{:08X}", address),
                    "give the address of an instruction, such as FUNCTION+0x12");
      return std::nullopt;
    }
    if (const auto before = instruction_around(image_, symbols_, address)) {
      problems_.add(text.place, path, fmt::format("0x{:08X} is inside an instruction", address),
                    fmt::format("give its address, 0x{:08X}", *before));
      return std::nullopt;
    }
    return address;
  }

  void add_range(std::size_t layer, const WrittenText& begin, const WrittenText& end) {
    const std::string& path = written_.layers[layer].path;
    const auto first = code_address(begin, path);
    const auto last = code_address(end, path);
    if (!first || !last) return;
    if (*first == *last) {
      problems_.add(end.place, path, "the layer ends where it begins",
                    "end: is the first instruction behind the layer");
      return;
    }
    for (const loader::Probe& mark : map_.marks) {
      const auto other = static_cast<std::size_t>(std::stoull(mark.name));
      if (mark.kind != loader::ProbeKind::kLayerBegin || mark.address != *first) continue;
      if (beside(layer, other)) {
        overlap(layer, other, begin, "what begins here");
        return;
      }
    }
    loader::Probe mark;
    mark.name = fmt::format("{}", layer);
    mark.kind = loader::ProbeKind::kLayerBegin;
    mark.address = *first;
    map_.marks.push_back(mark);
    mark.kind = loader::ProbeKind::kLayerEnd;
    mark.address = *last;
    map_.marks.push_back(std::move(mark));
  }

  [[nodiscard]] std::size_t depth(std::size_t layer) const {
    return map_.layers[layer].around.size();
  }

  void put_deeper_first() {
    const auto deeper = [this](std::size_t a, std::size_t b) { return depth(a) > depth(b); };
    for (auto& [address, layers] : map_.function_layers) {
      std::stable_sort(layers.begin(), layers.end(), deeper);
    }
    for (MappedCaller& caller : map_.callers) {
      std::stable_sort(
          caller.calls.begin(), caller.calls.end(),
          [&](const MappedCall& a, const MappedCall& b) { return deeper(a.layer, b.layer); });
    }
    // Of marks at one address, those of outer layers come first: they begin before what is in them.
    std::stable_sort(map_.marks.begin(), map_.marks.end(),
                     [](const loader::Probe& a, const loader::Probe& b) {
                       return std::tie(a.address) < std::tie(b.address);
                     });
  }

  const WrittenMap& written_;
  const loader::Image& image_;
  const loader::SymbolTable& symbols_;
  Problems& problems_;
  LayerMap map_;
};

}  // namespace

LayerMap read_layer_map(const std::string& file, const loader::Image& image,
                        const loader::SymbolTable& symbols) {
  Problems problems;
  const WrittenMap written = read_written_map(file, problems);
  LayerMap map = Resolver(written, image, symbols, problems).resolve();
  problems.throw_if_any();
  return map;
}

}  // namespace mcost::cli
