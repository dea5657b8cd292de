// SPDX-License-Identifier: EUPL-1.2
// Html: where compiled templates write to. Its methods are the escaping contexts of HTML that
// tools/tmplc.py chooses between; a page author never calls them by hand.
//
// Everything that comes from outside is escaped; the only way past it is SafeHtml.
// Thread safety: an Html belongs to one thread at a time.
#pragma once
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "web/language.h"

namespace revier::web {

// Markup that was made by trusted code: by another template or by the Markdown renderer with raw
// HTML off. `trusted` is the one place to look for in a review.
class SafeHtml {
 public:
  SafeHtml() = default;
  [[nodiscard]] static SafeHtml trusted(std::string markup) { return SafeHtml(std::move(markup)); }
  [[nodiscard]] const std::string& markup() const { return markup_; }
  [[nodiscard]] bool empty() const { return markup_.empty(); }

 private:
  explicit SafeHtml(std::string markup) : markup_(std::move(markup)) {}
  std::string markup_;
};

// What {{ }} prints: text, or a whole number as plain digits. A double, a bool or an optional is
// refused by the compiler: say how it is to be written (web/i18n.h).
template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

class Html {
 public:
  explicit Html(Language language) : language_(language) { out_.reserve(16 * 1024); }

  [[nodiscard]] Language language() const { return language_; }
  [[nodiscard]] const std::string& str() const { return out_; }
  [[nodiscard]] std::string take() && { return std::move(out_); }
  [[nodiscard]] SafeHtml take_safe() && { return SafeHtml::trusted(std::move(out_)); }

  // Text of the template itself.
  template <std::size_t N>
  void literal(const char (&markup)[N]) {
    out_.append(markup, N - 1);
  }

  void text(std::string_view value);  // between tags, in <title> and <textarea>
  void text(const SafeHtml& value) { out_ += value.markup(); }
  void attribute(std::string_view value);  // inside a quoted attribute
  void url(std::string_view value);        // a whole URL: schemes of the allow-list or relative,
                                           // anything else becomes "#"
  void url_part(std::string_view value);   // after the begin of a URL: percent-encoded
  void json(std::string_view value);       // valid JSON inside <script type="application/ld+json">

  template <WholeNumber T>
  void text(T number) {
    digits(number);
  }
  template <WholeNumber T>
  void attribute(T number) {
    digits(number);
  }
  template <WholeNumber T>
  void url_part(T number) {
    digits(number);
  }

  template <class T>
    requires(std::same_as<T, bool> || std::floating_point<T>)
  void text(T) = delete;
  template <class T>
    requires(std::same_as<T, bool> || std::floating_point<T>)
  void attribute(T) = delete;
  void attribute(const SafeHtml&) = delete;

 private:
  template <WholeNumber T>
  void digits(T number) {
    out_ += std::to_string(number);
  }

  Language language_;
  std::string out_;
};

// The schemes that url() lets through: http, https, mailto, tel, webcal, geo, and relative URLs.
[[nodiscard]] bool is_allowed_url(std::string_view url);

// The inside of a template that has a {% slot %}. Refers to the caller's lambda: never kept.
class Slot {
 public:
  template <class Body>
    requires(!std::same_as<std::remove_cvref_t<Body>, Slot>)
  Slot(const Body& body)  // NOLINT: a lambda becomes a slot where a template is called
      : body_(&body), call_([](const void* b) { (*static_cast<const Body*>(b))(); }) {}
  void operator()() const { call_(body_); }

 private:
  const void* body_;
  void (*call_)(const void*);
};

}  // namespace revier::web
