// SPDX-License-Identifier: EUPL-1.2
// What the search of services finds, measured on questions of everyday life (questions.csv) that
// were written before the search, beside what plain SQL finds in the same run.
#include <chrono>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "service/catalogue.h"
#include "support/demo_services.h"
#include "table/table.h"

namespace revier::service {
namespace {

using web::Language;

struct Question {
  std::string text;
  std::string service;
  std::string part;  // "tune", or "held_out": never looked at while tuning
};

std::vector<Question> questions(const char* file) {
  const auto rows = table::read_csv(source_file(file));
  std::vector<Question> all;
  for (std::size_t n = 1; rows && n < rows->size(); ++n) {
    const auto& cells = (*rows)[n].cells;
    all.push_back({cells.at(0), cells.at(1), cells.at(2)});
  }
  return all;
}

const Catalogue& demo() {
  static const Catalogue catalogue(demo_items());
  return catalogue;
}

std::vector<std::string> best_ids(std::string_view text, std::size_t count = 3,
                                  Language language = Language::kDe) {
  std::vector<std::string> ids;
  const ServiceFilter filter{.text = std::string(text), .situation = {}, .today = false};
  for (const Service* const service : demo().select(filter, language)) {
    if (ids.size() == count) break;
    ids.push_back(service->id);
  }
  return ids;
}

// SQL over the same texts in one table: name, words that people use, summary.
class PlainSql {
 public:
  PlainSql() {
    sqlite3_open(":memory:", &database_);
    run("CREATE VIRTUAL TABLE fts USING fts5(id UNINDEXED, name, words, summary)", {});
    run("CREATE TABLE plain(id, name, words, summary)", {});
    for (const Service& service : demo().services()) {
      std::string words;
      for (const std::string& word : service.words_de) words += word + ", ";
      for (const char* const table : {"fts", "plain"}) {
        run("INSERT INTO " + std::string(table) + " VALUES(?, ?, ?, ?)",
            {service.id, service.name.de, words, service.summary.de});
      }
    }
  }
  ~PlainSql() { sqlite3_close(database_); }
  PlainSql(const PlainSql&) = delete;
  PlainSql& operator=(const PlainSql&) = delete;

  // Services by how many of the words they have in them somewhere.
  std::vector<std::string> like(const std::string& question) {
    std::string score;
    std::vector<std::string> bound;
    for (const std::string& word : split(question)) {
      score += score.empty() ? "" : " + ";
      score += "(name LIKE ? OR words LIKE ? OR summary LIKE ?)";
      bound.insert(bound.end(), 3, "%" + word + "%");
    }
    return run("SELECT id FROM plain WHERE " + score + " > 0 ORDER BY " + score + " DESC LIMIT 3",
               twice(bound));
  }
  // FTS5 as it comes (unicode61, bm25), any of the words.
  std::vector<std::string> fts(const std::string& question) {
    std::string match;
    for (const std::string& word : split(question)) {
      match += (match.empty() ? "\"" : " OR \"") + word + "\"";
    }
    return run("SELECT id FROM fts WHERE fts MATCH ? ORDER BY rank LIMIT 3", {match});
  }

 private:
  static std::vector<std::string> twice(std::vector<std::string> texts) {
    const std::size_t count = texts.size();
    for (std::size_t n = 0; n < count; ++n) texts.push_back(texts[n]);
    return texts;
  }
  static std::vector<std::string> split(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;) {
      std::erase_if(word, [](char c) { return c == ',' || c == '?' || c == '"'; });
      if (!word.empty()) words.push_back(word);
    }
    return words;
  }
  std::vector<std::string> run(const std::string& sql, const std::vector<std::string>& bound) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database_);
    for (std::size_t n = 0; n < bound.size(); ++n) {
      sqlite3_bind_text(statement, static_cast<int>(n) + 1, bound[n].c_str(), -1, SQLITE_TRANSIENT);
    }
    std::vector<std::string> found;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      found.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
    }
    sqlite3_finalize(statement);
    return found;
  }

  sqlite3* database_ = nullptr;
};

// Of a way of searching: how many questions have their service first, and among the first three.
struct Tally {
  std::size_t asked = 0;
  std::size_t first = 0;
  std::size_t among_three = 0;
  void add(const Question& question, const std::vector<std::string>& found) {
    ++asked;
    first += !found.empty() && found.front() == question.service ? 1 : 0;
    among_three += std::ranges::find(found, question.service) != found.end() ? 1 : 0;
  }
  [[nodiscard]] double success() const {
    return static_cast<double>(among_three) / static_cast<double>(asked);
  }
};

void print(const char* way, const Tally& all, const Tally& held_out) {
  const auto percent = [](std::size_t part, std::size_t whole) {
    return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  };
  fmt::print("{:14} first {:5.1f} %  among three {:5.1f} %   held out: {:5.1f} %  {:5.1f} %\n", way,
             percent(all.first, all.asked), percent(all.among_three, all.asked),
             percent(held_out.first, held_out.asked),
             percent(held_out.among_three, held_out.asked));
}

TEST(Questions, AreAnsweredAmongTheFirstThree) {
  const std::vector<Question> asked = questions("tests/search/questions.csv");
  ASSERT_GE(asked.size(), 150U);
  PlainSql sql;
  Tally ours, ours_held, like, like_held, fts, fts_held;
  for (const Question& question : asked) {
    ASSERT_NE(demo().find(question.service), nullptr) << question.service;
    const bool held = question.part == "held_out";
    const auto found = best_ids(question.text);
    ours.add(question, found);
    like.add(question, sql.like(question.text));
    fts.add(question, sql.fts(question.text));
    if (held) {
      ours_held.add(question, found);
      like_held.add(question, sql.like(question.text));
      fts_held.add(question, sql.fts(question.text));
    } else if (std::ranges::find(found, question.service) == found.end()) {
      fmt::print("  not found: {} ({}), but {}\n", question.text, question.service,
                 fmt::join(found, ", "));
    }
  }
  print("Revier", ours, ours_held);
  print("SQL LIKE", like, like_held);
  print("FTS5 unicode61", fts, fts_held);
  const auto begun = std::chrono::steady_clock::now();
  for (const Question& question : asked) (void)best_ids(question.text);
  const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - begun;
  fmt::print("a search takes {:.0f} us on average\n",
             taken.count() / static_cast<double>(asked.size()));
  ASSERT_GE(ours_held.asked, 50U);
  EXPECT_GT(ours.success(), 0.9);
  EXPECT_GT(ours_held.success(), 0.9);
  EXPECT_GT(ours.success(), std::max(like.success(), fts.success()));
}

// Over the English texts, with questions of people who live here and do not speak German.
TEST(Questions, InEnglishAreAnsweredAmongTheFirstThree) {
  const std::vector<Question> asked = questions("tests/search/questions_en.csv");
  ASSERT_GE(asked.size(), 60U);
  Tally ours, held;
  for (const Question& question : asked) {
    ASSERT_NE(demo().find(question.service), nullptr) << question.service;
    const auto found = best_ids(question.text, 3, Language::kEn);
    ours.add(question, found);
    if (question.part == "held_out") {
      held.add(question, found);
    } else if (std::ranges::find(found, question.service) == found.end()) {
      fmt::print("  not found: {} ({}), but {}\n", question.text, question.service,
                 fmt::join(found, ", "));
    }
  }
  print("English", ours, held);
  EXPECT_GT(held.success(), 0.9);
}

}  // namespace
}  // namespace revier::service
