"""Figures: numbers become what plotly.js draws."""
