"""Charts for slides: an answer becomes a Vega-Lite specification, and that an SVG or a PNG, without a browser."""
