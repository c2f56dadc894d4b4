#include "analysis/reports/profile_json.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

constexpr std::array<const char*, 3> kNodeKinds = {"root", "call", "interrupt"};

/// Members of Traffic by name, in the order in which reports have them.
constexpr std::array<std::pair<const char*, std::uint64_t Traffic::*>, 7> kTrafficFields = {{
    {"reads", &Traffic::reads},
    {"read_bytes", &Traffic::read_bytes},
    {"writes", &Traffic::writes},
    {"write_bytes", &Traffic::write_bytes},
    {"fetches", &Traffic::fetches},
    {"fetch_bytes", &Traffic::fetch_bytes},
    {"array_reads", &Traffic::array_reads},
}};

void add_unless_zero(Json& json, const char* key, std::uint64_t value) {
  if (value != 0) json[key] = json_integer(value);
}

Json function_of(const ProfileFunction& function) {
  return {{"name", printable(function.name)},
          {"address", hexadecimal(function.address)},
          {"size_bytes", function.size_bytes},
          {"file", printable(function.file)},
          {"line", function.line}};
}

Json node_of(const CallNode& node) {
  Json json = {{"kind", kNodeKinds.at(static_cast<unsigned>(node.kind))},
               {"parent", node.parent ? Json(*node.parent) : Json(nullptr)},
               {"function", node.function}};
  if (node.kind == CallNode::Kind::call) json["return_address"] = hexadecimal(node.return_address);
  if (node.kind == CallNode::Kind::interrupt) json["exception"] = node.exception;
  return json;
}

Json code_of(const ProfileCode& code) {
  Json json = {{"address", hexadecimal(code.address)},
               {"size_bytes", code.size_bytes},
               {"function", code.function},
               {"text", printable(code.text)}};
  json["frames"] = Json::array();
  for (const SourceFrame& frame : code.frames) {
    json["frames"].push_back(
        {{"file", frame.file}, {"line", frame.line}, {"function", printable(frame.function)}});
  }
  return json;
}

void add_cost(Json& json, const CodeCost& cost, const RunResult& result) {
  json["instructions"] = json_integer(cost.instructions);
  add_unless_zero(json, "skipped", cost.skipped);
  add_unless_zero(json, "folded", cost.folded);
  add_unless_zero(json, "macs", cost.macs);
  for (unsigned c = 0; c < kInstructionClasses; ++c) {
    if (cost.by_class[c] != 0)
      json["classes"][kInstructionClassNames[c]] = json_integer(cost.by_class[c]);
  }
  json["causes"] = Json::object();
  for (const CodeCost::Share& share : cost.shares)
    json["causes"][cause_key(share.cause, share.memory, result)] = json_integer(share.cycles);
  for (const CodeCost::MemoryTraffic& entry : cost.traffic) {
    Json memory = Json::object();
    for (const auto& [name, field] : kTrafficFields)
      add_unless_zero(memory, name, entry.traffic.*field);
    json["memories"][printable(result.memories[entry.memory])] = std::move(memory);
  }
}

Json entry_of(const ProfileEntry& entry, const RunResult& result) {
  Json json = {{"node", entry.node}, {"layer", entry.layer}};
  add_unless_zero(json, "clock", entry.clock);
  json["code"] = entry.code;
  add_cost(json, entry.cost, result);
  add_unless_zero(json, "energy_fj", entry.energy_fj);
  return json;
}

/// `name`: a list with a line for each element.
template <class List, class ToJson>
void add_list(std::string& text, const char* name, const List& list, ToJson&& to_json) {
  text += fmt::format("{}\n    \"{}\": [", text.size() == 1 ? "" : ",", name);
  bool first = true;
  for (const auto& element : list) {
    text += first ? "\n      " : ",\n      ";
    text += to_json(element).dump(-1, ' ', false, Json::error_handler_t::replace);
    first = false;
  }
  text += first ? "]" : "\n    ]";
}

ProfileFunction read_function(const JsonValue& json) {
  ProfileFunction function;
  function.name = json["name"].text();
  function.address = json["address"].address();
  function.size_bytes = static_cast<std::uint32_t>(json["size_bytes"].integer_up_to(0xFFFFFFFFu));
  function.file = json["file"].text();
  function.line = static_cast<unsigned>(json["line"].integer_up_to(0xFFFFFFFFu));
  return function;
}

CallNode read_node(const JsonValue& json, const RunProfile& profile) {
  CallNode node;
  const std::string kind = json["kind"].text();
  const auto* const found = std::find(kNodeKinds.begin(), kNodeKinds.end(), kind);
  if (found == kNodeKinds.end())
    json["kind"].refuse(fmt::format("unknown kind of node \"{}\"", kind));
  node.kind = static_cast<CallNode::Kind>(found - kNodeKinds.begin());
  const bool is_call = node.kind == CallNode::Kind::call;
  if (is_call && json["parent"].is_null()) json["parent"].refuse("a call has a parent");
  if (!is_call && !json["parent"].is_null()) json["parent"].refuse("only calls have a parent");
  if (is_call) {
    const std::uint64_t parent = json["parent"].integer();
    if (parent >= profile.nodes.size()) json["parent"].refuse("a parent stands before its calls");
    node.parent = static_cast<std::size_t>(parent);
    node.return_address = json["return_address"].address();
  }
  node.function = json["function"].index(profile.functions.size(), "functions");
  if (node.kind == CallNode::Kind::interrupt)
    node.exception = static_cast<unsigned>(json["exception"].integer_up_to(511));
  return node;
}

ProfileCode read_code(const JsonValue& json, const RunProfile& profile) {
  ProfileCode code;
  code.address = json["address"].address();
  code.size_bytes = static_cast<std::uint8_t>(json["size_bytes"].integer_up_to(4));
  code.function = json["function"].index(profile.functions.size(), "functions");
  code.text = json["text"].text();
  json["frames"].each([&](const JsonValue& frame) {
    code.frames.push_back({frame["file"].index(profile.files.size(), "files"),
                           static_cast<unsigned>(frame["line"].integer_up_to(0xFFFFFFFFu)),
                           frame["function"].text()});
  });
  return code;
}

CodeCost read_cost(const JsonValue& json, const RunResult& result) {
  CodeCost cost;
  cost.instructions = json["instructions"].integer();
  cost.skipped = json.integer_or_zero("skipped");
  cost.folded = json.integer_or_zero("folded");
  cost.macs = json.integer_or_zero("macs");
  if (json.has("classes")) {
    json["classes"].each_member([&](const std::string& name, const JsonValue& value) {
      const auto* const found =
          std::find(kInstructionClassNames.begin(), kInstructionClassNames.end(), name);
      if (found == kInstructionClassNames.end())
        value.refuse(fmt::format("no class of instructions is called \"{}\"", name));
      cost.by_class[static_cast<std::size_t>(found - kInstructionClassNames.begin())] =
          value.integer();
    });
  }
  json["causes"].each_member([&](const std::string& key, const JsonValue& value) {
    const CauseKey share = read_cause_key(key, value, result);
    cost.charge(share.cause, static_cast<std::uint8_t>(share.memory), value.integer());
  });
  if (!json.has("memories")) return cost;
  json["memories"].each_member([&](const std::string& name, const JsonValue& value) {
    Traffic& traffic =
        cost.traffic_of(static_cast<std::uint8_t>(memory_index(result, name, value)));
    for (const auto& [field_name, field] : kTrafficFields)
      traffic.*field = value.integer_or_zero(field_name);
  });
  return cost;
}

auto order_of(const ProfileEntry& entry) {
  return std::tie(entry.node, entry.layer, entry.clock, entry.code);
}

ProfileEntry read_entry(const JsonValue& json, const RunProfile& profile, const RunResult& result) {
  ProfileEntry entry;
  entry.node = json["node"].index(profile.nodes.size(), "nodes");
  entry.layer = json["layer"].index(result.layers.size(), "layers");
  if (json.has("clock")) {
    entry.clock = static_cast<unsigned>(
        json["clock"].index(std::max<std::size_t>(1, result.clocks.size()), "clocks"));
  }
  entry.code = json["code"].index(profile.code.size(), "instructions");
  entry.cost = read_cost(json, result);
  entry.energy_fj = json.integer_or_zero("energy_fj");
  if (!profile.entries.empty() && order_of(profile.entries.back()) >= order_of(entry))
    json.refuse("entries are in the order of node, layer, clock and code, each once");
  return entry;
}

/// Spans are [node, begin, end], several a line: there may be many.
std::string spans_json(const FunctionSpans& spans) {
  constexpr std::size_t kPerLine = 8;
  const auto number = [](std::uint64_t value) { return json_integer(value).dump(); };
  std::string text = fmt::format(R"({{"begin": {}, "end": {}, "dropped": {}, "list": [)",
                                 number(spans.begin), number(spans.end), number(spans.dropped));
  for (std::size_t i = 0; i < spans.list.size(); ++i) {
    const FunctionSpan& span = spans.list[i];
    text += i == 0 ? "\n      " : i % kPerLine == 0 ? ",\n      " : ",";
    text += fmt::format("[{},{},{}]", span.node, number(span.begin), number(span.end));
  }
  return text + (spans.list.empty() ? "]}" : "\n    ]}");
}

FunctionSpans read_spans(const JsonValue& json, const RunProfile& profile) {
  FunctionSpans spans{
      json["begin"].integer(), json["end"].integer(), {}, json["dropped"].integer()};
  SpanOrder order("span");
  json["list"].each([&](const JsonValue& value) {
    std::vector<JsonValue> parts;
    value.each([&](const JsonValue& part) { parts.push_back(part); });
    if (parts.size() != 3) value.refuse("expected node, begin and end");
    const FunctionSpan span{parts[0].index(profile.nodes.size(), "nodes"), parts[1].integer(),
                            parts[2].integer()};
    if (span.begin < spans.begin || span.end > spans.end)
      value.refuse("the span is outside of the time that was recorded");
    order.add(span.begin, span.end, value);
    spans.list.push_back(span);
  });
  return spans;
}

}  // namespace

std::string profile_json(const RunProfile& profile, const RunResult& result) {
  std::string text = "{";
  const auto text_of = [](const std::string& line) { return Json(printable(line)); };
  add_list(text, "files", profile.files, text_of);
  add_list(text, "functions", profile.functions, &function_of);
  add_list(text, "nodes", profile.nodes, &node_of);
  add_list(text, "code", profile.code, &code_of);
  add_list(text, "entries", profile.entries,
           [&](const ProfileEntry& entry) { return entry_of(entry, result); });
  text += ",\n    \"spans\": " + spans_json(profile.spans);
  add_list(text, "missing", profile.missing, text_of);
  return text + "\n  }";
}

RunProfile read_profile(const JsonValue& json, const RunResult& result) {
  RunProfile profile;
  json["files"].each([&](const JsonValue& file) { profile.files.push_back(file.text()); });
  json["functions"].each([&](const JsonValue& value) {
    ProfileFunction function = read_function(value);
    if (!profile.functions.empty() && profile.functions.back().address > function.address)
      value.refuse("functions are in the order of their addresses");
    profile.functions.push_back(std::move(function));
  });
  json["nodes"].each(
      [&](const JsonValue& value) { profile.nodes.push_back(read_node(value, profile)); });
  json["code"].each([&](const JsonValue& value) {
    ProfileCode code = read_code(value, profile);
    if (!profile.code.empty() && profile.code.back().address > code.address)
      value.refuse("instructions are in the order of their addresses");
    profile.code.push_back(std::move(code));
  });
  json["entries"].each([&](const JsonValue& value) {
    profile.entries.push_back(read_entry(value, profile, result));
  });
  profile.spans = read_spans(json["spans"], profile);
  json["missing"].each([&](const JsonValue& line) { profile.missing.push_back(line.text()); });
  return profile;
}

}  // namespace mcost::analysis
