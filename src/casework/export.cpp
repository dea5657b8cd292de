// SPDX-License-Identifier: EUPL-1.2
#include "casework/export.h"

#include "event/xml_writer.h"
#include "json/json.h"

namespace revier::casework {
namespace {

void member_at(json::Writer& out, std::string_view name, const std::optional<Instant>& at) {
  if (at) out.member(name, to_iso8601(*at));
}

void element_at(event::XmlWriter& out, const char* name, const std::optional<Instant>& at) {
  if (at) out.element(name, to_iso8601(*at));
}

void write_xml_row(event::XmlWriter& out, const std::vector<Field>& fields, const Row& row) {
  for (const Field& field : fields) {
    const auto found = row.find(field.name);
    if (found == row.end()) continue;
    for (const std::string& value : found->second) {
      out.open("answer").attribute("name", field.name).text(value).close();
    }
  }
}

std::string_view scan_name(Scan scan) {
  if (scan == Scan::kClean) return "clean";
  return scan == Scan::kWaiting ? "waiting" : "infected";
}

std::string_view author_name(Author author) {
  return author == Author::kOffice ? "office" : "person";
}

}  // namespace

std::string export_json(const Definition& form, const Case& one, const Answers& answers,
                        const std::vector<CaseMessage>& messages,
                        const std::vector<Attachment>& files) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("number", one.number)
      .member("form", one.form)
      .member("version", one.version)
      .member("office", one.office)
      .member("state", to_string(one.state))
      .member("outcome", to_string(one.outcome))
      .member("language", one.language)
      .member("mail", one.mail);
  member_at(out, "submitted_at", one.submitted_at);
  member_at(out, "ended_at", one.ended_at);
  member_at(out, "delete_after", one.delete_after);
  out.member("purpose", form.purpose.de).member("legal_basis", form.legal_basis.de);
  out.key("answers");
  write_answers(form, answers, out);
  out.key("messages").begin_array();
  for (const CaseMessage& message : messages) {
    out.begin_object()
        .member("author", author_name(message.author))
        .member("at", to_iso8601(message.at))
        .member("text", message.text)
        .end_object();
  }
  out.end_array().key("files").begin_array();
  for (const Attachment& file : files) {
    out.begin_object()
        .member("id", file.id)
        .member("field", file.field)
        .member("name", file.name)
        .member("type", file.type)
        .member("bytes", file.bytes)
        .member("at", to_iso8601(file.at))
        .member("message", file.message)
        .member("scan", scan_name(file.scan))
        .member("published", file.released)
        .end_object();
  }
  out.end_array().end_object();
  return text;
}

std::string export_xml(const Definition& form, const Case& one, const Answers& answers,
                       const std::vector<CaseMessage>& messages,
                       const std::vector<Attachment>& files) {
  event::XmlWriter out;
  out.open("case");
  out.element("number", one.number).element("form", one.form);
  out.element("version", std::to_string(one.version)).element("office", one.office);
  out.element("state", to_string(one.state)).element("outcome", to_string(one.outcome));
  out.element("language", one.language).element("mail", one.mail);
  element_at(out, "submitted_at", one.submitted_at);
  element_at(out, "ended_at", one.ended_at);
  element_at(out, "delete_after", one.delete_after);
  out.element("purpose", form.purpose.de).element("legal_basis", form.legal_basis.de);
  out.open("answers");
  for (const Field& field : form.fields) {
    if (field.kind != Kind::kGroup) {
      write_xml_row(out, {field}, answers.values);
      continue;
    }
    const auto group = answers.groups.find(field.name);
    if (group == answers.groups.end()) continue;
    for (const Row& row : group->second) {
      out.open("group").attribute("name", field.name);
      write_xml_row(out, field.fields, row);
      out.close();
    }
  }
  out.close();
  out.open("messages");
  for (const CaseMessage& message : messages) {
    out.open("message").attribute("author", author_name(message.author));
    out.attribute("at", to_iso8601(message.at)).text(message.text).close();
  }
  out.close();
  out.open("files");
  for (const Attachment& file : files) {
    out.open("file").attribute("id", file.id).attribute("field", file.field);
    out.attribute("type", file.type).attribute("bytes", std::to_string(file.bytes));
    out.attribute("message", std::to_string(file.message));
    out.attribute("at", to_iso8601(file.at)).attribute("scan", scan_name(file.scan));
    out.text(file.name).close();
  }
  out.close();
  return out.finish();
}

net::Response answer_export(const Definition& form, const Case& one, const Answers& answers,
                            const std::vector<CaseMessage>& messages,
                            const std::vector<Attachment>& files, bool as_xml) {
  std::string body = as_xml ? export_xml(form, one, answers, messages, files)
                            : export_json(form, one, answers, messages, files);
  net::Response response =
      net::Response::text(200, as_xml ? "application/xml" : "application/json", std::move(body));
  response.header("Cache-Control", "no-store");
  response.header("X-Content-Type-Options", "nosniff");
  response.header("Content-Disposition", fmt::format("attachment; filename=\"{}.{}\"", one.number,
                                                     as_xml ? "xml" : "json"));
  return response;
}

}  // namespace revier::casework
