// SPDX-License-Identifier: EUPL-1.2
#include <boost/container/small_vector.hpp>

#include "base/check.h"
#include "net/detail/text.h"
#include "net/http.h"

namespace revier::net {
namespace {

constexpr std::size_t kMethods = 7;
constexpr std::size_t kPartsMax = 64;

using Parts = std::span<const std::string_view>;
// Most paths have fewer parts: finding a route takes no memory.
using PartList = boost::container::small_vector<std::string_view, 12>;

// "/a/b/" has the parts "a", "b" and "".
PartList split(std::string_view path) {
  PartList parts;
  path.remove_prefix(1);
  for (;;) {
    const std::size_t end = path.find('/');
    parts.push_back(path.substr(0, end));
    if (end == std::string_view::npos) return parts;
    path.remove_prefix(end + 1);
  }
}

bool is_capture(std::string_view part) { return part.starts_with('{') && part.ends_with('}'); }
bool is_rest(std::string_view part) { return is_capture(part) && part.ends_with("...}"); }

// "{name}" and "{name...}" without their signs.
std::string capture_name(std::string_view part) {
  part.remove_suffix(is_rest(part) ? 4 : 1);
  part.remove_prefix(1);
  return std::string(part);
}

}  // namespace

// One part of a path. Under it the tree holds every pattern that begins like this.
struct Router::Node {
  struct Entry {
    Route route;
    std::vector<std::string> names;  // of the captures, in order
  };
  using Entries = std::array<std::unique_ptr<Entry>, kMethods>;

  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> capture;
  Entries here;
  Entries rest;  // patterns that end in "{name...}"

  // What a search finds: the entry and the raw values of its captures, or the methods there are.
  struct Found {
    Method method;
    const Entry* entry = nullptr;
    PartList values;
    std::array<bool, kMethods> allowed{};
  };

  static std::unique_ptr<Entry>& slot(Entries& entries, Method method) {
    return entries[static_cast<std::size_t>(method)];
  }

  // True when `entries` answer the method; notes the methods they have otherwise.
  static bool take(const Entries& entries, Found& found) {
    const auto at = [&](Method method) { return entries[static_cast<std::size_t>(method)].get(); };
    found.entry = at(found.method);
    if (found.entry == nullptr && found.method == Method::kHead) found.entry = at(Method::kGet);
    for (std::size_t i = 0; i < kMethods && found.entry == nullptr; ++i) {
      found.allowed[i] = found.allowed[i] || entries[i] != nullptr;
    }
    return found.entry != nullptr;
  }

  // A literal part first; where it leads to nothing, the capture, then the rest.
  bool find(Parts parts, Found& found) const {
    if (parts.empty()) return take(here, found);
    const auto literal = literals.find(parts.front());
    if (literal != literals.end() && literal->second->find(parts.subspan(1), found)) return true;
    if (capture != nullptr && !parts.front().empty()) {
      found.values.push_back(parts.front());
      if (capture->find(parts.subspan(1), found)) return true;
      found.values.pop_back();
    }
    if (!take(rest, found)) return false;
    const char* end = parts.back().data() + parts.back().size();
    found.values.emplace_back(parts.front().data(),
                              static_cast<std::size_t>(end - parts.front().data()));
    return true;
  }

  void collect(std::vector<Route*>& out) const {
    for (const Entries* entries : {&here, &rest}) {
      for (const auto& entry : *entries) {
        if (entry != nullptr) out.push_back(&entry->route);
      }
    }
    for (const auto& [part, node] : literals) node->collect(out);
    if (capture != nullptr) capture->collect(out);
  }
};

namespace {

// Refused before any route sees them: ways out of a folder.
Result<> check_part(std::string_view decoded) {
  if (decoded == "." || decoded == "..") {
    return fail(Code::kInvalidRequest, "the address has a part \".\" or \"..\"");
  }
  return {};
}

Result<> check_path(Parts parts) {
  if (parts.size() > kPartsMax) {
    return fail(Code::kInvalidRequest, fmt::format("more than {} parts", kPartsMax));
  }
  for (const std::string_view part : parts) {
    if (part.find('%') == std::string_view::npos) {
      RV_TRY(check_part(part));
    } else {
      RV_ASSIGN(const std::string decoded, detail::percent_decode(part, false));
      RV_TRY(check_part(decoded));
    }
  }
  return {};
}

std::string allow_header(std::array<bool, kMethods> allowed) {
  const auto at = [&](Method method) -> bool& { return allowed[static_cast<std::size_t>(method)]; };
  if (std::none_of(allowed.begin(), allowed.end(), [](bool has) { return has; })) return {};
  at(Method::kHead) = at(Method::kHead) || at(Method::kGet);
  at(Method::kOptions) = true;
  std::string text;
  for (std::size_t i = 0; i < kMethods; ++i) {
    if (!allowed[i]) continue;
    if (!text.empty()) text += ", ";
    text += to_string(static_cast<Method>(i));
  }
  return text;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::insert(Route route) {
  RV_CHECK(route.pattern.starts_with('/'));
  Node* node = root_.get();
  auto entry = std::make_unique<Node::Entry>();
  bool rest = false;
  for (const std::string_view part : split(route.pattern)) {
    RV_CHECK(!rest);
    if (is_capture(part)) entry->names.push_back(capture_name(part));
    if (is_rest(part)) {
      rest = true;
      continue;
    }
    auto& next = is_capture(part) ? node->capture : node->literals[std::string(part)];
    if (next == nullptr) next = std::make_unique<Node>();
    node = next.get();
  }
  auto& slot = Node::slot(rest ? node->rest : node->here, route.method);
  RV_CHECK(slot == nullptr);  // two routes for the same requests
  route.number = routes_++;
  entry->route = std::move(route);
  slot = std::move(entry);
}

void Router::add(Method method, std::string pattern, Handler handler, RouteOptions options) {
  insert({std::move(pattern), method, std::move(handler), {}, options});
}

void Router::add(Method method, std::string pattern, AsyncHandler handler, RouteOptions options) {
  insert({std::move(pattern), method, {}, std::move(handler), options});
}

namespace {

Task<Response> answered(Response answer) { co_return answer; }

void put_before(const std::function<std::optional<Response>(const Request&)>& first,
                Router::Route& route) {
  if (route.handler) {
    route.handler = [first, inner = std::move(route.handler)](Request& request) {
      auto answer = first(request);
      return answer ? std::move(*answer) : inner(request);
    };
    return;
  }
  // Not a coroutine: `inner` lives in the route, as long as the router.
  route.async_handler = [first, inner = std::move(route.async_handler)](Request& request) {
    auto answer = first(request);
    return answer ? answered(std::move(*answer)) : inner(request);
  };
}

}  // namespace

void Router::guard(std::function<std::optional<Response>(const Request&)> first) {
  std::vector<Route*> all;
  root_->collect(all);
  for (Route* route : all) put_before(first, *route);
}

void Router::set_error_page(std::function<Response(const Request&, const Error&)> page) {
  error_page_ = std::move(page);
}

Result<Router::Match> Router::match(Method method, std::string_view path) const {
  if (!path.starts_with('/')) return fail(Code::kInvalidRequest, "the path must begin with '/'");
  const PartList parts = split(path);
  RV_TRY(check_path(parts));
  Node::Found found{.method = method};
  Match match;
  if (!root_->find(parts, found)) {
    match.allow = allow_header(found.allowed);
    return match;
  }
  match.route = &found.entry->route;
  match.params.reserve(found.values.size());
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    RV_ASSIGN(std::string value, detail::percent_decode(found.values[i], false));
    match.params.emplace_back(found.entry->names[i], std::move(value));
  }
  return match;
}

Response Router::error_response(const Request& request, const Error& error) const {
  return error_page_ ? error_page_(request, error) : Response::problem(error);
}

std::vector<const Router::Route*> Router::routes() const {
  std::vector<Route*> all;
  root_->collect(all);
  return {all.begin(), all.end()};
}

}  // namespace revier::net
