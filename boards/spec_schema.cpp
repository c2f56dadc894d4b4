#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "boards/board_fields.h"
#include "boards/board_files.h"
#include "boards/spec_reader.h"

namespace mcost::boards {
namespace {

/// An ordered JSON value, just enough to print a schema.
class Json {
 public:
  static Json object() { return Json('{'); }
  static Json array() { return Json('['); }
  static Json text(std::string_view value) {
    Json json('"');
    for (const char c : value) {
      if (c == '"' || c == '\\') json.scalar_ += '\\';
      json.scalar_ += c;
    }
    json.scalar_ = '"' + json.scalar_ + '"';
    return json;
  }
  static Json number(std::uint64_t value) { return raw(fmt::format("{}", value)); }
  static Json boolean(bool value) { return raw(value ? "true" : "false"); }
  static Json texts(const std::vector<std::string>& values) {
    Json json = array();
    for (const std::string& value : values) json.push(text(value));
    return json;
  }
  static Json reference(std::string_view name) {
    return object().set("$ref", text(fmt::format("#/definitions/{}", name)));
  }

  Json& set(std::string_view key, Json value) {
    if (Json* old = find(key)) {
      *old = std::move(value);
    } else {
      members_.emplace_back(std::string(key), std::move(value));
    }
    return *this;
  }
  Json& push(Json value) {
    members_.emplace_back("", std::move(value));
    return *this;
  }
  [[nodiscard]] Json* find(std::string_view key) {
    for (auto& [name, value] : members_) {
      if (name == key) return &value;
    }
    return nullptr;
  }

  [[nodiscard]] std::string print(std::size_t indent = 0) const {
    if (kind_ == '"') return scalar_;
    const char close = kind_ == '{' ? '}' : ']';
    if (members_.empty()) return std::string{kind_, close};
    const std::string margin(indent + 2, ' ');
    std::string out(1, kind_);
    for (std::size_t i = 0; i < members_.size(); ++i) {
      out += (i == 0 ? "\n" : ",\n") + margin;
      if (kind_ == '{') out += fmt::format("\"{}\": ", members_[i].first);
      out += members_[i].second.print(indent + 2);
    }
    return out + "\n" + std::string(indent, ' ') + close;
  }
  friend bool operator==(const Json& a, const Json& b) { return a.print() == b.print(); }

 private:
  explicit Json(char kind) : kind_(kind) {}
  static Json raw(std::string value) {
    Json json('"');
    json.scalar_ = std::move(value);
    return json;
  }

  char kind_;
  std::string scalar_;
  std::vector<std::pair<std::string, Json>> members_;
};

constexpr const char* kName = "^[A-Za-z][A-Za-z0-9_-]{0,47}$";

Json source_properties() {
  Json properties = Json::object();
  properties.set("source", Json::reference("source"));
  properties.set("ref", Json::reference("ref"));
  properties.set("verified", Json::reference("verified"));
  properties.set("uncertainty_percent", Json::reference("uncertainty_percent"));
  return properties;
}

/// Visits default specs and keeps the schema of the block.
class SchemaWriter : public FieldVisitor {
 public:
  SchemaWriter() { levels_.emplace_back(source_properties()); }

  /// The schema of everything visited; `extends` is allowed in it if so said.
  Json take(bool extends) { return block_schema(std::move(levels_.front()), extends); }

  void integer64(const Field& field, std::uint64_t& /*value*/, const IntegerRule& rule) override {
    leaf(field, integer_schema(rule));
  }
  void maybe_integer(const Field& field, std::optional<std::uint32_t>& /*value*/,
                     const IntegerRule& rule) override {
    leaf(field, integer_schema(rule));
  }
  void integers(const Field& field, std::vector<std::uint64_t>& /*values*/,
                const IntegerRule& rule) override {
    leaf(field, Json::object().set("type", Json::text("array")).set("items", integer_schema(rule)));
  }
  void boolean(const Field& field, bool& /*value*/) override {
    leaf(field, Json::object().set("type", Json::text("boolean")));
  }
  void text(const Field& field, std::string& /*value*/, TextRule rule) override {
    Json schema = Json::object().set("type", Json::text("string"));
    schema.set("pattern", Json::text(rule == TextRule::name ? kName : "^.+$"));
    leaf(field, std::move(schema));
  }
  void word(const Field& field, std::size_t& /*index*/,
            std::span<const std::string_view> words) override {
    leaf(field, Json::object().set("enum", Json::texts({words.begin(), words.end()})));
  }
  void bit_field(const Field& field, BitField& /*value*/) override {
    Json schema = Json::object().set("type", Json::text("string"));
    schema.set("pattern", Json::text("^[A-Za-z][A-Za-z0-9_-]*(\\[[0-9]+(:[0-9]+)?\\])?$"));
    leaf(field, std::move(schema));
  }
  void block(const Field& field, Block& block) override {
    levels_.emplace_back(source_properties());
    block.describe(*this);
    add(field, pop(field.key == "core" || (field.key == "energy" && levels_.size() == 2)));
  }
  void named_list(const Field& field, NamedList& list) override {
    levels_.emplace_back(source_properties());
    list.describe_default(*this);
    const bool parts = field.key == "memories" || field.key == "peripherals";
    Json entry = pop(parts);
    Json schema = Json::object();
    schema.set("type", Json::text("object"));
    Json properties = source_properties();
    if (field.key == "peripherals") properties.set("extends", Json::reference("extends"));
    schema.set("properties", std::move(properties));
    schema.set("additionalProperties", std::move(entry));
    add(field, std::move(schema));
  }
  void alternatives(const Field& kind, Alternatives& choice) override {
    const auto names = choice.names();
    leaf(kind, Json::object().set("enum", Json::texts({names.begin(), names.end()})));
    for (std::size_t i = 0; i < names.size(); ++i) {
      choice.select(i);
      choice.describe(*this);
    }
  }

 private:
  static Json integer_schema(const IntegerRule& rule) {
    Json schema = Json::object().set("type", Json::text("integer"));
    return schema.set("minimum", Json::number(rule.min)).set("maximum", Json::number(rule.max));
  }

  void leaf(const Field& field, Json schema) {
    if (!field.sourced) {
      add(field, std::move(schema));
      return;
    }
    Json properties = Json::object().set("value", schema);
    for (const char* key : {"source", "ref", "verified", "uncertainty_percent"})
      properties.set(key, Json::reference(key));
    Json wrapped = Json::object().set("type", Json::text("object"));
    wrapped.set("properties", std::move(properties));
    wrapped.set("required", Json::array().push(Json::text("value")));
    wrapped.set("additionalProperties", Json::boolean(false));
    add(field, Json::object().set("anyOf",
                                  Json::array().push(std::move(schema)).push(std::move(wrapped))));
  }

  /// Alternatives of one block may share a key: then any of their rules may hold.
  void add(const Field& field, Json schema) {
    schema.set("description", Json::text(field.help));
    Json& properties = levels_.back();
    if (Json* old = properties.find(field.key)) {
      if (*old == schema) return;
      schema =
          Json::object().set("anyOf", Json::array().push(std::move(*old)).push(std::move(schema)));
    }
    properties.set(field.key, std::move(schema));
  }

  static Json block_schema(Json properties, bool extends) {
    if (extends) properties.set("extends", Json::reference("extends"));
    Json schema = Json::object().set("type", Json::text("object"));
    schema.set("properties", std::move(properties));
    return schema.set("additionalProperties", Json::boolean(false));
  }

  Json pop(bool extends) {
    Json schema = block_schema(std::move(levels_.back()), extends);
    levels_.pop_back();
    return schema;
  }

  std::vector<Json> levels_;  ///< Properties of the open blocks.
};

template <typename Spec>
Json schema_of(bool extends) {
  Spec spec;
  SchemaWriter writer;
  describe(writer, spec);
  return writer.take(extends);
}

Json definitions() {
  Json words = Json::object().set("enum", Json::texts(source_words()));
  words.set("description", Json::text("how the value is known"));
  Json ref = Json::object().set("type", Json::text("string")).set("pattern", Json::text("^.+$"));
  ref.set("description", Json::text("document and section, or the reason of an assumption"));
  Json verified = Json::object().set("type", Json::text("boolean"));
  verified.set("description", Json::text("false: cited from memory, not read again"));
  Json percent = Json::object().set("type", Json::text("integer"));
  percent.set("minimum", Json::number(1)).set("maximum", Json::number(1000));
  percent.set("description", Json::text("of a coefficient of energy: how far off, either way"));
  Json extends = Json::object().set("type", Json::text("string"));
  extends.set("description",
              Json::text("a board's name, or a .yaml file relative to this one, then built in"));
  Json out = Json::object();
  out.set("source", std::move(words))
      .set("ref", std::move(ref))
      .set("verified", std::move(verified))
      .set("uncertainty_percent", std::move(percent));
  return out.set("extends", std::move(extends));
}

std::string document(std::string_view title, Json schema) {
  Json out = Json::object();
  out.set("$schema", Json::text("http://json-schema.org/draft-07/schema#"));
  out.set("title", Json::text(title));
  out.set(
      "$comment",
      Json::text(
          "Written by mcost_board_schema from the reader's tables. The reader also checks what is "
          "required, that every value has a source, and how values agree."));
  out.set("definitions", definitions());
  for (const char* key : {"type", "properties", "additionalProperties"}) {
    if (Json* member = schema.find(key)) out.set(key, std::move(*member));
  }
  return out.print() + "\n";
}

Json board_schema() {
  Json schema = schema_of<BoardSpec>(true);
  Json paths = Json::object().set("type", Json::text("array"));
  paths.set("items", Json::object().set("type", Json::text("string")));
  paths.set("description", Json::text("paths of values that firmware cannot change"));
  schema.find("properties")->set("pinned", std::move(paths));
  return schema;
}

Json peripherals_schema() {
  Json schema = Json::object().set("type", Json::text("object"));
  schema.set("properties", source_properties());
  return schema.set("additionalProperties", schema_of<PeripheralSpec>(false));
}

}  // namespace

std::vector<SchemaFile> json_schemas() {
  return {{"board.schema.json", document("mcost board", board_schema())},
          {"core.schema.json", document("mcost core part", schema_of<CoreSpec>(false))},
          {"memory.schema.json", document("mcost memory part", schema_of<MemorySpec>(false))},
          {"peripherals.schema.json", document("mcost peripherals part", peripherals_schema())},
          {"energy.schema.json", document("mcost energy part", schema_of<EnergySpec>(false))}};
}

}  // namespace mcost::boards
