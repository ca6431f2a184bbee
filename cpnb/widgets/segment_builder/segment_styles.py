"""How a segment builder looks, beside what all widgets have in common."""

from __future__ import annotations

from typing import Any

from cpnb.widgets import look

# Widths are those of what is usually written; where there is no room, rows go on below.
_CSS = """
.cpnb-segment-builder .cpnb-groups { gap: 2px; }
.cpnb-segment-builder .cpnb-group { border-left: 3px solid var(--jp-brand-color1, #1976d2); }
.cpnb-segment-builder .cpnb-condition { padding: 3px 0; border-bottom: 1px solid var(--jp-border-color2, #e0e0e0); }
.cpnb-segment-builder .widget-text, .cpnb-segment-builder .widget-dropdown, .cpnb-segment-builder .widget-datepicker {
  width: auto; min-width: 0; }
.cpnb-segment-builder .cpnb-condition input, .cpnb-segment-builder .cpnb-condition select { min-width: 0; width: 100%; }
.cpnb-segment-builder .cpnb-heading > button { margin: 2px 0; }
.cpnb-segment-builder .cpnb-actions { flex: 0 1 auto; margin-left: auto; gap: 4px; }
.cpnb-segment-builder .cpnb-actions > button { margin: 2px 0; }
.cpnb-segment-builder .widget-dropdown { flex: 1 1 100px; max-width: 130px; align-self: flex-start; }
.cpnb-segment-builder .cpnb-quantifier { flex: 0 1 auto; max-width: calc(100% - 4px); }
.cpnb-segment-builder .cpnb-attribute { flex: 2 1 120px; max-width: 260px; }
.cpnb-segment-builder .cpnb-operator { flex: 1 1 100px; max-width: 160px; }
.cpnb-segment-builder .cpnb-value { flex: 2 1 90px; max-width: 230px; }
.cpnb-segment-builder .cpnb-day { flex: 0 1 125px; }
.cpnb-segment-builder .cpnb-days { flex: 0 1 70px; }
.cpnb-segment-builder .cpnb-name { flex: 1 1 190px; max-width: 280px; }
.cpnb-segment-builder .cpnb-list, .cpnb-segment-builder .cpnb-code { flex: 1 1 320px; width: auto; }
.cpnb-segment-builder .cpnb-code textarea { font-family: var(--jp-code-font-family, monospace); white-space: pre; }
.cpnb-segment-builder .cpnb-condition::after { content: ""; order: 1; flex: 1 1 100%; }
.cpnb-segment-builder .cpnb-condition > .cpnb-chip, .cpnb-segment-builder .cpnb-more-values { order: 2; }
.cpnb-segment-builder .cpnb-condition > .cpnb-list { order: 2; }
.cpnb-segment-builder .cpnb-chips:empty, .cpnb-segment-builder .cpnb-message:not(:has(p)) { display: none; }
.cpnb-segment-builder .cpnb-message { order: 3; flex: 1 1 100%; }
.cpnb-segment-builder .cpnb-first-action { margin-left: auto; }
.cpnb-segment-builder button.jupyter-button.cpnb-chip { border-radius: 12px; height: 24px; line-height: 22px;
  background: transparent; border: 1px solid var(--jp-border-color1, #bdbdbd); color: inherit; }
.cpnb-segment-builder button.jupyter-button.cpnb-toggle { background: transparent; color: inherit; font-weight: bold; }
.cpnb-segment-builder .cpnb-sentence { font-size: 1.05em; }
.cpnb-segment-builder .cpnb-count { overflow-x: auto; }
.cpnb-segment-builder .cpnb-old > .widget-html-content { opacity: 0.5; }
.cpnb-segment-builder .cpnb-old > .widget-html-content::before { content: "Counting anew …"; }
.cpnb-segment-builder .cpnb-count td { white-space: nowrap; }
"""


def segment_styles() -> Any:
    """Return what puts these styles on the page."""
    return look.html(f"<style>{_CSS}</style>")
