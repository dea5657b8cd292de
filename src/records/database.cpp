// SPDX-License-Identifier: EUPL-1.2
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "base/log.h"
#include "base/thread_safety.h"
#include "records/detail/migrate.h"
#include "records/detail/sql_session.h"
#include "records/detail/sqlite_file.h"
#include "records/group_end.h"
#include "records/records.h"

namespace revier::records {
namespace detail {

Result<Target> parse_target(const Options& options) {
  const std::string& url = options.url;
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    return Target{false, url, {}, {}};
  }
  const std::string_view scheme = "sqlite:";
  const std::string file = url.starts_with(scheme) ? url.substr(scheme.size()) : std::string();
  if (file.empty() || file.find('"') != std::string::npos) {
    return fail(Code::kInvalidRequest,
                "the records' address is \"sqlite:FILE\" or \"postgresql://...\"");
  }
  std::string connect = "dbname=\"" + file + "\" timeout=5";
  if (!options.vfs.empty()) connect += " vfs=" + options.vfs;
  return Target{true, std::move(connect), file, options.vfs};
}

namespace {

// Pages of 4 KiB in the write-ahead log from which the writer moves them into the database, and
// from which it waits for readers so that the log starts anew.
constexpr std::int64_t kCheckpointPages = 1'000;
constexpr std::int64_t kTruncatePages = 16'000;
constexpr std::chrono::seconds kReaderWait{5};

// The reading sessions; one is taken for one step.
class Readers {
 public:
  Readers(const Target& target, unsigned count) : target_(target), free_(count) {}

  [[nodiscard]] Result<> use(const std::function<Result<>(Session&)>& step) {
    RV_ASSIGN(std::unique_ptr<SqlSession> session, take());
    if (!session) {
      auto opened = SqlSession::open(target_, Access::kRead);
      if (!opened) return give(nullptr), fail(opened.error());
      session = std::move(*opened);
    }
    const Result<> done = inside(*session, step);
    give(session->connection_lost() ? nullptr : std::move(session));
    return done;
  }

 private:
  [[nodiscard]] static Result<> inside(SqlSession& session,
                                       const std::function<Result<>(Session&)>& step) {
    RV_TRY(session.begin());
    Result<> done = step(session);
    session.forget_failure();
    const auto ended = session.execute("ROLLBACK");
    session.forget_failure();
    if (done && !ended) return fail(ended.error());
    return done;
  }

  [[nodiscard]] Result<std::unique_ptr<SqlSession>> take() {
    std::unique_lock lock(mutex_);
    if (!wake_.wait_for(lock, kReaderWait, [this] { return !free_.empty(); })) {
      return fail(Code::kUnavailable, "the records are busy, try again in a moment");
    }
    std::unique_ptr<SqlSession> session = std::move(free_.back());
    free_.pop_back();
    return session;
  }

  void give(std::unique_ptr<SqlSession> session) {
    {
      const std::lock_guard lock(mutex_);
      free_.push_back(std::move(session));
    }
    wake_.notify_one();
  }

  const Target target_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::unique_ptr<SqlSession>> free_;  // nullptr: not opened yet, or lost
};

class SqlDatabase final : public Database, private GroupBackend<Session> {
 public:
  SqlDatabase(const Options& options, Target target, std::unique_ptr<SqlSession> session)
      : target_(std::move(target)),
        session_(std::move(session)),
        readers_(target_, std::max(1U, options.read_sessions)),
        writer_(*this) {}

  Writer& writer() override { return writer_; }
  Result<> read(const std::function<Result<>(Session&)>& step) override {
    return readers_.use(step);
  }
  bool writable() const override { return writable_.load(); }

  Result<> backup(const std::string& file) override {
    if (target_.sqlite) return copy_database(target_.file, target_.vfs, file);
    return fail(Code::kOperationNotSupported, "records on PostgreSQL are backed up by pg_dump");
  }

  Result<> verify() override {
    return read([this](Session& session) -> Result<> {
      if (!target_.sqlite) return ok(session.query("SELECT 1 AS one"));
      RV_ASSIGN(auto rows, session.query("PRAGMA integrity_check(1)"));
      if (rows.size() == 1 && rows[0].text("integrity_check") == "ok") return {};
      return fail(Code::kCorrupt, "the records' integrity check fails");
    });
  }

  std::list<GroupEnd::Step>::iterator add_end(GroupEnd::Step step) {
    const Lock lock(ends_mutex_);
    return ends_.insert(ends_.end(), std::move(step));
  }
  void remove_end(std::list<GroupEnd::Step>::iterator place) {
    const Lock lock(ends_mutex_);
    ends_.erase(place);
  }

  Result<> truncate_log() override {
    if (!target_.sqlite) return {};
    RV_ASSIGN(auto session, SqlSession::open(target_, Access::kWrite));
    auto done = checkpoint(*session, "PRAGMA wal_checkpoint(TRUNCATE)", true);
    if (!done && done.error().code != Code::kUnavailable) return fail(stop_writing(done.error()));
    return done;
  }

 private:
  static Result<> ok(const Result<std::vector<Row>>& rows) {
    RV_TRY(rows);
    return {};
  }

  Result<Session*> begin() override {
    if (!writable_.load()) return fail(read_only());
    RV_TRY(prepare_session());
    RV_TRY(keep_log_short());
    RV_TRY(session_->begin());
    group_lost_ = {};
    return session_.get();
  }

  // A connection that was lost before a transaction began has lost nothing: open another.
  Result<> prepare_session() {
    session_->forget_failure();
    if (!session_->connection_lost()) return {};
    RV_ASSIGN(session_, SqlSession::open(target_, Access::kWrite));
    return {};
  }

  Result<> attempt(Session&, const std::function<Result<>(Session&)>& step) override {
    if (!group_lost_) return group_lost_;
    RV_TRY(session_->execute("SAVEPOINT job"));
    Result<> done = guarded(step);
    if (done) {
      RV_TRY(lose_group_on_failure(session_->execute("RELEASE SAVEPOINT job")));
      return done;
    }
    session_->forget_failure();
    // After a full disk SQLite may have ended the transaction itself; then the group is lost.
    RV_TRY(lose_group_on_failure(session_->execute("ROLLBACK TO SAVEPOINT job")));
    RV_TRY(lose_group_on_failure(session_->execute("RELEASE SAVEPOINT job")));
    return done;
  }

  // A job that goes on after a failed statement has failed all the same.
  Result<> guarded(const std::function<Result<>(Session&)>& step) {
    try {
      Result<> done = step(*session_);
      if (!done || !session_->failed()) return done;
      return fail(Code::kInternalError, "the job did not heed a statement that failed");
    } catch (const std::exception& error) {
      log_event(Level::kError, "records.job_threw", {{"reason", error.what()}});
      return fail(Code::kInternalError, "the records could not do this");
    }
  }

  Result<> lose_group_on_failure(const Result<std::int64_t>& done) {
    if (done) return {};
    group_lost_ = fail(done.error());
    return group_lost_;
  }

  Result<> commit(Session&) override {
    if (!group_lost_) {
      const Error lost = group_lost_.error();
      roll_back();
      return fail(lost);
    }
    if (const Result<> ended = run_ends(); !ended) {
      roll_back();
      return ended;
    }
    const auto committed = session_->execute("COMMIT");
    if (committed) return {};
    roll_back();
    return fail(stop_writing(committed.error()));
  }

  Result<> run_ends() {
    const Lock lock(ends_mutex_);
    for (const GroupEnd::Step& step : ends_) RV_TRY(guarded(step));
    return {};
  }

  // Fails where the failed commit has ended the transaction already.
  void roll_back() {
    session_->forget_failure();
    static_cast<void>(session_->execute("ROLLBACK"));
    session_->forget_failure();
  }

  // After a failed sync the kernel may have dropped the pages and call the next sync fine, so
  // nothing is tried again.
  Error stop_writing(const Error& error) {
    writable_.store(false);
    log_event(Level::kError, "records.read_only", {{"reason", error.message}});
    return read_only();
  }
  static Error read_only() {
    return {Code::kReadOnly, "the records are read-only after a failed write", {}};
  }

  Result<> keep_log_short() {
    const std::int64_t pages = session_->log_pages();
    if (pages < checkpointed_pages_) checkpointed_pages_ = 0;  // the log has started anew
    if (pages < kCheckpointPages || pages < checkpointed_pages_ + kCheckpointPages) return {};
    const bool anew = pages >= kTruncatePages;
    const auto done = checkpoint(
        *session_, anew ? "PRAGMA wal_checkpoint(RESTART)" : "PRAGMA wal_checkpoint(PASSIVE)",
        false);
    if (!done) return fail(stop_writing(done.error()));
    // While a reader keeps the log from starting anew it grows on: not at every commit then.
    checkpointed_pages_ = pages;
    return {};
  }

  static Result<> checkpoint(SqlSession& session, std::string_view sql, bool whole) {
    RV_ASSIGN(auto rows, session.query(sql, {}, 1));
    if (whole && !rows.empty() && rows[0].integer("busy") != 0) {
      return fail(Code::kUnavailable, "the records' log is in use, try again");
    }
    return {};
  }

  const Target target_;
  std::atomic<bool> writable_{true};
  std::unique_ptr<SqlSession> session_;  // the writer thread's
  Result<> group_lost_;
  std::int64_t checkpointed_pages_ = 0;
  Mutex ends_mutex_;
  std::list<GroupEnd::Step> ends_ RV_GUARDED_BY(ends_mutex_);
  Readers readers_;
  Writer writer_;  // last: its thread uses all of the above
};

}  // namespace
}  // namespace detail

// There is one implementation of Database.
GroupEnd::GroupEnd(Database& database, Step step)
    : database_(database),
      place_(static_cast<detail::SqlDatabase&>(database).add_end(std::move(step))) {}

GroupEnd::~GroupEnd() { static_cast<detail::SqlDatabase&>(database_).remove_end(place_); }

Result<std::unique_ptr<Database>> Database::open(const Options& options,
                                                 std::span<const Migration> migrations) {
  RV_ASSIGN(detail::Target target, detail::parse_target(options));
  if (target.sqlite) detail::spare_locks();
  if (target.sqlite && target.vfs.empty()) RV_TRY(detail::create_private(target.file));
  RV_ASSIGN(auto session, detail::SqlSession::open(target, detail::Access::kWrite));
  const auto before = [&target](std::string_view step) -> Result<> {
    if (!target.sqlite) return {};
    return detail::copy_database(target.file, target.vfs,
                                 target.file + ".before-" + std::string(step));
  };
  RV_TRY(detail::migrate(*session, target.sqlite, migrations, before));
  return std::make_unique<detail::SqlDatabase>(options, std::move(target), std::move(session));
}

}  // namespace revier::records
