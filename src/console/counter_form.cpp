// SPDX-License-Identifier: EUPL-1.2
// What a counter is: its name, its place and what it serves. When it is open is asked on a page of
// its own (opening_hours.cpp), so that a change of its name touches no hours.
#include "console/detail/counters.h"
#include "console/detail/item_fields.h"
#include "console/detail/programme.h"
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/texts.h"
#include "web/i18n.h"

namespace revier::console {
namespace {

using event::Item;
using event::Programme;
using event::ProgrammeKeeper;
using identity::Action;
using identity::Caller;
using net::Method;
using net::Request;
using net::Response;
using web::FieldKind;
using web::FormData;
using web::Language;

const event::KindSpec& counter_kind() { return *event::find_kind("counters"); }

std::string counter_page(std::string_view counter, std::string_view more = "") {
  return std::string(kHoursPage) + "/" + std::string(counter) + std::string(more);
}

std::vector<web::Option> offer_options(const Programme& programme, Language language) {
  std::vector<web::Option> options;
  for (const event::Offer& offer : programme.offers) {
    options.push_back({.value = offer.id, .label = offer.name.in(language)});
  }
  return fields::sorted(std::move(options));
}

web::Form counter_form(const Programme& programme, Language language) {
  return {{csrf_field(),
           {.name = "stand", .kind = FieldKind::kHidden},
           {.name = "name_de",
            .label = texts::kEditRoomDe,
            .hint = texts::kCounterNameHint,
            .required = true},
           {.name = "name_en", .label = texts::kEditRoomEn},
           {.name = "place",
            .kind = FieldKind::kSelect,
            .label = texts::kEditRoomPlace,
            .hint = texts::kCounterPlaceHint,
            .required = true,
            .options = fields::place_options(programme, language)},
           {.name = "offers",
            .kind = FieldKind::kCheckboxes,
            .label = texts::kCounterOffers,
            .hint = texts::kCounterOffersHint,
            .required = true,
            .options = offer_options(programme, language),
            .missing = texts::kCounterNoOffer},
           {.name = "walk_in", .kind = FieldKind::kCheckbox, .label = texts::kCounterWalkIn},
           {.name = "phone",
            .kind = FieldKind::kTel,
            .label = texts::kCounterPhone,
            .hint = texts::kCounterPhoneHint}}};
}

FormData counter_data(const Item& item) {
  const event::Counter counter = event::read_counter(item);
  FormData data;
  data.set("stand", stamp_of(item));
  fields::fill_localised(counter.name, data, "name");
  data.set("place", counter.place);
  for (const std::string& offer : counter.offers) data.add("offers", offer);
  if (counter.walk_in) data.set("walk_in", "1");
  data.set("phone", counter.phone);
  return data;
}

// Nobody serves and nothing is open until the hours are set.
Item new_counter() {
  return {.kind = &counter_kind(),
          .id = {},
          .fields = {{"staff", "1"}, {"hours", "[]"}},
          .examples = {},
          .sources = {}};
}

void take_counter(const FormData& data, Item& item) {
  fields::set_localised(item, "name", data.get("name_de"), data.get("name_en"));
  fields::set_text(item, "place", data.get("place"));
  fields::set_list(item, "offers", data.all("offers"));
  fields::set_flag(item, "walk_in", data.has("walk_in"));
  fields::set_text(item, "phone", data.get("phone"));
}

// One handler's place: who edits which counter. `item` is a new one where the address names none.
struct Edit {
  const Needs& needs;
  ProgrammeKeeper& keeper;
  const Request& request;
  const Caller& caller;
  Language language;
  Item item;
  [[nodiscard]] bool is_new() const { return item.id.empty(); }
};

Result<Edit> edit_of(const Needs& needs, ProgrammeKeeper& keeper, const Request& request,
                     const Caller& caller) {
  Edit edit{.needs = needs,
            .keeper = keeper,
            .request = request,
            .caller = caller,
            .language = web::language_of(request),
            .item = new_counter()};
  const std::string_view id = request.param("counter");
  if (id.empty()) return edit;
  RV_ASSIGN(edit.item, keeper.find(counter_kind(), id));
  return edit;
}

Response show_counter(const Edit& edit, const web::Form& form, FormData data, int status) {
  const std::string page =
      edit.is_new() ? counter_page("neu") : counter_page(edit.item.id, "/angaben");
  const FormWords text{
      .title = edit.is_new() ? texts::kCounterNew : texts::kCounterEdit,
      .intro = words(edit.language, edit.is_new() ? texts::kCounterNewText : texts::kCounterText),
      .button = texts::kSetupSave,
      .action = page,
      .back = edit.is_new() ? std::string(kHoursPage) : counter_page(edit.item.id)};
  return show_form(edit.needs, edit.request, edit.caller, text, form, std::move(data), status);
}

Task<Response> get_counter(Request& request, const Needs& needs, ProgrammeKeeper& keeper) {
  const Entry caller = enter(needs, request, Action::kProgrammeRelease);
  if (!caller) co_return caller.error();
  const auto edit = edit_of(needs, keeper, request, *caller);
  if (!edit) co_return refused(needs, request, edit.error());
  const web::Form form = counter_form(*keeper.now(), edit->language);
  co_return show_counter(*edit, form, edit->is_new() ? FormData() : counter_data(edit->item), 200);
}

Task<Response> post_counter(Request& request, const Needs& needs, ProgrammeKeeper& keeper) {
  const Entry caller = enter(needs, request, Action::kProgrammeRelease);
  if (!caller) co_return caller.error();
  const web::Form form = counter_form(*keeper.now(), web::language_of(request));
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  auto edit = edit_of(needs, keeper, request, *caller);
  if (!edit) co_return refused(needs, request, edit.error());
  web::validate(form, *data);
  if (!edit->is_new() && data->get("stand") != stamp_of(edit->item)) {
    data->fail("name_de", texts::kCounterChanged);
  }
  if (!data->valid()) co_return show_counter(*edit, form, *data, 422);
  const bool is_new = edit->is_new();
  take_counter(*data, edit->item);
  if (is_new) {
    edit->item.id =
        unused_id(item_title(edit->item, Language::kDe), "schalter",
                  [&](std::string_view id) { return !keeper.find(counter_kind(), id); });
  }
  const std::string id = edit->item.id;
  const auto done = co_await put_at_once(needs, keeper, *caller, {"counter.put", "counter", id},
                                         std::move(edit->item));
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(
      web::path(edit->language, counter_page(id, is_new ? "?angelegt=1" : "?geaendert=1")));
}

// --- taking one away

Task<Response> ask_removal(Request& request, const Needs& needs, ProgrammeKeeper& keeper) {
  const Entry caller = enter(needs, request, Action::kProgrammeRelease);
  if (!caller) co_return caller.error();
  const auto edit = edit_of(needs, keeper, request, *caller);
  if (!edit) co_return refused(needs, request, edit.error());
  const event::Counter counter = event::read_counter(edit->item);
  const auto standing = co_await standing_at(needs, counter);
  if (!standing) co_return refused(needs, request, standing.error());
  const std::size_t booked = standing->times.size();
  const Language language = edit->language;
  AskPage view{.head = make_head(needs, request, *caller, words(language, texts::kCounterRemove)),
               .text = booked > 0 ? web::text(language, texts::kCounterBooked, {{"count", booked}})
                                  : web::text(language, texts::kCounterRemoveText,
                                              {{"name", counter.name.in(language)}}),
               .button = booked > 0 ? std::string() : words(language, texts::kCounterRemove),
               .csrf = std::string(caller->csrf()),
               .back_href = web::path(language, counter_page(counter.id))};
  web::Html out(language);
  render_ask(out, view);
  co_return personal(std::move(out), booked > 0 ? 409 : 200);
}

Task<Response> remove_counter(Request& request, const Needs& needs, ProgrammeKeeper& keeper) {
  const Entry caller = enter(needs, request, Action::kProgrammeRelease);
  if (!caller) co_return caller.error();
  static const web::Form form{{csrf_field()}};
  const auto own = read_own_form(*caller, form, request);
  if (!own) co_return refused(needs, request, own.error());
  const auto edit = edit_of(needs, keeper, request, *caller);
  if (!edit) co_return refused(needs, request, edit.error());
  const std::string id = edit->item.id;
  const auto standing = co_await standing_at(needs, event::read_counter(edit->item));
  if (!standing) co_return refused(needs, request, standing.error());
  if (!standing->times.empty()) co_return co_await ask_removal(request, needs, keeper);
  const auto noted = co_await needs.tickets.database.writer().run([&](records::Session& session) {
    return needs.tickets.identity.record(session, *caller, {"counter.remove", "counter", id});
  });
  if (!noted) co_return refused(needs, request, noted.error());
  const auto done = co_await keeper.remove(counter_kind(), id);
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(edit->language, kHoursPage));
}

}  // namespace

void add_counter_forms(net::Router& router, const Needs& needs, ProgrammeKeeper& keeper) {
  const auto page = [&](Method method, const std::string& pattern, CounterHandler handler) {
    add_counter_page(router, needs, keeper, method, pattern, handler);
  };
  page(Method::kGet, "/neu", get_counter);
  page(Method::kPost, "/neu", post_counter);
  page(Method::kGet, "/{counter}/angaben", get_counter);
  page(Method::kPost, "/{counter}/angaben", post_counter);
  page(Method::kGet, "/{counter}/entfernen", ask_removal);
  page(Method::kPost, "/{counter}/entfernen", remove_counter);
}

}  // namespace revier::console
