// SPDX-License-Identifier: EUPL-1.2
// Reading a list of addresses for the fibre look-up: first what it would do and which rows were
// refused, then putting it in force.
#include "console/detail/fibre.h"

#include <algorithm>
#include <array>

#include "console/detail/import.h"
#include "console/detail/setup.h"
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/setup_views.h"
#include "console/texts.h"
#include "fibre/read_list.h"
#include "fibre/words.h"

namespace revier::console {
namespace {

using fibre::Difference;
using fibre::ListHead;
using fibre::ReadList;
using fibre::Reason;
using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using web::Language;

Entry enter_fibre(const Needs& needs, const Request& request) {
  return enter(needs, request, Action::kDataWrite, identity::Scope::tenant(""));
}

const web::Form& list_form() {
  static const web::Form form{
      {csrf_field(),
       {.name = "quelle",
        .label = texts::kFibreSource,
        .hint = texts::kFibreSourceHint,
        .required = true,
        .length_max = 200,
        .missing = texts::kFibreSourceMissing},
       {.name = "stand",
        .kind = web::FieldKind::kDate,
        .label = texts::kFibreAsOf,
        .hint = texts::kFibreAsOfHint,
        .required = true,
        .missing = texts::kFibreAsOfMissing},
       {.name = "bezug", .label = texts::kFibreCrs, .hint = texts::kFibreCrsHint, .length_max = 60},
       {.name = "beispiel", .kind = web::FieldKind::kCheckbox, .label = texts::kFibreInvented},
       {.name = "aelter", .kind = web::FieldKind::kCheckbox, .label = texts::kFibreOlder}}};
  return form;
}

std::string in_force(const ListHead& head, Language language) {
  if (head.id == 0) return words(language, texts::kFibreNone);
  return web::text(language, head.invented ? texts::kFibreNowInvented : texts::kFibreNow,
                   {{"source", head.source},
                    {"day", fibre::day_in_words(head.as_of, language)},
                    {"streets", head.streets},
                    {"when", web::date_time(language, head.imported_at)}});
}

Response show_fibre_upload(const Needs& needs, const Request& request, const Caller& caller,
                           web::FormData data, std::string error) {
  const Language language = web::language_of(request);
  data.set("csrf", std::string(caller.csrf()));
  FibrePage view{.head = make_head(needs, request, caller, words(language, texts::kFibreTitle)),
                 .error = std::move(error),
                 .now = in_force(needs.fibre->domain.lists.now()->head(), language),
                 .taken = !asked(request, "uebernommen").empty(),
                 .form = list_form(),
                 .data = data};
  view.head.page.has_errors = !view.error.empty() || !data.valid();
  web::Html out(language);
  render_fibre(out, view);
  return personal(std::move(out), view.head.page.has_errors ? 422 : 200);
}

const web::Text& why_reject(Reason reason) {
  switch (reason) {
    case Reason::kNoStreet:
      return texts::kFibreNoStreet;
    case Reason::kNoNumber:
      return texts::kFibreNoNumber;
    case Reason::kWrongNumber:
      return texts::kFibreWrongNumber;
    case Reason::kWrongState:
      return texts::kFibreWrongState;
    case Reason::kWrongPeriod:
      return texts::kFibreWrongPeriod;
    case Reason::kWrongPlace:
      return texts::kFibreWrongPlace;
    case Reason::kTooLong:
      return texts::kFibreTooLong;
    case Reason::kWrongText:
      return texts::kFibreWrongText;
    case Reason::kTwice:
      return texts::kFibreTwice;
  }
  return texts::kFibreWrongText;
}

ImportLine reject_line(const fibre::Reject& reject, Language language) {
  ImportLine line{.line = reject.row,
                  .name = reject.street,
                  .outcome = table::Outcome::kRefused,
                  .why = words(language, why_reject(reject.reason))};
  if (!reject.number.empty()) line.name += " " + reject.number;
  if (!reject.detail.empty()) line.why += " (" + reject.detail + ")";
  return line;
}

Response show_fibre_plan(const Needs& needs, const Request& request, const Caller& caller,
                         fibre::StagedList staged, std::string_view file) {
  const Language language = web::language_of(request);
  const fibre::DirectoryPtr before = needs.fibre->domain.lists.now();
  const ReadList& list = staged.list;
  const Difference changed = fibre::difference(*before, list.streets);
  std::vector<ImportLine> rows;
  for (const fibre::Reject& reject : list.rejects) rows.push_back(reject_line(reject, language));
  ImportPlanPage view = import_plan_page(needs, request, caller, rows, texts::kFibreAddress);
  view.summary = web::text(language, texts::kImportSummary,
                           {{"new", changed.added},
                            {"changed", changed.changed},
                            {"same", changed.same},
                            {"refused", static_cast<std::int64_t>(list.rejected)}});
  view.lines.push_back(web::text(language, texts::kFibreRemoved, {{"count", changed.removed}}));
  view.lines.push_back(web::text(language, texts::kFibrePlanOf,
                                 {{"source", staged.order.source},
                                  {"day", fibre::day_in_words(staged.order.as_of, language)}}));
  if (staged.order.invented) view.lines.push_back(words(language, texts::kFibrePlanInvented));
  if (list.rejected > list.rejects.size()) {
    view.lines.push_back(web::text(language, texts::kFibreMoreRejects,
                                   {{"count", list.rejected - list.rejects.size()}}));
  }
  add_encoding(view.lines, language, file);
  if (list.accepted > 0) view.plan = needs.fibre->stage.put(std::move(staged));
  view.address = web::path(language, kFibrePage);
  view.take = words(language, texts::kFibreTake);
  web::Html out(language);
  render_setup_plan(out, view);
  return personal(std::move(out));
}

std::string why_no_list(const Error& error, Language language) {
  if (error.field == "columns") return words(language, texts::kFibreNoColumns);
  if (error.field == "crs") return words(language, texts::kFibreNoCrs);
  if (error.code == Code::kTooLarge) return words(language, texts::kFibreTooLarge);
  if (error.code == Code::kConflict && error.field == "as_of") {
    return words(language, texts::kFibreIsOlder);
  }
  if (error.code == Code::kConflict) return words(language, texts::kFibreBusy);
  if (error.code == Code::kGone) return words(language, texts::kFibreGone);
  if (error.field == "as_of") return words(language, texts::kFibreAsOfWrong);
  if (error.field == "table") return words(language, texts::kFibreNoTable);
  return why_unread(error, language);
}

Response ask_for_list(Request& request, const Needs& needs) {
  const Entry caller = enter_fibre(needs, request);
  return caller ? show_fibre_upload(needs, request, *caller, {}, {}) : caller.error();
}

Task<Response> plan_list(Request& request, const Needs& needs) {
  const Entry caller = enter_fibre(needs, request);
  if (!caller) co_return caller.error();
  auto sent = web::read_upload(list_form(), "file", request);
  if (!sent) co_return refused(needs, request, sent.error());
  if (const auto own = caller->require_csrf(sent->data.get("csrf")); !own) {
    co_return refused(needs, request, own.error());
  }
  const Language language = web::language_of(request);
  const auto say = [&](std::string error) {
    return show_fibre_upload(needs, request, *caller, sent->data, std::move(error));
  };
  if (!web::validate(list_form(), sent->data)) co_return say({});
  if (sent->file.empty()) co_return say(words(language, texts::kFibreFileMissing));
  fibre::StagedList staged{.owner = std::string(caller->id()),
                           .list = {},
                           .order = {.source = std::string(sent->data.get("quelle")),
                                     .as_of = std::string(sent->data.get("stand")),
                                     .invented = !sent->data.get("beispiel").empty(),
                                     .older_too = !sent->data.get("aelter").empty(),
                                     .imported_by = std::string(caller->name())}};
  if (const auto fits = needs.fibre->domain.lists.check(staged.order); !fits) {
    co_return say(why_no_list(fits.error(), language));
  }
  auto read = co_await on_pool(
      needs, [&sent] { return fibre::read_list(sent->file, sent->data.get("bezug")); });
  if (!read) co_return say(why_no_list(read.error(), language));
  staged.list = std::move(*read);
  co_return show_fibre_plan(needs, request, *caller, std::move(staged), sent->file);
}

Task<Response> take_list(Request& request, const Needs& needs) {
  const Entry caller = enter_fibre(needs, request);
  if (!caller) co_return caller.error();
  const auto plan = read_import_plan(*caller, request);
  if (!plan) co_return refused(needs, request, plan.error());
  const Language language = web::language_of(request);
  auto staged = needs.fibre->stage.take(*plan, caller->id());
  if (!staged) {
    co_return show_fibre_upload(needs, request, *caller, {}, why_no_list(staged.error(), language));
  }
  staged->order.note = fibre::import_note(needs.fibre->domain, *caller);
  const auto done =
      co_await needs.fibre->domain.lists.replace(std::move(staged->list), std::move(staged->order));
  if (!done && describe(done.error().code).status >= 500) {
    co_return refused(needs, request, done.error());
  }
  if (!done) {
    co_return show_fibre_upload(needs, request, *caller, {}, why_no_list(done.error(), language));
  }
  co_return Response::see_other(web::path(language, std::string(kFibrePage) + "?uebernommen=1"));
}

}  // namespace

void add_fibre(net::Router& router, const Needs& needs) {
  add_import_pages(router, needs, kFibrePage, ask_for_list, plan_list, take_list,
                   fibre::kListBytesMax);
}

}  // namespace revier::console
