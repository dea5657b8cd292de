// SPDX-License-Identifier: EUPL-1.2
#include "event/editor_api.h"

#include <charconv>

#include "web/i18n.h"

namespace revier::event {
namespace {

using identity::Action;
using net::Method;
using net::Request;
using net::Response;

constexpr net::RouteOptions kDraftBody{.body_bytes_max = 128 * 1024};
constexpr net::RouteOptions kNoteBody{.body_bytes_max = 16 * 1024};
constexpr std::size_t kNoteBytesMax = 2'000;
constexpr std::int64_t kChangesAtOnce = 100;

Result<identity::Caller> allowed(const EditorApiNeeds& needs, const Request& request,
                                 Action action) {
  identity::Caller caller = needs.identity.authenticate(request);
  RV_TRY(caller.require(action));
  return caller;
}

Result<const KindSpec*> kind_of(const Request& request) {
  const KindSpec* const kind = find_kind(request.param("kind"));
  if (kind == nullptr) return fail(Code::kResourceNotFound, "there is no such kind of item");
  return kind;
}

void write_draft(json::Writer& out, const Draft& draft) {
  out.begin_object().member("kind", draft.kind->path).member("id", draft.id);
  out.member("revision", draft.revision)
      .member("edited_at", to_iso8601(draft.edited_at))
      .member("edited_by", draft.edited_by);
  if (draft.item) {
    out.key("item").raw(item_json(*draft.item));
  } else {
    out.member("remove", true);
  }
  out.end_object();
}

void write_localised(json::Writer& out, std::string_view name, const Localised& text) {
  out.key(name).begin_object().member("de", text.de);
  out.member("en", text.en.empty() ? text.de : text.en).end_object();
}

void write_release(json::Writer& out, const Release& release) {
  out.begin_object().member("number", release.number).member("at", to_iso8601(release.at));
  write_localised(out, "note", release.note);
  out.end_object();
}

void write_place_and_time(json::Writer& out, std::string_view name, const Session* session) {
  if (session == nullptr) return;
  out.key(name).begin_object();
  write_localised(out, "title", session->title);
  out.member("starts_at", web::iso_date_time(session->starts_at))
      .member("ends_at", web::iso_date_time(session->ends_at))
      .member("room", session->room)
      .member("cancelled", session->cancelled)
      .end_object();
}

void write_change(json::Writer& out, const Change& change) {
  out.begin_object()
      .member("sequence", change.sequence)
      .member("session", change.session)
      .member("at", to_iso8601(change.at));
  if (change.release > 0) out.member("release", change.release);
  out.key("what").begin_array();
  for (const ChangeKind kind : change.kinds) out.string(to_string(kind));
  out.end_array();
  write_place_and_time(out, "before", change.before.get());
  write_place_and_time(out, "after", change.after.get());
  out.end_object();
}

template <class List, class Write>
Response json_list(const List& list, Write write) {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const auto& each : list) write(out, each);
  out.end_array();
  return Response::json(200, std::move(text));
}

Response get_drafts(const EditorApiNeeds& needs, const Request& request) {
  if (auto caller = allowed(needs, request, Action::kProgrammeRead); !caller) {
    return Response::problem(caller.error());
  }
  const DraftsPtr drafts = needs.editor.drafts();
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const Draft& draft : *drafts) write_draft(out, draft);
  for (const DraftKey& draft : needs.editor.unreadable()) {
    out.begin_object().member("kind", draft.kind).member("id", draft.id);
    out.member("unreadable", true).end_object();
  }
  out.end_array();
  return Response::json(200, std::move(text)).header("Cache-Control", "no-store");
}

Response get_draft(const EditorApiNeeds& needs, const Request& request) {
  if (auto caller = allowed(needs, request, Action::kProgrammeRead); !caller) {
    return Response::problem(caller.error());
  }
  const auto kind = kind_of(request);
  if (!kind) return Response::problem(kind.error());
  const DraftsPtr drafts = needs.editor.drafts();
  const Draft* const draft = find_draft(*drafts, **kind, request.param("id"));
  if (draft == nullptr) {
    return Response::problem({Code::kResourceNotFound, "there is no such draft", {}});
  }
  std::string text;
  json::Writer out(text);
  write_draft(out, *draft);
  return Response::json(200, std::move(text)).header("Cache-Control", "no-store");
}

bool asks_removal(const json::Value& body) {
  const auto remove = body.find("remove");
  return remove && remove->as_bool().value_or(false);
}

Task<Result<>> put(const EditorApiNeeds& needs, Request& request) {
  RV_CO_ASSIGN(const identity::Caller caller, allowed(needs, request, Action::kProgrammeEdit));
  RV_CO_ASSIGN(const KindSpec* const kind, kind_of(request));
  RV_CO_ASSIGN(const json::Document document,
               json::Document::parse(request.body, {.depth_max = 12, .values_max = 5'000}));
  std::string by(caller.name());
  if (asks_removal(document.root())) {
    co_return co_await needs.editor.put_removal(*kind, std::string(request.param("id")),
                                                std::move(by));
  }
  RV_CO_ASSIGN(Item item, read_item(*kind, request.param("id"), document.root()));
  auto saved = co_await needs.editor.put_draft(std::move(item), std::move(by));
  RV_CO_TRY(saved);
  co_return Result<>{};
}

Task<Result<>> discard(const EditorApiNeeds& needs, Request& request) {
  RV_CO_TRY(allowed(needs, request, Action::kProgrammeEdit));
  RV_CO_ASSIGN(const KindSpec* const kind, kind_of(request));
  co_return co_await needs.editor.discard(*kind, std::string(request.param("id")));
}

Task<Response> answer_empty(EditorApiNeeds needs, Request& request,
                            Task<Result<>> (*step)(const EditorApiNeeds&, Request&)) {
  const Result<> done = co_await step(needs, request);
  co_return done ? Response::empty(204) : Response::problem(done.error());
}

Response get_conflicts(const EditorApiNeeds& needs, const Request& request) {
  if (auto caller = allowed(needs, request, Action::kProgrammeRead); !caller) {
    return Response::problem(caller.error());
  }
  const ProgrammePtr programme = needs.editor.preview();
  return json_list(conflicts(*programme, needs.seats_taken),
                   [](json::Writer& out, const Conflict& conflict) {
                     out.begin_object().member("what", to_string(conflict.kind));
                     out.member("session", conflict.session);
                     if (!conflict.other.empty()) out.member("other", conflict.other);
                     if (!conflict.subject.empty()) out.member("subject", conflict.subject);
                     if (conflict.count > 0) out.member("count", conflict.count);
                     out.end_object();
                   })
      .header("Cache-Control", "no-store");
}

// {"note": {"de": "...", "en": "..."}}; without a note none is kept.
Result<Localised> read_note(std::string_view body) {
  if (body.empty()) return Localised{};
  RV_ASSIGN(const json::Document document,
            json::Document::parse(body, {.depth_max = 4, .values_max = 10}));
  const auto note = document.root().find("note");
  if (!note) return Localised{};
  Localised read{std::string(note->text("de")), std::string(note->text("en"))};
  if (!note->is_object() || read.de.size() > kNoteBytesMax || read.en.size() > kNoteBytesMax) {
    return fail(Code::kUnprocessable,
                "expected {\"de\": text, \"en\": text} of at most 2,000 bytes each", "note");
  }
  return read;
}

Task<Result<Release>> release(const EditorApiNeeds& needs, Request& request) {
  RV_CO_ASSIGN(const identity::Caller caller, allowed(needs, request, Action::kProgrammeRelease));
  RV_CO_ASSIGN(Localised note, read_note(request.body));
  co_return co_await needs.editor.release(std::move(note), std::string(caller.name()),
                                          audit_of(needs.identity, caller));
}

Task<Response> post_release(EditorApiNeeds needs, Request& request) {
  const auto done = co_await release(needs, request);
  if (!done) co_return Response::problem(done.error());
  std::string text;
  json::Writer out(text);
  write_release(out, *done);
  co_return Response::json(201, std::move(text));
}

Response get_releases(const EditorApiNeeds& needs, const Request&) {
  return json_list(needs.editor.ledger()->releases, write_release);
}

Result<std::int64_t> since_of(const Request& request) {
  const std::string text = request.query_param("since").value_or("0");
  std::int64_t since = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), since);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) {
    return fail(Code::kBadRequestData, "expected a sequence number", "since");
  }
  return since;
}

Task<Response> get_changes(EditorApiNeeds needs, Request& request) {
  const auto since = since_of(request);
  if (!since) co_return Response::problem(since.error());
  const auto found =
      co_await needs.pool.run([&] { return needs.editor.changes_since(*since, kChangesAtOnce); });
  if (!found) co_return Response::problem(found.error());
  if (!*found) co_return Response::problem(found->error());
  co_return json_list(
      **found, [](json::Writer& out, const ChangePtr& change) { write_change(out, *change); });
}

}  // namespace

ProgrammeEditor::Audit audit_of(const identity::Identity& identity, identity::Caller by) {
  return [&identity, by = std::move(by)](records::Session& session, const Release& release) {
    return identity.record(session, by,
                           {.action = "programme.release",
                            .kind = "release",
                            .object = std::to_string(release.number)});
  };
}

void add_editor_routes(net::Router& router, const EditorApiNeeds& needs) {
  const auto get = [&](const char* pattern,
                       Response (*show)(const EditorApiNeeds&, const Request&)) {
    router.add(Method::kGet, pattern,
               net::Handler([needs, show](Request& request) { return show(needs, request); }));
  };
  const std::string one = "/api/v1/drafts/{kind}/{id}";
  get("/api/v1/drafts", get_drafts);
  get("/api/v1/drafts/{kind}/{id}", get_draft);
  get("/api/v1/conflicts", get_conflicts);
  get("/api/v1/releases", get_releases);
  router.add(Method::kGet, "/api/v1/changes",
             net::AsyncHandler([needs](Request& request) { return get_changes(needs, request); }));
  router.add(Method::kPut, one, net::AsyncHandler([needs](Request& request) {
               return answer_empty(needs, request, put);
             }),
             kDraftBody);
  router.add(Method::kDelete, one, net::AsyncHandler([needs](Request& request) {
               return answer_empty(needs, request, discard);
             }));
  router.add(Method::kPost, "/api/v1/releases",
             net::AsyncHandler([needs](Request& request) { return post_release(needs, request); }),
             kNoteBody);
}

}  // namespace revier::event
