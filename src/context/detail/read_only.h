// SPDX-License-Identifier: EUPL-1.2
// The half of Broker that a view has nothing of: it belongs to the state as a whole, and is refused
// or does nothing.
//
// Thread safety: as of Broker.
#pragma once
#include "context/broker.h"

namespace revier::context::detail {

// B is Broker, or an interface that extends it.
template <class B>
class ReadOnly : public B {
 public:
  Result<> apply_publication(std::string_view, const Publication&, Origin) override {
    return refused();
  }
  Task<Result<>> write_beside(std::string_view, Broker::Beside) override { co_return refused(); }
  Result<> expire() override { return {}; }
  void add_listener(ChangeListener&) override {}
  void remove_listener(ChangeListener&) override {}
  void add_follower(ChangeFollower&) override {}
  void set_witness(WriteWitness&) override {}
  void set_judge(ChangeJudge&) override {}
  void count_names(std::string_view, const ngsi::Entity&, int) override {}
  void keep_name(std::string_view, ngsi::NameId) override {}
  void open_space(std::string_view) override {}
  Result<> drop_space(std::string_view) override { return refused(); }

 protected:
  static tl::unexpected<Error> refused() {
    return fail(Code::kInternalError, "this is for the broker as a whole, not for a view of it");
  }
};

}  // namespace revier::context::detail
