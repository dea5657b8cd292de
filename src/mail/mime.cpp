// SPDX-License-Identifier: EUPL-1.2
#include "mail/mime.h"

#include <gmime/gmime.h>
#include <sodium.h>

#include <array>
#include <memory>

#include "base/ascii.h"

namespace revier::mail {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Ref = std::unique_ptr<T, Unref>;

void start_gmime() {
  static const bool started = [] {
    g_mime_init();
    return true;
  }();
  (void)started;
}

// Header fields are one line; what could begin another one becomes a blank.
std::string one_line(const std::string& text) {
  std::string line = text;
  for (char& c : line) {
    if (is_control(c)) c = ' ';
  }
  return line;
}

void add_address(GMimeMessage* message, GMimeAddressType type, const std::string& name,
                 const std::string& address) {
  const std::string shown = one_line(name);
  Ref<InternetAddress> mailbox(internet_address_mailbox_new(shown.empty() ? nullptr : shown.c_str(),
                                                            one_line(address).c_str()));
  // GMime would choose iso-8859-1 for German names.
  internet_address_set_charset(mailbox.get(), "utf-8");
  internet_address_list_add(g_mime_message_get_addresses(message, type), mailbox.get());
}

Ref<GMimePart> text_part(const char* subtype, const std::string& text, const char* language) {
  Ref<GMimePart> part(g_mime_part_new_with_type("text", subtype));
  g_mime_object_set_content_type_parameter(GMIME_OBJECT(part.get()), "charset", "utf-8");
  Ref<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(text.data(), text.size()));
  Ref<GMimeDataWrapper> content(
      g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT));
  g_mime_part_set_content(part.get(), content.get());
  g_mime_part_set_content_encoding(part.get(), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  g_mime_object_set_header(GMIME_OBJECT(part.get()), "Content-Language", language, nullptr);
  return part;
}

std::string to_bytes(GMimeObject* object) {
  const std::unique_ptr<GMimeFormatOptions, void (*)(GMimeFormatOptions*)> format(
      g_mime_format_options_new(), g_mime_format_options_free);
  g_mime_format_options_set_newline_format(format.get(), GMIME_NEWLINE_FORMAT_DOS);
  Ref<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_object_write_to_stream(object, format.get(), stream.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  std::string text(reinterpret_cast<const char*>(bytes->data), bytes->len);
  if (!text.ends_with("\r\n")) text += "\r\n";
  return text;
}

void write_head(GMimeMessage* letter, const Message& message, const Letterhead& head,
                Instant date) {
  add_address(letter, GMIME_ADDRESS_TYPE_FROM, head.from_name, head.from);
  add_address(letter, GMIME_ADDRESS_TYPE_TO, message.to_name, message.to);
  if (!head.reply_to.empty()) {
    add_address(letter, GMIME_ADDRESS_TYPE_REPLY_TO, {}, head.reply_to);
  }
  g_mime_message_set_subject(letter, one_line(message.subject).c_str(), "utf-8");
  const std::unique_ptr<GDateTime, void (*)(GDateTime*)> time(
      g_date_time_new_from_unix_utc(date.us / 1'000'000), g_date_time_unref);
  g_mime_message_set_date(letter, time.get());
  g_mime_message_set_message_id(letter, message_id(message, head).c_str());
  g_mime_object_set_header(GMIME_OBJECT(letter), "Auto-Submitted", "auto-generated", nullptr);
}

// RFC 8058, 3.1: one POST by the mail program, without a question.
void add_unsubscribe(GMimeMessage* letter, const std::string& address) {
  GMimeObject* const object = GMIME_OBJECT(letter);
  g_mime_object_set_header(object, "List-Unsubscribe", ("<" + one_line(address) + ">").c_str(),
                           nullptr);
  g_mime_object_set_header(object, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click", nullptr);
}

// RFC 2919, 3: an identifier under a domain of the sender's.
void add_list(GMimeMessage* letter, const std::string& list, const Letterhead& head) {
  const std::string domain = head.from.substr(head.from.rfind('@') + 1);
  g_mime_object_set_header(GMIME_OBJECT(letter), "List-Id",
                           one_line("<" + list + "." + domain + ">").c_str(), nullptr);
}

}  // namespace

std::string message_id(const Message& message, const Letterhead& head) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const unsigned char*>(message.key.data()), message.key.size(),
                     nullptr, 0);
  std::array<char, 33> text{};
  sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
  return std::string(text.data()) +
         head.from.substr(std::min(head.from.rfind('@'), head.from.size()));
}

std::string write_mime(const Message& message, const Parts& parts, const Letterhead& head,
                       Instant date) {
  start_gmime();
  const char* language = message.language == "en" ? "en" : "de";
  const Ref<GMimeMessage> letter(g_mime_message_new(TRUE));
  write_head(letter.get(), message, head, date);
  if (!parts.unsubscribe.empty()) add_unsubscribe(letter.get(), parts.unsubscribe);
  if (!parts.list.empty()) add_list(letter.get(), parts.list, head);
  const Ref<GMimePart> plain = text_part("plain", parts.text, language);
  if (parts.html.empty()) {
    g_mime_message_set_mime_part(letter.get(), GMIME_OBJECT(plain.get()));
    return to_bytes(GMIME_OBJECT(letter.get()));
  }
  const Ref<GMimePart> rich = text_part("html", parts.html, language);
  const Ref<GMimeMultipart> both(g_mime_multipart_new_with_subtype("alternative"));
  g_mime_multipart_add(both.get(), GMIME_OBJECT(plain.get()));
  g_mime_multipart_add(both.get(), GMIME_OBJECT(rich.get()));
  g_mime_message_set_mime_part(letter.get(), GMIME_OBJECT(both.get()));
  return to_bytes(GMIME_OBJECT(letter.get()));
}

}  // namespace revier::mail
