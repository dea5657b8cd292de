// SPDX-License-Identifier: EUPL-1.2
#include "newsletter/archive.h"

#include <algorithm>

#include "event/xml_writer.h"
#include "json/json.h"
#include "newsletter/body.h"

namespace revier::newsletter {
namespace {

using web::Language;

constexpr std::string_view kEntityBegin = "urn:ngsi-ld:NewsletterIssue:";
constexpr std::string_view kNameTerm = "https://schema.org/name";
constexpr std::string_view kTextTerm = "https://schema.org/text";
constexpr std::string_view kTopicTerm = "https://schema.org/about";
constexpr std::string_view kDateTerm = "https://schema.org/datePublished";
constexpr std::size_t kFeedMax = 30;

void write_localised(json::Writer& out, std::string_view term, std::string_view de,
                     std::string_view en) {
  out.key(term).begin_object().member("type", "LanguageProperty");
  out.key("languageMap").begin_object().member("de", de);
  if (!en.empty()) out.member("en", en);
  out.end_object().end_object();
}

std::string text_at(const json::Value& entity, std::string_view term, std::string_view part,
                    std::string_view language = {}) {
  const auto attribute = entity.find(term);
  auto value = attribute ? attribute->find(part) : std::nullopt;
  if (value && !language.empty()) value = value->find(language);
  return std::string(value ? value->as_string().value_or("") : "");
}

std::string page_of(const PublishedIssue& issue, const FeedOptions& options) {
  return options.site_url + web::path(options.language, "/newsletter/archiv/" + issue.id);
}

std::string own_address(const FeedOptions& options, std::string_view page) {
  return options.site_url + web::path(options.language, page);
}

void write_atom_link(event::XmlWriter& out, const char* rel, const char* type,
                     std::string_view href) {
  out.open("link").attribute("rel", rel).attribute("type", type).attribute("href", href).close();
}

}  // namespace

std::string entity_id_of(std::string_view issue) {
  return std::string(kEntityBegin) + std::string(issue);
}

std::string issue_entity(const Issue& issue, const Topic& topic) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("id", entity_id_of(issue.id)).member("type", kIssueType);
  const bool english = issue.has_english();
  write_localised(out, kNameTerm, issue.subject_de, english ? issue.subject_en : "");
  write_localised(out, kTextTerm, issue.body_de, english ? issue.body_en : "");
  write_localised(out, kTopicTerm, topic.name_de, topic.name_en);
  out.key(kDateTerm)
      .begin_object()
      .member("type", "Property")
      .member("value", to_iso8601(issue.started_at.value_or(issue.changed_at)))
      .end_object();
  out.end_object();
  return text;
}

std::vector<PublishedIssue> read_issues(const std::vector<std::string>& entities) {
  std::vector<PublishedIssue> issues;
  for (const std::string& entity : entities) {
    const auto document = json::Document::parse(entity);
    if (!document) continue;
    const json::Value root = document->root();
    const std::string_view full = root.text("id");
    const auto at = parse_iso8601(text_at(root, kDateTerm, "value"));
    if (!full.starts_with(kEntityBegin) || !at) continue;
    issues.push_back({.id = std::string(full.substr(kEntityBegin.size())),
                      .topic_de = text_at(root, kTopicTerm, "languageMap", "de"),
                      .topic_en = text_at(root, kTopicTerm, "languageMap", "en"),
                      .subject_de = text_at(root, kNameTerm, "languageMap", "de"),
                      .subject_en = text_at(root, kNameTerm, "languageMap", "en"),
                      .body_de = text_at(root, kTextTerm, "languageMap", "de"),
                      .body_en = text_at(root, kTextTerm, "languageMap", "en"),
                      .at = *at});
  }
  std::ranges::sort(issues, [](const PublishedIssue& a, const PublishedIssue& b) {
    return std::tie(b.at, b.id) < std::tie(a.at, a.id);
  });
  return issues;
}

std::string atom_feed(const std::vector<PublishedIssue>& issues, const FeedOptions& options) {
  const std::string self = own_address(options, "/newsletter/feed.atom");
  event::XmlWriter out;
  out.open("feed")
      .attribute("xmlns", "http://www.w3.org/2005/Atom")
      .attribute("xml:lang", web::code(options.language))
      .element("id", self)
      .element("title", options.title)
      .element("updated", to_iso8601(issues.empty() ? Instant{} : issues.front().at));
  out.open("author").element("name", options.author).close();
  write_atom_link(out, "self", "application/atom+xml", self);
  write_atom_link(out, "alternate", "text/html", own_address(options, "/newsletter/archiv"));
  for (const PublishedIssue& issue : issues) {
    if (&issue - issues.data() >= static_cast<std::ptrdiff_t>(kFeedMax)) break;
    const std::string page = page_of(issue, options);
    out.open("entry")
        .element("id", page)
        .element("title", issue.subject_in(options.language))
        .element("updated", to_iso8601(issue.at));
    write_atom_link(out, "alternate", "text/html", page);
    out.open("content").attribute("type", "html");
    out.text(body_html(issue.body_in(options.language), options.site_url).markup());
    out.close().close();
  }
  return out.finish();
}

std::string json_feed(const std::vector<PublishedIssue>& issues, const FeedOptions& options) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("version", "https://jsonfeed.org/version/1.1")
      .member("title", options.title)
      .member("home_page_url", own_address(options, "/newsletter/archiv"))
      .member("feed_url", own_address(options, "/newsletter/feed.json"))
      .member("language", web::code(options.language));
  out.key("authors").begin_array().begin_object().member("name", options.author).end_object();
  out.end_array().key("items").begin_array();
  for (const PublishedIssue& issue : issues) {
    if (&issue - issues.data() >= static_cast<std::ptrdiff_t>(kFeedMax)) break;
    out.begin_object()
        .member("id", page_of(issue, options))
        .member("url", page_of(issue, options))
        .member("title", issue.subject_in(options.language))
        .member("content_html",
                body_html(issue.body_in(options.language), options.site_url).markup())
        .member("date_published", to_iso8601(issue.at))
        .end_object();
  }
  out.end_array().end_object();
  return text;
}

}  // namespace revier::newsletter
