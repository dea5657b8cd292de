// SPDX-License-Identifier: EUPL-1.2
// Files of a draft: attached on a page of their own, removed, and taken back by who has the link.
#include <fmt/format.h>

#include "casework/detail/page_parts.h"
#include "casework/message_file.h"
#include "casework/pages.h"
#include "casework/texts.h"
#include "web/multipart.h"

namespace revier::casework {
namespace {

using net::Method;
using net::Request;
using net::Response;
using web::Language;

constexpr net::RouteOptions kFileBody{.body_bytes_max = 11'000'000};

std::string type_names(const std::vector<std::string>& types) {
  std::string text;
  for (const std::string& type : types) {
    text += text.empty() ? "" : ", ";
    text += type == kJpeg ? "JPEG" : type == kPng ? "PNG" : "PDF";
  }
  return text;
}

std::string accepted(const std::vector<std::string>& types) {
  std::string text;
  for (const std::string& type : types) text += (text.empty() ? "" : ",") + type;
  return text;
}

std::string file_trouble(const Error& error, const std::vector<std::string>& types,
                         std::size_t most, Language language) {
  const auto t = [&](const web::Text& key) { return std::string(web::text(language, key)); };
  if (error.code == Code::kTooLarge) return t(texts::kFileTotal);
  if (error.code == Code::kTooManyRequests) return t(texts::kFileTooMany);
  if (error.field == "type") {
    return web::text(language, texts::kFileWrongType, {{"types", type_names(types)}});
  }
  if (error.field == "pixels") return t(texts::kFilePixels);
  if (error.field == "active") return t(texts::kFileActive);
  if (error.field == "count") {
    return web::text(language, texts::kFileCount, {{"count", most}});
  }
  return t(texts::kFileDamaged);
}

// The page of {id}, with the question for files that it asks. Errors: kResourceNotFound.
Result<const Field*> file_field(const OpenCase& open, std::string_view page_id) {
  const FormPage* const page = open.form->page(page_id);
  if (page != nullptr && is_asked(*open.form, *page, open.answers)) {
    const Field* const field = open.form->field(page->fields.front());
    if (field->kind == Kind::kFiles) return field;
  }
  return fail(Code::kResourceNotFound, "this page asks no files");
}

// What needs no look into the file.
Result<> check_room(const Request& request, const Pages& pages, const OpenCase& open,
                    const Field& field, const web::Upload& sent) {
  const FileCounts counts = counts_of(open.files);
  const auto known = counts.find(field.name);
  if (known != counts.end() && known->second >= field.items_max) {
    return fail(Code::kUnprocessable, "no more files are taken here", "count");
  }
  RV_TRY(check_total(open.files, sent.file.size()));
  if (take_attempt(*pages.uploads, request, pages)) return {};
  return fail(Code::kTooManyRequests, "too many files from this network");
}

// Attaches a file. What is wrong with it in words, empty once it is attached. Errors: those that a
// person can do nothing about.
Task<Result<std::string>> attach(const Request& request, const Pages& pages, const OpenCase& open,
                                 const Field& field, const web::Upload& sent) {
  const Language language = web::language_of(request);
  if (sent.file.size() > field.bytes_max) {
    co_return web::text(language, texts::kFileTooLarge,
                        {{"size", size_text(field.bytes_max, language)}});
  }
  Result<> added = check_room(request, pages, open, field, sent);
  if (added) {
    auto file =
        co_await pages.attachments.take_in(field.name, sent.file_name, sent.file, field.types);
    added = file ? co_await pages.attachments.add(open.record.id, field, std::move(*file))
                 : Result<>(fail(file.error()));
  }
  if (added) co_return std::string();
  if (describe(added.error().code).status >= 500) co_return fail(added.error());
  co_return file_trouble(added.error(), field.types, field.items_max, language);
}

// Attaches the file that was chosen; then the page again, or where its other buttons lead.
Task<Response> post_file(Request& request, const Pages& pages) {
  if (!web::same_origin(request)) {
    co_return refused(pages, request, {Code::kForbidden, "a form of another site"});
  }
  auto open = co_await open_draft(request, pages);
  if (!open) co_return refused(pages, request, open.error());
  const std::string page(request.param("id"));
  const auto field = file_field(*open, page);
  if (!field) co_return refused(pages, request, field.error());
  const web::Form form{
      .fields = {{.name = "von", .length_max = 20}, {.name = "tun", .length_max = 20}}};
  const auto sent = web::read_upload(form, "datei", request);
  if (!sent) co_return refused(pages, request, sent.error());
  const Language language = web::language_of(request);
  const std::string_view deed = sent->data.get("tun");
  const std::string from(sent->data.get("von") == "pruefen" ? "pruefen" : "");
  Result<std::string> problem = std::string();
  if (!sent->file.empty()) {
    problem = co_await attach(request, pages, *open, **field, *sent);
    if (problem && problem->empty()) open = co_await open_draft(request, pages);
  } else if (deed.empty()) {
    problem = std::string(web::text(language, texts::kFileMissing));
  }
  if (!problem) co_return refused(pages, request, problem.error());
  if (!open) co_return refused(pages, request, open.error());
  if (!problem->empty()) {
    co_return show_files(request, pages, *open, page, from, std::move(*problem), 422);
  }
  if (!deed.empty()) co_return leave_files(request, pages, *open, page, deed, from);
  co_return Response::see_other(
      case_address(request, fmt::format("/seite/{}{}", page, from.empty() ? "" : "?von=pruefen")));
}

Task<Response> get_file(Request& request, const Pages& pages) {
  const auto open = co_await open_case(request, pages);
  if (!open) co_return refused(pages, request, open.error());
  Result<rows::FileContent> content = fail(Code::kInternalError, "not read");
  auto read = co_await pages.reads.run([&] {
    return pages.database.read([&](records::Session& session) -> Result<> {
      content = rows::file_content(session, open->record.id, request.param("id"));
      return {};
    });
  });
  if (!read) co_return refused(pages, request, read.error());
  if (!content) co_return refused(pages, request, content.error());
  co_return file_response(content->file.name, content->file.type, std::move(content->bytes));
}

Task<Response> get_photo(Request& request, const Pages& pages) {
  Result<rows::FileContent> content = fail(Code::kInternalError, "not read");
  auto read = co_await pages.reads.run([&] {
    return pages.database.read([&](records::Session& session) -> Result<> {
      content = rows::released_file(session, request.param("number"), request.param("id"));
      return {};
    });
  });
  if (!read) co_return refused(pages, request, read.error());
  if (!*read) co_return refused(pages, request, read->error());
  if (!content) co_return refused(pages, request, content.error());
  co_return picture_response(content->file.type, std::move(content->bytes));
}

}  // namespace

FileInput message_input(std::string problem, Language language) {
  return {.label = std::string(web::text(language, texts::kFileMessage)),
          .hint = web::text(language, texts::kFileMessageHint,
                            {{"types", type_names(message_file_types())},
                             {"size", size_text(kMessageFileBytesMax, language)}}),
          .accept = accepted(message_file_types()),
          .problem = std::move(problem)};
}

Task<Result<std::vector<NewFile>>> read_message_file(const Attachments& attachments,
                                                     const web::Upload& sent) {
  std::vector<NewFile> files;
  if (sent.file.empty()) co_return files;
  if (sent.file.size() > kMessageFileBytesMax) {
    co_return fail(Code::kUnprocessable, "a file has 10 MB at most", "size");
  }
  auto made = co_await attachments.take_in("", sent.file_name, sent.file, message_file_types());
  if (!made) co_return fail(made.error());
  files.push_back(std::move(*made));
  co_return files;
}

std::string message_file_trouble(const Error& error, Language language) {
  if (error.field == "size") {
    return web::text(language, texts::kFileTooLarge,
                     {{"size", size_text(kMessageFileBytesMax, language)}});
  }
  return file_trouble(error, message_file_types(), kMessageFilesMax, language);
}

std::string size_text(std::size_t bytes, Language language) {
  const double megabytes = static_cast<double>(bytes) / 1e6;
  if (megabytes >= 1) return web::number(language, megabytes, 1) + " MB";
  return web::number(language, std::max(1.0, static_cast<double>(bytes) / 1e3), 0) + " kB";
}

std::vector<FileRow> file_rows(const std::vector<Attachment>& files, std::string_view field,
                               std::string_view base, Language language, std::int64_t message) {
  std::vector<FileRow> list;
  for (const Attachment& file : files) {
    if (file.message != message || (!field.empty() && file.field != field)) continue;
    FileRow row{.id = file.id,
                .name = file.name,
                .size = size_text(static_cast<std::size_t>(file.bytes), language)};
    if (file.scan == Scan::kClean) row.href = fmt::format("{}/datei/{}", base, file.id);
    if (file.released) row.size += ", " + std::string(web::text(language, texts::kFileReleased));
    if (file.scan == Scan::kWaiting) row.note = web::text(language, texts::kFileWaiting);
    if (file.scan == Scan::kInfected) row.note = web::text(language, texts::kFileInfected);
    list.push_back(std::move(row));
  }
  return list;
}

Response show_files(const Request& request, const Pages& pages, const OpenCase& open,
                    std::string_view page_id, std::string_view from, std::string problem,
                    int status) {
  const Language language = web::language_of(request);
  const FormPage& page = *open.form->page(page_id);
  const Field& field = *open.form->field(page.fields.front());
  FilesPage view{.page = private_page(pages, request, page.title.in(language)),
                 .steps = steps_of(request, open, &page, language),
                 .text = page.text.in(language),
                 .input = {.label = field.label.in(language),
                           .hint = web::text(language, texts::kFileHint,
                                             {{"types", type_names(field.types)},
                                              {"size", size_text(field.bytes_max, language)},
                                              {"count", field.items_max}}),
                           .accept = accepted(field.types),
                           .problem = std::move(problem)},
                 .files = file_rows(open.files, field.name, case_address(request, ""), language),
                 .from = std::string(from),
                 .page_action = case_address(request, "/seite/" + page.id),
                 .upload_action = case_address(request, "/datei/" + page.id)};
  view.page.has_errors = !view.input.problem.empty();
  web::Html out(language);
  render_files(out, view);
  return web::html_response(std::move(out), status, web::Caching::kNever);
}

Response leave_files(const Request& request, const Pages& pages, const OpenCase& open,
                     std::string_view page_id, std::string_view deed, std::string_view from) {
  const FormPage& page = *open.form->page(page_id);
  std::string problem = page_problem(open, page, deed, web::language_of(request));
  if (!problem.empty()) {
    return show_files(request, pages, open, page_id, from, std::move(problem), 422);
  }
  return Response::see_other(after_page(request, open, page, deed, from));
}

void add_file_pages(net::Router& router, const Pages& pages) {
  web::add_page(router, Method::kPost, "/vorgang/{token}/datei/{id}",
                net::AsyncHandler([pages](Request& request) { return post_file(request, pages); }),
                kFileBody);
  add_case_page(router, pages, Method::kGet, "/vorgang/{token}/datei/{id}", get_file);
  router.add(Method::kGet, "/meldung/{number}/foto/{id}",
             net::AsyncHandler([pages](Request& request) { return get_photo(request, pages); }));
}

}  // namespace revier::casework
