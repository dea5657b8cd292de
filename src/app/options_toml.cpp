// SPDX-License-Identifier: EUPL-1.2
#include <fmt/format.h>
#include <toml++/toml.h>

#include "app/options.h"

namespace revier::app {
namespace {

class TomlReader {
 public:
  explicit TomlReader(const std::string& file) : file_(file) {}

  Result<> read(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      if (const toml::table* inner = node.as_table()) {
        RV_TRY(read(*inner, name + "."));
      } else {
        RV_TRY(take(name, node));
      }
    }
    return {};
  }

  std::vector<Setting> settings;

 private:
  [[nodiscard]] std::string place(const toml::node& node) const {
    return fmt::format("{}:{}", file_, node.source().begin.line);
  }

  Result<> take(const std::string& name, const toml::node& node) {
    if (find_option(name) == nullptr) {
      return fail(Code::kBadRequestData,
                  fmt::format("{}: there is no option {}; the nearest is {}", place(node), name,
                              nearest_option(name)),
                  name);
    }
    RV_ASSIGN(std::string text, value_text(name, node));
    settings.push_back({name, std::move(text), place(node)});
    return {};
  }

  Result<std::string> value_text(const std::string& name, const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) return *text;
    if (const auto flag = node.value_exact<bool>()) return std::string(*flag ? "on" : "off");
    if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
    if (const toml::array* array = node.as_array()) return array_text(name, *array);
    return fail(Code::kBadRequestData,
                fmt::format("{}: {} expects a text, a whole number, true or false, or a list of "
                            "texts",
                            place(node), name),
                name);
  }

  Result<std::string> array_text(const std::string& name, const toml::array& array) {
    std::string joined;
    for (const toml::node& element : array) {
      const auto text = element.value_exact<std::string>();
      if (!text || text->find(',') != std::string::npos) {
        return fail(
            Code::kBadRequestData,
            fmt::format("{}: {} expects a list of texts without commas", place(element), name),
            name);
      }
      joined += (joined.empty() ? "" : ",") + *text;
    }
    return joined;
  }

  const std::string& file_;
};

}  // namespace

Result<std::vector<Setting>> settings_from_toml(std::string_view text, const std::string& file) {
  try {
    TomlReader reader(file);
    RV_TRY(reader.read(toml::parse(text, file), ""));
    return std::move(reader.settings);
  } catch (const toml::parse_error& error) {
    return fail(Code::kBadRequestData,
                fmt::format("{}:{}: {}", file, error.source().begin.line, error.description()));
  }
}

}  // namespace revier::app
