// SPDX-License-Identifier: EUPL-1.2
#include "event/feeds.h"

#include "event/change_text.h"
#include "event/frab.h"
#include "event/xml_writer.h"
#include "json/json.h"

namespace revier::event {
namespace {

using web::Language;

constexpr std::size_t kEntriesMax = 100;

struct Entry {
  std::string id;
  std::string url;
  std::string title;
  std::string text;
  std::string at;
};
struct Feed {
  std::string id;
  std::string home;
  std::string updated;
  std::vector<Entry> entries;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

Feed make_feed(const Programme& programme, const Ledger& ledger, const FeedOptions& options) {
  const Event* const event = programme.event();
  const std::string_view event_id = event == nullptr ? "" : std::string_view(event->id);
  const auto urn = [&](std::string_view kind, std::string_view id) {
    return "urn:uuid:" + stable_uuid(ledger, event_id, kind, id);
  };
  const auto url = [&](const std::string& page) {
    return options.site_url + web::path(options.language, page);
  };
  const Instant changed = ledger.changed_at().value_or(Instant{});
  Feed feed{.id = urn("feed", web::code(options.language)),
            .home = url("/aenderungen"),
            .updated = to_iso8601(changed),
            .entries = {}};
  for (News& each : news(programme, ledger, options.language, kEntriesMax)) {
    feed.entries.push_back(
        {.id = urn(web::code(options.language), each.key),
         .url = each.session.empty() ? feed.home : url("/programm/" + each.session),
         .title = std::move(each.title),
         .text = joined(each.lines),
         .at = to_iso8601(each.at)});
  }
  return feed;
}

void write_link(XmlWriter& out, const char* rel, const char* type, std::string_view href) {
  out.open("link").attribute("rel", rel).attribute("type", type).attribute("href", href).close();
}

}  // namespace

std::string atom_feed(const Programme& programme, const Ledger& ledger,
                      const FeedOptions& options) {
  const Feed feed = make_feed(programme, ledger, options);
  XmlWriter out;
  out.open("feed")
      .attribute("xmlns", "http://www.w3.org/2005/Atom")
      .attribute("xml:lang", web::code(options.language))
      .element("id", feed.id)
      .element("title", options.title)
      .element("updated", feed.updated);
  out.open("author").element("name", options.author).close();
  write_link(out, "self", "application/atom+xml",
             options.site_url + web::path(options.language, "/feed.atom"));
  write_link(out, "alternate", "text/html", feed.home);
  for (const Entry& entry : feed.entries) {
    out.open("entry")
        .element("id", entry.id)
        .element("title", entry.title)
        .element("updated", entry.at)
        .element("published", entry.at);
    write_link(out, "alternate", "text/html", entry.url);
    out.element("content", entry.text).close();
  }
  return out.close().finish();
}

std::string json_feed(const Programme& programme, const Ledger& ledger,
                      const FeedOptions& options) {
  const Feed feed = make_feed(programme, ledger, options);
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("version", "https://jsonfeed.org/version/1.1")
      .member("title", options.title)
      .member("home_page_url", feed.home)
      .member("feed_url", options.site_url + web::path(options.language, "/feed.json"))
      .member("language", web::code(options.language));
  out.key("authors").begin_array().begin_object().member("name", options.author);
  out.end_object().end_array().key("items").begin_array();
  for (const Entry& entry : feed.entries) {
    out.begin_object()
        .member("id", entry.id)
        .member("url", entry.url)
        .member("title", entry.title)
        .member("content_text", entry.text)
        .member("date_published", entry.at)
        .end_object();
  }
  out.end_array().end_object();
  return text;
}

std::string sitemap(const Programme& programme, const Ledger& ledger, const std::string& site_url,
                    const std::vector<std::string>& pages) {
  XmlWriter out;
  out.open("urlset")
      .attribute("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9")
      .attribute("xmlns:xhtml", "http://www.w3.org/1999/xhtml");
  const auto add = [&](const std::string& page, const std::string& changed) {
    for (const Language language : {Language::kDe, Language::kEn}) {
      out.open("url").element("loc", site_url + web::path(language, page));
      if (!changed.empty()) out.element("lastmod", changed);
      for (const Language other : {Language::kDe, Language::kEn}) {
        out.open("xhtml:link")
            .attribute("rel", "alternate")
            .attribute("hreflang", web::code(other))
            .attribute("href", site_url + web::path(other, page))
            .close();
      }
      out.close();
    }
  };
  for (const std::string& page : pages) add(page, "");
  for (const Session& session : programme.sessions) {
    const Standing* const standing = ledger.standing(session.id);
    add("/programm/" + session.id,
        standing == nullptr ? std::string() : to_iso8601(standing->modified_at));
  }
  for (const auto& [id, speaker] : programme.speakers) add("/sprecherin/" + id, "");
  return out.close().finish();
}

}  // namespace revier::event
