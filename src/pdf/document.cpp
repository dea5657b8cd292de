// SPDX-License-Identifier: EUPL-1.2
#include "pdf/document.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "pdf/detail/accessibility.h"
#include "pdf/qr.h"

namespace revier::pdf {
namespace {

// A4 in points, and the type area on it.
constexpr double kPageWidth = 595.28;
constexpr double kPageHeight = 841.89;
constexpr double kMargin = 56;
constexpr double kTextWidth = kPageWidth - 2 * kMargin;
constexpr double kModule = 5;  // side of a QR module: read back from a grey print at 75 dpi
constexpr const char* kFamily = "Fira Sans, DejaVu Sans";

struct Style {
  double size_pt;
  PangoWeight weight;
  double space_after_pt;
};
constexpr Style kHeading1{24, PANGO_WEIGHT_SEMIBOLD, 10};
constexpr Style kHeading2{14, PANGO_WEIGHT_SEMIBOLD, 6};
constexpr Style kBody{11, PANGO_WEIGHT_NORMAL, 8};
constexpr Style kBig{22, PANGO_WEIGHT_SEMIBOLD, 12};
constexpr Style kCell{10, PANGO_WEIGHT_NORMAL, 0};
constexpr Style kHeadCell{10, PANGO_WEIGHT_SEMIBOLD, 0};

cairo_status_t append(void* out, const unsigned char* data, unsigned length) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

struct Unref {
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
};
using Layout = std::unique_ptr<PangoLayout, Unref>;

double height_of(PangoLayout* layout) {
  int height = 0;
  pango_layout_get_size(layout, nullptr, &height);
  return static_cast<double>(height) / PANGO_SCALE;
}

}  // namespace

struct Document::State {
  explicit State(Properties p) : properties(std::move(p)) {
    surface = cairo_pdf_surface_create_for_stream(append, &bytes, kPageWidth, kPageHeight);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, properties.title.c_str());
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, properties.author.c_str());
    context = cairo_create(surface);
    cairo_tag_begin(context, "Document", nullptr);
  }
  ~State() {
    cairo_destroy(context);
    cairo_surface_destroy(surface);
  }

  Layout layout_of(std::string_view text, const Style& style, double width) const {
    Layout layout(pango_cairo_create_layout(context));
    const std::unique_ptr<PangoFontDescription, Unref> font(
        pango_font_description_from_string(kFamily));
    pango_font_description_set_absolute_size(font.get(), style.size_pt * PANGO_SCALE);
    pango_font_description_set_weight(font.get(), style.weight);
    pango_layout_set_font_description(layout.get(), font.get());
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    return layout;
  }

  // A new page when what comes does not fit any more.
  void room_for(double height) {
    if (y + height <= kPageHeight - kMargin) return;
    cairo_show_page(context);
    y = kMargin;
  }

  void block(const char* tag, std::string_view text, const Style& style) {
    const Layout layout = layout_of(text, style, kTextWidth);
    const double height = height_of(layout.get());
    room_for(height);
    cairo_tag_begin(context, tag, nullptr);
    cairo_move_to(context, kMargin, y);
    pango_cairo_show_layout(context, layout.get());
    cairo_tag_end(context, tag);
    y += height + style.space_after_pt;
  }

  void table_row(const std::vector<std::string>& cells, bool head) {
    constexpr double kPad = 5;
    const double width = kTextWidth / static_cast<double>(cells.size());
    std::vector<Layout> layouts;
    double height = 0;
    for (const std::string& cell : cells) {
      layouts.push_back(layout_of(cell, head ? kHeadCell : kCell, width - 2 * kPad));
      height = std::max(height, height_of(layouts.back().get()));
    }
    room_for(height + 2 * kPad);
    const char* tag = head ? "TH" : "TD";
    cairo_tag_begin(context, "TR", nullptr);
    for (std::size_t i = 0; i < layouts.size(); ++i) {
      cairo_tag_begin(context, tag, nullptr);
      cairo_move_to(context, kMargin + static_cast<double>(i) * width + kPad, y + kPad);
      pango_cairo_show_layout(context, layouts[i].get());
      cairo_tag_end(context, tag);
    }
    cairo_tag_end(context, "TR");
    y += height + 2 * kPad;
    rule(head ? 1.2 : 0.4);
  }

  void rule(double width) {
    cairo_save(context);
    cairo_set_line_width(context, width);
    cairo_move_to(context, kMargin, y);
    cairo_line_to(context, kPageWidth - kMargin, y);
    cairo_stroke(context);
    cairo_restore(context);
  }

  void draw_code(const QrCode& code) {
    const double side = (code.width + 2 * kQrQuietModules) * kModule;
    room_for(side);
    cairo_tag_begin(context, "Figure", nullptr);
    for (int row = 0; row < code.width; ++row) {
      for (int column = 0; column < code.width; ++column) {
        if (!code.at(row, column)) continue;
        cairo_rectangle(context, kMargin + (column + kQrQuietModules) * kModule,
                        y + (row + kQrQuietModules) * kModule, kModule, kModule);
      }
    }
    cairo_fill(context);
    cairo_tag_end(context, "Figure");
    y += side;
  }

  Properties properties;
  std::string bytes;
  std::vector<std::string> alternatives;  // of the figures, in order
  cairo_surface_t* surface = nullptr;
  cairo_t* context = nullptr;
  double y = kMargin;
};

Document::Document(Properties properties)
    : state_(std::make_unique<State>(std::move(properties))) {}
Document::~Document() = default;

void Document::heading(int level, std::string_view text) {
  if (level == 1) {
    state_->block("H1", text, kHeading1);
  } else {
    state_->y += 6;
    state_->block("H2", text, kHeading2);
  }
}

void Document::paragraph(std::string_view text) { state_->block("P", text, kBody); }
void Document::big(std::string_view text) { state_->block("P", text, kBig); }

void Document::table(const std::vector<std::vector<std::string>>& rows) {
  cairo_tag_begin(state_->context, "Table", nullptr);
  for (std::size_t i = 0; i < rows.size(); ++i) state_->table_row(rows[i], i == 0);
  cairo_tag_end(state_->context, "Table");
  state_->y += kBody.space_after_pt * 2;
}

Result<> Document::qr(std::string_view content, std::string_view alt) {
  RV_ASSIGN(const QrCode code, encode_qr(content));
  state_->draw_code(code);
  state_->alternatives.emplace_back(alt);
  return {};
}

Result<std::string> Document::finish() {
  cairo_tag_end(state_->context, "Document");
  cairo_show_page(state_->context);
  cairo_surface_finish(state_->surface);
  if (const auto status = cairo_surface_status(state_->surface); status != CAIRO_STATUS_SUCCESS) {
    return fail(Code::kInternalError, cairo_status_to_string(status));
  }
  return detail::make_accessible(
      state_->bytes, {state_->properties.title, state_->properties.language, state_->alternatives});
}

}  // namespace revier::pdf
