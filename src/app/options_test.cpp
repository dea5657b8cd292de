// SPDX-License-Identifier: EUPL-1.2
#include "app/options.h"

#include <gtest/gtest.h>

#include "app/command_line.h"
#include "app/files.h"
#include "app/server_options.h"

namespace revier::app {
namespace {

Result<std::string> no_file(const std::string& path) { return fail(Code::kResourceNotFound, path); }

std::vector<Setting> environment(const std::vector<std::string>& entries) {
  return settings_from_environment(entries, no_file).value();
}

CommandLine parsed(const std::vector<std::string>& arguments) {
  return std::get<CommandLine>(parse_command_line(arguments));
}

Ending ended(const std::vector<std::string>& arguments) {
  return std::get<Ending>(parse_command_line(arguments));
}

TEST(Options, HighestPlaceWins) {
  std::vector<Setting> settings =
      settings_from_toml("listen = \"1.1.1.1:1\"\ndata = \"a\"\n[http]\nthreads = 3\n", "f")
          .value();
  for (auto& s : environment({"REVIER_LISTEN=2.2.2.2:2", "REVIER_HTTP_THREADS=4", "PATH=/x"})) {
    settings.push_back(s);
  }
  for (auto& s : parsed({"serve", "--listen", "3.3.3.3:3"}).settings) settings.push_back(s);
  const Options options = Options::from(settings).value();
  EXPECT_EQ(options.text("listen"), "3.3.3.3:3");
  EXPECT_EQ(options.origin("listen"), "--listen");
  EXPECT_EQ(options.number("http.threads"), 4);
  EXPECT_EQ(options.origin("data"), "f:2");
  EXPECT_EQ(options.origin("durability"), "default");
}

TEST(Options, EveryDefaultIsAValueOfItsKind) {
  std::vector<Setting> settings;
  for (const OptionRow& row : option_rows()) {
    settings.push_back({std::string(row.name), std::string(row.default_text), "default"});
  }
  EXPECT_TRUE(Options::from(settings).has_value());
}

TEST(Options, UnknownNamesAreRefusedWithTheNearest) {
  const auto file = settings_from_toml("[http]\nidle_timeout = 3\n", "revier.toml");
  EXPECT_EQ(file.error().message,
            "revier.toml:2: there is no option http.idle_timeout; the nearest is "
            "http.idle_timeout_ms");
  const std::vector<std::string> wrong{"REVIER_LISTENS=x"};
  EXPECT_NE(settings_from_environment(wrong, no_file).error().message.find("REVIER_LISTEN"),
            std::string::npos);
  const Ending flag = ended({"serve", "--acess-log", "off"});
  EXPECT_EQ(flag.status, 2);
  EXPECT_EQ(flag.text, "--acess-log is no option; the nearest is --access-log\n");
}

TEST(Options, WrongValuesSayWhatWasExpected) {
  const auto message = [](std::string name, std::string text) {
    const auto options = Options::from({{name, text, "here"}});
    return options ? std::string("taken") : options.error().message;
  };
  EXPECT_EQ(message("http.threads", "many"),
            "here: http.threads is \"many\", expected a number from 0 to 256");
  EXPECT_NE(message("http.threads", "257"), "taken");
  EXPECT_NE(message("durability", "sometimes").find("commit,interval,none"), std::string::npos);
  EXPECT_NE(message("limits.memory", "101%"), "taken");
  EXPECT_NE(message("limits.memory", "9223372036854775807GiB"), "taken");
  EXPECT_EQ(message("limits.memory", "2GiB"), "taken");
  EXPECT_NE(message("demo_clock", "yesterday"), "taken");
  EXPECT_EQ(message("demo", ""), "taken");
  EXPECT_NE(message("demo", "atlantis"), "taken");
  EXPECT_NE(message("access_log", "maybe"), "taken");
}

TEST(Options, AddressesAreWhatLinksCanBeMadeFrom) {
  const auto refused = [](std::string name, std::string text) {
    const auto options = Options::from({{std::move(name), std::move(text), "here"}});
    return options && !check_together(*options);
  };
  EXPECT_FALSE(refused("server.address", "https://events.example.org"));
  EXPECT_FALSE(refused("server.address", "http://[::1]:8080"));
  EXPECT_TRUE(refused("server.address", "events.example.org"));
  EXPECT_TRUE(refused("server.address", "https://events.example.org/"));
  EXPECT_TRUE(refused("federation.address", "foo"));
  EXPECT_FALSE(refused("server.names", "events.example.org,127.0.0.1"));
  EXPECT_TRUE(refused("server.names", "https://events.example.org"));
  EXPECT_FALSE(refused("http.cors_origins", "*"));
  EXPECT_TRUE(refused("http.cors_origins", "https://map.example/"));
  EXPECT_TRUE(refused("outgoing.certificates", "/does/not/exist"));
}

TEST(Options, UnitsAreRead) {
  const Options options =
      Options::from({{"store.cache", "2MiB", ""}, {"limits.memory", "50%", ""}}).value();
  EXPECT_EQ(options.number("store.cache"), 2 * 1024 * 1024);
  EXPECT_EQ(options.memory_bytes("limits.memory", 1000), 500);
}

TEST(Options, TomlFaultsNameTheLine) {
  EXPECT_NE(settings_from_toml("a = 1\nlisten = \n", "f").error().message.find("f:2"),
            std::string::npos);
  EXPECT_FALSE(settings_from_toml("[server]\nnames = [1]\n", "f").has_value());
  EXPECT_FALSE(settings_from_toml("listen = 1.5\n", "f").has_value());
}

TEST(Options, SecretsMayStandInFilesAndAreMasked) {
  const std::vector<std::string> entries{"REVIER_RECORDS_URL_FILE=secret"};
  const auto settings =
      settings_from_environment(entries, [](const std::string& path) -> Result<std::string> {
        EXPECT_EQ(path, "secret");
        return std::string("postgresql://u:p@h/n\n");
      });
  const Options options = Options::from(settings.value()).value();
  EXPECT_EQ(options.text("records.url"), "postgresql://u:p@h/n");
  EXPECT_EQ(options_dump(options).find("u:p"), std::string::npos);
}

TEST(Options, DumpReadsBackAsTheSame) {
  std::vector<Setting> settings{{"server.names", "a.example,b.example", "x"},
                                {"data", "od\"d\\name", "x"},
                                {"access_log", "off", "x"},
                                {"limits.memory", "1GB", "x"}};
  const Options options = Options::from(settings).value();
  const auto again = settings_from_toml(options_dump(options), "dump");
  ASSERT_TRUE(again.has_value()) << again.error().message;
  const Options copy = Options::from(*again).value();
  for (const OptionRow& row : option_rows()) {
    EXPECT_EQ(copy.text(row.name), options.text(row.name)) << row.name;
  }
}

TEST(Options, ReferencePageIsUpToDate) {
  const auto page = read_file(REVIER_SOURCE_DIR "/docs/reference/configuration.md");
  ASSERT_TRUE(page.has_value());
  EXPECT_TRUE(*page == options_reference())
      << "run: revier config docs > docs/reference/configuration.md";
}

TEST(CommandLine, Commands) {
  EXPECT_EQ(parsed({"version"}).command, Command::kVersion);
  EXPECT_EQ(parsed({"verify", "--data", "d"}).settings.at(0).text, "d");
  const CommandLine token =
      parsed({"user", "token", "sensors", "--action", "data.read", "--action", "data.write"});
  EXPECT_EQ(token.command, Command::kUserToken);
  EXPECT_EQ(token.actions, (std::vector<std::string>{"data.read", "data.write"}));
  const CommandLine serve = parsed({"serve", "--no-auth", "--access-log", "off", "--server-names",
                                    "a,b", "--server-names", "c"});
  const Options options = Options::from(serve.settings).value();
  EXPECT_TRUE(options.flag("no_auth"));
  EXPECT_FALSE(options.flag("access_log"));
  EXPECT_EQ(options.list("server.names"), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(CommandLine, HelpTeachesEachCommand) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--help"},
                                                    {"serve", "--help"},
                                                    {"user", "add", "--help"},
                                                    {"user", "token", "--help"},
                                                    {"verify", "--help"},
                                                    {"config", "check", "--help"}}) {
    const Ending help = ended(arguments);
    EXPECT_EQ(help.status, 0);
    EXPECT_NE(help.text.find("  revier "), std::string::npos) << help.text;
  }
  EXPECT_EQ(ended({}).status, 2);
  EXPECT_EQ(ended({"serv"}).status, 2);
  EXPECT_EQ(ended({"user", "add", "anna"}).status, 2);
}

}  // namespace
}  // namespace revier::app
