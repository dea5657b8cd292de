// SPDX-License-Identifier: EUPL-1.2
#include "pdf/detail/accessibility.h"

#include <qpdf/qpdf-c.h>

#include <memory>
#include <string_view>

namespace revier::pdf::detail {
namespace {

struct Close {
  void operator()(qpdf_data data) const { qpdf_cleanup(&data); }
};
using Pdf = std::unique_ptr<std::remove_pointer_t<qpdf_data>, Close>;

// Walks /StructTreeRoot by /K and sets /Alt of each Figure. The tree is what we have just drawn, so
// it is as deep as a table: document, table, row, cell.
class FigureWalk {
 public:
  FigureWalk(qpdf_data data, const std::vector<std::string>& texts) : data_(data), texts_(texts) {}

  void visit(qpdf_oh node) {
    if (qpdf_oh_is_array(data_, node) != 0) {
      const int size = qpdf_oh_get_array_n_items(data_, node);
      for (int i = 0; i < size; ++i) visit(qpdf_oh_get_array_item(data_, node, i));
      return;
    }
    if (qpdf_oh_is_dictionary(data_, node) == 0) return;
    if (is_figure(node) && next_ < texts_.size()) {
      qpdf_oh_replace_key(data_, node, "/Alt",
                          qpdf_oh_new_unicode_string(data_, texts_[next_++].c_str()));
    }
    if (qpdf_oh_has_key(data_, node, "/K") != 0) visit(qpdf_oh_get_key(data_, node, "/K"));
  }

 private:
  bool is_figure(qpdf_oh node) {
    if (qpdf_oh_has_key(data_, node, "/S") == 0) return false;
    const qpdf_oh kind = qpdf_oh_get_key(data_, node, "/S");
    return qpdf_oh_is_name(data_, kind) != 0 &&
           std::string_view(qpdf_oh_get_name(data_, kind)) == "/Figure";
  }

  qpdf_data data_;
  const std::vector<std::string>& texts_;
  std::size_t next_ = 0;
};

void annotate(qpdf_data data, const Accessibility& wanted) {
  const qpdf_oh root = qpdf_get_root(data);
  qpdf_oh_replace_key(data, root, "/Lang",
                      qpdf_oh_new_unicode_string(data, wanted.language.c_str()));
  const qpdf_oh view = qpdf_oh_new_dictionary(data);
  qpdf_oh_replace_key(data, view, "/DisplayDocTitle", qpdf_oh_new_bool(data, QPDF_TRUE));
  qpdf_oh_replace_key(data, root, "/ViewerPreferences", view);
  if (qpdf_oh_has_key(data, root, "/StructTreeRoot") != 0) {
    FigureWalk(data, wanted.alternatives).visit(qpdf_oh_get_key(data, root, "/StructTreeRoot"));
  }
}

tl::unexpected<Error> refused(qpdf_data data) {
  const qpdf_error error = qpdf_get_error(data);
  return fail(Code::kInternalError,
              error == nullptr ? "qpdf failed" : qpdf_get_error_message_detail(data, error));
}

}  // namespace

Result<std::string> make_accessible(const std::string& pdf, const Accessibility& wanted) {
  const Pdf data(qpdf_init());
  qpdf_set_suppress_warnings(data.get(), QPDF_TRUE);
  qpdf_silence_errors(data.get());
  if ((qpdf_read_memory(data.get(), "ticket.pdf", pdf.data(), pdf.size(), nullptr) & QPDF_ERRORS) !=
      0) {
    return refused(data.get());
  }
  annotate(data.get(), wanted);
  if ((qpdf_init_write_memory(data.get()) & QPDF_ERRORS) != 0) return refused(data.get());
  qpdf_set_deterministic_ID(data.get(), QPDF_TRUE);
  if ((qpdf_write(data.get()) & QPDF_ERRORS) != 0) return refused(data.get());
  return std::string(reinterpret_cast<const char*>(qpdf_get_buffer(data.get())),
                     qpdf_get_buffer_length(data.get()));
}

}  // namespace revier::pdf::detail
