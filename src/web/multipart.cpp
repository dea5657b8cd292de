// SPDX-License-Identifier: EUPL-1.2
#include "web/multipart.h"

#include <algorithm>

#include <fmt/format.h>

namespace revier::web {
namespace {

constexpr std::size_t kHeadBytesMax = 2'000;
constexpr std::size_t kBoundaryMax = 70;  // RFC 2046, 5.1.1

tl::unexpected<Error> broken() {
  return fail(Code::kInvalidRequest, "the form's parts are not separated as they should be");
}

// The value of a parameter ("name" of `form-data; name="x"`); "" where there is none.
std::string parameter(std::string_view header, std::string_view name) {
  const std::string sign = fmt::format("{}=", name);
  for (std::size_t at = header.find(sign); at != std::string_view::npos;
       at = header.find(sign, at + 1)) {
    // "name=" is also the end of "filename=".
    if (at > 0 && header[at - 1] != ' ' && header[at - 1] != ';') continue;
    std::string_view value = header.substr(at + sign.size());
    if (!value.starts_with('"')) return std::string(value.substr(0, value.find(';')));
    value.remove_prefix(1);
    return std::string(value.substr(0, value.find('"')));
  }
  return {};
}

Result<std::string> boundary_of(std::string_view content_type) {
  constexpr std::string_view kType = "multipart/form-data";
  if (!net::equals_ignoring_case(content_type.substr(0, kType.size()), kType)) {
    return fail(Code::kUnsupportedMediaType, "expected multipart/form-data");
  }
  std::string boundary = parameter(content_type, "boundary");
  if (boundary.empty() || boundary.size() > kBoundaryMax) return broken();
  return "--" + boundary;
}

// One part: its head, a blank line, its content.
Result<FormPart> read_part(std::string_view part) {
  const std::size_t end = part.find("\r\n\r\n");
  if (end > kHeadBytesMax) return broken();  // npos, too
  FormPart out{.name = {}, .file_name = {}, .content = part.substr(end + 4)};
  std::string_view head = part.substr(0, end);
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    constexpr std::string_view kField = "content-disposition:";
    if (!net::equals_ignoring_case(line.substr(0, kField.size()), kField)) continue;
    out.name = parameter(line, "name");
    out.file_name = parameter(line, "filename");
  }
  if (out.name.empty()) return broken();
  return out;
}

}  // namespace

Result<std::vector<FormPart>> parse_multipart(std::string_view content_type, std::string_view body,
                                              std::size_t parts_max) {
  RV_ASSIGN(const std::string boundary, boundary_of(content_type));
  std::vector<FormPart> parts;
  if (!body.starts_with(boundary)) return broken();
  body.remove_prefix(boundary.size());
  const std::string next = "\r\n" + boundary;
  while (!body.starts_with("--")) {
    if (!body.starts_with("\r\n")) return broken();
    body.remove_prefix(2);
    const std::size_t end = body.find(next);
    if (end == std::string_view::npos) return broken();
    if (parts.size() == parts_max) {
      return fail(Code::kTooLarge, fmt::format("more than {} parts", parts_max));
    }
    RV_ASSIGN(FormPart part, read_part(body.substr(0, end)));
    parts.push_back(std::move(part));
    body.remove_prefix(end + next.size());
  }
  return parts;
}

Result<Upload> read_upload(const Form& form, std::string_view file_field,
                           const net::Request& request) {
  Upload upload;
  const std::string_view type = request.header("content-type").value_or("");
  if (!type.starts_with("multipart/")) {
    RV_ASSIGN(upload.data, read_form(form, request));
    return upload;
  }
  RV_ASSIGN(const std::vector<FormPart> parts, parse_multipart(type, request.body));
  std::vector<std::pair<std::string, std::string>> fields;
  for (const FormPart& part : parts) {
    if (part.name == file_field) {
      upload.file_name = part.file_name;
      upload.file = part.content;
      fields.emplace_back(part.name, part.file_name);  // is text, or refused
    } else {
      fields.emplace_back(part.name, std::string(part.content));
    }
  }
  RV_ASSIGN(upload.data, form_of(form, fields));
  return upload;
}

}  // namespace revier::web
