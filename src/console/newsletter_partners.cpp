// SPDX-License-Identifier: EUPL-1.2
// Marketing partners: what people consent to, and the list of who did, taken out by hand.
#include <algorithm>

#include "console/csv.h"
#include "console/detail/newsletter.h"
#include "console/detail/staff.h"
#include "console/newsletter_views.h"
#include "console/pages.h"
#include "console/texts.h"
#include "newsletter/partners.h"
#include "web/slug.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Method;
using net::Request;
using net::Response;
using newsletter::Partner;
using web::FieldKind;
using web::FormData;
using web::Language;

constexpr std::string_view kNewPartner = "neu";
constexpr std::size_t kPartnerNameMax = 80;
constexpr std::size_t kPartnerTextMax = 600;

std::string partner_page(std::string_view id) {
  return std::string(kPartnersPage) + "/" + std::string(id);
}

web::kern::Table partner_table(const std::vector<Partner>& partners,
                               const std::vector<std::int64_t>& counts, Language language) {
  web::kern::Table table{.caption = words(language, texts::kPartnersTitle),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kPartnersName)},
                                     {words(language, texts::kPartnersConsents), true},
                                     {words(language, texts::kNewsletterState)}},
                         .rows = {}};
  for (std::size_t i = 0; i < partners.size(); ++i) {
    table.rows.push_back(
        {{.text = partners[i].name,
          .href = web::path(language, partner_page(partners[i].id)),
          .html = {}},
         {.text = web::number(language, i < counts.size() ? counts[i] : 0)},
         {.text = words(language, partners[i].offered ? texts::kPartnersOffered
                                                      : texts::kNewsletterClosed)}});
  }
  return table;
}

Task<Response> show_partners(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kRetentionManage);
  if (!caller) co_return caller.error();
  const auto counts = co_await blocking(needs, [&] { return needs.partners->counts(); });
  if (!counts) co_return refused(needs, request, counts.error());
  const Language language = web::language_of(request);
  PartnersPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kPartnersTitle)),
      .partners = partner_table(*needs.partners->list(), *counts, language),
      .new_href = web::path(language, partner_page(kNewPartner)),
      .back_href = web::path(language, kNewsletterPage)};
  web::Html out(language);
  render_newsletter_partners(out, view);
  co_return personal(std::move(out));
}

const web::Form& partner_form() {
  static const web::Form form{{csrf_field(),
                               {.name = "name",
                                .label = texts::kPartnersName,
                                .required = true,
                                .length_max = kPartnerNameMax},
                               {.name = "text_de",
                                .kind = FieldKind::kTextarea,
                                .label = texts::kPartnersTextDe,
                                .hint = texts::kPartnersTextHint,
                                .required = true,
                                .length_max = kPartnerTextMax},
                               {.name = "text_en",
                                .kind = FieldKind::kTextarea,
                                .label = texts::kPartnersTextEn,
                                .required = true,
                                .length_max = kPartnerTextMax},
                               {.name = "offered",
                                .kind = FieldKind::kCheckbox,
                                .label = texts::kPartnersOffer,
                                .hint = texts::kPartnersOfferHint}}};
  return form;
}

std::optional<Partner> partner_of(const Needs& needs, const Request& request) {
  const std::string_view id = request.param("id");
  if (id == kNewPartner) return Partner{};
  const newsletter::PartnerList all = needs.partners->list();
  const auto found = std::ranges::find(*all, id, &Partner::id);
  if (found == all->end()) return std::nullopt;
  return *found;
}

Response show_partner(const Needs& needs, const Request& request, const Caller& caller,
                      const Partner& partner, FormData data, int status) {
  const Language language = web::language_of(request);
  data.set("csrf", std::string(caller.csrf()));
  const bool is_new = partner.id.empty();
  PartnerPage view{
      .head = make_head(needs, request, caller,
                        words(language, is_new ? texts::kPartnersNew : texts::kPartnersEdit)),
      .form = {partner_form(), data},
      .action = std::string(request.path),
      .version = is_new
                     ? ""
                     : web::text(language, texts::kPartnersVersion, {{"version", partner.version}}),
      .take_out_action = is_new ? "" : std::string(request.path) + "/ausgeben",
      .csrf = std::string(caller.csrf()),
      .back_href = web::path(language, kPartnersPage)};
  view.head.page.has_errors = !data.valid();
  web::Html out(language);
  render_newsletter_partner(out, view);
  return personal(std::move(out), status);
}

Response no_such_partner(const Needs& needs, const Request& request) {
  return refused(needs, request, {Code::kResourceNotFound, "there is no such partner", {}});
}

Task<Response> edit_partner(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kRetentionManage);
  if (!caller) co_return caller.error();
  const auto partner = partner_of(needs, request);
  if (!partner) co_return no_such_partner(needs, request);
  FormData data;
  data.set("name", partner->name);
  data.set("text_de", partner->text_de);
  data.set("text_en", partner->text_en);
  if (partner->offered) data.set("offered", "1");
  co_return show_partner(needs, request, *caller, *partner, std::move(data), 200);
}

std::string new_partner_id(const Needs& needs, std::string_view name) {
  constexpr std::size_t kIdMax = 36;
  const newsletter::PartnerList all = needs.partners->list();
  std::string begin = web::slug(name).substr(0, kIdMax);
  if (begin.empty() || begin == kNewPartner) begin = "partner";
  std::string id = begin;
  for (int number = 2; std::ranges::find(*all, id, &Partner::id) != all->end(); ++number) {
    id = begin + "-" + std::to_string(number);
  }
  return id;
}

Task<Response> save_partner(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kRetentionManage);
  if (!caller) co_return caller.error();
  auto data = read_own_form(*caller, partner_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  auto partner = partner_of(needs, request);
  if (!partner) co_return no_such_partner(needs, request);
  if (!web::validate(partner_form(), *data)) {
    co_return show_partner(needs, request, *caller, *partner, std::move(*data), 422);
  }
  partner->name = data->get("name");
  partner->text_de = data->get("text_de");
  partner->text_en = data->get("text_en");
  partner->offered = data->has("offered");
  Partner wanted = *partner;
  if (wanted.id.empty()) wanted.id = new_partner_id(needs, wanted.name);
  const auto saved = co_await blocking(needs, [&] {
    return needs.partners->put(wanted, [&](records::Session& s) {
      return needs.tickets.identity.record(
          s, *caller, {.action = "partner.change", .kind = "partner", .object = wanted.id});
    });
  });
  if (!saved && saved.error().code == Code::kBadRequestData) {
    data->fail("name", texts::kPartnersTooMany);
    co_return show_partner(needs, request, *caller, *partner, std::move(*data), 422);
  }
  if (!saved) co_return refused(needs, request, saved.error());
  co_return Response::see_other(web::path(web::language_of(request), kPartnersPage));
}

// A form and no link: taking personal data out is a deed, and is written down.
Task<Response> take_out_partner(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kRetentionManage);
  if (!caller) co_return caller.error();
  static const web::Form form{{csrf_field()}};
  const auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const std::string id(request.param("id"));
  const auto list = co_await blocking(needs, [&] {
    return needs.partners->take_out(id, [&](records::Session& s) {
      return needs.tickets.identity.record(
          s, *caller, {.action = "partner.take-out", .kind = "partner", .object = id});
    });
  });
  if (!list) co_return refused(needs, request, list.error());
  const Language language = web::language_of(request);
  std::string file(kByteOrderMark);
  append_csv_row(file, std::vector<std::string>{words(language, texts::kPartnersMail),
                                                words(language, texts::kPartnersSince),
                                                words(language, texts::kPartnersWording)});
  for (const newsletter::PartnerConsent& consent : *list) {
    append_csv_row(file, std::vector<std::string>{consent.mail, web::iso_date_time(consent.since),
                                                  std::to_string(consent.version)});
  }
  co_return Response::text(200, std::string(kCsvType), std::move(file))
      .header("Cache-Control", "no-store")
      .header("Content-Disposition", "attachment; filename=\"partner-" + id + ".csv\"");
}

}  // namespace

void add_newsletter_partners(net::Router& router, const Needs& needs) {
  const std::string page = partner_page("{id}");
  add_staff_page(router, needs, Method::kGet, kPartnersPage, show_partners);
  add_staff_page(router, needs, Method::kGet, page, edit_partner);
  add_staff_page(router, needs, Method::kPost, page, save_partner);
  add_staff_page(router, needs, Method::kPost, page + "/ausgeben", take_out_partner);
}

}  // namespace revier::console
