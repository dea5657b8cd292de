// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>

#include "console/detail/setup.h"
#include "console/pages.h"
#include "console/setup_views.h"
#include "console/texts.h"
#include "setup/colour.h"
#include "setup/picture.h"
#include "setup/public_pages.h"
#include "web/multipart.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using web::FieldKind;
using web::FormData;
using web::Language;

constexpr std::string_view kLookStep = "/console/einrichtung/aussehen";

std::optional<web::Label> check_colour(std::string_view text) {
  const auto colour = setup::parse_colour(text);
  if (!colour) return web::Label(texts::kSetupWrongColour);
  if (setup::contrast_on_light(*colour) < setup::kContrastMin) {
    return web::Label(texts::kSetupPaleColour);
  }
  return std::nullopt;
}

const web::Form& look_form() {
  static const web::Form look_form{
      {{.name = "csrf", .kind = FieldKind::kHidden},
       {.name = "colour",
        .label = texts::kSetupColour,
        .hint = texts::kSetupColourHint,
        .length_max = 7,
        .check = check_colour},
       {.name = "remove_logo", .kind = FieldKind::kCheckbox, .label = texts::kSetupRemoveLogo}}};
  return look_form;
}

std::string base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the NUL
  return text;
}

struct Wrong {
  FormData data;
  std::string file_error;
};

Response show_form(const Needs& needs, const Request& request, const Caller& caller, Wrong wrong) {
  const Language language = web::language_of(request);
  wrong.data.set("csrf", std::string(caller.csrf()));
  const auto brand = setup::brand_of(*needs.setup->settings.now());
  LookPage view{.head = make_head(needs, request, caller,
                                  std::string(web::text(language, texts::kSetupLook))),
                .form = look_form(),
                .data = std::move(wrong.data),
                .nearest = {},
                .file_error = std::move(wrong.file_error),
                .logo = brand ? brand->logo : std::string(),
                .csrf = std::string(caller.csrf())};
  const auto colour = setup::parse_colour(view.data.get("colour"));
  if (colour && setup::contrast_on_light(*colour) < setup::kContrastMin) {
    view.nearest = setup::to_string(setup::readable_on_light(*colour));
  }
  const bool refused_here = !view.data.valid() || !view.file_error.empty();
  view.head.page.has_errors = refused_here;
  web::Html out(language);
  render_setup_look(out, view);
  return personal(std::move(out), refused_here ? 422 : 200);
}

Response edit_look(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kSettingsManage);
  if (!caller) return caller.error();
  FormData data;
  const std::string_view colour = needs.setup->settings.now()->get(setup::kColour);
  if (!colour.empty()) data.set("colour", std::string(colour));
  return show_form(needs, request, *caller, {.data = std::move(data), .file_error = {}});
}

// The settings, or what is wrong with the file in the page's language.
struct Changes {
  setup::Settings::Values values;
  std::string file_error;
};

Task<Changes> changes_of(const Needs& needs, const web::Upload& upload, Language language) {
  Changes changes;
  const auto colour = setup::parse_colour(upload.data.get("colour"));
  changes.values.emplace(setup::kColour, colour ? setup::to_string(*colour) : "");
  if (upload.data.has("remove_logo")) changes.values.emplace(setup::kLogo, "");
  if (upload.file.empty()) co_return changes;
  const Result<std::string> picture =
      co_await on_pool(needs, [&upload] { return setup::clean_logo(upload.file); });
  if (picture) {
    changes.values.insert_or_assign(std::string(setup::kLogo), base64(*picture));
  } else {
    changes.file_error = std::string(web::text(language, texts::kSetupWrongLogo));
  }
  co_return changes;
}

Task<Response> save_look(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kSettingsManage);
  if (!caller) co_return caller.error();
  auto upload = web::read_upload(look_form(), "logo", request);
  if (!upload) co_return refused(needs, request, upload.error());
  if (const auto own = caller->require_csrf(upload->data.get("csrf")); !own) {
    co_return refused(needs, request, own.error());
  }
  const bool valid = web::validate(look_form(), upload->data);
  Changes changes = co_await changes_of(needs, *upload, web::language_of(request));
  if (!valid || !changes.file_error.empty()) {
    co_return show_form(needs, request, *caller,
                        {.data = upload->data, .file_error = std::move(changes.file_error)});
  }
  const Result<> done = co_await save_settings(needs, *caller, std::move(changes.values), "look");
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(web::path(web::language_of(request), kSetupPage));
}

}  // namespace

void add_setup_look(net::Router& router, const Needs& needs) {
  web::add_page(router, net::Method::kGet, std::string(kLookStep),
                net::Handler([needs](Request& request) { return edit_look(request, needs); }));
  web::add_page(router, net::Method::kPost, std::string(kLookStep),
                net::AsyncHandler([needs](Request& request) { return save_look(request, needs); }),
                {.body_bytes_max = setup::kLogoBytesMax + 16 * 1024});
}

}  // namespace revier::console
