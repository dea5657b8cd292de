// SPDX-License-Identifier: EUPL-1.2
// What every page loads: the error summary takes the focus, live values stay up to date. A page is
// complete without it.
import {LiveElement} from "./_live";

class SummaryElement extends HTMLElement {
  connectedCallback(): void {
    this.focus();
    this.addEventListener("click", (event) => {
      const link = (event.target as Element).closest("a");
      const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!field) return;
      event.preventDefault();
      const label = field.closest(".kern-form-input, .kern-fieldset, .kern-form-check") ?? field;
      label.scrollIntoView();
      field.focus({preventScroll: true});
    });
  }
}

customElements.define("rv-summary", SummaryElement);
customElements.define("rv-live", LiveElement);
